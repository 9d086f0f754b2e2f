"""What there is of this installation: versions, cards, shipped files, folders, and for the slim app its engine.

Owns finding out, as plain data; nothing is mended. torch alone of the model half is really imported, so that its card
answers; of the others the installed version is read. Does not own the words (`doctor`).
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import re
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from qvl_desktop import __version__
from qvl_desktop.core.folders import cache_folder, config_folder, data_folder
from qvl_desktop.core.resources import missing_resources
from qvl_desktop.jobs.child import child_environment, installed_engine, is_frozen, is_slim

MODEL_HALF = (
    "transformers", "peft", "accelerate", "bitsandbytes", "safetensors", "tokenizers", "tiktoken", "fastapi", "uvicorn",
)  # fmt: skip
"""What the model half cannot do without, besides torch."""

FURTHER = ("gptqmodel",)
"""What it uses when it is there."""

PATIENCE = 120.0
"""Seconds another installation may take to say what it is: torch is imported from a cold disk."""


@dataclass(frozen=True, slots=True)
class Card:
    """One card as torch names it; `total` in bytes."""

    name: str
    total: int


@dataclass(frozen=True, slots=True)
class Torch:
    """torch as it was imported. `cuda` and `hip` are the versions it was built for, "" for none; `kernels` is the
    version of the library with which bitsandbytes works on such a card, "" for none."""

    version: str
    cuda: str
    hip: str
    cards: tuple[Card, ...]
    kernels: str


@dataclass(frozen=True, slots=True)
class Engine:
    """The installation that the slim app asks. `problem` says why it cannot be used, in its own words."""

    program: str
    version: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder the program writes to, or would make."""

    path: str
    writable: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that was found. `edition` is "package", "full" or "slim"; `packages` maps names to versions, "" for
    what is not there; `torch_problem` is why torch could not be imported."""

    edition: str
    torch: Torch | None
    torch_problem: str
    packages: dict[str, str]
    engine: Engine | None
    missing: tuple[str, ...]
    folders: dict[str, Folder]
    version: str = __version__
    python: str = field(default_factory=platform.python_version)
    system: str = field(default_factory=lambda: f"{platform.system()} {platform.release()} {platform.machine()}")

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def find_out() -> Facts:
    """Look at everything; takes some seconds where torch has to be imported."""
    slim = is_slim()
    torch, problem = (None, "") if slim else look_at_torch()
    return Facts(
        edition="slim" if slim else "full" if is_frozen() else "package",
        torch=torch,
        torch_problem=problem,
        packages=versions(() if slim else (*MODEL_HALF, *FURTHER)) | {"PySide6": window_version()},
        engine=ask_engine(installed_engine()) if slim else None,
        missing=tuple(missing_resources()),
        folders={
            "settings": look_at_folder(config_folder()),
            "data": look_at_folder(data_folder()),
            "cache": look_at_folder(cache_folder()),
        },
    )


def look_at_torch() -> tuple[Torch | None, str]:
    """torch and its cards, and why not."""
    try:
        import torch

        cards: tuple[Card, ...] = ()
        if torch.cuda.is_available():
            found = [torch.cuda.get_device_properties(index) for index in range(torch.cuda.device_count())]
            cards = tuple(Card(str(card.name), int(card.total_memory)) for card in found)
        cuda, hip = torch.version.cuda or "", torch.version.hip or ""
        return Torch(str(torch.__version__), cuda, hip, cards, kernels_for(cuda, kernel_names())), ""
    except (ImportError, OSError, RuntimeError) as error:  # a library it needs, or a driver that does not answer
        return None, str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def kernel_names() -> list[str]:
    """The libraries of bitsandbytes that are here."""
    spec = importlib.util.find_spec("bitsandbytes")
    if spec is None or spec.origin is None:
        return []
    return sorted(path.name for path in Path(spec.origin).parent.glob("*bitsandbytes_cuda*"))


def kernels_for(cuda: str, names: Iterable[str]) -> str:
    """The CUDA version, such as "12.8", of the library that bitsandbytes takes beside a torch built for `cuda`: the
    same, else the newest older one, else the oldest newer one, of the same main version; "" where there is none."""
    if not cuda:
        return ""
    main, minor = (int(part) for part in cuda.split(".")[:2])
    there = [match for name in names if (match := re.search(r"bitsandbytes_cuda(\d+)(\d)\.", name))]
    minors = sorted(int(match[2]) for match in there if int(match[1]) == main)
    older = [one for one in minors if one <= minor]
    best = older[-1] if older else minors[0] if minors else None
    return "" if best is None else f"{main}.{best}"


def versions(packages: Iterable[str]) -> dict[str, str]:
    """The installed versions; "" for what is not installed."""
    found = {}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "?" if importlib.util.find_spec(package) else ""
    return found


def window_version() -> str:
    """The version of PySide6; "" where the window cannot open, as on a server without it."""
    try:
        import PySide6
    except ImportError:
        return ""
    return str(PySide6.__version__)


def look_at_folder(path: Path) -> Folder:
    """Whether files can be written there, or the folder be made: found by trying, in the nearest one that is there."""
    there = path
    while not there.exists() and there != there.parent:
        there = there.parent
    try:
        with tempfile.TemporaryFile(dir=there):
            return Folder(str(path), True)
    except OSError:
        return Folder(str(path), False)


def ask_engine(program: str | None) -> Engine | None:
    """What the other installation says of itself; None where none is known."""
    if program is None:
        return None
    command = [program, "doctor", "--json"]
    environment = child_environment() | {"QVL_LANGUAGE": os.environ.get("QVL_LANGUAGE", "en")}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE, check=False, env=environment
        )
        told = json.loads(done.stdout)
        if told["torch"] is None:
            return Engine(program, str(told["version"]), told["torch_problem"] or told["problems"][0])
        return Engine(program, str(told["version"]))
    except (OSError, subprocess.SubprocessError) as error:
        return Engine(program, problem=getattr(error, "strerror", None) or str(error))
    except (ValueError, LookupError, TypeError):
        lines = done.stderr.strip().splitlines()
        return Engine(program, problem=lines[-1] if lines else f"exit {done.returncode}")
