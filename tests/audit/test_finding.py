"""How violations become a check and its breaches."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dispatch.audit.finding import LISTED_COUNT, Rule, found

RULE = Rule("family-rule", "MW", 1e-3)
TIMES = pd.date_range("2030-01-15", periods=100, freq="h")


def test_what_lies_within_the_tolerance_is_no_breach() -> None:
    finding = found(RULE, np.array([[-5.0, 1e-3], [0.0, 0.0]]), ["a", "b"], TIMES[:2])

    assert finding.breaches == ()
    assert finding.check.checked_count == 4
    assert finding.check.largest_violation == 1e-3


def test_the_worst_breach_comes_first() -> None:
    finding = found(RULE, np.array([[1.0, 0.0], [0.0, 3.0]]), ["a", "b"], TIMES[:2])

    assert [(b.component, b.time, b.amount) for b in finding.breaches] == [
        ("b", "2030-01-15T01:00+08:00", 3.0),
        ("a", "2030-01-15T00:00+08:00", 1.0),
    ]


def test_a_rule_over_the_whole_horizon_names_no_time() -> None:
    (breach,) = found(RULE, np.array([0.0, 2.0]), ["a", "b"]).breaches
    assert (breach.component, breach.time) == ("b", "")


def test_beyond_fifty_breaches_the_rest_are_counted() -> None:
    """100 breaches of 1 to 100 MW: the first 50 go down to 51 MW; the largest of the rest is 50 MW."""
    finding = found(RULE, np.arange(1.0, 101.0)[:, None], ["a"], TIMES)

    assert len(finding.breaches) == LISTED_COUNT + 1
    assert finding.breaches[0].amount == 100
    assert finding.breaches[-1].component == "and 50 more"
    assert finding.breaches[-1].amount == 50


@pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
def test_nothing_to_check_is_nothing_broken(shape: tuple[int, int]) -> None:
    finding = found(RULE, np.zeros(shape), ["a", "b", "c"], TIMES[:3])
    assert (finding.check.checked_count, finding.check.largest_violation, finding.breaches) == (0, 0.0, ())
