"""The stored heat load of the cities of a grid: how cold it is outdoors, against the coldest hour of the year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dispatch.grid.tables import Tables, shared
from dispatch.horizon import HOURS_PER_YEAR
from dispatch.units import HOURS_PER_DAY

if TYPE_CHECKING:
    import pandas as pd  # half a second, of every start

DAYS_IN_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def heat_shares(tables: Tables) -> np.ndarray:
    """
    Heat load of each city with a heating season as a share of the design heat, (8760, cities).

        share[h]  =  max( 0, Ti - T[h] ) / ( Ti - min T )

    Ti  indoor temperature, T outdoors: the mean of the month at its middle, straight lines between, and the deviation
    of the hour of the day; of the city's station. The design heat is that of the coldest hour.
    """
    outdoors = {str(name): _outdoor_c(rows) for name, rows in shared("heating_temperatures").groupby("station")}
    rules = shared("heating_rules").set_index("rule")["value"]
    indoor = float(rules["indoor"])
    needs = [np.maximum(indoor - outdoors[str(name)], 0.0) for name in tables.sidecar("heating_season")["station"]]
    return np.column_stack([need / need.max() for need in needs])


def _outdoor_c(rows: pd.DataFrame) -> np.ndarray:
    """Temperature outdoors, degrees Celsius, (8760,); through the summer, which has no rows, a straight line."""
    month = rows["month"].to_numpy(dtype=int) - 1
    begins = np.concatenate([[0], np.cumsum(DAYS_IN_MONTH)])
    middle = (begins[month] + begins[month + 1]) / 2 * HOURS_PER_DAY
    hour = np.arange(HOURS_PER_YEAR)
    order = np.argsort(middle)
    mean = np.interp(hour + 0.5, middle[order], rows["temperature_c"].to_numpy()[order], period=HOURS_PER_YEAR)
    deviation = shared("heating_day").sort_values("hour")["deviation_c"].to_numpy(dtype=float)
    return np.asarray(mean + deviation[hour % HOURS_PER_DAY])
