"""What to do where no font of the machine has Chinese characters.

Owns naming the package that brings one, and saying so: once at a start, and whenever the user chooses Chinese. Does not
own looking for fonts (`translation.can_show`) nor choosing among those that are there (`theme`).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from qvl_desktop.gui.translation import can_show
from qvl_desktop.jobs.session import Session

PACKAGES = {
    "debian": "sudo apt install fonts-noto-cjk",
    "ubuntu": "sudo apt install fonts-noto-cjk",
    "fedora": "sudo dnf install google-noto-sans-cjk-fonts",
    "rhel": "sudo dnf install google-noto-sans-cjk-ttc-fonts",
    "suse": "sudo zypper install google-noto-sans-sc-fonts",
    "arch": "sudo pacman -S noto-fonts-cjk",
    "alpine": "sudo apk add font-noto-cjk",
    "gentoo": "sudo emerge media-fonts/noto-cjk",
}
"""The command that brings a font, by the name a system gives itself or what it is like (`os-release`)."""
RELEASE = Path("/etc/os-release")
_SAID = "no chinese font said"


def advise(session: Session, code: str, *, asked: bool = False) -> None:
    """Say which package to install when a language cannot be shown; unless it was `asked` for now, only the first time.

    In English alone: in Chinese nobody could read it then.
    """
    if can_show(code):
        return
    state = session.settings.window_state
    if asked or not state.get(_SAID):
        session.settings.window_state = state | {_SAID: "yes"}
        session.notice.emit("info", font_advice())


def font_advice(release: Path = RELEASE, platform: str = sys.platform) -> str:
    """The sentence, with the command for this system where it is known."""
    words = "No font with Chinese characters is installed: they are shown as empty boxes. "
    if command := _command(release) if platform == "linux" else "":
        return words + f"Install one, then start again: {command}"
    if platform == "win32":
        return words + "Install one in Settings, Apps, Optional features: Chinese (Simplified) Supplemental Fonts."
    return words + "Install one, for example Noto Sans CJK SC, then start again."


def _command(release: Path) -> str:
    told = _told(release)
    names = [told.get("ID", ""), *told.get("ID_LIKE", "").split()]
    names = ["suse" if name.startswith(("opensuse", "sles")) else name for name in names]
    return next((PACKAGES[name] for name in names if name in PACKAGES), "")


def _told(release: Path) -> Mapping[str, str]:
    """The lines of `os-release` as names and values."""
    try:
        lines = release.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    pairs = (line.partition("=") for line in lines)
    return {name.strip(): value.strip().strip("\"'") for name, found, value in pairs if found}
