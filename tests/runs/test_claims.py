"""What workers are promised: one at a time, lost ones replaced, ended once."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import update

from dispatch.runs.database import writing
from dispatch.runs.leases import WORKER_LOST
from dispatch.runs.ledger import Ledger
from dispatch.runs.run import Ending, Query, Run, State, Urgency, Wish
from dispatch.runs.steps import CANCELLED
from dispatch.runs.tables import RUNS
from dispatch.schedule.progress import Progress
from tests.runs.asked import LONG_S, OVER_S, asked, succeeded

WORKERS_COUNT = 12


def _taken(ledger: Ledger, owner: str = "w1", lease_s: float = LONG_S) -> Run:
    run = ledger.claim(owner, lease_s)
    assert run is not None
    return run


# ---------------------------------------------------------------- order


def _accepted_before(ledger: Ledger, urgency: Urgency, seconds: float) -> Run:
    """As if it had been accepted so long ago."""
    run = ledger.add(asked(urgency=urgency))
    earlier = {"created_s": RUNS.c.created_s - seconds, "due_s": RUNS.c.due_s - seconds}
    with writing(ledger.engine) as connection:
        connection.execute(update(RUNS).where(RUNS.c.run_id == run.run_id).values(**earlier))
    return run


def test_the_run_due_first_goes_first(ledger: Ledger) -> None:
    """
    Due, in seconds from now: interactive 0, day-ahead 60, study 1800 after it was accepted.

    A study of 30 min ago: -1800 + 1800 = 0; a day-ahead of 5 min ago: -300 + 60 = -240; an interactive of now: 0 and a
    moment (accepted after the old study); a day-ahead of now: 60; a study of 29 min ago: -1740 + 1800 = 60, accepted
    before that day-ahead; a study of now: 1800.
    """
    wanted = [
        _accepted_before(ledger, Urgency.STUDY, 1800.0),
        _accepted_before(ledger, Urgency.DAY_AHEAD, 300.0),
        _accepted_before(ledger, Urgency.STUDY, 1740.0),
        _accepted_before(ledger, Urgency.STUDY, 0.0),
    ]
    time.sleep(0.01)  # the clock of SQLite tells milliseconds
    wanted += [
        _accepted_before(ledger, Urgency.INTERACTIVE, 0.0),
        _accepted_before(ledger, Urgency.DAY_AHEAD, 0.0),
    ]
    names = [run.run_id for run in wanted]
    assert [names.index(_taken(ledger).run_id) for _ in names] == [1, 0, 4, 2, 5, 3]


def test_a_study_is_not_starved_by_an_endless_stream_of_day_aheads(ledger: Ledger) -> None:
    """
    One day-ahead a minute, each taken as it comes. The study, due after 1800 s, goes before the day-ahead accepted at
    1740 + 60 = 1800 s and not before that of 1680 s: it lets 30 of them pass (those of 0, 60, .. 1740 s, but the last
    was accepted in the same minute and is due with it or later).
    """
    study = _accepted_before(ledger, Urgency.STUDY, 3600.0)
    time.sleep(0.01)  # the clock of SQLite tells milliseconds
    for minute in range(40):
        _accepted_before(ledger, Urgency.DAY_AHEAD, 3600.0 - 60.0 * minute)
    taken = [_taken(ledger).run_id for _ in range(41)]
    assert taken.index(study.run_id) == 29


# ---------------------------------------------------------------- one at a time


def test_no_run_is_held_by_two_and_each_is_finished_once(ledger: Ledger) -> None:
    """80 runs, 12 workers; each claims until nothing waits."""
    runs = {ledger.add(asked(f"case {k}")).run_id for k in range(80)}
    held: Counter[str] = Counter()
    finished: list[str] = []
    lock = threading.Lock()

    def work(k: int) -> None:
        while run := ledger.claim(f"w{k}", LONG_S):
            with lock:
                held[run.run_id] += 1
                assert held[run.run_id] == 1
            assert ledger.finish(run, succeeded(float(k)))
            with lock:
                held[run.run_id] -= 1
                finished.append(run.run_id)

    with ThreadPoolExecutor(WORKERS_COUNT) as workers:
        list(workers.map(work, range(WORKERS_COUNT)))
    assert len(finished) == 80
    assert set(finished) == runs
    assert {run.attempt_count for run in ledger.runs(Query(), 400)} == {1}


def test_of_workers_that_find_one_lost_run_one_takes_it(ledger: Ledger) -> None:
    ledger.add(asked())
    _taken(ledger, lease_s=OVER_S)
    with ThreadPoolExecutor(WORKERS_COUNT) as workers:
        taken = list(workers.map(lambda k: ledger.claim(f"w{k}", LONG_S), range(WORKERS_COUNT)))
    assert [run.attempt_count for run in taken if run] == [2]


def test_a_finish_and_a_cancel_at_once_agree(ledger: Ledger) -> None:
    """Whichever is first, the run ends once, and as the one told who was told so."""
    for _ in range(10):
        ledger.add(asked())
        run = _taken(ledger)
        with ThreadPoolExecutor(2) as both:
            done = both.submit(ledger.finish, run, succeeded())
            asked_to = both.submit(ledger.cancel, run.run_id)
        assert done.result()
        assert asked_to.exception() is None or "SUCCEEDED" in str(asked_to.exception())
        states = [event.state for event in ledger.events(run.run_id) if event.state]
        assert states == [State.QUEUED, State.RUNNING, State.SUCCEEDED]


# ---------------------------------------------------------------- leases


def test_a_run_is_another_ones_when_its_lease_is_over(ledger: Ledger) -> None:
    ledger.add(asked())
    first = _taken(ledger, "w1")
    assert ledger.claim("w2", LONG_S) is None
    assert ledger.beat(first, 0.3) is Wish.GO_ON
    time.sleep(0.35)
    second = _taken(ledger, "w2")
    assert (second.run_id, second.attempt_count, second.lost_count) == (first.run_id, 2, 1)
    assert second.started_s == first.started_s
    assert ledger.get(first.run_id).state is State.RUNNING
    assert "a worker was lost; taken again by w2" in [event.note for event in ledger.events(first.run_id)]


def test_an_older_attempt_changes_nothing(ledger: Ledger) -> None:
    ledger.add(asked())
    old = _taken(ledger, "w1", OVER_S)
    new = _taken(ledger, "w2")
    before = ledger.get(new.run_id), ledger.events(new.run_id)
    assert ledger.beat(old, LONG_S, [Progress("searching", 1.0)]) is Wish.LOST
    assert ledger.wishes([old]) == {old.run_id: Wish.LOST}
    assert not ledger.finish(old, succeeded())
    ledger.hand_back(old)
    ledger.give_up(old, "it died")
    assert (ledger.get(new.run_id), ledger.events(new.run_id)) == before
    assert ledger.finish(new, succeeded())
    assert not ledger.finish(new, Ending(State.FAILED, "AGAIN"))
    assert ledger.beat(new, LONG_S) is Wish.LOST
    assert ledger.get(new.run_id).ending == succeeded()


def test_a_late_beat_of_a_run_that_nobody_took_holds_it_again(ledger: Ledger) -> None:
    ledger.add(asked())
    run = _taken(ledger, lease_s=OVER_S)
    assert ledger.beat(run, LONG_S) is Wish.GO_ON
    assert ledger.claim("w2", LONG_S) is None


def test_three_lost_workers_fail_a_run(ledger: Ledger) -> None:
    run = ledger.add(asked())
    other = ledger.add(asked("another"))
    assert [_taken(ledger, lease_s=OVER_S).run_id for _ in range(3)] == [run.run_id] * 3
    assert _taken(ledger).run_id == other.run_id  # the fourth claim ends the first run and goes on
    ended = ledger.get(run.run_id)
    assert (ended.ending, ended.attempt_count) == (WORKER_LOST, 3)
    assert ledger.events(run.run_id)[-1].state is State.FAILED


def test_a_process_that_died_is_a_lost_worker_at_once(ledger: Ledger) -> None:
    run = ledger.add(asked())
    for k in range(3):
        ledger.give_up(_taken(ledger), f"it died, {k}")
    assert ledger.claim("w2", LONG_S) is None
    assert ledger.get(run.run_id).ending == WORKER_LOST
    assert [event.note for event in ledger.events(run.run_id) if "died" in event.note] == [
        "it died, 0",
        "it died, 1",
        "it died, 2",
    ]


def test_handing_back_is_no_loss(ledger: Ledger) -> None:
    ledger.add(asked())
    for _ in range(5):
        ledger.hand_back(_taken(ledger))
    run = _taken(ledger, "w2")
    assert (run.attempt_count, run.lost_count) == (6, 0)


@pytest.mark.parametrize("lost", [False, True])
def test_who_let_go_of_a_run_holds_it_no_more(ledger: Ledger, lost: bool) -> None:
    """A beat that was under way when its run was handed back must not hold it again: nobody works on it."""
    ledger.add(asked())
    run = _taken(ledger)
    if lost:
        ledger.give_up(run, "it died")
    else:
        ledger.hand_back(run)
    assert ledger.beat(run, LONG_S) is Wish.LOST
    assert ledger.wishes([run]) == {run.run_id: Wish.LOST}
    assert not ledger.finish(run, succeeded())
    assert _taken(ledger, "w2").lost_count == lost


@pytest.mark.parametrize("keep", [False, True])
def test_a_cancelled_run_whose_worker_is_lost_ends_cancelled(ledger: Ledger, keep: bool) -> None:
    ledger.add(asked())
    run = _taken(ledger, lease_s=OVER_S)
    ledger.cancel(run.run_id, keep=keep)
    assert ledger.claim("w2", LONG_S) is None
    assert ledger.get(run.run_id).ending == CANCELLED


def test_an_ending_is_kept_whole(ledger: Ledger) -> None:
    ledger.add(asked())
    ending = replace(
        succeeded(),
        message="达到最优 \u2014 at the gap",
        bound_cny=9.9e5,
        gap_share=0.01,
        outcome_sha256="0" * 64,
        schedule_sha256="1" * 64,
        totals={"curtailment_share": 0.031, "cost_cny": 1.0e6},
    )
    run = _taken(ledger)
    assert ledger.finish(run, ending)
    kept = ledger.get(run.run_id)
    assert kept.ending == ending
    assert kept.started_s is not None
    assert kept.ended_s is not None
    assert kept.created_s <= kept.started_s <= kept.ended_s


def test_words_that_a_database_cannot_hold_do_not_keep_a_run_from_ending(ledger: Ledger) -> None:
    """PostgreSQL holds no NUL in a text; what a dying solver writes may have one."""
    ledger.add(asked())
    run = _taken(ledger)
    assert ledger.finish(run, Ending(State.FAILED, "DIED", "it said \x00 and died"))
    ending = ledger.get(run.run_id).ending
    assert ending is not None
    assert ending.message == "it said \N{REPLACEMENT CHARACTER} and died"
    ledger.add(asked())
    ledger.give_up(_taken(ledger), "\x00")
