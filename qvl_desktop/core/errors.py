"""The errors a user can act on.

Owns the root class and the errors of `core`; other layers subclass `QvlError` beside the code that raises them.
Does not own how an error is shown.
"""

from __future__ import annotations

from qvl_desktop.core.i18n import translate
from qvl_desktop.core.sources import spoken_source


class QvlError(Exception):
    """Something the user can act on: `str(error)` is shown as it stands.

    Built from an English template and its values, so that the window can show it in another language:
    `PictureError("{path}: the file is empty", path=path)`. Templates are marked with
    `QT_TRANSLATE_NOOP("errors", ...)` where they are written.
    """

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template, values)
        self.template = template
        self.values = values

    def __str__(self) -> str:
        values = self.values
        if isinstance(source := values.get("source"), str):
            values = values | {"source": spoken_source(source)}
        return translate("errors", self.template).format(**values)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.template, self.values)


def _rebuild(kind: type[QvlError], template: str, values: dict[str, object]) -> QvlError:
    return kind(template, **values)


class Cancelled(Exception):
    """The user stopped the work: unwinds quietly and is never shown."""


class BoxError(QvlError):
    """Four numbers that are no box."""


class PictureError(QvlError):
    """A picture that cannot be read; names the file and what is wrong with it."""


class PlanError(QvlError):
    """A training plan with faults; lists all of them."""


class RunError(QvlError):
    """A run folder that cannot be read or written."""


class DataError(QvlError):
    """A data set that cannot be read as a whole; names the file and the place."""
