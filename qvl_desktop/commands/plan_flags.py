"""Flags made from the training plan's own fields, for every command that takes a plan.

Owns one flag a field, with the field's meaning, default and choices, and taking over an official command line. Does not
own the plan (`core.plan`) or the meaning of official flags (`core.official_script`).
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from qvl_desktop.commands.asking import tell_note
from qvl_desktop.core.errors import PlanError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.core.official_script import read_official
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.presets import PRESETS, preset_settings

WHAT = ("model", "data")
"""What is tuned on what; every other field is a setting."""


def add_plan_flags(parser: argparse.ArgumentParser) -> None:
    """`--model`, `--data`, `--from-official` and a flag for each setting; nothing given stays `None`."""
    parser.add_argument("--model", help=_N("cli", "demo, a model folder, or a downloaded name"))
    parser.add_argument("--data", help=_N("cli", "a project (.qvl) or a data file"))
    parser.add_argument(
        "--from-official",
        metavar="COMMAND",
        help=_N(
            "cli",
            'settings from a command line of the official script, "python finetune.py --model_name_or_path ..."; '
            "a .sh file, or - for standard input; flags given beside it win",
        ),
    )
    parser.add_argument(
        "--preset",
        nargs="+",
        choices=tuple(PRESETS),
        metavar="NAME",
        help=translate(
            "cli",
            "settings that go together, a card and an aim: {names}; --from-official and flags given beside it win",
        ).format(names=", ".join(PRESETS)),
    )
    settings = parser.add_argument_group(_N("cli", "settings"))
    for field in fields(TrainingPlan):
        if field.name not in WHAT:
            _add_flag(settings, field)


def _add_flag(group: Any, field: Field[Any]) -> None:
    default = getattr(TrainingPlan(), field.name)
    shown = " ".join(default) if isinstance(default, list) else default
    if isinstance(default, bool):
        shown = translate("cli", "yes") if default else translate("cli", "no")
    words = translate("plan", field.metadata["help"])
    options: dict[str, Any] = {"help": f"{words} [{shown}]".replace("%", "%%"), "default": None}
    if isinstance(default, bool):
        options |= {"action": argparse.BooleanOptionalAction}
    elif isinstance(default, list):
        options |= {"nargs": "+", "metavar": "NAME"}
    elif field.metadata["choices"]:
        options |= {"choices": field.metadata["choices"]}
    else:
        options |= {"type": type(default), "metavar": "N" if isinstance(default, int) else "X"}
    group.add_argument(f"--{field.name.replace('_', '-')}", **options)


def given_settings(args: argparse.Namespace) -> dict[str, Any]:
    """The fields that were given on the command line; existing files and folders as absolute paths.

    Presets come first, then what an official command line says (what of it means nothing here is said on stderr).
    Raises `PlanError` when it cannot be read, and for presets that exclude each other.
    """
    given = preset_settings(args.preset) if args.preset else {}
    given |= _official(args.from_official) if args.from_official else {}
    given |= {f.name: getattr(args, f.name) for f in fields(TrainingPlan) if getattr(args, f.name) is not None}
    for name in WHAT:
        if name in given and Path(given[name]).expanduser().exists():
            given[name] = str(Path(given[name]).expanduser().resolve())
    return given


def _official(source: str) -> dict[str, Any]:
    text = source
    if source == "-":
        text = sys.stdin.read()
    elif source.endswith(".sh"):
        try:
            text = Path(source).expanduser().read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise PlanError(
                QT_TRANSLATE_NOOP("errors", "{path}: the file cannot be read ({reason})."), path=source, reason=error
            ) from error
    official = read_official(text)
    for note in official.notes:
        tell_note(note)
    return official.settings
