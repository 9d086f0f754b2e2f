"""What answers, whichever family the model is of.

Owns the protocol and the choice of the generator. The two generators are `generator` (first-generation Qwen-VL) and
`family_generator` (later families).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import torch

from qvl_desktop.core.conversation import Turn
from qvl_desktop.engine.family_generator import FamilyGenerator
from qvl_desktop.engine.features import PictureSource
from qvl_desktop.engine.generator import DEFAULT_BATCH, DEFAULT_NEW_TOKENS, Answer, Generator, Question
from qvl_desktop.engine.host_parts import move_to_host, parts_on_host
from qvl_desktop.engine.sampling import GREEDY, Sampling
from qvl_desktop.models.loading import read_family


class Answerer(Protocol):
    """See `generator.Generator`; texts are canonical, going in and coming out."""

    model: Any
    processor: Any

    @property
    def device(self) -> torch.device: ...

    @property
    def context(self) -> int: ...

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


def make_answerer(folder: Path, model: Any) -> Answerer:
    """The generator for a model that was loaded from `folder`; the environment may send parts of it to the host.

    Raises `ModelLoadError`, `UnknownDecodingError`, `UnknownPartError`.
    """
    _, family = read_family(folder)
    processor = family.load_processor(folder)
    if not family.native:
        return FamilyGenerator(model, processor)
    move_to_host(model, parts_on_host())
    return Generator(model, processor)
