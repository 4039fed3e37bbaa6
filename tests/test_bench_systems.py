from __future__ import annotations

import numpy as np
import pytest

from bench.systems import with_bands, with_more_units, with_outages
from dispatch.case.case import Case
from dispatch.case.inputs import inputs_of
from dispatch.case.thermal import UnitState
from dispatch.eve import half_full
from dispatch.grid.catalogue import facts_of
from dispatch.horizon import Horizon
from tests.small import WINTER_DAY

FACTS = facts_of("jibei", 2030)
UNITS = tuple(UnitState(unit.name, True, 240.0, unit.heating_output_min_mw) for unit in FACTS.units)
CASE = Case("jibei", 2030, Horizon(WINTER_DAY, 6), UNITS, half_full(FACTS.stores))


def test_units_split_in_three_hold_what_the_whole_ones_held_and_cost_the_same_to_start() -> None:
    case, facts = with_more_units(CASE, FACTS, 3)
    assert len(facts.units) == 3 * len(FACTS.units) == len(case.units)
    for total in ("output_max_mw", "start_ramp_mw", "start_cny", "stop_cny"):
        whole, parts = (sum(getattr(unit, total) for unit in grid.units) for grid in (FACTS, facts))
        assert parts == pytest.approx(whole), total


def test_as_bands_no_plant_is_planned_by_unit_and_each_keeps_its_power() -> None:
    plain = with_bands(FACTS)
    assert any(store.groups for store in FACTS.stores)
    assert not any(store.groups for store in plain.stores)
    assert [(s.name, s.power_mw) for s in plain.stores] == [(s.name, s.power_mw) for s in FACTS.stores]


def test_some_lines_are_watched_after_an_outage_and_the_rest_are_not() -> None:
    case = with_outages(CASE, FACTS, 5)
    rating = inputs_of(case, FACTS).emergency_mw
    assert rating is not None
    assert int(np.isfinite(rating).sum()) == 5
    assert with_outages(CASE, FACTS, 0) == CASE
