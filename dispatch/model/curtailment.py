"""What wind and sun could give and do not (弃电)."""

from __future__ import annotations

import linopy
import numpy as np

from dispatch.case.renewable import DISTRIBUTED
from dispatch.model import names
from dispatch.model.draft import Draft, by_name, named


def split_available(draft: Draft) -> None:
    """
    What is available is injected or curtailed.

        p[t] + k[t]  =  A[t],    k >= 0            every plant and step t

    p  injected   MW        k  curtailed   MW        A  available   MW
    """
    plants = named(plant.name for plant in draft.facts.plants)
    if plants.empty:
        return
    available = draft.by_step(draft.inputs.available_mw, plants)
    curtailed = draft.free(names.CURTAILED, plants)
    draft.model.add_constraints(
        draft.variable(names.OUTPUT, plants) + curtailed == available, name="Curtailment-balance"
    )


def curtailment_penalty(draft: Draft) -> linopy.LinearExpression | None:
    """Price of curtailment, CNY: sum( dt c k ), c in CNY/MWh, higher for distributed PV, which is cut last."""
    plants = named(plant.name for plant in draft.facts.plants)
    if plants.empty:
        return None
    prices = draft.case.prices
    price = [
        prices.distributed_curtailment_cny_per_mwh
        if plant.technology in DISTRIBUTED
        else prices.large_curtailment_cny_per_mwh
        for plant in draft.facts.plants
    ]
    weight = by_name(np.array(price) * draft.inputs.step_h, plants)
    return (weight * draft.variable(names.CURTAILED, plants)).sum()
