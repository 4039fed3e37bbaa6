"""
The state before a case: the end of a solve of the day before.

One rule for every grid and day, so that compared cases start from the same state. Two days before, every unit is on
at its minimum in force for longer than any minimum time, and every store is at half its level. The day before is
solved from there with stored weather, load and plan, without response, to a gap of 1 %; its last step is the state.

Or the end of an answer that a caller has: one day after another, with stores and response contracts as they are left.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from dispatch.case.as_asked import as_asked
from dispatch.case.case import Case, Interchange, Limits, ProductAsked
from dispatch.case.check_horizon import end_of
from dispatch.case.facts import GridFacts
from dispatch.case.heat import Heat
from dispatch.case.inputs import inputs_of
from dispatch.case.start_limits import limit_of
from dispatch.case.storage import Store, StoreState
from dispatch.case.thermal import UnitState
from dispatch.errors import CaseError, Flaw, SolverFailed
from dispatch.horizon import Horizon, beijing, local
from dispatch.run import run
from dispatch.schedule.outcome import Outcome
from dispatch.schedule.progress import Tell, silent
from dispatch.schedule.schedule import Schedule
from dispatch.units import POWER_MW

LONG_H = 240.0  # longer than every minimum up or down time
EVE_HOURS = 24
EVE_LIMITS = Limits(gap_share=0.01, time_s=300.0)


def case_of(
    facts: GridFacts, day: date, *, hours: int = 24, step_h: float = 1.0, variant: str = "central", tell: Tell = silent
) -> Case:
    """A case of a day with stored weather, load and plan, from the state that the day before leaves."""
    start = beijing(datetime(day.year, day.month, day.day))  # noqa: DTZ001 (beijing makes it aware)
    eve = Case(
        grid=facts.grid,
        edition=facts.edition,
        horizon=Horizon(start - timedelta(hours=EVE_HOURS), EVE_HOURS),
        units=_all_on(facts, start - timedelta(hours=EVE_HOURS)),
        stores=half_full(facts.stores),
        name=f"{facts.grid} {day - timedelta(days=1)} (eve)",
        interchange=Interchange(variant),
    )
    outcome = run(eve, facts, EVE_LIMITS, tell)
    if outcome.schedule is None:
        message = f"the day before {day} has no schedule to start from ({outcome.status.value}): {outcome.reason}"
        raise SolverFailed(message)
    return Case(
        grid=facts.grid,
        edition=facts.edition,
        horizon=Horizon(start, round(hours / step_h), step_h),
        units=states_after(eve, facts, outcome.schedule),
        stores=half_full(facts.stores),
        name=f"{facts.grid} {day}",
        interchange=Interchange(variant),
    )


def _without_series(products: tuple[ProductAsked, ...]) -> tuple[ProductAsked, ...]:
    """Reserve products as they are asked for by shares; MW were of other hours."""
    return tuple(replace(asked, required_mw=()) for asked in products)


def case_after(before: Case, facts: GridFacts, outcome: Outcome, horizon: Horizon) -> Case:
    """
    The case that goes on where an answer ends: what units, stores and contracts are left in, and the same terms.

    Stores, of heat too, are to end at the levels of the earlier case. Outages, must-run hours and hours without a start
    that reach into the horizon stay. Forecasts, heat loads and reserve in MW were of the earlier hours: left behind.
    `CaseError` where there is no schedule, or where the horizon does not begin where the answer ends.
    """
    end = end_of(before.horizon)
    if outcome.schedule is None or outcome.metrics is None:
        message = f"ended {outcome.status.value}: there is no schedule to go on from; give an answer that has one"
        raise CaseError((Flaw("NO_SCHEDULE", "after", message),))
    if horizon.start != end:
        message = f"{local(horizon.start)} is not where the answer ends; give {local(end)}"
        raise CaseError((Flaw("NOT_THE_NEXT", "horizon.start", message),))
    last = end_of(horizon)
    levels = outcome.schedule.level_mwh.iloc[-1]
    return replace(
        before,
        horizon=horizon,
        units=states_after(before, as_asked(before, facts), outcome.schedule),
        stores=tuple(replace(store, start_level_mwh=float(levels[store.store])) for store in before.stores),
        contracts=outcome.metrics.contract_states,
        name=f"{before.grid} {local(horizon.start):%Y-%m-%d}",
        outages=tuple(span for span in before.outages if span.start < last and span.end > end),
        must_run=tuple(span for span in before.must_run if span.start < last and span.end > end),
        no_start=tuple(span for span in before.no_start if span.start < last and span.end > end),
        reserve=replace(before.reserve, series=(), products=_without_series(before.reserve.products)),
        heat=_heat_after(before.heat, outcome.schedule),
        load_forecasts=(),
        available_forecasts=(),
        interchange_forecasts=(),
    )


def _heat_after(before: Heat, schedule: Schedule) -> Heat:
    """Heat stores as they are left."""
    stores = []
    for store in before.stores:
        left_mwh, end_mwh = float(schedule.heat_level_mwh[store.plant].iloc[-1]), store.end_level_mwh
        start, end = (min(level_mwh / store.energy_mwh, 1.0) for level_mwh in (left_mwh, end_mwh))
        stores.append(replace(store, start_level_share=start, end_level_share=end))
    return replace(before, forecasts=(), stores=tuple(stores))


def half_full(stores: tuple[Store, ...]) -> tuple[StoreState, ...]:
    """Every store starts and ends the horizon half way between its least and greatest level."""
    levels = [(store.usable_min_mwh + store.usable_max_mwh) / 2 for store in stores]
    return tuple(StoreState(store.name, level, level) for store, level in zip(stores, levels, strict=True))


def states_after(case: Case, facts: GridFacts, schedule: Schedule) -> tuple[UnitState, ...]:
    """The state of every unit after the last step of a schedule."""
    before, step_h = {state.unit: state for state in case.units}, schedule.step_h
    on, output, oil = schedule.on, schedule.output_mw, schedule.oil_support
    units = {unit.name: unit for unit in facts.units}
    states = []
    for name, state in before.items():
        after = _state_after(state, on[name], float(output[name].iloc[-1]), step_h)
        line = units[name].oil_support
        if line is not None and (oil[name].any() or state.oil_hours_h is not None):
            had = state.on and state.output_mw < line.below_mw - POWER_MW
            hours = _hours_so(oil[name], step_h, so_before=had, hours_before=state.oil_hours_h or 0.0)
            # With oil at the line itself the output that is handed over says "without": nothing is said of hours then.
            at_line = bool(oil[name].iloc[-1]) and after.output_mw >= line.below_mw - POWER_MW
            after = replace(after, oil_hours_h=None if at_line else hours)
        limit = limit_of(case, units[name])
        if limit is not None and limit.per_week_count is not None:
            after = replace(after, starts_this_week_count=_starts_this_week(case, state, on[name]))
        states.append(after)
    return tuple(states)


def _starts_this_week(case: Case, before: UnitState, on: pd.Series) -> int:
    """Starts in the calendar week of a horizon's end, those before the horizon in the same week among them."""
    midnight = local(end_of(case.horizon)).replace(hour=0, minute=0, second=0, microsecond=0)
    monday, times = pd.Timestamp(midnight - timedelta(days=midnight.weekday())), case.horizon.times
    had = np.concatenate([[before.on], on.to_numpy(dtype=bool)])
    begun = int((~had[:-1] & had[1:] & (times >= monday)).sum())
    return begun + (before.starts_this_week_count if times[0] >= monday else 0)


def _state_after(before: UnitState, on: pd.Series, output_mw: float, step_h: float) -> UnitState:
    now = bool(on.iloc[-1])
    hours = _hours_so(on, step_h, so_before=before.on, hours_before=before.hours_h)
    return UnitState(before.unit, now, hours, output_mw if now else 0.0)


def _hours_so(decided: pd.Series, step_h: float, *, so_before: bool, hours_before: float) -> float:
    """For how long a decision has been what it is after the last step, h."""
    changed = np.flatnonzero(decided.to_numpy() != decided.iloc[-1])
    if len(changed):
        return float((len(decided) - 1 - changed[-1]) * step_h)
    return float(len(decided) * step_h + (hours_before if so_before == bool(decided.iloc[-1]) else 0.0))


def _all_on(facts: GridFacts, start: datetime) -> tuple[UnitState, ...]:
    blank = Case(facts.grid, facts.edition, Horizon(start, 1), units=(), stores=())
    minimum = inputs_of(blank, facts).output_min_before_mw
    return tuple(
        UnitState(unit.name, on=True, hours_h=LONG_H, output_mw=float(low))
        for unit, low in zip(facts.units, minimum, strict=True)
    )
