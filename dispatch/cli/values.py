"""What a word after an option means, or why it cannot be taken."""

from __future__ import annotations

import argparse
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction

MINUTES_PER_HOUR = 60
SHORTEST_STEP_H = Fraction(5, MINUTES_PER_HOUR)
MOST_WORKERS = 1024
MOST_STEPS = 1001  # of a response curve: every tenth of a permille
MOST_DAYS = 3650
LAST_WEATHER_YEAR = 9999  # that of dispatch.grid.weather_years, which loads pandas
BEIJING = timezone(timedelta(hours=8))  # that of dispatch.horizon, which loads pandas


def day(text: str) -> date:
    """A day, as 2030-01-15."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is not a day, as 2030-01-15"
        raise argparse.ArgumentTypeError(message) from error


def workers(text: str) -> int:
    """How many solves at once."""
    given = _number(text, f"a whole number from 0 to {MOST_WORKERS}", -1e-12, MOST_WORKERS)
    if not given.is_integer():
        message = f"{text!r} is not a whole number"
        raise argparse.ArgumentTypeError(message)
    return int(given)


def moment(text: str) -> datetime:
    """A time; without a zone it is UTC+8."""
    try:
        given = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is not a time, as 2030-01-15 or 2030-01-15T08:00"
        raise argparse.ArgumentTypeError(message) from error
    return given if given.tzinfo else given.replace(tzinfo=BEIJING)


def label(text: str) -> tuple[str, str]:
    """KEY=VALUE."""
    key, equals, value = text.partition("=")
    if not (key and equals):
        message = f"{text!r} is not KEY=VALUE"
        raise argparse.ArgumentTypeError(message)
    return key, value


def count(text: str) -> int:
    """A whole number above 0."""
    if not (text.isascii() and text.isdigit() and int(text)):
        message = f"{text!r} is not a whole number above 0"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def seconds(text: str) -> float:
    """Seconds above 0."""
    return _number(text, "a number of seconds above 0", 0.0, 1e7)


def gigabytes(text: str) -> float:
    """GB above 0."""
    return _number(text, "a number of GB above 0", 0.0, 1e6)


def gap(text: str) -> float:
    """A relative gap."""
    gap_share = share(text)
    if gap_share == 1:
        message = f"{text!r} is no gap; give 0 or more, below 1"
        raise argparse.ArgumentTypeError(message)
    return gap_share


def share(text: str) -> float:
    """A share of the peak."""
    return _number(text, "a share from 0 to 1", -1e-12, 1.0)


def some(text: str) -> float:
    """A share above 0."""
    return _number(text, "a share above 0, at most 1", 0.0, 1.0)


def steps(text: str) -> int:
    """Points of a curve."""
    return _whole(text, 2, MOST_STEPS)


def days(text: str) -> int:
    """Days that a token is good for."""
    return _whole(text, 1, MOST_DAYS)


def years(text: str) -> tuple[int, ...]:
    """Weather years, as 1,2,3."""
    return tuple(year(one) for one in text.split(","))


def year(text: str) -> int:
    """A weather year."""
    return _whole(text, 1, LAST_WEATHER_YEAR)


def _whole(text: str, least: int, most: int) -> int:
    count = _number(text, f"a whole number from {least} to {most}", least - 1.0, most)
    if not count.is_integer():
        message = f"{text!r} is not a whole number"
        raise argparse.ArgumentTypeError(message)
    return int(count)


def _number(text: str, wanted: str, above: float, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not above < value <= most:
        message = f"{text!r} is not {wanted}"
        raise argparse.ArgumentTypeError(message)
    return value


def step_h(text: str) -> float:
    """A step as in 1h, 0.5h, 15min or 0.25, in hours."""
    number, unit = text.strip(), 1
    if number.endswith("min"):
        number, unit = number.removesuffix("min"), MINUTES_PER_HOUR
    try:
        step = Fraction(number.removesuffix("h").strip()) / unit
    except (ValueError, ZeroDivisionError) as error:
        message = f"{text!r} is not a step, as 1h, 30min or 15min"
        raise argparse.ArgumentTypeError(message) from error
    if step < SHORTEST_STEP_H or (1 / step).denominator != 1:
        message = f"{text!r} is not a step: give a divisor of an hour, 5min or longer"
        raise argparse.ArgumentTypeError(message)
    return float(step)
