"""One case, one straight line: from a checked case to an audited, measured answer."""

from __future__ import annotations

import time
from dataclasses import replace
from importlib.metadata import version

import numpy as np

from dispatch.audit import audited
from dispatch.case.as_asked import as_asked
from dispatch.case.case import Case, Limits
from dispatch.case.checks import checked
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import inputs_of
from dispatch.errors import SolverFailed
from dispatch.memory import keep_within
from dispatch.metrics import causes_of, measured
from dispatch.model.build import built
from dispatch.schedule.hashes import case_sha256, schedule_sha256
from dispatch.schedule.outcome import AuditReport, Certificate, Metrics, Outcome, Proof, Solution, Status
from dispatch.schedule.progress import Progress, Tell, silent
from dispatch.solve.climb import Kept
from dispatch.solve.highs import Stop, never
from dispatch.solve.pricing import with_prices
from dispatch.solve.solve import Asked, Clock, solved

TOOLS = ("hebei-dispatch", "highspy", "linopy", "pypsa", "numpy", "pandas")


def run(
    case: Case,
    facts: GridFacts,
    limits: Limits,
    tell: Tell = silent,
    kept: Kept | None = None,
    stop: Stop = never,
) -> Outcome:
    """
    Solve, audit and measure one case.

    Raises CaseError with every flaw of the case and of the limits. Everything else is an answer: an infeasible case, a
    stop before any schedule, a schedule that fails its audit (FAILED, never shown as if it were good), a solver or a
    machine that gives up (FAILED too). `kept` carries the search from one case to the next of the same structure (a
    sweep over response shares); answers differ within the gaps. `stop` is asked all the time; once it says so, the
    best schedule so far is the answer.
    """
    return _tried(case, facts, limits, Stopwatch(limits, tell, stop), kept or Kept())


def run_held(
    case: Case, facts: GridFacts, limits: Limits, on: np.ndarray, calls: tuple[Tell, Stop] = (silent, never)
) -> Outcome:
    """
    As `run`, with every thermal unit on or off as `on` says, (T, units), bool: the proof is of what is left to decide.

    The audit holds the schedule to the case alone. `calls` are what it tells its progress to, and what may stop it.
    """
    return _tried(case, facts, limits, Stopwatch(limits, *calls), Kept(), on)


def _tried(
    case: Case, facts: GridFacts, limits: Limits, watch: Stopwatch, kept: Kept, on: np.ndarray | None = None
) -> Outcome:
    try:
        return _answered(case, facts, limits, watch, kept, on)
    except (SolverFailed, MemoryError) as error:
        kept.forget()
        reason = str(error) or "there was no memory left for the solve"
        failed = Solution(Status.FAILED, Proof(None, None), None, reason=reason)
    return _without_schedule(case, facts, limits, watch, failed)


def _answered(
    case: Case, facts: GridFacts, limits: Limits, watch: Stopwatch, kept: Kept, on: np.ndarray | None
) -> Outcome:
    watch.at("checking")
    checked(case, facts, limits)
    facts = as_asked(case, facts)
    inputs = inputs_of(case, facts)
    if on is not None:
        inputs = replace(inputs, must_run=on, in_service=on)
    watch.at("building")
    model = built(case, facts, inputs)
    watch.at("searching")
    asked = Asked(case, facts, inputs)
    solution = solved(model, asked, limits, watch.clock, watch.tell, kept)
    if limits.prices:
        watch.at("pricing")
        solution = with_prices(model, asked, solution, limits, watch.clock, watch.tell)
    if solution.schedule is None:
        return _without_schedule(case, facts, limits, watch, solution)
    watch.at("auditing")
    report = audited(case, facts, solution.schedule, solution.proof)
    watch.at("measuring")
    metrics = measured(case, facts, solution.schedule)
    status, reason = _verdict(solution, report, metrics, limits)
    return Outcome(
        status,
        solution.proof,
        schedule=None if status is Status.FAILED else solution.schedule,
        audit=report,
        metrics=None if status is Status.FAILED else metrics,
        certificate=_certificate(case, facts, limits, solution),
        reason=reason,
        seconds=watch.seconds(),
        prices=None if status is Status.FAILED else solution.prices,
        causes=() if status is Status.FAILED else causes_of(case, facts, metrics.slacks),
    )


def _without_schedule(case: Case, facts: GridFacts, limits: Limits, watch: Stopwatch, solution: Solution) -> Outcome:
    return Outcome(
        solution.status,
        solution.proof,
        certificate=_certificate(case, facts, limits, solution),
        shortfalls=solution.shortfalls,
        reason=solution.reason,
        seconds=watch.seconds(),
        causes=solution.causes,
    )


class Stopwatch:
    """Seconds by station, told as they begin; and whether the run goes on."""

    def __init__(self, limits: Limits, tell: Tell, stop: Stop = never) -> None:
        self._limits, self._stop = limits, stop
        self.clock = Clock.of(limits, self._leave_off)
        self.tell = tell
        self._marks: list[tuple[str, float]] = []

    def at(self, station: str) -> None:
        """The line enters a station."""
        self._marks.append((station, time.monotonic()))
        self.tell(Progress(station, self.clock.elapsed_seconds))
        keep_within(self._limits.memory_gb)

    def seconds(self) -> tuple[tuple[str, float], ...]:
        """Seconds spent at each station so far, and in total."""
        ends = [begun for _, begun in self._marks[1:]] + [time.monotonic()]
        by_station = [(name, end - begun) for (name, begun), end in zip(self._marks, ends, strict=True)]
        return (*by_station, ("total", self.clock.elapsed_seconds))

    def _leave_off(self) -> bool:
        """What the search asks again and again."""
        keep_within(self._limits.memory_gb)
        return self._stop()


def _verdict(solution: Solution, report: AuditReport, metrics: Metrics, limits: Limits) -> tuple[Status, str]:
    if not report.passed:
        rules = sorted({breach.rule for breach in report.breaches})
        return Status.FAILED, f"the schedule found fails its audit: {', '.join(rules)}"
    if limits.strict and metrics.slack_used:
        used = ", ".join(sorted({slack.kind for slack in metrics.slacks}))
        return Status.INFEASIBLE, f"strict: the case is met only with priced slack ({used})"
    return solution.status, ""


def _certificate(case: Case, facts: GridFacts, limits: Limits, solution: Solution) -> Certificate:
    schedule = solution.schedule
    return Certificate(
        case_sha256=case_sha256(case),
        facts_sha256=facts.content_sha256,
        schedule_sha256="" if schedule is None else schedule_sha256(schedule),
        versions=tuple((tool, version(tool)) for tool in TOOLS),
        gap_asked_share=limits.gap_share,
        seed_count=limits.seed_count,
        steps=solution.steps,
    )
