"""What docs/deploy starts of us: every container of the compose file and of the Kubernetes manifests, in one shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from tests.conventions.tree import ROOT

DEPLOY = ROOT / "docs" / "deploy"
COMPOSE = DEPLOY / "compose.yaml"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
OURS = "hebei-dispatch"
GIB, UNITS = 2**30, {"g": 2**30, "Gi": 2**30}


@dataclass(frozen=True)
class Container:
    """One that runs our image."""

    name: str
    command: list[str]
    environment: dict[str, str]
    folders: dict[str, str]  # where a volume lies inside, and its name
    secrets: list[str]  # files of compose under /run/secrets
    ports: set[int]  # that others may reach
    probe: list[str]  # the command that asks whether it serves; empty: none
    probe_s: float  # that it may take
    grace_s: float  # from SIGTERM to SIGKILL
    memory_bytes: int
    settings: dict[str, Any]  # as it is written


@cache
def manifests() -> list[dict[str, Any]]:
    """Every object of the Kubernetes manifests."""
    return [manifest for path in MANIFESTS for manifest in yaml.safe_load_all(path.read_text(encoding="utf-8"))]


@cache
def compose() -> dict[str, Any]:
    """The compose file, its shared parts put in."""
    read: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return read


def containers() -> list[Container]:
    """All of them."""
    return [*_of_compose(), *_of_kubernetes()]


def _of_compose() -> Iterator[Container]:
    for name, service in compose()["services"].items():
        if not service["image"].startswith(OURS):
            continue
        folders = {volume.split(":")[1]: volume.split(":")[0] for volume in service["volumes"]}
        yield Container(
            f"compose {name}",
            service["command"],
            service["environment"],
            folders,
            service["secrets"],
            {int(port.split(":")[-1]) for port in service.get("ports", ())},
            service["healthcheck"].get("test", ["CMD"])[1:],
            _seconds(service["healthcheck"].get("timeout", "0s")),
            _seconds(service["stop_grace_period"]),
            _bytes(service["mem_limit"]),
            service,
        )


def _of_kubernetes() -> Iterator[Container]:
    for manifest in manifests():
        if manifest["kind"] != "Deployment":
            continue
        pod = manifest["spec"]["template"]["spec"]
        for container in pod["containers"]:
            yield Container(
                f"kubernetes {container['name']}",
                container["command"] + container["args"],
                {variable["name"]: variable["value"] for variable in container["env"]},
                {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]},
                [],
                {port["containerPort"] for port in container.get("ports", ())},
                container.get("readinessProbe", {}).get("exec", {}).get("command", []),
                container.get("readinessProbe", {}).get("timeoutSeconds", 0.0),
                pod["terminationGracePeriodSeconds"],
                _bytes(container["resources"]["limits"]["memory"]),
                container | {"pod": pod},
            )


def _seconds(text: str) -> float:
    return float(text.removesuffix("s"))


def _bytes(text: str) -> int:
    digits = text.rstrip("giG")
    return int(digits) * UNITS[text[len(digits) :]]
