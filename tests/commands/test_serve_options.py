"""What `serve --adapter` may name: an adapter's folder or a run's, with a name of one's own or without."""

from __future__ import annotations

from pathlib import Path

import pytest

from qvl_desktop.commands.serve import adapter_option


@pytest.mark.parametrize(
    ("text", "name", "folder"),
    [
        ("{root}/gear", "gear", "gear/adapter"),
        ("{root}/gear/adapter", "gear", "gear/adapter"),
        ("mine={root}/gear", "mine", "gear/adapter"),
        ("mine={root}/plain", "mine", "plain"),
        ("{root}/plain", "plain", "plain"),
    ],
)
def test_a_run_stands_for_its_adapter(tmp_path: Path, text: str, name: str, folder: str) -> None:
    for place in ("gear/adapter", "plain"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "adapter_config.json").write_text("{}")
    assert adapter_option(text.format(root=tmp_path)) == (name, tmp_path / folder)
