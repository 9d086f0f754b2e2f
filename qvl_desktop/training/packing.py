"""Several samples in one row, each blind to the others: the same step in fewer, fuller passes.

A step learns from the same samples, in the same order of steps, as without packing, and its loss is divided by the same
number of tokens: packing changes how much is computed, not what. Owns which samples share a row and the batch made of
a step. Does not own how attention keeps them apart (`models.qwen_vl.attention`) or the order of the samples
(`samples`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch.utils.data import Sampler

from qvl_desktop.models.qwen_vl.labels import IGNORE_INDEX
from qvl_desktop.training.samples import EncodedSample, LengthGroupedSampler, Pictures

Batch = dict[str, Any]


def pack(lengths: Sequence[int], room: int) -> list[list[int]]:
    """Rows of samples (their indices) with at most `room` tokens each, by best fit of the longest first.

    Every sample goes to the fullest row that still has room for it, and to a new one when there is none. The same
    lengths give the same rows. A sample longer than `room` has a row of its own.
    """
    rows: list[list[int]] = []
    free: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda index: (-lengths[index], index)):
        fitting = [row for row, left in enumerate(free) if left >= lengths[index]]
        if fitting:
            row = min(fitting, key=lambda row: (free[row], row))
        else:
            row = len(rows)
            rows.append([])
            free.append(room)
        rows[row].append(index)
        free[row] -= lengths[index]
    return [sorted(row) for row in rows]


class PackedCollator:
    """All samples of a step as rows of at most `room` tokens, without any padding.

    The batch holds `rows`, one dictionary of model inputs for each, which go through the model one after the other;
    `input_ids` and `labels` of them all, to be counted; `token_count` and `samples` as those of `samples.Collator`.
    """

    def __init__(self, room: int, pictures: Pictures) -> None:
        self._room = room
        self._pictures = pictures

    def __call__(self, samples: Sequence[EncodedSample]) -> Batch:
        """`input_ids` and `labels` int64 (1, tokens) of the whole step, and its rows."""
        packed = pack([len(sample.input_ids) for sample in samples], self._room)
        ordered = [[samples[index] for index in row] for row in packed]
        rows = tuple(self.row(row) for row in ordered)
        return {
            "input_ids": torch.cat([row["input_ids"] for row in rows], dim=1),
            "labels": torch.cat([row["labels"] for row in rows], dim=1),
            "rows": rows,
            "token_count": torch.tensor(sum(len(sample.input_ids) for sample in samples)),
            "samples": tuple(sample for row in ordered for sample in row),
        }

    def row(self, samples: Sequence[EncodedSample]) -> Batch:
        """The model's inputs for one row: ids and labels int64 (1, tokens), the samples' lengths, their pictures."""
        input_ids = torch.tensor([[token for sample in samples for token in sample.input_ids]])
        labels = torch.tensor([[label for sample in samples for label in (IGNORE_INDEX, *sample.labels[1:])]])
        row: Batch = {
            "input_ids": input_ids,
            "labels": labels,
            "segments": tuple(len(sample.input_ids) for sample in samples),
        }
        pictures = [picture for sample in samples for picture in sample.pictures]
        return row | self._pictures.inputs(pictures, input_ids) if pictures else row


class SharedSteps(Sampler[list[int]]):
    """The samples of each step in as many lists as processes share it, also of the last step of an epoch, whose fewer
    samples are shared out as well. `size` samples a process make a full step.
    """

    def __init__(self, sampler: LengthGroupedSampler, size: int, processes: int) -> None:
        self.sampler = sampler
        self._size = size
        self._processes = processes

    def set_epoch(self, epoch: int) -> None:
        """Choose the order of an epoch."""
        self.sampler.set_epoch(epoch)

    def __len__(self) -> int:
        return self._processes * math.ceil(len(self.sampler) / (self._size * self._processes))

    def __iter__(self) -> Iterator[list[int]]:
        order = list(self.sampler)
        whole = self._size * self._processes
        for start in range(0, len(order), whole):
            step = order[start : start + whole]
            while len(step) < self._processes:
                step.append(step[0])  # nobody can be left without any: all make the same steps
            share, more = divmod(len(step), self._processes)
            begin = 0
            for process in range(self._processes):
                end = begin + share + (process < more)
                yield step[begin:end]
                begin = end


def rows_of(batch: Batch) -> tuple[Batch, ...]:
    """What goes through the model one after the other: the rows of a packed step, or the batch itself."""
    rows: tuple[Batch, ...] = batch.get("rows", (batch,))
    return rows
