"""QVL Desktop from a checkout: `python main.py` opens the window, `python main.py COMMAND ...` runs a command.

Owns nothing but the start; see `qvl_desktop.cli`.
"""

from __future__ import annotations

import multiprocessing
import sys

from qvl_desktop.cli import main

if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main())
