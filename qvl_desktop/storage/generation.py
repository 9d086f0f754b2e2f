"""Conversations for many pictures from templates.

Owns applying `core.templates` to a project: which pictures, what it would make, and making it as one undo step. Does
not own the templates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from qvl_desktop.core.conversation import Conversation
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.templates import TEMPLATES, Language, template_key
from qvl_desktop.storage.indexing import Progress
from qvl_desktop.storage.project import Project


@dataclass(frozen=True, slots=True)
class Generated:
    """What was made: conversations, the pictures they are about, and how many earlier ones they replaced."""

    conversations: int
    pictures: int
    replaced: int


def preview(
    project: Project, names: Sequence[str], language: Language, picture_ids: Iterable[int], seed: int = 0
) -> Iterator[Conversation]:
    """The conversations that `generate` would make, picture by picture; nothing is changed."""
    for picture in project.pictures(picture_ids):
        regions = [(row.ref, row.box) for row in project.regions(picture.id)]
        for name in names:
            yield from TEMPLATES[name].make(picture.path, regions, language, seed)


def forecast(project: Project, names: Sequence[str]) -> int:
    """How many conversations `generate` would make for the whole project, without making them."""
    pictures, refs, boxes = project.distinct_counts()
    each = {"grounding": refs, "counting": refs, "describing": boxes, "listing": pictures}
    return sum(each[name] for name in names)


def generate(
    project: Project,
    names: Sequence[str],
    language: Language,
    picture_ids: Iterable[int] | None = None,
    *,
    seed: int = 0,
    replace: bool = True,
    progress: Progress | None = None,
) -> Generated:
    """Make conversations for pictures (all that have regions, by default) in one undo step.

    With `replace`, what the same templates made earlier for these pictures in this language is deleted first, so that
    making them again after more annotating leaves no doubles. Hand-written conversations are never touched.
    """
    ids = project.picture_ids(has_regions=True) if picture_ids is None else list(picture_ids)
    made = pictures = replaced = 0
    with project.step(QT_TRANSLATE_NOOP("history", "Make conversations")):
        if replace:
            replaced = _delete_earlier(project, [template_key(name, language) for name in names], ids)
        for number, picture in enumerate(project.pictures(ids)):
            if progress is not None and number % 64 == 0:
                progress(number, len(ids))
            regions = [(row.ref, row.box) for row in project.regions(picture.id)]
            before = made
            for name in names:
                items = TEMPLATES[name].make(picture.path, regions, language, seed)
                project.add_conversations(items, template=template_key(name, language))
                made += len(items)
            pictures += made > before
    if progress is not None:
        progress(len(ids), len(ids))
    return Generated(made, pictures, replaced)


def count_earlier(project: Project, names: Sequence[str], language: Language, picture_ids: Iterable[int]) -> int:
    """How many conversations `generate` would replace."""
    return len(_earlier(project, [template_key(name, language) for name in names], list(picture_ids)))


def _earlier(project: Project, keys: Sequence[str], picture_ids: Sequence[int]) -> list[int]:
    return project.conversation_ids_about(picture_ids, templates=keys)


def _delete_earlier(project: Project, keys: Sequence[str], picture_ids: Sequence[int]) -> int:
    earlier = _earlier(project, keys, picture_ids)
    project.delete_conversations(earlier)
    return len(earlier)
