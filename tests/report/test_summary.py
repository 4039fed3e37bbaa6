"""`summary.json`: the table for machines."""

from __future__ import annotations

import json

from dispatch.report.summary import summary_of
from tests.report.solved import solved, unsolved


def test_the_summary_is_json_without_a_number_that_does_not_exist() -> None:
    content = json.loads(json.dumps(summary_of([solved(), unsolved()]), allow_nan=False))
    first, second = content["scenarios"]

    assert first["status"] == "OPTIMAL"
    assert first["audit_passed"] is True
    assert first["gap_share"] <= 0.001
    assert second["status"] == "INFEASIBLE"
    assert (second["objective_cny"], second["gap_share"], second["metrics"]) == (None, None, None)


def test_the_parts_of_the_cost_add_up_to_its_total() -> None:
    (scenario,) = summary_of([solved()])["scenarios"]
    cost = dict(scenario["metrics"]["cost"])

    assert abs(cost.pop("total_cny") - sum(cost.values())) < 1e-6


def test_the_assumptions_are_part_of_the_summary() -> None:
    assumed = " ".join(summary_of([solved()])["assumptions"])

    for word in ("synthetic", "Topology", "Unit parameters", "Interchange plans", "Response"):
        assert word in assumed
