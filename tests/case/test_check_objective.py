from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.case.case import Prices
from dispatch.case.checks import flaws_of
from dispatch.case.demand_response import CLOSED, HANDED_OVER, ResponseTerms
from dispatch.case.objective import ABSORPTION_FIRST, CO2, COST, LONGEST_H, OBJECTIVES
from dispatch.case.thermal import CostCurve
from dispatch.solve.solve import WHOLE_H
from tests.small import small_case, small_facts, unit


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_objective_is_accepted_for_a_day(objective: str) -> None:
    facts = small_facts()
    assert flaws_of(small_case(facts, objective=objective), facts) == ()


def test_an_unknown_objective_is_refused_by_its_field() -> None:
    facts = small_facts()
    (flaw,) = flaws_of(small_case(facts, objective="profit"), facts)
    assert (flaw.code, flaw.field) == ("UNKNOWN_OBJECTIVE", "objective")
    assert "absorption_first" in flaw.message


@pytest.mark.parametrize("objective", [ABSORPTION_FIRST, CO2])
def test_a_horizon_in_windows_seeks_nothing_but_cost(objective: str) -> None:
    facts = small_facts()
    (flaw,) = flaws_of(small_case(facts, hours=61, objective=objective), facts)
    assert (flaw.code, flaw.field) == ("OBJECTIVE_TOO_LONG", "objective")
    assert "windows" in flaw.message
    assert flaws_of(small_case(facts, hours=60, objective=objective), facts) == ()
    assert flaws_of(small_case(facts, hours=61, objective=COST), facts) == ()


def test_the_longest_horizon_is_that_of_one_search() -> None:
    assert LONGEST_H == WHOLE_H


def test_carbon_that_rises_slower_with_output_is_refused_where_it_is_sought() -> None:
    """0.9 t/MWh up to 150 MW, then 0.8."""
    bent = CostCurve((80.0, 150.0, 300.0), (24_000.0, 41_500.0, 83_500.0), (72.0, 135.0, 255.0))
    facts = small_facts(units=(unit("coal_1", curve=bent),))
    (flaw,) = flaws_of(small_case(facts, objective=CO2), facts)
    assert (flaw.code, flaw.field) == ("CARBON_NOT_CONVEX", "objective")
    assert "coal_1" in flaw.message
    assert flaws_of(small_case(facts, objective=ABSORPTION_FIRST), facts) == ()


def test_fuel_and_priced_carbon_together_rise_ever_faster() -> None:
    """
    Fuel rises from 250 to 280 CNY/MWh at 150 MW, carbon falls there from 0.9 to 0.8 t/MWh.

    At 300 CNY/t both together keep 520 CNY/MWh; at 301 they fall from 520.9 to 520.8.
    """
    bent = CostCurve((80.0, 150.0, 300.0), (24_000.0, 41_500.0, 83_500.0), (72.0, 135.0, 255.0))
    facts = small_facts(units=(unit("coal_1", curve=bent),))
    assert flaws_of(small_case(facts, prices=Prices(carbon_cny_per_t=300.0)), facts) == ()
    (flaw,) = flaws_of(small_case(facts, prices=Prices(carbon_cny_per_t=301.0)), facts)
    assert (flaw.code, flaw.field) == ("CARBON_NOT_CONVEX", "prices.carbon_cny_per_t")
    assert "coal_1" in flaw.message


def test_a_grid_without_carbon_has_none_to_save() -> None:
    facts = small_facts()
    units = tuple(
        replace(u, curve=replace(u.curve, carbon_tco2_per_h=(0.0,) * len(u.curve.output_mw))) for u in facts.units
    )
    facts = replace(facts, units=units)
    (flaw,) = flaws_of(small_case(facts, objective=CO2), facts)
    assert (flaw.code, flaw.field) == ("NO_CARBON", "objective")


def test_debts_without_carbon_are_not_handed_over_where_carbon_is_sought() -> None:
    """Else load is cut on the last evening and owed to tomorrow: carbon saved today that tomorrow emits."""
    facts = small_facts()
    handed_over, closed = ResponseTerms(backlog=HANDED_OVER), ResponseTerms(backlog=CLOSED)
    (flaw,) = flaws_of(small_case(facts, objective=CO2, response=handed_over), facts)
    assert (flaw.code, flaw.field) == ("DEBTS_WITHOUT_CARBON", "response.backlog")
    assert flaws_of(small_case(facts, objective=CO2, response=closed), facts) == ()
    assert flaws_of(small_case(facts, objective=COST, response=handed_over), facts) == ()
