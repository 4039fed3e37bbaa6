"""Limits of sections in force."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dispatch.case.network import Section
from dispatch.case.security import Security, section_limits_mw

TIMES = pd.DatetimeIndex(["2030-03-15 23:00", "2030-03-16 00:00"])


def test_a_section_has_its_limits_in_season_and_none_beyond() -> None:
    always, winter = Section("x", ("l",), (), 100, 50), Section("y", ("l",), (), 90, 40, "11-15", "03-15")
    forward, backward = section_limits_mw((always, winter), TIMES)
    np.testing.assert_array_equal(forward, [[100, 90], [100, np.inf]])
    np.testing.assert_array_equal(backward, [[50, 40], [50, np.inf]])


def test_an_overload_costs_more_than_reserve_and_less_than_light() -> None:
    assert 5_000 < Security().overload_cny_per_mwh < 100_000
