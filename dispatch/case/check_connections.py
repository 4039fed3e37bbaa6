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

TABLES = ("plants", "stores")


def connection_flaws(facts: GridFacts) -> Iterator[Flaw]:
    """Every connection has a limit and known members at one bus, each of them in no other."""
    bus = {table: {row.name: row.bus for row in getattr(facts, table)} for table in TABLES}
    taken: dict[tuple[str, str], str] = {}
    for k, connection in enumerate(facts.connections):
        path = f"facts.connections[{k}]"
        yield from above_zero(f"{path}.limit_mw", connection.limit_mw, "MW")
        if not connection.stores or not connection.plants:
            table = "plants" if connection.stores else "stores"
            yield Flaw("CONNECTION_EMPTY", f"{path}.{table}", f"{connection.name} has no {table}; give one")
        places = set()
        for table in TABLES:
            for j, name in enumerate(getattr(connection, table)):
                yield from unknown_flaws(
                    f"UNKNOWN_{table[:-1].upper()}", f"{path}.{table}[{j}]", name, list(bus[table])
                )
                places.add(bus[table].get(name))
                if (table, name) in taken:
                    message = f"{name!r} is behind {taken[table, name]} already; give it once"
                    yield Flaw("DUPLICATE", f"{path}.{table}[{j}]", message)
                taken[table, name] = connection.name
        if len(places - {None}) > 1:
            message = (
                f"{connection.name} stands at {', '.join(sorted(map(str, places - {None})))}; give members at one bus"
            )
            yield Flaw("CONNECTION_SPREAD", path, message)


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
