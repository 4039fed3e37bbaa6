"""The stored heat load, worked by hand from the tables of temperatures."""

from __future__ import annotations

import pandas as pd
import pytest

from dispatch.case.heating import heating_hours
from dispatch.grid.catalogue import facts_of
from dispatch.grid.tables import shared
from dispatch.horizon import hour_of_year

LOSS_SHARE = 0.15  # MW of power lost for a MW of heat at full steam, between 0.1 and 0.2 for steam of 2 to 4 bar


def share_of(city: str, moment: str) -> float:
    facts = facts_of("hebei", 2030)
    column = [season.city for season in facts.heating_seasons].index(city)
    assert facts.year.heat_share is not None
    return float(facts.year.heat_share[hour_of_year(pd.DatetimeIndex([moment]))[0], column])


def test_the_heat_load_is_how_much_colder_it_is_than_indoors_against_the_coldest_hour() -> None:
    """
    Shijiazhuang: the mean of January, -1.35, holds at its middle, 12:00 of the 16th; December has 0.55, February 2.8.

    The middle of the hour of 15:00 is 3.5 h later: -1.35 + 4.15 x 3.5 / 708 = -1.329, and the hour is 2 degrees warmer:
    0.671. The coldest hour is that of 03:00, 8.5 h before: -1.35 + 1.9 x 8.5 / 744 - 2 = -3.328.
    Share = (18 - 0.671) / (18 + 3.328) = 0.8125.
    """
    assert share_of("Shijiazhuang", "2030-01-16 15:00") == pytest.approx(0.8125, abs=1e-4)
    assert share_of("Shijiazhuang", "2030-01-16 03:00") == pytest.approx(1.0)


def test_march_needs_half_of_january() -> None:
    """12 March, 03:00: 2.8 + 7.3 x 603.5 / 708 = 9.023 less 2, on the way to 10.1; (18 - 7.023) / 21.328 = 0.5147."""
    assert share_of("Shijiazhuang", "2030-03-12 03:00") == pytest.approx(0.5147, abs=1e-4)


def test_every_heating_city_reaches_the_design_heat_and_heats_in_all_of_its_season() -> None:
    facts = facts_of("hebei", 2030)
    times = pd.date_range("2030-01-01", periods=8760, freq="h")
    heating = heating_hours(facts, times)
    assert facts.year.heat_share is not None
    assert facts.year.heat_share.max(axis=0) == pytest.approx(1.0)
    for k, unit in enumerate(facts.units):
        if unit.heats:
            column = [season.city for season in facts.heating_seasons].index(unit.city)
            own = facts.year.heat_share[heating[:, k], column]
            assert own.max() == pytest.approx(1.0)
            assert own.min() > 0.2


def test_every_unit_that_heats_has_a_region_and_no_other() -> None:
    for unit in facts_of("hebei", 2030).units:
        assert (unit.heat_region is not None) == unit.heats, unit.name


def test_the_ceilings_of_classes_built_for_heat_say_what_power_a_mw_of_heat_costs() -> None:
    classes, regions = (shared(name).set_index("class") for name in ("technology_classes", "heat_regions"))
    lost = 1.0 - classes.loc[regions.index, "heating_p_max_pu"]
    built = lost > 0
    assert set(regions.index[built]) == {"chp_sc_350", "chp_sub_300_330", "ccgt_chp"}
    assert (lost / regions["design_heat_share"])[built].to_numpy() == pytest.approx(LOSS_SHARE, rel=1e-3)
