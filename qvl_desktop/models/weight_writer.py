"""Writing a model folder as a whole: shards, index, and the files that go along, or nothing at all.

Everything is written beside the target and put in its place at the end. Owns files; what the tensors are is the
caller's.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import torch
from safetensors.torch import save_file

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import ModelWriteError

SHARD_BYTES = 2 * 2**30
WEIGHTS = (".safetensors", ".bin", ".pt", ".pth", ".index.json")


class ModelFolderWriter:
    """Context manager that makes a folder: ``add`` tensors and files; the folder appears when all went well.

    Raises ModelWriteError when the target exists and is not empty, or cannot be written.
    """

    def __init__(self, target: Path, *, shard_bytes: int = SHARD_BYTES) -> None:
        self._target = target
        self._staging = target.with_name(f".{target.name}.partial")
        self._shard_bytes = shard_bytes
        self._waiting: dict[str, torch.Tensor] = {}
        self._waiting_bytes = 0
        self._total = 0
        self._shards: list[list[str]] = []

    def __enter__(self) -> ModelFolderWriter:
        if self._target.exists() and (not self._target.is_dir() or any(self._target.iterdir())):
            raise ModelWriteError(
                QT_TRANSLATE_NOOP("errors", "{path}: there is something already. Choose a new folder."),
                path=self._target,
            )
        try:
            shutil.rmtree(self._staging, ignore_errors=True)
            self._staging.mkdir(parents=True)
        except OSError as error:
            raise self._cannot(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        except OSError as failure:
            raise self._cannot(failure) from failure
        finally:
            shutil.rmtree(self._staging, ignore_errors=True)

    def add(self, name: str, tensor: torch.Tensor) -> None:
        """Take a tensor; it is written when a shard is full."""
        if self._waiting and self._waiting_bytes + tensor.nbytes > self._shard_bytes:
            self._write_shard()
        self._waiting[name] = tensor.detach().cpu().contiguous()
        self._waiting_bytes += tensor.nbytes
        self._total += tensor.nbytes

    def add_all(self, tensors: Iterable[tuple[str, torch.Tensor]]) -> None:
        """Take tensors by name."""
        for name, tensor in tensors:
            self.add(name, tensor)

    def write_json(self, name: str, value: Mapping[str, Any]) -> None:
        """Write a settings file."""
        try:
            text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
            (self._staging / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise self._cannot(error) from error

    def copy_beside_weights(self, folder: Path) -> None:
        """Copy what a model folder holds beside its weights and ``config.json``: tokenizer, generation settings, "
        "licence."""
        try:
            for file in sorted(folder.iterdir()):
                known = file.name.startswith(".") or file.name in ("config.json", "quantize_config.json")
                if file.is_file() and not known and not file.name.endswith(WEIGHTS):
                    shutil.copy2(file, self._staging / file.name)
        except OSError as error:
            raise self._cannot(error) from error

    def _write_shard(self) -> None:
        self._shards.append(list(self._waiting))
        try:
            save_file(self._waiting, self._staging / f"part-{len(self._shards)}", metadata={"format": "pt"})
        except OSError as error:
            raise self._cannot(error) from error
        self._waiting, self._waiting_bytes = {}, 0

    def _finish(self) -> None:
        if self._waiting:
            self._write_shard()
        count = len(self._shards)
        weight_map: dict[str, str] = {}
        for number, names in enumerate(self._shards, 1):
            file = "model.safetensors" if count == 1 else f"model-{number:05d}-of-{count:05d}.safetensors"
            (self._staging / f"part-{number}").rename(self._staging / file)
            weight_map |= dict.fromkeys(names, file)
        if count > 1:
            index = {"metadata": {"total_size": self._total}, "weight_map": weight_map}
            self.write_json("model.safetensors.index.json", index)
        if self._target.exists():
            self._target.rmdir()
        self._staging.rename(self._target)

    def _cannot(self, error: OSError) -> ModelWriteError:
        return ModelWriteError(
            QT_TRANSLATE_NOOP("errors", "{path}: the model cannot be written ({reason})."),
            path=self._target,
            reason=error.strerror or error,
        )
