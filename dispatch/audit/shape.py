"""Whether the tables of a schedule can be read at all."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from dispatch.audit.evidence import Evidence, names
from dispatch.audit.finding import Finding, Rule, found
from dispatch.case.facts import GridFacts
from dispatch.case.heat_plants import HeatPlant, heated_indices
from dispatch.case.reserve_products import NON_SPINNING, PRODUCTS
from dispatch.schedule.schedule import BY_HEAT_STORE, TABLES
from dispatch.units import DURATION_H, POWER_MW

SHAPE = Rule("schedule-shape", "entries", 0.0)
SIGNED = ("flow_mw", "net_import_mw")


def shape(e: Evidence) -> Finding:
    """
    Every table has a row a step, a column a component in the order of the facts, and numbers in them.

    Nothing is missing, infinite, or negative in a table that has no sign. A violation counts the entries that
    are wrong, by table and column.
    """
    faults = _unreadable(e) | _negative(e)
    return found(SHAPE, np.array(list(faults.values()), dtype=float), list(faults))


def readable(e: Evidence) -> bool:
    """Whether the other rules can be recomputed from these tables."""
    return not any(_unreadable(e).values())


def columns_of(
    facts: GridFacts, products: Collection[str] = (), plants: Sequence[HeatPlant] = ()
) -> dict[str, Sequence[str]]:
    """The columns of every table; of reserve products those that somebody asks for have some, of heat its stores."""
    units, stores = names(facts.units), names(facts.stores)
    by_owner: dict[tuple[str, ...], Sequence[str]] = {
        ("on", "started", "stopped", "output_mw"): units,
        ("below_normal_mw", "oil_support", "oil_t_per_h"): units,
        ("injected_mw", "curtailed_mw"): names(facts.plants),
        ("charge_mw", "discharge_mw", "level_mwh"): stores,
        ("delayed_mw", "repaid_mw", "advanced_mw", "spared_mw", "filled_mw"): names(facts.contracts),
        ("called", "call_started"): names(facts.contracts),
        ("net_import_mw", "over_plan_mw", "under_plan_mw"): names(facts.interfaces),
        ("reserve_up_mw", "reserve_down_mw"): [*units, *stores],
        ("short_up_mw", "short_down_mw", "required_up_mw", "required_down_mw"): facts.members,
        ("up_decided_by", "down_decided_by"): facts.members,
        ("flow_mw", "overload_mw", "loss_mw"): [*names(facts.lines), *names(facts.links)],
        ("section_over_mw",): names(facts.sections),
        ("generating_count", "pumping_count"): names(facts.pump_groups),
        ("heat_mw",): [units[k] for k in heated_indices(plants)],
        BY_HEAT_STORE: names(plants),
        ("generating", "pumping"): [name for group in facts.pump_groups for name in group.unit_names],
    }
    for product in PRODUCTS:
        asked, by_contract = product in products, names(facts.contracts) if product == NON_SPINNING else []
        by_owner[(f"{product}_mw",)] = [*units, *stores, *by_contract] if asked else []
        by_owner[(f"short_{product}_mw", f"required_{product}_mw")] = facts.members if asked else []
    return {table: columns for tables, columns in by_owner.items() for table in tables}


def _unreadable(e: Evidence) -> dict[str, int]:
    """Entries that are misplaced, missing, unknown or no finite number, by place."""
    faults = {"step_h": int(abs(e.schedule.step_h - e.case.horizon.step_h) > DURATION_H)}
    for name, columns in columns_of(e.facts, e.inputs.product_mw, e.inputs.heat_plants).items():
        table: pd.DataFrame = getattr(e.schedule, name)
        faults[f"{name}.index"] = _misplaced(list(table.index), list(e.inputs.times))
        faults[f"{name}.columns"] = _misplaced(list(table.columns), list(columns))
        infinite = (~np.isfinite(_floats(table))).sum(axis=0)
        faults |= {f"{name}.{c}": int(n) for c, n in zip(table.columns, infinite, strict=True)}
    return faults


def _negative(e: Evidence) -> dict[str, int]:
    """Entries below zero in tables without a sign, by place."""
    faults: dict[str, int] = {}
    for name in TABLES:
        if name not in SIGNED:
            table: pd.DataFrame = getattr(e.schedule, name)
            below = (_floats(table) < -POWER_MW).sum(axis=0)
            faults |= {f"{name}.{c} >= 0": int(n) for c, n in zip(table.columns, below, strict=True)}
    return faults


def _misplaced(given: Sequence[object], asked: Sequence[object]) -> int:
    """Labels that are not where they should be."""
    pairs = sum(a != b for a, b in zip(given, asked, strict=False))
    return pairs + abs(len(given) - len(asked))


def _floats(table: pd.DataFrame) -> np.ndarray:
    """A table as numbers; what is no number becomes NaN."""
    if not all(pd.api.types.is_numeric_dtype(kind) for kind in table.dtypes):
        table = table.apply(pd.to_numeric, errors="coerce")
    return table.to_numpy(dtype=float)
