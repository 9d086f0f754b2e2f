"""The command line in two languages: what decides which, every help text, and what the main commands say."""

from __future__ import annotations

import argparse
import ast
import inspect
import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from qvl_desktop import cli
from qvl_desktop.commands.parser import ARGPARSE
from qvl_desktop.core.catalogue import Catalogue
from qvl_desktop.core.findings import RULES
from qvl_desktop.core.i18n import set_translator, translate
from qvl_desktop.core.language import language_code, language_in_force, speak
from qvl_desktop.core.presets import PRESETS
from qvl_desktop.core.resources import resource_path
from qvl_desktop.core.text_width import columns, cut, left, right, wrap
from qvl_desktop.jobs.child import child_command, child_environment
from qvl_desktop.storage.demo_project import make_demo_project, read_shipped
from qvl_desktop.storage.project import Project
from tests.hubs.conftest import REPO, make_repository
from tests.hubs.fake_hub import FakeHub, serving
from tests.jobs.test_preannotate import draw, foreign

WORDS = re.compile(r"(?<![\w./=-])[A-Za-z][a-z']+(?![\w./=-])")
"""Words as sentences are made of: not names with digits, options, paths, constants or file names."""
NOT_WORDS = re.compile(
    r"\[\[.*?\]\]|\[[\w. -]+\]|“[^”]*”|\"[^\"]*\"|<[^>]*>|\{[^}]*\}|(?:\w:)?[\w.~-]*[/\\][\w./\\-]+"
    r"|--?[\w-]+(?: [A-Z][\w,.|]*)?|\w+(?:-\w+)+|\w+(?:\(s\))?://"
)
NAMES = {*PRESETS, *RULES, *cli.COMMANDS, "new", "import", "export"} | set(
    """
    auto all table tower chatml raw train val test loss none random ref folder token logit logits safetensors hf on off
    modelscope yolo voc labelme coco sharegpt swift refcoco qwen alpha experts attn cpu cuda skip refuse answers
    compatible python gptq sample summary wide Hugging Face Qwen Demo Apache base adapter zero file Transformer cosine
    linear constant mean acc Acc iou fp bf nf int ms http https best ddp fsdp Ctrl Tiny qvl GiB MiB
    """.split()  # noqa: SIM905
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def english(line: str) -> list[str]:
    """The English words of a line that are no names."""
    return [word for word in WORDS.findall(NOT_WORDS.sub(" ", line)) if word not in NAMES]


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    set_translator(None)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_demo_project(tmp_path_factory.mktemp("demo"), read_shipped("zh"), "zh")


def test_what_decides_the_language(own_home: Path) -> None:
    assert language_in_force("", {}) == "en"
    assert language_in_force("", {"LANG": "zh_TW.UTF-8"}) == "zh_CN"
    assert language_in_force("", {"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}) == "en"
    assert language_in_force("", {"LC_MESSAGES": "zh_CN", "LANG": "de_DE.UTF-8"}) == "zh_CN"
    settings = own_home / "qvl" / "settings.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(json.dumps({"language": "zh_CN"}))
    assert language_in_force("", {"LC_ALL": "en_GB.UTF-8"}) == "zh_CN"
    assert language_in_force("", {"QVL_LANGUAGE": "en"}) == "en"
    assert language_in_force("zh", {"QVL_LANGUAGE": "en"}) == "zh_CN"
    settings.write_text("{damaged")
    assert language_in_force("", {}) == "en"
    assert [language_code(name) for name in ("zh-Hant", "fr", "", None)] == ["zh_CN", "en", "", ""]


def test_the_language_stands_before_the_command() -> None:
    assert cli.take_language(["--language", "zh", "check", "x"]) == ("zh", ["check", "x"])
    assert cli.take_language(["--language=en", "demo"]) == ("en", ["demo"])
    assert cli.take_language(["demo", "--language", "zh"]) == ("", ["demo", "--language", "zh"])
    assert cli.take_language(["--language", "tlh"]) == ("", ["--language", "tlh"])
    assert cli.take_language([]) == ("", [])


def test_only_what_is_asked_for_is_built() -> None:
    assert cli.needed(["export", "x"]) == ("data",)
    assert cli.needed(["train", "x"]) == ("train",)
    assert cli.needed(["--version"]) == ()
    assert cli.needed(["data"]) == cli.needed(["--help"]) == cli.needed([]) == cli.COMMANDS


@pytest.mark.parametrize("code", ["zh_CN", "en"])
def test_the_catalogues_are_read_as_qt_reads_them(code: str) -> None:
    catalogue = Catalogue(resource_path("translations", f"qvl_{code}.qm"))
    root = ElementTree.parse(resource_path("translations", f"qvl_{code}.ts")).getroot()
    seen = 0
    for context in root.iter("context"):
        for message in context.iter("message"):
            place = context.findtext("name", ""), message.findtext("source", ""), message.findtext("comment", "")
            translation = message.find("translation")
            assert translation is not None
            forms = [form.text or "" for form in translation.iter("numerusform")]
            for number, form in enumerate(forms, start=1 if len(forms) > 1 else 2):
                assert catalogue.translate(*place, number) == form.replace("%n", str(number))
            if not forms and translation.text:
                assert catalogue.translate(*place) == translation.text
            seen += 1
    assert seen > 50
    assert catalogue.translate("cli", "words that nobody wrote") == "words that nobody wrote"
    assert catalogue.translate("cli", "%n dog(s)", "", 2) == "2 dogs"


def test_plurals() -> None:
    assert [translate("cli", "%n box(es) proposed", "", n) for n in (1, 2)] == ["1 box proposed", "2 boxes proposed"]
    speak("zh_CN")
    assert translate("cli", "%n picture(s)", "", 1) == "1 张图片"


def test_what_argparse_says_to_users_is_known() -> None:
    """Nothing that this Python's argparse says to a user is missing from the table."""
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(argparse))) if isinstance(node, ast.Call)]
    said = {
        argument.value
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in ("_", "ngettext")
        for argument in call.args
        if isinstance(argument, ast.Constant)
    }
    for_programmers = (
        "conflicting", "not defined", "'required' is", "mutually exclusive", "not callable", "cannot merge",
        "invalid option string", "dest=", "invalid conflict_resolution", "cannot have multiple", 'argument "-"',
    )  # fmt: skip
    assert {text for text in said if not any(part in text for part in for_programmers)} <= set(ARGPARSE)


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from parsers(inner)


def test_no_help_is_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    speak("zh_CN")
    found = list(parsers(cli.build_parser()))
    assert len(found) == len(cli.COMMANDS) + 3
    for parser in found:
        usage, _, rest = parser.format_help().partition("\n\n")
        assert usage.startswith("用法：")
        assert max(map(columns, rest.splitlines())) <= 80
        for line in rest.splitlines():
            assert not english(line), (parser.prog, line)
        for action in parser._actions:
            if action.help not in (None, argparse.SUPPRESS):
                shown = translate("cli", str(action.help))
                assert CHINESE.search(shown), (parser.prog, action.dest, shown)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["predict"], "缺少以下参数：--model, --image, --prompt"),
        (["split", "x.qvl", "--seed", "one"], "参数 --seed：one 不是整数"),
        (["split", "x.qvl", "--by", "moon"], "参数 --by：选择无效"),
        (["nonsense", "x"], "选择无效"),
        (["split", "x.qvl", "--moon"], "无法识别的参数：--moon"),
        (["split"], "缺少以下参数：PROJECT.qvl"),
        (["split", "x.qvl", "--seed"], "需要一个值"),
        (["cache", "--limit", "-1"], "请给出以 GB 为单位的大小"),
        (["annotate", "x.qvl"], "请说明询问什么"),
        (["train"], "请给出一个训练文件夹"),
        (["plan"], "请指定模型"),
        (["serve", "--model", "demo", "--batch", "0"], "0 不是不小于 1 的整数"),
    ],
)
def test_wrong_use(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--language=zh", *arguments])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert words in said
    assert "：错误：" in said


@pytest.fixture(autouse=True)
def own_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--language` sets the variable for children; here it goes back."""
    monkeypatch.setenv("QVL_LANGUAGE", "zh")
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


def check_lines(said: str, *apart: Path) -> list[str]:
    """Every line that is said, none of them English."""
    for path in sorted(map(str, apart), key=len, reverse=True):
        said = said.replace(path, "/x")
    lines = [line for line in re.split(r"[\r\n]+", said) if line.strip()]
    assert lines
    for line in lines:
        assert not english(line), line
    return lines


def test_commands_about_data(demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "qwen.json"
    turns = [{"from": "user", "value": "hi <box>(1,2),(3000,4)</box>"}]
    broken.write_text(json.dumps([{"id": 1}, {"id": 2, "conversations": turns}]))
    made = tmp_path / "made.qvl"
    runs = [
        (["new", str(made), "--images", str(demo.parent / "pictures")], 0),
        (["export", str(demo), str(tmp_path / "out.json")], 0),
        (["export", str(demo), str(tmp_path / "coco.json"), "--format", "coco"], 0),
        (["import", str(tmp_path / "a.qvl"), str(tmp_path / "out.json")], 0),
        (["import", str(tmp_path / "b.qvl"), str(tmp_path / "coco.json")], 0),
        (["import", str(tmp_path / "c.qvl"), str(broken)], 0),
        (["check", str(broken)], 1),
        (["check", str(demo), "--quick"], 0),
        (["check", str(demo), "--mend", "x9"], 2),
        (["split", str(demo), "--quick", "--dry-run"], 0),
        (["check", str(tmp_path / "nowhere.qvl")], 1),
        (["export", str(demo), "x", "--format", "x9"], 1),
        (["models"], 0),
        (["cache", "--limit", "1"], 0),
        (["annotate", str(demo), "--resume"], 1),
    ]
    said = []
    for arguments, code in runs:
        assert cli.main(arguments) == code, arguments
        both = capsys.readouterr()
        said += check_lines(both.out + "\n" + both.err, tmp_path, demo.parent, tmp_path.parent)
    text = "\n".join(said)
    for words in ("第 1 条记录：", "，第 1 轮，字符 3-28：错误：", "张图片，", "个对话", "没有这个文件", "略去 0 个"):
        assert words in text, words


def test_what_is_learnt_is_shown(demo: Path) -> None:
    lines = told("labels", "--model", "demo", "--data", str(demo), "--sample", "1").strip().splitlines()
    check_lines("\n".join([lines[0], lines[-1]]))  # between them stands the sample itself
    assert re.match(r"--- 样本 1（demo.qvl：第 \d+ 个对话）：\d+ 个 token", lines[0])


def test_tables_stand_straight(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["split", str(demo), "--quick", "--dry-run"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("另有")]
    assert len(lines) > 4
    assert {columns(line) for line in lines} == {24 + 3 * 12}


def test_results_for_programs_are_english(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps([{"conversations": [{"from": "user", "value": "hi"}]}]))
    assert cli.main(["check", str(broken), "--json"]) == 1
    said = capsys.readouterr()
    assert [finding["message"] for finding in json.loads(said.out)] == ["There is no answer to learn from."]
    assert "1 个错误" in said.err
    assert cli.main(["check", str(tmp_path / "nowhere.json"), "--json"]) == 1
    assert CHINESE.search(capsys.readouterr().err), "what went wrong is told to a person"


def test_a_download(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "hub" / "Tiny-VL")
    with serving(FakeHub({REPO: repository})) as hub:
        place = ["--endpoint", hub.url, "--to", str(tmp_path / "models")]
        for arguments in ([REPO, *place, "--size"], [REPO, *place], ["Tiny-VL", "--check"]):
            check_lines(told("download", *arguments), tmp_path)


def test_the_list_of_known_models(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["download"]) == 0
    both = capsys.readouterr()
    assert len({columns(line) for line in both.out.splitlines()}) == 1
    check_lines(re.sub(r"(?m)^\S+", "", both.out) + both.err)


def told(*arguments: str, seconds: float = 240) -> str:
    """What a command in a process of its own says on both streams."""
    done = subprocess.run(
        child_command(*arguments), env=child_environment(OMP_NUM_THREADS="1"), capture_output=True, text=True,
        encoding="utf-8", timeout=seconds, check=False,
    )  # fmt: skip
    return done.stdout + "\n" + done.stderr


def test_commands_that_ask_a_model(demo: Path, tmp_path: Path) -> None:
    picture = next((demo.parent / "pictures").glob("*.jpg"))
    runs = [
        ["plan", "--model", "demo", "--data", str(demo)],
        ["predict", "--model", "demo", "--image", str(picture), "--prompt", "框出圆", "--out", str(tmp_path / "a.png")],
        ["evaluate", "--model", "demo", "--data", str(demo), "--split", "val", "--limit", "2"],
        ["quantize", "--model", "demo", "--out", str(tmp_path / "int4")],
    ]
    for arguments in runs:
        check_lines(told(*arguments), tmp_path, demo.parent)


def test_proposals_from_a_server(demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    draw(folder / "1.jpg", 1)
    with Project.create(tmp_path / "p.qvl") as project:
        project.add_pictures([folder])
    with foreign("good") as (_, door):
        who = ["--server", door.url, "--key", "k", "--model", "x9", "--family", "qwen2.5-vl"]
        for what in (["--refs", "圆"], ["--differences"], ["--draft", "图里有什么？"]):
            code = cli.main(["annotate", str(tmp_path / "p.qvl"), *who, *what])
            assert code == (1 if what == ["--differences"] else 0)  # there are no regions to differ from
            both = capsys.readouterr()
            check_lines(both.out + "\n" + both.err, tmp_path)


def test_a_run_and_what_becomes_of_it(demo: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    said = told(
        "train", "--model", "demo", "--data", str(demo), "--run", str(run), "--epochs", "0.05", "--batch-size", "2",
        "--eval-samples", "1",
    )  # fmt: skip
    lines = check_lines(said, tmp_path, demo.parent)
    assert any("步后完成" in line for line in lines), said
    said = told("merge", "--model", "demo", "--adapter", str(run), "--out", str(tmp_path / "m"), "--check", "1")
    check_lines(said, tmp_path, demo.parent)
    said = told("train", str(run))
    assert "--resume" in check_lines(said, tmp_path, demo.parent)[0]


def test_a_server_and_the_demo_begin_in_chinese(tmp_path: Path) -> None:
    for arguments, enough in (
        (["serve", "--model", "demo"], "http://"),
        (["demo", "--out", str(tmp_path / "out"), "--language", "zh"], "正在加载演示模型"),
    ):
        log = tmp_path / f"{arguments[0]}.txt"
        with log.open("wb") as file:
            child = subprocess.Popen(
                child_command(*arguments), env=child_environment(OMP_NUM_THREADS="1"), stdout=file, stderr=file
            )
            ends = time.monotonic() + 120
            while enough not in log.read_text(encoding="utf-8") and time.monotonic() < ends and child.poll() is None:
                time.sleep(0.2)
            child.terminate()
            child.wait(60)
        lines = [line for line in log.read_text(encoding="utf-8").splitlines() if not line.startswith("{")]
        assert any(CHINESE.search(line) for line in lines)
        check_lines("\n".join(lines), tmp_path)


def test_columns_and_wrapping() -> None:
    assert columns("图a") == 3
    assert left("图", 4) == "图  "
    assert right("图", 4) == "  图"
    assert cut("一二三四", 5) == "一二…"
    assert cut("abc", 3) == "abc"
    assert wrap("", 10) == []
    assert wrap("one two  three", 7) == ["one two", "three"]
    text = "用 --resume 继续：已保留（全部）得到的结果，之后再看。"
    for width in range(12, 40):
        lines = wrap(text, width)
        assert max(map(columns, lines)) <= width
        assert not any(line[0] in "，。：）" or line[-1] == "（" for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
