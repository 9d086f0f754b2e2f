"""`qvl-desktop check`: the faults of a project or data file, one line each; on demand some kinds are mended.

Owns this command's options and output. Does not own the checks (`core.lint`, `storage.checking`) nor the mends
(`storage.mending`), nor what does not fit a model (`check_model`).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from qvl_desktop.commands.parser import about, listed
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.core.i18n import translate

if TYPE_CHECKING:
    from qvl_desktop.core.findings import Finding
    from qvl_desktop.storage.project import Project

_EVERY = 2000


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `check` to the command line."""
    check = subparsers.add_parser(
        "check",
        help=_N("cli", "look for faults in a project or data file; exit 1 on errors"),
        description=_N(
            "cli", "One line a finding: where, how grave, what, how to mend it, and its code. Exit 1 on errors."
        ),
    )
    check.add_argument("data", type=Path, metavar="PROJECT.qvl | DATA.json")
    check.add_argument(
        "--images", type=Path, metavar="FOLDER", help=_N("cli", "the folder that picture paths count from")
    )
    check.add_argument(
        "--model", metavar="M", help=_N("cli", "also check what does not fit this model: a folder, or demo")
    )
    check.add_argument("--json", action="store_true", help=_N("cli", "print the findings as a JSON list"))
    check.add_argument(
        "--max-length",
        type=int,
        default=2048,
        metavar="TOKENS",
        help=_N("cli", "longer conversations are told (default 2048)"),
    )
    check.add_argument(
        "--quick",
        action="store_true",
        help=_N("cli", "do not read picture files that were not read yet (no doubles among them)"),
    )
    check.add_argument(
        "--mend", action="append", default=[], metavar="CODE",
        help=_N("cli", "mend all findings of this code in the project (may be given again); each is one undo step"),
    )  # fmt: skip
    check.set_defaults(run=run_check)


def run_check(args: argparse.Namespace) -> int:
    """Print each finding on a line of its own; exit 1 when one is an error."""
    from qvl_desktop.storage.dataset import is_project

    if args.data.exists() and is_project(args.data):
        return _check_project(args)
    if args.mend:
        words = translate("cli", "only a project can be mended; import the file first")
        print(f"qvl-desktop: {words}", file=sys.stderr)
        return 2
    from qvl_desktop.core.lint import lint
    from qvl_desktop.core.together import lint_together
    from qvl_desktop.storage.dataset import load_dataset

    dataset = load_dataset(args.data, args.images)
    findings = [*lint(dataset, args.max_length), *lint_together(dataset)]
    if args.model:
        from qvl_desktop.commands.check_model import with_model

        findings = with_model(findings, dataset, args.model)
    count = len(dataset.samples)
    return _tell(args, findings, translate("cli", "%n conversation(s)", "", count))


def _check_project(args: argparse.Namespace) -> int:
    from qvl_desktop.core.findings import RULES
    from qvl_desktop.storage.checking import ProjectCheck
    from qvl_desktop.storage.finding_shelf import FindingShelf
    from qvl_desktop.storage.mending import MENDS, mend
    from qvl_desktop.storage.project import Project

    for code in args.mend:
        if code not in MENDS:
            words = (
                translate("cli", "{code} cannot be mended: it needs a person; open the project")
                if code in RULES
                else translate("cli", "{code} cannot be mended: there are {known}")
            )
            print(f"qvl-desktop: {words.format(code=code, known=listed(sorted(MENDS)))}", file=sys.stderr)
            return 2
    with _opened(args.data, writing=bool(args.mend)) as project:
        assert isinstance(project, Project)
        missing = project.look_at_files(progress=_progress(translate("cli", "pictures")), read=not args.quick).missing
        shelf = FindingShelf()
        check = ProjectCheck(project, shelf, limit=args.max_length)
        check.everything(_progress(translate("cli", "checked")))
        for code in args.mend:
            mended = mend(project, code, shelf.all_of(code))
            words = translate("cli", "{data}: {code}: {count} mended")
            print(words.format(data=args.data, code=code, count=mended), file=sys.stderr)
            check.everything(_progress(translate("cli", "checked")))
        told = {finding.at.picture for finding in shelf.all_of("file-missing")}
        findings = [finding for count in shelf.counts() for finding in shelf.all_of(count.code)]
        if project.read_only:
            findings += _missing(project, [number for number in missing if number not in told])
        shelf.close()
        if args.model:
            from qvl_desktop.commands.check_model import with_model
            from qvl_desktop.storage.dataset import project_dataset

            findings = with_model(findings, project_dataset(project), args.model)
        pictures, conversations = project.picture_count(), project.conversation_count()
        what = listed(
            [
                translate("cli", "%n picture(s)", "", pictures),
                translate("cli", "%n conversation(s)", "", conversations),
            ]
        )
    return _tell(args, findings, what)


def _opened(path: Path, *, writing: bool) -> Project:
    """The project, to write down what its files look like; only to read where it is open elsewhere or read-only."""
    from qvl_desktop.storage.errors import ProjectLockedError, ReadOnlyProjectError
    from qvl_desktop.storage.project import Project

    try:
        return Project.open(path)
    except (ProjectLockedError, ReadOnlyProjectError):
        if writing:
            raise
        return Project.open_read_only(path)


def _missing(project: Project, picture_ids: Iterable[int]) -> Iterable[Finding]:
    from qvl_desktop.core.findings import At, Finding

    for row in project.pictures(picture_ids):
        yield Finding("file-missing", row.path, values={"path": row.path}, at=At(row.id), key=row.path)


def _tell(args: argparse.Namespace, findings: list[Finding], what: str) -> int:
    errors = sum(finding.level == "error" for finding in findings)
    warnings = len(findings) - errors
    if args.json:
        print(json.dumps([finding.as_json() for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            print(finding)
    said = [
        what,
        translate("cli", "%n error(s)", "", errors),
        translate("cli", "%n warning(s)", "", warnings),
    ]
    print(about(args.data, listed(said)), file=sys.stderr)
    return 1 if errors else 0


def _progress(what: str) -> Callable[[int, int], None]:
    """A progress function that writes a line now and then."""
    told = 0

    def tell(done: int, total: int) -> None:
        nonlocal told
        told = min(told, done)
        if done - told >= _EVERY:
            told = done
            words = translate("cli", "{what}: {done} of {total}").format(what=what, done=done, total=total)
            print(words, file=sys.stderr, flush=True)

    return tell
