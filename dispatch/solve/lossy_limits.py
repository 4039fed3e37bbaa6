"""A network whose lines lose something, without their flows and losses (`lossy_lines`): rows are found as needed."""

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
from dispatch.solve.line_limits import BROKEN_MW, NEAR_SHARE, LineLimits, by_step, line_limits_of, with_rows, without
from dispatch.solve.lossy_lines import LossyLines, Pieces, Sides
from dispatch.solve.lossy_rows import SHORT_MW, LossyRows
from dispatch.solve.problem import Cuts, Problem

ROUGH_SHARE = 5e-4  # of what is lost: as much may be missing from a relaxation, whose bound it lowers by as little
FINE_SHARE = 2e-3  # of what is lost: rows for less are no news to a search
NEWS_SHARE = 0.5  # of a point in the mean of the points so far
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
        self.rows, self._islands = _rows_and_islands(model, facts, curves)
        self._mean_flow = np.zeros(self.rows.flow_index.shape)
        self.low_mw, self.high_mw = self.rows.lines.rated(len(self._mean_flow))
        super().__init__(model, problem, facts, outages)

    @property
    def can_be_projected(self) -> bool:
        """Whether rows hold without the losses of single lines."""
        return self.rows.lines.can_be_projected

    @property
    def is_scouted(self) -> bool:
        """Every island has rows for what it loses in every step."""
        return True

    def broken(self, x: np.ndarray, steps: slice = EVERY_STEP, *, roughly: bool = False) -> Cuts | None:
        """
        Rows for the losses and the limits of flows that a point breaks in some steps.

        Each time with the pieces of the point, and with those between it and the points before: fewer rounds.
        """
        flow, lost, sides = self.carried(x)
        whole, pieces = self.rows.placed(x, flow, lost), sides.least
        self._mean_flow[steps] = (1 - NEWS_SHARE) * self._mean_flow[steps] + NEWS_SHARE * flow[steps]
        short = self.rows.short(x, lost, steps)
        if roughly and short.sum() <= ROUGH_SHARE * lost[steps].sum():
            short[:] = 0.0
        outages = None if self._outages is None else self._outages.broken(whole, steps)
        burns = np.zeros(short.shape, dtype=bool)
        burns[steps] = sides.burnt_mw[steps] > 0
        means = self.rows.lines.pieces(self._mean_flow)
        parts = [self._summed(x, each, short > SHORT_MW) for each in (pieces, means)]
        parts += [self._summed(x, sides.most, burns, -1.0), self._ratings(flow, x, sides, steps)]
        beyond = (outages, self.rows.beyond(self._withheld, whole, steps))
        parts += [self._projected(each, sides, x) for each in beyond]
        limits = sum(len(cuts.upper) for cuts in parts[3:] if cuts is not None)
        found = _joined([cuts for cuts in parts if cuts is not None and len(cuts.upper)])
        is_fine = not limits and short.sum() <= FINE_SHARE * lost[steps].sum()
        return None if found is None else replace(found, is_fine=is_fine)

    def completed(self, x: np.ndarray, steps: slice = EVERY_STEP) -> np.ndarray | None:
        """The point with overloads after outages paid for; None where it breaks a rating or loses too little."""
        flow, lost, _ = self.carried(x)
        over = (np.abs(flow) > self._rating_mw + BROKEN_MW)[steps]
        if over.any() or (self.rows.short(x, lost, steps) > SHORT_MW).any():
            return None
        if self._outages is None:
            return x
        paid, own = x.copy(), self._outages.overload_columns
        paid[own] = self._outages.completed(self.rows.placed(x, flow, lost), steps)[own]
        return paid

    def restored(self, x: np.ndarray) -> np.ndarray:
        """The point with the flows and losses that follow from it."""
        return self.rows.placed(x, *self.carried(x)[:2])

    def carried(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, Sides]:
        """Flows and losses of a point, and what lines lose at least and at most there."""
        return self.rows.carried(x, self._flow_mw(x), self.low_mw, self.high_mw)

    def _summed(self, x: np.ndarray, pieces: Pieces, where: np.ndarray, sign: float = 1.0) -> Cuts | None:
        """Rows for what islands lose at least, or with -1 at most, where a point breaks them."""
        cuts = self.moved(self.rows.of_islands(pieces, *np.nonzero(where)))
        turned = Cuts(sign * cuts.rows, cuts.lower, sign * cuts.upper)
        return turned.picked(turned.rows @ x - turned.upper > SHORT_MW / 2)

    def _ratings(self, flow: np.ndarray, x: np.ndarray, sides: Sides, steps: slice) -> Cuts | None:
        """Rows for ratings that flows exceed, with those that are near theirs and have none yet."""
        within = np.zeros(flow.shape, dtype=bool)
        within[steps] = True
        over = within & (np.abs(flow) > self._rating_mw + BROKEN_MW)
        if not over.any():
            return None
        near = within & ~self._watched & (np.abs(flow) > NEAR_SHARE * self._rating_mw)
        pairs = np.argwhere(over | near)
        cuts = self._of_ratings(pairs, np.sign(flow[pairs[:, 0], pairs[:, 1]]), sides)
        broken = cuts.rows @ x - cuts.upper > CUT_OFF
        if not broken.any():
            return None
        kept = broken | ~self._watched[pairs[:, 0], pairs[:, 1]]
        self._note(pairs[kept])
        return cuts.picked(kept)

    def _rows_of(self, pairs: np.ndarray) -> Cuts:
        """Rows of some (step, line), both ways; pieces are those of no flow."""
        self._note(pairs)
        lines, none = self.rows.lines, np.zeros(self.rows.loss_index.shape)
        most = lines.most(self.low_mw, self.high_mw)
        sides = Sides(lines.pieces(np.zeros(self._flow.shape)), most, none, np.zeros(self.rows.sum_index.shape))
        both = np.concatenate([pairs, pairs])
        order = np.argsort(both[:, 0], kind="stable")
        sign = np.repeat([1.0, -1.0], len(pairs))
        return self._of_ratings(both[order], sign[order], sides)

    def _of_ratings(self, pairs: np.ndarray, sign: np.ndarray, sides: Sides) -> Cuts:
        """Flows of some (step, line), turned by their sign, within the rating."""
        step, line = pairs[:, 0], pairs[:, 1]
        by_flow = np.eye(self._flow.shape[1])[line] * sign[:, None]
        return self.moved(self.rows.of_flows(sides, step, by_flow, self._rating_mw[step, line]))

    def _projected(self, cuts: Cuts | None, sides: Sides, x: np.ndarray) -> Cuts | None:
        """Upper sides of rows without flows and losses, where the point breaks them still."""
        if cuts is None:
            return None
        made = self.moved(self.rows.of_rows(sides, cuts))
        return made.picked(made.rows @ x - made.upper > CUT_OFF)

    def moved(self, cuts: Cuts) -> Cuts:
        """Upper sides with what the flows follow from in their place."""
        return replace(self._without_flows(cuts), lower=cuts.lower)

    def _reduced(self, model: Model, problem: Problem, rows: sp.csr_array, island_index: np.ndarray) -> Problem:
        """The problem with flows and losses in no row, and one balance an island and step with what it loses."""
        self._supply = without(self._supply, self.rows.loss_index)
        together = by_step(
            sp.csr_array((np.ones(len(island_index)), (island_index, np.arange(len(island_index))))), len(self._flow)
        )
        families = [name for name in (names.BALANCE, names.VOLTAGE_LAW, names.LINE_SECANTS) if name in model.rows]
        gone = np.concatenate([model.rows[name].numbers.ravel() for name in families])
        kept = np.setdiff1d(np.arange(rows.shape[0]), gone)
        others = Cuts(rows[kept], problem.row_lower[kept], problem.row_upper[kept])
        flows = self.rows.step_of(others.rows) >= 0
        self._withheld, others = others.picked(flows), others.picked(~flows)
        balanced_mw = together @ self._load_mw
        count = island_index.max() + 1
        at = (np.arange(len(self._flow))[:, None] * count + self._islands).ravel()
        losing = sp.csr_array(
            (-np.ones(self.rows.sum_index.size), (at, self.rows.sum_index.ravel())),
            shape=(together.shape[0], rows.shape[1]),
        )
        every = others.joined(Cuts(sp.csr_array(together @ self._supply + losing), balanced_mw, balanced_mw))
        return with_rows(self.rows.boxed(problem), every, problem.groups[kept][~flows])


def _rows_and_islands(model: Model, facts: GridFacts, curves: Sequence[LossCurve]) -> tuple[LossyRows, np.ndarray]:
    """Rows without losses of a model, and the numbers of the islands that lose something."""
    place = {line.name: k for k, line in enumerate(facts.lines)}
    own = np.array([place[curve.branch] for curve in curves])
    ends = _ends(facts)[:, own]
    moved_share = 0.5 * sensitivity_of(facts.buses, facts.lines).ptdf_share @ ends
    of_line = islands_of(facts.buses, facts.lines)[ends.argmax(axis=0)]
    islands, number = np.unique(of_line, return_inverse=True)
    flow, loss = model.variables[names.LINE_FLOW].columns, model.variables[names.LINE_LOSS].columns
    lines = LossyLines(curves, own, moved_share)
    return LossyRows(lines, np.eye(len(islands))[number], flow, loss, model.column_count), islands


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


def network_of(model: Model, problem: Problem, facts: GridFacts, inputs: Inputs) -> LineLimits | None:
    """The network of a model without its flows, and without what its lines lose; None where it keeps its flows."""
    outages = contingencies_of(model, facts, inputs)
    if names.LINE_LOSS not in model.variables:
        return line_limits_of(model, problem, facts, outages)
    lossy = LossyLimits(model, problem, facts, inputs.line_losses, outages)
    return lossy if lossy.can_be_projected else None
