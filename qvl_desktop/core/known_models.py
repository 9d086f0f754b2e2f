"""The models this program is made for, as facts: where they are, how large, under which licence, what they are good at.

Owns the list that the Models page and `qvl-desktop download` offer. Sizes of weights are exact where the published
number of parameters is known to the last one (two bytes each; of the Int4 checkpoint 9.06 GiB as measured), and left
out elsewhere: the hub tells them before a download begins. Does not own what a folder on this machine holds (`cards`)
nor what a model needs of memory (`model_needs`).
"""

from __future__ import annotations

from dataclasses import dataclass

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.model_sizes import DecoderShape, Linear, TowerShape

FIRST = DecoderShape(
    hidden=4096, heads_width=4096, kv_width=4096, inner=11008, layers=32, vocabulary=151936, queries=256,
    eyes=TowerShape(
        weights=1935610624, learning=75005952, width=1664, inner=8192, layers=48, patches=1024, side=448, patch=14
    ),
    block_weights=6476005376, other_weights=1245319168, table=622329856,
)  # fmt: skip
"""Of all first-generation models: 9,656,935,168 parameters."""


@dataclass(frozen=True, slots=True)
class KnownModel:
    """One published model. `name` is what `download` and `--model` take, `repo` its name on Hugging Face, `scope` on
    ModelScope ("": the same). `parameters` is exact where `shape` is known, else the number in its name. `size` is the
    bytes of its weights (0: the hub tells). `pickled`: its official repository has no safetensors files."""

    name: str
    family: str
    parameters: int
    licence: str
    good_for: str
    size: int = 0
    repo: str = ""
    scope: str = ""
    shape: DecoderShape | None = None
    quantised: bool = False
    pickled: bool = False

    @property
    def hugging_face(self) -> str:
        """Its repository on Hugging Face."""
        return self.repo or f"Qwen/{self.name}"

    @property
    def model_scope(self) -> str:
        """Its repository on ModelScope."""
        return self.scope or self.hugging_face

    @property
    def advice(self) -> str:
        """What it is good for, in the user's language."""
        return translate("models", self.good_for)

    @property
    def licence_text(self) -> str:
        """The licence in the user's language."""
        return translate("models", self.licence)


TONGYI = QT_TRANSLATE_NOOP("models", "Tongyi Qianwen licence (commercial use within its terms)")
APACHE = QT_TRANSLATE_NOOP("models", "Apache 2.0")
RESEARCH = QT_TRANSLATE_NOOP("models", "Qwen Research licence (not for commercial use)")


def _later(
    name: str, family: str, licence: str, good_for: str, sizes: tuple[int, ...], eyes: tuple[int, ...]
) -> KnownModel:
    """A model of a later family. `sizes`: hidden, heads_width, kv_width, inner, layers, vocabulary, block_weights,
    other_weights, table; `eyes`: weights, learning, width, inner, layers, patch."""
    hidden, heads, keys, inner, layers, vocabulary, blocks, others, table = sizes
    weights, learning, width, inside, depth, patch = eyes
    newer = family == "Qwen3-VL"
    linears = {
        "self_attn.q_proj": (hidden, heads),
        "self_attn.k_proj": (hidden, keys),
        "self_attn.v_proj": (hidden, keys),
        "self_attn.o_proj": (heads, hidden),
        "mlp.gate_proj": (hidden, inner),
        "mlp.up_proj": (hidden, inner),
        "mlp.down_proj": (inner, hidden),
    }
    shape = DecoderShape(
        hidden=hidden, heads_width=heads, kv_width=keys, inner=inner, layers=layers, vocabulary=vocabulary, queries=0,
        eyes=TowerShape(
            weights=weights, learning=learning, width=width, inner=inside, layers=depth, patch=patch
        ),
        block_weights=blocks, other_weights=others, table=table, native=False,
        linears=tuple(Linear(layer, size[0], size[1], layers) for layer, size in linears.items()),
        levels=4 if newer else 1, head_norms=newer,
    )  # fmt: skip
    return KnownModel(name, family, shape.weights, licence, good_for, size=2 * shape.weights, shape=shape)


KNOWN = (
    KnownModel(
        "Qwen-VL-Chat", "Qwen-VL", FIRST.weights, TONGYI,
        QT_TRANSLATE_NOOP("models", "Answers and draws boxes in English and Chinese; the usual base for LoRA."),
        size=2 * FIRST.weights, shape=FIRST, pickled=True,
    ),
    KnownModel(
        "Qwen-VL-Chat-Int4", "Qwen-VL", FIRST.weights, TONGYI,
        QT_TRANSLATE_NOOP("models", "The same in 4 bits: for chat and Q-LoRA on one card of 12 to 16 GB."),
        size=9_728_000_000, shape=FIRST, quantised=True,
    ),
    KnownModel(
        "Qwen-VL", "Qwen-VL", FIRST.weights, TONGYI,
        QT_TRANSLATE_NOOP("models", "Continues text rather than chats: for tuning from the ground up and for RefCOCO."),
        size=2 * FIRST.weights, shape=FIRST, pickled=True,
    ),
    _later(
        "Qwen2-VL-2B-Instruct", "Qwen2-VL", APACHE,
        QT_TRANSLATE_NOOP("models", "Small; reads pictures at their own size. For a card of 8 GB."),
        (1536, 1536, 256, 8960, 28, 151936, 1310195712, 233518592, 233373696),
        (665271296, 34087936, 1280, 5120, 32, 14),
    ),
    _later(
        "Qwen2-VL-7B-Instruct", "Qwen2-VL", APACHE,
        QT_TRANSLATE_NOOP("models", "Reads pictures at their own size, documents too."),
        (3584, 3584, 512, 18944, 28, 152064, 6525288448, 1090328064, 544997376),
        (675759104, 44575744, 1280, 5120, 32, 14),
    ),
    _later(
        "Qwen2.5-VL-3B-Instruct", "Qwen2.5-VL", RESEARCH,
        QT_TRANSLATE_NOOP("models", "Boxes in pixels, documents, tables. Mind the licence."),
        (2048, 2048, 256, 11008, 36, 151936, 2774532096, 311406592, 311164928),
        (668684288, 36708608, 1280, 3420, 32, 14),
    ),
    _later(
        "Qwen2.5-VL-7B-Instruct", "Qwen2.5-VL", APACHE,
        QT_TRANSLATE_NOOP("models", "Boxes in pixels, documents, tables. LoRA on a card of 24 GB."),
        (3584, 3584, 512, 18944, 28, 152064, 6525288448, 1090328064, 544997376),
        (676550144, 44574464, 1280, 3420, 32, 14),
    ),
    _later(
        "Qwen3-VL-2B-Instruct", "Qwen3-VL", APACHE,
        QT_TRANSLATE_NOOP("models", "The smallest of its family: quick to try, quick to tune."),
        (2048, 2048, 1024, 6144, 28, 151936, 1409286144, 311288832, 311164928),
        (406957056, 100714496, 1024, 4096, 24, 16),
    ),
    _later(
        "Qwen3-VL-4B-Instruct", "Qwen3-VL", APACHE,
        QT_TRANSLATE_NOOP("models", "For LoRA on a card of 16 GB, Q-LoRA on one of 8 GB."),
        (2560, 4096, 1024, 9728, 36, 151936, 3633315840, 389152256, 388956160),
        (415347712, 109105152, 1024, 4096, 24, 16),
    ),
    _later(
        "Qwen3-VL-8B-Instruct", "Qwen3-VL", APACHE,
        QT_TRANSLATE_NOOP("models", "The largest here of its family: LoRA on a card of 24 GB, Q-LoRA on one of 12 GB."),
        (4096, 4096, 1024, 12288, 36, 151936, 6945767424, 1244967936, 622329856),
        (576388336, 160496896, 1152, 4304, 27, 16),
    ),
    KnownModel(
        "Qwen3.5-0.8B", "Qwen3.5", 800_000_000, APACHE,
        QT_TRANSLATE_NOOP("models", "Very small: for trying things out, and for narrow tasks once tuned."),
    ),
    KnownModel(
        "Qwen3.5-2B", "Qwen3.5", 2_000_000_000, APACHE,
        QT_TRANSLATE_NOOP("models", "Small and new; sees and talks in one model."),
    ),
    KnownModel(
        "Qwen3.5-4B", "Qwen3.5", 4_000_000_000, APACHE,
        QT_TRANSLATE_NOOP("models", "New; sees and talks in one model."),
    ),
    KnownModel(
        "Qwen3.5-9B", "Qwen3.5", 9_000_000_000, APACHE,
        QT_TRANSLATE_NOOP("models", "The largest of the new family in this list."),
    ),
)  # fmt: skip
"""The first generation, then the later families, from the oldest on."""


def known_model(name: str) -> KnownModel | None:
    """The known model of that name or repository; case does not matter."""
    wanted = name.casefold()
    found = (model for model in KNOWN if wanted in _names(model))
    return next(found, None)


def _names(model: KnownModel) -> set[str]:
    return {text.casefold() for text in (model.name, model.hugging_face, model.model_scope)}
