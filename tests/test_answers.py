"""Certificates of whole answers: what is printed beside the rank is proved again, each by its rule, or refuted."""

import copy

import pytest

from symsens import Environment, certify
from symsens.certificates.exact import certificate_text
from symsens.checker import Malformed, Refuted, check, load

FAR = Environment(("H", "H", "O", "H"), [(1, 0, "0.2"), (0, "1.3", "-0.4"), ("-0.7", "-0.6", "1.1"), (9, 0, 1)], "C")
SPEC = "power-spectrum:n_max=3,l_max=3,cutoff=4"


@pytest.fixture(scope="module")
def answer():
    result = certify(FAR, descriptor="acsf:cutoff=4")
    assert result.unseen == 1 and result.rules["left_out"].name == "left-out"
    (loaded,) = load(certificate_text([result.answer]))
    return loaded


def test_atoms_left_out_are_proved_to_be(answer):
    (statement,) = [statement for statement in check(answer) if statement.endswith("[left-out]")]
    assert "1 further atoms (H 1)" in statement


@pytest.mark.parametrize("x, y", [("1", "1"), ("4", "0"), ("-7/2", "0")])
def test_an_atom_within_reach_is_not_left_out(answer, x, y):
    changed = copy.deepcopy(answer)
    changed["claims"]["left_out"]["positions"] = [[x, y, "0"]]
    with pytest.raises(Refuted, match="may look at atom 0 of those left out"):
        check(changed)


def test_an_atom_on_a_neighbour_is_refused(answer):
    changed = copy.deepcopy(answer)
    changed["claims"]["left_out"]["positions"] = [changed["of"]["above"]["environment"]["positions"][0]]
    with pytest.raises(Refuted, match="different places"):
        check(changed)


@pytest.mark.parametrize("claims", [{}, {"left": {}}, [], None, {"left_out": {"species": ["H"]}}])
def test_other_claims_are_malformed(answer, claims):
    with pytest.raises(Malformed):
        check(answer | {"claims": claims})


@pytest.mark.parametrize("inside", [None, {}, [], {"schema": []}, "answer"])
def test_only_the_certificate_of_a_rank_may_be_inside(answer, inside):
    with pytest.raises(Malformed):
        check(answer | {"of": answer if inside == "answer" else inside})
