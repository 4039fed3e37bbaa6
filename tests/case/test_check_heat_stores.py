"""Heat stores that cannot be meant."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dispatch.case.checks import flaws_of
from dispatch.case.heat import BACK_PRESSURE, EXTRACTION, HeatRegion, HeatStore
from dispatch.case.heating import widest_limits_mw
from dispatch.case.inputs import inputs_of
from dispatch.horizon import Horizon
from tests.case.given import SUMMER, good_facts, heating_unit
from tests.case.test_heating import REGION, heat_case, heat_facts

SOUND = HeatStore("P", energy_mwh=100.0, charge_mw=50.0, discharge_mw=50.0)


def store(**changes: Any) -> HeatStore:
    return replace(SOUND, **changes)


FLAWS = [
    ("UNKNOWN_PLANT", "[0].plant", (store(plant="Q"),)),
    ("PLANT_WITHOUT_HEAT", "[0].plant", (store(plant="G"),)),
    ("DUPLICATE", "[1].plant", (SOUND, SOUND)),
    ("NOT_POSITIVE", "[0].energy_mwh", (store(energy_mwh=0.0),)),
    ("NEGATIVE", "[0].charge_mw", (store(charge_mw=-1.0),)),
    ("NOT_FINITE", "[0].charge_mw", (store(charge_mw=math.nan),)),
    ("TOO_LARGE", "[0].discharge_mw", (store(discharge_mw=1e9),)),
    ("SHARE_OUT_OF_RANGE", "[0].hourly_loss_share", (store(hourly_loss_share=1.5),)),
    ("SHARE_OUT_OF_RANGE", "[0].start_level_share", (store(start_level_share=1.01),)),
    ("SHARE_OUT_OF_RANGE", "[0].end_level_share", (store(end_level_share=-0.01),)),
    ("END_LEVEL_OUT_OF_REACH", "[0].end_level_share", (store(charge_mw=10.0, end_level_share=0.9),)),
]


@pytest.mark.parametrize(("code", "field", "stores"), FLAWS, ids=[f"{c}-{k}" for k, (c, _, _) in enumerate(FLAWS)])
def test_a_heat_store_that_cannot_be_meant_is_refused_by_field(
    code: str, field: str, stores: tuple[HeatStore, ...]
) -> None:
    flaws = flaws_of(heat_case(stores=stores), heat_facts())
    assert [(flaw.code, flaw.field) for flaw in flaws] == [(code, f"heat.stores{field}")]


def test_an_end_out_of_reach_tells_what_can_be_reached() -> None:
    """Half of 100 MWh and three hours of 10 MW: 80 %."""
    (flaw,) = flaws_of(heat_case(stores=(store(charge_mw=10.0, end_level_share=0.9),)), heat_facts())
    assert flaw.message == "0.9 cannot be reached; give at most 0.8"


def test_a_heat_store_out_of_season_or_of_a_plant_whose_load_nobody_knows_is_refused() -> None:
    summer = replace(heat_case(stores=(SOUND,)), horizon=Horizon(SUMMER, 3))
    assert [flaw.code for flaw in flaws_of(summer, heat_facts())] == ["HEAT_OUT_OF_SEASON"]
    begins = heat_case(2, "2030-11-14T23:00", stores=(SOUND,))
    assert [flaw.code for flaw in flaws_of(begins, heat_facts())] == ["HEAT_OUT_OF_SEASON"]
    unknown = replace(heat_facts(), running_minimums=())
    assert [flaw.code for flaw in flaws_of(heat_case(stores=(SOUND,)), unknown)] == ["HEAT_LOAD_UNKNOWN"]
    assert [flaw.code for flaw in flaws_of(heat_case(stores=(SOUND,)), good_facts())] == ["PLANT_WITHOUT_HEAT"]
    assert flaws_of(heat_case(stores=(SOUND,)), heat_facts()) == ()


def test_the_heat_load_is_that_of_the_units_that_the_running_minimum_keeps_on() -> None:
    """One of two units of 100 MW each, at 0.8 of it: 80 MW."""
    (plant,) = inputs_of(heat_case(stores=(SOUND,)), heat_facts()).heat_plants
    assert (plant.name, plant.unit_indices) == ("P", (0, 1))
    assert plant.load_mw.tolist() == pytest.approx([80] * 3)


@pytest.mark.parametrize(
    ("region", "limits"),
    [
        (REGION, (100.0, 300.0)),
        (replace(REGION, floor_loss_share=0.2), (100 - 0.2 * 125 / 3, 300.0)),  # edges meet at 50 / 1.2 MW of heat
        (HeatRegion(EXTRACTION, 100.0, 0.0), (150.0, 300.0)),
        (HeatRegion(BACK_PRESSURE, 100.0, 1.5), (0.0, 280.0)),
    ],
)
def test_at_whatever_heat_a_unit_lies_between_its_widest_limits(
    region: HeatRegion, limits: tuple[float, float]
) -> None:
    """100 to 300 MW without heat, 150 to 280 with all of it."""
    assert widest_limits_mw(replace(heating_unit("P1"), heat_region=region)) == pytest.approx(limits)


def test_limits_of_units_beside_a_heat_store_are_the_widest_before_the_horizon_too() -> None:
    inputs = inputs_of(heat_case(stores=(SOUND,)), heat_facts())
    assert np.unique(inputs.output_min_mw[:, 0]).tolist() == [100]
    assert np.unique(inputs.output_max_mw[:, 0]).tolist() == [300]
    assert inputs.output_min_before_mw.tolist() == pytest.approx([100, 100, 50])
