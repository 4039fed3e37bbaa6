"""Two member grids on the triangle, and schedules of them that are numbers and nothing more."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from dispatch.audit.shape import columns_of
from dispatch.case.case import Case
from dispatch.case.demand_response import FILL, REDUCE, SHIFT
from dispatch.case.facts import GridFacts
from dispatch.case.network import Section
from dispatch.schedule.schedule import Schedule
from tests.small import (
    bus,
    contract,
    gas_unit,
    interface,
    plant,
    pumped_hydro,
    small_case,
    small_facts,
    store,
    unit,
)

SOUTH, NORTH = "hebei_south", "jibei"
STEPS = 4

Values = Mapping[str, Mapping[str, float]]  # table, component: one value for all steps


def joined_facts() -> GridFacts:
    """Hebei South at a and b, Jibei at c and d; a tie at a neighbour's bus, an interface at bus c itself."""
    return small_facts(
        buses=(
            bus("a", grid=SOUTH),
            bus("b", grid=SOUTH),
            bus("c"),
            bus("d", carrier="DC"),
            bus("neighbour", grid="external"),
        ),
        units=(unit("coal", grid=SOUTH), gas_unit("gas", bus="c")),
        plants=(plant("wind"), plant("roofs", bus="b", grid=SOUTH, technology="solar_distributed")),
        stores=(
            store("battery"),
            pumped_hydro("pumps", grid=SOUTH),
            store("other_battery", bus="a", grid=SOUTH),
        ),
        contracts=(
            contract("factories", REDUCE, grid=SOUTH),
            contract("wells", SHIFT, bus_shares=(("c", 1.0),)),
            contract("stores", FILL, first_day="06-01", last_day="08-31", bus_shares=(("c", 1.0),)),
        ),
        interfaces=(
            interface("tie", grid=SOUTH),
            interface("direct", bus="c", renewable_share=1.0, price_cny_per_mwh=300.0),
        ),
        load_mw={"a": 100.0, "b": 200.0, "c": 40.0, "d": 10.0},
        available_share={"wind": 0.5, "roofs": 0.25},
        net_import_mw={"tie": 30.0, "direct": -20.0},
        annual_peak_mw={SOUTH: 400.0, NORTH: 1000.0},
        sections=(Section("from a", ("ab",), ("cd",), 100.0, 100.0),),
    )


def joined_case(facts: GridFacts) -> Case:
    """Four winter hours, 5 % response."""
    return small_case(facts, hours=STEPS, response_share=0.05)


def constant(facts: GridFacts, case: Case, values: Values) -> Schedule:
    """A schedule of the same values in every step, zero where none is given."""
    tables = {}
    for name, columns in columns_of(facts).items():
        row = [values.get(name, {}).get(column, 0.0) for column in columns]
        tables[name] = pd.DataFrame([row] * STEPS, index=case.horizon.times, columns=list(columns))
    return Schedule(step_h=case.horizon.step_h, **tables)


def random(facts: GridFacts, case: Case, seed: int) -> Schedule:
    """A schedule of random numbers: 0 or 1 for decisions, up to 100 for the rest, signed where it may be."""
    generator = np.random.default_rng(seed)
    tables = {}
    for name, columns in columns_of(facts).items():
        shape = (STEPS, len(columns))
        numbers = generator.uniform(-100 if name in {"flow_mw", "net_import_mw"} else 0, 100, shape)
        if name in {"on", "started", "stopped"}:
            numbers = (numbers > 50).astype(float)
        tables[name] = pd.DataFrame(numbers, index=case.horizon.times, columns=list(columns))
    return Schedule(step_h=case.horizon.step_h, **tables)
