"""Whether a model's folder is whole, told from its small files and sizes; why it is not, and the way out.

Owns the quick look that takes no longer than a listing. Does not own comparing every byte with the hub's hashes
(`download_record.verify`) nor what loading refuses (`models.checkpoint`).
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import BinaryIO

from qvl_desktop.core.cards import CardError
from qvl_desktop.core.download_record import DownloadRecord, RecordError
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP

VOCABULARIES = ("tokenizer.json", "vocab.json", "tokenizer.model")
POINTER = b"version https://git-lfs"
_MAX_HEADER = 100 * 2**20
NAMED = 3


class DamagedError(CardError):
    """A model's folder that is not whole. `mendable`: fetching again what is wrong mends it."""

    mendable = False


def fault_of(folder: Path) -> QvlError | None:
    """What is wrong with a model's folder, or `None`. An adapter's folder is looked at as far as its weights."""
    try:
        return (
            _gone(folder)
            or _unfinished(folder)
            or _against_record(folder)
            or _shards(folder)
            or _weights(folder)
            or _vocabulary(folder)
        )
    except OSError as error:
        return DamagedError(
            QT_TRANSLATE_NOOP("errors", "{path}: cannot be read ({reason})."),
            path=folder,
            reason=error.strerror or error,
        )


def _gone(folder: Path) -> DamagedError | None:
    if folder.is_dir():
        return None
    return DamagedError(
        QT_TRANSLATE_NOOP(
            "errors",
            "{path}: the folder is not there any more. Bring it back (a disk that is not plugged in?), or take it off "
            "the list.",
        ),
        path=folder,
    )


def _unfinished(folder: Path) -> DamagedError | None:
    record = _record(folder)
    if record is None or record.complete:
        return None
    return _mendable(
        DamagedError(
            QT_TRANSLATE_NOOP("errors", "{path}: the download is not finished. Resume it, or delete the folder."),
            path=folder,
        )
    )


def _against_record(folder: Path) -> DamagedError | None:
    record = _record(folder)
    if record is None:
        return None
    sizes = {path.name: path.stat().st_size for path in folder.iterdir() if path.is_file()}
    missing = [file.path for file in record.files if file.path not in sizes]
    cut = [file.path for file in record.files if file.path in sizes and sizes[file.path] != file.size]
    if missing:
        return _mendable(
            DamagedError(
                QT_TRANSLATE_NOOP(
                    "errors", "{path}: {count} of its files are missing: {names}. Mend it, or delete it."
                ),
                path=folder,
                count=len(missing),
                names=_named(missing),
            )
        )
    if cut:
        return _mendable(
            DamagedError(
                QT_TRANSLATE_NOOP(
                    "errors", "{path}: {count} of its files were changed or cut off: {names}. Mend it, or delete it."
                ),
                path=folder,
                count=len(cut),
                names=_named(cut),
            )
        )
    return None


def _shards(folder: Path) -> DamagedError | None:
    for index in ("model.safetensors.index.json", "pytorch_model.bin.index.json"):
        if not (folder / index).is_file():
            continue
        try:
            names = set(json.loads((folder / index).read_text(encoding="utf-8"))["weight_map"].values())
        except (ValueError, KeyError, TypeError, AttributeError):
            return DamagedError(
                QT_TRANSLATE_NOOP(
                    "errors", "{path}: the list of its weights cannot be read. Download the model again."
                ),
                path=folder / index,
            )
        missing = sorted(name for name in map(str, names) if not (folder / Path(name).name).is_file())
        if missing and not (folder / "model.safetensors").is_file():
            return DamagedError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "{path}: {count} of its weight files are missing: {names}. Copy them here, or download the model "
                    "again.",
                ),
                path=folder,
                count=len(missing),
                names=_named(missing),
            )
    return None


def _weights(folder: Path) -> DamagedError | None:
    for path in sorted([*folder.glob("*.safetensors"), *folder.glob("*.bin")]):
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(32)
            if size < 1024 and head.startswith(POINTER):
                return DamagedError(
                    QT_TRANSLATE_NOOP(
                        "errors",
                        "{path}: only a pointer of Git LFS, not the weights. Run git lfs pull in the folder, or "
                        "download the model again.",
                    ),
                    path=path,
                )
            if path.suffix == ".safetensors" and not _whole(file, head, size):
                return DamagedError(
                    QT_TRANSLATE_NOOP(
                        "errors", "{path}: the weights are cut off or damaged. Copy or download this file again."
                    ),
                    path=path,
                )
    return None


def _whole(file: BinaryIO, head: bytes, size: int) -> bool:
    """Whether a safetensors file is as long as its header says."""
    if len(head) < 8:
        return False
    (length,) = struct.unpack("<Q", head[:8])
    if length > min(_MAX_HEADER, size - 8):
        return False
    file.seek(8)
    try:
        header = json.loads(file.read(length))
        ends = [int(item["data_offsets"][1]) for name, item in header.items() if name != "__metadata__"]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return False
    return bool(size >= 8 + length + max(ends, default=0))


def _vocabulary(folder: Path) -> DamagedError | None:
    if not (folder / "config.json").is_file() or any(folder.glob("*.tiktoken")):
        return None
    if any((folder / name).is_file() for name in VOCABULARIES):
        return None
    return DamagedError(
        QT_TRANSLATE_NOOP(
            "errors",
            "{path}: its vocabulary is missing (qwen.tiktoken or tokenizer.json). Copy it here, or download the model "
            "again.",
        ),
        path=folder,
    )


def _record(folder: Path) -> DownloadRecord | None:
    try:
        return DownloadRecord.load(folder)
    except RecordError:
        return None


def _mendable(error: DamagedError) -> DamagedError:
    error.mendable = True
    return error


def _named(names: list[str]) -> str:
    return ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")
