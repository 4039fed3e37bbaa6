"""
Hours, and the one place where clocks are converted.

An hour is named by its start and holds a mean: MW over hour t = MWh of hour t. A level is at the end of its hour.
On the wire times are UTC; in a case they are aware datetimes; inside PyPSA they are naive UTC+8,
because PyPSA refuses time zones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd  # half a second, of every start

BEIJING = timezone(timedelta(hours=8), "UTC+08:00")
HOURS_PER_YEAR = 8760
MAX_HOURS = 24 * 31  # longer horizons are studies of many runs, not one run


@dataclass(frozen=True)
class Horizon:
    """The time a case covers: `step_count` steps of `step_h` hours from `start`."""

    start: datetime  # aware
    step_count: int
    step_h: float = 1.0

    @property
    def hours_h(self) -> float:
        """Length in hours."""
        return self.step_count * self.step_h

    @property
    def times(self) -> pd.DatetimeIndex:
        """Start of every step, naive UTC+8, shape (step_count,)."""
        import pandas as pd

        step = timedelta(hours=self.step_h)
        return pd.DatetimeIndex([local(self.start + k * step) for k in range(self.step_count)], name="snapshot")


def local(moment: datetime) -> datetime:
    """An aware moment as naive UTC+8."""
    return moment.astimezone(BEIJING).replace(tzinfo=None)


def beijing(naive: datetime) -> datetime:
    """A naive UTC+8 moment as an aware one."""
    return naive.replace(tzinfo=BEIJING)


def utc(moment: datetime) -> datetime:
    """An aware moment in UTC."""
    return moment.astimezone(UTC)


def hour_of_year(times: pd.DatetimeIndex) -> np.ndarray:
    """
    Row of each time in a stored year of 8,760 hours, shape (T,), int.

    Weather and load are taken by month and day: 29 February uses the 28th, any year uses the stored one.
    """
    days_before_month = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334])
    month, day = times.month.to_numpy(), times.day.to_numpy()
    day = np.where((month == 2) & (day == 29), 28, day)  # noqa: PLR2004 (29 February)
    return np.asarray((days_before_month[month - 1] + day - 1) * 24 + times.hour.to_numpy())


def in_yearly_season(times: pd.DatetimeIndex, first_day: str, last_day: str) -> np.ndarray:
    """
    Whether each time lies between two days of the year, both included, shape (T,), bool.

    `first_day` and `last_day` are "MM-DD"; a season may run over New Year (11-15 to 03-15).
    """
    day = np.array([f"{t.month:02d}-{t.day:02d}" for t in times])
    if first_day <= last_day:
        return np.asarray((day >= first_day) & (day <= last_day))
    return np.asarray((day >= first_day) | (day <= last_day))
