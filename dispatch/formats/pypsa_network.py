"""
PyPSA networks as cases, on a grid of their own named "PyPSA": netCDF, a CSV folder or an Excel workbook.

What is read, and what is refused: `pypsa_columns`. Snapshots are hours, naive ones of UTC+8, or count from
`FIRST_HOUR`; the cheapest dispatch and commitment are sought, as by `n.optimize()`. What PyPSA leaves open here is
held by our own rules: a storage unit never charges and discharges at once, and a start or stop limit binds the hour
of the start or stop alone (the rows of PyPSA 1.4 also ask for at least that limit less the ramp there).
"""

from __future__ import annotations

import hashlib
import logging
import warnings
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dispatch.case.case import Case, Prices
from dispatch.case.check_horizon import FIRST_YEAR, LAST_YEAR
from dispatch.case.facts import GridFacts, ReserveRule
from dispatch.case.network import Bus, Line, Link
from dispatch.case.renewable import UNSPECIFIED, AvailableForecast, RenewablePlant
from dispatch.case.storage import Store, StoreState
from dispatch.errors import CaseError, Flaw
from dispatch.formats.foreign import FIRST_HOUR, LEAST_PEAK_MW, Foreign, load_shares, stored_year
from dispatch.horizon import MAX_HOURS, Horizon, beijing, hour_of_year

if TYPE_CHECKING:
    import pypsa

    from dispatch.formats.pypsa_columns import Column
    from dispatch.formats.pypsa_units import Generation

GRID = "PyPSA"
NETCDF = (b"\x89HDF", b"CDF\x01", b"CDF\x02", b"CDF\x05")
NO_LIMIT_MW = 1e6


def holds_pypsa(path: Path) -> bool:
    """Whether a file or folder is a network of PyPSA, told by what is in it."""
    if path.is_dir():
        return (path / "buses.csv").exists() or (path / "network.csv").exists()
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except OSError:
        return False
    return head in NETCDF or (head.startswith(b"PK") and b'name="buses"' in _sheets(path))


def _sheets(path: Path) -> bytes:
    """The names of the sheets of a workbook, as it lists them."""
    try:
        with zipfile.ZipFile(path) as book:
            return book.read("xl/workbook.xml")
    except Exception:  # noqa: BLE001 (a damaged workbook is refused by whoever reads it)
        return b""


def read_pypsa(path: Path) -> Foreign:
    """The case and the grid of a network, or `CaseError` with every flaw by table, component and column."""
    return foreign_of(_opened(path), _sha256(path), path.name)


def _opened(path: Path) -> pypsa.Network:
    import pypsa

    pypsa.options.api.legacy_string_dtype = True
    logging.getLogger("pypsa").setLevel(logging.ERROR)  # it tells of every file that it reads
    network = pypsa.Network()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if path.is_dir():
                network.import_from_csv_folder(path)
            elif path.read_bytes()[:2] == b"PK":
                network.import_from_excel(path, engine="openpyxl")
            else:
                network.import_from_netcdf(path)
    except Exception as error:
        message = f"is no network that PyPSA can read: {str(error).splitlines()[0] if str(error) else type(error)}"
        raise CaseError((Flaw("UNREADABLE", str(path), message),)) from error
    return network


def _sha256(path: Path) -> str:
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    digest = hashlib.sha256()
    for file in files:
        digest.update(b"" if path.is_file() else file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


# ---------------------------------------------------------------- the whole


def foreign_of(network: pypsa.Network, content_sha256: str, name: str) -> Foreign:
    """The case and the grid of an open network, or `CaseError` with every flaw."""
    from dispatch.formats.pypsa_columns import Column, column_flaws, unknown_columns
    from dispatch.formats.pypsa_units import Generation

    flaws = [*column_flaws(network), *_snapshot_flaws(network)]
    if network.buses.empty:
        flaws.append(Flaw("REQUIRED", "buses", "there is none; give one at least"))
    if flaws:
        raise CaseError(tuple(flaws))
    notes: list[str] = []
    start = _start(network, notes)
    carriers = network.carriers["co2_emissions"].to_dict() if "co2_emissions" in network.carriers else {}
    generation = Generation(GRID, start, 1.0, carriers)
    generators = Column(network, "generators", flaws)
    for generator in generators.names:
        generation.add(generators, generator)
    load_mw = _load_mw(Column(network, "loads", flaws), network, generation)
    network.calculate_dependent_values()
    lines = (*_lines(Column(network, "lines", flaws)), *_lines(Column(network, "transformers", flaws)))
    links = tuple(_links(Column(network, "links", flaws)))
    stores = list(_stores(Column(network, "storage_units", flaws)))
    flaws += _bus_flaws(network)
    if flaws:
        raise CaseError(tuple(flaws))
    if unknown := unknown_columns(network):
        notes.append(f"columns without a meaning to PyPSA are passed over: {', '.join(unknown)}")
    horizon = Horizon(start, len(network.snapshots))
    facts = _facts(network, generation, horizon, load_mw, content_sha256)
    facts = _with_network(facts, lines, links, tuple(store for store, _ in stores))
    return Foreign(_case(generation, horizon, tuple(state for _, state in stores), name), facts, tuple(notes))


def _case(generation: Generation, horizon: Horizon, stores: tuple[StoreState, ...], name: str) -> Case:
    return Case(
        grid=GRID,
        edition=horizon.start.year,
        horizon=horizon,
        units=tuple(generation.states),
        stores=stores,
        name=name,
        prices=Prices(0.0, 0.0, 0.0),
        outages=tuple(generation.outages),
        must_run=tuple(generation.must_run),
        available_forecasts=tuple(generation.forecasts),
    )


def _facts(
    network: pypsa.Network, generation: Generation, horizon: Horizon, load_mw: np.ndarray, content_sha256: str
) -> GridFacts:
    shares = load_shares(load_mw)
    kv = network.buses["v_nom"].astype(float)
    return GridFacts(
        grid=GRID,
        edition=horizon.start.year,
        members=(GRID,),
        buses=tuple(
            Bus(str(bus), GRID, "", "AC", float(kv[bus]), 0.0, 0.0, float(share))
            for bus, share in zip(network.buses.index, shares, strict=True)
        ),
        lines=(),
        links=(),
        units=tuple(generation.units),
        plants=tuple(generation.plants),
        stores=(),
        contracts=(),
        interfaces=(),
        heating_seasons=(),
        running_minimums=(),
        reserve_rules=(ReserveRule(GRID, 0.0, 0.0, 0.0, largest_unit=False),),
        annual_peak_mw={GRID: max(float(load_mw.sum(axis=1).max()), LEAST_PEAK_MW)},
        year=stored_year(horizon.times, load_mw, len(generation.plants)),
        content_sha256=content_sha256,
    )


def _with_network(
    facts: GridFacts, lines: tuple[Line, ...], links: tuple[Link, ...], stores: tuple[Store, ...]
) -> GridFacts:
    """The facts with their branches, whose names are made different where PyPSA's need not be, and their stores."""
    from dataclasses import replace

    taken: set[str] = set()
    named: list[Line] = []
    for line in lines:
        name = line.name if line.name not in taken else f"transformer {line.name}"
        taken.add(name)
        named.append(replace(line, name=name))
    links = tuple(replace(k, name=f"link {k.name}") if k.name in taken else k for k in links)
    return replace(facts, lines=tuple(named), links=links, stores=stores)


# ---------------------------------------------------------------- time


def _snapshot_flaws(network: pypsa.Network) -> Iterator[Flaw]:
    times, count = network.snapshots, len(network.snapshots)
    if not 1 <= count <= MAX_HOURS:
        message = f"{count} snapshots; give 1 to {MAX_HOURS}, as n.set_snapshots(n.snapshots[:24]) leaves"
        yield Flaw("HORIZON_TOO_LONG", "snapshots", message)
    weights = network.snapshot_weightings
    for column in ("objective", "generators", "stores"):
        if column in weights and (weights[column].astype(float) != 1.0).any():
            message = "a snapshot that does not count one hour cannot be asked; give 1 in all"
            yield Flaw("UNSUPPORTED_FIELD", f"snapshot_weightings.{column}", message)
    if isinstance(times, pd.DatetimeIndex) and count > 1 and (np.diff(times) != np.timedelta64(1, "h")).any():
        message = "do not follow each other by an hour, and PyPSA counts each as one; give hours"
        yield Flaw("UNSUPPORTED_FIELD", "snapshots", message)


def _start(network: pypsa.Network, notes: list[str]) -> datetime:
    """The first hour: its own as UTC+8, or `FIRST_HOUR` where it has none that a case can have."""
    times = network.snapshots
    if (
        isinstance(times, pd.DatetimeIndex)
        and FIRST_YEAR <= times[0].year <= LAST_YEAR
        and times[0] == times[0].floor("h")
    ):
        if len(set(hour_of_year(times))) == len(times):
            return beijing(times[0].to_pydatetime())
        notes.append("29 February has no hours of its own here: hours are counted from 2030-01-01")
    return FIRST_HOUR


# ---------------------------------------------------------------- tables


def _bus_flaws(network: pypsa.Network) -> Iterator[Flaw]:
    """Every component stands at a bus that is there; lines join buses of alternating current."""
    known = set(network.buses.index)
    for table in ("generators", "loads", "storage_units", "lines", "transformers", "links"):
        static = network.components[table].static
        for end in [column for column in ("bus", "bus0", "bus1") if column in static]:
            for name, bus in static[end].items():
                if bus not in known:
                    yield Flaw("UNKNOWN_BUS", f"{table}.{name}.{end}", f"{bus!r} is not among the buses")
    direct = set(network.buses.index[network.buses["carrier"] == "DC"])
    for name, bus in network.lines["bus0"].items():
        if bus in direct:
            message = f"{bus} is a DC bus: flows by resistance cannot be asked; give a link"
            yield Flaw("UNSUPPORTED_FIELD", f"lines.{name}.bus0", message)


def _load_mw(column: Column, network: pypsa.Network, generation: Generation) -> np.ndarray:
    """Load of each bus, MW, (T, buses); of loads that feed in, plants whose power must be taken."""
    index = {bus: k for k, bus in enumerate(network.buses.index)}
    load_mw = np.zeros((len(network.snapshots), len(index)))
    for name in column.names:
        bus = column.static.loc[name, "bus"]
        taken_mw = -float(column.static.loc[name, "sign"]) * column.series(name, "p_set")
        if bus in index:
            load_mw[:, index[bus]] += np.maximum(taken_mw, 0.0)
        if (taken_mw < 0).any():
            fed_mw = np.maximum(-taken_mw, 0.0)
            label = f"negative load {name}"
            generation.plants.append(RenewablePlant(label, bus, GRID, "", UNSPECIFIED, float(fed_mw.max())))
            generation.forecasts.append(AvailableForecast(label, tuple(fed_mw), tuple(fed_mw)))
    return load_mw


def _lines(column: Column) -> Iterator[Line]:
    """Lines or transformers, by the reactance that PyPSA works out of their type, number and taps."""
    for name in column.names:
        static = column.static.loc[name]
        rating_mw = float(static["s_nom"]) * column.constant(name, "s_max_pu")
        reactance = float(static["x_pu_eff"])
        if not rating_mw > 0:
            column.tell(name, "s_nom", "NOT_POSITIVE", f"{rating_mw:g} MW; give more than 0, or active = False")
        if not reactance > 0:
            column.tell(name, "x", "NOT_POSITIVE", f"{reactance:g} per unit; give more than 0")
        rating_mw = min(rating_mw, NO_LIMIT_MW)
        yield Line(str(name), str(static["bus0"]), str(static["bus1"]), reactance, rating_mw, "")


def _links(column: Column) -> Iterator[Link]:
    """Links that lose nothing and cost nothing; efficiency and the like are refused as columns."""
    for name in column.names:
        static = column.static.loc[name]
        size_mw = min(float(static["p_nom"]), NO_LIMIT_MW)
        forward, backward = column.constant(name, "p_max_pu"), -column.constant(name, "p_min_pu")
        if backward < 0:
            column.tell(name, "p_min_pu", "UNSUPPORTED_FIELD", "above 0: a least flow cannot be asked of a link")
        if not size_mw * forward > 0:
            column.tell(name, "p_nom", "NOT_POSITIVE", f"{size_mw * forward:g} MW forward; give more than 0")
        ends = str(static["bus0"]), str(static["bus1"])
        yield Link(str(name), *ends, size_mw * forward, size_mw * max(backward, 0.0))


def _stores(column: Column) -> Iterator[tuple[Store, StoreState]]:
    """Storage units; they may end at any level."""
    for name in column.names:
        static, size_mw = column.static.loc[name], float(column.static.loc[name, "p_nom"])
        if size_mw == 0:
            continue
        forward, backward = column.constant(name, "p_max_pu"), -column.constant(name, "p_min_pu")
        for end, share in (("max", forward), ("min", backward)):
            if not share > 0:
                message = "a storage unit charges and discharges; give more than 0 each way"
                column.tell(name, f"p_{end}_pu", "UNSUPPORTED_FIELD", message)
        yield (
            Store(
                name=str(name),
                bus=str(static["bus"]),
                grid=GRID,
                technology=str(static["carrier"]) or "storage",
                power_mw=size_mw * forward,
                level_min_mwh=0.0,
                level_max_mwh=size_mw * float(static["max_hours"]),
                charge_efficiency_share=column.constant(name, "efficiency_store"),
                discharge_efficiency_share=column.constant(name, "efficiency_dispatch"),
                hourly_loss_share=column.constant(name, "standing_loss"),
                wear_cny_per_mwh=column.constant(name, "marginal_cost"),
                charge_power_mw=size_mw * backward,
                ends_above=True,
            ),
            StoreState(str(name), _level_mwh(column, name), 0.0),
        )


def _level_mwh(column: Column, name: str) -> float:
    """
    The level before the first snapshot: what is lost in an hour is added, as PyPSA lets nothing stand before it.

        e[0] = (1 - loss) e[-1] + .. here, e[0] = initial + .. there
    """
    static, loss_share = column.static.loc[name], column.constant(name, "standing_loss")
    initial_mwh = float(static["state_of_charge_initial"])
    level_mwh = initial_mwh / (1 - loss_share) if loss_share < 1 else initial_mwh
    highest_mwh = float(static["p_nom"]) * float(static["max_hours"])
    if level_mwh > highest_mwh >= initial_mwh:
        message = (
            f"{level_mwh:g} MWh before an hour's loss is more than it holds; give {1 - loss_share:g} of it or less"
        )
        column.tell(name, "state_of_charge_initial", "LEVEL_OUTSIDE_LIMITS", message)
    return level_mwh
