"""A pglib-uc instance becomes a case and a grid, exactly; and every flaw of a file is named by its path."""

from __future__ import annotations

import gzip
import math
from pathlib import Path
from typing import Any

import pytest

from dispatch.case.case import Case
from dispatch.case.checks import flaws_of
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import inputs_of
from dispatch.case.thermal import StartType, UnitState
from dispatch.errors import CaseError
from dispatch.formats.pglib import is_pglib, read_pglib
from tests.formats.instances import ABSENT, TINY, changed, written

A, B, W = "thermal_generators/A", "thermal_generators/B", "renewable_generators/W"


@pytest.fixture(params=["tiny.json", "tiny.json.gz", "named_otherwise"])
def read(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Case, GridFacts]:
    return read_pglib(written(TINY, tmp_path, request.param))


def test_it_is_a_sound_case_of_one_bus_packed_or_not(read: tuple[Case, GridFacts]) -> None:
    case, facts = read
    assert flaws_of(case, facts) == ()
    assert (case.grid, case.horizon.step_count, case.horizon.step_h) == ("pglib-uc", 4, 1.0)
    assert (len(facts.buses), facts.lines, facts.links, facts.members) == (1, (), (), ("pglib-uc",))


def test_demand_reserve_and_renewables_stand_hour_by_hour(read: tuple[Case, GridFacts]) -> None:
    inputs = inputs_of(*read)
    assert inputs.load_mw[:, 0].tolist() == TINY["demand"]
    assert inputs.reserve_up_mw[:, 0].tolist() == TINY["reserves"]
    assert inputs.reserve_down_mw[:, 0].tolist() == [0.0] * 4
    assert inputs.available_mw[:, 0].tolist() == [10, 10, 10, 5]
    assert inputs.must_take_mw[:, 0].tolist() == [5, 5, 0, 0]
    assert inputs.must_run.tolist() == [[True, False]] * 4


def test_the_rules_of_the_format_are_asked_by_the_grid_and_the_case(read: tuple[Case, GridFacts]) -> None:
    case, facts = read
    (rule,) = facts.reserve_rules
    assert (rule.hard, rule.within_ramp, rule.largest_unit) == (True, True, False)
    assert case.prices.large_curtailment_cny_per_mwh == case.prices.distributed_curtailment_cny_per_mwh == 0.0


def test_units_keep_their_limits_starts_costs_and_states(read: tuple[Case, GridFacts]) -> None:
    """
    A may start at 60 MW, but rises no more than 30 MW above its least 20 MW: 50 MW. It stops from 30 MW, less than
    20 + 40. B may start at 70 MW, above its highest output, 50 MW. A period off is the least there is.
    """
    case, facts = read
    a, b = facts.units
    assert (a.start_ramp_mw, a.stop_ramp_mw, b.start_ramp_mw, b.stop_ramp_mw) == (50, 30, 50, 50)
    assert (a.min_up_h, a.min_down_h, b.min_up_h, b.min_down_h) == (1, 1, 2, 2)
    assert b.start_types == (StartType(2, 50), StartType(5, 200))
    assert (a.curve.output_mw, a.curve.fuel_cny_per_h) == ((20, 60, 100), (400, 1000, 1800))
    assert case.units == (UnitState("A", True, 5, 40), UnitState("B", False, 3, 0))


def test_a_unit_of_one_output_has_a_curve_of_one_point(tmp_path: Path) -> None:
    content = changed(f"{B}/power_output_maximum", 10.0)
    content["thermal_generators"]["B"]["piecewise_production"] = [{"mw": 10.0, "cost": 500.0}]
    case, facts = read_pglib(written(content, tmp_path))
    assert facts.units[1].curve.output_mw == (10,)
    assert flaws_of(case, facts) == ()


FLAWS: list[tuple[str, str, dict[str, Any]]] = [
    *[("REQUIRED", name, changed(name, ABSENT)) for name in TINY],
    *[
        ("REQUIRED", f"thermal_generators.A.{name}", changed(f"{A}/{name}", ABSENT))
        for name in TINY["thermal_generators"]["A"]
        if name != "name"
    ],
    ("REQUIRED", "thermal_generators.B.startup[1].lag", changed(f"{B}/startup/1/lag", ABSENT)),
    ("REQUIRED", "thermal_generators.B.startup", changed(f"{B}/startup", [])),
    ("REQUIRED", "thermal_generators.B.piecewise_production", changed(f"{B}/piecewise_production", [])),
    ("REQUIRED", "renewable_generators.W.power_output_maximum", changed(f"{W}/power_output_maximum", ABSENT)),
    # shape
    ("WRONG_TYPE", "demand", changed("demand", 7.0)),
    ("WRONG_TYPE", "demand[2]", changed("demand/2", "many")),
    ("WRONG_TYPE", "demand[2]", changed("demand/2", None)),
    ("WRONG_TYPE", "thermal_generators", changed("thermal_generators", [])),
    ("WRONG_TYPE", "thermal_generators.A", changed(A, 5)),
    ("WRONG_TYPE", "thermal_generators.A.must_run", changed(f"{A}/must_run", "yes")),
    ("WRONG_TYPE", "thermal_generators.A.unit_on_t0", changed(f"{A}/unit_on_t0", 2)),
    ("WRONG_TYPE", "thermal_generators.A.startup[0]", changed(f"{A}/startup/0", 7)),
    ("WRONG_TYPE", "thermal_generators.A.ramp_up_limit", changed(f"{A}/ramp_up_limit", True)),
    ("SERIES_LENGTH", "demand", changed("demand", [50.0] * 3)),
    ("SERIES_LENGTH", "reserves", changed("reserves", [5.0] * 5)),
    ("SERIES_LENGTH", "renewable_generators.W.power_output_minimum", changed(f"{W}/power_output_minimum", [0.0])),
    ("OUT_OF_RANGE", "time_periods", changed("time_periods", 0)),
    ("OUT_OF_RANGE", "time_periods", changed("time_periods", 4.5)),
    ("OUT_OF_RANGE", "time_periods", changed("time_periods", 10_000)),
    ("DUPLICATE", "renewable_generators.A", changed("renewable_generators/A", TINY["renewable_generators"]["W"])),
    # numbers
    ("NOT_FINITE", "demand[0]", changed("demand/0", math.nan)),
    ("NOT_FINITE", "reserves[1]", changed("reserves/1", math.inf)),
    ("NOT_FINITE", "thermal_generators.A.time_up_t0", changed(f"{A}/time_up_t0", 10**400)),
    ("NEGATIVE", "demand[3]", changed("demand/3", -1.0)),
    ("NEGATIVE", "thermal_generators.B.startup[0].cost", changed(f"{B}/startup/0/cost", -1.0)),
    ("TOO_LARGE", "demand[0]", changed("demand/0", 1e12)),
    ("TOO_LARGE", "thermal_generators.A.ramp_up_limit", changed(f"{A}/ramp_up_limit", 1e12)),
    (
        "TOO_LARGE",
        "thermal_generators.A.piecewise_production[2].cost",
        changed(f"{A}/piecewise_production/2/cost", 1e12),
    ),
    ("TOO_LARGE", "renewable_generators.W.power_output_maximum[0]", changed(f"{W}/power_output_maximum/0", 1e12)),
    ("NOT_POSITIVE", "thermal_generators.A.ramp_down_limit", changed(f"{A}/ramp_down_limit", 0)),
    # contradictions
    ("CONTRADICTION", "thermal_generators.A.time_up_t0", changed(f"{A}/time_up_t0", 0)),
    ("CONTRADICTION", "thermal_generators.A.time_down_t0", changed(f"{A}/time_down_t0", 2)),
    ("CONTRADICTION", "thermal_generators.A.power_output_t0", changed(f"{A}/power_output_t0", 10.0)),
    ("CONTRADICTION", "thermal_generators.A.power_output_t0", changed(f"{A}/power_output_t0", 101.0)),
    ("CONTRADICTION", "thermal_generators.B.power_output_t0", changed(f"{B}/power_output_t0", 10.0)),
    ("CONTRADICTION", "thermal_generators.B.time_down_t0", changed(f"{B}/time_down_t0", 0)),
    ("CONTRADICTION", "thermal_generators.B.time_up_t0", changed(f"{B}/time_up_t0", 1)),
    ("CONTRADICTION", "thermal_generators.B.startup[0].lag", changed(f"{B}/startup/0/lag", 3)),
    ("CONTRADICTION", "thermal_generators.A.piecewise_production[0].mw", changed(f"{A}/piecewise_production/0/mw", 19)),
    ("CONTRADICTION", "thermal_generators.A.piecewise_production[2].mw", changed(f"{A}/piecewise_production/2/mw", 99)),
    ("RAMP_BELOW_MINIMUM", "thermal_generators.A.ramp_startup_limit", changed(f"{A}/ramp_startup_limit", 19.0)),
    ("RAMP_BELOW_MINIMUM", "thermal_generators.A.ramp_shutdown_limit", changed(f"{A}/ramp_shutdown_limit", 19.0)),
    ("NOT_RISING", "thermal_generators.B.startup[1].lag", changed(f"{B}/startup/1/lag", 2)),
    ("NOT_RISING", "thermal_generators.B.startup[1].cost", changed(f"{B}/startup/1/cost", 49.0)),
    ("NOT_RISING", "thermal_generators.A.piecewise_production[1].mw", changed(f"{A}/piecewise_production/1/mw", 20)),
    (
        "CURVE_NOT_CONVEX",
        "thermal_generators.A.piecewise_production",
        changed(f"{A}/piecewise_production/1/cost", 1200),
    ),
    (
        "MINIMUM_ABOVE_MAXIMUM",
        "renewable_generators.W.power_output_minimum[3]",
        changed(f"{W}/power_output_minimum/3", 6.0),
    ),
]


@pytest.mark.parametrize(("code", "field", "content"), FLAWS, ids=[f"{c}-{f}" for c, f, _ in FLAWS])
def test_a_flaw_is_named_by_its_path_and_no_other(
    code: str, field: str, content: dict[str, Any], tmp_path: Path
) -> None:
    assert _flaws(written(content, tmp_path)) == [(code, field)]


def test_a_least_output_above_the_highest_is_named_with_what_follows_from_it(tmp_path: Path) -> None:
    found = _flaws(written(changed(f"{B}/power_output_minimum", 60.0), tmp_path))
    assert ("MINIMUM_ABOVE_MAXIMUM", "thermal_generators.B.power_output_minimum") in found
    assert ("CONTRADICTION", "thermal_generators.B.piecewise_production[0].mw") in found


def test_a_unit_that_must_run_but_may_not_start_yet_is_named(tmp_path: Path) -> None:
    content = changed(f"{B}/must_run", 1)
    content["thermal_generators"]["B"]["time_down_t0"] = 1
    assert _flaws(written(content, tmp_path)) == [("CONTRADICTION", "thermal_generators.B.time_down_t0")]


def test_every_flaw_is_told_at_once(tmp_path: Path) -> None:
    content = changed("demand/0", -1.0)
    del content["reserves"]
    content["thermal_generators"]["A"]["ramp_up_limit"] = "fast"
    content["thermal_generators"]["B"]["time_down_t0"] = 0
    assert _flaws(written(content, tmp_path)) == [
        ("NEGATIVE", "demand[0]"),
        ("REQUIRED", "reserves"),
        ("WRONG_TYPE", "thermal_generators.A.ramp_up_limit"),
        ("CONTRADICTION", "thermal_generators.B.time_down_t0"),
    ]


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("NOT_JSON", b'{"time_periods": 4,'),
        ("NOT_JSON", b'{"time_periods": ' + b"9" * 5000 + b"}"),
        ("NOT_JSON", b"\xff\xfe\x00"),
        ("NOT_JSON", b"[" * 100_000),
        ("WRONG_TYPE", b'["time_periods"]'),
        ("NOT_GZIP", gzip.compress(b'{"time_periods": 4}')[:-9]),
        ("NOT_GZIP", b"\x1f\x8b and nothing else"),
    ],
    ids=["cut", "endless number", "not text", "deep", "list", "cut gzip", "no gzip"],
)
def test_a_file_that_cannot_be_read_is_refused_by_its_name(code: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    assert _flaws(path) == [(code, str(path))]


def test_a_field_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = written('{"time_periods": 4, "time_periods": 5}', tmp_path)
    assert _flaws(path) == [("DUPLICATE_FIELD", "time_periods")]


def test_no_file_is_no_instance(tmp_path: Path) -> None:
    assert _flaws(tmp_path / "nowhere.json") == [("UNREADABLE", str(tmp_path / "nowhere.json"))]
    assert not is_pglib(tmp_path / "nowhere.json")
    assert not is_pglib(tmp_path)


def test_an_instance_is_told_by_its_content(tmp_path: Path) -> None:
    assert is_pglib(written(TINY, tmp_path, "a.case"))
    assert is_pglib(written(TINY, tmp_path, "b.gz"))
    assert is_pglib(written(changed("thermal_generators", ABSENT), tmp_path, "c"))
    assert not is_pglib(written({"schema_version": "1", "grid": "jibei"}, tmp_path, "d.json"))


def _flaws(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(CaseError) as refused:
        read_pglib(path)
    return [(flaw.code, flaw.field) for flaw in refused.value.flaws]
