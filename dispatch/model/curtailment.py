"""What wind and sun could give and do not (弃电)."""

from __future__ import annotations

import numpy as np

from dispatch.case.renewable import DISTRIBUTED
from dispatch.model import names
from dispatch.model.draft import Draft, named
from dispatch.model.terms import Terms


def split_available(draft: Draft) -> None:
    """
    What is available is injected or curtailed.

        p[t] + k[t]  =  A[t],    k >= 0            every plant and step t

    p  injected   MW        k  curtailed   MW        A  available   MW
    """
    plants = named(plant.name for plant in draft.facts.plants)
    if plants.empty:
        return
    curtailed = draft.decide(names.CURTAILED, plants)
    injected = draft.variable(names.OUTPUT, plants)
    draft.hold("Curtailment-balance", injected + curtailed, "=", draft.inputs.available_mw, plants)


def curtailment_penalty(draft: Draft) -> Terms | None:
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
    return (np.array(price) * draft.inputs.step_h * draft.variable(names.CURTAILED, plants)).all()
