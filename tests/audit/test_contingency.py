"""The loss of a circuit, and sections: by hand on the triangle, and against sensitivities on both grids."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dispatch.audit import audited
from dispatch.audit.contingency import one_circuit_lost
from dispatch.audit.evidence import Evidence
from dispatch.audit.network import injected_mw
from dispatch.audit.shape import columns_of
from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import inputs_of
from dispatch.case.security import Security
from dispatch.grid.catalogue import facts_of
from dispatch.grid.sensitivity import sensitivity_of
from dispatch.metrics import measured
from dispatch.schedule.outcome import Breach, Proof
from dispatch.schedule.schedule import Schedule
from tests.audit.good import added, good, proof_of
from tests.audit.planted import changed
from tests.small import small_case

TIGHT = changed("lines", "bc", rating_mw=150)


def random_schedule(facts: GridFacts, case: Case, seed: int) -> Schedule:
    """Anything the buses may give; the flows of links are drawn too, those of lines are not looked at."""
    generator = np.random.default_rng(seed)
    tables = {
        name: pd.DataFrame(
            generator.uniform(0, 100, (case.horizon.step_count, len(columns))), case.horizon.times, list(columns)
        )
        for name, columns in columns_of(facts).items()
    }
    tables["overload_mw"] *= 0.0
    return Schedule(step_h=case.horizon.step_h, **tables)


def test_an_overload_after_an_outage_is_named_with_both_lines() -> None:
    """
    Without ab, all that b takes comes over c: 300 - 20 = 280 MW in hour 7, on bc of 1.3 x 150 = 195 MW.

    In hours 2 to 4 gas and response at b carry part of it; hour 0 takes 20 MW of wind and nothing else.
    """
    solved = good()
    facts = TIGHT(solved.facts)
    report = audited(solved.case, facts, solved.schedule, proof_of(solved.case, facts, solved.schedule))
    worst = next(b for b in report.breaches if b.time.endswith("T07:00+08:00"))
    assert worst.component == "bc after a loss on ab"
    assert worst.amount == pytest.approx(85)
    assert {b.component for b in report.breaches} == {"bc after a loss on ab"}


def test_a_priced_overload_is_forgiven_paid_for_and_told() -> None:
    """85 MW for an hour at 20,000 CNY/MWh."""
    solved = good()
    over = {("overload_mw", "bc"): dict.fromkeys(range(8), 120.0)}
    facts, schedule = TIGHT(solved.facts), added(solved.schedule, over)
    proof = proof_of(solved.case, facts, schedule)

    assert audited(solved.case, facts, schedule, proof).passed
    before = proof_of(solved.case, facts, solved.schedule)
    assert proof.objective_cny is not None
    assert before.objective_cny is not None
    assert proof.objective_cny - before.objective_cny == pytest.approx(8 * 120 * 20_000)
    metrics = measured(solved.case, facts, schedule)
    assert metrics.total.penalty.security_cny == pytest.approx(8 * 120 * 20_000)
    assert [(s.component, s.slack_mw) for s in metrics.slacks if s.kind == "line_overload"] == [("bc", 120.0)] * 8
    assert metrics.total.cost.total_cny + metrics.total.penalty.total_cny == pytest.approx(proof.objective_cny)


def test_a_section_beyond_its_limit_is_priced_likewise() -> None:
    solved = good()
    schedule = added(solved.schedule, {("section_over_mw", "from a"): dict.fromkeys(range(8), 100.0)})
    facts = changed("sections", "from a", forward_limit_mw=150)(solved.facts)
    assert audited(solved.case, facts, schedule, proof_of(solved.case, facts, schedule)).passed
    metrics = measured(solved.case, facts, schedule)
    assert metrics.total.penalty.security_cny == pytest.approx(8 * 100 * 20_000)
    assert {s.kind for s in metrics.slacks} >= {"section_over"}


def test_a_section_holds_in_its_season_alone() -> None:
    solved = good()
    facts = changed("sections", "from a", forward_limit_mw=150, first_day="06-01", last_day="08-31")(solved.facts)
    assert audited(solved.case, facts, solved.schedule, solved.proof).passed


def test_nothing_is_asked_of_outages_where_the_case_asks_nothing() -> None:
    solved = good()
    case, facts = replace(solved.case, security=Security()), TIGHT(solved.facts)
    report = audited(case, facts, solved.schedule, solved.proof)
    (check,) = (rule for rule in report.rules if rule.rule == "security-one_circuit_lost")
    assert report.passed
    assert check.checked_count == 0


def test_a_line_that_is_not_watched_is_lost_but_not_looked_at() -> None:
    solved = good()
    case = replace(solved.case, security=replace(solved.case.security, unwatched=("bc",)))
    facts = TIGHT(solved.facts)
    assert audited(case, facts, solved.schedule, proof_of(case, facts, solved.schedule)).passed
    report = audited(case, facts, solved.schedule, solved.proof)
    (check,) = (rule for rule in report.rules if rule.rule == "security-one_circuit_lost")
    assert check.checked_count == 3 * 3 * 8


def test_a_line_without_which_there_is_no_flow_is_left_out() -> None:
    """The tie is the neighbour's only way: three lines may be lost, each with four to look at in eight hours."""
    solved = good()
    report = audited(solved.case, solved.facts, solved.schedule, solved.proof)
    (check,) = (rule for rule in report.rules if rule.rule == "security-one_circuit_lost")
    assert check.checked_count == 3 * 4 * 8


def test_the_audit_agrees_with_the_sensitivities_on_both_grids_and_is_quick() -> None:
    facts = facts_of("hebei", 2030)
    case = small_case(facts, hours=24, security=Security(n_minus_1=True, emergency_share=1.1))
    schedule = random_schedule(facts, case, seed=3)
    evidence = Evidence(case, facts, inputs_of(case, facts), schedule, Proof(None, None))
    began = time.process_time()
    check = one_circuit_lost(evidence).check
    assert time.process_time() - began < 1.5

    found = sensitivity_of(facts.buses, facts.lines)
    given_mw = injected_mw(evidence)
    index = {bus.name: k for k, bus in enumerate(facts.buses)}
    for link in facts.links:
        flow = schedule.flow_mw[link.name].to_numpy()
        given_mw[:, index[link.from_bus]] -= flow
        given_mw[:, index[link.to_bus]] += flow
    after = found.after_mw(given_mw @ found.ptdf_share.T)
    rated = inputs_of(case, facts).emergency_mw
    assert rated is not None
    worst = (np.abs(after) - found.ratings_after_mw(rated)).max()
    assert check.largest_violation == pytest.approx(worst)
    assert check.checked_count == after.size


def test_a_schedule_that_says_nothing_of_overloads_has_none() -> None:
    tables = {name: table for name, table in vars(good().schedule).items() if not name.endswith(("load_mw", "over_mw"))}
    schedule = Schedule(**tables)
    assert list(schedule.overload_mw) == list(schedule.flow_mw)
    assert not schedule.overload_mw.to_numpy().any()
    assert schedule.section_over_mw.shape == (8, 0)


def test_breaches_carry_what_a_person_needs() -> None:
    """The tie carries 70 MW in hour 7, and with one of its circuits lost may carry 1.3 x 40 = 52 MW."""
    solved = good()
    facts = changed("lines", "tie", circuit_count=2, rating_mw=80)(solved.facts)
    breach = audited(solved.case, facts, solved.schedule, solved.proof).breaches[0]
    assert replace(breach, amount=round(breach.amount, 6)) == Breach(
        "security-one_circuit_lost", "tie after a loss on tie", "2030-01-15T07:00+08:00", 18.0
    )
