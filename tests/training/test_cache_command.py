"""The cache command tells, limits and clears what training kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qvl_desktop.cli import main
from qvl_desktop.core.feature_files import Store, features_folder, total_bytes
from qvl_desktop.core.run_folder import write_beside


def keep(key: str, size: int) -> Store:
    store = Store(features_folder(), key, f"models/{key}")
    index = store.new_segment()
    index.with_suffix(".bin").write_bytes(bytes(size))
    write_beside(index, json.dumps(["picture"]))
    return store


def test_shown_limited_and_cleared(capsys: pytest.CaptureFixture[str]) -> None:
    keep("old", 3_000_000).release()
    living = keep("living", 2_000_000)
    assert main(["cache", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["bytes"], shown["in_use"], shown["limit"], shown["deleted"]) == (5_000_000, 2_000_000, 20 * 10**9, 0)
    assert Path(shown["folder"]) == features_folder()
    listed = {store["model"]: store for store in shown["stores"]}
    assert listed["models/living"]["in_use"]
    assert (listed["models/old"]["pictures"], listed["models/old"]["bytes"]) == (1, 3_000_000)
    assert main(["cache"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any("1 pictures  in use now  models/living" in line for line in lines)
    assert any("3.0 MB" in line and line.endswith("models/old") for line in lines)

    assert main(["cache", "--limit", "0.002"]) == 0
    assert "deleted 3.0 MB" in capsys.readouterr().out
    assert main(["cache", "--clear"]) == 0
    assert "2.0 MB in use by a run" in capsys.readouterr().out
    assert total_bytes(features_folder()) == 2_000_000

    living.release()
    assert main(["cache", "--clear", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["bytes"] == 0


def test_a_size_below_nothing_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["cache", "--limit", "-1"])
    assert ended.value.code == 2
    assert "0 or more" in capsys.readouterr().err
