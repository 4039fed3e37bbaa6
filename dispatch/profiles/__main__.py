"""
Print what the synthetic year aims at and what it reaches; with `--write`, write the series of both grids.

    python -m dispatch.profiles [--write] [--page docs/profiles.md] [--networks FOLDER]

With `--page`, write the tables of that page anew: the stored year, weather years 1 to 8 and the forecast errors.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

from dispatch.profiles.page import with_tables
from dispatch.profiles.table import comparison, load_comparison
from dispatch.profiles.tables import networks_folder, sites, targets
from dispatch.profiles.write import files, loads_by_grid, weather_shares


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 when every row is within its tolerance, else 1."""
    parser = argparse.ArgumentParser(prog="python -m dispatch.profiles", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the series of both grids")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write the tables of docs/profiles.md anew")
    parser.add_argument("--networks", type=Path, default=networks_folder(), help="folder of the networks")
    asked = parser.parse_args(arguments)
    networks: Path = asked.networks
    shares, loads_mw = weather_shares(networks), loads_by_grid(networks)
    weather = comparison(sites(networks), shares, targets(networks))
    table = pd.concat([weather, load_comparison(networks, loads_mw)], ignore_index=True)
    sys.stdout.write(table.to_string(index=False, float_format=lambda value: f"{value:.4g}") + "\n")
    outside = table[~table["within"]]
    sys.stdout.write(f"{len(table)} rows, {len(outside)} outside their tolerance\n")
    if asked.write:
        for path, text in files(networks, shares, loads_mw).items():
            path.write_text(text, encoding="utf-8", newline="\n")
            sys.stdout.write(f"wrote {path} ({len(text.encode()) / 1e6:.2f} MB)\n")
    if asked.page:
        page = with_tables(asked.page.read_text(encoding="utf-8"), networks, shares)
        asked.page.write_text(page, encoding="utf-8", newline="\n")
        sys.stdout.write(f"wrote {asked.page}\n")
    return 1 if len(outside) else 0


if __name__ == "__main__":
    sys.exit(main())
