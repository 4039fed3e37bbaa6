"""Limits on starts that cannot be meant are refused by field."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dispatch.case.checks import flaws_of
from dispatch.case.thermal import MustRun, StartLimit
from tests.case.given import WINTER, good_case, good_facts, moment

ONE: dict[str, Any] = {"per_day_count": 1}
FLAWS: list[tuple[str, str, tuple[StartLimit, ...]]] = [
    ("CLASS_PLANT_OR_UNIT", "start_limits[0].technology_class", (StartLimit(**ONE),)),
    ("CLASS_PLANT_OR_UNIT", "start_limits[0].technology_class", (StartLimit("300MW", unit="P1", **ONE),)),
    ("CLASS_PLANT_OR_UNIT", "start_limits[0].technology_class", (StartLimit(plant="P", unit="P1", **ONE),)),
    ("UNKNOWN_CLASS", "start_limits[0].technology_class", (StartLimit("900MW", **ONE),)),
    ("UNKNOWN_PLANT", "start_limits[0].plant", (StartLimit(plant="Q", **ONE),)),
    ("UNKNOWN_UNIT", "start_limits[0].unit", (StartLimit(unit="P9", **ONE),)),
    ("UNKNOWN_MEMBER_GRID", "start_limits[0].grid", (StartLimit("300MW", grid="jibei", **ONE),)),
    ("START_LIMIT_EMPTY", "start_limits[0]", (StartLimit("300MW"),)),
    ("NEGATIVE", "start_limits[0].per_day_count", (StartLimit("300MW", per_day_count=-1),)),
    ("NEGATIVE", "start_limits[0].per_week_count", (StartLimit("300MW", per_week_count=-1),)),
    (
        "NEGATIVE",
        "start_limits[1].horizon_count",
        (StartLimit(plant="P", **ONE), StartLimit("300MW", horizon_count=-1)),
    ),
    ("TOO_LARGE", "start_limits[0].horizon_count", (StartLimit("300MW", horizon_count=2**31 - 1),)),
    ("DUPLICATE", "start_limits[1]", (StartLimit("300MW", **ONE), StartLimit("300MW", horizon_count=2))),
]


@pytest.mark.parametrize(("code", "field", "limits"), FLAWS, ids=[f"{c}-{k}" for k, (c, _, _) in enumerate(FLAWS)])
def test_a_limit_on_starts_that_cannot_be_meant_is_refused_by_field(
    code: str, field: str, limits: tuple[StartLimit, ...]
) -> None:
    flaws = flaws_of(good_case(start_limits=limits), good_facts())
    assert [(flaw.code, flaw.field) for flaw in flaws] == [(code, field)]


def test_a_unit_named_with_the_wrong_grid_is_refused() -> None:
    facts = good_facts()
    other = replace(facts.units[2], name="J", plant="J", grid="jibei")
    facts = replace(facts, units=(*facts.units, other), members=("hebei_south", "jibei"))
    limits = (StartLimit(unit="G", grid="jibei", **ONE), StartLimit("300MW", grid="jibei", **ONE))
    found = {(flaw.code, flaw.field) for flaw in flaws_of(good_case(start_limits=limits), facts)}
    assert ("UNIT_ELSEWHERE", "start_limits[0].grid") in found
    assert not {field for _, field in found if field.startswith("start_limits[1]")}


@pytest.mark.parametrize("limit", [StartLimit(unit="G", per_day_count=0), StartLimit("300MW", horizon_count=0)])
def test_a_unit_that_is_off_and_never_started_does_not_run(limit: StartLimit) -> None:
    """G is off, and must run from 20:00."""
    must_run = (MustRun("G", moment("2030-01-15T20:00"), moment("2030-01-15T22:00")),)
    flaws = flaws_of(good_case(start_limits=(limit,), must_run=must_run), good_facts())
    assert [(flaw.code, flaw.field) for flaw in flaws] == [("MUST_RUN_WITHOUT_START", "must_run")]
    assert flaws_of(good_case(start_limits=(limit,)), good_facts()) == ()
    on = (MustRun("P1", WINTER, moment("2030-01-15T22:00")),)
    assert flaws_of(good_case(start_limits=(StartLimit(unit="P1", horizon_count=0),), must_run=on), good_facts()) == ()


def test_starts_of_the_week_before_the_horizon_are_a_number_of_a_week_that_has_begun() -> None:
    """15 January 2030 is a Tuesday, the 14th a Monday."""
    case = good_case()
    for day, count, codes in (("15", 2, []), ("15", -1, ["NEGATIVE"]), ("14", 2, ["WEEK_JUST_BEGUN"]), ("14", 0, [])):
        units = (replace(case.units[0], starts_this_week_count=count), *case.units[1:])
        horizon = replace(case.horizon, start=moment(f"2030-01-{day}T00:00"))
        flaws = [f for f in flaws_of(replace(case, units=units, horizon=horizon), good_facts()) if "week" in f.field]
        assert [(f.code, f.field) for f in flaws] == [(code, "units[0].starts_this_week_count") for code in codes]


def test_a_unit_that_had_its_starts_of_the_week_cannot_be_asked_to_start_in_it() -> None:
    """G is off and must run on Tuesday evening; two of two starts are spent, one of two is not."""
    must_run = (MustRun("G", moment("2030-01-15T20:00"), moment("2030-01-15T22:00")),)
    for used, codes in ((2, ["MUST_RUN_WITHOUT_START"]), (1, [])):
        case = good_case(start_limits=(StartLimit(unit="G", per_week_count=2),), must_run=must_run)
        units = tuple(replace(s, starts_this_week_count=used) if s.unit == "G" else s for s in case.units)
        assert [flaw.code for flaw in flaws_of(replace(case, units=units), good_facts())] == codes
