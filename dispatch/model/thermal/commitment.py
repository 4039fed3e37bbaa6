"""On, started, stopped: three variables a unit and step, and how long each must last."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from dispatch.model import names
from dispatch.model.draft import Draft


def decide_commitment(draft: Draft) -> None:
    """
    A unit is on or off; a start or a stop is the change between two steps.

        u[t] - u[t-1] = v[t] - w[t]            every step t, u[-1] from the case

    u  on       0 or 1        v  started   0..1, integral whenever u is (see the windows below)
    w  stopped  0..1

    The solver is told that v and w are whole: HiGHS 1.15.1 finds it out for itself in its presolve, and then calls one
    feasible case in a hundred or so infeasible (github.com/ERGO-Code/HiGHS, issue 3296 is of that kind).
    Must-run hours, outages and the rest of a minimum time begun before the horizon are bounds of u.
    Knueven, Ostrowski, Watson (2020), eq. (2).
    """
    lower, upper = _forced(draft)
    on = draft.decide(names.STATUS, draft.units, upper, lower, integer=True)
    started = draft.decide(names.START, draft.units, 1.0)
    stopped = draft.decide(names.STOP, draft.units, 1.0)
    for change in (names.START, names.STOP):
        draft.model.imply_whole(change)
    before = np.zeros(lower.shape)
    before[0] = on_before(draft)
    draft.hold("Generator-logic", on - on.shift(1) - started + stopped, "=", before, draft.units)


def hold_minimum_up_time(draft: Draft) -> None:
    """
    A unit that starts stays on for its minimum up time.

        sum( v[k], t-UT < k <= t )  <=  u[t]            every step t

    UT  minimum up time in steps, at least 1
    Rajan and Takriti (2005); Knueven, Ostrowski, Watson (2020), eq. (4).
    """
    for length, members in _by_length(draft, "min_up_h").items():
        recent = draft.variable(names.START, members).window(length)
        on = draft.variable(names.STATUS, members)
        draft.hold(f"Generator-up_time_{length}", recent - on, "<=", 0.0, members)


def hold_minimum_down_time(draft: Draft) -> None:
    """
    A unit that stops stays off for its minimum down time.

        sum( w[k], t-DT < k <= t )  <=  1 - u[t]            every step t

    DT  minimum down time in steps, at least 1
    Rajan and Takriti (2005); Knueven, Ostrowski, Watson (2020), eq. (5).
    """
    for length, members in _by_length(draft, "min_down_h").items():
        recent = draft.variable(names.STOP, members).window(length)
        on = draft.variable(names.STATUS, members)
        draft.hold(f"Generator-down_time_{length}", recent + on, "<=", 1.0, members)


def hold_running_minimum(draft: Draft) -> None:
    """
    A heating plant keeps a minimum number of its units on (最小运行方式).

        sum( u[g,t], g in the plant's heating units )  >=  N[t]            every step of the season

    N  units on, at most those in service. Estimated, from `running_minimum.csv`.
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
    axes = {"snapshot": draft.times, "plant": [group.plant for group in groups]}
    draft.model.add_rows("Plant-running_minimum", together, ">=", needed, axes)


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


def _by_length(draft: Draft, attribute: str) -> dict[int, pd.Index]:
    """Units by the length of a minimum time in steps; shorter than a step counts as one."""
    step = draft.inputs.step_h
    lengths = [max(1, math.ceil(getattr(u, attribute) / step - 1e-9)) for u in draft.facts.units]
    return {n: draft.units[[k for k, m in enumerate(lengths) if m == n]] for n in sorted(set(lengths))}
