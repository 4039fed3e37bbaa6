"""
Reserve products beside spinning reserve: regulation (调频备用), up and down, and non-spinning reserve (非旋转备用).

Off wherever nobody asks for them: then nothing of them is in the model, the schedule or the prices.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from dispatch.case.demand_response import FILL, Contract
from dispatch.case.storage import PUMPED_HYDRO, Store
from dispatch.case.thermal import ThermalUnit
from dispatch.units import DURATION_H, POWER_MW

if TYPE_CHECKING:
    from dispatch.case.case import Case, ProductAsked
    from dispatch.case.facts import GridFacts, ProductRule

REGULATION_UP, REGULATION_DOWN, NON_SPINNING = "regulation_up", "regulation_down", "non_spinning"
PRODUCTS = (REGULATION_UP, REGULATION_DOWN, NON_SPINNING)
UPWARD = (REGULATION_UP, NON_SPINNING)  # both take of the room above a unit


def required_products(
    case: Case, facts: GridFacts, load_mw: np.ndarray, available_mw: np.ndarray
) -> Mapping[str, np.ndarray]:
    """
    What is required of each product that somebody asks for, MW, (T, members).

        the larger of   share of load x load + share of wind and sun x what is available   and the case's MW
    """
    required = {}
    for product in PRODUCTS:
        columns = [_required_mw(case, facts, product, grid, load_mw, available_mw) for grid in facts.members]
        if max(float(column.max(initial=0.0)) for column in columns) > POWER_MW:
            required[product] = np.column_stack(columns)
    return required


def _required_mw(
    case: Case, facts: GridFacts, product: str, grid: str, load_mw: np.ndarray, available_mw: np.ndarray
) -> np.ndarray:
    rule, asked = rule_of(facts, product, grid), asked_of(case, product, grid)
    if rule is None:
        return np.zeros(len(load_mw))
    shares = [getattr(asked, name, None) for name in ("load_share", "renewable_share")]
    of_load, of_renewable = (
        own if given is None else given
        for given, own in zip(shares, (rule.load_share, rule.renewable_share), strict=True)
    )
    load = load_mw[:, [k for k, bus in enumerate(facts.buses) if bus.grid == grid]].sum(axis=1)
    available = available_mw[:, [k for k, plant in enumerate(facts.plants) if plant.grid == grid]].sum(axis=1)
    given_mw = asked.required_mw if asked is not None else ()
    return np.asarray(np.maximum(of_load * load + of_renewable * available, given_mw or 0.0))


def rule_of(facts: GridFacts, product: str, grid: str) -> ProductRule | None:
    """What a grid says of a product; None where it does not know it."""
    return next((rule for rule in facts.product_rules if (rule.product, rule.grid) == (product, grid)), None)


def asked_of(case: Case, product: str, grid: str) -> ProductAsked | None:
    """What a case asks of a product in a grid: by the grid's name, else of all grids."""
    said = [asked for asked in case.reserve.products if asked.product == product and asked.grid in ("", grid)]
    return max(said, key=lambda asked: bool(asked.grid), default=None)


def starts_in_time(unit: ThermalUnit, rule: ProductRule) -> bool:
    """Whether a unit that is off is up within the time of the product."""
    return unit.start_time_h is not None and unit.start_time_h <= rule.within_h + DURATION_H


def answers_in_time(contract: Contract, rule: ProductRule) -> bool:
    """
    Whether a response contract can be a reserve: what it cuts is there within the time of the product.

    Terms of calls (events, rests, numbers of calls) and budgets of a season are no terms of a reserve.
    """
    bound = contract.has_calls or contract.season_energy_h is not None
    return contract.kind != FILL and not bound and contract.notice_h <= rule.within_h + DURATION_H


def givers_of(case: Case, facts: GridFacts, product: str, grid: str) -> list[ThermalUnit | Store | Contract]:
    """Everything in a grid that could give some of a product in a case, whatever its state."""
    rule = rule_of(facts, product, grid)
    if rule is None:
        return []
    ramp = "ramp_down_mw_per_h" if product == REGULATION_DOWN else "ramp_up_mw_per_h"
    givers: list[ThermalUnit | Store | Contract] = []
    givers += [unit for unit in facts.units if unit.grid == grid and getattr(unit, ramp) * rule.within_h > POWER_MW]
    givers += [store for store in facts.stores if store.grid == grid and _power_mw(case, store) > POWER_MW]
    if product == NON_SPINNING and case.response_share > 0:
        givers += [c for c in facts.contracts if c.grid == grid and answers_in_time(c, rule)]
    if product == NON_SPINNING:
        givers += [unit for unit in facts.units if unit.grid == grid and starts_in_time(unit, rule)]
    return givers


def _power_mw(case: Case, store: Store) -> float:
    """Power of a store at the scale of the case."""
    scales = case.scales
    scale = scales.pumped_hydro_share if store.technology == PUMPED_HYDRO else scales.new_storage_share
    return scale * store.power_mw
