"""Variables, rows and costs of a model in algebra that a person can read; numbers to six digits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from dispatch.case.reserve_products import NON_SPINNING, REGULATION_DOWN, REGULATION_UP
from dispatch.model import names
from dispatch.model.rows import Axes, Family, Model, Variable
from dispatch.model.terms import ABSENT, Terms

# As in docs/model.md and the docstrings; where two components have the same symbol there, one has its component's name
# before it. A variable without a symbol is shown by its whole name.
SYMBOLS = {
    names.STATUS: "u",
    names.START: "v",
    names.STOP: "w",
    names.ABOVE: "p'",
    names.OIL: "z",
    names.OIL_BEGUN: "z begun",
    names.RESERVE_UP_LIMITED: "r_up",
    names.RESERVE_DOWN_LIMITED: "r_dn",
    names.CURTAILED: "k",
    names.CHARGE: "c",
    names.DISCHARGE: "d",
    names.LEVEL: "e",
    names.MODE: "m",
    names.STORE_UP: "store r_up",
    names.STORE_DOWN: "store r_dn",
    names.GENERATING: "g",
    names.PUMPING: "h",
    names.GENERATE_START: "g start",
    names.PUMP_START: "h start",
    names.DELAYED: "delayed",
    names.REPAID: "repaid",
    names.ADVANCED: "advanced",
    names.SPARED: "spared",
    names.FILLED: "filled",
    names.OWED: "b",
    names.SAVED: "a",
    names.CALLED: "call u",
    names.CALL_START: "call v",
    names.CALL_STOP: "call w",
    names.NET_IMPORT: "x",
    names.OVER_PLAN: "x over",
    names.UNDER_PLAN: "x under",
    names.SHORT_UP: "short_up",
    names.SHORT_DOWN: "short_dn",
    names.LINE_FLOW: "f",
    names.LINK_FLOW: "link f",
    names.OVERLOAD: "f over",
    names.SECTION_OVER: "section over",
    names.SHORT_HEAT: "short heat",
    names.UNIT_PRODUCT[REGULATION_UP]: "a_up",
    names.UNIT_PRODUCT[REGULATION_DOWN]: "a_dn",
    names.UNIT_PRODUCT[NON_SPINNING]: "n",
    names.QUICK_START: "quick",
    names.STORE_PRODUCT[REGULATION_UP]: "store a_up",
    names.STORE_PRODUCT[REGULATION_DOWN]: "store a_dn",
    names.STORE_PRODUCT[NON_SPINNING]: "store n",
    names.TURNING: "turning",
    names.RESPONSE_RESERVE: "contract n",
    names.SHORT_PRODUCT[REGULATION_UP]: "short a_up",
    names.SHORT_PRODUCT[REGULATION_DOWN]: "short a_dn",
    names.SHORT_PRODUCT[NON_SPINNING]: "short n",
}
NUMBERED = {names.BEYOND: "q", names.START_AFTER: "after", names.START_AS: "as"}  # + _ and a number


class Algebra:
    """The words for one model; steps are counted from 0."""

    def __init__(self, model: Model, times: pd.DatetimeIndex) -> None:
        self.model, self.times = model, times
        self.owner = np.full(model.column_count, "", dtype=object)
        self.word = self.owner.copy()
        for name, variable in model.variables.items():
            symbol, flat = symbol_of(name), variable.columns.ravel()
            self.owner[flat] = name
            self.word[flat] = [f"{symbol}[{place}]" for place in self._places(variable.axes)]

    def bounds(self, name: str) -> Iterator[str]:
        """A variable with its bounds, a line for each component and for all steps that have the same."""
        own: Variable = self.model.variables[name]
        kind = ", whole" if own.integer else ", whole of itself" if own.implied else ""
        for k, places in enumerate(self._over_steps(own.axes)):
            limits = list(zip(*(edge.reshape(len(places), -1)[:, k] for edge in (own.lower, own.upper)), strict=True))
            for low, high in dict.fromkeys(limits):
                same = [
                    place.partition(", ") for place, limit in zip(places, limits, strict=True) if limit == (low, high)
                ]
                steps = "t" if len(same) == len(self.times) else ",".join(step for step, _, _ in same)
                which = steps + "".join(same[0][1:])
                least, most = (
                    ("" if np.isneginf(low) else f"{low:.6g} <= "),
                    ("" if high == np.inf else f" <= {high:.6g}"),
                )
                yield f"{least}{symbol_of(name)}[{which}]{most or ', no limit'}{kind}"

    def rows(self, name: str) -> Iterator[str]:
        """The rows of a family, a line each."""
        own: Family = self.model.rows[name]
        for k, place in enumerate(self._places(own.axes, step="t=")):
            mine = own.row == own.numbers.ravel()[k]
            low, high = own.lower[k], own.upper[k]
            sign, side = ("=", high) if low == high else ("<=", high) if np.isneginf(low) else (">=", low)
            yield f"{name}[{place}]:  {self.sum(own.column[mine], own.factor[mine])} {sign} {_number(side)}"

    def cost(self, terms: Terms) -> Iterator[str]:
        """A sum, a line for each variable in it."""
        flat = terms.all()
        kept = (flat.labels != ABSENT) & (flat.factors != 0)
        labels, factors = flat.labels[kept], flat.factors[kept]
        for name in dict.fromkeys(self.owner[np.sort(labels)]):
            own = self.owner[labels] == name
            yield f"{self.sum(labels[own], factors[own])}"

    def sum(self, columns: np.ndarray, factors: np.ndarray) -> str:
        """Factor times variable, in the order of the columns; what cancels is left out."""
        every, place = np.unique(columns, return_inverse=True)
        together = np.bincount(place, weights=factors, minlength=len(every))
        text = " ".join(
            f"{'-' if factor < 0 else '+'} {'' if abs(factor) == 1 else f'{abs(factor):.6g} '}{self.word[column]}"
            for column, factor in zip(every, together, strict=True)
            if abs(factor) > 1e-12 * np.abs(factors).max()
        )
        return (text.removeprefix("+ ") if text.startswith("+") else text.replace("- ", "-", 1)) or "0"

    def _places(self, axes: Axes, step: str = "") -> Iterator[str]:
        """The labels of each place of the axes, the last one running fastest."""
        words = [[self._label(axis, label, step) for label in labels] for axis, labels in axes.items()]
        for place in np.ndindex(*(len(own) for own in words)):
            yield ", ".join(own[k] for own, k in zip(words, place, strict=True))

    def _over_steps(self, axes: Axes) -> list[list[str]]:
        """The places of each component, step by step; one place each where there are no steps."""
        flat = list(self._places(axes))
        count = len(flat) // len(axes["snapshot"]) if next(iter(axes)) == "snapshot" else len(flat)
        return [flat[k::count] for k in range(count)]

    def _label(self, axis: str, label: object, step: str) -> str:
        if axis == "snapshot" and label in self.times:
            return f"{step}{self.times.get_loc(label)}"
        return f"{label:%m-%d}" if isinstance(label, pd.Timestamp) else str(label)


def symbol_of(name: str) -> str:
    """The word for a variable."""
    stem, _, number = name.rpartition("_")
    return f"{NUMBERED[stem]}_{number}" if stem in NUMBERED else SYMBOLS.get(name, name)


def _number(value: float) -> str:
    return f"{value + 0.0:.6g}"  # no negative zero
