"""Which language the command line speaks, and making it speak it. Without Qt.

Owns the order of what decides, of which the first that names a language wins:

1. `--language zh`, before the command
2. `QVL_LANGUAGE`
3. the language chosen in the window (`language` of the settings file)
4. the system's: `LC_ALL`, `LC_MESSAGES`, `LANG`; where none is set, what Windows or macOS shows its own words in
5. English

Every kind of Chinese is shown in simplified Chinese, everything else in English. Does not own the settings
(`storage.settings`), the catalogue (`core.catalogue`) nor the window's language (`gui.translation`).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping

from qvl_desktop.core.catalogue import Catalogue, CatalogueError
from qvl_desktop.core.i18n import NO_NUMBER, Translator, english, set_translator
from qvl_desktop.core.resources import resource_path

VARIABLE = "QVL_LANGUAGE"
ENGLISH, CHINESE = "en", "zh_CN"
CHOICES = ("en", "zh")
"""What `--language` takes."""
OWN_WORDS = ("cli", "argparse", "training")
"""The contexts that are never part of a result that programs read."""


def language_code(name: str | None) -> str:
    """`zh_CN` for every kind of Chinese (`zh`, `zh-Hant`, `zh_TW.UTF-8`), `en` for another language, "" for none."""
    word = (name or "").strip().lower()
    if not word:
        return ""
    return CHINESE if word.startswith(("zh", "chinese")) else ENGLISH


def language_in_force(asked: str = "", environment: Mapping[str, str] = os.environ) -> str:
    """The code of the language; `asked` is what the command line says."""
    named = (
        asked
        or environment.get(VARIABLE)
        or _chosen_in_window()
        or environment.get("LC_ALL")
        or environment.get("LC_MESSAGES")
        or environment.get("LANG")
        or _of_the_system()
    )
    return language_code(named) or ENGLISH


def speak(code: str, *, results_in_english: bool = False) -> None:
    """Say everything in a language from now on. A catalogue that cannot be read leaves English.

    `results_in_english`: only what is said to a person is translated, not what a program may read.
    """
    if code == ENGLISH:
        set_translator(None)
        return
    try:
        words: Translator = Catalogue(resource_path("translations", f"qvl_{code}.qm")).translate
    except (OSError, CatalogueError):
        set_translator(None)
        return
    set_translator(_own_words(words) if results_in_english else words)


def _own_words(words: Translator) -> Translator:
    def translate(context: str, text: str, comment: str = "", n: int = NO_NUMBER) -> str:
        return (words if context in OWN_WORDS else english)(context, text, comment, n)

    return translate


def _chosen_in_window() -> str:
    from qvl_desktop.core.folders import config_folder

    try:
        settings = json.loads((config_folder() / "settings.json").read_text(encoding="utf-8"))
        return str(settings.get("language") or "")
    except (OSError, ValueError, AttributeError):
        return ""


def _of_the_system() -> str:
    if sys.platform == "win32":
        import ctypes
        import locale

        return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
    if sys.platform == "darwin":
        import subprocess

        asked = ["/usr/bin/defaults", "read", "-g", "AppleLocale"]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return ""
