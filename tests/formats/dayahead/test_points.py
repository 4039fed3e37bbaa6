"""Points of a day and moments of Beijing."""

# ruff: noqa: DTZ001 (times of Beijing without a zone, as files hold them)

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from dispatch.formats.dayahead.points import moment_in, moment_text, point_names, step_index_of
from dispatch.horizon import Horizon, beijing
from tests.small import WINTER_DAY

DAY = Horizon(WINTER_DAY, 96, 0.25)


def test_96_points_are_named_by_their_end_or_by_their_start() -> None:
    ends, starts = point_names(DAY, "end"), point_names(DAY, "start")
    assert (ends[0], ends[-1], len(ends)) == ("00:15", "24:00", 96)
    assert (starts[0], starts[-1], len(starts)) == ("00:00", "23:45", 96)


def test_points_of_two_days_are_named_by_the_date_too() -> None:
    names = point_names(Horizon(WINTER_DAY, 48, 1.0), "end")
    assert (names[0], names[23], names[24], names[47]) == (
        "2030-01-15 01:00", "2030-01-15 24:00", "2030-01-16 01:00", "2030-01-16 24:00",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "naming", "step"),
    [
        ("00:15", "end", 0),
        ("0:15", "end", 0),
        ("24:00", "end", 95),
        ("24:00:00", "end", 95),
        ("00:00", "start", 0),
        ("23:45", "start", 95),
        (time(0, 15), "end", 0),
        (timedelta(days=1), "end", 95),
        (datetime(1900, 1, 1), "end", 95),  # 24:00 as a spreadsheet keeps it
        (datetime(2030, 1, 16), "end", 95),
        ("2030-01-15 24:00", "end", 95),
        ("2030/1/15 0:15", "end", 0),
        ("00:00", "end", -1),
        ("24:00", "start", 96),
        ("24:15", "end", None),
        ("25:00", "end", None),
        ("00:10", "end", None),
        ("noon", "end", None),
        (0.5, "end", None),
        (True, "end", None),
        (None, "end", None),
    ],
)
def test_a_point_is_read_as_spreadsheets_and_people_write_it(value: Any, naming: str, step: int | None) -> None:
    assert step_index_of(value, DAY, naming) == step


def test_every_name_is_read_as_the_point_that_it_names() -> None:
    for horizon in (DAY, Horizon(WINTER_DAY, 50, 1.0), Horizon(WINTER_DAY + timedelta(minutes=30), 7, 0.5)):
        for naming in ("end", "start"):
            names = point_names(horizon, naming)
            assert [step_index_of(name, horizon, naming) for name in names] == list(range(horizon.step_count))


def test_the_clock_alone_names_no_point_of_two_days() -> None:
    assert step_index_of("01:00", Horizon(WINTER_DAY, 48, 1.0), "end") is None


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2030-03-12 08:30", datetime(2030, 3, 12, 8, 30)),
        ("2030-03-12 24:00", datetime(2030, 3, 13)),
        ("2030-03-12", datetime(2030, 3, 12)),
        (date(2030, 3, 12), datetime(2030, 3, 12)),
        ("2030-03-12 08:30:15.25", datetime(2030, 3, 12, 8, 30, 15, 250_000)),
        ("2030-02-30 08:00", None),
        ("2030-03-12 24:01", None),
        ("2030-03-12 08:60", None),
        ("9999-12-31 24:00", None),
        ("０８:00", None),
        ("12/03/2030", None),
        (43902.5, None),
    ],
)
def test_a_moment_is_of_beijing(value: Any, moment: datetime | None) -> None:
    assert moment_in(value) == (None if moment is None else beijing(moment))


@pytest.mark.parametrize(
    "text", ["2030-03-12 08:30", "2030-03-12 08:30:15", "2030-03-12 00:00", "2030-03-12 08:30:00.000001"]
)
def test_a_moment_comes_back_as_it_was_written(text: str) -> None:
    moment = moment_in(text)
    assert moment is not None
    assert moment_text(moment) == text
