"""Every override of a Qt method carries the guard: an exception that leaves one may end the process."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from types import FunctionType

import pytest

import qvl_desktop.gui
import qvl_desktop.jobs
from qvl_desktop.gui.widgets.guarded import guarded

NO_VIRTUAL = {"__init__", "__init_subclass__"}


def own_classes() -> Iterator[type]:
    for package in (qvl_desktop.gui, qvl_desktop.jobs):
        for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            module = importlib.import_module(info.name)
            for _, cls in inspect.getmembers(module, inspect.isclass):
                if cls.__module__ == info.name:
                    yield cls


def is_qt(cls: type) -> bool:
    return cls.__module__.startswith(("PySide6", "Shiboken", "pyqtgraph"))


def test_every_override_is_guarded() -> None:
    bare = [
        f"{cls.__module__}.{cls.__qualname__}.{name}"
        for cls in own_classes()
        for name, value in vars(cls).items()
        if isinstance(value, FunctionType)
        and name not in NO_VIRTUAL
        and any(is_qt(base) and name in vars(base) for base in cls.__mro__[1:])
        and not getattr(value, "__guarded__", False)
    ]
    assert bare == []


def test_a_guard_reports_and_returns_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[BaseException | None] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, traceback: said.append(error))

    @guarded(default=7)
    def fails() -> int:
        return 1 // 0

    @guarded
    def works(value: int) -> int:
        return value

    @guarded(default=list)
    def fresh() -> list[int]:
        raise ValueError

    assert fails() == 7
    assert works(3) == 3
    assert fresh() == []
    assert [type(error) for error in said] == [ZeroDivisionError, ValueError]
