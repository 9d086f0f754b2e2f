"""What a filter asks, in the user's words: one short sentence a condition, and the filter without it.

Owns these words. Does not own the filter (`storage.filters`) or the widgets that show them (`filter_bar`).
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.gui.words import split_text, status_text
from qvl_desktop.storage.filters import PictureFilter

_RANGES = {
    "regions": (
        _N("filters", "{low} to {high} regions"),
        _N("filters", "{low} or more regions"),
        _N("filters", "up to {high} regions"),
    ),
    "width": (_N("filters", "width {low} to {high}"), _N("filters", "width {low} +"), _N("filters", "width ≤ {high}")),
    "height": (
        _N("filters", "height {low} to {high}"),
        _N("filters", "height {low} +"),
        _N("filters", "height ≤ {high}"),
    ),
}


def conditions(asked: PictureFilter) -> list[tuple[str, PictureFilter]]:
    """Each condition but the text (which stands in its own line) in words, with the filter that is left without it."""
    found: list[tuple[str, PictureFilter]] = []
    if asked.folder:
        found.append((_say(_N("filters", "in {folder}"), folder=asked.folder), asked.but(folder="")))
    if asked.statuses:
        found.append((" / ".join(status_text(one) for one in asked.statuses), asked.but(statuses=())))
    if asked.splits:
        found.append((" / ".join(split_text(one) for one in asked.splits), asked.but(splits=())))
    for ref in asked.refs:
        words = _say(_N("filters", "with “{ref}”"), ref=ref or _say(_N("filters", "no ref")))
        found.append((words, asked.but(refs=tuple(one for one in asked.refs if one != ref))))
    for ref in asked.without_refs:
        left = asked.but(without_refs=tuple(one for one in asked.without_refs if one != ref))
        found.append((_say(_N("filters", "without “{ref}”"), ref=ref), left))
    if asked.said:
        found.append((_say(_N("filters", "says “{text}”"), text=asked.said), asked.but(said="")))
    for name in _RANGES:
        low, high = getattr(asked, f"{name}_from"), getattr(asked, f"{name}_to")
        if low is not None or high is not None:
            found.append((_range(name, low, high), asked.but(**{f"{name}_from": None, f"{name}_to": None})))
    if asked.has_conversations is not None:
        words = _N("filters", "in conversations") if asked.has_conversations else _N("filters", "no conversation")
        found.append((_say(words), asked.but(has_conversations=None)))
    if asked.missing is not None:
        words = _N("filters", "file missing") if asked.missing else _N("filters", "file there")
        found.append((_say(words), asked.but(missing=None)))
    return found


def _range(name: str, low: int | None, high: int | None) -> str:
    both, only_low, only_high = _RANGES[name]
    if name == "regions" and high == 0:
        return _say(_N("filters", "no regions"))
    if low is not None and high is not None:
        return _say(both, low=low, high=high)
    return _say(only_low, low=low) if low is not None else _say(only_high, high=high)


def _say(words: str, **values: object) -> str:
    return QCoreApplication.translate("filters", words).format(**values)
