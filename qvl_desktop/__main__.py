"""`python -m qvl_desktop`: the same program, as its own children are started. Owns nothing; see `cli`."""

from __future__ import annotations

import multiprocessing
import sys

from qvl_desktop.cli import main

if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main())
