"""The part of `import` and `export` that is about formats of conversations: dialects, families, what is told.

Owns `--dialect` and `--family`, and running these imports and exports. Does not own the commands themselves (`data`),
the formats, or what an import means (`storage.importing`).
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from qvl_desktop.commands.asking import tell_note
from qvl_desktop.commands.data_report import Problems, progress_line, tell_counts
from qvl_desktop.commands.parser import listed
from qvl_desktop.core.i18n import translate

if TYPE_CHECKING:
    from qvl_desktop.formats.base import Format

_DIALECTS = "qwen-vl, qwen2-vl, qwen2.5-vl, qwen3-vl, qwen3.5"


def add_dialect_flag(parser: argparse.ArgumentParser) -> None:
    """`--dialect` of `import`."""
    parser.add_argument(
        "--dialect",
        metavar="D",
        default="auto",
        help=translate("cli", "how boxes in the text of the data are written: auto (default), {dialects}").format(
            dialects=_DIALECTS
        ),
    )


def add_family_flag(parser: argparse.ArgumentParser) -> None:
    """`--family` of `export`."""
    parser.add_argument(
        "--family",
        metavar="FAMILY",
        help=translate(
            "cli", "write boxes as this family of models does: {dialects}; the format is then sharegpt by default"
        ).format(dialects=_DIALECTS),
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
        told = progress_line(translate("cli", "imported"))
        report = import_file(project, args.source, reader.format(file_format), args.images, told, split=args.split)
    with Problems(args.problems) as problems:
        for problem in report.problems:
            problems.tell(problem)
    for line in reader.notes:
        print(line, file=sys.stderr)
    if reader.told is not None and reader.told.dialect and args.dialect == "auto":
        print(translate("cli", "dialect: {reason}").format(reason=reader.told.reason), file=sys.stderr)
    counts = {
        "format": file_format.name,
        "conversations": report.conversations,
        "pictures": report.pictures,
        "regions": report.regions,
        "known_conversations": report.known,
        "problems": report.problem_count,
    }
    conversations, pictures, regions = report.conversations, report.pictures, report.regions
    count = report.problem_count
    said = [
        translate("cli", "%n conversation(s)", "", conversations),
        translate("cli", "%n new picture(s)", "", pictures),
        translate("cli", "%n new region(s)", "", regions),
        translate("cli", "{count} known already").format(count=report.known),
        translate("cli", "%n problem(s)", "", count),
    ]
    tell_counts(args, args.project, counts, listed(said))
    return 1 if report.problems and not (report.conversations or report.known) else 0


def run_export_conversations(args: argparse.Namespace, file_format: Format) -> int:
    """Write the conversations of the project, or of one split, in the family's dialect."""
    from qvl_desktop.formats.dialects import writing
    from qvl_desktop.storage.exporting_samples import export_samples
    from qvl_desktop.storage.project import Project

    written_as = writing(file_format, args.family or "qwen-vl")
    told = progress_line(translate("cli", "exported"))
    with Project.open_read_only(args.project) as project:
        report = export_samples(project, written_as, args.target, args.split, progress=told)
        regions = 0 if report.written else project.region_count()
    with Problems(args.problems) as problems:
        for problem in report.problems:
            problems.tell(problem)
    if regions and not report.problems:
        words = translate(
            "cli",
            "the project has {regions} regions and no conversations here. Make some from templates on the "
            "Conversations page, or export the regions (--format coco, yolo, voc or labelme).",
        )
        tell_note(words.format(regions=regions))
    counts = {"format": file_format.name, "conversations": report.written, "problems": len(report.problems)}
    written = report.written
    tell_counts(args, args.target, counts, translate("cli", "%n conversation(s)", "", written))
    return 0
