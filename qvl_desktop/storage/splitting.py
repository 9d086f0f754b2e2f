"""Dividing a project into train, val and test without leaks.

Owns what belongs together (the same and nearly the same pictures, the pictures of one conversation, all conversations
of a picture), what a division would give, and applying it as one undo step. Does not own the choice (`core.split`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from qvl_desktop.core.dataset import SPLITS, Split
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.split import Unit, Way, divide
from qvl_desktop.storage.alike import Alike, joined
from qvl_desktop.storage.filters import PictureFilter
from qvl_desktop.storage.indexing import Progress
from qvl_desktop.storage.project import Project


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """A division before it is applied.

    `pictures` and `conversations` (those about no picture of the project) go into the splits; `follow` are
    conversations that lose a split of their own; `conversations_in` counts all of them. `pictures_of`, `regions_of`:
    for each ref how many pictures and regions each split would have. `together` counts the pictures that stay together
    with others, `looked` those whose files were looked at.
    """

    pictures: Mapping[Split, list[int]]
    conversations: Mapping[Split, list[int]]
    follow: tuple[int, ...]
    conversations_in: Mapping[Split, int]
    pictures_of: Mapping[str, Mapping[Split, int]] = field(default_factory=dict)
    regions_of: Mapping[str, Mapping[Split, int]] = field(default_factory=dict)
    together: int = 0
    looked: int = 0


def plan_split(
    project: Project,
    shares: Mapping[Split, float],
    way: Way = "random",
    seed: int = 0,
    *,
    asked: PictureFilter | None = None,
    alike: Alike | None = None,
    near: bool = True,
    progress: Progress | None = None,
) -> SplitPlan:
    """Divide the pictures (all, or those of a filter) and the conversations about them. Reads only.

    The same project, shares, way and seed give the same. With `near=False` only pictures with the same bytes stay
    together, not those that merely look alike. Raises `DataError` for impossible shares.
    """
    ids = project.picture_ids(asked)
    inside = set(ids)
    known = alike or Alike()
    if near:
        known.look(project, progress)
    bonds = [*_shown_together(project), *(known.groups() if near else _same_bytes(project))]
    groups = joined(_pairs(bonds, inside))
    member_of = {number: place for place, group in enumerate(groups) for number in group}
    refs = _refs_of(project, inside)
    folders = _folders(project)
    members = [*groups, *([number] for number in ids if number not in member_of)]
    members.sort(key=_place_in(ids))
    units = [_unit(group, refs, folders) for group in members]
    alone = _about_nothing(project) if asked is None or asked.empty else []
    units += [Unit() for _ in alone]
    placed = divide(units, shares, way, seed)
    pictures: dict[Split, list[int]] = {split: [] for split in SPLITS if split in set(placed)}
    talks: dict[Split, list[int]] = {split: [] for split in pictures}
    for group, split in zip(members, placed, strict=False):
        pictures[split] += group
    for group, split in zip(alone, placed[len(members) :], strict=True):
        talks[split] += group
    split_of = {number: split for split, numbers in pictures.items() for number in numbers}
    follow, counts = _followers(project, split_of)
    for split, numbers in talks.items():
        counts[split] = counts.get(split, 0) + len(numbers)
    by_picture, by_region = _counts(refs, split_of)
    return SplitPlan(pictures, talks, tuple(follow), counts, by_picture, by_region,
                     sum(len(group) for group in groups), _looked(project))  # fmt: skip


def apply_split(project: Project, plan: SplitPlan) -> None:
    """Put everything into its split, in one undo step."""
    with project.step(QT_TRANSLATE_NOOP("history", "Split pictures")):
        for split, numbers in plan.pictures.items():
            project.set_split(sorted(numbers), split)  # in order, so that few pages are touched at a time
        project.set_conversation_split(sorted(plan.follow), "")
        for split, numbers in plan.conversations.items():
            project.set_conversation_split(numbers, split)


def _place_in(ids: list[int]) -> Callable[[list[int]], int]:
    """In the order of the list of pictures, by the first of a group."""
    places = {number: place for place, number in enumerate(ids)}
    return lambda group: min(places[number] for number in group)


def _pairs(bonds: Iterable[list[int]], inside: set[int]) -> Iterable[tuple[int, int]]:
    for bond in bonds:
        first = next((number for number in bond if number in inside), None)
        if first is not None:
            yield from ((first, number) for number in bond if number in inside and number != first)


def _same_bytes(project: Project) -> list[list[int]]:
    groups: dict[str, list[int]] = {}
    query = "SELECT f.content, p.id FROM files AS f JOIN pictures AS p ON p.path = f.path WHERE f.content <> ''"
    for content, number in project._all(query):
        groups.setdefault(content, []).append(number)
    return [group for group in groups.values() if len(group) > 1]


def _shown_together(project: Project) -> list[list[int]]:
    """The pictures of each conversation that shows several."""
    query = (
        "SELECT n.conversation_id, p.id FROM conversation_pictures AS n JOIN pictures AS p ON p.path = n.path "
        "WHERE n.conversation_id IN (SELECT conversation_id FROM conversation_pictures WHERE ordinal = 1)"
    )
    groups: dict[int, list[int]] = {}
    for conversation, number in project._all(query):
        groups.setdefault(conversation, []).append(number)
    return [group for group in groups.values() if len(set(group)) > 1]


def _refs_of(project: Project, inside: set[int]) -> dict[int, dict[str, int]]:
    """How many regions of each ref a picture has; one text for each ref, however many pictures have it."""
    found: dict[int, dict[str, int]] = {}
    names: dict[str, str] = {}
    query = "SELECT picture_id, ref, count(*) FROM regions WHERE ref <> '' GROUP BY picture_id, ref"
    with project._readers.counting() as connection:
        for number, ref, count in connection.execute(query):
            if number in inside:
                found.setdefault(number, {})[names.setdefault(ref, ref)] = count
    return found


def _folders(project: Project) -> dict[int, str]:
    return {row[0]: str(PurePosixPath(row[1]).parent) for row in project._all("SELECT id, path FROM pictures")}


def _unit(group: list[int], refs: Mapping[int, Mapping[str, int]], folders: Mapping[int, str]) -> Unit:
    counted: dict[str, int] = {}
    for number in group:
        for ref, count in refs.get(number, {}).items():
            counted[ref] = counted.get(ref, 0) + count
    return Unit(len(group), counted, folders.get(group[0], ""))


def _about_nothing(project: Project) -> list[list[int]]:
    """Conversations about no picture of the project; those about the same other one, or that say the same, together."""
    query = (
        "SELECT c.id, ifnull((SELECT n.path FROM conversation_pictures AS n WHERE n.conversation_id = c.id "
        "AND n.ordinal = 0), '') AS path, (SELECT group_concat(t.text, char(10)) FROM turns AS t "
        "WHERE t.conversation_id = c.id) FROM conversations AS c "
        "WHERE NOT EXISTS (SELECT 1 FROM conversation_pictures AS n JOIN pictures AS p ON p.path = n.path "
        "WHERE n.conversation_id = c.id) ORDER BY c.id"
    )
    groups: dict[str, list[int]] = {}
    for number, path, text in project._all(query):
        groups.setdefault(path or f"\n{text}", []).append(number)
    return list(groups.values())


def _followers(project: Project, split_of: Mapping[int, Split]) -> tuple[list[int], dict[Split, int]]:
    """The conversations with a split of their own about a divided picture, and how many each split gets."""
    query = (
        "SELECT c.id, c.split, p.id FROM conversations AS c JOIN conversation_pictures AS n "
        "ON n.conversation_id = c.id AND n.ordinal = 0 JOIN pictures AS p ON p.path = n.path"
    )
    follow: list[int] = []
    counts: dict[Split, int] = {}
    for number, own, picture in project._all(query):
        split = split_of.get(picture)
        if split is None:
            continue
        counts[split] = counts.get(split, 0) + 1
        if own:
            follow.append(number)
    return follow, counts


def _counts(
    refs: Mapping[int, Mapping[str, int]], split_of: Mapping[int, Split]
) -> tuple[dict[str, dict[Split, int]], dict[str, dict[Split, int]]]:
    pictures: dict[str, dict[Split, int]] = {}
    regions: dict[str, dict[Split, int]] = {}
    for number, counted in refs.items():
        split = split_of.get(number)
        if split is None:
            continue
        for ref, count in counted.items():
            of_pictures, of_regions = pictures.setdefault(ref, {}), regions.setdefault(ref, {})
            of_pictures[split] = of_pictures.get(split, 0) + 1
            of_regions[split] = of_regions.get(split, 0) + count
    return pictures, regions


def _looked(project: Project) -> int:
    row = project._one(
        "SELECT count(*) FROM pictures AS p JOIN files AS f ON f.path = p.path WHERE f.content <> '' OR f.bytes < 0"
    )
    return int(row[0]) if row else 0
