"""What can be wrong with a data set: the kinds of faults, in words.

Owns `Finding` and the table of codes: how grave each is, what it is called, what is said and how to mend it. Does not
look for faults (`lint` for texts, `storage.checking` for projects) nor mend them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.core.i18n import translate
from qvl_desktop.core.sources import spoken_source

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of fault. `title` heads the group; `message` and `mend` are filled with a finding's values."""

    level: Level
    title: str
    message: str
    mend: str


@dataclass(frozen=True, slots=True)
class At:
    """Ids of project rows a finding is about; 0 = none."""

    picture: int = 0
    region: int = 0
    conversation: int = 0
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. `turn` counts from 0, -1 = the whole record; `start`/`end` are characters of the turn's text.

    `source` names the record for the user. `values` fill the words of the rule (plain JSON values). `key` says what the
    finding is about in a way that outlives a check: with the code it names a finding that the user wants to keep.
    """

    code: str
    source: str
    turn: int = -1
    start: int = 0
    end: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)
    at: At = At()
    key: str = ""

    @property
    def level(self) -> Level:
        return RULES[self.code].level

    @property
    def message(self) -> str:
        """What is wrong, in the user's language."""
        return translate("lint", RULES[self.code].message).format(**self.values)

    @property
    def mend(self) -> str:
        """The way out, in the user's language."""
        return translate("lint", RULES[self.code].mend).format(**self.values)

    @property
    def place(self) -> str:
        """The record, its turn and characters: "data.json: record 17, turn 2, characters 4-20"."""
        turn = characters = ""
        if self.turn >= 0:
            turn = translate("lint", ", turn {number}").format(number=self.turn + 1)
        if self.end > self.start:
            characters = translate("lint", ", characters {start}-{end}").format(start=self.start, end=self.end)
        return spoken_source(self.source) + turn + characters

    def __str__(self) -> str:
        level = translate("lint", "error") if self.level == "error" else translate("lint", "warning")
        words = translate("lint", "{place}: {level}: {message} {mend} [{code}]")
        return words.format(place=self.place, level=level, message=self.message, mend=self.mend, code=self.code)

    def as_json(self) -> dict[str, object]:
        """The same as plain data, for `check --json`."""
        ids = {name: getattr(self.at, name) for name in ("picture", "region", "conversation") if getattr(self.at, name)}
        return {
            "source": self.source,
            "turn": self.turn,
            "start": self.start,
            "end": self.end,
            "level": self.level,
            "code": self.code,
            "message": self.message,
            "mend": self.mend,
            **ids,
        }


def title_of(code: str) -> str:
    """What a kind of fault is called, in the user's language."""
    return translate("lint", RULES[code].title)


RULES: dict[str, Rule] = {
    # Records and turns
    "unreadable": Rule(
        "error", _N("lint", "Records that cannot be read"), _N("lint", "{reason}"),
        _N("lint", "Mend the record or take it out."),
    ),
    "no-turns": Rule(
        "error", _N("lint", "Conversations without turns"), _N("lint", "The conversation has no turns."),
        _N("lint", "Delete it."),
    ),
    "no-answer": Rule(
        "error", _N("lint", "Conversations without an answer"), _N("lint", "There is no answer to learn from."),
        _N("lint", "Add an assistant turn at the end."),
    ),
    "last-not-answer": Rule(
        "warning", _N("lint", "Last turns without an answer"), _N("lint", "The last turn is not the assistant's."),
        _N("lint", "Add the answer, or delete the turn."),
    ),
    "role-order": Rule(
        "error", _N("lint", "Speakers out of turn"), _N("lint", "The {role} speaks twice in a row, or first."),
        _N("lint", "User and assistant take turns; the user begins."),
    ),
    "late-system": Rule(
        "error", _N("lint", "System turns inside a conversation"), _N("lint", "A system turn stands inside."),
        _N("lint", "Only the first turn may be one."),
    ),
    "empty-turn": Rule(
        "error", _N("lint", "Empty questions"), _N("lint", "The turn is empty."),
        _N("lint", "Write its text or delete it."),
    ),
    "empty-answer": Rule(
        "error", _N("lint", "Empty answers"), _N("lint", "The answer is empty."),
        _N("lint", "Write it, or delete the question with it."),
    ),
    "too-long": Rule(
        "warning", _N("lint", "Conversations that are too long"),
        _N("lint", "The conversation has about {tokens} tokens; {limit} fit. What follows “{before}” would be cut."),
        _N("lint", "Split it, shorten it, or raise the limit of the training plan. Training leaves it out."),
    ),
    # Tokens
    "box-syntax": Rule(
        "error", _N("lint", "Boxes that are no boxes"), _N("lint", "“{text}” is no box."),
        _N("lint", "A box is written <box>(x1,y1),(x2,y2)</box>."),
    ),
    "box-range": Rule(
        "error", _N("lint", "Boxes out of range"), _N("lint", "“{text}” has values above 999."),
        _N("lint", "Box values run from 0 to 999."),
    ),
    "box-order": Rule(
        "error", _N("lint", "Boxes with corners in the wrong order"),
        _N("lint", "“{text}” begins with the far corner."),
        _N("lint", "The top left corner comes first."),
    ),
    "quad-syntax": Rule(
        "error", _N("lint", "Quads that are no quads"), _N("lint", "“{text}” is no quad."),
        _N("lint", "A quad is written with four points."),
    ),
    "quad-range": Rule(
        "error", _N("lint", "Quads out of range"), _N("lint", "“{text}” has values above 999."),
        _N("lint", "Quad values run from 0 to 999."),
    ),
    "unbalanced": Rule(
        "error", _N("lint", "Tags without a partner"), _N("lint", "{text} has no partner."),
        _N("lint", "Close the tag, or take it away."),
    ),
    "box-without-picture": Rule(
        "error", _N("lint", "Boxes without a picture"), _N("lint", "A box stands before any picture."),
        _N("lint", "Name the picture first: Picture 1: <img>…</img>."),
    ),
    "box-without-area": Rule(
        "warning", _N("lint", "Boxes without area"), _N("lint", "The box has no area."),
        _N("lint", "Draw it again, or delete it."),
    ),
    "box-twice": Rule(
        "warning", _N("lint", "Boxes said twice"), _N("lint", "The same box stands twice behind one phrase."),
        _N("lint", "Delete one of them."),
    ),
    "empty-ref": Rule(
        "warning", _N("lint", "Empty phrases"), _N("lint", "The phrase in <ref> is empty."),
        _N("lint", "Write what the box shows."),
    ),
    "ref-without-box": Rule(
        "warning", _N("lint", "Phrases without a box"), _N("lint", "“{ref}” has no box."),
        _N("lint", "Put its <box> right behind </ref>, or take the tags away."),
    ),
    "other-dialect": Rule(
        "warning", _N("lint", "Boxes in another family's writing"),
        _N("lint", "“{text}” looks like a box in another family's writing; the model would learn it as plain words."),
        _N("lint", "Write <box>(x1,y1),(x2,y2)</box> with values from 0 to 999."),
    ),
    # Pictures in conversations
    "picture-missing": Rule(
        "error", _N("lint", "Pictures that conversations name and that are not there"),
        _N("lint", "The picture {path} is not there."),
        _N("lint", "Put the file back, or find it in another folder."),
    ),
    "picture-unreadable": Rule(
        "error", _N("lint", "Pictures that cannot be read"), _N("lint", "{reason}"), _N("lint", "Replace the file."),
    ),
    "picture-in-answer": Rule(
        "error", _N("lint", "Answers that show a picture"), _N("lint", "The answer shows a picture."),
        _N("lint", "Only the user shows pictures; move it into the question."),
    ),
    "picture-number": Rule(
        "warning", _N("lint", "Pictures with a wrong number"),
        _N("lint", "The picture is called Picture {found} but is number {wanted}."),
        _N("lint", "Number the pictures of a conversation 1, 2, 3, …"),
    ),
    "picture-count": Rule(
        "error", _N("lint", "Placeholders without a picture"),
        _N("lint", "{text} stands for a picture, but none belongs to it; the conversation shows {pictures}."),
        _N("lint", "Name the picture with <img>…</img>, or take the placeholder away."),
    ),
    # Files
    "file-missing": Rule(
        "error", _N("lint", "Picture files that are not there"), _N("lint", "The file {path} is not there."),
        _N("lint", "Find it in another folder, or take the picture out of the project."),
    ),
    "file-unreadable": Rule(
        "error", _N("lint", "Picture files that cannot be read"), _N("lint", "{reason}"),
        _N("lint", "Replace the file, or take the picture out of the project."),
    ),
    "file-changed": Rule(
        "warning", _N("lint", "Pictures that changed on disk"),
        _N("lint", "{path} is another picture than the one that was annotated. Its boxes were kept."),
        _N("lint", "Look whether the boxes still fit, then accept the new picture."),
    ),
    "size-changed": Rule(
        "error", _N("lint", "Pictures whose size changed"),
        _N("lint", "{path} was {old} when it was annotated and is {new} now. Its boxes were kept."),
        _N("lint", "Accept the new size; boxes grow or shrink with the picture."),
    ),
    "picture-twice": Rule(
        "warning", _N("lint", "The same picture twice"), _N("lint", "{path} has the same content as {other}."),
        _N("lint", "Keep one of them."),
    ),
    "picture-alike": Rule(
        "warning", _N("lint", "Nearly the same picture"), _N("lint", "{path} looks like {other}."),
        _N("lint", "Keep one of them, or make sure that both are in one split."),
    ),
    "picture-leak": Rule(
        "error", _N("lint", "The same picture in two splits"),
        _N("lint", "{path} ({split}) is the same picture as {other} ({other_split})."),
        _N("lint", "Put both into one split, or the figures of the tests flatter the model."),
    ),
    "picture-alike-leak": Rule(
        "warning", _N("lint", "Nearly the same picture in two splits"),
        _N("lint", "{path} ({split}) looks like {other} ({other_split})."),
        _N("lint", "Put both into one split, or the figures of the tests flatter the model."),
    ),
    # Regions and refs
    "region-without-ref": Rule(
        "warning", _N("lint", "Regions without a ref"), _N("lint", "A region of {path} has no ref."),
        _N("lint", "Say what it shows; no question is made of it before."),
    ),
    "region-twice": Rule(
        "warning", _N("lint", "Regions drawn twice"), _N("lint", "“{ref}” is drawn twice at one place of {path}."),
        _N("lint", "Delete one of them."),
    ),
    "region-outside": Rule(
        "error", _N("lint", "Regions outside their picture"),
        _N("lint", "“{ref}” reaches beyond the edge of {path}."), _N("lint", "Cut it off at the edge."),
    ),
    "region-tiny": Rule(
        "warning", _N("lint", "Regions too small to be said"),
        _N("lint", "“{ref}” on {path} is so small that its box has no area for the model."),
        _N("lint", "Draw it larger, or delete it."),
    ),
    "ref-spelling": Rule(
        "warning", _N("lint", "Refs spelled several ways"),
        _N("lint", "{spellings} seem to be one ref."), _N("lint", "Make them one: “{wanted}”."),
    ),
    # Conversations among each other
    "conversation-twice": Rule(
        "warning", _N("lint", "The same conversation twice"), _N("lint", "It says the same as {other}."),
        _N("lint", "Keep one of them."),
    ),
    "conversation-leak": Rule(
        "error", _N("lint", "The same conversation in two splits"),
        _N("lint", "It is in {split} and says the same as {other} in {other_split}."),
        _N("lint", "Keep one of them."),
    ),
    "split-differs": Rule(
        "error", _N("lint", "Conversations in another split than their picture"),
        _N("lint", "It is in {split}, its picture {path} in {other_split}."),
        _N("lint", "Let it follow its picture."),
    ),
    # One model (`check --model`)
    "model-too-long": Rule(
        "error", _N("lint", "Conversations too long for the model"),
        _N("lint", "{tokens} tokens ({picture_tokens} of them for {pictures} pictures); {limit} fit into {model}."),
        _N("lint", "Split it, shorten it, or show fewer pictures."),
    ),
    "model-nearly-full": Rule(
        "warning", _N("lint", "Conversations that nearly fill the model's context"),
        _N("lint", "{tokens} of {limit} tokens of {model} ({picture_tokens} of them for {pictures} pictures)."),
        _N("lint", "Keep it as it is, or split it."),
    ),
    "model-picture": Rule(
        "error", _N("lint", "Pictures that the model does not take"), _N("lint", "{model}: {reason}"),
        _N("lint", "Cut the picture, or leave it out."),
    ),
    "model-refuses": Rule(
        "error", _N("lint", "Conversations that the model does not take"), _N("lint", "{model}: {reason}"),
        _N("lint", "Mend the conversation."),
    ),
    "model-quad": Rule(
        "warning", _N("lint", "Quads that the model's family does not know"),
        _N("lint", "{model} knows no quads: it would learn the box around it."),
        _N("lint", "Keep it as it is, or draw a box."),
    ),
}  # fmt: skip
"""Every kind of fault, in the order in which they are shown."""
