"""Whether connections that plants and stores share can be meant, and what a case must take behind them."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch.case.case import Case
from dispatch.case.check_numbers import above_zero, unknown_flaws
from dispatch.case.connection import Connection
from dispatch.case.facts import GridFacts
from dispatch.case.inputs import store_scale
from dispatch.errors import Flaw
from dispatch.units import POWER_MW

UNKNOWN = {"plants": "UNKNOWN_PLANT", "stores": "UNKNOWN_STORE"}


def connection_flaws(facts: GridFacts) -> Iterator[Flaw]:
    """Every connection has a limit and known members at one bus, each of them in no other."""
    bus = {table: {row.name: row.bus for row in getattr(facts, table)} for table in UNKNOWN}
    taken: dict[tuple[str, str], str] = {}
    for k, connection in enumerate(facts.connections):
        path = f"facts.connections[{k}]"
        yield from above_zero(f"{path}.limit_mw", connection.limit_mw, "MW")
        for table, code in UNKNOWN.items():
            if not getattr(connection, table):
                yield Flaw("CONNECTION_EMPTY", f"{path}.{table}", f"{connection.name} has no {table}; give one")
            for j, name in enumerate(getattr(connection, table)):
                yield from unknown_flaws(code, f"{path}.{table}[{j}]", name, list(bus[table]))
                yield from _taken_flaws(f"{path}.{table}[{j}]", name, taken.get((table, name)))
                taken[table, name] = connection.name
        places = sorted({bus[table][n] for table in UNKNOWN for n in getattr(connection, table) if n in bus[table]})
        if len(places) > 1:
            message = f"{connection.name} stands at {', '.join(places)}; give members at one bus"
            yield Flaw("CONNECTION_SPREAD", path, message)


def _taken_flaws(field: str, name: str, connection: str | None) -> Iterator[Flaw]:
    if connection is not None:
        yield Flaw("DUPLICATE", field, f"{name!r} is behind {connection} already; give it once")


def taken_flaws(case: Case, facts: GridFacts) -> Iterator[Flaw]:
    """What must be taken of the plants behind a connection goes through it, or into its stores."""
    index = {forecast.plant: k for k, forecast in enumerate(case.available_forecasts)}
    for connection in facts.connections:
        own = [index[name] for name in connection.plants if name in index]
        most_mw = connection.limit_mw + _power_mw(case, facts, connection)
        for t in range(case.horizon.step_count):
            least = [case.available_forecasts[k].least_mw for k in own]
            total_mw = sum(series[t] for series in least if t < len(series))
            if total_mw > most_mw + POWER_MW:
                message = (
                    f"{total_mw:g} MW must be taken behind {connection.name}, which carries and stores at most "
                    f"{most_mw:g} MW; give at most that"
                )
                yield Flaw("LEAST_ABOVE_CONNECTION", f"available_forecasts[{own[0]}].least_mw[{t}]", message)


def _power_mw(case: Case, facts: GridFacts, connection: Connection) -> float:
    own = [store for store in facts.stores if store.name in connection.stores]
    return sum(store_scale(case, store) * store.power_mw for store in own)
