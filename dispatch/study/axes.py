"""
The axes of a study: fields of the case by their path, and the values that each takes.

Every combination of values is a scenario: the base case with these fields changed, and nothing else. A state that goes
with a field is not changed with it: another edition may have other units, another day begins from the same states.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from dispatch.case.case import Case
from dispatch.errors import CaseError, Flaw
from dispatch.wire.case_in import reading_of
from dispatch.wire.places import NoPlace, put
from dispatch.wire.reading import Check, Reading, fresh, within
from dispatch.wire.translate import case_to

Axis = tuple[str, tuple[Any, ...]]  # path of a field, and its values as case.json would hold them
Changes = list[tuple[str, Any]]  # one value for each axis

MOST_SCENARIOS_COUNT = 10_000
SPAN = re.compile(r"([-+.\deE]+):([-+.\deE]+):(\d{1,9})")
DIGITS_COUNT = 10  # 0.03, not 0.030000000000000002
TOLD_COUNT = 8  # flaws of one value; of the rest their number
# What the rest of a base case goes with, and so may not fit any more.
BINDING = {
    "grid": "the states and forecasts of the base case name what its own grid has; make a study of each grid",
    "edition": "the states and forecasts of the base case name what its own edition has; make a study of each edition",
    "horizon.start": "the states of the base case are those of its own day and season; make a study of each day",
}


def scenarios(axes: Sequence[Axis]) -> Iterator[Changes]:
    """Every combination, the last axis changing fastest."""
    fields = [field for field, _ in axes]
    for values in itertools.product(*(values for _, values in axes)):
        yield list(zip(fields, values, strict=True))


def scenario_count(axes: Sequence[Axis]) -> int:
    """How many combinations there are."""
    return math.prod(len(values) for _, values in axes)


def changed(case: Case, changes: Sequence[tuple[str, Any]], check: Check | None = None) -> Case:
    """The case with these fields changed, or CaseError with every flaw, those that `check` finds among them."""
    return _reading(case_to(case), changes).settled(check)


def scenario_cases(base: Case, axes: Sequence[Axis]) -> Iterator[tuple[Changes, Case]]:
    """The changes of every scenario and its case; where they contradict one another, that as far as it can be read."""
    message = case_to(base)
    for changes in scenarios(axes):
        own = type(message)()
        own.CopyFrom(message)
        yield changes, _reading(own, changes).case


def _reading(message: Any, changes: Sequence[tuple[str, Any]]) -> Reading:
    """What this message says once these fields are changed in it."""
    flaws: tuple[Flaw, ...] = ()
    for path, value in changes:
        try:
            flaws += put(message, path, value)
        except NoPlace as error:
            flaws += (Flaw("UNKNOWN_FIELD", path, str(error)),)
    reading = reading_of(message)
    return Reading(reading.case, flaws + fresh(reading.flaws, flaws), reading.placeholders)


def axis_of(text: str) -> Axis:
    """
    An axis as the command line has it: FIELD=V,V,V or, for numbers at equal distances, FIELD=FIRST:LAST:COUNT.

    A value is JSON, or else a text without a comma. Raises ValueError.
    """
    field, equals, told = text.partition("=")
    if not equals or not field.strip():
        message = f"{text!r} is no axis, as response_share=0:0.10:11 or scales.new_storage_share=0,1"
        raise ValueError(message)
    if span := SPAN.fullmatch(told.strip()):
        first, last, count = float(span[1]), float(span[2]), int(span[3])
        if not MOST_SCENARIOS_COUNT >= count > 1:
            message = f"{told!r} must count 2 to {MOST_SCENARIOS_COUNT:,} values"
            raise ValueError(message)
        steps = (round(first + (last - first) * k / (count - 1), DIGITS_COUNT) for k in range(count))
        return field.strip(), tuple(int(value) if value.is_integer() else value for value in steps)
    return field.strip(), tuple(_values_of(told))


def _values_of(told: str) -> Iterator[Any]:
    """What commas part, but for those inside of JSON."""
    at, decoder = 0, json.JSONDecoder()
    while at < len(told):
        try:
            value, end = decoder.raw_decode(told, at)
        except ValueError:
            end = -1
        if end == -1 or told[end : end + 1] not in ("", ","):
            end = told.find(",", at) % (len(told) + 1)
            value = told[at:end].strip()
        yield value
        at = end + 1


# ---------------------------------------------------------------- what is wrong with axes


def axes_flaws(base: Case, axes: Sequence[Axis], check: Check) -> tuple[Flaw, ...]:
    """
    Every flaw of the axes on this base case, each value tried alone.

    Values that only contradict one another are not seen here: such a scenario fails, with its flaws, when it is run.
    """
    own = form_flaws(axes)
    if scenario_count(axes) > MOST_SCENARIOS_COUNT:
        return own
    known = frozenset(check(base))
    tried = (flaw for k, axis in enumerate(axes) for flaw in _tried_flaws(base, k, axis, check, known))
    return (*own, *tried)


def form_flaws(axes: Sequence[Axis]) -> tuple[Flaw, ...]:
    """What is wrong with the axes whatever the base case is."""
    return tuple(_form_flaws(axes))


def _form_flaws(axes: Sequence[Axis]) -> Iterator[Flaw]:
    if not axes:
        yield Flaw("REQUIRED", "axes", "is empty; give at least one field and its values")
    for k, (field, values) in enumerate(axes):
        if not values:
            yield Flaw("REQUIRED", f"axes[{k}].values", f"is empty; give at least one value of {field or 'the field'}")
        earlier = [other for other, _ in axes[:k] if within(field, (other,)) or within(other, (field,))]
        if earlier:
            yield Flaw("DUPLICATE_FIELD", f"axes[{k}].field", f"{field} is changed by the axis {earlier[0]} already")
    if (count := scenario_count(axes)) > MOST_SCENARIOS_COUNT:
        yield Flaw("TOO_MANY_SCENARIOS", "axes", f"{count:,} scenarios are more than {MOST_SCENARIOS_COUNT:,}")


def _tried_flaws(base: Case, k: int, axis: Axis, check: Check, known: frozenset[Flaw]) -> Iterator[Flaw]:
    """Of one axis: that it names no field, or whatever each value brings about that the base case has not."""
    field, values = axis
    try:
        put(case_to(base), field, values[0] if values else None)
    except NoPlace as error:
        yield Flaw("UNKNOWN_FIELD", f"axes[{k}].field", str(error))
        return
    for j, value in enumerate(values):
        try:
            changed(base, [(field, value)], check)
        except CaseError as error:
            news = [flaw for flaw in error.flaws if flaw not in known]
            yield from _told(f"axes[{k}].values[{j}]", field, news)


def _told(place: str, field: str, flaws: Sequence[Flaw]) -> Iterator[Flaw]:
    """The first flaws of one value, and how many more there are."""
    for flaw in flaws[:TOLD_COUNT]:
        yield Flaw(flaw.code, place, flaw.message if flaw.field == field else f"{flaw.field}: {flaw.message}")
    if len(flaws) > TOLD_COUNT:
        yield Flaw("MORE_FLAWS", place, f"{len(flaws) - TOLD_COUNT} more flaws follow from it")
    if field in BINDING and any(flaw.field != field for flaw in flaws):
        yield Flaw("BASE_DOES_NOT_FIT", place, BINDING[field])
