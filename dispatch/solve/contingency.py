"""
Rows against overloads after the loss of a circuit, found as they are needed.

A network of L lines has L x L x T such rows, and a few dozen of them bind. The search is given none; each point that it
finds is looked through in whole, and for every line and step the worst outage that overloads it becomes a row:

    s (f[l,t] + LODF[l,k] f[k,t]) - over[l,t]  <=  rating after the outage k of line l

s is the sign of the flow after the outage, f are the flow variables and over the priced overload, MW. Because every
overload can be paid for, any point becomes one of the whole problem by raising `over` to what its flows ask for.
Xavier, Qiu, Wang, Thimmapuram (2019), "Transmission constraint filtering in large-scale security-constrained unit
commitment", IEEE Trans. Power Syst. 34(3), add the most violated rows in the same manner.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs
from dispatch.grid.sensitivity import Sensitivity, sensitivity_of
from dispatch.model import names
from dispatch.model.rows import Model
from dispatch.solve.climb import EVERY_STEP
from dispatch.solve.problem import INFINITY, Cuts
from dispatch.units import OVERLOAD_MW

NAMED_COUNT = 3  # islanding lines told one by one


@dataclass(frozen=True)
class Overload:
    """One line in one step after the outage that loads it most, (count,) each."""

    step_index: np.ndarray
    line_index: np.ndarray
    outage_index: np.ndarray  # into the outages of the sensitivity
    sign_share: np.ndarray  # +1 or -1, of the flow after the outage
    excess_mw: np.ndarray  # beyond the rating and the overload already paid for


class Contingencies:
    """The outages of a case: which of their rows a point breaks, and what it would have to pay for them."""

    def __init__(self, model: Model, facts: GridFacts, emergency_mw: np.ndarray) -> None:
        self._flow = model.variables[names.LINE_FLOW].columns
        self._over = model.variables[names.OVERLOAD].columns
        self._column_count = model.column_count
        self._found: Sensitivity = sensitivity_of(facts.buses, facts.lines)
        self._rating_mw = self._found.ratings_after_mw(emergency_mw)
        self._row_count, self._round_count = 0, 0

    @property
    def overload_columns(self) -> np.ndarray:
        """Columns of the priced overloads, (T, lines)."""
        return self._over

    def broken(self, x: np.ndarray, steps: slice = EVERY_STEP, *, roughly: bool = False) -> Cuts | None:
        """A row for every line and step that some outage overloads in a point, or None."""
        del roughly  # every one matters
        worst = self._worst(x, steps)
        if not len(worst.excess_mw):
            return None
        self._row_count += len(worst.excess_mw)
        self._round_count += 1
        return self._rows(worst)

    def completed(self, x: np.ndarray, steps: slice = EVERY_STEP) -> np.ndarray:
        """The point with every overload paid for: feasible for all rows, those not found yet among them."""
        worst, whole = self._worst(x, steps), x.copy()
        whole[self._over[worst.step_index, worst.line_index]] += worst.excess_mw
        return whole

    def every(self) -> Cuts:
        """All rows at once; for small networks."""
        steps, outages, lines = self._flow.shape[0], *self._rating_mw.shape
        place = np.indices((steps, outages, lines, 2)).reshape(4, -1)
        sign = np.where(place[3] == 0, 1.0, -1.0)
        return self._rows(Overload(place[0], place[2], place[1], sign, np.zeros(len(sign))))

    def again(self, found: np.ndarray) -> Cuts | None:
        """None: what overloads a line after an outage is looked for afresh."""
        del found
        return None

    @property
    def is_scouted(self) -> bool:
        """Many rows bind after outages."""
        return True

    @property
    def found(self) -> np.ndarray:
        """Nothing that is taken up again."""
        return np.zeros((0, 2), dtype=int)

    @property
    def told(self) -> str:
        """What was done, in words."""
        found, rounds = self._found, f"{self._round_count} round{'s' * (self._round_count != 1)}"
        words = f"N-1: {len(found.outage_indices)} outages, {self._row_count} rows in {rounds}"
        cut_off = [f"{item.line} (cuts off {', '.join(item.buses)})" for item in found.islanding]
        if cut_off:
            rest = f" and {len(cut_off) - NAMED_COUNT} more" if len(cut_off) > NAMED_COUNT else ""
            words += f"; left out, as they make an island: {'; '.join(cut_off[:NAMED_COUNT])}{rest}"
        return words

    def _worst(self, x: np.ndarray, steps: slice = EVERY_STEP) -> Overload:
        """The worst outage of each line and step where it is beyond what is paid for."""
        every = range(len(self._flow))[steps]
        parts = list(self._worst_by_step(x[self._flow], x[self._over], every))
        return Overload(*(np.concatenate(part) for part in zip(*parts, strict=True)))

    def _worst_by_step(
        self, flow_mw: np.ndarray, over_mw: np.ndarray, steps: range
    ) -> Iterator[tuple[np.ndarray, ...]]:
        """Step by step, since outages x lines alone may be large."""
        for t in steps:
            after_mw = self._found.after_mw(flow_mw[t : t + 1])[0]
            excess_mw = np.abs(after_mw) - self._rating_mw - over_mw[t]
            outage = excess_mw.argmax(axis=0) if len(excess_mw) else np.zeros(0, dtype=int)
            most_mw = np.take_along_axis(excess_mw, outage[None], axis=0)[0] if len(outage) else np.zeros(0)
            line = np.flatnonzero(most_mw > OVERLOAD_MW)
            sign = np.sign(after_mw[outage[line], line]) if len(line) else np.zeros(0)
            yield np.full(len(line), t), line, outage[line], sign, most_mw[line]

    def _rows(self, worst: Overload) -> Cuts:
        """The rows of some lines, steps and outages."""
        step, line, outage, sign = worst.step_index, worst.line_index, worst.outage_index, worst.sign_share
        lost = self._found.outage_indices[outage]
        count = np.arange(len(step))
        columns = np.concatenate([self._flow[step, line], self._flow[step, lost], self._over[step, line]])
        factors = np.concatenate([sign, sign * self._found.lodf_share[line, outage], -np.ones(len(step))])
        shape = (len(step), self._column_count)
        rows = sp.csr_array((factors, (np.tile(count, 3), columns)), shape=shape)  # adds up the line and itself
        rows.eliminate_zeros()
        return Cuts(rows, np.full(len(step), -INFINITY), self._rating_mw[outage, line])


def contingencies_of(model: Model, facts: GridFacts, inputs: Inputs) -> Contingencies | None:
    """The outages that the case asks the network to stand, or None."""
    if inputs.emergency_mw is None or names.OVERLOAD not in model.variables:
        return None
    return Contingencies(model, facts, inputs.emergency_mw)
