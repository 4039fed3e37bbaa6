"""Counts of identical pump-turbines and what single units can do are the same thing."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solve.pump_units import told_apart

STILL, GENERATE, PUMP = 0, 1, -1


def starts_of(modes: np.ndarray, days: np.ndarray) -> list[int]:
    """Starts of one unit, day by day."""
    begun = (modes != STILL) & (modes != np.concatenate([[STILL], modes[:-1]]))
    return [int(begun[days == day].sum()) for day in np.unique(days)]


def turns_too_soon(modes: np.ndarray, changeover: int) -> bool:
    """Whether a unit goes from one mode to the other with too few steps at standstill between."""
    running = np.flatnonzero(modes != STILL)
    return any(modes[a] != modes[b] and b - a - 1 < changeover for a, b in itertools.pairwise(running))


def of_single_units(count: int, days: np.ndarray, changeover: int, starts: int) -> set[tuple[int, ...]]:
    """Every sequence of counts (negative: pumping) that single units can follow, by going through all they can do."""
    alone = [np.array(modes) for modes in itertools.product((STILL, GENERATE, PUMP), repeat=len(days))]
    alone = [m for m in alone if not turns_too_soon(m, changeover) and max(starts_of(m, days)) <= starts]
    found = set()
    for units in itertools.combinations_with_replacement(alone, count):
        generating, pumping = (sum((u == mode).astype(int) for u in units) for mode in (GENERATE, PUMP))
        if not (np.minimum(generating, pumping) > 0).any():
            found.add(tuple((generating - pumping).tolist()))
    return found


def of_counts(count: int, days: np.ndarray, changeover: int, starts: int) -> set[tuple[int, ...]]:
    """Every such sequence that keeps the rows of the model."""
    found = set()
    for net in itertools.product(range(-count, count + 1), repeat=len(days)):
        generating, pumping = np.maximum(net, 0), np.maximum(-np.array(net), 0)
        if keeps_rows(generating, pumping, count, days, changeover, starts):
            found.add(tuple(net))
    return found


def keeps_rows(
    generating: np.ndarray, pumping: np.ndarray, count: int, days: np.ndarray, changeover: int, starts: int
) -> bool:
    """`change_over` and `limit_starts`."""
    for k in range(1, changeover + 1):
        if (pumping[:-k] + generating[k:] > count).any() or (generating[:-k] + pumping[k:] > count).any():
            return False
    begun = sum(np.maximum(np.diff(running, prepend=0), 0) for running in (generating, pumping))
    return all(np.asarray(begun)[days == day].sum() <= count * starts for day in np.unique(days))


@pytest.mark.parametrize(
    ("count", "days", "changeover", "starts"),
    [
        (2, (0, 0, 0, 0, 0), 1, 1),
        (2, (0, 0, 0, 0, 0), 1, 2),
        (2, (0, 0, 0, 0, 0), 0, 2),
        (2, (0, 0, 1, 1, 1), 1, 1),
        (3, (0, 0, 0, 0), 1, 1),
        (1, (0, 0, 0, 0, 0, 0), 3, 2),
    ],
)
def test_counts_that_keep_the_rows_are_those_that_single_units_can_follow(
    count: int, days: tuple[int, ...], changeover: int, starts: int
) -> None:
    asked = count, np.array(days), changeover, starts
    by_unit = of_single_units(*asked)
    assert by_unit == of_counts(*asked)
    assert len(by_unit) > 1


def test_with_two_steps_and_more_counting_would_promise_what_no_units_can_do() -> None:
    """Pump 2 of 3, then generate 1 in steps 1, 3 and 5 within 5 steps: three starts of the third unit, of at most 2."""
    asked, net = (3, np.zeros(6, dtype=int), 5, 2), (-2, 1, 0, 1, 0, 1)
    generating, pumping = np.maximum(net, 0), np.maximum(-np.array(net), 0)
    assert keeps_rows(generating, pumping, *asked)
    assert net not in of_single_units(*asked)


@settings(deadline=None, max_examples=200)
@given(data=st.data(), count=st.integers(1, 6), changeover=st.integers(0, 1))
def test_the_units_told_apart_are_as_many_turn_in_time_and_start_evenly(
    data: st.DataObject, count: int, changeover: int
) -> None:
    """Two days of 24 steps, any counts that leave time to turn; no unit starts more often than the mean, rounded up."""
    drawn = data.draw(st.lists(st.integers(-count, count), min_size=48, max_size=48))
    net: list[int] = []
    for wanted in drawn:
        before = net[-1] if net else 0
        room = count - abs(before) if changeover and before * wanted < 0 else count
        net.append(int(np.sign(wanted)) * min(abs(wanted), room))
    days = np.repeat([0, 1], 24)
    generating, pumping = np.maximum(net, 0), np.maximum(-np.array(net), 0)
    by_unit = told_apart(generating, pumping, count, changeover, days)
    assert (by_unit[0].sum(axis=1) == generating).all()
    assert (by_unit[1].sum(axis=1) == pumping).all()
    modes = by_unit[0].astype(int) - by_unit[1].astype(int)
    assert not any(turns_too_soon(modes[:, unit], changeover) for unit in range(count))
    starts = np.array([starts_of(modes[:, unit], days) for unit in range(count)])
    begun = sum(np.maximum(np.diff(running, prepend=0), 0) for running in (generating, pumping))
    mean = [np.asarray(begun)[days == day].sum() / count for day in (0, 1)]
    assert (starts.max(axis=0) == np.ceil(mean)).all()
