"""Response contracts and virtual power plants of a stored grid, read from its tables."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dispatch.case.demand_response import Aggregator, Contract
from dispatch.case.network import Bus
from dispatch.case.thermal import HeatingSeason
from dispatch.grid.tables import Tables

if TYPE_CHECKING:
    import pandas as pd  # half a second, of every start

HOURS_PER_DAY = 24


def contracts(table: Tables, buses: tuple[Bus, ...]) -> tuple[Contract, ...]:
    """Every contract of a grid; a term whose cell is empty is none."""
    peak, heating = peak_mw(table), seasons(table)[0]
    days = {"all": ("01-01", "12-31"), "summer": ("06-01", "08-31")}
    days["heating"] = (heating.first_day, heating.last_day)
    return tuple(
        _contract(row, days[row["season"]], float(row["capacity_share_of_peak"]) * peak, table.grid, buses)
        for _, row in table.sidecar("response_contracts").iterrows()
    )


def _contract(
    row: pd.Series, season: tuple[str, str], capacity_mw: float, grid: str, buses: tuple[Bus, ...]
) -> Contract:
    """A row with a least length of an event is called in events; of the others only the energy of a day counts."""
    import pandas as pd

    is_called, backlog_h = not pd.isna(row["min_event_h"]), _number(row["backlog_h"])
    deadline = _number(row["repaid_by_h"])
    return Contract(
        name=row["contract"],
        grid=row["grid"],
        category=row["category"],
        kind=row["kind"],
        capacity_mw=capacity_mw,
        first_day=season[0],
        last_day=season[1],
        daily_energy_h=min(HOURS_PER_DAY, float(row["duration_h"] * row["calls_per_day"])),
        payback_share=float(row["payback_share"]),
        payback_window_h=float(row["payback_window_h"]),
        fee_cny_per_mwh=float(row["fee_cny_per_mwh"]),
        bus_shares=_sites(row["sites"], grid, buses),
        notice_h=_number(row["notice_h"]) or 0.0,
        least_call_share=_number(row["least_call_share"]) or 0.0,
        min_event_h=_number(row["min_event_h"]) or 0.0,
        max_event_h=float(row["duration_h"]) if is_called else None,
        min_rest_h=_number(row["min_rest_h"]) or 0.0,
        calls_per_day_count=int(row["calls_per_day"]) if is_called else None,
        calls_per_season_count=None if pd.isna(row["calls_per_season"]) else int(row["calls_per_season"]),
        call_fee_cny=_number(row["call_fee_cny"]) or 0.0,
        season_energy_h=_number(row["season_energy_h"]),
        advance_window_h=_number(row["advance_window_h"]),
        repaid_by_h=None if deadline is None else int(deadline),
        backlog_mwh=None if backlog_h is None else backlog_h * capacity_mw,
        fill_hours_h=_hours(row["fill_hours"]),
        aggregator="" if pd.isna(row["aggregator"]) else str(row["aggregator"]),
    )


def aggregators(table: Tables) -> tuple[Aggregator, ...]:
    """Virtual power plants of a grid; a grid may have none."""
    rows = table.optional("aggregators")
    return tuple(Aggregator(r["aggregator"], r["grid"], float(r["capacity_mw"])) for _, r in rows.iterrows())


def seasons(table: Tables) -> tuple[HeatingSeason, ...]:
    """Heating seasons by city."""
    rows = table.sidecar("heating_season")
    return tuple(HeatingSeason(r["city"], r["first_day"], r["last_day"]) for _, r in rows.iterrows())


def peak_mw(table: Tables) -> float:
    """The annual peak of a grid."""
    return float(table.sidecar("annual_peak")["peak_mw"].iloc[0])


def _number(cell: float) -> float | None:
    """A cell as a number, or None where it is empty."""
    return None if math.isnan(cell) else float(cell)


def _hours(cell: object) -> tuple[tuple[int, int], ...]:
    """Hours of the day as in "0-8;10-16"; none where the cell is empty."""
    spans = [part.split("-") for part in cell.split(";")] if isinstance(cell, str) else []
    return tuple((int(begin), int(end)) for begin, end in spans)


def _sites(sites: str, grid: str, buses: tuple[Bus, ...]) -> tuple[tuple[str, float], ...]:
    """Shares of a contract at the loads of its cities, in proportion to these loads."""
    cities = None if sites == "all" else set(sites.split(";"))
    here = [b for b in buses if b.grid == grid and b.load_share > 0 and (cities is None or b.city in cities)]
    total = sum(bus.load_share for bus in here)
    return tuple((bus.name, bus.load_share / total) for bus in here)
