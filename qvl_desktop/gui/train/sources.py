"""From the source of a sample, as data sets name it, to the place where it can be looked at.

Owns reading a source's name and the way there. Does not own how sources are named (`storage.dataset`, `formats`) or the
pages.
"""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from qvl_desktop.jobs.place import Place
from qvl_desktop.jobs.session import Session

_CONVERSATION = re.compile(r"^(?P<project>.+\.qvl): conversation (?P<id>\d+)")


def open_source(session: Session, source: str, data: str) -> bool:
    """Show the conversation a sample was made from, in its project (which is opened when it is not), or open the data
    file it stands in; False when neither is here."""
    found = _CONVERSATION.match(source)
    path = Path(data) if data else None
    if found is None:
        if path is None or not path.exists():
            return False
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
        return True
    project = session.project
    is_open = project is not None and project.path.name == found["project"]
    is_here = path is not None and path.name == found["project"] and path.exists()
    if not is_open and not (path is not None and is_here and session.open_project(path)):
        return False
    session.placeRequested.emit("conversations", Place(conversation_id=int(found["id"])))
    return True
