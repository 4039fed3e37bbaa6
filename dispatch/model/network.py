"""The network: power balance at every bus, and what lines and links carry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pandas as pd
import scipy.sparse as sp

from dispatch.case.facts import GridFacts
from dispatch.case.losses import LossCurve
from dispatch.case.network import Line, Link
from dispatch.model import names
from dispatch.model.curtailment import curtailment_groups
from dispatch.model.demand_response import added_mw, cut_mw
from dispatch.model.draft import Draft, each, named
from dispatch.model.loops import loop_basis
from dispatch.model.terms import Terms, total
from dispatch.model.thermal.output_limits import output_mw


class AtBus(Protocol):
    """Anything that stands at one bus."""

    @property
    def bus(self) -> str:
        """Name of the bus."""


def carry_power(draft: Draft) -> None:
    """
    Lines and links carry power within their ratings, both ways.

        -B  <=  f[t]  <=  F            every line and link, every step t

    f  flow, positive from `from_bus` to `to_bus`   MW        F  rating   MW
    B  rating backward   MW, F of a line, and of a link that has none of its own
    Of a branch whose loss is counted F and B are the flows in its middle at which what enters it is at the rating.
    """
    facts, inputs = draft.facts, draft.inputs
    if facts.lines:
        lines, rating = named(line.name for line in facts.lines), each(facts.lines, "rating_mw")
        draft.decide(names.LINE_FLOW, lines, *_most_mw(lines, rating, rating, inputs.line_losses))
    if facts.links:
        links, rating = named(link.name for link in facts.links), each(facts.links, "rating_mw")
        back = [link.rating_mw if link.backward_rating_mw is None else link.backward_rating_mw for link in facts.links]
        draft.decide(names.LINK_FLOW, links, *_most_mw(links, rating, np.array(back), inputs.link_losses))


def _most_mw(
    branches: pd.Index, forward: np.ndarray, backward: np.ndarray, curves: Sequence[LossCurve]
) -> tuple[np.ndarray, np.ndarray]:
    """Upper and lower bound of each flow, MW: ratings, less what enters only to be lost."""
    upper, lower = forward.copy(), -backward
    lossy = branches.get_indexer(named(curve.branch for curve in curves))
    upper[lossy], lower[lossy] = [curve.forward_mw for curve in curves], [-curve.backward_mw for curve in curves]
    return upper, lower


def follow_voltage_law(draft: Draft) -> None:
    """
    Around every loop of AC lines the angles add up to nothing.

        sum( s x f[t], lines of the loop )  =  0            every loop of a basis, every step t

    x  reactance   per unit        s  +1 along the loop, -1 against it
    Kirchhoff's voltage law of the DC power flow on a basis of loops: Horsch, Ronellenfitsch, Witthaut, Brown (2018),
    "Linear optimal power flow using cycle flows", eq. (13). Each row is divided by its largest reactance.
    """
    loops = loop_basis(draft.facts.lines)
    if not loops.shape[0]:
        return
    lines = named(line.name for line in draft.facts.lines)
    drop = loops * each(draft.facts.lines, "reactance_share")
    drop = drop / np.abs(drop).max(axis=1, keepdims=True)
    around = draft.variable(names.LINE_FLOW, lines).weighted(drop)
    draft.hold(names.VOLTAGE_LAW, around, "=", 0.0, named(f"loop {k}" for k in range(len(loops))))


def balance_buses(draft: Draft) -> None:
    """
    What is made at a bus and what arrives there is what is used there (Kirchhoff's current law).

        sum (1 - s) p + sum( A - k ) + sum( d - c ) + sum x + sum( share (cut - extra) )
            - sum( out f - in f + q / 2 )  =  L

    p  thermal output, generated (发电)    s  share of it that the unit uses itself (厂用电率), where the case counts it
    A  available, k  curtailed wind and sun    d, c  discharge and charge    x  net import
    cut, extra  response    f  flows    q  losses of the branches that end here, where the case counts them    L  load
    every bus and step t, all in MW
    """
    draft.hold(names.BALANCE, supply_mw(draft), "=", load_mw(draft), draft.buses)


def load_mw(draft: Draft) -> np.ndarray:
    """Load less available wind and sun at each bus, MW, (T, buses): what the rest of the balance comes to."""
    load = draft.inputs.load_mw.astype(float)
    if draft.facts.plants:
        load = load - draft.inputs.available_mw @ _standing(draft, draft.facts.plants).T
    return load


def supply_mw(draft: Draft) -> Terms:
    """All that enters each bus, less all that leaves it but for the load and available wind and sun, MW, (T, buses)."""
    facts, parts = draft.facts, []
    if facts.units:
        sent_out = sp.diags_array(np.broadcast_to(draft.inputs.sent_out_share, len(facts.units)))
        parts.append(output_mw(draft).weighted(_standing(draft, facts.units) @ sent_out))
    if facts.plants:
        parts.append(-draft.variable(names.CURTAILED).weighted(_standing(draft, curtailment_groups(facts))))
    if facts.stores:
        at = _standing(draft, facts.stores)
        parts.append(draft.variable(names.DISCHARGE).weighted(at) - draft.variable(names.CHARGE).weighted(at))
    if facts.interfaces:
        parts.append(draft.variable(names.NET_IMPORT).weighted(_standing(draft, facts.interfaces)))
    if facts.contracts:
        shares = _response_shares(facts)
        parts += [cut_mw(draft).weighted(shares), -added_mw(draft).weighted(shares)]
    parts += _arriving_mw(draft, names.LINE_FLOW, names.LINE_LOSS, facts.lines)
    parts += _arriving_mw(draft, names.LINK_FLOW, names.LINK_LOSS, facts.links)
    return total(parts)


def _arriving_mw(draft: Draft, flow: str, loss: str, branches: Sequence[Line | Link]) -> list[Terms]:
    """What branches bring to each bus, and half of what they lose, MW, (T, buses) each; nothing without branches."""
    if not branches:
        return []
    ends = {branch.name: (branch.from_bus, branch.to_bus) for branch in branches}
    parts = [draft.variable(flow).weighted(_incidence(draft.facts, list(ends.values())))]
    if loss in draft.model.variables:
        lossy = [ends[name] for name in draft.model.variables[loss].axes["name"]]
        parts.append(draft.variable(loss).weighted(-0.5 * abs(_incidence(draft.facts, lossy))))
    return parts


def _standing(draft: Draft, components: Sequence[AtBus]) -> sp.csr_array:
    """1 where a component stands at a bus, (buses, components)."""
    rows = draft.buses.get_indexer(named(component.bus for component in components))
    ones = np.ones(len(components))
    return sp.csr_array((ones, (rows, np.arange(len(components)))), shape=(len(draft.buses), len(components)))


def _incidence(facts: GridFacts, ends: Sequence[tuple[str, str]]) -> sp.csr_array:
    """-1 where a branch begins, +1 where it ends, (buses, branches)."""
    index = {bus.name: k for k, bus in enumerate(facts.buses)}
    matrix = np.zeros((len(facts.buses), len(ends)))
    for k, (from_bus, to_bus) in enumerate(ends):
        matrix[index[from_bus], k] -= 1.0
        matrix[index[to_bus], k] += 1.0
    return sp.csr_array(matrix)


def _response_shares(facts: GridFacts) -> np.ndarray:
    """Share of each contract's response at each bus, (buses, contracts)."""
    index = {bus.name: k for k, bus in enumerate(facts.buses)}
    shares = np.zeros((len(facts.buses), len(facts.contracts)))
    for k, contract in enumerate(facts.contracts):
        for bus, share in contract.bus_shares:
            shares[index[bus], k] += share
    return shares
