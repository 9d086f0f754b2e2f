"""Contrast: of every pair of colours that can meet, and of what is really painted on every page and dialog.

Words have 4.5 or more on their ground, marks, borders and what is disabled 3 (WCAG 2.2, 1.4.3 and 1.4.11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QTabBar,
    QTableView,
    QTextEdit,
    QToolButton,
    QWidget,
)

from qvl_desktop.core.resources import resource_path
from qvl_desktop.gui.colours import DARK, GROUNDS, LIGHT, SOURCES, Colours, contrast, over, stronger
from qvl_desktop.gui.conversations.turn_text import _LIT, _LIT_DARK
from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.widgets.ref_colours import ref_colour, text_on
from tests.gui.every_page import VIEWS, stage
from tests.gui.looking import cut, pixels, runs, seen_rect

WORDS, MARKS = 4.5, 3.0
SMOOTHED = 0.9
"""Thin strokes are smoothed: their strongest pixels are a little paler than their colour."""
BAR = 18
"""Higher than any line of words in a list, in pixels."""
SETS = {"light": LIGHT, "dark": DARK, "strong light": stronger(LIGHT), "strong dark": stronger(DARK)}
MANY_REFS = [f"thing {number}" for number in range(400)] + ["", "红色的杯子"]

each_set = pytest.mark.parametrize("colours", SETS.values(), ids=SETS.keys())


# Computed


@each_set
def test_words_on_every_ground(colours: Colours) -> None:
    for name in ("text", "muted", "link", "success", "warning", "danger"):
        for ground in GROUNDS:
            value = contrast(getattr(colours, name), getattr(colours, ground))
            assert value >= WORDS, (name, ground, round(value, 2))
    for ground in ("accent_fill", "accent_hover"):
        assert contrast(colours.accent_text, getattr(colours, ground)) >= WORDS, ground


@each_set
def test_borders_marks_and_the_focus_on_every_ground(colours: Colours) -> None:
    for name in ("control", "accent"):
        for ground in GROUNDS:
            value = contrast(getattr(colours, name), getattr(colours, ground))
            assert value >= MARKS, (name, ground, round(value, 2))
    assert contrast(colours.ring, colours.accent_fill) >= MARKS
    for ground in ("window", "panel", "raised"):
        assert contrast(colours.ring, getattr(colours, ground)) >= MARKS or ground == colours.accent_fill


@each_set
def test_curves_on_the_ground_of_plots(colours: Colours) -> None:
    for curve in colours.curves:
        for ground in (colours.raised, colours.panel):
            assert contrast(curve, ground) >= MARKS, (curve, ground)
    assert len(set(colours.curves)) == len(colours.curves) == len(LIGHT.curves)


def label_colours() -> Iterator[str]:
    """Every colour that the label of a box can have."""
    yield from {ref_colour(ref, dark=True).name() for ref in MANY_REFS}
    yield from SOURCES
    for colours in SETS.values():
        yield from (colours.accent, colours.success, colours.warning, colours.danger)


def test_labels_of_boxes_over_any_picture() -> None:
    found = set(label_colours())
    assert len(found) > 60, "twenty hues in three shades, and what answers are shown in"
    for colour in found:
        ink = text_on(QColor(colour)).name()
        for below in ("#000000", "#ffffff", "#808080", "#ff0000", "#00ff00", "#0000ff"):
            value = contrast(ink, over(colour, below, 232 / 255))
            assert value >= WORDS, (colour, below, round(value, 2))


def test_lines_of_boxes_show_on_any_picture() -> None:
    """Each line lies on a dark halo: either the line or its halo parts from what is below."""
    for colour in set(label_colours()):
        for level in range(0, 256, 15):
            below = f"#{level:02x}{level:02x}{level:02x}"
            halo = over("#000000", below, 0x78 / 255)
            assert max(contrast(colour, below), contrast(halo, below), contrast(colour, halo)) >= 2.0, (colour, below)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_words_on_a_chip_of_any_ref(dark: bool) -> None:
    """Chips lay a ref's colour thinly over the ground of a card, more strongly when it is lit."""
    colours = DARK if dark else LIGHT
    for ref in MANY_REFS:
        for share in (34 / 255, 62 / 255, (62 + (_LIT_DARK if dark else _LIT)) / 255):
            value = contrast(colours.text, over(ref_colour(ref, dark).name(), colours.panel, share))
            assert value >= WORDS, (ref, share, round(value, 2))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_marks_of_refs_in_lists(dark: bool) -> None:
    colours = DARK if dark else LIGHT
    for ref in MANY_REFS:
        for ground in (colours.panel, colours.accent_soft, colours.hover):
            assert contrast(ref_colour(ref, dark).name(), ground) >= MARKS, (ref, ref_colour(ref, dark).name(), ground)


def test_a_colour_that_somebody_makes_paler_stays_as_it_is_for_others() -> None:
    before = ref_colour("a red cup").name()
    ref_colour("a red cup").setAlpha(60)
    ref_colour("a red cup").setRgb(255, 255, 255)
    assert ref_colour("a red cup").alpha() == 255
    assert ref_colour("a red cup").name() == before


def test_a_weak_pair_is_found() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast("#777777", "#ffffff") < WORDS


# The web page


def css_sets() -> dict[str, dict[str, str]]:
    """The variables of the web page's style sheet by selector."""
    text = resource_path("web", "style.css").read_text(encoding="utf-8")
    blocks = re.findall(r"(:root[^{]*)\{([^}]*--[^}]*)\}", text)
    return {name.strip(): dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})", body)) for name, body in blocks}


def test_the_web_page_has_the_window_s_colours() -> None:
    sets = css_sets()
    assert len(sets) == 3
    names = {"accent-hover": "accent_hover", "accent-text": "accent_text", "soft": "accent_soft", "bad": "danger",
             "fill": "accent_fill"}  # fmt: skip
    for selector, values in sets.items():
        colours = LIGHT if selector == ":root" else DARK
        for name, value in values.items():
            assert value == getattr(colours, names.get(name, name)), (selector, name)


@pytest.mark.parametrize("selector", sorted(css_sets()))
def test_words_and_marks_of_the_web_page(selector: str) -> None:
    values = css_sets()[selector]
    for name in ("text", "muted", "link", "bad"):
        for ground in ("window", "panel", "hover", "soft", "canvas"):
            assert contrast(values[name], values[ground]) >= WORDS, (name, ground)
    for ground in ("fill", "accent-hover"):
        assert contrast(values["accent-text"], values[ground]) >= WORDS, ground
    for name in ("control", "accent"):
        for ground in ("window", "panel", "hover", "soft"):
            assert contrast(values[name], values[ground]) >= MARKS, (name, ground)


def test_the_web_page_fills_with_what_carries_words() -> None:
    text = resource_path("web", "style.css").read_text(encoding="utf-8")
    assert "background: var(--accent)" not in text
    rest = re.sub(r":root[^{]*\{[^}]*\}", "", text)
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?=[^{]*\})", rest), "colours are named once, at the top"


# Measured


def test_what_is_painted_on_every_page(tmp_path: Path) -> None:
    """All in light, then all again in dark, switched while they are open: a colour that stays behind is found too."""
    weak: list[str] = []
    count = 0
    with stage(tmp_path) as there:
        for mode in ("light", "dark"):
            theme().set_mode(mode)
            for view in VIEWS:
                shown = view.show(there)
                image = pixels(shown.grab().toImage())
                for name, widget, rect, need in patches(shown):
                    for run in runs(cut(image, rect)):
                        if run.rect.height() >= BAR and isinstance(widget, QAbstractItemView):
                            continue  # a bar behind words, which says again what a number says
                        at = run.rect.translated(rect.topLeft())
                        if not is_on_top(widget, shown, at):
                            continue
                        count += 1
                        enough = MARKS if run.is_mark else need
                        if run.contrast < enough * SMOOTHED:
                            weak.append(f"{view.name} {mode}: {name} at {at.getRect()}: {run.contrast:.2f} < {enough}")
                there.leave()
    assert count > 3000
    assert not weak, "\n".join(weak)


def is_on_top(widget: QWidget, root: QWidget, rect: QRect) -> bool:
    """Whether nothing lies over the middle of a place on a widget."""
    found = root.childAt(rect.center())
    return found is not None and (found is widget or widget.isAncestorOf(found))


def patches(root: QWidget) -> Iterator[tuple[str, QWidget, QRect, float]]:
    """Where words and icons are: a name, the place in `root`, and the contrast that is needed."""
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or widget.window() is not root:
            continue
        rect = seen_rect(widget, root)
        if rect.isEmpty():
            continue
        need = WORDS if widget.isEnabled() else MARKS
        name = f"{type(widget).__name__} {widget.objectName()} {words_of(widget)!r}"
        if isinstance(widget, QLabel):
            if widget.pixmap().isNull() and widget.text():
                yield name, widget, rect, need
        elif isinstance(widget, QAbstractButton):
            picture = isinstance(widget, QToolButton) and not widget.text()
            framed = isinstance(widget, (QPushButton, QToolButton))
            yield name, widget, rect.adjusted(4, 4, -4, -4) if framed else rect, MARKS if picture else need
        elif isinstance(widget, (QLineEdit, QComboBox)):
            yield name, widget, rect.adjusted(4, 4, -4, -4), MARKS if isinstance(widget, QComboBox) else need
        elif isinstance(widget, QTabBar):
            yield name, widget, rect, need
        elif isinstance(widget, QTextEdit):
            yield name, widget, rect.adjusted(4, 4, -4, -4), need
        elif isinstance(widget, QAbstractItemView):
            yield from rows(widget, root)


def words_of(widget: QWidget) -> str:
    """What is written on it, in short."""
    text = getattr(widget, "text", None)
    return str(text())[:30] if callable(text) else ""


def rows(view: QAbstractItemView, root: QWidget) -> Iterator[tuple[str, QWidget, QRect, float]]:
    """The rows of a list or table that are in sight."""
    seen = seen_rect(view.viewport(), root)
    at = view.viewport().mapTo(root, view.viewport().rect().topLeft())
    model = view.model()
    for number in range(min(model.rowCount() if model is not None else 0, 40)):
        for column in range(model.columnCount() if isinstance(view, QTableView) else 1):
            rect = view.visualRect(model.index(number, column)).translated(at)
            if seen.contains(rect) and rect.height() < 90:
                yield f"{type(view).__name__} row {number}", view, rect.adjusted(4, 3, -4, -3), WORDS
