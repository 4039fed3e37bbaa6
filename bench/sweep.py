"""
Response scenarios of one case: 0 to 10 % of the annual peak in equal steps, one after the other in one process.

`cold` solves each from nothing. `kept` is the engine's own sweep, which keeps the model and the last commitment.
One line of JSON for the whole sweep; `notes.scenarios` has each scenario's seconds, objective, bound and gap.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from bench.measure import Answer, Measured, case_name, gap_of, own_peak_mb, versions_of
from bench.ours import asked_in, problem_of_case, sizes_of
from bench.peers.arguments import parser_of
from dispatch.case.case import Case, Limits
from dispatch.case.facts import GridFacts
from dispatch.run import run
from dispatch.schedule.outcome import Outcome
from dispatch.study.response import swept

MOST_RESPONSE_SHARE = 0.10


def main() -> None:
    """Solve the scenarios of one case."""
    answer = Answer()
    parser = parser_of("response scenarios of one case")
    parser.add_argument("--count", type=int, default=20, metavar="N", help="scenarios")
    parser.add_argument("--how", choices=("cold", "kept"), default="cold")
    asked = parser.parse_args()
    case, facts = asked_in(asked.file)
    limits = Limits(gap_share=asked.gap, time_s=asked.limit)
    cases = [replace(case, response_share=share) for share in shares_of(asked.count)]
    measured = Measured(f"ours_{asked.how}", case_name(asked.file), asked.gap)
    answer.start()
    before = time.monotonic()
    scenarios: list[dict[str, Any]] = []
    for one, outcome in (cold if asked.how == "cold" else kept)(cases, facts, limits):
        now = time.monotonic()
        scenarios.append(_row(one, outcome, now - before))
        before = now
    measured.seconds_total = answer.elapsed()
    peak = own_peak_mb()
    measured.status = "OPTIMAL" if all(row["status"] == "OPTIMAL" for row in scenarios) else "not every gap is met"
    measured.notes = {"scenarios": scenarios, "first_seconds": scenarios[0]["seconds"], "count": len(scenarios)}
    measured.sized(sizes_of(problem_of_case(cases[-1], facts)))
    measured.versions = versions_of("highspy", "linopy", "pypsa", "numpy")
    answer.give(measured, peak)


def shares_of(count: int) -> list[float]:
    """Response shares of the annual peak, from 0 to the most."""
    return [float(share) for share in np.linspace(0.0, MOST_RESPONSE_SHARE, count)]


def cold(cases: list[Case], facts: GridFacts, limits: Limits) -> Iterator[tuple[Case, Outcome]]:
    """Each scenario as a run of its own."""
    for case in cases:
        yield case, run(case, facts, limits)


def kept(cases: list[Case], facts: GridFacts, limits: Limits) -> Iterator[tuple[Case, Outcome]]:
    """The engine's own sweep on a kept model."""
    return swept(cases[0], facts, [case.response_share for case in cases], limits)


def _row(case: Case, outcome: Outcome, seconds: float) -> dict[str, Any]:
    objective, bound = outcome.proof.objective_cny, outcome.proof.bound_cny
    return {
        "response_share": round(case.response_share, 6),
        "status": outcome.status.value,
        "seconds": round(seconds, 3),
        "objective": objective,
        "bound": bound,
        "gap": gap_of(objective, bound),
    }


if __name__ == "__main__":
    main()
