"""The Node example, where `make clients` has fetched what it needs: npm is no part of `make test`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToDict

from dispatch.service.background import Background
from dispatch.wire.case_out import case_to
from tests.conventions.tree import ROOT
from tests.service.watch import a_case

FOLDER = ROOT / "docs" / "examples"
NODE = Path(sys.executable).parent / "node"


@pytest.mark.skipif(not (FOLDER / "node_modules").exists(), reason="`make clients` fetches grpc-js from npm first")
def test_the_node_example_runs(service: Background, tmp_path: Path) -> None:
    case = MessageToDict(case_to(a_case(step_count=1)), preserving_proto_field_name=True)
    (tmp_path / "request.json").write_text(json.dumps({"case": case, "limits": {"gap_share": 0.02}}))
    command = [str(NODE), "client.js", service.target, str(tmp_path / "request.json")]
    told = subprocess.run(command, cwd=FOLDER, capture_output=True, check=False, text=True)
    assert told.returncode == 0, told.stderr
    assert "ended: RUN_STATE_SUCCEEDED STATUS_OPTIMAL" in told.stdout
