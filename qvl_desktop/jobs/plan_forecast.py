"""The forecast of a plan in the window, without the model half.

Owns counting a data set once for a model (`count_lengths`, beside the window) and the forecast from these counts, which
is quick enough for every keystroke. Does not own the arithmetic (`core.forecast`, `core.cheaper`), counting tokens
(`token_counting`) or showing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from qvl_desktop.core.cheaper import Change, changes, milder
from qvl_desktop.core.dataset import Dataset, Sample
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.forecast import DataSummary, Forecast, Hardware, forecast
from qvl_desktop.core.measured import recall
from qvl_desktop.core.model_sizes import DecoderShape
from qvl_desktop.core.pictures import picture_size
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.sight import OFFICIAL, Sight
from qvl_desktop.jobs.machine import Machine
from qvl_desktop.jobs.token_counting import Counter, load_counter, measure

CLEARLY_LESS = 0.95
"""Of what a plan that ran out of memory needs, the share that a cheaper one may need."""


@dataclass(frozen=True, slots=True)
class SampleLength:
    """One sample of the training split. `tokens` in all, `answer` those of the assistant, `patches` of its largest
    picture before they are merged (0 where all pictures are seen at one size), `slots` the tokens of each picture (none
    there)."""

    source: str
    tokens: int
    answer: int
    pictures: tuple[Path, ...]
    patches: int = 0
    slots: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Lengths:
    """What was counted for one model and one data set. `exact`: with the model's own vocabulary."""

    folder: Path
    shape: DecoderShape
    samples: tuple[SampleLength, ...]
    exact: bool
    _known: dict[int, tuple[DataSummary, tuple[SampleLength, ...]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def within(self, limit: int) -> tuple[DataSummary, tuple[SampleLength, ...]]:
        """What the forecast needs of the samples within a limit of tokens, and those above it, the longest first.

        Counted once a limit: other settings are typed without counting again.
        """
        if limit not in self._known:
            above = sorted((one for one in self.samples if one.tokens > limit), key=lambda one: -one.tokens)
            self._known[limit] = self._summary(limit), tuple(above)
        return self._known[limit]

    def _summary(self, limit: int) -> DataSummary:
        kept = [one for one in self.samples if one.tokens <= limit]
        tokens = [one.tokens for one in kept]
        each = {path: slots for one in kept for path, slots in zip(one.pictures, one.slots, strict=False)}
        return DataSummary(
            samples=len(kept),
            pictures=len({picture for one in kept for picture in one.pictures}),
            longest=max(tokens, default=0),
            most_supervised=max((one.answer for one in kept), default=0),
            average=sum(tokens) / len(tokens) if tokens else 0.0,
            left_out=len(self.samples) - len(kept),
            patches=max((one.patches for one in kept), default=0),
            most_pictures=max((len(one.pictures) for one in kept), default=0),
            slots=sum(each.values()),
            most_slots=max((sum(one.slots) for one in kept), default=0),
        )


@dataclass(frozen=True, slots=True)
class Outlook:
    """A forecast beside what there is, and the changes that would make it fit."""

    need: Forecast
    machine: Machine
    fits: bool
    changes: tuple[Change, ...]
    too_long: tuple[SampleLength, ...]
    exact: bool


def count_lengths(dataset: Dataset, folder: Path, max_pixels: int = 0) -> Lengths:
    """Count the training split for a model folder. Raises `ForecastError` for a model whose sizes are unknown."""
    shape = DecoderShape.read(folder)
    sight = Sight.of_folder(folder) or OFFICIAL["qwen-vl"]
    counter = load_counter(folder, sight)
    counted = [_length(sample, sight, counter, shape, max_pixels) for sample in dataset.split("train")]
    return Lengths(folder, shape, tuple(one for one in counted if one is not None), counter.exact)


def outlook(plan: TrainingPlan, lengths: Lengths, machine: Machine) -> Outlook:
    """The forecast of a plan on this machine. Takes well below a millisecond when the plan fits."""
    data, left_out = lengths.within(plan.max_length)
    found = recall(machine.name, lengths.folder, plan.method)
    carrier = _carrier(plan, machine, found.rate, found.correction)
    need = forecast(plan, lengths.shape, data, carrier)
    offers = changes(plan, lengths.shape, data, carrier, machine.free)
    return Outlook(need, machine, need.memory <= machine.free, tuple(offers), left_out, lengths.exact)


def cheaper_than(plan: TrainingPlan, lengths: Lengths, machine: Machine) -> tuple[Change, ...]:
    """Changes of a plan that ran out of memory here, whatever was forecast: each needs clearly less than it does, or
    at least less where nothing does, or else should by its kind."""
    data, _ = lengths.within(plan.max_length)
    found = recall(machine.name, lengths.folder, plan.method)
    carrier = _carrier(plan, machine, found.rate, found.correction)
    need = forecast(plan, lengths.shape, data, carrier)
    for most in (int(need.memory * CLEARLY_LESS), need.memory - 1):
        if offers := changes(plan, lengths.shape, data, carrier, min(machine.free, most)):
            return tuple(offers)
    return tuple(milder(plan, lengths.shape, data, carrier))


def _carrier(plan: TrainingPlan, machine: Machine, rate: float, correction: float) -> Hardware:
    return Hardware(
        value_bytes=_value_bytes(plan, machine),
        on_card=machine.on_card,
        cores=machine.cores,
        processes=plan.processes,
        rate=rate,
        correction=correction,
        available=machine.free,
    )


def _value_bytes(plan: TrainingPlan, machine: Machine) -> int:
    if plan.precision == "auto":
        return 2 if machine.on_card else 4
    return 4 if plan.precision == "fp32" else 2


def _length(
    sample: Sample, sight: Sight, counter: Counter, shape: DecoderShape, max_pixels: int
) -> SampleLength | None:
    """None for a sample that cannot be laid out: training leaves it out as well."""
    turns = sample.conversation.turns
    try:
        sizes = [_shown(picture_size(picture), max_pixels) for picture in sample.pictures] if not shape.native else []
        measured = measure(sight, counter, turns, sizes)
        pixels = [width * height for width, height in map(sight.seen_size, sizes)]
    except QvlError:
        return None
    answer = sum(measured.turn_tokens(place) for place, turn in enumerate(turns) if turn.role == "assistant")
    patches = [count // shape.eyes.patch**2 for count in pixels]
    slots = tuple(count // shape.eyes.merged for count in patches)
    return SampleLength(sample.source, measured.total, answer, sample.pictures, max(patches, default=0), slots)


def _shown(size: tuple[int, int], most: int) -> tuple[int, int]:
    """A picture's size within a limit of pixels."""
    width, height = size
    if not most or width * height <= most:
        return size
    scale = (most / (width * height)) ** 0.5
    return max(1, round(width * scale)), max(1, round(height * scale))
