"""A lock is held by one, seen by all, and gone with its holder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from qvl_desktop.core.lockfile import FileLock, LockError, is_locked

HOLD = """
import sys
from pathlib import Path
from qvl_desktop.core.lockfile import FileLock
lock = FileLock(Path(sys.argv[1])); lock.acquire()
print("held", flush=True); sys.stdin.read()
"""


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not is_locked(path)
    assert not path.exists()
    with FileLock(path) as lock:
        lock.acquire()  # again by the same holder: nothing happens
        assert is_locked(path)
        with pytest.raises(LockError, match="another process"):
            FileLock(path).acquire()
    assert not is_locked(path)
    FileLock(path).acquire()


def test_a_killed_holder_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdin is not None
    try:
        assert child.stdout.readline() == "held\n"
        assert is_locked(path)
        assert int(path.read_text()) == child.pid
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
        child.stdin.close()
    assert not is_locked(path)


def test_a_lock_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LockError, match="cannot be written"):
        FileLock(tmp_path / "nowhere" / "lock").acquire()
