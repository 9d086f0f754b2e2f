"""What the tests of chat formats share: pictures of known sizes, texts that hypothesis draws, a way there and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from hypothesis import strategies as st
from PIL import Image

from qvl_desktop.core.box import Box, Quad
from qvl_desktop.core.conversation import Conversation, Turn
from qvl_desktop.core.dataset import Sample
from qvl_desktop.core.tokens import format_box, format_quad
from qvl_desktop.formats.base import Format

SIZES = {"a.png": (640, 480), "b.png": (1000, 37), "图/c d.png": (333, 777)}


def make_pictures(folder: Path) -> Path:
    """The pictures of `SIZES` in a folder."""
    for name, size in SIZES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", size, "white").save(folder / name)
    return folder


def write_json(path: Path, value: object) -> Path:
    """A JSON file."""
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def write_lines(path: Path, values: Sequence[object]) -> Path:
    """A JSON-lines file."""
    path.write_text("".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values), encoding="utf-8")
    return path


def sample_of(conversation: Conversation, folder: Path) -> Sample:
    """A sample whose pictures lie in `folder`."""
    return Sample(conversation, tuple(folder / name for name in conversation.pictures))


def back(fmt: Format, path: Path, samples: Sequence[Sample]) -> list[Sample]:
    """The samples written and read again; a problem fails the test."""
    fmt.write(path, samples)
    items = list(fmt.read(path, None))
    assert all(isinstance(item, Sample) for item in items), [str(item) for item in items]
    return [item for item in items if isinstance(item, Sample)]


coordinates = st.integers(0, 999)


@st.composite
def boxes(draw: st.DrawFn) -> str:
    """A box token."""
    x, y = (sorted(draw(st.tuples(coordinates, coordinates))) for _ in range(2))
    return format_box(Box(x[0], y[0], x[1], y[1]))


quads = st.tuples(*[st.tuples(coordinates, coordinates)] * 4).map(lambda points: format_quad(Quad(points)))
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="<>"), max_size=12)
refs = words.map(lambda text: f"<ref>{text}</ref>")
loose = st.sampled_from(
    ["\n", "\n\n", " ", "Picture 1: ", "Picture 2: ", "Picture", ": ", "1", "<ref>", "</box>", "\r\n"]
)
pieces = st.one_of(words, refs, boxes(), quads, loose)
pictures = st.sampled_from(
    [f"<img>{name}</img>" for name in SIZES] + [f"Picture {n}: <img>{name}</img>\n" for n in (1, 2) for name in SIZES]
)
roles = st.sampled_from(["user", "assistant", "system"])


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    """Turns of anything, a picture first so that every box has one."""
    first = draw(pictures) + "".join(draw(st.lists(st.one_of(pieces, pictures), max_size=6)))
    turns = [Turn("user", first)]
    for role in draw(st.lists(roles, max_size=4)):
        turns.append(Turn(role, "".join(draw(st.lists(st.one_of(pieces, pictures), max_size=5)))))
    return Conversation(tuple(turns), "x")
