"""The user's servers: kept with the settings, keys readable by nobody else, broken entries passed over."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from qvl_desktop.storage.servers import Server, keep_servers, key_of, known_servers
from qvl_desktop.storage.settings import Settings


def test_servers_are_kept_with_their_keys(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.json")
    one = Server("http://10.0.0.2:8000/v1", "Qwen/Qwen2.5-VL-7B", "qwen2.5-vl", "secret")
    keep_servers(settings, [one, Server("https://x.example/v1", "m"), one])
    again = Settings(tmp_path / "settings.json")
    assert known_servers(again) == [one, Server("https://x.example/v1", "m")]
    assert key_of(again, one.url) == "secret"
    assert one.name == "Qwen/Qwen2.5-VL-7B @ 10.0.0.2:8000"
    assert "secret" not in repr(one.answerer)
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "settings.json").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("server", "problem"),
    [
        (Server("http://x/v1", "m"), ""),
        (Server("x/v1", "m"), "url"),
        (Server("file:///etc/passwd", "m"), "url"),
        (Server("http://x/v1", " "), "model"),
        (Server("http://x/v1", "m", "gpt"), "dialect"),
    ],
)
def test_what_is_wrong_with_a_server(server: Server, problem: str, tmp_path: Path) -> None:
    assert server.problem == problem
    settings = Settings(tmp_path / "settings.json")
    keep_servers(settings, [server])
    assert known_servers(settings) == ([] if problem else [server])
