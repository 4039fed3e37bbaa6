"""The files that people keep."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from dispatch.case.case import Case
from dispatch.case.checks import flaws_of
from dispatch.case.thermal import ThermalUnit, UnitState
from dispatch.errors import CaseError, Flaw
from dispatch.eve import half_full
from dispatch.grid.catalogue import facts_of
from dispatch.schedule.outcome import Outcome, Proof, Status
from dispatch.wire import json_text
from dispatch.wire.files import (
    case_of,
    case_text,
    outcome_of,
    outcome_text,
    read_case,
    read_outcome,
    write_case,
    write_outcome,
)
from tests.wire.examples import CASES, a_case, a_schedule, an_outcome


def _flaws(text: str) -> dict[str, str]:
    with pytest.raises(CaseError) as refused:
        case_of(text, "my case")
    return {flaw.field: flaw.code for flaw in refused.value.flaws}


def _changed(**changes: Any) -> str:
    return json.dumps({**json.loads(case_text(a_case())), **changes})


@given(CASES)
@settings(max_examples=50, deadline=None)
def test_a_case_comes_back_from_its_text_as_it_went(case: Case) -> None:
    assert case_of(case_text(case)) == case


def test_a_case_and_an_outcome_come_back_from_disk(tmp_path: Path) -> None:
    write_case(a_case(), tmp_path / "case.json")
    write_outcome(an_outcome(schedule=a_schedule()), tmp_path / "outcome.json")
    assert read_case(tmp_path / "case.json") == a_case()
    assert read_outcome(tmp_path / "outcome.json") == an_outcome()


def test_a_case_is_printed_whole_in_order_and_without_prefixes() -> None:
    content = json.loads(case_text(a_case()))
    assert list(content)[:6] == ["schema_version", "name", "grid", "edition", "horizon", "units"]
    assert content["interchange"] == {"variant": "CENTRAL", "band_share": 0.0}
    assert content["outages"] == []
    assert content["reserve"] == {"series": [], "products": []}
    assert content["horizon"]["start"] == "2030-01-14T16:00:00Z"


def test_an_outcome_has_its_parts_at_the_top() -> None:
    content = json.loads(outcome_text(an_outcome(schedule=a_schedule())))
    assert content["schema_version"] == "1"
    assert content["status"] == "FEASIBLE"
    assert (content["objective_cny"], content["bound_cny"]) == (105.0, 100.0)
    assert content["gap_share"] == 5 / 105
    assert content["seconds"]["total"] == 2.0
    assert content["metrics"]["utilisation_share"] == 0.9
    assert [member["grid"] for member in content["metrics"]["members"]] == ["hebei_south", "jibei"]
    assert "utilisation_share" not in content["metrics"]["members"][1]
    assert content["audit"]["passed"] is False
    assert content["certificate"]["versions"]["pypsa"] == "1.4.0"
    assert content["shortfalls"][0]["missing_mw"] == 10.0
    assert content["slack_used"] is True
    assert content["slacks"][0]["kind"] == "reserve_up"
    assert content["reason"] == "none"
    assert "schedule" not in content


def test_an_outcome_without_an_incumbent_has_no_objective() -> None:
    content = json.loads(outcome_text(Outcome(Status.NO_SOLUTION, Proof(None, 3.0), reason="out of time")))
    assert "objective_cny" not in content
    assert "gap_share" not in content
    assert content["bound_cny"] == 3.0
    assert content["shortfalls"] == []


@pytest.mark.parametrize("name", ["HIGH", "INTERCHANGE_VARIANT_HIGH"])
def test_an_enum_value_is_read_with_and_without_its_prefix(name: str) -> None:
    assert case_of(_changed(interchange={"variant": name})).interchange.variant == "high"


def test_a_time_of_day_in_hebei_is_read() -> None:
    text = _changed(horizon={"start": "2030-01-15T00:00:00+08:00", "step_count": 2})
    assert case_of(text) == a_case()


def test_every_flaw_of_form_is_named_by_its_path() -> None:
    text = _changed(
        schema_version="2",
        speed_mw=3,
        edition="soon",
        horizon={"start": "yesterday", "step_count": 1.5, "step_h": True},
        units=[{"unit": "a", "on": "yes", "hours_h": 1, "output_mw": None, "extra": 1}, 7],
        stores={"store": "b"},
        interchange={"variant": "ENORMOUS"},
        prices=[],
        load_forecasts=[{"grid": "jibei", "load_mw": [1, "2", "x", [3]]}],
    )
    assert _flaws(text) == {
        "schema_version": "NEWER_VERSION",
        "speed_mw": "UNKNOWN_FIELD",
        "edition": "WRONG_TYPE",
        "horizon.start": "WRONG_TYPE",
        "horizon.step_count": "WRONG_TYPE",
        "horizon.step_h": "WRONG_TYPE",
        "units[0].on": "WRONG_TYPE",
        "units[0].output_mw": "REQUIRED",
        "units[0].extra": "UNKNOWN_FIELD",
        "units[1]": "WRONG_TYPE",
        "stores": "WRONG_TYPE",
        "interchange.variant": "WRONG_TYPE",
        "prices": "WRONG_TYPE",
        "load_forecasts[0].load_mw[2]": "WRONG_TYPE",
        "load_forecasts[0].load_mw[3]": "WRONG_TYPE",
    }


def _all_flaws(**changes: Any) -> list[tuple[str, str]]:
    """Of reading and of the case against its grid."""

    def check(case: Case) -> tuple[Flaw, ...]:
        return flaws_of(case, facts_of("jibei", 2030))

    with pytest.raises(CaseError) as refused:
        case_of(json.dumps({**_whole(), **changes}), "my case", check)
    return sorted((flaw.code, flaw.field) for flaw in refused.value.flaws)


def _whole() -> dict[str, Any]:
    """A case of jibei that its checks accept, as the content of a file."""
    facts = facts_of("jibei", 2030)
    units = tuple(UnitState(u.name, on=True, hours_h=240.0, output_mw=_least(u)) for u in facts.units)
    case = replace(a_case(), units=units, stores=half_full(facts.stores))
    assert flaws_of(case, facts) == ()
    content: dict[str, Any] = json.loads(case_text(case))
    return content


def _least(unit: ThermalUnit) -> float:
    return unit.heating_output_min_mw if unit.heats else unit.output_min_mw


def test_no_flaw_hides_another() -> None:
    whole = _whole()
    whole["units"][3]["output_mw"] = math.nan
    outage = {"unit": "atlantis-1", "start": "2030-01-15T00:00:00+08:00", "end": "2030-01-15T02:00:00+08:00"}
    assert _all_flaws(
        respons_share=0.1,
        units=whole["units"],
        reserve={"load_share": "5%", "renewable_share": -1},
        response_share=1.5,
        outages=[outage],
        horizon={"start": "2030-01-15T00:20:00+08:00", "step_count": 2},
    ) == [
        ("NOT_FINITE", "units[3].output_mw"),
        ("SHARE_OUT_OF_RANGE", "reserve.renewable_share"),
        ("SHARE_OUT_OF_RANGE", "response_share"),
        ("START_OFF_STEP", "horizon.start"),
        ("UNKNOWN_FIELD", "respons_share"),
        ("UNKNOWN_UNIT", "outages[0].unit"),
        ("WRONG_TYPE", "reserve.load_share"),
    ]


_SERIES = {"grid": "jibei", "load_mw": [9000, "much"]}


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({"stores": 3}, ("WRONG_TYPE", "stores")),
        ({"load_forecasts": [_SERIES]}, ("WRONG_TYPE", "load_forecasts[0].load_mw[1]")),
        ({"scales": {"new_storage_share": "half"}}, ("WRONG_TYPE", "scales.new_storage_share")),
        ({"interchange": {"variant": "ENORMOUS"}}, ("WRONG_TYPE", "interchange.variant")),
        ({"edition": "soon"}, ("WRONG_TYPE", "edition")),
        ({"horizon": "today"}, ("WRONG_TYPE", "horizon")),
    ],
)
def test_what_cannot_be_read_is_told_once_and_nothing_is_built_on_it(
    changes: dict[str, Any], flaw: tuple[str, str]
) -> None:
    assert _all_flaws(**changes) == [flaw]


@pytest.mark.parametrize("name", ["unit", "on", "hours_h", "output_mw"])
@pytest.mark.parametrize(("value", "code"), [(["?"], "WRONG_TYPE"), (None, "REQUIRED")])
def test_of_a_state_too(name: str, value: object, code: str) -> None:
    units = _whole()["units"]
    units[0][name] = value
    assert _all_flaws(units=units) == [(code, f"units[0].{name}")]


@pytest.mark.parametrize("name", ["start", "end"])
def test_of_a_span_too(name: str) -> None:
    unit = _whole()["units"][0]["unit"]
    span = {"unit": unit, "start": "2030-01-15T00:00:00+08:00", "end": "2030-01-15T02:00:00+08:00", name: "then"}
    assert _all_flaws(outages=[span]) == [("WRONG_TYPE", f"outages[0].{name}")]


def test_a_length_is_not_held_against_a_count_that_cannot_be_read() -> None:
    series = {"grid": "jibei", "load_mw": [9000, -1]}
    horizon = {"start": "2030-01-15T00:00:00+08:00", "step_count": "two"}
    assert _all_flaws(load_forecasts=[series], horizon=horizon) == [
        ("NEGATIVE", "load_forecasts[0].load_mw[1]"),
        ("WRONG_TYPE", "horizon.step_count"),
    ]


def test_more_missing_states_than_nameless_rows_are_told() -> None:
    units = _whole()["units"][1:]
    units[0]["unit"] = 7
    codes = [code for code, _ in _all_flaws(units=units)]
    assert codes == ["UNIT_STATE_MISSING", "UNIT_STATE_MISSING", "WRONG_TYPE"]


def test_a_clash_of_a_unit_that_stands_twice_is_told_once() -> None:
    units = _whole()["units"]
    name = units[0]["unit"]
    span = {"unit": name, "start": "2030-01-15T01:00:00+08:00", "end": "2030-01-15T02:00:00+08:00"}
    found = _all_flaws(units=[*units, units[0]], outages=[span], must_run=[span])
    assert found.count(("MUST_RUN_IN_OUTAGE", "must_run")) == 1


def test_an_unknown_field_is_told_with_those_that_would_do() -> None:
    with pytest.raises(CaseError) as refused:
        case_of(_changed(reserve={"load": 0.1}))
    shares = "load_share, renewable_share, series, down_load_share, down_renewable_share"
    fields = f"{shares}, up_quantile, down_quantile, products"
    assert str(refused.value) == f"reserve.load: is not a field here; give one of {fields}"


def test_a_flaw_says_what_was_given_and_what_would_do() -> None:
    with pytest.raises(CaseError) as refused:
        case_of(_changed(interchange={"variant": "ENORMOUS"}))
    assert str(refused.value) == 'interchange.variant: "ENORMOUS" must be one of UNSPECIFIED, LOW, CENTRAL, HIGH'


def test_a_number_that_is_absent_is_required_and_never_zero() -> None:
    assert _flaws(_changed(units=[{"unit": "a", "on": False}])) == {
        "units[0].hours_h": "REQUIRED",
        "units[0].output_mw": "REQUIRED",
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "NOT_JSON"),
        ("{", "NOT_JSON"),
        ("[" * 100_000, "NOT_JSON"),
        ("9" * 5000, "NOT_JSON"),
        ("[]", "WRONG_TYPE"),
        ("null", "WRONG_TYPE"),
    ],
)
def test_what_is_no_object_is_refused_by_the_name_of_its_origin(text: str, code: str) -> None:
    assert _flaws(text) == {"my case": code}


def test_a_field_that_stands_twice_is_refused() -> None:
    text = case_text(a_case()).replace('"grid": "jibei",', '"grid": "jibei", "grid": "hebei",')
    assert _flaws(text) == {"grid": "DUPLICATE_FIELD"}


def test_a_file_without_a_version_is_refused() -> None:
    content = json.loads(case_text(a_case()))
    del content["schema_version"]
    assert _flaws(json.dumps(content)) == {"schema_version": "REQUIRED"}


def test_a_file_of_a_newer_version_says_what_to_do() -> None:
    with pytest.raises(CaseError) as refused:
        case_of(_changed(schema_version="2"))
    assert (
        str(refused.value)
        == 'schema_version: "2" is of a newer dispatch than this one, which reads up to "1": update it'
    )


@pytest.mark.parametrize("version", ["0", "-1", "one", 1, True])
def test_a_version_without_a_way_here_is_refused(version: object) -> None:
    assert _flaws(_changed(schema_version=version)) == {"schema_version": "UNKNOWN_VALUE"}


def test_an_older_file_is_read_by_its_migrations_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two versions back a grid was called `network`, one version back its name was in capitals."""
    monkeypatch.setattr(json_text, "SCHEMA_VERSION", "2")
    steps = {
        ("dispatch.v1.Case", "0"): lambda old: {("grid" if k == "network" else k): v for k, v in old.items()},
        ("dispatch.v1.Case", "1"): lambda old: {**old, "grid": old["grid"].lower()},
    }
    monkeypatch.setattr(json_text, "MIGRATIONS", steps)
    content = json.loads(case_text(a_case()))
    del content["grid"]
    assert case_of(json.dumps({**content, "schema_version": "0", "network": "JIBEI"})) == a_case()
    assert case_of(json.dumps({**content, "schema_version": "1", "grid": "JIBEI"})) == a_case()


def test_a_file_that_cannot_be_read_is_refused_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "missing.json", tmp_path, tmp_path / "bytes.json"):
        with pytest.raises(CaseError) as refused:
            read_case(path)
        assert [flaw.field for flaw in refused.value.flaws] == [str(path)]


def test_an_outcome_with_an_unknown_field_is_refused() -> None:
    content = {**json.loads(outcome_text(an_outcome())), "mood": "good"}
    with pytest.raises(CaseError, match="mood"):
        outcome_of(json.dumps(content))
