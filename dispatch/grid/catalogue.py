"""
The facts of a grid and an edition, frozen, read straight from the CSV files.

The tables are the truth; no number stands here. "hebei" is both grids joined: what one grid plans with the other is
no plan there but a flow, and the ties between them lie inside.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np

from dispatch.case.connection import Connection
from dispatch.case.facts import ERROR_KINDS, GridFacts, ProductRule, ReserveRule, StoredYear
from dispatch.case.interchange import VARIANTS, Interface
from dispatch.case.network import Bus, Line, Link, Section
from dispatch.case.renewable import RenewablePlant
from dispatch.case.thermal import RunningMinimum
from dispatch.grid.contracts import aggregators, contracts, peak_mw, seasons
from dispatch.grid.heating import heat_shares
from dispatch.grid.plants import renewable_plants, stores, thermal_units
from dispatch.grid.tables import EDITIONS, MEMBERS, Tables, content_sha256, members_of, networks_folder, shared
from dispatch.units import MINUTES_PER_HOUR


def grids() -> tuple[str, ...]:
    """Names of the grids that can be asked about; "hebei" is both joined."""
    return tuple(MEMBERS)


def editions() -> tuple[int, ...]:
    """Editions that can be asked about."""
    return EDITIONS


@lru_cache(maxsize=8)
def facts_of(grid: str, edition: int) -> GridFacts:
    """What is known of a grid in an edition. Raises UnknownGrid."""
    members = members_of(grid, edition)
    tables = [Tables(member, edition) for member in members]
    lines = _unique(line for table in tables for line in _lines(table))
    links = _unique(link for table in tables for link in _links(table))
    joined = {end for branch in (*lines, *links) for end in (branch.from_bus, branch.to_bus)}
    buses = _places(tables, members, joined)
    interfaces = tuple(interface for table in tables for interface in _interfaces(table, members))
    plants = tuple(plant for table in tables for plant in renewable_plants(table))
    units = tuple(unit for table in tables for unit in thermal_units(table))
    return GridFacts(
        grid=grid,
        edition=edition,
        members=members,
        buses=buses,
        lines=lines,
        links=links,
        units=units,
        plants=plants,
        stores=tuple(store for table in tables for store in stores(table)),
        contracts=tuple(contract for table in tables for contract in contracts(table, buses)),
        interfaces=interfaces,
        heating_seasons=tuple(season for table in tables for season in seasons(table)),
        running_minimums=tuple(minimum for table in tables for minimum in _minimums(table)),
        reserve_rules=tuple(rule for table in tables for rule in _reserve_rules(table)),
        annual_peak_mw={table.grid: peak_mw(table) for table in tables},
        year=_year(tables, buses, plants, interfaces),
        content_sha256=content_sha256(members),
        sections=_unique(section for table in tables for section in _sections(table)),
        aggregators=tuple(aggregator for table in tables for aggregator in aggregators(table)),
        connections=tuple(connection for table in tables for connection in _connections(table)),
        product_rules=tuple(rule for table in tables for rule in _product_rules(table)),
        names={name: words for table in tables for name, words in _names(table)},
    )


def _names(table: Tables) -> Iterable[tuple[str, tuple[str, str]]]:
    """What people call buses and thermal plants, in Chinese and in English."""
    for name, row in table.static("buses").iterrows():
        yield str(name), (str(row["name_cn"]), str(row["name_en"]))
    for _, row in table.static("generators").dropna(subset=["plant_cn"]).iterrows():
        yield str(row["plant"]), (str(row["plant_cn"]), str(row["plant"]))


def _unique(branches: Iterable[Any]) -> tuple[Any, ...]:
    return tuple({branch.name: branch for branch in branches}.values())


def _places(tables: list[Tables], members: tuple[str, ...], joined: set[str]) -> tuple[Bus, ...]:
    """Buses that something joins; a bus of a member comes from the folder of that member."""
    found: dict[str, Bus] = {}
    for table in tables:
        for name, row in table.static("buses").iterrows():
            own = row["grid"] == table.grid
            if str(name) in joined and (own or (row["grid"] not in members and name not in found)):
                found[str(name)] = Bus(
                    name=str(name),
                    grid=row["grid"],
                    city=str(row["city"]),
                    carrier=row["carrier"],
                    nominal_kv=float(row["v_nom"]),
                    latitude_deg=float(row["y"]),
                    longitude_deg=float(row["x"]),
                    load_share=float(row["load_share"]),
                )
    return tuple(found.values())


def _lines(table: Tables) -> tuple[Line, ...]:
    import pandas as pd

    kv = table.static("buses")["v_nom"]
    rows = table.static("lines")
    return tuple(
        Line(
            name=str(name),
            from_bus=row["bus0"],
            to_bus=row["bus1"],
            reactance_share=float(row["x"]) / float(kv[row["bus0"]]) ** 2,
            resistance_share=float(row["r"]) / float(kv[row["bus0"]]) ** 2,
            rating_mw=float(row["s_nom"]),
            corridor="" if pd.isna(row["corridor"]) else str(row["corridor"]),
            circuit_count=int(row["num_parallel"]),
        )
        for name, row in rows.iterrows()
    )


def _links(table: Tables) -> tuple[Link, ...]:
    rows = table.static("links")
    return tuple(
        Link(str(name), row["bus0"], row["bus1"], float(row["p_nom"]), loss_share=float(row["loss_share"]))
        for name, row in rows.iterrows()
    )


def _interfaces(table: Tables, members: tuple[str, ...]) -> tuple[Interface, ...]:
    """Interfaces of a grid at buses beyond the members that its own branches reach; members plan nothing together."""
    import pandas as pd

    branches = [table.static(kind) for kind in ("lines", "links")]
    reached = {bus for rows in branches for end in ("bus0", "bus1") for bus in rows[end]}
    grid = table.static("buses")["grid"]
    rows = shared("interfaces")
    rows = rows[(rows["grid"] == table.grid) & rows["bus"].isin([bus for bus in reached if grid[bus] not in members])]
    return tuple(
        Interface(
            name=row["interface"],
            grid=row["grid"],
            bus=row["bus"],
            import_limit_mw=float(row["import_limit_mw"]),
            export_limit_mw=float(row["export_limit_mw"]),
            renewable_share=float(row["renewable_share_of_import"]),
            price_cny_per_mwh=float(row["price_cny_per_mwh"]),
            deviation_cny_per_mwh=float(row["deviation_cny_per_mwh"]),
            ramp_mw_per_h=None if pd.isna(row.get("ramp_mw_per_h")) else float(row["ramp_mw_per_h"]),
        )
        for _, row in rows.iterrows()
    )


def _sections(table: Tables) -> tuple[Section, ...]:
    """Sections of a grid; a branch with "-" before its name runs backward."""
    return tuple(
        Section(
            name=row["section"],
            along=tuple(name for name in row["branches"].split(";") if not name.startswith("-")),
            against=tuple(name.removeprefix("-") for name in row["branches"].split(";") if name.startswith("-")),
            forward_limit_mw=float(row["forward_limit_mw"]),
            backward_limit_mw=float(row["backward_limit_mw"]),
            first_day=row["first_day"],
            last_day=row["last_day"],
        )
        for _, row in table.optional("sections").iterrows()
    )


def _connections(table: Tables) -> tuple[Connection, ...]:
    """Connections that plants and stores share; names are separated by ";"."""
    return tuple(
        Connection(
            name=row["connection"],
            plants=tuple(row["plants"].split(";")),
            stores=tuple(row["stores"].split(";")),
            limit_mw=float(row["limit_mw"]),
            grid_charging=bool(row["grid_charging"]),
        )
        for _, row in table.optional("connections").iterrows()
    )


def _minimums(table: Tables) -> tuple[RunningMinimum, ...]:
    rows = table.sidecar("running_minimum")
    return tuple(RunningMinimum(r["plant"], int(r["units_on"])) for _, r in rows.iterrows())


def _reserve_rules(table: Tables) -> tuple[ReserveRule, ...]:
    errors = table.sidecar("reserve_errors").set_index("of")["error_share"]
    numbers: tuple[Any, ...] = (
        "load_share",
        "renewable_share",
        "shortfall_cny_per_mwh",
        "up_quantile",
        "down_quantile",
    )
    own_down = ("down_load_share", "down_renewable_share", "down_shortfall_cny_per_mwh")
    known = {f"{of}_error_share": float(errors[of]) for of in ERROR_KINDS}
    rules = []
    for _, row in table.sidecar("reserve_rules").iterrows():
        told: dict[str, Any] = known | {name: float(row[name]) for name in (*numbers, *own_down)}
        rules.append(ReserveRule(row["grid"], **told))
    return tuple(rules)


def _product_rules(table: Tables) -> tuple[ProductRule, ...]:
    """Products beside spinning reserve; the table has minutes."""
    return tuple(
        ProductRule(
            grid=row["grid"],
            product=row["product"],
            load_share=float(row["load_share"]),
            renewable_share=float(row["renewable_share"]),
            within_h=float(row["within_min"]) / MINUTES_PER_HOUR,
            shortfall_cny_per_mwh=float(row["shortfall_cny_per_mwh"]),
        )
        for _, row in table.sidecar("reserve_products").iterrows()
    )


def _year(
    tables: list[Tables],
    buses: tuple[Bus, ...],
    plants: tuple[RenewablePlant, ...],
    interfaces: tuple[Interface, ...],
) -> StoredYear:
    import pandas as pd

    load, share = [], []
    for table in tables:
        stored = table.series("loads-p_set")
        own = [column for column in stored if str(column).startswith("load ")]
        total = stored[own].sum(axis=1).to_numpy() * float(table.setting("load_scale", "1"))
        load.append({bus.name: total * bus.load_share for bus in buses if bus.grid == table.grid})
        share.append(table.series("generators-p_max_pu"))
    merged = {name: column for part in load for name, column in part.items()}
    nothing = np.zeros(len(share[0]))
    available = pd.concat(share, axis=1)
    names = [interface.name for interface in interfaces]
    return StoredYear(
        load_mw=np.column_stack([merged.get(bus.name, nothing) for bus in buses]),
        available_share=available[[plant.name for plant in plants]].to_numpy(),
        net_import_mw={variant: _plans_mw(tables, variant, names) for variant in VARIANTS},
        heat_share=np.column_stack([heat_shares(table) for table in tables]),
        error_share={table.grid: table.series("errors_day_ahead")[list(ERROR_KINDS)].to_numpy() for table in tables},
    )


def _plans_mw(tables: list[Tables], variant: str, names: list[str]) -> np.ndarray:
    import pandas as pd

    from dispatch.profiles.interchange import plans  # pandas again

    by_grid = [plans(networks_folder(), table.grid, variant, table.edition) for table in tables]
    return pd.concat(by_grid, axis=1)[names].to_numpy()
