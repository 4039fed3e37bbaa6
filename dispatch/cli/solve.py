"""`dispatch validate`, `dispatch solve` and `dispatch audit`."""

from __future__ import annotations

import argparse

from dispatch.case.case import Limits
from dispatch.case.checks import checked
from dispatch.cli import dayahead
from dispatch.cli.command import DONE, NO_ANSWER, OUR_FAULT, made_folder, say
from dispatch.cli.folder import asked_in, has_no_answer, solved_in, unseal, write_solved
from dispatch.cli.interrupt import interruptible
from dispatch.cli.terminal import LiveLine, show_json
from dispatch.formats.dayahead.book import is_dayahead
from dispatch.report.scenario import Scenario, label_of
from dispatch.schedule.outcome import AuditReport, Outcome

MOST_SHORTFALLS = 20


def validate(asked: argparse.Namespace) -> int:
    """Nothing to say about a good case; every flaw of another."""
    checked(*asked_in(asked.file))
    if asked.json:
        show_json({"accepted": True, "flaws": []})
    else:
        print(f"{asked.file}: accepted")
    return DONE


def solve(asked: argparse.Namespace) -> int:
    """Solve a case in this process."""
    from dispatch.run import run
    from dispatch.wire.files import outcome_text

    case, facts = asked_in(asked.file)
    out = made_folder(asked.out)
    limits = Limits(asked.gap, asked.time_limit, strict=asked.strict, memory_gb=asked.memory_gb, prices=asked.prices)
    live, told = LiveLine(), ""
    with interruptible() as stop:
        if asked.refine:
            tell = live.of(asked.file.name)
            answer = dayahead.refine(case, facts, limits, (asked.refine, asked.quarters), (tell, stop))
            case, outcome, told = answer.case, answer.outcome, answer.told
        else:
            outcome = run(case, facts, limits, live.of(asked.file.name), stop=stop)
    live.done(asked.file.name, ending_of(outcome))
    scenario = Scenario(label_of(case), case, facts, outcome)
    if out:
        write_solved(out, scenario, asked.file, limits)
        if told:
            unseal(out)
        if is_dayahead(asked.file):
            dayahead.write_schedule(asked.file, out, case, outcome, told)
    if asked.json:
        print(outcome_text(outcome), end="")
    else:
        _show(scenario)
        print(*([told] if told else []), sep="\n")
    return code_of(outcome)


def _show(scenario: Scenario) -> None:
    from dispatch.report.findings import findings_of, lines_of
    from dispatch.report.prices import price_table
    from dispatch.report.response import response_text
    from dispatch.report.table import table_of

    print(table_of([scenario]))
    outcome = scenario.outcome
    if outcome.prices is not None:
        print(price_table(scenario))
    if told := response_text([scenario]):
        print(told)
    for finding in findings_of([scenario]):
        print(*lines_of(finding), sep="\n")
    for s in outcome.shortfalls[:MOST_SHORTFALLS]:
        print(f"{s.time} {s.bus}: {s.missing_mw:,.1f} MW missing, {s.surplus_mw:,.1f} MW too many")
    if len(outcome.shortfalls) > MOST_SHORTFALLS:
        print(f"... and {len(outcome.shortfalls) - MOST_SHORTFALLS} more")


def ending_of(outcome: Outcome) -> str:
    """How a run ended, in a few words."""
    gap = outcome.proof.gap_share
    proven = "" if gap is None else f", gap {100 * gap:.3f} %"
    return f"{outcome.status.value}{proven}, {dict(outcome.seconds).get('total', 0.0):.1f} s"


def code_of(outcome: Outcome) -> int:
    """The exit code that goes with how a run ended."""
    if outcome.status.value == "FAILED":
        say(f"our fault: {outcome.reason}")
        return OUR_FAULT
    return NO_ANSWER if has_no_answer(outcome) else DONE


def audit(asked: argparse.Namespace) -> int:
    """Recompute every rule on what was kept, whatever its outcome says."""
    from dispatch.audit import audited

    scenarios = solved_in(*asked.folders)
    reports = {
        f"{s.case.grid}, {s.label}": audited(s.case, s.facts, s.outcome.schedule, s.outcome.proof)
        for s in scenarios
        if s.outcome.schedule is not None
    }
    if asked.json:
        show_json([_as_json(name, report) for name, report in reports.items()])
    else:
        for name, report in reports.items():
            _print_audit(name, report)
    if not reports:
        say(f"{asked.folders[0]}: there is no schedule to audit")
    return DONE if reports and all(report.passed for report in reports.values()) else NO_ANSWER


def _as_json(name: str, report: AuditReport) -> dict[str, object]:
    from dataclasses import asdict

    return {"scenario": name, "passed": report.passed, **asdict(report)}


def _print_audit(name: str, report: AuditReport) -> None:
    print(f"{name}: {'passed' if report.passed else 'FAILED'}, {len(report.rules)} rules")
    for rule in report.rules:
        told = f"{rule.largest_violation:.2g} of {rule.tolerance:g} {rule.unit}"
        print(f"  {rule.rule:32} {rule.checked_count:8} checked, largest violation {told}")
    for breach in report.breaches[:MOST_SHORTFALLS]:
        print(f"  broken: {breach.rule} {breach.component} {breach.time} by {breach.amount:g}")
