"""Tolerances and conversions. Every number that decides whether two numbers are the same stands here."""

from __future__ import annotations

POWER_MW = 1e-3  # two powers closer than this are the same power
ENERGY_MWH = 1e-3  # two energies closer than this are the same energy
SHARE = 1e-6  # two ratios closer than this are the same ratio
COST_SHARE = 1e-6  # a recomputed cost may differ from the solver's by this share
INTEGRALITY = 1e-6  # a decision closer than this to 0 or 1 is 0 or 1
PRICE_CNY_PER_MWH = 0.01  # two prices closer than this are the same price
DURATION_H = 1e-6  # two durations closer than this are the same duration
OVERLOAD_MW = 0.1  # an overload after an outage below this is none: rows against it are added only above
LOOP_FLOW_MW = 0.1  # flows this close to Kirchhoff's voltage law obey it: its rows are in volts, not in MW

SECONDS_PER_HOUR = 3600
HOURS_PER_DAY = 24
MINUTES_PER_HOUR = 60
