"""Pictures in a text: canonical picture lines on one side, `<image>` placeholders on the other.

Owns the rule between them. Does not own any format.

`<image>` where a line begins is a picture line (`Picture N: <img>path</img>` and a line end) and takes one line end
behind it along; inside a line it is `<img>path</img>`. The other way, a picture where a line begins becomes `<image>`
whether it is called `Picture N:` or not, and a line end is kept only where the next line is empty. So every canonical
text whose picture lines are numbered comes back to the byte, and any other once `normalised`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from qvl_desktop.core.conversation import Turn, picture_line
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.tokens import Picture, Segment, Text, parse, write
from qvl_desktop.formats.records import BadRecord

IMAGE = "<image>"
_IMAGE = re.compile(re.escape(IMAGE))
_NAME = re.compile(r"(?:\A|(?<=\n))Picture\s+\d+\s*:\s*\Z")


def with_pictures(turns: Sequence[Turn], names: Sequence[str]) -> tuple[Turn, ...]:
    """Turns whose placeholders are the pictures called `names`, in order.

    Pictures without a placeholder stand at the head of the first user turn, where training tools put them too. Raises
    `BadRecord` when there are more placeholders than pictures.
    """
    places = sum(len(_IMAGE.findall(turn.text)) for turn in turns)
    if places > len(names):
        raise BadRecord(
            QT_TRANSLATE_NOOP("formats", "the text has {places} placeholders <image>, the record {pictures} pictures."),
            places=places,
            pictures=len(names),
        )
    missing = IMAGE * (len(names) - places)
    if missing:
        first = next((index for index, turn in enumerate(turns) if turn.role == "user"), 0)
        turns = [Turn(turn.role, missing + turn.text) if index == first else turn for index, turn in enumerate(turns)]
    numbered = enumerate(names, start=1)
    return tuple(Turn(turn.role, _filled(turn.text, numbered)) for turn in turns)


def _filled(text: str, names: Iterator[tuple[int, str]]) -> str:
    pieces: list[str] = []
    place = 0
    line_begins = True
    for match in _IMAGE.finditer(text):
        words = text[place : match.start()]
        pieces.append(words)
        line_begins = words.endswith("\n") if words else line_begins
        place = match.end()
        number, name = next(names)
        if line_begins:
            pieces.append(picture_line(number, name))
            place += text.startswith("\n", place)
        else:
            pieces.append(f"<img>{name}</img>")
    pieces.append(text[place:])
    return "".join(pieces)


def with_placeholders(text: str) -> str:
    """Canonical text with `<image>` in place of its pictures. Raises `BadRecord` where words hold a placeholder."""
    return "".join(_written(parse(text)))


def _written(segments: Sequence[Segment]) -> Iterator[str]:
    line_begins = True
    after_line = False
    for index, segment in enumerate(segments):
        if isinstance(segment, Picture):
            yield IMAGE
            after_line = line_begins
            continue
        words = write([segment])
        if IMAGE in words:
            raise BadRecord(
                QT_TRANSLATE_NOOP(
                    "formats", "its words hold <image>, which this format takes for a picture. Write them otherwise."
                )
            )
        following = segments[index + 1] if index + 1 < len(segments) else None
        if after_line and words.startswith("\n"):
            words = words[1:]
            words = "\n" + words if words.startswith("\n") else words
            line_begins = True
        if isinstance(segment, Text) and isinstance(following, Picture):
            cut = _NAME.search(words)
            if cut is not None and (cut.start() > 0 or line_begins):
                words = words[: cut.start()]
        line_begins = words.endswith("\n") if words else line_begins
        after_line = False
        yield words


def normalised(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """Turns with every picture where a line begins on a numbered line of its own: what a way there and back makes."""
    turns = list(turns)
    names = [segment.path for turn in turns for segment in parse(turn.text) if isinstance(segment, Picture)]
    return with_pictures([Turn(turn.role, with_placeholders(turn.text)) for turn in turns], names)
