"""
Egret's "tight" unit commitment model of a pglib-uc instance, solved by HiGHS through Pyomo.

Reader, formulation and hand-over are Egret's and Pyomo's own; only the options of HiGHS are ours.
Egret prices load mismatch (10,000 per MWh) and missing reserve (1,000) where the reference model forbids them; an
early incumbent may use such slack, and is then dearer than any schedule without it.
"""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path
from typing import Any

from egret.models.unit_commitment import create_tight_unit_commitment_model
from egret.parsers.pglib_uc_parser import create_ModelData

from bench.measure import Answer, Measured, case_name, versions_of
from bench.peers.arguments import parser_of
from bench.peers.pyomo_highs import hand_over_and_solve


def main() -> None:
    """Solve one instance."""
    answer = Answer()
    asked = parser_of("Egret's tight model, HiGHS").parse_args()
    measured = Measured("egret", case_name(asked.file), asked.gap)
    answer.start()
    model = create_tight_unit_commitment_model(_data_of(asked.file), network_constraints="copperplate_power_flow")
    measured.notes["seconds_model"] = round(answer.elapsed(), 3)
    hand_over_and_solve(model, measured, asked.limit, answer)
    measured.versions = versions_of("gridx-egret", "pyomo", "highspy")
    answer.give(measured)


def _data_of(path: Path) -> Any:
    """Egret reads plain JSON only."""
    if path.suffix != ".gz":
        return create_ModelData(str(path))
    with tempfile.NamedTemporaryFile(suffix=".json") as plain:
        plain.write(gzip.decompress(path.read_bytes()))
        plain.flush()
        return create_ModelData(plain.name)


if __name__ == "__main__":
    main()
