"""Pictures by URL: only from hosts that were named, wherever names and redirects lead."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from qvl_desktop.engine import fetching
from qvl_desktop.engine.fetching import AllowedHosts, FetchError, PictureTooLargeError, fetch
from tests.engine.serving import request, serving

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def web(answer: Answer) -> Iterator[int]:
    """A server on loopback that answers as told; gives its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def giving(data: bytes) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def leading(where: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", where)
        handler.end_headers()

    return answer


def test_nothing_is_fetched_unless_somebody_said_so() -> None:
    with web(giving(b"picture")) as port:
        for allowed in (AllowedHosts(), AllowedHosts.parse(["example.com"])):
            with pytest.raises(FetchError, match=r"--allow-url 127\.0\.0\.1"):
                fetch(f"http://127.0.0.1:{port}/a.png", allowed, 100)


def test_a_named_host_and_port() -> None:
    with web(giving(b"picture")) as port:
        allowed = AllowedHosts.parse([f"127.0.0.1:{port}"])
        assert fetch(f"http://127.0.0.1:{port}/a.png?x=1", allowed, 100) == b"picture"
        with pytest.raises(FetchError, match="nothing is fetched"):
            fetch(f"http://127.0.0.1:{port + 1}/a.png", allowed, 100)
        with pytest.raises(FetchError, match="nothing is fetched"):
            fetch(f"http://127.0.0.1:{port}/a.png", AllowedHosts.parse(["127.0.0.1"]), 100)
        for disguise in (
            f"http://example.com@127.0.0.2:{port}/",
            f"http://2130706433:{port}/",
            f"http://[::1]:{port}/",
        ):
            with pytest.raises(FetchError, match="nothing is fetched"):
                fetch(disguise, allowed, 100)


def test_a_name_that_leads_inside_is_refused_unless_pinned() -> None:
    with web(giving(b"picture")) as port:
        with pytest.raises(FetchError, match="not public"):
            fetch(f"http://localhost:{port}/", AllowedHosts.parse([f"localhost:{port}"]), 100)
        pinned = AllowedHosts.parse([f"pictures.lan:{port}=127.0.0.1"])
        assert fetch(f"http://pictures.lan:{port}/", pinned, 100) == b"picture"


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "169.254.169.254", "fd00::1", "::ffff:127.0.0.1", "0.0.0.0", "224.0.0.1"]
)
def test_what_is_not_public(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name whose server says so now, or only at the second asking."""
    answers = [[(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))]]
    monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *args, **options: answers[0])
    with pytest.raises(FetchError, match="not public"):
        fetch("http://rebinding.example/", AllowedHosts.parse(["rebinding.example"]), 100)


def test_the_address_that_was_looked_at_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, reached = [], []

    def look_up(name: str, *args: object, **options: object) -> list[object]:
        asked.append(name)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34" if len(asked) == 1 else "127.0.0.1", 80))]

    def connect(address: tuple[str, int], **options: object) -> socket.socket:
        reached.append(address)
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr(fetching.socket, "getaddrinfo", look_up)
    monkeypatch.setattr(fetching.socket, "create_connection", connect)
    with pytest.raises(FetchError, match="refused"):
        fetch("http://rebinding.example/", AllowedHosts.parse(["rebinding.example"]), 100)
    assert reached == [("93.184.216.34", 80)]


def test_redirects_are_looked_at_again() -> None:
    with web(giving(b"inside")) as inner:
        for where in (f"http://localhost:{inner}/", f"http://127.0.0.1:{inner}/", "file:///etc/passwd", "ftp://a/b"):
            with web(leading(where)) as port, pytest.raises(FetchError):
                fetch(f"http://127.0.0.1:{port}/", AllowedHosts.parse([f"127.0.0.1:{port}"]), 100)
    with web(leading("/again")) as port, pytest.raises(FetchError, match="too many redirects"):
        fetch(f"http://127.0.0.1:{port}/", AllowedHosts.parse([f"127.0.0.1:{port}"]), 100)


def test_too_large_with_and_without_a_warning() -> None:
    def announced(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()

    for answer in (giving(b"x" * 1000), announced):
        with web(answer) as port, pytest.raises(PictureTooLargeError):
            fetch(f"http://127.0.0.1:{port}/", AllowedHosts.parse([f"127.0.0.1:{port}"]), 100)


def test_a_host_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "SILENCE", 0.2)
    with web(lambda handler: time.sleep(1)) as port, pytest.raises(FetchError, match="does not give"):
        fetch(f"http://127.0.0.1:{port}/", AllowedHosts.parse([f"127.0.0.1:{port}"]), 100)


@pytest.mark.parametrize("text", ["http://a.example", "a.example/path", "", "a.example=nothing", "a:b", "me@a.example"])
def test_a_host_written_wrongly(text: str) -> None:
    with pytest.raises(FetchError, match="HOST"):
        AllowedHosts.parse([text])


def test_through_the_server(model_folder: Path, pictures: list[Path]) -> None:
    with web(giving(pictures[0].read_bytes())) as port, web(giving(b"<html>no picture</html>")) as other:
        hosts = ["--allow-url", f"127.0.0.1:{port}", "--allow-url", f"127.0.0.1:{other}"]
        with serving("--model", str(model_folder), *hosts) as server:
            reply = server.post(request("hello", f"http://127.0.0.1:{port}/red.png", max_tokens=2))
            assert reply.status_code == 200
            reply = server.post(request("hello", f"http://127.0.0.1:{other}/", max_tokens=2))
            assert (reply.status_code, "not a picture" in reply.text) == (400, True)
            reply = server.post(request("hello", "http://example.com/red.png", max_tokens=2))
            assert (reply.status_code, "--allow-url example.com" in reply.text) == (400, True)
