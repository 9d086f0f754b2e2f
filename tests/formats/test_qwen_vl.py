"""Qwen-VL JSON: both ways without loss, bad records named, broken files refused with the line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvl_desktop.core.conversation import Conversation, Turn
from qvl_desktop.core.dataset import Sample
from qvl_desktop.core.errors import DataError
from qvl_desktop.formats import json_records, json_window
from qvl_desktop.formats.base import Problem
from qvl_desktop.formats.qwen_vl import read_qwen_vl, write_qwen_vl
from qvl_desktop.formats.registry import FORMATS, format_named, guess_format

RECORD = {
    "id": "x",
    "conversations": [
        {"from": "user", "value": "Picture 1: <img>图/a b.jpg</img>\n框出衬衫"},
        {"from": "assistant", "value": "<ref> 衬衫</ref><box>(588,499),(725,789)</box><box>(0,0),(999,999)</box>"},
    ],
}


def write_json(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def test_records_become_samples_with_absolute_pictures(tmp_path: Path) -> None:
    path = write_json(tmp_path / "data.json", [RECORD])
    (sample,) = read_qwen_vl(path)
    assert isinstance(sample, Sample)
    assert sample.pictures == (tmp_path / "图" / "a b.jpg",)
    assert sample.source == "data.json: record 1"
    assert [turn.text for turn in sample.conversation.turns] == [turn["value"] for turn in RECORD["conversations"]]
    (sample,) = read_qwen_vl(path, tmp_path / "elsewhere")
    assert isinstance(sample, Sample)
    assert sample.pictures == (tmp_path / "elsewhere" / "图" / "a b.jpg",)


def test_reading_and_writing_keeps_everything(tmp_path: Path) -> None:
    records = [
        RECORD | {"split": "val", "license": {"name": "CC0", "pages": [1, 2]}},
        {"id": 3, "conversations": [{"from": "system", "value": "S"}, *RECORD["conversations"]], "split": "odd"},
    ]
    samples = list(read_qwen_vl(write_json(tmp_path / "data.json", records)))
    assert write_qwen_vl(tmp_path / "again.json", samples) == 2
    assert json.loads((tmp_path / "again.json").read_text(encoding="utf-8")) == records
    write_qwen_vl(tmp_path / "lines.jsonl", samples)
    assert [s.conversation for s in read_qwen_vl(tmp_path / "lines.jsonl")] == [s.conversation for s in samples]


def test_pictures_are_written_relative_to_the_target(tmp_path: Path) -> None:
    samples = list(read_qwen_vl(write_json(tmp_path / "data.json", [RECORD])))
    target = tmp_path / "out" / "deep" / "data.json"
    write_qwen_vl(target, samples)
    text = json.loads(target.read_text(encoding="utf-8"))[0]["conversations"][0]["value"]
    assert text == "Picture 1: <img>../../图/a b.jpg</img>\n框出衬衫"
    assert [s.pictures for s in read_qwen_vl(target)] == [s.pictures for s in samples]


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
roles = st.sampled_from(["user", "assistant", "system"])


@given(st.lists(st.lists(st.tuples(roles, texts), min_size=1, max_size=4), max_size=5))
def test_any_text_survives_the_round_trip(
    tmp_path_factory: pytest.TempPathFactory, items: list[list[tuple[str, str]]]
) -> None:
    folder = tmp_path_factory.mktemp("trip")
    samples = [
        Sample(Conversation(tuple(Turn(role, text) for role, text in turns), f"n{n}"), ())  # type: ignore[arg-type]
        for n, turns in enumerate(items)
        if "<img>" not in str(turns)
    ]
    for name in ("data.json", "data.jsonl"):
        write_qwen_vl(folder / name, samples)
        if samples:
            back = [item.conversation for item in read_qwen_vl(folder / name) if isinstance(item, Sample)]
            assert back == [sample.conversation for sample in samples]


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (17, "no object"),
        ({"id": "x"}, "missing or empty"),
        ({"conversations": []}, "missing or empty"),
        ({"conversations": ["hi"]}, "turn 1 has no text"),
        ({"conversations": [{"from": "user"}]}, "turn 1 has no text"),
        ({"conversations": [{"from": "user", "value": "a"}, {"from": "bot", "value": "b"}]}, "turn 2 is from “bot”"),
        ({"conversations": [{"from": "user", "value": "<img></img>"}]}, "no path"),
        ({"conversations": [{"from": "user", "value": "<img>https://x.org/a.jpg</img>"}]}, "nothing is fetched"),
    ],
)
def test_a_bad_record_is_named_and_the_rest_goes_on(tmp_path: Path, record: object, words: str) -> None:
    path = write_json(tmp_path / "data.json", [RECORD, record, RECORD])
    first, problem, last = read_qwen_vl(path)
    assert isinstance(first, Sample)
    assert isinstance(last, Sample)
    assert isinstance(problem, Problem)
    assert str(problem).startswith("data.json: record 2: ")
    assert words in str(problem)


def test_human_and_gpt_are_understood(tmp_path: Path) -> None:
    record = {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}
    (sample,) = read_qwen_vl(write_json(tmp_path / "data.json", [record]))
    assert isinstance(sample, Sample)
    assert [turn.role for turn in sample.conversation.turns] == ["user", "assistant"]


@pytest.mark.parametrize("chunk", [1, 7, 64, 1 << 20])
@pytest.mark.parametrize("indent", [None, 2])
def test_large_files_are_read_piece_by_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int, indent: int | None
) -> None:
    monkeypatch.setattr(json_window, "_CHUNK", chunk)
    records = [{"n": number, "text": '长 \\ " ] }' * (number % 5)} for number in range(40)] + [12, 1.5, "x", None]
    path = tmp_path / "data.json"
    path.write_text("\ufeff \n" + json.dumps(records, ensure_ascii=False, indent=indent), encoding="utf-8")
    assert list(json_records.read_records(path)) == records


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "neither"),
        ("hello", "neither"),
        ('[\n{"a": 1},\n{"b": }\n]', "line 3"),
        ('[\n{"a": 1}\n{"b": 2}\n]', "line 3"),
        ('[\n{"a": 1},\n', "line 3"),
        ('[\n{"a": "1', "line 2"),
        ("[1, 2", "ends too early"),
    ],
)
def test_a_broken_list_is_refused_with_the_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "data.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=words) as caught:
        list(json_records.read_records(path))
    assert str(path) in str(caught.value)


def test_broken_lines_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    line = json.dumps(RECORD, ensure_ascii=False)
    path.write_text(f"{line}\n\n{line[:-4]}\n{line}\n", encoding="utf-8")
    first, problem, last = read_qwen_vl(path)
    assert isinstance(first, Sample)
    assert isinstance(last, Sample)
    assert "no JSON" in str(problem)


def test_other_encodings_and_missing_files_are_told(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    path.write_bytes(json.dumps([RECORD], ensure_ascii=False).encode("gbk"))
    with pytest.raises(DataError, match="UTF-8"):
        list(read_qwen_vl(path))
    with pytest.raises(DataError, match="cannot be read"):
        list(read_qwen_vl(tmp_path / "nothing.json"))


def test_formats_are_found_by_name_and_by_content(tmp_path: Path) -> None:
    path = write_json(tmp_path / "data.json", [RECORD])
    assert guess_format(path) is format_named("qwen-vl") is FORMATS["qwen-vl"]
    with pytest.raises(DataError, match="Known: qwen-vl"):
        format_named("magic")
    with pytest.raises(DataError, match="no data in a known format"):
        guess_format(write_json(tmp_path / "other.json", {"a": 1}))
    with pytest.raises(DataError, match="cannot be read"):
        guess_format(tmp_path / "nothing.json")


def test_a_target_that_cannot_be_written_is_told_and_an_old_one_stays(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot be written"):
        write_qwen_vl(tmp_path / "file" / "data.json", [])
