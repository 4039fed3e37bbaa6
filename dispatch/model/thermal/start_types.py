"""
What a start costs by the hours off before it: hot, warm or cold.

Every start pays the price of the longest time off that is possible in its step, which the state before the horizon
tells. A stop inside the horizon that is matched to a later start makes that start cheaper.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dispatch.case.thermal import ThermalUnit, UnitState
from dispatch.model import names
from dispatch.model.draft import Draft
from dispatch.model.terms import ABSENT, Terms, total
from dispatch.units import DURATION_H

MATCHED_COUNT = 200_000  # pairs of a stop and a start that are matched one by one; beyond, starts choose a type
MATCHED_H = 60.0  # and horizons: longer ones are solved in windows, which rows that reach far ahead would tie together
NEGLIGIBLE_CNY = 1e-9  # of a saving


@dataclass(frozen=True)
class Follow:
    """Starts that follow on a stop after some numbers of steps off, which all have one price."""

    name: str
    off_count: np.ndarray  # (K,), numbers of steps off
    held_share: np.ndarray  # (K, units), 1 where such a time off has this price for the unit, else 0
    saving_cny: np.ndarray  # (T, units), against the default price of a start; 0 where there is nothing to save

    @property
    def units(self) -> np.ndarray:
        """Units that can save anything, (units,), bool."""
        return np.asarray((self.saving_cny > 0).any(axis=0))


def choose_start_types(draft: Draft) -> None:
    """
    A start is as hot as the stop before it is near; each stop is matched to one start at most.

    Few pairs, "match": one variable for each number of steps off,

        sum( x_d[t] )  <=  v[t],            sum( x_d[t+d] )  <=  w[t],       x >= 0         sums over d

    Many pairs, or a long horizon, "delta": one variable for each type,

        y_k[t]  <=  sum( w[t-d], d of type k ),       sum( y_k[t] )  <=  v[t],       y >= 0

    x, y  the start in t takes the price of d steps off, or of type k; whole of themselves at an optimum
    Match: Knueven, Ostrowski, Watson (2020), eq. (59)-(60), with the hours off before the horizon in the price of v,
    not in pairs of their own. Delta: Morales-España, Latorre, Ramos (2013), eq. (2)-(3).
    """
    matched, follows = _follows(draft)
    if not follows:
        return
    taken = [_decided(draft, follow) for follow in follows]
    chosen = draft.units[np.logical_or.reduce([follow.units for follow in follows])]
    place = draft.units.get_indexer(chosen)
    started, stopped = draft.variable(names.START, chosen), draft.variable(names.STOP, draft.units)
    draft.hold("Generator-start_chosen", started - total(taken)[:, place], ">=", 0.0, chosen)
    if matched:
        later = total([part.shift(-int(f.off_count[0])) for part, f in zip(taken, follows, strict=True)])
        draft.hold("Generator-stop_matched", (stopped - later)[:, place], ">=", 0.0, chosen)
        return
    for part, follow in zip(taken, follows, strict=True):
        before = total(
            [stopped.shift(int(d)) * row for d, row in zip(follow.off_count, follow.held_share, strict=True)]
        )
        own = draft.units[follow.units]
        draft.hold(f"{follow.name}_after_stop", (before - part)[:, follow.units], ">=", 0.0, own)


def start_cost(draft: Draft) -> Terms:
    """
    Price of starts, CNY: sum( C[t] v[t] ) - sum( (C[t] - C_d) x_d[t] ), and likewise with types.

    C  price after the longest time off that is possible    CNY        C_d  price after d steps off    CNY
    Knueven, Ostrowski, Watson (2020), eq. (61).
    """
    cost = [(draft.variable(names.START) * default_cny(draft)).all()]
    for follow in _follows(draft)[1]:
        own = follow.units
        cost.append((draft.variable(follow.name) * -follow.saving_cny[:, own]).all())
    return total(cost)


def default_cny(draft: Draft) -> np.ndarray:
    """Price of a start in each step after the longest time off that is possible, CNY, (T, units)."""
    hours = np.arange(len(draft.times)) * draft.inputs.step_h
    prices = np.zeros((len(draft.times), len(draft.units)))
    for g, (unit, state) in enumerate(_units(draft)):
        prices[:, g] = price_cny(unit, hours if state.on else hours + state.hours_h)
    return prices


def price_cny(unit: ThermalUnit, off_h: np.ndarray) -> np.ndarray:
    """What a start of the unit costs after so many hours off, CNY."""
    return np.asarray(np.array([kind.start_cny for kind in unit.start_types])[_type_index(unit, off_h)])


def _follows(draft: Draft) -> tuple[bool, list[Follow]]:
    """What starts can save by following on a stop: by steps off, matched; or by type, where pairs are too many."""
    by_step = list(_by_step(draft))
    count = sum(int((follow.saving_cny > 0).sum()) for follow in by_step)
    matched = not by_step or (count <= MATCHED_COUNT and len(draft.times) * draft.inputs.step_h <= MATCHED_H)
    return matched, by_step if matched else list(_by_type(draft, by_step))


def _by_step(draft: Draft) -> Iterator[Follow]:
    """Each number of steps off that saves something."""
    default, steps, step_h = default_cny(draft), np.arange(len(draft.times)), draft.inputs.step_h
    free = ~draft.inputs.must_run.all(axis=0)
    least = np.array([_steps(unit.min_down_h, step_h) for unit in draft.facts.units])
    earliest = np.array([_earliest_stop(unit, state, step_h) for unit, state in _units(draft)])
    off_h = steps * step_h
    prices = np.array([price_cny(unit, off_h) for unit in draft.facts.units]).reshape(len(least), len(steps))
    for d in steps[1:]:
        possible = (steps[:, None] - d >= earliest) & (least <= d) & free
        saving = np.where(possible, default - prices[:, d], 0.0)
        saving[saving < NEGLIGIBLE_CNY] = 0.0
        if saving.any():
            yield Follow(f"{names.START_AFTER}_{d}", np.array([d]), _any(saving), saving)


def _any(saving_cny: np.ndarray) -> np.ndarray:
    """Units that save something in some step, (1, units), bool."""
    return np.asarray((saving_cny > 0).any(axis=0))[None, :]


def _by_type(draft: Draft, by_step: list[Follow]) -> Iterator[Follow]:
    """The same, with all numbers of steps off that have one type taken together."""
    step_h = draft.inputs.step_h
    kind = np.array([[_type_index(u, f.off_count * step_h)[0] for u in draft.facts.units] for f in by_step])
    for number in range(kind.max(initial=-1) + 1):
        held = (kind == number) & np.array([f.units for f in by_step])
        if held.any():
            lengths = np.array([f.off_count[0] for f in by_step])
            saving = np.max([f.saving_cny * own for f, own in zip(by_step, held, strict=True)], axis=0)
            yield Follow(f"{names.START_AS}_{number}", lengths, held, saving)


def _decided(draft: Draft, follow: Follow) -> Terms:
    """The variable of some starts, (T, units); nothing for units that save nothing."""
    own = follow.units
    decided = draft.decide(follow.name, draft.units[own], (follow.saving_cny[:, own] > 0).astype(float))
    labels = np.full((len(draft.times), len(draft.units), 1), ABSENT)
    labels[:, own] = decided.labels
    return Terms((labels != ABSENT).astype(float), labels)


def _units(draft: Draft) -> list[tuple[ThermalUnit, UnitState]]:
    before = {state.unit: state for state in draft.case.units}
    return [(unit, before[unit.name]) for unit in draft.facts.units]


def _type_index(unit: ThermalUnit, off_h: np.ndarray) -> np.ndarray:
    """Which start type holds after so many hours off: the last whose hours are served, else the first."""
    hours = np.array([kind.hours_off_h for kind in unit.start_types]) - DURATION_H
    return np.asarray(np.maximum(np.searchsorted(hours, off_h, side="right") - 1, 0))


def _steps(hours_h: float, step_h: float) -> int:
    """A minimum time in steps; shorter than a step counts as one."""
    return max(1, math.ceil(hours_h / step_h - DURATION_H))


def _earliest_stop(unit: ThermalUnit, state: UnitState, step_h: float) -> int:
    """First step in which a stop can lie, given the minimum times begun before the horizon."""
    least_h = unit.min_up_h if state.on else unit.min_down_h
    held = max(0, math.ceil((least_h - state.hours_h) / step_h - DURATION_H))
    return held if state.on else held + _steps(unit.min_up_h, step_h)
