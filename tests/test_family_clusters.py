"""Clusters that message passing on distances cannot separate, and homometric sets."""

import json
import random
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import pytest
from family_oracle import CLUSTERS, EPS, NETWORKS, by_name, congruent, draws, multiset, same_colours, summed

from symsens.geometry.colours import separating_layers
from symsens.geometry.displacements import as_displacements
from symsens.geometry.environment import Structure
from symsens.geometry.families import FAMILIES
from symsens.rows.filtration import exact_filtration, filtration_of
from symsens.rows.message_passing import message_passing_class


@by_name(CLUSTERS)
def test_clusters_have_equal_sums_and_are_told_apart_by_angles(family):
    pairs = [family.members(), *draws(family, 6)]
    apart = 0
    for first, second in pairs:
        assert summed(first, 1) == summed(second, 1)
        apart += summed(first, 2) != summed(second, 2)
    assert apart > len(pairs) / 2 and summed(pairs[0][0], 2) != summed(pairs[0][1], 2)


@by_name(NETWORKS)
@pytest.mark.parametrize("centre", [False, True])
def test_no_message_passing_on_distances_tells_them_apart(family, centre):
    rng = random.Random(family.name)
    for _ in range(6):
        b = Fraction(rng.randint(1, 40), rng.randint(1, 9))
        first, second = family.members(family.parameters(b=b, centre=centre))
        assert len(first.species) == len(second.species) and same_colours(first, second)
        x, y = first.environment(0), second.environment(0)
        assert separating_layers(x, y, readout="all") is None
        assert separating_layers(x, y, angles=True, readout="all") == 1
        if centre:
            assert multiset(x, 2) == multiset(y, 2) and multiset(x, 3) != multiset(y, 3) and not congruent(x, y)
            sizes = {"cross-pair": {2: [0, 1], 3: [0, 0]}}.get(family.name, {2: [0, 0], 3: [0, 0]})
            assert {nu: [exact_filtration(e, nu)["incompleteness"] for e in (x, y)] for nu in (2, 3)} == sizes


@by_name(NETWORKS)
def test_message_passing_read_off_at_the_centre_sees_all_moves_of_members_but_of_one(family):
    for number, member in enumerate(family.members(family.parameters(centre=True))):
        moves = as_displacements(member.environment(0))
        found = [filtration_of(moves, message_passing_class(layers))["incompleteness"] for layers in (2, 3)]
        assert found == ([1, 1] if (family.name, number) == ("cross-pair", 1) else [0, 0])


@by_name(CLUSTERS)
def test_compare_finds_of_written_clusters_what_is_claimed(run, tmp_path, family):
    run("families", family.name, "--out", tmp_path / "x.structure.json")
    code, out, _ = run("compare", tmp_path / "x-1.structure.json", tmp_path / "x-2.structure.json", "--json")
    found = json.loads(out)
    assert (code, found["congruent"], found["verdict"]) == (0, False, "PROVED")
    assert (found["level"], found["equal_up_to"]) == ("set", 1 if family in NETWORKS else 0)


@by_name(NETWORKS)
def test_message_passing_tells_clusters_apart_outside_the_family(family):
    first, second = family.members()
    y = [list(position) for position in second.positions]
    y[-1] = [c * (1 + EPS) for c in y[-1]]
    assert not same_colours(first, replace(second, positions=y))
    assert not same_colours(*FAMILIES["homometric-rulers"].members())


def test_homometric_sets_are_those_of_the_literature():
    for member, marks in zip(FAMILIES["homometric-rulers"].members(), ((0, 1, 4, 10, 12, 17), (0, 1, 8, 11, 13, 17))):
        assert sorted(x for x, _, _ in member.positions) == list(marks)
        assert len({b - a for a, b in combinations(marks, 2)}) == 15
    y = [list(p) for p in FAMILIES["homometric-rulers"].members()[1].positions]
    y[2][0] += EPS
    other = Structure(("H",) * 6, y)
    assert summed(FAMILIES["homometric-rulers"].members()[0], 1) != summed(other, 1)
