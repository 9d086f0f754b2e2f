"""`qvl-desktop split`: divide a project into train, val and test.

Owns this command's options and output. Does not own what stays together (`storage.splitting`) nor the choice
(`core.split`).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.core.i18n import translate
from qvl_desktop.core.text_width import cut, left

if TYPE_CHECKING:
    from qvl_desktop.core.dataset import Split
    from qvl_desktop.storage.splitting import SplitPlan

_SHOWN_REFS = 40


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `split` to the command line."""
    split = subparsers.add_parser(
        "split",
        help=_N("cli", "divide a project into train, val and test"),
        description=_N(
            "cli",
            "Pictures that are the same or nearly, and all conversations about them, stay in one split. The "
            "same project, shares, way and seed give the same division. One undo step.",
        ),
    )
    split.add_argument("project", type=Path, metavar="PROJECT.qvl")
    for name, default in (("train", 0.8), ("val", 0.1), ("test", 0.1)):
        split.add_argument(
            f"--{name}",
            type=float,
            default=None,
            metavar="SHARE",
            help=translate("cli", "default {share}").format(share=default),
        )
    split.add_argument(
        "--by", choices=("random", "ref", "folder"), default="random",
        help=_N("cli", "at random (default), with each ref in its share, or by whole folders"),
    )  # fmt: skip
    split.add_argument("--seed", type=int, default=0, metavar="N")
    split.add_argument(
        "--quick",
        action="store_true",
        help=_N("cli", "do not read picture files first: nearly the same ones may be parted"),
    )
    split.add_argument("--dry-run", action="store_true", help=_N("cli", "only say what it would give"))
    split.add_argument("--json", action="store_true", help=_N("cli", "print the numbers as JSON"))
    split.set_defaults(run=run_split)


def run_split(args: argparse.Namespace) -> int:
    """Divide, and say how many pictures, regions and conversations each split has."""
    from qvl_desktop.commands.check import _progress
    from qvl_desktop.core.dataset import SPLITS
    from qvl_desktop.storage.project import Project
    from qvl_desktop.storage.splitting import apply_split, plan_split

    given = {"train": args.train, "val": args.val, "test": args.test}
    if all(share is None for share in given.values()):
        given = {"train": 0.8, "val": 0.1, "test": 0.1}
    shares: dict[Split, float] = {split: given[split] or 0.0 for split in SPLITS}
    opener = Project.open_read_only if args.dry_run else Project.open
    with opener(args.project) as project:
        if not args.quick:
            project.look_at_files(progress=_progress(translate("cli", "pictures")))
        plan = plan_split(project, shares, args.by, args.seed)
        if not args.dry_run:
            apply_split(project, plan)
    _tell(args, plan)
    return 0


def _tell(args: argparse.Namespace, plan: SplitPlan) -> None:
    pictures = {split: len(numbers) for split, numbers in plan.pictures.items()}
    if args.json:
        refs = {
            ref: {"pictures": dict(counts), "regions": dict(plan.regions_of[ref])}
            for ref, counts in plan.pictures_of.items()
        }
        numbers = {"pictures": pictures, "conversations": dict(plan.conversations_in), "refs": refs}
        print(json.dumps(numbers, ensure_ascii=False, indent=2))
        return
    print(f"{'':24}" + "".join(f"{split:>12}" for split in pictures))
    print(left(translate("cli", "pictures"), 24) + "".join(f"{count:12}" for count in pictures.values()))
    spoken = (plan.conversations_in.get(split, 0) for split in pictures)
    print(left(translate("cli", "conversations"), 24) + "".join(f"{count:12}" for count in spoken))
    by_count = sorted(plan.regions_of.items(), key=lambda item: -sum(item[1].values()))
    for ref, counts in by_count[:_SHOWN_REFS]:
        print(left(cut(ref, 23), 24) + "".join(f"{counts.get(split, 0):12}" for split in pictures))
    if len(by_count) > _SHOWN_REFS:
        words = translate("cli", "and {count} more refs (--json lists all)")
        print(words.format(count=len(by_count) - _SHOWN_REFS))
    words = (
        translate("cli", "{project}: {count} pictures stay together with others (nothing was changed)")
        if args.dry_run
        else translate("cli", "{project}: {count} pictures stay together with others")
    )
    print(words.format(project=args.project, count=plan.together), file=sys.stderr)
