"""Regulation (调频备用) and non-spinning reserve (非旋转备用) of thermal units; nothing where nobody asks for them."""

from __future__ import annotations

import math

import numpy as np

from dispatch.case.facts import ProductRule
from dispatch.case.reserve_products import NON_SPINNING, REGULATION_DOWN, REGULATION_UP, rule_of, starts_in_time
from dispatch.case.start_limits import limit_of, never_started, week_left
from dispatch.case.thermal import ThermalUnit
from dispatch.model import names
from dispatch.model.draft import Draft, each, named
from dispatch.model.terms import ABSENT, Terms, total
from dispatch.model.thermal.limits import start_limit_mw
from dispatch.units import DURATION_H

UP, DOWN = "up", "down"
RAMPS = {UP: "ramp_up_mw_per_h", DOWN: "ramp_down_mw_per_h"}
TAKING = {UP: (REGULATION_UP, NON_SPINNING), DOWN: (REGULATION_DOWN,)}  # of the room above, of the room below


def decide_unit_products(draft: Draft) -> None:
    """
    A unit that is on gives regulation and non-spinning reserve within its ramp over the product's time.

        a_up  <=  RU h_a u,     a_up + n  <=  RU h_n u,     a_dn  <=  RD h_a u            every step t

    a_up, a_dn  regulation   MW       n  non-spinning reserve of a unit that is on   MW
    h_a, h_n  the products' times in hours, h_a <= h_n <= 1; RU, RD  ramps   MW per hour        u  on   0 or 1
    What is there sooner takes of the ramp of what comes later. Both stand beside r in the room of the unit
    (`output_limits`, `headroom`), so that no MW is promised twice.
    """
    for product in draft.inputs.product_mw:
        chosen = _asked(draft, product)
        if not chosen.any():
            continue
        units, direction = draft.units[chosen], DOWN if product == REGULATION_DOWN else UP
        own = draft.decide(names.UNIT_PRODUCT[product], units)
        if product == NON_SPINNING:
            own = own + _over_units(draft, REGULATION_UP)[:, chosen]
        reach = each(draft.facts.units, RAMPS[direction]) * _within_h(draft, product)
        on = draft.variable(names.STATUS, units)
        draft.hold(f"Generator-{product}_ramp", own - reach[chosen] * on, "<=", 0.0, units)


def offer_quick_starts(draft: Draft) -> None:
    """
    A unit that is off gives non-spinning reserve if it is up in time and may be started.

        q[t]  <=  SU[t] ( 1 - u[t] - sum( w[k], t-DT < k <= t ) )               every step t
        q[t]  <=  SU[t] ( N - sum( v[k], k in the day ) ),  likewise in the week and the horizon, where said
        q[t]  =   0        out of service, where no start is allowed, in a minimum down time begun before the horizon

    q  non-spinning reserve of a unit off   MW        SU  highest output in the hour of a start   MW
    Only units whose time from standstill is at most the product's. Sum and status are 0 or 1, so that q is 0 or up to
    SU: a unit that has its minimum down time behind it. Knueven, Ostrowski, Watson (2020), section 3.5, of quick-start
    reserve.
    """
    chosen = quick_units(draft)
    if not chosen.any():
        return
    units, reach = draft.units[chosen], start_limit_mw(draft)[:, chosen]
    offered = draft.decide(names.QUICK_START, units, reach * _may_start(draft)[:, chosen])
    down = [max(1, math.ceil(unit.min_down_h / draft.inputs.step_h - DURATION_H)) for unit in draft.facts.units]
    count = np.array(down)[chosen]
    for length in np.unique(count):
        own = count == length
        members = units[own]
        resting = draft.variable(names.STATUS, members) + draft.variable(names.STOP, members).window(int(length))
        taken = offered[:, own] + resting * reach[:, own]
        draft.hold(f"Generator-quick_start_{int(length)}", taken, "<=", reach[:, own], members)
    _leave_starts(draft, chosen, offered, reach)


def _leave_starts(draft: Draft, chosen: np.ndarray, offered: Terms, reach: np.ndarray) -> None:
    """Units that have had their starts of the day, of the week, or of the horizon, offer none."""
    whole = np.ones((1, len(draft.times), 1))
    for label, inside in (("a_day", draft.in_day), ("a_week", draft.in_week), ("in_all", whole)):
        most = _most_starts(draft, chosen, label, len(inside))
        own = np.isfinite(most[0])
        if not own.any():
            continue
        members = draft.units[chosen][own]
        begun = (draft.variable(names.START, members)[None] * inside).sum(axis=1)
        period = inside[:, :, 0].argmax(axis=0)
        taken = offered[:, own] + begun[period] * reach[:, own]
        draft.hold(f"Generator-quick_starts_{label}", taken, "<=", most[period][:, own] * reach[:, own], members)


def _most_starts(draft: Draft, chosen: np.ndarray, label: str, period_count: int) -> np.ndarray:
    """Starts that each chosen unit has in each day, week, or in the horizon, (periods, n); inf: any number."""
    most = np.full((period_count, int(chosen.sum())), np.inf)
    states = {state.unit: state for state in draft.case.units}
    for column, k in enumerate(np.flatnonzero(chosen)):
        unit = draft.facts.units[k]
        limit = limit_of(draft.case, unit)
        if limit is not None and label == "a_week":
            most[:, column] = week_left(limit, states[unit.name], period_count)
        elif limit is not None:
            count = limit.per_day_count if label == "a_day" else limit.horizon_count
            most[:, column] = np.inf if count is None else count
    return most


def taken_mw(draft: Draft, direction: str) -> Terms:
    """What these products take of the room and the ramp of each unit that is on, MW, (T, units); no terms if off."""
    return total([_over_units(draft, product) for product in TAKING[direction]])


def quick_units(draft: Draft) -> np.ndarray:
    """Units that can be started in time for non-spinning reserve, where somebody asks for it, (units,), bool."""
    asked = _asked(draft, NON_SPINNING)
    fit = [rule is not None and starts_in_time(u, rule) for u, rule in _rules(draft, NON_SPINNING)]
    return np.asarray(asked & np.array(fit, dtype=bool))


def asking_members(draft: Draft, product: str) -> np.ndarray:
    """Member grids in which something is asked for of a product, (members,), bool."""
    asked = draft.inputs.product_mw.get(product)
    return np.zeros(len(draft.facts.members), dtype=bool) if asked is None else np.asarray((asked > 0).any(axis=0))


def _asked(draft: Draft, product: str) -> np.ndarray:
    """Units of grids that ask for a product, (units,), bool."""
    asking = set(named(draft.facts.members)[asking_members(draft, product)])
    return np.array([unit.grid in asking for unit in draft.facts.units], dtype=bool)


def _rules(draft: Draft, product: str) -> list[tuple[ThermalUnit, ProductRule | None]]:
    """Each unit with what its grid says of a product."""
    return [(unit, rule_of(draft.facts, product, unit.grid)) for unit in draft.facts.units]


def _within_h(draft: Draft, product: str) -> np.ndarray:
    """The time of a product in the grid of each unit, (units,); 0 where it is not known."""
    return np.array([0.0 if rule is None else rule.within_h for _, rule in _rules(draft, product)])


def _may_start(draft: Draft) -> np.ndarray:
    """Whether a unit that is off could be started, (T, units), 0 or 1; stops in the horizon are held by rows."""
    inputs = draft.inputs
    free = inputs.in_service & ~inputs.no_start & ~never_started(draft.case, draft.facts)
    before = {state.unit: state for state in draft.case.units}
    for k, unit in enumerate(draft.facts.units):
        state = before[unit.name]
        rest_h = 0.0 if state.on else unit.min_down_h - state.hours_h
        free[: max(0, math.ceil(rest_h / inputs.step_h - DURATION_H)), k] = False
    return np.asarray(free, dtype=float)


def _over_units(draft: Draft, product: str) -> Terms:
    """One product over all units, (T, units): nothing where a unit gives none, no terms at all where it is off."""
    name, shape = names.UNIT_PRODUCT[product], (len(draft.times), len(draft.units))
    if name not in draft.model.variables:
        return Terms(np.zeros((*shape, 0)), np.zeros((*shape, 0), dtype=int))
    labels = np.full((*shape, 1), ABSENT)
    labels[:, _asked(draft, product)] = draft.variable(name).labels
    return Terms((labels != ABSENT).astype(float), labels)
