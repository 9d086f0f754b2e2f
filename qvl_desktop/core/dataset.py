"""A data set as the model side sees it: samples with absolute picture paths.

Owns `Sample` and `Dataset`. Does not read files or projects (`formats`, `storage`), nor render text for a model.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from qvl_desktop.core.conversation import Conversation
from qvl_desktop.core.shapes import Shape

Split = Literal["", "train", "val", "test"]
SPLITS: tuple[Split, ...] = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class Sample:
    """One conversation to learn from or to be asked.

    `pictures` are absolute, one for each `<img>` of the conversation in order. `source` names the record for the user
    ("data.json: record 17"). An empty `split` means the data does not say. `extra` is a JSON object with those keys of
    the record that mean nothing here, kept for the way back; empty when there are none.

    `shapes`: for each box and quad of the conversation in reading order its exact place in pixels, None where the data
    says no more than the token. Empty when nothing more is known.
    """

    conversation: Conversation
    pictures: tuple[Path, ...]
    split: Split = ""
    source: str = ""
    extra: str = ""
    shapes: tuple[Shape | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Dataset:
    """Samples of one project or file; `problems` are sentences about records that were left out."""

    name: str
    samples: tuple[Sample, ...]
    problems: tuple[str, ...] = ()

    def split(self, name: Split) -> tuple[Sample, ...]:
        """The samples of one split; those without a split count as "train"."""
        return tuple(sample for sample in self.samples if (sample.split or "train") == name)
