"""The tables of `docs/profiles.md`: what the weather and the forecast errors aim at and what they reach."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dispatch.profiles.forecast_errors import errors_at, summary
from dispatch.profiles.statistics import reached, weather_targets
from dispatch.profiles.tables import GRIDS, Array, sites
from dispatch.profiles.write import weather_shares

BEGIN, END = "<!-- made by python -m dispatch.profiles --page: {} -->", "<!-- end -->"
YEARS = tuple(range(1, 9))  # that the page shows
LEADS_H = (1, 4, 16, 40)


def with_tables(page: str, networks: Path, stored: pd.DataFrame) -> str:
    """A page with its two tables anew; what is written around them stays."""
    places, wanted = sites(networks), weather_targets(networks)
    others = np.array([reached(places, weather_shares(networks, year), wanted) for year in YEARS])
    weather = weather_table(wanted, reached(places, stored, wanted), others)
    return _put(_put(page, "weather", weather), "errors", error_table(networks))


def weather_table(wanted: pd.DataFrame, stored: Array, others: Array) -> str:
    """A row a target; what misses it stands in bold."""
    rows = ["| of | where | statistic | target | allowed | stored year | weather years: least to most | source |"]
    rows.append("|---|---|---|---|---|---|---|---|")
    for k, row in enumerate(wanted.to_dict("records")):
        told = [_number(value, row) for value in (stored[k], others[:, k].min(), others[:, k].max())]
        what = [row["of"], row["where"], str(row["metric"]).replace("_", " ")]
        goal = [f"{row['value']:.4g}", f"±{row['allowed']:.4g}"]
        cells = [*map(str, what), *goal, told[0], f"{told[1]} to {told[2]}", f"{row['confidence']}: {row['source']}"]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def error_table(networks: Path) -> str:
    """A row a grid and kind, of the day-ahead series as it is stored; and how large errors are at other leads."""
    leads = [f"{lead} h ahead" for lead in LEADS_H]
    head = ["grid", "of", "mean absolute", "root mean square", "lag 1 h", "kurtosis", "q 0.95", "q 0.99", *leads]
    rows = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for grid in GRIDS:
        stored = pd.read_csv(networks / grid / "errors_day_ahead.csv", index_col=0)
        by_lead = [summary(errors_at(networks, grid, float(lead)))["rmse"] for lead in LEADS_H]
        for kind, row in summary(stored).iterrows():
            numbers = [*row.to_list(), *(float(size[str(kind)]) for size in by_lead)]
            rows.append(f"| {grid} | {kind} | {' | '.join(f'{number:.3f}' for number in numbers)} |")
    return "\n".join(rows)


def table_of(page: str, name: str) -> str:
    """The table that stands on a page."""
    begin = BEGIN.format(name)
    return page[page.index(begin) + len(begin) : page.index(END, page.index(begin))].strip()


def _put(page: str, name: str, table: str) -> str:
    begin = BEGIN.format(name)
    start = page.index(begin) + len(begin)
    return f"{page[:start]}\n\n{table}\n\n{page[page.index(END, start) :]}"


def _number(value: float, row: Mapping[Hashable, Any]) -> str:
    text = f"{value:.4f}" if str(row["metric"]).startswith(("ramp", "lag_1h")) else f"{value:.3f}"
    return text if abs(value - row["value"]) <= row["allowed"] else f"**{text}**"
