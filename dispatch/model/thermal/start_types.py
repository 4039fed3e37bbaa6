"""
What a start costs by the hours off before it: hot, warm or cold.

Every start pays the price of the longest time off that is possible in its step, which the state before the horizon
tells. A stop inside the horizon that is matched to a later start makes that start cheaper: this is an arc.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dispatch.case.thermal import ThermalUnit, UnitState
from dispatch.model import names
from dispatch.model.draft import Draft
from dispatch.model.terms import ABSENT, Terms
from dispatch.units import DURATION_H

MATCHED_COUNT = 200_000  # arcs that are matched one by one; with more of them, starts choose a type instead
NEGLIGIBLE_CNY = 1e-9  # of a saving


@dataclass(frozen=True)
class Arcs:
    """Pairs of a stop and a later start of one unit, and what the start costs less for following on it, each (N,)."""

    unit_indices: np.ndarray
    stop_indices: np.ndarray  # first step off
    start_indices: np.ndarray  # first step on again
    saving_cny: np.ndarray


def choose_start_types(draft: Draft) -> None:
    """
    A start is as hot as the stop before it is near; each stop is matched to one start at most.

    Few arcs, "match": one variable an arc,

        sum( x[s,t], stops s before t )  <=  v[t],      sum( x[s,t], starts t after s )  <=  w[s],      x >= 0

    Many arcs, "delta": one variable for all arcs of a start that save the same,

        y_k[t]  <=  sum( w[s], stops s of kind k ),     sum( y_k[t], kinds k )  <=  v[t],               y >= 0

    x, y  the start in t takes the price of the stop in s, or of kind k; integral of themselves at an optimum
    Match: Knueven, Ostrowski, Watson (2020), eq. (59)-(60), with the hours off before the horizon in the price of v,
    not in arcs of their own. Delta: Morales-España, Latorre, Ramos (2013), eq. (2)-(3).
    """
    arcs = arcs_of(draft)
    if not len(arcs.saving_cny):
        return
    started, stopped = _labels(draft, names.START), _labels(draft, names.STOP)
    if _matched(arcs):
        taken = draft.model.add_variable(names.START_ARC, {"arc": _named(draft, arcs)}, 0.0, 1.0).columns
        _hold(draft, "Generator-start_matched", _starts(arcs), taken, started)
        _hold(draft, "Generator-stop_matched", (arcs.unit_indices, arcs.stop_indices), taken, stopped)
        return
    kinds, kind_of_arc = _kinds(arcs)
    taken = draft.model.add_variable(names.START_KIND, {"kind": _named(draft, kinds)}, 0.0, 1.0).columns
    before = stopped[arcs.stop_indices, arcs.unit_indices]
    _, sums = _summed((kind_of_arc,), before)
    draft.model.add_rows("Generator-start_kind", sums - _single(taken), ">=", 0.0, {"kind": range(len(taken))})
    _hold(draft, "Generator-start_chosen", _starts(kinds), taken, started)


def start_cost(draft: Draft) -> Terms:
    """
    Price of starts, CNY: sum( C[t] v[t] ) - sum( (C[t] - C[s,t]) x[s,t] ).

    C  price after the longest time off that is possible    CNY        C[s,t]  price after t - s steps off    CNY
    Knueven, Ostrowski, Watson (2020), eq. (61).
    """
    by_default = (draft.variable(names.START) * default_cny(draft)).all()
    arcs = arcs_of(draft)
    if not len(arcs.saving_cny):
        return by_default
    cheaper, name = (arcs, names.START_ARC) if _matched(arcs) else (_kinds(arcs)[0], names.START_KIND)
    return by_default + Terms(-cheaper.saving_cny, draft.model.variables[name].columns)


def default_cny(draft: Draft) -> np.ndarray:
    """Price of a start in each step after the longest time off that is possible, CNY, (T, units)."""
    hours = np.arange(len(draft.times)) * draft.inputs.step_h
    prices = np.zeros((len(draft.times), len(draft.units)))
    for g, (unit, state) in enumerate(_units(draft)):
        prices[:, g] = price_of(unit)(hours if state.on else hours + state.hours_h)
    return prices


def price_of(unit: ThermalUnit) -> Callable[[np.ndarray], np.ndarray]:
    """What a start of the unit costs, CNY, as a function of the hours off before it."""
    hours = np.array([kind.hours_off_h for kind in unit.start_types]) - DURATION_H
    prices = np.array([kind.start_cny for kind in unit.start_types])
    return lambda off_h: np.asarray(prices[np.maximum(np.searchsorted(hours, off_h, side="right") - 1, 0)])


def arcs_of(draft: Draft) -> Arcs:
    """Every arc that saves something, of units that can stop early enough to start again."""
    default, step_h, parts = default_cny(draft), draft.inputs.step_h, []
    steps = np.arange(len(draft.times))
    for g, (unit, state) in enumerate(_units(draft)):
        off = steps[_steps(unit.min_down_h, step_h) :]
        saving = default[:, g, None] - price_of(unit)(off * step_h)[None, :]
        possible = steps[:, None] - off[None, :] >= _earliest_stop(unit, state, step_h)
        start, which = np.nonzero(possible & (saving > NEGLIGIBLE_CNY) & ~draft.inputs.must_run[:, g].all())
        parts.append((np.full(len(start), g), start - off[which], start, saving[start, which]))
    if not parts:
        nothing = np.zeros(0, dtype=int)
        return Arcs(nothing, nothing, nothing, np.zeros(0))
    unit_indices, stops, starts, savings = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Arcs(unit_indices, stops, starts, savings)


def _units(draft: Draft) -> list[tuple[ThermalUnit, UnitState]]:
    before = {state.unit: state for state in draft.case.units}
    return [(unit, before[unit.name]) for unit in draft.facts.units]


def _steps(hours_h: float, step_h: float) -> int:
    """A minimum time in steps; shorter than a step counts as one."""
    return max(1, math.ceil(hours_h / step_h - DURATION_H))


def _earliest_stop(unit: ThermalUnit, state: UnitState, step_h: float) -> int:
    """First step in which a stop can lie, given the minimum times begun before the horizon."""
    least_h = unit.min_up_h if state.on else unit.min_down_h
    held = max(0, math.ceil((least_h - state.hours_h) / step_h - DURATION_H))
    return held if state.on else held + _steps(unit.min_up_h, step_h)


def _matched(arcs: Arcs) -> bool:
    return len(arcs.saving_cny) <= MATCHED_COUNT


def _starts(arcs: Arcs) -> tuple[np.ndarray, np.ndarray]:
    return arcs.unit_indices, arcs.start_indices


def _kinds(arcs: Arcs) -> tuple[Arcs, np.ndarray]:
    """Arcs of one start that save the same, as one; and to which of these each arc belongs."""
    cents = np.round(arcs.saving_cny * 100).astype(int)
    keys = np.column_stack([arcs.unit_indices, arcs.start_indices, cents])
    _, first, kind = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    columns = (arcs.unit_indices, arcs.stop_indices, arcs.start_indices, arcs.saving_cny)
    return Arcs(*(column[first] for column in columns)), kind.ravel()


def _named(draft: Draft, arcs: Arcs) -> list[tuple[str, int, int]]:
    """Unit, step of the start and step of the stop of each arc."""
    pairs = zip(arcs.unit_indices, arcs.start_indices, arcs.stop_indices, strict=True)
    return [(str(draft.units[unit]), int(start), int(stop)) for unit, start, stop in pairs]


def _labels(draft: Draft, name: str) -> np.ndarray:
    return draft.variable(name, draft.units).labels[..., 0]


def _hold(draft: Draft, name: str, keys: tuple[np.ndarray, np.ndarray], taken: np.ndarray, limit: np.ndarray) -> None:
    """Rows `sum of what is taken for one (unit, step) <= the variable of that unit and step`."""
    (unit, step), sums = _summed(keys, taken)
    draft.model.add_rows(name, _single(limit[step, unit]) - sums, ">=", 0.0, {"match": range(len(unit))})


def _single(labels: np.ndarray) -> Terms:
    """One variable a row."""
    return Terms(np.ones((len(labels), 1)), labels[:, None])


def _summed(keys: tuple[np.ndarray, ...], labels: np.ndarray) -> tuple[np.ndarray, Terms]:
    """Sums of variables by equal keys: the keys, one column a row, and the sums in their order."""
    unique, row, counts = np.unique(np.stack(keys), axis=1, return_inverse=True, return_counts=True)
    order = np.argsort(row.ravel(), kind="stable")
    place = np.arange(len(labels)) - np.repeat(np.cumsum(counts) - counts, counts)
    wide = np.full((len(counts), int(counts.max())), ABSENT)
    wide[row.ravel()[order], place] = labels[order]
    return unique, Terms((wide != ABSENT).astype(float), wide)
