"""Numbers, dates and states of runs in words.

Owns the short texts that several pages share. Does not own sentences about errors.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLocale

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.run_folder import RunState
from qvl_desktop.storage.filters import ShownStatus

_N = QT_TRANSLATE_NOOP
_STATES = {
    RunState.NEW: _N("runs", "Not started"),
    RunState.RUNNING: _N("runs", "Training"),
    RunState.PAUSED: _N("runs", "Paused"),
    RunState.FREED: _N("runs", "Paused, card freed"),
    RunState.FINISHED: _N("runs", "Finished"),
    RunState.STOPPED: _N("runs", "Stopped"),
    RunState.FAILED: _N("runs", "Failed"),
    RunState.INTERRUPTED: _N("runs", "Interrupted"),
}
STATE_ROLES = {
    RunState.RUNNING: "accent",
    RunState.PAUSED: "warning",
    RunState.FREED: "warning",
    RunState.FINISHED: "success",
    RunState.FAILED: "danger",
    RunState.INTERRUPTED: "danger",
}
"""The colour of the theme in which a state is marked; "muted" for the others."""

_STAGES = {
    "start": _N("runs", "Starting"),
    "model": _N("runs", "Loading the model"),
    "samples": _N("runs", "Preparing the samples"),
    "features": _N("runs", "Reading the pictures"),
    "validation": _N("runs", "Validating"),
}
_SPLITS = {
    "": _N("splits", "No split"),
    "train": _N("splits", "Train"),
    "val": _N("splits", "Validation"),
    "test": _N("splits", "Test"),
}
_STATUSES: dict[ShownStatus, str] = {
    "untouched": _N("statuses", "Untouched"),
    "in_work": _N("statuses", "In work"),
    "done": _N("statuses", "Done"),
    "skipped": _N("statuses", "Skipped"),
}
_FAMILY_NAMES = {
    "qwen-vl": "Qwen-VL",
    "qwen2-vl": "Qwen2-VL",
    "qwen2.5-vl": "Qwen2.5-VL",
    "qwen3-vl": "Qwen3-VL",
    "qwen3.5": "Qwen3.5",
}
_METHODS = {"qlora": "Q-LoRA", "lora": "LoRA", "full": _N("runs", "Full")}


def state_text(state: RunState) -> str:
    """The name of a state."""
    return QCoreApplication.translate("runs", _STATES[state])


def stage_text(stage: str) -> str:
    """The name of a stage; one this version does not know is shown as the run calls it."""
    return QCoreApplication.translate("runs", _STAGES[stage]) if stage in _STAGES else stage.replace("_", " ")


def method_text(method: str) -> str:
    """The name of a training method."""
    return QCoreApplication.translate("runs", _METHODS.get(method, method))


def family_name(name: str) -> str:
    """What a family is called."""
    return _FAMILY_NAMES[name]


def split_text(split: str) -> str:
    """The name of a split; "" is a picture or conversation without one."""
    return QCoreApplication.translate("splits", _SPLITS[split])


def status_text(status: ShownStatus) -> str:
    """The name of how far a picture is."""
    return QCoreApplication.translate("statuses", _STATUSES[status])


def path_text(path: Path) -> str:
    """A path for reading, from "~" on when it lies in the user's home."""
    return str(Path("~", path.relative_to(Path.home()))) if path.is_relative_to(Path.home()) else str(path)


def duration_text(seconds: float) -> str:
    """A length of time in its two largest units: "2 h 05 min", "3 min 20 s", "8 s"."""
    whole = max(0, round(seconds))
    if whole >= 86400:
        words = QCoreApplication.translate("runs", "{days} d {hours} h")
        return words.format(days=whole // 86400, hours=whole % 86400 // 3600)
    if whole >= 3600:
        words = QCoreApplication.translate("runs", "{hours} h {minutes:02} min")
        return words.format(hours=whole // 3600, minutes=whole % 3600 // 60)
    if whole >= 60:
        words = QCoreApplication.translate("runs", "{minutes} min {seconds:02} s")
        return words.format(minutes=whole // 60, seconds=whole % 60)
    return QCoreApplication.translate("runs", "{seconds} s").format(seconds=whole)


def count_text(count: int) -> str:
    """A number with its thousands parted."""
    return QLocale().toString(count)


def date_text(seconds: float) -> str:
    """A moment as a short local date and time; the year only when it is another one."""
    if not seconds:
        return ""
    moment = datetime.fromtimestamp(seconds)
    return f"{moment:%m-%d %H:%M}" if moment.year == datetime.now().year else f"{moment:%Y-%m-%d}"


def percent_text(share: float | None) -> str:
    """A share in [0, 1] as a percentage; a dash when there is none."""
    return "–" if share is None else f"{share * 100:.0f} %"
