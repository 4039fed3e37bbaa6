"""What lines and links lose, in cases that count it (`case/losses.py`)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dispatch.case.losses import LossCurve
from dispatch.model import names
from dispatch.model.draft import Draft, named
from dispatch.model.terms import Terms, total


def lose_power(draft: Draft) -> None:
    """
    A branch loses at least what its broken line says, half of it at each end.

        q[t]  >=  s_k f[t] + o_k,        q[t]  >=  -s_k f[t] + o_k            every piece k, every step t

    q  loss   MW        f  flow in the middle   MW        s_k, o_k  slope and offset of piece k, s_k rising
    One column and two rows a piece and step, no binary: q lies on the broken line wherever a MWh lost is worth less
    than its price (`network_loss_penalty`); where it is not, `solve.losses` holds it there.
    Neumann, Hagenmeyer, Brown (2022), "Assessments of linear power flow and transmission loss approximations in
    coordinated capacity expansion problems", Applied Energy 314, 118859, and PyPSA's secants (`case/losses.py`).
    """
    for loss, flow, rows, curves in (
        (names.LINE_LOSS, names.LINE_FLOW, names.LINE_SECANTS, draft.inputs.line_losses),
        (names.LINK_LOSS, names.LINK_FLOW, names.LINK_SECANTS, draft.inputs.link_losses),
    ):
        if curves:
            _lose(draft, loss, flow, rows, curves)


def _lose(draft: Draft, loss: str, flow: str, rows: str, curves: Sequence[LossCurve]) -> None:
    branches = named(curve.branch for curve in curves)
    most = np.array([curve.at(np.array(max(curve.forward_mw, curve.backward_mw))) for curve in curves])
    lost = draft.decide(loss, branches, most)
    carried = draft.variable(flow, branches)
    pieces = [(k, piece, sign) for k, c in enumerate(curves) for piece in range(len(c.slope_share)) for sign in (1, -1)]
    of = [k for k, _, _ in pieces]
    slope = np.array([sign * curves[k].slope_share[piece] for k, piece, sign in pieces])
    offset = np.array([curves[k].offset_mw[piece] for k, piece, _ in pieces])
    told = named(f"{branches[k]} {'-+'[sign > 0]}{piece + 1}" for k, piece, sign in pieces)
    draft.hold(rows, lost[:, of] - slope * carried[:, of], ">=", offset, told)


def network_loss_penalty(draft: Draft) -> Terms | None:
    """
    Price of what the network loses, CNY: sum( dt c q ).

    c  the case's price   CNY/MWh
    A MWh lost is as little use as one curtailed. Were it cheaper, surplus would be burnt on the way: the rows hold q
    from below only. So no case may price it below what it curtails at.
    """
    losses = [name for name in (names.LINE_LOSS, names.LINK_LOSS) if name in draft.model.variables]
    if not losses:
        return None
    price = draft.case.prices.network_loss_cny_per_mwh * draft.inputs.step_h
    return total([(price * draft.variable(name)).all() for name in losses])
