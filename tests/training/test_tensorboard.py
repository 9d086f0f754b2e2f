"""TensorBoard files, read back record by record."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from qvl_desktop.core.events import Evaluated, Finished, Step
from qvl_desktop.training.tensorboard import TensorBoardFile, crc32c, masked


def test_the_checksum_is_castagnoli() -> None:
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA  # RFC 3720, B.4


def records(path: Path) -> Iterator[bytes]:
    data = path.read_bytes()
    while data:
        length = struct.unpack("<Q", data[:8])[0]
        assert struct.unpack("<I", data[8:12])[0] == masked(crc32c(data[:8]))
        body, check = data[12 : 12 + length], data[12 + length : 16 + length]
        assert struct.unpack("<I", check)[0] == masked(crc32c(body))
        yield body
        data = data[16 + length :]


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message, as the wire format has them."""
    while data:
        key, data = varint(data)
        if key & 7 == 0:
            value, data = varint(data)
            yield key >> 3, value
            continue
        size = {1: 8, 5: 4}.get(key & 7)
        if size is None:
            size, data = varint(data)
        yield key >> 3, data[:size]
        data = data[size:]


def varint(data: bytes) -> tuple[int, bytes]:
    value = shift = 0
    for place, byte in enumerate(data):
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, data[place + 1 :]
    raise AssertionError("cut off")


def read(path: Path) -> list[tuple[int, str, float]]:
    """Step, tag and value of every scalar."""
    found = []
    for body in records(path):
        message = dict(fields(body))
        if 5 not in message:
            continue
        summary, step = message[5], message[2]
        assert isinstance(summary, bytes)
        assert isinstance(step, int)
        for _, value in fields(summary):
            assert isinstance(value, bytes)
            parts = dict(fields(value))
            tag, number = parts[1], parts[2]
            assert isinstance(tag, bytes)
            assert isinstance(number, bytes)
            found.append((step, tag.decode(), struct.unpack("<f", number)[0]))
    return found


def test_what_a_run_tells_is_read_back(tmp_path: Path) -> None:
    file = TensorBoardFile(tmp_path / "tensorboard")
    file(Step(300, 400, 0.5, 1.25, 1e-4, math.nan, seconds=0.5, tokens=100, memory=1 << 20, t=12.5))
    file(Evaluated(300, {"acc50": 0.75, "loss": 0.5}, t=13.0))
    file(Finished(300, "done", "adapter"))
    file(Step(301, 400, 0.5, 9.0, 1e-4, 1.0, seconds=0.5, tokens=100, memory=1))
    first = next(records(file.path))
    assert dict(fields(first))[3] == b"brain.Event:2"
    told = {(step, tag): value for step, tag, value in read(file.path)}
    assert told[300, "train/loss"] == 1.25
    assert told[300, "speed/tokens_per_second"] == 200.0
    assert told[300, "train/learning_rate"] == pytest.approx(1e-4)
    assert told[300, "validation/acc50"] == 0.75
    assert (300, "train/grad_norm") not in told  # no number
    assert (301, "train/loss") not in told  # the run had ended
