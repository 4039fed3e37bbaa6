"""Tests mirror the rooms of the house."""

from __future__ import annotations

from tests.conventions.tree import PACKAGE, ROOT

BESIDE_THE_MIRROR = {
    "conventions": "what the machine holds",
    "deploy": "the image and the files of docs/deploy",
    "docs": "every command, link and name in the documents",
    "golden": "the text of rows of the model",
    "known_answers": "published and hand-worked cases",
    "networks": "the data",
    "properties": "what holds for any case",
    "replay": "recorded requests and their answers",
    "speed": "how long it takes",
}
FORBIDDEN_NAMES = {"utils", "util", "common", "core", "helpers", "helper", "manager", "misc"}


def test_every_folder_of_tests_has_its_room() -> None:
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and not path.name.startswith("__")}
    rooms = {path.stem for path in PACKAGE.iterdir()}
    assert folders - set(BESIDE_THE_MIRROR) - rooms == set()


def test_every_test_file_can_be_collected() -> None:
    stray = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests").rglob("*.py")
        if path.stem.endswith("_test") or path.name == "__init__.py"
    ]
    assert stray == []


def test_no_room_is_named_after_nothing() -> None:
    named = {path.relative_to(ROOT).as_posix(): path.stem for path in PACKAGE.rglob("*") if path.suffix in {"", ".py"}}
    assert [path for path, name in named.items() if name in FORBIDDEN_NAMES] == []
