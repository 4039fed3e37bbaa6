from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.case.case import Prices
from dispatch.case.storage import StoreState
from dispatch.model import build
from dispatch.model.storage import choose_direction
from dispatch.schedule.outcome import Status
from dispatch.schedule.schedule import Schedule
from tests.answers import outcome_of, schedule_of
from tests.model.worlds import World, facts_of_worlds, free_unit
from tests.small import SUMMER_DAY, one_bus_facts, plant, store

# Batteries of 40 MW and 20 to 100 MWh, 90 % each way, half full (60 MWh) at the start and at the end.
WINDY = one_bus_facts(
    free_unit("unit", 300.0),
    load_mw=30.0,
    plants=(plant("wind", bus="a", capacity_mw=100.0),),
    stores=(store("battery", bus="a"),),
    available_share={"wind": 1.0},
)


def test_in_surplus_a_store_that_must_keep_its_level_does_nothing() -> None:
    """One hour of 100 MW wind on 30 MW load. Charge c and discharge d need 0.9 c = d / 0.9, so both are 0."""
    schedule = schedule_of(WINDY, hours=1, start=SUMMER_DAY)
    assert schedule.charge_mw["battery"].tolist() == pytest.approx([0.0], abs=1e-6)
    assert schedule.discharge_mw["battery"].tolist() == pytest.approx([0.0], abs=1e-6)
    assert schedule.curtailed_mw["wind"].tolist() == pytest.approx([70.0])


def test_where_losses_are_priced_burning_is_worth_nothing_even_without_the_mode(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """7.6 MW burnt would save 7.6 * 500 CNY and cost as much, and 32.4 * 50 CNY of wear: 70 MW are curtailed."""
    loose = tuple(rows for rows in build.FORMULATION if rows is not choose_direction)
    monkeypatch.setattr(build, "FORMULATION", loose)
    outcome = outcome_of(WINDY, hours=1, start=SUMMER_DAY)
    assert outcome.proof.objective_cny == pytest.approx(70 * 500)
    assert outcome.status is Status.OPTIMAL


def test_without_the_mode_and_with_losses_for_nothing_the_same_store_would_burn_the_surplus(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    40 MW in and 0.81 * 40 = 32.4 MW out at once burn 7.6 MW: 7.6 * 500 CNY saved for 32.4 * 50 CNY of wear.

    Curtailment would be 62.4 MW at 500 instead of 70: 31 200 + 1 620 < 35 000 CNY. The audit lets none of it pass.
    """
    loose = tuple(rows for rows in build.FORMULATION if rows is not choose_direction)
    monkeypatch.setattr(build, "FORMULATION", loose)
    outcome = outcome_of(WINDY, hours=1, start=SUMMER_DAY, prices=Prices(storage_loss_cny_per_mwh=0.0))
    assert outcome.proof.objective_cny == pytest.approx(62.4 * 500 + 32.4 * 50)
    assert outcome.status is Status.FAILED
    assert outcome.schedule is None
    assert outcome.audit is not None
    assert {breach.rule for breach in outcome.audit.breaches} == {"storage-one_direction"}


@pytest.fixture(scope="module")
def schedule() -> Schedule:
    """
    Three worlds over six hours.

    evening: 100 MW at 200 CNY/MWh, the rest at 1 000. Loads 60, 160, 160, 60, 60, 60 MW.
    idle: one price throughout; the battery loses a tenth of its level every hour, and wear forbids its use.
    emptied: nothing to do but to come from 60 MWh to an end at 33 MWh.
    """
    prices = (free_unit("cheap", 200.0, 100.0), free_unit("dear", 1_000.0))
    one_price = (free_unit("unit", 200.0),)
    leaking = replace(store("battery"), hourly_loss_share=0.1, wear_cny_per_mwh=1_000.0)
    facts = facts_of_worlds(
        World("evening", (60, 160, 160, 60, 60, 60), prices, stores=(store("battery"),)),
        World("idle", (100,), one_price, stores=(leaking,)),
        World("emptied", (100,), one_price, stores=(store("battery"),)),
    )
    levels = (("evening battery", 60.0), ("idle battery", 60.0), ("emptied battery", 33.0))
    states = tuple(StoreState(name, 60.0, end) for name, end in levels)
    return schedule_of(facts, hours=6, start=SUMMER_DAY, stores=states)


def test_a_store_fills_before_the_peak_falls_to_its_floor_and_ends_where_it_should(schedule: Schedule) -> None:
    """
    Hour 0 has 40 MW of cheap room: 60 + 0.9 * 40 = 96 MWh. Hours 1 and 2 lack 60 MW each, 80 MW of power would
    help, but the floor of 20 MWh leaves (96 - 20) * 0.9 = 68.4 MWh. Then (60 - 20) / 0.9 = 44.44 MWh come back.
    """
    level = schedule.level_mwh["evening battery"]
    assert level.iloc[0] == pytest.approx(96.0)
    assert level.iloc[2] == pytest.approx(20.0)
    assert level.iloc[5] == pytest.approx(60.0)
    assert schedule.discharge_mw["evening battery"].sum() == pytest.approx(68.4)
    assert schedule.output_mw["evening dear"].sum() == pytest.approx(2 * 60 - 68.4)
    assert schedule.charge_mw["evening battery"].iloc[3:].sum() == pytest.approx(40 / 0.9)


def test_standing_loss_begins_in_the_first_step_and_is_made_good_as_late_as_possible(schedule: Schedule) -> None:
    """54 MWh are left after the first hour, 60 * 0.9^6 = 31.89 after the sixth; (60 - 31.89) / 0.9 = 31.24 MW then."""
    level, charge = schedule.level_mwh["idle battery"], schedule.charge_mw["idle battery"]
    assert level.tolist() == pytest.approx([60 * 0.9**n for n in range(1, 6)] + [60.0])
    assert charge.tolist() == pytest.approx([0, 0, 0, 0, 0, (60 - 60 * 0.9**6) / 0.9], abs=1e-6)


def test_a_case_may_end_a_store_below_its_start(schedule: Schedule) -> None:
    """27 MWh leave the store: 24.3 MWh at the bus, each worth 200 CNY and 50 of wear."""
    assert schedule.level_mwh["emptied battery"].iloc[-1] == pytest.approx(33.0)
    net = schedule.discharge_mw["emptied battery"] - schedule.charge_mw["emptied battery"]
    assert net.sum() == pytest.approx(27 * 0.9)


TWO_PRICES = (free_unit("cheap", 200.0, 100.0), free_unit("dear", 1_000.0))
FOUR_PEAKS = (60, 140) * 4


def peaks(cycles: float | None) -> World:
    """A battery before four peaks of 40 MW, an hour apart, each with 40 MW of cheap room before it."""
    return World("peaks", FOUR_PEAKS, TWO_PRICES, stores=(store("battery", daily_cycle_count=cycles),))


def test_a_store_makes_no_more_full_cycles_in_a_day_than_it_may() -> None:
    """
    Without a limit all that the room allows: 4 * 40 MW in, 0.81 * 160 = 129.6 MWh out, 144 MWh out of the store.

    One cycle is 100 - 20 = 80 MWh out of the store, 72 MWh at the bus: 160 - 72 = 88 MWh stay dear.
    """
    free, once = (schedule_of(facts_of_worlds(peaks(n)), hours=8, start=SUMMER_DAY) for n in (None, 1.0))
    assert free.discharge_mw["peaks battery"].sum() == pytest.approx(129.6)
    assert once.discharge_mw["peaks battery"].sum() == pytest.approx(72.0)
    assert once.output_mw["peaks dear"].sum() == pytest.approx(88.0)


def test_each_part_of_a_day_has_the_whole_limit() -> None:
    """From 20:00 four hours lie in each day: 160 MWh may leave the store, and the 144 of before do."""
    evening = SUMMER_DAY.replace(hour=20)
    schedule = schedule_of(facts_of_worlds(peaks(1.0), first_hour=20), hours=8, start=evening)
    assert schedule.discharge_mw["peaks battery"].sum() == pytest.approx(129.6)
