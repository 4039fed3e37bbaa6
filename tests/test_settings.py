"""What an operator may set."""

from __future__ import annotations

from pathlib import Path

import pytest

from dispatch.settings import Settings


def test_what_is_not_set_has_its_default() -> None:
    assert Settings.from_environment({"PATH": "x"}) == Settings()


def test_the_environment_of_another_process_says_the_same() -> None:
    settings = Settings(solve_count=1, receive_mb=2, retry_seconds=3, drain_seconds=4, memory_gb=5, niceness_count=0)
    assert Settings.from_environment(settings.environment()) == settings


@pytest.mark.parametrize("text", ["", "-1", "1.5", "many", "²"])
def test_a_setting_that_is_no_number_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(ValueError, match="DISPATCH_RECEIVE_MB"):
        Settings.from_environment({"DISPATCH_RECEIVE_MB": text})


def test_what_has_a_password_is_read_from_a_file(tmp_path: Path) -> None:
    url = "postgresql+psycopg://dispatch:secret@database/dispatch"
    (tmp_path / "url").write_text(url + "\n")
    told = {"DISPATCH_DATABASE_FILE": str(tmp_path / "url")}
    assert Settings.from_environment(told) == Settings(database=url)
    assert Settings.from_environment(told | {"DISPATCH_DATABASE": url}) == Settings(database=url)  # as a child is told
    with pytest.raises(ValueError, match="DISPATCH_DATABASE and DISPATCH_DATABASE_FILE are both given, and differ"):
        Settings.from_environment(told | {"DISPATCH_DATABASE": "sqlite:///runs.db"})


def test_a_file_of_a_setting_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"DISPATCH_ARTEFACTS_FILE=.*nowhere.*cannot be read"):
        Settings.from_environment({"DISPATCH_ARTEFACTS_FILE": str(tmp_path / "nowhere")})
