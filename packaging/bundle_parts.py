"""What of the environment goes into the frozen app and what stays out.

Owns the lists and rules the spec reads. Does not own the build (`bundle`), the spec (`qvl_desktop.spec`) nor the faces
the app has on each system (`bundle_faces`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
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
    "accelerate", "bitsandbytes", "fastapi", "hf_xet", "networkx", "peft", "qvl_desktop.engine", "qvl_desktop.models",
    "qvl_desktop.training", "safetensors", "starlette", "sympy", "torch", "transformers", "uvicorn",
]  # fmt: skip
"""What only the model half needs. The slim app's children are another installation's; counting tokens and downloads
are its own."""

METADATA = ("pillow", "numpy", "PySide6-Essentials", "tokenizers", "tiktoken", "huggingface_hub", "modelscope-hub")
METADATA_FULL = (
    "torch", "transformers", "peft", "accelerate", "bitsandbytes", "gptqmodel", "safetensors", "fastapi", "uvicorn",
)  # fmt: skip
"""Packages whose version is read from what is installed, by themselves or by the report and `doctor`."""

NOT_SHIPPED = re.compile(
    r"^torch/(include|share|test|bin/(?!torch_shm_manager))"
    r"|^torch/lib/[^/]*\.(a|lib)$"
    r"|^torch/lib/lib(torchbind_test|jitbackend_test|backend_with_compiler|aoti_custom_ops)"
    r"|^PySide6/Qt/(qml|lib/libQt6(Quick|Qml|Pdf|VirtualKeyboard))"
    r"|^PySide6/Qt/plugins/(qmltooling|virtualkeyboard|platforminputcontexts/libqtvirtualkeyboard|imageformats/libqpdf)"
    r"|^PySide6/Qt/plugins/(egldeviceintegrations|generic|platforms/libq(eglfs|linuxfb|minimal|minimalegl|vkkhrdisplay|vnc)\.)"
    r"|^PySide6/Qt/plugins/platformthemes/libqgtk3"
    r"|^PySide6/Qt/translations/(?!qt(base)?_(zh|en))"
    r"|(^|/)__pycache__/"
    r"|^resources/.*\.ts$"
)
"""Paths inside the bundle that are left out: headers, static and test libraries of torch, Qt's declarative half and PDF
reader, screens without a window system, Qt's words in other languages. Qt's GTK theme too: it would load the machine's
GTK beside the libraries of the machine that built the app, and two kinds of one library in a process crash."""

ALWAYS = re.compile(r"^lib(python3|gcc_s|stdc\+\+)")
"""Libraries that are loaded by name and that no other names."""

Entry = tuple[str, str, str]
"""A file of the app as PyInstaller lists it: its path inside, where it comes from, its kind."""


def own_modules(root: Path, without: Iterable[str] = ()) -> list[str]:
    """Every module of `qvl_desktop` below the checkout `root`, but for packages `without`: many are imported late."""
    names = []
    for path in sorted((root / "qvl_desktop").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    left_out = tuple(without)
    return [name for name in names if not any(name == one or name.startswith(f"{one}.") for one in left_out)]


def wanted(path: str, kernels: str = "") -> bool:
    """Whether a file belongs into the app; `path` is relative to the bundle, with slashes. `kernels` is the one library
    for cards that bitsandbytes would load ("" without CUDA), such as "libbitsandbytes_cuda128"."""
    if name := re.search(r"libbitsandbytes_(?:cuda|rocm|xpu)\d*", path):
        return name[0] == kernels
    return not NOT_SHIPPED.search(path)


def needed_libraries(entries: list[Entry], imports: Callable[[str], Iterable[str]]) -> list[Entry]:
    """The entries without shared libraries that nothing loads any more, after `wanted` took out what did.

    Only what was added because something else names it can go: libraries at the top of the app, and Qt's own. `imports`
    gives the paths of the libraries that a file names.
    """
    by_source = {source: (path, source, kind) for path, source, kind in entries if kind != "SYMLINK"}
    waiting = [source for path, source, kind in entries if kind != "SYMLINK" and not _only_named(path)]
    seen = set(waiting)
    while waiting:
        for source in imports(waiting.pop()):
            if source in by_source and source not in seen:
                seen.add(source)
                waiting.append(source)
    kept = {by_source[source][0] for source in seen}
    return [entry for entry in entries if entry[2] == "SYMLINK" or entry[0] in kept]


def without_dangling(entries: list[Entry], there: Iterable[str]) -> list[Entry]:
    """The entries without links to what did not come along; `there` are the paths of all files inside the app."""
    paths = set(there)
    return [entry for entry in entries if entry[2] != "SYMLINK" or _target(entry) in paths]


def _only_named(path: str) -> bool:
    """Whether a file is there for others to load: a library at the top, or of Qt."""
    name = path.rsplit("/", 1)[-1]
    library = name.startswith("lib") and ".so" in name and not ALWAYS.search(name)
    return library and path in (name, f"PySide6/Qt/lib/{name}")


def _target(entry: Entry) -> str:
    """The path inside the app that a link at `entry` stands for."""
    parts: list[str] = []
    for part in [*entry[0].split("/")[:-1], *entry[1].split("/")]:
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
