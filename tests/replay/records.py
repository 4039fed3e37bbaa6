"""The bundles that are kept, read once."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

from dispatch.replay.reading import record_in
from dispatch.replay.replay import Record
from tests.replay.write import BUNDLES

NAMES = tuple(sorted(path.name for path in BUNDLES.iterdir()))
SMALL = "jibei-winter-n-1"


@cache
def record(name: str = SMALL) -> Record:
    """A kept record."""
    return record_in(BUNDLES / name, name)


def copied(folder: Path, name: str = SMALL) -> Path:
    """A copy of a bundle, to be spoilt."""
    return Path(shutil.copytree(BUNDLES / name, folder / name))
