"""Shapes: tokens, bounds, cutting off, moving, scaling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvl_desktop.core.box import Box, Quad, Rect, encode_coordinate
from qvl_desktop.core.errors import BoxError
from qvl_desktop.core.shapes import CORNERS, Shape
from qvl_desktop.core.tokens import BoxToken, QuadToken, parse

sides = st.integers(1, 20_000)
pixels = st.floats(-500, 21_000, allow_nan=False)
shapes = st.sampled_from(sorted(CORNERS)).flatmap(
    lambda kind: st.builds(
        Shape,
        st.just(kind),
        st.lists(st.tuples(pixels, pixels), min_size=CORNERS[kind], max_size=CORNERS[kind]).map(tuple),
    )
)


@given(shapes, sides, sides)
def test_a_token_is_the_encoding_of_every_point_and_parses_back(shape: Shape, width: int, height: int) -> None:
    token = shape.token(width, height)
    (segment,) = parse(token)
    expected = [(encode_coordinate(x, width), encode_coordinate(y, height)) for x, y in shape.points]
    if shape.kind == "quad":
        assert isinstance(segment, QuadToken)
        assert list(segment.quad.points) == expected
    else:
        assert isinstance(segment, BoxToken)
        xs, ys = zip(*expected, strict=True)
        assert segment.box == Box(min(xs), min(ys), max(xs), max(ys))


@given(shapes, sides, sides)
def test_encoding_a_decoded_token_gives_the_same_token(shape: Shape, width: int, height: int) -> None:
    code = shape.encode(width, height)
    again = Shape.decode(code, width, height)
    assert again.encode(width, height) == code
    assert again.rounded().token(width, height) == shape.token(width, height)
    assert again.kind == shape.kind or (isinstance(code, Box) and (code.x1, code.y1) == (code.x2, code.y2))


@given(shapes, sides, sides)
def test_clipping_and_keeping_inside_leave_nothing_outside(shape: Shape, width: int, height: int) -> None:
    for inside in (shape.clipped(width, height), shape.kept_inside(width, height)):
        b = inside.bounds
        assert 0 <= b.x1 <= b.x2 <= width
        assert 0 <= b.y1 <= b.y2 <= height
        assert inside.kind == shape.kind


def test_keeping_inside_keeps_the_size() -> None:
    shape = Shape.of_corners([(-10, 5), (20, 0), (25, 30), (-5, 35)])
    assert shape.kept_inside(100, 100).bounds == Rect(0, 0, 35, 35)
    assert shape.translated(200, 200).kept_inside(100, 100).bounds == Rect(65, 65, 100, 100)


def test_a_quad_is_scaled_into_a_rectangle_and_a_point_goes_to_its_middle() -> None:
    quad = Shape.of_corners([(10, 0), (20, 10), (10, 20), (0, 10)])
    assert quad.fitted(Rect(100, 100, 140, 120)).points == ((120, 100), (140, 110), (120, 120), (100, 110))
    assert Shape.of_point(3, 4).fitted(Rect(0, 0, 10, 20)).points == ((5, 10),)
    assert Shape.of_rect(Rect(0, 0, 1, 1)).fitted(Rect(2, 3, 4, 5)).bounds == Rect(2, 3, 4, 5)
    with pytest.raises(BoxError, match="without area"):
        Shape.of_corners([(1, 1), (1, 2), (1, 3), (1, 4)]).fitted(Rect(0, 0, 9, 9))


def test_corners_are_moved_one_by_one() -> None:
    box = Shape.of_rect(Rect(10, 10, 20, 20))
    assert box.with_corner(0, 15, 25).bounds == Rect(15, 20, 20, 25)
    quad = box.as_quad()
    assert quad.with_corner(2, 40, 30).points == ((10, 10), (20, 10), (40, 30), (10, 20))
    assert quad.as_box() == box
    assert quad.area == box.area == 100
    assert quad.with_corner(2, 40, 30).bounds == Rect(10, 10, 40, 30)


def test_inside_a_quad_is_not_inside_its_bounds() -> None:
    diamond = Shape.of_corners([(10, 0), (20, 10), (10, 20), (0, 10)])
    assert diamond.contains(10, 10)
    assert not diamond.contains(2, 2)
    assert not diamond.contains(30, 10)
    assert diamond.area == 200


def test_a_shape_has_the_points_of_its_kind() -> None:
    with pytest.raises(BoxError, match="4 points"):
        Shape("quad", ((0, 0),))
    with pytest.raises(BoxError):
        Shape.of_point(1, 1).as_quad()


def test_the_canonical_texts() -> None:
    assert Shape.of_point(32, 24).token(64, 48) == "<box>(500,500),(500,500)</box>"
    quad = Shape.of_corners([(0, 0), (64, 0), (64, 48), (0, 48)])
    assert quad.token(64, 48) == "<quad>(0,0),(999,0),(999,999),(0,999)</quad>"
    assert Shape.decode(Quad(((0, 0), (500, 0), (500, 500), (0, 500))), 64, 48).bounds == Rect(0, 0, 32, 24)
