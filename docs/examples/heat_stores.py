"""Give every heating plant of a case a heat store (储热罐): six hours of 30 % of the heat that it carries at most."""

import json
import sys
from pathlib import Path

from dispatch.grid.catalogue import facts_of

HOURS_H = 6.0
POWER_SHARE = 0.3  # of the heat that the units of the running minimum give in the coldest hour
HOURLY_LOSS_SHARE = 0.005

file = Path(sys.argv[1])
case = json.loads(file.read_text())
facts = facts_of(case["grid"], case["edition"])
stores = []
for minimum in facts.running_minimums:
    regions = [unit.heat_region for unit in facts.units if unit.plant == minimum.plant and unit.heats]
    design_mw = sorted(region.design_heat_mw for region in regions if region is not None)
    power_mw = POWER_SHARE * sum(design_mw[: minimum.units_on_count])
    if power_mw > 0:
        sizes = {"energy_mwh": HOURS_H * power_mw, "charge_mw": power_mw, "discharge_mw": power_mw}
        stores.append({"plant": minimum.plant, "hourly_loss_share": HOURLY_LOSS_SHARE, **sizes})
case["heat"]["stores"] = stores
file.write_text(json.dumps(case, ensure_ascii=False, indent=1))
