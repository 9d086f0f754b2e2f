"""How sizes of files, speeds and times are written in plain text.

Owns the words of the command line and of error messages: units of bytes are the same in every language, those of time
are translated. Does not own the window's
(`gui.words`). Files are counted as hubs and disks count them: 1 GB is 10^9 bytes.
"""

from __future__ import annotations

from qvl_desktop.core.i18n import translate

UNITS = (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3))


def file_size(size: float) -> str:
    """Bytes of a file: 19.3 GB, 812 kB, 96 B."""
    for unit, amount in UNITS:
        if size >= 0.9995 * amount:
            number = size / amount
            return f"{number:.0f} {unit}" if number >= 99.95 else f"{number:.1f} {unit}"
    return f"{max(0, size):.0f} B"


def duration(seconds: float) -> str:
    """Seconds as a person says them: 45 s, 12 min, 3 h 20 min."""
    if seconds < 90:
        return translate("cli", "{seconds} s").format(seconds=f"{seconds:.0f}")
    minutes = round(seconds / 60)
    if minutes < 90:
        return translate("cli", "{minutes} min").format(minutes=minutes)
    return translate("cli", "{hours} h {minutes} min").format(hours=minutes // 60, minutes=f"{minutes % 60:02d}")
