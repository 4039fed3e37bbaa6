"""
Units in doubt made whole one after the other, with the relaxation solved anew around those before.

A unit that is partly on in some hours is tried both ways, on in all of them and off in all. Of the ways that take no
more than a quarter of the room there is up to the cost that is good enough, the one that leaves least in doubt is
taken; else the cheaper one. The cheaper one alone hands the same part of a unit from one to the next. Rounding all at
once does not know that half a unit missing on one side of a full line cannot be made good on the other. Where the
relaxation around what is decided costs more than a known point, it ends. Dives by one variable at a time: Berthold
(2006), "Primal heuristics for mixed integer programs", diploma thesis, TU Berlin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dispatch.solve.anatomy import Anatomy
from dispatch.solve.climb import Climb
from dispatch.solve.plans import Plans

IN_DOUBT = 1e-4  # of a unit, from a whole number
TURN_COUNT = 30  # units that are decided, at most
DOUBT_COUNT = 6  # units in doubt at first: of more, a box decides sooner
ROOM_SHARE = 0.25  # of what is left up to the cost that is good enough: as much one unit may take


@dataclass(frozen=True)
class Way:
    """A unit's hours made whole: what the relaxation around it comes to."""

    lower_count: np.ndarray  # bounds of the folded problem
    upper_count: np.ndarray
    x: np.ndarray
    objective_cny: float
    doubt_share: float  # of a unit, in all


def dived(climb: Climb, anatomy: Anatomy, plans: Plans) -> np.ndarray | None:
    """A relaxed point of the folded problem around whole plans, its units whole or nearly; None where it is no use."""
    columns = np.unique(climb.classes.column_class_index[anatomy.on_index], axis=1)
    if plans.x is None or np.count_nonzero(_doubt(plans.x[columns]).sum(axis=0)) > DOUBT_COUNT:
        return None
    for _ in range(TURN_COUNT):
        if plans.objective_cny >= climb.found.objective_cny or climb.ended:
            return None
        doubt = _doubt(plans.x[columns]).sum(axis=0)
        if not doubt.any():
            return plans.x
        unit = columns[:, doubt.argmax()]
        before_cny = plans.objective_cny
        ways = _ways(plans, unit[_doubt(plans.x[unit]) > 0], columns)
        if not ways:
            return None
        _take(plans, ways, before_cny, climb.enough())
    return plans.x


def _doubt(x: np.ndarray) -> np.ndarray:
    """How far numbers are from whole ones: 0 where near enough, at most 1/4."""
    part = x % 1.0
    return np.where(np.minimum(part, 1.0 - part) > IN_DOUBT, part * (1.0 - part), 0.0)


def _ways(plans: Plans, own: np.ndarray, columns: np.ndarray) -> list[Way]:
    """A unit's hours in doubt made whole, up and down, where there is a point."""
    assert plans.x is not None  # noqa: S101 (for mypy; only asked with a point)
    low, high = plans.lower[own], plans.upper[own]
    tried = [(np.ceil(plans.x[own]), high), (low, np.floor(plans.x[own]))]
    ways = []
    for bounds in tried:
        plans.lower[own], plans.upper[own] = bounds
        if plans.relax():
            left = float(_doubt(plans.x[columns]).sum())
            ways.append(Way(plans.lower.copy(), plans.upper.copy(), plans.x, plans.objective_cny, left))
    return ways


def _take(plans: Plans, ways: list[Way], before_cny: float, enough_cny: float) -> None:
    """Put the best way in place."""
    most_cny = before_cny + ROOM_SHARE * (enough_cny - before_cny)
    near = [way for way in ways if way.objective_cny <= most_cny]
    best = min(near, key=lambda way: way.doubt_share) if near else min(ways, key=lambda way: way.objective_cny)
    plans.lower, plans.upper = best.lower_count, best.upper_count
    plans.x, plans.objective_cny = best.x, best.objective_cny
