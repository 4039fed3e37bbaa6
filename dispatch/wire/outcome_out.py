"""From an outcome, and from what a run tells, to the wire."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.schedule.outcome import AuditReport, Certificate, GridMetrics, Metrics, Outcome, PriceReport, Status
from dispatch.schedule.progress import Progress
from dispatch.v1 import run_pb2
from dispatch.wire.case_out import contract_state_to
from dispatch.wire.mirror import copied
from dispatch.wire.schedule import prices_to, schedule_to

STATUSES = {status: run_pb2.Status.Value(f"STATUS_{status.value}") for status in Status}


def progress_to(progress: Progress) -> run_pb2.Progress:
    """What a run tells, as a message."""
    return copied(progress, run_pb2.Progress())


def answer_from(outcome: Outcome, *, include_schedule: bool = False, include_prices: bool = True) -> run_pb2.Outcome:
    """The outcome as a message, with its schedule where that is asked for, and its prices with or without tables."""
    metrics = outcome.metrics
    message = run_pb2.Outcome(
        status=STATUSES[outcome.status],
        objective_cny=outcome.proof.objective_cny,
        bound_cny=outcome.proof.bound_cny,
        gap_share=outcome.proof.gap_share,
        seconds=dict(outcome.seconds),
        metrics=None if metrics is None else _metrics(metrics),
        audit=None if outcome.audit is None else _audit(outcome.audit),
        certificate=None if outcome.certificate is None else _certificate(outcome.certificate),
        shortfalls=[copied(shortfall, run_pb2.Shortfall()) for shortfall in outcome.shortfalls],
        slack_used=metrics is not None and metrics.slack_used,
        slacks=[] if metrics is None else [copied(slack, run_pb2.Slack()) for slack in metrics.slacks],
        reason=outcome.reason,
        causes=[copied(cause, run_pb2.Cause()) for cause in outcome.causes],
        contract_states=[] if metrics is None else [contract_state_to(state) for state in metrics.contract_states],
        aim=None if outcome.proof.aim is None else copied(outcome.proof.aim, run_pb2.Aim()),
        prices=None if outcome.prices is None else _prices(outcome.prices, include_tables=include_prices),
    )
    if include_schedule and outcome.schedule is not None:
        message.schedule.CopyFrom(schedule_to(outcome.schedule))
    return message


def _prices(report: PriceReport, *, include_tables: bool) -> run_pb2.PriceReport:
    tables = None if report.tables is None or not include_tables else prices_to(report.tables)
    checks = [copied(check, run_pb2.RuleCheck()) for check in report.checks]
    return copied(report, run_pb2.PriceReport(tables=tables, checks=checks))


def _metrics(metrics: Metrics) -> run_pb2.Metrics:
    return _grid_metrics(metrics.total, [_grid_metrics(member) for member in metrics.members])


def _grid_metrics(metrics: GridMetrics, members: Sequence[run_pb2.Metrics] = ()) -> run_pb2.Metrics:
    message = run_pb2.Metrics(
        technologies=[copied(t, run_pb2.TechnologyMetrics()) for t in metrics.technologies],
        cost=copied(metrics.cost, run_pb2.Cost()),
        penalty=copied(metrics.penalty, run_pb2.Penalty()),
        members=members,
        contracts=[copied(contract, run_pb2.ContractMetrics()) for contract in metrics.contracts],
        aggregators=[copied(aggregator, run_pb2.AggregatorMetrics()) for aggregator in metrics.aggregators],
        storage_technologies=[copied(use, run_pb2.StorageMetrics()) for use in metrics.storage_technologies],
    )
    return copied(metrics, message)


def _audit(audit: AuditReport) -> run_pb2.Audit:
    return run_pb2.Audit(
        passed=audit.passed,
        rules=[copied(rule, run_pb2.RuleCheck()) for rule in audit.rules],
        breaches=[copied(breach, run_pb2.Breach()) for breach in audit.breaches],
    )


def _certificate(certificate: Certificate) -> run_pb2.Certificate:
    message = copied(certificate, run_pb2.Certificate())
    message.versions.update(dict(certificate.versions))
    return message
