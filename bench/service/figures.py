"""What was measured, beside what is to be held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One number."""

    measure: str
    what: str
    value: float
    unit: str
    most: float | None = None  # to be held; None: told beside it

    @property
    def held(self) -> bool:
        """It is within what is to be held."""
        return self.most is None or self.value <= self.most


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def slope(xs: Sequence[float], ys: Sequence[float]) -> float:
    """By least squares."""
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - x_mean) ** 2 for x in xs)
    return sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys, strict=True)) / spread


def table(figures: Sequence[Figure], loads: Sequence[float]) -> str:
    """As a person reads it; the load average of the machine before each measure stands beside it."""
    lines = [f"{'measure':9}  {'figure':50}  {'value':>10}  {'at most':>8}  {'unit':8}  {'load':>5}"]
    for figure, load in zip(figures, loads, strict=True):
        most = "" if figure.most is None else f"{figure.most:g}"
        missed = "" if figure.held else "  MISSED"
        number = f"{figure.value:10.3g}" if abs(figure.value) < 1000 else f"{figure.value:10,.0f}"  # noqa: PLR2004
        lines.append(f"{figure.measure:9}  {figure.what:50}  {number}  {most:>8}  {figure.unit:8}  {load:5.1f}{missed}")
    return "\n".join(lines)
