"""`check --model M`: what of a data set does not fit one model.

Owns counting every conversation with the model's own tokenizer, its pictures with the model's own sizes, and what its
way of writing boxes cannot say. Loads no weights. Does not own the checks of the data itself (`core.lint`), the kinds
of faults (`core.findings`) nor the models' text (`models`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qvl_desktop.core.dialects import QWEN2_VL, QWEN_VL, DialectError, Size, render_turns
from qvl_desktop.core.errors import PictureError, QvlError
from qvl_desktop.core.findings import Finding
from qvl_desktop.core.pictures import picture_size
from qvl_desktop.core.tokens import QuadToken, spans

if TYPE_CHECKING:
    from qvl_desktop.core.dataset import Dataset, Sample

NEARLY = 0.9
"""From this share of the context on a sample is told about, because a longer question would not fit."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The tokens of a sample, and how many of them are slots of its pictures."""

    tokens: int
    picture_tokens: int
    pictures: int


def with_model(findings: Sequence[Finding], dataset: Dataset, model: str) -> list[Finding]:
    """Findings with those about a model, whose exact lengths take the place of the estimated ones."""
    return [finding for finding in findings if finding.code != "too-long"] + lint_for_model(dataset, model)


def lint_for_model(dataset: Dataset, model: str, max_length: int | None = None) -> list[Finding]:
    """What of each sample does not fit the model `--model` names; samples that are faulty anyway are passed over.

    `max_length` is the context; by default what the model was trained with (`seq_length` of the first generation,
    `max_position_embeddings` of the later ones). Raises `ModelLoadError` for a model that cannot be read.
    """
    checker = ModelChecker(model, max_length)
    return [finding for sample in dataset.samples for finding in checker.sample(sample)]


class ModelChecker:
    """Checks samples against one model. `limit` is its context in tokens, `family` the name of its dialect."""

    def __init__(self, model: str, max_length: int | None = None) -> None:
        from qvl_desktop.models.loading import read_family
        from qvl_desktop.models.names import resolve_model

        folder = resolve_model(model)
        config, family = read_family(folder)
        self.name = model
        self.family = family.name
        self.limit = max_length or _context(config)
        self._family = family
        self._processor: Any = family.load_processor(folder)
        self._dialect = family.dialect(self._processor)
        self._sizes: dict[Path, Size | None] = {}

    def sample(self, sample: Sample) -> Iterator[Finding]:
        """The findings about one conversation."""
        from qvl_desktop.models.qwen_vl.labels import NothingToLearn

        sizes = [self._size(path) for path in sample.pictures]
        if None in sizes:
            return  # the file is missing or damaged: core.lint says so
        known = [size for size in sizes if size is not None]
        yield from self._unsaid(sample)
        try:
            measured = self.measure(sample, known)
        except DialectError as error:
            yield Finding("model-picture", sample.source, values={"model": self.name, "reason": str(error)})
            return
        except NothingToLearn:
            return  # core.lint says so
        except QvlError as error:
            yield Finding("model-refuses", sample.source, values={"model": self.name, "reason": str(error)})
            return
        code = "model-too-long" if measured.tokens > self.limit else "model-nearly-full"
        if measured.tokens > NEARLY * self.limit:
            values = {
                "tokens": measured.tokens,
                "limit": self.limit,
                "pictures": measured.pictures,
                "picture_tokens": measured.picture_tokens,
                "model": self.name,
            }
            yield Finding(code, sample.source, values=values)

    def measure(self, sample: Sample, sizes: Sequence[Size]) -> Measured:
        """The tokens of a conversation as the model learns it, its pictures' slots included."""
        slots = [self._family.picture_tokens(self._processor, *size) for size in sizes]
        tokens = self._native_tokens(sample) if self._family.native else self._later_tokens(sample, sizes, slots)
        return Measured(tokens, sum(slots), len(slots))

    def _native_tokens(self, sample: Sample) -> int:
        from qvl_desktop.models.qwen_vl.labels import build_sample

        return len(build_sample(self._processor.tokenizer, sample.conversation.turns).input_ids)

    def _later_tokens(self, sample: Sample, sizes: Sequence[Size], slots: Sequence[int]) -> int:
        from qvl_desktop.models.families.chat_layout import lay_out

        tokenizer = self._processor.tokenizer
        turns = render_turns(self._dialect, sample.conversation.turns, sizes)
        pieces = lay_out(tokenizer.inner, turns, add_generation_prompt=False)
        tokens = sum(
            len(tokenizer.encode_layout(text) if is_layout else tokenizer.encode_text(text))
            for text, is_layout in pieces
        )
        return tokens + sum(slots) - len(slots)  # each picture stands for one pad in the layout

    def _unsaid(self, sample: Sample) -> Iterator[Finding]:
        """What the family's dialect has no words for: quads, which become the boxes around them."""
        if self.family in (QWEN_VL, QWEN2_VL):
            return
        for number, turn in enumerate(sample.conversation.turns):
            for span in spans(turn.text):
                if isinstance(span.segment, QuadToken):
                    values = {"model": self.name}
                    yield Finding("model-quad", sample.source, number, span.start, span.end, values)

    def _size(self, path: Path) -> Size | None:
        if path not in self._sizes:
            try:
                self._sizes[path] = picture_size(path)
            except PictureError:
                self._sizes[path] = None
        return self._sizes[path]


def _context(config: dict[str, Any]) -> int:
    """The tokens a model was trained with, from its configuration."""
    text = config.get("text_config")
    for place in (config, text if isinstance(text, dict) else {}):
        for key in ("seq_length", "max_position_embeddings"):
            if isinstance(place.get(key), int):
                return int(place[key])
    return 2048
