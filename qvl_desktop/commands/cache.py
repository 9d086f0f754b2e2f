"""`qvl-desktop cache`: what is kept of pictures between training runs, and letting it go.

Owns the command's words. Does not own the files (`core.feature_files`).
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from typing import Any

from qvl_desktop.commands.parser import number
from qvl_desktop.core.amounts import GB, file_size
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.core.i18n import translate


def add_parser(subparsers: Any) -> None:
    """`cache [--limit GB] [--clear] [--json]`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "cache",
        help=_N("cli", "what is kept of pictures between training runs"),
        description=_N(
            "cli",
            "Training keeps what the model sees in each picture, so that the next run with the same model "
            "starts at once. This lists how much there is for each model, sets how much may stay, or clears it. "
            "Nothing is "
            "lost but time.",
        ),
    )
    parser.add_argument("--limit", type=_size, metavar="GB", help=_N("cli", "keep at most this much; 0 keeps nothing"))
    parser.add_argument("--clear", action="store_true", help=_N("cli", "delete everything that no run is using"))
    parser.add_argument("--json", action="store_true", help=_N("cli", "print one JSON object"))
    parser.set_defaults(run=run, parser=parser)


def _size(text: str) -> float:
    size = number(text)
    if not 0 <= size < 10**6:
        raise argparse.ArgumentTypeError(translate("cli", "{text}: name a size in GB, 0 or more").format(text=text))
    return size


def run(args: argparse.Namespace) -> int:
    """Set, clear, show."""
    from qvl_desktop.core.feature_files import features_folder, list_stores, read_limit, total_bytes, trim, write_limit

    root = features_folder()
    if args.limit is not None:
        write_limit(root, round(args.limit * GB))
    gone = trim(root, 0 if args.clear else read_limit(root)) if args.clear or args.limit is not None else 0
    kept, stores = total_bytes(root), list_stores(root)
    used = sum(store.bytes for store in stores if store.in_use)
    if args.json:
        body = {"folder": str(root), "bytes": kept, "in_use": used, "limit": read_limit(root), "deleted": gone}
        print(json.dumps(body | {"stores": [asdict(store) | {"folder": str(store.folder)} for store in stores]}))
        return 0
    print(f"{root}")
    words = (
        translate("cli", "kept {kept} of at most {limit}, {used} in use by a run")
        if used
        else translate("cli", "kept {kept} of at most {limit}")
    )
    print(words.format(kept=file_size(kept), limit=file_size(read_limit(root)), used=file_size(used)))
    for store in stores:
        at = time.strftime("%Y-%m-%d %H:%M", time.localtime(store.used))
        when = translate("cli", "in use now") if store.in_use else translate("cli", "used {time}").format(time=at)
        pictures = translate("cli", "{count} pictures").format(count=f"{store.pictures:>7,}")
        print(f"  {file_size(store.bytes):>10}  {pictures}  {when}  {store.model or store.folder.name}")
    if args.clear or args.limit is not None:
        print(translate("cli", "deleted {size}").format(size=file_size(gone)))
    return 0
