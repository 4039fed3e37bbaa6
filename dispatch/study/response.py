"""Response over a range: the same case with more and more of it, each solved from where the last one stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dispatch.case.case import Case, Limits
from dispatch.case.facts import GridFacts
from dispatch.run import run
from dispatch.schedule.outcome import Outcome
from dispatch.schedule.progress import Tell, silent
from dispatch.solve.climb import Kept


def swept(
    base: Case, facts: GridFacts, shares: Sequence[float], limits: Limits, tell: Tell = silent
) -> Iterator[tuple[Case, Outcome]]:
    """
    The base case with each response share, in the given order.

    The model is kept in HiGHS: only the caps change, the relaxation starts from its last basis and the search from
    the last commitment. Every answer has its own proof, so it differs from a cold solve by no more than the gaps.
    """
    kept = Kept()
    for share in shares:
        case = replace(base, response_share=share)
        yield case, run(case, facts, limits, tell, kept)
