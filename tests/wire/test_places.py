"""One field of a case by its path."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch.case.thermal import UnitState
from dispatch.wire.case_in import case_from
from dispatch.wire.places import NoPlace, put
from dispatch.wire.translate import case_to
from tests.wire.examples import a_case


def test_a_number_a_list_and_an_element_are_put_where_the_path_says() -> None:
    message = case_to(a_case())

    assert put(message, "scales.new_storage_share", 0) == ()
    assert put(message, "units[0].output_mw", 180) == ()
    assert put(message, "load_forecasts", [{"grid": "jibei", "load_mw": [1, 2]}]) == ()
    assert put(message, "load_forecasts[0].load_mw[1]", 5) == ()

    case = case_from(message)
    assert case.scales.new_storage_share == 0.0
    assert case.units == (UnitState("zhangjiakou-1", on=True, hours_h=30.0, output_mw=180.0),)
    assert case.load_forecasts[0].load_mw == (1.0, 5.0)


def test_an_element_is_replaced_whole_and_a_list_is_emptied() -> None:
    message = case_to(a_case())

    assert put(message, "units[0]", {"unit": "b", "on": False, "hours_h": 5, "output_mw": 0}) == ()
    assert put(message, "stores", []) == ()

    assert case_from(message).units == (UnitState("b", on=False, hours_h=5.0, output_mw=0.0),)
    assert case_from(message).stores == ()


def test_null_leaves_a_field_absent() -> None:
    message = case_to(a_case())

    assert put(message, "reserve.load_share", 0.1) == ()
    assert case_from(message).reserve.load_share == 0.1
    assert put(message, "reserve.load_share", None) == ()
    assert case_from(message).reserve.load_share is None


@pytest.mark.parametrize(
    ("path", "value", "code", "field"),
    [
        ("response_share", "x", "WRONG_TYPE", "response_share"),
        ("response_share", float("nan"), "NOT_FINITE", "response_share"),
        ("edition", 2030.5, "WRONG_TYPE", "edition"),
        ("units[0].on", 1, "WRONG_TYPE", "units[0].on"),
        ("units[0]", {"mw": 1}, "UNKNOWN_FIELD", "units[0].mw"),
        ("units[0]", None, "WRONG_TYPE", "units[0]"),
        ("units", 3, "WRONG_TYPE", "units"),
        ("interchange.variant", "SOME", "WRONG_TYPE", "interchange.variant"),
    ],
)
def test_a_value_of_another_kind_is_a_flaw_where_it_stands(path: str, value: Any, code: str, field: str) -> None:
    (flaw,) = put(case_to(a_case()), path, value)
    assert (flaw.code, flaw.field) == (code, field)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("", "is no path"),
        ("a b", "is no path"),
        ("units[-1].on", "is no path"),
        ("scales.", "is no path"),
        ("nonsense", "nonsense is not a field here; give one of name, grid, "),
        ("responseShare", "responseShare is not a field here"),
        ("schema_version", "schema_version is not a field here"),
        ("scales.nonsense", "give one of load_share, renewable_share, new_storage_share, pumped_hydro_share"),
        ("name.x", "name is one value and has no fields"),
        ("horizon.start.seconds", "start is one value and has no fields"),
        ("units.on", "units is a list; say which element, as units[0]"),
        ("units[1].on", "units has 1 elements in this case, counted from 0; there is no [1]"),
        ("units[7]", "there is no [7]"),
        ("name[0]", "name is not a list"),
    ],
)
def test_a_path_that_leads_nowhere_says_where_it_goes_wrong(path: str, words: str) -> None:
    with pytest.raises(NoPlace) as refused:
        put(case_to(a_case()), path, 1)
    assert words in str(refused.value)
