"""What is known of a grid in an edition, frozen: the same for every case of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from dispatch.case.connection import Connection
from dispatch.case.demand_response import Aggregator, Contract
from dispatch.case.interchange import Interface
from dispatch.case.network import Bus, Line, Link, Section
from dispatch.case.pumped_hydro import PumpGroup
from dispatch.case.renewable import RenewablePlant
from dispatch.case.storage import Store
from dispatch.case.thermal import HeatingSeason, RunningMinimum, ThermalUnit

ERROR_KINDS = ("wind", "solar", "load")  # columns of `StoredYear.error_share`


@dataclass(frozen=True)
class ReserveRule:
    """
    Reserve of a grid: the most of what shares of load, wind and sun, a quantile of their error and a unit ask for.

    The unit is the largest on, and counts up only. A case may ask for MW in place of shares and quantile.
    """

    grid: str
    load_share: float
    renewable_share: float
    shortfall_cny_per_mwh: float
    largest_unit: bool = True  # the largest unit on counts
    within_ramp: bool = False  # a unit's reserve up and its rise together stay within its ramp of the step
    hard: bool = False  # nothing may be short, at any price
    down_load_share: float | None = None  # None: as up, in all three
    down_renewable_share: float | None = None
    down_shortfall_cny_per_mwh: float | None = None
    up_quantile: float = 0.0  # of the forecast error that reserve covers; 0: no such rule
    down_quantile: float = 0.0
    wind_error_share: float = 0.0  # standard error of a forecast, of available wind
    solar_error_share: float = 0.0  # of available sun
    load_error_share: float = 0.0  # of load

    @property
    def short_down_cny_per_mwh(self) -> float:
        """Penalty of reserve down that is short."""
        own = self.down_shortfall_cny_per_mwh
        return self.shortfall_cny_per_mwh if own is None else own

    @property
    def has_errors(self) -> bool:
        """Whether anything is known of how far forecasts are off."""
        return self.wind_error_share + self.solar_error_share + self.load_error_share > 0


@dataclass(frozen=True)
class ProductRule:
    """A reserve product of a grid beside spinning reserve: how much, how soon, at what price it may be short."""

    grid: str
    product: str  # a name of `case.reserve_products`
    load_share: float  # 0, with the next: the product is off unless a case asks for it
    renewable_share: float
    within_h: float  # all of it is there within this time
    shortfall_cny_per_mwh: float


@dataclass(frozen=True)
class StoredYear:
    """Stored series of 8,760 hours; columns follow `GridFacts.buses`, `.plants` and `.interfaces`."""

    load_mw: np.ndarray  # (8760, buses)
    available_share: np.ndarray  # (8760, plants), of capacity
    net_import_mw: Mapping[str, np.ndarray]  # by variant, (8760, interfaces), negative: export
    contract_share: np.ndarray | None = None  # (8760, contracts), of capacity; None: all of it in every hour
    heat_share: np.ndarray | None = None  # (8760, heating seasons), of design heat; None: all of it in every hour
    # By grid, (hours, 3): what is missing of forecast wind and sun, and what load is above its forecast, as a share of
    # it. A grid without is taken to err by normal distributions of its rule's error shares.
    error_share: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class GridFacts:
    """One grid ("hebei_south", "jibei") or both joined ("hebei"), in one edition; the same only as itself."""

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
    product_rules: tuple[ProductRule, ...] = ()  # of each member and product that it knows
    names: Mapping[str, tuple[str, str]] = field(
        default_factory=dict
    )  # of buses and thermal plants, Chinese and English

    @property
    def pump_groups(self) -> tuple[PumpGroup, ...]:
        """Pump-turbines of all plants, in the order of the stores."""
        return tuple(group for store in self.stores for group in store.groups)
