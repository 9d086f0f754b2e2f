"""The configuration of the native Qwen-VL architecture.

Owns the field names of the official ``config.json`` (so that it loads as it is) and what can be derived from them:
the special token ids, the picture grid, the number of slots a picture takes. Does not own any tensor.
"""

from __future__ import annotations

from typing import Any

from transformers import PreTrainedConfig

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import ConfigurationError

DEFAULT_QUERIES = 256
DEFAULT_POSITION_GRID = 16
RESAMPLER_HEAD_DIM = 128


class QwenVLConfig(PreTrainedConfig):
    """Configuration of Qwen-VL, Qwen-VL-Chat and small models of the same architecture.

    Attributes that are not self-explaining:
        intermediate_size: twice the width of the gated MLP (the official code halves it).
        kv_channels: width of one attention head; heads * kv_channels need not equal hidden_size.
        seq_length: the context the model was trained with; beyond it logn scaling and NTK rotary apply (eval only).
        no_bias: whether every linear layer but ``c_attn`` goes without bias.
        visual: the visual tower, a dictionary with the official keys ``image_size``, ``patch_size``, ``width``,
            ``layers``, ``heads``, ``mlp_ratio``, ``output_dim`` and ``image_start_id``, and two optional keys of
            small models: ``n_queries`` (slots a picture, a square number, default 256) and ``position_grid`` (side
            of the ViT's own position table, default 16).
        visual_tower: false builds the model without the tower; pictures then come as features only.
    """

    model_type = "qwen"
    keys_to_ignore_at_inference = ["past_key_values"]

    vocab_size: int = 151936
    hidden_size: int = 4096
    num_hidden_layers: int = 32
    num_attention_heads: int = 32
    intermediate_size: int = 22016
    kv_channels: int = 128
    seq_length: int = 2048
    max_position_embeddings: int = 8192
    rotary_emb_base: float | int = 10000
    rotary_pct: float = 1.0
    use_dynamic_ntk: bool = True
    use_logn_attn: bool = True
    layer_norm_epsilon: float = 1e-6
    initializer_range: float = 0.02
    emb_dropout_prob: float = 0.0
    attn_dropout_prob: float = 0.0
    no_bias: bool = True
    use_cache: bool = True
    tie_word_embeddings: bool = False
    visual: dict[str, Any] | None = None
    visual_tower: bool = True
    tokenizer_class: str | None = "QwenVLTokenizer"
    bos_token_id: int | None = None
    eos_token_id: int | list[int] | None = None
    pad_token_id: int | None = None

    def __post_init__(self, **kwargs: Any) -> None:
        # The official file names the remote classes; the native ones take their place.
        kwargs.pop("auto_map", None)
        if self.visual is None:
            self.visual = {
                "image_size": 448,
                "patch_size": 14,
                "width": 1664,
                "layers": 48,
                "heads": 16,
                "mlp_ratio": 4.9231,
                "output_dim": self.hidden_size,
                "image_start_id": 151857,
            }
        super().__post_init__(**kwargs)

    @property
    def tower(self) -> dict[str, Any]:
        """The visual tower's settings; ``visual`` is never None once the configuration is built."""
        return self.visual or {}

    def check(self) -> None:
        """Raise ConfigurationError when the numbers do not fit each other."""
        if self.tower["output_dim"] != self.hidden_size:
            raise ConfigurationError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "config.json: visual.output_dim is {output_dim} but hidden_size is {hidden_size}; "
                    "they must be equal.",
                ),
                output_dim=self.tower["output_dim"],
                hidden_size=self.hidden_size,
            )
        if self.query_grid**2 != self.n_queries:
            raise ConfigurationError(
                QT_TRANSLATE_NOOP(
                    "errors", "config.json: visual.n_queries is {n_queries}, which is not a square number."
                ),
                n_queries=self.n_queries,
            )
        if self.image_size % self.patch_size:
            raise ConfigurationError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "config.json: visual.image_size {image_size} is not a multiple of visual.patch_size {patch_size}.",
                ),
                image_size=self.image_size,
                patch_size=self.patch_size,
            )

        self._check_divisible("visual.width", int(self.tower["width"]), "visual.heads", int(self.tower["heads"]))
        self._check_divisible("visual.output_dim", self.hidden_size, "4", 4)
        self._check_divisible("visual.output_dim", self.hidden_size, "its attention heads", self.resampler_heads)
        rotary = int(self.kv_channels * self.rotary_pct)
        if rotary % 2 or not 2 < rotary <= self.kv_channels or self.intermediate_size < 2:
            raise ConfigurationError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "config.json: kv_channels {kv_channels} x rotary_pct {rotary_pct} makes no even number of rotary "
                    "channels above 2, or intermediate_size {intermediate_size} is below 2.",
                ),
                kv_channels=self.kv_channels,
                rotary_pct=self.rotary_pct,
                intermediate_size=self.intermediate_size,
            )

    @staticmethod
    def _check_divisible(name: str, value: int, by: str, divisor: int) -> None:
        if value % divisor:
            raise ConfigurationError(
                QT_TRANSLATE_NOOP("errors", "config.json: {name} {value} cannot be divided by {by} ({divisor})."),
                name=name,
                value=value,
                by=by,
                divisor=divisor,
            )

    @property
    def head_dim(self) -> int:
        """Width of one attention head (the name caches look for)."""
        return self.kv_channels

    @property
    def image_size(self) -> int:
        """Side of the square picture the tower reads, in pixels."""
        return int(self.tower["image_size"])

    @property
    def patch_size(self) -> int:
        """Side of a patch, in pixels."""
        return int(self.tower["patch_size"])

    @property
    def n_queries(self) -> int:
        """Slots (and feature rows) one picture takes."""
        return int(self.tower.get("n_queries", DEFAULT_QUERIES))

    @property
    def query_grid(self) -> int:
        """Side of the resampler's position grid."""
        return int(self.n_queries**0.5 + 0.5)

    @property
    def position_grid(self) -> int:
        """Side of the ViT's position table as it is stored."""
        return int(self.tower.get("position_grid", DEFAULT_POSITION_GRID))

    @property
    def resampler_heads(self) -> int:
        """Attention heads of the resampler: 128 channels each."""
        return max(1, int(self.tower["output_dim"]) // RESAMPLER_HEAD_DIM)

    @property
    def image_start_id(self) -> int:
        """Id of ``<img>``."""
        return int(self.tower["image_start_id"])

    @property
    def image_end_id(self) -> int:
        """Id of ``</img>``."""
        return self.image_start_id + 1

    @property
    def image_pad_id(self) -> int:
        """Id of ``<imgpad>``, one per slot."""
        return self.image_start_id + 2
