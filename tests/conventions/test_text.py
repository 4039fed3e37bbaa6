"""No kept file names a package registry or a path of somebody's machine."""

from __future__ import annotations

import re

import pytest

from tests.conventions.tree import ROOT, kept_files

# Written so that no pattern matches its own source.
REGISTRY = (
    r"pyp[i][.]org|pythonh[o]sted[.]org|npmj[s][.]org|anaconda[.]org|crates[.]io|docker[.]io|ghcr[.]io|quay[.]io"
    r"|https?://[^\s\"'<>)]+/simple\b"
    r"|[-][-](?:extra-)?index-url[= ]|[-][-]find-links[= ]|[-][-]trusted-host[= ]"
)
MACHINE = r"(?<![\w./-])/(?:work|root|home|Users)/\w"


def _matches(pattern: str) -> list[str]:
    found = []
    for path in kept_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # not a text
        for match in re.finditer(pattern, text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(f"{path.relative_to(ROOT).as_posix()}:{line} {match.group()}")
    return found


@pytest.mark.parametrize("pattern", [REGISTRY, MACHINE], ids=["registry", "machine"])
def test_no_address_of_a_registry_or_a_machine_is_kept(pattern: str) -> None:
    assert kept_files(), "no file found"
    assert _matches(pattern) == []
