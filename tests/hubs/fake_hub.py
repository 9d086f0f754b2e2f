"""A small hub of either kind on loopback, which can be told to misbehave.

Owns the few addresses of Hugging Face and ModelScope that a download needs, as they are documented and as the libraries
ask for them. Its files are those of folders; its faults are used up one request at a time.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class FakeHub:
    """`models` maps OWNER/NAME to a folder. `faults[file]` is a list that requests for a file use up, of:

    "503", "404", "401", "429": that status; "cut:N": break off after N bytes; "stall:N": say nothing after N bytes;
    "lie": other content of the same size; "long": more than was said; "html": a page instead; "redirect": to another
    address of this hub; "elsewhere": go on at another place than asked.
    `ranges` False: `Range` is ignored. `lists` are faults of the list. `token`: who asks must say it. `rate`: bytes a
    second. `hidden`: names that the list does not give hashes of. `extra`: names the list holds though no file does.
    """

    def __init__(self, models: dict[str, Path], *, lfs_from: int = 1024) -> None:
        self.models = models
        self.lfs_from = lfs_from
        self.faults: dict[str, list[str]] = defaultdict(list)
        self.lists: list[str] = []
        self.ranges = True
        self.token = ""
        self.rate = 0
        self.unhashed: set[str] = set()
        self.extra: list[dict[str, Any]] = []
        self.asked: list[tuple[str, str, str]] = []
        self.keys: set[str] = set()
        self.released = threading.Event()
        self.lock = threading.Lock()
        self.url = ""

    def ranges_asked(self, name: str) -> list[str]:
        """The `Range` of each request for a file's content, "" without one."""
        return [span for kind, file, span in self.asked if kind == "file" and file == name]

    def fault(self, name: str) -> str:
        with self.lock:
            return self.faults[name].pop(0) if self.faults[name] else ""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes is no error here."""


@contextmanager
def serving(hub: FakeHub) -> Iterator[FakeHub]:
    """The hub at `hub.url`."""
    server = _Server(("127.0.0.1", 0), _handler(hub))
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(hub: FakeHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            try:
                self._answer()
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        do_HEAD = do_GET

        def _answer(self) -> None:
            address = urlsplit(self.path)
            path, query = unquote(address.path), {key: value[0] for key, value in parse_qs(address.query).items()}
            if path.startswith("/cdn/"):
                _, _, model, name = path.split("/", 3)
                self._file(model.replace("--", "/"), name, redirected=True)
            elif path in ("/api/whoami-v2", "/api/v1/login", "/openapi/v1/users/me"):
                self._who(path)
            elif path.startswith("/api/v1/models/"):
                self._modelscope(path.removeprefix("/api/v1/models/"), query)
            elif path.startswith("/api/models/"):
                model = path.removeprefix("/api/models/").partition("/revision/")[0]
                self._list(model, path.partition("/revision/")[2])
            elif "/resolve/" in path:
                model, _, rest = path.strip("/").partition("/resolve/")
                self._file(model, rest.partition("/")[2])
            else:
                self._status(404)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._who(urlsplit(self.path).path)

        def _who(self, path: str) -> None:
            """Whose key it is."""
            said = self.headers.get("Authorization", "") + self.headers.get("Cookie", "")
            if not hub.token or hub.token not in said:
                self._json({"Code": 401, "Message": "no", "success": False, "error": "no"}, 401)
            elif path == "/api/whoami-v2":
                self._json({"type": "user", "name": "alice", "auth": {"type": "access_token"}})
            elif path == "/api/v1/login":
                body = {"Code": 200, "Success": True, "Data": {"AccessToken": "git", "Username": "alice"}}
                self._json(body, headers={"Set-Cookie": f"m_session_id={hub.token}; Path=/; Max-Age=3600"})
            else:
                self._json({"success": True, "data": {"username": "alice"}, "Data": {"username": "alice"}})

        # Lists

        def _list(self, model: str, revision: str) -> None:
            hub.asked.append(("list", model, revision))
            if not self._allowed() or self._faulty_list():
                return
            if model not in hub.models:
                self._status(401, {"X-Error-Code": "RepoNotFound"})
            elif revision not in ("", "main", COMMIT):
                self._status(404, {"X-Error-Code": "RevisionNotFound"})
            else:
                files = [*map(self._hf_entry, sorted(hub.models[model].iterdir())), *hub.extra]
                body = {"id": model, "modelId": model, "sha": COMMIT, "siblings": files, "private": False, "tags": []}
                self._json({**body, "cardData": {"license": "apache-2.0"}})

        def _hf_entry(self, path: Path) -> dict[str, Any]:
            body = path.read_bytes()
            entry: dict[str, Any] = {"rfilename": path.name, "size": len(body)}
            if path.name in hub.unhashed:
                return entry
            if len(body) >= hub.lfs_from:
                pointer = f"pointer of {path.name}".encode()
                entry["lfs"] = {"sha256": hashlib.sha256(body).hexdigest(), "size": len(body), "pointerSize": 130}
                entry["blobId"] = hashlib.sha1(pointer).hexdigest()
            else:
                entry["blobId"] = hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()
            return entry

        def _modelscope(self, rest: str, query: dict[str, str]) -> None:
            model, _, what = rest.partition("/repo")
            if what == "":
                self._file(model, query.get("FilePath", ""))
                return
            hub.asked.append(("list", model, query.get("Revision", "")))
            if not self._allowed() or self._faulty_list():
                return
            if model not in hub.models or query.get("Revision") not in ("master", COMMIT):
                self._json({"Code": 10010205001, "Message": "the model is not found", "Success": False}, 404)
                return
            files = [self._ms_entry(path) for path in sorted(hub.models[model].iterdir())]
            self._json({"Code": 200, "Data": {"Files": [*files, *hub.extra]}, "Message": "success", "Success": True})

        def _ms_entry(self, path: Path) -> dict[str, Any]:
            body = path.read_bytes()
            entry = {"Name": path.name, "Path": path.name, "Type": "blob", "Size": len(body), "Revision": COMMIT}
            entry["CommittedDate"] = 1_700_000_000
            return entry if path.name in hub.unhashed else {**entry, "Sha256": hashlib.sha256(body).hexdigest()}

        def _faulty_list(self) -> bool:
            fault = hub.lists.pop(0) if hub.lists else ""
            if fault == "html":
                self._page()
            elif fault:
                self._status(int(fault))
            return bool(fault)

        # Files

        def _file(self, model: str, name: str, *, redirected: bool = False) -> None:
            span = self.headers.get("Range", "")
            hub.asked.append(("cdn" if redirected else "file", name, span))
            path = hub.models.get(model, Path("/nonexistent")) / name
            if not redirected and not self._allowed():
                return
            if redirected and self.headers.get("Authorization"):
                raise AssertionError("the key was sent to another host")
            fault = hub.fault(name)
            if not path.is_file() or fault == "404":
                self._status(404)
            elif fault.isdigit():
                self._status(int(fault), {"Retry-After": "0"})
            elif fault == "html":
                self._page()
            elif fault == "redirect":
                self._status(302, {"Location": f"/cdn/{model.replace('/', '--')}/{name}"})
            else:
                self._content(path.read_bytes(), span, fault)

        def _content(self, body: bytes, span: str, fault: str) -> None:
            begin = int(span.removeprefix("bytes=").partition("-")[0]) if span and hub.ranges else 0
            if begin >= len(body) and begin:
                self._status(416)
                return
            if fault == "lie":
                body = bytes([body[0] ^ 1]) + body[1:] if not begin else body[:-1] + bytes([body[-1] ^ 1])
            told = 0 if fault == "elsewhere" else begin
            rest = body[begin:]
            self.send_response(206 if span and hub.ranges else 200)
            if span and hub.ranges:
                self.send_header("Content-Range", f"bytes {told}-{len(body) - 1}/{len(body)}")
            if fault == "long":
                rest += b"more and more" * 1000
                self.send_header("Connection", "close")
                self.close_connection = True
            else:
                self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            if self.command == "HEAD":
                return
            kind, _, count = fault.partition(":")
            end = int(count) if kind in ("cut", "stall") else len(rest)
            self._send(rest[:end])
            if kind == "stall":
                hub.released.wait(20)
            if kind in ("cut", "stall"):
                self.close_connection = True
                self.connection.close()

        def _send(self, body: bytes) -> None:
            step = max(1, hub.rate // 20) if hub.rate else len(body) or 1
            for place in range(0, len(body), step):
                self.wfile.write(body[place : place + step])
                self.wfile.flush()
                if hub.rate and hub.released.wait(0.05):
                    return

        # Small things

        def _allowed(self) -> bool:
            said = self.headers.get("Authorization", "") + self.headers.get("Cookie", "")
            hub.keys.add(said)
            if hub.token and hub.token not in said:
                self._status(401, {"X-Error-Code": "GatedRepo"})
                return False
            return True

        def _status(self, status: int, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _json(self, body: object, status: int = 200, headers: dict[str, str] | None = None) -> None:
            self._body(json.dumps(body).encode(), "application/json", status, headers)

        def _page(self) -> None:
            self._body(b"<html>Please log in to this network</html>", "text/html")

        def _body(self, data: bytes, kind: str, status: int = 200, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

    return Handler
