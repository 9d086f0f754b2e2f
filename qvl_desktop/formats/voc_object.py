"""One object of a Pascal VOC file and its box, both ways.

Owns the numbers. VOC counts pixels from 1 and names the first and the last one inside: `xmin 1, xmax 500` is the whole
of 500 pixels. Here a box runs between edges, so it is 0 to 500: `x1 = xmin - 1`, `x2 = xmax`.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.shapes import Shape
from qvl_desktop.formats.placing import is_number
from qvl_desktop.formats.records import BadRecord
from qvl_desktop.formats.xml_tree import Element

_SIDES = ("xmin", "ymin", "xmax", "ymax")


def shape_of(element: Element) -> Shape:
    """The box of an object in pixels between edges. Raises `BadRecord`."""
    box = element.find("bndbox")
    if box is None:
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "there is no “bndbox”."))
    values = []
    for side in _SIDES:
        text = box.text_of(side)
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not is_number(value):
            raise BadRecord(QT_TRANSLATE_NOOP("formats", "“{side}” is “{text}”, no number."), side=side, text=text[:40])
        values.append(value)
    x1, y1, x2, y2 = values
    if x2 < x1 or y2 < y1:
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "its last pixel comes before its first."))
    return Shape("box", ((x1 - 1, y1 - 1), (x2, y2)))


def box_of(shape: Shape) -> Element:
    """The `bndbox` of a shape's bounds: whole pixels as such, others to the millionth the project keeps."""
    bounds = shape.bounds
    values = (bounds.x1 + 1, bounds.y1 + 1, bounds.x2, bounds.y2)
    return Element("bndbox", children=[Element(side, _short(v)) for side, v in zip(_SIDES, values, strict=True)])


def new_object(name: str, shape: Shape) -> Element:
    """An object that did not come from VOC."""
    words = (("name", name), ("pose", "Unspecified"), ("truncated", "0"), ("difficult", "0"))
    return Element("object", children=[*(Element(tag, text) for tag, text in words), box_of(shape)])


def changed_object(element: Element, name: str | None, shape: Shape | None) -> Element:
    """An object with another name and another box (None = as it is); its other elements stay."""
    children = []
    for child in element.children:
        if name is not None and child.tag == "name":
            children.append(Element("name", name))
        elif shape is not None and child.tag == "bndbox":
            children.append(box_of(shape))
        else:
            children.append(child)
    return Element(element.tag, element.text, children, element.attributes)


def whole_number(text: str) -> int:
    """A side of `size`; 0 where it is none (many tools write 0)."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return 0
    return int(value) if value.is_finite() and 0 < value < 10**6 else 0


def _short(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
