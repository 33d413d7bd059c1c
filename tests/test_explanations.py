"""Why null vectors are there: against the definition of the classes, and texts that a person can check."""

import json
from itertools import combinations_with_replacement, product

import numpy as np
import pytest
from click.testing import CliRunner

from symsens.cli import commands
from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment
from symsens.jobs.certification import certify
from symsens.rows import explanations
from symsens.rows.explanations import change_along, explain
from symsens.rows.patterns import Pattern, spurious_changes

F1 = [(5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)]
COPLANAR = [(7, 6, 1), (1, 2, 3), (3, 2, -1), (2, 5, 1)]
F2 = [(5, 0, 1), (3, 4, 1), (-4, 3, 1), (0, 0, 6)]
EQUAL_RADII = [(7, 4, -4), (0, 9, 0), (4, 7, 4), (0, 0, 9)]
ANTIPODAL = [(2, 0, 2), (-2, 0, -2), (1, 1, 0), (-1, -1, 0), (0, 1, 1)]
ISOSCELES = [(3, -4, 2), (0, 5, 2), (-3, -4, 2), ("24/5", "-7/5", -2), (-3, 4, -2), (0, -5, -2), (0, 0, 5)]
CASES = [(F1, 2), (COPLANAR, 2), (F2, 2), (EQUAL_RADII, 2), (ANTIPODAL, 2), (ISOSCELES, 2), (ISOSCELES, 3)]


def environment(points):
    return Environment(["H"] * len(points), points, "C")


@pytest.mark.parametrize(
    ("points", "text"),
    [
        (F1, "|x2| = |x3| and x2.x4 = x3.x4; possible because 3 x2 + 3 x3 + 2 x4 = 0"),
        (COPLANAR, "|x2| = |x3| and x2.x4 = x3.x4; possible because x1 - x2 - 2 x3 = 0"),
        (F2, "|x1| = |x2| = |x3| and x1.x4 = x2.x4 = x3.x4; possible because 5 x1 - 3 x2 + 4 x3 - x4 = 0"),
        (
            EQUAL_RADII,
            "|x1| = |x2| = |x3| = |x4| and x1.x2 = x3.x4; possible because 36 x1 + 33 x2 - 63 x3 + 44 x4 = 0",
        ),
    ],
)
@pytest.mark.parametrize("vary", ["neighbours", "atoms"])
def test_texts(points, text, vary):
    result = certify(environment(points), vary=vary)
    (found,) = result.explanations
    assert str(found) == text and text in str(result)
    names = {f"x{j + 1}": np.array(y, dtype=float) for j, y in enumerate(points)}
    for u in found.dependencies:
        assert np.allclose(sum(float(c) * x for c, x in zip(u, names.values())), 0)


def sees(labels, change, nu):
    """Whether some class of nu-tuples, by the definition, has a sum of changes that is not 0."""
    n, places = len(labels), list(combinations_with_replacement(range(nu), 2))
    sums = {}
    for tau in product(range(n), repeat=nu):
        key = tuple(labels[tau[a]][tau[b]] for a, b in places)
        row = sums.setdefault(key, [0] * len(places))
        for i, (a, b) in enumerate(places):
            row[i] += change[tau[a]][tau[b]]
    return any(x for row in sums.values() for x in row)


def labels_with(n, groups, orbit_of):
    """Labels of ordered pairs in which only the pairs of the groups, and those of one orbit, coincide."""
    kind = {pair: ("orbit", orbit_of[pair]) for pair in orbit_of}
    for i, group in enumerate(groups):
        orbits = {orbit_of[pair] for pair in group}
        kind |= {pair: ("group", i) for pair in orbit_of if orbit_of[pair] in orbits}
    of = lambda j, k: kind[min(j, k), max(j, k)]
    return [[(of(j, j), of(k, k), of(j, k)) for k in range(n)] for j in range(n)]


@pytest.mark.parametrize(("points", "nu"), CASES)
def test_the_coincidences_suffice_and_none_can_be_missed(points, nu):
    env = environment(points)
    result = certify(env, nu=nu)
    moves, vectors = result.filtration.moves, result.filtration.levels[2].vectors
    pattern = Pattern.of(moves)
    pairs = list(zip(*map(np.ndarray.tolist, np.triu_indices(env.n))))
    orbit_of = dict(zip(pairs, pattern.orbit_of.tolist()))
    assert len(result.explanations) == len(vectors) == result.filtration["incompleteness"]
    for vector, found in zip(vectors, result.explanations):
        change = pattern.on_pairs(change_along(moves, pattern, vector))
        assert any(map(any, change))
        assert not sees(labels_with(env.n, found.groups, orbit_of), change, nu)
        for i, group in enumerate(found.groups):
            for missing in group:
                rest = [pair for pair in group if pair != missing]
                fewer = [*found.groups[:i], rest, *found.groups[i + 1 :]]
                assert sees(labels_with(env.n, fewer, orbit_of), change, nu), (group, missing)


@pytest.mark.parametrize(("points", "nu"), CASES)
def test_the_changes_span_what_is_spurious(points, nu):
    result = certify(environment(points), nu=nu)
    moves = result.filtration.moves
    changes = [change_along(moves, Pattern.of(moves), v) for v in result.filtration.levels[2].vectors]
    rank = lambda rows: np.linalg.matrix_rank(np.array(rows, dtype=float))
    both = [*changes, *spurious_changes(moves, nu)]
    assert rank(changes) == len(changes) == rank(both)


def test_the_control_a_pattern_that_sees_nothing_explains_nothing(monkeypatch):
    monkeypatch.setattr(explanations._Change, "is_seen", lambda self, labels: False)
    moves = Displacements.of_neighbours(environment(F1))
    (found,) = explain(moves, 2, certify(environment(F1)).filtration.levels[2].vectors)
    assert found.groups == ()


def test_pairs_stand_for_their_images_under_a_symmetry():
    points = [*F1[:3], (0, 0, 6), (0, 0, 0)][:4]
    mirrored = [(x, y, z) for x, y, z in points] + [(-5, 0, 1)]
    result = certify(environment(mirrored))
    assert result.filtration.moves.stabiliser.order == 2
    for found in result.explanations:
        assert "with their images under the symmetry" in str(found)


def test_what_is_not_explained():
    assert certify(environment(F1), nu=3).explanations == []
    assert certify(environment(F1), nu=1).explanations is None
    assert certify(environment(F1), chiral=True).explanations is None
    assert explain(Displacements.of_neighbours(environment(F1)), 2, [(0,) * 12] * 100_000) is None


def test_json():
    run = CliRunner().invoke(
        commands, ["certify", "examples/F1.extxyz", "--centre", "0", "--json"], standalone_mode=False
    )
    (report,) = json.loads(run.output)["environments"]
    assert report["explanations"] == [
        {
            "vector": 0,
            "coincidences": [[[1, 1], [2, 2]], [[1, 3], [2, 3]]],
            "text": "|x2| = |x3| and x2.x4 = x3.x4; possible because 3 x2 + 3 x3 + 2 x4 = 0",
        }
    ]
