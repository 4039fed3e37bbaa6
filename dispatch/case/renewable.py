"""Wind and sun."""

from __future__ import annotations

from dataclasses import dataclass

UNSPECIFIED = "renewable"  # where a file does not say of what kind
LARGE = ("wind_onshore", "wind_offshore", "solar_utility", UNSPECIFIED)
DISTRIBUTED = ("solar_distributed",)
TECHNOLOGIES = LARGE + DISTRIBUTED


@dataclass(frozen=True)
class RenewablePlant:
    """All plants of one technology and city at one bus."""

    name: str
    bus: str
    grid: str
    city: str
    technology: str  # one of TECHNOLOGIES
    capacity_mw: float
    cost_cny_per_mwh: float = 0.0  # of what is injected, for a plant that is paid for it


@dataclass(frozen=True)
class AvailableForecast:
    """The scheduler's own forecast of one plant, in place of the stored weather: one value a step."""

    plant: str
    available_mw: tuple[float, ...]
    least_mw: tuple[float, ...] = ()  # what must be taken of it; empty: nothing


@dataclass(frozen=True)
class LoadForecast:
    """The scheduler's own forecast of one grid's load, in place of the stored curve: one value a step."""

    grid: str
    load_mw: tuple[float, ...]
