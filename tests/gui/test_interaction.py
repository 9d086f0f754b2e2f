"""The geometry of annotating: always inside the picture, always a box, always what was pulled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvl_desktop.core.box import Rect
from qvl_desktop.core.shapes import Shape
from qvl_desktop.gui.annotate.interaction import (
    MIN_SIDE,
    Handle,
    Hit,
    Target,
    drawn,
    handle_at,
    hit_test,
    is_box,
    moved,
    next_at,
    regions_at,
    resized,
)

SIZE = (640, 480)
LARGE, SMALL, APART = Rect(100, 100, 400, 400), Rect(200, 200, 240, 240), Rect(500, 10, 600, 60)
BOXES = [Target.of(key, Shape.of_rect(rect)) for key, rect in (("large", LARGE), ("small", SMALL), ("apart", APART))]

points = st.floats(-2000, 2000)
rects = st.builds(
    lambda x, y, w, h: Rect(x, y, min(x + w, SIZE[0]), min(y + h, SIZE[1])),
    st.integers(0, SIZE[0] - 2), st.integers(0, SIZE[1] - 2), st.integers(2, SIZE[0]), st.integers(2, SIZE[1]),
)  # fmt: skip


def inside(rect: Rect) -> bool:
    return 0 <= rect.x1 <= rect.x2 <= SIZE[0] and 0 <= rect.y1 <= rect.y2 <= SIZE[1]


@given(points, points, points, points)
def test_a_drawn_box_has_whole_pixels_inside_the_picture(x1: float, y1: float, x2: float, y2: float) -> None:
    rect = drawn(x1, y1, x2, y2, SIZE)
    assert inside(rect)
    assert all(value == int(value) for value in (rect.x1, rect.y1, rect.x2, rect.y2))


@given(rects, points, points)
def test_moving_keeps_the_size_and_stays_inside(rect: Rect, dx: float, dy: float) -> None:
    result = moved(rect, dx, dy, SIZE)
    assert inside(result)
    assert (result.width, result.height) == (rect.width, rect.height)


@given(rects, st.sampled_from(Handle), points, points)
def test_resizing_gives_a_box_inside_and_leaves_the_other_sides(rect: Rect, handle: Handle, x: float, y: float) -> None:
    result = resized(rect, handle, x, y, SIZE)
    assert inside(result)
    assert is_box(result)
    across, down = handle.value
    if across == 0:
        assert (result.x1, result.x2) == (rect.x1, rect.x2)
    else:
        assert (rect.x2 if across < 0 else rect.x1) in (result.x1, result.x2)
    if down == 0:
        assert (result.y1, result.y2) == (rect.y1, rect.y2)
    else:
        assert (rect.y2 if down < 0 else rect.y1) in (result.y1, result.y2)


def test_a_box_turns_over_when_a_handle_is_pulled_across() -> None:
    assert resized(LARGE, Handle.SE, 50, 40, SIZE) == Rect(50, 40, 100, 100)


def test_a_handle_pulled_onto_the_other_side_leaves_the_smallest_box() -> None:
    assert resized(LARGE, Handle.W, 400, 0, SIZE) == Rect(400 - MIN_SIDE, 100, 400, 400)


@pytest.mark.parametrize("handle", Handle)
def test_every_handle_is_found_where_it_is_drawn(handle: Handle) -> None:
    x, y = handle.on(LARGE)
    assert handle_at(LARGE, x + 3, y - 3, 7) is handle


def test_the_middle_of_a_small_box_moves_it() -> None:
    tiny = Rect(10, 10, 18, 18)
    assert handle_at(tiny, 14, 14, 7) is None
    assert handle_at(tiny, 10, 10, 7) is Handle.NW


def test_the_small_box_wins_and_the_selected_one_is_held() -> None:
    assert hit_test(BOXES, (), 220, 220, 7) == Hit("small")
    assert hit_test(BOXES, ("large",), 220, 220, 7) == Hit("large")
    assert hit_test(BOXES, ("large",), 400, 400, 7) == Hit("large", Handle.SE)
    assert hit_test(BOXES, (), 20, 20, 7) is None


def test_clicking_again_goes_to_the_box_beneath_and_round() -> None:
    assert regions_at(BOXES, 220, 220, 0) == ["small", "large"]
    assert next_at(BOXES, None, 220, 220, 0) == "small"
    assert next_at(BOXES, "small", 220, 220, 0) == "large"
    assert next_at(BOXES, "large", 220, 220, 0) == "small"
    assert next_at(BOXES, "small", 5, 5, 0) is None
