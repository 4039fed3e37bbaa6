"""The tables that the generator reads: sites of wind and sun, targets, calendar, load shapes, plans."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]

GRIDS = ("hebei_south", "jibei")
WIND = ("wind_onshore", "wind_offshore")
SUN = ("solar_utility", "solar_distributed")
SEASONS = ("winter", "spring", "summer", "autumn")
HOURS = pd.date_range("2030-01-01", periods=8760, freq="h")
EARTH_RADIUS_KM = 6371.0
SATURDAY = 5  # as pandas counts the days of a week


def networks_folder() -> Path:
    """Where the networks lie: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "networks"
    return inside if inside.is_dir() else package.parent / "networks"


def sites(networks: Path) -> pd.DataFrame:
    """Every wind and solar generator of both grids, with place (degrees), size (MW) and wind zone."""
    found = []
    for grid in GRIDS:
        buses = pd.read_csv(networks / grid / "buses.csv", index_col="name")
        generators = pd.read_csv(networks / grid / "generators.csv")
        chosen = generators[generators["carrier"].isin([*WIND, *SUN])]
        place = buses.loc[chosen["bus"], ["x", "y"]].to_numpy()
        found.append(
            pd.DataFrame(
                {
                    "name": chosen["name"].to_numpy(),
                    "grid": grid,
                    "city": chosen["city"].to_numpy(),
                    "technology": chosen["carrier"].to_numpy(),
                    "size_mw": chosen["p_nom"].to_numpy(),
                    "longitude_deg": place[:, 0],
                    "latitude_deg": place[:, 1],
                }
            )
        )
    all_sites = pd.concat(found, ignore_index=True)
    zones = pd.read_csv(networks / "shared" / "wind_zones.csv").set_index("city")["wind_zone"]
    zone = all_sites["city"].map(zones)
    all_sites["zone"] = zone.where(all_sites["technology"] != "wind_offshore", "offshore")
    return all_sites


def targets(networks: Path) -> pd.DataFrame:
    """What the weather is calibrated to, by technology, region, metric and index."""
    return pd.read_csv(networks / "shared" / "profile_targets.csv")


def target(table: pd.DataFrame, technology: str, region: str, metric: str) -> Array:
    """The values of one metric, in the order of its index: one, 12 by month or 24 by hour."""
    chosen = table[(table["technology"] == technology) & (table["region"] == region) & (table["metric"] == metric)]
    if chosen.empty:
        message = f"no target for {technology} {region} {metric}"
        raise KeyError(message)
    return chosen.sort_values("index")["value"].to_numpy(dtype=float)


def weather_model(networks: Path, column: str) -> dict[str, float]:
    """Parameters of the generator, by name: those of the "stored_year" or of the "weather_years"."""
    table = pd.read_csv(networks / "shared" / "weather_model.csv").set_index("parameter")[column]
    return {str(name): float(value) for name, value in table.items()}


def distances_km(latitude_deg: Array, longitude_deg: Array) -> Array:
    """Great-circle distances between all pairs of places, haversine formula, in km."""
    phi = np.radians(latitude_deg)
    half_lat = (phi[:, None] - phi[None, :]) / 2
    half_lon = np.radians(longitude_deg[:, None] - longitude_deg[None, :]) / 2
    chord = np.sin(half_lat) ** 2 + np.cos(phi[:, None]) * np.cos(phi[None, :]) * np.sin(half_lon) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(chord)), dtype=float)


def correlated_normals(rng: np.random.Generator, steps: int, distance_km: Array, length_km: float) -> Array:
    """Standard normals, `steps` x places, correlated in space as exp(-distance / length)."""
    correlation = np.exp(-distance_km / length_km) + 1e-9 * np.eye(len(distance_km))
    factor = np.linalg.cholesky(correlation)
    return np.asarray(rng.standard_normal((steps, len(distance_km))) @ factor.T, dtype=float)


def autoregressive(shocks: Array, persistence: float, tempo: Array | None = None) -> Array:
    """
    z[t] = b[t] z[t-1] + sqrt(1 - b[t]^2) e[t], b[t] = a^v[t], started in its stationary state; variance stays 1.

    a  persistence of a step  -        v  tempo: how many steps the weather moves in one, 1 where none is given
    """
    state = np.empty_like(shocks)
    state[0] = shocks[0]
    kept = persistence ** (np.ones(len(shocks)) if tempo is None else tempo)
    fresh = np.sqrt(1 - kept**2)
    for step in range(1, len(shocks)):
        state[step] = kept[step] * state[step - 1] + fresh[step] * shocks[step]
    return state


def day_types(networks: Path) -> NDArray[np.str_]:
    """Workday, weekend or holiday of each of the 365 days of 2030."""
    days = HOURS[::24]
    types: NDArray[np.str_] = np.where(days.day_of_week.to_numpy() >= SATURDAY, "weekend", "workday")
    table = pd.read_csv(networks / "shared" / "holidays.csv")
    kinds = table.set_index("date")["kind"]
    named = pd.Series(days.strftime("%Y-%m-%d")).map(kinds)
    result: NDArray[np.str_] = np.where(named.notna(), named.fillna("").astype(str), types).astype(np.str_)
    return result


def seasons() -> NDArray[np.str_]:
    """Season of each of the 365 days: December to February is winter, and so on by threes."""
    chosen: NDArray[np.str_] = np.array(SEASONS, dtype=np.str_)[HOURS[::24].month.to_numpy() % 12 // 3]
    return chosen
