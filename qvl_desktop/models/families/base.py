"""What the program asks of a family of models.

Owns the protocol `Family` and what encoding a chat gives. Which families there are is `registry`'s; how one writes
boxes is `core.dialects`'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from PIL import Image

from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.dialects import Dialect, Reading, Size

PictureSource = Path | str | bytes | Image.Image
"""A file, the bytes of a file, or a decoded picture."""


@dataclass(frozen=True, slots=True)
class ChatInputs:
    """Model inputs of one chat or of several padded on the left (batch first), and the sizes of each chat's pictures.

    `data` holds `input_ids` and `attention_mask` (int64), and what the family needs for pictures, all on the CPU. Sizes
    are (width, height) of the upright pictures.
    """

    data: dict[str, Any]
    sizes: tuple[tuple[Size, ...], ...]


class Family(Protocol):
    """One family: its classes, its chats and its boxes. `processor` is what `load_processor` gave."""

    @property
    def name(self) -> str:
        """The name of its dialect in `core.dialects`."""

    @property
    def model_types(self) -> tuple[str, ...]:
        """The values of `model_type` in `config.json` that mean this family."""

    @property
    def native(self) -> bool:
        """Whether the architecture is our own (`models.qwen_vl`)."""

    @property
    def keep_dense(self) -> tuple[str, ...]:
        """Full paths of the modules that quantisation on loading leaves alone."""

    @property
    def decoder(self) -> str:
        """A regular expression for the path of a block of the language model, which the tower's never match."""

    @property
    def lora_targets(self) -> tuple[str, ...]:
        """Names of the linear layers below a block that get an adapter by default."""

    def model_class(self, model_type: str) -> Any:
        """The class whose `from_pretrained` loads the family's folders."""

    def load_processor(self, folder: Path) -> Any:
        """What turns chats into model inputs and ids into text, from a model folder. Raises `ModelLoadError`."""

    def dialect(self, processor: Any) -> Dialect:
        """How the family writes boxes, with this processor's limits for pictures."""

    def encode_chat(self, processor: Any, turns: Sequence[Turn], pictures: Sequence[PictureSource]) -> ChatInputs:
        """Canonical turns as inputs, ready to be answered; one picture for each `<img>`, in order.

        Raises `PictureCountError`, `PictureError`, `DialectError`, and `ModelError` for turns that make no chat.
        """

    def read_answer(self, processor: Any, token_ids: Sequence[int], sizes: Sequence[Size]) -> Reading:
        """Generated ids, up to the one that ends the answer, as canonical text."""

    def picture_tokens(self, processor: Any, width: int, height: int) -> int:
        """The slots that an upright picture of that many pixels takes in a prompt."""


def lora_pattern(family: Family, targets: Sequence[str] = ()) -> str:
    """The regular expression by which PEFT finds the layers of an adapter, never in the visual tower."""
    names = "|".join(name.replace(".", r"\.") for name in targets or family.lora_targets)
    return rf"{family.decoder}\.(?:.*\.)?(?:{names})"
