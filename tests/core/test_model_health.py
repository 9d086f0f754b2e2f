"""Folders that are not whole: each is told apart, with the way out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from qvl_desktop.core import model_places
from qvl_desktop.core.amounts import duration, file_size, memory_size
from qvl_desktop.core.cards import read_card
from qvl_desktop.core.download_record import DownloadRecord, FileRecord
from qvl_desktop.core.file_hashes import ContentHash
from qvl_desktop.core.model_health import DamagedError, fault_of
from qvl_desktop.core.model_search import models_in_caches
from tests.core.test_cards import make_model
from tests.hubs.conftest import SHARD, make_repository


def record(folder: Path, *, complete: bool = True) -> DownloadRecord:
    files = tuple(FileRecord(path.name, path.stat().st_size) for path in folder.iterdir() if path.name != "assets.zip")
    made = DownloadRecord("T", "hf", "https://h", "Q/T", "main", "abc", files, complete=complete)
    made.save(folder)
    return made


def cut(folder: Path) -> None:
    body = (folder / SHARD).read_bytes()
    (folder / SHARD).write_bytes(body[:-100])


def pointer(folder: Path) -> None:
    (folder / SHARD).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 99\n")


def junk(folder: Path) -> None:
    (folder / SHARD).write_bytes(b"\xff" * 5000)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda folder: shutil.rmtree(folder), "not there any more"),
        (lambda folder: (folder / SHARD).unlink(), f"1 of its weight files are missing: {SHARD}"),
        (cut, "cut off or damaged"),
        (junk, "cut off or damaged"),
        (pointer, "git lfs pull"),
        (lambda folder: (folder / "model.safetensors.index.json").write_text("{"), "list of its weights"),
        (lambda folder: (folder / "qwen.tiktoken").unlink(), "vocabulary"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, damage: Callable[[Path], object], words: str) -> None:
    folder = make_repository(tmp_path / "model")
    (folder / "pytorch_model.bin").unlink()
    assert fault_of(folder) is None
    damage(folder)
    fault = fault_of(folder)
    assert fault is not None
    assert words in str(fault)


def test_against_the_record(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "model")
    made = record(folder)
    assert fault_of(folder) is None
    cut(folder)
    fault = fault_of(folder)
    assert isinstance(fault, DamagedError)
    assert fault.mendable
    assert f"changed or cut off: {SHARD}" in str(fault)
    (folder / "config.json").unlink()
    assert "missing: config.json" in str(fault_of(folder))
    replace(made, complete=False).save(folder)
    assert "not finished" in str(fault_of(folder))


def test_records_survive_the_disk_and_refuse_nonsense(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "model")
    made = record(folder)
    assert DownloadRecord.load(folder) == made
    for text in ("", "[]", "{}", '{"version": 9}', '{"version": 1, "files": 3}'):
        (folder / "qvl-download.json").write_text(text)
        with pytest.raises(Exception, match="cannot be read"):
            DownloadRecord.load(folder)


def test_git_and_sha256() -> None:
    blob = ContentHash(6, blob="ce013625030ba8dba906f756967f9e9ca394464a")  # git hash-object of "hello\n"
    blob.feed(b"hel")
    blob.feed(b"lo\n")
    assert blob.right
    assert not ContentHash(6, blob="ce013625030ba8dba906f756967f9e9ca394464a").right
    assert ContentHash(6).right, "nothing is expected"


def test_names_of_models_in_caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hf"))
    monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path / "ms"))
    make_model(tmp_path / "hf" / "models--Qwen--Qwen-VL-Chat" / "snapshots" / "abc")
    make_model(tmp_path / "ms" / "models" / "Qwen" / "Qwen-VL")
    make_model(tmp_path / "hf" / "models--Qwen--Half" / "snapshots" / "abc")
    (tmp_path / "hf" / "models--Qwen--Half" / "snapshots" / "abc" / "qwen.tiktoken").unlink()
    (tmp_path / "hf" / "models--x--text" / "snapshots" / "abc").mkdir(parents=True)
    assert [card.name for card in models_in_caches()] == ["Qwen-VL-Chat", "Qwen-VL"]
    assert read_card(tmp_path / "ms" / "models" / "Qwen" / "Qwen-VL").name == "Qwen-VL"


def test_names_mean_the_same_wherever_models_lie(tmp_path: Path) -> None:
    first = make_model(model_places.models_folder() / "Qwen-VL")
    other = make_model(tmp_path / "elsewhere" / "Qwen2-VL")
    model_places.remember_model(other)
    assert model_places.find_model("qwen-vl") == first
    assert model_places.find_model("Qwen/Qwen2-VL") == other
    assert model_places.find_model("Qwen3") is None
    model_places.set_models_folder(tmp_path / "new")
    assert model_places.models_folder() == tmp_path / "new"
    assert model_places.find_model("qwen-vl") == first, "what was there before keeps its name"
    model_places.forget_model(other)
    assert model_places.find_model("Qwen2-VL") is None
    (model_places.data_folder() / "models.json").write_text(json.dumps(["nonsense"]))
    assert model_places.find_model("Qwen2-VL") is None


def test_words_for_amounts() -> None:
    assert [file_size(size) for size in (0, 96, 812_000, 19_313_870_336, 999_999_999, 150e9)] == [
        "0 B", "96 B", "812 kB", "19.3 GB", "1.0 GB", "150 GB",
    ]  # fmt: skip
    told = [memory_size(size) for size in (0, 96, 812 * 2**20, 12 * 2**30, 2**30 - 1, 141 * 2**30)]
    assert told == ["0 B", "96 B", "812 MiB", "12.0 GiB", "1.0 GiB", "141 GiB"]
    assert [duration(seconds) for seconds in (4, 600, 12_000)] == ["4 s", "10 min", "3 h 20 min"]
