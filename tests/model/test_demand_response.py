"""
Contracts, each in a world of its own, six summer hours from 21:00 to 03:00.

Everywhere 100 MW cost 200 CNY/MWh and what is above costs 1 000. A contract has 20 MW, two hours a day and a fee of 450
CNY/MWh: worth its while where load stands above 100 MW and comes back below it, and only if moved once.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dispatch.case.demand_response import FILL, REDUCE, SHIFT, Contract
from dispatch.schedule.outcome import Outcome
from dispatch.schedule.schedule import Schedule
from tests.answers import outcome_of, schedule_of
from tests.model.worlds import World, facts_of_worlds, free_unit, of_world
from tests.small import SUMMER_DAY, bus, contract, line, one_bus_facts, plant

PRICES = (free_unit("cheap", 200.0, 100.0), free_unit("dear", 1_000.0))
EVENING = SUMMER_DAY + timedelta(hours=21)
FREE = {"payback_share": 0.0}  # what is cut never comes back


def priced(name: str, kind: str, **changes: Any) -> Contract:
    """A contract with that fee."""
    return contract(name, kind, fee_cny_per_mwh=450.0, **changes)


WORLDS = (
    World("near", (90, 130, 90, 80, 80, 80), PRICES, contracts=(priced("c", REDUCE, payback_window_h=1.0),)),
    World("far", (90, 130, 100, 90, 80, 80), PRICES, contracts=(priced("c", REDUCE, payback_window_h=2.0),)),
    World("last", (80, 80, 80, 80, 80, 130), PRICES, contracts=(priced("c", REDUCE),)),
    World("delay", (130, 100, 80, 80, 80, 80), PRICES, contracts=(priced("c", SHIFT, payback_window_h=2.0),)),
    World("early", (80, 80, 80, 80, 100, 130), PRICES, contracts=(priced("c", SHIFT, payback_window_h=2.0),)),
    World("late", (80, 80, 80, 80, 100, 130), PRICES, contracts=(priced("c", SHIFT, payback_window_h=1.0),)),
    World(
        "midnight", (90, 130, 130, 130, 130, 90), PRICES, contracts=(priced("c", REDUCE, daily_energy_h=1.0, **FREE),)
    ),
    World("winter", (130,), PRICES, contracts=(priced("c", REDUCE, first_day="11-15", last_day="03-15", **FREE),)),
    World(
        "capped",
        (130, 130, 80, 80, 80, 80),
        PRICES,
        contracts=(priced("one", REDUCE, **FREE), priced("two", REDUCE, **FREE)),
        annual_peak_mw=150.0,
    ),
    World(
        "valley",
        (30,),
        PRICES,
        plants=(plant("wind", capacity_mw=90.0),),
        contracts=(priced("f", FILL), priced("g", FILL), priced("r", REDUCE), priced("s", SHIFT)),
        annual_peak_mw=150.0,
    ),
)
SHARE = 0.1  # of an annual peak of 600 MW: 60 MW, never in the way; of 150 MW: 15 MW


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    facts = facts_of_worlds(*WORLDS, first_hour=21)
    return outcome_of(facts, hours=6, start=EVENING, response_share=SHARE)


@pytest.fixture(scope="module")
def schedule(outcome: Outcome) -> Schedule:
    assert outcome.schedule is not None, outcome.reason
    return outcome.schedule


def hours(table: pd.DataFrame, name: str) -> list[float]:
    """One contract, step by step, without the noise of the solver."""
    return [round(float(value), 5) + 0.0 for value in table[name]]


def test_half_of_a_cut_comes_back_in_the_next_hour_where_the_window_is_one_hour(schedule: Schedule) -> None:
    """Hour 1 is 30 MW above 100: 20 are cut. Half of it returns in hour 2, which has room for 10 MW."""
    assert hours(schedule.delayed_mw, "near c") == [0, 20, 0, 0, 0, 0]
    assert hours(schedule.repaid_mw, "near c") == [0, 0, 10, 0, 0, 0]
    assert hours(schedule.output_mw, "near dear") == [0, 10, 0, 0, 0, 0]


def test_a_window_of_two_hours_reaches_the_room_of_the_second(schedule: Schedule) -> None:
    """Hour 2 is full; hour 3 has room for the 10 MW. Hour 4 has more but lies beyond the window."""
    assert hours(schedule.delayed_mw, "far c") == [0, 20, 0, 0, 0, 0]
    assert hours(schedule.repaid_mw, "far c") == [0, 0, 0, 10, 0, 0]


def test_in_the_last_hour_nothing_is_cut_that_would_have_to_come_back(schedule: Schedule) -> None:
    """Payback lies inside the horizon, and after hour 5 there is none: 30 MW are bought dear."""
    assert hours(schedule.delayed_mw, "last c") == [0] * 6
    assert hours(schedule.repaid_mw, "last c") == [0] * 6
    assert hours(schedule.output_mw, "last dear") == [0, 0, 0, 0, 0, 30]


def test_a_shift_delays_all_it_takes_to_the_room_within_its_window(schedule: Schedule) -> None:
    """Hour 0 lacks 30 MW: 20 move to hour 2, all of it; hour 1 is full."""
    assert hours(schedule.delayed_mw, "delay c") == [20, 0, 0, 0, 0, 0]
    assert hours(schedule.repaid_mw, "delay c") == [0, 0, 20, 0, 0, 0]
    assert hours(schedule.advanced_mw, "delay c") == [0] * 6


def test_a_shift_takes_early_what_it_spares_in_the_last_hour(schedule: Schedule) -> None:
    """Hour 5 lacks 30 MW and nothing can be delayed past it; 20 MW are taken in hour 3, two hours before."""
    assert hours(schedule.advanced_mw, "early c") == [0, 0, 0, 20, 0, 0]
    assert hours(schedule.spared_mw, "early c") == [0, 0, 0, 0, 0, 20]
    assert hours(schedule.delayed_mw, "early c") == [0] * 6


def test_nothing_is_taken_earlier_than_the_window_allows(schedule: Schedule) -> None:
    """The window of one hour reaches hour 4 alone, which is full; twice moved, to hour 3, is 900 in fees for 800."""
    assert hours(schedule.advanced_mw, "late c") == [0] * 6
    assert hours(schedule.spared_mw, "late c") == [0] * 6


def test_the_energy_of_a_day_is_counted_from_midnight_to_midnight_in_beijing(schedule: Schedule) -> None:
    """One hour at 20 MW a day: 20 MWh in hours 22 and 23 together, 20 MWh more in hours 0 and 1."""
    cut = schedule.cut_mw["midnight c"]
    assert cut.iloc[1:3].sum() == pytest.approx(20.0)
    assert cut.iloc[3:5].sum() == pytest.approx(20.0)


def test_a_contract_out_of_season_gives_nothing(schedule: Schedule, outcome: Outcome) -> None:
    """30 MW are missing in every hour of July; the contract runs from November to March."""
    assert hours(schedule.cut_mw, "winter c") == [0] * 6
    assert of_world(outcome.metrics, "winter").response_reach_mw == 0.0


def test_the_cap_on_cuts_is_a_share_of_the_annual_peak_over_all_contracts(schedule: Schedule) -> None:
    """Two contracts of 20 MW would cut 30 of 130 MW; 10 % of 150 MW leave them 15 together."""
    assert (schedule.cut_mw["capped one"] + schedule.cut_mw["capped two"]).tolist()[:2] == pytest.approx([15, 15])


def test_the_cap_on_extra_load_is_the_same(schedule: Schedule, outcome: Outcome) -> None:
    """
    90 MW of wind on 30 MW of load: 60 to spare in all six hours. Two fillings of 20 MW may take 15 MW together, and
    each two hours at 20 MW a day: 40 MWh before midnight (3 * 15 = 45 MWh are allowed), 40 after: 90 MWh by the cap.
    """
    filled = schedule.filled_mw[["valley f", "valley g"]].sum(axis=1)
    assert filled.tolist() == pytest.approx([15.0] * 6)
    member = of_world(outcome.metrics, "valley")
    assert member.response_extra_mwh == pytest.approx(90.0)
    assert member.curtailed_mwh == pytest.approx(6 * 60 - 90)
    assert member.response_cap_mw == pytest.approx(15.0)


def test_only_a_filling_contract_adds_load_that_is_never_given_back(schedule: Schedule) -> None:
    """A cut or a shift has no use in a surplus that lasts: what it adds is missing elsewhere in the same surplus."""
    assert hours(schedule.filled_mw, "valley r") == hours(schedule.filled_mw, "valley s") == [0] * 6
    assert hours(schedule.extra_mw, "valley r") == hours(schedule.cut_mw, "valley f") == [0] * 6
    shift = schedule.extra_mw["valley s"].sum() - schedule.cut_mw["valley s"].sum()
    assert shift == pytest.approx(0.0, abs=1e-6)


def test_response_reaches_the_buses_of_its_consumers_in_their_shares() -> None:
    """130 MW at b come over the line from a. 20 MW are cut, 15 of them at b: 115 MW flow, 110 are made."""
    facts = one_bus_facts(
        *PRICES,
        load_mw=0.0,
        buses=(bus("a"), bus("b", load_share=1.0)),
        lines=(line("ab", "a", "b"),),
        contracts=(priced("c", REDUCE, bus_shares=(("a", 0.25), ("b", 0.75)), **FREE),),
    )
    loaded = replace(facts, year=replace(facts.year, load_mw=facts.year.load_mw + np.array([0.0, 130.0])))
    schedule = schedule_of(loaded, hours=1, start=SUMMER_DAY, response_share=SHARE)
    assert schedule.cut_mw["c"].iloc[0] == pytest.approx(20.0)
    assert schedule.flow_mw["ab"].iloc[0] == pytest.approx(130 - 15)
    assert schedule.output_mw.iloc[0].sum() == pytest.approx(110.0)
