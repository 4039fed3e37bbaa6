"""Rows of the whole model as rows of flows and of what islands lose: the losses of single lines are projected out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from dispatch.solve.line_limits import BROKEN_MW, without
from dispatch.solve.lossy_lines import LossyLines, Pieces, Sides, Weights
from dispatch.solve.problem import INFINITY, Cuts, Problem

SHORT_MW = 2e-4  # an island loses so much more than its column says, or its column so much more than it does


@dataclass(frozen=True)
class LossyRows:
    """Where flows and losses stand in the model, and which island each line is of."""

    lines: LossyLines
    member_share: np.ndarray  # (lossy lines, islands), 1 where a line is of an island
    flow_index: np.ndarray  # (T, lines), columns
    loss_index: np.ndarray  # (T, lossy lines)
    column_count: int

    @property
    def sum_index(self) -> np.ndarray:
        """Columns of what islands lose, (T, islands): of the first line of each that loses something."""
        return np.asarray(self.loss_index[:, self.member_share.argmax(axis=0)])

    def placed(self, x: np.ndarray, flow: np.ndarray, lost: np.ndarray) -> np.ndarray:
        """A point with flows and losses in their columns."""
        whole = x.copy()
        whole[self.flow_index], whole[self.loss_index] = flow, lost
        return whole

    def carried(
        self, x: np.ndarray, free_mw: np.ndarray, low_mw: np.ndarray, high_mw: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, Sides]:
        """
        Flows and losses of a point with its flows without losses, and what lines lose at least and at most there.

        What an island burns beyond what its flows ask for is lost where flows between their bounds leave room for it.
        """
        lines, member, most_mw = self.lines, self.member_share, self.lines.lost(low_mw, high_mw)
        flow, asked = lines.settled(free_mw)
        burnt = x[self.sum_index] - asked @ member
        burnt, more = np.where(burnt > SHORT_MW, burnt, 0.0), np.zeros_like(asked)
        if burnt.any():
            room = np.maximum(most_mw - asked, 0.0)
            more = room * ((burnt / np.maximum(room @ member, SHORT_MW)) @ member.T)
            flow, asked = lines.settled(free_mw - more @ lines.moved_share.T)
        room = np.maximum(most_mw - asked, 0.0)
        return flow, asked + more, Sides(lines.pieces(flow), lines.most(low_mw, high_mw), room, more @ member)

    def short(self, x: np.ndarray, lost: np.ndarray, steps: slice) -> np.ndarray:
        """How much less than its flows ask for each island loses in some steps, MW, (T, islands)."""
        short = np.zeros(self.sum_index.shape)
        short[steps] = np.maximum(lost @ self.member_share - x[self.sum_index], 0.0)[steps]
        return short

    def step_of(self, rows: sp.csr_array) -> np.ndarray:
        """The step of each row, by its flows and losses; -1 where it has none."""
        numbers = np.full(self.column_count, -1)
        for columns in (self.flow_index, self.loss_index):
            numbers[columns] = np.arange(len(columns))[:, None]
        found = np.full(rows.shape[0], -1)
        row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
        np.maximum.at(found, row, numbers[rows.indices])
        return found

    def of_islands(self, pieces: Pieces, step: np.ndarray, island: np.ndarray) -> Cuts:
        """What islands lose at least in some steps."""
        return self._made(self.lines.summed(pieces, step, self.member_share, island), step, np.zeros(len(step)))

    def of_flows(self, sides: Sides, step: np.ndarray, by_flow: np.ndarray, upper: np.ndarray) -> Cuts:
        """Upper sides of sums of flows, (n, lines), each of a step."""
        no_loss = np.zeros((len(step), self.loss_index.shape[1]))
        return self._made(self.lines.projected(sides, step, self.member_share, by_flow, no_loss), step, upper)

    def of_rows(self, sides: Sides, cuts: Cuts) -> Cuts:
        """Upper sides of any rows of the model, each of a step."""
        step, number = self.step_of(cuts.rows), np.arange(len(cuts.upper))[:, None]
        by_flow, by_loss = (
            cuts.rows[number, columns[step]].toarray() for columns in (self.flow_index, self.loss_index)
        )
        weights = self.lines.projected(sides, step, self.member_share, by_flow, by_loss)
        rest = without(without(cuts.rows, self.flow_index), self.loss_index)
        made = self._made(weights, step, cuts.upper)
        return Cuts(sp.csr_array(made.rows + rest), made.lower, made.upper)

    def beyond(self, cuts: Cuts, whole: np.ndarray, steps: slice) -> Cuts | None:
        """Those sides of some rows that a point of the whole model is beyond, each as an upper side."""
        value = cuts.rows @ whole
        within = np.isin(self.step_of(cuts.rows), np.arange(len(self.flow_index))[steps])
        above, below = (within & beyond for beyond in (value > cuts.upper + BROKEN_MW, value < cuts.lower - BROKEN_MW))
        if not (above | below).any():
            return None
        rows = sp.csr_array(sp.vstack([cuts.rows[above], -cuts.rows[below]]))
        upper = np.concatenate([cuts.upper[above], -cuts.lower[below]])
        return Cuts(rows, np.full(len(upper), -INFINITY), upper)

    def boxed(self, problem: Problem) -> Problem:
        """The problem with flows and losses at 0, but for what islands lose: at most what all their lines can."""
        lower, upper = problem.lower.copy(), problem.upper.copy()
        most_mw = upper[self.loss_index] @ self.member_share
        for columns in (self.flow_index, self.loss_index):
            lower[columns] = upper[columns] = 0.0
        upper[self.sum_index] = most_mw
        return problem.boxed(lower, upper)

    def _made(self, weights: Weights, step: np.ndarray, upper: np.ndarray) -> Cuts:
        count, columns = len(step), np.hstack([self.flow_index[step], self.sum_index[step]])
        factors = np.hstack([weights.flow_share, weights.island_share])
        place = (np.repeat(np.arange(count), columns.shape[1]), columns.ravel())
        rows = sp.csr_array((factors.ravel(), place), shape=(count, self.column_count))
        return Cuts(rows, np.full(count, -INFINITY), upper - weights.moved_mw)
