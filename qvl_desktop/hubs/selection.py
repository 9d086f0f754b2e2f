"""Which files of a repository are fetched.

Owns the names that this program and `transformers` read, and the rule about pickles. Nothing else of a repository ever
reaches the disk: no code, no archives, no pictures, no file in a sub-folder, no name that leads out of the folder.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.hubs.base import RemoteFile
from qvl_desktop.hubs.errors import DownloadError, NotThereError, PickleError

SMALL = (
    "config.json",
    "generation_config.json",
    "quantize_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "*.tiktoken",
    "preprocessor_config.json",
    "video_preprocessor_config.json",
    "processor_config.json",
    "chat_template.json",
    "chat_template.jinja",
    "adapter_config.json",
    "README.md",
    "LICENSE*",
    "NOTICE*",
)
WEIGHTS = ("*.safetensors", "*.safetensors.index.json")
PICKLES = ("pytorch_model.bin", "pytorch_model-*.bin", "pytorch_model.bin.index.json")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,200}")


def choose_files(files: Iterable[RemoteFile], repo: str, *, allow_pickle: bool = False) -> tuple[RemoteFile, ...]:
    """The files to fetch, small ones first. Raises `NotThereError` when this is no model, `PickleError` when it has
    weights as pickles alone and nobody agreed to them, `DownloadError` for a list that cannot be trusted."""
    found: dict[str, RemoteFile] = {}
    for file in files:
        if not _NAME.fullmatch(file.path):
            continue
        if not _matches(file.path, (*SMALL, *WEIGHTS, *PICKLES)):
            continue
        if file.size < 0 or found.get(file.path, file) != file:
            raise DownloadError(
                QT_TRANSLATE_NOOP("errors", "{repo}: the hub's list is not clear about {file}. Try another source."),
                repo=repo,
                file=file.path,
            )
        found[file.path] = file
    weights = [name for name in found if name.endswith(".safetensors")]
    pickles = [name for name in found if _matches(name, PICKLES)]
    if ("config.json" not in found and "adapter_config.json" not in found) or not (weights or pickles):
        raise NotThereError(
            QT_TRANSLATE_NOOP("errors", "{repo}: no model that this program can read: no config.json with weights."),
            repo=repo,
        )
    if weights:
        for name in pickles:
            del found[name]
    elif not allow_pickle:
        raise PickleError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{repo}: its weights are there only as PyTorch files (.bin), an older format that can carry code. This "
                "program reads them as plain numbers and refuses any with code. Agree to fetch them: --allow-pickle.",
            ),
            repo=repo,
        )
    return tuple(sorted(found.values(), key=lambda file: (_matches(file.path, (*WEIGHTS, *PICKLES)), file.path)))


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
