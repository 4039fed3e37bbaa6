"""
The objective, in the audit's own words: what the schedule costs, and what the case would rather have avoided.

Powers are MW in a step of dt hours, prices CNY per MWh, starts and stops CNY each.
"""

from __future__ import annotations

import numpy as np

from dispatch.audit.evidence import Evidence, numbers
from dispatch.audit.finding import Finding, Rule, found
from dispatch.audit.response_backlog import owed_mwh
from dispatch.audit.response_calls import begins
from dispatch.case.backlog import owed_cny_per_mwh
from dispatch.case.objective import ABSORPTION_FIRST, CO2, COST, SLACK_WEIGHT
from dispatch.case.renewable import DISTRIBUTED, LARGE
from dispatch.case.reserve_products import PRODUCTS
from dispatch.units import COST_SHARE, DURATION_H

FIRST_AMOUNT = 0.1  # MWh or tCO2: two amounts of what was sought first closer than this are the same


def value(e: Evidence) -> Finding:
    """
    Cost and penalty, recomputed, are the objective of the proof; a schedule without an objective fails.

        |objective - (cost + penalty)| <= 1e-6 |cost + penalty|
    """
    expected = objective_cny(e)
    stated = e.proof.objective_cny
    amount = abs(expected) + 1.0 if stated is None else abs(stated - expected)
    rule = Rule("objective-value", "CNY", COST_SHARE * max(1.0, abs(expected)))
    return found(rule, np.array([amount]), ["objective"])


def first(e: Evidence) -> Finding:
    """
    What was sought before the cost is what the proof says it is, and keeps its limit.

        | held - (curtailed + W slack) |,  curtailed + W slack - limit      <=  0.1      MWh, absorption first
        | held - (carbon + W slack) |,     carbon + W slack - limit         <=  0.1      tCO2, carbon first

    W  SLACK_WEIGHT, what one MWh of any priced slack counts as
    """
    aim, sought = e.proof.aim, e.case.objective
    rule = Rule("objective-first", "tCO2" if sought == CO2 else "MWh", FIRST_AMOUNT)
    if sought == COST and aim is None:
        return found(rule, np.zeros(1), [sought])
    if aim is None or aim.objective != sought or aim.held is None or aim.limit is None:
        return found(rule, np.array([np.inf]), [sought])
    amount = (_curtailed_mwh(e) if sought == ABSORPTION_FIRST else _carbon_tco2(e)) + SLACK_WEIGHT * _slack_mwh(e)
    return found(rule, np.array([max(abs(aim.held - amount), amount - aim.limit)]), [sought])


def _curtailed_mwh(e: Evidence) -> float:
    """Wind and sun left, MWh."""
    return float(e.table("curtailed_mw").sum() * e.inputs.step_h)


def _carbon_tco2(e: Evidence) -> float:
    """Carbon by the curve of each unit while it is on, and of its oil, tCO2."""
    output = e.table("output_mw")
    by_unit = (
        np.interp(output[e.on[:, k], k], unit.curve.output_mw, unit.curve.carbon_tco2_per_h).sum()
        for k, unit in enumerate(e.facts.units)
    )
    oils = [unit.oil_support for unit in e.facts.units]
    of_oil = np.array([oil.oil_t_per_h * oil.carbon_tco2_per_t if oil else 0.0 for oil in oils])
    return float((sum(by_unit) + (e.table("oil_support") @ of_oil).sum()) * e.inputs.step_h)


def _slack_mwh(e: Evidence) -> float:
    """Every priced slack together, MWh."""
    tables = (
        *("short_up_mw", "short_down_mw", "over_plan_mw", "under_plan_mw", "overload_mw", "section_over_mw"),
        "heat_short_mw",
        *(f"short_{product}_mw" for product in PRODUCTS),
    )
    return float(sum(e.table(name).sum() for name in tables) * e.inputs.step_h) + _missing_heat_mwh(e)


def objective_cny(e: Evidence) -> float:
    """
    Cost + penalty over the horizon, CNY.

        thermal + deep output + oil + carbon + storage wear and losses + response fees and debts + imports + curtailment
        + reserve short + plan left + overloads + running minimums not kept
    """
    parts = (
        *(
            _thermal_cny,
            _deep_cny,
            _oil_cny,
            _carbon_cny,
            _wear_cny,
            _response_cny,
            _storage_loss_cny,
            _network_loss_cny,
        ),
        *(_interchange_cny, _renewable_cny),
        *(_curtailment_cny, _reserve_cny, _security_cny, _heat_cny),
    )
    return float(sum(part(e) for part in parts))


def _thermal_cny(e: Evidence) -> float:
    """
    Fuel by the curve while on, operation and maintenance by energy, starts by type, stops by number, CNY.

        sum( fuel(p) u dt + other p dt + start v + stop w )
    """
    units, output, step_h = e.facts.units, e.table("output_mw"), e.inputs.step_h
    fuel = sum(
        np.interp(output[e.on[:, k], k], unit.curve.output_mw, unit.curve.fuel_cny_per_h).sum() * step_h
        for k, unit in enumerate(units)
    )
    operation = (output @ numbers(units, "other_cny_per_mwh")).sum() * step_h
    starts = sum(_start_cny(e, t, g) * e.table("started")[t, g] for t, g in np.argwhere(e.table("started") > 0))
    stops = (e.table("stopped") @ numbers(units, "stop_cny")).sum()
    return float(fuel + operation + starts + stops)


def _deep_cny(e: Evidence) -> float:
    """
    What units are paid for output below their normal minimum, band by band, CNY.

        sum( price max(0, upper edge - max(p, lower edge)) u dt )        lower edge: where the next band begins, else 0
    """
    paid, output, step_h = 0.0, e.table("output_mw"), e.inputs.step_h
    for k, unit in enumerate(e.facts.units):
        edges_mw = [band.below_mw for band in unit.deep_bands] + [0.0]
        for band, least_mw in zip(unit.deep_bands, edges_mw[1:], strict=True):
            lacking_mw = np.maximum(band.below_mw - np.maximum(output[e.on[:, k], k], least_mw), 0.0)
            paid += float(lacking_mw.sum() * band.price_cny_per_mwh * step_h)
    return paid


def _oil_cny(e: Evidence) -> float:
    """Oil of units with oil support, CNY: sum( price rate z dt )."""
    price = [u.oil_support.oil_t_per_h * u.oil_support.price_cny_per_t if u.oil_support else 0.0 for u in e.facts.units]
    return float((e.table("oil_support") @ np.array(price)).sum() * e.inputs.step_h)


def _carbon_cny(e: Evidence) -> float:
    """Every tonne of carbon at the price of the case, CNY; starts and imports have none."""
    return e.case.prices.carbon_cny_per_t * _carbon_tco2(e)


def _start_cny(e: Evidence, t: int, g: int) -> float:
    """
    A start of unit g in step t, by how long it has been off, CNY.

        the dearest type whose hours off are served:  hours off >= H
    """
    unit = e.facts.units[g]
    last_on = np.flatnonzero(e.on[:t, g])
    if len(last_on):
        off_h = (t - 1 - last_on[-1]) * e.inputs.step_h
    else:
        state = next(state for state in e.case.units if state.unit == unit.name)
        off_h = t * e.inputs.step_h + (0.0 if state.on else state.hours_h)
    served = [kind.start_cny for kind in unit.start_types if off_h >= kind.hours_off_h - DURATION_H]
    return max(served, default=unit.start_types[0].start_cny)


def _wear_cny(e: Evidence) -> float:
    """
    Wear by energy discharged, and what charging costs, CNY.

        sum( (wear d + cost c) dt )
    """
    wear = e.table("discharge_mw") @ numbers(e.facts.stores, "wear_cny_per_mwh")
    charging = e.table("charge_mw") @ numbers(e.facts.stores, "charge_cny_per_mwh")
    return float((wear + charging).sum() * e.inputs.step_h)


def _response_cny(e: Evidence) -> float:
    """
    Fees by energy cut or filled and by event, and the price of what is owed when the horizon ends, CNY.

        sum( fee (delayed + spared + filled) dt ) + sum( call fee x events begun ) + price x owed at the end
    """
    contracts = e.facts.contracts
    moved = e.table("delayed_mw") + e.table("spared_mw") + e.table("filled_mw")
    fees = (moved @ numbers(contracts, "fee_cny_per_mwh")).sum() * e.inputs.step_h
    calls = begins(e).sum(axis=0) @ numbers(contracts, "call_fee_cny")
    return float(fees + calls + owed_cny_per_mwh(e.case, e.facts) * owed_mwh(e)[-1].sum())


def _storage_loss_cny(e: Evidence) -> float:
    """
    What is lost between the bus and the level of a store, each way, at the case's price, CNY.

        sum( price (c - eta_c c + d / eta_d - d) dt )
    """
    stores, charge, discharge = e.facts.stores, e.table("charge_mw"), e.table("discharge_mw")
    stored = charge * numbers(stores, "charge_efficiency_share")
    drawn = discharge / numbers(stores, "discharge_efficiency_share")
    lost_mwh = (charge - stored + drawn - discharge).sum() * e.inputs.step_h
    return float(lost_mwh * e.case.prices.storage_loss_cny_per_mwh)


def _network_loss_cny(e: Evidence) -> float:
    """
    Energy lost on lines and links at its price, CNY.

        sum( price lost dt )
    """
    return float(e.table("loss_mw").sum() * e.inputs.step_h * e.case.prices.network_loss_cny_per_mwh)


def _interchange_cny(e: Evidence) -> float:
    """
    Imports paid, exports earned, and the penalty of leaving the plan's band, CNY.

        sum( (price import + deviation (over + under)) dt )
    """
    paid = e.table("net_import_mw") @ numbers(e.facts.interfaces, "price_cny_per_mwh")
    left = (e.table("over_plan_mw") + e.table("under_plan_mw")) @ numbers(e.facts.interfaces, "deviation_cny_per_mwh")
    return float((paid + left).sum() * e.inputs.step_h)


def _renewable_cny(e: Evidence) -> float:
    """
    What plants are paid for what they give, CNY.

        sum( cost injected dt )
    """
    paid = e.table("injected_mw") @ numbers(e.facts.plants, "cost_cny_per_mwh")
    return float(paid.sum() * e.inputs.step_h)


def _curtailment_cny(e: Evidence) -> float:
    """
    Curtailment at the price of its class, CNY.

        sum( price(large or distributed) curtailed dt )
    """
    prices = e.case.prices
    by_technology = {
        **dict.fromkeys(LARGE, prices.large_curtailment_cny_per_mwh),
        **dict.fromkeys(DISTRIBUTED, prices.distributed_curtailment_cny_per_mwh),
    }
    price = np.array([by_technology[plant.technology] for plant in e.facts.plants], dtype=float)
    return float((e.table("curtailed_mw") @ price).sum() * e.inputs.step_h)


def _reserve_cny(e: Evidence) -> float:
    """
    Reserve short, up and down, and each other product, at its price in its grid, CNY.

        sum( (up price short_up + down price short_down + sum( price short of the product )) dt )

    Down: as up where it has none of its own.
    """
    paid = 0.0
    for rule in e.facts.reserve_rules:
        member, both = e.facts.members.index(rule.grid), rule.shortfall_cny_per_mwh
        down = both if rule.down_shortfall_cny_per_mwh is None else rule.down_shortfall_cny_per_mwh
        paid += both * e.table("short_up_mw")[:, member].sum() + down * e.table("short_down_mw")[:, member].sum()
    for asked in e.facts.product_rules:
        if asked.product in e.inputs.product_mw:
            short = e.table(f"short_{asked.product}_mw")[:, e.facts.members.index(asked.grid)]
            paid += asked.shortfall_cny_per_mwh * short.sum()
    return float(paid * e.inputs.step_h)


def _security_cny(e: Evidence) -> float:
    """
    Lines overloaded after an outage and sections beyond their limits, at the price of the case, CNY.

        sum( (price of the line overload + price of the section over) dt )        the case's where one has none
    """
    paid = 0.0
    for name, components in (("overload_mw", [*e.facts.lines, *e.facts.links]), ("section_over_mw", e.facts.sections)):
        own = [getattr(component, "overload_cny_per_mwh", None) for component in components]
        price = np.array([e.case.security.overload_cny_per_mwh if one is None else one for one in own], dtype=float)
        paid += float((e.table(name) @ price).sum())
    return paid * e.inputs.step_h


def _heat_cny(e: Evidence) -> float:
    """
    Running minimums that are not kept, and heat of plants with a heat store that is short, at the case's price, CNY.

        sum( price ((units on asked - sum of u)+ P + short) dt )        P  mean greatest output of the plant's, MW
    """
    short_mwh = float(e.table("heat_short_mw").sum()) * e.inputs.step_h
    return (e.case.heat.short_cny_per_mwh or 0.0) * (_missing_heat_mwh(e) + short_mwh)


def _missing_heat_mwh(e: Evidence) -> float:
    """Units missing of running minimums that a price lets go, each as the mean greatest output of its plant's, MWh."""
    if e.case.heat.short_cny_per_mwh is None:
        return 0.0
    missing_mw = 0.0
    for group in e.inputs.running_groups:
        own = list(group.unit_indices)
        missing = np.maximum(group.units_on_count - e.on[:, own].sum(axis=1), 0)
        missing_mw += float((missing * e.inputs.output_max_mw[:, own].sum(axis=1) / len(own)).sum())
    return missing_mw * e.inputs.step_h
