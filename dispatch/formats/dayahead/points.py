"""
Times of Beijing as files hold them, and the points of a day.

A point stands for a step and is named by the end of it (00:15, ..., 24:00) or by its start (00:00, ..., 23:45). A
horizon that begins at midnight and is no longer than a day names them by the clock alone; others, and whoever likes, by
the date too. 24:00 is the midnight that ends a day. Beijing has no summer time: no hour stands twice, none is left out.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from dispatch.horizon import Horizon, beijing, local
from dispatch.units import HOURS_PER_DAY, SECONDS_PER_HOUR

END = "end"
DATED = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?", re.ASCII
)
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
FIRST_YEAR = 2000  # a spreadsheet's 1900-01-01 is an hour of no day, and no year before is planned
DAY = timedelta(days=1)


def moment_in(value: Any) -> datetime | None:
    """The moment in a cell, aware; None where there is none. A date alone is its 00:00."""
    if isinstance(value, datetime):
        return beijing(value) if value.year >= FIRST_YEAR else None
    if isinstance(value, date):
        return beijing(datetime(value.year, value.month, value.day))  # noqa: DTZ001 (beijing makes it aware)
    found = DATED.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    micros = int((found[7] or "").ljust(6, "0"))
    past = _past_midnight(hour, minute, second, micros)
    try:
        midnight = datetime(year, month, day)  # noqa: DTZ001 (beijing makes it aware)
        return None if past is None else beijing(midnight + past)
    except (ValueError, OverflowError):
        return None


def moment_text(moment: datetime) -> str:
    """An aware moment as files hold it, to the second or less where it is needed."""
    text = local(moment).isoformat(sep=" ")
    return text.removesuffix(":00") if text.count(":") > 1 and "." not in text else text


def point_names(horizon: Horizon, naming: str) -> list[str]:
    """The name of every point."""
    late = 1 if naming == END else 0
    step = timedelta(hours=horizon.step_h)
    return [_name(horizon, (k + late) * step, ends=naming == END) for k in range(horizon.step_count)]


def _name(horizon: Horizon, offset: timedelta, *, ends: bool) -> str:
    """The name of a moment so long after the start."""
    whole = timedelta(seconds=round(offset.total_seconds()))
    if is_one_day(horizon):
        return _clock(whole)
    moment = local(horizon.start) + whole
    if ends and moment.time() == time.min:
        return f"{moment - DAY:%Y-%m-%d} 24:00"
    return moment_text(beijing(moment))


def _clock(offset: timedelta) -> str:
    minutes, second = divmod(round(offset.total_seconds()), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}" + (f":{second:02d}" if second else "")


def is_one_day(horizon: Horizon) -> bool:
    """It begins at midnight and ends on the same day, so that the clock alone names its points."""
    return local(horizon.start).time() == time.min and horizon.hours_h <= HOURS_PER_DAY


def step_index_of(value: Any, horizon: Horizon, naming: str) -> int | None:
    """The step that a point names; negative or too large outside of the horizon, None where it names none."""
    offset = _offset_in(value, horizon)
    if offset is None:
        return None
    steps = offset.total_seconds() / (horizon.step_h * SECONDS_PER_HOUR)
    if abs(steps - round(steps)) > 1e-6:  # noqa: PLR2004 (of a step)
        return None
    return round(steps) - (1 if naming == END else 0)


def _offset_in(value: Any, horizon: Horizon) -> timedelta | None:
    """How long after the start of the horizon a point lies."""
    moment = moment_in(value)
    if moment is not None:
        return timedelta(seconds=round((moment - horizon.start).total_seconds()))
    past = _clock_in(value)
    return past if past is not None and is_one_day(horizon) else None


def _clock_in(value: Any) -> timedelta | None:
    """The time since midnight in a cell: text, or a time as a spreadsheet keeps it."""
    if isinstance(value, time):
        value = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second + round(value.microsecond / 1e6))
    elif isinstance(value, datetime):  # a spreadsheet keeps 24:00 as the midnight of its first day
        value = value - datetime(1899, 12, 31)  # noqa: DTZ001 (a spreadsheet's own count)
    if isinstance(value, timedelta):
        return timedelta(seconds=round(value.total_seconds()))
    found = CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    return None if found is None else _past_midnight(*(int(part or 0) for part in found.groups()))


def _past_midnight(hour: int, minute: int, second: int, micros: int = 0) -> timedelta | None:
    """So long after midnight; at most 24:00."""
    past = timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micros)
    return past if minute < 60 and second < 60 and past <= DAY else None  # noqa: PLR2004 (of an hour, of a minute)
