"""The files of docs/deploy have the form that their readers demand, and so has the Dockerfile."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from compose_spec import PyCompose

from dispatch.cli.parser import DEFAULT_LISTEN, parser
from tests.conventions.tree import ROOT
from tests.deploy.containers import compose, manifests

VERSIONS = ("1.30", "1.37")  # of Kubernetes
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def kubernetes() -> Any:
    """Loaded where it is used: it takes seconds, and every process of the suite would."""
    import kubernetes_validate

    return kubernetes_validate


def _instruction(name: str) -> str:
    """What the last instruction of this name says."""
    return [line.removeprefix(name).strip() for line in DOCKERFILE.splitlines() if line.startswith(name + " ")][-1]


def test_the_compose_file_follows_the_specification() -> None:
    read = PyCompose.from_json(json.dumps(compose()))
    read.validate()
    assert read.service_names() == ["server", "worker", "database"]


@pytest.mark.parametrize("manifest", manifests(), ids=lambda one: f"{one['kind']}-{one['metadata']['name']}")
def test_every_manifest_follows_the_schema_of_kubernetes(kubernetes: Any, manifest: dict[str, object]) -> None:
    for version in VERSIONS:
        kubernetes.validate(manifest, version, strict=True)


def test_a_manifest_with_a_word_that_kubernetes_does_not_know_is_found(kubernetes: Any) -> None:
    manifest = next(one for one in manifests() if one["kind"] == "Service")
    wrong = manifest | {"spec": manifest["spec"] | {"portz": []}}
    with pytest.raises(kubernetes.ValidationError, match="portz"):
        kubernetes.validate(wrong, VERSIONS[-1], strict=True)


def test_the_dockerfile_is_clean() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    told = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (0, "")


def test_the_image_runs_as_a_number_on_the_port_that_it_says() -> None:
    user, port = _instruction("USER"), _instruction("EXPOSE")
    assert user == "10001:10001"
    command = json.loads(_instruction("CMD"))
    assert parser().parse_args(command[1:]).listen == f"0.0.0.0:{port}"
    probe = json.loads(_instruction("HEALTHCHECK").partition("CMD ")[2])
    assert parser().parse_args(probe[1:]).verb == "health:health"
    assert f"127.0.0.1:{port}" == DEFAULT_LISTEN
    assert _instruction("STOPSIGNAL") == "SIGTERM"
    assert "requirements/image.txt" in DOCKERFILE
