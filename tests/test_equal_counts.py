"""Descriptors chosen to have equal numbers of features, and the small set of structures that they are compared on."""

from fractions import Fraction
from itertools import combinations
from pathlib import Path

import pytest

from symsens.descriptors import descriptor
from symsens.errors import InputError
from symsens.forms.jacobian import feature_labels
from symsens.geometry.environment import Environment, Structure
from symsens.geometry.gram import pair_labels
from symsens.geometry.symmetry import exact_stabiliser
from symsens.jobs.certification import certify
from symsens.jobs.comparison import compare_descriptors, standard_structures
from symsens.jobs.equal_counts import ace_count, equal_descriptors, soap_count

CLUSTER_FILE = Path(__file__).parent.parent / "examples" / "cluster20.extxyz"


@pytest.mark.parametrize(
    "species",
    [
        ["H"],
        ["H"] * 6,
        ["H", "O"],
        ["H"] * 9 + ["O"] * 5,
        ["H", "C", "O", "H", "C"],
        ["H", "C", "N", "O"],
        ["H", "C", "N", "O", "F"],
        ["H", "C", "N", "O", "F", "S"],
        ["H", "O"] * 15,
    ],
)
def test_feature_counts_are_equal_within_a_tenth(species):
    env = Environment(
        species,
        [(1 + Fraction(j, 7), Fraction(j * j % 5, 3), Fraction(j * j % 11, 4)) for j in range(len(species))],
        "C",
    )
    chosen = equal_descriptors(env)
    assert [d.name for d in chosen] == ["power-spectrum", "acsf", "chebyshev", "mbtr", "ace"]
    counts = [len(feature_labels(env, d)) for d in chosen]
    assert max(counts) <= 1.1 * min(counts)
    soap, *_, ace = chosen
    kinds = len(set(species))
    assert counts[0] == soap_count(kinds, soap.n_max, soap.l_max) and counts[-1] == ace_count(
        kinds, ace.nu, ace.n_max, ace.l_max
    )
    assert all(descriptor(str(d)) == d for d in chosen), "the SPEC in the table gives the descriptor back"


def test_the_chosen_descriptors_are_decided_and_smooth_where_they_are_compared():
    comparison = compare_descriptors(Structure.read("ase:H2O").environment(0))
    assert comparison.decided and len(comparison.rows) == 5
    assert all(r.survey.differentiable.holds and r.unique.holds and r.result.unseen == 0 for r in comparison.rows)


def test_without_neighbours_there_is_nothing_to_compare():
    with pytest.raises(InputError, match="atom 0 has no neighbours"):
        compare_descriptors(Environment([], []))
    assert compare_descriptors(Environment([], []), ["distances"]).rows[0].result.filtration.rank == 0


def test_the_small_set():
    structures = standard_structures()
    assert [len(s.species) for s in structures] == [5, 9, 12, 21]
    cluster, shipped = structures[-1], Structure.read(str(CLUSTER_FILE))
    assert (cluster.species, cluster.positions) == (shipped.species, shipped.positions) and len(
        set(cluster.species)
    ) <= 2
    assert all(
        sum((a - b) ** 2 for a, b in zip(x, y)) > Fraction(81, 100) for x, y in combinations(cluster.positions, 2)
    )
    env = cluster.environment(0)
    assert exact_stabiliser(env, pair_labels(env)).order == 1
    assert len({g for j, line in enumerate(env.gram) for g in line[j:]}) == 210, "all distances and angles differ"


@pytest.mark.parametrize(
    "number, rank", [(0, 1), (1, 13), pytest.param(3, 57, marks=pytest.mark.soak)], ids=["CH4", "ethanol", "cluster"]
)
def test_the_chosen_descriptors_see_all_that_symmetry_allows(number, rank):
    env = standard_structures()[number].environment(0)
    assert [certify(env, descriptor=d).filtration.rank for d in equal_descriptors(env)] == [rank] * 5
