"""The settings of a GPTQ checkpoint, as ``config.json`` (``quantization_config``) or ``quantize_config.json`` hold
them.

Owns reading and writing both, and refusing what cannot be read here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import QuantizationError
from qvl_desktop.models.gptq.packing import BITS, LAYOUTS, V1
from qvl_desktop.models.json_files import read_json

if TYPE_CHECKING:
    from pathlib import Path

QUANTIZE_CONFIG = "quantize_config.json"
DEFAULT_GROUP_SIZE = 128
WHOLE_INPUT = -1
"""As a group size: one group for all inputs of a layer."""


@dataclass(frozen=True)
class GPTQSettings:
    """How the layers of a checkpoint are quantised.

    bits: 2, 4 or 8. group_size: inputs that share a scale, or -1 for all. sym: zero points lie in the middle of the
    range.
    desc_act: inputs were taken in the order of their activation, so that ``g_idx`` is no plain count. layout: ``gptq``
    (AutoGPTQ's) or ``gptq_v2``. damp: share of the mean diagonal added to the Hessian.
    """

    bits: int = 4
    group_size: int = DEFAULT_GROUP_SIZE
    sym: bool = True
    desc_act: bool = False
    layout: str = V1
    damp: float = 0.01

    def group_size_of(self, inputs: int) -> int:
        """The number of inputs that share a scale in a layer of so many inputs."""
        return inputs if self.group_size == WHOLE_INPUT else self.group_size

    def to_dict(self) -> dict[str, Any]:
        """As AutoGPTQ writes it, so that other programs read it too."""
        return {
            "quant_method": "gptq",
            "bits": self.bits,
            "group_size": self.group_size,
            "damp_percent": self.damp,
            "desc_act": self.desc_act,
            "static_groups": False,
            "sym": self.sym,
            "true_sequential": True,
            "checkpoint_format": self.layout,
        }


def read_settings(folder: Path, config: dict[str, Any]) -> GPTQSettings:
    """The settings of a GPTQ folder: from ``config.json``, which goes first, or ``quantize_config.json``.

    Raises QuantizationError, naming the file and the field, for settings that are missing or cannot be read here.
    """
    path, raw = folder / "config.json", config.get("quantization_config")
    if not isinstance(raw, dict):
        path = folder / QUANTIZE_CONFIG
        if not path.is_file():
            raise QuantizationError(
                QT_TRANSLATE_NOOP("errors", "{path}: the settings of the quantised layers are missing."), path=path
            )
        raw = read_json(path)
    damp = raw.get("damp_percent") or GPTQSettings.damp
    settings = GPTQSettings(
        bits=raw.get("bits", 4),
        group_size=raw.get("group_size", DEFAULT_GROUP_SIZE),
        sym=bool(raw.get("sym", True)),
        desc_act=bool(raw.get("desc_act", False)),
        layout=raw.get("checkpoint_format") or raw.get("format") or V1,
        damp=float(damp) if isinstance(damp, int | float) else GPTQSettings.damp,
    )
    group_size = settings.group_size
    for field, value, good in (
        ("bits", settings.bits, settings.bits in BITS),
        ("group_size", group_size, isinstance(group_size, int) and (group_size == WHOLE_INPUT or group_size > 0)),
        ("checkpoint_format", settings.layout, settings.layout in LAYOUTS),
    ):
        if not good:
            raise QuantizationError(
                QT_TRANSLATE_NOOP("errors", "{path}: {field} is {value}, which cannot be read here (known: {known})."),
                path=path,
                field=field,
                value=value,
                known={"bits": BITS, "group_size": "-1, 1, 2, ...", "checkpoint_format": LAYOUTS}[field],
            )
    return settings


def is_gptq(config: dict[str, Any], folder: Path) -> bool:
    """Whether a folder says that it holds GPTQ layers."""
    stored = config.get("quantization_config")
    if isinstance(stored, dict):
        return stored.get("quant_method", "gptq" if "group_size" in stored else None) == "gptq"
    return (folder / QUANTIZE_CONFIG).is_file()
