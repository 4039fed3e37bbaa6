"""
The recorded schedule under the facts and the code of today: audited and measured anew, nothing solved.

There is no gap in this, so a number that moves by more than 1e-6 of itself is a rule, a price or a fact that moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from dispatch.audit import audited
from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.metrics import measured
from dispatch.schedule.difference import Difference, matter, note
from dispatch.schedule.outcome import AuditReport, Metrics, Outcome

TOLERANCE_SHARE = 1e-6  # of a number, at least of 1
SHAPE = "schedule-shape"

Number = float | str | None


def repriced(case: Case, facts: GridFacts, outcome: Outcome) -> tuple[Difference, ...]:
    """How today's audit and metrics of a recorded schedule differ from those recorded with it."""
    if outcome.schedule is None or outcome.audit is None or outcome.metrics is None:
        return ()
    report = audited(case, facts, outcome.schedule, outcome.proof)
    found = [*_facts_hash(facts, outcome), *_rules(outcome.audit, report)]
    if all(breach.rule != SHAPE for breach in report.breaches):
        found += _numbers(outcome.metrics, measured(case, facts, outcome.schedule))
    return tuple(found)


def _facts_hash(facts: GridFacts, outcome: Outcome) -> Iterator[Difference]:
    """Another hash of the facts is no difference: it is of their files, sources and comments included."""
    certificate = outcome.certificate
    if certificate is not None and certificate.facts_sha256 != facts.content_sha256:
        words = "the files of the grid have changed since; what that changes in this case is told beside this, if any"
        yield note("recorded.certificate.facts_sha256", certificate.facts_sha256, facts.content_sha256, words)


def _rules(recorded: AuditReport, today: AuditReport) -> Iterator[Difference]:
    """Rules that are broken now and were not, that check less than they did, and that are new."""
    known, now = ({rule.rule: rule for rule in report.rules} for report in (recorded, today))
    broken_then = {breach.rule for breach in recorded.breaches}
    for name in sorted({breach.rule for breach in today.breaches} - broken_then):
        worst = next(breach for breach in today.breaches if breach.rule == name)
        where = f"{worst.component} {worst.time}".strip()
        words = f"the recorded schedule breaks {name} today, most at {where}, by {worst.amount:g} {now[name].unit}"
        before = known[name].largest_violation if name in known else None
        yield matter(f"recorded.audit.{name}", before, worst.amount, words)
    for name, rule in known.items():
        if name not in now:
            words = f"{name} is not checked any more"
            yield matter(f"recorded.audit.{name}", rule.checked_count, None, words)
        elif now[name].checked_count < rule.checked_count:
            words = f"{name} checks less than it did"
            yield matter(f"recorded.audit.{name}", rule.checked_count, now[name].checked_count, words)
    for name in sorted(set(now) - set(known)):
        yield note(
            f"recorded.audit.{name}", None, now[name].checked_count, f"{name} is a rule that was not yet checked"
        )


def _numbers(recorded: Metrics, today: Metrics) -> Iterator[Difference]:
    """Every number of the metrics that moved, costs among them by their part."""
    then, now = dict(_flat(asdict(recorded), "")), dict(_flat(asdict(today), ""))
    for name in dict.fromkeys((*then, *now)):
        before, after = then.get(name), now.get(name)
        if not _alike(before, after):
            words = f"{name} of the recorded schedule is {_told(after)} today, {_told(before)} as recorded"
            yield matter(f"recorded.metrics.{name}", before, after, words + _moved(before, after))


def _flat(value: Any, path: str) -> Iterator[tuple[str, Number]]:
    """Every number under a name; what a list holds is named by its texts, as in total.technologies[solar]."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list | tuple):
        for k, inner in enumerate(value):
            texts = [text for text in inner.values() if isinstance(text, str)] if isinstance(inner, dict) else []
            yield from _flat(inner, f"{path}[{' '.join(texts) or k}]")
    else:
        yield path, value


def _alike(before: Number, after: Number) -> bool:
    if isinstance(before, int | float) and isinstance(after, int | float):
        return abs(after - before) <= TOLERANCE_SHARE * max(1.0, abs(before))
    return before == after


def _told(value: Number) -> str:
    return f"{value:,.6g}" if isinstance(value, int | float) else "absent" if value is None else value


def _moved(before: Number, after: Number) -> str:
    if isinstance(before, int | float) and isinstance(after, int | float) and before:
        return f" ({100 * (after - before) / abs(before):+.4f} %)"
    return ""
