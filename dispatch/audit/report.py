"""The audit: every rule, in the order of docs/model.md."""

from __future__ import annotations

from collections.abc import Callable

from dispatch.audit import (
    connection,
    contingency,
    deep,
    heat,
    interchange,
    network,
    objective,
    pumped_hydro,
    renewable,
    reserve,
    reserve_products,
    reserve_required,
    response,
    response_backlog,
    response_calls,
    response_reserve,
    storage,
    thermal,
)
from dispatch.audit.evidence import Evidence
from dispatch.audit.finding import Finding
from dispatch.audit.shape import readable, shape
from dispatch.case.as_asked import as_asked
from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import inputs_of
from dispatch.schedule.outcome import AuditReport, Proof
from dispatch.schedule.schedule import Schedule

RULES: tuple[Callable[[Evidence], Finding], ...] = (
    thermal.logic,
    thermal.minimum_up_time,
    thermal.minimum_down_time,
    thermal.output_limits,
    heat.region,
    heat.load,
    heat.store_level,
    heat.store_limits,
    thermal.start_stop_ramps,
    thermal.ramps,
    thermal.must_run,
    thermal.in_service,
    thermal.no_start,
    thermal.starts,
    thermal.running_minimum,
    deep.below_normal,
    deep.oil_support,
    deep.oil_rate,
    deep.oil_least_time,
    deep.oil_most_time,
    deep.oil_apart,
    renewable.available,
    renewable.must_take,
    storage.level,
    storage.level_limits,
    storage.power,
    storage.one_direction,
    storage.least_power,
    storage.cycles,
    storage.end_level,
    connection.limit,
    pumped_hydro.counts,
    pumped_hydro.one_mode,
    pumped_hydro.power,
    pumped_hydro.changeover,
    pumped_hydro.starts,
    response.kind,
    response.capacity,
    response.cap,
    response.aggregator,
    response.hours,
    response_backlog.payback,
    response_backlog.advance,
    response_backlog.deadline,
    response_backlog.backlog,
    response.daily_energy,
    response_calls.season_energy,
    response_calls.called,
    response_calls.least_call,
    response_calls.notice,
    response_calls.event_length,
    response_calls.rest,
    response_calls.calls,
    interchange.band,
    interchange.limits,
    interchange.ramp,
    reserve_required.told,
    reserve.requirement,
    reserve.unit_room,
    reserve.store_room,
    pumped_hydro.reserve_room,
    reserve_products.regulation_up,
    reserve_products.regulation_down,
    reserve_products.non_spinning,
    reserve_products.unit_products,
    pumped_hydro.product_room,
    response_reserve.room,
    network.balance,
    network.losses,
    network.rating,
    network.voltage_law,
    contingency.one_circuit_lost,
    contingency.sections,
    objective.value,
    objective.first,
)


def audited(case: Case, facts: GridFacts, schedule: Schedule, proof: Proof) -> AuditReport:
    """
    Recompute every rule from the case, the facts and the tables of the schedule, never from the model.

    Where the tables cannot be read (`schedule-shape`), nothing else can be said and no other rule is listed.
    """
    facts = as_asked(case, facts)
    evidence = Evidence(case, facts, inputs_of(case, facts), schedule, proof)
    findings = [shape(evidence)]
    if readable(evidence):
        findings += [rule(evidence) for rule in RULES]
    return AuditReport(
        rules=tuple(finding.check for finding in findings),
        breaches=tuple(breach for finding in findings for breach in finding.breaches),
    )
