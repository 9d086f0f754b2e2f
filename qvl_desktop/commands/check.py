"""`qvl-desktop check`: the faults of a project or data file, one line each.

Owns this command's options and output. Does not own the checks (`core.lint`, `storage.checking`).
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `check` to the command line."""
    check = subparsers.add_parser("check", help="look for faults in a project or data file; exit 1 on errors")
    check.add_argument("data", type=Path, metavar="PROJECT.qvl | DATA.json")
    check.add_argument("--images", type=Path, metavar="FOLDER", help="the folder that picture paths count from")
    check.add_argument("--model", metavar="M", help="also check what does not fit this model: a folder, or demo")
    check.add_argument("--json", action="store_true", help="print the findings as a JSON list")
    check.set_defaults(run=run_check)


def run_check(args: argparse.Namespace) -> int:
    """Print each finding on a line of its own; exit 1 when one is an error."""
    from qvl_desktop.core.lint import lint
    from qvl_desktop.storage.dataset import load_dataset

    dataset = load_dataset(args.data, args.images)
    findings = lint(dataset)
    if args.model:
        from qvl_desktop.commands.check_model import with_model

        findings = with_model(findings, dataset, args.model)
    errors = sum(finding.level == "error" for finding in findings)
    if args.json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            print(finding)
    warnings = len(findings) - errors
    print(f"{args.data}: {len(dataset.samples)} conversations, {errors} errors, {warnings} warnings", file=sys.stderr)
    return 1 if errors else 0
