"""Between minimum and maximum when on, lower in the hour of a start and in the hour before a stop."""

from __future__ import annotations

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from dispatch.model import names
from dispatch.model.draft import Draft
from dispatch.units import POWER_MW


def limit_output_below(draft: Draft) -> None:
    """
    A unit that is on holds its minimum in force.

        p[t]  >=  Pmin[t] u[t]            every step t

    p  output   MW        Pmin  minimum, of the heating season for a unit that heats   MW
    Knueven, Ostrowski, Watson (2020), eq. (17).
    """
    if draft.units.empty:
        return
    minimum = draft.by_step(draft.inputs.output_min_mw, draft.units)
    output, on = draft.variable(names.OUTPUT, draft.units), draft.variable(names.STATUS, draft.units)
    draft.model.add_constraints(output - minimum * on >= 0, name="Generator-output_min")


def limit_output_above(draft: Draft) -> None:
    """
    A unit that is on stays below its maximum, below SU in the hour of a start, below SD before a stop.

        p[t]  <=  Pmax[t] u[t] - (Pmax[t] - SU[t]) v[t] - (Pmax[t] - SD[t]) w[t+1]        UT >= 2 steps
        p[t]  <=  Pmax[t] u[t] - (Pmax[t] - SU[t]) v[t]                                   else, with
        p[t]  <=  Pmax[t] u[t] - (Pmax[t] - SD[t]) w[t+1]

    SU, SD  start and stop ramp, at least the minimum in force   MW
    A unit that may start and stop within two steps (UT = 1) cannot carry both terms in one row.
    Morales-España, Latorre, Ramos (2013), eq. (12)-(14).
    """
    if draft.units.empty:
        return
    output = draft.variable(names.OUTPUT, draft.units)
    long, short = split_by_up_time(draft)
    for members, label in ((long, "output_max"), (short, "output_max_start")):
        if len(members):
            room = ceiling(draft, members, stops=label == "output_max")
            draft.model.add_constraints(room - output.sel(name=members) >= 0, name=f"Generator-{label}")
    if len(short):
        room = ceiling(draft, short, starts=False)
        draft.model.add_constraints(room - output.sel(name=short) >= 0, name="Generator-output_max_stop")
    _hold_first_stop(draft)


def ceiling(draft: Draft, members: pd.Index, *, starts: bool = True, stops: bool = True) -> linopy.LinearExpression:
    """The right-hand side of the rows above, MW, for some units: what they may give in each step."""
    inputs = draft.inputs
    maximum = draft.by_step(inputs.output_max_mw, draft.units).sel(name=members)
    room = maximum * draft.variable(names.STATUS, members)
    if starts:
        cut = maximum - start_limit_mw(draft).sel(name=members)
        room = room - cut * draft.variable(names.START, members)
    if stops and len(draft.times) > 1:
        cut = maximum - stop_limit_mw(draft).sel(name=members)
        following = draft.variable(names.STOP, members).shift(snapshot=-1)
        last = xr.DataArray(np.arange(len(draft.times)) < len(draft.times) - 1, dims="snapshot")
        room = room - _zero_where_absent(cut.where(last.assign_coords(snapshot=draft.times), 0.0) * following)
    return room


def split_by_up_time(draft: Draft) -> tuple[pd.Index, pd.Index]:
    """Units whose minimum up time is at least two steps, and the others."""
    long = np.array([u.min_up_h > draft.inputs.step_h for u in draft.facts.units])
    return draft.units[long], draft.units[~long]


def start_limit_mw(draft: Draft) -> xr.DataArray:
    """Highest output in the hour of a start, (T, units): the start ramp, at least the minimum in force."""
    ramp = np.array([unit.start_ramp_mw for unit in draft.facts.units])
    return _between(draft, ramp)


def stop_limit_mw(draft: Draft) -> xr.DataArray:
    """Highest output in the hour before a stop, (T, units): the stop ramp, at least the minimum in force."""
    ramp = np.array([unit.stop_ramp_mw for unit in draft.facts.units])
    return _between(draft, ramp)


def _between(draft: Draft, ramp: np.ndarray) -> xr.DataArray:
    inputs = draft.inputs
    limit = np.minimum(np.maximum(ramp, inputs.output_min_mw), inputs.output_max_mw)
    return draft.by_step(limit, draft.units)


def _zero_where_absent(term: linopy.LinearExpression) -> linopy.LinearExpression:
    """After the last step nothing stops within the horizon: the shifted term is nothing there, not unknown."""
    return term.fillna(0)


def _hold_first_stop(draft: Draft) -> None:
    """A unit above its stop limit before the horizon cannot stop in the first step."""
    high = output_before_mw(draft) > stop_limit_before_mw(draft) + POWER_MW
    if high.any():
        stops = draft.variable(names.STOP, draft.units[high]).isel(snapshot=0)
        draft.model.add_constraints(stops == 0, name="Generator-first_stop")


def output_before_mw(draft: Draft) -> np.ndarray:
    """Output in the step before the horizon, (units,)."""
    before = {state.unit: state.output_mw for state in draft.case.units}
    return np.array([before[name] for name in draft.units])


def stop_limit_before_mw(draft: Draft) -> np.ndarray:
    """Highest output from which a unit may stop in the first step, (units,)."""
    ramp = np.array([unit.stop_ramp_mw for unit in draft.facts.units])
    return np.asarray(np.maximum(ramp, draft.inputs.output_min_before_mw))
