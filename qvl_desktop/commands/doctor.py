"""`qvl-desktop doctor`: whether this installation is whole, what it trains on, and what to do about the rest.

Owns the words. Does not own finding out (`doctor_facts`). Exit code 1 when something is not as it should be.
"""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.core.i18n import translate
from qvl_desktop.core.text_width import columns, left

if TYPE_CHECKING:
    from qvl_desktop.commands.doctor_facts import Facts, Torch

_GIB = 2**30
_EDITIONS = {
    "package": _N("cli", "Python package"),
    "full": _N("cli", "packed app, full edition"),
    "slim": _N("cli", "packed app, slim edition"),
}
_FOLDERS = {"settings": _N("cli", "settings"), "data": _N("cli", "data"), "cache": _N("cli", "cache")}


def add_parser(subparsers: Any) -> None:
    """`doctor [--json]`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "doctor",
        help=_N("cli", "check this installation: versions, cards, files, folders"),
        description=_N(
            "cli",
            "Say what this installation is and whether it is whole: versions, the cards it can use, the files "
            "that come along, the folders it writes to, and for the slim edition the program it asks. Nothing is "
            "changed and nothing is sent. Exit 1 when something is not as it should be.",
        ),
    )
    parser.add_argument("--json", action="store_true", help=_N("cli", "print one JSON object"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Find out and say it."""
    from qvl_desktop.commands.doctor_facts import find_out

    facts = find_out()
    troubles = problems(facts)
    if args.json:
        print(json.dumps(facts.as_dict() | {"problems": troubles}, ensure_ascii=False))
        return 1 if troubles else 0
    rows = lines(facts)
    width = max(columns(name) for name, _ in rows)
    for name, words in rows:
        print(f"{left(name, width)}  {words}")
    print()
    for trouble in troubles:
        print(f"- {trouble}")
    if not troubles:
        print(translate("cli", "All as it should be."))
    return 1 if troubles else 0


def lines(facts: Facts) -> list[tuple[str, str]]:
    """What was found, as names and words."""
    edition = translate("cli", _EDITIONS[facts.edition])
    rows = [
        ("QVL Desktop", f"{facts.version} ({edition})"),
        (translate("cli", "System"), f"{facts.system}, Python {facts.python}"),
    ]
    none = translate("cli", "not installed")
    rows += [(name, version or none) for name, version in facts.packages.items() if name == "PySide6"]
    if facts.edition == "slim":
        rows.append((translate("cli", "Model work"), _engine(facts)))
    else:
        rows.append(("torch", _torch(facts.torch) if facts.torch else none))
        rows += [(name, version or none) for name, version in facts.packages.items() if name != "PySide6"]
    if facts.torch is not None:
        cards = [f"{card.name}, {card.total / _GIB:.1f} GiB" for card in facts.torch.cards]
        rows.append((translate("cli", "Trains on"), "; ".join(cards) or translate("cli", "the processor")))
    for name, folder in facts.folders.items():
        rows.append((translate("cli", "Folder: {name}").format(name=translate("cli", _FOLDERS[name])), folder.path))
    return rows


def problems(facts: Facts) -> list[str]:
    """What is not as it should be, each with its way out."""
    found = []
    if facts.missing:
        words = translate("cli", "Files that come along are missing ({names}): unpack or install QVL Desktop again.")
        found.append(words.format(names=", ".join(facts.missing)))
    for name, folder in facts.folders.items():
        if not folder.writable:
            words = translate(
                "cli",
                "{path} ({name}) cannot be written: make it writable, or name another folder in QVL_CONFIG_DIR.",
            )
            found.append(words.format(path=folder.path, name=translate("cli", _FOLDERS[name])))
    found += _engine_problems(facts) if facts.edition == "slim" else _model_problems(facts)
    return found


def _model_problems(facts: Facts) -> list[str]:
    from qvl_desktop.commands.doctor_facts import MODEL_HALF

    if facts.torch is None:
        words = translate("cli", "torch cannot be used ({reason}): install it as pytorch.org says for this machine.")
        return [words.format(reason=facts.torch_problem)]
    found = []
    lacking = [name for name in MODEL_HALF if not facts.packages.get(name)]
    if lacking:
        words = translate("cli", "Packages are missing: {names}. Install them: pip install {names}")
        found.append(words.format(names=" ".join(lacking)))
    if facts.torch.cuda and not facts.torch.cards:
        words = translate(
            "cli", "torch is built for CUDA {version}, but no card answers: look at the driver with nvidia-smi."
        )
        found.append(words.format(version=facts.torch.cuda))
    if facts.torch.cuda and not facts.torch.kernels:
        words = translate(
            "cli",
            "bitsandbytes has no library for CUDA {version}: 4-bit and 8-bit models cannot be loaded on the card.",
        )
        found.append(words.format(version=facts.torch.cuda))
    return found


def _engine_problems(facts: Facts) -> list[str]:
    from qvl_desktop.jobs.child import NO_ENGINE

    engine = facts.engine
    if engine is None:
        return [translate("errors", NO_ENGINE)]
    if engine.problem:
        words = translate(
            "cli",
            "{program} cannot do the model work ({reason}): choose another one in the preferences, or name it in "
            "QVL_DESKTOP_ENGINE.",
        )
        return [words.format(program=engine.program, reason=engine.problem)]
    if engine.version != facts.version:
        words = translate("cli", "{program} is version {other}, this is {own}: use the same version of both.")
        return [words.format(program=engine.program, other=engine.version, own=facts.version)]
    return []


def _engine(facts: Facts) -> str:
    if facts.engine is None:
        return translate("cli", "no program is known")
    return f"{facts.engine.program} {facts.engine.version}".rstrip()


def _torch(torch: Torch) -> str:
    if torch.hip:
        return f"{torch.version}, ROCm {torch.hip}"
    built_for = f"CUDA {torch.cuda}" if torch.cuda else translate("cli", "no CUDA")
    return f"{torch.version}, {built_for}"
