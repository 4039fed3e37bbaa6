"""
Whether the units of a case can start from the state it gives, given outages and must-run hours.

The state is of the step before the horizon, so it is held against the limits of that step: a heating season
may begin or end at midnight. A flaw is named only where no schedule can exist, whatever the others do.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from dispatch.case.as_asked import as_asked, lowest_mw
from dispatch.case.case import Case
from dispatch.case.check_heat import readable_heat
from dispatch.case.check_horizon import is_sound, span_flaws
from dispatch.case.check_numbers import (
    LARGEST_NUMBER,
    LARGEST_POWER_MW,
    duplicate_flaws,
    missing_flaws,
    number_flaws,
    unknown_flaws,
)
from dispatch.case.check_starts import start_limit_flaws, week_start_flaws
from dispatch.case.facts import GridFacts
from dispatch.case.heat import Heat
from dispatch.case.heating import output_limits_mw
from dispatch.case.inputs import covered, left_mw, out_of_service, running_groups
from dispatch.case.start_limits import never_started
from dispatch.case.thermal import MustRun, NoStart, Outage, ThermalUnit, UnitState
from dispatch.errors import Flaw
from dispatch.units import POWER_MW

HOURS_H = 1e-9  # two durations closer than this are the same duration


@dataclass(frozen=True)
class Start:
    """One unit at the door of the horizon: its state, its limits, and when it may not or must run."""

    path: str
    state: UnitState
    unit: ThermalUnit
    step_h: float
    output_min_mw: np.ndarray  # (T + 1,), in force, the step before the horizon first
    output_max_mw: np.ndarray  # (T + 1,), likewise; from the first step on what outages leave of it
    in_service: np.ndarray  # (T,), bool
    must_run: np.ndarray  # (T,), bool
    no_start: np.ndarray  # (T,), bool

    @property
    def held_count(self) -> int:
        """First steps in which the unit keeps its state, because its minimum time is not served yet."""
        least_h = self.unit.min_up_h if self.state.on else self.unit.min_down_h
        return max(0, math.ceil((least_h - self.state.hours_h) / self.step_h - HOURS_H))

    @property
    def stop_limit_mw(self) -> np.ndarray:
        """Highest output from which the unit can stop in the next step, (T + 1,), the step before first."""
        return np.asarray(np.maximum(self.unit.stop_ramp_mw, self.output_min_mw))

    @property
    def can_be_on(self) -> np.ndarray:
        """Steps in which some schedule of the unit has it on, by outages, starts and the time off of before, (T,)."""
        on, held = self.state.on, 0 if self.state.on else self.held_count
        able = np.zeros(len(self.in_service), dtype=bool)
        for t, serves in enumerate(self.in_service):
            on = bool(serves) and (on or (t >= held and not self.no_start[t]))
            able[t] = on
        return able


def unit_flaws(case: Case, stored: GridFacts) -> Iterator[Flaw]:
    """States, outages, must-run hours and starts of the units."""
    facts = as_asked(case, stored)
    given, known = [s.unit for s in case.units], {u.name: u for u in facts.units}
    yield from missing_flaws("UNIT_STATE_MISSING", "units", given, list(known))
    yield from duplicate_flaws("units", "unit", given)
    broken: set[str] = set()
    for k, state in enumerate(case.units):
        yield from unknown_flaws("UNKNOWN_UNIT", f"units[{k}].unit", state.unit, list(known))
        flaws = list(_state_flaws(f"units[{k}]", state))
        if is_sound(case.horizon):
            yield from week_start_flaws(f"units[{k}]", state, case.horizon.start)
        broken |= {state.unit} if flaws else set()
        yield from flaws
    yield from _span_flaws(case, list(known))
    yield from start_limit_flaws(case, facts)
    if is_sound(case.horizon):
        starts = [s for s in _starts(case, facts, stored) if s.unit.name not in broken]
        yield from _both_flaws(case, facts)
        yield from _derated_flaws(case, facts)
        for start in starts:
            yield from _start_flaws(start)
        if case.heat.short_cny_per_mwh is None:
            yield from _running_minimum_flaws(case, facts, starts)


def _state_flaws(path: str, state: UnitState) -> Iterator[Flaw]:
    """What is wrong with a state by itself."""
    yield from number_flaws(f"{path}.output_mw", state.output_mw, "MW", LARGEST_POWER_MW)
    hours = list(number_flaws(f"{path}.hours_h", state.hours_h, "h", LARGEST_NUMBER, -LARGEST_NUMBER))
    yield from hours
    if not hours and state.hours_h <= 0:
        mode = "on" if state.on else "off"
        message = f"{state.hours_h:g} h is no time; give how long {state.unit} has been {mode}, above 0"
        yield Flaw("HOURS_NOT_POSITIVE", f"{path}.hours_h", message)
    if state.oil_hours_h is not None:
        yield from number_flaws(f"{path}.oil_hours_h", state.oil_hours_h, "h", LARGEST_NUMBER)
    if not state.on and POWER_MW < state.output_mw <= LARGEST_POWER_MW:
        message = f"{state.output_mw:g} MW from {state.unit}, which is off; give 0 MW, or say that it is on"
        yield Flaw("OFF_WITH_OUTPUT", f"{path}.output_mw", message)


def _span_flaws(case: Case, known: list[str]) -> Iterator[Flaw]:
    spans: dict[str, Sequence[Outage | MustRun | NoStart]] = {
        "outages": case.outages,
        "must_run": case.must_run,
        "no_start": case.no_start,
    }
    for table, listed in spans.items():
        for k, span in enumerate(listed):
            yield from unknown_flaws("UNKNOWN_UNIT", f"{table}[{k}].unit", span.unit, known)
            if is_sound(case.horizon):
                yield from span_flaws(f"{table}[{k}]", span, case.horizon)


def _usable(case: Case, facts: GridFacts) -> Case:
    """The case with those outages, must-run hours and hours without a start alone that can be laid over the facts."""
    known = {unit.name for unit in facts.units}

    def sound(span: Outage | MustRun | NoStart) -> bool:
        return span.unit in known and not list(span_flaws("", span, case.horizon))

    return replace(
        case,
        outages=tuple(span for span in case.outages if sound(span)),
        must_run=tuple(span for span in case.must_run if sound(span)),
        no_start=tuple(span for span in case.no_start if sound(span)),
    )


def _starts(case: Case, facts: GridFacts, stored: GridFacts) -> Iterator[Start]:
    horizon = case.horizon
    before = replace(horizon, start=horizon.start - timedelta(hours=horizon.step_h), step_count=horizon.step_count + 1)
    lower, upper = output_limits_mw(readable_heat(case.heat), facts, before.times)
    usual_low, usual_high = output_limits_mw(Heat(), facts, before.times[:1])  # the state is of the stored heat load
    lower[0], upper[0] = np.minimum(lower[0], usual_low[0]), np.maximum(upper[0], usual_high[0])
    lower[0] = np.minimum(lower[0], [lowest_mw(case, unit) for unit in stored.units])
    usable = _usable(case, facts)
    left = np.vstack([np.full(upper.shape[1], np.inf), left_mw(usable, facts, horizon.times)])
    upper = np.maximum(np.minimum(upper, left), lower)  # less than the least output is told in `_derated_flaws`
    in_service = ~covered(out_of_service(usable), facts.units, horizon.times)
    must_run = covered(usable.must_run, facts.units, horizon.times)
    no_start = covered(usable.no_start, facts.units, horizon.times) | never_started(usable, facts)
    index = {unit.name: k for k, unit in enumerate(facts.units)}
    for k, state in enumerate(case.units):
        if (g := index.get(state.unit)) is not None:
            limits = lower[:, g], upper[:, g]
            yield Start(
                f"units[{k}]",
                state,
                facts.units[g],
                horizon.step_h,
                *limits,
                in_service[:, g],
                must_run[:, g],
                no_start[:, g],
            )


def _start_flaws(start: Start) -> Iterator[Flaw]:
    if start.state.on:
        limits = list(_output_flaws(start))
        yield from limits or _reach_flaws(start)
        yield from _outage_flaws(start)
    yield from _must_run_flaws(start)


def _both_flaws(case: Case, facts: GridFacts) -> Iterator[Flaw]:
    """No unit must run while it is out of service, whatever its state; one flaw a unit."""
    usable, times = _usable(case, facts), case.horizon.times
    both = covered(usable.must_run, facts.units, times) & covered(out_of_service(usable), facts.units, times)
    for g in np.flatnonzero(both.any(axis=0)):
        message = f"{facts.units[g].name} must run in step {both[:, g].argmax()} while it is out of service"
        yield Flaw("MUST_RUN_IN_OUTAGE", "must_run", f"{message}; leave one out")


def _derated_flaws(case: Case, facts: GridFacts) -> Iterator[Flaw]:
    """What an outage leaves of a unit is at least its least output in force; a unit that cannot run has an outage."""
    usable, times = _usable(case, facts), case.horizon.times
    lower = output_limits_mw(readable_heat(case.heat), facts, times)[0]
    for k, outage in enumerate(case.outages):
        if outage.available_mw is None:
            continue
        path = f"outages[{k}].available_mw"
        flaws = list(number_flaws(path, outage.available_mw, "MW", LARGEST_POWER_MW))
        yield from flaws
        if not flaws and outage in usable.outages:
            least_mw = lower[covered((outage,), facts.units, times)].max()
            if outage.available_mw < least_mw - POWER_MW:
                message = (
                    f"{outage.available_mw:g} MW is below the least output of {outage.unit}, {least_mw:g} MW; "
                    "give that or more, or leave it out: then the unit is out of service"
                )
                yield Flaw("AVAILABLE_BELOW_MINIMUM", path, message)


def _output_flaws(start: Start) -> Iterator[Flaw]:
    """The output of the step before lies within the limits of the step before."""
    output_mw, low_mw, high_mw = start.state.output_mw, start.output_min_mw[0], start.output_max_mw[0]
    field = f"{start.path}.output_mw"
    would_do = f"of {start.unit.name} in the hour before the horizon; give {low_mw:g} to {high_mw:g} MW"
    if output_mw < low_mw - POWER_MW:
        yield Flaw("OUTPUT_BELOW_MINIMUM", field, f"{output_mw:g} MW is below the least output {would_do}")
    elif output_mw > high_mw + POWER_MW:
        yield Flaw("OUTPUT_ABOVE_MAXIMUM", field, f"{output_mw:g} MW is above the highest output {would_do}")


def _reach_flaws(start: Start) -> Iterator[Flaw]:
    """
    A unit that cannot stop before reaches the limits of each step by its ramps, the lower ones of outages among them.

    It comes down as fast as it can until it may be off: from then on nothing is sure.
    """
    if start.unit.first_step_free:
        return
    lowest_mw, unit, step_h = start.state.output_mw, start.unit, start.step_h
    too_low = lowest_mw + unit.ramp_up_mw_per_h * step_h < start.output_min_mw[1] - POWER_MW
    for t, serves in enumerate(start.in_service):
        may_stop = t >= start.held_count and lowest_mw <= start.stop_limit_mw[t] + POWER_MW
        if not serves or (may_stop and not start.must_run[t]):
            return
        low_mw, high_mw = start.output_min_mw[t + 1], start.output_max_mw[t + 1]
        lowest_mw = max(lowest_mw - unit.ramp_down_mw_per_h * step_h, low_mw)
        if (too_low and t == 0) or lowest_mw > high_mw + POWER_MW:
            message = (
                f"from {start.state.output_mw:g} MW {unit.name} reaches neither a stop nor, by its ramps, the "
                f"{low_mw:g} to {high_mw:g} MW of step {t}"
            )
            yield Flaw("OUTPUT_OUT_OF_REACH", f"{start.path}.output_mw", message)
            return


def _outage_flaws(start: Start) -> Iterator[Flaw]:
    """A unit that is on can be off when its first outage begins."""
    if start.in_service.all():
        return
    first, unit, state = int((~start.in_service).argmax()), start.unit, start.state
    if first < start.held_count:
        message = (
            f"{unit.name} has been on for {state.hours_h:g} h and stays on for at least {unit.min_up_h:g} h, "
            f"but is out of service from step {first}; begin the outage in step {start.held_count}"
        )
        yield Flaw("OUTAGE_BEFORE_MINIMUM_UP", f"{start.path}.hours_h", message)
    least_mw = state.output_mw - first * unit.ramp_down_mw_per_h * start.step_h
    limit_mw = start.stop_limit_mw[first]
    if least_mw > limit_mw + POWER_MW and not unit.first_step_free:
        message = (
            f"from {state.output_mw:g} MW {unit.name} cannot come down to the {limit_mw:g} MW from which it "
            f"stops before its outage in step {first}; say that it is off, or give less output"
        )
        yield Flaw("STOP_OUT_OF_REACH", f"{start.path}.output_mw", message)


def _must_run_flaws(start: Start) -> Iterator[Flaw]:
    """A unit that is off can be on when it must run: it has been off for long enough, and may be started."""
    unable = start.must_run & start.in_service & ~start.can_be_on
    if not unable.any():
        return
    first = int(unable.argmax())
    if not start.state.on and first < start.held_count:
        message = (
            f"{start.unit.name} has been off for {start.state.hours_h:g} h and stays off for at least "
            f"{start.unit.min_down_h:g} h, but must run from step {first}; begin in step {start.held_count}"
        )
        yield Flaw("MUST_RUN_BEFORE_MINIMUM_DOWN", f"{start.path}.hours_h", message)
        return
    message = f"{start.unit.name} must run in step {first}, is off before it and may not be started; leave one out"
    yield Flaw("MUST_RUN_WITHOUT_START", "must_run", message)


def _running_minimum_flaws(case: Case, facts: GridFacts, starts: list[Start]) -> Iterator[Flaw]:
    """Enough units of a heating plant can be on in every step, whatever is decided."""
    usable, times = _usable(case, facts), case.horizon.times
    in_service = ~covered(out_of_service(usable), facts.units, times)
    able = in_service.copy()
    index = {unit.name: k for k, unit in enumerate(facts.units)}
    for start in starts:
        able[:, index[start.unit.name]] = start.can_be_on
    for group in running_groups(facts, times, in_service):
        count = able[:, group.unit_indices].sum(axis=1)
        short = count < group.units_on_count
        if short.any():
            t = int(short.argmax())
            message = (
                f"{group.plant} keeps {group.units_on_count[t]} heating units on in step {t}, but minimum "
                f"down times and starts leave only {count[t]} of them; give more of them as on, or off for longer"
            )
            yield Flaw("RUNNING_MINIMUM_OUT_OF_REACH", "units", message)
