"""`qvl-desktop download` as people type it, and the model it brought, used with the network cut."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from qvl_desktop import cli
from qvl_desktop.core.known_models import KNOWN, known_model
from qvl_desktop.core.model_needs import needs_of
from qvl_desktop.core.resources import resource_path
from qvl_desktop.jobs.child import child_command, child_environment
from qvl_desktop.models.errors import ModelLoadError
from qvl_desktop.models.names import resolve_model
from tests.hubs.conftest import REPO, SHARD
from tests.hubs.fake_hub import FakeHub, serving

DEMO = "Qwen/Qwen-VL-Chat"


@pytest.fixture
def demo_hub() -> Iterator[FakeHub]:
    """The shipped model under the name of the real one."""
    with serving(FakeHub({DEMO: resource_path("demo_model")})) as hub:
        yield hub


def test_a_name_then_the_size_then_the_folder(hub: FakeHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    to = ["--endpoint", hub.url, "--to", str(tmp_path / "m")]
    assert cli.main(["download", REPO, *to, "--size", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["bytes"] > 500_000
    assert said["fits"] is True
    assert said["free"] > said["bytes"]
    assert not (tmp_path / "m").exists()
    assert cli.main(["download", REPO, *to]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "m" / "Tiny-VL")
    assert cli.main(["download", "Tiny-VL", "--check"]) == 0
    assert "as the hub had it" in capsys.readouterr().out
    (tmp_path / "m" / "Tiny-VL" / SHARD).write_bytes(b"")
    assert cli.main(["download", "Tiny-VL", "--check"]) == 1
    assert f"damaged: {SHARD}" in capsys.readouterr().out


def test_errors_are_one_sentence(hub: FakeHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["download", "nothing", "--to", str(tmp_path)]) == 1
    assert "name a known model" in capsys.readouterr().err
    hub.faults[SHARD] = ["503"] * 9
    assert cli.main(["download", REPO, "--endpoint", hub.url, "--to", str(tmp_path), "--retries", "0"]) == 1
    error = capsys.readouterr().err
    assert "Traceback" not in error
    assert "HTTP 503" in error


@pytest.mark.parametrize("source", ["hf", "modelscope"])
def test_a_key_is_kept_where_the_library_keeps_it(hub: FakeHub, tmp_path: Path, source: str, own_home: Path) -> None:
    hub.token = "secret-key"
    place = ["--source", source, "--endpoint", hub.url]
    environment = child_environment(HF_HOME=str(own_home / "hf"))

    def say(*arguments: str, key: str = "") -> subprocess.CompletedProcess[bytes]:
        command = child_command("download", *arguments, *place)
        return subprocess.run(command, input=key.encode(), env=environment, capture_output=True, check=False)

    refused = say("--login", key="wrong-key\n")
    assert refused.returncode == 1
    assert b"does not accept this key" in refused.stderr
    accepted = say("--login", key="secret-key\n")
    assert accepted.returncode == 0, accepted.stderr
    assert b"as alice" in accepted.stdout
    assert b"secret" not in accepted.stdout + accepted.stderr
    fetched = say(REPO, "--to", str(tmp_path / "m"))
    assert fetched.returncode == 0, fetched.stderr
    if source == "hf" and sys.platform != "win32":
        assert (own_home / "hf" / "token").stat().st_mode & 0o777 == 0o600


def test_the_mirror_of_the_environment(hub: FakeHub, tmp_path: Path) -> None:
    for name, source in (("HF_ENDPOINT", "hf"), ("MODELSCOPE_ENDPOINT", "modelscope")):
        command = child_command("download", REPO, "--source", source, "--to", str(tmp_path / source))
        done = subprocess.run(command, env=child_environment(**{name: hub.url}), capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / source / "Tiny-VL" / SHARD).is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_ctrl_c_and_the_same_command_again(hub: FakeHub, tmp_path: Path) -> None:
    hub.rate = 100_000
    command = child_command("download", REPO, "--endpoint", hub.url, "--to", str(tmp_path))
    process = subprocess.Popen(
        command,
        env=child_environment(),
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # ignored in a shell's background
    )
    part = tmp_path / "Tiny-VL" / ".parts" / f"{SHARD}.part"
    end = time.monotonic() + 20
    while not (part.is_file() and part.stat().st_size > 20_000):
        assert time.monotonic() < end
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGINT)
    assert process.stderr is not None
    error = process.stderr.read().decode()
    assert process.wait(20) == 1
    assert "goes on from here" in error
    hub.rate = 0
    assert subprocess.run(command, env=child_environment(), capture_output=True, check=False).returncode == 0
    assert hub.ranges_asked(SHARD)[-1].startswith("bytes=")


CUT = """
import socket, sys
def refuse(*args, **kwargs):
    print("asked the network", file=sys.stderr)
    raise OSError("the network is cut")
socket.getaddrinfo = socket.create_connection = refuse
socket.socket.connect = socket.socket.connect_ex = refuse
from qvl_desktop.cli import main
raise SystemExit(main(sys.argv[1:]))
"""


def test_offline_afterwards(demo_hub: FakeHub, tmp_path: Path) -> None:
    """The model is loaded and asked by its name in a process that cannot open a connection at all."""
    name = known_model(DEMO)
    assert name is not None
    download = child_command("download", name.name, "--endpoint", demo_hub.url)
    done = subprocess.run(download, env=child_environment(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    picture = tmp_path / "picture.png"
    Image.new("RGB", (64, 48), "red").save(picture)
    question = ["--image", str(picture), "--prompt", "Find the cat.", "--max-tokens", "8"]
    for command in (
        ["predict", "--model", name.name, *question],
        ["models", "--json"],
        ["download", name.name, "--check"],
    ):
        done = subprocess.run(
            [sys.executable, "-c", CUT, *command], env=child_environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "asked the network" not in done.stderr
    assert str(Path(os.environ["QVL_CONFIG_DIR"]) / "data" / "models" / name.name) in done.stdout


def test_a_known_name_that_is_not_here_says_how_to_fetch_it() -> None:
    with pytest.raises(ModelLoadError, match="qvl-desktop download Qwen2-VL-2B-Instruct"):
        resolve_model("Qwen2-VL-2B-Instruct")
    with pytest.raises(ModelLoadError, match="no such model folder"):
        resolve_model("Qwen9")


def test_the_known_models_are_listed_with_figures_that_agree(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["download", "--json"]) == 0
    listed = {body["name"]: body for body in json.loads(capsys.readouterr().out)}
    assert list(listed) == [model.name for model in KNOWN]
    assert listed["Qwen-VL-Chat"]["parameters"] == 9_656_935_168, "FIELD: 9.657 B"
    for model in KNOWN:
        needs = needs_of(model)
        assert (needs is None) == (model.shape is None)
        if needs is not None:
            assert model.size < needs.chat < model.size + 3 * 2**30
            assert needs.qlora < needs.chat
            assert needs.lora == 0 or needs.qlora < needs.lora < 3 * model.size
