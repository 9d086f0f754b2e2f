"""Downloads from hubs that behave, and from hubs that do not: what is on the disk afterwards is right or not there."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from qvl_desktop.core.download_record import PARTS, RECORD, DownloadRecord, verify
from qvl_desktop.core.errors import Cancelled
from qvl_desktop.core.lockfile import FileLock
from qvl_desktop.core.model_places import find_model
from qvl_desktop.hubs import fetching as module
from qvl_desktop.hubs.errors import (
    AccessError,
    DownloadError,
    NoRoomError,
    NotThereError,
    PassingError,
    PickleError,
    WrongContentError,
)
from qvl_desktop.hubs.fetching import Fetching, Progress, Wanted, throw_away, wanted
from qvl_desktop.hubs.patience import Patience, Stop
from tests.hubs.conftest import HASTE, REPO, SHARD, WANTED
from tests.hubs.fake_hub import COMMIT, FakeHub

SOURCES = ("hf", "modelscope")


def ask(hub: FakeHub, to: Path, source: str = "hf", **more: object) -> Wanted:
    return wanted(REPO, source, to=to, endpoint=hub.url, **more)  # type: ignore[arg-type]


def fetch(what: Wanted, patience: Patience = HASTE, **more: object) -> DownloadRecord:
    return Fetching(what, patience=patience, **more).run()  # type: ignore[arg-type]


def same(folder: Path, repository: Path) -> bool:
    return all((folder / name).read_bytes() == (repository / name).read_bytes() for name in WANTED)


@pytest.mark.parametrize("source", SOURCES)
def test_the_files_that_are_wanted_and_no_others(hub: FakeHub, repository: Path, tmp_path: Path, source: str) -> None:
    seen: list[Progress] = []
    record = Fetching(ask(hub, tmp_path / "m", source), seen.append, patience=HASTE).run()
    folder = tmp_path / "m" / "Tiny-VL"
    assert {path.name for path in folder.iterdir()} == WANTED | {RECORD}
    assert same(folder, repository)
    assert (record.commit, record.complete, record.repo) == (COMMIT, True, REPO)
    assert DownloadRecord.load(folder) == record
    assert seen[-1].stage == "done"
    assert seen[-1].done == record.size == sum((repository / name).stat().st_size for name in WANTED)
    assert find_model("tiny-vl") == folder, "its name is known wherever it lies"


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    "faults",
    [
        ["503", "503"],
        ["429"],
        ["cut:1000", "cut:150000"],
        ["redirect"],
        ["lie"],
        ["cut:5000", "lie"],
        ["html"],
        ["long"],
        ["cut:7", "elsewhere"],
        ["cut:100000", "416"],
    ],
    ids=lambda faults: "+".join(faults),
)
def test_a_hub_with_a_bad_moment(
    hub: FakeHub, repository: Path, tmp_path: Path, source: str, faults: list[str]
) -> None:
    hub.faults[SHARD] = list(faults)
    fetch(ask(hub, tmp_path, source))
    assert same(tmp_path / "Tiny-VL", repository)


def test_what_is_here_is_asked_for_from_where_it_ends(hub: FakeHub, repository: Path, tmp_path: Path) -> None:
    hub.faults[SHARD] = ["cut:100000"]
    fetch(ask(hub, tmp_path))
    first, second = hub.ranges_asked(SHARD)
    assert first == ""
    assert second == "bytes=100000-"


def test_a_hub_without_ranges_is_asked_for_the_whole_file_again(hub: FakeHub, repository: Path, tmp_path: Path) -> None:
    hub.ranges = False
    hub.faults[SHARD] = ["cut:100000", "cut:250000"]
    seen: list[Progress] = []
    Fetching(ask(hub, tmp_path), seen.append, patience=HASTE).run()
    assert same(tmp_path / "Tiny-VL", repository)
    assert max(progress.done for progress in seen) <= seen[-1].total, "nothing is counted twice"


def test_a_silent_hub_is_given_up_and_asked_again(hub: FakeHub, repository: Path, tmp_path: Path) -> None:
    hub.faults[SHARD] = ["stall:50000"]
    fetch(ask(hub, tmp_path), replace(HASTE, silence=0.3))
    assert same(tmp_path / "Tiny-VL", repository)
    assert hub.ranges_asked(SHARD)[1] == "bytes=50000-"


@pytest.mark.parametrize("source", SOURCES)
def test_wrong_content_twice_is_thrown_away_and_said(hub: FakeHub, tmp_path: Path, source: str) -> None:
    hub.faults[SHARD] = ["lie", "lie"]
    with pytest.raises(WrongContentError, match="twice"):
        fetch(ask(hub, tmp_path, source))
    folder = tmp_path / "Tiny-VL"
    assert not (folder / SHARD).exists()
    assert not DownloadRecord.load(folder).complete
    fetch(ask(hub, tmp_path, source))
    assert verify(folder).whole


def test_patience_ends_and_what_came_stays(hub: FakeHub, repository: Path, tmp_path: Path) -> None:
    hub.faults[SHARD] = ["cut:120000", *["503"] * 9]
    with pytest.raises(PassingError, match="503"):
        fetch(ask(hub, tmp_path))
    part = tmp_path / "Tiny-VL" / PARTS / f"{SHARD}.part"
    assert part.stat().st_size == 120000
    hub.faults.clear()
    fetch(ask(hub, tmp_path))
    assert hub.ranges_asked(SHARD)[-1] == "bytes=120000-"
    assert same(tmp_path / "Tiny-VL", repository)


def test_the_list_is_kept_so_that_a_resumed_download_is_the_same_commit(hub: FakeHub, tmp_path: Path) -> None:
    hub.faults[SHARD] = ["404"]
    with pytest.raises(NotThereError):
        fetch(ask(hub, tmp_path))
    fetch(ask(hub, tmp_path))
    assert len([1 for kind, *_ in hub.asked if kind == "list"]) == 1


@pytest.mark.parametrize("source", SOURCES)
def test_a_list_that_fails_for_a_moment(hub: FakeHub, repository: Path, tmp_path: Path, source: str) -> None:
    hub.lists = ["503"]
    fetch(ask(hub, tmp_path, source))
    assert same(tmp_path / "Tiny-VL", repository)


@pytest.mark.parametrize("source", SOURCES)
def test_an_unknown_model_is_said_and_leaves_nothing(hub: FakeHub, tmp_path: Path, source: str) -> None:
    with pytest.raises(NotThereError, match="Nobody/Nothing"):
        fetch(wanted("Nobody/Nothing", source, to=tmp_path / "m", endpoint=hub.url))
    assert not (tmp_path / "m" / "Nothing").exists()


@pytest.mark.parametrize("source", SOURCES)
def test_an_unknown_revision_is_said(hub: FakeHub, tmp_path: Path, source: str) -> None:
    with pytest.raises(NotThereError, match="@v9"):
        fetch(ask(hub, tmp_path, source, revision="v9"))


@pytest.mark.parametrize("source", SOURCES)
def test_a_commit_can_be_asked_for(hub: FakeHub, tmp_path: Path, source: str) -> None:
    assert fetch(ask(hub, tmp_path, source, revision=COMMIT)).revision == COMMIT


@pytest.mark.parametrize(("source", "way"), [("hf", "download --login"), ("modelscope", "--source modelscope")])
def test_a_gated_model_says_how_to_log_in(hub: FakeHub, tmp_path: Path, source: str, way: str) -> None:
    hub.token = "secret-key"
    with pytest.raises(AccessError, match=way):
        fetch(ask(hub, tmp_path, source))


@pytest.mark.parametrize(("source", "variable"), [("hf", "HF_TOKEN"), ("modelscope", "MODELSCOPE_API_TOKEN")])
def test_a_key_is_said_to_the_hub_alone(
    hub: FakeHub, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, variable: str
) -> None:
    hub.token = "secret-key"
    monkeypatch.setenv(variable, "secret-key")
    fetch(ask(hub, tmp_path, source))
    assert same(tmp_path / "Tiny-VL", repository)


def test_a_mirror_that_does_not_ask_never_hears_the_key(
    hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret-key")
    fetch(ask(hub, tmp_path))
    assert hub.keys == {""}


def test_a_mirror_that_asks_in_the_middle_hears_it_then(
    hub: FakeHub, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.faults[SHARD] = ["404"]
    with pytest.raises(NotThereError):
        fetch(ask(hub, tmp_path), connections=1)
    monkeypatch.setenv("HF_TOKEN", "secret-key")
    hub.token = "secret-key"
    fetch(ask(hub, tmp_path))
    assert same(tmp_path / "Tiny-VL", repository)


def test_nobody_at_the_address(tmp_path: Path) -> None:
    for source in SOURCES:
        with pytest.raises(PassingError, match="cannot be reached"):
            fetch(wanted(REPO, source, to=tmp_path, endpoint="http://127.0.0.1:9"), Patience(tries=0, silence=2))


def test_a_page_instead_of_a_list(hub: FakeHub, tmp_path: Path) -> None:
    for source in SOURCES:
        hub.lists = ["html"] * 9
        with pytest.raises(PassingError, match="as a model hub does"):
            fetch(ask(hub, tmp_path, source), Patience(tries=0))


@pytest.mark.parametrize("endpoint", ["ftp://x", "http://a b", "https://user:word@host", "http://", "file:///etc"])
def test_addresses_that_are_none(endpoint: str, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="no address"):
        fetch(wanted(REPO, to=tmp_path, endpoint=endpoint))


@pytest.mark.parametrize("name", ["../etc/passwd", "Tiny", "a/b/c", "a/..", "/etc/passwd", "a b/c", "Qwen/.."])
def test_names_that_are_no_repository(name: str) -> None:
    with pytest.raises(NotThereError):
        wanted(name)


@pytest.mark.parametrize("source", SOURCES)
def test_names_that_lead_out_of_the_folder_are_not_fetched(
    hub: FakeHub, repository: Path, tmp_path: Path, source: str
) -> None:
    (tmp_path / "hub" / "evil.safetensors").write_bytes(b"out")
    names = [
        "../evil.safetensors",
        "/evil.safetensors",
        "sub/model.safetensors",
        "..\\evil.safetensors",
        ".safetensors",
    ]
    for name in names:
        hub.extra.append({"rfilename": name, "size": 3, "blobId": "0" * 40, "Path": name, "Size": 3, "Type": "blob"})
    fetch(ask(hub, tmp_path / "m", source))
    assert {path.name for path in (tmp_path / "m" / "Tiny-VL").iterdir()} == WANTED | {RECORD}
    assert not (tmp_path / "m" / "evil.safetensors").exists()


def test_pickles_only_where_there_is_nothing_else_and_somebody_agrees(
    hub: FakeHub, repository: Path, tmp_path: Path
) -> None:
    for path in repository.glob("*.safetensors*"):
        path.unlink()
    with pytest.raises(PickleError, match="--allow-pickle"):
        fetch(ask(hub, tmp_path))
    assert not (tmp_path / "Tiny-VL").exists()
    fetch(ask(hub, tmp_path, allow_pickle=True))
    assert (tmp_path / "Tiny-VL" / "pytorch_model.bin").is_file()
    assert not (tmp_path / "Tiny-VL" / "optimizer.pt").exists()


def test_room_is_looked_at_before_anything_is_fetched(
    hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "free_space", lambda folder: (8_100_000, Path("/data")))
    with pytest.raises(NoRoomError, match=r"Needs 500 kB, 8\.1 MB free on /data: choose another folder"):
        fetch(ask(hub, tmp_path))
    assert hub.ranges_asked("config.json") == []
    assert not (tmp_path / "Tiny-VL").exists()


def test_a_full_disk_is_said_and_what_came_stays(
    hub: FakeHub, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qvl_desktop.hubs.transfer import _Growing

    add = _Growing.add

    def full(growing: _Growing, piece: bytes) -> None:
        if growing.length + len(piece) > 150_000:
            from qvl_desktop.hubs.errors import disk_error

            raise disk_error(OSError(28, "No space left on device"), growing._path)
        add(growing, piece)

    monkeypatch.setattr(_Growing, "add", full)
    with pytest.raises(NoRoomError, match="disk is full"):
        fetch(ask(hub, tmp_path))
    monkeypatch.undo()
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    fetch(ask(hub, tmp_path))
    assert same(tmp_path / "Tiny-VL", repository)


def test_a_folder_with_other_things_is_left_alone(hub: FakeHub, tmp_path: Path) -> None:
    mine = tmp_path / "Tiny-VL" / "thesis.txt"
    mine.parent.mkdir()
    mine.write_text("years of work")
    with pytest.raises(DownloadError, match="other files"):
        fetch(ask(hub, tmp_path))
    assert [path.name for path in mine.parent.iterdir()] == ["thesis.txt"]


def test_a_damaged_folder_is_mended_and_only_what_is_wrong_is_fetched(
    hub: FakeHub, repository: Path, tmp_path: Path
) -> None:
    fetch(ask(hub, tmp_path))
    folder = tmp_path / "Tiny-VL"
    (folder / "config.json").unlink()
    damaged = bytearray((folder / SHARD).read_bytes())
    damaged[1000] ^= 1
    (folder / SHARD).write_bytes(damaged)
    result = verify(folder)
    assert (result.missing, result.wrong) == (("config.json",), (SHARD,))
    hub.asked.clear()
    fetch(ask(hub, tmp_path))
    assert same(folder, repository)
    assert {name for kind, name, _ in hub.asked if kind == "file"} == {"config.json", SHARD}


def test_going_on_from_another_hub_keeps_what_is_right(hub: FakeHub, repository: Path, tmp_path: Path) -> None:
    hub.faults[SHARD] = ["404"]
    with pytest.raises(NotThereError):
        fetch(ask(hub, tmp_path), connections=1)
    hub.asked.clear()
    assert fetch(ask(hub, tmp_path, "modelscope")).source == "modelscope"
    assert same(tmp_path / "Tiny-VL", repository)
    assert "config.json" not in {name for kind, name, _ in hub.asked if kind == "file"}


def test_files_without_a_hash_are_named(hub: FakeHub, tmp_path: Path) -> None:
    hub.unhashed = {"LICENSE"}
    fetch(ask(hub, tmp_path, "modelscope"))
    assert verify(tmp_path / "Tiny-VL").unhashed == ("LICENSE",)


def test_stop_is_heard_while_the_hub_says_nothing(hub: FakeHub, repository: Path, tmp_path: Path) -> None:
    hub.faults[SHARD] = ["stall:50000"]
    stop = Stop()
    threading.Timer(0.4, stop.now).start()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        fetch(ask(hub, tmp_path), replace(HASTE, silence=30), stop=stop)
    assert time.monotonic() - began < 5
    fetch(ask(hub, tmp_path))
    assert same(tmp_path / "Tiny-VL", repository)
    assert hub.ranges_asked(SHARD)[-1] == "bytes=50000-"


def test_speed_and_time_to_go(hub: FakeHub, tmp_path: Path) -> None:
    hub.rate = 400_000
    seen: list[Progress] = []
    Fetching(ask(hub, tmp_path), seen.append, patience=HASTE).run()
    middle = [progress for progress in seen if progress.stage == "fetching" and 0 < progress.done < progress.total]
    assert middle, "told on the way"
    fastest = max(progress.speed for progress in middle)
    assert 100_000 < fastest < 2_000_000, "two shards at a time"
    assert any(0 < progress.eta < 10 for progress in middle)


def test_two_downloads_into_one_folder(hub: FakeHub, tmp_path: Path) -> None:
    (tmp_path / "Tiny-VL" / PARTS).mkdir(parents=True)
    with (
        FileLock(tmp_path / "Tiny-VL" / PARTS / "lock"),
        pytest.raises(DownloadError, match="another download"),
    ):
        fetch(ask(hub, tmp_path))


def test_throwing_away_leaves_what_was_never_ours(hub: FakeHub, tmp_path: Path) -> None:
    hub.faults[SHARD] = ["cut:9000", *["503"] * 9]
    with pytest.raises(PassingError):
        fetch(ask(hub, tmp_path))
    folder = tmp_path / "Tiny-VL"
    (folder / "notes.txt").write_text("mine")
    throw_away(folder)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_a_record_that_names_files_outside_is_refused(hub: FakeHub, tmp_path: Path) -> None:
    fetch(ask(hub, tmp_path))
    path = tmp_path / "Tiny-VL" / RECORD
    body = json.loads(path.read_text())
    body["files"][0]["path"] = "../../outside"
    path.write_text(json.dumps(body))
    with pytest.raises(DownloadError, match="other files"):
        fetch(ask(hub, tmp_path))
