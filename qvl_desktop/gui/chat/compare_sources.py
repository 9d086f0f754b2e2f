"""Who answers in a comparison: base models, adapters, checkpoints of runs, other servers.

Owns `Source`, finding what there is, remembering what was chosen, and the letters and colours by which answers are told
apart. Does not own the shelf (`jobs.models`) nor the list of servers (`storage.servers`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from qvl_desktop.core.cards import ModelCard
from qvl_desktop.gui.chat.model_bar import ModelBar
from qvl_desktop.gui.colours import HALO, SOURCES
from qvl_desktop.gui.theme import TextSize, sized
from qvl_desktop.gui.widgets.ref_colours import text_on
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.servers import Server, known_servers

MOST_SOURCES = 6
LETTERS = "ABCDEF"
_KEPT = "compare"
_SWATCH = 22


@dataclass(frozen=True, slots=True)
class Source:
    """One that answers: `model` as `--model` takes it, perhaps with an adapter's folder; or a server.

    `label` is what it is called, also in the chat that is kept.
    """

    label: str
    model: str = ""
    adapter: Path | None = None
    server: Server | None = None

    @property
    def reference(self) -> str:
        """What tells it apart, and finds it again another day."""
        if self.server is not None:
            return f"server {self.server.reference}"
        return f"{self.model}\n{self.adapter or ''}"


def told_apart(sources: Sequence[Source]) -> list[Source]:
    """The same with labels of which no two are alike: answers are known by them."""
    found: list[Source] = []
    for source in sources:
        label, number = source.label, 2
        while any(one.label == label for one in found):
            label, number = f"{source.label} ({number})", number + 1
        found.append(replace(source, label=label))
    return found


def short_names(sources: Sequence[Source]) -> list[str]:
    """What they are called beside each other: without the model's name where all have the same."""
    alone = len({(source.model, source.server) for source in sources}) == 1
    return [source.label.partition(" + ")[2] or source.label if alone else source.label for source in sources]


def base_sources(session: Session) -> list[Source]:
    """Every base model on the shelf."""
    return [Source(card.name, card.reference) for card in session.models.models()]


def adapter_sources(session: Session, model: str) -> list[Source]:
    """The adapters of a base model, newest first."""
    base = _model_name(session, model)
    return [Source(f"{base} + {card.name}", model, card.path) for card in session.models.adapters(model)]


def checkpoint_sources(session: Session, model: str, card: ModelCard) -> Iterator[Source]:
    """The checkpoints of the run an adapter came from that hold one too, in the order they were written."""
    if card.run is None:
        return
    found = [
        (step, folder) for folder in (card.run / "checkpoints").glob("checkpoint-*") if (step := _step(folder)) >= 0
    ]
    for step, folder in sorted(found):
        words = QCoreApplication.translate("compare", "{name}, step {step}").format(name=card.name, step=step)
        yield Source(f"{_model_name(session, model)} + {words}", model, folder)


def server_sources(session: Session) -> list[Source]:
    """The user's other servers."""
    return [Source(server.name, server=server) for server in known_servers(session.settings)]


def find_source(session: Session, reference: str) -> Source | None:
    """The source that is called so, if it is still there."""
    if reference.startswith("server "):
        return next((one for one in server_sources(session) if one.reference == reference), None)
    model, _, adapter = reference.partition("\n")
    if session.models.card(model) is None:
        return None
    if not adapter:
        return Source(_model_name(session, model), model)
    folder = Path(adapter)
    for card in session.models.adapters(model):
        if card.path == folder:
            return Source(f"{_model_name(session, model)} + {card.name}", model, folder)
        if card.run is not None and folder.is_relative_to(card.run):
            return next((one for one in checkpoint_sources(session, model, card) if one.adapter == folder), None)
    return None


def usual_sources(session: Session, bar: ModelBar) -> list[Source]:
    """What is compared at first: the chosen model without an adapter, and with the chosen (or newest) one."""
    if bar.server is not None:
        others = base_sources(session)[:1]
        return [Source(bar.server.name, server=bar.server), *others]
    if not bar.model:
        return []
    base = Source(_model_name(session, bar.model), bar.model)
    adapters = adapter_sources(session, bar.model)
    chosen = next((one for one in adapters if str(one.adapter) == bar.adapter), None)
    return [base, *([chosen] if chosen else adapters[:1])]


def kept_sources(session: Session) -> list[Source]:
    """What was compared last, as far as it is still there."""
    try:
        names = json.loads(session.settings.chat.get(_KEPT, "[]"))
    except ValueError:
        return []
    found = [find_source(session, name) for name in names if isinstance(name, str)] if isinstance(names, list) else []
    return [one for one in found if one is not None][:MOST_SOURCES]


def keep_sources(session: Session, sources: Sequence[Source]) -> None:
    """Remember what is compared."""
    names = json.dumps([one.reference for one in sources], ensure_ascii=False)
    session.settings.chat = session.settings.chat | {_KEPT: names}


def source_colour(place: int) -> QColor:
    """The colour of the answers of the source in this place."""
    return QColor(SOURCES[place % len(SOURCES)])


def swatch(place: int, *, shown: bool = True) -> QIcon:
    """Its letter on its colour; hollow while its boxes are hidden."""
    colour = source_colour(place)
    ratio = 2.0
    pixmap = QPixmap(round(_SWATCH * ratio), round(_SWATCH * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    area = QRectF(1.5, 1.5, _SWATCH - 3, _SWATCH - 3)
    painter.setPen(QColor(HALO) if shown else colour)
    painter.setBrush(colour if shown else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(area, 5, 5)
    font = sized(painter.font(), TextSize.CODE)
    font.setBold(True)
    painter.setFont(font)
    if shown:
        painter.setPen(text_on(colour))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), LETTERS[place % len(LETTERS)])
    painter.end()
    return QIcon(pixmap)


def _model_name(session: Session, model: str) -> str:
    card = session.models.card(model)
    return card.name if card is not None else model


def _step(folder: Path) -> int:
    """The step of a checkpoint that can answer; -1 for any other folder."""
    number = folder.name.removeprefix("checkpoint-")
    whole = (folder / "adapter_config.json").is_file() and any(folder.glob("adapter_model*.safetensors"))
    return int(number) if number.isdecimal() and whole else -1
