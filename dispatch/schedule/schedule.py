"""
The schedule: what every unit, plant, store, contract, tie and line does in every step.

Each table has a row a step (naive UTC+8 start of the hour) and a column a component, in the order of `GridFacts`.
No number here is negative but `flow_mw` (positive from `from_bus` to `to_bus`) and `net_import_mw` (negative: export).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd  # half a second, of every start


BY_PRODUCT = tuple(
    f"{table}{product}_mw"
    for table in ("", "short_", "required_")
    for product in ("regulation_up", "regulation_down", "non_spinning")
)
BY_HEAT_STORE = ("heat_charge_mw", "heat_discharge_mw", "heat_level_mwh", "heat_short_mw")
BY_PUMP = ("generating_count", "pumping_count", "generating", "pumping")


def no_table() -> pd.DataFrame:
    """A table of nothing, the default of what a schedule or prices need not tell."""
    import pandas as pd

    return pd.DataFrame()


@dataclass(frozen=True)
class Schedule:
    """Frozen tables, steps x components."""

    step_h: float
    # thermal units
    on: pd.DataFrame  # 0 or 1
    started: pd.DataFrame  # 0 or 1
    stopped: pd.DataFrame  # 0 or 1
    output_mw: pd.DataFrame
    # wind and sun
    injected_mw: pd.DataFrame
    curtailed_mw: pd.DataFrame
    # storage; levels are at the end of the step
    charge_mw: pd.DataFrame
    discharge_mw: pd.DataFrame
    level_mwh: pd.DataFrame
    # response contracts
    delayed_mw: pd.DataFrame  # cut now, to be repaid
    repaid_mw: pd.DataFrame  # extra load that repays what was delayed
    advanced_mw: pd.DataFrame  # extra load now, to be spared later
    spared_mw: pd.DataFrame  # cut now, thanks to what was advanced
    filled_mw: pd.DataFrame  # extra load that is never given back
    # interfaces
    net_import_mw: pd.DataFrame
    over_plan_mw: pd.DataFrame  # net import beyond the upper edge of the plan's band (a priced slack)
    under_plan_mw: pd.DataFrame  # net import short of the lower edge (a priced slack)
    # reserve, by thermal unit and store; shortfall by member grid (a priced slack), as what is required below
    reserve_up_mw: pd.DataFrame
    reserve_down_mw: pd.DataFrame
    short_up_mw: pd.DataFrame
    short_down_mw: pd.DataFrame
    # lines, then links
    flow_mw: pd.DataFrame
    # security (priced slacks): beyond the emergency rating of a line after the worst outage, beyond a section's limit
    overload_mw: pd.DataFrame = field(default_factory=no_table)  # lines, then links, which have none
    section_over_mw: pd.DataFrame = field(default_factory=no_table)  # sections
    # pumped hydro by unit: how many of a group, and which of its units
    generating_count: pd.DataFrame = field(default_factory=no_table)  # groups
    pumping_count: pd.DataFrame = field(default_factory=no_table)
    generating: pd.DataFrame = field(default_factory=no_table)  # 0 or 1, units
    pumping: pd.DataFrame = field(default_factory=no_table)  # 0 or 1
    # deep peak-shaving (深度调峰) of thermal units
    below_normal_mw: pd.DataFrame = field(default_factory=no_table)  # what a unit on lacks to its normal minimum
    oil_support: pd.DataFrame = field(default_factory=no_table)  # 0 or 1
    oil_t_per_h: pd.DataFrame = field(default_factory=no_table)
    # events of contracts that are called (of others 0 throughout)
    called: pd.DataFrame = field(default_factory=no_table)  # 0 or 1
    call_started: pd.DataFrame = field(default_factory=no_table)  # 0 or 1
    # reserve required of each member grid, and what decided it: a number of `case.reserve`, 0 where it is not told
    required_up_mw: pd.DataFrame = field(default_factory=no_table)
    required_down_mw: pd.DataFrame = field(default_factory=no_table)
    up_decided_by: pd.DataFrame = field(default_factory=no_table)
    down_decided_by: pd.DataFrame = field(default_factory=no_table)
    # reserve products beside spinning reserve; no column where nobody asks for one (`case.reserve_products`)
    regulation_up_mw: pd.DataFrame = field(default_factory=no_table)  # units, stores
    regulation_down_mw: pd.DataFrame = field(default_factory=no_table)
    non_spinning_mw: pd.DataFrame = field(default_factory=no_table)  # units, stores, contracts
    short_regulation_up_mw: pd.DataFrame = field(default_factory=no_table)  # member grids (priced slacks)
    short_regulation_down_mw: pd.DataFrame = field(default_factory=no_table)
    short_non_spinning_mw: pd.DataFrame = field(default_factory=no_table)
    required_regulation_up_mw: pd.DataFrame = field(default_factory=no_table)  # member grids
    required_regulation_down_mw: pd.DataFrame = field(default_factory=no_table)
    required_non_spinning_mw: pd.DataFrame = field(default_factory=no_table)
    # lines, then links: what they lose, where the case counts it; half of it at each end, `flow_mw` between
    loss_mw: pd.DataFrame = field(default_factory=no_table)
    # heat that is decided, of units whose plant has a heat store; no column where there is none
    heat_mw: pd.DataFrame = field(default_factory=no_table)  # units
    heat_charge_mw: pd.DataFrame = field(default_factory=no_table)  # plants
    heat_discharge_mw: pd.DataFrame = field(default_factory=no_table)
    heat_level_mwh: pd.DataFrame = field(default_factory=no_table)  # at the end of the step
    heat_short_mw: pd.DataFrame = field(default_factory=no_table)  # of the heat load (a priced slack)

    def __post_init__(self) -> None:
        """Where nothing is said of overloads, pump-turbines, calls, deep output, reserve or losses, there is none."""
        import pandas as pd

        steps, branches, units = self.flow_mw.index, self.flow_mw.columns, self.output_mw.columns
        absent: dict[str, tuple[pd.Index, type]] = {
            **dict.fromkeys(("overload_mw", "loss_mw"), (branches, float)),
            "section_over_mw": (branches[:0], float),
            **dict.fromkeys(BY_PUMP, (branches[:0], int)),
            **dict.fromkeys(("below_normal_mw", "oil_t_per_h"), (units, float)),
            "oil_support": (units, int),
            **dict.fromkeys(("called", "call_started"), (self.delayed_mw.columns, int)),
            **dict.fromkeys(("required_up_mw", "required_down_mw"), (self.short_up_mw.columns, float)),
            **dict.fromkeys(("up_decided_by", "down_decided_by"), (self.short_up_mw.columns, int)),
            **dict.fromkeys((*BY_PRODUCT, "heat_mw", *BY_HEAT_STORE), (branches[:0], float)),
        }
        for name, (columns, kind) in absent.items():
            if getattr(self, name).empty:
                object.__setattr__(self, name, pd.DataFrame(0, index=steps, columns=columns, dtype=kind))

    @property
    def cut_mw(self) -> pd.DataFrame:
        """Load taken away by each contract, MW."""
        return self.delayed_mw + self.spared_mw

    @property
    def extra_mw(self) -> pd.DataFrame:
        """Load added by each contract, MW."""
        return self.repaid_mw + self.advanced_mw + self.filled_mw


TABLES = tuple(name for name in Schedule.__dataclass_fields__ if name != "step_h")
