"""The generated code is what the protos say today."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conventions.tree import GENERATED, ROOT

PROTOS = ROOT / "protos"


def _generated(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*_pb2*"))}


def test_generated_code_is_up_to_date(tmp_path: Path) -> None:
    """Else: `make protos`, and commit both."""
    sources = sorted(path.relative_to(PROTOS).as_posix() for path in PROTOS.glob("dispatch/v1/*.proto"))
    assert sources
    outputs = [f"--{kind}_out={tmp_path}" for kind in ("python", "grpc_python", "mypy", "mypy_grpc")]
    plugins = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTOS}", *outputs, *sources]
    subprocess.run(command, check=True, cwd=PROTOS, env={**os.environ, "PATH": plugins})

    made, kept = _generated(tmp_path / "dispatch" / "v1"), _generated(GENERATED)
    assert sorted(kept) == sorted(made)
    assert [name for name in made if kept[name] != made[name]] == []
