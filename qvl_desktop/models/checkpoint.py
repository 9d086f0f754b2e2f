"""A folder of weights in the official layout: what it holds, and reading it file by file.

Owns finding the files (sharded or not, safetensors before ``.bin``), the agreement of index and files, and the
comparison of names and shapes with what a model expects. Everything is decided from headers, before memory is spent.
Does not own single files (``tensor_files``) or putting tensors into a model (``materialize``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import ModelLoadError
from qvl_desktop.models.tensor_files import StoredTensor, list_tensors, read_tensors

SINGLE_FILES = ("model.safetensors", "pytorch_model.bin")
INDEX_FILES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")
NAMED = 8
"""How many tensors a message names before it counts them."""


@dataclass(frozen=True)
class Checkpoint:
    """The weights of a folder. ``tensors`` holds every one of them by name."""

    folder: Path
    tensors: Mapping[str, StoredTensor]

    @classmethod
    def open(cls, folder: Path) -> Checkpoint:
        """Read the headers of a folder's weight files.

        Raises ModelLoadError: no weights, a missing shard, an index that does not fit its files, one tensor in two
        files.
        WeightFileError: a file that is broken, cut short, or wants to run code.
        """
        files, indexed = _find_files(folder)
        tensors: dict[str, StoredTensor] = {}
        for file in files:
            for tensor in list_tensors(file):
                if tensor.name in tensors:
                    raise ModelLoadError(
                        QT_TRANSLATE_NOOP("errors", "{folder}: {name} is in two files: {first} and {second}."),
                        folder=folder,
                        name=tensor.name,
                        first=tensors[tensor.name].file.name,
                        second=file.name,
                    )
                tensors[tensor.name] = tensor
        lost = [name for name, file in indexed.items() if name not in tensors or tensors[name].file.name != file]
        if lost:
            raise ModelLoadError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "{folder}: the index names tensors that its files do not hold: {names}. Download them again.",
                ),
                folder=folder,
                names=named(lost),
            )
        return cls(folder, tensors)

    @property
    def nbytes(self) -> int:
        """Bytes of all tensors as stored."""
        return sum(tensor.nbytes for tensor in self.tensors.values())

    def check(self, expected: Mapping[str, Iterable[int]], ignored: Callable[[str], bool] | None = None) -> None:
        """Compare with the names and shapes that a model expects.

        Args:
            ignored: says which names of the folder are left out on purpose.

        Raises ModelLoadError that names what is missing, unexpected, or of another shape.
        """
        unexpected = [name for name in self.tensors if name not in expected and not (ignored and ignored(name))]
        missing = [name for name in expected if name not in self.tensors]
        shapes = [
            f"{name} {list(self.tensors[name].shape)} != {list(shape)}"
            for name, shape in expected.items()
            if name in self.tensors and self.tensors[name].shape != tuple(shape)
        ]
        if missing or unexpected or shapes:
            raise ModelLoadError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "{folder}: the weights do not fit the configuration. Missing: {missing}. Unexpected: {unexpected}. "
                    "Other shape: {mismatched}. Download the model again, or check config.json.",
                ),
                folder=self.folder,
                missing=named(missing),
                unexpected=named(unexpected),
                mismatched=named(shapes),
            )

    def read(self, names: Iterable[str] | None = None) -> Iterator[tuple[str, torch.Tensor]]:
        """Tensors on the CPU as stored, file after file, one in memory at a time; all of them unless named."""
        wanted: dict[Path, list[StoredTensor]] = {}
        for name in self.tensors if names is None else names:
            wanted.setdefault(self.tensors[name].file, []).append(self.tensors[name])
        for file in sorted(wanted):
            for tensor, value in read_tensors(file, wanted[file]):
                yield tensor.name, value


def named(names: Iterable[str], limit: int = NAMED) -> str:
    """Names for a message: the first few in order and the count of all, or "-"."""
    ordered = sorted(names)
    shown = ", ".join(ordered[:limit]) or "-"
    return shown if len(ordered) <= limit else f"{shown}, ... ({len(ordered)})"


def _find_files(folder: Path) -> tuple[list[Path], dict[str, str]]:
    """The weight files, and the index (tensor name -> file name) where there is one."""
    for single, index in zip(SINGLE_FILES, INDEX_FILES, strict=True):
        if (folder / single).is_file():
            return [folder / single], {}
        if (folder / index).is_file():
            indexed = _read_index(folder / index)
            return [folder / name for name in sorted(set(indexed.values()))], indexed
    alone = sorted(folder.glob("*.safetensors"))
    if len(alone) == 1:  # AutoGPTQ names its file after the settings
        return alone, {}
    raise ModelLoadError(
        QT_TRANSLATE_NOOP(
            "errors", "{folder}: there are no weights: none of {names} is here. Download the model again."
        ),
        folder=folder,
        names=", ".join((*SINGLE_FILES, *INDEX_FILES)),
    )


def _read_index(path: Path) -> dict[str, str]:
    try:
        indexed = json.loads(path.read_text(encoding="utf-8"))["weight_map"]
        good = bool(indexed) and all(
            isinstance(file, str) and Path(file).name == file and file not in (".", "..") for file in indexed.values()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "{path}: cannot be read: {reason}"), path=path, reason=error
        ) from error
    if not good:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "{path}: the index names files outside the folder, or none at all."), path=path
        )
    missing = sorted({file for file in indexed.values() if not (path.parent / file).is_file()})
    if missing:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP(
                "errors", "{folder}: {count} file(s) of the model are missing: {names}. Download them again."
            ),
            folder=path.parent,
            count=len(missing),
            names=named(missing),
        )
    return dict(indexed)
