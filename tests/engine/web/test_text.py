"""How the page reads what models write: the same boxes as the program finds, and a Markdown that is calm and safe."""

from __future__ import annotations

import random
from typing import Any

import pytest
from playwright.sync_api import Page

from qvl_desktop.core.tokens import BoxToken, Picture, QuadToken, Ref, Text, parse
from tests.engine.web.conftest import Contexts
from tests.engine.web.played import Played

BITS = (
    "<ref>", "</ref>", "<box>", "</box>", "<quad>", "</quad>", "<img>", "</img>", "a cup", " ", "\n", ",", "，", "红",
    "<", "<box>(1,2),(30,40)</box>", "<box>( 10 , 2 ),(30,040)</box>", "<box>(999,999),(999,999)</box>",
    "<box>(5,5),(4,9)</box>", "<box>(1,2),(1000,3)</box>", "<ref>the dog</ref>", "<quad>(1,2),(3,4)</quad>",
    "<quad>(1,2),(3,4),(5,6),(7,8)</quad>",
    "<box>(123456789,2),(3,4)</box>", "(1,2),(3,4)", "<img>a.png</img>", "**", "`", "</s>",
)  # fmt: skip


@pytest.fixture
def page(played: Played, contexts: Contexts) -> Page:
    made = contexts().new_page()
    made.goto(played.url)
    return made


def program_reads(text: str) -> tuple[list[list[list[int]]], str]:
    """The shapes as corners, and the words without them, as the program's own grammar finds them."""
    shapes: list[list[list[int]]] = []
    words = ""
    for segment in parse(text):
        match segment:
            case BoxToken(box):
                shapes.append([[box.x1, box.y1], [box.x2, box.y1], [box.x2, box.y2], [box.x1, box.y2]])
            case QuadToken(quad):
                shapes.append([list(point) for point in quad.points])
            case Ref(phrase):
                words += phrase
            case Picture(path):
                words += f"<img>{path}</img>"
            case Text(plain):
                words += plain
    return shapes, words


def test_the_page_finds_the_boxes_that_the_program_finds(page: Page) -> None:
    draw = random.Random(6)
    texts = ["".join(draw.choices(BITS, k=draw.randint(1, 14))) for _ in range(2000)]
    found: list[list[Any]] = page.evaluate(
        """async (texts) => {
          const { phrases } = await import("/web/tokens.js");
          return texts.map(phrases);
        }""",
        texts,
    )
    for text, parts in zip(texts, found, strict=True):
        shapes, words = program_reads(text)
        assert [shape for part in parts if isinstance(part, dict) for shape in part["shapes"]] == shapes, text
        shown = "".join(part if isinstance(part, str) else part["words"] for part in parts)
        # What stands between the boxes of one phrase (blanks, commas) is not shown.
        assert sorted(shown.replace(" ", "").replace("\n", "").replace(",", "").replace("，", "")) == sorted(
            words.replace(" ", "").replace("\n", "").replace(",", "").replace("，", "")
        ), text


def test_every_start_of_an_answer_is_shown_without_half_a_token(page: Page) -> None:
    text = "See <ref>a cup</ref><box>(1,2),(30,40)</box>, <ref>b</ref><quad>(1,2),(3,4),(5,6),(7,8)</quad> end"
    cuts: list[str] = page.evaluate(
        """async (text) => {
          const { phrases, settled } = await import("/web/tokens.js");
          const shown = (parts) => parts.map((part) => (typeof part === "string" ? part : part.words)).join("");
          return [...text].map((_, end) => shown(phrases(settled(text.slice(0, end)))));
        }""",
        text,
    )
    assert all("<" not in cut and "(" not in cut for cut in cuts), cuts


MARKDOWN = """# Head

Some *soft*, **strong**, ~~gone~~ and `code *as is*` words
in two lines, 3 * 4 * 5 and snake_case_words.

- one
- two with <ref>a cup</ref><box>(1,2),(30,40)</box>
  1. inner
  2. inner two
- three

3. third
4. fourth

> quoted
> twice

| a | b |
|:--|--:|
| 1 | **2** |

---

```py
x = "<ref>raw</ref><box>(1,2),(3,4)</box>"
```

\\*no mark\\* <https://no.link>
"""

SHOW = """
async ([texts, whole]) => {
  const { show } = await import("/web/markdown.js");
  const phrase = (number, { words, shapes }) => {
    const element = document.createElement("mark");
    element.textContent = `${words}/${shapes.length}`;
    return element;
  };
  const streamed = document.createElement("div");
  for (const text of texts) show(streamed, text, phrase);
  const fresh = document.createElement("div");
  show(fresh, whole, phrase);
  return [streamed.outerHTML, fresh.outerHTML];
}
"""


def test_markdown(page: Page) -> None:
    streamed, whole = page.evaluate(SHOW, [[MARKDOWN[:end] for end in range(0, len(MARKDOWN) + 1)], MARKDOWN])
    assert streamed == whole, "growing letter by letter ends where reading at once does"
    for piece in (
        "<h3>Head</h3>",
        "<em>soft</em>",
        "<strong>strong</strong>",
        "<s>gone</s>",
        "<code>code *as is*</code>",
        "3 * 4 * 5 and snake_case_words.",
        '<li><p>two with <mark>a cup/1</mark></p><ol start="1"><li><p>inner</p></li>',
        "<li><p>inner two</p></li></ol></li>",
        '<ol start="3"><li><p>third</p></li><li><p>fourth</p></li></ol>',
        "<blockquote><p>quoted\ntwice</p></blockquote>",
        '<tr><th scope="col">a</th><th scope="col">b</th></tr><tr><td>1</td><td><strong>2</strong></td></tr>',
        "<hr>",
        'x = "raw"',
        "*no mark* &lt;https://no.link&gt;",
    ):
        assert piece in whole, (piece, whole)


def test_what_was_shown_is_kept_while_more_comes(page: Page) -> None:
    """Nothing that is on the screen is made anew: a selection, a focus and a screen reader stay where they are."""
    kept = page.evaluate(
        """async () => {
          const { show } = await import("/web/markdown.js");
          const button = (textContent) => Object.assign(document.createElement("button"), { textContent });
          const phrase = (number, { words }) => button(words);
          const place = document.createElement("div");
          const box = "<box>(1,2),(30,40)</box>";
          const text = `First <ref>a cup</ref>${box} and\\n\\n- <ref>a plate</ref>${box}`;
          show(place, text, phrase);
          const before = [...place.querySelectorAll("button")];
          show(place, text + " with more\\n- and another\\n\\nThe end", phrase);
          const after = [...place.querySelectorAll("button")];
          return before.length === 2 && before.every((one, at) => one === after[at]);
        }"""
    )
    assert kept


def test_marks_that_never_end(page: Page) -> None:
    """Long texts full of lone marks, where a careless reader would take minutes or run out of stack."""
    units = ["**a ", "`", "[", "![](", "> ", "- ", "<ref>", "|-", "*a", "~~", "__a ", "\\", "1. ", "\n> ", "<box>(1,"]
    shown = page.evaluate(
        """async (units) => {
          const { show } = await import("/web/markdown.js");
          return units.map((unit) => {
            const place = document.createElement("div");
            show(place, unit.repeat(100000 / unit.length) + "\\n\\nend", () => document.createElement("b"));
            return place.textContent.slice(-3);
          });
        }""",
        units,
    )
    assert shown == ["end"] * len(units)


def test_both_languages_say_the_same_things(page: Page) -> None:
    missing = page.evaluate(
        """async () => {
          const { names } = await import("/web/words.js");
          const [en, zh] = [names("en"), names("zh")];
          const used = [...document.querySelectorAll("[data-text], [data-label], [data-placeholder]")]
            .flatMap(({ dataset }) => [dataset.text, dataset.label, dataset.placeholder]).filter(Boolean);
          return [[en, zh], [zh, en], [used, en]].map(([some, all]) => some.filter((name) => !all.includes(name)));
        }"""
    )
    assert missing == [[], [], []]
