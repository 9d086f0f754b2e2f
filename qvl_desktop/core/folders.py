"""Where the program keeps things of the user's that belong to no project.

Owns three folders: settings, data, and what can be made again. Does not own what lies in them.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

FOLDER_VARIABLE = "QVL_CONFIG_DIR"
"""An environment variable that names another place for all three (tests, portable installations)."""


def config_folder() -> Path:
    """The folder of the user's settings: `QVL_CONFIG_DIR`, else where the system keeps such things."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    return Path(chosen) if chosen else Path(platformdirs.user_config_dir("qvl-desktop", appauthor=False))


def data_folder() -> Path:
    """The folder for what the program keeps beside settings (downloaded models, what it may not lose)."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    return Path(chosen) / "data" if chosen else Path(platformdirs.user_data_dir("qvl-desktop", appauthor=False))


def cache_folder() -> Path:
    """The folder for what can be made again (thumbnails, pictures' features)."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    return Path(chosen) / "cache" if chosen else Path(platformdirs.user_cache_dir("qvl-desktop", appauthor=False))
