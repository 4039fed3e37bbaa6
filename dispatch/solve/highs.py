"""One run of HiGHS: options, deadline, progress, and what it knows when it stops."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import highspy
import numpy as np

from dispatch.errors import SolverFailed
from dispatch.solve.problem import Problem

THREADS = 2
FEASIBILITY = 1e-7  # rows and bounds, absolute
INTEGRALITY = 1e-6
REPORT_EVERY_SECONDS = 0.5
HEAR_EVERY_SECONDS = 0.1
STOP_SECONDS = 1.0  # for HiGHS to leave off after an interrupt; the process does not wait longer
OUT_OF_MEMORY = "HiGHS ran out of memory"

Report = Callable[[float | None, float | None], None]  # incumbent, bound
Stop = Callable[[], bool]  # whether to leave off now and keep what there is


def never() -> bool:
    """Do not stop before the time is over."""
    return False


def unheard(objective: float | None, bound: float | None) -> None:
    """Report to nobody."""


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
    limit_cny: float = np.inf  # only points below this are looked for; a bound of nothing but them is told up to here
    node_count: int | None = None  # of branching, at most
    heuristics: bool = True  # HiGHS may search neighbourhoods of its own
    start_x: np.ndarray | None = None
    seed: int = 0
    method: str = "choose"  # of the LP: choose, simplex, ipm
    stop: Stop = never


NOTHING = Answer(None, np.inf, -np.inf, infeasible=False, finished=False)


def solved_by_highs(problem: Problem, orders: Orders, report: Report = unheard) -> Answer:
    """Run HiGHS once on a problem. Raises SolverFailed where HiGHS ends in a state that is no answer."""
    if orders.deadline_s <= time.monotonic() or orders.stop():
        return NOTHING
    highs = opened(problem, orders)
    highs.setOptionValue("mip_rel_gap", orders.gap_share)
    if np.isfinite(orders.target_cny):
        highs.setOptionValue("objective_target", orders.target_cny)
    if np.isfinite(orders.limit_cny):
        highs.setOptionValue("objective_bound", orders.limit_cny)
    if orders.node_count is not None:
        highs.setOptionValue("mip_max_nodes", orders.node_count)
    if not orders.heuristics:
        highs.setOptionValue("mip_heuristic_effort", 0.0)
        for name in ("rens", "rins"):
            highs.setOptionValue(f"mip_heuristic_run_{name}", False)  # noqa: FBT003 (it takes no name)
    if orders.start_x is not None:
        solution = highspy.HighsSolution()
        solution.col_value = orders.start_x.tolist()
        highs.setSolution(solution)
    return _limited(ran(highs, orders, report, is_integer=bool(problem.integer.any())), orders.limit_cny)


def _limited(answer: Answer, limit_cny: float) -> Answer:
    """An answer about the points below a limit, as one about all: beyond the limit nothing was looked for."""
    if not np.isfinite(limit_cny):
        return answer
    return replace(answer, bound_cny=min(answer.bound_cny, limit_cny), infeasible=False)


def opened(problem: Problem, orders: Orders) -> highspy.Highs:
    """HiGHS with a problem loaded and nothing solved."""
    # HiGHS refuses a thread count other than the first one it was given in a process.
    highspy.Highs.resetGlobalScheduler(True)  # noqa: FBT003 (it takes no name)
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    options: dict[str, bool | int | float | str] = {
        "output_flag": False,
        "threads": THREADS,
        "random_seed": orders.seed,
        "primal_feasibility_tolerance": FEASIBILITY,
        "mip_feasibility_tolerance": INTEGRALITY,
        "solver": orders.method,
    }
    for option, value in options.items():
        highs.setOptionValue(option, value)
    if highs.passModel(problem.highs_model()) == highspy.HighsStatus.kError:
        message = "HiGHS does not take the model"
        raise SolverFailed(message)
    return highs


def ran(highs: highspy.Highs, orders: Orders, report: Report, *, is_integer: bool) -> Answer:
    """
    Let loaded HiGHS run until it is done, the time is over or it is told to stop; report at least every second.

    It runs in a thread of its own, so that an interrupt is heard at once and not at its end. Whatever `orders.stop`
    raises ends it too. Raises `SolverFailed`, and `MemoryError` where HiGHS has none left.
    """
    # The limit counts the whole life of the object.
    highs.setOptionValue("time_limit", highs.getRunTime() + max(0.0, orders.deadline_s - time.monotonic()))
    ended: list[highspy.HighsStatus | type[MemoryError]] = []
    listener = _Listener(highs, orders, report)
    highs.HandleUserInterrupt = True
    highs.cbMipInterrupt += listener.hear
    worker = threading.Thread(target=_run, args=(highs, ended), daemon=True)
    worker.start()
    try:
        while worker.is_alive():
            worker.join(HEAR_EVERY_SECONDS)
            listener.tick()
    except BaseException:
        highs.cancelSolve()  # type: ignore[no-untyped-call]
        worker.join(STOP_SECONDS)
        raise
    finally:
        highs.cbMipInterrupt -= listener.hear
    if MemoryError in ended or highs.getModelStatus() == highspy.HighsModelStatus.kMemoryLimit:
        raise MemoryError(OUT_OF_MEMORY)
    if not ended or ended[0] == highspy.HighsStatus.kError:
        message = f"HiGHS ended in error: {highs.modelStatusToString(highs.getModelStatus())}"
        raise SolverFailed(message)
    return _answer(highs, is_integer=is_integer)


def _run(highs: highspy.Highs, ended: list[highspy.HighsStatus | type[MemoryError]]) -> None:
    try:
        ended.append(highs.run())
    except MemoryError:  # told by whoever waits, not by this thread
        ended.append(MemoryError)


class _Listener:
    """Hears HiGHS and the caller while it runs."""

    def __init__(self, highs: highspy.Highs, orders: Orders, report: Report) -> None:
        self._highs, self._orders, self._report = highs, orders, report
        self._last = time.monotonic()
        self._known: tuple[float | None, float | None] = (None, None)

    def hear(self, event: highspy.HighsCallbackEvent) -> None:
        """Note incumbent and bound; leave long sub-problems when the time is over."""
        found, proven = event.data_out.mip_primal_bound, min(event.data_out.mip_dual_bound, self._orders.limit_cny)
        self._known = (found if abs(found) < highspy.kHighsInf else None, proven if np.isfinite(proven) else None)
        if time.monotonic() > self._orders.deadline_s:
            event.interrupt()

    def tick(self) -> None:
        """Tell what is known, and pass on a wish to stop."""
        if self._orders.stop():
            self._highs.cancelSolve()  # type: ignore[no-untyped-call]
        if time.monotonic() - self._last >= REPORT_EVERY_SECONDS:
            self._last = time.monotonic()
            self._report(*self._known)


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
