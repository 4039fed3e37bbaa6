"""The grid that the verbs of the command line find under a name."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from dispatch.case.facts import GridFacts
from dispatch.grid.catalogue import facts_of as stored_facts_of

READERS = ("cli.folder", "replay.reading", "cli.case", "cli.study", "grid.known")


def known_as_jibei(monkeypatch: pytest.MonkeyPatch, facts: GridFacts, readers: Collection[str] = READERS) -> None:
    """Cases of jibei 2030 are about these facts; other names stay what they are."""

    def facts_of(grid: str, edition: int) -> GridFacts:
        return facts if (grid, edition) == ("jibei", 2030) else stored_facts_of(grid, edition)

    for reader in readers:
        monkeypatch.setattr(f"dispatch.{reader}.facts_of", facts_of)
