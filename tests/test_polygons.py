"""Subsets of regular polygons with a pole: which are singular, by exact ranks and by counting."""

import json
from fractions import Fraction
from functools import lru_cache

import pytest
from family_oracle import dots, extra
from naive import exact_rank

from symsens import certify
from symsens.checker import Refuted, check
from symsens.geometry.families import polygon, polygon_and_pole, polygon_field, subsets_of_polygon
from symsens.jobs.polygons import singular_subsets
from symsens.rows.filtration import exact_filtration


def blind_moves(m, subset):
    """Out of the plane: vertices less the rank of the numbers of neighbours at each distance (integers only)."""
    rows = {}
    for place, j in enumerate(subset):
        for k in subset:
            distance = min((j - k) % m, (k - j) % m)
            rows.setdefault(distance, [Fraction(0)] * len(subset))[place] += 1
    return len(subset) - exact_rank(list(rows.values()), len(subset))


def has_no_symmetry(m, subset):
    images = [{(s * k + t) % m for k in subset} for s in (1, -1) for t in range(m)]
    return images.count(set(subset)) == 1


singular = lru_cache(singular_subsets)


@pytest.mark.parametrize("m", range(3, 13))
def test_the_singular_subsets_of_a_polygon_are_those_that_counting_finds(m):
    found, more = singular(m), {}
    assert all(len(subset) > 3 for subset in found)
    for subset in subsets_of_polygon(m):
        symmetry, incompleteness = found.get(subset, (0, 0))
        counted = blind_moves(m, subset)
        if has_no_symmetry(m, subset):
            assert symmetry == 0 and incompleteness >= counted, subset
            if incompleteness > counted:
                more[subset] = incompleteness - counted
        else:
            assert incompleteness <= counted and (symmetry or not incompleteness), subset
    # one subset moves within the plane besides
    assert more == ({(0, 1, 2, 3, 4, 6, 7, 8, 10): 1} if m == 12 else {})


def test_the_heptagon_is_the_only_polygon_up_to_12_with_four_vertices_and_a_pole():
    assert [(m, s) for m in range(3, 13) for s in singular(m) if len(s) < 5] == [(7, (0, 1, 2, 4))]
    assert sum(len(singular(m)) for m in range(3, 13)) == 135


@pytest.mark.parametrize("square", ["1/3", 2, 7, "22/7"])
def test_the_height_of_the_pole_does_not_matter(square):
    env = polygon_and_pole(7, (0, 1, 2, 4), square)
    assert [extra(env, nu) for nu in (2, 3, 4)] == [4, 1, 0]
    (level,) = [level for level in exact_filtration(env, 3).levels if level.name == "incompleteness"]
    (vector,) = level.vectors
    ups, others = [vector[3 * j + 2] for j in range(4)], [x for j in range(4) for x in vector[3 * j : 3 * j + 2]]
    assert any(ups) and not any(others), "the vertices leave their plane, and only that"


@pytest.mark.parametrize("m", [3, 5, 8, 12])
def test_vertices_are_turned_into_each_other(m):
    env = polygon(m, range(m))
    _, c = polygon_field(m)
    table = dots(env)
    for j in range(m):
        assert table[j][j] == 1 and 2 * table[j][(j + 1) % m] == c
        assert all(table[j][k] == table[0][(k - j) % m] for k in range(m))


def test_conjugate_subsets_have_the_same_nullities():
    """A unit modulo m is an automorphism of the field: {0,2,4,8} of the heptagon is {0,1,2,4} again."""
    for m, subset in ((9, (0, 1, 2, 4, 6)), (11, (0, 1, 2, 3, 4, 6)), (8, (0, 1, 2, 3, 5))):
        first = extra(polygon_and_pole(m, subset), 3)
        for unit in (2, 4, 5) if m % 2 else (3, 5):
            assert extra(polygon_and_pole(m, sorted(unit * k % m for k in subset)), 3) == first > 0


def test_subsets_are_those_of_bracelets():
    assert [len(subsets_of_polygon(m)) + 1 for m in range(3, 11)] == [4, 6, 8, 13, 18, 30, 46, 78]


@pytest.mark.parametrize(
    "m", [7, 8, 9, pytest.param(10, marks=pytest.mark.soak), pytest.param(12, marks=pytest.mark.soak)]
)
def test_every_singular_subset_has_a_certificate_that_the_checker_proves(m):
    for subset, (symmetry, incompleteness) in singular(m).items():
        certificate = certify(polygon_and_pole(m, subset), nu=3).certificate
        claimed = certificate["claims"]["filtration"]
        assert (claimed["symmetry"], claimed["incompleteness"]) == (symmetry, incompleteness)
        assert check(json.loads(json.dumps(certificate)))
        claimed["incompleteness"] += 1
        with pytest.raises(Refuted):
            check(json.loads(json.dumps(certificate)))
