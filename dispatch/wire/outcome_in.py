"""From the wire to an outcome, and to what a run tells."""

from __future__ import annotations

from dispatch.case.demand_response import ContractState, Parcel
from dispatch.errors import CaseError, Flaw
from dispatch.schedule.outcome import (
    AggregatorMetrics,
    Aim,
    AuditReport,
    Breach,
    Cause,
    Certificate,
    ContractMetrics,
    Cost,
    GridMetrics,
    Metrics,
    Outcome,
    Penalty,
    PriceReport,
    Proof,
    RuleCheck,
    Shortfall,
    Slack,
    StorageMetrics,
    TechnologyMetrics,
)
from dispatch.schedule.progress import Progress
from dispatch.v1 import case_pb2, run_pb2
from dispatch.wire.mirror import made
from dispatch.wire.outcome_out import STATUSES
from dispatch.wire.schedule import prices_from, schedule_from

_STATUS = {value: status for status, value in STATUSES.items()}


def progress_from(message: run_pb2.Progress) -> Progress:
    """What a run told."""
    return made(Progress, message)


def outcome_from(message: run_pb2.Outcome) -> Outcome:
    """The outcome that was sent, with its schedule if it has one, or `CaseError` where it is no outcome."""
    if message.status not in _STATUS:
        raise CaseError((Flaw("UNKNOWN_VALUE", "status", f"{message.status} is not a status"),))
    return Outcome(
        status=_STATUS[message.status],
        proof=made(Proof, message, aim=_aim(message)),
        schedule=schedule_from(message.schedule) if message.HasField("schedule") else None,
        audit=_audit(message.audit) if message.HasField("audit") else None,
        metrics=_metrics(message) if message.HasField("metrics") else None,
        certificate=_certificate(message.certificate) if message.HasField("certificate") else None,
        shortfalls=tuple(made(Shortfall, shortfall) for shortfall in message.shortfalls),
        reason=message.reason,
        seconds=tuple(sorted(message.seconds.items(), key=lambda item: (item[0] == "total", item[0]))),
        prices=_prices(message.prices) if message.HasField("prices") else None,
        causes=tuple(made(Cause, cause) for cause in message.causes),
    )


def _aim(message: run_pb2.Outcome) -> Aim | None:
    return made(Aim, message.aim) if message.HasField("aim") else None


def _prices(message: run_pb2.PriceReport) -> PriceReport:
    tables = prices_from(message.tables) if message.HasField("tables") else None
    return made(PriceReport, message, tables=tables, checks=tuple(made(RuleCheck, check) for check in message.checks))


def _metrics(message: run_pb2.Outcome) -> Metrics:
    return Metrics(
        total=_grid_metrics(message.metrics),
        members=tuple(_grid_metrics(member) for member in message.metrics.members),
        slacks=tuple(made(Slack, slack) for slack in message.slacks),
        contract_states=tuple(_state(state) for state in message.contract_states),
    )


def _state(message: case_pb2.ContractState) -> ContractState:
    owed, saved = (tuple(made(Parcel, parcel) for parcel in parcels) for parcels in (message.owed, message.saved))
    return made(ContractState, message, owed=owed, saved=saved)


def _grid_metrics(message: run_pb2.Metrics) -> GridMetrics:
    return made(
        GridMetrics,
        message,
        technologies=tuple(made(TechnologyMetrics, technology) for technology in message.technologies),
        contracts=tuple(made(ContractMetrics, contract) for contract in message.contracts),
        aggregators=tuple(made(AggregatorMetrics, aggregator) for aggregator in message.aggregators),
        storage_technologies=tuple(made(StorageMetrics, use) for use in message.storage_technologies),
        cost=made(Cost, message.cost),
        penalty=made(Penalty, message.penalty),
    )


def _audit(message: run_pb2.Audit) -> AuditReport:
    return AuditReport(
        rules=tuple(made(RuleCheck, rule) for rule in message.rules),
        breaches=tuple(made(Breach, breach) for breach in message.breaches),
    )


def _certificate(message: run_pb2.Certificate) -> Certificate:
    return made(Certificate, message, versions=tuple(sorted(message.versions.items())))
