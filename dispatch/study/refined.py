"""
A finer dispatch of a coarser commitment: units on or off by the hour, everything else by the quarter hour.

    hourly case  --run-->  commitment  --held-->  run of the fine case

The fine case is checked, solved, audited and measured as any other; only which thermal units are on is not free in it.
So ramps, line ratings, sections, reserve and stores hold by quarter hours, and the gap that is proven is that of the
dispatch with this commitment, not of all commitments by quarter hours.

A fine case is made coarse by means over the hour (of reserve required: the most); spans widen to whole hours, so that
a unit that is out, or must run, in a part of an hour is out, or runs, in all of it. A coarse case is made fine by
repeating each hour, or, where it is asked for, by lines through the hour that keep its mean:

    x[h,q] = m[h] + s[h] (q - 3/2) / 4,  q = 0..3        s[h] = the least of the differences to both neighbours and half
                                                         of that between them, 0 at a peak or a valley

(The monotonised central slope of van Leer, J. Comput. Phys. 23, 1977: no quarter leaves the range of its neighbours.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from dispatch.case.case import Case, Limits
from dispatch.case.checks import checked
from dispatch.case.facts import GridFacts
from dispatch.case.renewable import AvailableForecast
from dispatch.errors import CaseError, Flaw
from dispatch.horizon import Horizon, beijing, local
from dispatch.run import run, run_held
from dispatch.schedule.outcome import Outcome
from dispatch.schedule.progress import Progress, Tell, silent
from dispatch.solve.highs import Stop, never

HOUR_H = 1.0
REPEATED, LINEAR = "repeat", "linear"
WAYS = (REPEATED, LINEAR)
Spread = Callable[[tuple[float, ...], int], tuple[float, ...]]


@dataclass(frozen=True)
class Refined:
    """Both cases and both answers; `outcome` is the hourly one where that has no schedule."""

    hourly_case: Case
    hourly: Outcome
    case: Case
    outcome: Outcome
    told: str  # how the answer came about, in one sentence


def refined(
    case: Case,
    facts: GridFacts,
    limits: Limits,
    step_h: float,
    way: str = REPEATED,
    calls: tuple[Tell, Stop] = (silent, never),
) -> Refined:
    """
    Commit by the hour, dispatch by `step_h`. `CaseError` where the case cannot be made coarse or fine.

    Half of the time is kept for the dispatch.
    """
    tell, stop = calls
    coarse, fine = _both(case, step_h, way)
    checked(fine, facts, limits)
    checked(coarse, facts, limits)
    hourly = run(
        coarse, facts, replace(limits, time_s=limits.time_s / 2, prices=False), _named(tell, "commitment"), stop=stop
    )
    if hourly.schedule is None:
        return Refined(coarse, hourly, coarse, hourly, "the hourly commitment has no schedule: nothing was dispatched")
    left_s = max(limits.time_s / 2, limits.time_s - dict(hourly.seconds)["total"])
    on = np.repeat(hourly.schedule.on.to_numpy() > 0, round(HOUR_H / fine.horizon.step_h), axis=0)
    outcome = run_held(fine, facts, replace(limits, time_s=left_s), on, (_named(tell, "dispatch"), stop))
    told = _told(hourly, case, fine, way)
    if outcome.certificate is not None:
        outcome = replace(outcome, certificate=replace(outcome.certificate, steps=(told, *outcome.certificate.steps)))
    return Refined(coarse, hourly, fine, outcome, told)


def _named(tell: Tell, name: str) -> Tell:
    return lambda progress: tell(_renamed(progress, name))


def _renamed(progress: Progress, name: str) -> Progress:
    return replace(progress, stage=f"{name}: {progress.stage}")


def _told(hourly: Outcome, case: Case, fine: Case, way: str) -> str:
    gap = hourly.proof.gap_share
    proven = "without a proven gap" if gap is None else f"with a gap of {100 * gap:.3f} %"
    made = {REPEATED: "each hour's values repeated", LINEAR: "each hour's values as lines that keep its mean"}
    values = "its own values" if case.horizon.step_h == fine.horizon.step_h else made[way]
    return (
        f"thermal units on or off by the hour, from a solve of the hourly case ({hourly.status.value}, {proven}); "
        f"the rest by {fine.horizon.step_h * 60:g} min, from {values}; "
        "gap and bound are of the dispatch with this commitment"
    )


def _both(case: Case, step_h: float, way: str) -> tuple[Case, Case]:
    """The case by the hour and by `step_h`."""
    own_h, start = case.horizon.step_h, local(case.horizon.start)
    flaws = []
    if own_h not in (HOUR_H, step_h):
        message = (
            f"is {own_h:g} h; a case is refined from 1 h, or given in the step that it is refined to, {step_h:g} h"
        )
        flaws.append(Flaw("REFINE_STEP", "horizon.step_h", message))
    if (start.minute, start.second) != (0, 0) or not float(case.horizon.hours_h).is_integer():
        message = "begins or ends inside an hour; a commitment by the hour needs whole hours"
        flaws.append(Flaw("REFINE_OFF_HOUR", "horizon", message))
    if flaws:
        raise CaseError(tuple(flaws))
    if own_h == HOUR_H:
        return case, finer(case, step_h, way)
    return coarser(case), case


# ---------------------------------------------------------------- fine to coarse


def coarser(case: Case) -> Case:
    """The case by the hour: means, of reserve the most; spans by whole hours."""
    count = round(HOUR_H / case.horizon.step_h)

    def mean(values: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(np.reshape(values, (-1, count)).mean(axis=1).tolist()) if values else ()

    def most(values: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(np.reshape(values, (-1, count)).max(axis=1).tolist()) if values else ()

    horizon = Horizon(case.horizon.start, case.horizon.step_count // count, HOUR_H)
    no_start = tuple(replace(s, start=_ceiled(s.start), end=_ceiled(s.end)) for s in case.no_start)
    return replace(
        _mapped(case, mean, most),
        horizon=horizon,
        outages=tuple(_widened(span) for span in case.outages),
        must_run=tuple(_widened(span) for span in case.must_run),
        no_start=tuple(s for s in no_start if s.start < s.end),
    )


def _widened(span: Any) -> Any:
    return replace(span, start=_floored(span.start), end=_ceiled(span.end))


def _floored(moment: datetime) -> datetime:
    return beijing(local(moment).replace(minute=0, second=0, microsecond=0))


def _ceiled(moment: datetime) -> datetime:
    """A unit starts in the first quarter of an hour: only that counts for hours without a start."""
    floor = _floored(moment)
    return floor if floor == moment else floor + timedelta(hours=1)


# ---------------------------------------------------------------- coarse to fine


def finer(case: Case, step_h: float, way: str) -> Case:
    """The case by a shorter step; heat and reserve in MW are repeated always."""
    count = round(HOUR_H / step_h)

    def repeated(values: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(np.repeat(values, count).tolist())

    def lined(values: tuple[float, ...]) -> tuple[float, ...]:
        return lines(values, count)

    horizon = Horizon(case.horizon.start, case.horizon.step_count * count, step_h)
    return replace(_mapped(case, lined if way == LINEAR else repeated, repeated), horizon=horizon)


def lines(values: tuple[float, ...], count: int) -> tuple[float, ...]:
    """Each value as a line of `count` points with that mean, flat at peaks, valleys and both ends."""
    if not values:
        return ()
    mean = np.asarray(values, dtype=float)
    before, after = np.diff(mean, prepend=mean[0]), np.diff(mean, append=mean[-1])
    slope = np.where(before * after > 0, np.sign(before), 0.0) * np.minimum(
        np.minimum(np.abs(before), np.abs(after)), np.abs(before + after) / 2
    )
    within = (np.arange(count) - (count - 1) / 2) / count
    return tuple((mean[:, None] + slope[:, None] * within).ravel().tolist())


def _mapped(case: Case, spread: Callable[..., tuple[float, ...]], plain: Callable[..., tuple[float, ...]]) -> Case:
    """The case with its series in another step: forecasts and plans by `spread`, heat and reserve by `plain`."""
    return replace(
        case,
        load_forecasts=tuple(replace(f, load_mw=spread(f.load_mw)) for f in case.load_forecasts),
        available_forecasts=tuple(_available(f, spread) for f in case.available_forecasts),
        interchange_forecasts=tuple(
            replace(f, net_import_mw=spread(f.net_import_mw)) for f in case.interchange_forecasts
        ),
        reserve=replace(
            case.reserve,
            series=tuple(replace(s, up_mw=plain(s.up_mw), down_mw=plain(s.down_mw)) for s in case.reserve.series),
            products=tuple(replace(asked, required_mw=plain(asked.required_mw)) for asked in case.reserve.products),
        ),
        heat=replace(
            case.heat, forecasts=tuple(replace(f, heat_share=plain(f.heat_share)) for f in case.heat.forecasts)
        ),
    )


def _available(forecast: AvailableForecast, spread: Callable[..., tuple[float, ...]]) -> AvailableForecast:
    """What must be taken never exceeds what is available: where lines cross, the lower holds."""
    available = spread(forecast.available_mw)
    least = tuple(map(min, spread(forecast.least_mw), available))
    return replace(forecast, available_mw=available, least_mw=least)
