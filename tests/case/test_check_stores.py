"""Which levels a store with a least power can end at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.case.case import Scales
from dispatch.case.check_stores import reachable_mwh
from dispatch.case.checks import flaws_of
from dispatch.case.inputs import state_levels_mwh
from dispatch.case.storage import StoreState
from dispatch.horizon import Horizon
from tests.case.given import WINTER, good_case, good_facts

FACTS = good_facts()
BATTERY = replace(FACTS.stores[0], charge_min_mw=20.0, discharge_min_mw=10.0)  # 50 MW, 0 to 100 MWh, 80 % in, all out
AIR = replace(FACTS, stores=(BATTERY, FACTS.stores[1]))


def test_one_hour_keeps_the_level_or_moves_it_by_its_least_power_and_more() -> None:
    """From 50 MWh: 20 to 50 MW bring 16 to 40 MWh in, 10 to 50 MW take as much out."""
    case = good_case(horizon=Horizon(WINTER, 1))
    spans = reachable_mwh(StoreState("battery", 50, 50), BATTERY, case)
    assert spans == [pytest.approx((0.0, 40.0)), pytest.approx((50.0, 50.0)), pytest.approx((66.0, 90.0))]


def test_two_hours_reach_all_that_lies_between() -> None:
    case = good_case(horizon=Horizon(WINTER, 2))
    assert reachable_mwh(StoreState("battery", 50, 50), BATTERY, case) == [pytest.approx((0.0, 100.0))]


def test_an_end_below_the_least_power_is_refused_by_its_field() -> None:
    levels = (StoreState("battery", 50, 55), good_case().stores[1])
    (flaw,) = flaws_of(good_case(horizon=Horizon(WINTER, 1), stores=levels), AIR)
    assert (flaw.code, flaw.field) == ("END_LEVEL_OUT_OF_REACH", "stores[0].end_level_mwh")
    assert flaw.message.endswith("give 0 to 40 or 50 or 66 to 90 MWh")


@pytest.mark.parametrize(("share", "flawed"), [(0.0, False), (0.1, True)])
def test_a_store_that_the_case_takes_away_is_in_no_state(share: float, flawed: bool) -> None:
    """At a tenth the battery holds 0 to 10 MWh, not 50."""
    levels = (StoreState("battery", 50, 50), good_case().stores[1])
    case = good_case(stores=levels, scales=Scales(new_storage_share=share))
    assert bool(flaws_of(case, FACTS)) is flawed
    assert state_levels_mwh(case, FACTS, "end_level_mwh")[0] == (50 if flawed else 0)


@pytest.mark.parametrize("share", [-1.0, float("nan"), float("inf")])
def test_a_scale_that_cannot_be_is_told_once_and_no_store_for_it(share: float) -> None:
    """Levels were told to be "outside the limits", -40 to -400 MWh, of every store."""
    (flaw,) = flaws_of(good_case(scales=Scales(new_storage_share=share)), FACTS)
    assert flaw.field == "scales.new_storage_share"
