"""On, started, stopped: three variables a unit and step, and how long each must last."""

from __future__ import annotations

import math

import numpy as np

from dispatch.case.start_limits import StartBound
from dispatch.model import names
from dispatch.model.draft import Draft, named
from dispatch.model.on_off import Freedom, Switch, decide_on, stay_off, stay_on
from dispatch.model.terms import Terms


def decide_commitment(draft: Draft) -> None:
    """
    A unit is on or off; a start or a stop is the change between two steps.

        u[t] - u[t-1] = v[t] - w[t]            every step t, u[-1] from the case

    u  on       0 or 1        v  started   0..1, integral whenever u is (see `on_off.decide_on`)
    w  stopped  0..1

    Must-run hours, outages and the rest of a minimum time begun before the horizon are bounds of u; where a unit may
    not be started (禁止启动时段), v = 0.
    Knueven, Ostrowski, Watson (2020), eq. (2).
    """
    lower, upper = _forced(draft)
    decide_on(draft, _switch(draft), Freedom(lower, upper, 1.0 - draft.inputs.no_start, on_before(draft)))


def hold_minimum_up_time(draft: Draft) -> None:
    """
    A unit that starts stays on for its minimum up time.

        sum( v[k], t-UT < k <= t )  <=  u[t]            every step t

    UT  minimum up time in steps, at least 1
    Rajan and Takriti (2005); Knueven, Ostrowski, Watson (2020), eq. (4).
    """
    stay_on(draft, _switch(draft), _lengths(draft, "min_up_h"))


def hold_minimum_down_time(draft: Draft) -> None:
    """
    A unit that stops stays off for its minimum down time.

        sum( w[k], t-DT < k <= t )  <=  1 - u[t]            every step t

    DT  minimum down time in steps, at least 1
    Rajan and Takriti (2005); Knueven, Ostrowski, Watson (2020), eq. (5).
    """
    stay_off(draft, _switch(draft), _lengths(draft, "min_down_h"))


def limit_unit_starts(draft: Draft) -> None:
    """
    A unit starts no more often than it may, in a day, in a week and in the horizon (启停次数).

        sum( v[t], t in the day )  <=  N,     sum( v[t], t in the week )  <=  W - b,     sum( v[t] )  <=  M

    N, M  starts of one unit in a calendar day (UTC+8) as far as it lies in the horizon, and in the horizon
    W  starts in a calendar week, Monday to Sunday (UTC+8)      b  those before the horizon, in its first week alone
    Written where minimum times alone would allow more. Such units are never folded: of some that have N starts each, a
    sum says how many there were, but not that minimum times let the one with the fewest start next.
    """
    for label, attribute, inside in (
        ("a_day", "per_day_count", draft.in_day),
        ("a_week", "week_left_count", draft.in_week),
        ("in_all", "horizon_count", np.ones((1, len(draft.times), 1))),
    ):
        bounds = [bound for bound in draft.start_bounds if getattr(bound, attribute) is not None]
        if bounds:
            _hold_starts(draft, label, bounds, inside, np.array([getattr(bound, attribute) for bound in bounds]).T)


def _hold_starts(draft: Draft, label: str, bounds: list[StartBound], inside: np.ndarray, most: np.ndarray) -> None:
    members = draft.units[[bound.unit_index for bound in bounds]]
    counted = (draft.variable(names.START, members)[None] * inside).sum(axis=1)
    axes = {"period": list(range(len(inside))), "name": members}
    draft.model.add_rows(f"Generator-starts_{label}", counted, "<=", most, axes)


def hold_running_minimum(draft: Draft) -> None:
    """
    A heating plant keeps a minimum number of its units on (最小运行方式).

        sum( u[g,t], g in the plant's heating units ) + short[t] / P[t]  >=  N[t]            every step of the season

    N  units on, at most those in service. Estimated, from `running_minimum.csv`.
    P  mean greatest output of those units   MW
    short  priced slack   MW; none at all where the case gives no price of it (`heat.short_cny_per_mwh`)
    """
    groups = [group for group in draft.inputs.running_groups if group.units_on_count.any()]
    if not groups:
        return
    on = draft.variable(names.STATUS, draft.units)
    belongs = np.zeros((len(groups), len(draft.units)))
    for row, group in enumerate(groups):
        belongs[row, list(group.unit_indices)] = 1.0
    together = on.weighted(belongs)
    needed = np.column_stack([group.units_on_count for group in groups])
    if draft.case.heat.short_cny_per_mwh is not None:
        size_mw = np.column_stack([group.missing_unit_mw(draft.inputs.output_max_mw) for group in groups])
        short = draft.decide(names.SHORT_HEAT, named(group.plant for group in groups), needed * size_mw)
        together = together + short * np.divide(1.0, size_mw, out=np.zeros_like(size_mw), where=size_mw > 0)
    axes = {"snapshot": draft.times, "plant": [group.plant for group in groups]}
    draft.model.add_rows(names.RUNNING_MINIMUM, together, ">=", needed, axes)


def heat_penalty(draft: Draft) -> Terms | None:
    """Price of running minimums that are not kept, CNY: sum( dt c short ), c the case's `heat.short_cny_per_mwh`."""
    price = draft.case.heat.short_cny_per_mwh
    if price is None or names.SHORT_HEAT not in draft.model.variables:
        return None
    return (price * draft.inputs.step_h * draft.variable(names.SHORT_HEAT)).all()


def on_before(draft: Draft) -> np.ndarray:
    """Whether each unit is on before the first step, (units,), 0 or 1."""
    before = {state.unit: state.on for state in draft.case.units}
    return np.array([float(before[name]) for name in draft.units])


def _forced(draft: Draft) -> tuple[np.ndarray, np.ndarray]:
    """Least and greatest u, (T, units): must run, in service, and minimum times begun before the horizon."""
    inputs = draft.inputs
    lower, upper = inputs.must_run.astype(float), inputs.in_service.astype(float)
    before = {state.unit: state for state in draft.case.units}
    for k, unit in enumerate(draft.facts.units):
        state = before[unit.name]
        minimum = unit.min_up_h if state.on else unit.min_down_h
        rest = max(0, math.ceil((minimum - state.hours_h) / inputs.step_h - 1e-9))
        if state.on:
            lower[:rest, k] = 1.0
        else:
            upper[:rest, k] = 0.0
    return lower, upper


def _lengths(draft: Draft, attribute: str) -> np.ndarray:
    """A minimum time of each unit in steps, (units,); shorter than a step counts as one."""
    step = draft.inputs.step_h
    lengths = [max(1, math.ceil(getattr(u, attribute) / step - 1e-9)) for u in draft.facts.units]
    return np.array(lengths, dtype=int)


def _switch(draft: Draft) -> Switch:
    return Switch("Generator", names.STATUS, names.START, names.STOP, draft.units)
