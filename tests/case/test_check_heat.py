"""Heat loads that cannot be meant, and regions no unit can have."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from dispatch.case.check_facts import unsound_facts
from dispatch.case.checks import flaws_of
from dispatch.case.heat import Heat, HeatForecast, HeatRegion
from dispatch.horizon import Horizon
from tests.case.given import SUMMER, good_case, good_facts, with_unit
from tests.case.test_heating import REGION, heat_case, heat_facts


def mild(plant: str = "P", **values: float) -> HeatForecast:
    """0.8 in each of three hours, but for those given as h0, h1, h2."""
    return HeatForecast(plant, tuple(values.get(f"h{k}", 0.8) for k in range(3)))


FLAWS = [
    ("NOT_FINITE", "heat.scale_share", Heat(math.nan)),
    ("NEGATIVE", "heat.scale_share", Heat(-0.1)),
    ("TOO_LARGE", "heat.scale_share", Heat(11.0)),
    ("NEGATIVE", "heat.short_cny_per_mwh", Heat(short_cny_per_mwh=-1.0)),
    ("NOT_FINITE", "heat.short_cny_per_mwh", Heat(short_cny_per_mwh=math.nan)),
    ("HEAT_ABOVE_DESIGN", "heat.scale_share", Heat(1.26)),
    ("UNKNOWN_PLANT", "heat.forecasts[0].plant", Heat(forecasts=(mild("Q"),))),
    ("PLANT_WITHOUT_HEAT", "heat.forecasts[0].plant", Heat(forecasts=(mild("G"),))),
    ("DUPLICATE", "heat.forecasts[1].plant", Heat(forecasts=(mild(), mild()))),
    ("SERIES_LENGTH", "heat.forecasts[0].heat_share", Heat(forecasts=(HeatForecast("P", (0.8,) * 4),))),
    ("SERIES_LENGTH", "heat.forecasts[0].heat_share", Heat(forecasts=(HeatForecast("P", ()),))),
    ("SHARE_OUT_OF_RANGE", "heat.forecasts[0].heat_share[1]", Heat(forecasts=(mild(h1=1.01),))),
    ("SHARE_OUT_OF_RANGE", "heat.forecasts[0].heat_share[2]", Heat(forecasts=(mild(h2=-0.01),))),
    ("NOT_FINITE", "heat.forecasts[0].heat_share[0]", Heat(forecasts=(mild(h0=math.inf),))),
]


@pytest.mark.parametrize(("code", "field", "heat"), FLAWS, ids=[f"{c}-{k}" for k, (c, _, _) in enumerate(FLAWS)])
def test_a_heat_load_that_cannot_be_meant_is_refused_by_field(code: str, field: str, heat: Heat) -> None:
    flaws = flaws_of(replace(heat_case(), heat=heat), heat_facts())
    assert [(flaw.code, flaw.field) for flaw in flaws] == [(code, field)]


def test_a_factor_just_up_to_the_design_heat_is_sound_and_one_beyond_it_where_a_forecast_stands() -> None:
    assert flaws_of(heat_case(scale_share=1.25), heat_facts()) == ()
    assert flaws_of(heat_case(scale_share=2.0, forecasts=(mild(),)), heat_facts()) == ()


def test_heat_outside_the_season_is_refused_hour_by_hour_and_none_of_it_is_sound() -> None:
    summer = good_case(horizon=Horizon(SUMMER, 3), heat=Heat(forecasts=(mild(h1=0.0),)))
    flaws = flaws_of(summer, heat_facts())
    fields = [f"heat.forecasts[0].heat_share[{t}]" for t in (0, 2)]
    assert [(flaw.code, flaw.field) for flaw in flaws] == [("HEAT_OUT_OF_SEASON", field) for field in fields]
    none = replace(summer, heat=Heat(forecasts=(HeatForecast("P", (0.0,) * 3),)))
    assert flaws_of(none, heat_facts()) == ()


def test_a_plant_of_flat_limits_takes_no_heat_load() -> None:
    case = heat_case(forecasts=(mild(),))
    assert [flaw.code for flaw in flaws_of(case, good_facts())] == ["PLANT_WITHOUT_HEAT"]


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_a_state_of_the_stored_heat_load_is_sound_before_any_forecast(share: float) -> None:
    """P1 gives 130 MW, its floor at the stored 0.8; by the forecasts the floor is 100 or 150 MW."""
    case = replace(heat_case(forecasts=(HeatForecast("P", (share,) * 3),)), units=with_unit("P1", output_mw=130))
    assert flaws_of(case, heat_facts()) == ()


REGIONS = [
    ("UNKNOWN_TURBINE", "heat_region.turbine", replace(REGION, turbine="sail")),
    ("NOT_POSITIVE", "heat_region.design_heat_mw", replace(REGION, design_heat_mw=0.0)),
    ("TOO_LARGE", "heat_region.design_heat_mw", replace(REGION, design_heat_mw=2e6)),
    ("NEGATIVE", "heat_region.back_pressure_share", replace(REGION, back_pressure_share=-0.1)),
    ("NEGATIVE", "heat_region.floor_loss_share", replace(REGION, floor_loss_share=-0.1)),
    ("CURVE_TOO_SHORT", "curve.output_mw", replace(REGION, floor_loss_share=0.2)),
]


@pytest.mark.parametrize(("code", "field", "region"), REGIONS, ids=[f"{c}-{k}" for k, (c, _, _) in enumerate(REGIONS)])
def test_a_region_that_no_unit_can_have_is_refused(code: str, field: str, region: HeatRegion) -> None:
    flaws = unsound_facts(heat_facts(region))
    assert {(flaw.code, flaw.field) for flaw in flaws} == {(code, f"facts.units[{k}].{field}") for k in (0, 1)}


def test_a_floor_without_heat_above_that_with_all_of_it_is_refused() -> None:
    units = tuple(replace(u, heating_output_min_mw=90.0) if u.heats else u for u in heat_facts().units)
    flaws = unsound_facts(replace(heat_facts(), units=units))
    assert ("HEATING_MINIMUM_TOO_LOW", "facts.units[0].heating_output_min_mw") in {(f.code, f.field) for f in flaws}


def test_a_stored_heat_load_beyond_the_design_heat_is_refused() -> None:
    flaws = unsound_facts(heat_facts(stored_share=1.1))
    assert [(flaw.code, flaw.field) for flaw in flaws] == [("SHARE_OUT_OF_RANGE", "facts.year.heat_share")]
