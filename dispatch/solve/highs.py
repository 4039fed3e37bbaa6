"""One run of HiGHS: options, deadline, progress, and what it knows when it stops."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np

from dispatch.errors import SolverFailed
from dispatch.solve.problem import Cuts, Problem

THREADS = 2
FEASIBILITY = 1e-7  # rows and bounds, absolute
INTEGRALITY = 1e-6
REPORT_EVERY_SECONDS = 0.5
HEAR_EVERY_SECONDS = 0.2
STOP_SECONDS = 1.0  # for HiGHS to leave off after an interrupt; the process does not wait longer

Report = Callable[[float | None, float | None], None]  # incumbent, bound


@dataclass(frozen=True)
class Answer:
    """What one run found. `x` is None without a feasible point; `bound` is -inf without a proof."""

    x: np.ndarray | None
    objective_cny: float
    bound_cny: float
    infeasible: bool
    finished: bool  # by optimality, gap or target; not by time


@dataclass(frozen=True)
class Orders:
    """How to run: until when, how sure, and when good enough is good enough."""

    deadline_s: float  # time.monotonic()
    gap_share: float = 1e-9
    target_cny: float = -np.inf  # stop as soon as the objective is at most this
    start_x: np.ndarray | None = None
    seed: int = 0
    method: str = "choose"  # of the LP: choose, simplex, ipm


def solved_by_highs(problem: Problem, orders: Orders, report: Report | None = None) -> Answer:
    """Run HiGHS once on a problem. Raises SolverFailed where HiGHS ends in a state that is no answer."""
    left = orders.deadline_s - time.monotonic()
    if left <= 0:
        return Answer(None, np.inf, -np.inf, infeasible=False, finished=False)
    highs = _session(problem, orders, left)
    if report is not None and problem.integer.any():
        _listen(highs, orders, report)
    status = _ran(highs)
    if status == highspy.HighsStatus.kError:
        message = f"HiGHS ended in error: {highs.modelStatusToString(highs.getModelStatus())}"
        raise SolverFailed(message)
    return _answer(highs, is_integer=bool(problem.integer.any()))


class KeptLp:
    """An LP kept in HiGHS: rows are added and it is solved again from the basis where it stands."""

    def __init__(self, problem: Problem, orders: Orders) -> None:
        self._highs = _session(problem, orders, max(0.0, orders.deadline_s - time.monotonic()))

    def add(self, cuts: Cuts) -> None:
        """More rows."""
        rows = cuts.rows
        self._highs.addRows(rows.shape[0], cuts.lower, cuts.upper, rows.nnz, rows.indptr[:-1], rows.indices, rows.data)

    def solved(self, deadline_s: float) -> Answer:
        """Solve it as it stands now. Raises SolverFailed where HiGHS ends in a state that is no answer."""
        left = deadline_s - time.monotonic()
        if left <= 0:
            return Answer(None, np.inf, -np.inf, infeasible=False, finished=False)
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + left)  # it counts all runs together
        if _ran(self._highs) == highspy.HighsStatus.kError:
            message = f"HiGHS ended in error: {self._highs.modelStatusToString(self._highs.getModelStatus())}"
            raise SolverFailed(message)
        return _answer(self._highs, is_integer=False)


def _ran(highs: highspy.Highs) -> highspy.HighsStatus:
    """Run HiGHS in a thread of its own, so that an interrupt is heard at once and not at its end."""
    ended: list[highspy.HighsStatus] = []
    highs.HandleUserInterrupt = True
    worker = threading.Thread(target=lambda: ended.append(highs.run()), daemon=True)
    worker.start()
    try:
        while worker.is_alive():
            worker.join(HEAR_EVERY_SECONDS)
    except KeyboardInterrupt:
        highs.cancelSolve()  # type: ignore[no-untyped-call]
        worker.join(STOP_SECONDS)
        raise
    return ended[0] if ended else highspy.HighsStatus.kError


def _session(problem: Problem, orders: Orders, left: float) -> highspy.Highs:
    # HiGHS refuses a thread count other than the first one it was given in a process.
    highspy.Highs.resetGlobalScheduler(True)  # noqa: FBT003 (it takes no name)
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    options: dict[str, bool | int | float | str] = {
        "output_flag": False,
        "threads": THREADS,
        "random_seed": orders.seed,
        "time_limit": left,
        "primal_feasibility_tolerance": FEASIBILITY,
        "mip_feasibility_tolerance": INTEGRALITY,
        "mip_rel_gap": orders.gap_share,
        "solver": orders.method,
    }
    for option, value in options.items():
        highs.setOptionValue(option, value)
    if np.isfinite(orders.target_cny):
        highs.setOptionValue("objective_target", orders.target_cny)
    if highs.passModel(problem.highs_model()) == highspy.HighsStatus.kError:
        message = "HiGHS does not take the model"
        raise SolverFailed(message)
    if orders.start_x is not None:
        solution = highspy.HighsSolution()
        solution.col_value = orders.start_x.tolist()
        highs.setSolution(solution)
    return highs


def _listen(highs: highspy.Highs, orders: Orders, report: Report) -> None:
    """Report incumbent and bound now and then, and stop inside long sub-problems when the time is over."""
    last = [0.0]

    def heard(event: highspy.HighsCallbackEvent) -> None:
        now = time.monotonic()
        if now - last[0] >= REPORT_EVERY_SECONDS:
            last[0] = now
            found, proven = event.data_out.mip_primal_bound, event.data_out.mip_dual_bound
            report(found if abs(found) < highspy.kHighsInf else None, proven if np.isfinite(proven) else None)
        if now > orders.deadline_s:
            event.interrupt()

    highs.cbMipInterrupt += heard


def _answer(highs: highspy.Highs, *, is_integer: bool) -> Answer:
    status, info = highs.getModelStatus(), highs.getInfo()
    kinds = highspy.HighsModelStatus
    if status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
        return Answer(None, np.inf, np.inf, infeasible=True, finished=True)
    finished = status in (kinds.kOptimal, kinds.kObjectiveTarget)
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    if not is_integer:
        x = np.array(highs.getSolution().col_value) if status == kinds.kOptimal else None
        value = info.objective_function_value if x is not None else np.inf
        return Answer(x, value, value if x is not None else -np.inf, infeasible=False, finished=finished)
    x = np.array(highs.getSolution().col_value) if feasible else None
    objective = info.objective_function_value if feasible else np.inf
    return Answer(x, objective, info.mip_dual_bound, infeasible=False, finished=finished)
