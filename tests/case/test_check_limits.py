"""Limits that cannot be meant are refused, each by its field."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from dispatch.case.case import Limits
from dispatch.case.check_limits import limits_flaws
from dispatch.case.checks import checked
from dispatch.errors import CaseError
from tests.case.given import good_case, good_facts

FLAWS = [
    *(("limits.gap_share", {"gap_share": value}) for value in (-0.001, 1.0, 5.0, math.nan, math.inf, -math.inf)),
    *(("limits.time_seconds", {"time_s": value}) for value in (0.0, -1.0, 1e300, math.nan, math.inf, -math.inf)),
    *(("limits.memory_gb", {"memory_gb": value}) for value in (0.0, -1.0, 1e300, math.nan, math.inf)),
    *(("limits.seed_count", {"seed_count": value}) for value in (-1, 2**31)),
]


@pytest.mark.parametrize(("field", "values"), FLAWS, ids=[f"{f}-{v}" for f, v in FLAWS])
def test_a_limit_out_of_range_is_named_and_no_other(field: str, values: dict[str, Any]) -> None:
    assert [(flaw.code, flaw.field) for flaw in limits_flaws(replace(Limits(), **values))] == [("OUT_OF_RANGE", field)]


@pytest.mark.parametrize("limits", [Limits(), Limits(0.0, 1e-3), Limits(0.999, 1e7, 2**31 - 1, memory_gb=0.1)])
def test_limits_at_the_edge_of_their_range_are_taken(limits: Limits) -> None:
    assert checked(good_case(), good_facts(), limits) == good_case()


def test_flaws_of_the_limits_stand_beside_those_of_the_case() -> None:
    limits = Limits(gap_share=1.0, time_s=math.nan, seed_count=-1, memory_gb=0.0)
    with pytest.raises(CaseError) as refused:
        checked(replace(good_case(), response_share=2.0), good_facts(), limits)
    assert [flaw.field for flaw in refused.value.flaws] == [
        "response_share",
        "limits.gap_share",
        "limits.time_seconds",
        "limits.seed_count",
        "limits.memory_gb",
    ]
