"""Heat stores (储热罐) and heat that is short: by hand, on the heating unit of `test_heat`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from dispatch.audit import audited
from dispatch.case.facts import GridFacts, ReserveRule
from dispatch.case.heat import BACK_PRESSURE, Heat, HeatRegion, HeatStore
from dispatch.case.thermal import RunningMinimum
from dispatch.eve import case_after
from dispatch.horizon import Horizon
from dispatch.run import run
from dispatch.schedule.outcome import Outcome, Status
from dispatch.wire.translate import schedule_from, schedule_to
from tests.answers import EXACT, outcome_of
from tests.model.test_heat import KEPT_ON, NO_RESERVE, WARM, heated
from tests.model.test_thermal import CHEAP
from tests.small import GRID, WINTER_DAY, one_bus_facts, small_case

TANK = HeatStore("heat", energy_mwh=40.0, charge_mw=20.0, discharge_mw=20.0)


def facts_of(load_mw: float = 200.0, **changes: Any) -> GridFacts:
    """A cheap unit, and a dear one of 40 MW of heat that is to be on: its floor is the larger of 30 and 20 + heat."""
    return one_bus_facts(CHEAP, WARM, load_mw=load_mw, running_minimums=KEPT_ON, **changes)


def stored(*share: float, store: HeatStore | None = TANK, price: float | None = None, **facts: Any) -> Outcome:
    """The audited answer to a heat load, beside a store."""
    heat = replace(heated(*share), stores=() if store is None else (store,), short_cny_per_mwh=price)
    outcome = outcome_of(facts_of(**facts), hours=len(share), heat=heat)
    assert outcome.audit is None or outcome.audit.passed, outcome.audit.breaches
    return outcome


def test_a_store_gives_heat_when_the_floor_binds_and_takes_it_back_when_it_does_not() -> None:
    """
    Heat of 40 and 4 MW; each MW of the dear unit in place of the cheap one costs 200 CNY.

    Without a store it gives 60 and 30 MW. With one, d MWh moved make them 60 - d and max(30, 24 + d): 6 MWh are free,
    and save 6 x 200 = 1,200 CNY; a MWh more saves in one hour what it costs in the next.
    """
    alone, beside = stored(1.0, 0.1, store=None), stored(1.0, 0.1)
    assert alone.schedule is not None
    assert beside.schedule is not None
    assert alone.schedule.output_mw["dear"].tolist() == pytest.approx([60, 30])
    assert beside.schedule.output_mw["dear"].sum() == pytest.approx(84)
    assert (alone.proof.objective_cny or 0) - (beside.proof.objective_cny or 0) == pytest.approx(1_200)
    heat, moved = beside.schedule.heat_mw["dear"], beside.schedule.heat_discharge_mw["heat"]
    assert (heat + moved - beside.schedule.heat_charge_mw["heat"]).tolist() == pytest.approx([40, 4])
    assert beside.schedule.heat_level_mwh["heat"].iloc[-1] == pytest.approx(20)


def test_a_store_that_loses_heat_takes_more_than_it_gives() -> None:
    """Half of 40 MWh, a tenth lost an hour: it holds 20 again after an hour with 2 MW more than the 40 of the load."""
    outcome = stored(0.9, store=replace(TANK, hourly_loss_share=0.1))
    assert outcome.schedule is not None
    assert outcome.schedule.heat_mw["dear"].tolist() == pytest.approx([38])
    assert outcome.schedule.heat_charge_mw["heat"].tolist() == pytest.approx([2])


def test_a_store_that_may_end_empty_gives_all_it_holds() -> None:
    """20 MWh at 20 MW: 20 of 40 MW of heat are left for the unit, whose floor is 40 MW."""
    outcome = stored(1.0, store=replace(TANK, end_level_share=0.0))
    assert outcome.schedule is not None
    assert outcome.schedule.output_mw["dear"].tolist() == pytest.approx([40])


@pytest.mark.parametrize(("price", "short_mw"), [(100.0, 30.0), (300.0, 0.0)])
def test_heat_is_short_where_that_is_cheaper_and_is_told(price: float, short_mw: float) -> None:
    """A MWh of heat less saves 200 CNY, down to 10 MW of it: from there on the floor is 30 MW."""
    full = replace(TANK, start_level_share=0.0)
    outcome = stored(1.0, store=full, price=price, reserve_rules=(NO_RESERVE,))
    assert outcome.schedule is not None
    assert outcome.metrics is not None
    assert outcome.schedule.heat_short_mw["heat"].tolist() == pytest.approx([short_mw])
    assert outcome.metrics.total.penalty.heat_cny == pytest.approx(price * short_mw)
    told = [(cause.code, cause.severity, cause.component, round(cause.most_mw, 6)) for cause in outcome.causes]
    assert told == ([("heat_short", "heat", "heat", short_mw)] if short_mw else [])


def test_where_no_schedule_gives_the_heat_the_cheapest_relaxation_says_how_much_is_short() -> None:
    """All of the unit's heat goes to the load for two hours, and the store is to be filled with 10 MWh."""
    outcome = stored(1.0, 1.0, store=HeatStore("heat", 10.0, 10.0, 10.0, start_level_share=0.0, end_level_share=1.0))
    assert outcome.status is Status.INFEASIBLE
    (cause,) = outcome.causes
    assert (cause.code, cause.severity, cause.in_use) == ("heat_short", "heat", False)
    assert cause.energy_mwh == pytest.approx(10)


def test_units_of_a_plant_share_its_heat_as_is_cheapest() -> None:
    """
    Two dear units on, and the heat of one: 40 MW.

    One that gave all of it had a floor of 60, the other one of 30 MW: 90. Shared, heat up to 10 MW each needs no more
    than 30, and the other 20 of the 40 MW cost a MW each: 80 MW in all. The units are identical, and solved as one.
    """
    twin = replace(WARM, name="dear_2")
    facts = one_bus_facts(CHEAP, WARM, twin, load_mw=300.0, running_minimums=(RunningMinimum("heat", 2),))
    outcome = outcome_of(facts, hours=1, heat=replace(heated(0.5), stores=(replace(TANK, start_level_share=0.0),)))
    assert outcome.schedule is not None
    assert outcome.audit is not None
    assert outcome.audit.passed
    assert outcome.schedule.output_mw[["dear", "dear_2"]].sum(axis=1).tolist() == pytest.approx([80])
    assert outcome.schedule.heat_mw.sum(axis=1).tolist() == pytest.approx([40])


def test_a_back_pressure_unit_gives_power_with_its_heat() -> None:
    """
    On its line 1 MW of power comes with a MW of heat, 50 MW with all 50: half of it and 20 MWh from the store, 5.

    Each MWh is dearer than the cheap unit's, so the store, 20 MW at most, is emptied.
    """
    line = HeatRegion(BACK_PRESSURE, design_heat_mw=50.0, back_pressure_share=1.0)
    unit = replace(WARM, heat_region=line, heating_output_min_mw=50.0, heating_output_max_mw=50.0)
    low = replace(unit, curve=replace(unit.curve, output_mw=(0.0, *unit.curve.output_mw[1:])))
    facts = one_bus_facts(CHEAP, low, load_mw=200.0, running_minimums=KEPT_ON)
    heat = replace(heated(0.5), stores=(replace(TANK, end_level_share=0.0),))
    outcome = outcome_of(facts, hours=1, heat=heat)
    assert outcome.schedule is not None
    assert outcome.schedule.output_mw["dear"].tolist() == pytest.approx([5])
    assert outcome.schedule.heat_mw["dear"].tolist() == pytest.approx([5])


def test_reserve_of_a_unit_stays_inside_its_region_at_the_heat_it_gives() -> None:
    """
    At 40 MW of heat the unit gives at most 200 MW and at least 60, at 20 MW 250 and 40.

    As much reserve up and down as there is: the cheap unit lacks 20 and 230 MW, and what is promised is inside.
    """
    rule = ReserveRule(GRID, 1.0, 0.0, 1_000.0, largest_unit=False)
    outcome = stored(1.0, 0.5, load_mw=400.0, reserve_rules=(rule,))
    schedule = outcome.schedule
    assert schedule is not None
    heat, output = schedule.heat_mw["dear"], schedule.output_mw["dear"]
    up, down = schedule.reserve_up_mw["dear"], schedule.reserve_down_mw["dear"]
    assert (up > 1).all()
    assert (output + up <= 300 - 2.5 * heat + 1e-6).all()
    assert (output - down >= np.maximum(30, 20 + heat) - 1e-6).all()


def test_the_audit_finds_a_unit_outside_its_region_at_the_heat_that_is_told() -> None:
    """5 MW more heat: its ceiling is 2.5 x 5 = 12.5 MW below output and reserve up together, which were just at it."""
    case = small_case(facts_of(), hours=1, heat=replace(heated(1.0), stores=(replace(TANK, end_level_share=0.0),)))
    outcome = run(case, facts_of(), EXACT)
    schedule = outcome.schedule
    assert schedule is not None
    told = replace(
        schedule,
        heat_mw=schedule.heat_mw + 5.0,
        heat_discharge_mw=schedule.heat_discharge_mw - 5.0,
        heat_level_mwh=schedule.heat_level_mwh + 5.0,
    )
    (breach,) = audited(case, facts_of(), told, outcome.proof).breaches
    assert (breach.rule, breach.component) == ("thermal-heat_region", "dear")
    assert breach.amount == pytest.approx(12.5)


def test_stores_of_two_plants_in_any_order_come_back_from_the_wire_as_they_went() -> None:
    """The store of the later plant is given first; the answer passes its audit before and after."""
    other = replace(WARM, name="other", plant="east")
    minimums = (*KEPT_ON, RunningMinimum("east", 1))
    facts = one_bus_facts(CHEAP, WARM, other, load_mw=300.0, running_minimums=minimums)
    heat = Heat(scale_share=0.5, stores=(replace(TANK, plant="east"), TANK))
    case = small_case(facts, hours=2, heat=heat)
    outcome = run(case, facts, EXACT)
    assert outcome.schedule is not None
    back = schedule_from(schedule_to(outcome.schedule))
    assert list(back.heat_mw.columns) == ["dear", "other"]
    assert list(back.heat_level_mwh.columns) == ["east", "heat"]
    assert audited(case, facts, back, outcome.proof).passed


def test_the_next_day_begins_with_what_the_store_holds_and_ends_where_the_day_was_to_end() -> None:
    """It ends at half; left at 60 %, it begins there, and is to end at half."""
    facts = facts_of()
    case = small_case(facts, hours=2, heat=replace(heated(1.0, 0.1), stores=(TANK,)))
    outcome = run(case, facts, EXACT)
    assert outcome.schedule is not None
    left = replace(outcome.schedule, heat_level_mwh=outcome.schedule.heat_level_mwh * 0.0 + 24.0)
    after = case_after(case, facts, replace(outcome, schedule=left), Horizon(WINTER_DAY + timedelta(hours=2), 2))
    assert after.heat.stores == (replace(TANK, start_level_share=0.6, end_level_share=0.5),)
    assert after.heat.forecasts == ()


def test_a_long_horizon_keeps_its_store() -> None:
    """Three days, decided in windows: every day ends with half of the store at least."""
    share = (1.0, 0.1, 0.5, 0.2) * 18
    outcome = stored(*share, store=replace(TANK, hourly_loss_share=0.005))
    assert outcome.schedule is not None
    assert outcome.schedule.heat_level_mwh["heat"].iloc[-1] >= 20 - 1e-6
