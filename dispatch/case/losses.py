"""
What the network loses on the way (网损), where a case counts it.

A branch carries `f` in its middle and loses `q`, half of it at each end: `f + q/2` leaves and `f - q/2` arrives. What
it loses by its flow is a broken line, convex and the same both ways.

    link   arrives = (1 - s) leaves       so that    q = 2 s / (2 - s) |f|          s  loss share
    line   q = r f^2, by secants: at every point at least that, and above it by no more than the errors of the case

Secants and their points are those of PyPSA (`n.optimize(transmission_losses={"mode": "secants"})`, pull request 1495):

    x1 = 2 sqrt(a / r),    x(k+1) = x(k) max( (k+1) / k, 1 + 2 (b + sqrt(b + b^2)) )        a, b  errors, MW and share
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dispatch.case.network import Line, Link

NEGLIGIBLE_SHARE = 1e-12  # resistance per unit on 1 MVA: a line below loses nothing


@dataclass(frozen=True)
class Losses:
    """Which losses a case counts, and how closely a broken line follows those of AC lines."""

    links: bool = False  # of converters and DC lines
    lines: bool = False  # of AC lines
    line_error_mw: float = 1.0
    line_error_share: float = 0.1  # of the loss, where that is more


@dataclass(frozen=True)
class LossCurve:
    """What one branch loses: a broken line through these points, and how much it may carry."""

    branch: str
    flow_mw: tuple[float, ...]  # from 0 up to the rating at least
    loss_mw: tuple[float, ...]
    forward_mw: float  # most flow each way, at which the end where power enters is at its rating
    backward_mw: float

    def at(self, flow_mw: np.ndarray) -> np.ndarray:
        """Loss at some flows, MW."""
        return np.asarray(np.interp(np.abs(flow_mw), self.flow_mw, self.loss_mw))

    @property
    def slope_share(self) -> np.ndarray:
        """MW lost by one more MW, (pieces,), rising."""
        return np.asarray(np.diff(self.loss_mw) / np.diff(self.flow_mw))

    @property
    def offset_mw(self) -> np.ndarray:
        """Where each piece, prolonged, meets no flow, MW, (pieces,), never above 0."""
        return np.asarray(self.loss_mw[:-1] - self.slope_share * self.flow_mw[:-1])


def line_curves(losses: Losses, lines: tuple[Line, ...]) -> tuple[LossCurve, ...]:
    """Curves of the AC lines that lose something; none where the case does not count them."""
    lossy = [line for line in lines if losses.lines and line.resistance_share > NEGLIGIBLE_SHARE]
    return tuple(_line_curve(losses, line) for line in lossy)


def link_curves(losses: Losses, links: tuple[Link, ...]) -> tuple[LossCurve, ...]:
    """Curves of the links that lose something; none where the case does not count them."""
    return tuple(_link_curve(link) for link in links if losses.links and link.loss_share > 0)


def _line_curve(losses: Losses, line: Line) -> LossCurve:
    error_mw, error_share = losses.line_error_mw, losses.line_error_share
    widest = 1 + 2 * (error_share + math.sqrt(error_share + error_share**2))
    flow_mw = [0.0, 2 * math.sqrt(error_mw / line.resistance_share)]
    while flow_mw[-1] < line.rating_mw:
        count = len(flow_mw)
        flow_mw.append(flow_mw[-1] * max(count / (count - 1), widest))
    loss_mw = [line.resistance_share * flow**2 for flow in flow_mw]
    return _curve(line.name, flow_mw, loss_mw, line.rating_mw, line.rating_mw)


def _link_curve(link: Link) -> LossCurve:
    backward_mw = link.rating_mw if link.backward_rating_mw is None else link.backward_rating_mw
    most_mw = max(link.rating_mw, backward_mw)
    loss_mw = 2 * link.loss_share / (2 - link.loss_share) * most_mw
    return _curve(link.name, [0.0, most_mw], [0.0, loss_mw], link.rating_mw, backward_mw)


def _curve(branch: str, flow_mw: list[float], loss_mw: list[float], forward_mw: float, backward_mw: float) -> LossCurve:
    entering_mw = np.add(flow_mw, np.multiply(loss_mw, 0.5))
    most_mw = np.interp([forward_mw, backward_mw], entering_mw, flow_mw)
    return LossCurve(branch, tuple(flow_mw), tuple(loss_mw), float(most_mw[0]), float(most_mw[1]))
