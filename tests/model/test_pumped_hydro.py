"""
Pumped hydro by unit, worked by hand.

The lake: two fixed-speed units that pump at 20 MW and generate 10 to 20 MW, 87 % each way, half an hour to turn round,
50 of 100 MWh at the start and at the end. Power costs 300 CNY/MWh, wear 10, a MWh lost or curtailed 500.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from dispatch.case.case import Prices, Reserve, ReserveSeries, Scales
from dispatch.case.facts import GridFacts, ReserveRule
from dispatch.case.pumped_hydro import LowerReservoir
from dispatch.case.storage import Store, StoreState
from dispatch.grid.catalogue import facts_of
from dispatch.schedule.outcome import Status
from dispatch.schedule.schedule import Schedule
from tests.answers import outcome_of, schedule_of
from tests.model.single_pumps import least_cost
from tests.model.worlds import free_unit
from tests.small import GRID, SUMMER_DAY, lake, one_bus_facts, plant, pump_group

UP_MWH, BACK_MW = 0.87 * 20, 0.87 * 0.87 * 20  # what one pump stores in an hour, and what that gives at the bus


def windy(wind_mw: Sequence[float], load_mw: Sequence[float], store: Store, **changes: object) -> GridFacts:
    """A bus with the lake, wind in the first hours, and power at 300 CNY/MWh."""
    return one_bus_facts(
        free_unit("unit", 300.0),
        load_mw=[*load_mw, *[0.0] * (24 - len(load_mw))],
        plants=(plant("wind", bus="a", capacity_mw=100.0),),
        stores=(store,),
        available_share={"wind": [*(mw / 100 for mw in wind_mw), *[0.0] * (24 - len(wind_mw))]},
        **changes,
    )


def with_units(**changes: object) -> Store:
    """The lake with other units."""
    return lake(groups=(pump_group("lake fixed", **changes),))


def two_hours(store: Store, surplus_mw: float, **case: object) -> Schedule:
    """Surplus wind in hour 0, a load of 60 MW in hour 1."""
    return schedule_of(windy([30 + surplus_mw], [30, 60], store), hours=2, start=SUMMER_DAY, **case)


def test_a_fixed_pump_takes_20_mw_or_nothing_and_another_unit_brings_the_level_back_exactly() -> None:
    """
    30 MW of surplus: one pump, 10 MW curtailed; two would draw 10 MW at 300. The unit that pumped cannot turn round by
    hour 1: the other one generates 0.87 * 0.87 * 20 = 15.138 MW, and the level ends where it began.
    """
    schedule = two_hours(lake(), 30.0)
    assert schedule.charge_mw["lake"].tolist() == pytest.approx([20, 0])
    assert schedule.discharge_mw["lake"].tolist() == pytest.approx([0, BACK_MW])
    assert schedule.curtailed_mw["wind"].tolist() == pytest.approx([10, 0])
    assert schedule.level_mwh["lake"].tolist() == pytest.approx([50 + UP_MWH, 50])
    assert schedule.pumping_count["lake fixed"].tolist() == [1, 0]
    assert schedule.pumping["lake fixed 1"].tolist() == [1, 0]
    assert schedule.generating["lake fixed 2"].tolist() == [0, 1]


def test_both_units_pump_only_if_they_have_time_to_turn_round() -> None:
    """40 MW of surplus. In two hours one pump is all; with a third hour, or units that turn at once, it is both."""
    assert two_hours(lake(), 40.0).charge_mw["lake"].tolist() == pytest.approx([20, 0])
    assert two_hours(with_units(changeover_h=0.0), 40.0).charge_mw["lake"].tolist() == pytest.approx([40, 0])
    later = schedule_of(windy([70], [30, 0, 60], lake()), hours=3, start=SUMMER_DAY)
    assert later.charge_mw["lake"].tolist() == pytest.approx([40, 0, 0])
    assert later.discharge_mw["lake"].tolist() == pytest.approx([0, 0, 2 * BACK_MW])


def test_a_long_changeover_is_held_unit_by_unit() -> None:
    """Three hours to turn round: in hours 0 to 3 a unit that pumps in hour 0 never generates; the other one does."""
    slow = with_units(changeover_h=3.0)
    schedule = schedule_of(windy([70], [30, 60, 60, 60], slow), hours=4, start=SUMMER_DAY)
    assert schedule.charge_mw["lake"].tolist() == pytest.approx([20, 0, 0, 0])
    assert (schedule.generating.sum() * schedule.pumping.sum()).tolist() == [0, 0]


def test_less_than_the_least_output_is_not_generated() -> None:
    """Units of 16 to 20 MW cannot give back 15.138 MW alone: nothing is pumped, and 30 MW are curtailed."""
    schedule = two_hours(with_units(generate_min_mw=16.0), 30.0)
    assert schedule.charge_mw["lake"].tolist() == pytest.approx([0, 0], abs=1e-6)
    assert schedule.curtailed_mw["wind"].iloc[0] == pytest.approx(30)


def test_a_plant_never_burns_surplus_with_one_unit_pumping_and_another_generating() -> None:
    """One hour, losses for nothing: 20 MW in, 15.138 out would save 4.862 * 500 CNY for 151 of wear."""
    store = with_units(generate_min_mw=0.0, changeover_h=0.0)
    facts = windy([100], [30], store)
    schedule = schedule_of(facts, hours=1, start=SUMMER_DAY, prices=Prices(storage_loss_cny_per_mwh=0.0))
    assert schedule.charge_mw["lake"].tolist() == pytest.approx([0], abs=1e-6)
    assert schedule.curtailed_mw["wind"].tolist() == pytest.approx([70])


def test_variable_speed_units_pump_what_is_there() -> None:
    """36 MW: 20 of the fixed-speed unit and 16 of the variable-speed one, which takes 14 to 20."""
    groups = (
        pump_group("fixed", unit_count=1, changeover_h=0.0),
        pump_group("variable", unit_count=1, pump_min_mw=14.0, changeover_h=0.0),
    )
    schedule = two_hours(lake(groups=groups), 36.0)
    assert schedule.charge_mw["lake"].tolist() == pytest.approx([36, 0])
    assert schedule.pumping.iloc[0].tolist() == [1, 1]


@pytest.mark.parametrize(("starts", "charged_mwh"), [(2, 40.0), (1, 20.0)])
def test_units_start_no_more_often_than_they_may(starts: int, charged_mwh: float) -> None:
    """
    20 MW of surplus in hours 0 and 4, load in hours 2 and 6: two starts to pump and two to generate, two of each unit.

    With one start each there is one start to pump and one to generate.
    """
    facts = windy([50, 0, 0, 0, 50], [30, 0, 60, 0, 30, 0, 60], with_units(daily_start_count=starts))
    schedule = schedule_of(facts, hours=7, start=SUMMER_DAY)
    assert schedule.charge_mw["lake"].sum() == pytest.approx(charged_mwh)


def test_a_new_day_brings_new_starts() -> None:
    """The same from 20:00 on: one start of each unit before midnight, one after."""
    load, wind = [0.0] * 24, [0.0] * 24
    for hour in (20, 0):
        load[hour], wind[hour] = 30.0, 50.0
    for hour in (22, 2):
        load[hour] = 60.0
    facts = windy(wind, load, with_units(daily_start_count=1))
    schedule = schedule_of(facts, hours=7, start=SUMMER_DAY.replace(hour=20))
    assert schedule.charge_mw["lake"].sum() == pytest.approx(40.0)


def test_what_the_lower_reservoir_lacks_is_not_pumped() -> None:
    """60 MWh in both, 50 of them above: 10 MWh are below, and one pump would need 17.4."""
    short = LowerReservoir(0.0, 100.0, 60.0)
    schedule = schedule_of(
        windy([60], [30, 60], lake(lower=short)), hours=2, start=SUMMER_DAY, stores=(StoreState("lake", 50.0, 50.0),)
    )
    assert schedule.charge_mw["lake"].tolist() == pytest.approx([0, 0], abs=1e-6)


def reserve_short_mw(end_mwh: float, **asked_mw: tuple[float, ...]) -> float:
    """What is short in one hour in which thermal power is 100 MW, neither more nor less."""
    load_mw = 100.0 - (20.0 if end_mwh > 50 else 0.0) + (15.0 if end_mwh < 50 else 0.0)
    rule = (ReserveRule(GRID, 0.0, 0.0, 1_000.0, largest_unit=False),)
    facts = one_bus_facts(
        free_unit("unit", 300.0, 100.0, output_min_mw=100.0, heating_output_min_mw=100.0),
        load_mw=load_mw,
        stores=(lake(),),
        reserve_rules=rule,
    )
    schedule = schedule_of(
        facts,
        hours=1,
        start=SUMMER_DAY,
        stores=(StoreState("lake", 50.0, end_mwh),),
        reserve=Reserve(series=(ReserveSeries(GRID, **asked_mw),)),
    )
    return float(schedule.short_up_mw[GRID].iloc[0] + schedule.short_down_mw[GRID].iloc[0])


def test_reserve_is_what_a_plant_can_do_in_its_mode() -> None:
    """
    Pumping 20 MW: 20 up by shedding, 20 down by the other pump. Generating 15 of 40: 25 up, 15 down. Standing: 40 up or
    down, down as far as the 50 MWh of room above take 0.87 of it.
    """
    pumping, generating = 50 + UP_MWH, 50 - 15 / 0.87
    assert reserve_short_mw(pumping, up_mw=(25.0,)) == pytest.approx(5)
    assert reserve_short_mw(pumping, down_mw=(25.0,)) == pytest.approx(5)
    assert reserve_short_mw(generating, up_mw=(30.0,)) == pytest.approx(5)
    assert reserve_short_mw(generating, down_mw=(20.0,)) == pytest.approx(5)
    assert reserve_short_mw(50.0, up_mw=(45.0,)) == pytest.approx(5)
    assert reserve_short_mw(50.0, down_mw=(45.0,)) == pytest.approx(5)
    assert reserve_short_mw(50.0, up_mw=(10.0,), down_mw=(10.0,)) == pytest.approx(10)


def test_a_scale_makes_units_larger_and_0_leaves_none() -> None:
    """At 1.5 one pump takes all 30 MW of surplus; at 0 everything is curtailed."""
    levels = {scale: (StoreState("lake", 50 * scale, 50 * scale),) for scale in (1.5, 0.0)}
    large = two_hours(lake(), 30.0, scales=Scales(pumped_hydro_share=1.5), stores=levels[1.5])
    assert large.charge_mw["lake"].tolist() == pytest.approx([30, 0])
    assert large.pumping_count["lake fixed"].tolist() == [1, 0]
    none = two_hours(lake(), 30.0, scales=Scales(pumped_hydro_share=0.0), stores=levels[0.0])
    assert none.curtailed_mw["wind"].iloc[0] == pytest.approx(30)
    assert none.pumping.to_numpy().sum() == 0


FEW, MORE = (0, 1, 5), (2, 3, 4)  # seeds; the few have every time to turn round, and one start a day and two


@pytest.mark.parametrize("seed", [*FEW, *(pytest.param(seed, marks=pytest.mark.faults) for seed in MORE)])
def test_the_optimum_is_that_of_single_units_by_another_solver(seed: int) -> None:
    """Eight hours of a random load, 60 MW at 100, more at 400; three units in two groups, 0 to 2 hours to turn."""
    draw = np.random.default_rng(seed)
    load = draw.uniform(20, 120, 8).round(1).tolist()
    groups = (
        pump_group("fixed", changeover_h=float(seed % 3), daily_start_count=1 + seed % 2),
        pump_group("variable", unit_count=1, pump_min_mw=13.0, generate_min_mw=7.0, changeover_h=1.0),
    )
    store = lake(power_mw=60.0, groups=groups, lower=None)
    facts = one_bus_facts(
        free_unit("cheap", 100.0, 60.0), free_unit("dear", 400.0), load_mw=[*load, *[0.0] * 16], stores=(store,)
    )
    outcome = outcome_of(facts, hours=8, start=SUMMER_DAY, prices=Prices(storage_loss_cny_per_mwh=0.0))
    wanted = least_cost(load, store, {100.0: 60.0, 400.0: 300.0}, 0.0, 50.0)
    assert outcome.status is Status.OPTIMAL
    assert outcome.proof.objective_cny == pytest.approx(wanted, rel=2e-6)


def test_fengning_has_ten_fixed_and_two_variable_units() -> None:
    fengning = next(store for store in facts_of("jibei", 2030).stores if store.name == "Fengning pumped hydro")
    fixed, variable = fengning.groups
    assert (fixed.unit_count, fixed.pump_min_mw, fixed.pump_max_mw) == (10, 300, 300)
    assert (variable.unit_count, variable.pump_min_mw, variable.pump_max_mw) == (2, 210, 300)
    assert fixed.unit_names[-1] == "Fengning pumped hydro fixed_speed 10"
    assert fengning.lower == LowerReservoir(0.0, 36_000.0, 36_000.0)


def test_a_plant_without_units_is_a_plain_store() -> None:
    """30 MW of surplus, all of it pumped."""
    plain = replace(lake(), groups=(), lower=None)
    schedule = two_hours(plain, 30.0)
    assert schedule.charge_mw["lake"].tolist() == pytest.approx([30, 0])
    assert schedule.pumping.shape == (2, 0)
