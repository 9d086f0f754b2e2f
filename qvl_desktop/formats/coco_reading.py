"""Reading COCO, piece by piece: `images`, `annotations`, `categories`, and whatever else stands beside them.

Owns the walk through the file and the check of each record. The lists may stand in any order: annotations that come
before their pictures are read in a second pass. Does not own what an annotation's numbers mean (`coco_annotation`).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.formats.base import Problem
from qvl_desktop.formats.coco_annotation import shape_of
from qvl_desktop.formats.json_window import (
    Window,
    list_items,
    list_texts,
    object_keys,
    open_window,
    skip_value,
    take_value,
)
from qvl_desktop.formats.placing import clean_ref, is_number
from qvl_desktop.formats.records import BadRecord
from qvl_desktop.formats.regions import Advance, Header, Note, PictureRecord, RegionItem, RegionRecord

_BATCH = 2000
"""So many annotations are sorted by picture at a time."""

Id = int | str
_IDS = frozenset((int, str))


@dataclass(slots=True)
class _State:
    """What is known so far: pictures and categories by id, ids of annotations, keys of the top level."""

    path: Path
    bases: tuple[Path, ...]
    name: str
    pictures: dict[Id, tuple[str, int, int]] = field(default_factory=dict)
    categories: dict[Id, str] = field(default_factory=dict)
    annotations: set[Id] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    boxless: int = 0
    twice: int = 0


def read_coco(path: Path, images: Path | None = None) -> Iterator[RegionItem]:
    """The pictures and annotations of a COCO file; see `RegionFormat.read`."""
    path = Path(path).absolute()
    state = _State(path, (images.absolute(),) if images else usual_places(path), path.name)
    passed_over = yield from _first_pass(state)
    if not state.seen & {"annotations", "images"}:
        raise DataError(
            QT_TRANSLATE_NOOP("errors", "{path}: this is no COCO file, it has neither “images” nor “annotations”."),
            path=path,
        )
    if passed_over:
        yield from _second_pass(state)
    yield from _notes(state)


def usual_places(path: Path) -> tuple[Path, ...]:
    """Where the pictures of a file in `annotations/`, or beside `images/`, may be."""
    folder = path.parent
    return folder, folder / "images", folder.parent, folder.parent / "images"


def _notes(state: _State) -> Iterator[Note]:
    if state.boxless:
        template = QT_TRANSLATE_NOOP(
            "formats", "annotations without a box: {count}. They make no region, but go into the next COCO export."
        )
        yield Note(state.path.name, template, {"count": state.boxless})
    if state.twice:
        template = QT_TRANSLATE_NOOP(
            "formats", "annotations with the id of another one: {count}. They get new ids in the next COCO export."
        )
        yield Note(state.path.name, template, {"count": state.twice})


def _first_pass(state: _State) -> Generator[RegionItem, None, bool]:
    """Everything; returns whether annotations were passed over because their pictures come later."""
    header: dict[str, Any] = {}
    passed_over = False
    with open_window(state.path) as window:
        for key in _top_level(window):
            state.seen.add(key)
            is_list = window.next_mark() == "["
            if key == "images" and is_list:
                yield from _images(state, window)
            elif key == "categories" and is_list:
                header[key] = yield from _categories(state, window)
            elif key == "annotations" and is_list:
                if {"images", "categories"} <= state.seen:
                    yield from _annotations(state, window)
                else:
                    passed_over = True
                    yield from _pass_over(window)
            else:
                header[key] = take_value(window)
    if header:
        yield Header(header)
    return passed_over


def _second_pass(state: _State) -> Iterator[RegionItem]:
    with open_window(state.path) as window:
        for key in _top_level(window):
            if key == "annotations" and window.next_mark() == "[":
                yield from _annotations(state, window)
            else:
                skip_value(window)


def _top_level(window: Window) -> Iterator[str]:
    if window.next_mark() != "{":
        raise window.fail(window.position, "an object is expected")
    yield from object_keys(window)
    if window.next_mark():
        raise window.fail(window.position, "the file goes on behind its end")


def _pass_over(window: Window) -> Iterator[Advance]:
    for number, _ in enumerate(list_items(window)):
        if number % _BATCH == 0:
            yield Advance(*window.progress)


def _categories(state: _State, window: Window) -> Generator[RegionItem, None, list[Any]]:
    """Returns the good ones as they stand."""
    good = []
    for number, value in enumerate(list_items(window), start=1):
        source = f"{state.name}: category {number}"
        if not isinstance(value, dict) or not _is_id(value.get("id")) or not isinstance(value.get("name"), str):
            yield Problem(source, QT_TRANSLATE_NOOP("formats", "a category needs an “id” and a “name”."), {})
        elif value["id"] in state.categories:
            yield Problem(source, _TAKEN, {"id": value["id"]})
        else:
            state.categories[value["id"]] = clean_ref(value["name"])
            good.append(value)
    return good


_TAKEN = QT_TRANSLATE_NOOP("formats", "the id {id} is there already; the first counts.")


def _images(state: _State, window: Window) -> Iterator[RegionItem]:
    for number, value in enumerate(list_items(window), start=1):
        source = f"{state.name}: image {number}"
        try:
            yield _image(state, value, source)
        except BadRecord as reason:
            yield Problem(source, reason.template, reason.values)
        if number % _BATCH == 0:
            yield Advance(*window.progress)


def _image(state: _State, value: Any, source: str) -> PictureRecord:
    if not isinstance(value, dict) or not _is_id(value.get("id")):
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "an image needs an “id”, a number or a text."))
    name = value.get("file_name")
    if not isinstance(name, str) or not name.strip():
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "an image needs a “file_name”."))
    if value["id"] in state.pictures:
        raise BadRecord(_TAKEN, id=value["id"])
    width, height = _side(value, "width"), _side(value, "height")
    state.pictures[value["id"]] = (name, width, height)
    return PictureRecord(name, state.bases, (), width, height, raw=value, source=source)


def _side(value: Mapping[str, Any], key: str) -> int:
    """A side in pixels; 0 where the file does not say."""
    side = value.get(key, 0)
    return int(side) if is_number(side) and side > 0 else 0


def _annotations(state: _State, window: Window) -> Iterator[RegionItem]:
    found: dict[Id, tuple[list[RegionRecord], list[Any]]] = {}
    name = state.name
    for number, (value, text) in enumerate(list_texts(window), start=1):
        source = f"{name}: annotation {number}"
        try:
            region = _annotation(state, value, text, source)
        except BadRecord as reason:
            yield Problem(_with_id(source, value), reason.template, reason.values)
        else:
            of_picture = found.get(value["image_id"])
            if of_picture is None:
                of_picture = found[value["image_id"]] = ([], [])
            if region is None:
                state.boxless += 1
                of_picture[1].append(value)
            else:
                of_picture[0].append(region)
        if number % _BATCH == 0:
            yield from _by_picture(state, found)
            found = {}
            yield Advance(*window.progress)
    yield from _by_picture(state, found)


def _by_picture(state: _State, found: dict[Id, tuple[list[RegionRecord], list[Any]]]) -> Iterator[PictureRecord]:
    for picture, (regions, aside) in found.items():
        name, width, height = state.pictures[picture]
        yield PictureRecord(name, state.bases, tuple(regions), width, height, aside=tuple(aside), source=state.name)


def _annotation(state: _State, value: Any, text: str, source: str) -> RegionRecord | None:
    """The region of an annotation; None = there is no box to make one of, though it is whole."""
    if not isinstance(value, dict):
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "the annotation is no object."))
    picture, category = value.get("image_id"), value.get("category_id")
    if type(picture) not in _IDS or picture not in state.pictures:
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "there is no image with the id {id}."), id=_short(picture))
    if type(category) not in _IDS or category not in state.categories:
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "there is no category with the id {id}."), id=_short(category))
    if not value.get("bbox") and (value.get("segmentation") or value.get("keypoints")):
        return None
    shape = shape_of(value)
    if shape is None:
        raise BadRecord(
            QT_TRANSLATE_NOOP("formats", "“bbox” is {bbox}; it must be x, y, width and height, both sides above 0."),
            bbox=_short(value.get("bbox")),
        )
    own: Any = value.get("id")
    if type(own) in _IDS:
        state.twice += own in state.annotations
        state.annotations.add(own)
    usable = "\n" not in text and "NaN" not in text and "Infinity" not in text
    return RegionRecord(state.categories[category], shape, value, source, text if usable else "")


def _with_id(source: str, value: Any) -> str:
    own = value.get("id") if isinstance(value, dict) else None
    return f"{source} (id {own})" if _is_id(own) else source


def _short(value: Any) -> str:
    """A value for a sentence."""
    try:
        text = str(value)
    except ValueError:  # a number of thousands of digits
        return "?"
    return text if len(text) <= 80 else text[:79] + "…"


def _is_id(value: Any) -> TypeGuard[Id]:
    return type(value) in _IDS
