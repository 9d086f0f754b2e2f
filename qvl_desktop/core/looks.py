"""What a picture looks like in a few bytes, and which of many pictures look alike.

Owns the look of a picture and the search for near ones. Does not own reading files (`pictures`) nor where looks are
kept (`storage.files`).

A look is text of `LENGTH` hexadecimal digits: 16 of the horizontal difference hash (for an 8 x 8 grid of the grey
picture, whether it grows brighter from a cell to the one at its right), 16 of the vertical one, and the mean colours of
a 4 x 4 grid (red, green, blue: 6 digits a cell). The hashes tell shapes and survive scaling, compression and changes of
brightness; the colours tell flat pictures apart, whose hashes are all alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product

from PIL import Image

from qvl_desktop.core.pictures import to_rgb

LENGTH = 128
DECODE_AT = (128, 128)
"""Pixels a JPEG may be decoded down to before its look is taken."""

_STEP = 2
"""Grey levels (of 255) that a cell must be brighter by; less is noise of flat ground."""

NEAR_ACROSS = 7
"""Bits in which the horizontal hashes of near pictures differ at most; the search finds all of those."""

NEAR_BOTH = 13
"""Bits in which both hashes together differ at most; for pictures with little on them a fifth of their bits."""

NEAR_COLOUR = 24
"""Levels by which a cell's colour differs at most; in pictures with little on them half of that, once what the whole
picture differs by is left out."""

_PLAIN = 30
"""Bits of both hashes below which a picture has little on it."""

_BANDS = 4
_BAND_BITS = 64 // _BANDS
_MASK = (1 << _BAND_BITS) - 1
_FLIPS = (0, *(1 << bit for bit in range(_BAND_BITS)))
_CROWDED = 48
_CELL = 32
_AROUND = tuple(product((-1, 0, 1), repeat=3))

_Seen = tuple[int, int, bytes]


def look_of(image: Image.Image) -> str:
    """The look of an upright picture of any mode and size."""
    rgb = to_rgb(image).resize((36, 36), Image.Resampling.BOX, reducing_gap=2.0)
    grey = rgb.convert("L")
    across = grey.resize((9, 8), Image.Resampling.BOX).tobytes()
    down = grey.resize((8, 9), Image.Resampling.BOX).tobytes()
    colours = rgb.resize((4, 4), Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            at = row * 9 + column
            bits = bits << 1 | (across[at + 1] > across[at] + _STEP)
    falls = 0
    for at in range(64):
        falls = falls << 1 | (down[at + 8] > down[at] + _STEP)
    return f"{bits:016x}{falls:016x}{colours.hex()}"


def is_near(one: str, other: str) -> bool:
    """Whether two looks are those of nearly the same picture."""
    return _near(_read(one), _read(other))


def near_pairs(looks: Sequence[str], tick: Callable[[int], None] | None = None) -> Iterator[tuple[int, int]]:
    """Pairs (later, earlier) of places in `looks` whose pictures look alike; empty looks match nothing.

    `tick(done)` is called every 64 looks: a place to report, to give way and to cancel.

    Without comparing all with all: hashes that differ in at most 7 of 64 bits agree, but for at most one bit, in one of
    four bands of 16. Of a crowd of looks that hardly differ one stands for the others, so every picture of it is paired
    with at least one other; the pairs join all of the crowd together, but not each with each.
    """
    index: dict[int, list[int]] = {}
    crowds: dict[tuple[int, int, int, int], list[int]] = {}
    seen: list[_Seen] = []
    hashes: list[int] = []
    exact: dict[str, int] = {}
    get = index.get
    for here, look in enumerate(looks):
        if tick is not None and not here & 63:
            tick(here)
        mine = _read(look) if len(look) == LENGTH else (0, 0, b"")
        seen.append(mine)
        hashes.append(mine[0])
        if not mine[2]:
            continue
        if (first := exact.setdefault(look, here)) != here:
            yield here, first
            continue
        across = mine[0]
        keys = [band << _BAND_BITS | across >> band * _BAND_BITS & _MASK for band in range(_BANDS)]
        found: set[int] = set()
        for key in keys:
            for flip in _FLIPS:
                members = get(key ^ flip)
                if members is None:
                    continue
                if len(members) <= _CROWDED:
                    found.update(members)
                else:
                    found.update(_of_tint(crowds, key ^ flip, _tint(mine)))
        stands_for_it = False
        for there in sorted([m for m in found if (hashes[m] ^ across).bit_count() <= NEAR_ACROSS]):
            if _near(mine, seen[there]):
                yield here, there
                stands_for_it = stands_for_it or _same(mine, seen[there])
        if not stands_for_it:
            for key in keys:
                _insert(index, crowds, seen, key, here)


def _of_tint(crowds: dict[tuple[int, int, int, int], list[int]], key: int, tint: tuple[int, int, int]) -> list[int]:
    """The members of a crowded place of the index whose mean colour may be near."""
    red, green, blue = tint
    return [m for r, g, b in _AROUND for m in crowds.get((key, red + r, green + g, blue + b), ())]


def _insert(
    index: dict[int, list[int]],
    crowds: dict[tuple[int, int, int, int], list[int]],
    seen: list[_Seen],
    key: int,
    here: int,
) -> None:
    members = index.setdefault(key, [])
    members.append(here)
    if len(members) > _CROWDED:
        for member in members if len(members) == _CROWDED + 1 else (here,):
            crowds.setdefault((key, *_tint(seen[member])), []).append(member)


def _read(look: str) -> _Seen:
    return int(look[:16], 16), int(look[16:32], 16), bytes.fromhex(look[32:])


def _tint(seen: _Seen) -> tuple[int, int, int]:
    """The mean colour, in steps as wide as near pictures may differ."""
    colours = seen[2]
    return tuple(sum(colours[channel::3]) // (16 * _CELL) for channel in range(3))  # type: ignore[return-value]


def _near(one: _Seen, other: _Seen) -> bool:
    across = (one[0] ^ other[0]).bit_count()
    both = across + (one[1] ^ other[1]).bit_count()
    if across > NEAR_ACROSS or both > NEAR_BOTH:
        return False
    most = max(one[0].bit_count() + one[1].bit_count(), other[0].bit_count() + other[1].bit_count())
    if both > 1 + most // 5:
        return False
    apart = [a - b for a, b in zip(one[2], other[2], strict=True)]
    if max(apart) > NEAR_COLOUR or min(apart) < -NEAR_COLOUR:
        return False
    if most >= _PLAIN:
        return True
    middle = sum(apart) / len(apart)
    return max(apart) - middle <= NEAR_COLOUR / 2 and middle - min(apart) <= NEAR_COLOUR / 2


def _same(one: _Seen, other: _Seen) -> bool:
    """Hardly any difference: what is near to the one is near to the other."""
    if (one[0] ^ other[0]).bit_count() > 1 or (one[1] ^ other[1]).bit_count() > 1:
        return False
    return all(-3 <= a - b <= 3 for a, b in zip(one[2], other[2], strict=True))
