"""Unpacks the packed app as somebody who downloaded it would, and looks whether it works wherever it lies.

    python packaging/check_archive.py dist/qvl-desktop-VERSION-EDITION-linux-x86_64.tar.gz [--pictures DIR]

In order: the SHA-256 beside it; unpacked into a folder with a blank and Chinese signs that nobody may write to; its
version and what doctor says, by another user than the one who unpacked it; a project opened as a double click in a file
manager would, by the menu entry's own command line; the folder moved while the app is closed, and the same project
found again; nothing left behind (`smoke_place`). Linux only. Owns the order. Exit code 1 says what was not as it
should be.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

from display import Desk, display
from smoke_commands import run_demo, say_version
from smoke_place import Failure, Place
from smoke_window import window


def main() -> int:
    """All steps; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--pictures", type=Path, default=Path("build/smoke"))
    options = parser.parse_args()
    options.pictures.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="qvl archive "))
    folder.chmod(0o755)
    try:
        check_sum(options.archive)
        app = unpack(options.archive, folder / "应用 programs")
        with display() as screen:
            check(app, folder, screen, options)
    except Failure as failure:
        print(f"NOT AS IT SHOULD BE: {failure}", file=sys.stderr)
        return 1
    finally:
        subprocess.run(["chmod", "-R", "u+w", str(folder)], check=False)
        shutil.rmtree(folder, ignore_errors=True)
    print("all as it should be")
    return 0


def check_sum(archive: Path) -> None:
    """The sum beside the archive is the archive's, in the form that `sha256sum --check` reads."""
    told = archive.with_name(f"{archive.name}.sha256").read_text(encoding="ascii")
    digest = hashlib.sha256()
    with archive.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    if told != f"{digest.hexdigest()}  {archive.name}\n":
        raise Failure(f"{archive.name}.sha256 says {told}")
    command = ["sha256sum", "--check", "--quiet", f"{archive.name}.sha256"]
    if shutil.which("sha256sum") and subprocess.run(command, cwd=archive.parent, check=False).returncode:
        raise Failure("sha256sum refuses the sum")
    print(f"{archive.name}: {archive.stat().st_size / 1e6:,.0f} MB, its sum is right")


def unpack(archive: Path, folder: Path) -> Path:
    """The app's folder, which nobody may write to."""
    folder.mkdir()
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    subprocess.run(["chmod", "-R", "a-w,a+rX", str(folder)], check=True)
    tops = list(folder.iterdir())
    if len(tops) != 1 or not (tops[0] / "qvl-desktop").is_file():
        raise Failure(f"the archive holds {[top.name for top in tops]}, not one folder with the program")
    return tops[0]


def check(app: Path, folder: Path, screen: str, options: argparse.Namespace) -> None:
    """The steps after unpacking."""
    edition = "slim" if "-slim-" in options.archive.name else "full"
    with Place(app, screen) as place:
        place.must_have_no_python()
        say_version(place, edition=edition, whole=edition == "full")
        project = run_demo(place, shipped_only=True)
        command = menu_command(place, project)
        with window(place, what="first paint, by the menu entry", command=command) as desk:
            must_show(desk, project)
            desk.settle(8).save(options.pictures / "by-menu-entry.png")
        moved = folder / "别处 elsewhere" / "the app"
        moved.parent.mkdir()
        app.parent.chmod(0o755)
        app.chmod(0o755)  # a folder's own name cannot be changed without
        app.rename(moved)
        moved.chmod(0o555)
        place.moved_to(moved)
        with window(place, what="first paint, from where it was moved to") as desk:
            must_show(desk, project)
            desk.settle(8).save(options.pictures / "moved.png")
        place.must_be_left_clean()


def menu_command(place: Place, project: Path) -> list[str]:
    """What the menu starts for a project, after the app's own installer put its entry there."""
    place.environment["PATH"] = "/usr/bin:/bin"
    place.run("/bin/sh", str(place.app / "share" / "install.sh"))
    place.environment["PATH"] = str(place.folder / "empty")
    entry = place.home / ".local/share/applications/qvl-desktop.desktop"
    line = re.search(r"^Exec=(.*)$", entry.read_text(encoding="utf-8"), re.MULTILINE)
    if line is None:
        raise Failure(f"{entry} starts nothing")
    words = shlex.split(line[1].replace("\\\\", "\\"))
    return [str(project) if word == "%f" else word.replace("%%", "%") for word in words]


def must_show(desk: Desk, project: Path) -> None:
    """The window's title names the project."""
    end = time.monotonic() + 20
    while not any(project.stem in title for title in desk.titles()):
        if time.monotonic() > end:
            raise Failure(f"the window does not show {project.name}: its title is {desk.titles()}")
        time.sleep(0.1)
    print(f"title: {desk.titles()[0]}")


if __name__ == "__main__":
    sys.exit(main())
