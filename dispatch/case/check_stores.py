"""Whether the levels that a case starts from and ends at can be held and reached."""

from __future__ import annotations

import math
from collections.abc import Iterator

from dispatch.case.case import Case
from dispatch.case.check_horizon import is_sound
from dispatch.case.check_numbers import (
    LARGEST_ENERGY_MWH,
    duplicate_flaws,
    missing_flaws,
    number_flaws,
    unknown_flaws,
)
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import store_scale
from dispatch.case.storage import Store, StoreState
from dispatch.errors import Flaw
from dispatch.units import ENERGY_MWH


def store_flaws(case: Case, facts: GridFacts) -> Iterator[Flaw]:
    """Every store has one state, within its limits, whose end level can be reached."""
    given, known = [s.store for s in case.stores], {s.name: s for s in facts.stores}
    yield from missing_flaws("STORE_STATE_MISSING", "stores", given, list(known))
    yield from duplicate_flaws("stores", "store", given)
    for k, state in enumerate(case.stores):
        path = f"stores[{k}]"
        yield from unknown_flaws("UNKNOWN_STORE", f"{path}.store", state.store, list(known))
        numbers = list(_number_flaws(path, state))
        yield from numbers
        if state.store in known and not numbers:
            yield from _level_flaws(path, state, known[state.store], case)


def _number_flaws(path: str, state: StoreState) -> Iterator[Flaw]:
    for name in ("start_level_mwh", "end_level_mwh"):
        yield from number_flaws(f"{path}.{name}", getattr(state, name), "MWh", LARGEST_ENERGY_MWH)


def _level_flaws(path: str, state: StoreState, store: Store, case: Case) -> Iterator[Flaw]:
    scale = store_scale(case, store)
    if not (
        math.isfinite(scale) and scale > 0
    ):  # what is not there is in no state; a scale that cannot be is told itself
        return
    low_mwh, high_mwh = scale * store.usable_min_mwh, scale * store.usable_max_mwh
    outside = False
    for name in ("start_level_mwh", "end_level_mwh"):
        value = getattr(state, name)
        if not low_mwh - ENERGY_MWH <= value <= high_mwh + ENERGY_MWH:
            outside = True
            message = f"{value:g} MWh is outside the limits of {store.name}; give {low_mwh:g} to {high_mwh:g} MWh"
            yield Flaw("LEVEL_OUTSIDE_LIMITS", f"{path}.{name}", message)
    if not outside and is_sound(case.horizon):
        yield from _reach_flaws(path, state, store, case)


def _reach_flaws(path: str, state: StoreState, store: Store, case: Case) -> Iterator[Flaw]:
    spans = reachable_mwh(state, store, case)
    if store.ends_above:
        spans = [(-math.inf, high) for _, high in spans]
    if not any(low - ENERGY_MWH <= state.end_level_mwh <= high + ENERGY_MWH for low, high in spans):
        told = " or ".join(f"{low:g} to {high:g}" if high > low else f"{low:g}" for low, high in spans)
        message = (
            f"{state.end_level_mwh:g} MWh cannot be reached from {state.start_level_mwh:g} MWh within "
            f"{case.horizon.hours_h:g} h; give {told} MWh"
        )
        yield Flaw("END_LEVEL_OUT_OF_REACH", f"{path}.end_level_mwh", message)


def reachable_mwh(state: StoreState, store: Store, case: Case) -> list[tuple[float, float]]:
    """
    Spans of levels that can be had at the end, MWh, the lowest first.

        e[t] = e[t-1] (1-loss)^dt + x,     x = 0,  eta_c Cmin dt .. eta_c P dt,  -P / eta_d dt .. -Dmin / eta_d dt

    e  level, from Emin to Emax  MWh     P, Cmin, Dmin  power, least powers  MW     eta  efficiency     dt  step  h
    """
    scale, step_h = store_scale(case, store), case.horizon.step_h
    charged, drained = scale * step_h * store.charge_efficiency_share, scale * step_h / store.discharge_efficiency_share
    lowest_mwh, highest_mwh = scale * store.usable_min_mwh, scale * store.usable_max_mwh
    into = charged * store.charge_min_mw, charged * store.charge_limit_mw
    out_of = -drained * store.power_mw, -drained * store.discharge_min_mw
    kept_share = (1 - store.hourly_loss_share) ** step_h
    spans = [(state.start_level_mwh, state.start_level_mwh)]
    for _ in range(case.horizon.step_count):
        moved = [
            (max(lowest_mwh, kept_share * low + least), min(highest_mwh, kept_share * high + most))
            for low, high in spans
            for least, most in ((0.0, 0.0), into, out_of)
        ]
        spans = _joined([(low, high) for low, high in moved if low <= high + ENERGY_MWH])
    return spans


def _joined(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans that meet, as one."""
    joined: list[tuple[float, float]] = []
    for low, high in sorted(spans):
        if joined and low <= joined[-1][1] + ENERGY_MWH:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return joined
