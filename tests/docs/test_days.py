"""What `docs/days.md` tells a reader to run on a case."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

from dispatch.case.checks import flaws_of
from dispatch.grid.catalogue import facts_of
from dispatch.wire.files import read_case
from tests.conventions.tree import ROOT

STORED = ROOT / "tests/replay/bundles/jibei-winter-carbon-first/case.json.gz"


def test_the_example_asks_a_case_for_everything(tmp_path: Path) -> None:
    """Losses, a band and a ramp for every tie, three products; N-1 leaves out the lines that end at a neighbour."""
    file = tmp_path / "case.json"
    told = {**json.loads(gzip.decompress(STORED.read_bytes())), "objective": "COST"}
    file.write_text(json.dumps(told))
    subprocess.run([sys.executable, ROOT / "docs/examples/everything.py", file], check=True, cwd=ROOT)
    case = read_case(file)
    facts = facts_of(case.grid, case.edition)
    assert case.losses.links
    assert case.losses.lines
    assert [ramp.interface for ramp in case.tie_ramps] == [tie.name for tie in facts.interfaces]
    assert [one.product for one in case.reserve.products] == ["regulation_up", "regulation_down", "non_spinning"]
    left = [line for line in facts.lines if line.name in case.security.unwatched]
    assert left
    assert all("X_" in line.from_bus + line.to_bus for line in left)


def test_the_example_gives_every_heating_plant_a_heat_store(tmp_path: Path) -> None:
    """Six hours of them, on a winter day: the case passes every check."""
    file = tmp_path / "case.json"
    file.write_bytes(gzip.decompress(STORED.read_bytes()))
    subprocess.run([sys.executable, ROOT / "docs/examples/heat_stores.py", file], check=True, cwd=ROOT)
    case = read_case(file)
    facts = facts_of(case.grid, case.edition)
    assert {store.plant for store in case.heat.stores} == {minimum.plant for minimum in facts.running_minimums}
    assert all(store.energy_mwh == 6 * store.charge_mw > 0 for store in case.heat.stores)
    assert flaws_of(case, facts) == ()
