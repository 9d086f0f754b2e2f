"""An X display of its own, and somebody at its keyboard and mouse, for looking at the packed app from outside.

Owns the display (Xvfb), keys, clicks and pictures of it. Knows nothing of the app. Linux only: it needs Xvfb and, from
PyPI, python-xlib.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageGrab
from Xlib import XK, X
from Xlib.display import Display
from Xlib.ext import xtest
from Xlib.protocol import event
from Xlib.xobject.drawable import Window

SIZE = (1440, 900)
_NAMES = {" ": "space", ".": "period", ",": "comma", "/": "slash", ":": "colon", "-": "minus", "_": "underscore"}


@contextmanager
def display(size: tuple[int, int] = SIZE) -> Iterator[str]:
    """An X display of its own, which every user of this machine may draw on; its name."""
    read, write = os.pipe()
    server = subprocess.Popen(
        [
            "Xvfb",
            "-displayfd",
            str(write),
            "-screen",
            "0",
            f"{size[0]}x{size[1]}x24",
            "-nolisten",
            "tcp",
            "-ac",
            "-noreset",
        ],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as number:
            yield f":{number.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


class Desk:
    """Keyboard, mouse and eyes on one display."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.screen = Display(name)

    def close(self) -> None:
        """Let go of the display."""
        self.screen.close()

    def grab(self) -> Image.Image:
        """What the display shows."""
        return ImageGrab.grab(xdisplay=self.name).convert("RGB")

    def painted(self) -> bool:
        """Whether a window with words is shown: an empty display is one colour, an empty window few. Looks at a strip
        at the left alone, so that looking often costs the program nothing it would notice."""
        strip = self.screen.screen().root.get_image(10, 0, 80, 420, X.ZPixmap, 0xFFFFFFFF).data
        return len({strip[place : place + 4] for place in range(0, len(strip), 4)}) > 20

    def settle(self, seconds: float = 10.0, still: float = 1.5) -> Image.Image:
        """Wait until the picture has not changed for `still` seconds, or `seconds` are over; the last picture."""
        end, last, since = time.monotonic() + seconds, self.grab(), time.monotonic()
        while time.monotonic() < end and time.monotonic() - since < still:
            time.sleep(0.1)
            now = self.grab()
            if now.tobytes() != last.tobytes():
                last, since = now, time.monotonic()
        return last

    def focus(self) -> None:
        """Give the keyboard to the windows at the top: there is no window manager to do it."""
        for window in self.windows():
            window.set_input_focus(X.RevertToParent, X.CurrentTime)
        self.screen.sync()

    def press(self, key: str, *held: str) -> None:
        """Press a key by its keysym name, with others held, as a keyboard would."""
        wanted = _NAMES.get(key, key)
        shifted = (len(wanted) == 1 and wanted.isupper()) or wanted in ("colon", "underscore")
        modifiers = [*held, *(["Shift_L"] if shifted else [])]
        codes = [self.screen.keysym_to_keycode(XK.string_to_keysym(name)) for name in (*modifiers, wanted)]
        for code in codes:
            xtest.fake_input(self.screen, X.KeyPress, code)
        for code in reversed(codes):
            xtest.fake_input(self.screen, X.KeyRelease, code)
        self.screen.sync()

    def type(self, text: str) -> None:
        """Type a line, a key after another."""
        for letter in text:
            self.press(letter)
            time.sleep(0.02)

    def click(self, x: int, y: int) -> None:
        """Click with the left button at a place of the display, in pixels."""
        xtest.fake_input(self.screen, X.MotionNotify, x=x, y=y)
        self.screen.sync()
        time.sleep(0.1)
        for kind in (X.ButtonPress, X.ButtonRelease):
            xtest.fake_input(self.screen, kind, 1)
        self.screen.sync()

    def ask_to_close(self) -> None:
        """Ask every window at the top to close, as a window manager does."""
        protocols, delete = self.screen.intern_atom("WM_PROTOCOLS"), self.screen.intern_atom("WM_DELETE_WINDOW")
        for window in self.windows():
            words = (32, [delete, X.CurrentTime, 0, 0, 0])
            window.send_event(event.ClientMessage(window=window, client_type=protocols, data=words))
        self.screen.sync()

    def windows(self) -> list[Window]:
        """The windows that can be asked to close."""
        protocols, delete = self.screen.intern_atom("WM_PROTOCOLS"), self.screen.intern_atom("WM_DELETE_WINDOW")
        found = []
        for window in self.screen.screen().root.query_tree().children:
            listed = window.get_full_property(protocols, X.AnyPropertyType)
            mapped = window.get_attributes().map_state == X.IsViewable
            if mapped and listed is not None and delete in listed.value:
                found.append(window)
        return found

    def titles(self) -> list[str]:
        """What stands in the windows' title bars."""
        name, utf8 = self.screen.intern_atom("_NET_WM_NAME"), self.screen.intern_atom("UTF8_STRING")
        told = [window.get_full_property(name, utf8) for window in self.windows()]
        return [one.value.decode("utf-8") if isinstance(one.value, bytes) else str(one.value) for one in told if one]


def widest_patch(picture: Image.Image, colour: tuple[int, int, int], box: tuple[int, int, int, int]) -> tuple[int, int]:
    """The middle of the longest horizontal stretch of exactly this colour inside `box` (pixels), which finds a filled
    button with words on it by its edge; (0, 0) where there is none of 24 pixels."""
    best, place = 24, (0, 0)
    pixels = picture.load()
    assert pixels is not None
    for y in range(box[1], box[3]):
        run = 0
        for x in range(box[0], box[2]):
            run = run + 1 if pixels[x, y] == colour else 0
            if run > best:
                best, place = run, (x - run // 2, y)
    return place
