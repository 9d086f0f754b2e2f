"""What downloads and known models are called in the window.

Owns the phrases that rows and form of the Models page share. Does not own the facts (`core.known_models`, `hubs`).
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from qvl_desktop.core.amounts import file_size, memory_size
from qvl_desktop.core.known_models import KnownModel
from qvl_desktop.core.model_needs import needs_of
from qvl_desktop.gui.words import duration_text
from qvl_desktop.hubs.base import SOURCES
from qvl_desktop.hubs.queue import Ask, DownloadState
from qvl_desktop.jobs.downloads import Shown

PARTED = "  ·  "


def parameters_text(parameters: int) -> str:
    """A number of weights in the unit people use: 9.66 B, 2.4 M, 812 k; "" when it is unknown."""
    for unit, size in (("B", 10**9), ("M", 10**6), ("k", 10**3)):
        if parameters >= size:
            return f"{parameters / size:.3g} {unit}"
    return str(parameters) if parameters else ""


def facts_text(model: KnownModel) -> str:
    """Family, weights, size on disk, licence."""
    size = file_size(model.size) if model.size else ""
    parts = [model.family, parameters_text(model.parameters), size, model.licence_text]
    return PARTED.join(part for part in parts if part)


def needs_text(model: KnownModel) -> str:
    """What it needs of a card; "" when nobody knows."""
    needs = needs_of(model)
    if needs is None:
        return ""
    parts = [
        QCoreApplication.translate("ModelWords", "chat {size}").format(size=memory_size(needs.chat)),
        QCoreApplication.translate("ModelWords", "LoRA {size}").format(size=memory_size(needs.lora))
        if needs.lora
        else "",
        QCoreApplication.translate("ModelWords", "Q-LoRA {size}").format(size=memory_size(needs.qlora)),
    ]
    words = QCoreApplication.translate("ModelWords", "Memory on the card: {needs}")
    return words.format(needs=", ".join(part for part in parts if part))


def source_text(source: str) -> str:
    """A hub's name."""
    return SOURCES.get(source, source)


def state_line(item: Shown) -> str:
    """How far a download is, in a line."""
    status = item.status
    if item.asked is Ask.CANCEL:
        return QCoreApplication.translate("ModelWords", "Being removed…")
    amount = ""
    if status.total:
        words = QCoreApplication.translate("ModelWords", "{done} of {total}")
        amount = words.format(done=file_size(status.done), total=file_size(status.total))
    match status.state:
        case DownloadState.FAILED:
            return QCoreApplication.translate("ModelWords", "Stopped")
        case DownloadState.PAUSED:
            return PARTED.join(part for part in (QCoreApplication.translate("ModelWords", "Paused"), amount) if part)
        case DownloadState.WORKING if item.asked is Ask.PAUSE:
            return QCoreApplication.translate("ModelWords", "Pausing…")
        case DownloadState.WORKING:
            return PARTED.join(part for part in (_working(item), amount, *_speed(item)) if part)
        case _ if item.asked is Ask.PAUSE:
            return QCoreApplication.translate("ModelWords", "Paused")
        case _:
            return QCoreApplication.translate("ModelWords", "Waiting for its turn")


def _working(item: Shown) -> str:
    match item.status.stage:
        case "checking":
            return QCoreApplication.translate("ModelWords", "Checking what is here")
        case "listing" | "":
            return QCoreApplication.translate("ModelWords", "Asking the hub")
        case _:
            return ""


def _speed(item: Shown) -> list[str]:
    status = item.status
    if status.stage != "fetching" or not status.speed:
        return []
    speed = QCoreApplication.translate("ModelWords", "{speed} a second").format(speed=file_size(status.speed))
    rest = QCoreApplication.translate("ModelWords", "{time} to go").format(time=duration_text(status.eta))
    return [speed, rest]
