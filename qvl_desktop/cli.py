"""The command line: one program, the window by default, sub-commands for everything else.

Owns the top-level parser, exit codes and how an error is printed. Does not own any command (`commands/`); a command's
file is imported to build its parser, but nothing heavy is, until it runs.
Exit codes: 0 done, 1 the data or run failed, 2 wrong use.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from qvl_desktop import __version__
from qvl_desktop.core.card_memory import ask_for_growing_segments
from qvl_desktop.core.errors import Cancelled, QvlError
from qvl_desktop.core.offline import stay_offline

COMMANDS = (
    "demo",
    "data",
    "check",
    "split",
    "labels",
    "plan",
    "train",
    "evaluate",
    "predict",
    "annotate",
    "merge",
    "quantize",
    "serve",
    "models",
    "download",
    "cache",
)
"""The files of `commands/`; each offers `add_parser(subparsers)` and sets `run=` on what it adds."""

NO_MODEL_HALF = (
    "This slim edition holds the window alone. Install the model half (pip install qvl-desktop), then choose its "
    "program under Settings, Program for model work, or name it in QVL_DESKTOP_ENGINE."
)
_MODEL_HALF = (["qvl_desktop", "engine"], ["qvl_desktop", "models"], ["qvl_desktop", "training"])


def build_parser() -> argparse.ArgumentParser:
    """The parser of `qvl-desktop COMMAND ...`."""
    parser = argparse.ArgumentParser(
        prog="qvl-desktop",
        description="Draw boxes, build conversations, tune Qwen-VL and chat with the result.",
        epilog="Without a command: qvl-desktop [PROJECT.qvl | FOLDER] opens the window.",
    )
    parser.add_argument("--version", action="version", version=f"qvl-desktop {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS:
        importlib.import_module(f"qvl_desktop.commands.{name}").add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the window or one command; returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _use_utf8()
    stay_offline()
    ask_for_growing_segments()
    try:
        if (target := window_target(arguments)) is not None:
            from qvl_desktop.app import run_window

            return run_window(target.path)
        options = build_parser().parse_args(arguments)
        return int(options.run(options))
    except QvlError as error:
        print(f"qvl-desktop: {error}", file=sys.stderr)  # noqa: T201
        return 1
    except (Cancelled, KeyboardInterrupt):
        return 1
    except ModuleNotFoundError as error:
        if not lacks_model_half(error):
            raise
        print(f"qvl-desktop: {NO_MODEL_HALF}", file=sys.stderr)  # noqa: T201
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 1


def lacks_model_half(error: ModuleNotFoundError) -> bool:
    """Whether something of the model half was asked for in the packed app that has none."""
    missing = (error.name or "").split(".")
    half = missing[0] in ("torch", "transformers", "peft", "fastapi", "uvicorn") or missing[:2] in _MODEL_HALF
    return half and bool(getattr(sys, "frozen", False))


class WindowTarget:
    """What the window is to open: a project file, a folder of pictures, or nothing in particular."""

    def __init__(self, path: Path | None) -> None:
        self.path = path


def window_target(arguments: Sequence[str]) -> WindowTarget | None:
    """The window's target when no command is asked for, else `None`.

    A single word counts as a path when it exists or looks like one, so that a typo in a command is still wrong use.
    """
    if not arguments:
        return WindowTarget(None)
    if len(arguments) > 1 or arguments[0].startswith("-"):
        return None
    path = Path(arguments[0])
    looks_like_path = path.suffix == ".qvl" or len(path.parts) > 1 or path.is_dir()
    return WindowTarget(path) if looks_like_path else None


def _use_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
