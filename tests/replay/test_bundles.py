"""The regression suite: every kept bundle is solved again, and what is answered today is what was answered then."""

from __future__ import annotations

import pytest

from dispatch.replay.replay import replayed
from dispatch.schedule.outcome import Status
from tests.replay.records import NAMES, record
from tests.replay.write import BUNDLES, RECIPES

MOST_BYTES_COUNT = 2_000_000


@pytest.mark.parametrize("name", NAMES)
def test_a_kept_case_is_answered_as_it_was(name: str) -> None:
    """Else: a rule, a price, a fact or the search has changed. Where that is meant: `python -m tests.replay.write`."""
    told = replayed(record(name))
    assert [f"{d.field}: {d.message}" for d in told.differences if d.matters] == []


def test_the_kept_cases_are_of_every_kind_and_small() -> None:
    records = [record(name) for name in NAMES]
    assert set(RECIPES) == set(NAMES)
    assert len(NAMES) >= 12
    assert {r.case.grid for r in records} == {"hebei_south", "jibei", "hebei"}
    assert {r.case.edition for r in records} == {2025, 2030}
    assert {r.case.objective for r in records} == {"cost", "absorption_first", "co2"}
    assert {Status.OPTIMAL, Status.INFEASIBLE, Status.NO_SOLUTION} <= {r.outcome.status for r in records}
    assert any(r.case.security.n_minus_1 for r in records)
    assert any(
        r.case.response_share and r.outcome.metrics and r.outcome.metrics.total.response_cut_mwh for r in records
    )
    assert any(r.limits.prices for r in records)
    assert any(r.outcome.metrics and r.outcome.metrics.total.start_count for r in records)
    assert any(r.outcome.metrics and r.outcome.metrics.total.oil_t for r in records)
    assert sum(path.stat().st_size for path in BUNDLES.rglob("*") if path.is_file()) < MOST_BYTES_COUNT
