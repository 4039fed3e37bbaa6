"""A connection to the service that a command names."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager

from dispatch.cli.command import WrongUsage
from dispatch.client import Access, Client

PATIENCE_S = 10.0  # somebody waits


@contextmanager
def connected(target: str, asked: argparse.Namespace, patience_s: float = PATIENCE_S) -> Iterator[Client]:
    """A client; the token stands in DISPATCH_TOKEN, where no list of processes shows it."""
    access = Access(asked.ca, asked.cert, asked.key, os.environ.get("DISPATCH_TOKEN"))
    try:
        client = Client(target, access, patience_s=patience_s)
    except (ValueError, OSError) as error:
        raise WrongUsage(str(error)) from error
    with client:
        yield client
