"""Builds the wheel, installs it far from the checkout and looks whether everything in it works from there.

    python packaging/check_wheel.py [--fresh] [--demo] [--keep FOLDER]

The wheel's list of files is held against the checkout's; then it is installed into an empty environment whose path has
a blank and Chinese signs, and asked, from another folder still: its version, `doctor`, its words in Chinese, the page
for browsers, the documentation and the list of changes, and the window up to its first paint on every page.

The environment borrows the libraries of this one; `--fresh` installs them from a package index instead, which takes
minutes and a gigabyte. `--demo` runs the whole demo loop too. `--keep` leaves the environment in a folder, where its
`qvl-desktop` can serve a slim app. Owns nothing of the program. Exit code 1 says what was not as it should be.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FROM = {"resources": "qvl_desktop/resources", "docs": "qvl_desktop/resources/help", "qvl_desktop": "qvl_desktop"}
"""Folders of the checkout and where their files lie in the wheel."""
BASE_PYTHON = getattr(sys, "_base_executable", sys.executable)
PYTHON = "python.exe" if os.name == "nt" else "python"
ALONE = {
    "CHANGELOG.md": "qvl_desktop/resources/CHANGELOG.md",
    "CHANGELOG.zh.md": "qvl_desktop/resources/CHANGELOG.zh.md",
    "mkdocs.yml": "qvl_desktop/resources/help/mkdocs.yml",
}

DRIVE = """
import json, sys
from pathlib import Path

import qvl_desktop
from PySide6.QtCore import QCoreApplication
from qvl_desktop import app
from qvl_desktop.core.changelog import changelog
from qvl_desktop.gui.help.book import Book
from qvl_desktop.gui.icons import application_icon
from qvl_desktop.gui.shell.pages import PAGES
from qvl_desktop.gui.translation import install_language
from qvl_desktop.storage.demo_project import make_demo_project, read_shipped
from qvl_desktop.storage.settings import Settings

application = app.make_application()
collector = app.GarbageCollector(application)
settings = Settings()
install_language("zh_CN")
session = app.make_session(settings)
window = app.MainWindow(session)
window.resize(1280, 800)
window.show()
session.open_project(make_demo_project(Path(sys.argv[1]), read_shipped("zh"), "zh"))
window.start()
colours = {}
for page in PAGES:
    window.show_page(page.name)
    for _ in range(3):
        application.processEvents()
    image = window.grab().toImage()
    colours[page.name] = len({image.pixel(x, y) for x in range(0, 1280, 7) for y in range(0, 800, 7)})
told = {
    "package": qvl_desktop.__file__,
    "colours": colours,
    "words": QCoreApplication.translate("pages", "Pictures"),
    "icon": not application_icon().isNull(),
    "changes": [len(changelog(code)) for code in ("en", "zh_CN")],
    "help": [len(Book(code).names) for code in ("en", "zh")],
}
window.close()
app.shut_down(session)
application.processEvents()
print(json.dumps(told))
"""


class Failure(Exception):
    """What was not as it should be."""


def main() -> int:
    """Build, install, look; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fresh", action="store_true", help="install every library anew")
    parser.add_argument("--demo", action="store_true", help="run the whole demo loop")
    parser.add_argument("--keep", type=Path, help="leave the environment here")
    parser.add_argument("--python", default=BASE_PYTHON, help="make it with this")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="qvl wheel 轮 ") as name:
        folder = Path(name)
        try:
            wheel = build(folder)
            check_files(wheel)
            print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB, all its files")
            programs = install(wheel, options.keep or folder / "环境 env", options.python, fresh=options.fresh)
            look(programs, folder, demo=options.demo)
        except Failure as failure:
            print(f"NOT AS IT SHOULD BE: {failure}", file=sys.stderr)
            return 1
    print("all as it should be")
    return 0


def build(folder: Path) -> Path:
    """The wheel, made by the build backend of this environment."""
    command = [sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps", "--no-build-isolation", "--quiet"]
    run([*command, "--wheel-dir", str(folder)], folder, {})
    return next(folder.glob("*.whl"))


def check_files(wheel: Path) -> None:
    """Everything that the checkout keeps for the program is in the wheel, and nothing else."""
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
        about = {name.partition(".dist-info/")[2] for name in archive.namelist() if ".dist-info/" in name}
    wanted = expected(kept_files())
    if lost := sorted(wanted - inside):
        raise Failure(f"not in the wheel: {lost[:10]}")
    if more := sorted(inside - wanted):
        raise Failure(f"in the wheel, but not kept in the checkout: {more[:10]}")
    for name in ("entry_points.txt", "licenses/LICENSE", "licenses/NOTICE"):
        if name not in about:
            raise Failure(f"the wheel has no {name}")


def kept_files() -> list[str]:
    """The files of the checkout that git keeps, or would."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    ).stdout  # fmt: skip
    names = [name for name in listed.decode("utf-8").split("\0") if name]
    return [name for name in names if (ROOT / name).is_file()]


def expected(kept: list[str]) -> set[str]:
    """The paths in the wheel of the files that belong there."""
    found = set()
    for name in kept:
        top, _, rest = name.partition("/")
        if name in ALONE:
            found.add(ALONE[name])
        elif rest and top in FROM:
            found.add(f"{FROM[top]}/{rest}")
    return found


def install(wheel: Path, folder: Path, python_program: str, *, fresh: bool) -> Path:
    """An environment with the wheel; the folder of its programs."""
    shutil.rmtree(folder, ignore_errors=True)
    run([python_program, "-m", "venv", "--without-pip", "--copies", str(folder)], wheel.parent, {})
    places = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)})
    scripts, python = Path(places["scripts"]), Path(places["scripts"]) / PYTHON
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    if fresh:
        run([*command, str(wheel)], wheel.parent, {})
        return scripts
    run([*command, "--no-deps", "--no-index", str(wheel)], wheel.parent, {})
    # Libraries are found here too. Links to checkouts that lie beside them are not followed from there.
    borrowed = sysconfig.get_path("purelib")
    (Path(places["purelib"]) / "borrowed.pth").write_text(f"{borrowed}\n", encoding="utf-8")
    return scripts


def look(programs: Path, folder: Path, *, demo: bool) -> None:
    """Ask the installed program, from a folder that has nothing to do with it."""
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    program = str(programs / "qvl-desktop")
    environment = {"QVL_CONFIG_DIR": str(folder / "home"), "QT_QPA_PLATFORM": "offscreen", "QVL_LANGUAGE": "en"}
    print(run([program, "--version"], elsewhere, environment).strip())
    facts = json.loads(run([program, "doctor", "--json"], elsewhere, environment))
    if facts["edition"] != "package" or facts["missing"]:
        raise Failure(f"doctor says {facts}")
    if "用法" not in run([program, "--language", "zh", "check", "--help"], elsewhere, environment):
        raise Failure("the command line does not speak Chinese")
    python = str(programs / PYTHON)
    told = json.loads(run([python, "-c", DRIVE, str(elsewhere)], elsewhere, environment).splitlines()[-1])
    if not Path(told["package"]).is_relative_to(programs.parent):
        raise Failure(f"the program came from {told['package']}")
    if told["words"] != "图片" or not told["icon"] or min(told["changes"]) < 100 or min(told["help"]) < 20:
        raise Failure(f"something that comes along was not found: {told}")
    if empty := [page for page, count in told["colours"].items() if count < 20]:
        raise Failure(f"pages that showed nothing: {empty}")
    print(f"window: {len(told['colours'])} pages shown, {told['help'][0]} pages of help")
    if demo:
        said = run([program, "demo", "--out", str(elsewhere / "demo")], elsewhere, environment)
        result = json.loads(said.strip().splitlines()[-1])
        if result["acc50_after"] < 0.7:
            raise Failure(f"the demo loop did not teach the model its word: {result}")
        print(f"demo loop: {result}")


def run(command: list[str], folder: Path, extra: dict[str, str]) -> str:
    """A command's standard output; its failure is a `Failure`. No checkout is on its path."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | extra
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise Failure(f"{command[0]} {command[1]} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
