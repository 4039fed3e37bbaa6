"""Hot, warm and cold starts: one unit that is stopped for a while and must run again, at prices worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch.case.thermal import MustRun, Outage, StartType, ThermalUnit, UnitState
from dispatch.model.thermal import start_types
from dispatch.schedule.outcome import Outcome
from tests.answers import outcome_of
from tests.model.worlds import free_unit
from tests.small import SUMMER_DAY, one_bus_facts, one_start

TYPES = (StartType(0, 1_000), StartType(3, 4_000), StartType(6, 9_000))  # hot, warm from 3 h off, cold from 6 h
HOURS = 10


@pytest.fixture(params=["one by one", "by kind"], autouse=True)
def _formulation(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every price is the same whether starts are matched to stops one by one or by kind."""
    if request.param == "by kind":
        monkeypatch.setattr(start_types, "MATCHED_COUNT", 0)


def called(start_hour: int, *, out: tuple[int, int] | None = None, state: UnitState, **changes: object) -> Outcome:
    """The unit `u` must run from an hour on, and may be out of service before; another one is always there."""
    unit = replace(restless(), **changes)  # type: ignore[arg-type]
    facts = one_bus_facts(unit, free_unit("other", 300.0), load_mw=100.0)
    at = [SUMMER_DAY + timedelta(hours=hour) for hour in range(HOURS + 1)]
    outages = () if out is None else (Outage("u", at[out[0]], at[out[1]]),)
    return outcome_of(
        facts,
        hours=HOURS,
        start=SUMMER_DAY,
        units=(state, UnitState("other", on=True, hours_h=48, output_mw=100)),
        must_run=(MustRun("u", at[start_hour], at[HOURS]),),
        outages=outages,
    )


def restless() -> ThermalUnit:
    """A unit that costs as much as the other one, and nothing to idle, but for its starts."""
    return free_unit("u", 300.0, start_types=TYPES)


def start_cny(outcome: Outcome) -> float:
    assert outcome.metrics is not None, outcome.reason
    return outcome.metrics.total.cost.start_cny


ON = UnitState("u", on=True, hours_h=48, output_mw=100)


def off(hours_h: float) -> UnitState:
    return UnitState("u", on=False, hours_h=hours_h, output_mw=0)


@pytest.mark.parametrize(
    ("last_out", "price"), [(2, 1_000), (3, 1_000), (4, 4_000), (6, 4_000), (7, 9_000), (8, 9_000)]
)
def test_a_start_after_a_stop_in_the_horizon_is_priced_by_the_hours_between(last_out: int, price: float) -> None:
    """Out of service from hour 1: off for 1, 2, 3, 5, 6, 7 hours when it must run again."""
    assert start_cny(called(last_out, out=(1, last_out), state=ON)) == pytest.approx(price)


@pytest.mark.parametrize(
    ("hours_h", "first", "price"), [(1, 1, 1_000), (1, 2, 4_000), (2, 1, 4_000), (1, 5, 9_000), (48, 1, 9_000)]
)
def test_hours_off_before_the_horizon_count(hours_h: float, first: int, price: float) -> None:
    """Out of service until it must run: off for the hours before and those of the horizon."""
    assert start_cny(called(first, out=(0, first), state=off(hours_h))) == pytest.approx(price)


def test_it_starts_early_where_that_is_cheaper_than_growing_cold() -> None:
    """Off for an hour, called in hour 7: idling costs nothing, so it starts hot in hours 0 or 1."""
    outcome = called(7, state=off(1))
    assert start_cny(outcome) == pytest.approx(1_000)
    assert outcome.schedule is not None
    assert outcome.schedule.on["u"].iloc[1] == 1


def test_every_stop_warms_one_start_only() -> None:
    """On, out in hours 1-2 and 4-8, called in hours 3 and 9: hot after 2 h, warm after 5 h; 5,000, never 2,000."""
    facts = one_bus_facts(restless(), free_unit("other", 300.0), load_mw=100.0)
    at = [SUMMER_DAY + timedelta(hours=hour) for hour in range(HOURS + 1)]
    outcome = outcome_of(
        facts,
        hours=HOURS,
        start=SUMMER_DAY,
        units=(ON, UnitState("other", on=True, hours_h=48, output_mw=100)),
        must_run=(MustRun("u", at[3], at[4]), MustRun("u", at[9], at[10])),
        outages=(Outage("u", at[1], at[3]), Outage("u", at[4], at[9])),
    )
    assert start_cny(outcome) == pytest.approx(1_000 + 4_000)


def test_a_type_that_the_minimum_down_time_rules_out_is_never_paid() -> None:
    """With 4 h off at least, a stop of one hour becomes one of four: warm."""
    outcome = called(5, out=(1, 2), state=ON, min_down_h=4.0)
    assert start_cny(outcome) == pytest.approx(4_000)


def test_quarter_hours_count_as_quarters() -> None:
    """Out for 12 quarters from 00:15: off for 3 h, warm; for 11 quarters, hot."""
    facts = one_bus_facts(restless(), free_unit("other", 300.0), load_mw=100.0)
    for quarters, price in ((12, 4_000), (11, 1_000)):
        back = SUMMER_DAY + timedelta(minutes=15 * (quarters + 1))
        outcome = outcome_of(
            facts,
            hours=4,
            step_h=0.25,
            start=SUMMER_DAY,
            units=(ON, UnitState("other", on=True, hours_h=48, output_mw=100)),
            must_run=(MustRun("u", back, SUMMER_DAY + timedelta(hours=4)),),
            outages=(Outage("u", SUMMER_DAY + timedelta(minutes=15), back),),
        )
        assert start_cny(outcome) == pytest.approx(price)


def test_a_horizon_solved_in_windows_knows_its_types_too() -> None:
    """Three days; out for hours 20-29, over the edge of the first day, and for 40-43: cold after 10 h, warm after 4."""
    facts = one_bus_facts(restless(), free_unit("other", 300.0), load_mw=100.0)
    at = [SUMMER_DAY + timedelta(hours=hour) for hour in range(73)]
    outcome = outcome_of(
        facts,
        hours=72,
        start=SUMMER_DAY,
        units=(ON, UnitState("other", on=True, hours_h=48, output_mw=100)),
        must_run=(MustRun("u", at[10], at[20]), MustRun("u", at[30], at[40]), MustRun("u", at[44], at[50])),
        outages=(Outage("u", at[20], at[30]), Outage("u", at[40], at[44])),
    )
    assert start_cny(outcome) == pytest.approx(9_000 + 4_000)


def test_a_unit_of_one_type_has_nothing_to_choose() -> None:
    """At 500 CNY a start whatever the time off, 500 are paid after any outage."""
    facts = one_bus_facts(free_unit("u", 300.0, start_types=one_start(500)), free_unit("other", 300.0), load_mw=100.0)
    at = [SUMMER_DAY + timedelta(hours=hour) for hour in range(73)]
    outcome = outcome_of(
        facts,
        hours=72,
        start=SUMMER_DAY,
        units=(ON, UnitState("other", on=True, hours_h=48, output_mw=100)),
        must_run=(MustRun("u", at[30], at[40]),),
        outages=(Outage("u", at[20], at[30]),),
    )
    assert start_cny(outcome) == pytest.approx(500)
