"""The Chinese window: complete, up to date, and every word of it can be drawn."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication

from qvl_desktop.core.box import Box
from qvl_desktop.core.errors import BoxError
from qvl_desktop.core.i18n import set_translator
from qvl_desktop.core.resources import resource_path
from qvl_desktop.gui.translation import can_show, install_language, language_in_force

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def chinese(qapp: QApplication) -> object:
    install_language("zh_CN")
    yield
    install_language("en")
    set_translator(None)


def test_no_word_is_missing_or_stale() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "translations.py"), "--check"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]


def test_every_word_of_the_catalogue_is_installed(chinese: object) -> None:
    catalogue = ElementTree.parse(resource_path("translations", "qvl_zh_CN.ts")).getroot()
    checked = 0
    for context in catalogue.iter("context"):
        for message in context.iter("message"):
            if message.get("numerus"):
                continue
            source = message.findtext("source", "")
            shown = QCoreApplication.translate(context.findtext("name", ""), source)
            assert shown == message.findtext("translation"), source
            checked += 1
    assert checked > 500


def test_errors_of_core_speak_the_language(chinese: object) -> None:
    with pytest.raises(BoxError) as caught:
        Box(1000, 0, 0, 0)
    assert str(caught.value).startswith("(1000,0),(0,0) 不是框")


def test_plurals(qapp: QApplication) -> None:
    install_language("en")
    words = [QCoreApplication.translate("DataBox", "%n picture(s)", "", n) for n in (1, 2)]
    assert words == ["1 picture", "2 pictures"]


def test_a_language_nobody_knows_is_the_systems() -> None:
    assert language_in_force("zh_CN") == "zh_CN"
    assert language_in_force("tlh") in ("en", "zh_CN")


def test_missing_fonts_are_noticed(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFontDatabase, "families", lambda *_: [])
    assert can_show("en")
    assert not can_show("zh_CN")
