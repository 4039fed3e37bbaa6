"""Other weather years on a case."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from dispatch.case.case import Case, Scales
from dispatch.case.checks import flaws_of
from dispatch.case.facts import GridFacts
from dispatch.errors import CaseError
from dispatch.grid import weather_years
from dispatch.grid.weather_years import facts_of_weather_year, under_weather_year
from dispatch.horizon import BEIJING
from tests.small import one_bus_facts, plant, small_case, unit

LEAP_EVE = datetime(2028, 2, 28, 22, tzinfo=BEIJING)
FEBRUARY_28 = 31 + 27  # days of a year before it
SHARE = np.arange(8760) % 24 / 100  # 0 at midnight, 0.23 at 23


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch) -> GridFacts:
    """One plant of 200 MW, and a year in which it has a hundredth for each hour of the day."""
    monkeypatch.setattr(weather_years, "_drawn", lambda year: pd.DataFrame({"w": SHARE * year, "other": SHARE}))
    return one_bus_facts(unit("unit"), load_mw=100.0, plants=(plant("w", bus="a"),), available_share={"w": 0.5})


def a_case(facts: GridFacts) -> Case:
    case = small_case(facts, start=LEAP_EVE, hours=3)
    return replace(case, name="day", scales=Scales(renewable_share=0.5))


def test_a_plant_has_what_the_year_says_of_its_hour_at_the_scale_of_the_case(facts: GridFacts) -> None:
    """22, 23 and 24 h on 28 February: 0.22, 0.23 and 0 of 100 MW; 29 February takes the weather of the 28th."""
    case = under_weather_year(a_case(facts), facts, 2)
    (forecast,) = case.available_forecasts
    assert (forecast.plant, forecast.available_mw) == ("w", (44.0, 46.0, 0.0))
    assert case.name == "day, weather year 2"
    assert flaws_of(case, facts) == ()


def test_facts_of_another_year_are_the_same_but_for_the_weather(facts: GridFacts) -> None:
    other = facts_of_weather_year(facts, 1)
    assert other.year.available_share[FEBRUARY_28 * 24 + 5, 0] == 0.05
    assert other.year.load_mw is facts.year.load_mw
    assert other.plants is facts.plants


def test_without_pvlib_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weather_years, "find_spec", lambda name: None)
    with pytest.raises(CaseError, match=r"install hebei-dispatch\[profiles\]"):
        weather_years._drawn(9998)


@pytest.mark.parametrize("year", [0, -1, 10_000])
def test_a_number_that_is_no_year_is_refused(facts: GridFacts, year: int) -> None:
    with pytest.raises(CaseError, match="give a number from 1 to 9999"):
        under_weather_year(a_case(facts), facts, year)


def test_a_grid_that_is_not_stored_has_no_weather_years(facts: GridFacts) -> None:
    elsewhere = replace(facts, plants=(replace(facts.plants[0], name="theirs"),))
    with pytest.raises(CaseError, match="theirs is none of their plants"):
        facts_of_weather_year(elsewhere, 1)
