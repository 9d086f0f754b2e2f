"""The part of `import` and `export` that is about formats of regions: COCO, YOLO, Pascal VOC, LabelMe.

Owns their flags, and running these imports and exports. Does not own the commands themselves (`data`), the formats, or
what an import means (`storage.importing_regions`).
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from qvl_desktop.commands.data_report import Problems, progress_line, tell_counts
from qvl_desktop.commands.parser import listed
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.core.i18n import translate

if TYPE_CHECKING:
    from qvl_desktop.formats.regions import RegionFormat
    from qvl_desktop.formats.registry import AnyFormat


def add_import_flags(parser: argparse.ArgumentParser) -> None:
    """`--split` of `import`."""
    parser.add_argument(
        "--split",
        choices=("train", "val", "test"),
        default="",
        help=_N(
            "cli", "the split of pictures for which neither the data nor the project says one (coco, labelme, ...)"
        ),
    )


def add_export_flags(parser: argparse.ArgumentParser) -> None:
    """`--copy-images` and `--force` of `export`."""
    parser.add_argument(
        "--copy-images",
        action="store_true",
        help=_N("cli", "copy the pictures into the folder too (yolo, voc, labelme)"),
    )
    parser.add_argument(
        "--force", action="store_true", help=_N("cli", "write into a folder that is not empty (yolo, voc, labelme)")
    )


def check_flags(args: argparse.Namespace, file_format: AnyFormat) -> None:
    """Raises `DataError` for a flag that means nothing to this format, rather than to pass over it."""
    from qvl_desktop.core.errors import DataError
    from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
    from qvl_desktop.formats.regions import RegionFormat

    regions = isinstance(file_format, RegionFormat)
    folder = isinstance(file_format, RegionFormat) and file_format.folder
    if args.command == "import" and args.split and not regions:
        raise DataError(
            QT_TRANSLATE_NOOP("errors", "--split is for pictures with regions; conversations say their own split.")
        )
    if args.command == "export" and (args.copy_images or args.force) and not folder:
        raise DataError(
            QT_TRANSLATE_NOOP(
                "errors",
                "--copy-images and --force are for formats that are a folder (yolo, voc, labelme); {format} "
                "is one file, which is replaced as a whole and names its pictures where they are.",
            ),
            format=file_format.name,
        )


def run_import_regions(args: argparse.Namespace, file_format: RegionFormat) -> int:
    """Import; a project that is not there yet is made. Exit 1 when nothing of the data could be used."""
    from qvl_desktop.storage.importing_regions import import_regions
    from qvl_desktop.storage.project import Project

    project = Project.open(args.project) if args.project.exists() else Project.create(args.project)
    with project, Problems(args.problems) as problems:
        report = import_regions(
            project,
            args.source,
            file_format,
            args.images,
            progress_line(translate("cli", "imported")),
            split=args.split,
            on_problem=problems.tell,
        )
    for note in report.notes:
        print(note, file=sys.stderr)
    counts = {
        "format": file_format.name,
        "pictures": report.pictures,
        "regions": report.regions,
        "known_regions": report.known_regions,
        "problems": report.problem_count,
        "notes": list(report.notes),
    }
    pictures, regions, count = report.pictures, report.regions, report.problem_count
    said = [
        translate("cli", "%n new picture(s)", "", pictures),
        translate("cli", "%n new region(s)", "", regions),
        translate("cli", "{count} known already").format(count=report.known_regions),
        translate("cli", "%n problem(s)", "", count),
    ]
    tell_counts(args, args.project, counts, listed(said))
    return 1 if report.problem_count and not (report.pictures or report.regions or report.known_regions) else 0


def run_export_regions(args: argparse.Namespace, file_format: RegionFormat) -> int:
    """Write the pictures and regions of the project, or of one split."""
    from qvl_desktop.formats.dialects import check_family
    from qvl_desktop.formats.regions import WriteOptions
    from qvl_desktop.storage.exporting import export_regions
    from qvl_desktop.storage.project import Project

    if args.family:
        check_family(file_format, args.family)
    options = WriteOptions(force=args.force, copy_images=args.copy_images)
    told = progress_line(translate("cli", "exported"))
    with Project.open_read_only(args.project) as project:
        written = export_regions(project, file_format, args.target, args.split, options, told)
    with Problems(args.problems) as problems:
        for problem in written.problems:
            problems.tell(str(problem))
    counts = {
        "format": file_format.name,
        "pictures": written.pictures,
        "regions": written.regions,
        "notes": [str(problem) for problem in written.problems],
    }
    pictures, regions = written.pictures, written.regions
    said = [translate("cli", "%n picture(s)", "", pictures), translate("cli", "%n region(s)", "", regions)]
    tell_counts(args, args.target, counts, listed(said))
    return 0
