"""One real server for all tests of a worker, on a free loopback port."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dispatch.client import Client
from dispatch.service.background import Background, started
from tests.service.watch import QUICK, SOON_S, solvers, until


@pytest.fixture(scope="session")
def service() -> Iterator[Background]:
    with started("127.0.0.1:0", QUICK) as background:
        yield background


@pytest.fixture
def client(service: Background) -> Iterator[Client]:
    """When it is let go, no solve is under way."""
    with Client(service.target) as client:
        yield client
    assert until(lambda: not solvers(service.process.pid), SOON_S)
