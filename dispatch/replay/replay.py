"""A record solved again, or set beside another one: every difference, those that matter marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dispatch.case.case import Case, Limits
from dispatch.case.checks import flaws_of
from dispatch.case.facts import GridFacts
from dispatch.replay.compared import compared
from dispatch.replay.repriced import repriced
from dispatch.run import run
from dispatch.schedule.difference import Comparison, Difference, answer_of, matter, note
from dispatch.schedule.hashes import case_sha256
from dispatch.schedule.outcome import Outcome
from dispatch.schedule.progress import Tell, silent


@dataclass(frozen=True)
class Record:
    """A bundle as it was read: what was asked, on what grid, within what limits, and what was answered."""

    name: str
    case: Case
    facts: GridFacts
    limits: Limits
    outcome: Outcome


@dataclass(frozen=True)
class Replayed:
    """A record with its other answer, None where there can be none, and how they differ."""

    record: Record
    again: Outcome | None
    differences: tuple[Difference, ...]

    @property
    def comparison(self) -> Comparison:
        """What is shown of it."""
        again = None if self.again is None else answer_of(self.again)
        return Comparison(self.record.name, answer_of(self.record.outcome), again, self.differences)

    @property
    def same(self) -> bool:
        """Nothing differs that matters."""
        return self.comparison.same


def replayed(record: Record, tell: Tell = silent) -> Replayed:
    """The recorded schedule priced and audited anew, then the case solved again within the limits it had."""
    if flaws_of(record.case, record.facts):
        return refused(record)
    return set_against(record, run(record.case, record.facts, record.limits, tell))


def refused(record: Record) -> Replayed:
    """A record whose case is not accepted by now: every flaw of it."""
    flaws = flaws_of(record.case, record.facts)
    told = (matter(f"case.{flaw.field}", "accepted", "refused", flaw.message) for flaw in flaws)
    return Replayed(record, None, tuple(told))


def set_against(record: Record, again: Outcome) -> Replayed:
    """The recorded schedule priced and audited anew, and beside it the outcome of the case solved again."""
    found = repriced(record.case, record.facts, record.outcome)
    found += compared(record.case, record.outcome, again, record.limits.gap_share)
    return Replayed(record, again, (*found, *_versions(record.outcome, again)))


def beside(record: Record, other: Record) -> Replayed:
    """A record beside another of the same name, from another version; nothing is solved."""
    if case_sha256(record.case) != case_sha256(other.case):
        told = matter("case", case_sha256(record.case), case_sha256(other.case), "the two are not of the same case")
        return Replayed(record, other.outcome, (told,))
    gap_share = max(record.limits.gap_share, other.limits.gap_share)
    found = compared(record.case, record.outcome, other.outcome, gap_share)
    return Replayed(record, other.outcome, (*found, *_versions(record.outcome, other.outcome)))


def set_beside(records: Sequence[Record], others: Sequence[Record]) -> Iterator[Replayed]:
    """Each record beside the other of its name, a single one beside a single one; what stands alone matters."""
    named = {other.name: other for other in others}
    if len(records) == len(others) == 1:
        named = {records[0].name: others[0]}
    for record in records:
        if record.name in named:
            yield beside(record, named.pop(record.name))
        else:
            absent = matter("bundle", record.name, None, "is in the first set alone")
            yield Replayed(record, None, (absent,))
    for name, other in named.items():
        yield Replayed(other, other.outcome, (matter("bundle", None, name, "is in the second set alone"),))


def _versions(recorded: Outcome, again: Outcome) -> Iterator[Difference]:
    """Tools of another version than those that made the record."""
    if recorded.certificate is None or again.certificate is None:
        return
    then, now = dict(recorded.certificate.versions), dict(again.certificate.versions)
    for tool in sorted(set(then) | set(now)):
        if then.get(tool) != now.get(tool):
            words = f"{tool} {then.get(tool, 'absent')} as recorded, {now.get(tool, 'absent')} now"
            yield note(f"versions.{tool}", then.get(tool), now.get(tool), words)
