"""
What one more MW or MWh is worth while the commitment stands: the duals of the last LP, by step and component.

Such a price says what the rest of the schedule would cost more or less if a little more were asked for, with every
unit kept on or off as it is: the next MW only, never a unit more. Penalties of the case are in it: where wind is
curtailed at 500 CNY/MWh one more MWh of load is worth minus 500. It is no tariff and no settlement price. Where several
duals are optimal (a limit that only just binds), one of them is given.

Each table has a row a step (naive UTC+8 start) and a column a component. CNY/MWh throughout: CNY for a MW during an
hour, or for a MWh. Prices of energy and reserve may have either sign and are what one more MW asked for costs; all that
is called a worth is what one more MW (or MWh) available saves, and is never negative but for noise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dispatch.schedule.schedule import no_table

if TYPE_CHECKING:
    import pandas as pd  # half a second, of every start


@dataclass(frozen=True)
class PriceTables:
    """Frozen tables, steps x components."""

    step_h: float
    # buses: the price is the sum of the three below it
    price_cny_per_mwh: pd.DataFrame  # of one more MWh of load at the bus
    energy_cny_per_mwh: pd.DataFrame  # load-weighted mean price of the synchronous island that the bus lies in
    congestion_cny_per_mwh: pd.DataFrame  # what full lines and sections add or take off
    loss_cny_per_mwh: pd.DataFrame  # what losses of AC lines add or take off; 0 where the case does not count them
    # member grids: one more MW of reserve required for an hour
    reserve_up_cny_per_mwh: pd.DataFrame
    reserve_down_cny_per_mwh: pd.DataFrame
    # member grids: one more MW of the scenario's cap on response
    cap_on_cut_worth_cny_per_mwh: pd.DataFrame
    cap_on_extra_worth_cny_per_mwh: pd.DataFrame
    # lines, then links: one more MW of rating; of emergency rating after an outage (N-1)
    rating_worth_cny_per_mwh: pd.DataFrame
    emergency_worth_cny_per_mwh: pd.DataFrame
    # sections: one more MW of the limit each way
    forward_worth_cny_per_mwh: pd.DataFrame
    backward_worth_cny_per_mwh: pd.DataFrame
    # contracts: one more MW of capacity in this step, the daily energy as it is
    capacity_worth_cny_per_mwh: pd.DataFrame
    # stores: one more MW of power in this step (of a plant by unit, of what its units generate); one more MWh of room;
    # one more MWh lying in the store
    power_worth_cny_per_mwh: pd.DataFrame
    room_worth_cny_per_mwh: pd.DataFrame
    content_worth_cny_per_mwh: pd.DataFrame
    # member grids: one more MW required for an hour of products that somebody asks for; else no column
    regulation_up_cny_per_mwh: pd.DataFrame = field(default_factory=no_table)
    regulation_down_cny_per_mwh: pd.DataFrame = field(default_factory=no_table)
    non_spinning_cny_per_mwh: pd.DataFrame = field(default_factory=no_table)


PRICE_TABLES = tuple(name for name in PriceTables.__dataclass_fields__ if name != "step_h")
