"""Sharp at 1x, 1.5x and 2x: icons have pixels of their own, lines are thin, pictures keep their detail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from qvl_desktop.core.resources import resource_path
from qvl_desktop.gui.icons import SIZES, drawn_sizes, icon
from qvl_desktop.gui.theme import theme

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("factor", [1.0, 1.5, 2.0])
def test_the_window_is_sharp(tmp_path: Path, factor: float) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.gui.draw_sharp", str(tmp_path / "place")],
        cwd=ROOT, env=os.environ | {"QT_SCALE_FACTOR": f"{factor:g}", "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["ratio"] == factor
    assert told["blurred"] == []
    assert told["seen"] > 200
    assert told["hairline"] in (int(factor), int(factor + 0.5))
    assert told["detail"] > 0.8


def test_each_size_is_drawn_once_a_ratio() -> None:
    assert drawn_sizes((16, 20), (1.0,)) == [16, 20]
    assert drawn_sizes((16, 20, 22), (1.0, 1.5)) == [16, 20, 22, 24, 30, 33]


@pytest.mark.parametrize("size", SIZES)
def test_an_icon_is_the_drawing_itself(qapp: QApplication, size: int) -> None:
    """Pixel by pixel what the SVG gives at that size, not a scaled picture of another."""
    theme().install("light")
    source = resource_path("icons", "folder-open.svg").read_text(encoding="utf-8")
    coloured = source.replace("currentColor", theme().colours.text)
    wanted = QImage(QSize(size, size), QImage.Format.Format_ARGB32_Premultiplied)
    wanted.fill(QColor(0, 0, 0, 0))
    painter = QPainter(wanted)
    QSvgRenderer(coloured.encode()).render(painter)
    painter.end()
    drawn = icon("folder-open").pixmap(QSize(size, size)).toImage().convertToFormat(wanted.format())
    assert drawn.size() == wanted.size()
    assert drawn == wanted
