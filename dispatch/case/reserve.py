"""Reserve required of each member grid, and what decided it, before it is known which units are on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from dispatch.case.case import Case
from dispatch.case.facts import GridFacts, ReserveRule

SHARES, QUANTILE, LARGEST_UNIT, CASE_MW = 1, 2, 3, 4  # what decides; as on the wire
UP, DOWN = 1, -1  # the sign of an error that calls for reserve: what is missing is positive
MEDIAN_QUANTILE = 0.5
RANK_DIGITS = 6  # 0.95 of 8,760 errors are 8,322, and not one more for a last binary digit


@dataclass(frozen=True)
class Required:
    """Reserve required in one direction, steps x members; the largest unit on may ask for more."""

    required_mw: np.ndarray
    decided_by: np.ndarray  # SHARES, QUANTILE or CASE_MW


def required_up(case: Case, facts: GridFacts, load_mw: np.ndarray, available_mw: np.ndarray) -> Required:
    """Reserve up, by the case's shares and quantile, else by those of each grid's rule."""
    asked, fixed = case.reserve, _Fixed(facts, load_mw, available_mw, UP)
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
    asked, fixed = case.reserve, _Fixed(facts, load_mw, available_mw, DOWN)
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

    def __init__(self, facts: GridFacts, load_mw: np.ndarray, available_mw: np.ndarray, sign: int) -> None:
        self._facts, self._load_mw, self._available_mw, self._sign = facts, load_mw, available_mw, sign
        self._by_shares_mw: dict[str, np.ndarray] = {}
        self._by_quantile_mw: dict[str, np.ndarray] = {}

    def add(self, rule: ReserveRule, *, of_load: float, of_renewable: float, quantile: float) -> None:
        """What shares and a quantile ask of one grid."""
        buses = [k for k, bus in enumerate(self._facts.buses) if bus.grid == rule.grid]
        load_mw = self._load_mw[:, buses].sum(axis=1)
        available_mw, wind_mw, solar_mw = (self._plants_mw(rule.grid, kind) for kind in ("", "wind", "solar"))
        self._by_shares_mw[rule.grid] = of_load * load_mw + of_renewable * available_mw
        forecast_mw, drawn = np.column_stack([wind_mw, solar_mw, load_mw]), self._facts.year.error_share.get(rule.grid)
        if drawn is None:
            self._by_quantile_mw[rule.grid] = normal_error_mw(rule, quantile, forecast_mw)
        else:
            self._by_quantile_mw[rule.grid] = drawn_error_mw(self._sign * drawn, quantile, forecast_mw)

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


def drawn_error_mw(error_share: np.ndarray, quantile: float, forecast_mw: np.ndarray) -> np.ndarray:
    """
    A quantile of the forecast error of wind, sun and load together, over a year of errors, MW, (T,).

        the k-th smallest over the hours s of  sum( x[s, i] F[t, i] ),   k = ceil(q n)

    x  error of wind, sun and load in hour s of the n that are known, what calls for reserve positive   share of it
    F  available wind, available sun, load   MW        q  quantile: no rule up to the median, and never below 0
    """
    if quantile <= MEDIAN_QUANTILE:
        return np.zeros(len(forecast_mw))
    place = math.ceil(round(quantile * len(error_share), RANK_DIGITS)) - 1
    errors_mw = [np.partition(error_share @ each, place)[place] for each in forecast_mw]
    return np.asarray(np.maximum(errors_mw, 0.0))


def normal_error_mw(rule: ReserveRule, quantile: float, forecast_mw: np.ndarray) -> np.ndarray:
    """
    The same where no errors are known one by one, MW, (T,).

        z(q) sqrt( sum( (e[i] F[t, i])^2 ) )

    z  quantile of the standard normal distribution: errors are taken as normal and independent of each other
    F  available wind, available sun, load   MW        e  standard error of each   share of it
    0 up to the median. Variances of independent errors add up; a multiple of their root as reserve: Ela, Milligan,
    Kirby, "Operating Reserves and Variable Generation", NREL/TP-5500-51978, 2011; Holttinen et al., IEEE Trans.
    Sustain. Energy 3(4), 2012.
    """
    factor = NormalDist().inv_cdf(quantile) if quantile > 0 else 0.0
    shares = np.array([rule.wind_error_share, rule.solar_error_share, rule.load_error_share])
    return np.asarray(max(factor, 0.0) * np.sqrt(((shares * forecast_mw) ** 2).sum(axis=1)))


def _first(*values: float | None) -> float:
    """The first that is given; the last one always is."""
    return next(value for value in values if value is not None)
