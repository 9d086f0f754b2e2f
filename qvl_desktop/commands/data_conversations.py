"""The part of `import` and `export` that is about formats of conversations: dialects, families, what is told.

Owns `--dialect` and `--family`, and running these imports and exports. Does not own the commands themselves (`data`),
the formats, or what an import means (`storage.importing`).
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from qvl_desktop.commands.data_report import Problems, progress_line, tell_counts

if TYPE_CHECKING:
    from qvl_desktop.formats.base import Format

_DIALECTS = "qwen-vl, qwen2-vl, qwen2.5-vl, qwen3-vl, qwen3.5"


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


def run_import_conversations(args: argparse.Namespace, file_format: Format) -> int:
    """Import; a project that is not there yet is made. Exit 1 when nothing of the data could be used."""
    from qvl_desktop.formats.dialects import DialectReader
    from qvl_desktop.storage.importing import import_file
    from qvl_desktop.storage.project import Project

    reader = DialectReader(args.dialect)
    project = Project.open(args.project) if args.project.exists() else Project.create(args.project)
    with project:
        told = progress_line("imported")
        report = import_file(project, args.source, reader.format(file_format), args.images, told, split=args.split)
    with Problems(args.problems) as problems:
        for problem in report.problems:
            problems.tell(problem)
    for line in reader.notes:
        print(line, file=sys.stderr)
    if reader.told is not None and reader.told.dialect and args.dialect == "auto":
        print(f"dialect: {reader.told.reason}", file=sys.stderr)
    counts = {
        "format": file_format.name,
        "conversations": report.conversations,
        "pictures": report.pictures,
        "regions": report.regions,
        "known_conversations": report.known,
        "problems": report.problem_count,
    }
    sentence = (
        f"{report.conversations} conversations, {report.pictures} new pictures, "
        f"{report.regions} new regions, {report.known} known already, {report.problem_count} problems"
    )
    tell_counts(args, args.project, counts, sentence)
    return 1 if report.problems and not (report.conversations or report.known) else 0


def run_export_conversations(args: argparse.Namespace, file_format: Format) -> int:
    """Write the conversations of the project, or of one split, in the family's dialect."""
    from qvl_desktop.formats.dialects import writing
    from qvl_desktop.storage.exporting_samples import export_samples
    from qvl_desktop.storage.project import Project

    written_as = writing(file_format, args.family or "qwen-vl")
    with Project.open_read_only(args.project) as project:
        report = export_samples(project, written_as, args.target, args.split, progress=progress_line("exported"))
        regions = 0 if report.written else project.region_count()
    with Problems(args.problems) as problems:
        for problem in report.problems:
            problems.tell(problem)
    if regions and not report.problems:
        print(
            f"note: the project has {regions} regions and no conversations here. Make some from templates on the "
            "Conversations page, or export the regions (--format coco, yolo, voc or labelme).",
            file=sys.stderr,
        )
    counts = {"format": file_format.name, "conversations": report.written, "problems": len(report.problems)}
    tell_counts(args, args.target, counts, f"{report.written} conversations")
    return 0
