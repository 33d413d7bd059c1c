"""What questions can be asked of, and what is said where they cannot; objects are short on the screen."""

import ase
import pytest
from ase.build import molecule

from symsens import Environment, InputError, Structure, audit, basis, certify, compare_descriptors

METHANE = Environment.from_ase(molecule("CH4"))


@pytest.mark.parametrize("subject", ["ase:CH4", molecule("CH4"), Structure.read("ase:CH4")], ids=["name", "Atoms", "S"])
def test_one_centre_is_one_answer_and_all_are_a_list(subject):
    assert certify(subject, centre=0).filtration.rank == certify(METHANE).filtration.rank == 1
    assert [result.filtration.rank for result in certify(subject, centre="all")] == [1, 3, 3, 3, 3]
    assert basis(subject, centre=0).l_max_needed == basis(METHANE).l_max_needed
    assert len(certify([subject, subject], centre=0)) == 2


def test_lists_and_single_answers_are_told_apart():
    assert isinstance(certify([METHANE]), list) and not isinstance(certify(METHANE), list)
    (comparison,) = compare_descriptors(["ase:CH4"], ["distances"], centre=0)
    assert len(comparison.rows) == 1


def test_audits_take_what_ase_makes():
    by_atoms = audit("dscribe-soap:n_max=2,l_max=2", molecule("CH4"))
    assert by_atoms.numeric_rank == audit("dscribe-soap:n_max=2,l_max=2", METHANE).numeric_rank


@pytest.mark.parametrize(
    "ask, message",
    [
        (lambda: certify("ase:CH4"), "ase:CH4 of 5 atoms needs a centre, and none is given: centre=0 to 4"),
        (lambda: certify("ase:CH4", centre="C"), "and 'C' is none"),
        (lambda: certify("ase:CH4", centre=5), "centre 5 is out of range"),
        (lambda: certify(METHANE, centre=0), "leave centre and cutoff out"),
        (lambda: certify(METHANE, cutoff=3), "leave centre and cutoff out"),
        (lambda: certify(3, centre=0), "a int is no structure: give an Environment, a Structure"),
        (lambda: certify({"H": 1}, centre=0), "a dict is no structure"),
        (lambda: certify(METHANE, descriptor=3), "int is no descriptor: give one, or a SPEC"),
        (lambda: certify(METHANE, nu="2"), "nu = '2': the order of the tuples is 1, 2, 3 or 4"),
        (lambda: certify(METHANE, digits=2.5), "digits = 2.5"),
        (lambda: certify("nowhere.xyz", centre=0), "nowhere.xyz: no such file"),
        (lambda: Environment(["H"], (1, 0, 0)), "a position has three coordinates"),
        (lambda: Environment.from_ase(ase.Atoms()), "no atoms"),
    ],
)
def test_messages_say_what_was_given(ask, message):
    with pytest.raises(InputError) as raised:
        ask()
    assert message in str(raised.value) and "\n" not in str(raised.value)


def test_objects_are_short_on_the_screen():
    result = certify(METHANE, descriptor="distances")
    objects = [METHANE, Structure.read("ase:CH4"), result, result.filtration, result.singular_values[0]]
    assert all(len(repr(each)) < 160 for each in objects)
    assert repr(METHANE) == "Environment(CH4, centre 0 (C), 4 neighbours, over QQ)"
    assert "PROVED, rank 1 of 12" in repr(result) and "rigid 3, symmetry 8" in repr(result.filtration)


def test_an_interval_is_no_float_and_no_level_is_none():
    result = certify(METHANE, descriptor="distances")
    with pytest.raises(TypeError, match="an interval: call float.value.lower. and float.value.upper."):
        float(result.singular_values[0])
    with pytest.raises(KeyError, match="'foo' is no level: they are rigid, symmetry"):
        result.filtration["foo"]
