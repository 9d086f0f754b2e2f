"""What answers, whichever family the model is of.

Owns the protocol and the choice of the generator. The two generators are `generator` (first-generation Qwen-VL) and
`family_generator` (later families).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from PIL import Image

from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.engine.family_generator import FamilyGenerator
from qvl_desktop.engine.features import PictureSource
from qvl_desktop.engine.generator import DEFAULT_BATCH, DEFAULT_NEW_TOKENS, Answer, Generator, Question
from qvl_desktop.engine.host_parts import move_to_host, parts_on_host
from qvl_desktop.engine.sampling import GREEDY, Sampling
from qvl_desktop.models.loading import read_family
from qvl_desktop.models.placement import Part
from qvl_desktop.models.qwen_vl.prompt import AUTO, ChatFormatError, stored_format


class Answerer(Protocol):
    """See `generator.Generator`; texts are canonical, going in and coming out."""

    model: Any
    processor: Any

    @property
    def device(self) -> torch.device: ...

    @property
    def context(self) -> int: ...

    @property
    def seen(self) -> int: ...

    def look_ahead(self, pictures: Sequence[PictureSource]) -> dict[str, Image.Image]: ...

    def forget(self) -> None: ...

    def answer(
        self,
        turns: Sequence[Turn],
        pictures: Sequence[PictureSource] = (),
        max_new_tokens: int = DEFAULT_NEW_TOKENS,
        sampling: Sampling = GREEDY,
        on_piece: Callable[[str], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
        *,
        stop: Sequence[str] = (),
        variant: str = "",
    ) -> Answer: ...

    def answer_batch(
        self,
        questions: Sequence[Question],
        max_new_tokens: int = DEFAULT_NEW_TOKENS,
        *,
        batch_size: int = DEFAULT_BATCH,
        should_stop: Callable[[], bool] | None = None,
        on_progress: Callable[[int, int], None] | None = None,
        variant: str = "",
    ) -> list[str]: ...


def make_answerer(
    folder: Path, model: Any, *, chat_format: str = AUTO, on_host: Sequence[Part] | None = None
) -> Answerer:
    """The generator for a model that was loaded from `folder`.

    `on_host`: parts that it is to have on the host; by default those that the environment names.
    `chat_format`: how first-generation models are asked, "chatml" or "raw"; "auto" as the folder's
    generation_config.json says. Raises `ModelLoadError`, `ChatFormatError`, `UnknownDecodingError`, `UnknownPartError`.
    """
    _, family = read_family(folder)
    if not family.native and chat_format != AUTO:
        raise ChatFormatError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{folder}: {family} models have a layout of their own; only first-generation Qwen-VL can be asked in "
                "another one.",
            ),
            folder=folder,
            family=family.name,
        )
    processor = family.load_processor(folder)
    if not family.native:
        return FamilyGenerator(model, processor)
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    chosen = stored_format(base.generation_config) if chat_format == AUTO else chat_format
    move_to_host(model, parts_on_host() if on_host is None else on_host)
    return Generator(model, processor, chat_format=chosen)
