"""The statistics: refs, boxes, pictures, turns and lengths, over everything or a part of it.

Owns asking for the counts beside the window, drawing them, going to what a bar stands for, and writing them as files.
Does not own counting (`storage.statistics`) or the plots (`plots`).
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.dataset import SPLITS, Split
from qvl_desktop.gui.health.late_view import LateView
from qvl_desktop.gui.health.plots import BarPlot, HeatMap, binned, spread_ticks
from qvl_desktop.gui.health.ref_bars import RefBars
from qvl_desktop.gui.help.placing import help_beside
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_role, set_surface
from qvl_desktop.gui.widgets.choice_box import ChoiceBox
from qvl_desktop.gui.widgets.wrapped_check import WrappedCheckBox
from qvl_desktop.gui.words import split_text
from qvl_desktop.jobs.health import HealthCheck
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Report, Task
from qvl_desktop.storage.filters import PictureFilter
from qvl_desktop.storage.statistics import (
    AREA_DECADES,
    AREA_STEPS,
    GRID,
    Bars,
    Statistics,
    conversation_ids_of,
    statistics,
)

_SIZES = 14
_Counted = tuple[Statistics, Bars]


class StatisticsView(LateView):
    """Signals: `counted()`: the counts that were asked for are drawn."""

    counted = Signal()

    def __init__(self, session: Session, health: HealthCheck, parent: QWidget | None = None) -> None:
        super().__init__(session, health, parent)
        self._task: Task[_Counted] | None = None
        self.numbers = Statistics()
        self.lengths: Bars = []
        self.split = ChoiceBox(self)
        self.split.setAccessibleName(self.tr("Split"))
        self.split.addItem(self.tr("All splits"), None)
        for split in (*SPLITS, ""):
            self.split.addItem(split_text(split), split)
        self.filtered = WrappedCheckBox(self.tr("Only filtered pictures"), self)
        self.filtered.setToolTip(self.tr("Those that pass the filter of the Pictures and Annotate pages"))
        self.summary = QLabel(self)
        set_role(self.summary, "caption")
        self.limit = QSpinBox(self)
        self.limit.setAccessibleName(self.tr("Tokens that fit"))
        self.limit.setRange(64, 32768)
        self.limit.setSingleStep(256)
        self.limit.setValue(health.limit)
        self.limit.setKeyboardTracking(False)
        self.limit.setToolTip(
            self.tr("Longer conversations are found by the check. The Conversations page chooses the model.")
        )
        self.csv_button = QPushButton(self.tr("CSV…"), self)
        self.png_button = QPushButton(self.tr("PNG…"), self)
        self.refs = RefBars(self)
        self.boxes = BarPlot(self.tr("Boxes on a picture"), self)
        self.areas = BarPlot(self.tr("Size of boxes: share of the picture"), self)
        self.places = HeatMap(self.tr("Place of boxes"), self._say_cell, self)
        self.sizes = BarPlot(self.tr("Size of pictures"), self)
        self.turns = BarPlot(self.tr("Turns of a conversation"), self)
        self.tokens = BarPlot(self.tr("Length of conversations, in tokens"), self)
        self.boxes.clickable = self.sizes.clickable = True
        self._lay_out()
        self._connect()

    # Counting

    @property
    def asked(self) -> PictureFilter:
        """Which pictures are counted."""
        asked = self._session.pictures.filter if self.filtered.isChecked() else PictureFilter()
        split: Split | None = self.split.currentData()
        return asked if split is None else asked.but(splits=(split,))

    def renew(self) -> None:
        """Count beside the window and draw."""
        project = self._session.project
        self._stale = False
        if self._task is not None:
            self._task.cancel()
        if project is None:
            self._draw((Statistics(), []))
            return
        asked, shelf = self.asked, self._health.shelf

        def work(report: Report) -> _Counted:
            numbers = statistics(project, asked, lambda: report(0, 0))
            ids = conversation_ids_of(project, asked)
            if ids is None:
                return numbers, sorted(shelf.lengths())
            bars: dict[int, int] = {}
            for length in shelf.lengths_of(ids).values():
                bars[length] = bars.get(length, 0) + 1
            return numbers, sorted(bars.items())

        task = Task.reporting(work)
        self._task = task
        task.on_success(self._draw).on_failure(self._fail)
        task.start(self)

    def _fail(self, error: Exception) -> None:
        if self._session.project is not None:
            self._session.report(error)

    # Drawing

    def _draw(self, counted: _Counted) -> None:
        self.numbers, self.lengths = counted
        numbers = self.numbers
        words = self.tr("{pictures} pictures · {regions} regions · {conversations} conversations")
        self.summary.setText(
            words.format(
                pictures=f"{numbers.pictures:,}",
                regions=f"{numbers.regions:,}",
                conversations=f"{numbers.conversations:,}",
            )
        )
        self.refs.show_refs(numbers.refs)
        self._draw_bars(self.boxes, numbers.boxes, self.tr("{range} boxes: {count} pictures"))
        self._draw_bars(self.turns, numbers.turns, self.tr("{range} turns: {count} conversations"))
        self._draw_areas()
        self._draw_sizes()
        self._draw_lengths()
        self.places.show_cells(numbers.places)
        self.counted.emit()

    def _draw_bars(self, plot: BarPlot, pairs: Bars, words: str, limit: int | None = None) -> None:
        reach = [*pairs, (limit, 0)] if limit is not None and pairs and limit > pairs[-1][0] else pairs
        bars = binned(reach)
        ranges = [f"{low:,}" if low == high else f"{low:,}–{high:,}" for low, high, _ in bars]
        texts = [words.format(range=r, count=f"{c:,}") for r, (_, _, c) in zip(ranges, bars, strict=True)]
        place = None
        if limit is not None and bars:
            width = bars[0][1] - bars[0][0] + 1
            place = limit / width - 0.5
        ticks = spread_ticks([f"{low:,}" for low, _, _ in bars])
        if bars and bars[0][0] != bars[0][1]:
            ticks = [(at - 0.5, words) for at, words in ticks]  # a wide bar begins at its value
        plot.show_bars([count for _, _, count in bars], texts, ticks, limit=place)

    def _draw_areas(self) -> None:
        counts = [0] * (AREA_STEPS * AREA_DECADES)
        for bar, count in self.numbers.areas:
            counts[min(bar, len(counts) - 1)] += count
        edges = [10 ** (bar / AREA_STEPS - AREA_DECADES) for bar in range(len(counts) + 1)]
        words = self.tr("{low} to {high} of the picture: {count} boxes")
        texts = [
            words.format(low=_percent(edges[bar]), high=_percent(edges[bar + 1]), count=f"{count:,}")
            for bar, count in enumerate(counts)
        ]
        ticks = [(bar - 0.5, _percent(edges[bar])) for bar in range(0, len(counts) + 1, 2 * AREA_STEPS)]
        self.areas.show_bars(counts, texts, ticks)

    def _draw_sizes(self) -> None:
        shown = self.numbers.sizes[:_SIZES]
        words = self.tr("{width} × {height}: {count} pictures")
        texts = [words.format(width=w, height=h, count=f"{count:,}") for (w, h), count in shown]
        ticks = spread_ticks([f"{w}×{h}" for (w, h), _ in shown], 5)
        self.sizes.show_bars([count for _, count in shown], texts, ticks)
        left = len(self.numbers.sizes) - len(shown)
        self.sizes.set_note(self.tr("and %n other size(s)", "", left) if left > 0 else "")

    def _draw_lengths(self) -> None:
        title = self.tr("Length of conversations, in tokens of {model}")
        self.tokens.title.setText(title.format(model=self._health.model))
        words = self.tr("{range} tokens: {count} conversations")
        self._draw_bars(self.tokens, self.lengths, words, self._health.limit)
        too_long = sum(count for length, count in self.lengths if length > self._health.limit)
        known = sum(count for _, count in self.lengths)
        if too_long:
            self.tokens.set_note(self.tr("%n too long for the limit", "", too_long))
        elif known < self.numbers.conversations:
            self.tokens.set_note(self.tr("{count} counted so far").format(count=f"{known:,}"))
        else:
            self.tokens.set_note(self.tr("All fit.") if known else "")

    def _say_cell(self, column: int, row: int, count: int) -> str:
        words = self.tr("{x} % from the left, {y} % from the top: {count} boxes")
        return words.format(x=round(100 * (column + 0.5) / GRID), y=round(100 * (row + 0.5) / GRID), count=f"{count:,}")

    # Going to what a bar stands for

    def _show_pictures(self, asked: PictureFilter) -> None:
        split: Split | None = self.split.currentData()
        self._session.pictures.set_filter(asked if split is None else asked.but(splits=(split,)))
        self._session.pageRequested.emit("pictures")

    def _on_ref(self, ref: str) -> None:
        self._show_pictures(PictureFilter(refs=(ref,)))

    def _on_boxes(self, place: int) -> None:
        low, high, _ = binned(self.numbers.boxes)[place]
        self._show_pictures(PictureFilter(regions_from=low, regions_to=high))

    def _on_sizes(self, place: int) -> None:
        (width, height), _ = self.numbers.sizes[place]
        asked = PictureFilter(width_from=width, width_to=width, height_from=height, height_to=height)
        self._show_pictures(asked)

    # Files

    def as_csv(self) -> str:
        """All counts as a table of three columns: what, value, count."""
        out = io.StringIO()
        table = csv.writer(out, lineterminator="\n")
        table.writerow(("what", "value", "count"))
        numbers = self.numbers
        table.writerows((("pictures", "", numbers.pictures), ("regions", "", numbers.regions)))
        table.writerow(("conversations", "", numbers.conversations))
        table.writerows(("regions of ref", ref, count) for ref, count, _ in numbers.refs)
        table.writerows(("pictures with ref", ref, count) for ref, _, count in numbers.refs)
        table.writerows(("pictures with boxes", value, count) for value, count in numbers.boxes)
        for bar, count in numbers.areas:
            table.writerow(("boxes from share of area", f"{10 ** (bar / AREA_STEPS - AREA_DECADES):.3g}", count))
        for row, cells in enumerate(numbers.places):
            table.writerows(("boxes at column,row", f"{c},{row}", count) for c, count in enumerate(cells) if count)
        table.writerows(("pictures of size", f"{w}x{h}", count) for (w, h), count in numbers.sizes)
        table.writerows(("conversations with turns", value, count) for value, count in numbers.turns)
        table.writerows(("conversations with tokens", value, count) for value, count in self.lengths)
        return out.getvalue()

    def save_csv(self, path: Path) -> bool:
        """Write the counts; True on success. Raises `OSError`."""
        path.write_text(self.as_csv(), encoding="utf-8-sig")
        return True

    def save_png(self, path: Path) -> bool:
        """Write the plots as one picture, as they are on the page; True on success."""
        return self._body.grab().save(str(path))

    def _choose(self, ending: str) -> None:
        project = self._session.project
        if project is None:
            return
        start = str(project.folder / f"{project.path.stem}-statistics.{ending}")
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save statistics"), start, f"{ending.upper()} (*.{ending})")
        if not path:
            return
        target = Path(path)
        try:
            done = self.save_png(target) if ending == "png" else self.save_csv(target)
        except OSError as error:
            words = self.tr("{path} cannot be written: {reason}").format(path=path, reason=error.strerror or error)
            self._session.notice.emit("error", words)
            return
        level, words = ("success", self.tr("Saved: {path}")) if done else ("error", self.tr("Not saved: {path}"))
        self._session.notice.emit(level, words.format(path=path))

    # Putting together

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(Space.L, Space.S, Space.L, Space.S)
        head.setSpacing(Space.M)
        head.addWidget(self.split)
        head.addWidget(self.filtered)
        head.addStretch(1)
        self.limit.lineEdit().setTextMargins(Space.XS, 0, Space.XS, 0)
        limit = QLabel(self.tr("Tokens that fit"), self)
        set_role(limit, "caption")
        for other in (limit, self.limit, self.csv_button, self.png_button):
            head.addWidget(other)
        help_beside(self.split, "statistics.split", into=head)
        help_beside(self.filtered, "statistics.filtered", into=head)
        help_beside(limit, "statistics.limit", self.limit, into=head)
        self._body = QWidget(self)
        set_surface(self._body, "window")
        grid = QGridLayout(self._body)
        grid.setContentsMargins(Space.L, 0, Space.L, Space.L)
        grid.setSpacing(Space.M)
        grid.addWidget(self.summary, 0, 0, 1, 3)
        grid.addWidget(self.refs, 1, 0, 2, 1)
        for place, plot in enumerate((self.boxes, self.areas, self.places, self.sizes)):
            grid.addWidget(plot, 1 + place // 2, 1 + place % 2)
        lower = QHBoxLayout()
        lower.setSpacing(Space.M)
        lower.addWidget(self.turns, 1)
        lower.addWidget(self.tokens, 2)
        grid.addLayout(lower, 3, 0, 1, 3)
        for column in range(3):
            grid.setColumnStretch(column, 1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setAccessibleName(self.tr("Statistics"))
        scroll.setWidget(self._body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(scroll, 1)

    def _connect(self) -> None:
        set_icon(self.csv_button, "export")
        set_icon(self.png_button, "image")
        self.csv_button.clicked.connect(lambda: self._choose("csv"))
        self.png_button.clicked.connect(lambda: self._choose("png"))
        self.split.currentIndexChanged.connect(self.renew)
        self.filtered.toggled.connect(self.renew)
        self.limit.valueChanged.connect(self._on_limit)
        self.refs.chosen.connect(self._on_ref)
        self.boxes.chosen.connect(self._on_boxes)
        self.sizes.chosen.connect(self._on_sizes)
        self._health.changed.connect(self.invalidate)
        self._session.pictures.filterChanged.connect(self._on_filter)

    def _on_limit(self, tokens: int) -> None:
        self._health.set_limit(tokens)
        self._draw_lengths()

    def _on_filter(self) -> None:
        if self.filtered.isChecked():
            self.invalidate()


def _percent(share: float) -> str:
    percent = 100 * share
    return f"{percent:.0f} %" if percent >= 1 else f"{percent:.3g} %"
