"""Nothing leaves the machine: commands run in processes that note and refuse every address but this machine's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qvl_desktop.jobs.child import child_command, child_environment
from tests.engine.serving import ROOT
from tests.models import tiny_families

GUARD = """
import atexit, json, os, socket, sys

tried = []

def refuse(original):
    def guarded(self, address, *rest):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1"):
            tried.append(str(address))
            raise OSError(101, "no network here")
        return original(self, address, *rest)
    return guarded

def look_up(host, *rest, **named):
    if host not in (None, "", "localhost", "127.0.0.1", "::1", b"localhost"):
        tried.append(str(host))
        raise socket.gaierror(-2, "no network here")
    return known(host, *rest, **named)

known, socket.getaddrinfo = socket.getaddrinfo, look_up
for name in ("connect", "connect_ex"):
    setattr(socket.socket, name, refuse(getattr(socket.socket, name)))

@atexit.register
def tell():
    hub = sys.modules.get("huggingface_hub.constants")
    said = {"tried": tried, "offline": getattr(hub, "HF_HUB_OFFLINE", None), "torch": "torch" in sys.modules}
    with open(os.environ["GUARD_FILE"], "w") as file:
        json.dump(said, file)
"""
KERNELS = """
def get_kernel(name, **options):
    from huggingface_hub import snapshot_download
    return snapshot_download(name)
"""


def guarded(folder: Path, *command: object) -> tuple[dict[str, object], subprocess.CompletedProcess[str]]:
    """What a command tried, and how it ended. A package `kernels` is there, which `bitsandbytes` asks for more."""
    (folder / "sitecustomize.py").write_text(GUARD)
    (folder / "kernels.py").write_text(KERNELS)
    environment = child_environment(GUARD_FILE=str(folder / "said.json"))
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        environment.pop(name, None)
    environment["PYTHONPATH"] = os.pathsep.join([str(folder), environment.get("PYTHONPATH", "")])
    done = subprocess.run(
        list(map(str, command)), cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    return json.loads((folder / "said.json").read_text()), done


def test_the_guard_notices(tmp_path: Path) -> None:
    code = "import kernels\ntry:\n    kernels.get_kernel('some/kernel')\nexcept Exception as error:\n    print(error)"
    said, _ = guarded(tmp_path, sys.executable, "-c", code)
    assert said["tried"]
    code = "from qvl_desktop.cli import main\nmain(['models'])\n" + code
    said, done = guarded(tmp_path, sys.executable, "-c", code)
    assert said == {"tried": [], "offline": True, "torch": said["torch"]}, done.stderr


@pytest.mark.parametrize(("model", "precision"), [("demo", "nf4"), ("qwen3-vl", "auto")])
def test_predict_without_a_network(model: str, precision: str, pictures: list[Path], tmp_path: Path) -> None:
    folder = model if model == "demo" else tiny_families.make_model(model, tmp_path / model)
    asked = ("--model", folder, "--image", pictures[0], "--prompt", "Find the red circle.", "--max-tokens", 4)
    command = child_command("predict", *map(str, asked), "--precision", precision, "--device", "cpu", "--json")
    said, done = guarded(tmp_path, *command)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["tokens"] >= 1
    assert said == {"tried": [], "offline": True, "torch": True}
