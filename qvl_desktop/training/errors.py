"""What can go wrong in a training run, in sentences for the person who started it.

Owns the error types of `training` and the translation of foreign errors (out of memory, a full disk) into them. Does
not own how they are reported (`runner`).
"""

from __future__ import annotations

import errno

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP


class TrainingError(QvlError):
    """Root of what ends a run."""


class TrainingDataError(TrainingError):
    """The data gives nothing to learn from, or names pictures that are not there."""


class DivergedError(TrainingError):
    """The loss is no number any more."""


class OutOfMemoryError(TrainingError):
    """The card or the machine has no memory left."""


class DiskFullError(TrainingError):
    """Nothing more can be written."""


class CheckpointError(TrainingError):
    """A checkpoint that cannot be resumed from."""


class FeatureRoomError(QvlError):
    """A disk that cannot hold the pictures' features."""


def for_the_user(error: BaseException) -> QvlError | None:
    """The error as a sentence a person can act on, or `None` for one that only its traceback explains."""
    if isinstance(error, QvlError):
        return error
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError" or _says_out_of_memory(error):
        return OutOfMemoryError(
            QT_TRANSLATE_NOOP(
                "errors",
                "There is not enough memory for this run. Make the batch smaller (and the accumulation larger), "
                "shorten the longest sample, or choose Q-LoRA. Resume goes on from the last checkpoint.",
            )
        )
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFullError(
            QT_TRANSLATE_NOOP(
                "errors",
                "The disk is full ({path}). Make room, then resume: the last checkpoint is whole.",
            ),
            path=error.filename or "the run folder",
        )
    return None


def _says_out_of_memory(error: BaseException) -> bool:
    """Whether torch reports missing memory in a plain `RuntimeError`, as its CPU allocator does."""
    text = str(error)
    return isinstance(error, RuntimeError) and ("out of memory" in text or "can't allocate memory" in text)
