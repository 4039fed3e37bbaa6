"""A finer dispatch of an hourly commitment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.audit import audited
from dispatch.case.case import Case, Limits, Reserve, ReserveSeries
from dispatch.case.interchange import InterchangeForecast
from dispatch.case.renewable import AvailableForecast, LoadForecast
from dispatch.case.thermal import MustRun, NoStart, Outage, UnitState
from dispatch.errors import CaseError
from dispatch.run import run, run_held
from dispatch.schedule.outcome import Status
from dispatch.study.refined import coarser, finer, lines, refined
from tests.small import GRID, WINTER_DAY, curve, one_bus_facts, small_case, small_facts, unit

LIMITS = Limits(gap_share=1e-4, time_s=60)


def test_lines_keep_the_mean_of_each_hour() -> None:
    """
    Means 0, 4, 8, 4: the second hour rises by 4 from both neighbours, the first and last are ends, the third a peak.

    In the second hour: 4 + 4 (-3/8, -1/8, 1/8, 3/8) = 2.5, 3.5, 4.5, 5.5.
    """
    assert lines((0.0, 4.0, 8.0, 4.0), 4) == (0, 0, 0, 0, 2.5, 3.5, 4.5, 5.5, 8, 8, 8, 8, 4, 4, 4, 4)


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=8), st.sampled_from([2, 3, 4, 12]))
def test_lines_keep_means_and_the_range_of_neighbours(values: list[float], count: int) -> None:
    fine = np.reshape(lines(tuple(values), count), (len(values), count))
    assert np.allclose(fine.mean(axis=1), values, atol=1e-7)
    around = [(values[max(0, h - 1) : h + 2]) for h in range(len(values))]
    assert all(
        row.min() >= min(near) - 1e-7 and row.max() <= max(near) + 1e-7 for row, near in zip(fine, around, strict=True)
    )


def by_quarters(**changes: Any) -> Case:
    return small_case(small_facts(), hours=2, step_h=0.25, **changes)


def test_quarters_become_hours_by_means_and_reserve_by_the_most() -> None:
    quarters = (1.0, 2.0, 3.0, 6.0, 8.0, 8.0, 8.0, 8.0)
    case = by_quarters(
        load_forecasts=(LoadForecast(GRID, quarters),),
        available_forecasts=(AvailableForecast("wind", quarters, quarters),),
        interchange_forecasts=(InterchangeForecast("import", quarters),),
        reserve=Reserve(series=(ReserveSeries(GRID, quarters),)),
    )
    hourly = coarser(case)
    assert hourly.load_forecasts[0].load_mw == (3.0, 8.0)
    assert hourly.available_forecasts[0] == AvailableForecast("wind", (3.0, 8.0), (3.0, 8.0))
    assert hourly.interchange_forecasts[0].net_import_mw == (3.0, 8.0)
    assert hourly.reserve.series[0] == ReserveSeries(GRID, (6.0, 8.0))
    assert (hourly.horizon.step_count, hourly.horizon.step_h) == (2, 1.0)


def test_spans_widen_to_whole_hours_and_bars_on_starts_to_the_hours_whose_first_quarter_they_hold() -> None:
    """00:30 to 01:15: out, or on, from 00:00 to 02:00; no start in the hour from 01:00, but one at 00:00 is free."""
    span = (WINTER_DAY + timedelta(minutes=30), WINTER_DAY + timedelta(minutes=75))
    hours = (WINTER_DAY, WINTER_DAY + timedelta(hours=2))
    within = (WINTER_DAY + timedelta(minutes=15), WINTER_DAY + timedelta(minutes=45))
    hourly = coarser(
        by_quarters(
            outages=(Outage("gas", *span),),
            must_run=(MustRun("coal_1", *span),),
            no_start=(NoStart("coal_2", *span), NoStart("coal_1", *within)),
        )
    )
    assert hourly.outages == (Outage("gas", *hours),)
    assert hourly.must_run == (MustRun("coal_1", *hours),)
    assert hourly.no_start == (NoStart("coal_2", WINTER_DAY + timedelta(hours=1), hours[1]),)


def test_hours_become_quarters_that_become_the_same_hours() -> None:
    hours = small_case(small_facts(), hours=3, load_forecasts=(LoadForecast(GRID, (500.0, 520.0, 560.0)),))
    for way in ("repeat", "linear"):
        back = coarser(finer(hours, 0.25, way))
        assert np.allclose(back.load_forecasts[0].load_mw, hours.load_forecasts[0].load_mw)
        assert replace(back, load_forecasts=hours.load_forecasts) == hours


def test_a_refined_answer_is_on_by_whole_hours_and_passes_its_audit_by_quarter_hours() -> None:
    facts = small_facts()
    case = small_case(facts, hours=6, off=("gas",))
    answer = refined(case, facts, LIMITS, 0.25)
    schedule, hourly = answer.outcome.schedule, answer.hourly.schedule
    assert schedule is not None
    assert hourly is not None
    assert answer.outcome.status is Status.OPTIMAL
    assert len(schedule.on) == 24
    assert (schedule.on.to_numpy() == np.repeat(hourly.on.to_numpy(), 4, axis=0)).all()
    assert audited(answer.case, facts, schedule, answer.outcome.proof).passed
    assert answer.outcome.certificate is not None
    assert answer.outcome.certificate.steps[0] == answer.told
    assert "each hour's values repeated" in answer.told


def test_repeated_hours_with_the_same_commitment_never_cost_more_than_the_hours_where_ramps_do_not_bind() -> None:
    """
    One unit of 100 to 300 MW at 250 CNY/MWh serves 200 MW: by hours or by quarters 2 h x 200 MW x (250 + 20) CNY,
    and nothing starts. The fuel at 100 MW is 100 x 250 CNY/h, so that its price is the same at any output.
    """
    coal = unit("coal", heats=False, output_min_mw=100.0, curve=curve([100, 300], [250], at_first_cny_per_h=25_000))
    facts = one_bus_facts(coal, load_mw=200.0)
    case = replace(small_case(facts, hours=2), units=(UnitState("coal", on=True, hours_h=48, output_mw=200.0),))
    answer = refined(case, facts, LIMITS, 0.25)
    for outcome in (answer.hourly, answer.outcome):
        assert outcome.metrics is not None
        assert outcome.metrics.total.cost.total_cny == pytest.approx(2 * 200 * 270)


def test_a_ramp_that_an_hour_hides_shows_by_quarter_hours() -> None:
    """
    From 200 MW at 80 MW/h to 270 MW: in the mean of an hour that is a rise of 70 MW, which the unit can.

    By quarter hours it can rise by 20 MW in each, so that the first quarter of a load of 270 MW is out of its reach:
    the commitment stands, and the answer says that no dispatch fits it.
    """
    coal = unit("coal", heats=False, ramp_up_mw_per_h=80.0)
    facts = one_bus_facts(coal, load_mw=270.0)
    case = replace(small_case(facts, hours=2), units=(UnitState("coal", on=True, hours_h=48, output_mw=200.0),))
    answer = refined(case, facts, LIMITS, 0.25)
    assert answer.hourly.status is Status.OPTIMAL
    assert answer.outcome.status is Status.INFEASIBLE
    assert "missing" in answer.outcome.reason


def test_a_commitment_that_is_held_is_held_though_another_is_cheaper() -> None:
    """
    200 MW by one unit: 24,000 + 70 x 250 + 50 x 280 = 55,500 CNY/h of fuel; by two: 2 (24,000 + 20 x 250) = 58,000.

    A stop is free, so one is stopped at once: over three hours both on cost 7,500 CNY more.
    """
    limits = {"heats": False, "min_down_h": 1.0, "min_up_h": 1.0, "stop_ramp_mw": 300.0, "stop_cny": 0.0}
    units = tuple(unit(name, **limits) for name in ("one", "two"))
    facts = one_bus_facts(*units, load_mw=200.0)
    case = replace(small_case(facts, hours=3), units=tuple(UnitState(u.name, True, 48.0, 100.0) for u in units))
    free, held = run(case, facts, LIMITS), run_held(case, facts, LIMITS, np.ones((3, 2), dtype=bool))
    assert free.schedule is not None
    assert held.schedule is not None
    assert free.schedule.on.to_numpy().sum() == 3
    assert held.schedule.on.to_numpy().sum() == 6
    assert free.proof.objective_cny is not None
    assert held.proof.objective_cny == pytest.approx(free.proof.objective_cny + 7_500)


def test_without_an_hourly_schedule_nothing_is_dispatched() -> None:
    facts = one_bus_facts(unit("coal", heats=False), load_mw=400.0)
    case = replace(small_case(facts, hours=2), units=(UnitState("coal", on=True, hours_h=48, output_mw=200.0),))
    answer = refined(case, facts, LIMITS, 0.25)
    assert answer.outcome.status is Status.INFEASIBLE
    assert answer.case == case


def test_a_case_of_another_step_or_of_half_hours_is_refused() -> None:
    facts = small_facts()
    with pytest.raises(CaseError) as refused:
        refined(small_case(facts, hours=2.5, step_h=0.5), facts, LIMITS, 0.25)
    assert [flaw.code for flaw in refused.value.flaws] == ["REFINE_STEP", "REFINE_OFF_HOUR"]
