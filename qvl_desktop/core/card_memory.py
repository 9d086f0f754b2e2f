"""How torch is to keep a card's memory: in segments that grow, so that long and short batches leave no holes.

Owns the environment variable. It is read when torch first touches a card: call `ask_for_growing_segments` before, in
every process that may. Does not own how much memory anything takes (`forecast`).
"""

from __future__ import annotations

import os
import sys

SETTING = "PYTORCH_ALLOC_CONF"
OLDER = ("PYTORCH_CUDA_ALLOC_CONF", "PYTORCH_HIP_ALLOC_CONF")
"""Names of the same setting that users may have set."""
GROWING = "expandable_segments:True"


def ask_for_growing_segments() -> None:
    """Tell this process and its children, unless the user has said otherwise or the system cannot do it (Windows)."""
    if sys.platform != "win32" and not any(name in os.environ for name in OLDER):
        os.environ.setdefault(SETTING, GROWING)
