"""On, started, stopped: three variables a unit and step, and how long each must last."""

from __future__ import annotations

import math

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from dispatch.model import names
from dispatch.model.draft import Draft, by_name


def decide_commitment(draft: Draft) -> None:
    """
    A unit is on or off; a start or a stop is the change between two steps.

        u[t] - u[t-1] = v[t] - w[t]            every step t, u[-1] from the case

    u  on       0 or 1        v  started   0..1, integral whenever u is (see the windows below)
    w  stopped  0..1

    Must-run hours, outages and the rest of a minimum time begun before the horizon are bounds of u.
    Knueven, Ostrowski, Watson (2020), eq. (2).
    """
    if draft.units.empty:
        return
    lower, upper = _forced(draft)
    model, coords = draft.model, [draft.times, draft.units]
    on = model.add_variables(
        lower=draft.by_step(lower, draft.units),
        upper=draft.by_step(upper, draft.units),
        coords=coords,
        name=names.STATUS,
        integer=True,
    )
    started = model.add_variables(lower=0, upper=1, coords=coords, name=names.START)
    stopped = model.add_variables(lower=0, upper=1, coords=coords, name=names.STOP)
    change = on - on.shift(snapshot=1) - started + stopped
    model.add_constraints(change.isel(snapshot=slice(1, None)) == 0, name="Generator-logic")
    first = (on - started + stopped).isel(snapshot=0)
    model.add_constraints(first == by_name(_on_before(draft), draft.units), name="Generator-logic_first")


def hold_minimum_up_time(draft: Draft) -> None:
    """
    A unit that starts stays on for its minimum up time.

        sum( v[k], t-UT < k <= t )  <=  u[t]            every step t

    UT  minimum up time in steps, at least 1
    Rajan and Takriti (2005); Knueven, Ostrowski, Watson (2020), eq. (4).
    """
    for length, members in _by_length(draft, "min_up_h").items():
        recent = _window(draft.variable(names.START, members), length)
        on = draft.variable(names.STATUS, members)
        draft.model.add_constraints(recent - on <= 0, name=f"Generator-up_time_{length}")


def hold_minimum_down_time(draft: Draft) -> None:
    """
    A unit that stops stays off for its minimum down time.

        sum( w[k], t-DT < k <= t )  <=  1 - u[t]            every step t

    DT  minimum down time in steps, at least 1
    Rajan and Takriti (2005); Knueven, Ostrowski, Watson (2020), eq. (5).
    """
    for length, members in _by_length(draft, "min_down_h").items():
        recent = _window(draft.variable(names.STOP, members), length)
        on = draft.variable(names.STATUS, members)
        draft.model.add_constraints(recent + on <= 1, name=f"Generator-down_time_{length}")


def hold_running_minimum(draft: Draft) -> None:
    """
    A heating plant keeps a minimum number of its units on (最小运行方式).

        sum( u[g,t], g in the plant's heating units )  >=  N[t]            every step of the season

    N  units on, at most those in service. Estimated, from `running_minimum.csv`.
    """
    groups = [group for group in draft.inputs.running_groups if group.units_on_count.any()]
    if not groups:
        return
    plant = {draft.units[k]: group.plant for group in groups for k in group.unit_indices}
    members = draft.units[draft.units.isin(list(plant))]
    on = 1.0 * draft.variable(names.STATUS, members)
    together = on.groupby(pd.Series([plant[name] for name in members], index=members, name="plant")).sum()
    needed = xr.DataArray(
        np.column_stack([group.units_on_count for group in groups]).astype(float),
        coords={"snapshot": draft.times, "plant": [group.plant for group in groups]},
        dims=("snapshot", "plant"),
    ).sel(plant=together.coords["plant"])
    draft.model.add_constraints(together >= needed, name="Plant-running_minimum")


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


def _on_before(draft: Draft) -> np.ndarray:
    before = {state.unit: state.on for state in draft.case.units}
    return np.array([float(before[name]) for name in draft.units])


def _by_length(draft: Draft, attribute: str) -> dict[int, pd.Index]:
    """Units by the length of a minimum time in steps; shorter than a step counts as one."""
    step = draft.inputs.step_h
    lengths = [max(1, math.ceil(getattr(u, attribute) / step - 1e-9)) for u in draft.facts.units]
    return {n: draft.units[[k for k, m in enumerate(lengths) if m == n]] for n in sorted(set(lengths))}


def _window(change: linopy.Variable, length: int) -> linopy.LinearExpression:
    """Sum of a variable over the last `length` steps, fewer at the start of the horizon."""
    return change.rolling(snapshot=length).sum()
