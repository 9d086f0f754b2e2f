"""The command line: one program, the window by default, sub-commands for everything else.

Owns the top-level parser, exit codes and how an error is printed. Does not own any command (`commands/`) nor which
language it speaks (`core.language`). Only the file of the command that is asked for is imported to build its parser
(for `--help` those of all), and nothing heavy is, until it runs. With `--json` the result is English in any language:
programs read it.
Exit codes: 0 done, 1 the data or run failed, 2 wrong use.
"""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from qvl_desktop import __version__
from qvl_desktop.commands.parser import Parser
from qvl_desktop.core.card_memory import ask_for_growing_segments
from qvl_desktop.core.errors import Cancelled, QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.language import CHOICES, VARIABLE, language_in_force, speak
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
    "doctor",
)
"""The files of `commands/`; each offers `add_parser(subparsers)` and sets `run=` on what it adds."""

SAFE = "--safe"
"""The option of safe mode."""

_FILES = {"new": "data", "import": "data", "export": "data"}
"""Commands whose file has another name."""

_MODEL_HALF = (["qvl_desktop", "engine"], ["qvl_desktop", "models"], ["qvl_desktop", "training"])


def build_parser(commands: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """The parser of `qvl-desktop COMMAND ...`, with the commands of these files."""
    parser = Parser(
        prog="qvl-desktop",
        description=QT_TRANSLATE_NOOP("cli", "Draw boxes, build conversations, tune Qwen-VL and chat with the result."),
        epilog=QT_TRANSLATE_NOOP(
            "cli",
            "Without a command: qvl-desktop [--safe] [PROJECT.qvl | FOLDER] opens the window. The language is that of "
            "--language, else of QVL_LANGUAGE, else the one chosen in the window, else the system's (LC_ALL, "
            "LC_MESSAGES, LANG).",
        ),
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"qvl-desktop {__version__}",
        help=QT_TRANSLATE_NOOP("cli", "show the version and end"),
    )
    parser.add_argument(
        "--language",
        dest="spoken_language",
        choices=CHOICES,
        help=QT_TRANSLATE_NOOP("cli", "speak English or Chinese; stands before the command"),
    )
    parser.add_argument(
        SAFE,
        action="store_true",
        help=QT_TRANSLATE_NOOP(
            "cli", "open the window with the usual settings, leaving the user's own and the last project alone"
        ),
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in commands:
        importlib.import_module(f"qvl_desktop.commands.{name}").add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the window or one command; returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _use_utf8()
    asked, arguments = take_language(arguments)
    language = language_in_force(asked)
    if asked:
        os.environ[VARIABLE] = asked  # for the processes that this one starts
    speak(language)
    stay_offline()
    ask_for_growing_segments()
    try:
        if (target := window_target(arguments)) is not None:
            from qvl_desktop.app import run_window

            return run_window(target.path, safe=target.safe)
        parser = build_parser(needed(arguments))
        options = parser.parse_args(arguments)
        if options.safe:
            parser.error(translate("cli", "--safe is for the window: it goes with no command"))
        speak(language, results_in_english=bool(getattr(options, "json", False)))
        return int(options.run(options))
    except QvlError as error:
        speak(language)
        print(f"qvl-desktop: {error}", file=sys.stderr)  # noqa: T201
        return 1
    except (Cancelled, KeyboardInterrupt):
        return 1
    except ModuleNotFoundError as error:
        if not lacks_model_half(error):
            raise
        return leave_to_engine(arguments)
    except BrokenPipeError:
        sys.stderr.close()
        return 1


def take_language(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """What `--language` says before anything else, and the arguments without it; the parser refuses wrong values."""
    rest = list(arguments)
    name, equals, value = rest[0].partition("=") if rest else ("", "", "")
    if name == "--language":
        taken = 1 if equals else 2
        value = value if equals else "".join(rest[1:2])
        if value in CHOICES:
            return value, rest[taken:]
    return "", rest


def leave_to_engine(arguments: Sequence[str]) -> int:
    """What the slim app cannot do itself is done by the installed program it knows; its exit code."""
    from qvl_desktop.jobs.child import NO_ENGINE, NoEngineError, child_environment, installed_engine

    engine = installed_engine()
    try:
        if engine is None:
            raise NoEngineError(NO_ENGINE)
        return subprocess.call([engine, *arguments], env=child_environment())
    except NoEngineError as error:
        words = str(error)
    except OSError as error:
        words = translate("cli", "{program} cannot be started ({reason}): name another one in QVL_DESKTOP_ENGINE.")
        words = words.format(program=engine, reason=error.strerror or error)
    print(f"qvl-desktop: {words}", file=sys.stderr)  # noqa: T201
    return 1


def needed(arguments: Sequence[str]) -> Sequence[str]:
    """The files of the commands that a command line can mean: one, none (`--version` alone) or all."""
    first = arguments[0] if arguments else ""
    name = _FILES.get(first, first)
    if name in COMMANDS and (first in _FILES or name not in _FILES.values()):
        return (name,)
    return () if list(arguments) == ["--version"] else COMMANDS


def lacks_model_half(error: ModuleNotFoundError) -> bool:
    """Whether something of the model half was asked for in the packed app that has none."""
    missing = (error.name or "").split(".")
    half = missing[0] in ("torch", "transformers", "peft", "fastapi", "uvicorn") or missing[:2] in _MODEL_HALF
    return half and bool(getattr(sys, "frozen", False))


class WindowTarget:
    """What the window is to open: a project file, a folder of pictures, or nothing in particular.

    `safe`: in safe mode.
    """

    def __init__(self, path: Path | None, *, safe: bool = False) -> None:
        self.path = path
        self.safe = safe


def window_target(arguments: Sequence[str]) -> WindowTarget | None:
    """The window's target when no command is asked for, else `None`.

    A single word counts as a path when it exists or looks like one, so that a typo in a command is still wrong use.
    """
    rest = [word for word in arguments if word != SAFE]
    safe = len(rest) < len(arguments)
    if not rest:
        return WindowTarget(None, safe=safe)
    if len(rest) > 1 or rest[0].startswith("-"):
        return None
    path = Path(rest[0])
    looks_like_path = path.suffix == ".qvl" or len(path.parts) > 1 or path.is_dir()
    return WindowTarget(path, safe=safe) if looks_like_path else None


def _use_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
