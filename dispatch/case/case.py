"""The case: one question to the engine, complete with the state it starts from."""

from __future__ import annotations

from dataclasses import dataclass, field

from dispatch.case.demand_response import ContractState, ResponseTerms
from dispatch.case.heat import Heat
from dispatch.case.interchange import InterchangeForecast, TieRamp
from dispatch.case.losses import Losses
from dispatch.case.objective import COST
from dispatch.case.renewable import AvailableForecast, LoadForecast
from dispatch.case.security import Security
from dispatch.case.storage import StoreState
from dispatch.case.thermal import MustRun, NoStart, Outage, Retrofit, StartLimit, UnitState
from dispatch.horizon import Horizon


@dataclass(frozen=True)
class Prices:
    """Prices of what the case would rather avoid; each is a penalty of the objective, but carbon, which is a cost."""

    large_curtailment_cny_per_mwh: float = 500.0
    distributed_curtailment_cny_per_mwh: float = 1000.0
    storage_loss_cny_per_mwh: float = 500.0  # a MWh lost in a store is as little use as one curtailed
    carbon_cny_per_t: float = 0.0  # of every tonne of CO2 of thermal units (碳价), none of them free
    network_loss_cny_per_mwh: float = 1010.0  # lost on lines and links: a little dearer than any MWh curtailed


@dataclass(frozen=True)
class Scales:
    """What-if factors on the grid's facts, 1 = as it stands."""

    load_share: float = 1.0
    renewable_share: float = 1.0
    new_storage_share: float = 1.0
    pumped_hydro_share: float = 1.0


@dataclass(frozen=True)
class ReserveSeries:
    """Reserve required of one grid, one value a step; an empty direction keeps shares and quantile."""

    grid: str
    up_mw: tuple[float, ...] = ()
    down_mw: tuple[float, ...] = ()


@dataclass(frozen=True)
class ProductAsked:
    """
    A reserve product beside spinning reserve (`case.reserve_products`), the larger of shares and MW.

    A share that is None is the grid's own. What is said of one grid goes before what is said of all.
    """

    product: str  # regulation_up, regulation_down or non_spinning
    grid: str = ""  # "": every member grid
    load_share: float | None = None
    renewable_share: float | None = None
    required_mw: tuple[float, ...] = ()  # one value a step; empty: shares alone


@dataclass(frozen=True)
class Reserve:
    """
    Reserve requirement as shares and quantiles, None takes the grid's own rule; or in MW, in place of both.

    Shares hold up and down alike where down has none of its own.
    """

    load_share: float | None = None
    renewable_share: float | None = None
    series: tuple[ReserveSeries, ...] = ()
    down_load_share: float | None = None
    down_renewable_share: float | None = None
    up_quantile: float | None = None  # of the forecast error of load, wind and sun; 0: no such rule
    down_quantile: float | None = None
    products: tuple[ProductAsked, ...] = ()  # regulation and non-spinning reserve


@dataclass(frozen=True)
class Interchange:
    """Which plan holds at the borders, and how far it may be left without penalty."""

    variant: str = "central"
    band_share: float = 0.0  # of the plan of each hour, up and down


@dataclass(frozen=True)
class Case:
    """Everything that is asked. Stored weather, load and plans hold wherever no forecast is given."""

    grid: str
    edition: int
    horizon: Horizon
    units: tuple[UnitState, ...]
    stores: tuple[StoreState, ...]
    name: str = ""
    response_share: float = 0.0  # of the annual peak (or the day's), cap on cut and on extra load alike
    interchange: Interchange = field(default_factory=Interchange)
    reserve: Reserve = field(default_factory=Reserve)
    prices: Prices = field(default_factory=Prices)
    scales: Scales = field(default_factory=Scales)
    outages: tuple[Outage, ...] = ()
    must_run: tuple[MustRun, ...] = ()
    load_forecasts: tuple[LoadForecast, ...] = ()
    available_forecasts: tuple[AvailableForecast, ...] = ()
    interchange_forecasts: tuple[InterchangeForecast, ...] = ()
    security: Security = field(default_factory=Security)
    deep_peak_shaving: bool = True  # units may run below their normal minimum, and are paid for it
    retrofits: tuple[Retrofit, ...] = ()  # in place of the edition's own states
    contracts: tuple[ContractState, ...] = ()  # a contract without one owes nothing and has been at rest for long
    response: ResponseTerms = field(default_factory=ResponseTerms)
    objective: str = COST  # cost, absorption_first or co2
    no_start: tuple[NoStart, ...] = ()
    start_limits: tuple[StartLimit, ...] = ()
    heat: Heat = field(default_factory=Heat)
    losses: Losses = field(default_factory=Losses)
    tie_ramps: tuple[TieRamp, ...] = ()  # in place of what is known of the interface
    self_use: bool = False  # thermal units use a share of what they generate (厂用电); False: it is inside the load


@dataclass(frozen=True)
class Limits:
    """How long to look, and how sure to be."""

    gap_share: float = 0.005  # stop when (incumbent - bound) / |incumbent| is at most this
    time_s: float = 300.0  # for the whole run
    seed_count: int = 0  # random seed of the solver
    strict: bool = False  # a priced slack in use makes the case INFEASIBLE
    memory_gb: float | None = None  # resident memory of the process, GB of 2^30 bytes; None: no limit
    prices: bool = False  # price the schedule too, with its commitment fixed
