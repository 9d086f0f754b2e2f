"""The system's looks are followed while the window is open: light and dark, high contrast, larger text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QFontInfo, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from qvl_desktop.gui import theme as look
from qvl_desktop.gui.colours import DARK, LIGHT, Colours, stronger
from qvl_desktop.gui.theme import TextSize, theme
from tests.gui.clipping import clipped, overlapping
from tests.gui.every_page import SIZE, settle, stage, view
from tests.gui.looking import pixels

LIVE = (
    "welcome",
    "annotate",
    "conversations",
    "check",
    "check-split",
    "train-text",
    "train-ended",
    "train-compare",
    "chat",
    "models",
    "toasts",
)
LARGE = (
    "welcome",
    "annotate",
    "review-drafts",
    "check-split",
    "train-new",
    "chat",
    "models",
    "import",
    "ask",
    "template",
)
FEW = 6
"""Pixels of one colour that pictures and smoothing may give by chance."""


@pytest.fixture(autouse=True)
def as_before(qapp: QApplication) -> Iterator[None]:
    yield
    theme().set_text_size(100)
    theme().set_mode("light")


def test_nothing_of_the_other_theme_stays_when_it_is_switched(tmp_path: Path) -> None:
    """What was painted once, on a label or in an item, would keep the colours it was painted with."""
    others = only_in(LIGHT, DARK)
    stale: list[str] = []
    with stage(tmp_path) as there:
        for name in LIVE:
            theme().set_mode("light")
            shown = view(name).show(there)
            theme().set_mode("dark")
            settle(shown)
            image = pixels(shown.grab().toImage()).astype(np.uint32)
            packed = image[:, :, 0] << 16 | image[:, :, 1] << 8 | image[:, :, 2]
            for colour, field in others.items():
                rows, columns = np.nonzero(packed == colour)
                if len(rows) > FEW:
                    place = f"{columns.min()},{rows.min()} to {columns.max()},{rows.max()}"
                    stale.append(f"{name}: {len(rows)} pixels of light {field} in {place}")
            there.leave()
    assert not stale, "\n".join(stale)


def only_in(one: Colours, other: Colours) -> dict[int, str]:
    """The colours of one set that the other has not, white left out: number -> name."""
    pale = ("curves", "canvas", "line", "ring")  # smoothing gives these by itself
    known = {value for value in asdict(other).values() if isinstance(value, str)} | set(other.curves) | {"#ffffff"}
    named = {getattr(one, name): name for name in one.__dataclass_fields__ if name not in pale}
    named |= {value: "curves" for value in one.curves if value not in named}
    return {int(value[1:], 16): name for value, name in named.items() if value not in known}


class Wishes(QObject):
    """What a system says of itself."""

    def __init__(self, scheme: Qt.ColorScheme, contrast: Qt.ContrastPreference) -> None:
        super().__init__()
        self._scheme, self._contrast = scheme, contrast

    def accessibility(self) -> Wishes:
        return self

    def contrastPreference(self) -> Qt.ContrastPreference:
        return self._contrast

    def colorScheme(self) -> Qt.ColorScheme:
        return self._scheme


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool, bool], None]:
    """Has the system change to dark or light, strong or not, and say so as it does while a window is open."""
    hints = QGuiApplication.styleHints()

    def change(dark: bool, strong: bool) -> None:
        scheme = Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light
        contrast = Qt.ContrastPreference.HighContrast if strong else Qt.ContrastPreference.NoPreference
        monkeypatch.setattr("qvl_desktop.gui.theme.QGuiApplication.styleHints", lambda: Wishes(scheme, contrast))
        hints.colorSchemeChanged.emit(scheme)
        hints.accessibility().contrastPreferenceChanged.emit(contrast)

    return change


def test_the_system_is_followed_and_a_choice_of_one_s_own_stays(
    qapp: QApplication, qtbot: QtBot, system: Callable[[bool, bool], None]
) -> None:
    label = QLabel("words")
    qtbot.addWidget(label)
    theme().install("system")
    theme().set_mode("system")
    for dark, strong in ((True, False), (True, True), (False, True), (False, False)):
        system(dark, strong)
        colours = DARK if dark else LIGHT
        assert theme().colours == (stronger(colours) if strong else colours)
        assert theme().strong is strong
        assert label.palette().color(label.foregroundRole()).name() == colours.text
    theme().set_mode("light")
    system(True, False)
    assert theme().colours == LIGHT
    system(True, True)
    assert theme().colours == stronger(LIGHT)
    system(False, False)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_text_half_as_large_again_breaks_no_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr(look, "system_scale", lambda: 1.5)
    short: list[str] = []
    with stage(tmp_path, language=language) as there:
        theme()._follow()
        assert theme().pixels(TextSize.BODY) == 21
        for name in LARGE:
            shown = view(name).show(there)
            assert there.window.size() == SIZE, f"{name}: the window grew"
            found = [*clipped(shown), *overlapping(shown)]
            short += [f"{name}: {said}" for said in found if "placeholder" not in said and "section" not in said]
            for label in shown.findChildren(QLabel):
                if label.isVisible() and label.window() is shown and QFontInfo(label.font()).pixelSize() < 18:
                    short.append(f"{name}: {label.text()!r} stays small")
            there.leave()
    assert not short, "\n".join(short)
