"""Conversations for many pictures from templates.

Owns applying templates to a project: which pictures, how many there would be, and making them as one undo step. Does
not own the templates (`core.templates`, `own_templates`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from qvl_desktop.core.conversation import Conversation
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.templates import Language, Template, template_key
from qvl_desktop.storage.indexing import Progress
from qvl_desktop.storage.project import Project

Templates = Mapping[str, Template]

EVERY = 64
"""Pictures between two reports of progress."""


@dataclass(frozen=True, slots=True)
class Generated:
    """What was made: conversations, the pictures they are about, how many earlier ones they replaced, and how many that
    were edited by hand were kept in place of new ones."""

    conversations: int
    pictures: int
    replaced: int
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Expected:
    """What `generate` would do: at most so many conversations about so many pictures; how many it would replace, and
    how many edited ones of the same templates stay."""

    conversations: int
    pictures: int
    replaced: int
    edited: int


def preview(
    project: Project,
    names: Sequence[str],
    language: Language,
    picture_ids: Iterable[int],
    seed: int = 0,
    templates: Templates | None = None,
) -> Iterator[Conversation]:
    """The conversations that `generate` would make, picture by picture; nothing is changed."""
    templates = project.templates() if templates is None else templates
    vocabulary = tuple(project.ref_counts())
    for picture in project.pictures(picture_ids):
        regions = project.seen(picture.id)
        for name in names:
            yield from templates[name].make(picture.path, regions, language, seed, vocabulary=vocabulary)


def forecast(
    project: Project,
    names: Sequence[str],
    language: Language,
    picture_ids: Sequence[int] | None = None,
    templates: Templates | None = None,
) -> Expected:
    """What `generate` would do, without making conversations. Reads the regions once."""
    templates = project.templates() if templates is None else templates
    vocabulary = len([ref for ref in project.ref_counts() if ref])
    made = pictures = 0
    for _, tally in project.tallies(picture_ids):
        count = sum(templates[name].expected(tally, vocabulary) for name in names)
        made += count
        pictures += count > 0
    ids = project.picture_ids(has_regions=True) if picture_ids is None else picture_ids
    keys = [template_key(name, language) for name in names]
    earlier = project.conversation_ids_about(ids, keys) if names else []
    edited = len(project.edited_conversations(earlier))
    return Expected(made, pictures, len(earlier) - edited, edited)


def generate(
    project: Project,
    names: Sequence[str],
    language: Language,
    picture_ids: Iterable[int] | None = None,
    *,
    seed: int = 0,
    replace: bool = True,
    progress: Progress | None = None,
    templates: Templates | None = None,
) -> Generated:
    """Make conversations for pictures (all that have regions, by default) in one undo step.

    With `replace`, what the same templates made earlier for these pictures in this language is deleted first, so that
    making them again after more annotating leaves no doubles. Conversations that were written or edited by hand are
    never touched; a new one that asks what an edited one of its template asks, or answers the same, is left out.
    `progress` may raise: then nothing has changed.
    """
    templates = project.templates() if templates is None else templates
    ids = project.picture_ids(has_regions=True) if picture_ids is None else list(picture_ids)
    keys = {name: template_key(name, language) for name in names}
    vocabulary = tuple(project.ref_counts())
    made = pictures = replaced = kept = 0
    with project.step(QT_TRANSLATE_NOOP("history", "Make conversations")):
        earlier = project.conversation_ids_about(ids, list(keys.values())) if names else []
        edited = project.edited_conversations(earlier)
        if replace:
            project.delete_conversations(number for number in earlier if number not in edited)
            replaced = len(earlier) - len(edited)
        said = _said_by_hand(project, edited)
        for number, picture in enumerate(project.pictures(ids)):
            if progress is not None and number % EVERY == 0:
                progress(number, len(ids))
            regions = project.seen(picture.id)
            before = made
            for name, key in keys.items():
                items = templates[name].make(picture.path, regions, language, seed, vocabulary=vocabulary)
                new = [item for item in items if not any((key, turn.text) in said for turn in item.turns)]
                kept += len(items) - len(new)
                project.add_conversations(new, template=key)
                made += len(new)
            pictures += made > before
    if progress is not None:
        progress(len(ids), len(ids))
    return Generated(made, pictures, replaced, kept)


def _said_by_hand(project: Project, edited: Iterable[int]) -> set[tuple[str, str]]:
    """The questions of edited conversations, and their answers where these point at something, by template."""
    return {
        (row.template, turn.text)
        for row in project.conversations_of(edited)
        for turn in row.turns
        if turn.role == "user" or "<box>" in turn.text or "<quad>" in turn.text
    }
