"""Any schedule of callers, workers and losses: one after the other against a model, and all at once by its history."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, seed, settings, strategies
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete

from dispatch.errors import AlreadyAsked, RunOpen, RunOver, UnknownRun
from dispatch.runs.database import writing
from dispatch.runs.ledger import Ledger
from dispatch.runs.run import Ending, Query, Run, State, Urgency, Wish
from dispatch.runs.tables import METADATA
from dispatch.schedule.progress import Progress
from tests.runs.asked import LONG_S, OVER_S, asked, succeeded

SEEDS = [*range(5), *(pytest.param(k, marks=pytest.mark.faults) for k in range(5, 100))]
HELD, OVER, BACK = "held", "over", "back"  # what became of the lease


@dataclass
class Modelled:
    """What a run should be by now."""

    run: Run
    state: State = State.QUEUED
    attempt_count: int = 0
    lost_count: int = 0
    wish: Wish = Wish.GO_ON
    lease: str = ""
    owner: str = ""
    told: list[str] = field(default_factory=lambda: ["QUEUED"])

    def end(self, state: State) -> None:
        self.state, self.lease = state, ""
        self.told.append(state.value)


class Machine(RuleBasedStateMachine):
    """The ledger beside a model of it, one step at a time."""

    ledger: Ledger
    runs = Bundle("runs")
    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        with writing(self.ledger.engine) as connection:
            for table in METADATA.sorted_tables:
                connection.execute(delete(table))
        self.model: dict[str, Modelled] = {}

    @rule(
        target=runs,
        name=strategies.sampled_from(["", "r1", "r2"]),
        case=strategies.sampled_from(["one", "two"]),
        urgency=strategies.sampled_from(Urgency),
    )
    def submit(self, name: str, case: str, urgency: Urgency) -> str:
        earlier = [kept for kept in self.model.values() if name and kept.run.asked.request_id == name]
        wanted = asked(case, request_id=name, urgency=urgency)
        if earlier and earlier[0].run.asked.case_sha256 != wanted.case_sha256:
            with pytest.raises(AlreadyAsked):
                self.ledger.add(wanted)
            return earlier[0].run.run_id
        run = self.ledger.add(wanted)
        assert not earlier or run.run_id == earlier[0].run.run_id
        self.model.setdefault(run.run_id, Modelled(run))
        return run.run_id

    @rule(target=claims, owner=strategies.sampled_from(["w1", "w2"]), lease_s=strategies.sampled_from([LONG_S, OVER_S]))
    def claim(self, owner: str, lease_s: float) -> Run | None:
        taken = self.ledger.claim(owner, lease_s)
        expected = self._claimed(owner, OVER if lease_s < 0 else HELD)
        assert (taken and taken.run_id) == expected
        return taken

    def _claimed(self, owner: str, lease: str) -> str | None:
        for kept in sorted(self.model.values(), key=lambda kept: (kept.run.due_s, kept.run.run_id)):
            if kept.state is State.QUEUED or (kept.state is State.RUNNING and kept.lease != HELD):
                lost_count = kept.lost_count + (kept.lease == OVER)
                if kept.wish is not Wish.GO_ON:
                    kept.end(State.CANCELLED)
                elif lost_count == 3:
                    kept.end(State.FAILED)
                else:
                    kept.told += ["lost"] * (lost_count - kept.lost_count) + ["RUNNING"]
                    kept.state, kept.lost_count, kept.lease, kept.owner = State.RUNNING, lost_count, lease, owner
                    kept.attempt_count += 1
                    return kept.run.run_id
        return None

    def _holder(self, claim: Run | None) -> Modelled | None:
        """Of a claim that is still good."""
        kept = self.model.get(claim.run_id) if claim else None
        good = (
            kept and claim and kept.state is State.RUNNING and kept.owner and kept.attempt_count == claim.attempt_count
        )
        return kept if good else None

    @rule(claim=claims, lease_s=strategies.sampled_from([LONG_S, OVER_S]), told_count=strategies.integers(0, 3))
    def beat(self, claim: Run | None, lease_s: float, told_count: int) -> None:
        if claim:
            kept = self._holder(claim)
            wish = self.ledger.beat(claim, lease_s, [Progress("searching", float(k)) for k in range(told_count)])
            assert wish is (kept.wish if kept else Wish.LOST)
            if kept:
                kept.lease = OVER if lease_s < 0 else HELD
                kept.told += ["progress"] * told_count

    @rule(claim=claims, state=strategies.sampled_from([State.SUCCEEDED, State.FAILED, State.CANCELLED]))
    def finish(self, claim: Run | None, state: State) -> None:
        if claim:
            kept = self._holder(claim)
            assert self.ledger.finish(claim, Ending(state)) is (kept is not None)
            if kept:
                kept.end(state)

    @rule(claim=claims, lost=strategies.booleans())
    def let_go(self, claim: Run | None, lost: bool) -> None:
        if claim:
            kept = self._holder(claim)
            if lost:
                self.ledger.give_up(claim, "it died")
            else:
                self.ledger.hand_back(claim)
            if kept:
                kept.lease, kept.owner = OVER if lost else BACK, ""
                kept.told.append("note")

    @rule(run_id=runs, keep=strategies.booleans())
    def cancel(self, run_id: str, keep: bool) -> None:
        kept = self.model.get(run_id)
        if kept is None or kept.state in (State.SUCCEEDED, State.FAILED):
            with pytest.raises(UnknownRun if kept is None else RunOver):
                self.ledger.cancel(run_id, keep=keep)
            return
        self.ledger.cancel(run_id, keep=keep)
        if kept.state is State.QUEUED:
            kept.end(State.CANCELLED)
        elif kept.state is State.RUNNING and kept.wish is not Wish.CANCEL:
            kept.wish = Wish.KEEP if keep else Wish.CANCEL

    @rule(run_id=runs)
    def delete(self, run_id: str) -> None:
        kept = self.model.get(run_id)
        if kept is None or not kept.state.ended:
            with pytest.raises(UnknownRun if kept is None else RunOpen):
                self.ledger.delete(run_id)
            return
        del self.model[run_id]
        case = kept.run.asked.payload_sha256
        shared = any(other.run.asked.payload_sha256 == case for other in self.model.values())
        assert self.ledger.delete(run_id) == (set() if shared else {case})

    @invariant()
    def agree(self) -> None:
        found = {run.run_id: run for run in self.ledger.runs(Query(), 1000)}
        assert set(found) == set(self.model)
        for run_id, kept in self.model.items():
            run = found[run_id]
            assert (run.state, run.attempt_count, run.lost_count, run.wish, run.event_count) == (
                kept.state,
                kept.attempt_count,
                kept.lost_count,
                kept.wish,
                len(kept.told),
            )

    def teardown(self) -> None:
        for run_id, kept in self.model.items():
            events = self.ledger.events(run_id)
            assert [event.event_index for event in events] == list(range(1, len(kept.told) + 1))
            states = [event.state.value for event in events if event.state]
            assert states == [told for told in kept.told if told.isupper()]


@pytest.mark.parametrize("schedule", SEEDS)
def test_the_ledger_agrees_with_its_model(ledger: Ledger, schedule: int) -> None:
    machine = seed(schedule)(type("Seeded", (Machine,), {"ledger": ledger}))
    phases = (Phase.generate, Phase.shrink)
    calm = settings(
        max_examples=4, stateful_step_count=40, deadline=None, phases=phases, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=calm)


# ---------------------------------------------------------------- all at once


def _caller(ledger: Ledger, chance: random.Random, acknowledged: list[tuple[str, str]]) -> None:
    for _ in range(12):
        name = f"r{chance.randrange(20)}"
        run = ledger.add(asked(request_id=name))
        acknowledged.append((name, run.run_id))
        if chance.random() < 0.3:
            try:
                ledger.cancel(run.run_id, keep=chance.random() < 0.5)
            except RunOver:
                continue


def _worker(ledger: Ledger, chance: random.Random, finished: list[tuple[str, State]]) -> None:
    """One that beats, dies, is late, hands back or finishes, as it happens."""
    for k in range(30):
        run = ledger.claim(f"w{k}", OVER_S if chance.random() < 0.3 else LONG_S)
        if run is None:
            continue
        wish = ledger.beat(run, LONG_S if chance.random() < 0.7 else OVER_S, [Progress("searching", 1.0)])
        act = chance.random()
        if act < 0.15:
            ledger.hand_back(run)
        elif act < 0.3:
            ledger.give_up(run, "it died")
        elif act < 0.8:
            ending = succeeded() if wish is Wish.GO_ON else Ending(State.CANCELLED)
            if ledger.finish(run, ending):
                finished.append((run.run_id, ending.state))
        else:
            ledger.beat(run, OVER_S)


@pytest.mark.parametrize("schedule", SEEDS)
def test_no_history_breaks_a_promise(ledger: Ledger, schedule: int) -> None:
    """
    Three callers and four workers at once. Afterwards: every acknowledged run is there, one a name; each history is
    QUEUED, RUNNING as often as it was taken, at most one ending and nothing after it, numbered without a gap; a finish
    that was acknowledged is the ending, and there was one.
    """
    acknowledged: list[tuple[str, str]] = []
    finished: list[tuple[str, State]] = []
    chances = [random.Random(f"{schedule} {k}") for k in range(7)]  # noqa: S311 no secret
    with ThreadPoolExecutor(7) as people:
        asking = [people.submit(_caller, ledger, chance, acknowledged) for chance in chances[:3]]
        working = [people.submit(_worker, ledger, chance, finished) for chance in chances[3:]]
    for one in (*asking, *working):
        one.result()
    runs = {run.run_id: run for run in ledger.runs(Query(), 1000)}
    assert set(runs) == {run_id for _, run_id in acknowledged}
    assert len(set(acknowledged)) == len(runs)
    assert len({run_id for run_id, _ in finished}) == len(finished)
    for run_id, run in runs.items():
        _check_history(ledger, run, dict(finished).get(run_id))


def _check_history(ledger: Ledger, run: Run, finished: State | None) -> None:
    events = ledger.events(run.run_id)
    assert [event.event_index for event in events] == list(range(1, run.event_count + 1))
    attempts = [event.attempt_index for event in events]
    assert attempts == sorted(attempts)
    states = [event.state for event in events if event.state]
    ends = [run.state] if run.state.ended else []
    assert states == [State.QUEUED, *[State.RUNNING] * run.attempt_count, *ends]
    assert not ends or events[-1].state is run.state
    assert finished in (None, run.state)
