"""Starts the window in Chinese and tells what was said of fonts and whether a character can be drawn: JSON on stdout.

A process of its own, for fontconfig reads its file when Qt starts; the folder for its settings is its argument.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtGui import QColor, QImage, QPainter

from qvl_desktop import app
from qvl_desktop.gui.chinese_font import advise
from qvl_desktop.gui.theme import body_font, theme
from qvl_desktop.gui.translation import install_language
from qvl_desktop.storage.settings import Settings


def drawn(character: str) -> QImage:
    """A character in the font of the window."""
    image = QImage(32, 32, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setFont(body_font())
    painter.drawText(4, 24, character)
    painter.end()
    return image


def main() -> int:
    app.make_application()
    theme().install("light")
    session = app.make_session(Settings(Path(sys.argv[1]) / "settings.json"))
    said: list[tuple[str, str]] = []
    session.notice.connect(lambda level, text: said.append((level, text)))
    code = install_language("zh_CN")
    advise(session, code)
    advise(session, code)
    at_start = len(said)
    advise(session, code, asked=True)
    told = {"at_start": at_start, "said": said, "different": drawn("语") != drawn("言")}
    print(json.dumps(told))
    app.shut_down(session)
    return 0


if __name__ == "__main__":
    sys.exit(main())
