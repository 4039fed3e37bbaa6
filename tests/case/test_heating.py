"""Limits of output by the heat load, by hand, on plant P: 100 to 300 MW without heat, 150 to 280 with all of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.heat import BACK_PRESSURE, EXTRACTION, Heat, HeatForecast, HeatRegion
from dispatch.case.heating import heating_limits_mw
from dispatch.case.inputs import inputs_of
from dispatch.horizon import HOURS_PER_YEAR, Horizon
from tests.case.given import good_case, good_facts, heating_unit, moment, year

REGION = HeatRegion(EXTRACTION, design_heat_mw=100.0, back_pressure_share=1.0)


def heat_facts(region: HeatRegion = REGION, stored_share: float | None = 0.8) -> GridFacts:
    """P1 and P2 by their region, G heats nobody; a heat load of 0.8 all year, or none stored."""
    units = tuple(replace(u, heat_region=region) if u.heats else u for u in good_facts().units)
    stored = None if stored_share is None else np.full((HOURS_PER_YEAR, 1), stored_share)
    return good_facts(units=units, year=replace(year(), heat_share=stored))


def heat_case(step_count: int = 3, start: str = "2030-01-15T00:00", **heat: Any) -> Case:
    return good_case(horizon=Horizon(moment(start), step_count), heat=Heat(**heat))


def test_less_heat_leaves_an_extraction_unit_more_room() -> None:
    """
    Of 100 MW of heat: the floor falls 1 MW a MW from 150, not below 100; the ceiling rises 20/100 from 280 to 300.

    0.8: 150 - 20 = 130 and 284 MW.  0.4: 150 - 60 = 90, so 100, and 292 MW.  0: 100 and 300 MW.
    """
    unit = replace(heating_unit("P1"), heat_region=REGION)
    low, high = heating_limits_mw(unit, np.array([1.0, 0.8, 0.4, 0.0]))

    assert low == pytest.approx([150, 130, 100, 100])
    assert high == pytest.approx([280, 284, 292, 300])


def test_heat_taken_at_the_least_steam_lowers_the_floor_where_the_region_says_so() -> None:
    """0.25 MW a MW: 100 - 0.25 x 40 = 90 at 0.4, where the other edge lies at 90 too; 100 - 0.25 x 20 = 95 at 0.2."""
    unit = replace(heating_unit("P1"), heat_region=replace(REGION, floor_loss_share=0.25))

    assert heating_limits_mw(unit, np.array([1.0, 0.4, 0.2]))[0] == pytest.approx([150, 90, 95])
    assert unit.least_mw == pytest.approx(75)


def test_a_back_pressure_unit_gives_power_as_it_gives_heat() -> None:
    """150 MW of power at 100 MW of heat, 1.5 a MW: 75 at half of it, nothing without."""
    region = HeatRegion(BACK_PRESSURE, design_heat_mw=100.0, back_pressure_share=1.5)
    unit = replace(heating_unit("P1"), heat_region=region, heating_output_max_mw=150)
    low, high = heating_limits_mw(unit, np.array([1.0, 0.5, 0.0]))

    assert low.tolist() == high.tolist() == pytest.approx([150, 75, 0])
    assert unit.least_mw == 0


def test_a_unit_without_a_region_keeps_its_limits_at_any_heat() -> None:
    low, high = heating_limits_mw(heating_unit("P1"), np.array([1.0, 0.3]))
    assert (low.tolist(), high.tolist()) == ([150, 150], [280, 280])


def test_the_stored_heat_load_holds_and_the_factor_scales_it() -> None:
    """0.8 of the heat: 130 MW. A factor of 1.25 makes it the design heat: 150 MW. G does not change."""
    assert inputs_of(heat_case(), heat_facts()).output_min_mw[0] == pytest.approx([130, 130, 50])
    scaled = inputs_of(heat_case(scale_share=1.25), heat_facts())
    assert scaled.output_min_mw[0] == pytest.approx([150, 150, 50])
    assert scaled.output_max_mw[0] == pytest.approx([280, 280, 200])


def test_where_no_heat_load_is_stored_it_is_the_design_heat() -> None:
    assert inputs_of(heat_case(), heat_facts(stored_share=None)).output_min_mw[0] == pytest.approx([150, 150, 50])


def test_a_forecast_stands_in_place_of_the_stored_heat_load_and_is_not_scaled() -> None:
    """1, 0.8, 0.6: 150, 130, 110 MW; the hour before the horizon has the load of the first."""
    inputs = inputs_of(heat_case(forecasts=(HeatForecast("P", (1.0, 0.8, 0.6)),), scale_share=0.5), heat_facts())

    assert inputs.output_min_mw[:, 0] == pytest.approx([150, 130, 110])
    assert inputs.output_min_mw[:, 1] == pytest.approx([150, 130, 110])
    assert inputs.output_min_before_mw == pytest.approx([150, 150, 50])


def test_out_of_season_a_unit_has_the_limits_of_the_rest_of_the_year() -> None:
    """14 Nov 23:00 is before the season, 15 Nov 00:00 is in it."""
    inputs = inputs_of(heat_case(2, "2030-11-14T23:00"), heat_facts())
    assert inputs.output_min_mw[:, 0] == pytest.approx([100, 130])
    assert inputs.output_max_mw[:, 0] == pytest.approx([300, 284])
