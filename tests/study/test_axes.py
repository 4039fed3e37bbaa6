"""Axes of a study: which scenarios they make, and what is wrong with them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.case.case import Case, Scales
from dispatch.case.checks import flaws_of
from dispatch.errors import CaseError, Flaw
from dispatch.grid.known import flaws_in
from dispatch.study.axes import (
    MOST_SCENARIOS_COUNT,
    Axis,
    axes_flaws,
    axis_of,
    changed,
    form_flaws,
    scenario_cases,
    scenario_count,
    scenarios,
)
from dispatch.wire.files import case_text
from tests.properties.cases import Asked, asked
from tests.service.watch import a_case
from tests.small import small_case, small_facts

FACTS = small_facts()


def _flaws_in(case: Case) -> tuple[Flaw, ...]:
    return flaws_of(case, FACTS)


def _told(*axes: Axis, base: Case | None = None) -> list[tuple[str, str]]:
    flaws = axes_flaws(base or small_case(FACTS, hours=4), axes, _flaws_in)
    return [(flaw.field, flaw.code) for flaw in flaws]


def test_the_last_axis_changes_fastest() -> None:
    axes: list[Axis] = [("response_share", (0, 0.1)), ("scales.new_storage_share", (0, 1, 2))]

    assert scenario_count(axes) == 6
    assert [[value for _, value in changes] for changes in scenarios(axes)] == [
        [0, 0],
        [0, 1],
        [0, 2],
        [0.1, 0],
        [0.1, 1],
        [0.1, 2],
    ]
    assert next(scenarios(axes)) == [("response_share", 0), ("scales.new_storage_share", 0)]


def test_the_cases_of_all_scenarios_are_those_of_each() -> None:
    """Response and load by 0 and 5 %, 1 and 2 times: each is the base changed by its own two values, no others."""
    base, axes = small_case(FACTS, hours=4), [("response_share", (0, 0.05)), ("scales.load_share", (1, 2))]
    cases = [case for _, case in scenario_cases(base, axes)]
    assert cases == [changed(base, changes) for changes in scenarios(axes)]
    assert [(case.response_share, case.scales.load_share) for case in cases] == [(0, 1), (0, 2), (0.05, 1), (0.05, 2)]


def test_a_scenario_is_the_base_with_its_fields_changed_and_nothing_else() -> None:
    base = small_case(FACTS, hours=4)

    made = changed(base, [("response_share", 0.05), ("scales.new_storage_share", 0), ("units[2].output_mw", 60)])

    third = replace(base.units[2], output_mw=60.0)
    assert made == replace(
        base, response_share=0.05, scales=Scales(new_storage_share=0.0), units=(*base.units[:2], third)
    )


def _places(content: Any, path: str = "") -> list[tuple[str, Any]]:
    """Every field of a case's file with its value, whole objects and lists among them."""
    if isinstance(content, dict):
        inside = [(f"{path}.{key}" if path else key, value) for key, value in content.items()]
    elif isinstance(content, list):
        inside = [(f"{path}[{k}]", value) for k, value in enumerate(content)]
    else:
        return []
    return inside + [place for key, value in inside for place in _places(value, key)]


@given(asked(), st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_field_of_any_case_can_be_an_axis(one: Asked, data: st.DataObject) -> None:
    """Its own value, as the file holds it, gives the same case back; an object in its place names that place."""
    content = json.loads(case_text(one.case))
    content.pop("schema_version")
    path, value = data.draw(st.sampled_from(_places(content)))

    assert changed(one.case, [(path, value)]) == one.case
    assert axes_flaws(one.case, [(path, (value, value))], lambda case: flaws_of(case, one.facts)) == ()
    with pytest.raises(CaseError) as refused:
        changed(one.case, [(path, {"no such field": 1})])
    assert all(flaw.field.startswith(path) for flaw in refused.value.flaws)


def test_a_scenario_that_contradicts_itself_is_refused_with_the_flaws_of_the_case() -> None:
    with pytest.raises(CaseError) as refused:
        changed(small_case(FACTS), [("response_share", 2), ("scales.load_share", -1)], _flaws_in)
    assert [flaw.field for flaw in refused.value.flaws] == ["response_share", "scales.load_share"]


def test_every_flaw_of_the_axes_is_told_at_once() -> None:
    assert _told(
        ("scales.nonsense", (1, 2, 3)),
        ("response_share", (0, "x", 2, 0.1)),
        ("edition", ()),
        ("response_share", (0.1,)),
        ("units[9].on", (True,)),
    ) == [
        ("axes[2].values", "REQUIRED"),
        ("axes[3].field", "DUPLICATE_FIELD"),
        ("axes[0].field", "UNKNOWN_FIELD"),
        ("axes[1].values[1]", "WRONG_TYPE"),
        ("axes[1].values[2]", "SHARE_OUT_OF_RANGE"),
        ("axes[4].field", "UNKNOWN_FIELD"),
    ]


def test_no_axis_is_a_flaw() -> None:
    assert _told() == [("axes", "REQUIRED")]


def test_a_field_inside_another_is_the_same_field_twice() -> None:
    assert _told(("scales", ({"load_share": 1},)), ("scales.load_share", (1,))) == [
        ("axes[1].field", "DUPLICATE_FIELD")
    ]
    assert form_flaws([("scales.load_share", (1,)), ("scales.load", (1,))]) == ()


def test_too_many_scenarios_are_refused_before_any_value_is_tried() -> None:
    values = tuple(range(101))
    assert MOST_SCENARIOS_COUNT < 101 * 101
    assert _told(("response_share", values), ("scales.load_share", values)) == [("axes", "TOO_MANY_SCENARIOS")]


def test_what_is_wrong_with_the_base_is_not_told_again_for_each_value() -> None:
    base = small_case(FACTS, hours=4, response_share=3.0)
    assert _told(("scales.load_share", (1, -1)), base=base) == [("axes[0].values[1]", "NEGATIVE")]


def test_an_edition_or_a_grid_that_the_states_do_not_fit_says_so() -> None:
    """Whoever studies the edition 2025 with the states of 2030 is told what is missing, at most eight times."""
    base = a_case(step_count=1)

    told = [flaw for flaw in axes_flaws(base, [("edition", (2030, 2025))], flaws_in)]

    assert {flaw.field for flaw in told} == {"axes[0].values[1]"}
    assert "UNIT_STATE_MISSING" in {flaw.code for flaw in told} or "UNKNOWN_UNIT" in {flaw.code for flaw in told}
    assert told[-1].code == "BASE_DOES_NOT_FIT"
    assert len(told) <= 10


@pytest.mark.parametrize(
    ("text", "axis"),
    [
        ("response_share=0:0.10:11", ("response_share", (0, *(k / 100 for k in range(1, 11))))),
        ("scales.load_share=1:-1:3", ("scales.load_share", (1, 0, -1))),
        ("scales.new_storage_share=0,1", ("scales.new_storage_share", (0, 1))),
        ("interchange.variant=LOW,HIGH", ("interchange.variant", ("LOW", "HIGH"))),
        ("horizon.start=2030-01-15T00:00:00+08:00", ("horizon.start", ("2030-01-15T00:00:00+08:00",))),
        ('outages=[],[{"unit":"a","start":"x"}]', ("outages", ([], [{"unit": "a", "start": "x"}]))),
        ("deep_peak_shaving=true,false", ("deep_peak_shaving", (True, False))),
        ("reserve.load_share=null,0.1", ("reserve.load_share", (None, 0.1))),
        ("edition=", ("edition", ())),
    ],
)
def test_an_axis_is_read_from_the_command_line(text: str, axis: Axis) -> None:
    assert axis_of(text) == axis


@pytest.mark.parametrize(
    "text", ["response_share", "=1", "response_share=0:1:1", "response_share=0:1:10001", "a=1:e:3"]
)
def test_a_text_that_is_no_axis_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no axis|must count|float"):
        axis_of(text)
