"""Prices of what may fail keep their order: section and N-1, heat, reserve, schedule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dispatch.case.case import ProductAsked, Reserve
from dispatch.case.check_grades import grade_flaws
from dispatch.case.checks import flaws_of
from dispatch.case.facts import GridFacts, ReserveRule
from dispatch.case.heat import Heat
from dispatch.case.network import Section
from dispatch.case.reserve_products import REGULATION_UP
from dispatch.case.security import Security
from dispatch.grid.catalogue import facts_of
from tests.case.given import good_case, good_facts

OVERLOAD, HEAT = "security.overload_cny_per_mwh", "heat.short_cny_per_mwh"
SECTION = Section("cut", ("A-B",), (), 500.0, 500.0)
REGULATION = Reserve(products=(ProductAsked(REGULATION_UP, load_share=0.01),))


def asked(overload: float = 20_000.0, heat: float | None = None, *, n_minus_1: bool = True, **case: Any) -> list[str]:
    """Fields of the flaws of the small grid: reserve at 5,000 CNY/MWh, regulation at 6,000, the plan at 1,000."""
    security = Security(n_minus_1=n_minus_1, overload_cny_per_mwh=overload)
    flaws = flaws_of(good_case(security=security, heat=Heat(short_cny_per_mwh=heat), **case), good_facts())
    assert {flaw.code for flaw in flaws} <= {"PRICES_OUT_OF_ORDER"}
    return [flaw.field for flaw in flaws]


@pytest.mark.parametrize(
    ("overload", "heat", "fields"),
    [
        (20_000.0, 15_000.0, []),
        (20_000.0, None, []),
        (20_000.0, 20_000.0, [OVERLOAD]),  # as dear as heat
        (4_000.0, None, [OVERLOAD]),  # below reserve
        (4_000.0, 4_500.0, [OVERLOAD, OVERLOAD, HEAT]),  # below heat and reserve; heat below reserve
        (500.0, 800.0, [OVERLOAD, OVERLOAD, OVERLOAD, HEAT, HEAT]),  # all below the plan as well
    ],
)
def test_each_pair_of_grades_out_of_order_is_a_flaw(overload: float, heat: float | None, fields: list[str]) -> None:
    assert asked(overload, heat) == fields


def test_the_flaw_tells_both_prices_and_what_would_do() -> None:
    (flaw,) = flaws_of(good_case(heat=Heat(short_cny_per_mwh=3_000.0)), good_facts())
    expected = "heat at 3000 CNY/MWh would give before reserve of hebei_south at 5000; give more than 5000"
    assert flaw.message == expected


def test_a_price_that_nothing_asks_for_is_not_looked_at() -> None:
    """No N-1 and no section: nothing is paid for an overload. Regulation has a price only once it is asked for."""
    assert asked(100.0, n_minus_1=False) == []
    assert asked(heat=5_500.0) == []
    assert asked(heat=5_500.0, reserve=REGULATION) == [HEAT]


def small(**changed: Any) -> GridFacts:
    return good_facts(sections=(SECTION,), **changed)


def test_a_section_without_a_price_of_its_own_takes_that_of_the_case() -> None:
    case = good_case(security=Security(overload_cny_per_mwh=100.0))
    assert [flaw.field for flaw in grade_flaws(case, small())] == [OVERLOAD, OVERLOAD]
    own = replace(small(), sections=(replace(SECTION, overload_cny_per_mwh=100.0),))
    assert list(grade_flaws(case, own)) == []


def test_heat_that_a_case_prices_above_a_section_of_the_grid_is_to_cost_less() -> None:
    facts = replace(small(), sections=(replace(SECTION, overload_cny_per_mwh=9_000.0),))
    (flaw,) = grade_flaws(good_case(heat=Heat(short_cny_per_mwh=15_000.0)), facts)
    assert (flaw.field, flaw.message.rsplit("; ", 1)[-1]) == (HEAT, "give less than 9000")


def test_reserve_that_may_not_be_short_or_that_nobody_asks_for_has_no_price() -> None:
    case = good_case(heat=Heat(short_cny_per_mwh=3_000.0))
    for rule in (
        ReserveRule("hebei_south", 0.03, 0.05, 5_000, hard=True),
        ReserveRule("hebei_south", 0.0, 0.0, 5_000, largest_unit=False),
    ):
        assert list(grade_flaws(case, good_facts(reserve_rules=(rule,)))) == []


def test_the_prices_of_both_grids_keep_the_order() -> None:
    """An overload at 20,000, heat at 15,000, reserve and its products at most at 6,000, any plan at 2,000."""
    facts = facts_of("hebei", 2030)
    products = Reserve(products=tuple(ProductAsked(rule.product, load_share=0.01) for rule in facts.product_rules[:3]))
    heat, security = Heat(short_cny_per_mwh=15_000.0), Security(n_minus_1=True)
    case = good_case(grid="hebei", heat=heat, security=security, reserve=products)
    assert list(grade_flaws(case, facts)) == []
    plans = [tie.deviation_cny_per_mwh for tie in facts.interfaces]
    reserve = [rule.shortfall_cny_per_mwh for rule in facts.reserve_rules]
    assert max(plans) < min([*reserve, *(rule.shortfall_cny_per_mwh for rule in facts.product_rules)])
