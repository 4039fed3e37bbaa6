"""
Reserve required, by hand.

In hour 0 the grid of `given` has 400 MW of load, 200 MW of wind and 20 MW of sun. By shares 3 % of 400 and 5 % of 220
are 23 MW. Errors of 6 % of the wind, 20 % of the sun and 0.75 % of the load are 12, 4 and 3 MW, together
sqrt(144 + 16 + 9) = 13 MW.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from dispatch.case.case import Case, Reserve, ReserveSeries
from dispatch.case.checks import flaws_of
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs, inputs_of
from dispatch.case.reserve import CASE_MW, QUANTILE, SHARES
from tests.case.given import good_case, good_facts

ERRORS = {"wind_error_share": 0.06, "solar_error_share": 0.2, "load_error_share": 0.0075}
Z_975 = 1.959964  # of the standard normal distribution, from its table


# Of wind, sun and load in four hours. In hour 0, of 200, 20 and 400 MW: 24, -10, -30 and 8 MW are missing.
DRAWN = np.array([[0.1, 0.2, 0.0], [-0.05, 0.0, 0.0], [-0.15, 0.1, -0.005], [0.04, 0.2, -0.01]])


def drawn(**changed: Any) -> GridFacts:
    """The grid with these four errors, each a quarter of all, and no share that asks for more."""
    facts = ruled(**ERRORS, **changed)
    (rule,) = facts.reserve_rules
    return replace(facts, year=replace(facts.year, error_share={rule.grid: DRAWN}))


def ruled(**changed: Any) -> GridFacts:
    (rule,) = good_facts().reserve_rules
    return good_facts(reserve_rules=(replace(rule, **changed),))


def asking(field: str, value: float) -> Case:
    """A case with one field of its reserve given."""
    given: dict[str, Any] = {field: value}
    return good_case(reserve=Reserve(**given))


def asked(facts: GridFacts, **reserve: Any) -> tuple[Inputs, list[float]]:
    """Up and down in hour 0."""
    case = good_case(reserve=Reserve(**reserve))
    assert flaws_of(case, facts) == ()
    inputs = inputs_of(case, facts)
    return inputs, [float(inputs.reserve_up_mw[0, 0]), float(inputs.reserve_down_mw[0, 0])]


@pytest.mark.parametrize(
    ("rule", "reserve", "up_mw", "down_mw"),
    [
        ({}, {}, 23, 23),
        ({"down_load_share": 0.1}, {}, 23, 51),
        ({"down_renewable_share": 0.0}, {}, 23, 12),
        ({}, {"down_load_share": 0.0, "down_renewable_share": 0.5}, 23, 110),
        ({}, {"load_share": 0.1}, 51, 51),
        ({"down_load_share": 0.01}, {"load_share": 0.1}, 51, 51),
        ({"down_load_share": 0.01}, {"load_share": 0.1, "down_load_share": 0.2}, 51, 91),
    ],
)
def test_down_has_shares_of_its_own_and_else_those_of_up(
    rule: dict[str, float], reserve: dict[str, float], up_mw: float, down_mw: float
) -> None:
    """10 % of 400 and 5 % of 220 MW: 51 MW. What the case says for both goes before what the grid says of down."""
    _, required = asked(ruled(**rule), **reserve)
    assert required == pytest.approx([up_mw, down_mw])


def test_a_quantile_of_the_error_is_asked_where_it_is_more_than_the_shares() -> None:
    """Up 1.96 x 13 = 25.48 MW; down 1.645 x 13 = 21.38 MW, less than 23."""
    inputs, required = asked(ruled(**ERRORS, down_quantile=0.95), up_quantile=0.975)
    assert required == pytest.approx([Z_975 * 13, 23], rel=1e-6)
    assert (inputs.up_decided_by[0, 0], inputs.down_decided_by[0, 0]) == (QUANTILE, SHARES)


@pytest.mark.parametrize(
    ("quantile", "up_mw", "down_mw"),
    [(0.0, 0, 0), (0.5, 0, 0), (0.6, 8, 10), (0.75, 8, 10), (0.76, 24, 30), (0.99, 24, 30)],
)
def test_the_quantile_of_drawn_errors_covers_that_share_of_them(quantile: float, up_mw: float, down_mw: float) -> None:
    """
    Missing, in order: -30, -10, 8, 24 MW; too much, in order: -24, -8, 10, 30 MW.

    Three of four errors are within 8 MW upwards and 10 MW downwards, so up to 0.75; beyond that only all four are.
    """
    nothing = {"load_share": 0.0, "renewable_share": 0.0}
    _, required = asked(drawn(), **nothing, up_quantile=quantile, down_quantile=quantile)
    assert required == pytest.approx([up_mw, down_mw])


def test_no_reserve_is_asked_where_all_errors_are_to_the_other_side() -> None:
    """Nothing is ever missing: what is asked upwards is 0, not less."""
    facts = drawn()
    (rule,) = facts.reserve_rules
    facts = replace(facts, year=replace(facts.year, error_share={rule.grid: -np.abs(DRAWN)}))
    _, required = asked(facts, load_share=0.0, renewable_share=0.0, up_quantile=0.9)
    assert required[0] == 0


@pytest.mark.parametrize("quantile", [0.0, 0.2, 0.5])
def test_up_to_the_median_a_quantile_asks_for_nothing(quantile: float) -> None:
    _, required = asked(ruled(**ERRORS), load_share=0.0, renewable_share=0.0, up_quantile=quantile)
    assert required == [0, 0]


def test_a_case_may_turn_the_quantile_of_its_grid_off() -> None:
    _, required = asked(ruled(**ERRORS, up_quantile=0.999), up_quantile=0.0)
    assert required == pytest.approx([23, 23])


def test_mw_stand_in_place_of_shares_and_quantile() -> None:
    series = (ReserveSeries("hebei_south", up_mw=(5.0,) * 24),)
    inputs, required = asked(ruled(**ERRORS, up_quantile=0.999), series=series)
    assert required == pytest.approx([5, 23])
    assert (inputs.up_decided_by[0, 0], inputs.down_decided_by[0, 0]) == (CASE_MW, SHARES)


def test_more_of_the_errors_covered_is_more_reserve() -> None:
    """From one error to the next the requirement follows the table of the normal distribution."""
    for quantile, factor in ((0.841344746, 1.0), (0.977249868, 2.0), (0.998650102, 3.0)):
        _, required = asked(ruled(**ERRORS), load_share=0.0, renewable_share=0.0, down_quantile=quantile)
        assert required == pytest.approx([0, 13 * factor], rel=1e-6)
        assert NormalDist().cdf(factor) == pytest.approx(quantile)


@pytest.mark.parametrize(
    ("code", "field", "value"),
    [
        ("SHARE_OUT_OF_RANGE", "down_load_share", 1.5),
        ("NOT_FINITE", "down_renewable_share", float("nan")),
        ("QUANTILE_OUT_OF_RANGE", "up_quantile", 1.0),
        ("QUANTILE_OUT_OF_RANGE", "up_quantile", 95.0),
        ("QUANTILE_OUT_OF_RANGE", "down_quantile", -0.1),
        ("NOT_FINITE", "down_quantile", float("inf")),
    ],
)
def test_what_is_no_share_or_quantile_is_refused_by_its_field(code: str, field: str, value: float) -> None:
    case = asking(field, value)
    assert [(flaw.code, flaw.field) for flaw in flaws_of(case, ruled(**ERRORS))] == [(code, f"reserve.{field}")]


@pytest.mark.parametrize("field", ["up_quantile", "down_quantile"])
def test_a_quantile_of_an_error_that_nobody_knows_is_refused(field: str) -> None:
    case = asking(field, 0.9)
    assert [(flaw.code, flaw.field) for flaw in flaws_of(case, good_facts())] == [
        ("ERRORS_UNKNOWN", f"reserve.{field}")
    ]


@pytest.mark.parametrize(
    ("code", "field", "value"),
    [
        ("SHARE_OUT_OF_RANGE", "down_load_share", -0.1),
        ("SHARE_OUT_OF_RANGE", "down_renewable_share", 2.0),
        ("SHARE_OUT_OF_RANGE", "wind_error_share", 1.1),
        ("SHARE_OUT_OF_RANGE", "solar_error_share", -1.0),
        ("NOT_FINITE", "load_error_share", float("nan")),
        ("QUANTILE_OUT_OF_RANGE", "up_quantile", 1.0),
        ("QUANTILE_OUT_OF_RANGE", "down_quantile", 5.0),
        ("NEGATIVE", "shortfall_cny_per_mwh", -1.0),
        ("NEGATIVE", "down_shortfall_cny_per_mwh", -1.0),
        ("TOO_LARGE", "down_shortfall_cny_per_mwh", 1e15),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_by_its_field(code: str, field: str, value: float) -> None:
    flaws = flaws_of(good_case(), ruled(**{field: value}))
    assert (code, f"facts.reserve_rules[0].{field}") in [(flaw.code, flaw.field) for flaw in flaws]
