"""The web page as files over HTTP: what is sent, with which headers, and what is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from qvl_desktop.core.resources import resource_path
from qvl_desktop.engine.web import HEADERS, WebPageError, add_web_page, web_files


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = FastAPI()
    add_web_page(app)
    return TestClient(app)


def test_the_page_and_all_its_parts_are_sent_without_a_key(client: TestClient) -> None:
    page = client.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    parts = re.findall(r'(?:src|href)="(/web/[^"]+)"', page.text)
    assert len(parts) >= 3
    for path in resource_path("web").glob("*.js"):
        parts += [f"/web/{name}" for name in re.findall(r'from "\./([^"]+)"', path.read_text(encoding="utf-8"))]
    for part in parts:
        sent = client.get(part)
        assert sent.status_code == 200, part
        assert sent.content == (resource_path("web") / part.removeprefix("/web/")).read_bytes()


def test_every_response_carries_the_headers(client: TestClient) -> None:
    for path in ("/", "/web/app.js", "/web/limits.json", "/web/nothing.js"):
        headers = client.get(path).headers
        assert {name: headers[name] for name in HEADERS} == HEADERS
        assert "access-control-allow-origin" not in headers
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "http:" not in policy


def test_nothing_but_the_page_is_sent(client: TestClient) -> None:
    for name in (
        "../web.py",
        "..%2f..%2fpyproject.toml",
        "%2e%2e/demo_model/config.json",
        "index",
        "app.js%00",
        ".",
        "",
    ):
        assert client.get(f"/web/{name}").status_code in (404, 405), name
    assert client.post("/").status_code == 405
    assert (
        client.get("/", headers={"Origin": "https://elsewhere.invalid"}).headers.get("access-control-allow-origin")
        is None
    )


def test_what_did_not_change_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/web/app.js")
    again = client.get("/web/app.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head("/").content == b""


def test_the_page_asks_for_nothing_from_elsewhere_and_holds_nothing_inline() -> None:
    """No address of another host, no inline script or style, no HTML made from text."""
    for path in resource_path("web").iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://\w", text), path.name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text), (
            path.name
        )
        if path.suffix == ".html":
            assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)", text)
        assert len(text.splitlines()) <= 500, f"{path.name} outgrows a reader"


def test_a_missing_page_is_said(tmp_path: Path) -> None:
    with pytest.raises(WebPageError, match="Install the program again"):
        web_files(tmp_path)
    with pytest.raises(WebPageError):
        web_files(tmp_path / "nowhere")
