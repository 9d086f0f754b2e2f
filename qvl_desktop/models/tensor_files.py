"""One file of weights: which tensors it holds, whether it is whole, and reading them one at a time.

Owns the safetensors header (checked before a byte of data is read) and ``.bin`` files (``weights_only``: a pickle
that wants to run code is refused). Does not own folders (``checkpoint``) or what the tensors are for.
"""

from __future__ import annotations

import json
import math
import pickle
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import WeightFileError

DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
}
HEADER_LIMIT = 100 * 2**20
LENGTH_BYTES = 8
LEGACY_PICKLE = b"\x80\x02\x8a\n"
"""How files of torch before 1.6 begin."""

FOREIGN_NAME = re.compile(r"GLOBAL ([\w.]+)")
"""How torch names what a pickle wants to call."""


@dataclass(frozen=True)
class StoredTensor:
    """A tensor on disk: its name, its file, and, in a safetensors file, where its bytes lie (-1 elsewhere)."""

    name: str
    file: Path
    dtype: torch.dtype
    shape: tuple[int, ...]
    begin: int = -1

    @property
    def nbytes(self) -> int:
        """Bytes of the tensor as stored."""
        return math.prod(self.shape) * self.dtype.itemsize


def list_tensors(path: Path) -> list[StoredTensor]:
    """The tensors of a ``.safetensors`` or ``.bin`` file, in the order of their bytes. No data is read.

    Raises WeightFileError: cut short, not such a file, a broken header, a pickle that wants more than tensors.
    """
    try:
        return _list_safetensors(path) if path.suffix == ".safetensors" else _list_pickle(path)
    except OSError as error:
        raise WeightFileError(
            QT_TRANSLATE_NOOP("errors", "{path}: the file cannot be read ({reason})."),
            path=path,
            reason=error.strerror or error,
        ) from error


def read_tensors(path: Path, wanted: list[StoredTensor]) -> Iterator[tuple[StoredTensor, torch.Tensor]]:
    """The named tensors of one file, one at a time on the CPU, as stored: at most one of them need be in memory.

    ``wanted`` comes from ``list_tensors``. A tensor of a ``.bin`` file is a view of the file, to be copied by who
    keeps it.
    """
    if path.suffix != ".safetensors":
        state = _load_pickle(path, torch.device("cpu"))
        for tensor in wanted:
            yield tensor, state[tensor.name]
        return
    with path.open("rb", buffering=0) as file:
        for tensor in sorted(wanted, key=lambda tensor: tensor.begin):
            data = torch.empty(tensor.nbytes, dtype=torch.uint8)
            file.seek(tensor.begin)
            _fill(file, memoryview(cast("Any", data.numpy())), path)
            yield tensor, data.view(tensor.dtype).view(tensor.shape)


def _fill(file: Any, view: memoryview, path: Path) -> None:
    done = 0
    while done < len(view):
        read = file.readinto(view[done:])
        if not read:
            raise _broken(path, QT_TRANSLATE_NOOP("errors", "{path}: the file ended early. Download it again."))
        done += read


# safetensors


def _list_safetensors(path: Path) -> list[StoredTensor]:
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(LENGTH_BYTES), "little")
        if size < LENGTH_BYTES or length > min(HEADER_LIMIT, size - LENGTH_BYTES):
            raise _broken(
                path,
                QT_TRANSLATE_NOOP(
                    "errors",
                    "{path}: the file is cut short or is no safetensors file ({size} bytes). Download it again.",
                ),
                size=size,
            )
        try:
            header = json.loads(file.read(length))
        except ValueError as error:
            raise _broken(
                path, QT_TRANSLATE_NOOP("errors", "{path}: the header cannot be read. Download the file again.")
            ) from error
    start = LENGTH_BYTES + length
    found = [_entry(path, name, entry, start) for name, entry in header.items() if name != "__metadata__"]
    found.sort(key=lambda tensor: (tensor.begin, tensor.nbytes))
    end = start
    for tensor in found:
        if tensor.begin != end:
            raise _broken(
                path,
                QT_TRANSLATE_NOOP(
                    "errors", "{path}: the header puts {name} in a wrong place. Download the file again."
                ),
                name=tensor.name,
            )
        end += tensor.nbytes
    if end != size:
        raise _broken(
            path,
            QT_TRANSLATE_NOOP(
                "errors", "{path}: the file has {size} bytes but its header speaks of {expected}. Download it again."
            ),
            size=size,
            expected=end,
        )
    return found


def _entry(path: Path, name: str, entry: Any, start: int) -> StoredTensor:
    try:
        first, last = entry["data_offsets"]
        shape = tuple(entry["shape"])
        whole = all(type(value) is int and value >= 0 for value in (first, last, *shape))
        tensor = StoredTensor(name, path, DTYPES[entry["dtype"]], shape, start + first)
        whole = whole and last - first == tensor.nbytes
    except (KeyError, TypeError, ValueError):
        whole = False
    if not whole:
        raise _broken(
            path,
            QT_TRANSLATE_NOOP(
                "errors", "{path}: the header's entry for {name} makes no sense. Download the file again."
            ),
            name=name,
        )
    return tensor


# .bin


def _list_pickle(path: Path) -> list[StoredTensor]:
    state = _load_pickle(path, torch.device("meta"))
    found = []
    for name, tensor in state.items():
        if not isinstance(name, str) or not isinstance(tensor, torch.Tensor):
            raise _broken(
                path, QT_TRANSLATE_NOOP("errors", "{path}: {name} is no tensor; this is no file of weights."), name=name
            )
        found.append(StoredTensor(name, path, tensor.dtype, tuple(tensor.shape)))
    return found


def _load_pickle(path: Path, device: torch.device) -> dict[Any, Any]:
    with path.open("rb") as file:
        head = file.read(len(LEGACY_PICKLE))
    archive = zipfile.is_zipfile(path)
    if not archive and head != LEGACY_PICKLE:
        raise _broken(
            path,
            QT_TRANSLATE_NOOP(
                "errors", "{path}: the file is cut short or is no file of PyTorch weights. Download it again."
            ),
        )
    load: Callable[..., Any] = torch.load
    try:
        state = load(path, map_location=device, weights_only=True, mmap=archive)
    except pickle.UnpicklingError as error:
        called = FOREIGN_NAME.search(str(error))
        if called is None:
            raise _unreadable(path, error) from error
        raise _broken(
            path,
            QT_TRANSLATE_NOOP(
                "errors",
                "{path}: the file holds more than tensors: loading it would run code, so it is refused ({reason}). "
                "Get the model as safetensors, or from a source you trust.",
            ),
            reason=called[1],
        ) from error
    except (RuntimeError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise _unreadable(path, error) from error
    if not isinstance(state, dict):
        raise _broken(path, QT_TRANSLATE_NOOP("errors", "{path}: the file holds no named tensors."))
    return state


def _unreadable(path: Path, error: Exception) -> WeightFileError:
    template = QT_TRANSLATE_NOOP("errors", "{path}: the weights cannot be read: {reason}. Download the file again.")
    reason = str(error).strip().partition("\n")[0][:200] or type(error).__name__
    return _broken(path, template, reason=reason)


def _broken(path: Path, template: str, **values: object) -> WeightFileError:
    return WeightFileError(template, path=path, **values)
