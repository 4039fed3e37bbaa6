from __future__ import annotations

from dispatch.case.inputs import inputs_of
from dispatch.grid.place import import_limits_mw, placed
from tests.model.worlds import free_unit
from tests.small import SUMMER_DAY, interface, one_bus_facts, small_case, small_facts

TIED = small_facts(interfaces=(interface("import"),))


def test_a_network_without_storage_response_lines_or_ties_is_placed() -> None:
    facts = one_bus_facts(free_unit("unit", 200.0), load_mw=100.0)
    case = small_case(facts, hours=2, start=SUMMER_DAY)
    network = placed(case, facts, inputs_of(case, facts))
    assert network.generators.index.tolist() == ["unit"]
    assert network.loads_t.p_set["load a"].tolist() == [100.0, 100.0]
    assert network.lines.empty
    assert network.storage_units.empty


def test_the_limits_of_a_tie_are_its_own() -> None:
    """80 MW each way around a plan of 60."""
    lower, upper = import_limits_mw(TIED, inputs_of(small_case(TIED, hours=2), TIED))
    assert lower.tolist() == [[-80.0], [-80.0]]
    assert upper.tolist() == [[80.0], [80.0]]
