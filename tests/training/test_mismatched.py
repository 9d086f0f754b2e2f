"""An adapter and a model that do not belong together are told apart by every command, before anything is answered."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qvl_desktop.cli import main
from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.events import Failed
from qvl_desktop.core.run_folder import RunFolder
from tests.engine.tiny import make_model
from tests.training.conftest import carry_out, events_of, make_run
from tests.training.test_runs import project_of


@pytest.fixture(scope="module")
def run(tiny_model: Path, dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    made = make_run(tmp_path_factory.mktemp("runs") / "mine", tiny_model, max_steps=1)
    assert carry_out(made, tiny_model, dataset) == 0
    return made


def commands(model: Path, adapter: Path, data: Path, picture: Path, out: Path) -> list[list[str]]:
    both = ["--model", str(model), "--adapter", str(adapter)]
    return [
        ["predict", *both, "--image", str(picture), "--prompt", "Find it.", "--device", "cpu"],
        ["evaluate", *both, "--data", str(data), "--device", "cpu"],
        ["merge", *both, "--out", str(out), "--device", "cpu"],
        ["serve", *both, "--device", "cpu"],
    ]


@pytest.mark.parametrize("carded", [True, False])
def test_every_command_says_so(
    run: RunFolder,
    folders: dict[str, Path],
    dataset: Dataset,
    pictures: list[Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    *,
    carded: bool,
) -> None:
    """By the adapter's card: another model of the same make. Without one: a model of another make, by its layers."""
    adapter = tmp_path / "adapter"
    shutil.copytree(run.adapter, adapter)
    other = make_model(tmp_path / "other", seed=9)
    if not carded:
        (adapter / "qvl_adapter.json").unlink()
        other = folders["qwen2-vl"]
    data = project_of(tmp_path, dataset)
    for words in commands(other, adapter, data, pictures[0], tmp_path / "merged"):
        assert main(words) == 1, words
        said = capsys.readouterr().err
        assert "Traceback" not in said
        assert str(adapter) in said
        assert ("this adapter was made on" if carded else "does not fit this model") in said
    assert not (tmp_path / "merged").exists()


def test_an_adapter_is_no_model_to_train(run: RunFolder, dataset: Dataset, tmp_path: Path) -> None:
    again = make_run(tmp_path / "again", run.adapter)
    assert carry_out(again, run.adapter, dataset) == 1
    failed = events_of(again)[-1]
    assert isinstance(failed, Failed)
    assert "this is an adapter, not a model" in failed.message
    assert "merge" in failed.message


@pytest.mark.parametrize("text", ["[]", '[{"id": "1", "conversations": []}]'])
def test_data_that_holds_nothing_is_a_sentence(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    data = tmp_path / "empty.json"
    data.write_text(text, encoding="utf-8")
    assert main(["evaluate", "--model", str(tiny_model), "--data", str(data)]) == 1
    assert "empty.json" in capsys.readouterr().err
