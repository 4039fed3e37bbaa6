"""
One MPS file under HiGHS, SCIP or CBC, two threads where the solver has them (SCIP's wheel searches with one).

HiGHS and SCIP run in this process. CBC is a program: its peak memory is that of the child, and its trail is read from
its log.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from bench.highs import THREADS
from bench.highs import solve as solve_by_highs
from bench.measure import Answer, Measured, Trail, case_name, children_peak_mb, versions_of
from bench.peers.arguments import parser_of

INFINITE = 1e20  # SCIP's infinity
NOTHING_FOUND = 1e40  # CBC's
CBC_CELLS = 7  # nodes, on tree, depth, best solution, (method), best bound, gap, seconds


def main() -> None:
    """Solve one file by one solver."""
    answer = Answer()
    parser = parser_of("one MPS file under one solver")
    parser.add_argument("--solver", choices=sorted(SOLVERS), required=True)
    asked = parser.parse_args()
    measured = Measured(asked.solver, case_name(asked.file), asked.gap)
    answer.start()
    peak = SOLVERS[asked.solver](asked.file, measured, asked.limit, answer)
    measured.seconds_total = answer.elapsed()
    answer.give(measured, peak)


def _highs(path: Path, measured: Measured, limit_s: float, answer: Answer) -> None:
    import highspy

    model = highspy.Highs()  # type: ignore[no-untyped-call]
    model.silent()
    model.readModel(str(path))
    measured.seconds_build = answer.elapsed()
    solve_by_highs(model, measured, limit_s, measured.seconds_build)
    measured.versions = versions_of("highspy")


def _scip(path: Path, measured: Measured, limit_s: float, answer: Answer) -> None:
    import pyscipopt
    from pyscipopt.recipes.primal_dual_evolution import attach_primal_dual_evolution_eventhdlr

    model = pyscipopt.Model()
    model.hideOutput()
    model.readProblem(str(path))
    measured.seconds_build = answer.elapsed()
    columns = model.getVars()
    integers = sum(column.vtype() != "CONTINUOUS" for column in columns)
    measured.sized((model.getNConss(), len(columns), integers, 0))  # it does not tell nonzeros before presolving
    model.setParams({"limits/gap": measured.gap_asked, "limits/time": limit_s})
    attach_primal_dual_evolution_eventhdlr(model)
    model.optimize()
    measured.status, measured.seconds_solve = model.getStatus(), model.getSolvingTime()
    measured.objective = model.getPrimalbound() if model.getNSols() else None
    measured.bound = model.getDualbound() if abs(model.getDualbound()) < INFINITE else None
    root = model.getDualboundRoot()
    measured.root_bound = root if abs(root) < INFINITE else None
    measured.searched(_merged(model.data["primal_log"], model.data["dual_log"]), measured.seconds_build)
    measured.versions = {**versions_of("pyscipopt"), "scip": str(model.version())}


def _cbc(path: Path, measured: Measured, limit_s: float, _: Answer) -> float:
    import cbcbox

    options = ["-threads", THREADS, "-ratioGap", measured.gap_asked, "-sec", limit_s, "-timeMode", "elapsed"]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "cbc.log")
        with log.open("w") as out:
            command = [cbcbox.cbc_bin_path(), path, *map(str, options), "-solve", "-quit"]
            subprocess.run(command, stdout=out, stderr=out, check=False)
        _read_cbc(log.read_text(), measured)
    measured.versions = versions_of("cbcbox")
    return children_peak_mb()


def _read_cbc(log: str, measured: Measured) -> None:
    """What CBC's log says: sizes, trail, and the result at its end. It prints six digits."""

    def number(*patterns: str) -> float | None:
        found = [text for pattern in patterns for text in re.findall(pattern, log)]
        return _number(found[-1]) if found else None

    counts = [number(rf"{what}\s*=\s*(\d+)") for what in (r"\|Rows\|", r"\|Cols\|", r"\|NZ\|")]
    rows, columns, nonzeros = (int(count or 0) for count in counts)
    measured.sized((rows, columns, int(number(r"NZ, (\d+) integer") or 0), nonzeros))
    status = re.findall(r"^Result - (.+)$", log, re.MULTILINE)
    measured.status = status[-1] if status else "stopped without a result in its log"
    measured.seconds_solve = number(r"Total time \(Wallclock seconds\):\s+([\d.]+)") or 0.0
    measured.objective = number(r"Objective value:\s+(\S+)")
    at_the_root = (r"LP Optimal .*Obj: (\S+)", r"Cut generation complete .* → (\S+)")  # the last that is there holds
    measured.root_bound = number(*at_the_root)
    measured.bound = number(*at_the_root, r"Obj: \S+ +Bound: (\S+)", r"Lower bound:\s+(\S+)")
    measured.searched(_branching(log), 0.0)


def _branching(log: str) -> Trail:
    """Seconds, incumbent and bound from the rows of CBC's table of branch and bound."""
    trail: Trail = []
    for line in log.partition("Branch and bound")[2].splitlines():
        cells = line.replace("★", " ").split()
        if len(cells) >= CBC_CELLS and all(cell.isdigit() for cell in cells[:3]):
            at = _number(cells[-1])
            if at is not None:
                trail.append((at, _number(cells[3]), _number(cells[-3])))
    return trail


def _number(text: str) -> float | None:
    """A number as CBC prints it, or None for a dash or an infinity."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < NOTHING_FOUND else None


def _merged(found: list[list[float]], proven: list[list[float]]) -> Trail:
    """One trail from the times of incumbents and the times of bounds."""
    trail: Trail = []
    incumbent: float | None = None
    bound: float | None = None
    events = [(at, value, True) for at, value in found] + [(at, value, False) for at, value in proven]
    for at, value, is_incumbent in sorted(events):
        known = value if abs(value) < INFINITE else None
        incumbent, bound = (known, bound) if is_incumbent else (incumbent, known)
        trail.append((at, incumbent, bound))
    return trail


SOLVERS = {"highs": _highs, "scip": _scip, "cbc": _cbc}

if __name__ == "__main__":
    main()
