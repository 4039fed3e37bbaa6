"""What docs/deploy starts is what our command line, settings and door understand."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

import pytest

from dispatch.cli.parser import parser
from dispatch.service.background import FAREWELL_S
from dispatch.service.door import is_loopback
from dispatch.settings import IN_FILE, PREFIX, Settings
from tests.deploy.containers import DEPLOY, GIB, MANIFESTS, Container, compose, containers, manifests

ALL = pytest.mark.parametrize("container", containers(), ids=lambda container: container.name)
LEAVING_S = 10.0  # for the children to end, and the database to be told
LIBRARIES_GIB = 1  # of a server or worker itself, measured below 0.5


def _asked(container: Container) -> argparse.Namespace:
    assert container.command[0] == "dispatch"
    return parser().parse_args(container.command[1:])


def _settings(container: Container, tmp_path: Path) -> Settings:
    """Those of its environment; what it reads from a file is put in one."""
    told = dict(container.environment)
    for key in told:
        if key.endswith(IN_FILE):
            (tmp_path / key).write_text("postgresql+psycopg://dispatch:secret@database/dispatch")
            told[key] = str(tmp_path / key)
    return Settings.from_environment(told)


def _authority(container: Container) -> list[Path]:
    """What the probe believes."""
    return [parser().parse_args(container.probe[1:]).ca] if container.probe else []


def test_a_server_and_workers_are_started_both_ways() -> None:
    assert [container.name for container in containers()] == [
        "compose server",
        "compose worker",
        "kubernetes server",
        "kubernetes worker",
    ]
    deployed = {one["metadata"]["name"]: one["spec"] for one in manifests() if one["kind"] == "Deployment"}
    assert compose()["services"]["worker"]["deploy"]["replicas"] == deployed["dispatch-worker"]["replicas"] == 2
    assert len(MANIFESTS) == 4


@ALL
def test_every_command_is_one_of_ours(container: Container) -> None:
    assert (
        _asked(container).verb
        == {"server": "serve:serve_forever", "worker": "serve:work_forever"}[container.name.split()[1]]
    )


@ALL
def test_every_setting_exists_and_can_be_read(container: Container, tmp_path: Path) -> None:
    known = Settings().environment()
    named = {key.removesuffix(IN_FILE) for key in container.environment if key.startswith(PREFIX)}
    assert named - set(known) == set()
    assert all(key.startswith(PREFIX) for key in container.environment)
    settings = _settings(container, tmp_path)
    assert settings.database.startswith("postgresql+psycopg://")
    assert settings.artefacts


@ALL
def test_every_file_that_is_named_lies_in_a_volume(container: Container, tmp_path: Path) -> None:
    asked, settings = _asked(container), _settings(container, tmp_path)
    files = [
        path for option in ("tokens", "tls_cert", "tls_key", "client_ca") if (path := getattr(asked, option, None))
    ]
    in_files = [Path(path) for key, path in container.environment.items() if key.endswith(IN_FILE)]
    secrets = {Path("/run/secrets") / name for name in container.secrets}
    for path in (*files, *in_files, *_authority(container), Path(settings.artefacts)):
        assert path in secrets or any(path.is_relative_to(folder) for folder in container.folders), path


@ALL
def test_the_door_is_closed_to_strangers(container: Container) -> None:
    """A network is served with TLS and tokens, and what listens to nobody opens no port."""
    asked = _asked(container)
    if "worker" in container.name:
        assert container.ports == set()
        return
    assert not asked.insecure
    assert not is_loopback(asked.listen)
    assert None not in {asked.tls_cert, asked.tls_key, asked.tokens}
    assert container.ports == {int(address.rpartition(":")[2]) for address in (asked.listen, asked.metrics)}
    probe = parser().parse_args(container.probe[1:])
    assert (container.probe[0], probe.verb) == ("dispatch", "health:health")
    assert probe.server == f"localhost:{asked.listen.rpartition(':')[2]}"
    assert probe.ca
    assert probe.timeout < container.probe_s


@ALL
def test_who_is_told_to_stop_has_time_to_drain(container: Container, tmp_path: Path) -> None:
    drain_s = _settings(container, tmp_path).drain_seconds
    assert drain_s + FAREWELL_S + LEAVING_S <= container.grace_s < 2 * drain_s + 20


@ALL
def test_solves_fit_into_the_memory_of_their_container(container: Container, tmp_path: Path) -> None:
    solve_count = _asked(container).solve_count
    memory_gib = solve_count * _settings(container, tmp_path).memory_gb
    assert memory_gib + LIBRARIES_GIB <= container.memory_bytes / GIB


@ALL
def test_nothing_may_be_written_but_volumes_and_nobody_is_root(container: Container) -> None:
    written = container.settings
    if container.name.startswith("compose"):
        assert written["read_only"] is True
        assert (written["cap_drop"], written["tmpfs"]) == (["ALL"], ["/tmp"])  # noqa: S108 (its own)
        assert written["security_opt"] == ["no-new-privileges:true"]
        return
    pod, safe = written["pod"]["securityContext"], written["securityContext"]
    assert (pod["runAsNonRoot"], pod["runAsUser"], pod["fsGroup"]) == (True, 10001, 10001)
    assert pod["seccompProfile"] == {"type": "RuntimeDefault"}
    assert (safe["allowPrivilegeEscalation"], safe["readOnlyRootFilesystem"]) == (False, True)
    assert safe["capabilities"] == {"drop": ["ALL"]}
    assert written["pod"]["automountServiceAccountToken"] is False


def test_what_kubernetes_selects_is_there() -> None:
    """Services, budgets and policies select labels that pods carry; volumes and ports have the names that are meant."""
    pods = [manifest["spec"]["template"] for manifest in manifests() if manifest["kind"] == "Deployment"]
    labels = [pod["metadata"]["labels"].items() for pod in pods]
    selectors = []
    for manifest in manifests():
        spec = manifest["spec"]
        found = spec.get("selector") or spec.get("podSelector") or {}
        selectors += [found.get("matchLabels", found)] if manifest["kind"] != "PersistentVolumeClaim" else []
    assert len(selectors) == 7
    for selector in selectors:
        assert any(selector.items() <= carried for carried in labels), selector
    claims = {manifest["metadata"]["name"] for manifest in manifests() if manifest["kind"] == "PersistentVolumeClaim"}
    for pod in (pod["spec"] for pod in pods):
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        mounted = {mount["name"] for container in pod["containers"] for mount in container["volumeMounts"]}
        assert mounted == set(volumes)
        assert {
            v["persistentVolumeClaim"]["claimName"] for v in volumes.values() if "persistentVolumeClaim" in v
        } == claims
    service = next(manifest["spec"] for manifest in manifests() if manifest["kind"] == "Service")
    server = next(pod for pod in pods if pod["metadata"]["labels"]["app.kubernetes.io/component"] == "server")
    offered = {port["name"]: port["containerPort"] for port in server["spec"]["containers"][0]["ports"]}
    assert {port["targetPort"]: port["port"] for port in service["ports"]} == offered


def test_the_database_of_compose_is_reached_by_us_alone() -> None:
    read = compose()
    database = read["services"]["database"]
    assert "ports" not in database
    assert (database["networks"], read["networks"]["back"]) == (["back"], {"internal": True})
    assert database["environment"]["POSTGRES_PASSWORD_FILE"] == f"/run/secrets/{database['secrets'][0]}"
    assert all(set(secret) == {"file"} for secret in read["secrets"].values())


def test_the_page_makes_every_file_that_is_asked_for() -> None:
    """What the compose file and the secrets of Kubernetes hold, made by commands of the page."""
    page = (DEPLOY / "README.md").read_text(encoding="utf-8")
    made = set(re.findall(r"--from-file=(?:([\w]+)=)?([\w./]+)", page))
    asked = {path for container in containers() for path in re.findall(r"/door/([\w.]+)", str(container.settings))}
    assert asked == {name for key, name in made if not key} == {"server.pem", "server.key", "ca.pem", "tokens.csv"}
    urls = {variable for container in containers() for variable in container.environment.values() if "url" in variable}
    assert urls == {"/database/url", "/run/secrets/database_url"}
    assert ("url", "secrets/database_url") in made
    for secret in compose()["secrets"].values():
        assert f"> {secret['file'].removeprefix('./')}" in page
    commands = re.findall(r"^dispatch (.+)$", page, re.MULTILINE)
    assert [parser().parse_args(shlex.split(command)).verb for command in commands] == ["tokens:new_token"]
