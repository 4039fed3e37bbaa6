"""The measures of the service in small, and the simulation of a study, by hand."""

from __future__ import annotations

import pytest

from bench.service import measures
from bench.service.figures import Figure, quantile, slope
from bench.service.scale import Costs, simulated

COUNTED = ("", "MB")  # what a busy machine does not change


def _missed(figures: list[Figure]) -> list[Figure]:
    """Latencies are left to an idle machine."""
    return [figure for figure in figures if not figure.held and figure.unit in COUNTED]


def test_no_random_request_finds_a_defect_and_a_hundred_watchers_are_all_served() -> None:
    assert _missed(list(measures.fuzz(300))) == []
    assert _missed(list(measures.watchers(100, 5))) == []


def test_a_quantile_is_the_value_that_a_share_does_not_exceed_and_a_slope_that_of_a_line() -> None:
    assert quantile(range(100), 0.99) == 99
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert slope([1.0, 2.0, 4.0], [5.0, 7.0, 11.0]) == pytest.approx(2.0)


def test_on_few_cores_the_solves_bind_and_on_many_the_ledger() -> None:
    """
    A solve takes 7.2 s of a core; the ledger 0.036 s a case: claim 0.006, finish 0.006, 17.16 beats of 0.0014.

    1,000 cases on 2 cores: 500 each of 7.2 + 0.036 s, 1.005 h. On 1,000 cores the ledger alone takes 36 s, and the last
    core ends its solve after that of the last claim, at 6 s, and so before: 1,000 x 0.036 s, with the solve in between.
    """
    costs = Costs(solve_s=7.2, claim_s=0.006, finish_s=0.006, beat_s=0.024 / 17.16, artefact_mb=1.0, ledger_kb=2.0)
    assert costs.ledger_s() == pytest.approx(0.036)
    few, many = simulated(costs, 1_000, 2), simulated(costs, 1_000, 1_000)
    assert few.hours_h == pytest.approx(500 * 7.236 / 3600, rel=0.01)
    assert few.ledger_share == pytest.approx(36.0 / (500 * 7.236), rel=0.01)
    assert 36.0 <= many.hours_h * 3600 <= 36.0 + 7.2 + 0.1
    assert many.ledger_share > 0.8
    assert (many.artefacts_gb, many.ledger_gb) == pytest.approx((1000 / 1024, 2000 / 2**20))
