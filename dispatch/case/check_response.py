"""Whether response contracts can go on from the states that a case gives, and what the case asks of them together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dispatch.case.backlog import dearest_cny_per_mwh, dues, total_mwh
from dispatch.case.calls import calls_of, states_of
from dispatch.case.case import Case
from dispatch.case.check_contracts import contract_flaws
from dispatch.case.check_forecasts import load_flaws
from dispatch.case.check_horizon import is_sound
from dispatch.case.check_numbers import (
    LARGEST_ENERGY_MWH,
    LARGEST_NUMBER,
    LARGEST_SCALE_SHARE,
    duplicate_flaws,
    number_flaws,
    share_flaws,
    unknown_flaws,
)
from dispatch.case.demand_response import (
    ANNUAL_PEAK,
    CLOSED,
    DAY_PEAK,
    FILL,
    HANDED_OVER,
    SHIFT,
    Contract,
    ContractState,
    Parcel,
)
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import response_cap_mw
from dispatch.errors import Flaw
from dispatch.horizon import HOURS_PER_YEAR, in_yearly_season
from dispatch.units import DURATION_H, ENERGY_MWH, PRICE_CNY_PER_MWH

ENERGIES = ("moved_today_mwh", "moved_season_mwh")
HOURS = ("event_h", "rest_h", "told_h")
COUNTS = ("calls_today_count", "calls_season_count")


def response_flaws(case: Case) -> Iterator[Flaw]:
    """What is asked of all contracts together, and the numbers of their states."""
    terms = case.response
    yield from unknown_flaws("UNKNOWN_VALUE", "response.cap_basis", terms.cap_basis, (ANNUAL_PEAK, DAY_PEAK))
    yield from unknown_flaws("UNKNOWN_VALUE", "response.backlog", terms.backlog, (CLOSED, HANDED_OVER))
    if terms.owed_cny_per_mwh is not None:
        yield from number_flaws("response.owed_cny_per_mwh", terms.owed_cny_per_mwh, "CNY/MWh", LARGEST_NUMBER)
        if terms.backlog == CLOSED:
            message = "nothing is owed when a closed horizon ends; leave the price out, or say HANDED_OVER"
            yield Flaw("PRICE_WITHOUT_BACKLOG", "response.owed_cny_per_mwh", message)
    yield from duplicate_flaws("contracts", "contract", [state.contract for state in case.contracts])
    for k, state in enumerate(case.contracts):
        yield from _number_flaws(f"contracts[{k}]", state)


def _number_flaws(path: str, state: ContractState) -> Iterator[Flaw]:
    """What is wrong with a state by itself."""
    for name in ENERGIES:
        yield from number_flaws(f"{path}.{name}", getattr(state, name), "MWh", LARGEST_ENERGY_MWH * 366)
    for name in HOURS:
        if (hours := getattr(state, name)) is not None:
            yield from number_flaws(f"{path}.{name}", hours, "h", LARGEST_NUMBER)
    for name in COUNTS:
        yield from number_flaws(f"{path}.{name}", getattr(state, name), "calls", LARGEST_NUMBER)
    if state.event_h > 0 and state.rest_h:
        message = f"at rest for {state.rest_h:g} h and in an event for {state.event_h:g} h; leave one out"
        yield Flaw("EVENT_AND_REST", f"{path}.rest_h", message)
    yield from _open_flaws(path, state)


def _open_flaws(path: str, state: ContractState) -> Iterator[Flaw]:
    """What is wrong with what is owed and saved by itself."""
    for name in ("owed", "saved"):
        for j, parcel in enumerate(getattr(state, name)):
            where = f"{path}.{name}[{j}]"
            yield from number_flaws(f"{where}.energy_mwh", parcel.energy_mwh, "MWh", LARGEST_ENERGY_MWH)
            if not parcel.left_h > 0:
                message = f"{parcel.left_h:g} h are left: it was due before the first step; give more than 0 h"
                yield Flaw("DEADLINE_PASSED", f"{where}.left_h", message)


def contract_state_flaws(case: Case, facts: GridFacts) -> Iterator[Flaw]:
    """States against the terms of their contracts. A state with a flaw of its own is not looked at further."""
    price, dearest = case.response.owed_cny_per_mwh, dearest_cny_per_mwh(case, facts)
    if case.response.backlog == HANDED_OVER and price is not None and price < dearest - PRICE_CNY_PER_MWH:
        message = f"{price:g} CNY/MWh is less than repaying can cost; give at least {dearest:g}, or leave it out"
        yield Flaw("BACKLOG_TOO_CHEAP", "response.owed_cny_per_mwh", message)
    known, cap_mw = {contract.name: contract for contract in facts.contracts}, _cap_mw(case, facts)
    for k, state in enumerate(case.contracts):
        path = f"contracts[{k}]"
        yield from unknown_flaws("UNKNOWN_CONTRACT", f"{path}.contract", state.contract, list(known))
        if state.contract in known and not list(_number_flaws(path, state)):
            contract = known[state.contract]
            yield from _event_flaws(path, state, contract)
            able_mw = _able_mw(contract, case, facts, cap_mw) if is_sound(case.horizon) else None
            for name in ("owed", "saved"):
                yield from _parcel_flaws(f"{path}.{name}", getattr(state, name), contract, case, able_mw)
    if cap_mw is not None:
        yield from _held_flaws(case, facts, cap_mw)


def _cap_mw(case: Case, facts: GridFacts) -> np.ndarray | None:
    """The cap on response, (T, members); None where a flaw that is told elsewhere leaves it unknown."""
    if list(share_flaws("", case.response_share)) or not is_sound(case.horizon) or list(contract_flaws(facts)):
        return None
    if case.response.cap_basis == DAY_PEAK:
        stored = facts.year.load_mw.shape == (HOURS_PER_YEAR, len(facts.buses))
        scale = number_flaws("", case.scales.load_share, "times", LARGEST_SCALE_SHARE)
        known = stored and not list(scale) and not list(load_flaws(case, facts))
    else:
        known = set(facts.members) <= set(facts.annual_peak_mw)
    return response_cap_mw(case, facts) if known else None


def _able_mw(contract: Contract, case: Case, facts: GridFacts, cap_mw: np.ndarray | None) -> np.ndarray:
    """What a contract can make good in each step: its capacity in its season, within the cap of its grid, (T,)."""
    season = in_yearly_season(case.horizon.times, contract.first_day, contract.last_day)
    most_mw = np.inf if cap_mw is None else cap_mw[:, facts.members.index(contract.grid)]
    return np.asarray(season * np.minimum(contract.capacity_mw, most_mw))


def _event_flaws(path: str, state: ContractState, contract: Contract) -> Iterator[Flaw]:
    """Only a contract that is called has events; one runs no longer than it may."""
    if not contract.has_calls:
        for name in ("event_h", "rest_h", *COUNTS):
            if getattr(state, name):
                message = f"the terms of {contract.name} speak of no calls; leave it out"
                yield Flaw("NOT_OF_ITS_TERMS", f"{path}.{name}", message)
    elif contract.max_event_h is not None and state.event_h > contract.max_event_h + DURATION_H:
        message = f"an event of {contract.name} lasts {contract.max_event_h:g} h at most, not {state.event_h:g} h"
        yield Flaw("EVENT_TOO_LONG", f"{path}.event_h", message)


def _parcel_flaws(
    path: str, parcels: tuple[Parcel, ...], contract: Contract, case: Case, able_mw: np.ndarray | None
) -> Iterator[Flaw]:
    """What is brought is of the contract's kind, within its windows and its cap, and can be made good in time."""
    owed = path.endswith("owed")
    if not parcels:
        return
    if contract.kind == FILL or (not owed and contract.kind != SHIFT):
        yield Flaw("NOT_OF_ITS_KIND", path, f"{contract.name} is of the kind {contract.kind}; leave it out")
        return
    window_h = contract.payback_window_h if owed else contract.spare_window_h
    for j, parcel in enumerate(parcels):
        if parcel.left_h > max(window_h, case.horizon.step_h) + DURATION_H:
            message = f"{parcel.left_h:g} h are left of a window of {window_h:g} h; give at most that"
            yield Flaw("BEYOND_WINDOW", f"{path}[{j}].left_h", message)
    if contract.backlog_mwh is not None and total_mwh(parcels) > contract.backlog_mwh + ENERGY_MWH:
        message = f"{total_mwh(parcels):g} MWh is more than may be open, {contract.backlog_mwh:g} MWh"
        yield Flaw("BACKLOG_ABOVE_CAP", path, message)
    if able_mw is not None:
        yield from _reach_flaws(path, parcels, contract, case, able_mw)


def _reach_flaws(
    path: str, parcels: tuple[Parcel, ...], contract: Contract, case: Case, able_mw: np.ndarray
) -> Iterator[Flaw]:
    """All that the contract can do in every step, and its full capacity after the horizon, makes good what is due."""
    horizon = case.horizon
    able_mwh = np.cumsum(able_mw * horizon.step_h)
    for due in dues([parcels], horizon.step_h):
        beyond = due.step_count - horizon.step_count if case.response.backlog == HANDED_OVER else 0
        last = min(due.step_count, horizon.step_count) - 1
        most_mwh = able_mwh[last] + max(beyond, 0) * horizon.step_h * contract.capacity_mw
        if due.energy_mwh > most_mwh + ENERGY_MWH:
            message = (
                f"{due.energy_mwh:g} MWh are due within {due.step_count} steps, but {contract.name} makes good "
                f"{most_mwh:g} MWh in them at most"
            )
            yield Flaw("BACKLOG_OUT_OF_REACH", path, message)
            return


def _held_flaws(case: Case, facts: GridFacts, cap_mw: np.ndarray) -> Iterator[Flaw]:
    """An event that must go on can."""
    calls, states = calls_of(case, facts, cap_mw), states_of(case, facts)
    place = {state.contract: k for k, state in enumerate(case.contracts)}
    stuck = (calls.held & ~calls.allowed).any(axis=0)
    for n in np.flatnonzero(stuck):
        contract = facts.contracts[calls.contract_indices[n]]
        running_h = states[calls.contract_indices[n]].event_h
        message = (
            f"the event of {contract.name} has lasted {running_h:g} h of at least {contract.min_event_h:g} h, but the "
            "case leaves no room for it to go on: season, response share and the end of the horizon decide"
        )
        yield Flaw("EVENT_CANNOT_GO_ON", f"contracts[{place[contract.name]}].event_h", message)
