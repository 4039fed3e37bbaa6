"""`dispatch grids list`, `show` and `export`."""

from __future__ import annotations

import argparse
import csv
import logging
from collections import Counter
from typing import TYPE_CHECKING

from dispatch.case.facts import GridFacts
from dispatch.case.renewable import TECHNOLOGIES
from dispatch.case.storage import PUMPED_HYDRO
from dispatch.cli.command import DONE, WrongUsage
from dispatch.cli.terminal import show_json
from dispatch.grid.catalogue import editions, facts_of, grids
from dispatch.grid.tables import STORED_EDITION, members_of, networks_folder

if TYPE_CHECKING:
    import pypsa


def list_grids(asked: argparse.Namespace) -> int:
    """Every grid with its editions."""
    known = [{"grid": grid, "editions": list(editions())} for grid in grids()]
    if asked.json:
        show_json(known)
    else:
        for grid in known:
            print(f"{grid['grid']:12} {', '.join(map(str, editions()))}")
    return DONE


def show_grid(asked: argparse.Namespace) -> int:
    """What is known of a grid: totals of each member, counts, and how well it is known."""
    facts = facts_of(asked.grid, asked.edition)
    if asked.json:
        from dispatch.wire.json_text import text_of
        from dispatch.wire.translate import grid_to

        print(text_of(grid_to(facts)), end="")
        return DONE
    print(f"{facts.grid}, edition {facts.edition}, facts {facts.content_sha256[:16]}")
    counts = ("buses", "lines", "links", "units", "plants", "stores", "contracts", "interfaces")
    print(", ".join(f"{len(getattr(facts, table))} {table}" for table in counts))
    for grid in facts.members:
        print(f"\n{grid}")
        for name, power_mw in _totals_mw(facts, grid).items():
            print(f"  {name:20} {power_mw:10,.0f} MW")
        for table, shares in confidence_of(grid).items():
            print(f"  {table:20} {', '.join(f'{100 * share:.0f} % {word}' for word, share in shares.items())}")
    print("\nTopology, unit parameters, interchange plans and response prices are largely estimates.")
    return DONE


def _totals_mw(facts: GridFacts, grid: str) -> dict[str, float]:
    """Installed power by kind in one member grid, MW."""
    units = [unit for unit in facts.units if unit.grid == grid]
    stores = [store for store in facts.stores if store.grid == grid]
    plants = {
        technology: sum(p.capacity_mw for p in facts.plants if (p.grid, p.technology) == (grid, technology))
        for technology in TECHNOLOGIES
    }
    return {
        "annual peak": facts.annual_peak_mw[grid],
        "coal": sum(unit.output_max_mw for unit in units if unit.carrier == "coal"),
        "gas": sum(unit.output_max_mw for unit in units if unit.carrier == "gas"),
        **plants,
        "pumped hydro": sum(store.power_mw for store in stores if store.technology == PUMPED_HYDRO),
        "new storage": sum(store.power_mw for store in stores if store.technology != PUMPED_HYDRO),
        "response contracts": sum(c.capacity_mw for c in facts.contracts if c.grid == grid),
    }


def confidence_of(grid: str) -> dict[str, dict[str, float]]:
    """Of each table of a stored grid, the share of its rows by confidence."""
    found: dict[str, dict[str, float]] = {}
    for path in sorted((networks_folder() / grid).glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if "confidence" not in (reader.fieldnames or ()):
                continue
            count = Counter(row["confidence"] for row in reader)
        found[path.stem] = {word: n / count.total() for word, n in count.most_common()}
    return found


def export_grid(asked: argparse.Namespace) -> int:
    """
    A grid as a PyPSA network in one file, 8,760 hours.

    A stored grid as it is stored; both joined, or another edition, as cases are laid on it.
    """
    if asked.file.suffix != ".nc" or not asked.file.parent.is_dir():
        message = f"{asked.file} is no name for a network: give a name that ends in .nc, in a folder that exists"
        raise WrongUsage(message)
    from pypsa import Network

    logging.getLogger("pypsa").setLevel(logging.WARNING)  # it tells of every file that it reads and writes
    members = members_of(asked.grid, asked.edition)
    if asked.edition == STORED_EDITION and len(members) == 1:
        network = Network(networks_folder() / asked.grid)
    else:
        network = _laid_out(facts_of(asked.grid, asked.edition))
    network.export_to_netcdf(asked.file)
    if asked.json:
        show_json({"grid": asked.grid, "edition": asked.edition, "file": str(asked.file)})
    else:
        print(f"{asked.file}: {len(network.buses)} buses, {len(network.snapshots)} hours")
    return DONE


def _laid_out(facts: GridFacts) -> pypsa.Network:
    from datetime import datetime

    from dispatch.case.case import Case
    from dispatch.case.inputs import inputs_of
    from dispatch.eve import half_full
    from dispatch.grid.place import placed
    from dispatch.horizon import HOURS_PER_YEAR, Horizon, beijing

    start = beijing(datetime(facts.edition, 1, 1))  # noqa: DTZ001 (beijing makes it aware)
    year = Case(facts.grid, facts.edition, Horizon(start, HOURS_PER_YEAR), (), half_full(facts.stores))
    return placed(year, facts, inputs_of(year, facts))
