"""`qvl-desktop new | import | export`: projects and data files without the window.

Owns these commands' options and output. Does not own projects (`storage`), formats, nor the checks (`check`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

_PROGRESS_EVERY = 2000


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `new`, `import` and `export` to the command line."""
    new = subparsers.add_parser("new", help="make a project from a folder of pictures")
    new.add_argument("project", type=Path, metavar="PROJECT.qvl")
    new.add_argument("--images", type=Path, metavar="FOLDER", help="index this folder and the folders below it")
    new.set_defaults(run=run_new)

    importing = subparsers.add_parser("import", help="bring a data file into a project")
    importing.add_argument("project", type=Path, metavar="PROJECT.qvl")
    importing.add_argument("source", type=Path, metavar="SOURCE")
    importing.add_argument("--format", metavar="F", help="qwen-vl, ...; found out by default")
    importing.add_argument("--images", type=Path, metavar="FOLDER", help="the folder that picture paths count from")
    importing.set_defaults(run=run_import)

    exporting = subparsers.add_parser("export", help="write a project's conversations as a data file")
    exporting.add_argument("project", type=Path, metavar="PROJECT.qvl")
    exporting.add_argument("target", type=Path, metavar="TARGET")
    exporting.add_argument("--format", metavar="F", default="qwen-vl", help="qwen-vl (default), ...")
    exporting.add_argument("--split", choices=("train", "val", "test"), help="only this split")
    exporting.set_defaults(run=run_export)


def run_new(args: argparse.Namespace) -> int:
    """Create the project, add the pictures, say what was left out."""
    from qvl_desktop.storage.indexing import find_pictures
    from qvl_desktop.storage.project import Project

    files = find_pictures(args.images) if args.images else []
    with Project.create(args.project) as project:
        report = project.add_pictures(files, _progress("pictures"))
    _tell_problems(report.problems)
    print(f"{args.project}: {report.added} pictures, {len(report.problems)} left out")
    return 0


def run_import(args: argparse.Namespace) -> int:
    """Import; a project that is not there yet is made. Exit 1 when nothing could be used."""
    from qvl_desktop.formats.regions import RegionFormat
    from qvl_desktop.formats.registry import format_named, guess_format
    from qvl_desktop.storage.importing import import_file
    from qvl_desktop.storage.project import Project

    file_format = format_named(args.format) if args.format else guess_format(args.source)
    if isinstance(file_format, RegionFormat):
        raise NotImplementedError
    project = Project.open(args.project) if args.project.exists() else Project.create(args.project)
    with project:
        report = import_file(project, args.source, file_format, args.images, _progress("imported"))
    _tell_problems(report.problems)
    print(
        f"{args.project}: {report.conversations} conversations, {report.pictures} new pictures, "
        f"{report.regions} new regions, {len(report.problems)} problems"
    )
    return 1 if report.problems and not report.conversations else 0


def run_export(args: argparse.Namespace) -> int:
    """Write the samples of the project, or of one split."""
    from qvl_desktop.formats.regions import RegionFormat
    from qvl_desktop.formats.registry import format_named
    from qvl_desktop.storage.dataset import project_dataset
    from qvl_desktop.storage.project import Project

    file_format = format_named(args.format)
    if isinstance(file_format, RegionFormat):
        raise NotImplementedError
    with Project.open_read_only(args.project) as project:
        dataset = project_dataset(project, args.split)
    _tell_problems(dataset.problems)
    written = file_format.write(args.target, dataset.samples)
    print(f"{args.target}: {written} conversations")
    return 0


def _tell_problems(problems: tuple[str, ...]) -> None:
    for problem in problems:
        print(problem, file=sys.stderr)


def _progress(what: str) -> Callable[[int, int], None]:
    """A progress function that writes a line now and then."""
    told = 0

    def tell(done: int, total: int) -> None:
        nonlocal told
        if done - told >= _PROGRESS_EVERY:
            told = done
            print(f"{what}: {done} of {total}", file=sys.stderr, flush=True)

    return tell
