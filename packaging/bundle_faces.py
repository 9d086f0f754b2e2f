"""The faces of the app on each system: icons, the version that Windows shows, what macOS reads of it.

Owns making them from the one SVG, the one name and the one version. Does not own what goes into the app
(`bundle_parts`), nor Linux' entry and metainfo, which lie written out in `linux/`.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

from PIL import Image

NAME = "QVL Desktop"
PROGRAM = "qvl-desktop"
IDENTIFIER = "org.qvl-desktop.QVLDesktop"
FILE_TYPE = "application/x-qvl-project"
SUFFIX = "qvl"
OLDEST_MACOS = "12.0"
"""What the PySide6 and torch that are asked for run on."""

ICO_SIDES = (16, 20, 24, 32, 40, 48, 64, 96, 128, 256)
"""Windows' list, task bar and Explorer at 100, 125, 150 and 200 %."""
ICNS_SIDES = (32, 64, 128, 256, 512, 1024)
"""16 to 512 points, as macOS shows them on its own screens; Pillow writes no other."""


def application_icon(root: Path, system: str = sys.platform) -> str | None:
    """The icon in the form this system wants, below `build/`; None where program files carry no icon."""
    kinds = {"win32": (".ico", ICO_SIDES), "darwin": (".icns", ICNS_SIDES)}
    if system not in kinds:
        return None
    suffix, sides = kinds[system]
    target = root / "build" / f"{PROGRAM}{suffix}"
    target.parent.mkdir(parents=True, exist_ok=True)
    pictures = [drawn_icon(root / "resources/icons/qvl-desktop.svg", side) for side in sides]
    sizes = [(side, side) for side in sides]
    if suffix == ".ico":
        pictures[-1].save(target, sizes=sizes, append_images=pictures[:-1])
    else:
        pictures[-1].save(target, append_images=pictures[:-1])
    return str(target)


def drawn_icon(svg: Path, side: int) -> Image.Image:
    """The SVG drawn as a square of `side` pixels, RGBA: each size anew, so that small ones are sharp. It holds no
    words, so no application has to be there."""
    from PySide6.QtCore import QBuffer, QRectF, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    picture = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(str(svg)).render(painter, QRectF(0, 0, side, side))
    painter.end()
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    if not picture.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise OSError(f"{svg}: the icon could not be drawn.")
    return Image.open(io.BytesIO(bytes(buffer.data().data()))).convert("RGBA")


def numbers_of(version: str) -> tuple[int, int, int, int]:
    """A version as Windows counts: four numbers."""
    parts = [int(part) for part in version.split(".")[:3]]
    first, second, third, *_ = [*parts, 0, 0, 0]
    return first, second, third, 0


def windows_version_text(version: str) -> str:
    """The version resource of the Windows program, as PyInstaller reads it."""
    numbers = numbers_of(version)
    strings = {
        "CompanyName": NAME,
        "FileDescription": NAME,
        "FileVersion": version,
        "InternalName": PROGRAM,
        "OriginalFilename": f"{PROGRAM}.exe",
        "ProductName": NAME,
        "ProductVersion": version,
    }
    structs = ", ".join(f"StringStruct({name!r}, {value!r})" for name, value in strings.items())
    return (
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}), kids=["
        f"StringFileInfo([StringTable('040904B0', [{structs}])]), "
        "VarFileInfo([VarStruct('Translation', [1033, 1200])])])"
    )


def windows_version(root: Path, version: str, system: str = sys.platform) -> str | None:
    """The file with that text below `build/`; None elsewhere."""
    if system != "win32":
        return None
    target = root / "build" / "windows_version.txt"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(windows_version_text(version), encoding="utf-8")
    return str(target)


def info_plist() -> dict[str, Any]:
    """What macOS reads of the application folder, besides name, identifier and version."""
    return {
        "CFBundleDisplayName": NAME,
        "NSHighResolutionCapable": True,
        "NSRequiresAquaSystemAppearance": False,
        "LSMinimumSystemVersion": OLDEST_MACOS,
        "LSApplicationCategoryType": "public.app-category.graphics-design",
        "CFBundleLocalizations": ["en", "zh-Hans"],
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": f"{NAME} project",
                "CFBundleTypeExtensions": [SUFFIX],
                "CFBundleTypeMIMETypes": [FILE_TYPE],
                "CFBundleTypeRole": "Editor",
                "LSHandlerRank": "Owner",
            },
            {"CFBundleTypeName": "Folder", "LSItemContentTypes": ["public.folder"], "CFBundleTypeRole": "Viewer",
             "LSHandlerRank": "Alternate"},
        ],
    }  # fmt: skip
