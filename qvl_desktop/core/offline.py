"""No library looks at a model hub by itself.

Owns the environment variables by which the libraries of the model half are told to stay on this machine. `bitsandbytes`
asks a hub for kernels when it is imported, `transformers` for chat templates, kernels and newer file formats of a
folder: none of that is wanted, and on a machine without a network each try is a wait. A download that the user asked
for is the one exception (`go_online`), in a process that loads no model. Does not own fetching (`hubs`).
"""

from __future__ import annotations

import os

STAY = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DISABLE_TELEMETRY": "1",
}

NETWORK = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
"""What keeps the hub's own library from the network."""


def stay_offline() -> None:
    """Tell this process and its children. The libraries read it when they are imported: call it before."""
    os.environ.update(STAY)


def go_online() -> None:
    """Let this process ask a hub, because the user did; call it before the hub's library is imported. Telemetry stays
    off."""
    for name in NETWORK:
        os.environ.pop(name, None)
