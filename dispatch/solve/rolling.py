"""
Long horizons: windows that roll over the whole problem, and a bound on all of it.

Each window is the whole problem's own rows between two steps, everything before them fixed: states, minimum times,
levels and debts are handed over because they are the same columns. The end of a window is only looked ahead to and
decided again by the next. Then all integers are fixed and the whole horizon is solved once more as an LP.

The bound on the whole horizon is that of `blocks.py`, from the prices that the windows leave.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from dispatch.memory import give_back
from dispatch.schedule.outcome import Proof, Status
from dispatch.solve.anatomy import Anatomy
from dispatch.solve.blocks import Cut
from dispatch.solve.climb import EVERY_STEP, Found, Kept, Known, Lazy, Search, finite
from dispatch.solve.highs import Answer, Orders, Report
from dispatch.solve.ladder import climbed, status_of
from dispatch.solve.polish import priced
from dispatch.solve.problem import Cuts, Problem
from dispatch.solve.timeline import Part, Timeline

WINDOW_GAP_SHARE = 0.9  # of the gap asked for; a little is left for the seams and for the bound
BOUND_SHARE = 0.6  # of the time, kept back for the bound and the last LP


@dataclass(frozen=True)
class Roll:
    """How windows advance, in steps: so many are decided, so many more are looked ahead to."""

    commit_count: int
    ahead_count: int


@dataclass
class Tape:
    """What has been decided so far, and the prices of the rows passed."""

    x: np.ndarray
    row_price: np.ndarray


@dataclass
class Seen:
    """Rows found on the way, as a window sees them: those of its own steps."""

    lazy: Lazy
    part: Part
    steps: slice
    column_count: int
    cuts: list[Cuts]  # of the whole problem, as they are found

    def broken(self, x: np.ndarray, steps: slice = EVERY_STEP, *, roughly: bool = False) -> Cuts | None:
        """Rows of the window that its point breaks."""
        del steps
        cuts = self.lazy.broken(self._whole(x), self.steps, roughly=roughly)
        if cuts is None:
            return None
        self.cuts.append(cuts)
        return replace(cuts, rows=cuts.rows[:, self.part.column_index])

    def completed(self, x: np.ndarray, steps: slice = EVERY_STEP) -> np.ndarray | None:
        """The window's point with what it breaks paid for."""
        del steps
        whole = self.lazy.completed(self._whole(x), self.steps)
        return None if whole is None else np.asarray(whole[self.part.column_index])

    def again(self, found: np.ndarray) -> Cuts | None:
        """None: rows that earlier windows found are in the problem already."""
        del found
        return None

    @property
    def is_scouted(self) -> bool:
        """As the rows of the whole are."""
        return self.lazy.is_scouted

    @property
    def found(self) -> np.ndarray:
        """Nothing that is taken up again."""
        return np.zeros((0, 2), dtype=int)

    @property
    def told(self) -> str:
        """What was found, in words."""
        return self.lazy.told

    def _whole(self, x: np.ndarray) -> np.ndarray:
        whole = np.zeros(self.column_count)
        whole[self.part.column_index] = x
        return whole


@dataclass
class Rolling:
    """Windows under way."""

    timeline: Timeline
    anatomy: Anatomy
    lazy: Lazy | None
    roll: Roll
    tape: Tape
    found: Found
    report: Report

    def tell(self, *_: float | None) -> None:
        """Report what holds for the whole horizon; a window's own point and bound do not."""
        self.report(finite(self.found.objective_cny), finite(self.found.bound_cny))

    def decide(self, begin: int, search: Search) -> Status:
        """One window: its first part goes on the tape; or NO_SOLUTION in its time, or INFEASIBLE."""
        began, end = time.monotonic(), min(begin + self.roll.commit_count + self.roll.ahead_count, self.count)
        self._foresee(begin, end)
        for keeps_levels in (True, False) if end < self.count else (False,):
            kept, part = Kept(), self.timeline.window(begin, end, self.tape.x)
            tried = _with_levels(part, self.anatomy, end) if keeps_levels else part
            sub, status = self._searched(tried, begin, end, search, kept)
            if sub.x is not None:
                self._keep(part, begin, sub.x, kept)
                gap = f"{100 * sub.gap_share:.3f} %" if np.isfinite(sub.gap_share) else "no bound"
                self.found.steps.append(f"steps {begin}-{end} to {gap} {time.monotonic() - began:.1f} s")
            if sub.x is not None or status is Status.NO_SOLUTION:
                return status
        return Status.INFEASIBLE

    def _searched(self, part: Part, begin: int, end: int, search: Search, kept: Kept) -> tuple[Found, Status]:
        """Search a window; rows that its points break belong to the whole problem from then on."""
        found_rows: list[Cuts] = []
        steps, count = slice(begin, end), len(self.tape.x)
        lazy = None if self.lazy is None else Seen(self.lazy, part, steps, count, found_rows)
        known = Known(self.anatomy.cut(begin, end, part.column_index, self.tape.x), lazy)
        sub, status, _ = climbed(part.problem, search, self.tell, known, kept)
        for cuts in found_rows:
            self.extend(cuts)
        return sub, status

    def _foresee(self, begin: int, end: int) -> None:
        """What was found of the window before is likely again a day later."""
        if self.lazy is None:
            return
        later = np.add(self.lazy.found, (self.roll.commit_count, 0))
        cuts = self.lazy.again(later[(later[:, 0] >= begin) & (later[:, 0] < end)])
        if cuts is not None:
            self.extend(cuts)

    def extend(self, cuts: Cuts) -> None:
        """More rows of the whole problem."""
        self.timeline = self.timeline.extended(cuts)
        self.tape.row_price = np.concatenate([self.tape.row_price, np.zeros(len(cuts.lower))])

    @property
    def count(self) -> int:
        """Steps in all."""
        return len(self.anatomy.on_index)

    def _keep(self, part: Part, begin: int, x: np.ndarray, kept: Kept) -> None:
        """The decided part of a window, and the prices of the rows that begin in it."""
        commit = begin + self.roll.commit_count
        decided = self.timeline.step_index[part.column_index] < commit
        self.tape.x[part.column_index[decided]] = x[decided]
        first = self.timeline.first_index[part.row_index]
        passed = (first >= begin) & (first < commit)
        if kept.row_price_x is not None and kept.classes is not None:
            prices = kept.row_price_x[kept.classes.row_class_index[: len(part.row_index)]]
            self.tape.row_price[part.row_index[passed]] = prices[passed]


def rolled(problem: Problem, search: Search, report: Report, known: Known, roll: Roll) -> tuple[Found, Status, Proof]:
    """Decide a long horizon window by window, then bound and polish all of it. Needs an anatomy."""
    if known.anatomy is None:
        message = "a horizon without an anatomy cannot be cut"
        raise ValueError(message)
    found, tape = Found(), Tape(np.zeros(len(problem.cost)), np.zeros(len(problem.row_lower)))
    timeline = Timeline(problem, known.anatomy.step_index)
    rolling = Rolling(timeline, known.anatomy, known.lazy, roll, tape, found, report)
    windows_s = search.deadline_s - BOUND_SHARE * (search.deadline_s - time.monotonic())
    starts = range(0, rolling.count, roll.commit_count)
    for number, begin in enumerate(starts):
        share_s = 2 * max(0.0, windows_s - time.monotonic()) / (len(starts) - number + 1)
        window = replace(search, gap_share=_window_gap(search), soft_s=time.monotonic() + share_s)
        status = rolling.decide(begin, window)
        give_back()
        if status is Status.NO_SOLUTION:
            return found, status, Proof(None, None)
        if status is Status.INFEASIBLE:
            return _undivided(rolling, search, report, known)
    found.take(Answer(tape.x, problem.value(tape.x), -np.inf, infeasible=False, finished=True))
    rolling.tell()
    _prove(rolling, search)
    rolling.tell()
    return found, status_of(found, search), Proof(finite(found.objective_cny), finite(found.bound_cny))


def _undivided(rolling: Rolling, search: Search, report: Report, known: Known) -> tuple[Found, Status, Proof]:
    """A window has no way on: the whole at once, with all rows that windows found."""
    found, status, proof = climbed(rolling.timeline.problem, search, report, known)
    found.steps = [*rolling.found.steps, "a window without a way on: the whole undivided", *found.steps]
    return found, status, proof


def _prove(rolling: Rolling, search: Search) -> None:
    """Polish the point, then bound the whole."""
    found = rolling.found
    if search.stop():
        return
    if time.monotonic() < search.deadline_s and found.x is not None:
        began = time.monotonic()
        orders = Orders(search.deadline_s, seed=search.seed, method="simplex", stop=search.stop)
        answer, needed, _ = priced(rolling.timeline.problem, found.x, orders, Known(lazy=rolling.lazy), rolling.tell)
        for cuts in needed:
            rolling.extend(cuts)
        found.take(answer)
        found.steps.append(f"last LP {time.monotonic() - began:.1f} s")
        rolling.tell()
    began = time.monotonic()
    give_back()
    cut = Cut(rolling.timeline.problem, rolling.anatomy, rolling.roll.commit_count)
    for bound_cny in cut.bounds(rolling.tape.row_price, search, rolling.tell):
        found.bound_cny = bound_cny
        rolling.tell()
        if found.gap_share <= search.gap_share:
            break
    found.steps.append(f"bound by blocks of days {time.monotonic() - began:.1f} s")


def _window_gap(search: Search) -> float:
    return WINDOW_GAP_SHARE * search.gap_share


def _with_levels(part: Part, anatomy: Anatomy, end: int) -> Part:
    """Stores end a window no lower than they end the horizon, or they would be emptied at its edge."""
    lower = part.problem.lower.copy()
    last = np.searchsorted(part.column_index, anatomy.level_index[end - 1])
    lower[last] = np.maximum(lower[last], anatomy.end_level_x)
    return replace(part, problem=part.problem.boxed(np.minimum(lower, part.problem.upper), part.problem.upper))
