"""Whoever watches a run hears each event once, and its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from dispatch.runs.ledger import Ledger
from dispatch.runs.run import Ending, Event, State
from dispatch.service.watchers import Watchers
from tests.runs.asked import asked

SOON_S = 60.0


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(f"sqlite:///{tmp_path}/runs.db")
    ledger.prepare()
    yield ledger
    ledger.engine.dispose()


async def _heard(watchers: Watchers, run_id: str, after_index: int, told: list[Event]) -> None:
    async for events in watchers.events(run_id, after_index, every_s=0.05):
        told += events


async def _watched(ledger: Ledger, run_id: str, after_index: int, meanwhile: object) -> list[int]:
    """The numbers of the events heard, while this befalls the run."""
    watchers, told = Watchers(ledger), list[Event]()
    looking = asyncio.create_task(watchers.look())
    hearing = asyncio.create_task(_heard(watchers, run_id, after_index, told))
    done, _ = await asyncio.wait([hearing], timeout=1.0)
    assert not done, "a run that has not ended was told to have"
    await asyncio.to_thread(meanwhile)  # type: ignore[arg-type]
    await asyncio.wait_for(hearing, SOON_S)
    looking.cancel()
    return [event.event_index for event in told]


@pytest.mark.parametrize(("known_index", "heard"), [(0, [1, 2, 3]), (1, [2, 3]), (2, [3])])
def test_a_watch_goes_on_after_any_event_also_the_last_one(ledger: Ledger, known_index: int, heard: list[int]) -> None:
    """Queued 1, running 2; then it succeeds, 3. Whoever knows 2 waits for 3, and is not told that all is over."""
    run_id = ledger.add(asked()).run_id
    claimed = ledger.claim("a worker", 60.0)
    assert claimed is not None
    told = asyncio.run(_watched(ledger, run_id, known_index, lambda: ledger.finish(claimed, Ending(State.SUCCEEDED))))
    assert told == heard


def test_the_watch_of_a_run_that_is_deleted_ends(ledger: Ledger) -> None:
    run_id = ledger.add(asked()).run_id

    def deleted() -> None:
        ledger.cancel(run_id)
        ledger.delete(run_id)

    assert asyncio.run(_watched(ledger, run_id, 1, deleted)) in ([], [2])


class SlowLedger(Ledger):
    """The real one, on a bad day."""

    def marks(self, run_ids: Iterable[str]) -> dict[str, tuple[State, int]]:
        marks = super().marks(run_ids)
        time.sleep(0.3)
        return marks


def test_a_watch_that_begins_while_the_ledger_is_looked_at_does_not_end_there(tmp_path: Path) -> None:
    """The second run is not in the answer to the first look, and so was once taken for deleted."""
    ledger = SlowLedger(f"sqlite:///{tmp_path}/runs.db")
    ledger.prepare()
    first, second = (ledger.add(asked(name)).run_id for name in ("one", "two"))

    async def both() -> bool:
        watchers = Watchers(ledger)
        looking = asyncio.create_task(watchers.look())
        hearing = [asyncio.create_task(_heard(watchers, first, 0, []))]
        await asyncio.sleep(0.1)
        hearing.append(asyncio.create_task(_heard(watchers, second, 0, [])))
        done, _ = await asyncio.wait(hearing, timeout=1.0)
        for task in (looking, *hearing):
            task.cancel()
        return bool(done)

    assert not asyncio.run(both())
    ledger.engine.dispose()
