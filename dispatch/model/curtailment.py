"""What wind and sun could give and do not (弃电)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dispatch.case.facts import GridFacts
from dispatch.case.renewable import DISTRIBUTED
from dispatch.model import names
from dispatch.model.draft import Draft, named
from dispatch.model.terms import Terms


@dataclass(frozen=True)
class CurtailmentGroup:
    """Plants at one bus whose curtailment has one price: which of them gives way makes no difference to the grid."""

    bus: str
    distributed: bool
    plant_indices: tuple[int, ...]
    connection: str = ""  # that they share with stores; "": none
    cost_cny_per_mwh: float = 0.0  # of what they give


def curtail(draft: Draft) -> None:
    """
    Of what is available, some may be left.

        0  <=  k[t]  <=  A[t] - M[t]            every bus, shared connection, kind of plant and step t

    k  curtailed   MW        A  available at the bus, of large plants or of distributed PV   MW
    M  what must be taken of it   MW
    """
    groups = curtailment_groups(draft.facts)
    if groups:
        spare = draft.inputs.available_mw - draft.inputs.must_take_mw
        draft.decide(names.CURTAILED, _labels(groups), summed_by_group(spare, groups))


def curtailment_penalty(draft: Draft) -> Terms | None:
    """Price of curtailment, CNY: sum( dt c k ), c in CNY/MWh, higher for distributed PV, which is cut last."""
    groups = curtailment_groups(draft.facts)
    if not groups:
        return None
    prices = draft.case.prices
    price = [
        prices.distributed_curtailment_cny_per_mwh if group.distributed else prices.large_curtailment_cny_per_mwh
        for group in groups
    ]
    return (np.array(price) * draft.inputs.step_h * draft.variable(names.CURTAILED)).all()


def renewable_cost(draft: Draft) -> Terms | None:
    """
    What plants are paid for what they give, CNY: sum( dt c (A - k) ), c in CNY/MWh; c A is paid whatever is decided.

    A  available   MW        k  curtailed   MW
    """
    groups = curtailment_groups(draft.facts)
    cost = np.array([group.cost_cny_per_mwh for group in groups])
    if not cost.any():
        return None
    step_h = draft.inputs.step_h
    available = summed_by_group(draft.inputs.available_mw, groups)
    draft.model.constant_cny += float((available @ cost).sum() * step_h)
    return (-cost * step_h * draft.variable(names.CURTAILED)).all()


def curtailment_groups(facts: GridFacts) -> tuple[CurtailmentGroup, ...]:
    """Plants by bus, price of their curtailment, shared connection and cost, in the order of the facts."""
    behind = {plant: connection.name for connection in facts.connections for plant in connection.plants}
    members: dict[tuple[str, bool, str, float], list[int]] = {}
    for k, plant in enumerate(facts.plants):
        kind, place = plant.technology in DISTRIBUTED, behind.get(plant.name, "")
        members.setdefault((plant.bus, kind, place, plant.cost_cny_per_mwh), []).append(k)
    return tuple(
        CurtailmentGroup(bus, kind, tuple(own), place, cost) for (bus, kind, place, cost), own in members.items()
    )


def summed_by_group(by_plant: np.ndarray, groups: Sequence[CurtailmentGroup]) -> np.ndarray:
    """(T, plants) to (T, groups)."""
    return np.column_stack([by_plant[:, group.plant_indices].sum(axis=1) for group in groups])


def _labels(groups: Sequence[CurtailmentGroup]) -> pd.Index:
    kinds = ((group, "distributed" if group.distributed else "large") for group in groups)
    return named(
        f"{group.bus} {kind} {group.connection} {group.cost_cny_per_mwh or ''}".strip() for group, kind in kinds
    )
