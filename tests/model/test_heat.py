"""Heat in the schedule: what the heat load leaves a unit to decide, by hand."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from dispatch.audit import audited
from dispatch.case.facts import ReserveRule
from dispatch.case.heat import EXTRACTION, Heat, HeatForecast, HeatRegion
from dispatch.case.thermal import Outage, RunningMinimum, UnitState
from dispatch.run import run
from dispatch.schedule.outcome import Status
from tests.answers import EXACT, outcome_of, schedule_of
from tests.model.test_thermal import CHEAP, DEAR
from tests.small import GRID, curve, one_bus_facts, small_case

# 30 to 300 MW without heat, 60 to 200 MW at 40 MW of heat; 1 MW of power a MW of heat at the back-pressure edge.
REGION = HeatRegion(EXTRACTION, design_heat_mw=40.0, back_pressure_share=1.0)
WARM = replace(DEAR, heats=True, heating_output_min_mw=60.0, heating_output_max_mw=200.0, heat_region=REGION)
NO_RESERVE = ReserveRule(GRID, 0.0, 0.0, 1.0, largest_unit=False)
KEPT_ON = (RunningMinimum("heat", 1),)


def heated(*share: float) -> Heat:
    return Heat(forecasts=(HeatForecast("heat", share),))


def test_a_milder_hour_lets_the_heating_unit_come_down_for_a_cheaper_one() -> None:
    """
    Load 200 MW. The dear unit is on for its heat, and gives its floor: 60 - 40 (1 - q) MW, at least 30.

    q = 1, 0.75, 0.5, 0.1: 60, 50, 40 and (24, so) 30 MW; the cheap one gives the rest. Without a region 60 throughout.
    """
    facts = one_bus_facts(CHEAP, WARM, load_mw=200.0, running_minimums=KEPT_ON)
    schedule = schedule_of(facts, hours=4, heat=heated(1.0, 0.75, 0.5, 0.1))
    assert schedule.output_mw["dear"].tolist() == pytest.approx([60, 50, 40, 30])
    assert schedule.output_mw["cheap"].tolist() == pytest.approx([140, 150, 160, 170])

    flat = replace(facts, units=(CHEAP, replace(WARM, heat_region=None)))
    assert schedule_of(flat, hours=4).output_mw["dear"].tolist() == pytest.approx([60] * 4)


def test_a_milder_hour_lets_the_heating_unit_give_more_at_the_peak() -> None:
    """Load 540 MW, 300 of it cheap. At q = 1 the dear unit gives 200, at 0.8 it gives 220; the last unit the rest."""
    last = replace(CHEAP, name="last", output_min_mw=0.0, curve=curve([0, 300], [1_000], 0.0))
    facts = one_bus_facts(CHEAP, WARM, last, load_mw=540.0, running_minimums=KEPT_ON)
    schedule = schedule_of(facts, hours=2, heat=heated(1.0, 0.8))
    assert schedule.output_mw["dear"].tolist() == pytest.approx([200, 220])
    assert schedule.output_mw["last"].tolist() == pytest.approx([40, 20])


def test_a_slow_unit_goes_up_before_the_floor_does() -> None:
    """From 30 MW, 20 MW/h up and down; the floor is 30, 30, 60 and 30: so 30, 40, 60, 40."""
    slow = replace(WARM, ramp_up_mw_per_h=20.0, ramp_down_mw_per_h=20.0)
    facts = one_bus_facts(CHEAP, slow, load_mw=200.0, running_minimums=KEPT_ON)
    states = (UnitState("cheap", True, 48.0, 170.0), UnitState("dear", True, 48.0, 30.0))
    schedule = schedule_of(facts, hours=4, units=states, heat=heated(0.1, 0.1, 1.0, 0.1))
    assert schedule.output_mw["dear"].tolist() == pytest.approx([30, 40, 60, 40])


def test_a_derated_unit_that_heats_gives_what_is_left_of_it() -> None:
    """As at the peak above, with 210 MW left of the dear unit in the second hour: 200, then 210 in place of 220."""
    last = replace(CHEAP, name="last", output_min_mw=0.0, curve=curve([0, 300], [1_000], 0.0))
    facts = one_bus_facts(CHEAP, WARM, last, load_mw=540.0, running_minimums=KEPT_ON)
    case = small_case(facts, hours=2, heat=heated(1.0, 0.8))
    second, after = (pd.Timestamp(case.horizon.start) + pd.Timedelta(hours=h) for h in (1, 2))
    case = replace(case, outages=(Outage("dear", second.to_pydatetime(), after.to_pydatetime(), 210.0),))
    outcome = run(case, facts, EXACT)
    assert outcome.schedule is not None
    assert outcome.schedule.output_mw["dear"].tolist() == pytest.approx([200, 210])

    output_mw = outcome.schedule.output_mw.copy()
    output_mw.loc[:, "dear"] += [0.0, 10.0]
    output_mw.loc[:, "last"] -= [0.0, 10.0]
    report = audited(case, facts, replace(outcome.schedule, output_mw=output_mw), outcome.proof)
    assert "thermal-output_limits" in {breach.rule for breach in report.breaches}
    assert "thermal-heat_region" not in {breach.rule for breach in report.breaches}


@pytest.mark.parametrize(("price", "kept", "paid_cny"), [(None, True, 0.0), (70.0, True, 0.0), (50.0, False, 20_000)])
def test_a_running_minimum_with_a_price_is_kept_where_that_is_cheaper(
    price: float | None, kept: bool, paid_cny: float
) -> None:
    """
    Load 200 MW. At its floor of 60 MW the dear unit costs 24,000 an hour and saves 60 x 200 of the cheap one's: 12,000.

    It counts as its greatest output, 200 MW at the design heat: leaving it off costs 14,000 at 70 CNY, 10,000 at 50.
    """
    facts = one_bus_facts(CHEAP, WARM, load_mw=200.0, running_minimums=KEPT_ON, reserve_rules=(NO_RESERVE,))
    outcome = outcome_of(facts, hours=2, heat=replace(heated(1.0, 1.0), short_cny_per_mwh=price))
    assert outcome.schedule is not None
    assert outcome.metrics is not None
    assert outcome.audit is not None
    assert outcome.audit.passed
    assert outcome.schedule.on["dear"].all() == kept
    assert outcome.metrics.total.penalty.heat_cny == pytest.approx(paid_cny)
    assert [slack.kind for slack in outcome.metrics.slacks] == ["running_minimum"] * (0 if kept else 2)


def test_where_no_schedule_keeps_a_running_minimum_its_price_makes_one_that_says_so() -> None:
    """Load 55 MW, and the dear unit gives 60 at least: infeasible, or 200 MW short for two hours at 15,000 CNY/MWh."""
    facts = one_bus_facts(CHEAP, WARM, load_mw=55.0, running_minimums=KEPT_ON, reserve_rules=(NO_RESERVE,))
    assert outcome_of(facts, hours=2, heat=heated(1.0, 1.0)).status is Status.INFEASIBLE
    outcome = outcome_of(facts, hours=2, heat=replace(heated(1.0, 1.0), short_cny_per_mwh=15_000.0))
    assert outcome.status is Status.OPTIMAL
    assert outcome.schedule is not None
    assert outcome.schedule.output_mw["cheap"].tolist() == pytest.approx([55, 55])
    (cause,) = outcome.causes
    assert (cause.code, cause.severity, cause.component, cause.in_use) == ("running_minimum", "heat", "heat", True)
    assert (cause.most_mw, cause.energy_mwh, cause.cost_cny) == pytest.approx((200, 400, 6_000_000))
    assert cause.english.startswith("plant heat with fewer units on than its running minimum: ")
    assert cause.chinese.startswith("电厂heat开机少于最小运行方式：")
