"""Starts real `serve` children for tests and ends them."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Served:
    """A listening server and how to reach it."""

    process: subprocess.Popen[str]
    url: str
    key: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def post(self, body: dict[str, Any], **options: Any) -> httpx.Response:
        return httpx.post(f"{self.url}/chat/completions", json=body, headers=self.headers, timeout=60, **options)


def serve_command(*args: str) -> list[str]:
    return [sys.executable, "-m", "qvl_desktop", "serve", *args]


@contextmanager
def serving(*args: str, environment: Mapping[str, str] | None = None) -> Iterator[Served]:
    """A server on a free port of the loopback address, in a process of its own."""
    process = subprocess.Popen(
        serve_command("--die-with-parent", *args),
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        event = json.loads(line)
        yield Served(process, event["url"], event["key"])
    finally:
        process.stdin.close()
        assert process.wait(10) == 0, "a child ends when its parent's end of stdin closes"
        process.stdout.close()
        process.stderr.close()


def data_url(path: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()


def user_message(words: str, *urls: str) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    return {"role": "user", "content": [*parts, {"type": "text", "text": words}]}


def request(words: str, *urls: str, **fields: Any) -> dict[str, Any]:
    return {"model": "base", "messages": [user_message(words, *urls)], **fields}
