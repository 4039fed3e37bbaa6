"""python client.py HOST:PORT case.json: submit a case, follow its run, read its answer."""

import sys
from pathlib import Path

from dispatch.case.case import Limits
from dispatch.client import Client, RunEvent, RunView, Waiting
from dispatch.wire.files import read_case

target, file = sys.argv[1:]
with Client(target) as client:
    run = client.submit(read_case(Path(file)), Limits(gap_share=0.02), labels={"desk": "day-ahead"})
    print("accepted as", run.run_id)  # from here on it is kept, whatever stops
    for told in client.watch(run.run_id):  # goes on by itself where the connection breaks
        match told:
            case Waiting():
                print("waiting,", told.queued_before_count, "before it")
            case RunEvent(progress=progress) if progress is not None:
                print(f"{progress.stage} {progress.elapsed_seconds:.1f} s, gap {progress.gap_share}")
            case RunView():
                print("ended:", told.state, told.outcome_status, told.reason)
    outcome = client.outcome(run.run_id)
    if outcome.metrics and outcome.schedule:
        print(f"absorbed {outcome.metrics.total.absorbed_mwh:,.0f} MWh of wind and sun")
        print(outcome.schedule.curtailed_mw.sum().nlargest(3))  # a pandas table: steps x plants
