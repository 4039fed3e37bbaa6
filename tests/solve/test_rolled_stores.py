"""Cycles of a day and least powers hold where windows roll over them."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from dispatch.case.case import Limits
from dispatch.run import run
from dispatch.schedule.outcome import Outcome, Status
from tests.model.worlds import free_unit
from tests.small import SUMMER_DAY, one_bus_facts, small_case, store

PEAKS = (3, 5, 20, 22)  # o'clock, each day: 40 MW beyond what is cheap, and 40 MW of cheap room in every other hour


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """Three days from 6 o'clock in windows of 24 + 12 h; 80 MWh of usable room, a cycle a day, from 16 and 12 MW on."""
    air = store("air", bus="a", daily_cycle_count=1.0, charge_min_mw=16.0, discharge_min_mw=12.0)
    facts = one_bus_facts(
        free_unit("cheap", 200.0, 100.0),
        free_unit("dear", 1_000.0),
        load_mw=[140.0 if hour in PEAKS else 60.0 for hour in range(24)],
        stores=(air,),
    )
    case = small_case(facts, hours=72, start=SUMMER_DAY + timedelta(hours=6))
    return run(case, facts, Limits(gap_share=1e-3, time_s=120.0))


def test_every_window_has_a_way_on(outcome: Outcome) -> None:
    assert outcome.status in (Status.OPTIMAL, Status.FEASIBLE)
    assert outcome.certificate is not None
    assert sum(step.startswith("steps ") for step in outcome.certificate.steps) == 3


def test_each_calendar_day_has_its_cycle_and_no_more(outcome: Outcome) -> None:
    """
    80 MWh out of the store are 72 MWh at the bus; two peaks of the first day are left.

    Two begin the last: full, 40 MW at 3, 100 - 44.4 + 36 = 91.6 MWh after 4, down to 60 at 5: 40 + 28.4.
    """
    assert outcome.schedule is not None
    given = outcome.schedule.discharge_mw["air"]
    by_day = given.groupby(pd.DatetimeIndex(given.index).normalize()).sum()
    assert by_day.tolist() == pytest.approx([72, 72, 72, 68.4])


def test_it_runs_above_its_least_power_or_not_at_all(outcome: Outcome) -> None:
    assert outcome.schedule is not None
    for table, least_mw in ((outcome.schedule.charge_mw, 16.0), (outcome.schedule.discharge_mw, 12.0)):
        running = table["air"][table["air"] > 1e-3]
        assert len(running)
        assert running.min() >= least_mw - 1e-3
