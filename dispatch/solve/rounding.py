"""Whole numbers near a relaxed point, made to keep the rules that rounding breaks."""

from __future__ import annotations

import itertools

import numpy as np

from dispatch.solve.anatomy import Anatomy
from dispatch.solve.identical import told_apart

NOISE = 1e-6


def commitment_of(anatomy: Anatomy, on_share: np.ndarray, unit_class: np.ndarray, threshold: float) -> np.ndarray:
    """
    Which units are on, (T, units), bool.

    on_share    (T, units), relaxed; units of one class share evenly
    unit_class  (units,), units with one number are identical
    threshold   the fraction from which a class counts one unit more
    """
    on = np.zeros(on_share.shape, dtype=bool)
    for number in np.unique(unit_class):
        members = np.flatnonzero(unit_class == number)
        count = np.floor(on_share[:, members].sum(axis=1) + 1 - threshold + NOISE)
        on[:, members] = told_apart(
            count, anatomy.on_before[members], anatomy.steps_before_count[members], int(anatomy.down_count[members[0]])
        )
    for unit in range(len(unit_class)):
        on[:, unit] = _long_enough(anatomy, on[:, unit], unit)
    return on


def directions_of(anatomy: Anatomy, x: np.ndarray) -> np.ndarray:
    """Which stores discharge rather than charge, (T, stores): the way of their net power, or of the hour before."""
    net = x[anatomy.discharge_index] - x[anatomy.charge_index]
    modes = np.zeros(net.shape)
    last = np.zeros(net.shape[1])
    for t, power in enumerate(net):
        last = np.where(np.abs(power) > NOISE, (power > 0).astype(float), last)
        modes[t] = last
    return modes


def _long_enough(anatomy: Anatomy, on: np.ndarray, unit: int) -> np.ndarray:
    """One unit's hours with gaps too short to be off filled, and runs too short to be on prolonged."""
    on = on.copy()
    while (short := _first_short_run(anatomy, on, unit)) is not None:  # ends: each repair turns a step on, none off
        begin, end = short
        on[begin : end if not on[begin] else begin + anatomy.up_count[unit]] = True
    return on


def _first_short_run(anatomy: Anatomy, on: np.ndarray, unit: int) -> tuple[int, int] | None:
    """Begin and end of the first run of equal steps that is too short; the last one may go on beyond the horizon."""
    changes = [0, *(np.flatnonzero(np.diff(on)) + 1), len(on)]
    for begin, end in itertools.pairwise(changes):
        length = float(end - begin)
        if begin == 0 and on[0] == anatomy.on_before[unit]:
            length += anatomy.steps_before_count[unit]
        least = anatomy.up_count[unit] if on[begin] else anatomy.down_count[unit]
        if end < len(on) and length < least:
            return int(begin), int(end)
    return None
