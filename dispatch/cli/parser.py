"""Every verb with its arguments. Nothing heavy is imported here, so that help comes at once."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TypeAlias

from dispatch import __version__
from dispatch.case.objective import COST, OBJECTIVES
from dispatch.cli import values

ROLES = ("reader", "submitter", "operator")
DEFAULT_LISTEN = "127.0.0.1:50051"

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # argparse has no public name for it


def parser() -> argparse.ArgumentParser:
    """What the command line understands."""
    top = argparse.ArgumentParser(
        prog="dispatch",
        description="Unit commitment of the Hebei South and Jibei grids: how much wind and sun they absorb.",
        epilog="Exit codes: 0 done; 1 refused, infeasible or no solution; 2 usage; 3 our fault.",
    )
    top.add_argument("--version", action="version", version=f"dispatch {__version__}")
    verbs = top.add_subparsers(metavar="VERB", required=True)
    _demo(verbs)
    _serve(verbs)
    _tokens(verbs)
    _grids(verbs)
    _case(verbs)
    _solving(verbs)
    _study(verbs)
    _runs(verbs)
    _replay(verbs)
    return top


def _verb(verbs: Verbs, name: str, runs: str, told: str) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=told, description=told)
    verb.add_argument("--json", action="store_true", help="answer for machines")
    verb.set_defaults(verb=runs)
    return verb


def _demo(verbs: Verbs) -> None:
    told = "solve the demo day over gRPC under three response scenarios; table, summary, page and networks"
    demo = _verb(verbs, "demo", "demo:demonstrate", told)
    demo.add_argument("--out", type=Path, metavar="DIR", help="where to write")


def _serve(verbs: Verbs) -> None:
    serve = _verb(verbs, "serve", "serve:serve_forever", "serve over gRPC until stopped")
    serve.add_argument("--listen", default=DEFAULT_LISTEN, metavar="HOST:PORT", help="default %(default)s")
    worker = _verb(
        verbs, "worker", "serve:work_forever", "solve what servers on the same database accept, until stopped"
    )
    for verb in (serve, worker):
        told = "where runs are kept: sqlite:///FILE or postgresql+psycopg://...; default a file of the user's"
        verb.add_argument("--database", metavar="URL", help=told)
        told = (
            "what is kept of runs: a folder, or an object store as s3://...; default beside a database that is a file"
        )
        verb.add_argument("--artefacts", metavar="URL", help=told)
        told = (
            "solves at once; 0: none here, `dispatch worker` does them; default 2 (DISPATCH_SOLVE_COUNT), with Dask as "
            "many as the cluster has room for"
        )
        verb.add_argument("--workers", type=values.workers, dest="solve_count", metavar="N", help=told)
        _executor(verb)
    told = "who may ask (`dispatch tokens new`); without it whoever reaches the service"
    serve.add_argument("--tokens", type=Path, metavar="FILE", help=told)
    serve.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate with its chain, PEM")
    serve.add_argument("--tls-key", type=Path, metavar="FILE", help="its key, PEM")
    told = "ask clients for a certificate that this authority signed"
    serve.add_argument("--client-ca", type=Path, metavar="FILE", help=told)
    told = "every run that ends with an outcome leaves a bundle there for `dispatch replay`; default none"
    serve.add_argument("--record", metavar="DIR", help=told)
    told = "metrics for Prometheus under /metrics; default none"
    serve.add_argument("--metrics", metavar="HOST:PORT", help=told)
    told = "serve other machines without TLS or without tokens all the same"
    serve.add_argument("--insecure", action="store_true", help=told)


def _executor(verb: argparse.ArgumentParser) -> None:
    told = "where cases are solved: processes of this machine, or the workers of a Dask cluster; default local"
    verb.add_argument("--executor", choices=("local", "dask"), help=told)
    verb.add_argument("--scheduler", metavar="URL", help="that of the cluster: tcp://HOST:PORT or tls://HOST:PORT")
    told = "for tls://: the authority that signed the certificates of the cluster, PEM"
    verb.add_argument("--scheduler-ca", metavar="FILE", help=told)
    verb.add_argument("--scheduler-cert", metavar="FILE", help="for tls://: our certificate there, PEM")
    verb.add_argument("--scheduler-key", metavar="FILE", help="its key, PEM")


def _tokens(verbs: Verbs) -> None:
    family = verbs.add_parser("tokens", help="who may ask a service").add_subparsers(metavar="new", required=True)
    new = _verb(
        family, "new", "tokens:new_token", "a new token, shown once; a line of the file that is deleted revokes"
    )
    new.add_argument("--tenant", required=True, metavar="NAME", help="whose runs it sees")
    new.add_argument("--role", required=True, choices=ROLES, help="each includes those before it")
    new.add_argument("--name", metavar="NAME", help="for the log; default made from its hash")
    new.add_argument("--days", type=values.days, default=365, metavar="N", help="default %(default)s")
    new.add_argument("--file", type=Path, required=True, metavar="FILE", help="made if it does not exist")


def _grids(verbs: Verbs) -> None:
    family = verbs.add_parser("grids", help="the grids that can be asked about").add_subparsers(
        metavar="list|show|export", required=True
    )
    _verb(family, "list", "grids:list_grids", "list the grids")
    show = _verb(family, "show", "grids:show_grid", "what is known of a grid, and how well")
    export = _verb(family, "export", "grids:export_grid", "a grid as a PyPSA network")
    for verb in (show, export):
        verb.add_argument("grid", metavar="GRID")
        verb.add_argument("--edition", type=int, default=2030, metavar="YEAR", help="default %(default)s")
    export.add_argument("file", type=Path, metavar="FILE.nc")


def _case(verbs: Verbs) -> None:
    family = verbs.add_parser("case", help="make a case").add_subparsers(metavar="new", required=True)
    told = "a case of one day to stdout, from the state that a solve of the day before leaves, or that an answer left"
    new = _verb(family, "new", "case:new_case", told)
    told = "thermal units use a share of what they generate themselves (厂用电); for loads given without it"
    new.add_argument("--self-use", action="store_true", help=told)
    told = "what solve --out wrote: go on where it ends, with units, stores and response contracts as it leaves them"
    new.add_argument("--after", type=Path, metavar="DIR", help=told)
    new.add_argument("--grid", metavar="GRID", help="hebei_south, jibei or hebei; needed without --after")
    new.add_argument("--date", type=values.day, metavar="YYYY-MM-DD", help="first day, UTC+8; needed without --after")
    new.add_argument("--hours", type=int, default=24, metavar="N", help="default %(default)s")
    told = "1h, 30min, 15min; default 1h, or that of --after"
    new.add_argument("--step", type=values.step_h, metavar="STEP", help=told)
    new.add_argument("--edition", type=int, metavar="YEAR", help="default 2030 from that year on, else 2025")
    told = "default central, or that of --after"
    new.add_argument("--interchange", choices=("low", "central", "high"), help=told)
    told = "stand the loss of any one circuit"
    new.add_argument("--n-1", action="store_true", dest="n_minus_1", help=told)
    told = f"what is sought; what comes before the cost takes at most 60 h; default {COST}, or that of --after"
    new.add_argument("--objective", choices=OBJECTIVES, help=told)
    told = "of the peak; default 0, or that of --after"
    new.add_argument("--response", type=values.share, metavar="SHARE", help=told)
    _weather(new)
    told = "CNY per tonne of CO2 of thermal units, none of it free; default 0, or that of --after"
    new.add_argument("--carbon-price", type=float, metavar="CNY", help=told)
    told = "a case.json, a workbook or a folder of CSV files with stored load, weather and plans; default %(default)s"
    new.add_argument("--format", choices=("json", "xlsx", "csv"), default="json", help=told)
    new.add_argument("--out", type=Path, metavar="PATH", help="where to write; default stdout, json alone")
    told = "points of a workbook or folder are named by the end or the start of their step; default %(default)s"
    new.add_argument("--points", choices=("end", "start"), default="end", help=told)


def _weather(new: argparse.ArgumentParser) -> None:
    weather = new.add_mutually_exclusive_group()
    told = "capacity factors in place of the stored weather: CSV, or netCDF as atlite writes it; see docs/formats.md"
    weather.add_argument("--weather", type=Path, metavar="FILE", help=told)
    told = "another synthetic weather year, drawn from its number, 1 to 9999; see docs/profiles.md"
    weather.add_argument("--weather-year", type=values.year, metavar="N", help=told)


def _solving(verbs: Verbs) -> None:
    validate = _verb(verbs, "validate", "solve:validate", "every flaw of a case, field by field")
    solve = _verb(verbs, "solve", "solve:solve", "solve a case here, without a server")
    told = (
        "a case, day-ahead files (.xlsx, CSV folder), or pglib-uc, UnitCommitment.jl, PyPSA, MATPOWER: docs/formats.md"
    )
    for verb in (validate, solve):
        verb.add_argument("file", type=Path, metavar="FILE", help=told)
    solve.add_argument("--out", type=Path, metavar="DIR", help="where to write")
    _limits(solve)
    told = "units on or off by the hour, the rest by this step: 15min, 30min, ...; from an hourly case, or one in it"
    solve.add_argument("--refine", type=values.step_h, metavar="STEP", help=told)
    told = "how hours become shorter steps: repeated, or as lines that keep each hour's mean; default %(default)s"
    solve.add_argument("--quarters", choices=("repeat", "linear"), default="repeat", help=told)
    audit = _verb(verbs, "audit", "solve:audit", "recompute every rule on a solved case")
    report = _verb(verbs, "report", "report:report", "table and page of solved cases")
    for verb in (audit, report):
        told = "what solve --out or demo --out wrote; the first case of a grid is what others are compared with"
        verb.add_argument("folders", type=Path, nargs="+", metavar="DIR", help=told)
    report.add_argument("--out", type=Path, metavar="DIR", help="where to write; default the first DIR")
    report.add_argument("--pdf", action="store_true", help="print the page to report.pdf too, with Chromium")


def _limits(solve: argparse.ArgumentParser) -> None:
    solve.add_argument("--gap", type=values.gap, default=0.005, metavar="SHARE", help="default %(default)s")
    solve.add_argument("--time-limit", type=values.seconds, default=300.0, metavar="S", help="default %(default)s")
    told = "memory that it may hold, libraries included; beyond it FAILED; default no limit"
    solve.add_argument("--memory-gb", type=values.gigabytes, metavar="GB", help=told)
    told = "what one more MW is worth, by step and place, with every unit on or off as found"
    solve.add_argument("--prices", action="store_true", help=told)
    solve.add_argument("--strict", action="store_true", help="priced slack in use is infeasible")


def _study(verbs: Verbs) -> None:
    family = verbs.add_parser("study", help="many runs compared").add_subparsers(metavar="run|dr-curve", required=True)
    _study_run(family)
    told = "demand response from nothing to a share of the annual peak: what each percent is worth"
    curve = _verb(family, "dr-curve", "study:dr_curve", told)
    told = "hebei_south, jibei or hebei; may be given more than once; default all three"
    curve.add_argument("--grid", action="append", dest="grids", metavar="GRID", help=told)
    curve.add_argument("--date", type=values.day, metavar="YYYY-MM-DD", help="first day, UTC+8; default the demo day")
    curve.add_argument("--hours", type=int, metavar="N", help="default 24")
    curve.add_argument("--edition", type=int, metavar="YEAR", help="default 2030 from that year on, else 2025")
    told = "a case (.json) to start from instead of a grid and a date; its own response is left aside"
    curve.add_argument("--case", type=Path, metavar="FILE", help=told)
    curve.add_argument(
        "--steps", type=values.steps, default=11, metavar="N", help="shares from 0 on; default %(default)s"
    )
    curve.add_argument(
        "--most", type=values.some, default=0.10, metavar="SHARE", help="the last one; default %(default)s"
    )
    curve.add_argument("--gap", type=values.gap, default=0.001, metavar="SHARE", help="default %(default)s")
    told = "for each share; default %(default)s"
    curve.add_argument("--time-limit", type=values.seconds, default=300.0, metavar="S", help=told)
    curve.add_argument("--out", type=Path, metavar="DIR", help="where to write curve.csv, curve.json and curve.html")


def _study_run(family: Verbs) -> None:
    told = "a case and every combination of values of its fields, as many runs of a service; asked again it goes on"
    run = _verb(family, "run", "study_run:run_study", told)
    run.add_argument("file", type=Path, metavar="CASE.json", help="the base case")
    told = (
        "a field by its path in the file, and its values: response_share=0:0.10:11 (first, last, count) or "
        "scales.new_storage_share=0,1; once for each axis"
    )
    run.add_argument("--axis", action="append", default=[], dest="axes", metavar="FIELD=VALUES", help=told)
    told = "an axis of weather years, by their numbers: 1,2,3; see docs/profiles.md"
    run.add_argument("--weather-years", type=values.years, default=(), metavar="N,N", help=told)
    told = "the service to ask; default one of our own for as long as this takes"
    run.add_argument("--server", metavar="HOST:PORT", help=told)
    _access(run)
    told = "a name for the study: asked again with it, the study goes on where it was; default a new one"
    run.add_argument("--request-id", metavar="ID", help=told)
    run.add_argument("--title", default="", help="what to call it")
    run.add_argument("--gap", type=values.gap, default=0.005, metavar="SHARE", help="of every run; default %(default)s")
    told = "of every run; default %(default)s"
    run.add_argument("--time-limit", type=values.seconds, default=300.0, metavar="S", help=told)
    run.add_argument("--out", type=Path, metavar="DIR", help="where to write scenarios.csv and study.json")


def _runs(verbs: Verbs) -> None:
    submit = _verb(verbs, "submit", "runs:submit", "hand cases to a service, which keeps and solves them")
    submit.add_argument("files", type=Path, nargs="+", metavar="FILE", help="a case (.json); --json: a line a run")
    told = "name of this request: asked again, the answer is the run that there is; default a new one"
    submit.add_argument("--request-id", metavar="ID", help=told)
    submit.add_argument("--urgency", choices=("day-ahead", "study", "interactive"), default="day-ahead")
    submit.add_argument("--wait", action="store_true", help="until each has ended")
    _limits(submit)
    listed = _verb(verbs, "list", "runs:list_runs", "the runs of a service, the newest first; --json: a line a run")
    states = ("queued", "running", "succeeded", "failed", "cancelled")
    listed.add_argument("--state", action="append", dest="states", choices=states, default=[])
    listed.add_argument("--grid", metavar="GRID")
    listed.add_argument("--study", metavar="STUDY")
    listed.add_argument(
        "--since", type=values.moment, metavar="YYYY-MM-DD[THH:MM]", help="accepted then or later, UTC+8"
    )
    listed.add_argument("--most", type=values.count, default=50, metavar="N", help="default %(default)s")
    for verb in (submit, listed):
        told = "written on the run, to find it by; may be given more than once"
        verb.add_argument(
            "--label", action="append", dest="labels", type=values.label, default=[], metavar="K=V", help=told
        )
    get = _verb(verbs, "get", "runs:get", "a run as it stands, and its answer as files")
    get.add_argument("--out", type=Path, metavar="DIR", help="write what solve --out writes")
    watch = _verb(verbs, "watch", "runs:watch", "follow a run to its end; ^C leaves it alone")
    cancel = _verb(verbs, "cancel", "runs:cancel", "end a run that has not ended")
    cancel.add_argument("--keep", action="store_true", help="the best schedule so far is its outcome")
    delete = _verb(verbs, "delete", "runs:delete", "forget a run that has ended")
    for verb in (get, watch, cancel, delete):
        verb.add_argument("run", metavar="RUN")
    health = _verb(verbs, "health", "health:health", "whether a service answers and takes work: exit code 0, else 1")
    health.add_argument("--timeout", type=values.seconds, default=5.0, metavar="S", help="default %(default)s")
    for verb in (submit, listed, get, watch, cancel, delete, health):
        server = os.environ.get("DISPATCH_SERVER", DEFAULT_LISTEN)
        told = "default DISPATCH_SERVER, or " + DEFAULT_LISTEN
        verb.add_argument("--server", default=server, metavar="HOST:PORT", help=told)
        _access(verb)


def _access(verb: argparse.ArgumentParser) -> None:
    """What a service may ask of its callers; a token is taken from DISPATCH_TOKEN."""
    verb.add_argument("--ca", type=Path, metavar="FILE", help="authority of the service's certificate, PEM: speak TLS")
    verb.add_argument("--cert", type=Path, metavar="FILE", help="certificate of ours, where the service asks for one")
    verb.add_argument("--key", type=Path, metavar="FILE", help="its key")


def _replay(verbs: Verbs) -> None:
    told = "solve what was recorded again, and tell the differences that matter; exit code 1 where there are any"
    replay = _verb(verbs, "replay", "replay:replay", told)
    told = "a bundle, as solve --out or demo --out wrote it, or a folder of them"
    replay.add_argument("folders", type=Path, nargs="+", metavar="DIR", help=told)
    told = "solve nothing: set what is recorded here beside it, name by name (another version of HiGHS, or of us)"
    replay.add_argument("--against", type=Path, metavar="OTHER", help=told)
    told = "the service that solves them again; default here, without a server"
    replay.add_argument("--server", metavar="HOST:PORT", help=told)
    _access(replay)
