"""Guards every overridden Qt virtual against exceptions.

Owns the decorator `guarded`. An exception that leaves a virtual called by C++ (`paintEvent`, `data`, `eventFilter`,
...) may end the process; a guarded override reports it to `sys.excepthook` and returns a default instead.
Does not own how an exception is shown (`app`). Signal slots need no guard: PySide reports their exceptions itself.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any, TypeVar, cast, overload

_F = TypeVar("_F", bound=Callable[..., Any])


@overload
def guarded(function: _F) -> _F: ...
@overload
def guarded(*, default: Any) -> Callable[[_F], _F]: ...
def guarded(function: _F | None = None, *, default: Any = None) -> _F | Callable[[_F], _F]:
    """Wrap an override: `@guarded`, or `@guarded(default=False)` when C++ expects a value back.

    A callable default is called afresh each time (`default=QSize`). The wrapper carries `__guarded__`, which a test
    looks for on every override of a Qt method.
    """
    if function is None:
        return lambda inner: _wrap(inner, default)
    return _wrap(function, default)


def _wrap(function: _F, default: Any) -> _F:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception:  # noqa: BLE001 - the edge between C++ and Python
            sys.excepthook(*sys.exc_info())
            return default() if callable(default) else default

    wrapper.__guarded__ = True  # type: ignore[attr-defined]
    return cast(_F, wrapper)
