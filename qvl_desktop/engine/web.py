"""The page that people on the network chat on: fixed files, sent as they are.

Owns which files there are, their addresses and the headers that keep the page to itself. Does not own the chat's
protocol (`server`): the page is one more client of it, with a key its user types in. The files hold no secret and are
sent without a key.

`GET /` is the page, `GET /web/NAME` its parts, `GET /web/limits.json` what a request may hold.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import Response

from qvl_desktop.core.chat_protocol import MAX_BODY_BYTES, MAX_PICTURE_BYTES
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.resources import resource_path
from qvl_desktop.engine.requests import MAX_PICTURES

PAGE = "index.html"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""Nothing from elsewhere, nothing inline, and no text that becomes HTML or a script."""

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-cache",
}


class WebPageError(QvlError):
    """The page's files are missing."""


@dataclass(frozen=True, slots=True)
class WebFile:
    """One file as it is sent; `tag` names its content."""

    body: bytes
    kind: str
    tag: str

    @classmethod
    def of(cls, body: bytes, suffix: str) -> WebFile:
        return cls(body, _TYPES[suffix], f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"')


def web_files(folder: Path | None = None) -> dict[str, WebFile]:
    """The page's files by name, read once: what is asked for later is looked up here and never becomes a path.

    Raises `WebPageError` when the page is not there.
    """
    place = folder or resource_path("web")
    try:
        files = {
            path.name: WebFile.of(path.read_bytes(), path.suffix)
            for path in sorted(place.iterdir())
            if path.is_file() and path.suffix in _TYPES
        }
        page = files[PAGE]
    except (OSError, KeyError) as error:
        raise WebPageError(
            QT_TRANSLATE_NOOP("errors", "{folder}: the files of the web page are missing. Install the program again."),
            folder=place,
        ) from error
    limits = {"body_bytes": MAX_BODY_BYTES, "picture_bytes": MAX_PICTURE_BYTES, "pictures": MAX_PICTURES}
    return {**files, "": page, "limits.json": WebFile.of(json.dumps(limits).encode(), ".json")}


def add_web_page(app: FastAPI) -> None:
    """Put the page on the server's front. Raises `WebPageError`."""
    files = web_files()

    def send(name: str, request: Request) -> Response:
        found = files.get(name)
        if found is None:
            return Response("Not found", 404, HEADERS, "text/plain")
        headers = {**HEADERS, "ETag": found.tag}
        if request.headers.get("if-none-match") == found.tag:
            return Response(status_code=304, headers=headers)
        return Response(found.body, 200, headers, found.kind)

    @app.api_route("/", methods=["GET", "HEAD"])
    async def page(request: Request) -> Response:
        return send("", request)

    @app.api_route("/web/{name}", methods=["GET", "HEAD"])
    async def part(name: str, request: Request) -> Response:
        return send(name, request)
