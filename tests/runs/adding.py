"""A process that adds and finishes runs until it is killed; what was acknowledged to it stands in a file."""

from __future__ import annotations

import os

from dispatch.errors import StoreLost
from dispatch.runs.ledger import Ledger
from tests.runs.asked import LONG_S, asked, succeeded


def add_until_killed(url: str, told: str, first_index: int) -> None:
    """Names are numbered from the one that was perhaps cut off; a store that is away is asked again."""
    ledger = Ledger(url)
    file = os.open(told, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    index = first_index
    while True:
        try:
            run = ledger.add(asked(f"case {index}", request_id=f"r{index}", labels={"k": str(index)}))
            os.write(file, f"added r{index} {run.run_id}\n".encode())
            index += 1
            taken = ledger.claim("w", LONG_S)
            if taken and ledger.finish(taken, succeeded()):
                os.write(file, f"ended {taken.asked.request_id} {taken.run_id}\n".encode())
        except StoreLost:
            os.write(file, b"lost - -\n")
