"""Evaluates the spec without building: `python read_spec.py full|slim` prints what it would give PyInstaller, as JSON.

The spec itself runs as it is, its hooks too; in the place of PyInstaller's building classes stand some that keep what
they were given.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "packaging" / "qvl_desktop.spec"


class Part:
    """An `Analysis`, `PYZ`, `EXE` or `COLLECT` that builds nothing."""

    def __init__(self, kind: str, given: dict[str, Any]) -> None:
        self.kind = kind
        self.given = given
        self.pure: list[Any] = []
        self.scripts: list[Any] = []
        self.binaries: list[Any] = []
        self.datas: list[Any] = []


def read(edition: str) -> dict[str, Any]:
    """The arguments of each class the spec calls, by the class's name."""
    os.environ["QVL_BUNDLE"] = edition
    made: dict[str, Part] = {}

    def maker(kind: str) -> Any:
        def make(*_: Any, **given: Any) -> Part:
            made[kind] = Part(kind, given)
            return made[kind]

        return make

    names = {kind: maker(kind) for kind in ("Analysis", "PYZ", "EXE", "COLLECT", "BUNDLE")}
    code = compile(SPEC.read_text(encoding="utf-8"), str(SPEC), "exec")
    exec(code, names | {"SPECPATH": str(SPEC.parent), "SPEC": str(SPEC)})
    return {kind: part.given for kind, part in made.items()}


if __name__ == "__main__":
    with contextlib.redirect_stdout(io.StringIO()):
        told = read(sys.argv[1])
    print(json.dumps(told, default=str))
