"""Rows for the losses of islands, and rows that limit flows, of a network whose lines lose something (`lossy_lines`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs
from dispatch.case.losses import LossCurve
from dispatch.grid.sensitivity import islands_of, sensitivity_of
from dispatch.model import names
from dispatch.model.rows import Model
from dispatch.solve.climb import EVERY_STEP
from dispatch.solve.contingency import Contingencies, contingencies_of
from dispatch.solve.line_limits import BROKEN_MW, NEAR_SHARE, LineLimits, by_step, line_limits_of, without
from dispatch.solve.lossy_lines import LossyLines, Pieces, Weights
from dispatch.solve.problem import INFINITY, Cuts, Problem

ROUGH_SHARE = 5e-4  # of what is lost: as much may be missing from a relaxation, whose bound it lowers by as little
NEWS_SHARE = 0.5  # of a point in the mean of the points so far
SHORT_MW = 2e-4  # an island loses so much more than its column says
CUT_OFF = 1e-6  # a row is worth adding where a point breaks it by more


class LossyLimits(LineLimits):
    """A network whose flows and losses follow from what enters its buses; its rows are found as needed."""

    def __init__(
        self,
        model: Model,
        problem: Problem,
        facts: GridFacts,
        curves: Sequence[LossCurve],
        outages: Contingencies | None = None,
    ) -> None:
        self._loss = model.variables[names.LINE_LOSS].columns
        place = {line.name: k for k, line in enumerate(facts.lines)}
        own = np.array([place[curve.branch] for curve in curves])
        ends = _ends(facts)[:, own]
        ptdf = sensitivity_of(facts.buses, facts.lines).ptdf_share
        self.lines = LossyLines(curves, own, 0.5 * ptdf @ ends)
        number = islands_of(facts.buses, facts.lines)
        self._bus_island = number
        of_line = number[ends.argmax(axis=0)]
        self._islands, self._of_line = np.unique(of_line, return_inverse=True)
        self._member = np.eye(len(self._islands))[self._of_line]  # (lossy lines, islands)
        self._first = np.array([int(np.argmax(self._of_line == k)) for k in range(len(self._islands))])
        self._sum = self._loss[:, self._first]  # (T, islands), the columns of what each island loses
        self._mean_flow = np.zeros(self._loss.shape[:1] + (len(facts.lines),))
        super().__init__(model, problem, facts, outages)

    def broken(self, x: np.ndarray, steps: slice = EVERY_STEP, *, roughly: bool = False) -> Cuts | None:
        """
        Rows for the losses and the limits of flows that a point breaks in some steps.

        Each time with the pieces of the point, and with those between it and the points before: fewer rounds.
        """
        flow, lost = self._carried(x)
        whole, pieces = self._with(x, flow, lost), self.lines.pieces(flow)
        self._mean_flow[steps] = (1 - NEWS_SHARE) * self._mean_flow[steps] + NEWS_SHARE * flow[steps]
        short = self._short(x, lost, steps)
        if roughly and short.sum() <= ROUGH_SHARE * lost[steps].sum():
            short[:] = 0.0
        outages = None if self._outages is None else self._outages.broken(whole, steps)
        parts = [self._summed(x, each, short) for each in (pieces, self.lines.pieces(self._mean_flow))]
        parts += [self._ratings(flow, x, pieces, steps), self._without_losses(outages, pieces, x)]
        parts.append(self._without_losses(self._exceeded_rows(whole, steps), pieces, x))
        return _joined([cuts for cuts in parts if cuts is not None and len(cuts.upper)])

    def completed(self, x: np.ndarray, steps: slice = EVERY_STEP) -> np.ndarray | None:
        """The point with overloads after outages paid for; None where it breaks a rating or loses too little."""
        flow, lost = self._carried(x)
        if (self._short(x, lost, steps) > SHORT_MW).any() or (np.abs(flow) > self._rating_mw + BROKEN_MW)[steps].any():
            return None
        if self._outages is None:
            return x
        paid = x.copy()
        over = self._outages.overload_columns
        paid[over] = self._outages.completed(self._with(x, flow, lost), steps)[over]
        return paid

    def restored(self, x: np.ndarray) -> np.ndarray:
        """The point with the flows and losses that follow from it."""
        return self._with(x, *self._carried(x))

    def _with(self, x: np.ndarray, flow: np.ndarray, lost: np.ndarray) -> np.ndarray:
        whole = x.copy()
        whole[self._flow], whole[self._loss] = flow, lost
        return whole

    def _carried(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Flows and losses; what an island burns beyond what its flows ask for is lost on its first line."""
        free = self._flow_mw(x)
        flow, lost = self.lines.settled(free)
        burnt = np.maximum(x[self._sum] - lost @ self._member, 0.0)
        if burnt.max(initial=0.0) > SHORT_MW:
            more = np.zeros_like(lost)
            more[:, self._first] = burnt
            flow, lost = self.lines.settled(free - more @ self.lines.moved_share.T)
            lost = lost + more
        return flow, lost

    def _short(self, x: np.ndarray, lost: np.ndarray, steps: slice) -> np.ndarray:
        """How much less than its flows ask for each island loses in some steps, MW, (T, islands)."""
        short = np.zeros(self._sum.shape)
        short[steps] = np.maximum(lost @ self._member - x[self._sum], 0.0)[steps]
        return short

    def _summed(self, x: np.ndarray, pieces: Pieces, short: np.ndarray) -> Cuts | None:
        """Rows for what islands lose, where a point says less than its flows ask for."""
        step, island = np.nonzero(short > SHORT_MW)
        if not len(step):
            return None
        weights = self.lines.summed(pieces, step, self._member, island)
        cuts = self._row(weights, step, np.zeros(len(step)))
        return _chosen(cuts, cuts.rows @ x - cuts.upper > SHORT_MW / 2)

    def _ratings(self, flow: np.ndarray, x: np.ndarray, pieces: Pieces, steps: slice) -> Cuts | None:
        """Rows for ratings that flows exceed, with those that are near theirs and have none yet."""
        within = np.zeros(flow.shape, dtype=bool)
        within[steps] = True
        over = within & (np.abs(flow) > self._rating_mw + BROKEN_MW)
        if not over.any():
            return None
        near = within & ~self._watched & (np.abs(flow) > NEAR_SHARE * self._rating_mw)
        pairs = np.argwhere(over | near)
        cuts = self._of_ratings(pairs, np.sign(flow[pairs[:, 0], pairs[:, 1]]), pieces)
        broken = cuts.rows @ x - cuts.upper > CUT_OFF
        if not broken.any():
            return None
        kept = broken | ~self._watched[pairs[:, 0], pairs[:, 1]]
        self._note(pairs[kept])
        return _chosen(cuts, kept)

    def _rows_of(self, pairs: np.ndarray) -> Cuts:
        """Rows of some (step, line), both ways; pieces are those of no flow."""
        self._note(pairs)
        pieces = self.lines.pieces(np.zeros(self._flow.shape))
        both = np.concatenate([pairs, pairs])
        order = np.argsort(both[:, 0], kind="stable")
        sign = np.repeat([1.0, -1.0], len(pairs))
        return self._of_ratings(both[order], sign[order], pieces)

    def _note(self, pairs: np.ndarray) -> None:
        new = pairs[~self._watched[pairs[:, 0], pairs[:, 1]]]
        self._watched[new[:, 0], new[:, 1]] = True
        self._order.append(new)

    def _of_ratings(self, pairs: np.ndarray, sign: np.ndarray, pieces: Pieces) -> Cuts:
        """sign f <= rating  of some (step, line)."""
        step, line = pairs[:, 0], pairs[:, 1]
        by_flow, no_loss = np.eye(self._flow.shape[1])[line] * sign[:, None], np.zeros((len(step), self._loss.shape[1]))
        weights = self.lines.projected(pieces, step, self._member, by_flow, no_loss)
        return self._row(weights, step, self._rating_mw[step, line])

    def _exceeded_rows(self, whole: np.ndarray, steps: slice) -> Cuts | None:
        """Those sides of the model's rows with flows that a point of it is beyond, each as an upper side."""
        cuts, value = self._withheld, self._withheld.rows @ whole
        within = np.isin(self._step_of(cuts.rows), np.arange(len(self._flow))[steps])
        above, below = (within & beyond for beyond in (value > cuts.upper + BROKEN_MW, value < cuts.lower - BROKEN_MW))
        if not (above | below).any():
            return None
        rows = sp.csr_array(sp.vstack([cuts.rows[above], -cuts.rows[below]]))
        upper = np.concatenate([cuts.upper[above], -cuts.lower[below]])
        return Cuts(rows, np.full(len(upper), -INFINITY), upper)

    def _without_losses(self, cuts: Cuts | None, pieces: Pieces, x: np.ndarray) -> Cuts | None:
        """Upper sides of rows without flows and losses, where the point breaks them still."""
        if cuts is None:
            return None
        step, count = self._step_of(cuts.rows), np.arange(len(cuts.upper))[:, None]
        by_flow, by_loss = (cuts.rows[count, columns[step]].toarray() for columns in (self._flow, self._loss))
        weights = self.lines.projected(pieces, step, self._member, by_flow, by_loss)
        rest = without(without(cuts.rows, self._flow), self._loss)
        made = self._row(weights, step, cuts.upper, rest)
        return _chosen(made, made.rows @ x - made.upper > CUT_OFF)

    def _step_of(self, rows: sp.csr_array) -> np.ndarray:
        """The step of each row, by its flows and losses; -1 where it has none."""
        numbers = np.full(rows.shape[1], -1)
        for columns in (self._flow, self._loss):
            numbers[columns] = np.arange(len(columns))[:, None]
        found = np.full(rows.shape[0], -1)
        row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
        np.maximum.at(found, row, numbers[rows.indices])
        return found

    def _row(self, weights: Weights, step: np.ndarray, upper: np.ndarray, rest: sp.csr_array | None = None) -> Cuts:
        """Rows, each of a step, in the columns of the problem."""
        count, columns = len(step), np.hstack([self._flow[step], self._sum[step]])
        factors = np.hstack([weights.flow_share, weights.island_share])
        place = (np.repeat(np.arange(count), columns.shape[1]), columns.ravel())
        rows = sp.csr_array((factors.ravel(), place), shape=(count, self._supply.shape[1]))
        side = np.full(count, -INFINITY)
        cuts = self._without_flows(
            Cuts(rows if rest is None else sp.csr_array(rows + rest), side, upper - weights.moved_mw)
        )
        return replace(cuts, lower=side)

    def _reduced(self, model: Model, problem: Problem, rows: sp.csr_array, island_index: np.ndarray) -> Problem:
        """The problem with flows and losses in no row, and one balance an island and step with what it loses."""
        self._supply = without(self._supply, self._loss)
        together = by_step(
            sp.csr_array((np.ones(len(island_index)), (island_index, np.arange(len(island_index))))), len(self._flow)
        )
        families = [name for name in (names.BALANCE, names.VOLTAGE_LAW, names.LINE_SECANTS) if name in model.rows]
        gone = np.concatenate([model.rows[name].numbers.ravel() for name in families])
        kept = np.setdiff1d(np.arange(rows.shape[0]), gone)
        others = Cuts(rows[kept], problem.row_lower[kept], problem.row_upper[kept])
        flows = self._step_of(others.rows) >= 0
        self._withheld, others = _chosen(others, flows), _chosen(others, ~flows)
        balanced_mw = together @ self._load_mw
        count = island_index.max() + 1
        at = (np.arange(len(self._flow))[:, None] * count + self._islands).ravel()
        losing = sp.csr_array(
            (-np.ones(self._sum.size), (at, self._sum.ravel())), shape=(together.shape[0], rows.shape[1])
        )
        every = others.joined(Cuts(sp.csr_array(together @ self._supply + losing), balanced_mw, balanced_mw))
        lower, upper = problem.lower.copy(), problem.upper.copy()
        most = upper[self._loss] @ self._member
        for columns in (self._flow, self._loss):
            lower[columns] = upper[columns] = 0.0
        upper[self._sum] = most
        reduced = problem.boxed(lower, upper)
        return replace(reduced, rows=sp.csc_array(every.rows), row_lower=every.lower, row_upper=every.upper)


def _ends(facts: GridFacts) -> np.ndarray:
    """1 where a line ends, (buses, lines)."""
    index = {bus.name: k for k, bus in enumerate(facts.buses)}
    matrix = np.zeros((len(index), len(facts.lines)))
    for k, line in enumerate(facts.lines):
        matrix[[index[line.from_bus], index[line.to_bus]], k] = 1.0
    return matrix


def _joined(parts: Sequence[Cuts]) -> Cuts | None:
    if not parts:
        return None
    rows = sp.csr_array(sp.vstack([part.rows for part in parts]))
    return Cuts(rows, np.concatenate([p.lower for p in parts]), np.concatenate([p.upper for p in parts]))


def _chosen(cuts: Cuts, chosen: np.ndarray) -> Cuts:
    return Cuts(sp.csr_array(cuts.rows[np.flatnonzero(chosen)]), cuts.lower[chosen], cuts.upper[chosen])


def network_of(model: Model, problem: Problem, facts: GridFacts, inputs: Inputs) -> LineLimits | None:
    """The network of a model without its flows, and without what its lines lose; None where it keeps its flows."""
    outages = contingencies_of(model, facts, inputs)
    if names.LINE_LOSS not in model.variables:
        return line_limits_of(model, problem, facts, outages)
    lossy = LossyLimits(model, problem, facts, inputs.line_losses, outages)
    return lossy if lossy.lines.can_be_projected else None
