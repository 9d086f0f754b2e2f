"""Faults that only show with all records of a data file in view.

Owns what is said twice, what stands in two splits, and refs spelled several ways. A project has its own checks of these
(`storage.checking`), which need not hold it in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from qvl_desktop.core.dataset import Dataset, Sample
from qvl_desktop.core.findings import Finding
from qvl_desktop.core.spelling import spelled_several_ways


def lint_together(dataset: Dataset) -> Iterator[Finding]:
    """The findings, conversations first."""
    yield from _said_twice(dataset)
    counts = Counter(
        mention.ref.strip()
        for sample in dataset.samples
        for mention in sample.conversation.mentions()
        if mention.ref.strip()
    )
    for group in spelled_several_ways(counts):
        spellings = ", ".join(f"“{ref}” ({counts[ref]})" for ref in group.all)
        yield Finding("ref-spelling", dataset.name, values={"spellings": spellings, "wanted": group.wanted})


def _said_twice(dataset: Dataset) -> Iterator[Finding]:
    seen: dict[int, list[Sample]] = {}
    for sample in dataset.samples:
        text = tuple((turn.role, " ".join(turn.text.split())) for turn in sample.conversation.turns)
        before = seen.setdefault(hash((text, sample.pictures)), [])
        if before:
            split = sample.split or "train"
            other = next((one for one in before if (one.split or "train") != split), before[0])
            theirs = other.split or "train"
            code = "conversation-twice" if theirs == split else "conversation-leak"
            yield Finding(code, sample.source, values={"other": other.source, "split": split, "other_split": theirs})
        before.append(sample)
