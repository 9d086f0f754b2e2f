"""Two buttons that save curves: the numbers as CSV, the drawing as PNG.

Owns asking where to and telling when it failed. Does not own the numbers (`jobs.curve_data`) or the drawing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QWidget

from qvl_desktop.core.errors import RunError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind
from qvl_desktop.jobs.curve_data import write_csv
from qvl_desktop.jobs.run_history import RunHistory


class CurveFiles(QWidget):
    """Signals: `failed(Exception)` when a file could not be written."""

    failed = Signal(object)

    def __init__(
        self, board: QWidget, histories: Callable[[], Mapping[str, RunHistory]], parent: QWidget | None = None
    ) -> None:
        """`board` is what a picture shows, `histories` gives the numbers by the name of their run."""
        super().__init__(parent)
        self._board, self._histories = board, histories
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        for words, name, call in (
            (self.tr("CSV…"), "csvButton", self._ask_csv),
            (self.tr("Picture…"), "pngButton", self._ask_png),
        ):
            button = QPushButton(words, self)
            button.setObjectName(name)
            set_icon(button, "export")
            set_kind(button, "quiet")
            button.clicked.connect(call)
            row.addWidget(button)

    def save_csv(self, path: Path) -> None:
        """Write all curves as numbers."""
        self._write(path, lambda: write_csv(path, self._histories()))

    def save_png(self, path: Path) -> None:
        """Write what is drawn."""

        def write() -> None:
            if not self._board.grab().save(str(path), "PNG"):
                raise OSError(self.tr("the picture cannot be written"))

        self._write(path, write)

    def _ask_csv(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save the curves"), "curves.csv", "CSV (*.csv)")
        if path:
            self.save_csv(Path(path))

    def _ask_png(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save the picture"), "curves.png", "PNG (*.png)")
        if path:
            self.save_png(Path(path))

    def _write(self, path: Path, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError as error:
            self.failed.emit(
                RunError(
                    QT_TRANSLATE_NOOP("errors", "{path}: the file cannot be written ({reason})."),
                    path=path,
                    reason=error.strerror or error,
                )
            )
