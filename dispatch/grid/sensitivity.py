r"""
What the flows of AC lines answer to: injections (PTDF) and the loss of a circuit (LODF), in the DC power flow.

For line l between its buses with reactance x_l and susceptance b_l = 1 / x_l; A (lines x buses) holds +1 where a line
begins and -1 where it ends; B = A' diag(b) A. Everything holds by synchronous island: lines join buses to an island,
DC links do not, and keep their flow. Each island has one slack bus, its first in the order of the facts; X is the
inverse of B without the slack buses.

    PTDF = diag(b) A X                     flow of l for 1 MW put in at a bus and taken out at the slack, MW per MW
    phi = PTDF A'                          flow of l for 1 MW put in where k begins and taken out where k ends

N-1 is the loss of ONE circuit of a line: a line of n circuits keeps (n-1)/n of its susceptance and of its rating.
With a = 1/n, the rank-one update of B (Sherman, Morrison, 1950) gives

    LODF[l, k] = a phi[l, k] / (1 - a phi[k, k])                                    l other than k
    LODF[k, k] = (1 - a) / (1 - a phi[k, k]) - 1                                    what remains of k itself
    f_after[l] = f[l] + LODF[l, k] f[k]                                             MW

which for n = 1 is the usual phi[l, k] / (1 - phi[k, k]), and f_after[k] = 0.

Sources: Wood, Wollenberg, Sheble, "Power Generation, Operation, and Control", 3rd ed., 2014, ch. 7 (PTDF, LODF);
Guler, Gross, Liu, "Generalized line outage distribution factors", IEEE Trans. Power Syst. 22(2), 2007.

By hand, on a triangle of equal reactances with slack a: 1 MW put in at b flows to a over ab by 2/3 and over bc, ca by
1/3, so the column b of PTDF for (ab, bc, ac) is (-2/3, 1/3, -1/3). Without ab, all of its flow takes ac and comes to b
against the direction of bc: LODF column (-1, -1, 1). If ab has two circuits and loses one, it has the reactance of the
way over c and shares evenly with it: from 2/3 and 1/3 to 1/2 and 1/2, LODF column (-1/4, -1/4, 1/4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from dispatch.case.network import Bus, Line

SOLE_WAY_SHARE = 1e-6  # a line with 1 - phi below this may be the only way between its ends


@dataclass(frozen=True)
class Islanding:
    """The loss of a line's only circuit that cuts buses off from the slack of their island: no LODF exists."""

    line: str
    buses: tuple[str, ...]  # cut off


@dataclass(frozen=True)
class Sensitivity:
    """PTDF and LODF of a network; `outage_indices` are the lines whose loss of a circuit leaves every island whole."""

    lines: tuple[Line, ...]
    buses: tuple[str, ...]
    slack_buses: tuple[str, ...]  # one for each island that has a line
    ptdf_share: np.ndarray  # (lines, buses), MW per MW; 0 at the slack and at buses without a line
    outage_indices: np.ndarray  # (outages,), into `lines`
    lodf_share: np.ndarray  # (lines, outages), MW per MW of the flow before the outage
    islanding: tuple[Islanding, ...]

    def after_mw(self, flow_mw: np.ndarray) -> np.ndarray:
        """Flows after each outage, MW, (T, outages, lines), from flows before it, MW, (T, lines)."""
        moved = flow_mw[:, self.outage_indices, None] * self.lodf_share.T[None]
        return np.asarray(flow_mw[:, None, :] + moved)

    def ratings_after_mw(self, emergency_mw: np.ndarray) -> np.ndarray:
        """Rating after each outage, MW, (outages, lines), from that of whole lines; of the lost one what remains."""
        ratings = np.tile(emergency_mw, (len(self.outage_indices), 1))
        own = np.arange(len(ratings)), self.outage_indices
        kept = 1 - _lost_share(self.lines)[self.outage_indices]
        ratings[own] = np.where(np.isinf(ratings[own]), np.inf, np.nan_to_num(ratings[own]) * kept)
        return ratings


def sensitivity_of(buses: Sequence[Bus], lines: Sequence[Line]) -> Sensitivity:
    """PTDF and LODF of all synchronous islands at once, and the outages that make an island."""
    names = tuple(bus.name for bus in buses)
    incidence = _incidence(names, lines)
    slack, joined = _slack(incidence)
    ptdf = _ptdf_share(incidence, lines, slack)
    phi = ptdf @ incidence.T
    islanding = _islanding(names, lines, incidence, phi.diagonal())
    apart = {item.line for item in islanding} | {line.name for line in lines if not line.may_be_lost}
    outages = np.array([k for k, line in enumerate(lines) if line.name not in apart], dtype=int)
    return Sensitivity(
        lines=tuple(lines),
        buses=names,
        slack_buses=tuple(names[k] for k in slack[joined]),
        ptdf_share=ptdf,
        outage_indices=outages,
        lodf_share=_lodf_share(phi, _lost_share(lines), outages),
        islanding=islanding,
    )


def islands_of(buses: Sequence[Bus], lines: Sequence[Line]) -> np.ndarray:
    """Number of the synchronous island of each bus, (buses,)."""
    return _islands(_incidence(tuple(bus.name for bus in buses), lines))


def _lost_share(lines: Sequence[Line]) -> np.ndarray:
    """Share of each line that one circuit is: 1/n, (lines,)."""
    return np.array([1 / line.circuit_count for line in lines])


def _incidence(names: tuple[str, ...], lines: Sequence[Line]) -> sp.csr_array:
    """A: +1 where a line begins, -1 where it ends, (lines, buses)."""
    index = {name: k for k, name in enumerate(names)}
    count = len(lines)
    ends = [index[line.from_bus] for line in lines] + [index[line.to_bus] for line in lines]
    signs = np.concatenate([np.ones(count), -np.ones(count)])
    rows = np.tile(np.arange(count), 2)
    return sp.csr_array((signs, (rows, np.array(ends, dtype=int))), shape=(count, len(names)))


def _islands(incidence: sp.csr_array) -> np.ndarray:
    """Number of the island of each bus, (buses,)."""
    return np.asarray(connected_components(abs(incidence).T @ abs(incidence), directed=False)[1])


def _slack(incidence: sp.csr_array) -> tuple[np.ndarray, np.ndarray]:
    """First bus of each island, (islands,), and whether the island has a line, (islands,)."""
    islands = _islands(incidence)
    first, count = np.unique(islands, return_index=True, return_counts=True)[1:]
    return first, count > 1


def _ptdf_share(incidence: sp.csr_array, lines: Sequence[Line], slack: np.ndarray) -> np.ndarray:
    """diag(b) A X, and 0 at the slack, (lines, buses)."""
    ptdf = np.zeros(incidence.shape)
    kept = np.setdiff1d(np.arange(incidence.shape[1]), slack)
    if len(kept):
        drives = sp.diags_array([1 / line.reactance_share for line in lines]) @ incidence[:, kept]
        matrix = sp.csc_array(incidence[:, kept].T @ drives)
        ptdf[:, kept] = splu(matrix).solve(drives.toarray().T).T
    return ptdf


def _lodf_share(phi: np.ndarray, lost: np.ndarray, outages: np.ndarray) -> np.ndarray:
    """What lines take of the flow of a line that loses a circuit, (lines, outages); see the head of this module."""
    kept = 1 - lost[outages] * phi[outages, outages]
    lodf = np.asarray(lost[outages] * phi[:, outages] / kept)
    lodf[outages, np.arange(len(outages))] = (1 - lost[outages]) / kept - 1
    return lodf


def _islanding(
    names: tuple[str, ...], lines: Sequence[Line], incidence: sp.csr_array, own: np.ndarray
) -> tuple[Islanding, ...]:
    """Lines of one circuit that are the only way between their ends, with the buses that lose their slack."""
    before = _islands(incidence)
    found = []
    for k, line in enumerate(lines):
        if not line.may_be_lost or line.circuit_count > 1 or own[k] < 1 - SOLE_WAY_SHARE:
            continue
        after = _islands(incidence[np.arange(len(lines)) != k])
        if after.max() > before.max():
            slack = int(np.argmax(before == before[_first_bus(incidence, k)]))
            cut = (before == before[slack]) & (after != after[slack])
            found.append(Islanding(line.name, tuple(name for name, off in zip(names, cut, strict=True) if off)))
    return tuple(found)


def _first_bus(incidence: sp.csr_array, line: int) -> int:
    """A bus of a line."""
    return int(incidence.indices[incidence.indptr[line]])
