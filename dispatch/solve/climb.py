"""A search under way: what it was asked, what it knows, and the best it has found."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from dispatch.solve.anatomy import NO_UNIT, Anatomy
from dispatch.solve.flow_ranges import Region
from dispatch.solve.highs import Answer, Orders, Report, Stop, never
from dispatch.solve.identical import Classes
from dispatch.solve.problem import Cuts, Problem
from dispatch.solve.session import Session

EVERY_STEP = slice(None)
GRACE_SECONDS = 1.0  # the last LP may run over the deadline, or on after a wish to stop, by this


@dataclass(frozen=True)
class Search:
    """How long to look and how sure to be."""

    deadline_s: float  # time.monotonic()
    gap_share: float
    seed: int = 0
    stop: Stop = never
    soft_s: float = np.inf  # time.monotonic(), from which any point will do


@dataclass
class Kept:
    """What one search leaves to the next of the same structure: two LPs with their bases, and what was on."""

    session: Session | None = None  # the relaxation
    pricing: Session | None = None  # the whole problem with its integers fixed
    classes: Classes | None = None
    whole_x: np.ndarray | None = None
    found_index: np.ndarray | None = None  # rows that points broke, as `Lazy.again` takes them
    row_price_x: np.ndarray | None = None  # of the relaxation; its session may have gone on to other points since

    def forget(self) -> None:
        """Leave nothing: after a failure HiGHS may be in any state, or running still."""
        self.session = self.pricing = self.classes = None
        self.whole_x = self.found_index = self.row_price_x = None


@dataclass
class Found:
    """The best point and bound so far, and the rungs that were climbed."""

    x: np.ndarray | None = None
    objective_cny: float = np.inf
    bound_cny: float = -np.inf
    infeasible: bool = False
    most_cny: float = np.inf  # rows may cut off points that are dearer: no bound says more
    steps: list[str] = field(default_factory=list)

    def take(self, answer: Answer) -> None:
        """Keep a better point of the whole problem."""
        if answer.x is not None and answer.objective_cny < self.objective_cny:
            self.x, self.objective_cny = answer.x, answer.objective_cny

    def learn(self, answer: Answer) -> None:
        """Keep what a search of everything says of all points."""
        if answer.infeasible:
            self.infeasible = self.x is None
        else:
            self.bound_cny = max(self.bound_cny, min(answer.bound_cny, self.most_cny))

    @property
    def gap_share(self) -> float:
        """(objective - bound) / |objective|, infinite while either is missing."""
        if self.x is None or not np.isfinite(self.bound_cny):
            return np.inf
        return max(0.0, self.objective_cny - self.bound_cny) / max(1.0, abs(self.objective_cny))


class Lazy(Protocol):
    """Rows of single steps that are too many to write down, found as points break them."""

    def broken(self, x: np.ndarray, steps: slice = EVERY_STEP, *, roughly: bool = False) -> Cuts | None:
        """Rows that a point breaks in some steps, or None; `roughly` those that matter to a bound."""

    def completed(self, x: np.ndarray, steps: slice = EVERY_STEP) -> np.ndarray | None:
        """The point made feasible for the rows of some steps by paying for what it breaks, or None."""

    def again(self, found: np.ndarray) -> Cuts | None:
        """Rows that a search before this one found, or None."""

    @property
    def is_scouted(self) -> bool:
        """Whether so many of its rows bind that they are looked for on steps alone first (`scout`)."""

    @property
    def found(self) -> np.ndarray:
        """What `again` takes."""

    @property
    def told(self) -> str:
        """What was found, in words."""


class Burning(Protocol):
    """A network in whose rows points may lose more than their flows ask for."""

    def held(self, x: np.ndarray) -> Cuts | None:
        """Rows that have no point burn where this one does, for points near it; None where it burns nothing."""

    def narrow(self, x: np.ndarray, region: Region, fold: Callable[[Cuts], Cuts]) -> None:
        """Bounds of flows in all points of a region, in the steps in which a point burns."""


@dataclass(frozen=True)
class Known:
    """What is known of a problem beside its arrays."""

    anatomy: Anatomy | None = None
    lazy: Lazy | None = None
    burning: Burning | None = None


@dataclass
class Climb:
    """A search under way."""

    problem: Problem
    known: Known
    search: Search
    report: Report
    kept: Kept
    classes: Classes
    last_s: float  # time.monotonic(), when the rungs end and only the last LP is left
    found: Found = field(default_factory=Found)
    relaxed_x: np.ndarray | None = None  # of the folded problem
    is_settled: bool = False  # that point breaks no row of the problem
    has_news: bool = False  # rows were added since a rung last said otherwise

    @property
    def done(self) -> bool:
        """Nothing is left to prove."""
        return self.found.infeasible or self.found.gap_share <= self.search.gap_share

    @property
    def ended(self) -> bool:
        """Nothing is left to prove, or no time is left for it."""
        return self.done or self.search.stop() or time.monotonic() >= self._end_s

    @property
    def orders(self) -> Orders:
        """How to run HiGHS on any rung."""
        search = self.search
        return Orders(self._end_s, search.gap_share, seed=search.seed, method="simplex", stop=search.stop)

    @property
    def _end_s(self) -> float:
        """When the rungs end: sooner where there is a point."""
        return self.last_s if self.found.x is None else min(self.last_s, self.search.soft_s)

    @property
    def polish(self) -> Orders:
        """How to run HiGHS on the LP that prices a point: on after the rungs' end or a wish to stop, by a little."""
        latest = self.search.deadline_s + GRACE_SECONDS
        if self.search.stop():
            return replace(self.orders, deadline_s=min(latest, time.monotonic() + GRACE_SECONDS), stop=never)
        return replace(self.orders, deadline_s=latest)

    def enough(self, share: float = 1.0) -> float:
        """The objective from which a share of the gap asked for is proven by the bound there is."""
        return self.found.bound_cny + share * self.search.gap_share * abs(self.found.bound_cny)

    @property
    def step_index(self) -> np.ndarray:
        """The step of each column of the folded problem, or -1."""
        step_index = np.full(len(self.classes.size_count), -1)
        if self.known.anatomy is not None:
            step_index[self.classes.column_class_index] = self.known.anatomy.step_index
        return step_index

    @property
    def owner(self) -> np.ndarray:
        """The unit of each column of the folded problem, or NO_UNIT."""
        owner = np.full(len(self.classes.size_count), NO_UNIT)
        if self.known.anatomy is not None:
            owner[self.classes.column_class_index] = self.known.anatomy.unit_index
        return owner

    def lacks(self, x: np.ndarray) -> Cuts | None:
        """Rows of the whole problem that a point breaks; they belong to the problem from now on."""
        cuts = None if self.known.lazy is None else self.known.lazy.broken(x, roughly=True)
        if cuts is not None:
            self.add(cuts)
        return cuts

    def take_up(self, found: np.ndarray | None) -> None:
        """Rows that a search before this one found, from the start."""
        if self.known.lazy is not None and found is not None and (cuts := self.known.lazy.again(found)) is not None:
            self.add(cuts)

    def add(self, cuts: Cuts) -> None:
        """More rows of the whole problem, for every rung from now on."""
        self.has_news |= not cuts.is_fine
        self.problem = self.problem.extended(cuts)
        self.classes = self.classes.extended(cuts)

    def tell(self, objective: float | None = None, bound: float | None = None) -> None:
        """Report the best point of the whole problem and the best bound; a rung's own point is none yet."""
        del objective
        proven = self.found.bound_cny if bound is None else max(self.found.bound_cny, bound)
        self.report(finite(self.found.objective_cny), finite(proven))

    def note(self, rung: str, began_s: float) -> None:
        """The rung is over."""
        self.found.steps.append(f"{rung} {time.monotonic() - began_s:.1f} s")
        self.tell()


def finite(value: float) -> float | None:
    """The number, or None where there is none."""
    return float(value) if np.isfinite(value) else None
