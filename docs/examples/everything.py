"""Ask everything of a case that `dispatch case new` has no word for: losses of the network, a band and ramps of ties."""

import json
import sys
from pathlib import Path

from dispatch.grid.catalogue import facts_of

BAND_SHARE = 0.05  # of the plan, either way
RAMP_MW_PER_H = 300.0  # of every tie; where the plan itself is faster, as fast as the plan

file = Path(sys.argv[1])
case = json.loads(file.read_text())
ties = [tie.name for tie in facts_of(case["grid"], case["edition"]).interfaces]
case["losses"] = {"links": True, "lines": True}
case["interchange"]["band_share"] = BAND_SHARE
case["tie_ramps"] = [{"interface": tie, "ramp_mw_per_h": RAMP_MW_PER_H} for tie in ties]
file.write_text(json.dumps(case, ensure_ascii=False, indent=1))
