"""Qt's own words: its dialogs speak the chosen language through the translations that Qt ships."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

LOCALES: Final = {"en": "en_GB", "de": "de_DE", "zh": "zh_CN"}
_held: list[QTranslator] = []


def apply_qt_language(language: str) -> bool:
    """Make Qt's dialogs and number fields speak a language; False when Qt ships no words for it."""
    app = QCoreApplication.instance()
    if app is None:
        return False
    while _held:
        app.removeTranslator(_held.pop())
    locale = QLocale(LOCALES.get(language, "en_GB"))
    QLocale.setDefault(locale)
    if language == "en":
        return True
    translator = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if not translator.load(locale, "qtbase", "_", folder):
        return False
    app.installTranslator(translator)
    _held.append(translator)
    return True
