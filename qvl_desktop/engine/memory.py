"""How much memory the server may give to keys and values.

Owns that one rule. Does not own what is done when it is used up (`worker`).
"""

from __future__ import annotations

from typing import Any

import psutil
import torch

SHARE = 0.5
"""Of what is free once the model is loaded; the rest is for activations and for others."""
PREFIX_SHARE = 0.3
"""Of that, what chats may keep for their next turn."""


def room_for_keys(model: Any) -> int:
    """Bytes that keys and values may take where the model's blocks lie."""
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    device = next((part.device for part in base.parameters() if part.device.type not in ("meta", "cpu")), None)
    if device is not None and device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
    else:
        free = psutil.virtual_memory().available
    return int(free * SHARE)
