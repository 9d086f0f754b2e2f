"""The web page in a real browser before a real engine: pictures go in, boxes come out where they belong."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.engine import tiny
from tests.engine.serving import Served
from tests.engine.web.browsing import (
    PHONE,
    ask,
    attach,
    drawn_at,
    enter,
    inside_and_outside,
    last,
    on_the_edges,
    opened,
    settled,
)
from tests.engine.web.conftest import Contexts

RED, BLUE = (125, 166, 500, 666), (500, 500, 900, 900)
TWO = ((100, 100, 400, 400), (500, 500, 900, 900))


def page_of(served: Served) -> str:
    return served.url.removesuffix("v1")


def assert_drawn(page: Page, box: tuple[int, int, int, int], exchange: int = -1) -> None:
    page.wait_for_timeout(50)
    assert all(drawn_at(page, on_the_edges(box), exchange)), box
    assert not any(drawn_at(page, inside_and_outside(box), exchange)), box


def test_a_visit(served: Served, contexts: Contexts, pictures: list[Path]) -> None:
    """Wrong key, right key, a picture, its boxes, both ways of pointing, another model, again, copy, a new chat."""
    context = contexts(permissions=["clipboard-read", "clipboard-write"])
    with opened(context, page_of(served)) as watched:
        page = watched.page
        page.fill("#key", "a wrong key")
        page.press("#key", "Enter")
        expect(page.locator("#key-problem")).to_contain_text("not the right one")
        expect(page.locator("#app")).to_be_hidden()
        enter(page, served.key)
        assert page.locator("#model option").all_inner_texts() == ["Base model", "blue"]

        attach(page, pictures[0])
        ask(page, "Find the red circle.")
        assert_drawn(page, RED)
        phrase = last(page, "button.phrase")
        assert phrase.inner_text() == "the red circle"
        assert phrase.get_attribute("aria-label") == "the red circle: shown by 1 box"
        expect(last(page, ".figures")).to_contain_text("tokens/s")
        canvas, image = last(page, "canvas").bounding_box(), last(page, "figure img").bounding_box()
        assert canvas == image, "the drawing lies over the picture"

        # Pointing: the phrase lights its box (which is then filled), the box lights its phrase.
        middle = inside_and_outside(RED)[:1]
        phrase.hover()
        assert drawn_at(page, middle) == [True]
        page.mouse.move(5, 700)
        assert drawn_at(page, middle) == [False]
        page.mouse.move(canvas["x"] + 0.3 * canvas["width"], canvas["y"] + 0.4 * canvas["height"])
        expect(phrase).to_have_class("phrase lit")
        phrase.focus()
        assert drawn_at(page, middle) == [True]

        # Another model answers the same question otherwise, without anything being asked anew.
        page.select_option("#model", "blue")
        last(page, "button[aria-label='Answer again']").click()
        settled(page)
        assert_drawn(page, BLUE)
        page.select_option("#model", "base")
        last(page, "button[aria-label='Answer again']").click()
        settled(page)
        assert_drawn(page, RED)
        ask(page, "And what else?")
        assert page.locator(".exchange").count() == 2
        assert_drawn(page, RED, 0)
        expect(page.locator("button[aria-label='Answer again']:visible, button.plain:visible")).to_have_count(1)

        page.locator(".exchange").first.locator("button[aria-label^='Copy']").click()
        expect(page.locator(".exchange").first.locator(".figures")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == tiny.RED

        page.locator(".exchange").first.locator(".enlarge").click()
        expect(page.locator("#large canvas")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#large")).to_be_hidden()

        # The key is kept in the tab alone: never in an address, a cookie or what outlives the tab.
        assert page.evaluate("sessionStorage.getItem('qvl-key')") == served.key
        assert not any("key" in url.lower().partition("?")[2] or served.key in url for url in watched.asked)
        assert "the-key" not in page.evaluate("JSON.stringify({...localStorage}) + document.cookie")
        assert all(url.startswith((page_of(served), "blob:")) for url in watched.asked), "nothing from elsewhere"
        page.reload()
        page.wait_for_selector("#app:not([hidden])")
        page.click("#leave")
        expect(page.locator("#gate")).to_be_visible()
        assert page.evaluate("sessionStorage.getItem('qvl-key')") is None


def test_a_phone_in_chinese(served: Served, contexts: Contexts, pictures: list[Path]) -> None:
    """390 pixels wide, touched, in the browser's language; a switch goes through all that is said, and stays."""
    with opened(contexts(locale="zh-CN", **PHONE), page_of(served)) as watched:
        page = watched.page
        expect(page.locator("#key-form h1")).to_have_text("输入密钥")
        page.fill("#key", "不对")
        page.tap("#enter")
        expect(page.locator("#key-problem")).to_contain_text("密钥不正确")
        enter(page, served.key)
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
        assert page.locator("#camera").get_attribute("capture") == "environment"
        expect(page.locator("#photo")).to_be_visible()
        page.set_input_files("#camera", str(pictures[1]))
        page.wait_for_selector("#attached li")
        page.fill("#question", "What is here?")
        page.tap("#send")
        settled(page)
        for box in TWO:
            assert all(drawn_at(page, on_the_edges(box)))
        phrase = last(page, "button.phrase")
        assert phrase.get_attribute("aria-label") == "two things：有 2 个框"
        phrase.tap()
        assert all(drawn_at(page, [(0.25, 0.25), (0.7, 0.7)])), "both boxes light up"
        canvas = last(page, "canvas").bounding_box()
        page.touchscreen.tap(canvas["x"] + 0.02 * canvas["width"], canvas["y"] + 0.98 * canvas["height"])
        expect(phrase).to_have_class("phrase")
        page.touchscreen.tap(canvas["x"] + 0.7 * canvas["width"], canvas["y"] + 0.7 * canvas["height"])
        expect(phrase).to_have_class("phrase lit")
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        small = page.evaluate(
            "[...document.querySelectorAll('#app button')].filter((one) => one.checkVisibility() "
            "&& !one.matches('.phrase, #attached button')).map((one) => one.getBoundingClientRect())"
            ".filter((box) => box.width < 36 || box.height < 36).length"
        )
        assert small == 0, "fingers find every button"
        page.locator("header .switch-language").tap()
        expect(page.locator("#question")).to_have_attribute("placeholder", "Ask about the picture…")
        assert phrase.get_attribute("aria-label") == "two things: shown by 2 boxes"
        page.reload()
        page.wait_for_selector("#app:not([hidden])")
        expect(page.locator("#hello h2")).to_have_text("Ask about a picture")


def test_stopping(served: Served, contexts: Contexts, pictures: list[Path]) -> None:
    """What was said so far stays, and the next question is answered."""
    with opened(contexts(), page_of(served), served.key) as watched:
        page = watched.page
        attach(page, pictures[2])
        ask(page, "Tell me a story.", wait=False)
        expect(last(page, ".words")).to_contain_text("Once upon")
        page.keyboard.press("Escape")
        settled(page)
        told = last(page, ".words").inner_text()
        assert tiny.STORY.startswith(told.strip()[:20])
        assert len(told) < len(tiny.STORY)
        expect(last(page, ".status")).to_have_text("Stopped")
        page.click("#new")
        assert page.locator(".exchange").count() == 0
        attach(page, pictures[2])
        ask(page, "Tell me a story.")
        assert last(page, ".words").inner_text().strip() == tiny.STORY.strip()


def test_several_pictures_by_drop_and_paste(served: Served, contexts: Contexts, pictures: list[Path]) -> None:
    """Boxes are drawn on the last picture named, whichever way it came; one that was taken away is not sent."""
    with opened(contexts(), page_of(served), served.key) as watched:
        page = watched.page
        for kind, target, path in (("drop", "#app", pictures[1]), ("paste", "#question", pictures[0])):
            page.evaluate(
                """async ([kind, target, bytes, name]) => {
                  const transfer = new DataTransfer();
                  transfer.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
                  const init = { bubbles: true, cancelable: true, dataTransfer: transfer, clipboardData: transfer };
                  const event = kind === "drop" ? new DragEvent(kind, init) : new ClipboardEvent(kind, init);
                  document.querySelector(target).dispatchEvent(event);
                }""",
                [kind, target, list(path.read_bytes()), path.name],
            )
            page.wait_for_selector(f"#attached img[alt='{path.name}']")
        attach(page, pictures[2])
        page.click("#attached button[aria-label='Take blue.png away']")
        assert page.locator("#attached li").count() == 2
        with page.expect_request("**/v1/chat/completions") as sent:
            ask(page, "Find the red circle.", wait=False)
        body = sent.value.post_data_json
        parts = body["messages"][0]["content"]
        assert [part["type"] for part in parts] == ["image_url", "image_url", "text"]
        settled(page)
        shown = last(page, "figure img").evaluate("(one) => [one.naturalWidth, one.naturalHeight]")
        assert shown == list(Image.open(pictures[0]).size), "the last picture is the one"
        assert page.locator(".thumb").count() == 2


def test_a_picture_from_a_camera_is_upright(served: Served, contexts: Contexts, tmp_path: Path) -> None:
    """A turned photograph is shown as the model sees it; a huge one is made smaller before it is sent."""
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    turned = tmp_path / "turned.jpg"
    Image.new("RGB", (400, 200), "green").save(turned, exif=exif)
    huge = tmp_path / "huge.jpg"
    Image.new("RGB", (200, 8192), "white").save(huge, exif=exif)
    with opened(contexts(), page_of(served), served.key) as watched:
        page = watched.page
        attach(page, turned)
        ask(page, "Find the red circle.")
        box = last(page, "canvas").bounding_box()
        assert box["height"] == pytest.approx(2 * box["width"], rel=0.01)
        attach(page, huge)
        with page.expect_request("**/v1/chat/completions") as sent:
            ask(page, "Find the red circle.")
        url = sent.value.post_data_json["messages"][-1]["content"][0]["image_url"]["url"]
        assert Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).size == (4096, 100)
        assert [one["role"] for one in sent.value.post_data_json["messages"]] == ["user", "assistant", "user"]


def test_every_word_can_be_read(served: Served, contexts: Contexts, pictures: list[Path]) -> None:
    """Contrast of 4.5 or more for every text, light and dark, at the key, before and after a question."""
    for scheme in ("light", "dark"):
        with opened(contexts(color_scheme=scheme), page_of(served)) as watched:
            page = watched.page
            page.fill("#key", "wrong")
            page.click("#enter")
            page.wait_for_selector("#key-problem:not([hidden])")
            assert pale(page) == []
            enter(page, served.key)
            page.wait_for_timeout(200)
            assert pale(page) == []
            attach(page, pictures[1])
            ask(page, "What is here?")
            page.locator("button.phrase").click()
            page.wait_for_timeout(200)
            assert pale(page) == []
            nameless = page.evaluate(
                "[...document.querySelectorAll('button, input, select, textarea, canvas')].filter((one) => "
                "one.checkVisibility() && !one.textContent.trim() && !one.getAttribute('aria-label') "
                "&& !(one.labels && one.labels.length)).map((one) => one.outerHTML)"
            )
            assert nameless == []
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
            page.click("header .switch-theme")
            assert page.evaluate("getComputedStyle(document.body).backgroundColor") != ground


PALE = """
() => {
  const numbers = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const over = ([r, g, b, a = 1], under) => [r, g, b].map((v, i) => v * a + under[i] * (1 - a));
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    const chain = [];
    for (let one = element; one; one = one.parentElement) chain.unshift(numbers(getComputedStyle(one).backgroundColor));
    return chain.reduce((under, colour) => over(colour, under), [255, 255, 255]);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    if (element.closest(".unseen, option, noscript")) continue;
    const under = ground(element);
    const [a, b] = [light(over(numbers(getComputedStyle(element).color), under)), light(under)];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) found.push([walker.currentNode.data.trim(), contrast]);
  }
  return found;
}
"""


def pale(page: Page) -> list[object]:
    """The visible texts whose contrast is below 4.5."""
    found: list[object] = page.evaluate(PALE)
    return found
