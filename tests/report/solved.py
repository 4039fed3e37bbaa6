"""Small grids, solved: what the report is about."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from dispatch.case.case import Limits
from dispatch.report.scenario import Scenario, label_of
from dispatch.run import run
from dispatch.schedule.outcome import GridMetrics, Outcome, Proof, Shortfall, Status
from tests.small import small_case, small_facts


@cache
def _responding() -> Scenario:
    facts = small_facts()
    case = small_case(facts, hours=6, response_share=0.05)
    return Scenario(label_of(case), case, facts, run(case, facts, Limits(gap_share=0.001, time_s=30)))


def solved(response_share: float = 0.0) -> Scenario:
    """Six winter hours of the triangle, solved once with 5 % response and shown under another share."""
    scenario = _responding()
    case = replace(scenario.case, response_share=response_share)
    return replace(scenario, case=case, label=label_of(case))


def unsolved() -> Scenario:
    """The same with three times the load: infeasible."""
    scenario = solved()
    missing = (Shortfall("2030-01-15T00:00+08:00", "jibei", "a", 420.0, 0.0),)
    outcome = Outcome(Status.INFEASIBLE, Proof(None, None), shortfalls=missing, reason="420 MW are missing")
    return replace(scenario, outcome=outcome)


def with_metrics(scenario: Scenario, **changes: float) -> Scenario:
    """The scenario with other numbers in its metrics."""
    assert scenario.outcome.metrics is not None
    total: GridMetrics = replace(scenario.outcome.metrics.total, **changes)  # type: ignore[arg-type]
    metrics = replace(scenario.outcome.metrics, total=total)
    return replace(scenario, outcome=replace(scenario.outcome, metrics=metrics))


def with_proof(scenario: Scenario, objective_cny: float, bound_cny: float) -> Scenario:
    """The scenario with another proof."""
    return replace(scenario, outcome=replace(scenario.outcome, proof=Proof(objective_cny, bound_cny)))
