"""The model, row by row. `FORMULATION` is the table of contents of the mathematics."""

from __future__ import annotations

from collections.abc import Callable

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import Inputs
from dispatch.model.aims import first_of
from dispatch.model.calls import count_calls, decide_calls, limit_event_length
from dispatch.model.connection import share_connections
from dispatch.model.curtailment import curtail, curtailment_penalty, renewable_cost
from dispatch.model.demand_response import (
    aggregate_response,
    backlog_penalty,
    limit_daily_energy,
    limit_season_energy,
    offer_response,
    pay_back,
    response_cost,
)
from dispatch.model.draft import Draft
from dispatch.model.heat import decide_heat, keep_heat, unserved_heat_penalty
from dispatch.model.interchange import follow_plan, interchange_cost, limit_plan_ramp
from dispatch.model.least_power import hold_least_power, keep_least_room
from dispatch.model.losses import lose_power, network_loss_penalty
from dispatch.model.network import balance_buses, carry_power, follow_voltage_law
from dispatch.model.products import decide_store_products, hold_products, product_penalty
from dispatch.model.pumped_hydro import change_over, count_units, keep_product_room, keep_unit_room, limit_starts
from dispatch.model.reserve import hold_reserve, keep_store_room, reserve_penalty
from dispatch.model.response_reserve import decide_response_reserve, keep_response_energy
from dispatch.model.rows import Model
from dispatch.model.security import allow_overload, limit_sections, security_penalty
from dispatch.model.storage import choose_direction, keep_level, limit_cycles, loss_penalty, storage_cost
from dispatch.model.terms import Terms
from dispatch.model.thermal.commitment import (
    decide_commitment,
    heat_penalty,
    hold_minimum_down_time,
    hold_minimum_up_time,
    hold_running_minimum,
    limit_unit_starts,
)
from dispatch.model.thermal.cost import bend_cost_curves, thermal_cost
from dispatch.model.thermal.headroom import decide_unit_reserve
from dispatch.model.thermal.oil_support import (
    decide_oil_support,
    hold_least_oil_time,
    hold_most_oil_time,
    keep_oil_apart,
    oil_cost,
)
from dispatch.model.thermal.output_limits import decide_output, limit_output_above
from dispatch.model.thermal.products import decide_unit_products, offer_quick_starts
from dispatch.model.thermal.ramping import limit_ramp_down, limit_ramp_up
from dispatch.model.thermal.start_types import choose_start_types
from dispatch.model.thermal.trajectories import limit_climb, limit_descent

FORMULATION: tuple[Callable[[Draft], None], ...] = (
    decide_commitment,
    hold_minimum_up_time,
    hold_minimum_down_time,
    hold_running_minimum,
    limit_unit_starts,
    choose_start_types,
    decide_output,
    decide_oil_support,
    hold_least_oil_time,
    hold_most_oil_time,
    keep_oil_apart,
    decide_unit_products,
    offer_quick_starts,
    decide_unit_reserve,
    decide_heat,
    keep_heat,
    limit_output_above,
    limit_ramp_up,
    limit_ramp_down,
    limit_climb,
    limit_descent,
    bend_cost_curves,
    curtail,
    keep_level,
    choose_direction,
    hold_least_power,
    limit_cycles,
    count_units,
    change_over,
    limit_starts,
    decide_response_reserve,
    offer_response,
    pay_back,
    limit_daily_energy,
    limit_season_energy,
    aggregate_response,
    decide_calls,
    limit_event_length,
    count_calls,
    keep_response_energy,
    follow_plan,
    limit_plan_ramp,
    carry_power,
    follow_voltage_law,
    lose_power,
    balance_buses,
    allow_overload,
    limit_sections,
    decide_store_products,
    keep_store_room,
    keep_least_room,
    keep_unit_room,
    keep_product_room,
    share_connections,
    hold_reserve,
    hold_products,
)

OBJECTIVE: tuple[Callable[[Draft], Terms | None], ...] = (
    thermal_cost,
    oil_cost,
    storage_cost,
    loss_penalty,
    network_loss_penalty,
    response_cost,
    backlog_penalty,
    interchange_cost,
    renewable_cost,
    curtailment_penalty,
    reserve_penalty,
    product_penalty,
    security_penalty,
    heat_penalty,
    unserved_heat_penalty,
)


def built(case: Case, facts: GridFacts, inputs: Inputs) -> Model:
    """The model of a case: variables, rows, and the objective in CNY."""
    draft = Draft(Model(), case, facts, inputs)
    for add_rows in FORMULATION:
        add_rows(draft)
    for price in OBJECTIVE:
        terms = price(draft)
        if terms is not None:
            draft.model.add_cost(terms)
    draft.model.first = first_of(draft)
    return draft.model
