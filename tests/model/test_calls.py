"""
Contracts that are called in events, each in a world of its own, six summer hours from 21:00 to 03:00.

Everywhere 100 MW cost 200 CNY/MWh and what is above costs 1 000. A contract has 20 MW, a fee of 450 CNY/MWh and
gives nothing back unless said; a call delivers 2 MW at least. A MWh cut above 100 MW gains 550 CNY, one below
loses 250.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from dispatch.case.demand_response import (
    DAY_PEAK,
    FILL,
    HANDED_OVER,
    REDUCE,
    SHIFT,
    Aggregator,
    Contract,
    ContractState,
    Parcel,
    ResponseTerms,
)
from dispatch.schedule.outcome import Outcome
from dispatch.schedule.schedule import Schedule
from tests.answers import outcome_of
from tests.model.worlds import World, facts_of_worlds, free_unit, of_world
from tests.small import SUMMER_DAY, contract, plant

PRICES = (free_unit("cheap", 200.0, 100.0), free_unit("dear", 1_000.0))
EVENING = SUMMER_DAY + timedelta(hours=21)
SHARE = 0.1  # of an annual peak of 600 MW: 60 MW, never in the way


def called(**terms: Any) -> tuple[Contract, ...]:
    """A contract that is called, one hour at least."""
    base: dict[str, Any] = {"fee_cny_per_mwh": 450.0, "payback_share": 0.0, "least_call_share": 0.1, "min_event_h": 1.0}
    return (contract("c", REDUCE, **{**base, "daily_energy_h": 24.0, **terms}),)


def free(kind: str = REDUCE, **terms: Any) -> tuple[Contract, ...]:
    """A contract whose terms speak of no calls."""
    return (contract("c", kind, fee_cny_per_mwh=450.0, **terms),)


def world(name: str, load_mw: tuple[float, ...], contracts: tuple[Contract, ...], **parts: Any) -> World:
    return World(name, load_mw, PRICES, contracts=contracts, **parts)


HIGH, TWICE = (130, 130, 130, 130, 130, 130), (130, 90, 130, 90, 80, 80)
VALLEY: dict[str, Any] = {"plants": (plant("wind", capacity_mw=90.0),)}
WORLDS = (
    world("notice", HIGH, free(payback_share=0.0, daily_energy_h=24.0, notice_h=2.0)),
    world("told", HIGH, free(payback_share=0.0, daily_energy_h=24.0, notice_h=2.0)),
    world("late", HIGH, called(notice_h=2.0)),
    world("once", TWICE, called(calls_per_day_count=1)),
    world("short", TWICE, called(calls_per_day_count=1, max_event_h=2.0)),
    world("long", (90, 130, 101, 80, 80, 80), called(min_event_h=2.0)),
    world("rest", (130, 90, 130, 130, 90, 90), called(min_rest_h=2.0, max_event_h=1.0)),
    world("season", TWICE, called(calls_per_season_count=3, max_event_h=1.0)),
    world("today", HIGH, called(calls_per_day_count=1, max_event_h=2.0)),
    world("dear call", (90, 130, 90, 80, 80, 80), called(call_fee_cny=11_001.0)),
    world("fair call", (90, 130, 90, 80, 80, 80), called(call_fee_cny=10_999.0)),
    world("running", (80,), called(min_event_h=3.0)),
    world("ending", HIGH, called(max_event_h=3.0, calls_per_day_count=1)),
    world("budget", HIGH, called(season_energy_h=1.0)),
    world("hours", (30,), free(FILL, fill_hours_h=((0, 2),)), **VALLEY),
    world("in time", (130, 100, 80, 80, 80, 80), free(SHIFT, payback_window_h=5.0, repaid_by_h=24)),
    world("too late", (130, 100, 80, 80, 80, 80), free(SHIFT, payback_window_h=5.0, repaid_by_h=23)),
    world("backlog", (130, 100, 80, 80, 80, 80), free(SHIFT, backlog_mwh=5.0)),
    world("ahead", (80, 80, 80, 80, 100, 130), free(SHIFT, payback_window_h=1.0, advance_window_h=2.0)),
    world("behind", (80, 80, 80, 80, 100, 130), free(SHIFT, payback_window_h=2.0, advance_window_h=0.0)),
    world("debt", (90, 80, 70, 60, 60, 60), free(SHIFT)),
    world("credit", (80, 80, 130, 80, 80, 80), free(SHIFT)),
    World(
        "plant",
        (130, 80, 80, 80, 80, 80),
        PRICES,
        contracts=tuple(replace(free(payback_share=0.0)[0], name=name, aggregator="vpp") for name in ("one", "two")),
    ),
)
STATES = (
    ContractState("told c", told_h=2.0),
    ContractState("season c", calls_season_count=2),
    ContractState("today c", calls_today_count=1),
    ContractState("running c", event_h=1.0),
    ContractState("ending c", event_h=1.0, calls_today_count=1),
    ContractState("budget c", moved_season_mwh=10.0),
    ContractState("debt c", owed=(Parcel(4.0, 1.0), Parcel(6.0, 2.0))),
    ContractState("credit c", saved=(Parcel(10.0, 3.0),)),
)


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    facts = replace(facts_of_worlds(*WORLDS, first_hour=21), aggregators=(Aggregator("vpp", "plant", 15.0),))
    return outcome_of(facts, hours=6, start=EVENING, response_share=SHARE, contracts=STATES)


@pytest.fixture(scope="module")
def schedule(outcome: Outcome) -> Schedule:
    assert outcome.schedule is not None, outcome.reason
    return outcome.schedule


def hours(table: pd.DataFrame, name: str) -> list[float]:
    """One contract, step by step, without the noise of the solver."""
    return [round(float(value), 5) + 0.0 for value in table[name]]


def test_nothing_new_begins_before_the_notice_is_served(schedule: Schedule) -> None:
    """Two hours of notice from the first step on: 30 MW are bought dear in hours 0 and 1."""
    assert hours(schedule.cut_mw, "notice c") == [0, 0, 20, 20, 20, 20]
    assert hours(schedule.cut_mw, "late c") == [0, 0, 20, 20, 20, 20]
    assert hours(schedule.called, "late c") == [0, 0, 1, 1, 1, 1]


def test_notice_given_before_the_first_step_is_served_then(schedule: Schedule) -> None:
    assert hours(schedule.cut_mw, "told c") == [20] * 6


def test_one_call_a_day_bridges_the_hour_between_two_peaks(schedule: Schedule, outcome: Outcome) -> None:
    """Hours 0 and 2 gain 11,000 each; hour 1 between them loses 2 MW x 250 = 500. Midnight is after hour 2."""
    assert hours(schedule.cut_mw, "once c") == [20, 2, 20, 0, 0, 0]
    assert hours(schedule.call_started, "once c") == [1, 0, 0, 0, 0, 0]
    assert of_world(outcome.metrics, "once").response_call_count == 1


def test_an_event_of_two_hours_at_most_reaches_one_of_the_peaks(schedule: Schedule) -> None:
    assert sum(hours(schedule.cut_mw, "short c")) == 20


def test_an_event_of_two_hours_at_least_goes_on_where_that_costs_least(schedule: Schedule) -> None:
    """After the peak in hour 1: 2 MW from 101 gain 1 x 1,000 + 1 x 200 - 2 x 450 = 300; before it they lose 500."""
    assert hours(schedule.cut_mw, "long c") == [0, 20, 2, 0, 0, 0]


def test_two_hours_of_rest_lie_between_events(schedule: Schedule) -> None:
    """Events of one hour in 0 and 3; a start in 2 would leave out both. 22,000 against 11,000."""
    assert hours(schedule.cut_mw, "rest c") == [20, 0, 0, 20, 0, 0]


def test_the_last_call_of_a_season_is_the_last(schedule: Schedule) -> None:
    """Two of three were used before: one of the two peaks is left."""
    assert sum(hours(schedule.cut_mw, "season c")) == 20
    assert sum(hours(schedule.call_started, "season c")) == 1


def test_the_call_of_today_was_used_and_the_next_is_tomorrow(schedule: Schedule) -> None:
    """Nothing before midnight; then one event of two hours."""
    cut = hours(schedule.cut_mw, "today c")
    assert (sum(cut[:3]), sum(cut[3:])) == (0, 40)


def test_a_call_is_made_where_it_gains_more_than_its_fee(schedule: Schedule, outcome: Outcome) -> None:
    """Hour 1 gains 20 x 550 = 11,000: more than a fee of 10,999, less than one of 11,001."""
    assert hours(schedule.cut_mw, "dear call c") == [0] * 6
    assert hours(schedule.cut_mw, "fair call c") == [0, 20, 0, 0, 0, 0]
    cost = of_world(outcome.metrics, "fair call").cost
    assert (cost.response_cny, cost.call_cny) == pytest.approx((9_000, 10_999))


def test_an_event_of_before_goes_on_to_its_least_length(schedule: Schedule) -> None:
    """One hour of three had passed: two hours more at 2 MW, though nothing is gained."""
    assert hours(schedule.cut_mw, "running c") == [2, 2, 0, 0, 0, 0]
    assert hours(schedule.call_started, "running c") == [0] * 6


def test_an_event_of_before_ends_at_its_greatest_length(schedule: Schedule) -> None:
    """One hour of three had passed; the call of the day was it. The next is tomorrow's: hours 3 to 5."""
    assert hours(schedule.cut_mw, "ending c") == [20, 20, 0, 20, 20, 20]


def test_a_season_has_so_much_energy(schedule: Schedule) -> None:
    """20 MWh, 10 of them used before: 10 are left, in at least one call."""
    assert sum(hours(schedule.cut_mw, "budget c")) == pytest.approx(10)


def test_a_valley_is_filled_in_its_hours_alone(schedule: Schedule) -> None:
    """60 MW of wind to spare throughout; it may fill from 0 to 2 o'clock, which are hours 3 and 4."""
    assert hours(schedule.filled_mw, "hours c") == [0, 0, 0, 20, 20, 0]


def test_what_is_delayed_is_repaid_by_the_hour_of_the_deadline(schedule: Schedule) -> None:
    """Hour 1 is full, hour 2 ends at midnight and has room: 20 MWh by 24 o'clock, nothing by 23."""
    assert hours(schedule.delayed_mw, "in time c") == [20, 0, 0, 0, 0, 0]
    assert hours(schedule.repaid_mw, "in time c") == [0, 0, 20, 0, 0, 0]
    assert hours(schedule.delayed_mw, "too late c") == [0] * 6


def test_no_more_is_owed_than_the_backlog_cap(schedule: Schedule) -> None:
    assert hours(schedule.delayed_mw, "backlog c") == [5, 0, 0, 0, 0, 0]


def test_windows_ahead_and_behind_are_each_of_their_own(schedule: Schedule) -> None:
    """Hour 4 is full, so that 20 MW for hour 5 are taken in hour 3: two hours ahead, or not at all."""
    assert hours(schedule.advanced_mw, "ahead c") == [0, 0, 0, 20, 0, 0]
    assert hours(schedule.advanced_mw, "behind c") == hours(schedule.spared_mw, "behind c") == [0] * 6


def test_what_was_owed_before_is_repaid_in_time(schedule: Schedule) -> None:
    """4 MWh are due within the first hour, 6 more within the second; every MWh costs 200 in any hour."""
    repaid = hours(schedule.repaid_mw, "debt c")
    assert repaid[0] >= 4
    assert sum(repaid[:2]) == pytest.approx(10)
    assert sum(repaid) == pytest.approx(10)


def test_what_was_saved_before_is_spared_where_it_is_dearest(schedule: Schedule) -> None:
    """10 MWh within three hours: hour 2 lacks 30 MW. The other 10 MW cut there are taken early or repaid later."""
    assert hours(schedule.spared_mw, "credit c")[:2] == [0, 0]
    assert hours(schedule.cut_mw, "credit c") == [0, 0, 20, 0, 0, 0]
    assert sum(hours(schedule.extra_mw, "credit c")) == pytest.approx(10)


def test_a_virtual_power_plant_has_a_capacity_of_its_own(schedule: Schedule, outcome: Outcome) -> None:
    """Two contracts of 20 MW would cut 30 of 130 MW; their aggregator may 15."""
    assert schedule.cut_mw["plant one"].iloc[0] + schedule.cut_mw["plant two"].iloc[0] == pytest.approx(15)
    (vpp,) = of_world(outcome.metrics, "plant").aggregators
    assert vpp.aggregator == "vpp"
    assert (vpp.cut_mwh, vpp.fee_cny) == pytest.approx((15, 15 * 450))


def test_a_debt_is_handed_over_where_the_peak_is_worth_its_price() -> None:
    """
    20 MW cut in the last hour save 20,000 for 9,000 in fees and leave 10 MWh owed. The dearest MWh costs 1,000, so that
    handing them over costs 10,000: 1,000 are gained. At 1,200 a MWh 1,000 would be lost. The next case takes the
    state as it is and repays the 10 MWh within the three hours of its window.
    """
    facts = facts_of_worlds(world("last", (80, 80, 80, 80, 80, 130), free()), first_hour=21)
    handed = ResponseTerms(backlog=HANDED_OVER)
    first = outcome_of(facts, hours=6, start=EVENING, response_share=SHARE, response=handed)
    assert first.schedule is not None
    assert first.metrics is not None
    assert hours(first.schedule.delayed_mw, "last c") == [0, 0, 0, 0, 0, 20]
    assert first.metrics.total.penalty.backlog_cny == pytest.approx(10_000)
    (state,) = first.metrics.contract_states
    (owed,) = state.owed
    assert (owed.energy_mwh, owed.left_h) == pytest.approx((10, 3))
    assert (state.moved_today_mwh, state.calls_today_count) == pytest.approx((20, 0))

    dear = outcome_of(
        facts, hours=6, start=EVENING, response_share=SHARE, response=replace(handed, owed_cny_per_mwh=1_200)
    )
    assert dear.schedule is not None
    assert hours(dear.schedule.delayed_mw, "last c") == [0] * 6

    next_day = EVENING + timedelta(hours=6)
    second = outcome_of(facts, hours=6, start=next_day, response_share=SHARE, contracts=(state,))
    assert second.schedule is not None
    assert sum(hours(second.schedule.repaid_mw, "last c")[:3]) == pytest.approx(10)


def test_the_share_is_of_the_highest_load_of_each_day_where_the_case_says_so() -> None:
    """10 % of 130 MW before midnight, of 120 MW after it; 20 MW by the annual peak of 600 MW."""
    facts = facts_of_worlds(world("day", (130, 90, 90, 120, 90, 90), free(payback_share=0.0)), first_hour=21)
    for basis, cut in ((ResponseTerms(), [20, 20]), (ResponseTerms(cap_basis=DAY_PEAK), [13, 12])):
        outcome = outcome_of(facts, hours=6, start=EVENING, response_share=SHARE, response=basis)
        assert outcome.schedule is not None
        found = hours(outcome.schedule.cut_mw, "day c")
        assert [found[0], found[3]] == cut
