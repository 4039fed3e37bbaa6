"""
Our engine on one case, measured as the peers are: one line of JSON.

A thin adapter. `asked_in` is the one place that knows files (a `case.json`, or a pglib-uc instance through
`dispatch.formats.pglib`); `problem_of_case` is the one place that knows how a model becomes arrays.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
from pathlib import Path
from typing import Any

from bench.measure import Answer, Measured, case_name, own_peak_mb, pglib_of, versions_of
from bench.peers.arguments import parser_of
from bench.systems import with_bands, with_more_buses, with_more_units, with_outages
from dispatch.case.case import Case, Limits
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import inputs_of
from dispatch.grid.catalogue import facts_of
from dispatch.model.build import built
from dispatch.run import run
from dispatch.schedule.outcome import Outcome
from dispatch.schedule.progress import Progress
from dispatch.solve.problem import Problem, problem_of
from dispatch.wire.files import read_case

TOP_FUNCTIONS = 15
BEFORE_THE_SEARCH = ("checking", "building")


def main() -> None:
    """Solve one case."""
    answer = Answer()
    asked = _parsed()
    case, facts = with_more_buses(*with_more_units(*asked_in(asked.file), asked.units), asked.buses)
    case = with_outages(case, facts, asked.watched)
    facts = with_bands(facts) if asked.bands else facts
    if asked.mps:
        write_mps(problem_of_case(case, facts), asked.mps)
        return
    measured = Measured("ours_bands" if asked.bands else "ours", case_name(asked.file), asked.gap)
    profile = cProfile.Profile() if asked.profile else None
    answer.start()
    if profile:
        profile.enable()
    outcome, told = solved(case, facts, Limits(gap_share=asked.gap, time_s=asked.limit))
    if profile:
        profile.disable()
        measured.notes["profile"] = top_functions(profile)
    measured.seconds_total = answer.elapsed()
    peak = own_peak_mb()
    fill(measured, outcome, told)
    measured.notes |= {"units": len(facts.units), "buses": len(facts.buses), "hours": case.horizon.hours_h}
    measured.sized(sizes_of(problem_of_case(case, facts)))
    measured.versions = versions_of("highspy", "linopy", "pypsa", "numpy")
    answer.give(measured, peak)


def _parsed() -> argparse.Namespace:
    parser = parser_of("our engine")
    parser.add_argument("--bands", action="store_true", help="pumped hydro as continuous bands, as peers have it")
    parser.add_argument("--units", type=int, default=1, metavar="K", help="split every thermal unit into K")
    parser.add_argument("--buses", type=int, default=1, metavar="K", help="split every bus into K")
    parser.add_argument("--watched", type=int, default=0, metavar="K", help="stand N-1, looked at on K lines")
    parser.add_argument("--profile", action="store_true", help="note the functions where the seconds go (slower)")
    parser.add_argument("--mps", type=Path, metavar="OUT", help="write the model as MPS and solve nothing")
    return parser.parse_args()


def asked_in(path: Path) -> tuple[Case, GridFacts]:
    """The case and the facts in a `case.json` or in a pglib-uc instance (`.json` or `.json.gz`)."""
    if path.suffix == ".gz" or "thermal_generators" in pglib_of(path):
        from dispatch.formats.pglib import read_pglib

        case, facts = read_pglib(path)
        return case, facts
    case = read_case(path)
    return case, facts_of(case.grid, case.edition)


def solved(case: Case, facts: GridFacts, limits: Limits) -> tuple[Outcome, list[Progress]]:
    """The outcome of a run, and everything it told on the way."""
    told: list[Progress] = []
    return run(case, facts, limits, told.append), told


def problem_of_case(case: Case, facts: GridFacts) -> Problem:
    """The arrays that the search gets, built once more so that counting them costs the run nothing."""
    return problem_of(built(case, facts, inputs_of(case, facts)), facts.units)


def sizes_of(problem: Problem) -> tuple[int, int, int, int]:
    """Rows, columns, integers and nonzeros."""
    return len(problem.row_lower), len(problem.cost), int(problem.integer.sum()), int(problem.rows.nnz)


def fill(measured: Measured, outcome: Outcome, told: list[Progress]) -> None:
    """What an outcome and its progress say, in the terms of a measurement."""
    stations = {name: round(seconds, 3) for name, seconds in outcome.seconds}
    measured.status = outcome.status.value
    measured.seconds_build = sum(stations.get(name, 0.0) for name in BEFORE_THE_SEARCH)
    measured.seconds_solve = stations.get("searching", 0.0)
    measured.objective, measured.bound = outcome.proof.objective_cny, outcome.proof.bound_cny
    trail = [(item.elapsed_seconds, item.objective_cny, item.bound_cny) for item in told if item.bound_cny is not None]
    measured.root_bound = trail[0][2] if trail else None
    measured.searched([*trail, (measured.seconds_total, measured.objective, measured.bound)], 0.0)
    measured.notes["stations"] = stations
    measured.notes["steps"] = list(outcome.certificate.steps) if outcome.certificate else []
    measured.notes["reason"] = outcome.reason


def top_functions(profile: cProfile.Profile) -> list[dict[str, Any]]:
    """The functions that took most seconds themselves, those they call left out."""
    stats: dict[tuple[str, int, str], tuple[int, int, float, float, Any]] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    ranked = sorted(stats.items(), key=lambda item: -item[1][2])[:TOP_FUNCTIONS]
    return [
        {
            "function": f"{'/'.join(Path(file).parts[-2:])}:{name}",
            "calls": calls,
            "seconds": round(own, 3),
            "seconds_with_callees": round(whole, 3),
        }
        for (file, _, name), (_, calls, own, whole, _) in ranked
    ]


def write_mps(problem: Problem, path: Path) -> None:
    """The model as an MPS file, without the names of rows and columns."""
    import highspy

    model = highspy.Highs()  # type: ignore[no-untyped-call]
    model.silent()
    model.passModel(problem.highs_model())
    path.parent.mkdir(parents=True, exist_ok=True)
    model.writeModel(str(path))


if __name__ == "__main__":
    main()
