"""The web page when things go wrong: hostile text, endless answers, a server that refuses, breaks off or is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.engine.web.browsing import ask, attach, drawn_at, last, on_the_edges, opened, settled
from tests.engine.web.conftest import Contexts
from tests.engine.web.played import Break, Played, error_event, playing, refusal, said

HOSTILE = """<img src=x onerror="window.taken=1"> <script>window.taken=2</script>
<ref><b onmouseover="window.taken=3">bold</b></ref><box>(100,100),(300,300)</box>
[press](javascript:window.taken=4) [here](data:text/html,<script>window.taken=5</script>)
![a picture](https://elsewhere.invalid/pixel.png) <iframe src="https://elsewhere.invalid"></iframe>
[a <b>page</b>](https://elsewhere.invalid/?q="<script/onload=window.taken=6)
[x](https://elsewhere.invalid/?q="><script>window.taken=6</script>)

| <script>window.taken=7</script> | b |
|---|---|
| <svg onload="window.taken=8"> | `<i>` |

```html
<script>window.taken=9</script>
```
"""


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "white.png"
    Image.new("RGB", (400, 300), "white").save(path)
    return path


def status(page: Page) -> str:
    text: str = last(page, ".status").inner_text()
    return text


def test_text_never_becomes_markup(played: Played, contexts: Contexts, tmp_path: Path) -> None:
    """In answers, questions, names of models and of files; nothing is run, nothing is fetched."""
    name = tmp_path / "<img src=x onerror=taken=1>.png"
    Image.new("RGB", (40, 30)).save(name)
    played.models = ["base", "<b>bold</b>"]
    played.pieces = said(*[HOSTILE[at : at + 7] for at in range(0, len(HOSTILE), 7)])
    with opened(contexts(), played.url, "right") as watched:
        page = watched.page
        assert page.locator("#model option").all_inner_texts()[1] == "<b>bold</b>"
        attach(page, name)
        ask(page, '<img src=x onerror="window.taken=1"><script>window.taken=2</script>')
        assert last(page, ".asked").inner_text().startswith("<img src=x")
        words = last(page, ".words")
        for tag in ("img", "script", "iframe", "svg", "b", "i"):
            assert words.locator(tag).count() == 0, tag
        assert words.locator("a").count() == 1
        link = words.locator("a")
        assert urlsplit(link.get_attribute("href")).hostname == "elsewhere.invalid"
        assert link.get_attribute("rel") == "noopener noreferrer nofollow"
        assert "https://elsewhere.invalid" in link.inner_text(), "an address is always to be read"
        shown = words.inner_text()
        for piece in ('onerror="window.taken=1"', "javascript:window.taken=4", "https://elsewhere.invalid/pixel.png"):
            assert piece in shown
        page.hover("button.phrase")
        assert last(page, "button.phrase").inner_text() == '<b onmouseover="window.taken=3">bold</b>'
        assert page.evaluate("window.taken") is None
        assert all(url.startswith((played.url, "blob:")) for url in watched.asked)
        refused = page.evaluate("() => { try { document.body.innerHTML = '<b>x</b>'; } catch (e) { return e.name; } }")
        assert refused == "TypeError", "not even a fault of the page's own could turn text into markup"
        watched.troubles.clear()  # the browser's report of that refusal


def test_broken_tokens_stay_words(played: Played, contexts: Contexts, picture: Path) -> None:
    texts = [
        "<box>(1,2),(3",
        "<box>(900,1),(100,5)</box>",
        "<ref>half",
        "</ref></box><box>(1,1),(5000,2)</box>",
        "<|im_end|>",
    ]
    with opened(contexts(), played.url, "right") as watched:
        page = watched.page
        attach(page, picture)
        for text in texts:
            played.pieces = said(*text)
            ask(page, "Find it.")
            assert last(page, ".words").inner_text() == text
            assert last(page, "button.phrase").count() == 0


def test_boxes_appear_as_they_complete(played: Played, contexts: Contexts, picture: Path) -> None:
    """The first box is drawn while the second one is still being written, and half a token is never shown."""
    go_on = asyncio.Event()

    async def pieces() -> AsyncIterator[str]:
        yield "<ref>a cup</ref><box>(100,100),(300,300)</box> and <ref>a sau"
        await go_on.wait()
        yield "cer</ref><box>(500,500),(800,800)</box><quad>(10,600),(200,600),(200,900),(10,900)</quad>"

    played.pieces = pieces
    with opened(contexts(), played.url, "right") as watched:
        page = watched.page
        attach(page, picture)
        ask(page, "Find both.", wait=False)
        expect(last(page, "button.phrase")).to_have_text("a cup")
        page.wait_for_timeout(100)
        assert all(drawn_at(page, on_the_edges((100, 100, 300, 300))))
        assert "<" not in last(page, ".words").inner_text()
        go_on.set()
        settled(page)
        assert last(page, "button.phrase").all_inner_texts() == ["a cup", "a saucer×2"]
        assert all(drawn_at(page, on_the_edges((500, 500, 800, 800))))
        assert all(drawn_at(page, [(0.01, 0.75), (0.2, 0.75), (0.1, 0.9)]))


def test_ten_thousand_boxes(played: Played, contexts: Contexts, picture: Path) -> None:
    """All of them arrive, and the page answers to the user meanwhile."""
    boxes = [
        f"<ref>thing {n}</ref><box>({n % 990},{n // 11}),({n % 990 + 9},{n // 11 + 9})</box> " for n in range(10_000)
    ]
    played.pieces = said(*["".join(boxes[at : at + 100]) for at in range(0, 10_000, 100)], pause=0.005)
    with opened(contexts(), played.url, "right") as watched:
        page = watched.page
        attach(page, picture)
        ask(page, "Find everything.", wait=False)
        expect(last(page, "button.phrase").first).to_be_visible()
        page.fill("#question", "typed meanwhile")
        settled(page)
        assert last(page, "button.phrase").count() == 10_000
        assert last(page, "canvas").get_attribute("aria-label") == "Picture 1 with 10000 boxes"
        last(page, "button.phrase").last.focus()
        assert drawn_at(page, [((9_999 % 990 + 4) / 1000, (9_999 // 11 + 4) / 1000)]) == [True]


def test_an_endless_answer_is_stopped(played: Played, contexts: Contexts) -> None:
    async def pieces() -> AsyncIterator[str]:
        while True:
            yield "and so on "
            await asyncio.sleep(0.001)

    played.pieces = pieces
    with opened(contexts(), played.url, "right") as watched:
        page = watched.page
        ask(page, "Go on.", wait=False)
        expect(last(page, ".words")).to_contain_text("and so on")
        page.click("#stop")
        settled(page)
        assert status(page) == "Stopped"
        assert played.left.wait(5), "the server hears of it"
        played.pieces = said("Hello.")
        ask(page, "And now?")
        assert last(page, ".words").inner_text() == "Hello."
        assert [one["role"] for one in played.bodies[-1]["messages"]] == ["user", "assistant", "user"]


def test_refusals_in_plain_words(played: Played, contexts: Contexts, picture: Path) -> None:
    """Each says what is the matter; the question and its picture stay and are asked again by one press."""
    cases = [
        (refusal(429, "full", "queue_full", Retry_After="7"), "Try again in 7 seconds"),
        (refusal(413, "too large"), "too large together"),
        (refusal(400, "long", "context_length_exceeded"), "longer than the model can read"),
        (refusal(400, "Picture 1 is broken."), "Picture 1 is broken."),
        (refusal(500, "The model failed."), "went wrong on the server: The model failed."),
        (refusal(404, "no such model", "model_not_found"), "no longer has this model"),
    ]
    with opened(contexts(), played.url, "right") as watched:
        page = watched.page
        for at, (response, words) in enumerate(cases):
            played.refuse = response
            if at == 0:
                attach(page, picture)
                ask(page, "What is this?")
            else:
                last(page, ".plain").click()
                settled(page)
            assert words in status(page)
        last(page, ".plain").click()
        settled(page)
        assert last(page, ".words").inner_text() == "Hello."
        assert page.locator(".exchange").count() == 1
        assert [part["type"] for part in played.bodies[-1]["messages"][0]["content"]] == ["image_url", "text"]


def test_an_answer_that_breaks_off_is_kept(played: Played, contexts: Contexts) -> None:
    async def broken() -> AsyncIterator[str]:
        yield "The first half "
        await asyncio.sleep(0.05)
        raise Break

    with opened(contexts(), played.url, "right") as watched:
        page = watched.page
        played.pieces = broken
        ask(page, "Tell me.")
        assert last(page, ".words").inner_text().strip() == "The first half"
        assert "broke off in the middle" in status(page)
        played.pieces = said("Well ", error_event("The card is full."))
        last(page, ".plain").click()
        settled(page)
        assert last(page, ".words").inner_text().strip() == "Well"
        assert "The card is full." in status(page)
        played.pieces = said("Both halves.")
        last(page, ".plain").click()
        settled(page)
        assert last(page, ".words").inner_text() == "Both halves."


def test_a_server_that_is_gone_and_comes_back(contexts: Contexts) -> None:
    """With another key even: the chat stays where it was."""
    first = Played()
    with playing(first):
        port = urlsplit(first.url).port
        page = None
        context = contexts()
        opening = opened(context, first.url, "right")
        watched = opening.__enter__()
        page = watched.page
        ask(page, "One?")
    ask(page, "Two?")
    assert "cannot be reached" in status(page)
    second = Played()
    second.key, second.pieces = "another", said("Back again.")
    with playing(second, port or 0):
        last(page, ".plain").click()
        expect(page.locator("#key-problem")).to_contain_text("not the right one")
        page.fill("#key", "another")
        page.click("#enter")
        page.wait_for_selector("#app:not([hidden])")
        assert page.locator(".exchange").count() == 2
        last(page, ".plain").click()
        settled(page)
        assert last(page, ".words").inner_text() == "Back again."
        opening.__exit__(None, None, None)


def test_files_that_are_no_pictures(played: Played, contexts: Contexts, tmp_path: Path, picture: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(picture.read_bytes()[:40])
    words = tmp_path / "words.txt"
    words.write_text("hello")
    with opened(contexts(locale="zh-CN"), played.url, "right") as watched:
        page = watched.page
        for path in (broken, words):
            page.set_input_files("#files", [str(path), str(picture)])
            expect(page.locator("#notice")).to_contain_text(f"{path.name} 不是此浏览器能读取的图片")
        expect(page.locator("#attached li")).to_have_count(2)
        page.evaluate("document.querySelector('.switch-language').click()")
        expect(page.locator("#notice")).to_contain_text("is not a picture that this browser can read")
        ask(page, "Both?")
        assert page.locator("#notice").is_hidden()


def test_more_than_a_request_may_hold(played: Played, contexts: Contexts, picture: Path) -> None:
    """Said before anything is sent."""
    with opened(contexts(), played.url) as watched:
        page = watched.page
        page.route(
            "**/web/limits.json",
            lambda route: route.fulfill(json={"body_bytes": 900, "picture_bytes": 10**6, "pictures": 2}),
        )
        page.fill("#key", "right")
        page.click("#enter")
        page.wait_for_selector("#app:not([hidden])")
        page.set_input_files("#files", [str(picture)] * 3)
        expect(page.locator("#notice")).to_contain_text("2 pictures at most")
        ask(page, "These?")
        assert "too large together" in status(page)
        assert played.bodies == []


def test_copying_where_the_browser_offers_no_clipboard(played: Played, contexts: Contexts) -> None:
    """On the local network the page comes by http; browsers keep the clipboard for https."""
    context = contexts()
    context.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    with opened(context, played.url, "right") as watched:
        page = watched.page
        ask(page, "Say hello.")
        last(page, "button[aria-label^='Copy']").click()
        expect(last(page, ".figures")).to_have_text("Copied")
        page.click("#question")
        page.keyboard.press("Control+v")
        assert page.input_value("#question") == "Hello."
        assert page.locator("textarea").count() == 1


def test_all_by_keyboard(played: Played, contexts: Contexts, picture: Path) -> None:
    """Key, question, phrases, stop: nothing needs a mouse; letters that are being chosen do not send."""
    played.pieces = said(
        "<ref>a cup</ref><box>(100,100),(300,300)</box> on <ref>a table</ref><box>(0,500),(990,990)</box>"
    )
    with opened(contexts(), played.url) as watched:
        page = watched.page
        page.keyboard.type("right")
        page.keyboard.press("Enter")
        page.wait_for_selector("#app:not([hidden])")
        assert page.evaluate("document.activeElement.id") == "question"
        attach(page, picture)
        page.keyboard.type("one")
        page.keyboard.press("Shift+Enter")
        page.keyboard.type("two")
        page.evaluate(
            "document.activeElement.dispatchEvent("
            "new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }))"
        )
        assert page.locator(".exchange").count() == 0
        page.keyboard.press("Enter")
        expect(last(page, "button.phrase")).to_have_count(2)
        settled(page)
        assert last(page, ".asked").inner_text() == "one\ntwo"
        for _ in range(20):
            page.keyboard.press("Shift+Tab")
            if page.evaluate("document.activeElement.textContent") == "a table":
                break
        assert drawn_at(page, [(0.5, 0.75), (0.2, 0.2)]) == [True, False]
        page.keyboard.press("Shift+Tab")
        assert drawn_at(page, [(0.5, 0.75), (0.2, 0.2)]) == [False, True]
