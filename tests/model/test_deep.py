"""Deep peak-shaving, oil support and retrofit states, each switched on in a case worked by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dispatch.case.facts import GridFacts
from dispatch.case.thermal import DeepBand, Flexibility, OilSupport, Retrofit, ThermalUnit, UnitState
from dispatch.schedule.outcome import Outcome
from tests.answers import outcome_of
from tests.model.worlds import free_unit
from tests.small import SUMMER_DAY, curve, one_bus_facts, unit

# Both stay on: nothing starts or stops within a day. Dear costs 400 CNY/MWh from 50 MW on, cheap 200 from 30 MW on.
FREE = {"heats": False, "other_cny_per_mwh": 0.0, "stop_cny": 0.0, "min_up_h": 72.0, "min_down_h": 1.0}
WIDE = {"ramp_up_mw_per_h": 300.0, "ramp_down_mw_per_h": 300.0, "start_ramp_mw": 300.0, "stop_ramp_mw": 300.0}
DEAR = unit("dear", output_min_mw=50.0, curve=curve([50, 300], [400], 20_000), **FREE, **WIDE)
CHEAP = unit("cheap", output_min_mw=30.0, curve=curve([30, 300], [200], 6_000), **FREE, **WIDE)
BANDS = (DeepBand(100.0, 150.0), DeepBand(80.0, 250.0))

OIL = OilSupport(60.0, 2.0, 5_000.0, 3.0, least_h=1.0, most_h=24.0, apart_h=0.0)
BOILER = free_unit("boiler", 200.0, output_min_mw=40.0, curve=curve([40, 300], [200], 8_000))
HELP = free_unit("help", 900.0)


def answer(facts: GridFacts, hours: int, states: tuple[UnitState, ...], **case: Any) -> Outcome:
    outcome = outcome_of(facts, hours=hours, start=SUMMER_DAY, units=states, **case)
    assert outcome.audit is not None
    assert outcome.audit.passed
    return outcome


def pair(dear: ThermalUnit, load_mw: float, **case: Any) -> Outcome:
    """One hour of the dear and the cheap unit."""
    states = (UnitState("dear", True, 1.0, 100.0), UnitState("cheap", True, 1.0, 100.0))
    return answer(one_bus_facts(dear, CHEAP, load_mw=load_mw), 1, states, **case)


def output(outcome: Outcome, name: str) -> list[float]:
    assert outcome.schedule is not None
    return [round(mw, 6) for mw in outcome.schedule.output_mw[name]]


def boiler(load_mw: list[float], before: UnitState | None = None, **oil: float) -> Outcome:
    """The boiler and its dear help, without oil before unless said."""
    facts = one_bus_facts(
        replace(BOILER, oil_support=replace(OIL, **oil)), HELP, load_mw=load_mw + [70.0] * (24 - len(load_mw))
    )
    states = (before or UnitState("boiler", True, 48.0, 70.0), UnitState("help", True, 48.0, 0.0))
    return answer(facts, len(load_mw), states)


def oil_of(outcome: Outcome) -> list[int]:
    assert outcome.schedule is not None
    return [int(z) for z in outcome.schedule.oil_support["boiler"]]


def test_a_unit_goes_down_as_long_as_its_pay_is_less_than_what_that_saves() -> None:
    """
    Load 160 MW. A MWh moved from dear to cheap saves 400 - 200 = 200 CNY.

    Unpaid, dear goes down to 50 MW. Paid 150 CNY/MWh below 100 MW and 250 below 80, it stops at 80 MW:
    20 MWh x 150 = 3,000 CNY of pay; fuel 20,000 + 30 x 400 + 6,000 + 50 x 200 = 48,000.
    """
    assert output(pair(DEAR, 160.0), "dear") == [50]
    outcome = pair(replace(DEAR, deep_bands=BANDS), 160.0)
    assert output(outcome, "dear") == [80]
    assert outcome.metrics is not None
    cost = outcome.metrics.total.cost
    assert (cost.compensation_cny, cost.fuel_cny) == pytest.approx((3_000, 48_000))
    assert outcome.proof.objective_cny == pytest.approx(51_000)
    assert outcome.metrics.total.below_normal_mwh == pytest.approx(20)
    assert outcome.metrics.total.below_normal_h == pytest.approx(1)


def test_below_the_last_edge_each_band_is_paid_at_its_own_price() -> None:
    """Load 90 MW with cheap at its 30: dear at 60. 20 MWh x 150 + 20 MWh x 250 = 8,000 CNY."""
    outcome = pair(replace(DEAR, deep_bands=BANDS), 90.0)
    assert output(outcome, "dear") == [60]
    assert outcome.metrics is not None
    assert outcome.metrics.total.cost.compensation_cny == pytest.approx(8_000)


def test_a_kink_of_the_fuel_curve_at_the_edge_of_a_band_is_one_with_it() -> None:
    """
    Fuel of dear rises at 80 MW from 350 to 400 CNY/MWh; below it a MWh moved to cheap saves 150 and pays 250.

    At 80 MW: 20,000 + 30 x 350 = 30,500 of fuel, 3,000 of pay; cheap 6,000 + 50 x 200 = 16,000.
    """
    bent = replace(DEAR, deep_bands=BANDS, curve=curve([50, 80, 300], [350, 400], 20_000))
    outcome = pair(bent, 160.0)
    assert output(outcome, "dear") == [80]
    assert outcome.proof.objective_cny == pytest.approx(49_500)


def test_without_deep_peak_shaving_a_unit_holds_its_normal_minimum() -> None:
    """Load 160 MW: dear at 100, cheap at 60, and nobody is paid. 20,000 + 50 x 400 + 6,000 + 30 x 200 = 52,000."""
    outcome = pair(replace(DEAR, deep_bands=BANDS), 160.0, deep_peak_shaving=False)
    assert output(outcome, "dear") == [100]
    assert outcome.proof.objective_cny == pytest.approx(52_000)


def test_a_state_below_a_minimum_that_the_case_raises_is_no_flaw() -> None:
    """Dear comes from 60 MW, which is below the normal minimum that holds from the first hour on."""
    facts = one_bus_facts(replace(DEAR, deep_bands=BANDS), CHEAP, load_mw=160.0)
    states = (UnitState("dear", True, 1.0, 60.0), UnitState("cheap", True, 1.0, 100.0))
    assert output(answer(facts, 1, states, deep_peak_shaving=False), "dear") == [100]


def test_a_retrofit_state_brings_its_minimum_and_its_ramp() -> None:
    """After: 50 MW, 300 MW/h. Before: 120 MW, 10 MW/h, so that dear comes from 140 MW to 130 and not to its 120."""
    known = (Flexibility("before", 120.0, 120.0, 10.0, 10.0), Flexibility("after", 50.0, 50.0, 300.0, 300.0))
    both = replace(DEAR, flexibilities=known, retrofit="after")
    states = (UnitState("dear", True, 1.0, 140.0), UnitState("cheap", True, 1.0, 100.0))
    facts = one_bus_facts(both, CHEAP, load_mw=160.0)
    assert output(answer(facts, 2, states), "dear") == [50, 50]
    as_before = (Retrofit("before", technology_class="coal_300", unit=""),)
    facts = one_bus_facts(both, replace(CHEAP, technology_class="other"), load_mw=160.0)
    assert output(answer(facts, 2, states, retrofits=as_before), "dear") == [130, 120]
    named = (*as_before, Retrofit("after", unit="dear"))
    assert output(answer(facts, 2, states, retrofits=named), "dear") == [50, 50]


def test_oil_is_burnt_in_the_hours_below_the_oil_line() -> None:
    """Loads 70, 50, 70 MW; oil below 60: one hour of 2 t at 5,000 CNY. Fuel 200 a MWh: 38,000 + 10,000 CNY."""
    outcome = boiler([70.0, 50.0, 70.0])
    assert oil_of(outcome) == [0, 1, 0]
    assert outcome.proof.objective_cny == pytest.approx(48_000)
    assert outcome.metrics is not None
    total = outcome.metrics.total
    assert (total.oil_t, total.oil_support_h, total.cost.oil_cny) == pytest.approx((2, 1, 10_000))
    coal_tco2 = 38_000 * 0.8 / 300
    assert total.carbon_tco2 == pytest.approx(coal_tco2 + 2 * 3.0)


def test_oil_that_costs_more_than_help_is_not_burnt() -> None:
    """At 20,000 CNY/t an hour of oil costs 40,000; help carries 50 MW for 45,000, less 10,000 of fuel: 35,000 more."""
    outcome = boiler([70.0, 50.0, 70.0], price_cny_per_t=20_000.0)
    assert oil_of(outcome) == [0, 0, 0]
    assert output(outcome, "help") == [0, 50, 0]


def test_oil_support_lasts_its_least_time() -> None:
    """Two hours at least: the boiler stays at 60 MW or less in an hour beside, and help gives 10 MW there."""
    outcome = boiler([70.0, 50.0, 70.0, 70.0], least_h=2.0)
    assert sum(oil_of(outcome)) == 2
    assert oil_of(outcome)[1] == 1
    assert sum(output(outcome, "help")) == pytest.approx(10)


def test_oil_support_ends_after_its_most_time() -> None:
    """Four hours of 50 MW, two at most: the boiler is off in one of them, hour 1 or 2, and help carries the load."""
    outcome = boiler([50.0] * 4, most_h=2.0)
    assert sum(oil_of(outcome)) == 3
    assert output(outcome, "help").count(50) == 1


def test_between_two_times_with_oil_lies_the_time_apart() -> None:
    """As before, but two hours apart: two hours without oil, and help carries both."""
    outcome = boiler([50.0] * 4, most_h=2.0, apart_h=2.0)
    assert sum(oil_of(outcome)) == 2
    assert output(outcome, "help").count(50) == 2


def test_what_is_left_of_a_least_time_binds_from_the_first_hour() -> None:
    """With oil for one hour of three: two more at 60 MW, help gives 10."""
    outcome = boiler([70.0] * 4, UnitState("boiler", True, 48.0, 50.0, 1.0), least_h=3.0)
    assert oil_of(outcome) == [1, 1, 0, 0]
    assert output(outcome, "help") == [10, 10, 0, 0]
    assert oil_of(boiler([70.0] * 4, UnitState("boiler", True, 48.0, 50.0), least_h=3.0)) == [0, 0, 0, 0]


def test_hours_before_the_horizon_count_towards_the_most_time_and_the_time_apart() -> None:
    """With oil for two hours of three: one more at 50 MW. Without it for one hour of three: two more."""
    assert oil_of(boiler([50.0] * 2, UnitState("boiler", True, 48.0, 50.0, 2.0), most_h=3.0)) == [1, 0]
    assert oil_of(boiler([50.0] * 3, UnitState("boiler", True, 48.0, 70.0, 1.0), apart_h=3.0)) == [0, 0, 1]


@pytest.mark.parametrize("step_h", [0.25, 0.5])
def test_oil_times_are_hours_and_not_steps(step_h: float) -> None:
    """An hour of 50 MW in steps of a quarter or a half: as many steps with oil as an hour has."""
    facts = one_bus_facts(replace(BOILER, oil_support=OIL), HELP, load_mw=[70.0, 50.0] + [70.0] * 22)
    states = (UnitState("boiler", True, 48.0, 70.0), UnitState("help", True, 48.0, 0.0))
    outcome = outcome_of(facts, hours=3, step_h=step_h, start=SUMMER_DAY, units=states)
    assert sum(oil_of(outcome)) * step_h == pytest.approx(1)
    assert outcome.audit is not None
    assert outcome.audit.passed
