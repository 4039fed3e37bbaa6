from __future__ import annotations

import subprocess
import sys
import time

import pytest

from dispatch.case.inputs import inputs_of
from dispatch.model import names
from dispatch.model.build import built
from dispatch.model.linopy_view import linopy_of
from dispatch.model.rows import Model
from dispatch.solve.highs import Orders, solved_by_highs
from dispatch.solve.problem import problem_of
from tests.small import small_case, small_facts


@pytest.fixture(scope="module")
def model() -> Model:
    """Four hours of the triangle, with one of everything on it."""
    facts = small_facts()
    case = small_case(facts, hours=4, response_share=0.05)
    return built(case, facts, inputs_of(case, facts))


def test_linopy_reads_and_solves_the_same_model(model: Model) -> None:
    """Every variable and row stands under its name; linopy's own road to a solver ends at the same optimum."""
    view = linopy_of(model)
    assert set(view.variables) == {name for name, own in model.variables.items() if own.columns.size}
    assert set(view.constraints) == {name for name, own in model.rows.items() if own.column.size}
    assert view.nvars == model.column_count
    view.solve("highs", output_flag=False, mip_rel_gap=1e-8)
    ours = solved_by_highs(problem_of(model), Orders(time.monotonic() + 30.0, 1e-8))
    assert view.objective.value == pytest.approx(ours.objective_cny, rel=1e-7)


def test_a_row_can_be_read_by_a_person(model: Model) -> None:
    """On and off in the second hour, in words: +1 Generator-status[01:00, gas] - 1 Generator-status[00:00, gas] ..."""
    view = linopy_of(model)
    second, labels = model.variables[names.STATUS].axes["snapshot"][1], list(map(str, view.constraints))
    assert names.BALANCE in labels
    logic = str(view.constraints["Generator-logic"].sel(snapshot=second, name="gas"))
    for word in ("Generator-status", "Generator-start_up", "Generator-shut_down", "gas", "= "):
        assert word in logic


def test_nothing_on_the_way_to_an_answer_imports_linopy_or_pypsa() -> None:
    """Both take seconds to load; `dispatch solve` comes by all that files are read with."""
    told = (
        "import sys, dispatch.run, dispatch.cli.solve; "
        "print([name for name in ('linopy', 'pypsa') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
