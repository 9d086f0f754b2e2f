"""One-click mends of a project: what each kind of finding can be mended with, what would change, and doing it.

Owns the table of mends by code, previews, and applying one mend or all of a kind as one undo step. Does not own the
mends of texts (`core.mending`), relinking (`relinking`) nor how a preview is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from qvl_desktop.core import mending
from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.dataset import Split
from qvl_desktop.core.findings import Finding
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.core.i18n import translate
from qvl_desktop.core.lint import turns_faults
from qvl_desktop.storage.indexing import Progress
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import ConversationRow

Kind = Literal["text", "delete", "change"]

_MEND_TEXTS = _N("history", "Mend conversations")


@dataclass(frozen=True, slots=True)
class Mend:
    """A way to mend: what its button says, what the step is called, and whether something is lost by it."""

    words: str
    step: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Preview:
    """What a mend would do to one record: its text before and after (`after` empty = it goes), or in words.

    `conversation` is its id, 0 for anything else.
    """

    source: str
    before: str
    after: str
    words: str = ""
    conversation: int = 0


_TEXTS = {
    "box-syntax": _N("mends", "Write the box anew"),
    "box-range": _N("mends", "Bring the values into range"),
    "box-order": _N("mends", "Put the corners in order"),
    "quad-syntax": _N("mends", "Write the quad anew"),
    "quad-range": _N("mends", "Bring the values into range"),
    "unbalanced": _N("mends", "Close the tag or take it away"),
    "box-without-area": _N("mends", "Take the box out"),
    "box-twice": _N("mends", "Say it once"),
    "empty-ref": _N("mends", "Take the tags away"),
    "ref-without-box": _N("mends", "Take the tags away"),
    "picture-number": _N("mends", "Number the pictures"),
    "picture-count": _N("mends", "Take the placeholder away"),
    "last-not-answer": _N("mends", "Delete the last turn"),
    "role-order": _N("mends", "Join the turns of one speaker"),
    "late-system": _N("mends", "Move it to the front"),
}
_DELETIONS = {
    "no-turns": _N("mends", "Delete the conversation"),
    "no-answer": _N("mends", "Delete the conversation"),
    "empty-turn": _N("mends", "Delete the question with its answer"),
    "empty-answer": _N("mends", "Delete the question with its answer"),
}
MENDS: dict[str, Mend] = {
    **{code: Mend(words, _MEND_TEXTS, "text") for code, words in _TEXTS.items()},
    **{code: Mend(words, _MEND_TEXTS, "delete") for code, words in _DELETIONS.items()},
    "conversation-twice": Mend(
        _N("mends", "Delete the copy"), _N("history", "Delete conversations said twice"), "delete"
    ),
    "conversation-leak": Mend(
        _N("mends", "Delete the copy"), _N("history", "Delete conversations said twice"), "delete"
    ),
    "split-differs": Mend(_N("mends", "Let it follow its picture"), _N("history", "Mend splits"), "change"),
    "region-twice": Mend(_N("mends", "Delete the second"), _N("history", "Delete regions drawn twice"), "delete"),
    "region-outside": Mend(_N("mends", "Cut off at the edge"), _N("history", "Cut regions off at the edge"), "change"),
    "region-tiny": Mend(_N("mends", "Delete the region"), _N("history", "Delete tiny regions"), "delete"),
    "ref-spelling": Mend(_N("mends", "Make them one"), _N("history", "Merge labels"), "change"),
    "file-missing": Mend(_N("mends", "Take out of the project"), _N("history", "Remove missing pictures"), "delete"),
    "file-unreadable": Mend(
        _N("mends", "Take out of the project"), _N("history", "Remove unreadable pictures"), "delete"
    ),
    "file-changed": Mend(_N("mends", "Accept the new picture"), _N("history", "Accept changed pictures"), "change"),
    "size-changed": Mend(_N("mends", "Accept the new picture"), _N("history", "Accept changed pictures"), "change"),
    "picture-twice": Mend(_N("mends", "Take the copy out of the project"), _N("history", "Remove copies"), "delete"),
    "picture-alike": Mend(_N("mends", "Take the copy out of the project"), _N("history", "Remove copies"), "delete"),
    "picture-leak": Mend(_N("mends", "Put both into one split"), _N("history", "Mend splits"), "change"),
    "picture-alike-leak": Mend(_N("mends", "Put both into one split"), _N("history", "Mend splits"), "change"),
}
"""Every kind of fault that one click mends."""


def mend_words(code: str) -> str:
    """What the button of a mend says, in the user's language; "" where there is none."""
    return translate("mends", MENDS[code].words) if code in MENDS else ""


def mend(project: Project, code: str, findings: Iterable[Finding], progress: Progress | None = None) -> int:
    """Mend findings of one kind in one undo step; returns how many rows were mended.

    Those that nobody can be sure about stay. `progress(done, total)`; what it raises takes everything back.
    """
    items = list(findings)
    tell = progress or _nobody
    with project.step(MENDS[code].step):
        if mending.can_mend(code):
            return _mend_conversations(project, code, items, tell)
        return _ROWS[code](project, items, tell)


def preview(project: Project, code: str, findings: Sequence[Finding]) -> list[Preview]:
    """What a mend would do to each of these findings; those it cannot mend are left out."""
    if mending.can_mend(code):
        return _preview_conversations(project, code, findings)
    shown: list[Preview] = []
    for finding in findings:
        if code in ("conversation-twice", "conversation-leak"):
            rows = project.conversations_of([finding.at.conversation])
            before = "\n".join(turn.text for row in rows for turn in row.turns)
            shown.append(Preview(finding.source, before, "", conversation=finding.at.conversation))
        else:
            shown.append(Preview(finding.source, "", "", _in_words(project, code, finding)))
    return shown


def _nobody(_done: int, _total: int) -> None:
    """The progress that nobody looks at."""


# Conversations


def _sizes(project: Project, row: ConversationRow) -> mending.Sizes:
    """The sizes of a conversation's pictures, looked up when they are asked for."""

    def size(number: int) -> tuple[int, int] | None:
        paths = row.content.pictures
        found = project.find_picture(paths[number]) if number < len(paths) else None
        return (found.width, found.height) if found else None

    return size


def _mended_turns(
    project: Project, row: ConversationRow, code: str, findings: Sequence[Finding]
) -> mending.Turns | None:
    """A conversation without these findings; None when nothing can be mended. One alone is mended alone."""
    turns, sizes = row.content.turns, _sizes(project, row)
    if len(findings) == 1 and findings[0].code == code:
        one = findings[0]
        for fault in turns_faults(turns):
            if fault.code == code and (fault.turn, fault.start) == (one.turn, one.start):
                return mending.mend(turns, fault, sizes)
        return None
    return mending.mend_all(turns, code, sizes)


def _by_conversation(findings: Sequence[Finding]) -> dict[int, list[Finding]]:
    groups: dict[int, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.at.conversation, []).append(finding)
    return groups


def _mend_conversations(project: Project, code: str, findings: Sequence[Finding], tell: Progress) -> int:
    groups = _by_conversation(findings)
    gone: list[int] = []
    mended = 0
    for done, (number, members) in enumerate(groups.items()):
        tell(done, len(groups))
        rows = project.conversations_of([number])
        turns = _mended_turns(project, rows[0], code, members) if rows else None
        if turns is None:
            continue
        mended += 1
        if turns:
            _rewrite(project, rows[0], turns)
        else:
            gone.append(number)
    project.delete_conversations(gone)
    return mended


def _rewrite(project: Project, row: ConversationRow, turns: Sequence[Turn]) -> None:
    """Make a conversation's turns these, with as few edits as it takes; turns that stay keep their rows."""
    old = [(turn.role, turn.text) for turn in row.turns]
    new = [(turn.role, turn.text) for turn in turns]
    for name, a1, a2, b1, b2 in reversed(SequenceMatcher(None, old, new, autojunk=False).get_opcodes()):
        if name == "equal":
            continue
        for place in range(a2 - 1, a1 - 1, -1):
            wanted = turns[b1 + place - a1] if b1 + place - a1 < b2 else None
            if wanted is None:
                project.delete_turn(row.turns[place].id)
                continue
            if wanted.text != row.turns[place].text:
                project.set_turn(row.turns[place].id, wanted.text)
            if wanted.role != row.turns[place].role:
                project.set_role(row.turns[place].id, wanted.role)
        for place in range(b1 + a2 - a1, b2):
            project.insert_turn(row.id, a1 + place - b1, turns[place])


def _preview_conversations(project: Project, code: str, findings: Sequence[Finding]) -> list[Preview]:
    shown: list[Preview] = []
    for number, members in _by_conversation(findings).items():
        rows = project.conversations_of([number])
        turns = _mended_turns(project, rows[0], code, members) if rows else None
        if turns is None:
            continue
        before = [turn.text for turn in rows[0].turns]
        after = [turn.text for turn in turns]
        if len(before) == len(after):
            changed = [place for place, text in enumerate(before) if text != after[place]]
            before, after = [before[place] for place in changed], [after[place] for place in changed]
        shown.append(Preview(members[0].source, "\n".join(before), "\n".join(after), conversation=number))
    return shown


# Rows: (project, findings, progress) -> how many


def _delete_conversations(project: Project, findings: Sequence[Finding], _tell: Progress) -> int:
    ids = list(dict.fromkeys(finding.at.conversation for finding in findings))
    project.delete_conversations(ids)
    return len(ids)


def _follow_picture(project: Project, findings: Sequence[Finding], _tell: Progress) -> int:
    """Conversations with a split of their own lose it; of several pictures those elsewhere come to the first one's."""
    project.set_conversation_split([finding.at.conversation for finding in findings], "")
    for finding in findings:
        rows = project.conversations_of([finding.at.conversation])
        if rows and finding.at.picture:
            project.set_split([finding.at.picture], rows[0].split)
    return len(findings)


def _delete_regions(project: Project, findings: Sequence[Finding], _tell: Progress) -> int:
    ids = list(dict.fromkeys(finding.at.region for finding in findings))
    project.delete_regions(ids)
    return len(ids)


def _cut_regions(project: Project, findings: Sequence[Finding], tell: Progress) -> int:
    done = 0
    for place, finding in enumerate(findings):
        tell(place, len(findings))
        region = next((row for row in project.regions(finding.at.picture) if row.id == finding.at.region), None)
        if region is None:
            continue
        picture = project.picture(region.picture_id)
        if region.shape.clipped(picture.width, picture.height).stands and region.kind != "point":
            project.reshape_region(region.id, region.shape)
        else:
            project.delete_regions([region.id])
        done += 1
    return done


def _merge_refs(project: Project, findings: Sequence[Finding], tell: Progress) -> int:
    return sum(project.rename_ref(f.values["others"], str(f.values["wanted"]), tell) for f in findings)


def _remove_pictures(project: Project, findings: Sequence[Finding], _tell: Progress) -> int:
    ids = list(dict.fromkeys(finding.at.picture for finding in findings))
    project.remove_pictures(ids)
    return len(ids)


def _accept(project: Project, findings: Sequence[Finding], _tell: Progress) -> int:
    return project.accept_files([finding.at.picture for finding in findings])


def _one_split(project: Project, findings: Sequence[Finding], _tell: Progress) -> int:
    for finding in findings:
        project.set_split([finding.at.picture], _split_of(str(finding.values["other_split"])))
    return len(findings)


def _split_of(name: str) -> Split:
    splits: dict[str, Split] = {"train": "train", "val": "val", "test": "test"}
    return splits.get(name, "train")


_ROWS: dict[str, Callable[[Project, Sequence[Finding], Progress], int]] = {
    "conversation-twice": _delete_conversations,
    "conversation-leak": _delete_conversations,
    "split-differs": _follow_picture,
    "region-twice": _delete_regions,
    "region-outside": _cut_regions,
    "region-tiny": _delete_regions,
    "ref-spelling": _merge_refs,
    "file-missing": _remove_pictures,
    "file-unreadable": _remove_pictures,
    "file-changed": _accept,
    "size-changed": _accept,
    "picture-twice": _remove_pictures,
    "picture-alike": _remove_pictures,
    "picture-leak": _one_split,
    "picture-alike-leak": _one_split,
}


# Previews in words


def _in_words(project: Project, code: str, finding: Finding) -> str:
    values = dict(finding.values)
    if code in ("file-missing", "file-unreadable", "picture-twice", "picture-alike"):
        rows = project.pictures([finding.at.picture])
        values["regions"] = rows[0].region_count if rows else 0
        values["conversations"] = len(project.conversation_ids(picture_id=finding.at.picture))
        kept = values.get("other", "")
        words = _GOES if not kept else _COPY_GOES
        return translate("mends", words).format(**{"path": finding.source, "other": kept, **values})
    if code == "ref-spelling":
        use = project.ref_use(values["others"])
        others = ", ".join(f"“{ref}”" for ref in values["others"])
        return translate("mends", _MERGE).format(
            others=others, wanted=values["wanted"], regions=use.regions, turns=use.turns
        )
    return translate("mends", _WORDS[code]).format(**values)


_GOES = _N(
    "mends",
    "{path} leaves the project, with {regions} regions and {conversations} conversations. The file is not touched.",
)
_COPY_GOES = _N(
    "mends",
    "{path} leaves the project, with {regions} regions and {conversations} conversations; {other} stays. "
    "The file is not touched.",
)
_MERGE = _N("mends", "{others} become “{wanted}”: {regions} regions, {turns} turns.")
_WORDS = {
    "split-differs": _N("mends", "The conversation goes into {other_split} with {path}."),
    "region-twice": _N("mends", "One of the two regions “{ref}” of {path} is deleted."),
    "region-outside": _N("mends", "“{ref}” on {path} is cut off at the edge of the picture."),
    "region-tiny": _N("mends", "“{ref}” on {path} is deleted."),
    "file-changed": _N("mends", "{path} is taken as it is now. Boxes stay where they are."),
    "size-changed": _N("mends", "{path} is taken as it is now: {new} instead of {old}. Boxes follow."),
    "picture-leak": _N("mends", "{path} goes from {split} into {other_split}, where {other} is."),
    "picture-alike-leak": _N("mends", "{path} goes from {split} into {other_split}, where {other} is."),
}
