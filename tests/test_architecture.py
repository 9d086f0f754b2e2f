"""The house rules that no linter knows: what a process may import, what a layer may use."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "qvl_desktop"
HEAVY = ("torch", "transformers", "peft", "accelerate", "bitsandbytes")


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_the_window_imports_no_torch() -> None:
    loaded = run_python(f"import sys, qvl_desktop.app; print([name for name in {HEAVY!r} if name in sys.modules])")
    assert loaded == "[]"


def test_every_page_can_be_imported_without_torch() -> None:
    loaded = run_python(
        "import sys, pkgutil, importlib, qvl_desktop.gui, qvl_desktop.jobs\n"
        "for package in (qvl_desktop.gui, qvl_desktop.jobs):\n"
        "    for info in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        importlib.import_module(info.name)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    assert loaded == "[]"


HEADLESS = ("core", "formats", "storage", "hubs", "models", "engine", "training", "commands")


@pytest.mark.parametrize("layer", HEADLESS)
def test_layer_works_without_pyside(layer: str) -> None:
    """Everything but the window runs where PySide6 is not installed, as on a server."""
    run_python(
        "import sys, pkgutil, importlib\n"
        "for name in ('PySide6', 'shiboken6', 'pyqtgraph'):\n"
        "    sys.modules[name] = None\n"
        f"import qvl_desktop.{layer} as package\n"
        "for info in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "    importlib.import_module(info.name)\n"
    )


def modules(folder: str) -> list[Path]:
    return sorted((PACKAGE / folder).rglob("*.py"))


def test_jobs_use_no_widgets() -> None:
    for path in modules("jobs"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            assert not any(name.startswith("PySide6.QtWidgets") for name in names), path


def test_every_module_says_what_it_owns() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in modules("")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_file_outgrows_a_reader() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules("")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 500
    }
    assert long == {}
