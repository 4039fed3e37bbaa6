"""`summary.json`: the same numbers as the table and the page, for machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from dispatch.horizon import local
from dispatch.report.corridors import corridor_rows
from dispatch.report.findings import findings_of
from dispatch.report.scenario import Scenario
from dispatch.report.words import ASSUMPTIONS
from dispatch.schedule.outcome import GridMetrics

SCHEMA = "dispatch.summary/1"


def summary_of(scenarios: Sequence[Scenario]) -> dict[str, Any]:
    """Every scenario, every finding, and what all of it assumes. Numbers that do not exist are None."""
    return {
        "schema": SCHEMA,
        "assumptions": [assumption.english for assumption in ASSUMPTIONS],
        "scenarios": [_scenario(scenario) for scenario in scenarios],
        "findings": [asdict(finding) for finding in findings_of(scenarios)],
    }


def _scenario(scenario: Scenario) -> dict[str, Any]:
    case, outcome = scenario.case, scenario.outcome
    metrics = outcome.metrics
    return {
        "label": scenario.label,
        "grid": case.grid,
        "edition": case.edition,
        "start": local(case.horizon.start).isoformat() + "+08:00",
        "step_count": case.horizon.step_count,
        "step_h": case.horizon.step_h,
        "response_share": case.response_share,
        "interchange_variant": case.interchange.variant,
        "interchange_band_share": case.interchange.band_share,
        "status": outcome.status.value,
        "reason": outcome.reason,
        "causes": [asdict(cause) for cause in outcome.causes],
        "objective_cny": outcome.proof.objective_cny,
        "bound_cny": outcome.proof.bound_cny,
        "gap_share": outcome.proof.gap_share,
        "audit_passed": outcome.audit.passed if outcome.audit else None,
        "slack_used": metrics.slack_used if metrics else None,
        "seconds": dict(outcome.seconds),
        "metrics": _metrics(metrics.total) if metrics else None,
        "members": [_metrics(member) for member in metrics.members] if metrics else [],
        "corridors": corridor_rows(scenario),
        "facts_sha256": scenario.facts.content_sha256,
    }


def _metrics(metrics: GridMetrics) -> dict[str, Any]:
    found = asdict(metrics)
    found["cost"]["total_cny"] = metrics.cost.total_cny
    found["penalty"]["total_cny"] = metrics.penalty.total_cny
    return found
