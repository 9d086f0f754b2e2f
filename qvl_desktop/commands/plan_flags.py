"""Flags made from the training plan's own fields, for every command that takes a plan.

Owns one flag a field, with the field's meaning, default and choices. Does not own the plan (`core.plan`).
"""

from __future__ import annotations

import argparse
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from qvl_desktop.core.plan import TrainingPlan

WHAT = ("model", "data")
"""What is tuned on what; every other field is a setting."""


def add_plan_flags(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """`--model`, `--data` and a flag for each setting; nothing given stays `None`."""
    parser.add_argument("--model", required=required, help="demo, a model folder, or a downloaded name")
    parser.add_argument("--data", required=required, help="a project (.qvl) or a data file")
    settings = parser.add_argument_group("settings")
    for field in fields(TrainingPlan):
        if field.name not in WHAT:
            _add_flag(settings, field)


def _add_flag(group: Any, field: Field[Any]) -> None:
    default = getattr(TrainingPlan(), field.name)
    shown = " ".join(default) if isinstance(default, list) else default
    options: dict[str, Any] = {"help": f"{field.metadata['help']} [{shown}]".replace("%", "%%"), "default": None}
    if isinstance(default, list):
        options |= {"nargs": "+", "metavar": "NAME"}
    elif field.metadata["choices"]:
        options |= {"choices": field.metadata["choices"]}
    else:
        options |= {"type": type(default), "metavar": "N" if isinstance(default, int) else "X"}
    group.add_argument(f"--{field.name.replace('_', '-')}", **options)


def given_settings(args: argparse.Namespace) -> dict[str, Any]:
    """The fields that were given on the command line; existing files and folders as absolute paths."""
    given = {f.name: getattr(args, f.name) for f in fields(TrainingPlan) if getattr(args, f.name) is not None}
    for name in WHAT:
        if name in given and Path(given[name]).expanduser().exists():
            given[name] = str(Path(given[name]).expanduser().resolve())
    return given
