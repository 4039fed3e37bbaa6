"""What callers are promised."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from dispatch.errors import AlreadyAsked, RunOpen, RunOver, UnknownRun
from dispatch.runs.database import reading, writing
from dispatch.runs.ledger import Ledger, added
from dispatch.runs.run import Query, Run, State, Urgency, Wish
from dispatch.runs.steps import CANCELLED
from dispatch.runs.tables import RUNS
from dispatch.schedule.progress import Progress
from tests.runs.asked import LONG_S, asked, succeeded


def _taken(ledger: Ledger, owner: str = "w1") -> Run:
    run = ledger.claim(owner, LONG_S)
    assert run is not None
    return run


def _states(ledger: Ledger, run_id: str) -> list[State]:
    return [event.state for event in ledger.events(run_id) if event.state]


# ---------------------------------------------------------------- adding


def test_a_run_is_kept_as_it_was_asked_for(ledger: Ledger) -> None:
    wanted = asked(
        labels={"日": "冬至", "kind": "day-ahead"}, case_name="南网 12-21", changes='[["a",1]]', request_id="r"
    )
    run = ledger.add(wanted)
    assert ledger.get(run.run_id) == run
    assert run.asked == wanted
    assert (run.state, run.attempt_count, run.wish, run.ending) == (State.QUEUED, 0, Wish.GO_ON, None)
    assert [(event.event_index, event.state) for event in ledger.events(run.run_id)] == [(1, State.QUEUED)]


def test_the_same_request_is_the_same_run(ledger: Ledger) -> None:
    run = ledger.add(asked(request_id="r"))
    assert ledger.add(asked(request_id="r")) == run
    ledger.finish(_taken(ledger), succeeded())
    assert ledger.add(asked(request_id="r")).state is State.SUCCEEDED
    assert ledger.add(asked()).run_id != ledger.add(asked()).run_id  # not named: each is its own


def test_twenty_callers_at_once_get_one_run(ledger: Ledger) -> None:
    with ThreadPoolExecutor(20) as callers:
        runs = list(callers.map(lambda _: ledger.add(asked(request_id="r", labels={"k": "v"})), range(20)))
    assert len({run.run_id for run in runs}) == 1
    with reading(ledger.engine) as connection:
        assert connection.execute(select(func.count()).select_from(RUNS)).scalar_one() == 1


def test_twenty_callers_who_ask_for_two_things_get_one_of_them(ledger: Ledger) -> None:
    def ask(case: str) -> str:
        try:
            return ledger.add(asked(case, request_id="r")).asked.asked_sha256
        except AlreadyAsked as error:
            return error.kept_sha256

    with ThreadPoolExecutor(20) as callers:
        kept = set(callers.map(ask, ["one case", "another"] * 10))
    assert len(kept) == 1


def test_a_name_used_for_something_else_is_refused_with_both_hashes(ledger: Ledger) -> None:
    ledger.add(asked("first", request_id="r"))
    with pytest.raises(AlreadyAsked) as refused:
        ledger.add(asked("second", request_id="r"))
    assert (refused.value.kept_sha256, refused.value.asked_sha256) == (
        asked("first").asked_sha256,
        asked("second").asked_sha256,
    )


# ---------------------------------------------------------------- tenants


def test_tenants_do_not_see_each_other(ledger: Ledger) -> None:
    mine = ledger.add(asked(request_id="r"))
    theirs = ledger.add(asked("another case", request_id="r", tenant="jibei"))
    assert mine.run_id != theirs.run_id
    assert ledger.runs(Query(tenant="hebei"), 10) == [mine]
    for act in (ledger.get, ledger.cancel, ledger.delete):
        with pytest.raises(UnknownRun):
            act(theirs.run_id, "hebei")
    assert ledger.get(theirs.run_id, "jibei") == ledger.get(theirs.run_id) == theirs


def test_an_unknown_run_is_refused_whatever_its_name(ledger: Ledger) -> None:
    for name in ("", "no such run", "'; DROP TABLE runs; --", "x" * 10_000, "\x00"):
        with pytest.raises(UnknownRun):
            ledger.get(name)


# ---------------------------------------------------------------- listing


def _at(ledger: Ledger, run: Run, created_s: float) -> str:
    with writing(ledger.engine) as connection:
        connection.execute(update(RUNS).where(RUNS.c.run_id == run.run_id).values(created_s=created_s))
    return run.run_id


def test_pages_hold_every_run_once_the_newest_first(ledger: Ledger) -> None:
    """Seven runs, five of one moment: pages of 2, 2, 2 and 1."""
    names = [_at(ledger, ledger.add(asked()), 100.0 if 0 < k < 6 else 50.0 + 25 * k) for k in range(7)]
    seen: list[str] = []
    after = None
    sizes = []
    while page := ledger.runs(Query(), 2, after):
        seen += [run.run_id for run in page]
        sizes.append(len(page))
        after = (page[-1].created_s, page[-1].run_id)
    assert sizes == [2, 2, 2, 1]
    assert seen == [names[6], *sorted(names[1:6], reverse=True), names[0]]


def test_a_page_is_not_shifted_by_what_comes_or_goes_in_between(ledger: Ledger) -> None:
    names = [_at(ledger, ledger.add(asked()), 100.0 + k) for k in range(4)]
    page = ledger.runs(Query(), 2)
    ledger.add(asked())
    ledger.cancel(names[2])
    ledger.delete(names[2])
    following = ledger.runs(Query(), 2, (page[-1].created_s, page[-1].run_id))
    assert [run.run_id for run in following] == [names[1], names[0]]


def test_runs_are_found_by_state_grid_label_study_and_time(ledger: Ledger) -> None:
    winter = _at(ledger, ledger.add(asked(labels={"day": "winter", "by": "li"})), 100.0)
    summer = _at(ledger, ledger.add(asked(labels={"day": "summer", "by": "li"}, grid="hebei-south")), 200.0)
    study = _at(ledger, ledger.add(asked(study_id="s1", labels={"by": "winter"})), 300.0)
    ledger.cancel(summer)
    for query, names in (
        (Query(states=(State.CANCELLED,)), {summer}),
        (Query(states=(State.QUEUED, State.RUNNING)), {winter, study}),
        (Query(grid="jibei"), {winter, study}),
        (Query(study_id="s1"), {study}),
        (Query(created_from_s=200.0), {summer, study}),
        (Query(created_before_s=200.0), {winter}),
        (Query(created_from_s=150.0, created_before_s=250.0), {summer}),
    ):
        assert {run.run_id for run in ledger.runs(query, 10)} == names, query
    for labels, names in (
        ({"by": "li"}, {winter, summer}),
        ({"day": "winter"}, {winter}),
        ({"day": "summer", "by": "li"}, {summer}),
        ({"day": "summer", "by": "wang"}, set()),
    ):
        assert {run.run_id for run in ledger.runs(Query(labels=labels), 10)} == names, labels


def test_more_runs_than_one_question_may_name_are_watched(ledger: Ledger) -> None:
    """SQLite may hold 32,766 names in a question, PostgreSQL 65,535."""
    run = ledger.add(asked())
    names = [*(uuid.uuid4().hex for _ in range(70_000)), run.run_id]
    assert ledger.marks(names) == {run.run_id: (State.QUEUED, 1)}
    held = _taken(ledger)
    assert ledger.wishes([held]) == {held.run_id: Wish.GO_ON}
    others = [replace(held, run_id=name) for name in names[:-1]]
    wishes = ledger.wishes([*others, held])
    assert (len(wishes), sum(wish is Wish.LOST for wish in wishes.values())) == (70_001, 70_000)


# ---------------------------------------------------------------- cancelling


def test_a_queued_run_is_cancelled_at_once(ledger: Ledger) -> None:
    run = ledger.add(asked())
    for _ in range(2):  # it may be cancelled again
        assert ledger.cancel(run.run_id).ending == CANCELLED
    assert _states(ledger, run.run_id) == [State.QUEUED, State.CANCELLED]
    assert ledger.claim("w1", LONG_S) is None


def test_the_worker_hears_that_its_run_is_cancelled(ledger: Ledger) -> None:
    ledger.add(asked())
    run = _taken(ledger)
    assert ledger.beat(run, LONG_S) is Wish.GO_ON
    assert ledger.cancel(run.run_id).state is State.RUNNING
    assert ledger.beat(run, LONG_S) is Wish.CANCEL
    assert ledger.wishes([run]) == {run.run_id: Wish.CANCEL}
    assert ledger.finish(run, CANCELLED)
    assert ledger.get(run.run_id).ending == CANCELLED


def test_keeping_is_overruled_by_cancelling_and_never_the_other_way(ledger: Ledger) -> None:
    ledger.add(asked())
    run = _taken(ledger)
    for keep, heard in ((True, Wish.KEEP), (True, Wish.KEEP), (False, Wish.CANCEL), (True, Wish.CANCEL)):
        ledger.cancel(run.run_id, keep=keep)
        assert ledger.beat(run, LONG_S) is heard


def test_a_run_that_ended_otherwise_is_not_cancelled(ledger: Ledger) -> None:
    ledger.add(asked())
    run = _taken(ledger)
    ledger.finish(run, succeeded())
    with pytest.raises(RunOver, match="SUCCEEDED"):
        ledger.cancel(run.run_id)
    assert ledger.get(run.run_id).ending == succeeded()


# ---------------------------------------------------------------- forgetting


def test_only_what_ended_is_forgotten_and_then_all_of_it(ledger: Ledger) -> None:
    run = ledger.add(asked(labels={"k": "v"}, request_id="r"))
    with pytest.raises(RunOpen, match="QUEUED; cancel it first"):
        ledger.delete(run.run_id)
    ledger.cancel(run.run_id)
    assert ledger.delete(run.run_id) == {run.asked.payload_sha256}
    assert ledger.events(run.run_id) == []
    assert ledger.runs(Query(labels={"k": "v"}), 10) == []
    with pytest.raises(UnknownRun):
        ledger.delete(run.run_id)
    assert ledger.add(asked(request_id="r")).run_id != run.run_id  # its name is free again


def test_an_artefact_is_needed_until_its_last_run_is_forgotten(ledger: Ledger) -> None:
    """Two runs of one case with one schedule; each has an outcome of its own."""
    for k in range(2):
        ledger.add(asked())
        ledger.finish(_taken(ledger), succeeded(outcome_sha256=f"outcome {k}", schedule_sha256="schedule"))
    last, first = ledger.runs(Query(), 2)
    for run in (last, first):
        assert run.ending is not None
    own = {run.run_id: run.ending.outcome_sha256 for run in (first, last) if run.ending}
    assert ledger.delete(first.run_id) == {own[first.run_id]}
    assert ledger.delete(last.run_id) == {own[last.run_id], "schedule", last.asked.payload_sha256}


def test_of_runs_forgotten_at_once_the_last_one_names_the_shared_artefact(ledger: Ledger) -> None:
    runs = [ledger.add(asked()) for _ in range(12)]
    for run in runs:
        ledger.cancel(run.run_id)
    with ThreadPoolExecutor(12) as callers:
        told = list(callers.map(lambda run: ledger.delete(run.run_id), runs))
    assert sorted(map(len, told)) == [0] * 11 + [1]


# ---------------------------------------------------------------- the queue


def test_the_queue_is_counted(ledger: Ledger) -> None:
    for urgency in (Urgency.STUDY, Urgency.DAY_AHEAD, Urgency.INTERACTIVE):
        ledger.add(asked(urgency=urgency))
    study, day_ahead, interactive = (
        next(run for run in ledger.runs(Query(), 3) if run.asked.urgency is urgency)
        for urgency in (Urgency.STUDY, Urgency.DAY_AHEAD, Urgency.INTERACTIVE)
    )
    assert [ledger.queued_before_count(run) for run in (interactive, day_ahead, study)] == [0, 1, 2]
    _taken(ledger)
    assert [ledger.queued_before_count(run) for run in (day_ahead, study)] == [0, 1]
    queue = ledger.queue()
    assert (queue.queued_count, queue.running_count) == (2, 1)
    assert 0.0 <= queue.oldest_queued_s < 60.0


def test_an_empty_queue_is_empty(ledger: Ledger) -> None:
    queue = ledger.queue()
    assert (queue.queued_count, queue.running_count, queue.oldest_queued_s) == (0, 0, 0.0)


def test_runs_accepted_together_are_taken_in_their_order(ledger: Ledger) -> None:
    """A study's scenarios come at one moment: the order is theirs, not that of random names."""
    with writing(ledger.engine) as connection:
        added(connection, [asked(scenario_index=k, urgency=Urgency.STUDY) for k in range(20)])
    assert [_taken(ledger).asked.scenario_index for _ in range(20)] == list(range(20))


# ---------------------------------------------------------------- events


def test_events_are_told_in_order_and_resumed_after_a_number(ledger: Ledger) -> None:
    ledger.add(asked())
    run = _taken(ledger)
    told = [Progress("building", 0.5), Progress("searching", 2.0, 5.0e6, 4.9e6, 0.02)]
    ledger.beat(run, LONG_S, told)
    ledger.finish(run, succeeded())
    events = ledger.events(run.run_id)
    assert [event.event_index for event in events] == [1, 2, 3, 4, 5]
    assert [event.progress for event in events if event.progress] == told
    assert _states(ledger, run.run_id) == [State.QUEUED, State.RUNNING, State.SUCCEEDED]
    assert [event.attempt_index for event in events] == [0, 1, 1, 1, 1]
    assert ledger.events(run.run_id, after_index=3) == events[3:]
    assert ledger.events(run.run_id, after_index=1, most_count=2) == events[1:3]
    assert ledger.marks([run.run_id]) == {run.run_id: (State.SUCCEEDED, 5)}


def test_events_told_at_once_are_numbered_without_a_gap(ledger: Ledger) -> None:
    """16 tellings of 3 messages beside 8 wishes: events 3..50 after QUEUED and RUNNING, each telling in one piece."""
    ledger.add(asked())
    run = _taken(ledger)

    def tell(k: int) -> None:
        ledger.beat(run, LONG_S, [Progress(f"told {k}", float(part)) for part in range(3)])
        if k % 2:
            ledger.cancel(run.run_id, keep=True)

    with ThreadPoolExecutor(16) as tellers:
        list(tellers.map(tell, range(16)))
    events = ledger.events(run.run_id)
    assert [event.event_index for event in events] == list(range(1, 51))
    told = [event.progress for event in events if event.progress]
    assert [progress.elapsed_seconds for progress in told] == [0.0, 1.0, 2.0] * 16
    assert all(len({progress.stage for progress in told[k : k + 3]}) == 1 for k in range(0, 48, 3))


def test_places_in_the_queue_are_those_of_each_run_alone(ledger: Ledger) -> None:
    """Three wait, the second is what somebody waits for and goes first; a fourth is under way and has no place."""
    ledger.add(asked("under way", urgency=Urgency.INTERACTIVE))
    assert ledger.claim("w", 60.0) is not None
    runs = [ledger.add(asked(f"{k}", urgency=urgency)) for k, urgency in enumerate(URGENCIES_OF_THREE)]
    places = ledger.queue_places(run.run_id for run in ledger.runs(Query(), 10))
    assert places == {runs[1].run_id: 0, runs[0].run_id: 1, runs[2].run_id: 2}
    assert all(ledger.queued_before_count(run) == places[run.run_id] for run in runs)


URGENCIES_OF_THREE = (Urgency.DAY_AHEAD, Urgency.INTERACTIVE, Urgency.STUDY)
