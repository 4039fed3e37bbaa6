"""Reserve required of each member grid, and what decided it, before it is known which units are on."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts, ReserveRule

SHARES, QUANTILE, LARGEST_UNIT, CASE_MW = 1, 2, 3, 4  # what decides; as on the wire


@dataclass(frozen=True)
class Required:
    """Reserve required in one direction, steps x members; the largest unit on may ask for more."""

    required_mw: np.ndarray
    decided_by: np.ndarray  # SHARES, QUANTILE or CASE_MW


def required_up(case: Case, facts: GridFacts, load_mw: np.ndarray, available_mw: np.ndarray) -> Required:
    """Reserve up, by the case's shares and quantile, else by those of each grid's rule."""
    asked, fixed = case.reserve, _Fixed(facts, load_mw, available_mw)
    for rule in facts.reserve_rules:
        fixed.add(
            rule,
            of_load=_first(asked.load_share, rule.load_share),
            of_renewable=_first(asked.renewable_share, rule.renewable_share),
            quantile=_first(asked.up_quantile, rule.up_quantile),
        )
    return fixed.or_given({series.grid: series.up_mw for series in asked.series})


def required_down(case: Case, facts: GridFacts, load_mw: np.ndarray, available_mw: np.ndarray) -> Required:
    """Reserve down: the case's shares down, its shares for both, the rule's shares down, its shares for both."""
    asked, fixed = case.reserve, _Fixed(facts, load_mw, available_mw)
    for rule in facts.reserve_rules:
        of_renewable = asked.down_renewable_share, asked.renewable_share, rule.down_renewable_share
        fixed.add(
            rule,
            of_load=_first(asked.down_load_share, asked.load_share, rule.down_load_share, rule.load_share),
            of_renewable=_first(*of_renewable, rule.renewable_share),
            quantile=_first(asked.down_quantile, rule.down_quantile),
        )
    return fixed.or_given({series.grid: series.down_mw for series in asked.series})


class _Fixed:
    """Requirements by shares and quantile, member after member."""

    def __init__(self, facts: GridFacts, load_mw: np.ndarray, available_mw: np.ndarray) -> None:
        self._facts, self._load_mw, self._available_mw = facts, load_mw, available_mw
        self._by_shares_mw: dict[str, np.ndarray] = {}
        self._by_quantile_mw: dict[str, np.ndarray] = {}

    def add(self, rule: ReserveRule, *, of_load: float, of_renewable: float, quantile: float) -> None:
        """What shares and a quantile ask of one grid."""
        buses = [k for k, bus in enumerate(self._facts.buses) if bus.grid == rule.grid]
        load_mw = self._load_mw[:, buses].sum(axis=1)
        available_mw, wind_mw, solar_mw = (self._plants_mw(rule.grid, kind) for kind in ("", "wind", "solar"))
        self._by_shares_mw[rule.grid] = of_load * load_mw + of_renewable * available_mw
        self._by_quantile_mw[rule.grid] = error_mw(rule, quantile, wind_mw, solar_mw, load_mw)

    def or_given(self, given_mw: dict[str, tuple[float, ...]]) -> Required:
        """The case's MW where it gives some, else the larger of shares and quantile."""
        required, decided = [], []
        for grid in self._facts.members:
            shares, quantile, given = self._by_shares_mw[grid], self._by_quantile_mw[grid], given_mw.get(grid, ())
            required.append(np.array(given, dtype=float) if given else np.maximum(shares, quantile))
            decided.append(np.full(len(shares), CASE_MW) if given else np.where(quantile > shares, QUANTILE, SHARES))
        return Required(np.column_stack(required), np.column_stack(decided))

    def _plants_mw(self, grid: str, kind: str) -> np.ndarray:
        """What plants of a grid have available, (T,)."""
        plants = self._facts.plants
        own = [k for k, plant in enumerate(plants) if plant.grid == grid and plant.technology.startswith(kind)]
        return np.asarray(self._available_mw[:, own].sum(axis=1))


def error_mw(
    rule: ReserveRule, quantile: float, wind_mw: np.ndarray, solar_mw: np.ndarray, load_mw: np.ndarray
) -> np.ndarray:
    """
    A quantile of the forecast error of load, wind and sun together, MW, (T,).

        z(q) sqrt( (e_w W)^2 + (e_s S)^2 + (e_l L)^2 )

    z  quantile of the standard normal distribution: errors are taken as normal and independent of each other
    W, S, L  available wind, available sun, load   MW        e  standard error of each   share of it
    0 up to the median. Variances of independent errors add up; a multiple of their root as reserve: Ela, Milligan,
    Kirby, "Operating Reserves and Variable Generation", NREL/TP-5500-51978, 2011; Holttinen et al., IEEE Trans.
    Sustain. Energy 3(4), 2012.
    """
    factor = NormalDist().inv_cdf(quantile) if quantile > 0 else 0.0
    errors_mw = rule.wind_error_share * wind_mw, rule.solar_error_share * solar_mw, rule.load_error_share * load_mw
    return np.asarray(max(factor, 0.0) * np.sqrt(sum(error**2 for error in errors_mw)))


def _first(*values: float | None) -> float:
    """The first that is given; the last one always is."""
    return next(value for value in values if value is not None)
