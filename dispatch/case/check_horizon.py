"""Whether the horizon of a case can be scheduled, and whether spans of time lie inside it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta

from dispatch.case.thermal import MustRun, NoStart, Outage
from dispatch.errors import Flaw
from dispatch.horizon import MAX_HOURS, Horizon, local
from dispatch.units import SECONDS_PER_HOUR

SHORTEST_STEP_S = 60
FIRST_YEAR, LAST_YEAR = 2000, 2100


def horizon_flaws(horizon: Horizon) -> Iterator[Flaw]:
    """Length, step and start of the horizon."""
    yield from _length_flaws(horizon)
    yield from _start_flaws(horizon)
    if not step_is_sound(horizon.step_h):
        message = f"{horizon.step_h} h is no step; give one that divides an hour, as 1, 0.5 or 0.25"
        yield Flaw("STEP_INVALID", "horizon.step_h", message)


def _length_flaws(horizon: Horizon) -> Iterator[Flaw]:
    count, field = horizon.step_count, "horizon.step_count"
    longest_count = MAX_HOURS
    if step_is_sound(horizon.step_h):
        longest_count = round(MAX_HOURS / horizon.step_h)
    if count <= 0:
        yield Flaw("HORIZON_EMPTY", field, f"{count} steps leave nothing to schedule; give 1 to {longest_count}")
    elif count > longest_count:
        message = f"{count} steps are longer than {MAX_HOURS} h; give 1 to {longest_count}"
        yield Flaw("HORIZON_TOO_LONG", field, message)


def _start_flaws(horizon: Horizon) -> Iterator[Flaw]:
    start, field = horizon.start, "horizon.start"
    if not FIRST_YEAR <= start.year <= LAST_YEAR:
        message = f"the year {start.year} cannot be meant; give one from {FIRST_YEAR} to {LAST_YEAR}"
        yield Flaw("START_YEAR", field, message)
    elif start.tzinfo is None:
        message = f"{start.isoformat()} names no time zone; give it with one, as {start.isoformat()}+08:00"
        yield Flaw("START_NAIVE", field, message)
    elif step_is_sound(horizon.step_h) and not on_step(start, horizon.step_h):
        message = f"{local(start)} lies between two steps of {horizon.step_h:g} h; start on a full step of the hour"
        yield Flaw("START_OFF_STEP", field, message)


def step_is_sound(step_h: float) -> bool:
    """The step divides an hour into whole seconds, at least a minute each."""
    if not math.isfinite(step_h) or step_h <= 0:
        return False
    step_s = round(step_h * SECONDS_PER_HOUR)
    whole = abs(step_h * SECONDS_PER_HOUR - step_s) < 1e-6  # noqa: PLR2004 (of a second)
    return whole and SHORTEST_STEP_S <= step_s <= SECONDS_PER_HOUR and SECONDS_PER_HOUR % step_s == 0


def on_step(moment: datetime, step_h: float) -> bool:
    """The moment is a whole number of steps after a full hour of UTC+8."""
    clock = local(moment)
    past_s = clock.minute * 60 + clock.second
    return clock.microsecond == 0 and past_s % round(step_h * SECONDS_PER_HOUR) == 0


def is_sound(horizon: Horizon) -> bool:
    """Nothing is wrong with the horizon, so that its times can be computed."""
    return not list(horizon_flaws(horizon))


def end_of(horizon: Horizon) -> datetime:
    """The moment after the last step; aware."""
    return horizon.start + timedelta(hours=horizon.hours_h)


def span_flaws(path: str, span: Outage | MustRun | NoStart, horizon: Horizon) -> Iterator[Flaw]:
    """A span has a zone and a length, and meets the horizon on its steps. Expects a sound horizon."""
    naive = [name for name in ("start", "end") if getattr(span, name).tzinfo is None]
    for name in naive:
        moment = getattr(span, name).isoformat()
        message = f"{moment} names no time zone; give it with one, as {moment}+08:00"
        yield Flaw("SPAN_NAIVE", f"{path}.{name}", message)
    if naive:
        return
    if span.end <= span.start:
        message = f"{local(span.end)} is not after the start, {local(span.start)}"
        yield Flaw("SPAN_EMPTY", f"{path}.end", message)
    elif span.end <= horizon.start or span.start >= end_of(horizon):
        message = (
            f"{local(span.start)} to {local(span.end)} misses the horizon, "
            f"{local(horizon.start)} to {local(end_of(horizon))}; leave it out"
        )
        yield Flaw("SPAN_OUTSIDE_HORIZON", path, message)
    else:
        yield from _off_step_flaws(path, span, horizon)


def _off_step_flaws(path: str, span: Outage | MustRun | NoStart, horizon: Horizon) -> Iterator[Flaw]:
    for name in ("start", "end"):
        moment = getattr(span, name)
        if horizon.start < moment < end_of(horizon) and not on_step(moment, horizon.step_h):
            message = f"{local(moment)} lies between two steps of {horizon.step_h:g} h; give a full step"
            yield Flaw("SPAN_OFF_STEP", f"{path}.{name}", message)
