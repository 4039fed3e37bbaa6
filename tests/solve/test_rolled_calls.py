"""Budgets of a day and of a season hold where windows roll over them."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from dispatch.case.case import Limits
from dispatch.case.demand_response import REDUCE, ContractState
from dispatch.run import run
from dispatch.schedule.outcome import Outcome, Status
from tests.model.worlds import free_unit
from tests.small import SUMMER_DAY, contract, one_bus_facts, small_case

PEAKS = (3, 4, 5, 20)  # o'clock, each day: 30 MW beyond what is cheap
BEGIN_H = 6


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """
    Three days from 6 o'clock in windows of 24 + 12 h, so that every calendar day is cut by the edge of a window.

    One contract has 2 h a day, one three calls of one hour in a season, of which one was made before, one 3 h a
    season. A MWh cut in a peak gains 1,000 - 450.
    """
    terms = {"payback_share": 0.0, "fee_cny_per_mwh": 450.0, "bus_shares": (("a", 1.0),), "capacity_mw": 5.0}
    called = {"least_call_share": 0.2, "min_event_h": 1.0, "max_event_h": 1.0, "daily_energy_h": 24.0}
    facts = one_bus_facts(
        free_unit("cheap", 200.0, 100.0),
        free_unit("dear", 1_000.0),
        load_mw=[130.0 if hour in PEAKS else 80.0 for hour in range(24)],
        contracts=(
            contract("daily", REDUCE, **terms, daily_energy_h=2.0),
            contract("season", REDUCE, **terms, **called, calls_per_season_count=3),
            contract("a day", REDUCE, **terms, **called, calls_per_day_count=1),
            contract("energy", REDUCE, **terms, daily_energy_h=24.0, season_energy_h=3.0),
        ),
    )
    case = small_case(
        facts,
        hours=72,
        start=SUMMER_DAY + timedelta(hours=BEGIN_H),
        response_share=0.1,
        contracts=(ContractState("season", calls_season_count=1),),
    )
    return run(case, facts, Limits(gap_share=0.05, time_s=120.0))


def test_no_window_spends_what_a_later_one_must_answer_for(outcome: Outcome) -> None:
    """Three windows, each with a way on: else the horizon is solved undivided, and its steps say so."""
    assert outcome.status in (Status.OPTIMAL, Status.FEASIBLE)
    assert outcome.certificate is not None
    assert sum(step.startswith("steps ") for step in outcome.certificate.steps) == 3
    assert not any("rounding" in step for step in outcome.certificate.steps)


def test_the_energy_of_each_calendar_day_is_kept(outcome: Outcome) -> None:
    """2 h x 5 MW in each whole day; from 6 o'clock on one peak is left of the first, three begin the last."""
    assert outcome.schedule is not None
    cut = outcome.schedule.cut_mw["daily"]
    by_day = cut.groupby(pd.DatetimeIndex(cut.index).normalize()).sum().tolist()
    assert by_day == pytest.approx([5, 10, 10, 10])


def test_the_calls_of_a_day_and_of_a_season_are_kept(outcome: Outcome) -> None:
    """Four days are touched and each has a peak; two of the season's three calls were left."""
    assert outcome.schedule is not None
    started = outcome.schedule.call_started
    assert started["a day"].groupby(pd.DatetimeIndex(started.index).normalize()).sum().tolist() == [1, 1, 1, 1]
    assert started["season"].sum() == 2


def test_the_energy_of_a_season_is_kept(outcome: Outcome) -> None:
    assert outcome.schedule is not None
    assert outcome.schedule.cut_mw["energy"].sum() == pytest.approx(15)
