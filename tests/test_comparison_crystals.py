"""Certificates of crystals compared, and of molecules within a cutoff: true ones verify, false claims are refused."""

from fractions import Fraction

import pytest
from checker_cases import put, stored
from comparison_cases import PAIRS
from hypothesis import given, strategies as st

from symsens import compare
from symsens.checker import Refuted, check
from symsens.testing import move, rigid_motions, structures


def refused(certificate, match, kind=Refuted):
    with pytest.raises(kind, match=match):
        check(certificate)


def crystal(name):
    return stored(f"comparison-{name}")


def test_what_is_printed_of_crystals():
    pair, same = check(crystal("cells"))
    assert pair.startswith(
        "A is a structure over QQ of 1 atoms (Cu 1): Cu (0, 0, 0); lattice (0, 2, 2) (2, 0, 2) (2, 2, 0)"
    )
    assert pair.count("; neighbours within (3)") == 2
    assert same == (
        "congruent: by the matrix given an isometry takes the atoms of A to those of B and its lattice vectors to "
        "translations of B, and both are equally dense; every O(3) feature of every order is equal, per atom "
        "[congruent]"
    )
    _, apart, equal, separated = check(crystal("stacking"))
    assert apart == "not congruent: what follows tells them apart, per atom [not-congruent]"
    assert equal.startswith(
        "equal features, for every smooth phi of O(3), numbers of members per atom: up to nu = 1, by 1 "
    )
    assert (
        separated.startswith("told apart per atom at nu = 2 of environments of atoms: ")
        and "48 in A, 36 in B" in separated
    )
    assert check(crystal("helix"))[1].startswith("congruent: by the matrix given an isometry")


def test_evidence_of_congruent_crystals():
    refused(put(crystal("cells"), "isometry", None), "crystals come with theirs")
    refused(put(crystal("cells"), "isometry.0.0", "2"), "Q.T M Q is not the metric of A")
    turned = [["3/5", "-4/5", "0"], ["4/5", "3/5", "0"], ["0", "0", "1"]]
    refused(put(crystal("cells"), "isometry", turned), "it takes a lattice vector of A to no translation of B")
    for wrong in (None, [], [4], [-1], [0, 1]):
        refused(put(crystal("cells"), "permutation", wrong), "not an atom of B for each atom of A")
    assert all(check(put(crystal("cells"), "permutation", [b])) for b in range(4))
    refused(put(crystal("cells"), "second.species.1", "Ag"), "not equally dense")
    fewer = put(put(crystal("cells"), "second.species", ["Cu"]), "second.positions", [["0", "0", "0"]])
    refused(fewer, "not equally dense")
    refused(put(crystal("cells"), "first.within.lattice.0", ["0", "4", "4"]), "not equally dense")
    sheared = put(crystal("cells"), "first.within.lattice.0", ["2", "4", "4"])
    refused(sheared, "not equally dense|no translation")
    identity = [["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]]
    refused(put(crystal("helix"), "isometry", identity), "does not move the atoms as the permutation says")
    refused(put(crystal("helix"), "permutation", [1, 2, 3, 0]), "does not move the atoms as the permutation says")
    refused(put(crystal("helix"), "group", "SO(3)"), "a reflection, where SO")
    refused(put(crystal("helix"), "permutation.3", 9), "not an atom of B for each atom of A")
    refused(put(crystal("helix"), "first.species.0", "O"), "not equally dense")
    both = put(put(crystal("helix"), "first.species.0", "O"), "second.species.3", "O")
    refused(both, "no translation of B|does not move the atoms")
    refused(put(crystal("cells"), "claims.congruent", False), "null where the sides are not congruent")
    refused(put(crystal("cells"), "first.within.cutoff", "4"), "within different cutoffs")
    refused(put(crystal("cells"), "first.within", None), "within different cutoffs")
    molecule = put(crystal("cells"), "second.within.lattice", [])
    refused(molecule, "periodic in different numbers of directions")


def test_a_lattice_vector_of_another_crystal():
    """Atoms go to atoms, and the density is right, but A is periodic where B is not."""
    b = [["0", "0", "0"], ["1", "0", "0"], ["3", "0", "0"]]
    side = {"field": "QQ", "centre": None, "species": ["H"], "positions": [["0", "0", "0"]]}
    side |= {"metric": [["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]]}
    first = side | {"within": {"lattice": [["2", "0", "0"]], "cutoff": "1"}}
    second = side | {"species": ["H"] * 3, "positions": b, "within": {"lattice": [["6", "0", "0"]], "cutoff": "1"}}
    rest = {"permutation": [0], "isometry": side["metric"], "labels": None, "group": "O(3)"}
    whole = {"schema": "symsens/comparison-certificate/1", "claims": {"congruent": True, "levels": []}} | rest
    refused(whole | {"first": first, "second": second}, "it takes a lattice vector of A to no translation of B")
    even = [["0", "0", "0"], ["2", "0", "0"], ["4", "0", "0"]]
    assert check(whole | {"first": first, "second": second | {"positions": even}})
    both = {"species": ["H", "O"], "positions": [["0", "0", "0"], ["1", "0", "0"]]}
    ring = {
        "positions": [[str(k), "0", "0"] for k in range(8)],
        "within": {"lattice": [["8", "0", "0"]], "cutoff": "1"},
    }
    wrong = whole | {"first": first | both, "second": side | ring | {"species": [*"HOOHHOOH"]}, "permutation": [0, 1]}
    refused(wrong, "it takes a lattice vector of A to no translation of B")
    assert check(wrong | {"second": side | ring | {"species": [*"HOHOHOHO"]}})


def test_an_atom_of_another_species_more():
    """The atoms of A go to atoms of B, and are as dense, but B has others too."""
    first = crystal("cells")["first"]
    second = {**first, "species": ["Cu", "H"], "positions": [["0", "0", "0"], ["1", "1", "1"]]}
    identity = [["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]]
    same = put(put(put(crystal("cells"), "second", first), "isometry", identity), "permutation", [0])
    assert check(same)
    refused(put(same, "second", second), "not equally dense")


def test_the_hand_of_crystals():
    a, b, options, *_ = PAIRS["cells"]
    rotation = compare(a, b, chiral=True, **options).certificate
    assert check(rotation)[1].startswith("congruent: by the matrix given a rotation takes the atoms of A")
    inverted = put(rotation, "isometry", lambda rows: [[str(-Fraction(x)) for x in row] for row in rows])
    refused(inverted, "a reflection, where SO")
    assert check(put(inverted, "group", "O(3)"))


def test_claims_of_crystals_that_are_not_so():
    refused(put(crystal("stacking"), "second", crystal("stacking")["first"]), "set: 1 environments .* on both sides")
    level = {"equal_up_to": 1, "separated_at": None, "witness": None}
    nothing = [{"name": name, **level} for name in ("set", "sum")]
    refused(put(crystal("stacking"), "claims.levels", nothing), "are not searched for isometries")
    more = [{"name": name, **level, "equal_up_to": 2} for name in ("set", "sum")]
    refused(
        put(crystal("stacking"), "claims.levels", [crystal("stacking")["claims"]["levels"][0], more[1]]), "sum: the cl"
    )
    for place in ("first", "second"):
        refused(put(crystal("stacking"), f"{place}.within.lattice.2", ["1", "0", "0"]), "vectors are dependent")
        refused(put(crystal("stacking"), f"{place}.positions.1", ["1", "1", "0"]), "are at one place")
    refused(
        put(crystal("cut"), "first.centre", "C"), "null, for an environment has the neighbours given|off the centre"
    )


def test_molecules_within_a_cutoff():
    statements = check(crystal("cut"))
    assert statements[1] == "not congruent: no isometry takes A to B, by exhaustive search [not-congruent]"
    assert "neighbours within (3/2)" in statements[0] and "up to nu = 4" in statements[2] and len(statements) == 3
    farther = put(put(crystal("cut"), "first.within.cutoff", "5"), "second.within.cutoff", "5")
    refused(farther, "set: the classes of order nu = 4 have different numbers of members")
    refused(put(crystal("cut"), "second", crystal("cut")["first"]), "there is an isometry")


@given(structures(max_atoms=3, periodic=True), structures(max_atoms=3, periodic=True), st.booleans(), st.data())
def test_every_comparison_of_crystals_that_has_a_certificate_verifies(a, b, chiral, data):
    for other in (b, move(a, data.draw(rigid_motions(improper=True)))):
        found = compare(a, other, nu_max=2, chiral=chiral, cutoff=2)
        if found.rule.name:
            assert check(found.certificate)
        if other is not b and not chiral:
            assert found.congruent
