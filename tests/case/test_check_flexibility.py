"""Retrofit states that cannot be meant, facts of deep output that cannot be kept to, and what a case makes of them."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from typing import Any

import pytest

from dispatch.case.as_asked import as_asked
from dispatch.case.check_facts import unsound_facts
from dispatch.case.checks import flaws_of
from dispatch.case.facts import GridFacts
from dispatch.case.thermal import DeepBand, Flexibility, OilSupport, Retrofit, ThermalUnit, UnitState
from tests.small import SUMMER_DAY, one_bus_facts, small_case, unit

KNOWN = (Flexibility("before", 120.0, 150.0, 90.0, 90.0), Flexibility("after", 80.0, 100.0, 150.0, 150.0))
OIL = OilSupport(90.0, 2.0, 7_000.0, 3.0, least_h=2.0, most_h=4.0, apart_h=1.0)
BANDS = (DeepBand(150.0, 200.0), DeepBand(120.0, 300.0))
COAL = unit("coal", retrofit="after", flexibilities=KNOWN, deep_bands=BANDS, oil_support=OIL)
PLAIN = unit("plain", technology_class="old")


def facts_with(**changes: Any) -> GridFacts:
    """A unit with everything, some of it changed, and one of which only one state is known."""
    return one_bus_facts(replace(COAL, **changes), PLAIN, load_mw=300.0)


FLAWS = [
    ("UNKNOWN_CLASS", "retrofits[0].technology_class", (Retrofit("before", technology_class="coal_900"),)),
    ("UNKNOWN_UNIT", "retrofits[0].unit", (Retrofit("before", unit="nobody"),)),
    ("UNKNOWN_STATE", "retrofits[0].state", (Retrofit("halfway", unit="coal"),)),
    ("UNKNOWN_MEMBER_GRID", "retrofits[0].grid", (Retrofit("before", technology_class="coal_300", grid="moon"),)),
    ("CLASS_OR_UNIT", "retrofits[0].technology_class", (Retrofit("before"),)),
    ("CLASS_OR_UNIT", "retrofits[0].technology_class", (Retrofit("before", technology_class="coal_300", unit="coal"),)),
    ("RETROFIT_NOT_KNOWN", "retrofits[0].state", (Retrofit("before", unit="plain"),)),
    ("RETROFIT_NOT_KNOWN", "retrofits[1].state", (Retrofit("after", unit="coal"), Retrofit("before", "old"))),
    ("DUPLICATE", "retrofits[1]", (Retrofit("before", "coal_300"), Retrofit("after", "coal_300"))),
]


@pytest.mark.parametrize(("code", "field", "retrofits"), FLAWS, ids=[f"{c}-{k}" for k, (c, _, _) in enumerate(FLAWS)])
def test_a_retrofit_that_cannot_be_meant_is_refused_by_field(
    code: str, field: str, retrofits: tuple[Retrofit, ...]
) -> None:
    facts = facts_with()
    flaws = flaws_of(small_case(facts, retrofits=retrofits), facts)
    assert [(flaw.code, flaw.field) for flaw in flaws] == [(code, field)]


def test_a_unit_named_with_the_wrong_grid_is_refused() -> None:
    south = replace(PLAIN, name="southern", grid="hebei_south", flexibilities=KNOWN, plant="other")
    facts = replace(facts_with(), units=(COAL, PLAIN, south), members=("hebei_south", "jibei"), grid="hebei")
    flaws = flaws_of(small_case(facts, retrofits=(Retrofit("after", unit="coal", grid="hebei_south"),)), facts)
    assert ("UNIT_ELSEWHERE", "retrofits[0].grid") in {(flaw.code, flaw.field) for flaw in flaws}


@pytest.mark.parametrize("hours", [-1.0, math.nan, 1e9])
def test_hours_with_oil_that_cannot_be_meant_are_refused(hours: float) -> None:
    facts = facts_with()
    case = small_case(facts)
    case = replace(case, units=(replace(case.units[0], oil_hours_h=hours), case.units[1]))
    assert [flaw.field for flaw in flaws_of(case, facts)] == ["units[0].oil_hours_h"]


def changed(name: str, **changes: Any) -> dict[str, Any]:
    """A part of the unit with some numbers changed."""
    return {name: replace(getattr(COAL, name), **changes)}


UNSOUND: list[tuple[str, str, dict[str, Any]]] = [
    ("NEGATIVE", "deep_bands[1].price_cny_per_mwh", {"deep_bands": (BANDS[0], DeepBand(120.0, math.inf))}),
    ("BANDS_NOT_FALLING", "deep_bands[1].below_mw", {"deep_bands": (BANDS[0], DeepBand(150.0, 300.0))}),
    ("DEEPER_BAND_CHEAPER", "deep_bands[1].price_cny_per_mwh", {"deep_bands": (BANDS[0], DeepBand(120.0, 199.0))}),
    ("MINIMUM_ABOVE_MAXIMUM", "deep_bands[0].below_mw", {"deep_bands": (DeepBand(301.0, 200.0),)}),
    # coal heats, and then gives 250 MW at most
    ("MINIMUM_ABOVE_MAXIMUM", "deep_bands[0].below_mw", {"deep_bands": (DeepBand(251.0, 200.0),)}),
    ("TOO_LARGE", "deep_bands[1].price_cny_per_mwh", {"deep_bands": (BANDS[0], DeepBand(120.0, 1e15))}),
    ("TOO_LARGE", "oil_support.below_mw", changed("oil_support", below_mw=1e12)),
    ("TOO_LARGE", "oil_support.oil_t_per_h", changed("oil_support", oil_t_per_h=1e4)),
    ("TOO_LARGE", "oil_support.price_cny_per_t", changed("oil_support", price_cny_per_t=1e7)),
    ("TOO_LARGE", "oil_support.carbon_tco2_per_t", changed("oil_support", carbon_tco2_per_t=11.0)),
    ("TOO_LARGE", "oil_support.apart_h", changed("oil_support", apart_h=1e9)),
    ("NEGATIVE", "oil_support.most_h", changed("oil_support", most_h=math.inf)),
    ("NEGATIVE", "oil_support.most_h", changed("oil_support", most_h=math.nan)),
    (
        "TOO_LARGE",
        "flexibilities[0].ramp_down_mw_per_h",
        {"flexibilities": (replace(KNOWN[0], ramp_down_mw_per_h=math.inf), KNOWN[1])},
    ),
    ("NEGATIVE", "oil_support.oil_t_per_h", changed("oil_support", oil_t_per_h=-1.0)),
    ("NEGATIVE", "oil_support.apart_h", changed("oil_support", apart_h=math.nan)),
    ("MOST_BELOW_LEAST", "oil_support.most_h", changed("oil_support", most_h=1.0)),
    ("MOST_BELOW_LEAST", "oil_support.most_h", changed("oil_support", most_h=0.0, least_h=0.0)),
    ("UNKNOWN_STATE", "flexibilities[0].retrofit", {"flexibilities": (replace(KNOWN[0], retrofit="new"), KNOWN[1])}),
    (
        "NOT_POSITIVE",
        "flexibilities[1].ramp_up_mw_per_h",
        {"flexibilities": (KNOWN[0], replace(KNOWN[1], ramp_up_mw_per_h=0.0))},
    ),
    (
        "MINIMUM_ABOVE_MAXIMUM",
        "flexibilities[0].heating_output_min_mw",
        {"flexibilities": (replace(KNOWN[0], heating_output_min_mw=251.0), KNOWN[1])},
    ),
]


@pytest.mark.parametrize(("code", "field", "changes"), UNSOUND, ids=[f"{c}-{k}" for k, (c, _, _) in enumerate(UNSOUND)])
def test_facts_that_cannot_be_kept_to_are_refused_by_field(code: str, field: str, changes: dict[str, Any]) -> None:
    flaws = unsound_facts(facts_with(**changes))
    assert [(flaw.code, flaw.field) for flaw in flaws] == [(code, f"facts.units[0].{field}")]


def test_a_band_above_the_output_while_heating_is_sound_of_a_unit_that_never_heats() -> None:
    assert unsound_facts(facts_with(heats=False, deep_bands=(DeepBand(251.0, 200.0),))) == ()


def limits(known: ThermalUnit) -> tuple[float, float, float]:
    return known.output_min_mw, known.heating_output_min_mw, known.ramp_up_mw_per_h


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({}, (80, 100, 150)),
        ({"retrofits": (Retrofit("before", "coal_300"),)}, (120, 150, 90)),
        ({"retrofits": (Retrofit("before", "coal_300", grid="jibei"),)}, (120, 150, 90)),
        ({"retrofits": (Retrofit("after", unit="coal"), Retrofit("before", "coal_300"))}, (80, 100, 150)),
        ({"deep_peak_shaving": False}, (150, 150, 150)),
        ({"deep_peak_shaving": False, "retrofits": (Retrofit("before", unit="coal"),)}, (150, 150, 90)),
    ],
)
def test_the_facts_are_as_the_case_asks_and_asked_again_the_same(
    case: dict[str, Any], expected: tuple[float, float, float]
) -> None:
    """Before: 120 MW, 150 while heating. The normal minimum is 150 MW. A unit goes before its class."""
    facts = facts_with()
    asked = as_asked(small_case(facts, **case), facts)
    assert limits(asked.units[0]) == expected
    assert limits(asked.units[1]) == limits(PLAIN)
    again = as_asked(small_case(facts, **case), asked)
    assert {f.name: getattr(again, f.name) for f in fields(again)} == {
        f.name: getattr(asked, f.name) for f in fields(asked)
    }


def test_a_state_below_the_limits_is_refused_but_where_the_case_has_raised_them() -> None:
    """Coal comes from 70 MW of at least 80, or from 90 MW, of 80 as it was and of 120 as the case has it."""
    facts = facts_with()

    def flaws(output_mw: float, **changes: Any) -> list[str]:
        states = (UnitState("coal", True, 48.0, output_mw), UnitState("plain", True, 48.0, 90.0))
        return [flaw.code for flaw in flaws_of(small_case(facts, start=SUMMER_DAY, units=states, **changes), facts)]

    before = {"retrofits": (Retrofit("before", unit="coal"),)}
    assert flaws(70.0) == flaws(70.0, **before) == flaws(70.0, deep_peak_shaving=False) == ["OUTPUT_BELOW_MINIMUM"]
    assert flaws(90.0) == flaws(90.0, **before) == flaws(90.0, deep_peak_shaving=False) == []
