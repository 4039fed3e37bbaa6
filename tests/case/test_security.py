"""Limits of sections in force."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dispatch.case.network import Section
from dispatch.case.security import Security, emergency_mw, section_limits_mw
from tests.small import line

TIMES = pd.DatetimeIndex(["2030-03-15 23:00", "2030-03-16 00:00"])


def test_a_section_has_its_limits_in_season_and_none_beyond() -> None:
    always, winter = Section("x", ("l",), (), 100, 50), Section("y", ("l",), (), 90, 40, "11-15", "03-15")
    forward, backward = section_limits_mw((always, winter), TIMES)
    np.testing.assert_array_equal(forward, [[100, 90], [100, np.inf]])
    np.testing.assert_array_equal(backward, [[50, 40], [50, np.inf]])


def test_ratings_after_an_outage_are_asked_for_by_n_1_alone() -> None:
    lines = (line("ab", "a", "b"), line("bc", "b", "c", rating_mw=200.0))
    assert emergency_mw(Security(), lines) is None
    rated = emergency_mw(Security(n_minus_1=True, emergency_share=1.1, unwatched=("ab",)), lines)
    assert rated is not None
    np.testing.assert_allclose(rated, [np.inf, 220])


def test_an_overload_costs_more_than_reserve_and_less_than_light() -> None:
    assert 5_000 < Security().overload_cny_per_mwh < 100_000
