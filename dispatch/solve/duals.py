"""
An optimal point of a linear program with the prices of its rows, and whether they are what they claim to be.

    min c x,   rl <= A x <= ru,   l <= x <= u          y  prices of rows,   d = c - A'y  prices of columns

y and x are optimal together if and only if x keeps the rows, y leans on sides that exist (y > 0 on rl, y < 0 on ru, and
d on l and u alike), and   c x  =  sum( y side ) + sum( d bound ).   Nothing but y is taken from the solver.
Dantzig, Thapa, "Linear Programming 2: Theory and Extensions", 2003, ch. 2 (strong duality, complementary slackness).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dispatch.schedule.outcome import RuleCheck
from dispatch.solve.problem import INFINITY, Problem
from dispatch.units import COST_SHARE, PRICE_CNY_PER_MWH


@dataclass(frozen=True)
class Duals:
    """A point and row prices of a linear program."""

    problem: Problem
    x: np.ndarray
    row_price: np.ndarray

    @cached_property
    def column_price(self) -> np.ndarray:
        """What one more unit of each column would cost beyond what the rows pay for it: d = c - A'y."""
        return np.asarray(self.problem.cost - self.problem.rows.T @ self.row_price)

    @cached_property
    def row_value(self) -> np.ndarray:
        """A x."""
        return np.asarray(self.problem.rows @ self.x)

    @property
    def scale_cny(self) -> float:
        """What a difference in CNY is measured against."""
        return max(1.0, abs(self.problem.value(self.x)))


def checks_of(duals: Duals) -> tuple[RuleCheck, ...]:
    """Feasible, strongly dual, complementary: with these three the point and its prices are optimal."""
    return tuple(check(duals) for check in (signs, strong_duality, complementary_slackness))


def signs(duals: Duals) -> RuleCheck:
    """
    No price leans on a side that does not exist.

        y > 0 needs rl,  y < 0 needs ru,  d > 0 needs l,  d < 0 needs u          CNY per unit of the row or column
    """
    astray = [np.abs(price[~np.isfinite(side)]).max(initial=0.0) for price, side, _ in _leaning(duals)]
    count = len(duals.row_price) + len(duals.x)
    return RuleCheck("prices-signs", count, float(max(astray)), PRICE_CNY_PER_MWH, "CNY/MWh")


def strong_duality(duals: Duals) -> RuleCheck:
    """
    What the sides and bounds are worth is what the point costs.

        | c x  -  sum( y side )  -  sum( d bound ) |  <=  1e-6 |c x|          CNY
    """
    paid = sum(_priced(price, side) for price, side, _ in _leaning(duals))
    amount = abs(duals.problem.value(duals.x) - duals.problem.constant - paid)
    return RuleCheck("prices-strong_duality", 1, float(amount), COST_SHARE * duals.scale_cny, "CNY")


def complementary_slackness(duals: Duals) -> RuleCheck:
    """
    What is not used up is worth nothing.

        |y| |A x - side|  and  |d| |x - bound|  <=  1e-6 |c x|          every row and column, CNY
    """
    amounts = []
    for price, side, value in _leaning(duals):
        known = np.isfinite(side)
        amounts.append(np.abs(price[known] * (value[known] - side[known])).max(initial=0.0))
    count = len(duals.row_price) + len(duals.x)
    return RuleCheck("prices-complementary_slackness", count, float(max(amounts)), COST_SHARE * duals.scale_cny, "CNY")


def _leaning(duals: Duals) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Prices, the side that each leans on (infinite where there is none) and the value there: rows, then columns."""
    problem, y, d = duals.problem, duals.row_price, duals.column_price
    rows = _finite(np.where(y > 0, problem.row_lower, problem.row_upper))
    columns = _finite(np.where(d > 0, problem.lower, problem.upper))
    return [(y, rows, duals.row_value), (d, columns, duals.x)]


def _finite(side: np.ndarray) -> np.ndarray:
    return np.where(np.abs(side) >= INFINITY, np.inf, side)


def _priced(price: np.ndarray, side: np.ndarray) -> float:
    known = np.isfinite(side)
    return float(price[known] @ side[known])
