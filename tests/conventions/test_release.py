"""Version, changelog and pins tell the same story."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib

import dispatch
from tests.conventions.tree import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def _pins(name: str) -> dict[str, str]:
    lines = (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
    return dict(line.partition(" ;")[0].strip().split("==") for line in lines if line and not line.startswith("#"))


def test_the_version_is_one() -> None:
    assert dispatch.__version__ == PROJECT["version"]
    assert importlib.metadata.version("hebei-dispatch") == PROJECT["version"]


def test_the_changelog_has_an_unreleased_section_split_in_two() -> None:
    unreleased = re.search(r"^## \[Unreleased\]\n(.*?)(?=^## |\Z)", CHANGELOG, re.MULTILINE | re.DOTALL)
    assert unreleased is not None
    assert re.findall(r"^### (.+)$", unreleased[1], re.MULTILINE) == ["For callers", "Inside"]


def test_what_runs_is_what_was_tested() -> None:
    dev, runtime, image = _pins("dev.txt"), _pins("runtime.txt"), _pins("image.txt")
    assert {name: pin for name, pin in image.items() if dev.get(name) != pin} == {}
    assert runtime.items() <= image.items()


def test_every_dependency_is_pinned() -> None:
    extras = PROJECT["optional-dependencies"].values()
    asked = {re.split(r"[<>=\[]", wish)[0] for wish in PROJECT["dependencies"]}
    wished = asked | {re.split(r"[<>=\[]", wish)[0] for extra in extras for wish in extra} - {PROJECT["name"]}
    assert asked - set(_pins("runtime.txt")) == set()
    assert wished - set(_pins("dev.txt")) == set()
