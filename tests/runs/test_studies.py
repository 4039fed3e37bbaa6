"""Studies in the ledger."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from dispatch.errors import AlreadyAsked, RunOver, UnknownRun
from dispatch.runs.database import writing
from dispatch.runs.ledger import Ledger
from dispatch.runs.run import Ending, Query, Run, State, Study, Submission, Urgency, Wish
from dispatch.runs.studies import Plan, add_study, cancel_study, ended_since, scenarios, study
from dispatch.schedule.outcome import Status

SHARES = (0.0, 0.05, 0.1)
PLAN = Plan("planner", "a" * 64, "c" * 64, json.dumps([["response_share", SHARES]]), "night 1", "shares")


def _runs(**changes: Any) -> list[Submission]:
    base = Submission("planner", "a" * 64, "c" * 64, "p" * 64, "jibei", urgency=Urgency.STUDY, labels={"of": "night"})
    return [replace(base, changes=json.dumps([["response_share", share]]), **changes) for share in SHARES]


def _added(ledger: Ledger, plan: Plan = PLAN) -> Study:
    return add_study(ledger, plan, _runs(tenant=plan.tenant))


def _claimed(ledger: Ledger) -> Run:
    run = ledger.claim("w", 60.0)
    assert run is not None
    return run


def _ended(ledger: Ledger, ending: Ending) -> Run:
    run = _claimed(ledger)
    assert ledger.finish(run, ending)
    return ledger.get(run.run_id)


DONE = Ending(State.SUCCEEDED, outcome_status=Status.OPTIMAL, objective_cny=5.0)


def test_every_scenario_is_a_run_that_waits_in_order(ledger: Ledger) -> None:
    kept = _added(ledger)

    runs = scenarios(ledger, kept.study_id, 10)
    assert [run.asked.scenario_index for run in runs] == [0, 1, 2]
    assert [json.loads(run.asked.changes) for run in runs] == [[["response_share", share]] for share in SHARES]
    assert {run.state for run in runs} == {State.QUEUED}
    assert [event.state for event in ledger.events(runs[0].run_id)] == [State.QUEUED]
    assert (kept.state, kept.counts, kept.ended_s) == (State.QUEUED, {State.QUEUED: 3}, None)
    assert study(ledger, kept.study_id) == kept
    assert len(ledger.runs(Query(labels={"of": "night"}, study_id=kept.study_id), 10)) == 3


def test_scenarios_are_taken_from_the_first_to_the_last(ledger: Ledger) -> None:
    _added(ledger)
    assert [_claimed(ledger).asked.scenario_index for _ in SHARES] == [0, 1, 2]


def test_a_day_ahead_run_goes_before_a_study_that_was_accepted_earlier(ledger: Ledger) -> None:
    _added(ledger)
    urgent = ledger.add(Submission("desk", "b" * 64, "c" * 64, "p" * 64, "jibei"))
    assert _claimed(ledger).run_id == urgent.run_id


def test_asked_again_it_is_the_study_that_there_is_with_what_was_done(ledger: Ledger) -> None:
    kept = _added(ledger)
    _ended(ledger, DONE)

    again = _added(ledger)

    assert again.study_id == kept.study_id
    assert again.counts == {State.QUEUED: 2, State.SUCCEEDED: 1}
    assert len(ledger.runs(Query(), 100)) == 3


def test_the_same_name_for_another_study_is_refused_with_both_hashes(ledger: Ledger) -> None:
    _added(ledger)
    with pytest.raises(AlreadyAsked, match=f"kept {'a' * 64}, asked now {'b' * 64}"):
        _added(ledger, replace(PLAN, asked_sha256="b" * 64))
    other = _added(ledger, replace(PLAN, tenant="another", asked_sha256="b" * 64))
    assert other.tenant == "another"


def test_of_many_who_ask_at_once_under_one_name_all_get_one_study(ledger: Ledger) -> None:
    found: list[str] = []
    asking = [threading.Thread(target=lambda: found.append(_added(ledger).study_id)) for _ in range(8)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(ledger.runs(Query(), 100)) == 3


def test_a_study_that_cannot_be_kept_whole_is_not_kept_at_all(ledger: Ledger) -> None:
    broken = [*_runs(), replace(_runs()[0], grid=None)]  # type: ignore[arg-type]
    with pytest.raises(IntegrityError):
        add_study(ledger, PLAN, broken)
    assert ledger.runs(Query(), 100) == []
    assert _added(ledger).counts == {State.QUEUED: 3}


def test_its_state_is_that_of_its_runs_and_a_failed_scenario_is_a_result(ledger: Ledger) -> None:
    """Three scenarios: one solved, one infeasible (an answer), one that failed."""
    study_id = _added(ledger).study_id
    _ended(ledger, DONE)
    assert study(ledger, study_id).state is State.RUNNING
    _ended(ledger, Ending(State.SUCCEEDED, outcome_status=Status.INFEASIBLE))
    last = _ended(ledger, Ending(State.FAILED, "CASE_REFUSED", "contradicts itself"))

    told = study(ledger, study_id)

    assert told.state is State.SUCCEEDED
    assert told.counts == {State.SUCCEEDED: 2, State.FAILED: 1}
    assert told.ended_s == last.ended_s


def test_scenarios_come_in_pages(ledger: Ledger) -> None:
    study_id = _added(ledger).study_id
    first = scenarios(ledger, study_id, 2)
    rest = scenarios(ledger, study_id, 2, first[-1].asked.scenario_index)
    assert [run.asked.scenario_index for run in (*first, *rest)] == [0, 1, 2]


def test_what_ended_is_told_from_a_time_on_in_the_order_of_its_end(ledger: Ledger) -> None:
    study_id = _added(ledger).study_id
    assert ended_since(ledger, study_id) == []
    first, second = _claimed(ledger), _claimed(ledger)
    ledger.finish(second, DONE)
    ledger.finish(first, DONE)

    ended = ended_since(ledger, study_id)
    assert [run.asked.scenario_index for run in ended] == [1, 0]
    later = ended[-1].ended_s
    assert later is not None
    assert later in [run.ended_s for run in ended_since(ledger, study_id, later)]
    assert ended_since(ledger, study_id, later + 1.0) == []


def test_cancelling_ends_what_waits_and_tells_the_worker_of_what_runs(ledger: Ledger) -> None:
    study_id = _added(ledger).study_id
    _ended(ledger, DONE)
    under_way = _claimed(ledger)

    assert cancel_study(ledger, study_id).state is State.RUNNING
    assert ledger.beat(under_way, 60.0) is Wish.CANCEL
    assert ledger.claim("w", 60.0) is None
    ledger.finish(under_way, Ending(State.CANCELLED, "CANCELLED"))

    told = study(ledger, study_id)
    assert (told.state, told.counts) == (State.CANCELLED, {State.SUCCEEDED: 1, State.CANCELLED: 2})
    waited = scenarios(ledger, study_id, 10)[2]
    assert waited.ending is not None
    assert waited.ending.reason == "CANCELLED"
    assert [e.state for e in ledger.events(waited.run_id)] == [State.QUEUED, State.CANCELLED]
    assert waited.event_count == 2
    assert cancel_study(ledger, study_id) == told


def test_a_study_that_has_ended_cannot_be_cancelled(ledger: Ledger) -> None:
    study_id = _added(ledger).study_id
    for _ in SHARES:
        _ended(ledger, DONE)
    with pytest.raises(RunOver, match="has ended"):
        cancel_study(ledger, study_id)


def test_a_study_whose_runs_were_all_deleted_has_ended(ledger: Ledger) -> None:
    study_id = _added(ledger).study_id
    for _ in SHARES:
        ledger.delete(_ended(ledger, DONE).run_id)
    assert study(ledger, study_id).state is State.SUCCEEDED


@pytest.mark.parametrize("asks", [study, cancel_study])
def test_the_study_of_another_tenant_is_not_there(ledger: Ledger, asks: Any) -> None:
    study_id = _added(ledger).study_id
    assert asks(ledger, study_id, "planner").study_id == study_id
    for wrong in ((study_id, "another"), ("nonsense", None)):
        with pytest.raises(UnknownRun):
            asks(ledger, *wrong)


def test_ten_thousand_scenarios_are_kept_counted_and_cancelled_in_few_statements(ledger: Ledger) -> None:
    runs = [_runs()[0]] * 10_000
    kept = add_study(ledger, PLAN, runs)
    assert kept.counts == {State.QUEUED: 10_000}
    assert cancel_study(ledger, kept.study_id).counts == {State.CANCELLED: 10_000}
    with writing(ledger.engine) as connection:
        assert connection.execute(text("select count(*) from events")).scalar_one() == 20_000


def test_no_study_has_a_name_that_no_database_holds(ledger: Ledger) -> None:
    with pytest.raises(UnknownRun):
        study(ledger, "\0")
