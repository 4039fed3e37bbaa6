from __future__ import annotations

import numpy as np

from dispatch.case.inputs import inputs_of
from dispatch.model import names
from dispatch.model.build import built
from dispatch.solve.anatomy import NO_UNIT, NONE_LIKE_IT, Anatomy, anatomy_of
from tests.small import gas_unit, small_case, small_facts, unit

FACTS = small_facts(units=(unit("coal_1"), unit("coal_2"), gas_unit("gas", min_up_h=0.1, min_down_h=0.3)))
CASE = small_case(FACTS, hours=2, step_h=0.25, off=("gas",))
MODEL = built(CASE, FACTS, inputs_of(CASE, FACTS))


def anatomy() -> Anatomy:
    return anatomy_of(MODEL, CASE, FACTS, inputs_of(CASE, FACTS))


def test_columns_are_found_by_what_they_mean() -> None:
    own = anatomy()
    found = {
        names.STATUS: own.on_index,
        names.MODE: own.mode_index,
        names.CHARGE: own.charge_index,
        names.DISCHARGE: own.discharge_index,
    }
    for name, columns in found.items():
        assert (columns == MODEL.variables[name].columns).all()
    assert own.on_index.shape == (8, 3)
    assert own.mode_index.shape == (8, 2)


def test_times_are_counted_in_steps_and_a_part_of_a_step_is_a_step() -> None:
    """Quarter hours: 8 h are 32 steps, 0.1 h and 0.3 h are 1 and 2; 48 h before are 192."""
    own = anatomy()
    assert own.up_count.tolist() == [32, 32, 1]
    assert own.down_count.tolist() == [32, 32, 2]
    assert own.steps_before_count.tolist() == [192, 192, 192]
    assert own.on_before.tolist() == [True, True, False]


def test_only_units_of_one_plant_and_class_may_be_alike_in_the_same_variable_and_step() -> None:
    own = anatomy()
    for variable in MODEL.variables.values():
        alike = own.alike[variable.columns]
        labels = list(variable.axes["name"])
        if {"coal_1", "coal_2"} <= set(labels):
            first, second = (alike[:, labels.index(name)] for name in ("coal_1", "coal_2"))
            assert (first == second).all()
            assert len(set(first)) == len(first)
            if "gas" in labels:
                assert not set(alike[:, labels.index("gas")]) & set(first)
    numbers, count = np.unique(own.alike[own.alike != NONE_LIKE_IT], return_counts=True)
    assert len(numbers)
    assert count.max() == 2  # never two variables, two steps or two classes


def test_what_belongs_to_no_unit_is_one_of_a_kind() -> None:
    own = anatomy()
    for name in (names.MODE, names.CHARGE, names.LINE_FLOW, names.LINK_FLOW, names.CURTAILED, names.NET_IMPORT):
        assert (own.alike[MODEL.variables[name].columns] == NONE_LIKE_IT).all()


def test_every_column_of_a_unit_names_it_and_no_other_does() -> None:
    own = anatomy()
    place = {u.name: k for k, u in enumerate(FACTS.units)}
    for variable in MODEL.variables.values():
        for label, columns in zip(variable.axes["name"], variable.columns.T, strict=True):
            assert (own.unit_index[columns] == place.get(label, NO_UNIT)).all()
