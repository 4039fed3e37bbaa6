"""Plants with a heat store (储热罐): their units share the heat load as they will, inside their operating regions."""

from __future__ import annotations

import numpy as np

from dispatch.case.heat import EXTRACTION
from dispatch.case.heat_plants import heated_indices
from dispatch.model import names
from dispatch.model.draft import Draft, each, named
from dispatch.model.terms import Terms
from dispatch.model.thermal.headroom import kept_mw
from dispatch.model.thermal.output_limits import output_mw
from dispatch.model.thermal.products import DOWN, UP


def decide_heat(draft: Draft) -> None:
    """
    A unit that is on gives heat, and stays with its reserve inside its operating region (电热运行区域); off, none.

        0  <=  h  <=  Q* u
        p - r_dn - cm h  >=  (F - cm Q*) u                                                     the back-pressure edge
        p - r_dn + cv' h  >=  P0 u,            p + r_up + cv h  <=  C0 u                        extraction
        p + r_up - cm h  <=  (C - cm Q*) u                                                      back-pressure

    h  heat   MW      Q*  design heat   MW      r_up, r_dn  reserve that is decided, all products   MW
    P0, C0  least and highest output without heat, F, C at the design heat   MW      cm, cv' of the region
    cv = (C0 - C) / Q*. Each row is an edge of the region times u, so that the relaxation is the hull of region and
    standstill. Convex regions of power and heat: Lahdelma, Hakonen (2003).
    """
    own = heated_indices(draft.inputs.heat_plants)
    if not own:
        return
    units, facts = draft.units[own], [draft.facts.units[k] for k in own]
    regions = [unit.heat_region for unit in facts]
    design, back = each(regions, "design_heat_mw"), each(regions, "back_pressure_share")
    on, heat = draft.variable(names.STATUS, units), draft.decide(names.HEAT, units, design)
    output = output_mw(draft)
    lowest, highest = (output - kept_mw(draft, DOWN))[:, own], (output + kept_mw(draft, UP))[:, own]
    floor, ceiling, least, most = (
        each(facts, name)
        for name in ("heating_output_min_mw", "heating_output_max_mw", "output_min_mw", "output_max_mw")
    )
    draft.hold("Generator-heat_max", heat - design * on, "<=", 0.0, units)
    draft.hold("Generator-heat_back_pressure", lowest - back * heat - (floor - back * design) * on, ">=", 0.0, units)
    lost, taken = each(regions, "floor_loss_share"), (most - ceiling) / design
    extracts = np.array([region is not None and region.turbine == EXTRACTION for region in regions], dtype=bool)
    for name, terms, sign, chosen in (
        ("Generator-heat_steam", lowest + lost * heat - least * on, ">=", extracts),
        ("Generator-heat_extraction", highest + taken * heat - most * on, "<=", extracts),
        ("Generator-heat_line", highest - back * heat - (ceiling - back * design) * on, "<=", ~extracts),
    ):
        if chosen.any():
            draft.hold(name, terms[:, chosen], sign, 0.0, units[chosen])


def keep_heat(draft: Draft) -> None:
    """
    Units and the heat store meet the heat load of their plant; what a price lets go is short.

        sum( h[g,t], g of the plant ) + d[t] - c[t] + s[t]  =  L[t]                   every step t
        e[t]  =  (1 - l)^dt e[t-1] + (c[t] - d[t]) dt,     0 <= e[t] <= E,     e[T-1]  >=  Eend

    L  heat load (`case.heat_plants`)   MW      c, d  charge and discharge, within their limits   MW
    e  level at the end of the step, e[-1] from the case   MWh      l  standing loss   share of the level per hour
    s  priced slack   MW; none at all where the case gives no price of it (`heat.short_cny_per_mwh`)
    Only c - d counts: both at once would neither help nor cost. Heat tanks beside CHP: Chen et al. (2015), Nuytten et
    al. (2013); the level is that of PyPSA's `Store` with a standing loss.
    """
    plants = draft.inputs.heat_plants
    if not plants:
        return
    stores, step_h = [plant.store for plant in plants], draft.inputs.step_h
    own, load = named(plant.name for plant in plants), np.column_stack([plant.load_mw for plant in plants])
    charge = draft.decide(names.HEAT_CHARGE, own, each(stores, "charge_mw"))
    discharge = draft.decide(names.HEAT_DISCHARGE, own, each(stores, "discharge_mw"))
    lower, before = np.zeros(load.shape), np.zeros(load.shape)
    kept = np.array([store.kept_share(step_h) for store in stores])
    lower[-1], before[0] = each(stores, "end_level_mwh"), kept * each(stores, "start_level_mwh")
    level = draft.decide(names.HEAT_LEVEL, own, each(stores, "energy_mwh"), lower)
    change = level - kept * level.shift(1) - step_h * (charge - discharge)
    draft.hold("Plant-heat_storage", change, "=", before, own)
    given = draft.variable(names.HEAT).weighted(_of_plants(draft)) + discharge - charge
    if draft.case.heat.short_cny_per_mwh is not None:
        given = given + draft.decide(names.UNSERVED_HEAT, own, load)
    draft.hold(names.HEAT_BALANCE, given, "=", load, own)


def unserved_heat_penalty(draft: Draft) -> Terms | None:
    """Price of heat that is short, CNY: sum( dt c s ), c the case's `heat.short_cny_per_mwh`."""
    price = draft.case.heat.short_cny_per_mwh
    if price is None or names.UNSERVED_HEAT not in draft.model.variables:
        return None
    return (price * draft.inputs.step_h * draft.variable(names.UNSERVED_HEAT)).all()


def _of_plants(draft: Draft) -> np.ndarray:
    """1 where a unit whose heat is decided is of a plant, else 0, (plants, such units)."""
    plants = draft.inputs.heat_plants
    return np.array([[float(k in plant.unit_indices) for k in heated_indices(plants)] for plant in plants])
