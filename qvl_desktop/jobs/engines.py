"""Several base models at a time: the window's engine, and another process for each further model.

Owns which process answers for which model, the names adapters get in it, and ending the further ones. Does not own a
process (`engine`) nor what is asked of it (`chat_client`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from qvl_desktop.core.chat_protocol import BASE_MODEL
from qvl_desktop.jobs.engine import EngineSpec, EngineState, EngineSupervisor, adapter_name
from qvl_desktop.jobs.waiting import waiter

if TYPE_CHECKING:
    from qvl_desktop.jobs.session import Session

_ALIVE = (EngineState.STARTING, EngineState.READY)


class EnginePool(QObject):
    """The window's engine answers for the model it holds, or for the first one asked for; others get their own."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._main = session.engine
        self._further: dict[str, EngineSupervisor] = {}
        self._idle = waiter(self, 0, self._follow_main)
        session.projectClosing.connect(self.shutdown)
        session.engine.stateChanged.connect(self._main_changed)

    @classmethod
    def of(cls, session: Session) -> EnginePool:
        """The one of a session, made when first asked for."""
        for child in session.children():
            if isinstance(child, EnginePool):
                return child
        return cls(session)

    def engines(self, models: Iterable[str]) -> dict[str, EngineSupervisor]:
        """Who answers for each of these models; nothing is loaded by asking. Further processes no longer wanted end."""
        wanted = list(dict.fromkeys(models))
        held = self._main.spec.model if self._main.spec is not None and self._main.state in _ALIVE else ""
        first = held if held in wanted else next((one for one in wanted if one not in self._further), "")
        if not first and wanted:
            first = wanted[0]
        found: dict[str, EngineSupervisor] = {}
        for model in wanted:
            if model == first:
                found[model] = self._main
                continue
            if model not in self._further:
                self._further[model] = EngineSupervisor(self)
            found[model] = self._further[model]
        for model in [one for one in self._further if found.get(one) is not self._further[one]]:
            self._end(self._further.pop(model))
        return found

    @property
    def further(self) -> list[EngineSupervisor]:
        """The processes besides the window's."""
        return list(self._further.values())

    def unload_further(self) -> None:
        """End every process but the window's, and free its memory."""
        for engine in self._further.values():
            self._end(engine)
        self._further.clear()

    def shutdown(self) -> None:
        """End them now and wait for it."""
        for engine in self._further.values():
            engine.shutdown()
            engine.deleteLater()
        self._further.clear()

    def _main_changed(self, state: EngineState) -> None:
        if state is EngineState.IDLE:
            self._idle.start()  # between two specs an engine is idle for a moment too

    def _follow_main(self) -> None:
        """The user, or a run that needs the card, had the model unloaded: that goes for all."""
        if self._main.state is EngineState.IDLE:
            self.unload_further()

    def _end(self, engine: EngineSupervisor) -> None:
        """Unload, and let go of the supervisor when its process is gone."""
        if engine.pid == 0:
            engine.deleteLater()
            return
        engine.stateChanged.connect(lambda state: engine.deleteLater() if state is EngineState.IDLE else None)
        engine.unload()


def with_adapters(engine: EngineSupervisor, model: str, folders: Iterable[Path]) -> EngineSpec:
    """What `engine` has to load so that these adapters can answer; what it holds already keeps its name and stays."""
    held: Mapping[str, Path] = {}
    if engine.spec is not None and engine.spec.model == model and engine.state in _ALIVE:
        held = engine.spec.adapters
    names = dict(held)
    for folder in folders:
        if folder in names.values():
            continue
        wanted = checkpoint_name(folder)
        name, number = wanted, 2
        while name in names or name == BASE_MODEL:
            name, number = f"{wanted} {number}", number + 1
        names[name] = folder
    return EngineSpec(model, names)


def name_of(spec: EngineSpec, folder: Path | None) -> str:
    """What a request calls the adapter of `folder` in an engine of that spec; the base without one."""
    if folder is None:
        return BASE_MODEL
    return next((name for name, place in spec.adapters.items() if place == folder), BASE_MODEL)


def checkpoint_name(folder: Path) -> str:
    """An adapter's name; a checkpoint's is its run's and its own."""
    if folder.parent.name == "checkpoints":
        return f"{folder.parent.parent.name} {folder.name}"
    return adapter_name(folder)
