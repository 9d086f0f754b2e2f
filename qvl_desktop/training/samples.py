"""From the samples of a data set to token ids and labels, ready for batches.

Owns which samples are learnt from and the notices about those that are not, the checks of their pictures, and padding
to the longest of a batch. Does not own how a conversation becomes tokens (`models.qwen_vl.labels`,
`models.families.labels`) nor pictures' features.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import torch
from torch.utils.data import Dataset as TorchDataset
from torch.utils.data import Sampler

from qvl_desktop.core.dataset import Sample
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.pictures import picture_size
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.sources import spoken_source
from qvl_desktop.core.tokens import Picture, parse
from qvl_desktop.models.families.labels import build_family_sample
from qvl_desktop.models.families.processor import FamilyProcessor
from qvl_desktop.models.qwen_vl.labels import IGNORE_INDEX, SampleTooLong, Supervision, build_sample
from qvl_desktop.training.errors import TrainingDataError

NAMED_FILES = 5
GROUPED_BATCHES = 32
"""Batches whose samples are sorted by length together: enough to save padding, few enough to stay random."""


@dataclass(frozen=True, slots=True)
class EncodedSample:
    """One conversation as token ids; `labels` is -100 where nothing is learnt. `pictures` are files in slot order."""

    input_ids: list[int]
    labels: list[int]
    pictures: tuple[Path, ...]
    source: str

    @property
    def supervised(self) -> int:
        """Tokens the loss looks at (the first token is predicted by nothing)."""
        return sum(label != IGNORE_INDEX for label in self.labels[1:])


class EncodedSamples(TorchDataset[EncodedSample]):
    """Encoded samples as `Trainer` wants them."""

    def __init__(self, samples: Sequence[EncodedSample]) -> None:
        self.samples = tuple(samples)

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> EncodedSample:
        return self.samples[index]


def sample_encoder(processor: Any) -> Any:
    """What `encode_samples` takes of a processor: the native tokenizer, or the whole processor of a later family."""
    return processor if isinstance(processor, FamilyProcessor) else processor.tokenizer


def parts_learnt(samples: Iterable[Sample], encoder: Any, plan: TrainingPlan) -> Iterator[Sample]:
    """The samples themselves; where a family lays earlier answers out otherwise, one for each answer.

    Then an answer is learnt behind exactly what it is asked behind. "compatible" labels leave conversations whole.
    """
    apart = _answers_apart(encoder, plan)
    for sample in samples:
        turns = sample.conversation.turns
        ends = [place for place, turn in enumerate(turns) if turn.role == "assistant"]
        if not apart or len(ends) < 2:
            yield sample
            continue
        for end in ends:
            said = turns[: end + 1]
            pictures = sum(isinstance(part, Picture) for turn in said for part in parse(turn.text))
            conversation = replace(sample.conversation, turns=said)
            yield replace(sample, conversation=conversation, pictures=sample.pictures[:pictures], shapes=())


def _answers_apart(encoder: Any, plan: TrainingPlan) -> bool:
    return isinstance(encoder, FamilyProcessor) and plan.labels != "compatible" and encoder.answers_apart


def encode_sample(sample: Sample, encoder: Any, plan: TrainingPlan) -> EncodedSample:
    """One conversation as token ids, in the dialect of the encoder's family.

    Raises `SampleTooLong`, `NothingToLearn`, `PictureError`, and other `QvlError` for broken markup.
    """
    supervise: Supervision = "compatible" if plan.labels == "compatible" else "answers"
    turns = sample.conversation.turns
    if isinstance(encoder, FamilyProcessor):
        sizes = [picture_size(picture) for picture in sample.pictures]
        apart = _answers_apart(encoder, plan) and any(turn.role == "assistant" for turn in turns)
        built = build_family_sample(
            encoder, turns, sizes, supervise=supervise, max_length=plan.max_length, last_only=apart
        )
    else:
        built = build_sample(encoder, turns, supervise=supervise, max_length=plan.max_length)
    return EncodedSample(built.input_ids, built.labels, sample.pictures, sample.source)


def encode_samples(samples: Sequence[Sample], encoder: Any, plan: TrainingPlan) -> tuple[EncodedSamples, list[str]]:
    """Samples as token ids, and a sentence for each that is left out (too long, nothing to learn, broken markup).

    `encoder` is what `sample_encoder` gives. Raises `TrainingDataError` when files of pictures are missing (a run that
    silently learns from half its data helps nobody), and when a sample is too long and the plan refuses such.
    """
    check_pictures(samples)
    encoded: list[EncodedSample] = []
    notices: list[str] = []
    too_long: list[str] = []
    for sample in parts_learnt(samples, encoder, plan):
        try:
            encoded.append(encode_sample(sample, encoder, plan))
        except QvlError as error:
            template = translate("errors", QT_TRANSLATE_NOOP("errors", "{source} is left out: {reason}"))
            notices.append(template.format(source=spoken_source(sample.source or "?"), reason=error))
            if isinstance(error, SampleTooLong):
                too_long.append(f"{sample.source or '?'} ({error.length})")
    if too_long and plan.too_long == "refuse":
        more = f" (+{len(too_long) - NAMED_FILES})" if len(too_long) > NAMED_FILES else ""
        raise TrainingDataError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{count} sample(s) have more than {limit} tokens, and the plan does not leave any out: {names}. Raise "
                "the limit, shorten them, or let longer samples be skipped.",
            ),
            count=len(too_long),
            limit=plan.max_length,
            names=", ".join(too_long[:NAMED_FILES]) + more,
        )
    return EncodedSamples(encoded), notices


def check_pictures(samples: Sequence[Sample]) -> None:
    """Raise `TrainingDataError` naming the first picture files that do not exist."""
    files = {picture for sample in samples for picture in sample.pictures}
    missing = sorted(str(path) for path in files if not path.is_file())
    if missing:
        more = f" (+{len(missing) - NAMED_FILES})" if len(missing) > NAMED_FILES else ""
        raise TrainingDataError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{count} picture(s) are not where the data says: {names}. Bring them back, or take them out "
                "of the data.",
            ),
            count=len(missing),
            names=", ".join(missing[:NAMED_FILES]) + more,
        )


class Pictures(Protocol):
    """Where a batch gets its pictures from: features from the cache, or pixels for a tower in memory."""

    def inputs(self, pictures: Sequence[Path], input_ids: torch.Tensor) -> dict[str, torch.Tensor]:
        """What the model takes for these pictures, whose slots are in `input_ids` (rows, tokens), in order."""


class Collator:
    """Batches, padded on the right to their own longest sample.

    There is no attention mask: nothing looks ahead in a causal model, so real tokens never see the padding behind them,
    and without a mask attention takes its fast path. `token_count` is what the batch really holds and
    `samples` are the samples themselves; the trainer takes both out before the model sees the batch.
    """

    def __init__(self, pad_id: int, pictures: Pictures) -> None:
        self._pad_id = pad_id
        self._pictures = pictures

    def __call__(self, samples: Sequence[EncodedSample]) -> dict[str, Any]:
        """`input_ids` and `labels` int64 (rows, tokens), and the pictures of all rows in order."""
        length = max(len(sample.input_ids) for sample in samples)
        input_ids = torch.full((len(samples), length), self._pad_id)
        labels = torch.full((len(samples), length), IGNORE_INDEX)
        for row, sample in enumerate(samples):
            input_ids[row, : len(sample.input_ids)] = torch.tensor(sample.input_ids)
            labels[row, : len(sample.labels)] = torch.tensor(sample.labels)
        batch: dict[str, Any] = {
            "input_ids": input_ids,
            "labels": labels,
            "token_count": torch.tensor(sum(len(sample.input_ids) for sample in samples)),
            "samples": tuple(samples),
        }
        pictures = [picture for sample in samples for picture in sample.pictures]
        if pictures:
            batch |= self._pictures.inputs(pictures, input_ids)
        return batch


class LengthGroupedSampler(Sampler[int]):
    """A random order in which the samples of a batch are of about the same length.

    The order is a function of seed and epoch alone, so a resumed run meets the same batches. A last batch that is not
    full stays the last.
    """

    def __init__(self, lengths: Sequence[int], batch_size: int, seed: int) -> None:
        self._lengths = lengths
        self._batch_size = batch_size
        self._seed = seed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the order of an epoch."""
        self._epoch = epoch

    def __len__(self) -> int:
        return len(self._lengths)

    def __iter__(self) -> Iterator[int]:
        generator = torch.Generator().manual_seed(self._seed * 1_000_003 + self._epoch)
        order: list[int] = torch.randperm(len(self._lengths), generator=generator).tolist()
        size = self._batch_size
        full, rest = order[: len(order) // size * size], order[len(order) // size * size :]
        batches: list[list[int]] = []
        for start in range(0, len(full), size * GROUPED_BATCHES):
            group = full[start : start + size * GROUPED_BATCHES]
            group.sort(key=lambda index: -self._lengths[index])
            batches += [group[place : place + size] for place in range(0, len(group), size)]
        for place in torch.randperm(len(batches), generator=generator).tolist():
            yield from batches[place]
        yield from rest
