"""`make bundle`: freeze the app, make it smaller, pack it and say how large it became.

    python packaging/bundle.py [--slim] [--out dist] [--no-archive]

Owns the order: PyInstaller by `qvl_desktop.spec`, symbols off the three largest libraries (Linux; elsewhere they carry
none), desktop entry and metainfo beside the program, archive (tar.gz, on Windows zip) and its SHA-256. Does not own
what goes in (`qvl_desktop.spec`, `bundle_parts`) or whether it works (`smoke.py`).
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bundle_faces import NAME  # noqa: E402 - beside this file
from bundle_parts import EXCLUDED_SLIM, own_modules  # noqa: E402

from qvl_desktop import __version__  # noqa: E402 - the checkout's own version, wherever this is started

STRIPPED = ("libtorch_cpu.so", "libtorch_python.so", "libpython3.*.so*")
"""Stripping everything would break numpy's OpenBLAS; these three are most of what there is to gain."""


def main() -> int:
    """Build one edition; returns the exit code."""
    parser = argparse.ArgumentParser(description="Freeze QVL Desktop into one folder and pack it.")
    parser.add_argument("--slim", action="store_true", help="the window alone, without torch")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--no-archive", action="store_true", help="leave the folder as it is")
    options = parser.parse_args()
    edition = "slim" if options.slim else "full"
    begun = time.perf_counter()
    must_import(edition)
    folder = freeze(edition, options.out)
    before = size_of(folder)
    if sys.platform.startswith("linux"):
        strip(folder)
        add_desktop_files(folder)
    print(f"{folder}: {megabytes(before)} as built, {megabytes(size_of(folder))} ready")
    if not options.no_archive:
        archive = pack(folder, label_of(edition))
        print(f"{archive}: {megabytes(archive.stat().st_size)}")
        print(f"{write_checksum(archive)}")
    print(f"{time.perf_counter() - begun:.0f} s")
    return 0


def must_import(edition: str) -> None:
    """Every module of this edition can be imported: found now, not by whoever opens that page."""
    names = own_modules(ROOT, EXCLUDED_SLIM if edition == "slim" else ())
    code = f"import importlib\nfor name in {[name for name in names if not name.endswith('__main__')]!r}:\n"
    code += "    importlib.import_module(name)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def freeze(edition: str, out: Path) -> Path:
    """Run PyInstaller; returns the app's folder."""
    target = out / edition
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(target), "--workpath", str(ROOT / "build" / edition)]
    command += [str(ROOT / "packaging/qvl_desktop.spec")]
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "QVL_BUNDLE": edition})
    return target / "qvl-desktop"


def strip(folder: Path) -> None:
    """Take the symbols off the largest libraries, where `strip` (Debian: binutils) is there."""
    program = shutil.which("strip")
    if program is None:
        print("strip is not installed (Debian: binutils): the app stays about 100 MB larger.", file=sys.stderr)
        return
    for pattern in STRIPPED:
        for library in folder.rglob(pattern):
            if not library.is_symlink():
                subprocess.run([program, "--strip-unneeded", str(library)], check=True)


def add_desktop_files(folder: Path) -> None:
    """Lay desktop entry, metainfo, icon and an installer for the user's menu beside the program."""
    share = folder / "share"
    shutil.copytree(ROOT / "packaging/linux", share, dirs_exist_ok=True)
    shutil.copy2(ROOT / "resources/icons/qvl-desktop.svg", share / "qvl-desktop.svg")
    (share / "install.sh").chmod(0o755)


def pack(folder: Path, edition: str, system: str = sys.platform) -> Path:
    """Pack the folder beside itself: NAME-VERSION-EDITION-SYSTEM-MACHINE.tar.gz, or .zip on Windows. On macOS it is the
    application that PyInstaller made of the folder."""
    label = {"win32": "windows", "darwin": "macos"}.get(system, "linux")
    name = f"qvl-desktop-{__version__}-{edition}-{label}-{platform.machine().lower()}"
    application = folder.parent / f"{NAME}.app"
    if system == "win32":
        archive = folder.parent.parent / f"{name}.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in sorted(folder.rglob("*")):
                packed.write(path, Path(name) / path.relative_to(folder))
        return archive
    archive = folder.parent.parent / f"{name}.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=6) as packed_tar:
        if system == "darwin" and application.exists():
            packed_tar.add(application, arcname=application.name, filter=_nobodys)
        else:
            packed_tar.add(folder, arcname=name, filter=_nobodys)
    return archive


def _nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without the names of whoever built it."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def label_of(edition: str) -> str:
    """The edition as its archive is called: a full one is named after the CUDA version it carries, if any."""
    if edition != "full":
        return edition
    code = "import torch; print(torch.version.cuda or '')"
    cuda = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    return f"full-cu{cuda.replace('.', '')}" if cuda else edition


def write_checksum(archive: Path) -> Path:
    """Write `ARCHIVE.sha256` in the form `sha256sum --check` reads."""
    digest = hashlib.sha256()
    with archive.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    target = archive.with_name(f"{archive.name}.sha256")
    target.write_text(f"{digest.hexdigest()}  {archive.name}\n", encoding="ascii")
    return target


def size_of(folder: Path) -> int:
    """Bytes of all files below the folder, links not counted twice."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def megabytes(size: int) -> str:
    """A size in millions of bytes, in words."""
    return f"{size / 1e6:,.0f} MB"


if __name__ == "__main__":
    sys.exit(main())
