"""
What thermal units use of what they generate, worked by hand.

`alone`: a unit of 300 MW at 300 CNY/MWh generated, which uses 5 % of it, on a bus of 95 MW of load.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import numpy as np
import pypsa
import pytest

from dispatch.case.as_asked import as_asked
from dispatch.case.case import Limits, Reserve, ReserveSeries
from dispatch.case.facts import GridFacts, ReserveRule
from dispatch.case.inputs import inputs_of
from dispatch.case.thermal import ThermalUnit
from dispatch.formats.dayahead.answer import answer_sheets
from dispatch.grid.catalogue import facts_of
from dispatch.grid.place import placed
from dispatch.grid.solved import network_of
from dispatch.report.scenario import Scenario
from dispatch.report.series import generation_mw, hourly_of, load_mw, taking_mw
from dispatch.report.table import table_of
from dispatch.run import run
from dispatch.schedule.outcome import Outcome
from tests.answers import EXACT, outcome_of, schedule_of
from tests.model.worlds import free_unit
from tests.small import GRID, SUMMER_DAY, bus, line, one_bus_facts, plant, small_case

HOUR: dict[str, Any] = {"hours": 1, "start": SUMMER_DAY}


def alone(load_mw: float = 95.0, *more: ThermalUnit, **changes: Any) -> GridFacts:
    unit = replace(free_unit("unit", 300.0), **{"self_use_share": 0.05, **changes})
    return one_bus_facts(
        unit, *more, load_mw=load_mw, reserve_rules=(ReserveRule(GRID, 0.0, 0.0, 0.0, largest_unit=False),)
    )


def priced(facts: GridFacts, **case: Any) -> Outcome:
    return run(small_case(facts, **HOUR, **case), facts, Limits(gap_share=1e-7, time_s=60.0, prices=True))


def test_a_unit_that_uses_a_twentieth_generates_100_mw_for_95_mw_of_load() -> None:
    """100 (1 - 0.05) = 95. Fuel is of what is generated, 30,000 CNY; the bus pays 300 / 0.95 CNY/MWh."""
    outcome = priced(alone(), self_use=True)
    assert outcome.schedule is not None
    assert outcome.metrics is not None
    assert outcome.schedule.output_mw["unit"].iloc[0] == pytest.approx(100)
    total = outcome.metrics.total
    assert (total.thermal_mwh, total.self_use_mwh, total.load_mwh) == pytest.approx((100, 5, 95))
    assert total.cost.fuel_cny == pytest.approx(30_000)
    assert outcome.prices is not None
    assert outcome.prices.tables is not None, outcome.prices.reason
    assert outcome.prices.tables.price_cny_per_mwh["a"].iloc[0] == pytest.approx(300 / 0.95)


def test_where_a_case_does_not_count_it_all_that_is_generated_reaches_the_bus() -> None:
    outcome = outcome_of(alone(), **HOUR)
    assert outcome.schedule is not None
    assert outcome.metrics is not None
    assert outcome.schedule.output_mw["unit"].iloc[0] == pytest.approx(95)
    assert outcome.metrics.total.self_use_mwh == 0


def test_fuel_measured_by_what_leaves_the_plant_is_paid_for_what_leaves_it() -> None:
    """供电煤耗: 300 CNY per MWh supplied are 285 per MWh generated; 95 MW supplied cost 28,500 CNY either way."""
    unit = alone().units[0]
    facts = alone(curve=replace(unit.curve, of_supply=True))
    for counted, generated_mw in ((True, 100), (False, 95)):
        outcome = outcome_of(facts, self_use=counted, **HOUR)
        assert outcome.schedule is not None
        assert outcome.metrics is not None
        assert outcome.schedule.output_mw["unit"].iloc[0] == pytest.approx(generated_mw)
        assert outcome.metrics.total.cost.fuel_cny == pytest.approx(28_500)
        before = unit.curve.carbon_tco2_per_h[-1] / unit.curve.output_mw[-1] * 95
        assert outcome.metrics.total.carbon_tco2 == pytest.approx(before)
    case = small_case(facts, self_use=True)
    once = as_asked(case, facts)
    assert as_asked(case, once).units == once.units != facts.units


def test_who_uses_less_goes_first_where_generating_costs_the_same() -> None:
    """310 / (1 - 0.02) = 316.33 CNY/MWh at the bus beats 301 / (1 - 0.08) = 327.17, though it is dearer to generate."""
    frugal, greedy = (
        replace(free_unit(name, price), self_use_share=share)
        for name, price, share in (("frugal", 310.0, 0.02), ("greedy", 301.0, 0.08))
    )
    facts = one_bus_facts(
        frugal, greedy, load_mw=98.0, reserve_rules=(ReserveRule(GRID, 0.0, 0.0, 0.0, largest_unit=False),)
    )
    assert schedule_of(facts, self_use=True, **HOUR).output_mw.iloc[0].tolist() == pytest.approx([100, 0])
    assert schedule_of(facts, **HOUR).output_mw.iloc[0].tolist() == pytest.approx([0, 98])


def test_limits_and_reserve_are_of_what_is_generated() -> None:
    """Of 110 MW 100 are generated for 95 of load, and 10 are left for the 10 MW of reserve asked for: none is short."""
    facts = alone(output_max_mw=110.0)
    reserve = Reserve(series=(ReserveSeries(GRID, up_mw=(10.0,)),))
    schedule = schedule_of(facts, self_use=True, reserve=reserve, **HOUR)
    assert schedule.output_mw["unit"].iloc[0] == pytest.approx(100)
    assert schedule.short_up_mw[GRID].iloc[0] == pytest.approx(0, abs=1e-6)
    help_mw = schedule_of(alone(114.0, free_unit("help", 900.0), output_max_mw=110.0), self_use=True, **HOUR).output_mw
    assert help_mw.iloc[0].tolist() == pytest.approx([110, 114 - 104.5])


def test_pypsa_says_the_same_by_the_sign_of_a_generator() -> None:
    """Two units with shares of their own on two buses: PyPSA's optimum of the placed network; the balance closes."""
    logging.getLogger("pypsa").setLevel(logging.ERROR)
    logging.getLogger("linopy").setLevel(logging.ERROR)
    base = replace(free_unit("base", 250.0, 150.0), self_use_share=0.08)
    quick = replace(free_unit("quick", 400.0, 300.0, bus="b"), self_use_share=0.023)
    facts = one_bus_facts(
        base,
        quick,
        load_mw=0.0,
        buses=(bus("a", load_share=0.5), bus("b", load_share=0.5)),
        lines=(line("ab", "a", "b", rating_mw=90.0),),
        plants=(plant("wind", bus="b"),),
        reserve_rules=(ReserveRule(GRID, 0.0, 0.0, 0.0, largest_unit=False),),
        **{"available_share": {"wind": 0.1}},
    )
    facts = replace(facts, year=replace(facts.year, load_mw=np.full_like(facts.year.load_mw, 100.0)))
    case = small_case(facts, self_use=True, **HOUR)
    outcome = run(case, facts, EXACT)
    assert outcome.schedule is not None

    network = placed(case, facts, inputs_of(case, facts))
    network.generators.loc[["base", "quick"], "marginal_cost"] = [250.0, 400.0]
    network.optimize(solver_name="highs", include_objective_constant=False, output_flag=False)
    assert outcome.proof.objective_cny == pytest.approx(network.objective, rel=1e-6)
    ours = outcome.schedule.output_mw.iloc[0]
    assert ours.tolist() == pytest.approx(network.generators_t.p[ours.index].iloc[0].tolist())
    assert ours["quick"] > 1  # the case is about both
    solved: pypsa.Network = network_of(case, facts, outcome.schedule)
    assert solved.statistics.energy_balance().sum() == pytest.approx(0, abs=1e-6)


def test_what_units_use_is_summed_and_shown_where_a_case_counts_it() -> None:
    """Two hours of 5 MW; in the page what is generated is load and own use."""
    facts = alone()
    for counted, used_mwh in ((True, 10.0), (False, 0.0)):
        case = small_case(facts, hours=2, start=SUMMER_DAY, self_use=counted)
        outcome = run(case, facts, EXACT)
        sheets = answer_sheets(case, "end", outcome)
        assert [row[1] for row in sheets["answer"] if row[0] == "self_use_mwh"] == pytest.approx(
            [used_mwh] if used_mwh else []
        )
        scenario = Scenario("one", case, facts, outcome)
        assert ("self-use" in table_of([scenario])) == counted
        hourly = hourly_of(scenario)
        assert hourly is not None
        taken = sum(taking_mw(hourly).values(), load_mw(hourly))
        assert sum(generation_mw(hourly).values()) == pytest.approx(taken)


def test_the_stored_classes_use_two_to_eight_hundredths() -> None:
    """Coal by size from 4.2 % of 1,000 MW to 8.2 % of small units, gas 2.3 %; coal rates are of what is supplied."""
    share = {u.technology_class: u.self_use_share for u in (*facts_of("jibei", 2030).units, *_south().units)}
    known = {"usc_1000": 0.042, "usc_660": 0.047, "chp_sub_300_330": 0.058, "small_coal": 0.082, "ccgt_chp": 0.023}
    assert {name: share[name] for name in known if name in share} == {n: s for n, s in known.items() if n in share}
    assert min(share.values()) == 0.023
    assert all(u.curve.of_supply == (u.carrier == "coal") for u in _south().units)


def _south() -> GridFacts:
    return facts_of("hebei_south", 2030)
