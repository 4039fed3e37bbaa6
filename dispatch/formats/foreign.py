"""What a foreign file becomes: a case, the grid of its own that it is asked on, and what a reader should be told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from dispatch.case.case import Case
from dispatch.case.demand_response import REDUCE, Contract
from dispatch.case.facts import GridFacts, StoredYear
from dispatch.case.interchange import VARIANTS
from dispatch.horizon import HOURS_PER_YEAR, beijing, hour_of_year
from dispatch.units import HOURS_PER_DAY

FIRST_HOUR = beijing(datetime(2030, 1, 1))  # noqa: DTZ001 (beijing makes it aware); where a format names no date
LEAST_PEAK_MW = 1.0  # an annual peak is above 0, whatever the load


@dataclass(frozen=True)
class Foreign:
    """A foreign file as a case on a grid of its own; `notes` say where the two formats do not mean quite the same."""

    case: Case
    facts: GridFacts
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Format:
    """A kind of foreign file."""

    name: str
    holds: Callable[[Path], bool]  # told by what is in it, not by its name
    read: Callable[[Path], Foreign]  # or `CaseError` with every flaw


@dataclass(frozen=True)
class Unserved:
    """Load that may be left unserved at a price: a contract, and how much of it there is in each step."""

    name: str
    bus: str
    price_cny_per_mwh: float
    load_mw: np.ndarray  # (T,)

    def contract(self, grid: str) -> Contract:
        """A contract of a grid that cuts the load and is never made good."""
        return Contract(
            name=self.name,
            grid=grid,
            category="unserved load",
            kind=REDUCE,
            capacity_mw=float(self.load_mw.max()),
            first_day="01-01",
            last_day="12-31",
            daily_energy_h=float(HOURS_PER_DAY),
            payback_share=0.0,
            payback_window_h=0.0,
            fee_cny_per_mwh=self.price_cny_per_mwh,
            bus_shares=((self.bus, 1.0),),
        )


def stored_year(
    times: pd.DatetimeIndex, load_mw: np.ndarray, plant_count: int, unserved: Sequence[Unserved] = ()
) -> StoredYear:
    """A year that holds load, (T, buses), and unserved load in the hours of a horizon, and nothing in all others."""
    rows = hour_of_year(times)
    load = np.zeros((HOURS_PER_YEAR, load_mw.shape[1]))
    load[rows] = load_mw
    share = np.zeros((HOURS_PER_YEAR, len(unserved)))
    for k, part in enumerate(unserved):
        share[rows, k] = part.load_mw / part.load_mw.max()
    return StoredYear(
        load_mw=load,
        available_share=np.zeros((HOURS_PER_YEAR, plant_count)),
        net_import_mw=dict.fromkeys(VARIANTS, np.zeros((HOURS_PER_YEAR, 0))),
        contract_share=share,
    )


def load_shares(load_mw: np.ndarray) -> np.ndarray:
    """Share of each bus in all load of a horizon, (buses,), from (T, buses); even where there is none."""
    by_bus = load_mw.sum(axis=0)
    total = by_bus.sum()
    return np.asarray(by_bus / total if total > 0 else np.full(len(by_bus), 1 / len(by_bus)))
