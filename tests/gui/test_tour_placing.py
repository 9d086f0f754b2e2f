"""Where the card of the tour goes: inside the window, beside what it speaks of, never on it while there is room."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, QSize

from qvl_desktop.gui.tour.card import WIDTH
from qvl_desktop.gui.tour.placing import GAP, MARGIN, arrow, place_card

AREAS = st.builds(lambda w, h: QRect(0, 0, w, h), st.integers(1024, 2600), st.integers(640, 1500))
SIZES = st.builds(lambda h: QSize(WIDTH, h), st.integers(120, 330))


def rects(area: QRect) -> st.SearchStrategy[QRect]:
    return st.builds(
        lambda x, y, w, h: QRect(x, y, w, h) & area,
        st.integers(0, area.width() - 10),
        st.integers(0, area.height() - 10),
        st.integers(8, area.width()),
        st.integers(8, area.height()),
    )


@given(st.data())
def test_the_card_is_inside_and_beside(data: st.DataObject) -> None:
    area, size = data.draw(AREAS), data.draw(SIZES)
    target = data.draw(rects(area))
    free = data.draw(st.lists(rects(area), max_size=3))
    card = QRect(place_card(area, size, target, free), size)
    assert area.contains(card)
    around = (target.left(), area.right() - target.right(), target.top(), area.bottom() - target.bottom())
    room_across = max(around[:2]) >= size.width() + GAP + 2 * MARGIN
    room_down = max(around[2:]) >= size.height() + GAP + 2 * MARGIN
    if room_across or room_down:
        assert not card.intersects(target)


@given(st.data())
def test_the_arrow_goes_from_edge_to_edge(data: st.DataObject) -> None:
    area, size = data.draw(AREAS), data.draw(SIZES)
    target = data.draw(rects(area))
    card = QRect(place_card(area, size, target), size)
    line = arrow(card, target)
    if line is not None and not card.intersects(target):
        begin, end = (point.toPoint() for point in line)
        assert card.adjusted(-1, -1, 1, 1).contains(begin)
        assert target.adjusted(-1, -1, 1, 1).contains(end)
        assert not card.adjusted(2, 2, -2, -2).contains(begin)


def test_what_the_user_works_on_stays_free() -> None:
    area, size = QRect(0, 0, 1280, 800), QSize(WIDTH, 200)
    canvas, line = QRect(410, 80, 570, 700), QRect(1000, 500, 250, 20)
    card = QRect(place_card(area, size, line, [canvas]), size)
    assert not card.intersects(canvas)
    assert not card.intersects(line)
    assert card.right() <= 1280


def test_without_anything_to_point_at_it_lies_in_the_corner() -> None:
    assert place_card(QRect(0, 0, 1000, 700), QSize(200, 100), None) == QPoint(1000 - 200 - MARGIN, 700 - 100 - MARGIN)
