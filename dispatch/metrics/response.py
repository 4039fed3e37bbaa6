"""Response contract by contract: what it did, what it cost, and the state it is left in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import pandas as pd

from dispatch.case.demand_response import Contract, ContractState, Parcel
from dispatch.metrics.area import Area, Basis, numbers
from dispatch.schedule.outcome import AggregatorMetrics, ContractMetrics
from dispatch.units import DURATION_H, ENERGY_MWH, POWER_MW


def contract_metrics(basis: Basis, area: Area, states: Sequence[ContractState]) -> tuple[ContractMetrics, ...]:
    """
    Each contract of an area that did anything or owes anything; `states` are those after the last step.

        energy fee = sum( fee (cut + filled) dt ),    call fee = fee x events begun        CNY
    """
    step_h, contracts = basis.inputs.step_h, basis.facts.contracts
    cut = basis.schedule.cut_mw.to_numpy(dtype=float).sum(axis=0) * step_h
    extra = basis.schedule.extra_mw.to_numpy(dtype=float).sum(axis=0) * step_h
    fee = moved_mw(basis).sum(axis=0) * step_h * numbers(contracts, "fee_cny_per_mwh")
    begun = begins(basis).sum(axis=0)
    use = [_use(basis, [k]) for k in range(len(contracts))]
    every = (
        ContractMetrics(
            contract=contract.name,
            aggregator=contract.aggregator,
            cut_mwh=float(cut[k]),
            extra_mwh=float(extra[k]),
            call_count=int(begun[k]),
            energy_fee_cny=float(fee[k]),
            call_fee_cny=float(begun[k] * contract.call_fee_cny),
            owed_mwh=sum(parcel.energy_mwh for parcel in states[k].owed),
            saved_mwh=sum(parcel.energy_mwh for parcel in states[k].saved),
            hours_h=use[k].hours_h,
            most_mw=use[k].most_mw,
            cap_share=use[k].cap_share,
        )
        for k, contract in enumerate(contracts)
        if area.contracts[k]
    )
    return tuple(m for m in every if max(m.cut_mwh, m.extra_mwh, m.owed_mwh, m.saved_mwh) > ENERGY_MWH)


def aggregator_metrics(basis: Basis, area: Area, contracts: Sequence[ContractMetrics]) -> tuple[AggregatorMetrics, ...]:
    """Each virtual power plant of an area: the sum of its contracts."""
    return tuple(
        _aggregated(basis, aggregator.name, [metrics for metrics in contracts if metrics.aggregator == aggregator.name])
        for aggregator in basis.facts.aggregators
        if aggregator.grid in area.grids
    )


def _aggregated(basis: Basis, name: str, own: Sequence[ContractMetrics]) -> AggregatorMetrics:
    use = _use(basis, [k for k, contract in enumerate(basis.facts.contracts) if contract.aggregator == name])
    return AggregatorMetrics(
        aggregator=name,
        cut_mwh=sum(m.cut_mwh for m in own),
        extra_mwh=sum(m.extra_mwh for m in own),
        call_count=sum(m.call_count for m in own),
        fee_cny=sum(m.energy_fee_cny + m.call_fee_cny for m in own),
        hours_h=use.hours_h,
        most_mw=use.most_mw,
        cap_share=use.cap_share,
    )


@dataclass(frozen=True)
class Use:
    """How long and how far some contracts of one grid are used together."""

    hours_h: float
    most_mw: float
    cap_share: float | None


def _use(basis: Basis, members: Sequence[int]) -> Use:
    """
    Contracts of one grid together; cut and load added are never netted.

        power[t] = max( sum cut[t], sum extra[t] ),    share of the cap = max( power[t] / cap[t] )
    """
    cut, extra = (basis.table(name)[:, list(members)].sum(axis=1) for name in ("cut_mw", "extra_mw"))
    power = np.maximum(cut, extra)
    hours_h = float((power > POWER_MW).sum() * basis.inputs.step_h)
    if not members:
        return Use(hours_h, 0.0, None)
    grid = basis.facts.members.index(basis.facts.contracts[members[0]].grid)
    cap = basis.inputs.response_cap_mw[:, grid]
    capped = cap > POWER_MW
    share = float((power[capped] / cap[capped]).max()) if capped.any() else None
    return Use(hours_h, float(power.max(initial=0.0)), share)


def moved_mw(basis: Basis) -> np.ndarray:
    """What is cut or filled, MW, (T, contracts)."""
    return np.asarray(basis.schedule.cut_mw.to_numpy(dtype=float) + basis.table("filled_mw"))


def begins(basis: Basis) -> np.ndarray:
    """Whether an event of a contract that is called in events begins in each step, (T, contracts), bool."""
    on = _on(basis)
    before = np.array([[state.event_h > 0 for state in states_before(basis)]], dtype=bool)
    return np.asarray(on & ~np.vstack([before, on[:-1]]))


def _on(basis: Basis) -> np.ndarray:
    counted = np.array([contract.has_calls for contract in basis.facts.contracts], dtype=bool)
    return np.asarray((moved_mw(basis) > POWER_MW) & counted)


def states_before(basis: Basis) -> list[ContractState]:
    """The state of each contract before the first step."""
    given = {state.contract: state for state in basis.case.contracts}
    return [given.get(contract.name, ContractState(contract.name)) for contract in basis.facts.contracts]


def states_after(basis: Basis) -> tuple[ContractState, ...]:
    """The state of each contract after the last step, for a case that begins there."""
    on, begun, moved = _on(basis), begins(basis), moved_mw(basis) * basis.inputs.step_h
    before = states_before(basis)
    return tuple(_state_after(basis, k, before[k], (on[:, k], begun[:, k], moved[:, k])) for k in range(len(before)))


def _state_after(
    basis: Basis, k: int, before: ContractState, done: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> ContractState:
    """One contract. `done`: in an event, an event begun, energy moved, each by step."""
    contract, step_h = basis.facts.contracts[k], basis.inputs.step_h
    owed_mw = basis.table("delayed_mw")[:, k] * contract.payback_share
    today, season = _same_day(basis), _same_season(basis, contract)
    on, begun, moved_mwh = done
    event_h, rest_h = _running_h(on, before, step_h)
    delayed, repaid = owed_mw * step_h, basis.table("repaid_mw")[:, k] * step_h
    advanced, spared = basis.table("advanced_mw")[:, k] * step_h, basis.table("spared_mw")[:, k] * step_h
    return ContractState(
        contract=contract.name,
        owed=_left(before.owed, delayed, repaid, contract.payback_window_h, step_h),
        saved=_left(before.saved, advanced, spared, contract.spare_window_h, step_h),
        calls_today_count=int(begun[today].sum()) + (before.calls_today_count if today.all() else 0),
        calls_season_count=int(begun[season].sum()) + (before.calls_season_count if season.all() else 0),
        moved_today_mwh=float(moved_mwh[today].sum()) + (before.moved_today_mwh if today.all() else 0.0),
        moved_season_mwh=float(moved_mwh[season].sum()) + (before.moved_season_mwh if season.all() else 0.0),
        event_h=event_h,
        rest_h=rest_h,
    )


def _left(
    brought: tuple[Parcel, ...], taken_mwh: np.ndarray, settled_mwh: np.ndarray, window_h: float, step_h: float
) -> tuple[Parcel, ...]:
    """What is still open, the soonest due settled first, with the hours left after the last step."""
    count = len(taken_mwh)
    window = max(1, int(np.floor(window_h / step_h + DURATION_H))) * step_h
    parcels = [(max(parcel.left_h, step_h), parcel.energy_mwh) for parcel in brought]
    parcels += [((t + 1) * step_h + window, float(taken_mwh[t])) for t in np.flatnonzero(taken_mwh > 0)]
    parcels.sort()
    together = [0.0, *accumulate(energy for _, energy in parcels)]
    settled = float(settled_mwh.sum())
    left = [
        Parcel(min(energy, upto - settled), due_h - count * step_h)
        for (due_h, energy), upto in zip(parcels, together[1:], strict=True)
    ]
    return tuple(parcel for parcel in left if parcel.energy_mwh > ENERGY_MWH)


def _running_h(on: np.ndarray, before: ContractState, step_h: float) -> tuple[float, float | None]:
    """How long an event has been running after the last step, and how long since the last one ended."""
    event_h, rest_h = before.event_h, before.rest_h
    for now in on:
        if now:
            event_h, rest_h = event_h + step_h, None
        elif event_h > 0:
            event_h, rest_h = 0.0, step_h
        elif rest_h is not None:
            rest_h += step_h
    return event_h, rest_h


def _next(basis: Basis) -> pd.DatetimeIndex:
    """The step after the last one."""
    return basis.inputs.times[-1:] + pd.Timedelta(hours=basis.inputs.step_h)


def _same_day(basis: Basis) -> np.ndarray:
    """Whether each step lies in the calendar day of the step after the last, (T,), bool."""
    return np.asarray(basis.inputs.times.normalize() == _next(basis).normalize()[0])


def _same_season(basis: Basis, contract: Contract) -> np.ndarray:
    """Whether each step lies in the season of the step after the last: no season begins in between, (T,), bool."""
    times = pd.DatetimeIndex([*basis.inputs.times, *_next(basis)])
    day = times.normalize()
    begins_now = np.array([f"{t:%m-%d}" == contract.first_day for t in times]) & np.append(False, day[1:] != day[:-1])
    season = np.cumsum(begins_now)
    return np.asarray(season[:-1] == season[-1])
