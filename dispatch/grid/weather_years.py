"""Other weather years than the stored one: drawn from their number, and put on a case as forecasts of every plant."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from importlib.util import find_spec

import numpy as np
import pandas as pd

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.renewable import AvailableForecast
from dispatch.errors import CaseError, Flaw
from dispatch.grid.tables import networks_folder
from dispatch.horizon import hour_of_year
from dispatch.profiles.write import weather_shares

FIRST_YEAR, LAST_YEAR = 1, 9999
KEPT_COUNT = 4  # years in memory, 8 MB each
MW_DIGITS = 3


def under_weather_year(case: Case, facts: GridFacts, year: int) -> Case:
    """
    The case with what every plant has available in that year, by month and day, in place of the stored weather.

    The forecasts are part of the case: it says all of itself, and whoever solves it draws nothing. `CaseError` where
    the number is no year, or the grid has plants that the generator does not know.
    """
    shares = _shares(facts, year)[hour_of_year(case.horizon.times)]
    most_mw = np.array([plant.capacity_mw for plant in facts.plants]) * case.scales.renewable_share
    available_mw = np.round(shares * most_mw, MW_DIGITS)
    forecasts = tuple(
        AvailableForecast(plant.name, tuple(map(float, column)))
        for plant, column in zip(facts.plants, available_mw.T, strict=True)
    )
    return replace(case, available_forecasts=forecasts, name=f"{case.name}, weather year {year}".removeprefix(", "))


def facts_of_weather_year(facts: GridFacts, year: int) -> GridFacts:
    """The facts with that year in place of the stored one; `CaseError` as above."""
    return replace(facts, year=replace(facts.year, available_share=_shares(facts, year)))


def _shares(facts: GridFacts, year: int) -> np.ndarray:
    """Available share of capacity, (8760, plants)."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        message = f"{year} is no weather year; give a number from {FIRST_YEAR} to {LAST_YEAR}"
        raise CaseError((Flaw("OUT_OF_RANGE", "weather_year", message),))
    names, drawn = [plant.name for plant in facts.plants], _drawn(year)
    if unknown := [name for name in names if name not in drawn]:
        message = f"is drawn for the stored grids alone, and {unknown[0]} is none of their plants; give --weather FILE"
        raise CaseError((Flaw("UNKNOWN_PLANT", "weather_year", message),))
    return drawn[names].to_numpy()


@lru_cache(maxsize=KEPT_COUNT)
def _drawn(year: int) -> pd.DataFrame:
    if find_spec("pvlib") is None:
        message = "is drawn with pvlib, which is not installed; install hebei-dispatch[profiles]"
        raise CaseError((Flaw("PACKAGE_MISSING", "weather_year", message),))
    return weather_shares(networks_folder(), year)
