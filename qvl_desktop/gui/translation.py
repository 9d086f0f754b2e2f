"""The languages of the window.

Owns which there are, installing their catalogues, and giving `core` its words. Does not own the words
(`resources/translations`).
"""

from __future__ import annotations

import os

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QFontDatabase

from qvl_desktop.core.i18n import set_translator
from qvl_desktop.core.language import VARIABLE, language_code
from qvl_desktop.core.resources import resource_path

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
"""Code -> the language's own name."""

_installed: list[QTranslator] = []


def language_in_force(chosen: str) -> str:
    """The language for a setting: the chosen one, else that of `QVL_LANGUAGE`, else the system's where there is a
    catalogue, else English."""
    if chosen in LANGUAGES:
        return chosen
    if named := language_code(os.environ.get(VARIABLE)):
        return named
    return "zh_CN" if QLocale.system().language() == QLocale.Language.Chinese else "en"


def can_show(code: str) -> bool:
    """Whether some font on this machine has the characters of a language."""
    if code != "zh_CN":
        return True
    return bool(QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese))


def install_language(chosen: str) -> str:
    """Show the application in a language from now on; the code in force. Widgets made before keep their words."""
    application = QCoreApplication.instance()
    assert application is not None, "a language belongs to an application"
    for translator in _installed:
        application.removeTranslator(translator)
    _installed.clear()
    code = language_in_force(chosen)
    QLocale.setDefault(QLocale(code))
    if code != "en":
        _load(application, "qtbase_" + code, QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    # English has a catalogue too: for plurals.
    _load(application, "qvl_" + code, str(resource_path("translations")))
    set_translator(QCoreApplication.translate)
    return code


def _load(application: QCoreApplication, name: str, folder: str) -> None:
    translator = QTranslator()
    if translator.load(name, folder):
        application.installTranslator(translator)
        _installed.append(translator)
