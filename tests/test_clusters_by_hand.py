"""Sums over all atoms by hand: which terms they may have, their definitions, what is counted, what symmetry moves."""

from fractions import Fraction
from types import SimpleNamespace

import pytest

from symsens.checker import Refuted, clusters

D12, D13 = ("d", 1, 2), ("d", 1, 3)
SIDE = ("+", ("s", 1), ("s", 2), ("*", ("num", Fraction(-2)), ("d", 1, 2)))  # between places 1 and 2
ENV = SimpleNamespace(nu=2, data={"centre": "C"})


def term(species, form):
    return {"species": list(species), "distinct": True, "form": form, "inside": [], "regular": []}


def written(definitions, *terms):
    return clusters.written_out({"definitions": list(definitions), "features": [{"terms": list(terms)}]}, ENV)


def test_terms_are_of_at_most_one_atom_more_than_the_order():
    assert written([], term("CHH", D12))["features"][0]["terms"][1]["form"] == ("s", 1)
    for species in ("C", "CHHH"):
        with pytest.raises(Refuted, match="not of 2 to 3 different atoms"):
            written([], term(species, D12))


def test_definitions_are_written_for_the_centre_in_each_role_of_the_longest_term():
    found = written([D12], term("HH", D12), term("HHC", ("*", ("def", 0), D13)))
    assert found["definitions"] == [SIDE, ("s", 1), ("s", 1), SIDE]
    forms = [part["form"] for part in found["features"][0]["terms"]]
    assert forms[0] == SIDE and forms[2] == ("*", ("def", 3), ("s", 1))


def test_parameters_of_a_series_are_no_trees():
    half = (Fraction(1, 2),)
    for above in ((), half):
        (_, first) = written([], term("HC", ("hyper", above, half, D12)))["features"][0]["terms"]
        assert first["form"] == ("hyper", above, half, ("s", 1))


def test_operations_written_out_up_to_a_number(monkeypatch):
    monkeypatch.setattr(clusters, "MAX_PARTS", 2)
    assert written([], term("HH", ("exp", D12)))
    monkeypatch.setattr(clusters, "MAX_PARTS", 1)
    with pytest.raises(Refuted, match="more than 1 operations"):
        written([], term("HH", ("exp", D12)))


@pytest.mark.parametrize("name, enough", [("MAX_GENERATORS", 2), ("MAX_CLUSTER", 2 * 6**3)])
def test_symmetries_up_to_a_number(monkeypatch, name, enough):
    generator = {"permutation": [0, 1, 2], "isometry": [[int(r == c) for c in range(3)] for r in range(3)]}
    env = SimpleNamespace(n=2, data={"centre": "C"}, species=["H", "H"], positions=[[1, 0, 0], [0, 2, 0]])
    env.metric = generator["isometry"]
    proof = SimpleNamespace(env=env, certificate={"invariances": {"cluster": [generator] * 2}}, hidden=[])
    monkeypatch.setattr(clusters, name, enough)
    assert "over all 3 atoms" in clusters.prove_cluster(proof) and len(proof.hidden) == 2 * 3 * 3
    monkeypatch.setattr(clusters, name, enough - 1)
    with pytest.raises(Refuted, match="2 symmetries of 2 neighbours are too much to check"):
        clusters.prove_cluster(proof)


def test_what_a_symmetry_hides_is_relative_to_the_centre():
    """Centre and neighbour change places under x -> -x: images of displacements, less these, neighbour by centre."""
    generator = {"permutation": [1, 0, 2], "isometry": [[-1, 0, 0], [0, 1, 0], [0, 0, 1]]}
    found = list(clusters.moved(generator, 3))
    assert found[0] == {0: -1 + 1, 1: 0, 2: 0, 3: 1, 4: 0, 5: 0}  # centre along x: -e_x of atom 1, less e_x of atom 0
    assert found[1] == {0: 0, 1: 1 + 1, 2: 0, 3: 0, 4: 1, 5: 0}
    assert found[3] == {0: 1 - 1, 1: 0, 2: 0, 3: 1, 4: 0, 5: 0}
    assert found[6] == {0: 0, 1: 0, 2: 0, 3: -2, 4: 0, 5: 0}
    assert found[7] == dict.fromkeys(range(6), 0)
