"""What is known of a grid in an edition, frozen: the same for every case of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dispatch.case.connection import Connection
from dispatch.case.demand_response import Aggregator, Contract
from dispatch.case.interchange import Interface
from dispatch.case.network import Bus, Line, Link, Section
from dispatch.case.pumped_hydro import PumpGroup
from dispatch.case.renewable import RenewablePlant
from dispatch.case.storage import Store
from dispatch.case.thermal import HeatingSeason, RunningMinimum, ThermalUnit


@dataclass(frozen=True)
class ReserveRule:
    """
    Reserve of a grid: the larger of the largest unit on (up only) and shares of load, wind and sun.

    A case may ask for MW in place of the shares.
    """

    grid: str
    load_share: float
    renewable_share: float
    shortfall_cny_per_mwh: float
    largest_unit: bool = True  # the largest unit on counts
    within_ramp: bool = False  # a unit's reserve up and its rise together stay within its ramp of the step
    hard: bool = False  # nothing may be short, at any price


@dataclass(frozen=True)
class StoredYear:
    """Stored series of 8,760 hours; columns follow `GridFacts.buses`, `.plants` and `.interfaces`."""

    load_mw: np.ndarray  # (8760, buses)
    available_share: np.ndarray  # (8760, plants), of capacity
    net_import_mw: Mapping[str, np.ndarray]  # by variant, (8760, interfaces), negative: export


@dataclass(frozen=True)
class GridFacts:
    """One grid ("hebei_south", "jibei") or both joined ("hebei"), in one edition."""

    grid: str
    edition: int
    members: tuple[str, ...]  # the grids inside: one name, or both
    buses: tuple[Bus, ...]
    lines: tuple[Line, ...]
    links: tuple[Link, ...]
    units: tuple[ThermalUnit, ...]
    plants: tuple[RenewablePlant, ...]
    stores: tuple[Store, ...]
    contracts: tuple[Contract, ...]
    interfaces: tuple[Interface, ...]
    heating_seasons: tuple[HeatingSeason, ...]
    running_minimums: tuple[RunningMinimum, ...]
    reserve_rules: tuple[ReserveRule, ...]
    annual_peak_mw: Mapping[str, float]  # by member grid
    year: StoredYear
    content_sha256: str  # of every file the facts were read from
    sections: tuple[Section, ...] = ()
    aggregators: tuple[Aggregator, ...] = ()
    connections: tuple[Connection, ...] = ()

    @property
    def pump_groups(self) -> tuple[PumpGroup, ...]:
        """Pump-turbines of all plants, in the order of the stores."""
        return tuple(group for store in self.stores for group in store.groups)
