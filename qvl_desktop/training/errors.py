"""What can go wrong in a training run, in sentences for the person who started it.

Owns the error types of `training` and the translation of foreign errors (out of memory, a full disk) into them. Does
not own how they are reported (`runner`).
"""

from __future__ import annotations

import errno

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP

_FULL = ("No space left on device", "File too large", "Disk quota exceeded", "file write failed")
_NO_MEMORY = ("out of memory", "can't allocate memory", "bad_alloc", "Cannot allocate memory", "not enough memory")
"""How libraries that have no error of their own for it say that disk or memory is full."""


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
    if says_disk_full(error):
        return disk_full(getattr(error, "filename", None) or "the run folder")
    return None


def disk_full(path: object) -> DiskFullError:
    """What is said when something cannot be written to a place."""
    return DiskFullError(
        QT_TRANSLATE_NOOP(
            "errors",
            "The disk is full ({path}). Make room, then resume: the last checkpoint is whole.",
        ),
        path=path,
    )


def says_disk_full(error: BaseException | None) -> bool:
    """Whether an error, or one that it came of, is about room on a disk.

    Only Python says so by number; safetensors says it in words, and torch that a file is shorter than it wrote.
    """
    if error is None:
        return False
    text = str(error)
    found = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    found = found or any(words in text for words in _FULL) or ("inline_container" in text and "unexpected pos" in text)
    return found or says_disk_full(error.__cause__)


def _says_out_of_memory(error: BaseException) -> bool:
    """Whether torch reports missing memory in a plain `RuntimeError`, as its CPU allocator does."""
    text = str(error)
    return isinstance(error, RuntimeError | OSError) and any(words in text for words in _NO_MEMORY)
