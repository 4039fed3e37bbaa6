"""Whoever watches runs: one look at the ledger for all of them, and each event read once."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

from dispatch.errors import StoreFull, StoreLost
from dispatch.runs.ledger import Ledger
from dispatch.runs.run import Event, State

LOOK_EVERY_S = 0.25
PLACES_EVERY_S = 1.0
PLACES_REST_COUNT = 20  # times as long as a look at the queue took, before the next

LOG = logging.getLogger(__name__)


@dataclass
class Watched:
    """A run that somebody watches, and its last events."""

    events: list[Event] = field(default_factory=list)  # without a gap up to the last one
    watcher_count: int = 0
    before_count: int | None = None  # runs that go before it; None where it does not wait
    gone: bool = False  # deleted meanwhile
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def over(self) -> bool:
        """Nothing befalls it any more."""
        return self.gone or any(event.state is not None and event.state.ended for event in self.events[-1:])

    @property
    def last_index(self) -> int:
        """Of the events read so far."""
        return self.events[-1].event_index if self.events else 0


class Watchers:
    """Tells each watcher what befalls its run."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._watched: dict[str, Watched] = {}
        self._wake = asyncio.Event()
        self._places_due_s = 0.0

    def poke(self) -> None:
        """Something has changed: look now."""
        self._wake.set()

    async def look(self) -> None:
        """Until cancelled."""
        while True:
            self._wake.clear()
            if self._watched:
                try:
                    await self._looked()
                except (StoreLost, StoreFull) as error:
                    LOG.warning("watchers wait: %s", error)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):  # wait_for may swallow a cancel
                    await self._wake.wait()

    async def _looked(self) -> None:
        looked_at = dict(self._watched)  # not those that somebody begins to watch meanwhile
        marks = await asyncio.to_thread(self._ledger.marks, list(looked_at))
        await self._placed({run_id: looked_at[run_id] for run_id, (state, _) in marks.items() if state is State.QUEUED})
        for run_id, watched in looked_at.items():
            watched.gone = run_id not in marks
            if watched.gone or marks[run_id][1] > watched.last_index:
                watched.events += await asyncio.to_thread(self._ledger.events, run_id, watched.last_index)
                told, watched.changed = watched.changed, asyncio.Event()
                told.set()

    async def _placed(self, waiting: dict[str, Watched]) -> None:
        """The place in the queue of every run that waits, for all who watch it at once; a long queue is read rarely."""
        begun_s = time.monotonic()
        if not waiting or begun_s < self._places_due_s:
            return
        for run_id, count in (await asyncio.to_thread(self._ledger.queue_places, waiting)).items():
            waiting[run_id].before_count = count
        self._places_due_s = begun_s + max(PLACES_EVERY_S, PLACES_REST_COUNT * (time.monotonic() - begun_s))

    def before_count(self, run_id: str) -> int | None:
        """How many runs go before one that is watched; None before that was looked up."""
        watched = self._watched.get(run_id)
        return watched.before_count if watched else None

    async def events(self, run_id: str, after_index: int, every_s: float) -> AsyncIterator[list[Event]]:
        """
        Every event after this one, as they come, until the run has ended; an empty list at least each `every_s`.

        A run that is deleted meanwhile ends it too.
        """
        watched = self._watched.setdefault(run_id, Watched())
        watched.watcher_count += 1
        self.poke()
        try:
            while True:
                changed = watched.changed
                new = [event for event in watched.events if event.event_index > after_index]
                yield new
                if new:
                    after_index = new[-1].event_index
                if watched.over:
                    return
                with suppress(TimeoutError):
                    async with asyncio.timeout(every_s):  # wait_for may swallow a cancel
                        await changed.wait()
        finally:
            watched.watcher_count -= 1
            if not watched.watcher_count:
                self._watched.pop(run_id, None)
