"""The spec and what goes into the packed app, without building it."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import bundle
import pytest
from bundle_parts import (
    EXCLUDED,
    EXCLUDED_SLIM,
    METADATA,
    METADATA_FULL,
    needed_libraries,
    own_modules,
    wanted,
    without_dangling,
)
from cuda import TORCH

from qvl_desktop import __version__, cli
from qvl_desktop.commands.doctor_facts import MODEL_HALF, kernels_for
from qvl_desktop.core.resources import SHIPPED, SHIPPED_FROM_ELSEWHERE, missing_resources
from qvl_desktop.jobs.support_report import PACKAGES

ROOT = Path(__file__).resolve().parents[2]
APP_HALF = ("app", "cli", "gui", "jobs", "storage", "hubs", "formats", "core")


@cache
def spec(edition: str) -> dict[str, Any]:
    """What the spec gives PyInstaller."""
    reader = Path(__file__).with_name("read_spec.py")
    done = subprocess.run([sys.executable, str(reader), edition], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, late or not."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def excluded_by(names: list[str], module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)


@pytest.mark.parametrize("edition", ["full", "slim"])
def test_every_named_module_is_there(edition: str) -> None:
    hidden = spec(edition)["Analysis"]["hiddenimports"]
    lost = [name for name in set(hidden) if importlib.util.find_spec(name) is None]
    assert lost == []
    assert {f"qvl_desktop.commands.{cli._FILES.get(name, name)}" for name in cli.COMMANDS} <= set(hidden)


def test_the_editions_differ_by_the_model_half() -> None:
    full, slim = (set(spec(edition)["Analysis"]["hiddenimports"]) for edition in ("full", "slim"))
    assert set(own_modules(ROOT)) <= full
    away = {name for name in full - slim if name.startswith("qvl_desktop.")}
    assert {name.split(".")[1] for name in away} == {"engine", "models", "training"}
    assert "torch" in spec("slim")["Analysis"]["excludes"]
    assert "torch" not in spec("full")["Analysis"]["excludes"]


@pytest.mark.parametrize("edition", ["full", "slim"])
def test_what_the_app_half_imports_is_never_left_out(edition: str) -> None:
    """Late imports too: they fail only when somebody comes to that place."""
    left_out = EXCLUDED + (EXCLUDED_SLIM if edition == "slim" else [])
    wrong = []
    for part in APP_HALF:
        place = ROOT / "qvl_desktop" / part
        for path in sorted(place.rglob("*.py")) or [place.with_suffix(".py")]:
            wrong += [f"{path.relative_to(ROOT)}: {name}" for name in imports(path) if excluded_by(left_out, name)]
    assert wrong == []


def test_what_the_model_half_imports_is_in_the_full_edition() -> None:
    wrong = []
    for part in ("commands", "engine", "models", "training"):
        for path in sorted((ROOT / "qvl_desktop" / part).rglob("*.py")):
            wrong += [f"{path.relative_to(ROOT)}: {name}" for name in imports(path) if excluded_by(EXCLUDED, name)]
    assert wrong == []


@pytest.mark.parametrize("edition", ["full", "slim"])
def test_every_file_the_program_opens_is_shipped(edition: str) -> None:
    places = [(Path(source), target) for source, target in spec(edition)["Analysis"]["datas"]]
    assert all(source.exists() for source, _ in places)

    def shipped(place: str, target: str) -> bool:
        return any(
            (source / Path(place).relative_to(source.relative_to(ROOT))).exists() if source.is_dir() else True
            for source, where in places
            if source.is_relative_to(ROOT)
            and Path(place).is_relative_to(source.relative_to(ROOT))
            and Path(target).parent.as_posix().startswith(where)
        )

    for pattern in SHIPPED:
        found = [path.relative_to(ROOT).as_posix() for path in (ROOT / "resources").glob(pattern)]
        assert found, pattern
        assert shipped(found[0], found[0]), pattern
    for target, pattern in SHIPPED_FROM_ELSEWHERE.items():
        found = [path.relative_to(ROOT).as_posix() for path in ROOT.glob(pattern)]
        assert found, pattern
        assert shipped(found[0], f"resources/{target}"), pattern
    assert missing_resources() == []


def test_every_named_resource_is_on_the_list() -> None:
    """Each `resource_path("...")` of the program names something that the list of shipped files knows."""
    patterns = (*SHIPPED, *SHIPPED_FROM_ELSEWHERE)
    folders = {str(parent) for pattern in patterns for parent in Path(pattern).parents}
    unknown = []
    for path in sorted((ROOT / "qvl_desktop").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "resource_path":
                name = "/".join(str(one.value) for one in node.args if isinstance(one, ast.Constant))
                if name and name not in folders and not any(Path(name).match(pattern) for pattern in patterns):
                    unknown.append(f"{path.name}:{node.lineno}: {name}")
    assert unknown == []


def test_versions_can_be_told() -> None:
    """Whatever the report or doctor tells the version of has its metadata inside."""
    told = {name.lower() for name in (*PACKAGES, *MODEL_HALF)}
    assert told <= {name.lower() for name in (*METADATA, *METADATA_FULL)}
    inside = {Path(target).name.partition("-")[0].lower() for _, target in spec("full")["Analysis"]["datas"]}
    for name in told:
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
        assert name.replace("-", "_") in inside, name


def test_what_stays_out() -> None:
    out = (
        "torch/include/ATen/ATen.h", "torch/lib/libfoo.a", "torch/bin/protoc", "torch/lib/libtorchbind_test.so",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so", "PySide6/Qt/plugins/platforms/libqeglfs.so",
        "PySide6/Qt/translations/qtbase_de.qm", "PySide6/Qt/qml/QtQuick/x.qml", "resources/translations/qvl_zh_CN.ts",
        "bitsandbytes/libbitsandbytes_cuda126.so", "bitsandbytes/libbitsandbytes_rocm64.so",
    )  # fmt: skip
    into = (
        "torch/bin/torch_shm_manager", "torch/lib/libtorch_cpu.so", "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqwayland.so", "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/Qt/plugins/platforminputcontexts/libibusplatforminputcontextplugin.so",
        "PySide6/Qt/plugins/platforms/qwindows.dll", "PySide6/Qt/translations/qtbase_zh_CN.qm",
        "resources/translations/qvl_zh_CN.qm", "bitsandbytes/libbitsandbytes_cpu.so", "transformers/testing_utils.py",
    )  # fmt: skip
    assert [path for path in out if wanted(path)] == []
    assert [path for path in into if not wanted(path)] == []
    assert wanted("bitsandbytes/libbitsandbytes_cuda128.so", "libbitsandbytes_cuda128")
    assert wanted("bitsandbytes/libbitsandbytes_cuda128.dll", "libbitsandbytes_cuda128")
    assert not wanted("bitsandbytes/libbitsandbytes_cuda12.so", "libbitsandbytes_cuda128")


@pytest.mark.parametrize(
    ("cuda", "best"),
    [("12.8", "12.8"), ("12.9", "12.8"), ("12.0", "12.1"), ("13.0", "13.0"), ("13.9", "13.2"), ("14.0", ""), ("", "")],
)
def test_the_kernels_that_bitsandbytes_would_take(cuda: str, best: str) -> None:
    names = [f"libbitsandbytes_cuda{number}.so" for number in (118, 121, 124, 126, 128, 130, 132)]
    assert kernels_for(cuda, names) == best
    assert kernels_for(cuda, [name.replace(".so", ".dll") for name in names]) == best


def test_only_libraries_that_something_loads_come_along() -> None:
    entries = [
        ("app/_ext.so", "/s/_ext.so", "EXTENSION"),
        ("libpython3.11.so.1.0", "/s/libpython3.11.so.1.0", "BINARY"),
        ("libneeded.so.1", "/s/libneeded.so.1", "BINARY"),
        ("libdeeper.so.1", "/s/libdeeper.so.1", "BINARY"),
        ("libgone.so.1", "/s/libgone.so.1", "BINARY"),
        ("PySide6/Qt/lib/libQt6Egl.so.6", "/s/libQt6Egl.so.6", "BINARY"),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", "/s/libqxcb.so", "BINARY"),
        ("nvidia/cudnn/lib/libcudnn.so.9", "/s/libcudnn.so.9", "BINARY"),
        ("libQt6Egl.so.6", "PySide6/Qt/lib/libQt6Egl.so.6", "SYMLINK"),
        ("libcudnn.so.9", "nvidia/cudnn/lib/libcudnn.so.9", "SYMLINK"),
    ]
    names = {"/s/_ext.so": ["/s/libneeded.so.1", "/lib/libc.so.6"], "/s/libneeded.so.1": ["/s/libdeeper.so.1"]}
    kept = needed_libraries(entries, lambda path: names.get(path, []))
    assert {entry[0] for entry in kept if entry[2] != "SYMLINK"} == {
        "app/_ext.so", "libpython3.11.so.1.0", "libneeded.so.1", "libdeeper.so.1", "nvidia/cudnn/lib/libcudnn.so.9",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
    }  # fmt: skip
    inside = [entry[0] for entry in kept if entry[2] != "SYMLINK"]
    assert [entry[0] for entry in without_dangling(kept, inside) if entry[2] == "SYMLINK"] == ["libcudnn.so.9"]


@pytest.mark.parametrize("system", ["linux", "win32"])
def test_an_archive_and_its_sum(system: str, tmp_path: Path) -> None:
    folder = tmp_path / "dist" / "slim" / "qvl-desktop"
    (folder / "_internal" / "资源").mkdir(parents=True)
    (folder / "qvl-desktop").write_text("#!/bin/sh\n", encoding="ascii")
    (folder / "qvl-desktop").chmod(0o755)
    (folder / "_internal" / "资源" / "文件 1.txt").write_text("字", encoding="utf-8")
    archive = bundle.pack(folder, "slim", system)
    assert archive.parent == tmp_path / "dist"
    assert archive.name.startswith(f"qvl-desktop-{__version__}-slim-{'windows' if system == 'win32' else 'linux'}-")
    name, digest = bundle.write_checksum(archive).read_text(encoding="ascii").split()[::-1]
    assert name == archive.name
    assert digest == hashlib.sha256(archive.read_bytes()).hexdigest()
    out = tmp_path / "别处 elsewhere"
    if system == "win32":
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(out)
    else:
        with tarfile.open(archive) as packed_tar:
            packed_tar.extractall(out, filter="tar")
            assert {entry.uname for entry in packed_tar.getmembers()} == {""}
        assert (next(out.iterdir()) / "qvl-desktop").stat().st_mode & 0o111
    (top,) = out.iterdir()
    assert (top / "_internal" / "资源" / "文件 1.txt").read_text(encoding="utf-8") == "字"


def test_the_cuda_script_says_what_it_would_do(tmp_path: Path) -> None:
    def dry(*words: str) -> tuple[int, str]:
        command = [sys.executable, str(ROOT / "packaging" / "cuda.py"), "--dry-run", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
        return done.returncode, done.stdout

    code, said = dry("12.8", "--index", "https://example.org/cu128")
    assert code == 0
    assert f"install --index-url https://example.org/cu128 '{TORCH}'" in said
    assert said.index("-m venv") < said.index(TORCH) < said.index("[bundle]") < said.index("bundle.py")
    code, said = dry("12.6", "--gptq", "--no-archive")
    assert code == 0
    assert "--index-url" not in said
    assert "[bundle,gptq]" in said
    assert "--no-archive" in said
    assert [dry(*words)[0] for words in (("twelve",), ("12",), ())] == [2, 2, 2]
    assert not list(tmp_path.iterdir())
    assert f'"{TORCH}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
