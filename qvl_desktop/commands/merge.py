"""`qvl-desktop merge`: an adapter made part of its base, as a model folder of its own.

Owns the flags. Does not own merging (`models.merging`) or the check (`merge_check`); quantising flags and samples are
those of `quantize`.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from qvl_desktop.commands.asking import adapter_folder, tell_loading
from qvl_desktop.commands.merge_check import MergeCheck
from qvl_desktop.commands.quantize import (
    add_quantisation_flags,
    calibration_samples,
    settings_of,
    show_progress,
    tell_result,
)
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.core.i18n import translate

CHECKED = 3
"""Questions that both models are asked."""
UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}


def add_parser(subparsers: Any) -> None:
    """`merge --model M --adapter A --out DIR [--bits 4|8 [--data D]] [--max-shard-size 2GB] [--check N]`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "merge",
        help=_N("cli", "make an adapter part of its base model"),
        description=_N(
            "cli",
            "Write a model folder whose weights are those of the base with the adapter. An Int4 base is made "
            "dense first; with --bits the result is quantised again. Afterwards both are asked the same: they must "
            "agree.",
        ),
    )
    parser.add_argument("--model", required=True, help=_N("cli", "demo, a model folder, or a downloaded name"))
    parser.add_argument(
        "--adapter", required=True, type=Path, help=_N("cli", "an adapter folder, or a run folder with one")
    )
    parser.add_argument(
        "--out", required=True, type=Path, metavar="DIR", help=_N("cli", "the folder to write; must not exist yet")
    )
    add_quantisation_flags(parser, bits=None)
    parser.add_argument(
        "--max-shard-size",
        type=byte_size,
        default=byte_size("2GB"),
        metavar="SIZE",
        help=_N("cli", "how large one file of weights may be: 500MB, 2GB, ... [2GB]"),
    )
    parser.add_argument(
        "--check",
        type=int,
        default=CHECKED,
        metavar="N",
        help=translate(
            "cli",
            "ask the model with its adapter and the merged one N questions, of --data or of what the adapter learnt "
            "from, and fail when they do not agree; 0 does not ask [{count}]",
        ).format(count=CHECKED),
    )
    parser.add_argument("--json", action="store_true", help=_N("cli", "print the result as JSON"))
    parser.set_defaults(run=run)


def byte_size(text: str) -> int:
    """A number of bytes with its unit, from the command line."""
    number, unit = text.strip().upper(), 1
    for name, factor in UNITS.items():
        if number.endswith(name):
            number, unit = number.removesuffix(name), factor
            break
    try:
        size = int(float(number) * unit)
    except ValueError:
        size = 0
    if size < 1:
        raise argparse.ArgumentTypeError(translate("cli", "{text} is no size: write 500MB or 2GB").format(text=text))
    return size


def run(args: argparse.Namespace) -> int:
    """Ask, merge, ask again, tell what came out."""
    tell_loading("libraries")
    from qvl_desktop.engine.host import check_base
    from qvl_desktop.models.loading import resolve_model
    from qvl_desktop.models.merging import merge_folder

    folder, began = resolve_model(args.model), time.monotonic()
    adapter = adapter_folder(args.adapter)
    check_base(folder, adapter)
    samples = calibration_samples(folder, args.data, args.images, args.samples) if args.bits and args.data else None
    settings = settings_of(args) if args.bits else None
    check = MergeCheck(folder, adapter, args) if args.check > 0 else None
    merge_folder(
        folder,
        adapter,
        args.out,
        settings,
        samples,
        device=args.device,
        progress=show_progress,
        shard_bytes=args.max_shard_size,
    )
    agreed = check.held_against(args.out) if check is not None else None
    tell_result(args, folder, began, {"check": agreed})
    return 0
