"""What of the environment stays out of the frozen app, and its icon and version for each system.

Owns the lists the spec reads and the making of .ico, .icns and the Windows version resource from the one SVG and the
one version. Does not own the build (`bundle`) or the spec (`qvl_desktop.spec`).
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

EXCLUDED = [
    # For building and testing.
    "IPython", "PyInstaller", "_pytest", "hypothesis", "mypy", "pip", "pytest", "pytestqt", "ruff", "setuptools",
    "grimp", "importlinter", "playwright", "wheel",
    # Other windows and plots that libraries would use if they were there.
    "PyQt5", "PyQt6", "PySide2", "matplotlib", "pandas", "scipy", "sklearn", "tkinter", "torchaudio", "torchvision",
    # Parts of libraries that nothing here reaches.
    "OpenSSL", "cryptography", "deepspeed", "onnx", "onnxruntime", "pyqtgraph.examples", "pyqtgraph.opengl",
    "tensorboard", "tensorflow", "torch.utils.benchmark", "torch.utils.tensorboard", "triton.tools",
]  # fmt: skip

EXCLUDED_SLIM = [
    "accelerate", "bitsandbytes", "fastapi", "hf_xet", "huggingface_hub", "networkx", "peft", "qvl_desktop.engine",
    "qvl_desktop.models", "qvl_desktop.training", "safetensors", "starlette", "sympy", "tiktoken", "tokenizers",
    "torch", "transformers", "uvicorn",
]  # fmt: skip
"""What only the model half needs. The slim app's children are another installation's."""

NOT_SHIPPED = re.compile(
    r"^torch/(include|share|test|bin/(?!torch_shm_manager))"
    r"|^torch/lib/[^/]*\.(a|lib)$"
    r"|^PySide6/Qt/(qml|lib/libQt6(Quick|Qml|Pdf|VirtualKeyboard))"
    r"|^PySide6/Qt/plugins/(qmltooling|virtualkeyboard|platforminputcontexts/libqtvirtualkeyboard|imageformats/libqpdf)"
    r"|^PySide6/Qt/translations/(?!qt(base)?_(zh|en))"
    r"|(^|/)__pycache__/"
    r"|^resources/.*\.ts$"
)
"""Paths inside the bundle that are left out: headers and static libraries of torch, Qt's declarative half and PDF
reader, Qt's words in other languages."""


def wanted(path: str, cuda: str | None) -> bool:
    """Whether a file belongs into the app; `path` is relative to the bundle, with slashes. `cuda` is the version torch
    was built for: of bitsandbytes' libraries only that one can be used, and none without CUDA."""
    kernels = re.search(r"libbitsandbytes_(cuda|rocm|xpu)(\d*)", path)
    if kernels:
        return cuda is not None and kernels[1] == "cuda" and kernels[2] == cuda.replace(".", "")
    return not NOT_SHIPPED.search(path)


def application_icon(root: Path) -> str | None:
    """The icon in the form this system wants, made from the SVG below `build/`; None where files carry no icon."""
    suffix = {"win32": ".ico", "darwin": ".icns"}.get(sys.platform)
    if suffix is None:
        return None
    target = root / "build" / f"qvl-desktop{suffix}"
    target.parent.mkdir(parents=True, exist_ok=True)
    picture = render_icon(root / "resources/icons/qvl-desktop.svg", root / "build/qvl-desktop.png", 1024)
    from PIL import Image

    with Image.open(picture) as image:
        if suffix == ".ico":
            image.save(target, sizes=[(side, side) for side in (16, 24, 32, 48, 64, 128, 256)])
        else:
            image.save(target)
    return str(target)


def render_icon(svg: Path, png: Path, side: int) -> Path:
    """Draw the SVG as a square PNG of `side` pixels."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QSize
    from PySide6.QtGui import QGuiApplication, QIcon

    application = QGuiApplication.instance() or QGuiApplication([])
    png.parent.mkdir(parents=True, exist_ok=True)
    if not QIcon(str(svg)).pixmap(QSize(side, side), 1.0).save(str(png)):
        raise OSError(f"{png}: the icon could not be written.")
    del application
    return png


def windows_version(root: Path, version: str) -> str | None:
    """The version resource of the Windows program as a file below `build/`; None elsewhere."""
    if sys.platform != "win32":
        return None
    numbers = tuple((*(int(part) for part in version.split(".")[:3]), 0, 0, 0))[:4]
    strings = {
        "CompanyName": "QVL Desktop",
        "FileDescription": "QVL Desktop",
        "FileVersion": version,
        "InternalName": "qvl-desktop",
        "OriginalFilename": "qvl-desktop.exe",
        "ProductName": "QVL Desktop",
        "ProductVersion": version,
    }
    structs = ", ".join(f"StringStruct({name!r}, {value!r})" for name, value in strings.items())
    target = root / "build" / "windows_version.txt"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}), kids=["
        f"StringFileInfo([StringTable('040904B0', [{structs}])]), "
        "VarFileInfo([VarStruct('Translation', [1033, 1200])])])",
        encoding="utf-8",
    )
    return str(target)
