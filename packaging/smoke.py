"""Starts the packed app as a user would, on a display of its own and without Python on the path, and looks at it.

    python packaging/smoke.py dist/full/qvl-desktop [--pictures DIR] [--no-demo] [--engine PROGRAM] [--no-engine]

In order: version and doctor; the whole demo loop through the app's own children; a server that is asked over HTTP; the
window on the demo project, its first paint timed, every page by its key with a picture of each, a run started on the
Train page and followed to its adapter, a question typed on the Chat page and its answer found in the project file, a
second window that is told who holds the project, the end. Then: no child is left, and no file lies anywhere but in the
home and the work folder. Run by root, the app runs as a user of its own who may write nowhere else (`smoke_place`).

`--engine` names the installed program a slim app asks; `--no-engine` looks at a slim app that has none to ask.
Linux only (`display`). Owns the order. Exit code 1 says what was not as it should be.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from display import display
from smoke_commands import ask_server, check_project, run_demo, say_version, without_engine
from smoke_place import Failure, Place
from smoke_window import look, look_without_engine


def main() -> int:
    """Run all steps; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("app", type=Path, help="the app's folder")
    parser.add_argument("--pictures", type=Path, default=Path("build/smoke"))
    parser.add_argument(
        "--no-demo", action="store_true", help="make a project from the shipped pictures, train nothing"
    )
    parser.add_argument("--engine", default="", help="the installed program that a slim app asks")
    parser.add_argument("--no-engine", action="store_true", help="a slim app that has no program to ask")
    options = parser.parse_args()
    options.pictures.mkdir(parents=True, exist_ok=True)
    with display() as screen, Place(options.app, screen, options.engine) as place:
        try:
            check(place, options)
        except Failure as failure:
            print(f"NOT AS IT SHOULD BE: {failure}", file=sys.stderr)
            return 1
    print("all as it should be")
    return 0


def check(place: Place, options: argparse.Namespace) -> None:
    """The steps, on a display that is there."""
    place.must_have_no_python()
    say_version(place, edition="slim" if options.engine or options.no_engine else "full", whole=not options.no_engine)
    if options.no_engine:
        without_engine(place)
        look_without_engine(place, options.pictures)
    else:
        project = run_demo(place, shipped_only=options.no_demo)
        check_project(place, project)
        ask_server(place, project)
        look(place, project, options.pictures, train=not options.no_demo)
    place.must_be_left_clean()


if __name__ == "__main__":
    sys.exit(main())
