"""The outcome: the schedule with its proof, its audit and what it is worth; or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from math import isfinite

import numpy as np

from dispatch.case.demand_response import ContractState
from dispatch.schedule.prices import PriceTables
from dispatch.schedule.schedule import Schedule


class Status(Enum):
    """How a run ended. All of these are answers."""

    OPTIMAL = "OPTIMAL"  # the gap asked for is proven
    FEASIBLE = "FEASIBLE"  # stopped with a schedule; its gap is given
    INFEASIBLE = "INFEASIBLE"  # no schedule meets the case; the shortfall is measured
    NO_SOLUTION = "NO_SOLUTION"  # stopped before any schedule was found
    FAILED = "FAILED"  # our fault


@dataclass(frozen=True)
class Aim:
    """
    What was sought before the cost, and how well: MWh where `objective` is absorption_first, tCO2 where it is co2.

    Every schedule has at least `bound`; the cheapest of those with at most `limit` was then sought, and the gap of the
    proof is of that cost. A number that does not exist is None.
    """

    objective: str  # absorption_first or co2
    unit: str  # MWh or tCO2
    least: (
        float | None
    )  # found in the first search, of what it seeks: what is left, and what is lost in storage; or CO2
    bound: float | None  # proven in the first search, of the same
    limit: float | None  # what the second search had to keep to: of what is left alone; or of CO2
    held: float | None  # what the schedule comes to, of the same as `limit`
    proven: bool = False  # `least` lies within the first search's own gap of `bound`


@dataclass(frozen=True)
class Proof:
    """What the search knows. A number that does not exist is None, never infinite."""

    objective_cny: float | None
    bound_cny: float | None
    aim: Aim | None = None  # where something was sought before the cost

    @property
    def gap_share(self) -> float | None:
        """(objective - bound) / |objective|, never below 0."""
        if self.objective_cny is None or self.bound_cny is None:
            return None
        if not (isfinite(self.objective_cny) and isfinite(self.bound_cny)):
            return None
        return max(0.0, self.objective_cny - self.bound_cny) / max(1.0, abs(self.objective_cny))


@dataclass(frozen=True)
class Shortfall:
    """Power that is missing (or in surplus) at a place in an hour, in the cheapest relaxation of the balance."""

    time: str  # ISO 8601, UTC+8
    grid: str
    bus: str
    missing_mw: float
    surplus_mw: float


@dataclass(frozen=True)
class Cause:
    """
    One rule that gave at one place, at a price; or that would have to, where no schedule meets the case.

    Gathered from priced slacks by `schedule.causes`, told in words by `schedule.phrases`.
    """

    code: str  # as in `schedule.phrases.PHRASES`
    severity: str  # load, section, heat, reserve or schedule
    place: str  # what `component` is: bus, line, section, plant, unit, grid or interface
    component: str
    grid: str
    in_use: bool  # a schedule uses it; else it is what would have to give
    times: tuple[str, ...]  # start of each step, ISO 8601, UTC+8
    hours_h: float
    most_mw: float
    energy_mwh: float
    price_cny_per_mwh: float
    cost_cny: float  # of all its energy at that price
    english: str = ""
    chinese: str = ""


@dataclass(frozen=True)
class Solution:
    """What `solve` hands over: a status, a proof, and a schedule where there is one."""

    status: Status
    proof: Proof
    schedule: Schedule | None
    steps: tuple[str, ...] = ()  # what the search did, in words, for the certificate
    shortfalls: tuple[Shortfall, ...] = ()  # where INFEASIBLE
    reason: str = ""  # in words, where there is no schedule
    causes: tuple[Cause, ...] = ()  # where INFEASIBLE: what would have to give
    point_x: np.ndarray | None = None  # the schedule as the model's columns
    prices: PriceReport | None = None  # where they were asked for


@dataclass(frozen=True)
class Breach:
    """One broken rule, found by the audit."""

    rule: str  # family-rule, as in `thermal-minimum_up_time`
    component: str
    time: str  # "" where the rule spans the horizon
    amount: float  # how far beyond the limit, in the rule's unit


@dataclass(frozen=True)
class RuleCheck:
    """One rule that was checked: how much was checked and the largest violation."""

    rule: str
    checked_count: int
    largest_violation: float
    tolerance: float
    unit: str


@dataclass(frozen=True)
class AuditReport:
    """Every rule that was recomputed, and every breach."""

    rules: tuple[RuleCheck, ...]
    breaches: tuple[Breach, ...]

    @property
    def passed(self) -> bool:
        """No rule is broken."""
        return not self.breaches


@dataclass(frozen=True)
class PriceReport:
    """The prices of a schedule and what was checked of them; no tables, and the reason, where a check fails."""

    tables: PriceTables | None
    checks: tuple[RuleCheck, ...] = ()
    reason: str = ""  # in words, where there are no prices
    # what a MWh more absorbed, or a tonne less, costs where that was sought before the cost; else None
    absorption_cny_per_mwh: float | None = None
    carbon_cny_per_tco2: float | None = None


@dataclass(frozen=True)
class Slack:
    """A priced slack in use: what, where, when, how many MW."""

    kind: str  # as in `schedule.phrases.PHRASES`
    component: str
    time: str
    slack_mw: float


@dataclass(frozen=True)
class Cost:
    """What the schedule costs to run, in CNY over the horizon. No penalty is inside."""

    fuel_cny: float
    operation_cny: float  # operation and maintenance of thermal units
    start_cny: float  # starts and stops
    wear_cny: float  # storage cycles
    response_cny: float  # fees of contracts by energy
    interchange_cny: float  # imports paid less exports earned; negative where exports earn more
    compensation_cny: float = 0.0  # paid for output below the normal minimum (深度调峰)
    oil_cny: float = 0.0  # of oil support (投油稳燃)
    call_cny: float = 0.0  # fees of calls of response contracts
    carbon_cny: float = 0.0  # carbon of thermal units at the price of the case (碳价)

    @property
    def total_cny(self) -> float:
        """The sum of the parts."""
        return (
            self.fuel_cny
            + self.operation_cny
            + self.start_cny
            + self.wear_cny
            + self.response_cny
            + self.interchange_cny
            + self.compensation_cny
            + self.oil_cny
            + self.call_cny
            + self.carbon_cny
        )


@dataclass(frozen=True)
class Penalty:
    """What the objective adds to the cost for things the case would rather avoid, in CNY."""

    curtailment_cny: float
    reserve_cny: float
    interchange_cny: float
    storage_loss_cny: float
    security_cny: float = 0.0  # lines overloaded after an outage, sections beyond their limits
    backlog_cny: float = 0.0  # energy still owed by response contracts when the horizon ends
    network_loss_cny: float = 0.0  # lost on lines and links, where the case counts it
    heat_cny: float = 0.0  # running minimums of heating plants not kept, where the case prices that

    @property
    def total_cny(self) -> float:
        """The sum of the parts."""
        return (
            self.curtailment_cny
            + self.reserve_cny
            + self.interchange_cny
            + self.storage_loss_cny
            + self.security_cny
            + self.backlog_cny
            + self.network_loss_cny
            + self.heat_cny
        )


@dataclass(frozen=True)
class TechnologyMetrics:
    """Wind and sun of one technology."""

    technology: str
    available_mwh: float
    absorbed_mwh: float
    curtailed_mwh: float


@dataclass(frozen=True)
class ContractMetrics:
    """One response contract over the horizon."""

    contract: str
    aggregator: str  # its virtual power plant, or ""
    cut_mwh: float
    extra_mwh: float
    call_count: int
    energy_fee_cny: float
    call_fee_cny: float
    owed_mwh: float  # when the horizon ends
    saved_mwh: float
    hours_h: float = 0.0  # in which it does anything
    most_mw: float = 0.0  # cut or added at most
    cap_share: float | None = None  # largest of (cut or added) / the cap of its grid's response; None without a cap


@dataclass(frozen=True)
class AggregatorMetrics:
    """One virtual power plant (虚拟电厂) over the horizon: the sum of its contracts."""

    aggregator: str
    cut_mwh: float
    extra_mwh: float
    call_count: int
    fee_cny: float
    hours_h: float = 0.0  # in which any of its contracts does anything
    most_mw: float = 0.0  # cut or added at most, all its contracts together
    cap_share: float | None = None  # as of a contract


@dataclass(frozen=True)
class StorageMetrics:
    """Storage of one technology over the horizon: li_ion, flow, caes, pumped_hydro."""

    technology: str
    power_mw: float  # of all plants, as the case scales them
    usable_mwh: float  # between the limits of their levels
    charge_mwh: float  # at the bus
    discharge_mwh: float
    lost_mwh: float  # charging and discharging
    wear_cny: float  # cycle cost
    cycle_count: float  # full cycles over the horizon: energy taken out of the stores over what they can hold
    daily_cycle_count: float  # the most that any plant makes in a calendar day


@dataclass(frozen=True)
class GridMetrics:
    """What the schedule is worth in one grid ("hebei_south", "jibei"), or in both together ("hebei")."""

    grid: str
    load_mwh: float
    available_mwh: float
    absorbed_mwh: float
    curtailed_mwh: float
    utilisation_share: float | None  # absorbed / available; None where nothing was available
    technologies: tuple[TechnologyMetrics, ...]
    net_export_mwh: float
    local_consumption_mwh: float  # absorbed + renewable import - renewable export
    thermal_mwh: float
    cost: Cost
    penalty: Penalty
    start_count: int
    carbon_tco2: float
    response_cut_mwh: float
    response_extra_mwh: float
    response_cap_mw: float  # what the scenario allows
    response_reach_mw: float  # what contracts in season can reach of it, least over the horizon
    storage_charge_mwh: float
    storage_discharge_mwh: float
    pumped_charge_mwh: float
    pumped_discharge_mwh: float
    reserve_short_mwh: float
    below_normal_mwh: float = 0.0  # what units lack to their normal minimum while on
    below_normal_h: float = 0.0  # hours of units below it
    oil_support_h: float = 0.0  # hours of units
    oil_t: float = 0.0
    response_call_count: int = 0  # events that began
    contracts: tuple[ContractMetrics, ...] = ()  # those that did or owe anything
    aggregators: tuple[AggregatorMetrics, ...] = ()
    storage_technologies: tuple[StorageMetrics, ...] = ()
    self_use_mwh: float = 0.0  # of what thermal units generate, used by themselves, where the case counts it
    network_loss_mwh: float = 0.0  # lost on lines and links at ends inside, where the case counts it


@dataclass(frozen=True)
class Metrics:
    """The whole case first, then each member grid when there are two."""

    total: GridMetrics
    members: tuple[GridMetrics, ...]
    slacks: tuple[Slack, ...]
    contract_states: tuple[ContractState, ...] = ()  # after the last step, of every response contract

    @property
    def slack_used(self) -> bool:
        """Some priced slack is in use."""
        return bool(self.slacks)


@dataclass(frozen=True)
class Certificate:
    """Who found the answer, with what, from what."""

    case_sha256: str
    facts_sha256: str
    schedule_sha256: str
    versions: tuple[tuple[str, str], ...]
    gap_asked_share: float
    seed_count: int
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """The answer. `schedule`, `audit` and `metrics` are there whenever a schedule is."""

    status: Status
    proof: Proof
    schedule: Schedule | None = None
    audit: AuditReport | None = None
    metrics: Metrics | None = None
    certificate: Certificate | None = None
    shortfalls: tuple[Shortfall, ...] = ()
    reason: str = ""  # in words, where there is no schedule
    seconds: tuple[tuple[str, float], ...] = field(default=())  # by station, and "total"
    prices: PriceReport | None = None  # where they were asked for
    causes: tuple[Cause, ...] = ()  # what gave at a price, or would have to; the gravest first
