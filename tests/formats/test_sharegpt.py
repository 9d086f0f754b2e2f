"""ShareGPT: every layout the field uses is read, what is written is what LLaMA-Factory reads, and nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from qvl_desktop.core.conversation import Conversation, Turn
from qvl_desktop.core.dataset import Sample
from qvl_desktop.core.errors import DataError
from qvl_desktop.formats.base import Problem
from qvl_desktop.formats.dataset_info import FILE_NAME
from qvl_desktop.formats.placeholders import normalised
from qvl_desktop.formats.qwen_vl import QWEN_VL
from qvl_desktop.formats.registry import guess_format
from qvl_desktop.formats.sharegpt import SHAREGPT, read_sharegpt, write_sharegpt
from tests.formats.chat_data import back, conversations, make_pictures, sample_of, write_json, write_lines

ANSWER = "<ref>cat</ref><box>(1,2),(3,4)</box>"
MESSAGES = [{"role": "user", "content": "<image>Find the cat."}, {"role": "assistant", "content": ANSWER}]
CANONICAL = (Turn("user", "Picture 1: <img>a.png</img>\nFind the cat."), Turn("assistant", ANSWER))


def one(path: Path) -> Sample:
    (sample,) = read_sharegpt(path)
    assert isinstance(sample, Sample), str(sample)
    return sample


@pytest.mark.parametrize(
    "record",
    [
        {"messages": MESSAGES, "images": ["a.png"]},
        {"messages": MESSAGES, "images": "a.png"},
        {"messages": MESSAGES, "images": [{"path": "a.png", "bytes": None}]},
        {"messages": [{"role": "user", "content": "Find the cat."}, MESSAGES[1]], "images": ["a.png"]},
        {
            "conversations": [{"from": "human", "value": "<image>\nFind the cat."}, {"from": "gpt", "value": ANSWER}],
            "image": "a.png",
        },
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "image_url", "image_url": {"url": "a.png"}},
                        {"type": "text", "text": "Find the cat."},
                    ],
                },
                {"role": "assistant", "content": [{"type": "text", "text": ANSWER}]},
            ]
        },
        {"instruction": "<image>", "input": "Find the cat.", "output": ANSWER, "images": ["a.png"]},
    ],
)
def test_each_way_of_writing_a_record_is_read(tmp_path: Path, record: dict[str, object]) -> None:
    path = write_json(tmp_path / "data.json", [record])
    assert guess_format(path) is SHAREGPT or "conversations" not in record
    sample = one(path)
    assert sample.conversation.turns == CANONICAL
    assert sample.pictures == (tmp_path / "a.png",)
    assert sample.extra == ""


def test_columns_and_tags_of_dataset_info_are_followed(tmp_path: Path) -> None:
    record = {
        "dialogue": [{"who": "Q", "says": "<image>Find the cat."}, {"who": "A", "says": ANSWER}],
        "pics": ["a.png"],
        "rule": "Be short.",
        "note": [1, {"x": None}],
    }
    (tmp_path / "sub").mkdir()
    path = write_lines(tmp_path / "sub" / "odd.jsonl", [record])
    entry = {
        "file_name": "sub/odd.jsonl",
        "formatting": "sharegpt",
        "columns": {"messages": "dialogue", "images": "pics", "system": "rule"},
        "tags": {"role_tag": "who", "content_tag": "says", "user_tag": "Q", "assistant_tag": "A"},
    }
    info = write_json(tmp_path / FILE_NAME, {"odd": entry, "far": {"hf_hub_url": "x/y"}})
    assert guess_format(path) is SHAREGPT
    sample = one(path)
    assert sample.conversation.turns == (Turn("system", "Be short."), *CANONICAL)
    assert sample.pictures == (tmp_path / "a.png",)  # pictures count from the folder of dataset_info.json
    assert json.loads(sample.extra) == {"note": [1, {"x": None}]}
    everything = list(read_sharegpt(info))
    assert [type(item) for item in everything] == [Sample, Problem]
    assert "far" in str(everything[1])
    assert guess_format(info) is SHAREGPT


def test_an_entry_of_an_earlier_file_misleads_nobody(tmp_path: Path) -> None:
    write_sharegpt(tmp_path / "data.json", [Sample(Conversation(CANONICAL), (tmp_path / "a.png",))])
    QWEN_VL.write(tmp_path / "data.json", [Sample(Conversation(CANONICAL), (tmp_path / "a.png",))])
    assert guess_format(tmp_path / "data.json") is QWEN_VL
    old = [{"conversations": [{"from": "human", "value": "<image>Find the cat."}, {"from": "gpt", "value": ANSWER}]}]
    assert one(write_json(tmp_path / "data.json", [old[0] | {"images": ["a.png"]}])).conversation.turns == CANONICAL


def test_pictures_that_were_moved_are_found_below_the_folder_that_is_given(tmp_path: Path) -> None:
    data = write_json(
        tmp_path / "data.json",
        [{"messages": MESSAGES, "images": [name]} for name in ("/gone/b/a.png", "a.png", "x/a.png", "only.png")],
    )
    for name in ("a/a.png", "b/a.png", "b/deep/ONLY.png"):
        (tmp_path / "new" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "new" / name).touch()
    found = [item.pictures[0] for item in read_sharegpt(data, tmp_path / "new") if isinstance(item, Sample)]
    folder = tmp_path / "new"
    assert found == [folder / "b/a.png", folder / "a.png", folder / "x/a.png", folder / "b/deep/ONLY.png"]
    assert [item.pictures[0] for item in read_sharegpt(data) if isinstance(item, Sample)][3] == tmp_path / "only.png"


def test_alpaca_with_history_is_read_when_dataset_info_says_so(tmp_path: Path) -> None:
    record = {"q": "And now?", "a": "Two.", "before": [["How many?", "One."]]}
    columns = {"prompt": "q", "response": "a", "history": "before"}
    write_json(tmp_path / FILE_NAME, {"x": {"file_name": "x.json", "columns": columns}})
    texts = [turn.text for turn in one(write_json(tmp_path / "x.json", [record])).conversation.turns]
    assert texts == ["How many?", "One.", "And now?", "Two."]


BAD = [
    ({"messages": []}, "missing or empty"),
    ({"messages": [{"role": "tool", "content": "x"}]}, "“tool”"),
    ({"messages": [{"role": "user", "content": 3}]}, "turn 1"),
    ({"messages": MESSAGES}, "1 placeholders"),
    ({"messages": MESSAGES, "images": ["http://x/y.png"]}, "http://x/y.png"),
    ({"messages": MESSAGES, "images": [{"bytes": "AAAA"}]}, "inside the record"),
    ({"messages": [{"role": "user", "content": "<video>What?"}], "videos": ["v.mp4"]}, "video"),
    ("text", "no object"),
]


def test_bad_records_are_named_with_their_number_and_the_rest_goes_on(tmp_path: Path) -> None:
    records = [record for record, _ in BAD] + [{"messages": MESSAGES, "images": ["a.png"]}]
    items = list(read_sharegpt(write_lines(tmp_path / "data.jsonl", records)))
    assert [isinstance(item, Problem) for item in items] == [True] * len(BAD) + [False]
    for number, (item, (_, words)) in enumerate(zip(items, BAD, strict=False), start=1):
        assert str(item).startswith(f"data.jsonl: record {number}: ")
        assert words in str(item)


def test_written_is_what_llama_factory_asks_for(tmp_path: Path) -> None:
    sample = Sample(
        Conversation((Turn("system", "S"), *CANONICAL), "n1"), (tmp_path / "p" / "a.png",), "val", extra='{"k": [1]}'
    )
    info = write_json(tmp_path / FILE_NAME, {"data": {"file_name": "other.json", "k": {"deep": 1}}, "z": {"a": 1}})
    assert write_sharegpt(tmp_path / "data.json", [sample]) == 1
    (record,) = json.loads((tmp_path / "data.json").read_text(encoding="utf-8"))
    assert record == {
        "id": "n1",
        "messages": [{"role": "system", "content": "S"}, *MESSAGES],
        "images": ["p/a.png"],
        "split": "val",
        "k": [1],
    }
    entries = json.loads(info.read_text(encoding="utf-8"))
    assert entries["data"] == {"file_name": "other.json", "k": {"deep": 1}}
    assert entries["z"] == {"a": 1}
    assert entries["data_2"]["file_name"] == "data.json"
    assert entries["data_2"]["tags"]["user_tag"] == "user"
    assert entries["data_2"]["columns"]["images"] == "images"
    write_sharegpt(tmp_path / "data.json", [sample])
    assert list(json.loads(info.read_text(encoding="utf-8"))) == ["data", "z", "data_2"]
    assert [turn.text for turn in one(tmp_path / "data.json").conversation.turns] == [
        "S",
        "Picture 1: <img>p/a.png</img>\nFind the cat.",
        ANSWER,
    ]


def test_a_broken_dataset_info_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("{broken", encoding="utf-8")
    with pytest.raises(DataError, match=FILE_NAME):
        write_sharegpt(tmp_path / "data.json", [Sample(Conversation(CANONICAL), (tmp_path / "a.png",))])
    assert (tmp_path / FILE_NAME).read_text(encoding="utf-8") == "{broken"
    assert not (tmp_path / "data.json").exists()


def test_words_that_would_become_a_picture_are_refused_by_name(tmp_path: Path) -> None:
    sample = Sample(Conversation((Turn("user", "What is <image>?"),)), (), source="p.qvl: conversation 7")
    with pytest.raises(DataError, match="conversation 7"):
        write_sharegpt(tmp_path / "data.json", [sample])
    assert list(tmp_path.iterdir()) == []


@given(conversations())
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
def test_any_conversation_comes_back_to_the_byte(
    tmp_path_factory: pytest.TempPathFactory, conversation: Conversation
) -> None:
    folder = make_pictures(tmp_path_factory.mktemp("trip"))
    wanted = Conversation(normalised(conversation.turns), "x")
    for name in ("data.json", "data.jsonl"):
        (once,) = back(SHAREGPT, folder / name, [sample_of(conversation, folder)])
        assert once.conversation == wanted
        assert once.pictures == tuple(folder / text for text in conversation.pictures)
        first = (folder / name).read_bytes()
        SHAREGPT.write(folder / name, [once])
        assert (folder / name).read_bytes() == first
