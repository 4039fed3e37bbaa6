"""The units that a number's name may end in, and the few numbers that have none."""

from __future__ import annotations

SUFFIXES = (
    *("_mw", "_mwh", "_mw_per_h"),
    *("_cny", "_cny_per_mwh", "_cny_per_h", "_cny_per_mw"),
    *("_tco2", "_tco2_per_mwh", "_cny_per_tco2"),
    *("_t", "_cny_per_t", "_tco2_per_t"),
    *("_h", "_s", "_seconds"),
    *("_kv", "_km", "_mb", "_gb", "_deg"),
    *("_share", "_shares", "_count"),
    "_quantile",  # of a distribution, from 0 to 1
    *("_index", "_indices"),  # a position, which has no unit
    "_x",  # a point of the whole program: each column in its own unit
)

WITHOUT_UNIT = {
    "edition": "the name of a planning year",
    "page_size": "AIP-158 names it so",
    "metrics": "numbers by name: each name ends in its unit",
    "totals": "likewise",
    "counts": "runs, by their state",
    "amount": "an audit's breach: its rule carries the unit",
    "largest_violation": "an audit's rule: the field `unit` stands beside it",
    "seed": "names a stream of random numbers",
    "least": "of an aim, MWh or tCO2: the field `unit` stands beside it",
    "bound": "likewise",
    "limit": "likewise",
    "held": "likewise",
    "tolerance": "an audit's rule: the field `unit` stands beside it",
}

RECORDS_WITHOUT_UNIT = {
    "Terms": "sums in a program for the solver: each row in its own unit",
    "Freedom": "bounds of decisions: 0 or 1",
    "Anatomy": "columns of a program by meaning, and yes or no",
    "Tape": "a point of a program and prices of its rows: each in its own unit",
    "Family": "rows of a program for the solver: each in its own unit",
    "Variable": "columns of a program for the solver: each in its own unit",
    "Duals": "a point of a program and prices of its rows: each in its own unit",
    "First": "sums in a program for the solver, in MWh or tCO2: the field `unit` stands beside them",
    "Cuts": "rows for such a program",
    "Difference": "a number of an answer: its `field` carries the unit",
    "Tables": "a MATPOWER file as it stands: each column in its own unit",
    "Problem": "a program for the solver: each row and column in its own unit",
}


def named_with_unit(name: str) -> bool:
    """The name ends in a unit, is one, or is a known exception."""
    return name in WITHOUT_UNIT or f"_{name}".endswith(SUFFIXES)
