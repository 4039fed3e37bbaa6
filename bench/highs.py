"""HiGHS as every peer runs it: two threads, the same options, and its own log as the record of the search."""

from __future__ import annotations

import math
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.measure import Measured, Trail

if TYPE_CHECKING:
    import highspy

THREADS = 2
LOG_EVERY_SECONDS = 1.0

# A row of its table: source, nodes, queue, leaves, explored, bound, incumbent, gap, four counts, iterations, seconds.
_ROW = re.compile(
    r"^ ?.? +(?P<nodes>\d+\w?) +\d+\w? +\d+\w? +[\d.]+% +(?P<bound>\S+) +(?P<found>\S+) +\S+"
    r" +\d+\w? +\d+\w? +\d+\w? +\d+\w? +(?P<at>[\d.]+)s"
)


def options(gap: float, limit_s: float, log: Path) -> dict[str, bool | int | float | str]:
    """Options of a run: gap as a share, limit in seconds, and where the log goes."""
    return {
        "output_flag": True,  # or there is no log
        "threads": THREADS,
        "mip_rel_gap": gap,
        "time_limit": limit_s,
        "log_file": str(log),
        "log_to_console": False,
        "mip_min_logging_interval": LOG_EVERY_SECONDS,
    }


def trail_of(log: str) -> Trail:
    """Seconds of HiGHS's clock, incumbent and bound, from the text of its log."""
    rows = (_ROW.match(line) for line in log.splitlines())
    return [(float(row["at"]), _number(row["found"]), _number(row["bound"])) for row in rows if row]


def root_bound_of(log: str) -> float | None:
    """The last bound before the root node was left."""
    rows = (_ROW.match(line) for line in log.splitlines())
    bounds = [_number(row["bound"]) for row in rows if row and row["nodes"] == "0"]
    return next((bound for bound in reversed(bounds) if bound is not None), None)


def sizes_of(model: highspy.Highs) -> tuple[int, int, int, int]:
    """Rows, columns, integers and nonzeros."""
    import highspy

    lp = model.getLp()
    integers = sum(kind == highspy.HighsVarType.kInteger for kind in lp.integrality_)
    return lp.num_row_, lp.num_col_, integers, model.getNumNz()


def solve(model: highspy.Highs, measured: Measured, limit_s: float, began: float) -> None:
    """Run HiGHS on a model that it holds and write down what it found; `began`: seconds on the run's clock so far."""
    measured.sized(sizes_of(model))
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "highs.log")
        for option, value in options(measured.gap_asked, limit_s, log).items():
            model.setOptionValue(option, value)
        before = model.getRunTime()
        model.run()
        read_answer(model, measured, log.read_text(), began)
        measured.seconds_solve = model.getRunTime() - before


def read_answer(model: highspy.Highs, measured: Measured, log: str, began: float) -> None:
    """Status, objective, bound and trail of a model that has run."""
    info = model.getInfo()
    measured.status = model.modelStatusToString(model.getModelStatus())
    feasible = info.primal_solution_status == 2  # noqa: PLR2004 (kSolutionStatusFeasible)
    measured.objective = info.objective_function_value if feasible else None
    measured.bound = info.mip_dual_bound if math.isfinite(info.mip_dual_bound) else None
    measured.root_bound = root_bound_of(log)
    measured.searched(trail_of(log), began)


def _number(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None
