"""Hours by their start, and clocks converted in one place."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest

from dispatch.horizon import BEIJING, Horizon, beijing, hour_of_year, in_yearly_season, local, utc


def times(*texts: str) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(texts)


def test_a_day_from_utc_begins_at_midnight_in_beijing() -> None:
    horizon = Horizon(datetime(2030, 1, 14, 16, tzinfo=UTC), 3)

    assert [str(t) for t in horizon.times] == [
        "2030-01-15 00:00:00",
        "2030-01-15 01:00:00",
        "2030-01-15 02:00:00",
    ]
    assert horizon.times.tz is None


@pytest.mark.parametrize(("step_h", "second"), [(1.0, "01:00:00"), (0.25, "00:15:00"), (1 / 3, "00:20:00")])
def test_steps_follow_each_other(step_h: float, second: str) -> None:
    horizon = Horizon(datetime(2030, 1, 15, tzinfo=BEIJING), 2, step_h)

    assert horizon.times[1] == pd.Timestamp(f"2030-01-15 {second}")
    assert horizon.hours_h == 2 * step_h


def test_clocks_convert_there_and_back() -> None:
    moment = datetime(2030, 6, 30, 20, 30, tzinfo=UTC)

    assert str(local(moment)) == "2030-07-01 04:30:00"
    assert beijing(local(moment)) == moment
    assert utc(beijing(local(moment))).isoformat() == "2030-06-30T20:30:00+00:00"


def test_the_29th_of_february_takes_the_row_of_the_28th() -> None:
    """31 days of January and 27 of February come before the 28th: its first row is 58 * 24 = 1392."""
    found = hour_of_year(times("2028-02-28 00:00", "2028-02-29 00:00", "2028-02-29 23:00", "2028-03-01 00:00"))

    assert found.tolist() == [58 * 24, 58 * 24, 58 * 24 + 23, 59 * 24]


def test_every_year_takes_the_same_rows_from_the_first_hour_to_the_last() -> None:
    for year in (2025, 2028, 2030):
        assert hour_of_year(times(f"{year}-01-01 00:00", f"{year}-12-31 23:00")).tolist() == [0, 8759]


def test_a_season_over_new_year_includes_both_its_days() -> None:
    found = in_yearly_season(
        times("2030-11-14 23:00", "2030-11-15", "2030-12-31", "2031-01-01", "2031-03-15 23:00", "2031-03-16"),
        "11-15",
        "03-15",
    )

    assert found.tolist() == [False, True, True, True, True, False]


def test_a_season_within_a_year_includes_both_its_days() -> None:
    found = in_yearly_season(times("2030-05-31", "2030-06-01", "2030-08-31 23:00", "2030-09-01"), "06-01", "08-31")

    assert found.tolist() == [False, True, True, False]
