"""A price of carbon, switched on in cases worked by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dispatch.case.backlog import dearest_cny_per_mwh
from dispatch.case.case import Limits, Prices
from dispatch.case.objective import ABSORPTION_FIRST, CO2
from dispatch.case.thermal import CostCurve, OilSupport, UnitState
from dispatch.run import run
from dispatch.schedule.outcome import Outcome
from tests.answers import EXACT, outcome_of
from tests.model.worlds import free_unit
from tests.small import SUMMER_DAY, one_bus_facts, small_case

# Coal at 200 CNY/MWh and 1 t/MWh, gas at 260 CNY/MWh and 0.4 t/MWh: gas is cheaper from 100 CNY/t on.
COAL = replace(free_unit("coal", 200.0), curve=CostCurve((0.0, 300.0), (0.0, 60_000.0), (0.0, 300.0)))
GAS = replace(free_unit("gas", 260.0), curve=CostCurve((0.0, 300.0), (0.0, 78_000.0), (0.0, 120.0)))
FACTS = one_bus_facts(COAL, GAS, load_mw=100.0)
STATES = (UnitState("coal", True, 48.0, 0.0), UnitState("gas", True, 48.0, 0.0))


def answer(price: float, **case: Any) -> Outcome:
    outcome = outcome_of(FACTS, hours=1, start=SUMMER_DAY, units=STATES, prices=Prices(carbon_cny_per_t=price), **case)
    assert outcome.audit is not None
    assert outcome.audit.passed
    return outcome


@pytest.mark.parametrize(
    ("price", "tco2", "fuel_cny"), [(0.0, 100.0, 20_000.0), (99.0, 100.0, 20_000.0), (101.0, 40.0, 26_000.0)]
)
def test_gas_goes_before_coal_where_carbon_costs_more_than_the_fuel_it_saves(
    price: float, tco2: float, fuel_cny: float
) -> None:
    """100 MWh: 20,000 CNY and 100 t by coal, 26,000 CNY and 40 t by gas."""
    outcome = answer(price)
    assert outcome.metrics is not None
    total = outcome.metrics.total
    assert (total.carbon_tco2, total.cost.fuel_cny) == pytest.approx((tco2, fuel_cny))
    assert total.cost.carbon_cny == pytest.approx(price * tco2)
    assert outcome.proof.objective_cny == pytest.approx(fuel_cny + price * tco2)
    assert total.cost.total_cny == pytest.approx(fuel_cny + price * tco2)


def test_a_kink_of_carbon_is_a_kink_of_the_cost() -> None:
    """
    Coal emits 0.5 t/MWh up to 60 MW and 1 t beyond, gas 0.4; fuel has no kink.

    At 110 CNY/t coal costs 255 CNY/MWh up to 60 MW and 310 beyond, gas 304: coal gives 60 MW, gas 40.
    Fuel 12,000 + 10,400, carbon 110 x (30 + 16): 27,460 CNY.
    """
    bent = replace(COAL, curve=CostCurve((0.0, 60.0, 300.0), (0.0, 12_000.0, 60_000.0), (0.0, 30.0, 270.0)))
    facts = one_bus_facts(bent, GAS, load_mw=100.0)
    prices = Prices(carbon_cny_per_t=110.0)
    outcome = outcome_of(facts, hours=1, start=SUMMER_DAY, units=STATES, prices=prices)
    assert outcome.schedule is not None
    assert outcome.schedule.output_mw.iloc[0].tolist() == pytest.approx([60, 40])
    assert outcome.proof.objective_cny == pytest.approx(27_460)


def test_a_curve_of_carbon_that_bends_down_is_priced_right_where_fuel_makes_up_for_it() -> None:
    """
    Coal: fuel 200, beyond 100 MW 300 CNY/MWh; carbon 1 t/MWh, beyond 100 MW 0.5. At 100 CNY/t: 300, then 350 CNY/MWh.

    At 150 MW: 100 x 300 + 50 x 350 = 47,500 CNY; gas would cost 260 + 40 a MWh and is off.
    """
    curve = CostCurve((0.0, 100.0, 300.0), (0.0, 20_000.0, 80_000.0), (0.0, 100.0, 200.0))
    facts = one_bus_facts(replace(COAL, curve=curve), load_mw=150.0)
    prices = Prices(carbon_cny_per_t=100.0)
    outcome = outcome_of(facts, hours=1, start=SUMMER_DAY, units=STATES[:1], prices=prices)
    assert outcome.audit is not None
    assert outcome.audit.passed
    assert outcome.proof.objective_cny == pytest.approx(47_500)


def test_carbon_of_oil_has_its_price_too() -> None:
    """50 MW below an oil line of 60: 2 t of oil, 5,000 CNY and 3 tCO2 each. 10,000 + 10,000 + 80 x (50 + 6) CNY."""
    oil = OilSupport(60.0, 2.0, 5_000.0, 3.0, least_h=1.0, most_h=24.0, apart_h=0.0)
    facts = one_bus_facts(replace(COAL, oil_support=oil), load_mw=50.0)
    states = (UnitState("coal", True, 48.0, 70.0),)
    outcome = outcome_of(facts, hours=1, start=SUMMER_DAY, units=states, prices=Prices(carbon_cny_per_t=80.0))
    assert outcome.proof.objective_cny == pytest.approx(10_000 + 10_000 + 80 * 56)
    assert outcome.metrics is not None
    assert outcome.metrics.total.cost.carbon_cny == pytest.approx(80 * 56)
    assert outcome.audit is not None
    assert outcome.audit.passed


@pytest.mark.parametrize(("objective", "tco2"), [(CO2, 40.0), (ABSORPTION_FIRST, 100.0)])
def test_what_is_sought_first_stays_first_and_the_cost_after_it_has_its_carbon(objective: str, tco2: float) -> None:
    """At 50 CNY/t coal is cheaper: carbon first takes gas all the same, absorption first does not."""
    outcome = answer(50.0, objective=objective)
    assert outcome.metrics is not None
    total = outcome.metrics.total
    assert total.carbon_tco2 == pytest.approx(tco2, abs=0.01)
    assert total.cost.carbon_cny == pytest.approx(50 * total.carbon_tco2)
    assert outcome.proof.objective_cny == pytest.approx(total.cost.total_cny)


def test_the_price_of_energy_holds_the_carbon_of_the_unit_that_sets_it() -> None:
    """At 80 CNY/t the next MWh is coal's: 200 + 80 x 1 CNY; its checks pass."""
    case = small_case(FACTS, hours=1, start=SUMMER_DAY, units=STATES, prices=Prices(carbon_cny_per_t=80.0))
    outcome = run(case, FACTS, Limits(EXACT.gap_share, EXACT.time_s, prices=True))
    assert outcome.prices is not None
    assert outcome.prices.tables is not None, outcome.prices.reason
    assert outcome.prices.tables.price_cny_per_mwh["a"].tolist() == pytest.approx([280])


def test_the_dearest_mwh_that_a_debt_is_held_against_holds_its_carbon() -> None:
    """Gas 260 CNY and 0.4 t, coal 200 CNY and 1 t: 260 without a price of carbon, 300 by coal at 100 CNY/t."""
    for price, dearest in ((0.0, 260.0), (100.0, 300.0), (50.0, 280.0)):
        case = small_case(FACTS, prices=Prices(carbon_cny_per_t=price))
        assert dearest_cny_per_mwh(case, FACTS) == pytest.approx(dearest)
