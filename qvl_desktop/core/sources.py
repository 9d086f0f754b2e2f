"""How the name of a record is said: "data.json: record 17" to programs, "data.json：第 17 条记录" to a person.

Owns the words for places in files and projects. Does not own the names themselves, which stay English everywhere
they are kept, compared or looked up (`formats`, `storage.dataset`).
"""

from __future__ import annotations

import re

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate

_PLACES = {
    ": record ": QT_TRANSLATE_NOOP("sources", ": record {number}"),
    ": conversation ": QT_TRANSLATE_NOOP("sources", ": conversation {number}"),
    ", line ": QT_TRANSLATE_NOOP("sources", ", line {number}"),
}
_PLACE = re.compile(r"(: record |: conversation |, line )(\d+)")


def spoken_source(source: str) -> str:
    """The name of a record in the user's language."""
    return _PLACE.sub(lambda found: translate("sources", _PLACES[found[1]]).format(number=found[2]), source)
