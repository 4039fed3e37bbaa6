"""The audit as a whole: what is good passes, and each planted fault is found by its own rule and no other."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from dispatch.audit import audited
from dispatch.audit.evidence import Evidence
from dispatch.audit.objective import objective_cny
from dispatch.case.case import Case
from dispatch.case.inputs import inputs_of
from dispatch.case.reserve import LARGEST_UNIT, SHARES
from dispatch.case.thermal import UnitState
from dispatch.schedule.outcome import AuditReport
from tests.audit.good import Solved, added, good, telling_required
from tests.audit.planted import FAULTS, Fault, planted
from tests.conventions.tree import ROOT


def _audited(solved: Solved) -> AuditReport:
    return audited(solved.case, solved.facts, solved.schedule, solved.proof)


@pytest.mark.parametrize("step_h", [1.0, 0.5])
def test_the_good_schedule_passes_in_whole_and_in_half_hours(step_h: float) -> None:
    report = _audited(good(step_h))

    assert report.breaches == ()
    assert report.passed
    unchecked = {rule.rule for rule in report.rules if rule.checked_count == 0}
    assert unchecked == {"heat-load", "heat-store_level", "heat-store_limits"}  # no plant of it has a heat store


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_planted_fault_is_found_by_its_rule_and_no_other(fault: Fault) -> None:
    report = _audited(planted(fault))

    assert {breach.rule for breach in report.breaches} == {fault.rule}
    assert not report.passed


def test_every_rule_has_a_planted_fault() -> None:
    rules = [check.rule for check in _audited(good()).rules]

    assert {fault.rule for fault in FAULTS} == set(rules)
    assert len(rules) == len(set(rules))


def test_the_rules_are_those_of_the_page() -> None:
    page = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    written = re.findall(r"^\| `([a-z]+-[a-z_]+)` \|", page, re.MULTILINE)

    rules = [check.rule for check in _audited(good()).rules]
    assert [rule for rule in rules if rule != "schedule-shape"] == [
        rule for rule in written if rule != "schedule-shape"
    ]


def test_a_breach_names_the_component_the_time_and_the_amount() -> None:
    """Gas starts in hour 2 at 40 MW where 30 MW is the most: 10 MW too high, at 02:00 of UTC+8."""
    (fault,) = (f for f in FAULTS if f.story == "gas starts at 40 MW of 30")

    (breach,) = _audited(planted(fault)).breaches
    assert breach.component == "gas"
    assert breach.time == "2030-01-15T02:00+08:00"
    assert breach.amount == pytest.approx(10)


def test_the_largest_violation_of_a_rule_is_told_even_where_it_is_forgiven() -> None:
    solved = good()
    report = _audited(replace(solved, schedule=added(solved.schedule, {("level_mwh", "battery"): {3: 5e-4}})))

    (check,) = (rule for rule in report.rules if rule.rule == "storage-level")
    assert report.passed
    assert check.largest_violation == pytest.approx(5e-4)
    assert check.unit == "MWh"


def test_where_a_table_cannot_be_read_nothing_else_is_claimed() -> None:
    (fault,) = (f for f in FAULTS if f.story == "a column is missing")

    report = _audited(planted(fault))
    assert [rule.rule for rule in report.rules] == ["schedule-shape"]


@pytest.mark.parametrize(
    ("off_h", "start_cny"),
    [(47.0, 25_000), (48.0, 30_000), (5.0, 20_000), (6.0, 25_000), (2.0, 20_000), (900.0, 30_000)],
)
def test_a_start_is_priced_by_the_hours_off_before_it(off_h: float, start_cny: float) -> None:
    """Gas starts in hour 2, off for two hours more: hot from 4 h, warm from 8 h (25,000), cold from 50 h (30,000)."""
    solved = good()
    cold = objective_of(solved.case)
    given = replace(solved.case, units=(*solved.case.units[:2], UnitState("gas", on=False, hours_h=off_h, output_mw=0)))

    assert objective_of(given) - cold == pytest.approx(start_cny - 30_000)


@pytest.mark.parametrize("largest_unit", [True, False])
def test_the_largest_unit_counts_where_the_rule_says_so(largest_unit: bool) -> None:
    """Held up in hour 0: 20 + 40 + 20 + 175 = 255 MW; 100 MW less cover the shares, 23.5 MW, but not 250 MW."""
    solved = good()
    rule = replace(solved.facts.reserve_rules[0], largest_unit=largest_unit)
    less = added(solved.schedule, {("reserve_up_mw", "pumps"): {0: -100}})

    facts = replace(solved.facts, reserve_rules=(rule,))
    report = _audited(replace(solved, facts=facts, schedule=telling_required(less, solved.case, facts)))
    assert report.passed is not largest_unit


def test_the_good_schedule_tells_what_is_required_and_why() -> None:
    """Up the 250 MW of a coal unit that heats; down 3 % of 550 MW and 5 % of 140 MW: 23.5 MW by shares."""
    schedule = good().schedule
    assert schedule.required_up_mw["jibei"].tolist() == [250] * 8
    assert schedule.required_down_mw["jibei"].tolist() == pytest.approx([23.5] * 8)
    assert set(schedule.up_decided_by["jibei"]) == {LARGEST_UNIT}
    assert set(schedule.down_decided_by["jibei"]) == {SHARES}


def test_reserve_within_the_ramp_leaves_the_good_schedule_good() -> None:
    """Gas rises 10 MW in hour 3 and keeps 5 MW: 15 MW of a ramp of 20."""
    solved = good()
    rule = replace(solved.facts.reserve_rules[0], within_ramp=True)
    assert _audited(replace(solved, facts=replace(solved.facts, reserve_rules=(rule,)))).passed


def objective_of(case: Case) -> float:
    """What the good schedule costs in another case."""
    solved = good()
    return objective_cny(Evidence(case, solved.facts, inputs_of(case, solved.facts), solved.schedule, solved.proof))
