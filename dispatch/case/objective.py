"""What a case seeks: least cost, or something else first and least cost after it."""

from __future__ import annotations

COST = "cost"
ABSORPTION_FIRST = "absorption_first"
CO2 = "co2"
OBJECTIVES = (COST, ABSORPTION_FIRST, CO2)

LONGEST_H = 60.0  # of a horizon that seeks something before the cost: longer ones are solved in windows
SLACK_WEIGHT = 100.0  # MWh curtailed, or tCO2, that one MWh of a priced slack counts as while these are sought
LOSS_WEIGHT = 1.01  # MWh curtailed that one MWh lost in storage counts as: of burning and curtailing, curtailing
FIRST_GAP_SHARE = 0.1  # of the gap asked for: how sure the first search is of what it seeks
