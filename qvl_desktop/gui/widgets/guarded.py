"""The guard for overridden Qt virtuals, where views look for it. Owns nothing; see `jobs.guarded`."""

from __future__ import annotations

from qvl_desktop.jobs.guarded import guarded

__all__ = ["guarded"]
