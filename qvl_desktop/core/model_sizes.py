"""The sizes of a model that a forecast stands on, read from the small files of its folder.

Owns `DecoderShape` for every family of the registry: widths from `config.json`, and for the later families the exact
number of weights from the headers of the weight files. Loads no weights. Does not own what follows from the sizes
(`forecast`).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qvl_desktop.core.cards import CardError, tensor_shapes
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP

_TOWER = re.compile(r"(?:^|\.)visual\.")
_LINEAR = re.compile(r"(?:^|\.)layers\.\d+\.(?!mlp\.gate\.)((?:(?!experts\.).)+)\.weight")
"""The weight of a linear layer of a block; the router of a mixture and its experts are kept otherwise."""
_NORM = re.compile(r"\.self_attn\.q_norm\.weight")
SAME_LAYERS = {
    "c_attn": ("q_proj", "k_proj", "v_proj", "in_proj_qkv", "in_proj_z"),
    "attn.c_proj": ("o_proj", "out_proj"),
    "w1": ("up_proj",),
    "w2": ("gate_proj",),
    "mlp.c_proj": ("down_proj",),
    "c_proj": ("o_proj", "out_proj", "down_proj"),
}
"""What layers of the first generation, which a plan names, are called in later families (the last two of the first and
the last of the second: those of linear attention)."""


class ForecastError(QvlError):
    """A model whose sizes cannot be read."""


@dataclass(frozen=True, slots=True)
class TowerShape:
    """Sizes of a visual tower. `weights` counts all, `learning` those behind the transformer that full tuning trains
    though the eyes are kept; `patches` is how many a picture has where every picture is seen at one size, else 0."""

    weights: int = 0
    learning: int = 0
    width: int = 0
    inner: int = 0
    layers: int = 0
    patches: int = 0
    side: int = 0
    patch: int = 14
    merged: int = 4


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear layer of a block: its name below the block, its sizes, and how many blocks have it."""

    name: str
    inputs: int
    outputs: int
    layers: int


@dataclass(frozen=True, slots=True)
class LinearAttention:
    """Sizes of the blocks that carry a state from token to token instead of looking back: how many blocks, heads of
    values, channels of a head (of keys and values on average), and channels of the convolution before it."""

    layers: int
    heads: int
    channels: int
    convolved: int


@dataclass(frozen=True, slots=True)
class DecoderShape:
    """Sizes of a model. `kv_width` is the width of all keys (smaller than `heads_width` where heads share them),
    `queries` the tokens of a picture (0: as many as its size asks for), `tower` the weights of its visual tower.

    `block_weights` counts what is quantised, `other_weights` embeddings, head, norms and biases, `table` the input
    embeddings alone. `levels` is how many features a slot of a picture has. `head_norms`: queries and keys are brought
    to one length before they turn. `expert_inner` is the width of all experts that a token is sent to, out of `inner`,
    and `experts_a_token` their number.
    """

    hidden: int
    heads_width: int
    kv_width: int
    inner: int
    layers: int
    vocabulary: int
    queries: int
    eyes: TowerShape
    block_weights: int
    other_weights: int
    table: int
    native: bool = True
    linears: tuple[Linear, ...] = ()
    linear_attention: LinearAttention | None = None
    levels: int = 1
    head_norms: bool = False
    expert_inner: int = 0
    experts_a_token: int = 0

    @property
    def attending(self) -> int:
        """Blocks that look back at every token, and keep its key and value."""
        return self.layers - (self.linear_attention.layers if self.linear_attention else 0)

    @property
    def through(self) -> int:
        """Weights that a token is multiplied with on its way through all blocks."""
        own = sum(layer.inputs * layer.outputs * layer.layers for layer in self.all_linears)
        return own + self.layers * 3 * self.hidden * self.expert_inner

    @property
    def tower(self) -> int:
        """Weights of the visual tower."""
        return self.eyes.weights

    @property
    def weights(self) -> int:
        """All weights, tower included."""
        return self.block_weights + self.other_weights + self.eyes.weights

    @classmethod
    def read(cls, folder: Path) -> DecoderShape:
        """From a model folder. Raises `ForecastError`."""
        path = folder / "config.json"
        try:
            config = json.loads(path.read_text(encoding="utf-8"))
            return _first_generation(config) if "visual" in config else _later(config, folder)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, CardError) as error:
            raise ForecastError(
                QT_TRANSLATE_NOOP("errors", "{path}: the sizes of this model cannot be read ({reason})."),
                path=path,
                reason=error,
            ) from error

    @property
    def all_linears(self) -> tuple[Linear, ...]:
        """The linear layers of the blocks, as the files have them, or as the widths say."""
        if self.linears:
            return self.linears
        sizes = {
            "attn.c_attn": (self.hidden, 3 * self.heads_width),
            "attn.c_proj": (self.heads_width, self.hidden),
            "mlp.w1": (self.hidden, self.inner),
            "mlp.w2": (self.hidden, self.inner),
            "mlp.c_proj": (self.inner, self.hidden),
        }
        later = {
            "self_attn.q_proj": (self.hidden, self.heads_width),
            "self_attn.k_proj": (self.hidden, self.kv_width),
            "self_attn.v_proj": (self.hidden, self.kv_width),
            "self_attn.o_proj": (self.heads_width, self.hidden),
            "mlp.gate_proj": (self.hidden, self.inner),
            "mlp.up_proj": (self.hidden, self.inner),
            "mlp.down_proj": (self.inner, self.hidden),
        }
        found = sizes if self.native else later
        return tuple(Linear(name, a, b, self.layers) for name, (a, b) in found.items())

    def targets(self, names: list[str]) -> tuple[Linear, ...]:
        """The linear layers that names choose, as PEFT matches them: whole, or behind a dot."""
        if not self.native:
            names = [later for name in names for later in SAME_LAYERS.get(name, (name,))]
        return tuple(
            layer for layer in self.all_linears if any(f".{layer.name}".endswith(f".{name}") for name in names)
        )


def _first_generation(config: Mapping[str, Any]) -> DecoderShape:
    visual = config["visual"]
    hidden, width = config["hidden_size"], config["num_attention_heads"] * config["kv_channels"]
    inner, layers, vocabulary = config["intermediate_size"] // 2, config["num_hidden_layers"], config["vocab_size"]
    blocks = layers * (hidden * 3 * width + width * hidden + 3 * hidden * inner)
    small = layers * (2 * hidden + 3 * width) + hidden
    return DecoderShape(
        hidden=hidden,
        heads_width=width,
        kv_width=width,
        inner=inner,
        layers=layers,
        vocabulary=vocabulary,
        queries=visual.get("n_queries", 256),
        eyes=_first_tower(visual),
        block_weights=blocks,
        other_weights=2 * vocabulary * hidden + small,
        table=vocabulary * hidden,
    )


def _first_tower(visual: Mapping[str, Any]) -> TowerShape:
    """ViT, resampler and projection."""
    width, output, layers = visual["width"], visual["output_dim"], visual["layers"]
    mlp = int(width * visual["mlp_ratio"])
    block = 4 * width * width + 4 * width + 2 * width * mlp + width + mlp + 4 * width
    queries, grid = visual.get("n_queries", 256), visual.get("position_grid", 16)
    stem = 3 * visual["patch_size"] ** 2 * width + grid * grid * width + 2 * width
    resampler = 2 * queries * output + width * output + 4 * output * output + 4 * output + 4 * output
    after = output * output + 2 * output
    return TowerShape(
        weights=int(layers * block + stem + resampler + after),
        learning=int(resampler - queries * output),
        width=width,
        inner=mlp,
        layers=layers,
        patches=(visual["image_size"] // visual["patch_size"]) ** 2,
        side=visual["image_size"],
        patch=visual["patch_size"],
    )


def _later(config: Mapping[str, Any], folder: Path) -> DecoderShape:
    text, vision = config.get("text_config") or config, config["vision_config"]
    heads = text["num_attention_heads"]
    channels = text.get("head_dim") or text["hidden_size"] // heads
    blocks = others = tower = learning = table = 0
    found: dict[str, list[tuple[int, ...]]] = {}
    shapes = tensor_shapes(folder)
    for name, shape in shapes.items():
        size = math.prod(shape)
        if _TOWER.search(name):
            tower += size
            learning += size if "merger" in name else 0
        elif (linear := _LINEAR.search(name)) and len(shape) == 2:
            blocks += size
            found.setdefault(linear[1], []).append(shape)
        else:
            others += size
        if name.endswith("embed_tokens.weight"):
            table = size
    packed = bool(config.get("quantization_config"))  # then shapes are not those of the layers
    width = vision.get("embed_dim") or vision["hidden_size"]  # Qwen2-VL calls the decoder's width hidden_size
    return DecoderShape(
        hidden=text["hidden_size"],
        heads_width=heads * channels,
        kv_width=text.get("num_key_value_heads", heads) * channels,
        inner=_inner(text),
        layers=text["num_hidden_layers"],
        vocabulary=text["vocab_size"],
        queries=0,
        eyes=TowerShape(
            weights=tower,
            learning=learning,
            width=width,
            inner=int(vision.get("intermediate_size") or width * vision.get("mlp_ratio", 4)),
            layers=vision["depth"],
            patch=vision.get("patch_size", 14),
            merged=vision.get("spatial_merge_size", 2) ** 2,
        ),
        block_weights=blocks,
        other_weights=others,
        table=table,
        native=False,
        linears=tuple(Linear(name, same[0][1], same[0][0], len(same)) for name, same in found.items() if not packed),
        linear_attention=_linear_attention(text),
        levels=1 + len(vision.get("deepstack_visual_indexes") or ()),
        head_norms=any(_NORM.search(name) for name in shapes),
        expert_inner=int(text.get("num_experts_per_tok") or 0) * int(text.get("moe_intermediate_size") or 0),
        experts_a_token=int(text.get("num_experts_per_tok") or 0),
    )


def _linear_attention(text: Mapping[str, Any]) -> LinearAttention | None:
    """Of a family whose blocks are of two kinds; None for the others."""
    kinds = text.get("layer_types") or ()
    layers = sum(kind == "linear_attention" for kind in kinds)
    if not layers:
        return None
    keys = text["linear_num_key_heads"] * text["linear_key_head_dim"]
    values = text["linear_num_value_heads"] * text["linear_value_head_dim"]
    channels = (text["linear_key_head_dim"] + text["linear_value_head_dim"]) // 2
    return LinearAttention(layers, text["linear_num_value_heads"], channels, 2 * keys + values)


def _inner(text: Mapping[str, Any]) -> int:
    """The width of the MLP that a token goes through: of a mixture, that of all experts it is sent to."""
    if experts := text.get("num_experts_per_tok"):
        return int(experts * text["moe_intermediate_size"] + text.get("shared_expert_intermediate_size", 0))
    return int(text["intermediate_size"])
