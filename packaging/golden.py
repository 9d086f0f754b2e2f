"""Pictures of every page and dialog, both languages, both themes, compared with golden ones.

    python packaging/golden.py               compare; what differs lies in build/golden afterwards
    python packaging/golden.py --update      make the golden pictures anew (tests/gui/golden)
    python packaging/golden.py --only chat,models

Owns that a picture is the same whenever and wherever it is made: fonts of its own, a clock that stands still, a machine
that is made up, no blinking caret, folders that are always called the same. Which pages and dialogs there are is in
`tests/gui/every_page.py`, what counts as different in `picture_compare`. Pictures for the documentation are
`screenshots`'.

On Linux: elsewhere Qt draws letters and finds folders in another way.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import shutil
import subprocess
import sys
import time
from collections import namedtuple
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from picture_compare import difference, kept, marked_picture
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "gui" / "golden"
FONTS = {"QVL Pictures": "QVLPictures.ttf", "QVL Pictures Mono": "QVLPicturesMono.ttf"}
SUFFIX = ".webp"
LANGUAGES = ("en", "zh_CN")
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
NOW = datetime(2026, 3, 2, 9, 30).timestamp()
CALLED = "/tmp/qvl-desktop-pictures-{}"
"""The home folder: the same length everywhere, for paths are shown."""
SLOTS = 9
FONT_SETTINGS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><cachedir>{}</cachedir><match target="font">
<edit name="antialias" mode="assign"><bool>true</bool></edit>
<edit name="rgba" mode="assign"><const>none</const></edit>
<edit name="hinting" mode="assign"><bool>false</bool></edit>
<edit name="hintstyle" mode="assign"><const>hintnone</const></edit>
</match></fontconfig>"""
"""For fontconfig: no font of the machine, and none of its settings."""
QUICK = 85
"""What Qt calls quality of a PNG: little time for making it small."""

NEWS = """# Changelog

## 2.0.0 - 2026-03-02

### Added

- **Pictures.** Something that was not there before, in a sentence that is long enough to need a second line here.
- Something else.

### Fixed

- What was wrong.
"""
REPORT = """QVL Desktop 2.0.0 (Python package)
System: Linux 6.0.0 x86_64
Python 3.12.0, PySide6 6.10.0, Qt 6.10.0
Window system: xcb, screens: 1920 x 1080 at 1
Trains on: a card (card, 24.0 GiB, 23.0 GiB free), 8 cores
Model half: torch 2.10.0, transformers 5.23.0, peft 0.21.0

Last troubles:
none
"""


def main() -> int:
    """Draw, and compare or update; 1 when something differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="make the golden pictures anew")
    parser.add_argument("--only", default="", help="these views, with commas between them")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "golden")
    parser.add_argument("--draw", metavar="LANGUAGE", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    only = tuple(filter(None, arguments.only.split(",")))
    if arguments.draw:
        draw(arguments.draw, arguments.out, only)
        return 0
    shutil.rmtree(arguments.out, ignore_errors=True)
    drawn = draw_all(arguments.out, only)
    if arguments.update:
        update(drawn, everything=not only)
        print(f"{len(drawn)} pictures in {GOLDEN.relative_to(ROOT)}")
        return 0
    told = [problem for path in drawn if (problem := compare(path, arguments.out))]
    told += [f"{name}: is no longer made; update" for name in ([] if only else left_over(drawn))]
    print("\n".join(told) or f"{len(drawn)} pictures, all as they were")
    return int(bool(told))


def draw_all(out: Path, only: Sequence[str] = (), environment: dict[str, str] | None = None) -> list[Path]:
    """Draw all pictures into `out`, each language in a process of its own, at the same time; their paths. Raises
    `CalledProcessError`."""
    out.mkdir(parents=True, exist_ok=True)
    told = fixed_environment() | (environment or {})
    command = [sys.executable, __file__, "--out", str(out), "--only", ",".join(only), "--draw"]
    working = [subprocess.Popen([*command, language], env=told, cwd=ROOT) for language in LANGUAGES]
    for code in [process.wait() for process in working]:
        if code:
            raise subprocess.CalledProcessError(code, command)
    return sorted(out.glob("*.png"))


def fixed_environment() -> dict[str, str]:
    """The environment in which pictures are drawn."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(("QT_", "QVL_", "XDG_", "LC_"))}
    fixed = {
        "QT_QPA_PLATFORM": "offscreen",
        "QT_SCALE_FACTOR": "1",
        "QT_FONT_DPI": "96",
        "QT_LOGGING_RULES": "qt.qpa.*=false",
    }
    return others | fixed | {"TZ": "UTC", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "USER": "user", "LOGNAME": "user"}


def compare(path: Path, out: Path) -> str:
    """What is wrong with a picture, or ""; the golden one, this one and the difference are then side by side in
    `out/different`."""
    golden_path = GOLDEN / f"{path.stem}{SUFFIX}"
    if not golden_path.is_file():
        return f"{path.stem}: there is no golden picture; update"
    now, golden = Image.open(path).convert("RGB"), Image.open(golden_path).convert("RGB")
    found = difference(golden, now)
    if not found:
        return ""
    golden = golden.resize(now.size)
    different = out / "different"
    different.mkdir(exist_ok=True)
    for name, picture in (("golden", golden), ("now", now), ("difference", marked_picture(now, found))):
        picture.save(different / f"{path.stem}-{name}.png")
    return f"{path.stem}: {found}; see {different / path.stem}-difference.png"


def update(drawn: list[Path], *, everything: bool) -> None:
    """Keep these as the golden ones; with `everything`, no others."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for name in left_over(drawn) if everything else ():
        (GOLDEN / f"{name}{SUFFIX}").unlink()
    for path in drawn:
        golden = GOLDEN / f"{path.stem}{SUFFIX}"
        now = Image.open(path).convert("RGB")
        if golden.is_file() and not difference(Image.open(golden).convert("RGB"), now).worst:
            continue  # what looks the same stays the same file
        kept(now).save(golden, lossless=True, method=4)


def left_over(drawn: list[Path]) -> list[str]:
    """Golden pictures that are not made any more."""
    return sorted({path.stem for path in GOLDEN.glob(f"*{SUFFIX}")} - {path.stem for path in drawn})


# In the process that draws


def draw(language: str, out: Path, only: Sequence[str]) -> None:
    """Draw every view in one language and both themes into `out`, as VIEW-THEME-LANGUAGE.png."""
    sys.path.insert(0, str(ROOT))
    time.tzset()
    with home() as place:
        settings = place / "fonts.conf"
        settings.write_text(FONT_SETTINGS.format(place / "fonts"), encoding="utf-8")
        os.environ["FONTCONFIG_FILE"], os.environ["QVL_LANGUAGE"] = str(settings), language
        hold_still()
        read_once()
        say_the_same()
        from PySide6.QtWidgets import QApplication

        from tests.gui.every_page import VIEWS, settle, stage

        for mode in THEMES:
            with stage(place / mode, language=language, mode=mode) as there:
                for view in (one for one in VIEWS if not only or one.name in only):
                    shown = view.show(there)
                    if (focused := QApplication.focusWidget()) is not None:
                        focused.clearFocus()  # which widget has it depends on who was quicker
                        settle(there.window)
                    shown.grab().save(str(out / f"{view.name}-{mode}-{language[:2]}.png"), quality=QUICK)
                    there.leave()


@contextlib.contextmanager
def home() -> Iterator[Path]:
    """An empty home folder with a name of always the same length; another one when somebody draws at the same time."""
    import fcntl

    for slot in range(1, SLOTS + 1):
        place = Path(CALLED.format(slot))
        with place.with_suffix(".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(mode=0o700)
            os.environ["HOME"] = str(place)
            os.environ["QVL_CONFIG_DIR"] = str(place / "config")
            try:
                yield place
            finally:
                shutil.rmtree(place, ignore_errors=True)
                place.with_suffix(".lock").unlink(missing_ok=True)
            return
    raise SystemExit("too many pictures are drawn at the same time")


def hold_still() -> None:
    """Fonts of our own, a clock that stands, a made-up machine, no caret, no effects."""
    import psutil
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QCursor, QFont, QFontDatabase

    from qvl_desktop import app
    from qvl_desktop.gui import theme as look
    from qvl_desktop.gui import words
    from qvl_desktop.gui.widgets import thumbnail_files
    from qvl_desktop.jobs import runs

    application = app.make_application()
    for file in FONTS.values():
        assert QFontDatabase.addApplicationFont(str(GOLDEN / "fonts" / file)) >= 0, file
    look._FAMILIES, look._MONO = ("QVL Pictures",), ("QVL Pictures Mono", "QVL Pictures")
    plain = look._font

    def drawn_alike(families: tuple[str, ...]) -> QFont:
        font = plain(families)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        font.setStyleStrategy(QFont.StyleStrategy.PreferAntialias)
        return font

    look._font = drawn_alike
    application.setCursorFlashTime(0)
    for effect in (Qt.UIEffect.UI_AnimateMenu, Qt.UIEffect.UI_AnimateCombo, Qt.UIEffect.UI_AnimateTooltip):
        application.setEffectEnabled(effect, False)
    QCursor.setPos(4000, 4000)

    thumbnail_files._keep = lambda image, place: None  # one that was kept has lost a little to its compression
    time.time = lambda: NOW
    words.datetime = runs.datetime = StandingClock  # type: ignore[attr-defined,misc,assignment]
    gib = 1 << 30
    memory = namedtuple("memory", "total available")(16 * gib, 12 * gib)
    psutil.virtual_memory = lambda: memory
    os.cpu_count, platform.machine = lambda: 8, lambda: "x86_64"
    usage = namedtuple("usage", "total used free")(500 * gib, 200 * gib, 300 * gib)
    shutil.disk_usage = lambda path: usage  # type: ignore[assignment,return-value]
    found = shutil.which
    shutil.which = lambda name, *rest, **more: None if name == "nvidia-smi" else found(name, *rest, **more)  # type: ignore[assignment]


def read_once() -> None:
    """What a model would be taught is told by a process that loads torch; once for both themes is enough."""
    from PySide6.QtCore import QTimer

    from qvl_desktop.jobs.trained_text import TrainedTextReader

    read, told, whole = TrainedTextReader.read, [], []

    def read_or_say(self: TrainedTextReader, plan: Any, *, first: int = 1, split: str = "train") -> None:
        if whole:
            QTimer.singleShot(0, self, lambda: [self._take(line) for line in told])
            return
        told.clear()
        read(self, plan, first=first, split=split)
        assert self._child is not None
        self._child.lineArrived.connect(told.append)
        self._child.ended.connect(lambda problem: None if problem else whole.append(True))

    TrainedTextReader.read = read_or_say  # type: ignore[method-assign]


def say_the_same() -> None:
    """What depends on the machine, or grows with every version, is made up."""
    from qvl_desktop.gui.shell import news_view, report_view

    news_view.changelog = lambda language: NEWS  # type: ignore[attr-defined]
    report_view.support_report = lambda **asked: REPORT  # type: ignore[assignment]


class StandingClock(datetime):
    """`now()` is always the same."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return datetime.fromtimestamp(NOW, tz)


if __name__ == "__main__":
    sys.exit(main())
