"""
What a study of many cases costs: the parts measured here, and a simulation that puts them together.

`python -m bench.service.scale --runs 100000` fills a ledger with so many runs, times what is done to it, and simulates
1e2 to 1e5 cases. Seconds are of the processor: on a machine that others use too, only these can be compared.
"""

from __future__ import annotations

import argparse
import heapq
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.service.cases import QUICK, a_case
from dispatch.runs.database import writing
from dispatch.runs.ledger import Ledger, added
from dispatch.runs.run import Ending, Query, Run, State, Submission, Urgency
from dispatch.schedule.hashes import case_sha256
from dispatch.schedule.progress import Progress
from dispatch.wire.runs import asked_sha256

BATCH_COUNT = 1000
REPEATS_COUNT = 20
BEAT_EVERY_S = 10.0 / 3  # a third of a lease
TELLS_COUNT = 15  # transactions with progress, of a solve of some seconds
SIZES = (100, 1_000, 10_000, 100_000)


@dataclass(frozen=True)
class Costs:
    """Of one case, but where it says otherwise."""

    solve_s: float  # of a core
    claim_s: float  # of the ledger, which does one thing at a time, as all that follows
    finish_s: float
    beat_s: float
    artefact_mb: float
    ledger_kb: float

    def ledger_s(self) -> float:
        """What a case keeps the ledger busy."""
        return self.claim_s + self.finish_s + self.beat_s * (TELLS_COUNT + self.solve_s / BEAT_EVERY_S)


@dataclass(frozen=True)
class Study:
    """How so many cases go on so many cores."""

    case_count: int
    core_count: int
    hours_h: float
    ledger_share: float  # of the time that the ledger is busy
    artefacts_gb: float
    ledger_gb: float


def simulated(costs: Costs, case_count: int, core_count: int) -> Study:
    """
    Every core takes a case from the ledger, solves it, and finishes it; the ledger serves one at a time, in turn.

    A queue of cores by the time at which each next wants the ledger; it is busy for `ledger_s` a case, of which the
    claim comes first and the rest, told on the way, is put to the end.
    """
    wanted = [(0.0, core, False) for core in range(min(core_count, case_count))]
    heapq.heapify(wanted)
    free_s = busy_s = end_s = 0.0
    left_count, rest_s = case_count, costs.ledger_s() - costs.claim_s
    while wanted:
        at_s, core, solved = heapq.heappop(wanted)
        took_s = rest_s if solved else costs.claim_s
        if not solved and left_count == 0:
            continue
        free_s = max(free_s, at_s) + took_s
        busy_s, end_s = busy_s + took_s, free_s
        left_count -= not solved
        heapq.heappush(wanted, (free_s if solved else free_s + costs.solve_s, core, not solved))
    gigabytes = case_count * costs.artefact_mb / 1024
    return Study(case_count, core_count, end_s / 3600, busy_s / end_s, gigabytes, case_count * costs.ledger_kb / 2**20)


# ---------------------------------------------------------------- measured


def filled(ledger: Ledger, count: int) -> list[Run]:
    """A ledger with so many queued runs of one case, as a study makes them."""
    case = a_case()
    asked = Submission(
        "", asked_sha256(case, QUICK), case_sha256(case), "0" * 64, case.grid, urgency=Urgency.STUDY, study_id="s"
    )
    runs: list[Run] = []
    for _ in range(0, count, BATCH_COUNT):
        with writing(ledger.engine) as connection:
            runs += added(connection, [asked] * min(BATCH_COUNT, count - len(runs)))
    return runs


def measured(ledger: Ledger, path: Path, count: int) -> dict[str, float]:
    """Milliseconds of processor of each thing that is done to a ledger of this size, and its bytes a run."""
    filled(ledger, count)
    told = [Progress("searching", 1.0, 2.0e8, 1.9e8, 0.05)]
    claimed: list[Run] = []

    def claim() -> None:
        run = ledger.claim("w", 600.0)
        assert run is not None  # noqa: S101 (the ledger was filled)
        claimed.append(run)

    found = {"claim_ms": _ms(claim), "beat_ms": _ms(lambda: ledger.beat(claimed[0], 600.0, told))}
    found["finish_ms"] = _ms(lambda: ledger.finish(claimed.pop(), Ending(State.SUCCEEDED)))
    newest = ledger.runs(Query(), 1)[0].run_id
    found |= {
        "get_ms": _ms(lambda: ledger.get(newest)),
        "list_ms": _ms(lambda: ledger.runs(Query(), 50)),
        "list_study_ms": _ms(lambda: ledger.runs(Query(study_id="s"), 50)),
        "queue_ms": _ms(ledger.queue),
        "places_ms": _ms(lambda: ledger.queue_places([newest])),
    }
    ledger.engine.dispose()  # the write-ahead log goes into the file
    return {**found, "kb_a_run": path.stat().st_size / 1024 / count}


def _ms(done: Callable[[], Any]) -> float:
    """Milliseconds of processor; waiting for the disk is not counted."""
    begun = time.process_time()
    for _ in range(REPEATS_COUNT):
        done()
    return 1000 * (time.process_time() - begun) / REPEATS_COUNT


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.service.scale", description=__doc__)
    parser.add_argument("--runs", type=int, nargs="*", default=[1_000, 10_000, 100_000], metavar="N")
    parser.add_argument("--solve-s", type=float, default=7.0, help="seconds of a core that a case takes")
    parser.add_argument("--artefact-mb", type=float, default=0.35, help="of a case: outcome and schedule")
    asked = parser.parse_args()
    found: dict[str, float] = {}
    for count in asked.runs:
        with tempfile.TemporaryDirectory(prefix="dispatch-bench-") as folder:
            path = Path(folder) / "runs.db"
            ledger = Ledger(f"sqlite:///{path}")
            ledger.prepare()
            found = measured(ledger, path, count)
            ledger.engine.dispose()
        print(f"{count:>9,} runs  " + "  ".join(f"{name} {value:.3g}" for name, value in found.items()), flush=True)
    seconds = {name: found[f"{name}_ms"] / 1000 for name in ("claim", "finish", "beat")}
    costs = Costs(
        asked.solve_s, seconds["claim"], seconds["finish"], seconds["beat"], asked.artefact_mb, found["kb_a_run"]
    )
    print(f"\n{'cases':>9}  {'cores':>6}  {'hours':>9}  {'ledger busy':>11}  {'artefacts GB':>12}  {'ledger GB':>9}")
    for case_count in SIZES:
        for core_count in (2, 16, 128, 1024):
            study = simulated(costs, case_count, core_count)
            print(
                f"{case_count:>9,}  {core_count:>6,}  {study.hours_h:>9.2f}  {study.ledger_share:>10.1%}  "
                f"{study.artefacts_gb:>12.2f}  {study.ledger_gb:>9.3f}"
            )


if __name__ == "__main__":
    main()
