from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from dispatch.case.case import Limits
from dispatch.report.figures import figures_of
from dispatch.report.prices import grid_prices, price_table
from dispatch.report.scenario import Scenario, label_of
from dispatch.report.series import hourly_of
from dispatch.run import run
from dispatch.schedule.outcome import PriceReport
from tests.report.solved import solved
from tests.small import GRID, line, small_case, small_facts


@cache
def priced() -> Scenario:
    """Four hours of the triangle with one narrow line, priced."""
    narrow, tie = line("ab", "a", "b", rating_mw=140.0), line("tie", "neighbour", "a")
    facts = small_facts(lines=(narrow, line("bc", "b", "c"), line("ac", "a", "c"), tie))
    case = small_case(facts, hours=4)
    return Scenario(label_of(case), case, facts, run(case, facts, Limits(0.001, 30.0, prices=True)))


def with_prices_at(scenario: Scenario, by_step: list[list[int]]) -> Scenario:
    """The scenario with other prices at its five buses."""
    report = scenario.outcome.prices
    assert report is not None
    assert report.tables is not None
    old = report.tables.price_cny_per_mwh
    tables = replace(report.tables, price_cny_per_mwh=pd.DataFrame(by_step, index=old.index, columns=old.columns))
    return replace(scenario, outcome=replace(scenario.outcome, prices=replace(report, tables=tables)))


def with_split(scenario: Scenario, energy: float, congestion: dict[tuple[str, int], float]) -> Scenario:
    """The scenario with one energy price, and with congestion at these buses and steps."""
    report = scenario.outcome.prices
    assert report is not None
    assert report.tables is not None
    old = report.tables.price_cny_per_mwh
    level = pd.DataFrame(energy, index=old.index, columns=old.columns)
    own = pd.DataFrame(0.0, index=old.index, columns=old.columns)
    for (bus, step), value in congestion.items():
        own.loc[old.index[step], bus] = value
    tables = replace(report.tables, price_cny_per_mwh=level + own, energy_cny_per_mwh=level, congestion_cny_per_mwh=own)
    return replace(scenario, outcome=replace(scenario.outcome, prices=replace(report, tables=tables)))


def test_the_table_has_mean_least_most_and_hours() -> None:
    """
    Load: 200 MW at a, 300 at b, 50 at d. Hour 0: 100, 200 and 300: (20,000 + 60,000 + 15,000) / 550 = 172.7.

    Hours 1 to 3 at 0, -500 and 100 everywhere: the mean of four is (172.7 + 0 - 500 + 100) / 4 = -56.8; two hours at
    nothing or below. The neighbour's bus, at 9,999, is no part of the grid.
    """
    rows = [[100, 200, 150, 300, 9999], *([price] * 5 for price in (0, -500, 100))]
    shown = price_table(with_prices_at(priced(), rows))
    grid, mean, least, most, free, _ = shown.splitlines()[1].split()
    assert (grid, mean, least, most, free) == (GRID, "-56.8", "-500.0", "300.0", "2")


def test_hours_of_congestion_are_those_in_which_something_is_worth_more() -> None:
    scenario = priced()
    report = scenario.outcome.prices
    assert report is not None
    assert report.tables is not None
    load = np.ones((4, 5))
    (own,) = grid_prices(scenario.facts, load, report.tables)
    expected = (report.tables.rating_worth_cny_per_mwh > 0.01).any(axis=1)
    assert own.congested.tolist() == expected.tolist()
    assert expected.any()


def test_why_there_are_no_prices_is_shown_in_their_place() -> None:
    scenario = priced()
    outcome = replace(scenario.outcome, prices=PriceReport(None, (), "the time was over"))
    assert price_table(replace(scenario, outcome=outcome)) == "no prices: the time was over"


@pytest.mark.parametrize(("scenario", "drawn"), [(priced, True), (solved, False)])
def test_the_page_draws_prices_where_there_are_any(scenario: object, drawn: bool) -> None:
    hourly = hourly_of(scenario())  # type: ignore[operator]
    assert hourly is not None
    assert (figures_of(hourly)["prices"][1] is not None) is drawn
