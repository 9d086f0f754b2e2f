"""The checkpoints of a run: whole or not there, sealed with hashes, the best one kept.

Owns moving a finished folder to its place, the seal by which a damaged checkpoint is known, which ones are dropped, and
which validated best. Does not own what is in a checkpoint (`trainer`).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path

from qvl_desktop.core.amounts import file_size
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.run_folder import write_beside
from qvl_desktop.training.errors import DiskFullError

PREFIX = "checkpoint-"
SEAL = "seal.json"
"""In each checkpoint: size and hash of every other file."""
PLAN_NAME = "plan.json"
"""In each checkpoint: the plan as it then was."""
WRITTEN = "written.json"
"""In each checkpoint: how the steps before it were made (`resuming`)."""
BEST = "best.json"
"""Beside the checkpoints: which of them validated best so far."""

_ONLY_FOR_RESUMING = ("optimizer", "scheduler", "scaler", "rng_state", "trainer_state", "training_args", SEAL, WRITTEN)
_BLOCK = 2**22
SMALL_FILES = 2**20
"""Bytes of a checkpoint besides weights and moments."""


def check_room(folder: Path, trainable: int, limit: int) -> None:
    """Raise `DiskFullError` when the disk cannot hold the checkpoints of a run that trains so many weights.

    A checkpoint holds the weights and two moments of each, in float32; one more than `limit` exists for a moment.
    """
    need = (limit + 1) * (12 * trainable + SMALL_FILES)
    free = shutil.disk_usage(folder).free
    if free < need:
        raise DiskFullError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{path}: the checkpoints of this run take about {need} and {free} are free. Make room, "
                "keep fewer checkpoints, or put the run on another disk.",
            ),
            path=folder,
            need=file_size(need),
            free=file_size(free),
        )


def seal(folder: Path) -> None:
    """Write down size and hash (BLAKE2b) of every file of a finished checkpoint."""
    files = {
        path.relative_to(folder).as_posix(): _print_of(path) for path in sorted(folder.rglob("*")) if path.is_file()
    }
    write_beside(folder / SEAL, json.dumps(files, indent=1) + "\n")


def damage(folder: Path) -> str:
    """What is wrong with a checkpoint, in words for a person; "" when it is as it was written, or was never sealed."""
    try:
        files = json.loads((folder / SEAL).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        return str(error)
    for name, (size, digest) in files.items():
        try:
            found = _print_of(folder / name)
        except OSError as error:
            return f"{name}: {error.strerror or error}"
        if found != [size, digest]:
            text = translate("errors", QT_TRANSLATE_NOOP("errors", "{name} is not as it was written"))
            return text.format(name=name)
    return ""


def _print_of(path: Path) -> list[int | str]:
    digest = blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return [path.stat().st_size, digest.hexdigest()]


def place_folder(source: Path, target: Path) -> None:
    """Move a finished folder to its place in one step, after flushing it to disk; an older one there is replaced."""
    for path in source.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
    old = target.with_name(f".old-{target.name}")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.replace(old)
    source.replace(target)
    _flush_folder(target.parent)
    shutil.rmtree(old, ignore_errors=True)


def _flush_folder(folder: Path) -> None:
    """Make names durable too, where the system knows how."""
    with suppress(OSError, AttributeError):
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def checkpoints(folder: Path) -> list[Path]:
    """The checkpoints of a run that are in their place, oldest first."""
    found = [path for path in folder.glob(f"{PREFIX}*") if (path / "trainer_state.json").is_file()]
    return sorted((path for path in found if path.name.removeprefix(PREFIX).isdigit()), key=step_of)


def step_of(checkpoint: Path) -> int:
    """The step after which a checkpoint was made."""
    return int(checkpoint.name.removeprefix(PREFIX))


def drop_old_checkpoints(folder: Path, limit: int, keep: Iterable[int] = ()) -> None:
    """Delete all but the newest `limit` checkpoints; those of the steps in `keep` stay besides."""
    kept = set(keep)
    for path in checkpoints(folder)[:-limit]:
        if step_of(path) not in kept:
            shutil.rmtree(path, ignore_errors=True)


def copy_result(checkpoint: Path, target: Path) -> None:
    """Copy what a checkpoint holds of the trained weights, without what only resuming needs."""
    target.mkdir(parents=True, exist_ok=True)
    for path in checkpoint.iterdir():
        if path.is_file() and not path.name.startswith(_ONLY_FOR_RESUMING):
            shutil.copyfile(path, target / path.name)


@dataclass(frozen=True, slots=True)
class Best:
    """The checkpoint that validated best: its step and all that was measured there."""

    step: int
    metrics: dict[str, float] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> Best | None:
        """From the folder of checkpoints; None when there is none, or its checkpoint is gone."""
        try:
            best = cls(**json.loads((folder / BEST).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return best if (folder / f"{PREFIX}{best.step}").is_dir() else None

    def save(self, folder: Path) -> None:
        """Write it beside the checkpoints."""
        write_beside(folder / BEST, json.dumps(asdict(self)) + "\n")

    def beaten_by(self, metrics: dict[str, float], name: str) -> bool:
        """Whether `metrics` are better by the one of that name: a smaller loss, a larger anything else."""
        if name not in metrics:
            return False
        if name not in self.metrics:
            return True
        new, old = metrics[name], self.metrics[name]
        return new < old if name == "loss" else new > old
