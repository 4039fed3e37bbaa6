"""
Artefacts of deleted runs: remembered with the deletion, dropped as soon as they are old enough.

What was put within the last hour may be about to be named by a new run, so it stays; and a server may be killed
between a deletion and the drop. Both are found by a later sweep.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from sqlalchemy import delete, select

from dispatch.errors import StoreFull, StoreLost
from dispatch.runs.artefacts import Artefacts
from dispatch.runs.database import alone, reading, writing
from dispatch.runs.ledger import Ledger
from dispatch.runs.needs import needed
from dispatch.runs.tables import UNNEEDED

SWEEP_EVERY_S = 600.0

LOG = logging.getLogger(__name__)


async def sweeping(ledger: Ledger, artefacts: Artefacts) -> None:
    """A sweep now and every ten minutes, until cancelled."""
    while True:
        try:
            await asyncio.to_thread(sweep, ledger, artefacts)
        except (StoreLost, StoreFull) as error:
            LOG.warning("artefacts of deleted runs are dropped later: %s", error)
        await asyncio.sleep(SWEEP_EVERY_S)


def sweep(ledger: Ledger, artefacts: Artefacts, names: Iterable[str] | None = None) -> None:
    """
    Drop what no run needs and is old enough; of these names, or of all that are remembered.

    Raises StoreLost, StoreFull.
    """
    for name in remembered(ledger) if names is None else names:
        if artefacts.is_young(name):
            continue
        with writing(ledger.engine) as connection:
            alone(connection)
            if not needed(connection, name):
                artefacts.drop(name)
            connection.execute(delete(UNNEEDED).where(UNNEEDED.c.name == name))


def remembered(ledger: Ledger) -> list[str]:
    """What is not dropped yet."""
    with reading(ledger.engine) as connection:
        return list(connection.execute(select(UNNEEDED.c.name)).scalars())
