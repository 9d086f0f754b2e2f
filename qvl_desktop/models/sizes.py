"""The numbers of a ``config.json``, looked at before anything is built from them.

Owns the bounds beyond which a configuration is a mistake or an attack. That sizes fit each other is the
configuration's own business, that they fit the weights is ``checkpoint``'s.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import ConfigurationError

BOUNDS = {
    "vocab_size": 2**22,
    "hidden_size": 2**16,
    "num_hidden_layers": 1024,
    "num_attention_heads": 1024,
    "intermediate_size": 2**19,
    "kv_channels": 4096,
    "seq_length": 2**24,
    "max_position_embeddings": 2**24,
}
VISUAL_BOUNDS = {
    "image_size": 2**14,
    "patch_size": 2**10,
    "width": 2**16,
    "layers": 1024,
    "heads": 1024,
    "output_dim": 2**16,
    "n_queries": 2**16,
    "position_grid": 2**10,
}
RATIO_BOUND = 64
"""Of ``visual.mlp_ratio``."""


def check_sizes(config: dict[str, Any], path: Path) -> None:
    """Raise ConfigurationError, naming the file and the field, for a size that is no positive number or absurd."""
    for name, bound in BOUNDS.items():
        _check(path, name, config.get(name, 1), bound)
    visual = config.get("visual")
    if visual is None:
        return
    if not isinstance(visual, dict):
        raise ConfigurationError(
            QT_TRANSLATE_NOOP("errors", "{path}: {field} must be an object with the settings of the visual tower."),
            path=path,
            field="visual",
        )
    for name, bound in VISUAL_BOUNDS.items():
        _check(path, f"visual.{name}", visual.get(name, 1), bound)
    ratio = visual.get("mlp_ratio", 1.0)
    if isinstance(ratio, bool) or not isinstance(ratio, int | float) or not 0 < ratio <= RATIO_BOUND:
        raise ConfigurationError(
            QT_TRANSLATE_NOOP("errors", "{path}: {field} is {value}; it must be a number between 0 and {bound}."),
            path=path,
            field="visual.mlp_ratio",
            value=ratio,
            bound=RATIO_BOUND,
        )


def _check(path: Path, field: str, value: Any, bound: int) -> None:
    if type(value) is not int or not 0 < value <= bound:
        raise ConfigurationError(
            QT_TRANSLATE_NOOP("errors", "{path}: {field} is {value}; it must be a whole number between 1 and {bound}."),
            path=path,
            field=field,
            value=value,
            bound=bound,
        )
