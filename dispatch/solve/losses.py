"""
Losses held to their broken lines, where burning surplus on the way would pay more than the price of a MWh lost.

The rows of the model hold a loss from below. Where no rule but a dear one can take a surplus (a plan left at 2,000
CNY/MWh, an overload at 20,000), a point may lose more than its flows ask for. Such a branch and step is held to the
piece of its broken line on which its flow lies, from a to b, and the rest is solved again around the same integers:

    a  <=  f  <=  b,        q  <=  s f + o            s, o  slope and offset of the piece

Rows of one point only: no bound of the search knows of them. Each round holds at least one more branch and step, so it
ends; where the pieces leave no point, the point stands as it is, and the audit refuses it (`network-losses`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from dispatch.case.inputs import Inputs
from dispatch.case.losses import LossCurve
from dispatch.model import names
from dispatch.model.rows import Model
from dispatch.schedule.outcome import Proof, Status
from dispatch.solve.climb import EVERY_STEP, GRACE_SECONDS, Found, Known, Lazy, Search, finite
from dispatch.solve.highs import Orders
from dispatch.solve.ladder import status_of
from dispatch.solve.polish import priced
from dispatch.solve.problem import INFINITY, Cuts, Problem

BURNT_MW = 5e-4  # beyond the broken line: within the audit's tolerance


@dataclass(frozen=True)
class _Kind:
    """Lines or links that lose something: columns (T, branches) and curves."""

    flow_index: np.ndarray
    loss_index: np.ndarray
    curves: Sequence[LossCurve]


class HeldLosses:
    """Rows that hold what a point burns to the broken lines, and rows of another kind that it breaks."""

    def __init__(self, model: Model, inputs: Inputs, others: Lazy | None) -> None:
        self._others, self._column_count = others, model.column_count
        self._kinds = tuple(_kinds(model, inputs))
        self._held = [np.zeros(kind.loss_index.shape, dtype=bool) for kind in self._kinds]

    def burns(self, x: np.ndarray) -> bool:
        """Whether a point loses more than its flows ask for."""
        return any(bool(self._burnt(kind, x).any()) for kind in self._kinds)

    def broken(self, x: np.ndarray, steps: slice = EVERY_STEP, *, roughly: bool = False) -> Cuts | None:
        """Rows for what is burnt and not held yet, and the others' rows."""
        del roughly  # every one matters
        cuts = None if self._others is None else self._others.broken(x, steps)
        for kind, held in zip(self._kinds, self._held, strict=True):
            places = np.argwhere(self._burnt(kind, x) & ~held)
            if len(places):
                held[places[:, 0], places[:, 1]] = True
                own = self._rows(kind, places, x)
                cuts = own if cuts is None else cuts.joined(own)
        return cuts

    def completed(self, x: np.ndarray, steps: slice = EVERY_STEP) -> np.ndarray | None:
        """None: what is burnt cannot be paid for."""
        del x, steps
        return None

    def again(self, found: np.ndarray) -> Cuts | None:
        """None: each point has pieces of its own."""
        del found
        return None

    @property
    def is_scouted(self) -> bool:
        """No: it is looked through around one schedule."""
        return False

    @property
    def found(self) -> np.ndarray:
        """Nothing that is taken up again."""
        return np.zeros((0, 2), dtype=int)

    @property
    def told(self) -> str:
        """What was done, in words."""
        return f"losses: {sum(int(held.sum()) for held in self._held)} held to their curves"

    def _burnt(self, kind: _Kind, x: np.ndarray) -> np.ndarray:
        """Where more is lost than the flow asks for, (T, branches)."""
        flow, lost = x[kind.flow_index], x[kind.loss_index]
        asked = np.column_stack([curve.at(flow[:, k]) for k, curve in enumerate(kind.curves)])
        return np.asarray(lost > asked + BURNT_MW)

    def _rows(self, kind: _Kind, places: np.ndarray, x: np.ndarray) -> Cuts:
        """A row for the piece and one for its ends, for each place."""
        count = len(places)
        flow, loss = (columns[places[:, 0], places[:, 1]] for columns in (kind.flow_index, kind.loss_index))
        pieces = [_piece(kind.curves[k], float(x[kind.flow_index[t, k]])) for t, k in places]
        slope, offset, low, high = (np.array(column) for column in zip(*pieces, strict=True))
        number = np.arange(count)
        at = (np.concatenate([number, number, count + number]), np.concatenate([loss, flow, flow]))
        factors = np.concatenate([np.ones(count), -slope, np.ones(count)])
        rows = sp.csr_array((factors, at), shape=(2 * count, self._column_count))
        lower = np.concatenate([np.full(count, -INFINITY), low])
        return Cuts(rows, lower, np.concatenate([offset, high]))


def unburnt(
    found: Found, status: Status, proof: Proof, problem: Problem, held: HeldLosses, search: Search
) -> tuple[Status, Proof]:
    """Put the best point with the same integers that burns nothing in place of one that does; the bound stands."""
    if found.x is None or not held.burns(found.x):
        return status, proof
    orders = Orders(search.deadline_s + GRACE_SECONDS, seed=search.seed, method="simplex", stop=search.stop)
    answer, _, _ = priced(problem, found.x, orders, Known(lazy=held), lambda *_: None)
    found.steps.append(held.told)
    if answer.x is None:
        return status, proof
    found.x, found.objective_cny = answer.x, answer.objective_cny
    return status_of(found, search), replace(proof, objective_cny=finite(found.objective_cny))


def _kinds(model: Model, inputs: Inputs) -> list[_Kind]:
    """Lines, then links, that lose something."""
    kinds = []
    for loss, flow, curves in (
        (names.LINE_LOSS, names.LINE_FLOW, inputs.line_losses),
        (names.LINK_LOSS, names.LINK_FLOW, inputs.link_losses),
    ):
        if loss in model.variables:
            carried = model.variables[flow]
            place = {name: k for k, name in enumerate(carried.axes["name"])}
            own = [place[curve.branch] for curve in curves]
            kinds.append(_Kind(carried.columns[:, own], model.variables[loss].columns, curves))
    return kinds


def _piece(curve: LossCurve, flow_mw: float) -> tuple[float, float, float, float]:
    """Slope, offset and ends of the piece on which a flow lies, turned with its direction."""
    inner = np.searchsorted(curve.flow_mw[1:-1], abs(flow_mw))
    slope, offset = float(curve.slope_share[inner]), float(curve.offset_mw[inner])
    low, high = curve.flow_mw[inner], curve.flow_mw[inner + 1]
    return (slope, offset, low, high) if flow_mw >= 0 else (-slope, offset, -high, -low)
