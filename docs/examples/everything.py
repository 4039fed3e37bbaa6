"""Ask of a case what `dispatch case new` has no word for: losses, ramps of ties, products, lines N-1 leaves out."""

import json
import sys
from pathlib import Path

from dispatch.grid.catalogue import facts_of

BAND_SHARE = 0.05  # of the plan, either way
LOAD_SHARES = {"REGULATION_UP": 0.015, "REGULATION_DOWN": 0.015, "NON_SPINNING": 0.03}  # asked beside spinning reserve
RAMP_MW_PER_H = 300.0  # of every tie; where the plan itself is faster, as fast as the plan

file = Path(sys.argv[1])
case = json.loads(file.read_text())
facts = facts_of(case["grid"], case["edition"])
ties = [tie.name for tie in facts.interfaces]
beyond = {bus.name for bus in facts.buses if bus.grid == "external"}
across = [line.name for line in facts.lines if beyond & {line.from_bus, line.to_bus}]
case["losses"] = {"links": True, "lines": True}
case["interchange"]["band_share"] = BAND_SHARE
case["tie_ramps"] = [{"interface": tie, "ramp_mw_per_h": RAMP_MW_PER_H} for tie in ties]
case["reserve"]["products"] = [{"product": name, "load_share": share} for name, share in LOAD_SHARES.items()]
case["security"]["unwatched"] = across  # its neighbour looks at a tie, and trips plants with it (稳控切机)
file.write_text(json.dumps(case, ensure_ascii=False, indent=1))
