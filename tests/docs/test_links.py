"""Every link leads somewhere, and every page is found from the index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conventions.tree import ROOT
from tests.docs.pages import documents, markdown, prose

LINK = re.compile(r"\]\(([^()\s]+)(?:\s+\"[^\"]*\")?\)")
ELSEWHERE = re.compile(r"[a-z]+:")


def _links(path: Path) -> Iterator[tuple[str, Path, str]]:
    """Every relative link of a page: as written, the file it leads to and the place in it."""
    for target in LINK.findall(re.sub(r"`[^`\n]*`", "", prose(path))):
        if not ELSEWHERE.match(target):
            file, _, anchor = target.partition("#")
            yield target, (path.parent / file).resolve() if file else path, anchor


def _anchors(path: Path) -> set[str]:
    """Headings of a page as they are linked to: lower case, without signs, spaces as hyphens."""
    found: list[str] = []
    for heading in re.findall(r"^#+ +(.+?) *$", prose(path), re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", re.sub(r"\]\([^)]*\)", "", heading).lower()).replace(" ", "-")
        found.append(f"{plain}-{found.count(plain)}" if plain in found else plain)
    return set(found)


@pytest.mark.parametrize("path", markdown(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_of_a_page_leads_somewhere(path: Path) -> None:
    broken = [
        target
        for target, file, anchor in _links(path)
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in _anchors(file))
    ]
    assert broken == []


def test_every_page_is_found_from_the_index() -> None:
    linked = {file for _, file, _ in _links(ROOT / "docs" / "README.md")}
    pages = {path for path in documents() if path.is_relative_to(ROOT / "docs")} - {ROOT / "docs" / "README.md"}
    assert sorted(path.relative_to(ROOT).as_posix() for path in pages - linked) == []
