"""What a schedule costs to run, and, on a line of its own, what the objective adds to it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dispatch.case.backlog import owed_cny_per_mwh, total_mwh
from dispatch.case.network import Line, Link, Section
from dispatch.case.renewable import DISTRIBUTED
from dispatch.metrics.area import Area, Basis, numbers
from dispatch.metrics.deep import compensation_cny, oil_cny
from dispatch.metrics.emissions import carbon_tco2
from dispatch.metrics.response import begins, states_before
from dispatch.metrics.slacks import short_heat_mw
from dispatch.schedule.outcome import Cost, Penalty
from dispatch.units import DURATION_H


def cost(basis: Basis, area: Area) -> Cost:
    """
    Cost of an area, CNY; no penalty is inside.

        fuel         sum( fuel(p) u dt )                 by the units' curves
        operation    sum( other p dt ), and what plants are paid: sum( cost injected dt )
        start        sum( start v + stop w )              a start by the hours off before it
        wear         sum( (wear d + cost c) dt )         per MWh discharged, and per MWh charged where that costs
        response     sum( fee (cut + filled) dt )
        call         sum( call fee x events begun )
        interchange  sum( price net import dt )          of the area's interfaces; negative: exports earn more
        compensation, oil        of deep peak-shaving, see `deep`
        carbon       price x tCO2 of the units, none of it free
    """
    facts, schedule = basis.facts, basis.schedule
    called = schedule.cut_mw.to_numpy(dtype=float) + basis.table("filled_mw")
    return Cost(
        fuel_cny=_fuel_cny(basis, area),
        operation_cny=_priced_cny(
            basis, basis.table("output_mw"), numbers(facts.units, "other_cny_per_mwh"), area.units
        )
        + _priced_cny(basis, basis.table("injected_mw"), numbers(facts.plants, "cost_cny_per_mwh"), area.plants),
        start_cny=_start_cny(basis, area),
        wear_cny=_priced_cny(basis, basis.table("discharge_mw"), numbers(facts.stores, "wear_cny_per_mwh"), area.stores)
        + _priced_cny(basis, basis.table("charge_mw"), numbers(facts.stores, "charge_cny_per_mwh"), area.stores),
        response_cny=_priced_cny(basis, called, numbers(facts.contracts, "fee_cny_per_mwh"), area.contracts),
        interchange_cny=_priced_cny(
            basis,
            basis.table("net_import_mw"),
            numbers(facts.interfaces, "price_cny_per_mwh"),
            area.interfaces,
        ),
        compensation_cny=compensation_cny(basis, area),
        oil_cny=oil_cny(basis, area),
        carbon_cny=basis.case.prices.carbon_cny_per_t * carbon_tco2(basis, area),
        call_cny=float((begins(basis) * numbers(facts.contracts, "call_fee_cny"))[:, area.contracts].sum()),
    )


def penalty(basis: Basis, area: Area) -> Penalty:
    """
    What the case would rather have avoided, priced, CNY.

        curtailment  sum( price of the class x curtailed dt )
        reserve      sum( (up price x short up + down price x short down + price x short of each product) dt )
        interchange  sum( deviation price x (over + under the plan) dt )
        storage      sum( loss price x ((1 - eta_c) c + (1 / eta_d - 1) d) dt )
        security     sum( overload price x (lines after an outage + sections beyond their limits) dt )
        heat         sum( price x (running minimums not kept + heat short) dt )
        network      sum( loss price x lost on lines and links dt )
        backlog      sum( price x energy still owed when the horizon ends )
    """
    facts = basis.facts
    left = basis.table("over_plan_mw") + basis.table("under_plan_mw")
    deviation = numbers(facts.interfaces, "deviation_cny_per_mwh")
    return Penalty(
        curtailment_cny=_priced_cny(basis, basis.table("curtailed_mw"), _curtailment_prices(basis), area.plants),
        reserve_cny=_reserve_cny(basis, area),
        interchange_cny=_priced_cny(basis, left, deviation, area.interfaces),
        storage_loss_cny=_priced_cny(basis, _lost_mw(basis), _loss_prices(basis), area.stores),
        security_cny=_security_cny(basis, area),
        backlog_cny=_backlog_cny(basis, area),
        network_loss_cny=_priced_cny(basis, basis.table("loss_mw"), _network_loss_prices(basis), area.branches),
        heat_cny=_heat_cny(basis, area),
    )


def _reserve_cny(basis: Basis, area: Area) -> float:
    """Reserve short of the area's members, up and down and each product at their prices, CNY."""
    rules = {rule.grid: rule for rule in basis.facts.reserve_rules}
    own = [rules.get(member) for member in basis.facts.members]
    up = np.array([rule.shortfall_cny_per_mwh if rule else 0.0 for rule in own])
    down = np.array([rule.short_down_cny_per_mwh if rule else 0.0 for rule in own])
    prices = {"short_up_mw": up, "short_down_mw": down}
    for product in basis.inputs.product_mw:
        rated = {r.grid: r.shortfall_cny_per_mwh for r in basis.facts.product_rules if r.product == product}
        prices[f"short_{product}_mw"] = np.array([rated.get(member, 0.0) for member in basis.facts.members])
    return sum(_priced_cny(basis, basis.table(table), price, area.members) for table, price in prices.items())


def _lost_mw(basis: Basis) -> np.ndarray:
    """Power lost in charging and discharging, MW, (T, stores)."""
    stores = basis.facts.stores
    into = 1 - numbers(stores, "charge_efficiency_share")
    out_of = 1 / numbers(stores, "discharge_efficiency_share") - 1
    return np.asarray(basis.table("charge_mw") * into + basis.table("discharge_mw") * out_of)


def _loss_prices(basis: Basis) -> np.ndarray:
    """Price of what each store loses, CNY per MWh, (stores,)."""
    return np.full(len(basis.facts.stores), basis.case.prices.storage_loss_cny_per_mwh)


def _network_loss_prices(basis: Basis) -> np.ndarray:
    """Price of what each line and link loses, CNY per MWh, (branches,)."""
    count = len(basis.facts.lines) + len(basis.facts.links)
    return np.full(count, basis.case.prices.network_loss_cny_per_mwh)


def _security_cny(basis: Basis, area: Area) -> float:
    """Overloads of the area's own branches and sections at their prices, or that of the case, CNY."""
    facts = basis.facts
    lines = _priced_cny(
        basis, basis.table("overload_mw"), _over_prices(basis, (*facts.lines, *facts.links)), area.branches
    )
    return lines + _priced_cny(
        basis, basis.table("section_over_mw"), _over_prices(basis, facts.sections), area.sections
    )


def _heat_cny(basis: Basis, area: Area) -> float:
    """Running minimums of the area's plants that are not kept, and heat short, at the price of the case, CNY."""
    inputs = basis.inputs
    units = [group.unit_indices[0] for group in inputs.running_groups]
    units += [plant.unit_indices[0] for plant in inputs.heat_plants]
    own = np.array([bool(area.units[k]) for k in units], dtype=bool)
    price = np.full(len(own), basis.case.heat.short_cny_per_mwh or 0.0)
    return _priced_cny(basis, np.hstack([short_heat_mw(basis), basis.table("heat_short_mw")]), price, own)


def _over_prices(basis: Basis, components: Sequence[Line | Link | Section]) -> np.ndarray:
    """Price of what goes beyond each line or section, CNY per MWh; links have none of their own."""
    own = [getattr(component, "overload_cny_per_mwh", None) for component in components]
    return np.array([basis.case.security.overload_cny_per_mwh if one is None else one for one in own], dtype=float)


def _backlog_cny(basis: Basis, area: Area) -> float:
    """What the area's contracts still owe when the horizon ends, at the price of the case, CNY."""
    owed = basis.table("delayed_mw") * numbers(basis.facts.contracts, "payback_share") - basis.table("repaid_mw")
    before = np.array([total_mwh(state.owed) for state in states_before(basis)])
    left = before + owed.sum(axis=0) * basis.inputs.step_h
    return float(left[area.contracts].sum() * owed_cny_per_mwh(basis.case, basis.facts))


def _priced_cny(basis: Basis, power_mw: np.ndarray, cny_per_mwh: np.ndarray, own: np.ndarray) -> float:
    """Energy of the area's own components at their prices: sum( price power dt ), CNY."""
    return basis.energy_mwh(power_mw[:, own] * cny_per_mwh[own])


def _fuel_cny(basis: Basis, area: Area) -> float:
    """Fuel of units while they are on, straight lines between the points of their curves, CNY."""
    output, on = basis.table("output_mw"), basis.table("on")
    return sum(
        basis.energy_mwh(on[:, k] * np.interp(output[:, k], unit.curve.output_mw, unit.curve.fuel_cny_per_h))
        for k, unit in enumerate(basis.facts.units)
        if area.units[k]
    )


def _start_cny(basis: Basis, area: Area) -> float:
    """Starts at the price of their type and stops at theirs, CNY."""
    starts = basis.table("started") * _start_prices_cny(basis)
    stops = basis.table("stopped") * numbers(basis.facts.units, "stop_cny")
    return float((starts + stops)[:, area.units].sum())


def _start_prices_cny(basis: Basis) -> np.ndarray:
    """
    What a start would cost in each step, CNY, (T, units).

        price of the last type with  hours off before the step >= its hours off
    """
    on, states = basis.table("on") > 1 / 2, {state.unit: state for state in basis.case.units}
    prices = np.zeros(on.shape)
    for k, unit in enumerate(basis.facts.units):
        state = states[unit.name]
        from_h = np.array([kind.hours_off_h for kind in unit.start_types]) - DURATION_H
        off_h = 0.0 if state.on else state.hours_h
        for t in range(len(on)):
            reached = max(1, int((from_h <= off_h).sum()))
            prices[t, k] = unit.start_types[reached - 1].start_cny
            off_h = 0.0 if on[t, k] else off_h + basis.inputs.step_h
    return prices


def _curtailment_prices(basis: Basis) -> np.ndarray:
    """Price of curtailing each plant, CNY per MWh, (plants,)."""
    prices = basis.case.prices
    return np.array(
        [
            prices.distributed_curtailment_cny_per_mwh
            if plant.technology in DISTRIBUTED
            else prices.large_curtailment_cny_per_mwh
            for plant in basis.facts.plants
        ],
        dtype=float,
    )
