"""
Demand response (需求响应) by contract.

reduce: consumption is cut (可中断) and a share of it comes back within a window (rebound).
shift:  consumption is cut and made good later, or taken early and spared later, each within a window (可转移).
fill:   valley filling (填谷), consumption beyond the baseline that is never given back.

What a contract is called for is its cut, or what it fills. A contract whose terms speak of calls is called in events:
runs of steps in which it delivers something.
"""

from __future__ import annotations

from dataclasses import dataclass

REDUCE, SHIFT, FILL = "reduce", "shift", "fill"
ANNUAL_PEAK, DAY_PEAK = "annual_peak", "day_peak"
CLOSED, HANDED_OVER = "closed", "handed_over"


@dataclass(frozen=True)
class Contract:
    """One category of consumers in one grid. Its power is spread over its buses by `bus_shares`."""

    name: str
    grid: str
    category: str
    kind: str  # REDUCE, SHIFT or FILL
    capacity_mw: float  # cut and extra load together, in any hour of its season
    first_day: str  # of its season, "MM-DD"
    last_day: str
    daily_energy_h: float  # energy moved in a day, in hours at full capacity
    payback_share: float  # of the energy cut that comes back (reduce, shift)
    payback_window_h: float  # within which what is cut comes back
    fee_cny_per_mwh: float  # per MWh cut, or per MWh filled
    bus_shares: tuple[tuple[str, float], ...]  # sums to 1
    notice_h: float = 0.0  # between being told and the first step of anything new
    least_call_share: float = 0.0  # of the capacity, delivered in every step of an event; above 0 where calls count
    min_event_h: float = 0.0
    max_event_h: float | None = None
    min_rest_h: float = 0.0  # between two events
    calls_per_day_count: int | None = None  # events that begin in a calendar day (UTC+8)
    calls_per_season_count: int | None = None
    call_fee_cny: float = 0.0  # per event, beside the fee of its energy
    season_energy_h: float | None = None  # energy moved in a season, in hours at full capacity
    advance_window_h: float | None = None  # within which what is taken early is spared; None: as the payback window
    repaid_by_h: int | None = None  # o'clock (1 to 24) by which nothing is owed any more, each day
    backlog_mwh: float | None = None  # owed at most, and saved at most
    fill_hours_h: tuple[tuple[int, int], ...] = ()  # from and to o'clock in which it may fill; none: in any
    aggregator: str = ""  # virtual power plant (虚拟电厂) that it belongs to

    @property
    def has_calls(self) -> bool:
        """Whether its terms speak of calls, so that its events are told one from another."""
        limits = (self.max_event_h, self.calls_per_day_count, self.calls_per_season_count)
        return (
            self.min_event_h > 0 or self.min_rest_h > 0 or self.call_fee_cny > 0 or any(x is not None for x in limits)
        )

    @property
    def spare_window_h(self) -> float:
        """Within which what is taken early is spared."""
        return self.payback_window_h if self.advance_window_h is None else self.advance_window_h


@dataclass(frozen=True)
class Aggregator:
    """A virtual power plant (虚拟电厂): contracts that answer together."""

    name: str
    grid: str
    capacity_mw: float  # of all its contracts together, cut and extra load alike


@dataclass(frozen=True)
class Parcel:
    """Energy still to be made good."""

    energy_mwh: float
    left_h: float  # hours from the first step on within which it must be


@dataclass(frozen=True)
class ContractState:
    """A contract just before the first step. One that is not given owes nothing and has been at rest for long."""

    contract: str
    owed: tuple[Parcel, ...] = ()  # to be repaid
    saved: tuple[Parcel, ...] = ()  # to be spared
    calls_today_count: int = 0  # events begun in the calendar day of the first step
    calls_season_count: int = 0
    moved_today_mwh: float = 0.0  # cut, or filled
    moved_season_mwh: float = 0.0
    event_h: float = 0.0  # an event has been running for so long; 0: none is
    rest_h: float | None = None  # since the end of the last event; None: long enough
    told_h: float = 0.0  # before the first step at which it was told that it may be called


@dataclass(frozen=True)
class ResponseTerms:
    """What the case says of all contracts together."""

    cap_basis: str = ANNUAL_PEAK  # of the share that caps response: ANNUAL_PEAK or DAY_PEAK
    backlog: str = CLOSED  # at the horizon's end: CLOSED (all is made good) or HANDED_OVER
    owed_cny_per_mwh: float | None = None  # of what is handed over as owed; None: the dearest MWh of any unit
