"""
MATPOWER cases through PyPSA's importer: one hour of economic dispatch over DC flows, every unit in service on.

MATPOWER User's Manual 8.0, appendix B (the tables) and 6.3.1 (DC optimal power flow). What the importer leaves out
is put here: costs (`mpc.gencost`), minimum outputs, what is out of service, shunts' MW.
"""

from __future__ import annotations

import hashlib
import logging
import math
import warnings
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dispatch.case.thermal import CostCurve
from dispatch.errors import CaseError, Flaw
from dispatch.formats.foreign import Foreign
from dispatch.formats.matpower_file import Tables, read_tables
from dispatch.formats.pypsa_network import NO_LIMIT_MW, foreign_of
from dispatch.formats.pypsa_units import technology_of

if TYPE_CHECKING:
    import pypsa

VERSION = "2"
COLUMN_COUNTS = {"bus": 13, "gen": 10, "branch": 11, "gencost": 5}  # the fewest that say what is read
NO_MEANING = {"bus_name", "gentype", "areas", "branch_name"}  # to a dispatch
READ = {"version", "baseMVA", "genfuel", *COLUMN_COUNTS}
BUS_ID, BUS_TYPE, LOAD_MW, SHUNT_MW = 0, 1, 2, 4
ISOLATED = 4
GEN_BUS, GEN_STATUS, GEN_MAX_MW, GEN_MIN_MW = 0, 7, 8, 9
BRANCH_STATUS, BRANCH_ANGLE_MIN = 10, 11
IMPORTED_COUNTS = {"bus": 13, "gen": 21, "branch": 13}  # columns, as the importer wants them
NO_ANGLE_DEG = 360.0  # a limit on an angle that is none
PIECEWISE, POLYNOMIAL = 1, 2
COST_KIND, COST_COUNT, COST_FIRST = 0, 3, 4
COST_ERROR_SHARE = 1e-4  # of the cost at full output: how far a straight piece may lie above the curve
MOST_PIECES_COUNT = 50
SLOPE_CNY_PER_MWH = 1e-6  # two slopes closer than this are the same slope


def read_matpower(path: Path) -> Foreign:
    """The case and the grid of a MATPOWER file, or `CaseError` with every flaw by table, row and column from 0."""
    tables = read_tables(path)
    if flaws := list(_table_flaws(tables)):
        raise CaseError(tuple(flaws))
    notes = ["one hour; every unit in service is on, as a DC optimal power flow has it"]
    tables, rows = _in_service(tables, notes)
    flaws = [*_row_flaws(tables)]
    curves = {_gen_name(row): _curve(tables, k, row, flaws) for k, row in enumerate(rows)}
    if flaws:
        raise CaseError(tuple(flaws))
    network = _network(tables, rows, curves)
    foreign = foreign_of(network, hashlib.sha256(path.read_bytes()).hexdigest(), path.name)
    units = tuple(replace(unit, curve=curves[unit.name]) for unit in foreign.facts.units)
    return replace(foreign, facts=replace(foreign.facts, units=units), notes=(*notes, *foreign.notes))


# ---------------------------------------------------------------- tables


def _table_flaws(tables: Tables) -> Iterator[Flaw]:
    """A head that cannot be read, tables that are missing, too narrow, or that nothing here has a word for."""
    yield from _head_flaws(tables)
    for name, count in COLUMN_COUNTS.items():
        table = tables.matrices.get(name)
        if table is None or not len(table):
            yield Flaw("REQUIRED", f"mpc.{name}", "is missing or empty")
        elif table.shape[1] < count:
            yield Flaw("ROW_LENGTH", f"mpc.{name}", f"{table.shape[1]} columns; give {count} or more")
    for name in (*tables.numbers, *tables.texts, *tables.matrices):
        if name not in READ | NO_MEANING:
            yield Flaw("UNSUPPORTED_FIELD", f"mpc.{name}", "cannot be asked here; leave it out")
    gens, costs = (len(tables.matrices.get(name, ())) for name in ("gen", "gencost"))
    if gens and costs and costs not in {gens, 2 * gens}:
        yield Flaw("ROW_COUNT", "mpc.gencost", f"{costs} rows for {gens} generators; give one each")


def _head_flaws(tables: Tables) -> Iterator[Flaw]:
    version = tables.texts.get("version", [str(int(tables.numbers.get("version", 0)))])
    if version != [VERSION]:
        yield Flaw("UNSUPPORTED_VERSION", "mpc.version", f"{' '.join(version)}; give a case of version {VERSION}")
    if not tables.numbers.get("baseMVA", 0.0) > 0:
        yield Flaw("NOT_POSITIVE", "mpc.baseMVA", "give the MVA of the per-unit system, more than 0")


def _in_service(tables: Tables, notes: list[str]) -> tuple[Tables, list[int]]:
    """The tables without isolated buses and what is out of service, and the rows of the generators left."""
    bus, gen, branch = (tables.matrices[name].copy() for name in ("bus", "gen", "branch"))
    kept = bus[:, BUS_TYPE] != ISOLATED
    left = set(bus[~kept, BUS_ID])
    bus = bus[kept]
    bus[:, LOAD_MW] += bus[:, SHUNT_MW]
    bus[:, SHUNT_MW] = 0.0
    on = (gen[:, GEN_STATUS] > 0) & ~np.isin(gen[:, GEN_BUS], list(left))
    closed = (branch[:, BRANCH_STATUS] > 0) & ~np.isin(branch[:, :2], list(left)).any(axis=1)
    for count, what in ((len(left), "isolated buses"), ((~on).sum(), "generators"), ((~closed).sum(), "branches")):
        if count:
            notes.append(f"{count} {what} out of service are left out")
    rows = [int(row) for row in np.flatnonzero(on)]
    matrices = {"bus": bus, "gen": gen[on], "branch": branch[closed], "gencost": tables.matrices["gencost"]}
    return replace(tables, matrices=matrices), rows


def _row_flaws(tables: Tables) -> Iterator[Flaw]:
    """Rows in service that contradict each other, or that say what no case can say."""
    bus, gen, branch = (tables.matrices[name] for name in ("bus", "gen", "branch"))
    known, counts = np.unique(bus[:, BUS_ID], return_counts=True)
    for number in known[counts > 1]:
        yield Flaw("DUPLICATE", "mpc.bus", f"bus {number:g} is given more than once")
    for name, ends in (("gen", gen[:, :1]), ("branch", branch[:, :2])):
        for number in np.unique(ends[~np.isin(ends, known)]):
            yield Flaw("UNKNOWN_BUS", f"mpc.{name}", f"bus {number:g} is not among the buses")
    for number in np.unique(gen[gen[:, GEN_MIN_MW] < 0, GEN_BUS]):
        message = f"a load that may be served, at bus {number:g}, has a minimum below 0 MW; give it as load"
        yield Flaw("UNSUPPORTED_FIELD", "mpc.gen", message)
    if not np.isfinite(gen[:, GEN_MIN_MW : GEN_MIN_MW + 1]).all() or not np.isfinite(gen[:, GEN_MAX_MW]).all():
        yield Flaw("NOT_FINITE", "mpc.gen", "holds an output limit that is no finite number")


# ---------------------------------------------------------------- costs


def _curve(tables: Tables, k: int, row: int, flaws: list[Flaw]) -> CostCurve:
    """Cost of a generator by points from least to greatest output; a flaw where it is no convex curve."""
    cost = tables.matrices["gencost"][row]
    low_mw, high_mw = tables.matrices["gen"][k, [GEN_MIN_MW, GEN_MAX_MW]]
    count = int(cost[COST_COUNT])
    place = f"mpc.gencost[{row}]"
    numbers = cost[COST_FIRST : COST_FIRST + count * (2 if cost[COST_KIND] == PIECEWISE else 1)]
    if cost[COST_KIND] == POLYNOMIAL and 1 <= count == len(numbers):
        output_mw = np.linspace(low_mw, high_mw, _piece_count(numbers, low_mw, high_mw) + 1)
        values = np.polyval(numbers, output_mw)
    elif cost[COST_KIND] == PIECEWISE and count > 1 and 2 * count == len(numbers) and np.all(np.diff(numbers[::2]) > 0):
        inner = numbers[::2][(numbers[::2] > low_mw) & (numbers[::2] < high_mw)]
        output_mw = np.array([low_mw, *inner, high_mw])
        values = np.interp(output_mw, numbers[::2], numbers[1::2])
        if low_mw < numbers[0] or high_mw > numbers[-2]:
            flaws.append(Flaw("CURVE_TOO_SHORT", place, f"does not cover {low_mw:g} to {high_mw:g} MW"))
    else:
        flaws.append(Flaw("UNSUPPORTED_FIELD", place, "is neither a polynomial (2) nor rising points (1)"))
        return CostCurve((low_mw,), (0.0,), (0.0,))
    output_mw, first = np.unique(output_mw, return_index=True)
    values = values[first]
    slopes = np.diff(values) / np.diff(output_mw)
    if any(after < before - SLOPE_CNY_PER_MWH for before, after in pairwise(slopes)):
        flaws.append(Flaw("CURVE_NOT_CONVEX", place, "grows slower at a higher output; give a convex cost"))
    return CostCurve(tuple(output_mw.tolist()), tuple(values.tolist()), (0.0,) * len(values))


def _piece_count(coefficients: np.ndarray, low_mw: float, high_mw: float) -> int:
    """
    How many straight pieces lie at most `COST_ERROR_SHARE` above a polynomial.

    A chord over `d` MW lies at most max|f''| d^2 / 8 above the curve.
    """
    bend = np.polyder(coefficients, 2) if len(coefficients) > 2 else np.zeros(1)  # noqa: PLR2004 (a line has none)
    steepest = float(np.abs(np.polyval(bend, np.linspace(low_mw, high_mw, MOST_PIECES_COUNT))).max())
    allowed = COST_ERROR_SHARE * abs(float(np.polyval(coefficients, high_mw)))
    if steepest == 0 or high_mw <= low_mw:
        return 1
    wanted = (high_mw - low_mw) * math.sqrt(steepest / (8 * allowed)) if allowed > 0 else MOST_PIECES_COUNT
    return min(max(math.ceil(wanted), 1), MOST_PIECES_COUNT)


# ---------------------------------------------------------------- network


def _gen_name(row: int) -> str:
    return f"gen[{row}]"


def _network(tables: Tables, rows: list[int], curves: dict[str, CostCurve]) -> pypsa.Network:
    """What PyPSA's importer makes of the tables in service, and what it leaves out."""
    import pypsa

    bus, gen, branch = (_widened(tables.matrices[name], count) for name, count in IMPORTED_COUNTS.items())
    limits = branch[:, BRANCH_ANGLE_MIN:]
    free = (limits == 0).all(axis=1)
    limits[free | (limits[:, 0] <= -NO_ANGLE_DEG), 0] = -np.inf
    limits[free | (limits[:, 1] >= NO_ANGLE_DEG), 1] = np.inf
    asked = {"version": VERSION, "baseMVA": tables.numbers["baseMVA"], "bus": bus, "gen": gen, "branch": branch}
    pypsa.options.api.legacy_string_dtype = True
    logging.getLogger("pypsa").setLevel(logging.ERROR)  # it tells what is put here
    network = pypsa.Network()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network.import_from_pypower_ppc(asked, overwrite_zero_s_nom=NO_LIMIT_MW)
    for component in network.components:
        known = [column for column in component.static.columns if column in component.defaults.index]
        component.static = component.static[known]
    generators = network.components.generators
    generators.static = generators.static.rename(index={f"G{k}": _gen_name(row) for k, row in enumerate(rows)})
    _complete(generators.static, tables, rows, curves)
    return network


def _widened(table: np.ndarray, count: int) -> np.ndarray:
    """The first columns of a table, and 0 in those that it does not have."""
    wide = np.zeros((len(table), count))
    wide[:, : table.shape[1]] = table[:, :count]
    return wide


def _complete(static: pd.DataFrame, tables: Tables, rows: list[int], curves: dict[str, CostCurve]) -> None:
    """Minimum outputs, fuels and linear costs of generators, and no set point."""
    gen, fuels = tables.matrices["gen"], tables.texts.get("genfuel", [])
    size_mw = gen[:, GEN_MAX_MW]
    static["p_set"] = np.nan
    static["p_min_pu"] = np.divide(gen[:, GEN_MIN_MW], size_mw, out=np.zeros(len(gen)), where=size_mw > 0)
    for row, name in zip(rows, static.index, strict=True):
        fuel, curve = fuels[row] if row < len(fuels) else "", curves[name]
        if _is_proportional(curve):
            slope = curve.fuel_cny_per_h[-1] / curve.output_mw[-1]
            static.loc[name, "carrier"] = fuel
            static.loc[name, "marginal_cost"] = slope
        elif technology_of(fuel) == technology_of(""):
            static.loc[name, "carrier"] = fuel


def _is_proportional(curve: CostCurve) -> bool:
    """Whether a cost is so much a MWh, and nothing without output."""
    if curve.output_mw[-1] <= 0:
        return False
    slope = curve.fuel_cny_per_h[-1] / curve.output_mw[-1]
    pairs = zip(curve.output_mw, curve.fuel_cny_per_h, strict=True)
    return all(math.isclose(cny, slope * mw, abs_tol=1e-9) for mw, cny in pairs)
