"""A font with Chinese characters is found where there is one, and named where there is none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from qvl_desktop.gui.chinese_font import PACKAGES, font_advice

ROOT = Path(__file__).resolve().parents[2]
LATIN = Path("/usr/share/fonts/truetype/dejavu")
CHINESE = [Path("/usr/share/fonts/truetype/wqy"), Path("/usr/share/fonts/truetype/droid")]
linux_only = pytest.mark.skipif(
    sys.platform != "linux" or not LATIN.is_dir(), reason="needs fontconfig and the DejaVu fonts"
)


def start_with(folder: Path, *fonts: Path) -> dict[str, Any]:
    """Start in Chinese on a machine that has only these fonts."""
    config = folder / "fonts.conf"
    places = "".join(f"<dir>{place}</dir>" for place in fonts)
    config.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig>{places}<cachedir>{folder / 'cache'}</cachedir></fontconfig>"
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.gui.show_chinese", str(folder)],
        cwd=ROOT, env=os.environ | {"FONTCONFIG_FILE": str(config)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@linux_only
def test_without_such_a_font_the_package_is_named_once(tmp_path: Path) -> None:
    told = start_with(tmp_path, LATIN)
    assert not told["different"]
    assert told["at_start"] == 1
    assert len(told["said"]) == 2  # again when the user chose Chinese
    level, words = told["said"][0]
    assert level == "info"
    assert words == font_advice()
    assert start_with(tmp_path, LATIN)["at_start"] == 0


@linux_only
@pytest.mark.parametrize("folder", CHINESE, ids=lambda folder: folder.name)
def test_any_font_that_has_the_characters_is_taken(tmp_path: Path, folder: Path) -> None:
    if not folder.is_dir():
        pytest.skip(f"{folder} is not installed")
    told = start_with(tmp_path, LATIN, folder)
    assert told["different"]
    assert told["said"] == []


@pytest.mark.parametrize(
    ("release", "command"),
    [
        ('ID=debian\nVERSION_ID="12"\n', PACKAGES["debian"]),
        ('NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n', PACKAGES["ubuntu"]),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', PACKAGES["rhel"]),
        ('ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n', PACKAGES["suse"]),
        ("ID=manjaro\nID_LIKE=arch\n", PACKAGES["arch"]),
    ],
)
def test_the_command_is_the_systems(tmp_path: Path, release: str, command: str) -> None:
    (tmp_path / "os-release").write_text(release)
    assert font_advice(tmp_path / "os-release", "linux").endswith(f"then start again: {command}")


def test_an_unknown_system_is_told_the_name_of_a_font(tmp_path: Path) -> None:
    assert "Noto Sans CJK SC" in font_advice(tmp_path / "missing", "linux")
    assert "Noto Sans CJK SC" in font_advice(tmp_path / "missing", "darwin")
    assert "Optional features" in font_advice(tmp_path / "missing", "win32")
