"""
`make licences`: docs/licences.md, what the image holds of Python and under which licences.

The licence of a package is what it says of itself in the words of SPDX. Where it says less ("BSD"), its licence file
was read by a person, and what stands there is kept in READ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from license_expression import ExpressionError, get_spdx_licensing
from packaging.requirements import Requirement

from tests.conventions.tree import ROOT

PAGE = ROOT / "docs" / "licences.md"
PINS = ROOT / "requirements" / "image.txt"
IMAGE = {"sys_platform": "linux", "platform_system": "Linux", "python_full_version": "3.11.2", "python_version": "3.11"}

MIT = "License :: OSI Approved :: MIT License"  # of the older words for licences, one that means one thing
READ = {
    "bottleneck": "BSD-2-Clause",
    "contourpy": "BSD-3-Clause",
    "cycler": "BSD-3-Clause",
    "deprecation": "Apache-2.0",
    "jinja2": "BSD-3-Clause",
    "kiwisolver": "BSD-3-Clause",
    "matplotlib": "PSF-2.0",  # its own text, in the words of Python's
    "partd": "BSD-3-Clause",
    "protobuf": "BSD-3-Clause",
    "pydeck": "Apache-2.0",
    "scipy": "BSD-3-Clause",
    "seaborn": "BSD-3-Clause",
    "sortedcontainers": "Apache-2.0",
    "zict": "BSD-3-Clause",
}

HEAD = """# What is inside the image

Written by `make licences` from `requirements/image.txt` and what the packages say of themselves; read by a test.
"read" marks a licence that was read from the package's licence file, because its metadata names none in the words of
[SPDX](https://spdx.org/licenses/). "carries" are the shared libraries that lie in the wheel beside the package, each
under its own licence, used unchanged: GEOS, libquadmath, libkeyutils and libcrypt are LGPL, libgfortran is GPL-3.0 with
the exception for programs that are linked to it; the others are permissive. What pyarrow, grpcio, polars and highspy
carry inside their own folders is told by their licence files.

The project itself is Apache-2.0; its data has terms of its own (`SOURCES.md` beside each network). psycopg
(LGPL-3.0) is imported unchanged, certifi and a part of tqdm are MPL-2.0. Below Python lies Debian: its packages and
their versions stand in `out/image/sbom.json` (CycloneDX, by `make image`), their licences in the image under
`usr/share/doc/*/copyright`.

| package | version | licence | | carries |
|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Row:
    """A package of the image."""

    name: str
    version: str
    licence: str  # in the words of SPDX; "" where nobody knows
    read: bool  # by a person, from its licence file
    carries: str


def pins(path: Path = PINS) -> dict[str, str]:
    """Names and versions of what is installed in the image: Linux, CPython 3.11."""
    asked = [Requirement(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return {
        one.name: str(one.specifier).removeprefix("==")
        for one in asked
        if one.marker is None or one.marker.evaluate(IMAGE)
    }


def rows() -> Iterator[Row]:
    """Every package that is pinned for the image and installed here."""
    for name, version in pins().items():
        try:
            found = distribution(name)
        except PackageNotFoundError:  # another Python than the image's
            continue
        said = said_by(found)
        yield Row(name, version, said or READ.get(name, ""), not said, carried_by(found))


def said_by(found: Distribution) -> str:
    """The licence that a package names in the words of SPDX; "" where it names none."""
    said: list[str] = [*found.metadata.get_all("License-Expression", []), *found.metadata.get_all("License", [])]
    for text in said:
        try:
            if not get_spdx_licensing().unknown_license_keys(text):
                return text
        except ExpressionError:  # a sentence, or the whole text of a licence
            continue
    return "MIT" if MIT in found.metadata.get_all("Classifier", []) else ""


def carried_by(found: Distribution) -> str:
    """The shared libraries that a wheel brings along, without what makes their file names unique."""
    files = [path for path in found.files or () if path.parts[0].endswith(".libs")]
    return ", ".join(sorted({re.split(r"-[0-9a-f]{8}|\.so", path.name)[0] for path in files}))


def page() -> str:
    """The whole page."""
    lines = [
        f"| {row.name} | {row.version} | {row.licence} | {'read' if row.read else ''} | {row.carries} |"
        for row in rows()
    ]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
