"""The question templates of a project: what is shipped, with the user's own wordings and templates over it.

Owns keeping templates in the project file, and the text that stands in a region (for questions about reading). Does not
own what a template makes (`core.templates`) nor making it (`generation`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from qvl_desktop.core.box import Quad
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.template_wordings import KINDS, TemplateError, check, from_text, to_text
from qvl_desktop.core.templates import TEMPLATES, Seen, Tally, Template
from qvl_desktop.core.tokens import BoxToken, QuadToken, parse
from qvl_desktop.storage.refs import Refs
from qvl_desktop.storage.rows import RegionRow
from qvl_desktop.storage.store import chunks, marks

OWN = "app"
"""The key of a region's `extra` under which the program itself keeps something."""

_TEXT = f"json_extract(nullif(extra, ''), '$.{OWN}.text')"
_SEEN_TEXT = f"coalesce(nullif({_TEXT}, ''), CASE WHEN kind = 'quad' THEN ref ELSE '' END)"


class OwnTemplates(Refs):
    """Reading and changing templates, and the texts of regions."""

    def templates(self) -> dict[str, Template]:
        """The templates by name: the shipped ones, worded as the user wants, then his own. Broken ones are left out.

        A shipped template that cannot be read is as it was shipped.
        """
        found = dict(TEMPLATES)
        for name, text in self._all("SELECT name, value FROM project_templates ORDER BY id"):
            try:
                kind, wordings, absent = from_text(name, text)
            except TemplateError:
                continue
            label = TEMPLATES[name].label if name in TEMPLATES else name
            found[name] = Template(name, kind, label, KINDS[kind].help, wordings, absent)
        return found

    def broken_templates(self) -> dict[str, str]:
        """The templates that cannot be read, and why."""
        found = {}
        for name, text in self._all("SELECT name, value FROM project_templates ORDER BY id"):
            try:
                from_text(name, text)
            except TemplateError as error:
                found[str(name)] = str(error)
        return found

    def set_template(self, template: Template) -> None:
        """Keep a template under its name, in one undo step. One that is as shipped is not kept but forgotten.

        Raises `TemplateError` for a wording with a problem or a name that cannot be one.
        """
        name = template.name.strip()
        if not name or "/" in name or (name in TEMPLATES and TEMPLATES[name].kind != template.kind):
            raise TemplateError(
                QT_TRANSLATE_NOOP("errors", "“{name}” cannot name a template: write a name without “/”."), name=name
            )
        for language, wording in template.wordings.items():
            check(name, template.kind, language, wording)
        text = to_text(template.kind, template.wordings, template.absent)
        shipped = TEMPLATES.get(name)
        same = shipped is not None and to_text(shipped.kind, shipped.wordings, shipped.absent) == text
        with self.step(QT_TRANSLATE_NOOP("history", "Edit template")):
            known = self._one("SELECT value FROM project_templates WHERE name = ?", (name,))
            if same:
                self._write("DELETE FROM project_templates WHERE name = ?", (name,))
            elif known is None:
                self._write("INSERT INTO project_templates (name, value) VALUES (?, ?)", (name, text))
            elif known[0] != text:
                self._write("UPDATE project_templates SET value = ? WHERE name = ?", (text, name))

    def delete_template(self, name: str) -> None:
        """Forget a template of the user's own; a shipped one becomes again as it was shipped."""
        with self.step(QT_TRANSLATE_NOOP("history", "Delete template")):
            self._write("DELETE FROM project_templates WHERE name = ?", (name,))

    # What templates see

    def set_region_text(self, region_id: int, text: str) -> None:
        """Say what is written in a region ("" = nothing known); questions about reading text answer with it."""
        row = self.region(region_id)
        extra: dict[str, Any] = _object(row.extra)
        own = {key: value for key, value in _object(json.dumps(extra.get(OWN, {}))).items() if key != "text"}
        if text := " ".join(text.split()):
            own["text"] = text
        changed = {key: value for key, value in extra.items() if key != OWN} | ({OWN: own} if own else {})
        written = json.dumps(changed, ensure_ascii=False) if changed else ""
        with self.step(QT_TRANSLATE_NOOP("history", "Text of a region")):
            self._write("UPDATE regions SET extra = ? WHERE id = ? AND extra <> ?", (written, region_id, written))

    def seen(self, picture_id: int) -> list[Seen]:
        """The regions of a picture as templates see them."""
        return [seen_region(row) for row in self.regions(picture_id)]

    def tallies(self, picture_ids: Sequence[int] | None = None) -> Iterator[tuple[int, Tally]]:
        """What counts about each picture (of all that have regions, by default), by its id."""
        query = (
            "SELECT picture_id, count(DISTINCT nullif(ref, '')), "
            "count(DISTINCT CASE WHEN ref <> '' THEN ref || char(10) || token END), "
            f"count(DISTINCT CASE WHEN {_SEEN_TEXT} <> '' THEN {_SEEN_TEXT} || char(10) || token END) "
            "FROM regions WHERE {} GROUP BY picture_id"
        )
        if picture_ids is None:
            groups: list[tuple[str, list[int]]] = [(query.format("1"), [])]
        else:
            groups = [(query.format(f"picture_id IN ({marks(len(ids))})"), ids) for ids in chunks(picture_ids)]
        for text, values in groups:
            for picture_id, *numbers in self._all(text, values):
                yield picture_id, Tally(*numbers)


def seen_region(row: RegionRow) -> Seen:
    """A region as templates see it. Its text is what was typed for it; without that, the ref of a quad."""
    (segment,) = parse(row.token)
    token = (
        segment.quad if isinstance(segment, QuadToken) else segment.box if isinstance(segment, BoxToken) else row.box
    )
    return Seen(row.ref, token, region_text(row) or (row.ref if isinstance(token, Quad) else ""))


def region_text(row: RegionRow) -> str:
    """What the user typed as the text that stands in a region; empty where nothing was."""
    own = _object(row.extra).get(OWN)
    return str(own.get("text", "")) if isinstance(own, dict) else ""


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
