"""
Security: what the lines carry after a circuit is lost, and what crosses the sections (断面).

The power flow is solved anew for every outage, from what each bus gives to the network: no factor and no inverse is
taken over from the search.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from dispatch.audit.evidence import Evidence, names, numbers
from dispatch.audit.finding import Finding, Rule, found
from dispatch.audit.network import injected_mw, leaves
from dispatch.case.security import section_limits_mw
from dispatch.units import LOOP_FLOW_MW, OVERLOAD_MW, POWER_MW

# What the solver leaves open, and what Kirchhoff's law leaves open between its flows and ours.
ONE_CIRCUIT_LOST = Rule("security-one_circuit_lost", "MW", OVERLOAD_MW + LOOP_FLOW_MW)
SECTIONS = Rule("security-sections", "MW", POWER_MW)


def one_circuit_lost(e: Evidence) -> Finding:
    """
    After the loss of one circuit of any line, no line is beyond its emergency rating, but for its priced overload.

        |flow after[l, k, t]| <= emergency share x rating x kept[l, k] + overload[l, t]        MW
        kept = (n-1)/n of susceptance and rating for the line k itself, of n circuits; 1 for any other

    DC links keep their flow. A line whose only circuit is the only way between two parts of an island is not lost:
    without it there is no flow to look at. Lines that the case leaves unwatched are lost, but not looked at.
    """
    lines = e.facts.lines
    if not (e.case.security.n_minus_1 and lines):
        return found(ONE_CIRCUIT_LOST, np.zeros((len(e.inputs.times), 0)), [], e.inputs.times)
    given_mw = injected_mw(e) - e.table("flow_mw")[:, len(lines) :] @ leaves(e, e.facts.links)
    overload_mw = e.table("overload_mw")[:, : len(lines)]
    own = numbers(lines, "emergency_mw")  # NaN where a line has none
    rated_mw = np.where(np.isnan(own), e.case.security.emergency_share * numbers(lines, "rating_mw"), own)
    between = sp.csc_array(leaves(e, lines))
    watched = np.array([line.name not in e.case.security.unwatched for line in lines], dtype=bool)
    stiff = 1 / numbers(lines, "reactance_share")
    island_count = _island_count(between)
    amounts: list[np.ndarray] = []
    places: list[str] = []
    for k, line in enumerate(lines):
        if not line.may_be_lost:
            continue
        kept = np.ones(len(lines))
        kept[k] -= 1 / line.circuit_count
        if line.circuit_count == 1 and _island_count(between[kept > 0]) > island_count:
            continue
        flow_mw = _flow_mw(between, stiff * kept, given_mw)
        amounts.append((np.abs(flow_mw) - rated_mw * kept - overload_mw)[:, watched])
        places += [
            f"{other} after a loss on {line.name}" for other, seen in zip(names(lines), watched, strict=True) if seen
        ]
    amount = np.hstack(amounts) if amounts else np.zeros((len(e.inputs.times), 0))
    return found(ONE_CIRCUIT_LOST, amount, places, e.inputs.times)


def sections(e: Evidence) -> Finding:
    """
    What crosses a section keeps its limits in season, but for what is counted and priced as over.

        -backward limit - over[t] <= sum(flow along) - sum(flow against) <= forward limit + over[t]        MW

    The overload after an outage of the line that a section shares it with is its own too.
    """
    place = {branch: k for k, branch in enumerate(names([*e.facts.lines, *e.facts.links]))}
    member = np.zeros((len(place), len(e.facts.sections)))
    for k, section in enumerate(e.facts.sections):
        member[[place[branch] for branch in section.along], k] = 1
        member[[place[branch] for branch in section.against], k] = -1
    across_mw, over_mw = e.table("flow_mw") @ member, e.table("section_over_mw").copy()
    for k, section in enumerate(e.facts.sections):
        if section.overload_of and e.case.security.n_minus_1:
            over_mw[:, k] += e.table("overload_mw")[:, place[section.overload_of]]
    forward_mw, backward_mw = section_limits_mw(e.facts.sections, e.inputs.times)
    amount = np.maximum(across_mw - forward_mw, -across_mw - backward_mw) - over_mw
    return found(SECTIONS, amount, names(e.facts.sections), e.inputs.times)


def _island_count(between: sp.csc_array) -> int:
    """Islands that lines make of the buses; a bus without a line is one."""
    ways = abs(between)
    return int(connected_components(ways.T @ ways, directed=False)[0])


def _flow_mw(between: sp.csc_array, stiff: np.ndarray, given_mw: np.ndarray) -> np.ndarray:
    """
    Flows of all lines, MW, (T, lines): B angle = given, flow = stiffness x (angle_from - angle_to).

    The first bus of every island has angle 0 and takes what the others do not balance.
    """
    live = between[stiff > 0]
    ways = abs(live)
    islands = connected_components(ways.T @ ways, directed=False)[1]
    free = np.setdiff1d(np.arange(between.shape[1]), np.unique(islands, return_index=True)[1])
    drives = sp.csc_array(sp.diags_array(stiff) @ between[:, free])
    angles = splu(sp.csc_array(between[:, free].T @ drives)).solve(given_mw[:, free].T)
    return np.asarray((drives @ angles).T)
