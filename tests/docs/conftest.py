"""What all pages share: warm commands and servers."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.shell import Servers, servers_on
from tests.docs.warm import warm


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with warm(tmp_path_factory.mktemp("w")) as shims:
        path = os.pathsep.join((str(shims), str(Path(sys.executable).parent), os.environ["PATH"]))
        with servers_on(path, tmp_path_factory.mktemp("servers")) as servers:
            yield servers
