"""What the good schedule of `tests.audit.good` is worth, worked by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.audit.evidence import Evidence
from dispatch.audit.objective import objective_cny
from dispatch.case.case import Prices
from dispatch.case.inputs import inputs_of
from dispatch.case.thermal import UnitState
from dispatch.metrics import measured
from dispatch.schedule.outcome import GridMetrics, Metrics, Slack
from tests.audit.good import added, good, schedule_of

BACK_FROM_BATTERY_MWH = 20 * 0.9 * 0.9
BACK_FROM_PUMPS_MWH = 30 * 0.87 * 0.87
BACK_FROM_LAKE_MWH = 20 * 0.87 * 0.87
BACK_FROM_STORES_MWH = BACK_FROM_BATTERY_MWH + BACK_FROM_PUMPS_MWH + BACK_FROM_LAKE_MWH


@pytest.fixture(scope="module")
def metrics() -> Metrics:
    solved = good()
    return measured(solved.case, solved.facts, solved.schedule)


@pytest.fixture(scope="module")
def total(metrics: Metrics) -> GridMetrics:
    return metrics.total


def test_absorption_is_what_was_injected_of_what_was_there(total: GridMetrics) -> None:
    """8 h of 120 MW wind and 20 MW roofs = 960 + 160 = 1,120 MWh; 20 MWh wind and 5 MWh roofs are cut."""
    assert total.grid == "jibei"
    assert total.available_mwh == pytest.approx(1120)
    assert total.absorbed_mwh == pytest.approx(1095)
    assert total.curtailed_mwh == pytest.approx(25)
    assert total.utilisation_share == pytest.approx(1095 / 1120)
    wind, roofs = total.technologies
    assert (wind.technology, roofs.technology) == ("wind_onshore", "solar_distributed")
    assert (wind.absorbed_mwh, wind.curtailed_mwh) == pytest.approx((940, 20))
    assert (roofs.absorbed_mwh, roofs.curtailed_mwh) == pytest.approx((155, 5))


def test_what_the_tie_brings_is_net_import_and_half_of_it_is_wind_and_sun(total: GridMetrics) -> None:
    """6 h of 60 MW, 52 and 70: 482 MWh come in, 241 of them renewable: 1,095 + 241 = 1,336 MWh consumed."""
    assert total.net_export_mwh == pytest.approx(-482)
    assert total.local_consumption_mwh == pytest.approx(1336)


def test_energy_closes(total: GridMetrics) -> None:
    """4,400 MWh load, cut 28 = extra 28, 70 in store, 54.045 back: 4,400 + 70 - 54.045 - 1,095 - 482."""
    assert total.load_mwh == pytest.approx(4400)
    assert total.thermal_mwh == pytest.approx(4400 + 70 - BACK_FROM_STORES_MWH - 1095 - 482)


def test_cost_has_its_parts(total: GridMetrics) -> None:
    """
    Coal: 24,000 CNY/h at 80 MW, 250 CNY/MWh to 150 MW (41,500 CNY/h), 280 beyond. Gas: 15,000 at 20 MW, 550.

        coal_2   8 x (41,500 + 280 x 20)                                                         = 376,800
        coal_1   41,500 x 7 + 280 x (73 + 50 + 15 + 15 + 13.8 + 7.293 + 20) + 24,000 + 250 x 69.862  = 386,311.54
        gas      17,750 + 23,250 + 17,750                                                        =  58,750
    """
    fuel = 376_800.0 + 58_750 + 41_500 * 7 + 24_000 + 250 * (85 - BACK_FROM_LAKE_MWH)
    fuel += 280 * (73 + 50 + 15 + 15 + (20 - BACK_FROM_BATTERY_MWH + 10) + (30 - BACK_FROM_PUMPS_MWH) + 20)
    assert fuel == pytest.approx(821_861.54)
    assert total.cost.fuel_cny == pytest.approx(fuel)
    assert total.carbon_tco2 == pytest.approx(fuel * 0.8 / 300)
    assert total.cost.operation_cny == pytest.approx(20 * total.thermal_mwh)
    assert total.cost.start_cny == pytest.approx(30_000 + 1_000)
    pumped_mwh = BACK_FROM_PUMPS_MWH + BACK_FROM_LAKE_MWH
    assert total.cost.wear_cny == pytest.approx(50 * BACK_FROM_BATTERY_MWH + 10 * pumped_mwh)
    assert total.cost.response_cny == pytest.approx(100 * (28 + 5))
    assert total.cost.interchange_cny == pytest.approx(350 * 482)
    assert total.start_count == 1


def test_penalties_stand_apart_from_the_cost(total: GridMetrics) -> None:
    """20 MWh wind at 500, 5 MWh roofs at 1,000; 5 MWh reserve at 10,000; 2 + 4 MWh off the plan at 2,000."""
    assert total.penalty.curtailment_cny == pytest.approx(15_000)
    assert total.penalty.reserve_cny == pytest.approx(50_000)
    assert total.penalty.interchange_cny == pytest.approx(12_000)
    assert total.reserve_short_mwh == pytest.approx(5)


def test_flexibility_is_told_by_kind(total: GridMetrics) -> None:
    """Cut 10 + 10 + 8, extra 5 + 10 + 8 + 5 MWh; 5 % of 600 MW = 30 MW, less than the 65 MW in season."""
    assert total.response_cut_mwh == pytest.approx(28)
    assert total.response_extra_mwh == pytest.approx(28)
    assert total.response_cap_mw == pytest.approx(30)
    assert total.response_reach_mw == pytest.approx(30)
    assert (total.storage_charge_mwh, total.pumped_charge_mwh) == pytest.approx((20, 50))
    assert total.storage_discharge_mwh == pytest.approx(BACK_FROM_BATTERY_MWH)
    assert total.pumped_discharge_mwh == pytest.approx(BACK_FROM_PUMPS_MWH + BACK_FROM_LAKE_MWH)


def test_each_slack_in_use_is_named(metrics: Metrics) -> None:
    assert metrics.slack_used
    assert [replace(slack, slack_mw=round(slack.slack_mw, 6)) for slack in metrics.slacks] == [
        Slack("reserve_up", "jibei", "2030-01-15T05:00+08:00", 5),
        Slack("interchange_over", "import", "2030-01-15T07:00+08:00", 4),
        Slack("interchange_under", "import", "2030-01-15T01:00+08:00", 2),
    ]


def test_one_grid_has_no_members_to_list(metrics: Metrics) -> None:
    assert metrics.members == ()


def test_cost_and_penalty_are_the_objective_that_the_audit_recomputes() -> None:
    """Written twice on purpose, by metrics and by the audit: they must agree."""
    solved = good()
    total = measured(solved.case, solved.facts, solved.schedule).total
    inputs = inputs_of(solved.case, solved.facts)
    evidence = Evidence(solved.case, solved.facts, inputs, solved.schedule, solved.proof)
    assert total.cost.total_cny + total.penalty.total_cny == pytest.approx(objective_cny(evidence), rel=1e-12)


def test_carbon_has_a_cost_of_its_own_where_it_has_a_price() -> None:
    """The carbon of 821,861.54 CNY of fuel, 0.8 t for each 300 CNY, at 80 CNY/t; nothing else changes."""
    solved = good()
    plain = measured(solved.case, solved.facts, solved.schedule).total.cost
    case = replace(solved.case, prices=Prices(carbon_cny_per_t=80.0))
    priced = measured(case, solved.facts, solved.schedule).total.cost
    assert (plain.carbon_cny, priced.carbon_cny) == pytest.approx((0, 80 * 821_861.54 * 0.8 / 300))
    assert priced.total_cny - plain.total_cny == pytest.approx(priced.carbon_cny)
    evidence = Evidence(case, solved.facts, inputs_of(case, solved.facts), solved.schedule, solved.proof)
    penalty = measured(case, solved.facts, solved.schedule).total.penalty
    assert priced.total_cny + penalty.total_cny == pytest.approx(objective_cny(evidence), rel=1e-12)


def test_half_hours_change_no_energy_and_no_cost() -> None:
    """The same powers in steps half as long; a start is still one start."""
    whole, half = (measured(s.case, s.facts, s.schedule).total for s in (good(1.0), good(0.5)))
    assert half.absorbed_mwh == pytest.approx(whole.absorbed_mwh)
    assert half.cost.total_cny == pytest.approx(whole.cost.total_cny)
    assert half.start_count == whole.start_count


@pytest.mark.parametrize(("off_h", "start_cny"), [(47.0, 25_000), (48.0, 30_000), (5.0, 20_000), (2.0, 20_000)])
def test_a_start_costs_what_its_hours_off_say(off_h: float, start_cny: float) -> None:
    """Gas starts in hour 2, off for two hours more: 20,000 CNY, from 8 h 25,000, from 50 h 30,000; its stop 1,000."""
    solved = good()
    states = (*solved.case.units[:2], UnitState("gas", on=False, hours_h=off_h, output_mw=0))
    total = measured(replace(solved.case, units=states), solved.facts, solved.schedule).total
    assert total.cost.start_cny == pytest.approx(start_cny + 1_000)


def test_deep_output_and_oil_have_their_parts() -> None:
    """
    coal_2 at 170 MW lacks 10 MW of 180 for eight hours: 80 MWh at 200 CNY.

    At 105 MW in hours 3 and 4 it lacks 75: 20 MWh at 200 and 55 MWh at 300 CNY in each, and burns 2 t an hour:
    60 + 150 = 210 MWh in all, (6 x 10 + 2 x 20) x 200 + 2 x 55 x 300 = 53,000 CNY; 4 t at 7,000 CNY, 3 tCO2 each.
    """
    solved = good()
    plain = measured(solved.case, solved.facts, solved.schedule).total
    assert (plain.below_normal_mwh, plain.below_normal_h, plain.oil_t) == pytest.approx((80, 8, 0))
    assert plain.cost.compensation_cny == pytest.approx(16_000)
    edits = {("output_mw", "coal_2"): {3: 105.0, 4: 105.0}, ("reserve_down_mw", "coal_2"): {3: 0.0, 4: 0.0}}
    deep = measured(solved.case, solved.facts, schedule_of(solved.case, solved.facts, edits)).total
    assert (deep.below_normal_mwh, deep.below_normal_h) == pytest.approx((210, 8))
    assert (deep.oil_t, deep.oil_support_h) == pytest.approx((4, 2))
    assert (deep.cost.compensation_cny, deep.cost.oil_cny) == pytest.approx((53_000, 28_000))
    burnt = replace(solved.facts.units[1].oil_support, carbon_tco2_per_t=0.0)  # type: ignore[type-var]
    clean = replace(solved.facts.units[1], oil_support=burnt)
    facts = replace(solved.facts, units=(solved.facts.units[0], clean, solved.facts.units[2]))
    without = measured(solved.case, facts, schedule_of(solved.case, solved.facts, edits)).total
    assert deep.carbon_tco2 - without.carbon_tco2 == pytest.approx(12)


def test_reserve_short_down_has_a_price_of_its_own() -> None:
    """5 MWh short up at 10,000 and 2 MWh short down at 100, or at 10,000 where the rule has one price."""
    solved = good()
    schedule = added(solved.schedule, {("short_down_mw", "jibei"): {0: 2}})
    (rule,) = solved.facts.reserve_rules
    apart = replace(solved.facts, reserve_rules=(replace(rule, down_shortfall_cny_per_mwh=100.0),))
    paid = [measured(solved.case, facts, schedule).total.penalty.reserve_cny for facts in (apart, solved.facts)]
    assert paid == pytest.approx([50_200, 70_000])
