"""Priced slacks in use, as causes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.case.security import Security
from dispatch.metrics import causes_of
from dispatch.schedule.outcome import Slack
from tests.answers import outcome_of
from tests.model.worlds import free_unit
from tests.small import SUMMER_DAY, interface, line, one_bus_facts, small_case, small_facts


def test_reserve_that_is_short_is_a_cause_of_its_grid_at_its_price() -> None:
    """One unit of 300 MW on at 200, its own 300 MW of reserve are 200 short: 0.5 and 1 million at 2,500 CNY."""
    facts = one_bus_facts(free_unit("unit", 200.0), load_mw=200.0)
    facts = replace(facts, reserve_rules=(replace(facts.reserve_rules[0], shortfall_cny_per_mwh=2_500.0),))
    outcome = outcome_of(facts, hours=2, start=SUMMER_DAY)
    (cause,) = outcome.causes
    assert (cause.code, cause.place, cause.component, cause.in_use) == ("reserve_up", "grid", "jibei", True)
    assert (cause.hours_h, cause.most_mw, cause.energy_mwh) == pytest.approx((2.0, 200.0, 400.0))
    assert cause.cost_cny == pytest.approx(1e6)


def test_every_slack_has_the_price_it_has_in_the_objective() -> None:
    """A plan at the interface's price, a line at the case's: 2,000 x 3 MWh and 700 x 2 MWh; the graver one first."""
    facts = small_facts(interfaces=(interface("tie", deviation_cny_per_mwh=2_000.0),), lines=(line("ab", "a", "b"),))
    case = replace(small_case(facts), security=Security(n_minus_1=True, overload_cny_per_mwh=700.0))
    stamp = "2030-01-15T00:00+08:00"
    slacks = (Slack("interchange_over", "tie", stamp, 3.0), Slack("line_overload", "ab", stamp, 2.0))
    found = [(c.code, c.severity, c.grid, c.cost_cny) for c in causes_of(case, facts, slacks)]
    assert found == [("line_overload", "section", "jibei", 1400.0), ("interchange_over", "schedule", "jibei", 6000.0)]
