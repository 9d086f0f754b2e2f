"""The wheel, built and installed far from the checkout, where nothing of the checkout can be found."""

from __future__ import annotations

from pathlib import Path

import check_wheel
import pytest


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return check_wheel.build(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_what_the_checkout_keeps(wheel: Path) -> None:
    check_wheel.check_files(wheel)


def test_a_lost_file_would_be_noticed(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = check_wheel.kept_files()
    monkeypatch.setattr(check_wheel, "kept_files", lambda: [*kept, "resources/icons/lost.svg"])
    with pytest.raises(check_wheel.Failure, match="not in the wheel"):
        check_wheel.check_files(wheel)
    monkeypatch.setattr(check_wheel, "kept_files", lambda: [name for name in kept if not name.endswith("chat.svg")])
    with pytest.raises(check_wheel.Failure, match=r"in the wheel.*chat\.svg"):
        check_wheel.check_files(wheel)


def test_it_works_from_an_environment_of_its_own(wheel: Path, tmp_path: Path) -> None:
    """Its path has a blank and Chinese signs: version, doctor, words, documentation, every page of the window."""
    programs = check_wheel.install(wheel, tmp_path / "环境 env", check_wheel.BASE_PYTHON, fresh=False)
    check_wheel.look(programs, tmp_path, demo=False)
