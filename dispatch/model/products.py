"""
Reserve products beside spinning reserve: regulation (调频备用), up and down, and non-spinning reserve (非旋转备用).

Each is a decision of every unit, store and contract that can give it, beside r in the same room and the same energy, so
that no MW and no MWh is promised twice. A product that nobody asks for has no row and no column. Units stand in
`thermal/products.py`, plants by unit in `pumped_hydro.py`, contracts in `response_reserve.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dispatch.case.demand_response import Contract
from dispatch.case.reserve_products import NON_SPINNING, rule_of
from dispatch.case.storage import Store
from dispatch.case.thermal import ThermalUnit
from dispatch.model import names
from dispatch.model.draft import Draft, belonging, named
from dispatch.model.terms import ABSENT, Terms, total
from dispatch.model.thermal.products import TAKING, UP, asking_members


def decide_store_products(draft: Draft) -> None:
    """
    A store gives regulation and non-spinning reserve as it gives reserve, at once, within the same limits.

        r_up + a_up + n  <=  room above,        r_dn + a_dn  <=  room below        every store and step t

    room  in power and in energy, as for r_up and r_dn alone: `reserve.keep_store_room`, `least_power`, `pumped_hydro`
          and `connection` hold it for the sums
    a_up, a_dn  regulation   MW        n  non-spinning reserve   MW
    What is promised lasts an hour, all products together. A plant by unit regulates with the units that run
    (`pumped_hydro.keep_product_room`).
    """
    for product in draft.inputs.product_mw:
        chosen = _stores_asked(draft, product)
        if chosen.any():
            draft.decide(names.STORE_PRODUCT[product], draft.stores[chosen])


def hold_products(draft: Draft) -> None:
    """
    Units, stores and contracts keep what is asked for of each product; what is missing is priced.

        sum( a ) + short  >=  A[t]            every product, grid and step t

    a  the product: of non-spinning reserve n of units on, q of units off, of stores and of contracts   MW
    A  the larger of shares of load, wind and sun and the case's MW (`case.reserve_products`)   MW
    short  priced slack   MW
    """
    members = named(draft.facts.members)
    for product, required in draft.inputs.product_mw.items():
        asking = asking_members(draft, product)
        held = _held(draft, product) + draft.decide(names.SHORT_PRODUCT[product], members)
        draft.hold(f"Reserve-{product}", held[:, asking], ">=", required[:, asking], members[asking])


def product_penalty(draft: Draft) -> Terms | None:
    """Price of what is missing of each product, CNY: sum( dt c short ), c in CNY/MWh of the product in its grid."""
    members, parts = named(draft.facts.members), []
    for product in draft.inputs.product_mw:
        rules = [rule_of(draft.facts, product, grid) for grid in members]
        price = np.array([0.0 if rule is None else rule.shortfall_cny_per_mwh for rule in rules])
        parts.append((price * draft.inputs.step_h * draft.variable(names.SHORT_PRODUCT[product], members)).all())
    return total(parts) if parts else None


def promised_mw(draft: Draft, direction: str) -> Terms:
    """All that stores promise in one direction, MW, (T, stores): reserve, and products where they are asked for."""
    own = draft.variable(names.STORE_UP if direction == UP else names.STORE_DOWN, draft.stores)
    return total([own, *(stored_mw(draft, product) for product in TAKING[direction])])


def stored_mw(draft: Draft, product: str) -> Terms:
    """One product of all stores, MW, (T, stores); no terms where it is off."""
    return _spread(draft, names.STORE_PRODUCT[product], draft.stores, _stores_asked(draft, product))


def kept_response_mw(draft: Draft) -> Terms:
    """What contracts keep as non-spinning reserve, MW, (T, contracts); no terms where it is off."""
    if names.RESPONSE_RESERVE not in draft.model.variables:
        return _spread(draft, names.RESPONSE_RESERVE, draft.contracts, np.zeros(len(draft.contracts), dtype=bool))
    able = draft.contracts.isin(draft.model.variables[names.RESPONSE_RESERVE].axes["name"])
    return _spread(draft, names.RESPONSE_RESERVE, draft.contracts, able)


def _held(draft: Draft, product: str) -> Terms:
    """Everything that is given of a product in each member grid, MW, (T, members)."""
    facts = draft.facts
    givers: list[tuple[str, Sequence[ThermalUnit | Store | Contract]]] = [
        (names.UNIT_PRODUCT[product], facts.units),
        (names.STORE_PRODUCT[product], facts.stores),
    ]
    if product == NON_SPINNING:
        givers += [(names.QUICK_START, facts.units), (names.RESPONSE_RESERVE, facts.contracts)]
    shape = (len(draft.times), len(facts.members), 0)
    parts = [Terms(np.zeros(shape), np.zeros(shape, dtype=int))]
    for name, components in givers:
        if name in draft.model.variables:
            own = set(draft.model.variables[name].axes["name"])
            homes = [component.grid for component in components if component.name in own]
            parts.append(draft.variable(name).weighted(belonging(homes, facts.members)))
    return total(parts)


def _stores_asked(draft: Draft, product: str) -> np.ndarray:
    """Stores of grids that ask for a product, (stores,), bool."""
    asking = set(named(draft.facts.members)[asking_members(draft, product)])
    return np.array([store.grid in asking for store in draft.facts.stores], dtype=bool)


def _spread(draft: Draft, name: str, components: pd.Index, chosen: np.ndarray) -> Terms:
    """A variable of some components over all of them; no terms where there is no such variable."""
    shape = (len(draft.times), len(components))
    if name not in draft.model.variables:
        return Terms(np.zeros((*shape, 0)), np.zeros((*shape, 0), dtype=int))
    labels = np.full((*shape, 1), ABSENT)
    labels[:, chosen] = draft.variable(name).labels
    return Terms((labels != ABSENT).astype(float), labels)
