"""What this machine has to train with, told without the model half.

Owns asking the card's own tool (`nvidia-smi`) and the system for memory. Takes up to a second: call it beside the
window. Does not own what training needs (`core.forecast`).
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass

import psutil

MIB = 2**20
PATIENCE = 5.0
"""Seconds the card's tool may take."""


@dataclass(frozen=True, slots=True)
class Machine:
    """`name` is the card's, or the processor's as training calls it; `total` and `free` are bytes there."""

    name: str
    total: int
    free: int
    on_card: bool
    cores: int


def look_at_machine() -> Machine:
    """The first card, else the processor and main memory."""
    return _card() or _processor()


def _processor() -> Machine:
    memory, cores = psutil.virtual_memory(), os.cpu_count() or 1
    return Machine(f"cpu {platform.machine()} x{cores}", int(memory.total), int(memory.available), False, cores)


def _card() -> Machine | None:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return None
    what = ["--query-gpu=name,memory.total,memory.free", "--format=csv,noheader,nounits"]
    try:
        told = subprocess.run([tool, *what], capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
        name, total, free = told.splitlines()[0].rsplit(",", 2)
        return Machine(name.strip(), int(total) * MIB, int(free) * MIB, True, os.cpu_count() or 1)
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None
