"""The foreign file of an answer lies beside it, and is found again."""

from __future__ import annotations

import warnings
from pathlib import Path

import pypsa
import pytest

from dispatch.formats.kept import keep_instance, kept_instance
from dispatch.formats.registry import PGLIB, PYPSA, UCJL, format_of
from tests.formats.instances import TINY, written
from tests.formats.ucjl_instances import SMALL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where an answer is kept."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def a_network(path: Path) -> Path:
    network = pypsa.Network()
    network.add("Bus", "a")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network.export_to_csv_folder(path)
    (path / "notes.txt").write_text("mine")
    return path


def test_each_kind_is_kept_in_turn_and_the_one_before_is_gone(folder: Path, tmp_path: Path) -> None:
    keep_instance(folder, written(TINY, tmp_path, "tiny.json.gz"))
    assert _kept(folder) == ["instance.json"]
    assert format_of(folder / "instance.json") is PGLIB

    keep_instance(folder, a_network(tmp_path / "network"))
    assert _kept(folder) == ["instance"]
    assert format_of(folder / "instance") is PYPSA
    assert not (folder / "instance" / "notes.txt").exists()

    keep_instance(folder, written(SMALL, tmp_path, "small.data"))
    assert _kept(folder) == ["instance.json"]
    assert format_of(folder / "instance.json") is UCJL

    keep_instance(folder, None)
    assert kept_instance(folder) is None


def test_a_case_of_our_own_is_not_kept_as_an_instance(folder: Path, tmp_path: Path) -> None:
    keep_instance(folder, written({"schema_version": "1"}, tmp_path, "case.json"))
    assert _kept(folder) == []


def test_the_kept_file_itself_may_be_asked_again(folder: Path, tmp_path: Path) -> None:
    keep_instance(folder, written(SMALL, tmp_path, "small.json"))
    before = (folder / "instance.json").read_bytes()
    keep_instance(folder, folder / "instance.json")
    assert (folder / "instance.json").read_bytes() == before


def _kept(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
