"""Streaming text: characters whole, stop strings kept in, joined pieces equal to the whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qvl_desktop.engine.text_stream import TextStream


def run(chunks: list[bytes], stop: tuple[str, ...] = ()) -> tuple[list[str], TextStream]:
    stream = TextStream(stop)
    pieces = [stream.feed(chunk) for chunk in chunks]
    return [*pieces, stream.close()], stream


@given(st.text(max_size=40), st.lists(st.integers(1, 4), max_size=200))
def test_any_cut_gives_the_same_text(text: str, cuts: list[int]) -> None:
    data = text.encode("utf-8", "surrogatepass")
    data = data.decode("utf-8", "replace").encode()
    chunks, place = [], 0
    for cut in cuts:
        chunks.append(data[place : place + cut])
        place += cut
    chunks.append(data[place:])
    pieces, _ = run(chunks)
    assert "".join(pieces) == data.decode().strip()
    assert all("\ufffd" not in piece for piece in pieces) or "\ufffd" in data.decode()


def test_a_character_comes_once_it_is_whole() -> None:
    red = "红".encode()
    pieces, _ = run([red[:1], red[1:2], red[2:], b"!"])
    assert pieces == ["", "", "红", "!", ""]


def test_a_broken_end_is_replaced_not_lost() -> None:
    pieces, _ = run([b"ab", "红".encode()[:2]])
    assert "".join(pieces) == "ab\ufffd"


@given(st.text(alphabet="abc ", max_size=30), st.lists(st.text(alphabet="abc", min_size=1, max_size=4), max_size=3))
def test_a_stop_string_never_gets_out(text: str, stops: list[str]) -> None:
    pieces, stream = run([character.encode() for character in text], tuple(stops))
    shown = "".join(pieces)
    assert not any(stop in shown for stop in stops)
    assert text.lstrip().startswith(shown)
    if not any(stop in text for stop in stops):
        assert shown == text.strip()
        assert not any(stop in text.lstrip() for stop in stops)
    assert stream.ended


def test_text_before_a_stop_string_is_told() -> None:
    pieces, stream = run([b"one ST", b"OP two"], ("STOP",))
    assert pieces == ["one", "", ""]
    assert stream.ended
