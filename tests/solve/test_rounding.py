from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solve.anatomy import Anatomy
from dispatch.solve.ladder import THRESHOLDS
from dispatch.solve.rounding import commitment_of, directions_of
from tests.solve.fleets import anatomy_with, too_short_runs


def anatomy(on_before: list[bool], steps_before: list[int], up: list[int], down: list[int]) -> Anatomy:
    """Units by what limits their changes; no columns."""
    return anatomy_with(
        on_before=np.array(on_before),
        steps_before_count=np.array(steps_before, dtype=float),
        up_count=np.array(up),
        down_count=np.array(down),
    )


def rounded(share: list[float], **unit: int) -> list[int]:
    """One unit that was off for long, with its minimum up and down times."""
    own = anatomy([False], [99], [unit.get("up", 1)], [unit.get("down", 1)])
    return [int(on) for on in commitment_of(own, np.array([share]).T, np.array([0]), 0.5)[:, 0]]


def test_a_run_too_short_to_be_on_is_prolonged() -> None:
    """Up time 3: on in hour 1 alone becomes hours 1 to 3."""
    assert rounded([0, 0.9, 0, 0, 0, 0], up=3) == [0, 1, 1, 1, 0, 0]


def test_a_gap_too_short_to_be_off_is_filled() -> None:
    """Down time 3: off in hours 2 and 3 becomes on; off from hour 5 on may go on beyond the horizon."""
    assert rounded([1, 1, 0.1, 0.2, 1, 0], down=3) == [1, 1, 1, 1, 1, 0]


def test_identical_units_are_counted_together() -> None:
    """Three units at 0.4 each are 1.2: one is on from the fraction 0.5, two from 0.2, two from 0.02."""
    own = anatomy([False] * 3, [99] * 3, [1] * 3, [1] * 3)
    for threshold, expected in ((0.5, 1), (0.2, 2), (0.02, 2)):
        on = commitment_of(own, np.full((2, 3), 0.4), np.zeros(3, dtype=int), threshold)
        assert on.sum(axis=1).tolist() == [expected, expected]


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_whole_numbers_stay_as_they_are(threshold: float) -> None:
    """Shares of 1/3 and 2/3 of three units are one and two units, whatever the noise."""
    own = anatomy([True, False, False], [99] * 3, [1] * 3, [1] * 3)
    share = np.repeat(np.array([[1 / 3], [2 / 3 + 1e-9], [1 / 3 - 1e-9]]), 3, axis=1)
    on = commitment_of(own, share, np.zeros(3, dtype=int), threshold)
    assert on.sum(axis=1).tolist() == [1, 2, 1]


@settings(deadline=None, max_examples=200)
@given(data=st.data(), steps=st.integers(2, 48), threshold=st.sampled_from(THRESHOLDS))
def test_repaired_runs_keep_the_minimum_times(data: st.DataObject, steps: int, threshold: float) -> None:
    """Any shares whatever, once the rest of a run begun before the horizon is fixed, as the model's bounds fix it."""
    share, units = [], []
    for number, count in enumerate(data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))):
        on, up, down, before = data.draw(st.tuples(st.booleans(), *[st.integers(1, 9)] * 3))
        own = np.array(data.draw(st.lists(st.floats(0, 1), min_size=steps, max_size=steps)))
        own[: max(0, (up if on else down) - before)] = float(on)
        share += [own] * count
        units += [(number, on, before, up, down)] * count
    numbers, *limits = (list(column) for column in zip(*units, strict=True))
    own_anatomy, on_share = anatomy(*limits), np.array(share).T
    on = commitment_of(own_anatomy, on_share, np.array(numbers), threshold)
    for k, (_, was_on, before, up, down) in enumerate(units):
        assert too_short_runs(on[:, k], was_on, before, up, down) == []
    alone = np.arange(len(units))
    assert (commitment_of(own_anatomy, on.astype(float), alone, threshold) == on).all()


def test_a_store_goes_the_way_of_its_net_power_or_of_the_hour_before() -> None:
    """
    Hour          0    1    2    3
    discharge     0    5    0    2
    charge        0    1    0    6
    discharges    0    1    1    0        in hour 0 nothing has been done yet, in hour 2 it stays as it was
    """
    columns = np.arange(8).reshape(4, 2)
    own = anatomy_with(charge_index=columns[:, :1], discharge_index=columns[:, 1:])
    x = np.array([0, 0, 1, 5, 0, 0, 6, 2], dtype=float)
    assert directions_of(own, x).ravel().tolist() == [0, 1, 1, 0]
