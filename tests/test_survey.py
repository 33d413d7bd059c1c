"""Survey questions, with planted culprits: is it invariant, of fixed size, has it a cutoff, can crystals be asked?"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from feature_oracles import ENVIRONMENTS

from symsens.descriptors import descriptor
from symsens.descriptors.base import Descriptor
from symsens.forms.arithmetics import NotRational
from symsens.geometry.environment import Environment, Structure
from symsens.jobs.comparison import compare_descriptors
from symsens.jobs.questions import (
    Answer,
    chain,
    invariance,
    motions,
    own_cutoff,
    periodic,
    size_with_another_species,
    survey,
)
from symsens.rows.matrices import invariants_of_order

F1 = Structure.read(str(Path(__file__).parent.parent / "examples" / "F1.extxyz")).environment(0)
CH4 = Structure.read("ase:CH4").environment(0)
SMALL = "power-spectrum:n_max=2,l_max=3,radial=monomial"


@dataclass(frozen=True)
class Planted(Descriptor):
    """Features of the whole environment made by `form` from positions (numbers of an arithmetic); their derivatives do
    not matter."""

    name = "planted"
    form = None

    def feature_names(self, env, species=None):
        return ("planted",)

    def classes(self, env):
        return (invariants_of_order(1),)

    def capacity(self, env):
        return 0

    def check_smooth(self, env):
        """Everywhere."""

    def jets(self, env, arithmetic, seeds=None, species=None):
        if seeds is not None:
            return np.full((1, seeds.width), arithmetic.number(0, 1))
        points = [[arithmetic.number(c.numerator, c.denominator) for c in y] for y in env.positions]
        values = type(self).form(points, arithmetic)
        out = np.empty((len(values), 1), dtype=arithmetic.dtype)
        out[:, 0] = values
        return out


def planted(form):
    return dataclass(frozen=True)(type("Culprit", (Planted,), {"form": staticmethod(form)}))()


def square(y):
    return y[0] * y[0] + y[1] * y[1] + y[2] * y[2]


def sum_of_x(points, arithmetic):
    return [sum(y[0] for y in points)]


def triple_product(points, arithmetic):
    (a, b, c), (d, e, f), (g, h, i) = points[:3]
    return [a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)]


def numbered(points, arithmetic):
    return [sum((j + 1) * square(y) for j, y in enumerate(points))]


def gaussian(y, arithmetic):
    if "exp" not in arithmetic.functions:
        raise NotRational("exp")
    return arithmetic.functions["exp"](-square(y))


def numbered_gaussians(points, arithmetic):
    return [sum((j + 1) * gaussian(y, arithmetic) for j, y in enumerate(points))]


def honest(points, arithmetic):
    return [sum(gaussian(y, arithmetic) for y in points)]


def one_per_neighbour(points, arithmetic):
    return [square(y) for y in points]


@pytest.mark.parametrize(
    "form, culprit",
    [
        (sum_of_x, "rotation"),
        (triple_product, "inversion"),
        (numbered, "permutation"),
        (numbered_gaussians, "permutation"),
    ],
)
def test_what_is_not_invariant_is_seen(form, culprit):
    assert invariance(F1, planted(form)) == Answer(False, "proved", f"changed by the {culprit}")
    comparison = compare_descriptors(F1, [planted(form)])
    assert (
        f"invariant: changed by the {culprit}" in str(comparison)
        and not comparison.rows[0].as_dict()["survey"]["invariance"]["holds"]
    )


def test_what_is_invariant_is_not_accused():
    assert invariance(F1, planted(honest)).holds and invariance(F1, planted(honest)).how == "enclosed"
    assert invariance(F1, descriptor(SMALL)) == Answer(True, "proved", "exactly equal")
    found = invariance(F1, descriptor("power-spectrum:n_max=2,l_max=1"))
    assert found.holds and found.how == "enclosed" and float(found.detail.removeprefix("within ")) <= 1e-30
    assert invariance(ENVIRONMENTS["skew"], descriptor("acsf")).holds, "motions are isometries of a frame's metric"


def test_wide_balls_decide_nothing(monkeypatch):
    monkeypatch.setattr("symsens.jobs.questions.PRECISIONS", (20,))
    assert invariance(F1, planted(honest)).holds is None


@pytest.mark.parametrize("name", ["three", "skew", "methane"])
def test_motions_keep_the_dot_products_but_one_moves_every_atom(name):
    env = ENVIRONMENTS[name]
    for what, moved in motions(env).items():
        assert sorted(map(sorted, moved.gram)) == sorted(map(sorted, env.gram)) or moved.gram_scale != env.gram_scale
        assert moved.species == env.species
        if what != "permutation":
            assert not set(moved.positions) & set(env.positions)
    scaled = [
        [Fraction(x, motions(env)["rotation"].gram_scale) for x in line] for line in motions(env)["rotation"].gram
    ]
    assert scaled == [[Fraction(x, env.gram_scale) for x in line] for line in env.gram]


def test_a_size_that_grows_with_the_neighbours_is_seen():
    found = survey(F1, planted(one_per_neighbour))
    assert found.fixed_size.holds is False and found.fixed_size.sizes == (4, 3)
    assert survey(F1, descriptor(SMALL)).fixed_size == Answer(
        True, "measured", "12 features; 12 with one neighbour fewer", (12, 12)
    )


@pytest.mark.parametrize(
    "spec, sizes", [("distances:k_max=3", (3, 6)), ("chebyshev:cutoff=8", (16, 32)), ("coulomb", (4, 4))]
)
def test_the_size_with_another_species(spec, sizes):
    found = size_with_another_species(F1, descriptor(spec))
    assert found.sizes == sizes and found.holds == (sizes[0] == sizes[1])


@pytest.mark.parametrize(
    "spec, own, how",
    [
        ("acsf:cutoff=8", True, "proved"),
        (SMALL, False, "proved"),
        ("coulomb", False, "proved"),
        ("schnet:features=4,filters=4,rbf=4,cutoff=8", True, "measured"),
    ],
)
def test_whether_atoms_far_away_count(spec, own, how):
    found = own_cutoff(F1, descriptor(spec))
    assert (found.holds, found.how) == (own, how)


def test_a_periodic_structure_has_neighbours_in_line():
    env = chain(F1)
    assert {"C", "H"} == set(env.species) and len(set(env.atoms)) < env.n, "images of one atom"
    assert periodic(F1, descriptor(SMALL)).holds
    refusal = periodic(F1, descriptor("chebyshev:angle=theta"))
    assert refusal.holds is False and refusal.how == "proved" and "in line with the centre" in refusal.detail
    many = periodic(F1, descriptor("coulomb:form=sorted,atoms=5"))
    assert many.holds is False and many.how == "measured" and "more than atoms=5" in many.detail


def test_costs_are_measured_and_a_network_is_surveyed_too():
    (found,) = compare_descriptors(CH4, ["schnet:features=4,filters=4,rbf=4"]).rows
    assert (
        found.decided
        and found.features == 4
        and found.survey.jacobian_seconds > 0
        and found.redundancy.relations is None
    )
    assert found.survey.invariance.holds and found.result.filtration.rank == 1


def test_with_few_neighbours_questions_stay_open_rather_than_answered():
    found = survey(Environment([], []), descriptor("distances"))
    assert found.fixed_size.holds is found.size_with_another_species.holds is found.own_cutoff.holds is None
