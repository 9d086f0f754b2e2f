"""Bringing conversations from a data file into a project.

Owns what an import of conversations means: pictures are added, conversations too, and what their answers point at
becomes regions of its picture, in exact pixels where the data has them. What is there already, turn for turn, is
counted and left as it is. All of it is one undo step. Does not own any format (`formats`) nor importing regions alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

from qvl_desktop.core.conversation import Conversation, Turn
from qvl_desktop.core.dataset import Sample, Split
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.shapes import Shape
from qvl_desktop.core.sources import spoken_source
from qvl_desktop.core.tokens import BoxToken, Picture, QuadToken, Ref, parse, write
from qvl_desktop.formats.base import Format, Problem
from qvl_desktop.storage.errors import RegionError
from qvl_desktop.storage.indexing import Measured, Progress, measure
from qvl_desktop.storage.linking import BoxPlace, box_places
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import ImportReport, PictureRow

_TOLD_EVERY = 64


def import_file(
    project: Project,
    path: Path,
    file_format: Format,
    images: Path | None = None,
    progress: Progress | None = None,
    *,
    split: Split = "",
) -> ImportReport:
    """Import a file. Raises `DataError` when it cannot be read as a whole; nothing has happened then.

    `images` is where picture paths count from. `split` is for samples for which the data says none.
    `progress(done, total)` counts the records that are read (their total is not known: 0), then pictures, then records.
    """
    samples: list[Sample] = []
    problems: list[str] = []
    for number, item in enumerate(file_format.read(Path(path), images), start=1):
        if isinstance(item, Problem):
            problems.append(str(item))
        else:
            samples.append(item if item.split or not split else replace(item, split=split))
        if progress is not None and number % _TOLD_EVERY == 0:
            progress(number, 0)
    report = import_samples(project, samples, progress)
    return replace(report, problems=(*problems, *report.problems))


def import_samples(project: Project, samples: Iterable[Sample], progress: Progress | None = None) -> ImportReport:
    """Bring samples in, in one undo step. A sample with a picture that cannot be read is left out and reported.

    A picture without a split gets that of the first sample that names it; conversations keep a split of their own only
    where it differs from that of their first picture. A conversation that was in the project before, turn for
    turn, does not come in again.
    """
    samples = list(samples)
    good, measured, problems = _readable(project, samples, progress)
    before = project.picture_count(), project.region_count()
    known = _Known(project)
    added = 0
    with project.step(QT_TRANSLATE_NOOP("history", "Import")):
        splits: dict[str, Split] = {}
        for sample in good:
            for picture in sample.pictures:
                splits.setdefault(project.stored(picture), sample.split)
        _add_pictures(project, measured, splits)
        regions = _Regions(project)
        for number, sample in enumerate(good):
            if progress is not None and number % _TOLD_EVERY == 0:
                progress(number, len(good))
            problems += regions.add(sample)
            first = regions.picture(sample.pictures[0]) if sample.pictures else None
            conversation = _with_stored_paths(project, sample)
            if known.has(conversation, first):
                continue
            own = sample.split if first is None or first.split != sample.split else ""
            project.add_conversation(conversation, own, extra=sample.extra)
            added += 1
        after = project.picture_count(), project.region_count()
    if progress is not None:
        progress(len(good), len(good))
    return ImportReport(after[0] - before[0], after[1] - before[1], added, tuple(problems), len(good) - added)


def _readable(
    project: Project, samples: list[Sample], progress: Progress | None
) -> tuple[list[Sample], list[Measured], list[str]]:
    """The samples all of whose pictures can be read, the new pictures, and a sentence about each that is left out."""
    files = list(dict.fromkeys(picture for sample in samples for picture in sample.pictures))
    new = [file for file in files if project.find_picture(file) is None]
    measured, reasons = measure(new, progress)
    bad = set(new) - {item.file for item in measured}
    good, problems = [], reasons
    template = translate(
        "errors", QT_TRANSLATE_NOOP("errors", "{source}: left out, its picture {path} cannot be read.")
    )
    for sample in samples:
        missing = [picture for picture in sample.pictures if picture in bad]
        if missing:
            problems.append(template.format(source=spoken_source(sample.source), path=missing[0]))
        else:
            good.append(sample)
    return good, measured, problems


def _add_pictures(project: Project, measured: list[Measured], splits: dict[str, Split]) -> None:
    """Add the new pictures, and give every picture that has no split that of the first sample which names it."""
    project.add_measured(measured)
    by_split: dict[Split, list[int]] = {}
    for stored, split in splits.items():
        row = project.find_picture(stored) if split else None
        if row is not None and not row.split:
            by_split.setdefault(split, []).append(row.id)
    for split, ids in by_split.items():
        project.set_split(ids, split)


class _Regions:
    """Makes the regions that the answers of samples point at, unless they are there already."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._pictures: dict[Path, PictureRow | None] = {}
        self._known: dict[int, set[tuple[str, str]]] = {}

    def picture(self, file: Path) -> PictureRow | None:
        """The picture of a file; looked up once."""
        if file not in self._pictures:
            self._pictures[file] = self._project.find_picture(file)
        return self._pictures[file]

    def add(self, sample: Sample) -> list[str]:
        """Make those of a sample; sentences about boxes that make none."""
        problems: list[str] = []
        for place, ref, exact in _pointed_at(sample):
            picture = self.picture(sample.pictures[place.picture]) if place.picture < len(sample.pictures) else None
            if picture is None or (ref, place.token) in (known := self._regions_of(picture)):
                continue
            known.add((ref, place.token))
            try:
                self._project.add_shapes(picture.id, [(ref, _shape(place.token, exact, picture))])
            except RegionError as error:
                problems.append(f"{spoken_source(sample.source)}: {place.token}: {error}")
        return problems

    def _regions_of(self, picture: PictureRow) -> set[tuple[str, str]]:
        if picture.id not in self._known:
            rows = self._project.regions(picture.id)
            self._known[picture.id] = {(row.ref, row.shape.token(picture.width, picture.height)) for row in rows}
        return self._known[picture.id]


def _pointed_at(sample: Sample) -> Iterator[tuple[BoxPlace, str, Shape | None]]:
    """Each box and quad of the answers with its phrase; one without takes the only phrase of its question."""
    turns = sample.conversation.turns
    exact = iter(sample.shapes)
    for place in box_places([turn.text for turn in turns]):
        shape = next(exact, None)
        ref = " ".join((place.ref or asked_ref(turns, place.turn)).split())
        if turns[place.turn].role == "assistant" and ref:
            yield place, ref, shape


def asked_ref(turns: tuple[Turn, ...], answer: int) -> str:
    """The phrase of the question before an answer, where it has exactly one; "" for other turns."""
    if turns[answer].role != "assistant" or answer == 0 or turns[answer - 1].role != "user":
        return ""
    refs = {segment.text for segment in parse(turns[answer - 1].text) if isinstance(segment, Ref)}
    return refs.pop() if len(refs) == 1 else ""


def _shape(token: str, exact: Shape | None, picture: PictureRow) -> Shape:
    """The exact shape, if its token is the one in the text; else the token's."""
    if exact is not None and exact.clipped(picture.width, picture.height).token(picture.width, picture.height) == token:
        return exact
    (segment,) = parse(token)
    assert isinstance(segment, (BoxToken, QuadToken))
    code = segment.box if isinstance(segment, BoxToken) else segment.quad
    return Shape.decode(code, picture.width, picture.height)


def _with_stored_paths(project: Project, sample: Sample) -> Conversation:
    """The conversation with its pictures called as the project stores them, whatever the file's own folder was."""
    files = iter(sample.pictures)
    turns = tuple(
        Turn(
            turn.role,
            write(
                Picture(project.stored(next(files))) if isinstance(segment, Picture) else segment
                for segment in parse(turn.text)
            ),
        )
        if "<img>" in turn.text
        else turn
        for turn in sample.conversation.turns
    )
    return Conversation(turns, sample.conversation.id)


class _Known:
    """The conversations that were in a project before an import; looked up picture by picture."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._marks: dict[int | None, set[bytes]] = {}

    def has(self, conversation: Conversation, first: PictureRow | None) -> bool:
        """Whether a conversation about this first picture was there, turn for turn. Ask before it is added."""
        key = first.id if first is not None else None
        if key not in self._marks:
            ids = self._project.conversation_ids(picture_id=key) if key is not None else self._without_pictures()
            self._marks[key] = {_mark(row.content) for row in self._project.conversations_of(ids)}
        return _mark(conversation) in self._marks[key]

    def _without_pictures(self) -> list[int]:
        return self._project.conversation_ids_without_pictures()


def _mark(conversation: Conversation) -> bytes:
    said = blake2b(digest_size=16)
    for turn in conversation.turns:
        for text in (turn.role, turn.text):
            data = text.encode("utf-8", "surrogatepass")
            said.update(len(data).to_bytes(8, "big") + data)
    return said.digest()
