"""
A bound on a long horizon from blocks of days, which know nothing of each other.

The horizon is cut, and the rows that join its blocks are priced (Lagrangian relaxation): with any prices y,

    min c x  >=  sum over blocks of  min (c - A_J' y) x  over the block's own rows   +   y b

A_J  joining rows        b  the side of each that its price leans on
The best prices of the rows about a cut are those that a block around it gives them. So the horizon is cut again and
again, each time elsewhere: what lies at the edge of a block first lies inside a block the next time, and takes its
prices from the pass before. On the week of both grids from 12 March 2030 blocks of two days with the prices of the
windows end 0.27 % below what blocks of three days at last come to, after 26 s; the same cut a day later 0.07 %, after
26 s more; two days, then three 0.05 %, after 49 s more.
Geoffrion (1974), "Lagrangean relaxation for integer programming"; the passes are ascent by blocks of the dual.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import numpy as np

from dispatch.memory import give_back
from dispatch.solve.anatomy import Anatomy
from dispatch.solve.climb import Search
from dispatch.solve.highs import THREADS, Answer, Orders, Report, unheard
from dispatch.solve.identical import classes_of
from dispatch.solve.problem import INFINITY, Problem
from dispatch.solve.session import Session
from dispatch.solve.timeline import Timeline

CUTS_DAYS = ((2, 2), (1, 2), (2, 3), (3, 3))  # of each pass, days before its first cut and between its others

Blocks = list[tuple[int, int]]  # first step, and the step after the last


class Cut:
    """A horizon that can be cut into blocks of days."""

    def __init__(self, problem: Problem, anatomy: Anatomy, day_count: int) -> None:
        """`day_count` is the number of steps in a day."""
        whole = replace(problem, seldom_index=None)  # at prices of the rows cut, an LP without some takes for ever
        self._classes = classes_of(whole, anatomy.alike)
        self._folded = self._classes.folded
        step = np.zeros(len(self._classes.size_count), dtype=int)
        step[self._classes.column_class_index] = anatomy.step_index
        self._timeline = Timeline(self._folded, step)
        self._count, self._day_count = len(anatomy.on_index), day_count

    def bounds(self, row_price: np.ndarray, search: Search, report: Report = unheard) -> Iterator[float]:
        """
        The best bound so far, CNY, after each pass that ends in time; -inf while there is none.

        row_price  (rows,), prices to begin with
        """
        rows = len(self._folded.row_lower)
        total = np.bincount(self._classes.row_class_index, weights=row_price, minlength=rows)
        price = total / np.bincount(self._classes.row_class_index, minlength=rows)
        best = -np.inf
        for blocks in self.passes():
            if search.stop() or time.monotonic() >= search.deadline_s:
                break
            bound, price = self._priced(blocks, price, search, report)
            give_back()
            best = max(best, bound)
            yield best

    def passes(self) -> list[Blocks]:
        """Where the horizon is cut, pass by pass; after a block of it all none is needed."""
        found: list[Blocks] = []
        for first, more in CUTS_DAYS:
            inner = range(first * self._day_count, self._count, more * self._day_count)
            blocks = list(pairwise([0, *inner, self._count]))
            if blocks not in found:
                found.append(blocks)
            if len(blocks) == 1:
                break
        return found

    def _priced(self, blocks: Blocks, price: np.ndarray, search: Search, report: Report) -> tuple[float, np.ndarray]:
        """The bound of some blocks, CNY, and the prices of their own rows with those given for the others."""
        folded = self._folded
        joining = np.where(self._timeline.joints(blocks), price, 0.0)
        joining[(joining > 0) & (folded.row_lower <= -INFINITY)] = 0.0
        joining[(joining < 0) & (folded.row_upper >= INFINITY)] = 0.0
        side = np.where(joining > 0, folded.row_lower, folded.row_upper)
        cost = folded.cost - folded.rows.T @ joining
        parts = [self._timeline.block(*block, cost) for block in blocks]
        orders = Orders(search.deadline_s, seed=search.seed, method="simplex", stop=search.stop)
        solved = _solved_together([part.problem for part in parts], orders, report)
        found = price.copy()
        for part, (answer, row_price) in zip(parts, solved, strict=True):
            if answer.x is not None:
                found[part.row_index] = row_price
        held = joining != 0
        bound = folded.constant + float(joining[held] @ side[held]) + sum(answer.bound_cny for answer, _ in solved)
        return (bound if np.isfinite(bound) else -np.inf), found


def _solved_together(problems: list[Problem], orders: Orders, report: Report) -> list[tuple[Answer, np.ndarray]]:
    """
    All answers and prices of rows, two at a time: blocks know nothing of each other.

    They report in turn, what ends one ends all, and none is kept once it is solved.
    """
    ended, turn = threading.Event(), threading.Lock()
    asked = replace(orders, stop=lambda: ended.is_set() or orders.stop())
    sessions = [Session(problem, orders) for problem in reversed(problems)]  # HiGHS is opened before any other runs

    def tell(objective: float | None, bound: float | None) -> None:
        with turn:
            report(objective, bound)

    def solved(session: Session) -> tuple[Answer, np.ndarray]:
        answer = session.solve(asked, tell)
        return answer, session.row_prices()

    with ThreadPoolExecutor(THREADS) as pool:
        try:
            return [one.result() for one in [pool.submit(solved, sessions.pop()) for _ in problems]]
        except BaseException:
            ended.set()
            raise
