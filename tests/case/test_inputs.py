"""What a case and the facts mean together, by hand-worked numbers."""

from __future__ import annotations

import numpy as np
import pytest

from dispatch.case.case import Interchange, Reserve, ReserveSeries, Scales
from dispatch.case.inputs import inputs_of
from dispatch.case.interchange import InterchangeForecast
from dispatch.case.renewable import AvailableForecast, LoadForecast
from dispatch.case.thermal import MustRun, Outage, RunningMinimum
from dispatch.horizon import Horizon
from tests.case.given import SUMMER, good_case, good_facts, moment


def test_stored_load_and_weather_hold_where_no_forecast_is_given() -> None:
    inputs = inputs_of(good_case(), good_facts())

    assert inputs.load_mw[:3].tolist() == [[300, 100], [301, 100], [302, 100]]
    assert inputs.available_mw[5].tolist() == [200, 20]
    assert inputs.planned_import_mw[:, 0].tolist() == [50] * 24


def test_quarter_hours_repeat_the_value_of_their_hour() -> None:
    inputs = inputs_of(good_case(horizon=Horizon(SUMMER, 6, 0.25)), good_facts())

    assert inputs.load_mw[:, 0].tolist() == [300, 300, 300, 300, 301, 301]


def test_scales_multiply_what_is_stored() -> None:
    scales = Scales(load_share=2.0, renewable_share=0.5, new_storage_share=3.0, pumped_hydro_share=0.1)
    inputs = inputs_of(good_case(scales=scales), good_facts())

    assert inputs.load_mw[1].tolist() == [602, 200]
    assert inputs.available_mw[0].tolist() == [100, 10]
    assert inputs.store_power_mw == pytest.approx([150, 10])
    assert inputs.level_min_mwh == pytest.approx([0, 5])
    assert inputs.level_max_mwh == pytest.approx([300, 65])


def test_a_load_forecast_is_spread_over_the_stations_by_their_shares_and_not_scaled() -> None:
    forecast = LoadForecast("hebei_south", tuple(1000.0 + t for t in range(24)))
    inputs = inputs_of(good_case(load_forecasts=(forecast,), scales=Scales(load_share=2.0)), good_facts())

    assert inputs.load_mw[0].tolist() == [750, 250]
    assert inputs.load_mw[4].tolist() == [753, 251]


def test_a_weather_forecast_stands_in_for_its_plant_alone() -> None:
    forecast = AvailableForecast("S", tuple(float(t) for t in range(24)))
    inputs = inputs_of(good_case(available_forecasts=(forecast,)), good_facts())

    assert inputs.available_mw[7].tolist() == [200, 7]


def test_a_unit_that_heats_has_other_limits_in_season() -> None:
    """14 Nov 23:00 is before the season, 15 Nov 00:00 is in it. G heats nobody."""
    inputs = inputs_of(good_case(horizon=Horizon(moment("2030-11-14T23:00"), 2)), good_facts())

    assert inputs.output_min_mw.tolist() == [[100, 100, 50], [150, 150, 50]]
    assert inputs.output_max_mw.tolist() == [[300, 300, 200], [280, 280, 200]]


def test_the_limits_before_the_horizon_are_those_of_the_step_before() -> None:
    inputs = inputs_of(good_case(horizon=Horizon(moment("2030-11-15T00:00"), 1)), good_facts())

    assert inputs.output_min_before_mw.tolist() == [100, 100, 50]
    assert inputs.output_min_mw[0].tolist() == [150, 150, 50]


def test_the_season_runs_over_new_year_and_ends_after_its_last_day() -> None:
    inputs = inputs_of(good_case(horizon=Horizon(moment("2030-12-31T23:00"), 2)), good_facts())
    assert inputs.output_min_mw[:, 0].tolist() == [150, 150]

    inputs = inputs_of(good_case(horizon=Horizon(moment("2030-03-15T23:00"), 2)), good_facts())
    assert inputs.output_min_mw[:, 0].tolist() == [150, 100]


def test_an_outage_holds_from_its_start_to_just_before_its_end() -> None:
    outage = Outage("P2", moment("2030-01-15T02:00"), moment("2030-01-15T05:00"))
    must_run = MustRun("G", moment("2030-01-14T00:00"), moment("2030-01-15T01:00"))
    inputs = inputs_of(good_case(outages=(outage,), must_run=(must_run,)), good_facts())

    assert np.flatnonzero(~inputs.in_service[:, 1]).tolist() == [2, 3, 4]
    assert inputs.in_service[:, [0, 2]].all()
    assert np.flatnonzero(inputs.must_run[:, 2]).tolist() == [0]


def test_two_outages_of_one_unit_add_up() -> None:
    spans = [("02:00", "04:00"), ("03:00", "06:00")]
    outages = tuple(Outage("P2", moment(f"2030-01-15T{a}"), moment(f"2030-01-15T{b}")) for a, b in spans)
    inputs = inputs_of(good_case(outages=outages), good_facts())

    assert np.flatnonzero(~inputs.in_service[:, 1]).tolist() == [2, 3, 4, 5]


def test_no_more_units_keep_the_heat_than_are_in_service() -> None:
    """Two are asked for; with P2 out from 02:00 to 05:00 it is one; G, of another plant, does not count."""
    outage = Outage("P2", moment("2030-01-15T02:00"), moment("2030-01-15T05:00"))
    facts = good_facts(running_minimums=(RunningMinimum("P", 2),))
    (group,) = inputs_of(good_case(outages=(outage,)), facts).running_groups

    assert group.unit_indices == (0, 1)
    assert group.units_on_count[:7].tolist() == [2, 2, 1, 1, 1, 2, 2]


def test_no_unit_keeps_the_heat_in_summer() -> None:
    (group,) = inputs_of(good_case(horizon=Horizon(SUMMER, 24)), good_facts()).running_groups

    assert not group.units_on_count.any()


def test_a_contract_has_power_in_its_season_alone() -> None:
    case = good_case(horizon=Horizon(moment("2030-08-31T23:00"), 2), response_share=0.05)
    inputs = inputs_of(case, good_facts())

    assert inputs.contract_mw[:, 0].tolist() == [20, 0]
    assert inputs.response_cap_mw.tolist() == [[50]] * len(inputs.times)


def test_the_band_widens_the_plan_within_the_limits_of_the_border() -> None:
    """10 % about 280 MW in: 252 to 308, cut to 300 MW; about 95 MW out: -104.5 to -85.5, cut to -100 MW."""
    forecast = InterchangeForecast("border", (280.0, -95.0, *([0.0] * 22)))
    case = good_case(interchange=Interchange(band_share=0.1), interchange_forecasts=(forecast,))
    inputs = inputs_of(case, good_facts())

    assert inputs.import_floor_mw[:3, 0] == pytest.approx([252, -100, 0])
    assert inputs.import_ceiling_mw[:3, 0] == pytest.approx([300, -85.5, 0])


@pytest.mark.parametrize(("variant", "plan_mw"), [("low", 20), ("central", 50), ("high", 80)])
def test_the_variant_chooses_the_plan(variant: str, plan_mw: float) -> None:
    inputs = inputs_of(good_case(interchange=Interchange(variant)), good_facts())

    assert inputs.import_floor_mw.tolist() == inputs.import_ceiling_mw.tolist() == [[plan_mw]] * 24


def test_reserve_is_a_share_of_load_and_of_wind_and_sun() -> None:
    """Hour 0: 3 % of 400 MW and 5 % of 220 MW are 23 MW; at 10 % and nothing, 40 MW."""
    inputs = inputs_of(good_case(), good_facts())
    assert inputs.reserve_up_mw[0].tolist() == pytest.approx([23])
    assert inputs.reserve_down_mw[0].tolist() == pytest.approx([23])

    inputs = inputs_of(good_case(reserve=Reserve(load_share=0.1, renewable_share=0.0)), good_facts())
    assert inputs.reserve_up_mw[0].tolist() == pytest.approx([40])


def test_reserve_in_mw_stands_in_place_of_the_shares_in_its_direction_alone() -> None:
    """70 to 93 MW up as asked, at any share; down stays at 3 % of 400 MW and 5 % of 220 MW, 23 MW in hour 0."""
    series = ReserveSeries("hebei_south", up_mw=tuple(70.0 + hour for hour in range(24)))
    inputs = inputs_of(good_case(reserve=Reserve(series=(series,))), good_facts())

    assert inputs.reserve_up_mw[:, 0].tolist() == [70.0 + hour for hour in range(24)]
    assert inputs.reserve_down_mw[0].tolist() == pytest.approx([23])


def test_what_must_be_taken_is_nothing_unless_a_forecast_says_so() -> None:
    forecasts = (AvailableForecast("W", (100.0,) * 24, (30.0,) * 24), AvailableForecast("S", (50.0,) * 24))
    inputs = inputs_of(good_case(available_forecasts=forecasts), good_facts())

    assert inputs.must_take_mw.tolist() == [[30.0, 0.0]] * 24
    assert not inputs_of(good_case(), good_facts()).must_take_mw.any()


def test_what_is_stored_stays_as_it_was() -> None:
    facts = good_facts()
    before = facts.year.load_mw.copy(), facts.year.net_import_mw["central"].copy()
    case = good_case(
        load_forecasts=(LoadForecast("hebei_south", (1.0,) * 24),),
        interchange_forecasts=(InterchangeForecast("border", (1.0,) * 24),),
    )
    inputs_of(case, facts)

    assert (facts.year.load_mw == before[0]).all()
    assert (facts.year.net_import_mw["central"] == before[1]).all()
