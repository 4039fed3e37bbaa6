"""The network: every bus balances, no branch exceeds its rating, AC flows obey Kirchhoff's voltage law."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np

from dispatch.audit.evidence import Evidence, names, numbers
from dispatch.audit.finding import Finding, Rule, found
from dispatch.case.network import Line, Link
from dispatch.units import ENERGY_MWH, LOOP_FLOW_MW, POWER_MW

BALANCE = Rule("network-balance", "MWh", ENERGY_MWH)
RATING = Rule("network-rating", "MW", POWER_MW)
LOSSES = Rule("network-losses", "MW", POWER_MW)
VOLTAGE_LAW = Rule("network-voltage_law", "MW", LOOP_FLOW_MW)


class AtBus(Protocol):
    """Anything that stands at one bus."""

    @property
    def bus(self) -> str: ...  # noqa: D102 (said above)


def balance(e: Evidence) -> Finding:
    """
    At every bus, what comes in goes out.

        output (1 - s) + injected + discharge - charge + import - load + cut - extra = flow out - flow in + lost / 2

    s is the share of its output that a thermal unit uses itself (厂用电率), 0 where the case does not count it.
    """
    out_mw = e.table("flow_mw") @ leaves(e, [*e.facts.lines, *e.facts.links])
    return found(BALANCE, np.abs(injected_mw(e) - out_mw) * e.inputs.step_h, names(e.facts.buses), e.inputs.times)


def losses(e: Evidence) -> Finding:
    """
    A branch loses what its flow asks for, no less, and no more (which would burn energy that nobody has a use for).

        link   lost = |flow| 2 s / (2 - s)        line   lost on the secants of r flow^2        MW

    s is the share of what leaves that does not arrive, r the resistance in per unit on 1 MVA. Secants meet the curve at
    0, 2 sqrt(a / r), and from there on at factors of max((k+1)/k, 1 + 2 (b + sqrt(b + b^2))); a, b the case's errors.
    Where the case does not count it, nothing is lost.
    """
    asked, flow = e.case.losses, np.abs(e.table("flow_mw"))
    lost = np.zeros(flow.shape)
    for k, line in enumerate(e.facts.lines):
        if asked.lines and line.resistance_share > 0:
            at = [0.0, 2 * (asked.line_error_mw / line.resistance_share) ** 0.5]
            wide = 1 + 2 * (asked.line_error_share + (asked.line_error_share * (1 + asked.line_error_share)) ** 0.5)
            while at[-1] < line.rating_mw:
                at.append(at[-1] * max(len(at) / (len(at) - 1), wide))
            lost[:, k] = np.interp(flow[:, k], at, line.resistance_share * np.square(at))
    for k, link in enumerate(e.facts.links, start=len(e.facts.lines)):
        if asked.links:
            lost[:, k] = flow[:, k] * 2 * link.loss_share / (2 - link.loss_share)
    amount = np.abs(e.table("loss_mw") - lost)
    return found(LOSSES, amount, names([*e.facts.lines, *e.facts.links]), e.inputs.times)


def injected_mw(e: Evidence) -> np.ndarray:
    """What each bus gives to the middle of its lines and links, MW, (T, buses); negative: takes."""
    facts = e.facts
    net_mw = (
        sent_out_mw(e) @ _stands_at(e, facts.units)
        + e.table("injected_mw") @ _stands_at(e, facts.plants)
        + (e.table("discharge_mw") - e.table("charge_mw")) @ _stands_at(e, facts.stores)
        + e.table("net_import_mw") @ _stands_at(e, facts.interfaces)
        + _response_mw(e)
        - e.inputs.load_mw
        - e.table("loss_mw") @ np.abs(leaves(e, [*facts.lines, *facts.links])) / 2
    )
    return np.asarray(net_mw)


def sent_out_mw(e: Evidence) -> np.ndarray:
    """What thermal units give to their buses, MW, (T, units): what they generate, less what they use themselves."""
    output = e.table("output_mw")
    return output - output * numbers(e.facts.units, "self_use_share") if e.case.self_use else output


def rating(e: Evidence) -> Finding:
    """
    Into no line and no link enters more than its rating, either way; a link may have another one backward.

        -backward rating <= flow[t] - lost[t] / 2,    flow[t] + lost[t] / 2 <= rating        MW
    """
    branches: list[Line | Link] = [*e.facts.lines, *e.facts.links]
    forward, backward = numbers(branches, "rating_mw"), numbers(branches, "rating_mw")
    for k, link in enumerate(e.facts.links, start=len(e.facts.lines)):
        backward[k] = forward[k] if link.backward_rating_mw is None else link.backward_rating_mw
    half = e.table("loss_mw") / 2
    amount = np.maximum(e.table("flow_mw") - forward, -e.table("flow_mw") - backward) + half
    return found(RATING, amount, names(branches), e.inputs.times)


def voltage_law(e: Evidence) -> Finding:
    """
    There are voltage angles at the buses that drive the flows of all AC lines.

        flow[t] = (angle_from[t] - angle_to[t]) / x

    x is the reactance in per unit on 1 MVA and the voltage of `from_bus`. Angles are found by least squares,
    in all synchronous islands at once (each island's angles are free up to a constant, which the least norm
    settles); the violation is what they leave of the flow, in MW.
    """
    lines = e.facts.lines
    if not lines:
        return found(VOLTAGE_LAW, np.zeros((len(e.inputs.times), 0)), [], e.inputs.times)
    reactance = numbers(lines, "reactance_share")
    drives = leaves(e, lines) * (np.median(reactance) / reactance)[:, None]
    flow = e.table("flow_mw")[:, : len(lines)]
    angles = np.linalg.lstsq(drives, flow.T, rcond=None)[0]
    return found(VOLTAGE_LAW, np.abs(flow.T - drives @ angles).T, names(lines), e.inputs.times)


def _stands_at(e: Evidence, components: Iterable[AtBus]) -> np.ndarray:
    """1 where a component stands at a bus, (components, buses)."""
    index = {bus.name: k for k, bus in enumerate(e.facts.buses)}
    rows = [index[component.bus] for component in components]
    return np.eye(len(index))[rows] if rows else np.zeros((0, len(index)))


def leaves(e: Evidence, branches: Sequence[Line | Link]) -> np.ndarray:
    """1 where a branch begins at a bus, -1 where it ends, (branches, buses)."""
    index = {bus.name: k for k, bus in enumerate(e.facts.buses)}
    leaves = np.zeros((len(branches), len(index)))
    for row, branch in enumerate(branches):
        leaves[row, index[branch.from_bus]] += 1
        leaves[row, index[branch.to_bus]] -= 1
    return leaves


def _response_mw(e: Evidence) -> np.ndarray:
    """Load taken away less load added at each bus, MW, (T, buses)."""
    index = {bus.name: k for k, bus in enumerate(e.facts.buses)}
    shares = np.zeros((len(e.facts.contracts), len(index)))
    for row, contract in enumerate(e.facts.contracts):
        for bus, share in contract.bus_shares:
            shares[row, index[bus]] += share
    cut = e.table("delayed_mw") + e.table("spared_mw")
    extra = e.table("repaid_mw") + e.table("advanced_mw") + e.table("filled_mw")
    return np.asarray((cut - extra) @ shares)
