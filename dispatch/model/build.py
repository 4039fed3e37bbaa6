"""
The model, row by row. `FORMULATION` is the table of contents of the mathematics.

PyPSA writes the rows of the network (nodal balance, ratings, Kirchhoff's voltage law, storage levels); the functions
below write everything else on the same `linopy.Model`, in this order.
"""

from __future__ import annotations

from collections.abc import Callable

import linopy
import pypsa

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs
from dispatch.model.curtailment import curtailment_penalty, split_available
from dispatch.model.demand_response import (
    deliver_response,
    limit_daily_energy,
    offer_response,
    pay_back,
    response_cost,
)
from dispatch.model.draft import Draft
from dispatch.model.interchange import follow_plan, interchange_cost
from dispatch.model.reserve import hold_reserve, keep_limited_unit_room, keep_store_room, reserve_penalty
from dispatch.model.storage import choose_direction, keep_level, storage_cost
from dispatch.model.terms import Terms, expression_of, total
from dispatch.model.thermal.commitment import (
    decide_commitment,
    hold_minimum_down_time,
    hold_minimum_up_time,
    hold_running_minimum,
)
from dispatch.model.thermal.cost import bend_cost_curves, thermal_cost
from dispatch.model.thermal.output_limits import limit_output_above, limit_output_below
from dispatch.model.thermal.ramping import limit_ramp_down, limit_ramp_up

FORMULATION: tuple[Callable[[Draft], None], ...] = (
    decide_commitment,
    hold_minimum_up_time,
    hold_minimum_down_time,
    hold_running_minimum,
    limit_output_below,
    limit_output_above,
    limit_ramp_up,
    limit_ramp_down,
    bend_cost_curves,
    split_available,
    choose_direction,
    keep_level,
    offer_response,
    pay_back,
    limit_daily_energy,
    deliver_response,
    follow_plan,
    keep_store_room,
    keep_limited_unit_room,
    hold_reserve,
)

OBJECTIVE: tuple[Callable[[Draft], Terms | None], ...] = (
    thermal_cost,
    storage_cost,
    response_cost,
    interchange_cost,
    curtailment_penalty,
    reserve_penalty,
)


def built(network: pypsa.Network, case: Case, facts: GridFacts, inputs: Inputs) -> linopy.Model:
    """The model of a placed network: PyPSA's rows, ours, and the objective in CNY."""
    network.generators["marginal_cost"] = 1.0  # PyPSA refuses a network without any cost; ours replaces it below
    model = network.optimize.create_model(include_objective_constant=False, consistency_check=False)
    draft = Draft(model, case, facts, inputs)
    for add_rows in FORMULATION:
        add_rows(draft)
    terms = [term for term in (price(draft) for price in OBJECTIVE) if term is not None]
    model.add_objective(expression_of(model, total(terms)), overwrite=True)
    return model
