"""Every process that may touch a card asks for segments that grow, and the user's own word counts more."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from qvl_desktop.core.card_memory import GROWING, OLDER, SETTING, ask_for_growing_segments


@pytest.mark.skipif(sys.platform == "win32", reason="segments cannot grow there")
def test_it_is_asked_for_unless_the_user_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (SETTING, *OLDER):
        monkeypatch.delenv(name, raising=False)
    ask_for_growing_segments()
    assert os.environ[SETTING] == GROWING
    monkeypatch.setenv(SETTING, "max_split_size_mb:64")
    ask_for_growing_segments()
    assert os.environ[SETTING] == "max_split_size_mb:64"
    monkeypatch.delenv(SETTING)
    monkeypatch.setenv(OLDER[0], "max_split_size_mb:64")
    ask_for_growing_segments()
    assert SETTING not in os.environ
    monkeypatch.delenv(OLDER[0])


@pytest.mark.skipif(sys.platform == "win32", reason="segments cannot grow there")
def test_torch_takes_it_and_the_command_line_sets_it() -> None:
    code = (
        "import os; os.environ.pop('PYTORCH_ALLOC_CONF', None)\n"
        "from qvl_desktop.cli import main\n"
        "try:\n    main(['--version'])\nexcept SystemExit:\n    pass\n"
        "assert os.environ['PYTORCH_ALLOC_CONF'] == 'expandable_segments:True'\n"
        "import torch; torch.zeros(3)\n"
    )
    said = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
