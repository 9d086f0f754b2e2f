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
LATER_PARTS = ("text_config", "vision_config")
LATER_BOUNDS = {
    "depth": 1024,
    "embed_dim": 2**16,
    "num_heads": 1024,
    "patch_size": 2**10,
    "spatial_merge_size": 2**6,
    "temporal_patch_size": 2**6,
    "out_hidden_size": 2**16,
    "num_key_value_heads": 1024,
    "head_dim": 4096,
    "num_experts": 2**14,
    "num_local_experts": 2**14,
    "moe_intermediate_size": 2**19,
}
"""Of the parts of later families' configurations, beside those of `BOUNDS`."""

RATIO_BOUND = 64
"""Of ``visual.mlp_ratio``."""

NATIVE = "qwen"
"""The `model_type` whose further settings are looked at here; later families' are `transformers`' business."""
FLAGS = ("no_bias", "use_logn_attn", "use_dynamic_ntk", "use_cache", "tie_word_embeddings", "visual_tower")
SHARES = {
    "layer_norm_epsilon": (1e-12, 0.1),
    "rotary_emb_base": (1.0, 1e12),
    "rotary_pct": (1e-3, 1.0),
    "emb_dropout_prob": (0.0, 0.99),
    "attn_dropout_prob": (0.0, 0.99),
    "initializer_range": (0.0, 10.0),
}
"""Numbers and the range they must be in."""
REQUIRED_VISUAL = ("image_size", "patch_size", "width", "layers", "heads", "mlp_ratio", "output_dim", "image_start_id")


def check_sizes(config: dict[str, Any], path: Path) -> None:
    """Raise ConfigurationError, naming the file and the field, for a size that is no positive number or absurd."""
    for name, bound in BOUNDS.items():
        _check(path, name, config.get(name, 1), bound)
    if config.get("model_type") == NATIVE:
        _check_native(config, path)
    for part in LATER_PARTS:
        if part in config:
            _check_part(config[part], part, path)
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
    _check_number(path, "visual.mlp_ratio", visual.get("mlp_ratio", 1.0), 1e-3, RATIO_BOUND)
    if config.get("model_type") == NATIVE:
        _check_native_visual(visual, path)


def _check_part(settings: Any, part: str, path: Path) -> None:
    """Of a later family: an object whose sizes make sense; what it leaves out, `transformers` fills in."""
    if not isinstance(settings, dict):
        raise ConfigurationError(
            QT_TRANSLATE_NOOP("errors", "{path}: {field} must be an object with settings."), path=path, field=part
        )
    for name, bound in (BOUNDS | LATER_BOUNDS).items():
        if settings.get(name) is not None or name in ("hidden_size", "num_hidden_layers"):
            _check(path, f"{part}.{name}", settings.get(name, 1), bound)


def _check_native(config: dict[str, Any], path: Path) -> None:
    for name in FLAGS:
        if type(config.get(name, True)) is not bool:
            raise ConfigurationError(
                QT_TRANSLATE_NOOP("errors", "{path}: {field} is {value}; it must be true or false."),
                path=path,
                field=name,
                value=config[name],
            )
    for name, (lowest, highest) in SHARES.items():
        _check_number(path, name, config.get(name, highest), lowest, highest)


def _check_native_visual(visual: dict[str, Any], path: Path) -> None:
    for name in REQUIRED_VISUAL:
        if name not in visual:
            raise ConfigurationError(
                QT_TRANSLATE_NOOP("errors", "{path}: {field} is missing."), path=path, field=f"visual.{name}"
            )
    _check(path, "visual.image_start_id", visual["image_start_id"], BOUNDS["vocab_size"])


def _check_number(path: Path, field: str, value: Any, lowest: float, highest: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
        raise ConfigurationError(
            QT_TRANSLATE_NOOP(
                "errors", "{path}: {field} is {value}; it must be a number between {lowest} and {highest}."
            ),
            path=path,
            field=field,
            value=value,
            lowest=lowest,
            highest=highest,
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
