"""Icons, versions, menu entry and file type: whole on each system, and everywhere the same."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bundle_faces import (
    FILE_TYPE,
    ICNS_SIDES,
    ICO_SIDES,
    NAME,
    PROGRAM,
    SUFFIX,
    application_icon,
    drawn_icon,
    info_plist,
    numbers_of,
    windows_version,
    windows_version_text,
)
from PIL import Image
from PIL.IcnsImagePlugin import IcnsImageFile
from PIL.IcoImagePlugin import IcoImageFile

from qvl_desktop import __version__
from qvl_desktop.storage import schema

ROOT = Path(__file__).resolve().parents[2]
LINUX = ROOT / "packaging" / "linux"
METAINFO = LINUX / "org.qvl_desktop.QVLDesktop.metainfo.xml"
XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout's icon, with a build folder of its own."""
    (tmp_path / "resources" / "icons").mkdir(parents=True)
    shutil.copy(ROOT / "resources/icons/qvl-desktop.svg", tmp_path / "resources/icons")
    return tmp_path


def looks_like_the_icon(picture: Image.Image) -> bool:
    """Round corners that can be seen through, something drawn in the middle."""
    side = picture.width
    colours = picture.getcolors(side * side)
    return picture.getpixel((0, 0))[3] < 128 and colours is not None and len(colours) > 4  # type: ignore[index]


def test_the_windows_icon_has_every_size(root: Path) -> None:
    made = application_icon(root, "win32")
    assert made is not None
    with Image.open(made) as icon:
        assert isinstance(icon, IcoImageFile)
        assert icon.ico.sizes() == {(side, side) for side in ICO_SIDES}
        for side in ICO_SIDES:
            picture = icon.ico.getimage((side, side)).convert("RGBA")
            assert picture.size == (side, side)
            assert looks_like_the_icon(picture), side
            drawn = drawn_icon(ROOT / "resources/icons/qvl-desktop.svg", side)
            assert picture.tobytes() == drawn.tobytes(), f"{side}: scaled, not drawn"


def test_the_macos_icon_has_every_size(root: Path) -> None:
    made = application_icon(root, "darwin")
    assert made is not None
    with Image.open(made) as icon:
        assert isinstance(icon, IcnsImageFile)
        assert {width * scale for width, _, scale in icon.icns.itersizes()} == set(ICNS_SIDES)
        for size in icon.icns.itersizes():
            assert looks_like_the_icon(icon.icns.getimage(size).convert("RGBA")), size


def test_linux_needs_no_icon_in_the_file(root: Path) -> None:
    assert application_icon(root, "linux") is None
    assert windows_version(root, __version__, "linux") is None


def test_windows_shows_name_and_version(root: Path) -> None:
    made = windows_version(root, __version__, "win32")
    assert made is not None
    text = Path(made).read_text(encoding="utf-8")
    assert text == windows_version_text(__version__)

    def part(*given: object, **named: object) -> tuple[object, ...]:
        return (*given, named)

    names = ("VSVersionInfo", "FixedFileInfo", "StringFileInfo", "StringTable", "StringStruct", "VarFileInfo")
    told = eval(text, {name: part for name in (*names, "VarStruct")})  # as PyInstaller reads it
    ((about,),) = (told,)
    assert about["ffi"][0] == {"filevers": numbers_of(__version__), "prodvers": numbers_of(__version__)}
    strings = {one[0]: one[1] for table in about["kids"][0][0] for one in table[1]}
    assert strings["ProductName"] == NAME
    assert strings["ProductVersion"] == strings["FileVersion"] == __version__


@pytest.mark.parametrize(
    ("version", "numbers"), [("0.1.0", (0, 1, 0, 0)), ("2.3", (2, 3, 0, 0)), ("1.2.3", (1, 2, 3, 0))]
)
def test_numbers_of_a_version(version: str, numbers: tuple[int, ...]) -> None:
    assert numbers_of(version) == numbers


def test_macos_opens_projects_with_it() -> None:
    plist = info_plist()
    assert plist["CFBundleDisplayName"] == NAME
    types = plist["CFBundleDocumentTypes"]
    assert types[0]["CFBundleTypeExtensions"] == [SUFFIX]
    assert types[0]["CFBundleTypeMIMETypes"] == [FILE_TYPE]


def test_the_version_is_the_same_everywhere() -> None:
    releases = ElementTree.parse(METAINFO).getroot().findall("releases/release")
    assert releases[0].get("version") == __version__
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", releases[0].get("date", ""))
    for name in ("CHANGELOG.md", "CHANGELOG.zh.md"):
        first = re.search(r"^## \[?(\d[\w.]*)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
        assert first is not None
        assert first[1] == __version__, name
    assert 'dynamic = ["version"]' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def entry() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(LINUX / "qvl-desktop.desktop", encoding="utf-8")
    assert parser.sections() == ["Desktop Entry"]
    return parser["Desktop Entry"]


def test_the_menu_entry() -> None:
    told = entry()
    assert told["Type"] == "Application"
    assert told["Name"] == NAME
    assert told["Exec"].split() == [PROGRAM, "%f"]
    assert told["Terminal"] == "false"
    assert told["StartupWMClass"] == told["Icon"] == PROGRAM
    assert FILE_TYPE in told["MimeType"].split(";")
    for key in ("MimeType", "Categories", "Keywords", "Keywords[zh_CN]"):
        assert told[key].endswith(";"), key
    for key in ("GenericName", "Comment", "Keywords"):
        assert re.search(r"[\u4e00-\u9fff]", told[f"{key}[zh_CN]"]), key
    main = {"AudioVideo", "Development", "Education", "Game", "Graphics", "Network", "Office", "Science", "Utility"}
    assert main & set(told["Categories"].split(";"))


def test_the_file_type_is_the_projects() -> None:
    names = {"": "http://www.freedesktop.org/standards/shared-mime-info"}
    root = ElementTree.parse(LINUX / "qvl-desktop.xml").getroot()
    kind = root.find("mime-type", names)
    assert kind is not None
    assert kind.get("type") == FILE_TYPE
    match = kind.find("magic/match", names)
    assert match is not None
    assert int(match.get("value", ""), 16) == schema.APPLICATION_ID
    assert (match.get("type"), match.get("offset")) == ("big32", "68")
    assert [glob.get("pattern") for glob in kind.findall("glob", names)] == [f"*.{SUFFIX}"]


def test_the_software_centre_is_told_the_same() -> None:
    root = ElementTree.parse(METAINFO).getroot()
    assert root.get("type") == "desktop-application"
    assert f"{root.findtext('id')}.metainfo.xml" == METAINFO.name
    assert root.findtext("name") == NAME
    assert root.findtext("launchable") == "qvl-desktop.desktop"
    assert root.findtext("provides/mediatype") == FILE_TYPE
    assert root.findtext("provides/binary") == PROGRAM
    assert "Apache-2.0" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert root.findtext("project_license") == "Apache-2.0"
    for tag in ("summary", "description/p", "description/ul/li"):
        languages = [one.get(XML_LANGUAGE, "en") for one in root.findall(tag)]
        assert languages.count("en") == languages.count("zh-CN") > 0, tag


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="desktop-file-utils is not installed")
def test_the_menu_entry_is_valid() -> None:
    done = subprocess.run(
        ["desktop-file-validate", str(LINUX / "qvl-desktop.desktop")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.skipif(shutil.which("appstreamcli") is None, reason="appstream is not installed")
def test_the_metainfo_is_valid() -> None:
    command = ["appstreamcli", "validate", "--no-net", "--explain", str(METAINFO)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="Linux' menu")
def test_install_and_remove(tmp_path: Path) -> None:
    """From a folder with a blank, Chinese signs and what a shell or sed would take for its own."""
    app = tmp_path / "应用 & apps" / "qvl|desktop"
    share, data = app / "share", tmp_path / "data 数据"
    shutil.copytree(LINUX, share)
    shutil.copy(ROOT / "resources/icons/qvl-desktop.svg", share)
    (app / PROGRAM).touch(mode=0o755)
    environment = os.environ | {"XDG_DATA_HOME": str(data)}
    subprocess.run(["sh", str(share / "install.sh")], check=True, env=environment, cwd="/")
    placed = data / "applications" / "qvl-desktop.desktop"
    line = re.search(r"^Exec=(.*)$", placed.read_text(encoding="utf-8"), re.MULTILINE)
    assert line is not None
    assert line[1] == f'"{app / PROGRAM}" %f'
    kept = {path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()}
    assert {
        "applications/qvl-desktop.desktop", "icons/hicolor/scalable/apps/qvl-desktop.svg",
        "mime/packages/qvl-desktop.xml", f"metainfo/{METAINFO.name}",
    } <= kept  # fmt: skip
    subprocess.run(["sh", str(share / "install.sh"), "--remove"], check=True, env=environment, cwd="/")
    assert not [path for path in data.rglob("*") if path.is_file() and "qvl" in path.name.lower()]
