"""The part of `import` and `export` that is about formats of conversations: dialects, families, what is told.

Owns `--dialect` and `--family`, and running these imports and exports. Does not own the commands themselves (`data`),
the formats, or what an import means (`storage.importing`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qvl_desktop.formats.base import Format

_DIALECTS = "qwen-vl, qwen2-vl, qwen2.5-vl, qwen3-vl, qwen3.5"
Progress = Callable[[int, int], None]


def add_dialect_flag(parser: argparse.ArgumentParser) -> None:
    """`--dialect` of `import`."""
    parser.add_argument(
        "--dialect",
        metavar="D",
        default="auto",
        help=f"how boxes in the text of the data are written: auto (default), {_DIALECTS}",
    )


def add_family_flag(parser: argparse.ArgumentParser) -> None:
    """`--family` of `export`."""
    parser.add_argument(
        "--family",
        metavar="FAMILY",
        help=f"write boxes as this family of models does: {_DIALECTS}; the format is then sharegpt by default",
    )


def format_name(args: argparse.Namespace) -> str:
    """The format of an export: as said, else the first generation's own, or sharegpt for a later family."""
    if args.format:
        return str(args.format)
    return "sharegpt" if args.family not in (None, "qwen-vl") else "qwen-vl"


def run_import_conversations(args: argparse.Namespace, file_format: Format, progress: Progress) -> int:
    """Import; a project that is not there yet is made. Exit 1 when nothing of the data could be used."""
    from qvl_desktop.formats.dialects import DialectReader
    from qvl_desktop.storage.importing import import_file
    from qvl_desktop.storage.project import Project

    reader = DialectReader(args.dialect)
    project = Project.open(args.project) if args.project.exists() else Project.create(args.project)
    with project:
        report = import_file(project, args.source, reader.format(file_format), args.images, progress)
    for line in (*report.problems, *reader.notes):
        print(line, file=sys.stderr)
    if reader.told is not None and reader.told.dialect and args.dialect == "auto":
        print(f"dialect: {reader.told.reason}", file=sys.stderr)
    print(
        f"{args.project}: {report.conversations} conversations, {report.pictures} new pictures, "
        f"{report.regions} new regions, {report.known} known already, {len(report.problems)} problems"
    )
    return 1 if report.problems and not (report.conversations or report.known) else 0


def run_export_conversations(args: argparse.Namespace, file_format: Format, progress: Progress) -> int:
    """Write the conversations of the project, or of one split, in the family's dialect."""
    from qvl_desktop.formats.dialects import writing
    from qvl_desktop.storage.exporting_samples import export_samples
    from qvl_desktop.storage.project import Project

    written_as = writing(file_format, args.family or "qwen-vl")
    with Project.open_read_only(args.project) as project:
        report = export_samples(project, written_as, args.target, args.split, progress=progress)
    for line in report.problems:
        print(line, file=sys.stderr)
    print(f"{args.target}: {report.written} conversations")
    return 0
