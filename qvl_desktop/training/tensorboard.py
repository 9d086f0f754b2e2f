"""The curves of a run as a TensorBoard file.

Owns the file format, as far as scalars need it, and which events become which curves. Does not own the events
(`core.events`) nor when they are written.

The format: a file of TFRecords, each an 8-byte little-endian length, the masked CRC-32C of the length, the bytes, and
the masked CRC-32C of the bytes. The bytes are an `Event` message of TensorFlow's `event.proto`: wall_time (field 1,
double), step (2, int64), file_version (3, string) or summary (5) of values (1), each with a tag (1, string) and a
simple_value (2, float).
"""

from __future__ import annotations

import contextlib
import math
import socket
import struct
import time
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from qvl_desktop.core.events import Evaluated, Event, Failed, Finished, Step

_POLYNOMIAL = 0x82F63B78
_MASK = 0xA282EAD8


def _crc_table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return tuple(table)


_TABLE = _crc_table()


def crc32c(data: bytes) -> int:
    """The Castagnoli checksum."""
    value = 0xFFFFFFFF
    for byte in data:
        value = _TABLE[(value ^ byte) & 0xFF] ^ value >> 8
    return value ^ 0xFFFFFFFF


def masked(checksum: int) -> int:
    """A checksum as records hold it, so that the checksum of a checksum is no trivial number."""
    return ((checksum >> 15 | checksum << 17) + _MASK) & 0xFFFFFFFF


def record(data: bytes) -> bytes:
    """Bytes as one TFRecord."""
    length = struct.pack("<Q", len(data))
    return b"".join([length, struct.pack("<I", masked(crc32c(length))), data, struct.pack("<I", masked(crc32c(data)))])


def scalars(step: int, values: Mapping[str, float], wall_time: float) -> bytes:
    """An event with some numbers of one step; those that are none are left out."""
    summary = b"".join(
        _bytes(1, _bytes(1, tag.encode()) + b"\x15" + struct.pack("<f", value))
        for tag, value in values.items()
        if math.isfinite(value)
    )
    return _time(wall_time) + b"\x10" + _varint(step) + _bytes(5, summary)


def _time(wall_time: float) -> bytes:
    return b"\x09" + struct.pack("<d", wall_time)


def _bytes(field: int, data: bytes) -> bytes:
    return bytes([field << 3 | 2]) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


class TensorBoardFile:
    """An observer of a run's events that writes its numbers to `events.out.tfevents.*` below a folder.

    A disk that is full ends the file, not the run: everything in it is in `events.jsonl` as well.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        moment = time.time()
        self.path = folder / f"events.out.tfevents.{moment:.6f}.{socket.gethostname()}"
        self._file: BinaryIO | None = self.path.open("wb")
        self._write(_time(moment) + _bytes(3, b"brain.Event:2"))

    def __call__(self, event: Event) -> None:
        """Take in one event."""
        match event:
            case Step():
                speed = event.tokens / event.seconds if event.seconds > 0 else math.nan
                values = {
                    "train/loss": event.loss,
                    "train/learning_rate": event.learning_rate,
                    "train/grad_norm": event.grad_norm,
                    "train/epoch": event.epoch,
                    "speed/tokens_per_second": speed,
                    "memory/bytes": float(event.memory),
                }
                self._write(scalars(event.step, values, event.t))
            case Evaluated():
                values = {f"validation/{name}": float(value) for name, value in event.metrics.items()}
                self._write(scalars(event.step, values, event.t))
            case Finished() | Failed():
                self._close()
            case _:
                pass

    def _write(self, data: bytes) -> None:
        if self._file is None:
            return
        try:
            self._file.write(record(data))
            self._file.flush()
        except OSError:
            self._close()

    def _close(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None
