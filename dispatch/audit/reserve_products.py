"""
Reserve products beside spinning reserve: each grid has what it asks for or says what is missing.

a_up, a_down regulation, n non-spinning reserve, p output, MW; u on (0 or 1); h the product's time, hours.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dispatch.audit.evidence import Evidence, Placed, belongs, names, numbers
from dispatch.audit.finding import Finding, Rule, found
from dispatch.case.reserve_products import NON_SPINNING, REGULATION_DOWN, REGULATION_UP
from dispatch.case.start_limits import limit_of
from dispatch.units import DURATION_H, POWER_MW

REQUIREMENTS = {
    REGULATION_UP: Rule("reserve-regulation_up", "MW", POWER_MW),
    REGULATION_DOWN: Rule("reserve-regulation_down", "MW", POWER_MW),
    NON_SPINNING: Rule("reserve-non_spinning", "MW", POWER_MW),
}
UNIT_PRODUCTS = Rule("reserve-unit_products", "MW", POWER_MW)


def regulation_up(e: Evidence) -> Finding:
    """Regulation up (上调频): sum(a_up[t]) + short[t] >= required[t] of every grid, and required is told as it is."""
    return _requirement(e, REGULATION_UP)


def regulation_down(e: Evidence) -> Finding:
    """Regulation down (下调频): sum(a_down[t]) + short[t] >= required[t] of every grid, which is told as it is."""
    return _requirement(e, REGULATION_DOWN)


def non_spinning(e: Evidence) -> Finding:
    """Non-spinning reserve (非旋转备用): sum(n[t]) + short[t] >= required[t] of every grid, which is told as it is."""
    return _requirement(e, NON_SPINNING)


def _requirement(e: Evidence, product: str) -> Finding:
    """
    What is required is the larger of shares of load and of available wind and sun together and of the case's MW.

    In MW missing, or by which the requirement is told wrongly.
    """
    amount = np.zeros((len(e.inputs.times), len(e.facts.members)))
    for k, grid in enumerate(e.facts.members):
        required = _required_mw(e, product, grid)
        owners: list[tuple[Placed, ...]] = [e.facts.units, e.facts.stores]
        owners += [e.facts.contracts] if product == NON_SPINNING else []
        own = np.concatenate([belongs(components, grid) for components in owners])
        held = product_mw(e, product)[:, own].sum(axis=1)
        short, told = (_of_members(e, f"{table}_{product}_mw")[:, k] for table in ("short", "required"))
        amount[:, k] = np.maximum(required - held - short, np.abs(told - required))
    return found(REQUIREMENTS[product], amount, e.facts.members, e.inputs.times)


def _required_mw(e: Evidence, product: str, grid: str) -> np.ndarray:
    """What one grid requires of a product, MW, (T,); what the case says of the grid goes before what it says of all."""
    nothing = np.zeros(len(e.inputs.times))
    rules = [rule for rule in e.facts.product_rules if rule.product == product and rule.grid == grid]
    if not rules:
        return nothing
    said = [asked for asked in e.case.reserve.products if asked.product == product]
    mine = [asked for asked in said if asked.grid == grid] or [asked for asked in said if not asked.grid]
    by_shares = nothing
    for name, base in (
        ("load_share", e.inputs.load_mw[:, belongs(e.facts.buses, grid)]),
        ("renewable_share", e.inputs.available_mw[:, belongs(e.facts.plants, grid)]),
    ):
        values = [getattr(source, name) for source in (*mine, rules[0])]
        by_shares = by_shares + base.sum(axis=1) * next(value for value in values if value is not None)
    given = [np.array(asked.required_mw, dtype=float) for asked in mine if asked.required_mw]
    return np.asarray(np.max([by_shares, *given], axis=0))


def unit_products(e: Evidence) -> Finding:
    """
    A unit on gives what its ramp reaches in the product's time; a unit off what a start reaches, if it is fit for one.

        a_up[t] <= RU h_a u[t],   a_up[t] + n[t] <= RU h_n,   a_down[t] <= RD h_a u[t]           on
        n[t] <= SU[t], where it starts within h_n, is in service, may be started, has been off
                for its minimum down time, and has a start left in the day, in the week and in the horizon        off

    Its room is held by `reserve-unit_room`, for all products together.
    """
    units, count = e.facts.units, len(e.facts.units)
    up, down, more = (product_mw(e, p)[:, :count] for p in (REGULATION_UP, REGULATION_DOWN, NON_SPINNING))
    rise, fall = numbers(units, "ramp_up_mw_per_h"), numbers(units, "ramp_down_mw_per_h")
    over_up = up - np.where(e.on, rise * _within_h(e, REGULATION_UP), 0.0)
    over_down = down - np.where(e.on, fall * _within_h(e, REGULATION_DOWN), 0.0)
    over_on = np.where(more > POWER_MW, up + more - rise * _within_h(e, NON_SPINNING), 0.0)
    over_off = more - np.where(_fit_to_start(e), e.start_limit_mw, 0.0)
    amount = np.maximum.reduce([over_up, over_down, np.where(e.on, over_on, over_off)])
    return found(UNIT_PRODUCTS, amount, names(units), e.inputs.times)


def _fit_to_start(e: Evidence) -> np.ndarray:
    """Whether a unit that is off could be on in time, (T, units), bool."""
    within_h, times = _within_h(e, NON_SPINNING), e.inputs.times
    fit = (
        e.inputs.in_service
        & ~e.inputs.no_start
        & (_off_before_h(e) >= numbers(e.facts.units, "min_down_h") - DURATION_H)
    )
    day, week = (pd.factorize(each)[0] for each in (times.normalize(), times.to_period("W-SUN")))
    before = {state.unit: state.starts_this_week_count for state in e.case.units}
    starts_before = np.array([before[unit.name] for unit in e.facts.units])
    in_day = np.equal.outer(day, day) @ e.starts.astype(int)
    in_week = np.equal.outer(week, week) @ e.starts.astype(int) + np.outer(week == week[0], starts_before)
    for k, unit in enumerate(e.facts.units):
        soon = unit.start_time_h is not None and unit.start_time_h <= within_h[k] + DURATION_H
        limit = limit_of(e.case, unit)
        for most, had in (
            (getattr(limit, "per_day_count", None), in_day[:, k]),
            (getattr(limit, "per_week_count", None), in_week[:, k]),
            (getattr(limit, "horizon_count", None), np.full(len(times), e.starts[:, k].sum())),
        ):
            fit[:, k] &= True if most is None else had < most
        fit[:, k] &= soon
    return np.asarray(fit & ~e.stops)


def _off_before_h(e: Evidence) -> np.ndarray:
    """How long each unit has been off when a step begins, h, (T, units); 0 in the step in which it stops."""
    states = {state.unit: state for state in e.case.units}
    before = [states[unit.name] for unit in e.facts.units]
    off_h = np.array([0.0 if state.on else state.hours_h for state in before])
    hours = np.zeros(e.on.shape)
    for t in range(len(e.on)):
        hours[t] = off_h
        off_h = np.where(e.on[t], 0.0, off_h + e.inputs.step_h)
    return hours


def _within_h(e: Evidence, product: str) -> np.ndarray:
    """The time of a product in the grid of each unit, h, (units,); 0 where it is not known."""
    within = {rule.grid: rule.within_h for rule in e.facts.product_rules if rule.product == product}
    return np.array([within.get(unit.grid, 0.0) for unit in e.facts.units], dtype=float)


def product_mw(e: Evidence, product: str) -> np.ndarray:
    """One product by units and stores, non-spinning reserve by contracts too, MW; zero where nobody asks for it."""
    table, facts = e.table(f"{product}_mw"), e.facts
    width = len(facts.units) + len(facts.stores) + (len(facts.contracts) if product == NON_SPINNING else 0)
    return table if table.shape[1] else np.zeros((len(e.inputs.times), width))


def promised_mw(e: Evidence, direction: str) -> np.ndarray:
    """All products of units and stores in one direction together, MW, (T, units + stores)."""
    spinning = e.table(f"reserve_{direction}_mw")
    count = spinning.shape[1]
    others = (REGULATION_UP, NON_SPINNING) if direction == "up" else (REGULATION_DOWN,)
    return np.asarray(spinning + sum(product_mw(e, product)[:, :count] for product in others))


def _of_members(e: Evidence, table: str) -> np.ndarray:
    """A table by member grid, MW, (T, members); zero where nobody asks for the product."""
    given = e.table(table)
    return given if given.shape[1] else np.zeros((len(e.inputs.times), len(e.facts.members)))
