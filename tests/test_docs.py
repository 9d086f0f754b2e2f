"""The documentation: it builds, both languages have the same pages, and what it says of the program is still so."""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import shlex
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from qvl_desktop import cli
from qvl_desktop.core.amounts import GB, GIB
from qvl_desktop.core.catalogue import Catalogue
from qvl_desktop.core.forecast import DataSummary, Hardware, forecast
from qvl_desktop.core.known_models import KNOWN
from qvl_desktop.core.launch import launch_line, slurm_script
from qvl_desktop.core.model_needs import needs_of
from qvl_desktop.core.model_sizes import DecoderShape
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.presets import CARDS

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
ENGLISH = sorted(page for page in DOCS.rglob("*.md") if not page.name.endswith(".zh.md"))
CHINESE = sorted(DOCS.rglob("*.zh.md"))
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#+) ", re.MULTILINE)


def name(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


def fences(page: Path) -> list[str]:
    return [text for _, text in FENCE.findall(page.read_text(encoding="utf-8"))]


def without_fences(page: Path) -> str:
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def test_both_languages_have_the_same_pages() -> None:
    assert len(ENGLISH) >= 25
    assert [name(page) for page in CHINESE] == sorted(name(page).replace(".md", ".zh.md") for page in ENGLISH)


@pytest.mark.parametrize("page", ENGLISH, ids=name)
def test_the_chinese_page_has_the_same_parts(page: Path) -> None:
    """As many headings of each level, as many fences and tables' rows, and the words are Chinese."""
    other = page.with_name(page.name.replace(".md", ".zh.md"))
    english, chinese = without_fences(page), without_fences(other)
    assert HEADING.findall(chinese) == HEADING.findall(english)
    assert len(fences(other)) == len(fences(page))
    assert len(re.findall(r"^\|", chinese, re.MULTILINE)) == len(re.findall(r"^\|", english, re.MULTILINE))
    assert len(re.findall(r"[\u4e00-\u9fff]", chinese)) > len(english) / 10


# The site


class _Site(HTMLParser):
    """What a page loads, where it links to, and what can be linked to."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        if "id" in found:
            self.ids.add(found["id"])
        if tag in ("script", "img", "iframe") and "src" in found:
            self.loads.append(found["src"])
        elif tag == "link" and found.get("rel") not in ("canonical", "alternate", "next", "prev"):
            self.loads.append(found.get("href", ""))
        elif tag == "a" and "href" in found:
            self.links.append(found["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("material", reason="the extra docs is not installed")
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return folder


def test_the_site_works_from_a_folder_without_a_network(site: Path) -> None:
    """Nothing comes from another host; every file and every place that is linked to is there."""
    pages = {}
    for page in site.rglob("*.html"):
        if page.name != "404.html":
            pages[page] = _Site()
            pages[page].feed(page.read_text(encoding="utf-8"))
    assert len(pages) == len(ENGLISH) + len(CHINESE)
    wrong = []
    for page, parts in pages.items():
        for address in (*parts.loads, *(link for link in parts.links if not link.startswith(("http", "mailto:")))):
            path, _, place = address.partition("#")
            target = (page.parent / path).resolve() if path else page
            if address.startswith(("http:", "https:", "//")) or not target.is_file():
                wrong.append(f"{page.relative_to(site)}: {address}")
            elif place and not place.startswith("__") and target in pages and place not in pages[target].ids:
                wrong.append(f"{page.relative_to(site)}: {address}: there is no such place")
    assert wrong == []
    for style in site.rglob("*.css"):
        assert not re.search(r"(@import|url\()\s*[\"']?(https?:)?//", style.read_text(encoding="utf-8")), style


# The program


def _parsers() -> dict[str, argparse.ArgumentParser]:
    for action in cli.build_parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    raise AssertionError("the parser has no commands")


def _commands() -> list[tuple[str, str]]:
    found = []
    for page in (*ENGLISH, *CHINESE, ROOT / "README.md", ROOT / "README.zh.md"):
        for text in fences(page):
            for line in text.replace("\\\n", " ").splitlines():
                if line.strip().startswith("qvl-desktop "):
                    found.append((page.name, line.strip()))
    return found


def _words(line: str) -> list[str]:
    """The words of a line, without the explanation that stands behind it after a gap or a #."""
    code = re.split(r"\s{3,}|\s#\s", line)
    command = code[0]
    for rest in code[1:]:  # aligned commands: "qvl-desktop plan     --model M"
        if rest.startswith("--") or (rest and command.count(" ") == 1 and rest.split()[0].isascii() and "/" in rest):
            command += " " + rest
        else:
            break
    return shlex.split(command)[1:]


def test_every_command_of_the_documentation_parses(capsys: pytest.CaptureFixture[str]) -> None:
    parsers, wrong, seen = _parsers(), [], set()
    for page, line in _commands():
        words = _words(line)
        if cli.SAFE in words and cli.window_target(words) is not None:
            continue
        if not words or words[0] not in parsers:
            if words and not words[0].endswith((".qvl", "/")):
                wrong.append(f"{page}: {line}: no command")
            continue
        seen.add(words[0])
        try:
            parsers[words[0]].parse_args(words[1:])
        except SystemExit as ended:
            if ended.code != 0:
                wrong.append(f"{page}: {line}: {capsys.readouterr().err.splitlines()[-1:]}")
    assert wrong == []
    assert seen >= set(parsers), f"no page shows {set(parsers) - seen}"


def test_options_named_in_words_exist() -> None:
    known = {option for parser in _parsers().values() for action in parser._actions for option in action.option_strings}
    known |= {option for action in cli.build_parser()._actions for option in action.option_strings}
    others = {"--model_name_or_path", "--use_lora", "--mm-processor-kwargs", "--trust-remote-code", "--nnodes"}
    others |= {"--remove", "--only-shell", "--tiny", "--forecast"}
    for page in (*ENGLISH, *CHINESE):
        named = set(re.findall(r"(?<=`)--[a-z][a-z0-9_-]+", without_fences(page)))
        assert named <= known | others, f"{page.name}: {named - known - others}"


def _templates() -> set[str]:
    found = set()
    for file in (ROOT / "qvl_desktop").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("QT_TRANSLATE_NOOP", "_N")
            if called and len(node.args) == 2 and isinstance(node.args[1], ast.Constant):  # type: ignore[attr-defined]
                found.add(str(node.args[1].value))  # type: ignore[attr-defined]
    return found


def _quoted(page: Path) -> list[str]:
    lines = re.findall(r"^> (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return [line.replace("&lt;", "<").replace("\\*", "*") for line in lines]


def test_every_quoted_error_is_still_said() -> None:
    quoted, said = _quoted(DOCS / "troubleshooting.md"), _templates()
    assert len(quoted) > 40
    assert [text for text in quoted if text not in said] == []
    words = Catalogue(ROOT / "resources" / "translations" / "qvl_zh_CN.qm")
    chinese = [words.translate("errors", text) for text in quoted]
    assert _quoted(DOCS / "troubleshooting.zh.md") == chinese


def _numbers(page: Path, row: str) -> list[float]:
    line = next(
        line for line in page.read_text(encoding="utf-8").splitlines() if re.match(rf"\| {re.escape(row)}", line)
    )
    return [float(word) for word in re.findall(r"\d+(?:\.\d+)?(?= \||，|,|（)", line.split("|", 2)[2])]


@pytest.mark.parametrize("page", ["memory.md", "memory.zh.md"])
def test_the_figures_of_cards_are_those_of_the_forecast(page: str, tmp_path: Path) -> None:
    visual = {"image_size": 448, "patch_size": 14, "width": 1664, "layers": 48, "heads": 16, "mlp_ratio": 4.9231}
    config = {
        "model_type": "qwen", "hidden_size": 4096, "num_attention_heads": 32, "kv_channels": 128, "vocab_size": 151936,
        "intermediate_size": 22016, "num_hidden_layers": 32, "visual": visual | {"output_dim": 4096},
    }  # fmt: skip
    (tmp_path / "config.json").write_text(json.dumps(config))
    shape = DecoderShape.read(tmp_path)
    for card in (card for card in CARDS if card.memory):
        plan = card.applied(TrainingPlan(data="x"))
        data = DataSummary(1000, 1000, plan.max_length, plan.max_length // 8, average=plan.max_length / 2)
        hardware = Hardware(value_bytes=2, on_card=True, available=int(0.9 * card.memory))
        need = forecast(plan, shape, data, hardware).memory
        said = _numbers(DOCS / page, f"{card.memory // GIB} GB ")
        assert said == [plan.max_length, plan.batch_size, plan.lora_rank, round(need / GIB, 1)], card.name


@pytest.mark.parametrize("page", ["memory.md", "memory.zh.md"])
def test_the_figures_of_models_are_those_of_the_forecast(page: str) -> None:
    told = 0
    for model in KNOWN:
        needs = needs_of(model)
        if needs is None or model.name == "Qwen-VL-Chat":  # stands in the row of Qwen-VL
            continue
        memory = [round(size / GIB, 1) for size in (needs.chat, needs.lora, needs.qlora) if size]
        expected = [round(model.size / GB, 1), *memory]
        assert _numbers(DOCS / page, model.name) == expected, model.name
        told += 1
    assert told >= 9


@pytest.mark.parametrize("page", ["clusters.md", "clusters.zh.md"])
def test_the_launch_lines_are_those_that_the_program_writes(page: str) -> None:
    plan = TrainingPlan.from_dict({"data": "x", "distributed": "ddp", "processes": 8})
    text = (DOCS / page).read_text(encoding="utf-8")
    assert launch_line(plan, Path("runs/eight"), nodes=2) in text
    assert slurm_script(plan, Path("runs/eight"), nodes=2).strip() in text
    four = TrainingPlan.from_dict({"data": "x", "distributed": "ddp", "processes": 4})
    assert launch_line(four, Path("runs/four")) in " ".join(text.split())


def test_pictures_of_the_pages_are_in_the_language_of_the_page() -> None:
    for page in (*ENGLISH, *CHINESE):
        wanted = "zh" if page in CHINESE else "en"
        for image in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
            assert image.endswith(f"-{wanted}.png"), f"{page.name}: {image}"


def test_a_browser_searches_the_site_from_a_folder(site: Path) -> None:
    """Words of both languages are found on a page that was opened as a file, and nothing is asked of a network."""
    from playwright.sync_api import sync_playwright

    from tests.engine.web.browsing import chromium_path

    browser = chromium_path()
    asked: list[str] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser)
        page = chromium.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: asked.append(str(error)))
        for start, word, found in (
            ("index.html", "stratification", "health.html"),
            ("zh/index.html", "显存", "zh/memory.html"),
        ):
            page.goto((site / start).as_uri())
            wanted = page.locator(f".md-search-result__item a[href*='{found}']").first
            for _ in range(20):  # words that come before the index is read are passed over
                for typed in ("", word):
                    page.locator(".md-search__input").first.fill(typed)
                    page.locator(".md-search__input").first.press("End")  # the page looks when a key is let go
                page.wait_for_timeout(500)
                if wanted.count():
                    break
            assert wanted.count(), (start, word)
        chromium.close()
    assert [address for address in asked if not address.startswith(("file:", "data:", "about:"))] == []
