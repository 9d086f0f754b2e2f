"""Which families of models there are, and which one a folder belongs to.

Owns the table. What a family does is its own file's in `families`; loading is `loading`'s.
"""

from __future__ import annotations

from qvl_desktop.models.families.base import Family
from qvl_desktop.models.families.later import LATER_FAMILIES
from qvl_desktop.models.families.native import NativeFamily

FAMILIES: tuple[Family, ...] = (NativeFamily(), *LATER_FAMILIES)
BY_MODEL_TYPE: dict[str, Family] = {kind: family for family in FAMILIES for kind in family.model_types}
"""`model_type` of `config.json` -> family."""
