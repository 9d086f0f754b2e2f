"""What a model folder is, told from its small files alone.

Owns `ModelCard`, reading one from a folder (a model, or an adapter and the run it came from) and scanning places for
them. Opens `config.json`, `adapter_config.json`, the adapter's card and the headers of safetensors files; never loads
weights. Does not own loading (`models`) or the list of known places (`storage.settings`).
"""

from __future__ import annotations

import json
import math
import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from qvl_desktop.core.adapter_card import AdapterCard, AdapterError
from qvl_desktop.core.errors import PlanError, QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.resources import resource_path
from qvl_desktop.core.run_folder import RunFolder
from qvl_desktop.core.run_notes import RunNotes

DEMO = "demo"
"""The name of the shipped model, on the command line and in plans."""

FAMILIES = {
    "qwen": "Qwen-VL",
    "qwen_vl": "Qwen-VL",
    "qwen2_vl": "Qwen2-VL",
    "qwen2_5_vl": "Qwen2.5-VL",
    "qwen3_vl": "Qwen3-VL",
    "qwen3_vl_moe": "Qwen3-VL",
    "qwen3_5": "Qwen3.5",
    "qwen3_5_moe": "Qwen3.5",
}
"""`model_type` of `config.json` -> the family's name."""

_PRECISIONS = {
    "F64": "fp64",
    "F32": "fp32",
    "F16": "fp16",
    "BF16": "bf16",
    "F8_E4M3": "fp8",
    "I8": "int8",
    "U8": "int8",
}
_GPTQ_PACKED = 8
"""4-bit weights in one int32 of a GPTQ `qweight`."""
_GPTQ_TABLES = (".qzeros", ".scales", ".g_idx")
_MAX_HEADER = 100 * 2**20
_MAX_JSON = 32 * 2**20


class CardError(QvlError):
    """A folder that is neither a model nor an adapter; says what is missing."""


class CardKind(str, Enum):
    """Where a card came from."""

    DEMO = "demo"
    MODEL = "model"
    ADAPTER = "adapter"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One model or adapter on this machine.

    `reference` is what `--model` or `--adapter` takes ("demo" or the folder). `parameters` counts weights (0 when the
    headers do not tell), `size` is bytes of the weight files. For adapters `base` is the model as the plan named it,
    `run` the run folder, `metrics` the figures of its last validation. `problem` says in the user's language why it
    cannot be used, "" when it can; `mendable` whether fetching again what is wrong would mend it.
    """

    kind: CardKind
    name: str
    path: Path
    family: str
    parameters: int
    precision: str
    size: int
    base: str = ""
    run: Path | None = None
    method: str = ""
    created: float = 0.0
    metrics: dict[str, float] = field(default_factory=dict)
    problem: str = ""
    mendable: bool = False

    @property
    def reference(self) -> str:
        return DEMO if self.kind is CardKind.DEMO else str(self.path)


def demo_card() -> ModelCard | None:
    """The shipped model, or `None` where it was left out."""
    folder = resource_path("demo_model")
    try:
        card = read_card(folder)
    except CardError:
        return None
    return ModelCard(CardKind.DEMO, "Demo", folder, card.family, card.parameters, card.precision, card.size)


def read_card(folder: Path) -> ModelCard:
    """The card of a model or adapter folder. Raises `CardError` with what is missing."""
    if not folder.is_dir():
        raise CardError(QT_TRANSLATE_NOOP("errors", "{path}: there is no such folder."), path=folder)
    if (folder / "adapter_config.json").is_file():
        return _read_adapter(folder)
    config_file = folder / "config.json"
    if not config_file.is_file():
        raise CardError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{path}: this is no model folder, there is no config.json in it. Choose the folder that has one.",
            ),
            path=folder,
        )
    config = _read_json(config_file)
    family = _family(config)
    if family is None:
        raise CardError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{path}: models of the type {type} are not supported. Choose a Qwen-VL, Qwen2-VL, Qwen2.5-VL, "
                "Qwen3-VL or Qwen3.5 model.",
            ),
            path=folder,
            type=config.get("model_type") or "?",
        )
    weights = _weight_files(folder)
    if not weights:
        raise CardError(
            QT_TRANSLATE_NOOP(
                "errors", "{path}: the weights are missing (no .safetensors or .bin file). Download the model again."
            ),
            path=folder,
        )
    parameters, stored = _count(weights)
    return ModelCard(
        kind=CardKind.MODEL,
        name=folder_name(folder),
        path=folder.resolve(),
        family=family,
        parameters=parameters,
        precision=_precision(config, stored),
        size=sum(file.stat().st_size for file in weights),
        created=config_file.stat().st_mtime,
    )


def folder_name(folder: Path) -> str:
    """What a model's folder is called: its own name, or the model's in a hub's cache
    (`models--Qwen--NAME/snapshots/COMMIT`)."""
    whole = folder.resolve()
    if whole.parent.name == "snapshots":
        return whole.parent.parent.name.rpartition("--")[2]
    return whole.name


def scan_models(folders: Iterable[Path]) -> Iterator[ModelCard]:
    """The models in the given places: each is a model folder itself or holds model folders. Others are passed over."""
    seen: set[Path] = set()
    for place in folders:
        candidates = [place] if (place / "config.json").is_file() else _subfolders(place)
        for folder in candidates:
            try:
                card = read_card(folder)
            except (CardError, OSError):
                continue
            if card.path not in seen:
                seen.add(card.path)
                yield card


def scan_adapters(runs_folders: Iterable[Path]) -> Iterator[ModelCard]:
    """The adapters of finished or stopped runs below the given folders, newest first."""
    found: list[ModelCard] = []
    for place in dict.fromkeys(runs_folders):
        for run in _subfolders(place):
            try:
                found.append(read_card(RunFolder(run).adapter))
            except (CardError, OSError):
                continue
    yield from sorted(found, key=lambda card: -card.created)


def tensor_shapes(folder: Path) -> dict[str, tuple[int, ...]]:
    """Name and shape of each tensor of a model folder, from the headers of its weight files. Raises `CardError`."""
    files = _weight_files(folder)
    if not files or files[0].suffix != ".safetensors":
        raise CardError(
            QT_TRANSLATE_NOOP("errors", "{path}: the weights are not there as .safetensors files."), path=folder
        )
    return {
        name: tuple(tensor["shape"])
        for file in files
        for name, tensor in _header(file).items()
        if isinstance(tensor, dict) and "shape" in tensor
    }


def _read_adapter(folder: Path) -> ModelCard:
    config_file = folder / "adapter_config.json"
    config = _read_json(config_file)
    weights = [file for file in _weight_files(folder) if file.stem.startswith("adapter_model")]
    if not weights:
        raise CardError(
            QT_TRANSLATE_NOOP("errors", "{path}: the adapter's weights are missing (adapter_model.safetensors)."),
            path=folder,
        )
    parameters, stored = _count(weights)
    run = folder.parent if (folder.parent / "plan.json").is_file() else None
    base, method, created, metrics = str(config.get("base_model_name_or_path") or ""), "lora", 0.0, {}
    try:
        card = AdapterCard.load(folder)
        base, method, created, metrics = card.base, card.method, card.created, card.metrics
    except AdapterError:
        if run is not None:
            base, method = _from_plan(run, base, method)
    return ModelCard(
        kind=CardKind.ADAPTER,
        name=(RunNotes.load(run).title or run.name) if run else folder.resolve().name,
        path=folder.resolve(),
        family="",
        parameters=parameters,
        precision=_precision({}, stored),
        size=sum(file.stat().st_size for file in weights),
        base=base,
        run=run,
        method=method,
        created=created or config_file.stat().st_mtime,
        metrics=metrics,
    )


def _from_plan(run: Path, base: str, method: str) -> tuple[str, str]:
    try:
        plan = TrainingPlan.load(RunFolder(run).plan)
    except PlanError:
        return base, method
    return plan.model, plan.method


def _family(config: dict[str, Any]) -> str | None:
    kind = config.get("model_type")
    if kind == "qwen" and "visual" not in config:
        return None  # the text-only Qwen of the same generation
    return FAMILIES.get(kind) if isinstance(kind, str) else None


def _read_json(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MAX_JSON:
            raise ValueError("too large")
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CardError(
            QT_TRANSLATE_NOOP("errors", "{path}: the file cannot be read ({reason})."), path=path, reason=error
        ) from error
    return body if isinstance(body, dict) else {}


def _weight_files(folder: Path) -> list[Path]:
    """Safetensors where there are any, else .bin: a folder that holds both holds the same weights twice."""
    for suffix in (".safetensors", ".bin"):
        if files := sorted(file for file in folder.glob(f"*{suffix}") if file.is_file()):
            return [file for file in files if file.name not in ("training_args.bin", "optimizer.bin")]
    return []


def _count(files: list[Path]) -> tuple[int, str]:
    """Number of weights and the type most of their bytes have, from the headers; (0, "") for .bin files."""
    weights = 0
    types: Counter[str] = Counter()
    for file in files:
        if file.suffix != ".safetensors":
            return 0, ""
        for name, tensor in _header(file).items():
            if isinstance(tensor, dict) and "shape" in tensor and not name.endswith(_GPTQ_TABLES):
                numbers = math.prod(tensor["shape"])
                weights += numbers * (_GPTQ_PACKED if name.endswith(".qweight") else 1)
                types[tensor["dtype"]] += numbers
    return weights, types.most_common(1)[0][0] if types else ""


def _header(file: Path) -> dict[str, Any]:
    """The JSON header of a safetensors file (8 bytes little-endian length, then JSON)."""
    try:
        with file.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            if length > min(_MAX_HEADER, file.stat().st_size):
                raise ValueError("not a safetensors file")
            header = json.loads(stream.read(length))
    except (OSError, ValueError, struct.error) as error:
        raise CardError(
            QT_TRANSLATE_NOOP("errors", "{path}: the weights are damaged or cut off ({reason})."),
            path=file,
            reason=error,
        ) from error
    return header if isinstance(header, dict) else {}


def _precision(config: dict[str, Any], stored: str) -> str:
    quantised = config.get("quantization_config")
    if isinstance(quantised, dict):
        method = str(quantised.get("quant_method") or "").lower()
        bits = quantised.get("bits") or (
            4 if quantised.get("load_in_4bit") else 8 if quantised.get("load_in_8bit") else ""
        )
        return " ".join(part for part in (method.upper(), f"int{bits}" if bits else "") if part)
    return _PRECISIONS.get(stored, str(config.get("torch_dtype") or config.get("dtype") or "").replace("torch.", ""))


def _subfolders(place: Path) -> list[Path]:
    try:
        return sorted(path for path in place.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError:
        return []
