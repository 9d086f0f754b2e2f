"""`qvl-desktop merge`: an adapter made part of its base, as a model folder of its own.

Owns the flags. Does not own merging (`models.merging`); quantising flags and samples are those of `quantize`.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from qvl_desktop.commands.asking import adapter_folder
from qvl_desktop.commands.quantize import (
    add_quantisation_flags,
    calibration_samples,
    settings_of,
    show_progress,
    tell_result,
)


def add_parser(subparsers: Any) -> None:
    """`merge --model M --adapter A --out DIR [--bits 4|8 [--data D]]`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "merge",
        help="make an adapter part of its base model",
        description="Write a model folder whose weights are those of the base with the adapter. An Int4 base is made "
        "dense first; with --bits the result is quantised again.",
    )
    parser.add_argument("--model", required=True, help="demo, a model folder, or a downloaded name")
    parser.add_argument("--adapter", required=True, type=Path, help="an adapter folder, or a run folder with one")
    parser.add_argument(
        "--out", required=True, type=Path, metavar="DIR", help="the folder to write; must not exist yet"
    )
    add_quantisation_flags(parser, bits=None)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Merge, tell what came out."""
    print("loading libraries ...", file=sys.stderr, flush=True)
    from qvl_desktop.engine.host import check_base
    from qvl_desktop.models.loading import resolve_model
    from qvl_desktop.models.merging import merge_folder

    folder, began = resolve_model(args.model), time.monotonic()
    adapter = adapter_folder(args.adapter)
    check_base(folder, adapter)
    samples = calibration_samples(folder, args.data, args.images, args.samples) if args.bits and args.data else None
    settings = settings_of(args) if args.bits else None
    merge_folder(folder, adapter, args.out, settings, samples, device=args.device, progress=show_progress)
    tell_result(args, folder, began)
    return 0
