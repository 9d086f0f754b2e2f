"""`qvl-desktop new | import | export`: projects and data files without the window.

Owns these commands' options and output. Does not own projects (`storage`), formats, nor the checks (`check`).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from qvl_desktop.commands.data_conversations import (
    add_dialect_flag,
    add_family_flag,
    format_name,
    run_export_conversations,
    run_import_conversations,
)
from qvl_desktop.commands.data_regions import (
    add_export_flags,
    add_import_flags,
    check_flags,
    run_export_regions,
    run_import_regions,
)
from qvl_desktop.commands.data_report import Problems, add_report_flags, progress_line
from qvl_desktop.commands.parser import about, listed
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.core.i18n import translate

_FORMATS = "qwen-vl, sharegpt, ms-swift, refcoco, coco, yolo, voc, labelme"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `new`, `import` and `export` to the command line."""
    new = subparsers.add_parser("new", help=_N("cli", "make a project from a folder of pictures"))
    new.add_argument("project", type=Path, metavar="PROJECT.qvl")
    new.add_argument(
        "--images", type=Path, metavar="FOLDER", help=_N("cli", "index this folder and the folders below it")
    )
    new.set_defaults(run=run_new)

    importing = subparsers.add_parser("import", help=_N("cli", "bring a data file or folder into a project"))
    importing.add_argument("project", type=Path, metavar="PROJECT.qvl")
    importing.add_argument("source", type=Path, metavar="SOURCE")
    importing.add_argument(
        "--format", metavar="F", help=translate("cli", "{formats}; found out by default").format(formats=_FORMATS)
    )
    importing.add_argument(
        "--images", type=Path, metavar="FOLDER", help=_N("cli", "the folder that picture paths count from")
    )
    add_dialect_flag(importing)
    add_import_flags(importing)
    add_report_flags(importing)
    importing.set_defaults(run=run_import)

    exporting = subparsers.add_parser(
        "export", help=_N("cli", "write a project's conversations or regions as a data file or folder")
    )
    exporting.add_argument("project", type=Path, metavar="PROJECT.qvl")
    exporting.add_argument("target", type=Path, metavar="TARGET")
    exporting.add_argument(
        "--format", metavar="F", help=translate("cli", "{formats}; qwen-vl by default").format(formats=_FORMATS)
    )
    add_family_flag(exporting)
    exporting.add_argument("--split", choices=("train", "val", "test"), help=_N("cli", "only this split"))
    add_export_flags(exporting)
    add_report_flags(exporting)
    exporting.set_defaults(run=run_export)


def run_new(args: argparse.Namespace) -> int:
    """Create the project, add the pictures, say what was left out."""
    from qvl_desktop.storage.indexing import find_pictures
    from qvl_desktop.storage.project import Project

    files = find_pictures(args.images) if args.images else []
    with Project.create(args.project) as project:
        report = project.add_pictures(files, progress_line(translate("cli", "pictures")))
    with Problems(None) as problems:
        for problem in report.problems:
            problems.tell(problem)
    pictures = report.added
    said = [
        translate("cli", "%n picture(s)", "", pictures),
        translate("cli", "{count} left out").format(count=len(report.problems)),
    ]
    print(about(args.project, listed(said)))
    return 0


def run_import(args: argparse.Namespace) -> int:
    """Import; a project that is not there yet is made. Exit 1 when nothing could be used."""
    from qvl_desktop.formats.regions import RegionFormat
    from qvl_desktop.formats.registry import format_named, guess_format

    file_format = format_named(args.format) if args.format else guess_format(args.source)
    check_flags(args, file_format)
    if isinstance(file_format, RegionFormat):
        return run_import_regions(args, file_format)
    return run_import_conversations(args, file_format)


def run_export(args: argparse.Namespace) -> int:
    """Write what the format holds of the project, or of one split."""
    from qvl_desktop.formats.regions import RegionFormat
    from qvl_desktop.formats.registry import format_named

    file_format = format_named(format_name(args))
    check_flags(args, file_format)
    if isinstance(file_format, RegionFormat):
        return run_export_regions(args, file_format)
    return run_export_conversations(args, file_format)
