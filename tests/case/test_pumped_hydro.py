"""Pump-turbines and reservoirs that cannot be scheduled are refused, field by field."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dispatch.case.check_facts import facts_flaws
from dispatch.case.checks import flaws_of
from dispatch.case.pumped_hydro import LowerReservoir, banks_of
from dispatch.case.storage import Store, StoreState
from tests.small import lake, pump_group, small_case, small_facts


def refused(store: Store) -> list[tuple[str, str]]:
    """Codes and fields of the flaws of the triangle with this plant alone."""
    return [(flaw.code, flaw.field) for flaw in facts_flaws(small_facts(stores=(store,)))]


def test_the_lake_is_sound() -> None:
    assert refused(lake()) == []


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"unit_count": 0}, "COUNT_OUT_OF_RANGE", "unit_count"),
        ({"unit_count": 101, "generate_max_mw": 0.1, "generate_min_mw": 0.0}, "COUNT_OUT_OF_RANGE", "unit_count"),
        ({"daily_start_count": 0}, "COUNT_OUT_OF_RANGE", "daily_start_count"),
        ({"changeover_h": -1.0}, "NEGATIVE", "changeover_h"),
        ({"changeover_h": float("nan")}, "NOT_FINITE", "changeover_h"),
        ({"generate_min_mw": 21.0}, "MINIMUM_ABOVE_MAXIMUM", "generate_min_mw"),
        ({"pump_min_mw": 21.0}, "MINIMUM_ABOVE_MAXIMUM", "pump_min_mw"),
        ({"pump_min_mw": 0.0, "pump_max_mw": 0.0}, "NOT_POSITIVE", "pump_max_mw"),
        ({"generate_min_mw": -1.0}, "NEGATIVE", "generate_min_mw"),
    ],
)
def test_a_group_that_cannot_be_is_refused(changes: dict[str, Any], code: str, field: str) -> None:
    found = refused(lake(groups=(pump_group("lake fixed", **changes),)))
    assert (code, f"facts.stores[0].groups[0].{field}") in found


def test_units_are_together_no_more_than_their_plant() -> None:
    found = refused(lake(groups=(pump_group("lake fixed", unit_count=3),)))
    assert found == [("UNITS_ABOVE_PLANT", "facts.stores[0].groups")] * 2


def test_a_group_has_a_name_of_its_own() -> None:
    group = pump_group("twice", unit_count=1)
    assert [code for code, _ in refused(lake(groups=(group, group)))] == ["DUPLICATE"]


@pytest.mark.parametrize(
    ("lower", "code", "field"),
    [
        (LowerReservoir(60.0, 50.0, 100.0), "MINIMUM_ABOVE_MAXIMUM", "level_min_mwh"),
        (LowerReservoir(0.0, 100.0, 201.0), "RESERVOIRS_CONTRADICT", "water_mwh"),
        (LowerReservoir(50.0, 100.0, 40.0), "RESERVOIRS_CONTRADICT", "water_mwh"),
        (LowerReservoir(0.0, 100.0, -1.0), "NEGATIVE", "water_mwh"),
        (LowerReservoir(0.0, float("inf"), 100.0), "NOT_FINITE", "level_max_mwh"),
    ],
)
def test_reservoirs_that_contradict_each_other_are_refused(lower: LowerReservoir, code: str, field: str) -> None:
    assert refused(lake(lower=lower)) == [(code, f"facts.stores[0].lower.{field}")]


def test_a_level_that_the_lower_reservoir_does_not_allow_is_refused() -> None:
    """30 MWh below at most, of 100 in both: at least 70 MWh are above."""
    facts = small_facts(stores=(lake(lower=LowerReservoir(0.0, 30.0, 100.0)),))
    case = replace(small_case(facts), stores=(StoreState("lake", 50.0, 80.0),))
    assert [(flaw.code, flaw.field) for flaw in flaws_of(case, facts)] == [
        ("LEVEL_OUTSIDE_LIMITS", "stores[0].start_level_mwh")
    ]


@pytest.mark.parametrize(
    ("changeover_h", "step_h", "steps", "banks"),
    [(0.25, 1.0, 1, 1), (0.25, 0.25, 1, 1), (0.5, 0.25, 2, 4), (0.0, 1.0, 0, 1), (1.0, 1.0, 1, 1)],
)
def test_a_changeover_is_rounded_up_to_steps_and_units_are_counted_where_it_is_one(
    changeover_h: float, step_h: float, steps: int, banks: int
) -> None:
    made = banks_of(pump_group("p", unit_count=4, changeover_h=changeover_h), 0, 1.0, step_h)
    assert [bank.changeover_count for bank in made] == [steps] * banks
    assert sum(bank.unit_count for bank in made) == 4
