"""`qvl-desktop models`: what is on this machine, the demo model, model folders, adapters of runs.

Owns the options and the list. Does not own finding out what a folder holds (`core.cards`).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qvl_desktop.core.amounts import file_size
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.core.i18n import translate
from qvl_desktop.core.text_width import left

if TYPE_CHECKING:
    from qvl_desktop.core.cards import ModelCard

_KINDS = {"demo": _N("cli", "demo"), "model": _N("cli", "model"), "adapter": _N("cli", "adapter")}


def add_parser(subparsers: Any) -> None:
    """`models [FOLDER ...] [--json]`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "models",
        help=_N("cli", "list the models and adapters on this machine"),
        description=_N(
            "cli",
            "List the demo model, downloaded models, the model folders that the window knows, and what the "
            "given folders hold: models, or runs with their adapters. The reference is what --model and --adapter "
            "take.",
        ),
    )
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help=_N("cli", "places to look in as well"))
    parser.add_argument("--json", action="store_true", help=_N("cli", "print the list as JSON"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Scan and print."""
    from qvl_desktop.core.cards import demo_card, scan_adapters, scan_models
    from qvl_desktop.core.model_places import downloaded_folders
    from qvl_desktop.storage.settings import Settings

    settings = Settings()
    demo = demo_card()
    cards = [demo] if demo else []
    cards += scan_models([*downloaded_folders(), *map(Path, settings.model_folders), *args.folders])
    runs = [Path(settings.runs_folder)] if settings.runs_folder else []
    cards += scan_adapters([*runs, *args.folders, *(path for folder in args.folders for path in folder.glob("*.runs"))])
    if args.json:
        print(json.dumps([_body(card) for card in cards], ensure_ascii=False, indent=2))
    else:
        for card in cards:
            print(_line(card))
    return 0


def _body(card: ModelCard) -> dict[str, Any]:
    return {
        "kind": card.kind.value,
        "name": card.name,
        "reference": card.reference,
        "family": card.family,
        "parameters": card.parameters,
        "precision": card.precision,
        "bytes": card.size,
        "base": card.base,
        "metrics": card.metrics,
    }


def _line(card: ModelCard) -> str:
    about = translate("cli", "on {base}").format(base=card.base) if card.base else card.family
    kind = left(translate("cli", _KINDS.get(card.kind.value, card.kind.value)), 8)
    return f"{kind} {left(card.name, 24)} {file_size(card.size):>9}  {about}  ({card.reference})"
