"""
The network without flows where its lines lose something: one column an island and step for all that it loses.

A flow then depends on every loss q (half of it is taken at each end of its line), and each loss on its flow:

    f  =  F p - H q                                     p  what enters the buses but for lines and losses, F  PTDF
    q  >=  D f + o    or    ( 1 + D H ) q  >=  D F p + o          a piece of every line's curve: D slopes, o offsets

Written out that is a row as wide as the network for every line, piece and step. But q counts in few ways: as the sum Q
in the balance of its island, and by its weight in a row that limits flows. So q is projected out. With the pieces on
which the losses of a point lie, and weights u = ( 1 + D H )^-T v  >=  0, every point of the whole model keeps

    v q  >=  u ( D F p + o ),            with equality on these pieces

With v = 1 that is one row for the loss Q of an island, its slopes the marginal loss factors of all buses at once. In a
row  a f + b q <= U  the losses weigh  g = b - a H,  and  g q  >=  c Q + u ( D F p + o )  with v = g - c, c the largest
number that leaves u >= 0. What a point burns, Q beyond what its flows ask for, helps such a row on the lines of least g
first, and on each by no more than it has room for: a chord  q <= A f + B  over the range of its flow. So c is the g up
to which lines have room for what is burnt, and chords stand in place of pieces where u < 0; with nothing burnt it is as
above. Such rows are added as points break them, with the pieces of the point: every one holds for
the whole model, so a bound stays one of it; a point that breaks none is one of the whole model, with the losses that
its flows ask for. Q stands in the column of the first line of its island that loses something; the others stay at 0.

u >= 0 can be had as long as what is lost moves flows less than it is: the columns of D H sum to below a half. Where
they do not, the model keeps its flows (`line_limits.line_limits_of`).

Litvinov, Zheng, Rosenwald, Shamsollahi (2004), "Marginal loss modeling in LMP calculation", IEEE Trans. Power Syst.
19(2), for the loss of an island linearised by bus.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from dispatch.case.losses import LossCurve

MOVED_SHARE = 0.5  # of a loss: columns of D H sum to less, so that the series of 1 / (1 + D H) leaves weights positive
SETTLED_MW = 1e-12
ROUND_COUNT = 60  # each halves what is left, at least


@dataclass(frozen=True)
class Pieces:
    """Pieces of the curves of all lines and steps: q = slope f + offset, (T, lossy lines)."""

    slope_share: np.ndarray  # turned with the flow
    offset_mw: np.ndarray


@dataclass(frozen=True)
class Sides:
    """What lines lose at least and at most by their flows, and what a point makes of it."""

    least: Pieces  # those on which the point lies
    most: Pieces  # above the curves wherever flows may be
    room_mw: np.ndarray  # (T, lossy lines), by which a line may lose more than its flow in the point asks for
    burnt_mw: np.ndarray  # (T, islands), what the point loses beyond that


@dataclass(frozen=True)
class Weights:
    """A row without its losses: what flows without losses and the losses of islands weigh in it, (n, ..)."""

    flow_share: np.ndarray  # (n, lines)
    island_share: np.ndarray  # (n, islands)
    moved_mw: np.ndarray  # (n,), taken off its upper side


class LossyLines:
    """What lines lose by the flows that there would be without losses."""

    def __init__(self, curves: Sequence[LossCurve], line_index: np.ndarray, moved_share: np.ndarray) -> None:
        """
        The curves, each with its line.

        line_index   (K,), into the lines
        moved_share  (lines, K), H: MW that each flow falls with a MW lost on a line
        """
        self.line_index, self.moved_share = line_index, moved_share
        width = max(len(curve.slope_share) for curve in curves)
        self._own_moved = sp.csr_array(moved_share[line_index].T)
        self._slope = np.stack([_padded(curve.slope_share, width) for curve in curves])
        self._offset = np.stack([_padded(curve.offset_mw, width) for curve in curves])
        self._curves = tuple(curves)

    @property
    def can_be_projected(self) -> bool:
        """Whether weights are never negative, whatever the pieces."""
        moved = np.abs(self._slope[:, -1:] * self.moved_share[self.line_index])
        return bool(moved.sum(axis=0).max() < MOVED_SHARE)

    def settled(self, free_mw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Flows (T, lines) and losses (T, K) where without losses there were flows of `free_mw`, (T, lines)."""
        flow, lost = free_mw, np.zeros((len(free_mw), len(self.line_index)))
        for _ in range(ROUND_COUNT):
            before, lost = lost, self._lost(flow).max(axis=2)
            flow = free_mw - lost @ self.moved_share.T
            if np.abs(lost - before).max(initial=0.0) < SETTLED_MW:
                break
        return flow, lost

    def pieces(self, flow_mw: np.ndarray) -> Pieces:
        """On which pieces losses lie at some flows, (T, lines)."""
        number = self._lost(flow_mw).argmax(axis=2)[:, :, None]
        slope, offset = (
            np.take_along_axis(table[None], number, axis=2)[:, :, 0] for table in (self._slope, self._offset)
        )
        own = flow_mw[:, self.line_index]
        return Pieces(slope * np.where(own < 0, -1.0, 1.0), offset)

    def _lost(self, flow_mw: np.ndarray) -> np.ndarray:
        """What each piece says of some flows, (T, K, pieces)."""
        return np.asarray(np.abs(flow_mw[:, self.line_index])[:, :, None] * self._slope + self._offset)

    def summed(self, pieces: Pieces, step: np.ndarray, member: np.ndarray, island: np.ndarray) -> Weights:
        """
        What an island loses by some pieces in a step, as rows  u ( D F p + o ) - Q, one for each step and island.

        Never above 0 with pieces of the curves, never below with chords above them.
        """
        slope = pieces.slope_share[step]
        u = self._undone(slope, member.T[island])
        none = np.zeros((len(step), len(self.moved_share)))
        own = Pieces(slope, pieces.offset_mw[step])
        return self._weights(own, none, -np.eye(member.shape[1])[island], u)

    def lost(self, *flows_mw: np.ndarray) -> np.ndarray:
        """The most that lines lose at some flows of their own, (T, lossy lines) each."""
        return np.asarray(np.max([_at(self._curves, flow) for flow in flows_mw], axis=0))

    def most(self, low_mw: np.ndarray, high_mw: np.ndarray) -> Pieces:
        """Chords above the curves where flows are between two bounds, (T, lossy lines) each."""
        low, high = _at(self._curves, low_mw), _at(self._curves, high_mw)
        slope = (high - low) / np.maximum(high_mw - low_mw, SETTLED_MW)
        return Pieces(slope, low - slope * low_mw)

    def rated(self, step_count: int) -> tuple[np.ndarray, np.ndarray]:
        """Bounds of flows by ratings, (T, lossy lines) each."""
        high = np.array([curve.forward_mw for curve in self._curves])
        low = -np.array([curve.backward_mw for curve in self._curves])
        return np.tile(low, (step_count, 1)), np.tile(high, (step_count, 1))

    def projected(
        self, sides: Sides, step: np.ndarray, member: np.ndarray, flow_share: np.ndarray, loss_share: np.ndarray
    ) -> Weights:
        """Upper sides of rows of flows (n, lines) and losses (n, K), each of a step, without the losses."""
        g, slope = loss_share - flow_share @ self.moved_share, sides.least.slope_share[step]
        least, capped = _levels(g, sides.room_mw[step], sides.burnt_mw[step], member)
        v = g - least @ member.T
        u = self._undone(slope, v)
        for island in np.flatnonzero(~capped.all(axis=0)):
            own = member[:, island] > 0
            unit = self._undone(slope, np.broadcast_to(member[:, island], u.shape))
            more = np.where(capped[:, island], 0.0, np.maximum((-u[:, own] / unit[:, own]).max(axis=1), 0.0))
            least[:, island] -= more
            u = u + more[:, None] * unit
        if not capped.any():
            return self._weights(Pieces(slope, sides.least.offset_mw[step]), flow_share, least, u)
        return self._capped(sides, step, flow_share, least, g - least @ member.T)

    def _capped(
        self, sides: Sides, step: np.ndarray, flow_share: np.ndarray, island_share: np.ndarray, v: np.ndarray
    ) -> Weights:
        """Rows in which losses stand at most where they weigh negatively; of no use where no signs are found."""
        above = v < 0
        for _ in range(ROUND_COUNT):
            slope, offset = (
                np.where(above, most[step], least[step])
                for most, least in (
                    (sides.most.slope_share, sides.least.slope_share),
                    (sides.most.offset_mw, sides.least.offset_mw),
                )
            )
            u = self._undone(slope, v)
            wrong = (np.where(above, u, -u) > SETTLED_MW).any(axis=1)
            if not wrong.any():
                break
            above = u < 0
        weights = self._weights(Pieces(slope, offset), flow_share, island_share, u)
        return replace(weights, moved_mw=np.where(wrong, -np.inf, weights.moved_mw))

    def _undone(self, slope: np.ndarray, v: np.ndarray) -> np.ndarray:
        """( 1 + D H )^-T v for each row v and its slopes, (n, K), by its series; sparse, as BLAS threads are slower."""
        u = v
        for _ in range(ROUND_COUNT):
            before, u = u, v - (self._own_moved @ (u * slope).T).T
            if np.abs(u - before).max(initial=0.0) < SETTLED_MW:
                break
        return np.asarray(u)

    def _weights(self, pieces: Pieces, flow_share: np.ndarray, island_share: np.ndarray, u: np.ndarray) -> Weights:
        """Rows with weights u of the pieces of each, (n, K)."""
        weights = flow_share.copy()
        weights[:, self.line_index] += u * pieces.slope_share
        return Weights(weights, island_share, (u * pieces.offset_mw).sum(axis=1))


def _at(curves: Sequence[LossCurve], flow_mw: np.ndarray) -> np.ndarray:
    """What the curves say of flows of their lines, (T, lossy lines)."""
    return np.column_stack([curve.at(flow_mw[:, k]) for k, curve in enumerate(curves)])


def _levels(
    g: np.ndarray, room_mw: np.ndarray, burnt_mw: np.ndarray, member: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """
    The weights up to which the lines of each island have room for what it burns, and whether one line is too few.

    What is burnt on the lines of least weight helps a row most: (n, islands) each.
    """
    least, capped = np.zeros(burnt_mw.shape), np.zeros(burnt_mw.shape, dtype=bool)
    for island, of_island in enumerate(member.T > 0):
        weight = np.where(of_island, g, np.inf)
        order = weight.argsort(axis=1)
        filled = np.take_along_axis(room_mw, order, axis=1).cumsum(axis=1)
        place = np.minimum((filled < burnt_mw[:, [island]]).sum(axis=1), of_island.sum() - 1)
        least[:, island] = np.take_along_axis(weight, order[np.arange(len(g)), place][:, None], axis=1)[:, 0]
        capped[:, island] = place > 0
    return least, capped


def _padded(values: np.ndarray, width: int) -> np.ndarray:
    """The values, the last one again until there are so many."""
    return np.concatenate([values, np.full(width - len(values), values[-1])])
