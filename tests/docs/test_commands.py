"""Every command in the documents does what they say: tests/docs/pages.py says how a fence is marked."""

from __future__ import annotations

import re
import shutil
from itertools import groupby
from pathlib import Path

import pytest

from tests.docs.pages import NOT_RUN, RUN, SERVES, SHELL, Fence, commands_in, fences
from tests.docs.shell import Servers, cloned, faults_of

FENCES = fences()
PAGES = {page: list(held) for page, held in groupby(FENCES, key=lambda fence: fence.page)}
SYSTEM = ("curl", "openssl")  # programs that not every machine has
RUNS = [page for page, held in PAGES.items() if any(fence.is_run for fence in held)]


LONG = {"docs/zh.md", "docs/howto/planner.md"}  # a quarter of a minute each: with `make faults`


@pytest.mark.parametrize("page", [pytest.param(p, marks=pytest.mark.faults) if p in LONG else p for p in RUNS])
def test_the_commands_of_a_page_do_what_it_says(page: str, tmp_path: Path, servers: Servers) -> None:
    run = [fence for fence in PAGES[page] if fence.is_run]
    text = "\n".join(fence.text for fence in run)
    if absent := [name for name in SYSTEM if re.search(rf"^{name}\b", text, re.MULTILINE) and not shutil.which(name)]:
        pytest.skip(f"the page needs {', '.join(absent)}")
    faults = faults_of(run, cloned(tmp_path), servers)
    assert not faults, "\n".join(faults)


def test_every_fence_says_what_it_holds() -> None:
    """So that no command escapes by a forgotten word."""
    assert [fence.where for fence in FENCES if not fence.language] == []
    unknown = [
        f"{fence.where}: {fence.told}"
        for fence in FENCES
        if fence.language in RUN and fence.told and fence.told != SERVES and not fence.reason
    ]
    assert unknown == []


def test_what_is_not_run_has_a_reason_and_is_the_smaller_part() -> None:
    """`python -m tests.docs.pages` lists it."""
    left = [fence for fence in FENCES if fence.language in RUN and fence.reason is not None]
    assert [fence.where for fence in left if len(fence.reason or "") < len("docker")] == []
    commands = sum(len(fence.steps) or 1 for fence in FENCES if fence.is_run)
    assert commands > 30
    assert sum(len(fence.steps) for fence in left) < commands


def test_a_fence_is_cut_into_commands_and_what_they_print() -> None:
    told = "$ one \\\n> two\nprinted\n...\n$ three"
    steps = Fence("a.md", 1, "console", "", told).steps
    assert steps == [("one \\\ntwo", "printed\n...\n"), ("three", None)]
    told = "# a comment\na \\\n  b\n\ncat > f << 'END'\n# kept\n\nEND\nc"
    assert commands_in(told.splitlines()) == ["a \\\n  b", "cat > f << 'END'\n# kept\n\nEND", "c"]
    assert Fence("a.md", 1, "sh", f"{NOT_RUN} needs a cluster", "x").reason == "needs a cluster"
    assert {"sh", "console"} == SHELL


def test_a_command_that_fails_and_one_that_prints_something_else_are_told(tmp_path: Path, servers: Servers) -> None:
    """Each with its page and line; what comes after a failure is not done."""
    (first := tmp_path / "first").mkdir()
    held = [Fence("a.md", 3, "sh", "", "true\ndispatch grids show atlantis\ntouch after")]
    (fault,) = faults_of(held, first, servers)
    assert fault.startswith("a.md:3: failed: dispatch grids show atlantis")
    assert "atlantis" in fault.partition("\n")[2]
    assert not (first / "after").exists()
    (second := tmp_path / "second").mkdir()
    held = [Fence("a.md", 9, "console", "", "$ echo 1 2\n1 ...\n$ dispatch grids list\njibei 2020")]
    (fault,) = faults_of(held, second, servers)
    assert fault.startswith("a.md:9: dispatch grids list\nprinted:\n")
