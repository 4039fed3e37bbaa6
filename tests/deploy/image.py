"""
`make image`: the image built, started, asked over gRPC to solve a day, and stopped, by docker or by buildah.

Buildah runs with chroot isolation, which works inside containers and as a user without rights of its own. There a
container shares the network of its machine, so the server listens on a free port of it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from dispatch.case.case import Limits
from dispatch.cli.demo import outcome_of
from dispatch.client import Client
from dispatch.eve import case_of
from dispatch.grid.catalogue import facts_of
from dispatch.schedule.outcome import Status
from dispatch.study.scenarios import DEMO_DAY, DEMO_EDITION
from tests.conventions.tree import ROOT

SBOM = "/opt/venv/sbom.json"
COMPILERS = "cc c++ gcc g++ clang as ld make cargo"
CHROOT = ("--isolation=chroot",)
EAGER = "--env=DISPATCH_NICENESS_COUNT=0"  # else a busy machine would leave its solve nothing
LIMITS = Limits(gap_share=0.005, time_s=600.0)  # the machine may be busy
PORT = 50051
START_S, STOP_S, STOPPED = 180.0, 60.0, 0
BYTES_PER_MB = 1e6

# What pip needs to reach its index from inside the build, where this machine has its own.
FROM_THIS_MACHINE = ("/etc/ssl/certs", "/etc/pip.conf")


@dataclass(frozen=True)
class Served:
    """A server in its container."""

    target: str
    user: Callable[[], str]
    probe: Callable[[], int]  # exit code of the image's own health check
    stop: Callable[[], int]  # by SIGTERM; the exit code of its first process


class Engine(Protocol):
    """What builds and runs images."""

    def build(self, tag: str) -> None:
        """Build the image of this checkout."""

    def inspected(self, tag: str) -> tuple[dict[str, Any], int]:
        """How the image is to be run, and its bytes."""

    def said(self, tag: str, *command: str) -> str:
        """What a command prints in a container of its own."""

    def served(self, tag: str, config: dict[str, Any]) -> AbstractContextManager[Served]:
        """The server of the image, for as long as the context lasts."""


class Docker:
    """The docker command with its daemon."""

    def build(self, tag: str) -> None:
        """Build the image of this checkout."""
        _run("docker", "build", "--tag", tag, str(ROOT))

    def inspected(self, tag: str) -> tuple[dict[str, Any], int]:
        """How the image is to be run, and its bytes."""
        told = json.loads(_said("docker", "image", "inspect", tag))[0]
        return told["Config"], told["Size"]

    def said(self, tag: str, *command: str) -> str:
        """What a command prints in a container of its own."""
        return _said("docker", "run", "--rm", "--no-healthcheck", tag, *command)

    @contextmanager
    def served(self, tag: str, config: dict[str, Any]) -> Iterator[Served]:
        """As a user starts it: nothing of it can be written but /tmp and its volume."""
        port, safe = _free_port(), ("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL")  # noqa: S108 (its own)
        published = ("--publish", f"127.0.0.1:{port}:{PORT}")
        name = _said("docker", "run", "--detach", EAGER, *safe, *published, tag).strip()

        def stopped() -> int:
            _said("docker", "stop", "--time", f"{STOP_S:.0f}", name)
            return int(_said("docker", "inspect", "--format", "{{.State.ExitCode}}", name))

        inside = ["docker", "exec", name]
        try:
            yield Served(
                f"127.0.0.1:{port}",
                lambda: _said(*inside, "id", "-u").strip(),
                lambda: subprocess.run([*inside, *_probe_of(config)], check=False).returncode,
                stopped,
            )
        finally:
            _run("docker", "rm", "--force", "--volumes", name)


class Buildah:
    """Buildah with chroot isolation."""

    def build(self, tag: str) -> None:
        """Build the image of this checkout."""
        mounts = [f"--volume={path}:{path}:ro" for path in FROM_THIS_MACHINE if Path(path).exists()]
        _run("buildah", "build", *CHROOT, "--format=docker", *mounts, "--tag", tag, str(ROOT))

    def inspected(self, tag: str) -> tuple[dict[str, Any], int]:
        """How the image is to be run, and its bytes."""
        told = json.loads(_said("buildah", "inspect", "--type=image", tag))
        return told["Docker"]["config"], sum(layer["size"] for layer in json.loads(told["Manifest"])["layers"])

    def said(self, tag: str, *command: str) -> str:
        """What a command prints in a container of its own."""
        with _container(tag) as name:
            return _said("buildah", "run", *CHROOT, name, "--", *command)

    @contextmanager
    def served(self, tag: str, config: dict[str, Any]) -> Iterator[Served]:
        """The command of the image on a free port; a signal goes to its first process, as from an engine."""
        port = _free_port()
        target = f"127.0.0.1:{port}"
        command = [word.replace(f":{PORT}", f":{port}") for word in config["Cmd"]]
        probe = ("buildah", "run", *CHROOT, f"--env=DISPATCH_SERVER={target}")
        with _container(tag) as name:
            process = subprocess.Popen(["buildah", "run", *CHROOT, EAGER, name, "--", *command])

            def stopped() -> int:
                os.kill(_server_of(process.pid), signal.SIGTERM)
                return process.wait(STOP_S)

            try:
                yield Served(
                    target,
                    lambda: _user_of(_server_of(process.pid)),
                    lambda: subprocess.run([*probe, name, "--", *_probe_of(config)], check=False).returncode,
                    stopped,
                )
            finally:
                if process.poll() is None:
                    os.kill(_server_of(process.pid), signal.SIGKILL)
                    process.wait(STOP_S)


def _probe_of(config: dict[str, Any]) -> list[str]:
    asked: list[str] = config["Healthcheck"]["Test"]
    return asked[1:]


@contextmanager
def _container(tag: str) -> Iterator[str]:
    """A container of buildah, removed at the end."""
    name = _said("buildah", "from", "--pull-never", tag).strip()
    try:
        yield name
    finally:
        _said("buildah", "rm", name)


def _server_of(pid: int) -> int:
    """The first process inside the chroot, below those of buildah itself."""
    while Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"buildah"):
        pid = int(
            next(child for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split())
        )
    return pid


def _user_of(pid: int) -> str:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(line.split()[1] for line in status.splitlines() if line.startswith("Uid:"))


def found() -> Engine | None:
    """Docker where its daemon answers, else buildah, else none."""
    asked = ["docker", "info"]
    if shutil.which("docker") and not subprocess.run(asked, capture_output=True, check=False).returncode:
        return Docker()
    return Buildah() if shutil.which("buildah") else None


def smoked(engine: Engine, tag: str, out: Path) -> None:
    """Start it, ask it, stop it; each step tells how it went, and a step that fails ends it all."""
    config, bytes_count = engine.inspected(tag)
    tell(f"{tag}: {bytes_count / BYTES_PER_MB:,.0f} MB, user {config['User']}")
    compilers = engine.said(tag, "sh", "-c", f"command -v {COMPILERS} || true").split()
    expect(not compilers, f"no compiler inside{': but ' if compilers else ''}{' '.join(compilers)}")
    kept = _sbom(engine, tag, out)
    tell(f"{kept} lists what is inside")
    started_s = time.monotonic()
    with engine.served(tag, config) as served:
        healthy = _healthy(served.target)
        expect(healthy, f"{'' if healthy else 'not '}healthy after {time.monotonic() - started_s:.1f} s")
        code = served.probe()
        expect(code == 0, f"its own health check: exit code {code}")
        user = served.user()
        expect(user == config["User"].split(":")[0] and user.isdecimal() and user != "0", f"runs as user {user}")
        _solve(served.target)
        stopping_s = time.monotonic()
        code = served.stop()
        expect(code == STOPPED, f"SIGTERM: exit code {code} after {time.monotonic() - stopping_s:.1f} s")


def _healthy(target: str) -> bool:
    """Wait for it, asking from outside."""
    command = [sys.executable, "-m", "dispatch", "health", "--server", target, "--timeout", "2", "--json"]
    end_s = time.monotonic() + START_S
    while time.monotonic() < end_s:
        if not subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode:
            return True
        time.sleep(0.2)
    return False


def _solve(target: str) -> None:
    """The demo day of Jibei, asked from outside."""
    case = case_of(facts_of("jibei", DEMO_EDITION), DEMO_DAY)
    begun_s = time.monotonic()
    with Client(target) as client:
        outcome = outcome_of(client.solve(case, LIMITS), lambda _: None)
    seconds = time.monotonic() - begun_s
    told = f"Jibei, {DEMO_DAY}, 24 h over gRPC: {outcome.status.name}, {seconds:.1f} s"
    expect(outcome.status is Status.OPTIMAL, told)


def _sbom(engine: Engine, tag: str, out: Path) -> Path:
    """The bill of materials that the build wrote of Python, with the packages of the base below it."""
    bill = json.loads(engine.said(tag, "cat", SBOM))
    listed = engine.said(tag, "dpkg-query", "--show", "--showformat", "${Package}\t${Version}\t${Architecture}\n")
    for name, version, architecture in (line.split("\t") for line in listed.splitlines()):
        purl = f"pkg:deb/debian/{name}@{version}?arch={architecture}"
        bill["components"].append({"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl})
    out.mkdir(parents=True, exist_ok=True)
    (out / "sbom.json").write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")
    return out / "sbom.json"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


def _said(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def tell(line: str) -> None:
    """One line of what was seen."""
    print(f"image: {line}", flush=True)


def expect(holds: bool, line: str) -> None:
    """Tell it; end where it does not hold."""
    tell(line)
    if not holds:
        sys.exit("image: the step above FAILED")


def main() -> None:
    """Build and try the image."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tag", default="hebei-dispatch:dev", help="default %(default)s")
    parser.add_argument("--out", type=Path, default=Path("out/image"), help="for sbom.json; default %(default)s")
    parser.add_argument("--built", action="store_true", help="it is built already: only try it")
    asked = parser.parse_args()
    engine = found()
    if engine is None:
        sys.exit("image: NOT built: neither docker (with a daemon that answers) nor buildah is here")
    if not asked.built:
        begun_s = time.monotonic()
        engine.build(asked.tag)
        tell(f"built by {type(engine).__name__.lower()} in {time.monotonic() - begun_s:.0f} s")
    smoked(engine, asked.tag, asked.out)


if __name__ == "__main__":
    main()
