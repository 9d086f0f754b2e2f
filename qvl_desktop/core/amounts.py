"""How sizes of files, speeds and times are written in plain text.

Owns the one rule for bytes, which window, command line and messages share. **Files and disks** are counted as hubs and
makers of disks count them: 1 GB is 10^9 bytes. **Memory**, of a card or of the machine, is counted as drivers and
systems do: 1 GiB is 2^30 bytes, so that a card sold as "12 GB" has 12 GiB. The unit that is written tells which is
meant; units of bytes are the same in every language, those of time are translated. Does not own the window's times
(`gui.words`).
"""

from __future__ import annotations

from qvl_desktop.core.i18n import translate

MB, GB = 10**6, 10**9
MIB, GIB = 2**20, 2**30

_FILE_UNITS = (("PB", 10**15), ("TB", 10**12), ("GB", GB), ("MB", MB), ("kB", 10**3))
_MEMORY_UNITS = (("PiB", 2**50), ("TiB", 2**40), ("GiB", GIB), ("MiB", MIB), ("KiB", 2**10))


def file_size(size: float) -> str:
    """Bytes of a file, or of room on a disk: 19.3 GB, 812 kB, 96 B."""
    return _in_units(size, _FILE_UNITS)


def memory_size(size: float) -> str:
    """Bytes of memory, on a card or beside it: 11.8 GiB, 812 MiB, 96 B."""
    return _in_units(size, _MEMORY_UNITS)


def _in_units(size: float, units: tuple[tuple[str, int], ...]) -> str:
    for unit, amount in units:
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
