"""The bound by the density (Lemma density), judged by ranks of NumPy, which share no code with it."""

import random

import numpy as np
import pytest

from symsens import Verdict, basis, certify
from symsens.descriptors import NAMES, descriptor
from symsens.descriptors.base import TupleSum, plan_of
from symsens.forms.blocks import Block, Family, invariants
from symsens.forms.jacobian import float_jacobian
from symsens.forms.layouts import lay_out
from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment, Structure
from symsens.search import coefficients, density
from symsens.search.density import density_bound

SPECS = (
    "power-spectrum:n_max=1,l_max=0",
    "power-spectrum:n_max=2,l_max=3",
    "power-spectrum:n_max=3,l_max=2,centre=true",
    "power-spectrum:n_max=2,l_max=2,radial=bessel",
    "power-spectrum:n_max=3,l_max=1,radial=gaussian",
    "soap-dscribe:n_max=2,l_max=2",
    "soap-featomic:max_radial=1,max_angular=2",
    "soap-quippy:n_max=3,l_max=2",
    "ace:nu=2,n_max=2,l_max=2",
    "ace:nu=3,n_max=1,l_max=2",
    "ace:nu=4,n_max=1,l_max=1",
    "bispectrum:n_max=2,l_max=1",
)
SQUARE = [(1, 1, 0), (1, -1, 0), (-1, 1, 0), (-1, -1, 0)]
CUBE = [(a, b, c) for a in (1, -1) for b in (1, -1) for c in (1, -1)]
SHAPES = {
    "line": (["H"] * 3, [(0, 0, 1), (0, 0, "1.5"), (0, 0, -2)]),
    "square": (["H"] * 4, SQUARE),
    "cube and more": (["H"] * 10, [*CUBE, (0, 0, "1.4"), (0, 0, "-1.4")]),
    "mirror": (["H", "O", "H", "H", "C"], [(1, 0, 1), (0, "1.2", 0), (1, 0, -1), (-2, 1, 0), ("1.3", "-.4", 0)]),
    "inversion": (
        ["H"] * 6,
        [(1, 0, 1), (-1, 0, -1), ("1.5", 1, 0), ("-1.5", -1, 0), ("1.3", "-.4", 1), ("-1.3", ".4", -1)],
    ),
    "plane": (["H", "O", "H", "O", "H"], [(1, 0, 0), (0, "1.2", 0), ("-.7", "1.1", 0), ("1.3", "-.4", 0), (-1, -1, 0)]),
}


def cloud(n, seed=0, kinds=1):
    draw = random.Random(seed)
    places = [tuple(f"{draw.uniform(-2.5, 2.5):.2f}" for _ in range(3)) for _ in range(n)]
    return Environment([draw.choice(["H", "O"][:kinds]) for _ in range(n)], places, "C")


def rank(env, chosen):
    """The numerical rank of J with rows scaled to 1; the gap must be clear."""
    J = float_jacobian(env, chosen)
    J = J[np.abs(J).max(axis=1) > 1e-12 * np.abs(J).max()]
    values = np.linalg.svd(J / np.abs(J).max(axis=1)[:, None], compute_uv=False)
    found = int((values > 1e-9).sum())
    assert found == len(values) or values[found] < 1e-12, values
    return found


@pytest.mark.parametrize("spec", SPECS)
def test_no_rank_exceeds_the_bound_and_many_neighbours_reach_it(spec):
    chosen, reached = descriptor(spec), 0
    environments = [Environment(*shape, "C") for shape in SHAPES.values()]
    environments += [cloud(n, seed, kinds) for seed, (n, kinds) in enumerate([(2, 1), (4, 1), (5, 2), (9, 1), (16, 2)])]
    for env in environments:
        env = chosen.visible(env)
        bound = density_bound(env, chosen)
        assert rank(env, chosen) <= bound
        reached += rank(env, chosen) == bound
    assert reached >= 3  # negative control: one less is wrong there


@pytest.mark.parametrize("n_max", [1, 2, 3, 4])
@pytest.mark.parametrize("l_max", [0, 1, 2, 3])
def test_the_size_of_a_power_spectrum_is_reached_by_many_neighbours(n_max, l_max):
    """By hand: n_max for l = 0, and r n_max - r (r - 1)/2 with r = min(n_max, 2l + 1) for the others."""
    sizes = [min(n_max, 2 * l + 1) for l in range(l_max + 1)]
    by_hand = sum(r * n_max - r * (r - 1) // 2 for r in sizes)
    env, chosen = cloud(14, seed=n_max), descriptor(f"power-spectrum:n_max={n_max},l_max={l_max},radial=gaussian")
    assert density_bound(env, chosen) == by_hand
    result = certify(env, descriptor=chosen)
    assert result.verdict is Verdict.PROVED and result.filtration.rank == by_hand


def test_the_harmonic_rank_of_shapes_is_known():
    """On a line one harmonic of each degree is not 0, in a plane l + 1; a cube has those of its symmetry."""
    ranks = lambda name: [density._harmonic_rank(Environment(*SHAPES[name], "C"), l) for l in range(5)]
    assert ranks("line") == [1, 1, 1, 1, 1]
    assert ranks("square") == [1, 0, 1, 0, 1]
    assert ranks("plane")[:3] == [1, 2, 3]
    cube = Environment(["H"] * 8, CUBE, "C")
    assert [density._harmonic_rank(cube, l) for l in range(9)] == [1, 0, 0, 0, 1, 0, 1, 0, 1]
    assert [density._harmonic_rank(cloud(20), l) for l in range(5)] == [1, 3, 5, 7, 9]


@pytest.mark.parametrize("spec", ["acsf", "chebyshev", "angles", "coulomb", "mbtr"])
def test_what_is_no_power_spectrum_has_no_such_bound(spec):
    if spec.partition(":")[0] in NAMES:
        env = Environment(["H"] * 3, [(1, 0, 0), (0, "1.2", 0), ("-.7", "1.1", ".5")], "C")
        assert density_bound(env, descriptor(spec)) is None


class Kernel(TupleSum):
    """sum over pairs of g_a(s_j) g_b(s_k) K(s_j, s_k, d)."""

    name = "kernel"

    def __init__(self, kernel, count=2):
        object.__setattr__(self, "kernel", kernel)
        object.__setattr__(self, "count", count)

    def layout(self, centre, species):
        return lay_out(self.name, self.blocks(centre, species))

    def blocks(self, centre, species):
        (s,) = invariants(1)
        radial, pair = Family("R", 1, [s**i for i in range(self.count)]), Family("K", 2, [self.kernel])
        first, second, (k,) = radial.at(1), radial.at(2), pair.at(1, 2)
        phi = [first[a] * second[b] * k for a in range(self.count) for b in range(a, self.count)]
        return [Block(2, ("H", "H"), phi, [f"{i}" for i in range(len(phi))], (radial, pair))]


def test_a_kernel_that_is_no_legendre_polynomial_is_not_taken_for_one():
    """d^2 has one harmonic more than P_2, and the rank is larger than the bound for P_2 allows."""
    s1, s2, d = invariants(2)
    env = cloud(12)
    right = Kernel(5 * (3 * d**2 - s1 * s2) / 2, 8)
    wrong = Kernel(d**2, 8)
    assert density_bound(env, right) == 5 * 8 - 10 and density_bound(env, wrong) is None
    for kernel in (d**2 - s1 * s2, 3 * d**2 + s1 * s2, d * s1, d + 1, d**3, s1, d / s1):
        assert density_bound(env, Kernel(kernel)) is None
    assert density_bound(env, Kernel(7 * d)) == 3 and density_bound(env, Kernel(d * 0 + 2)) == 1


def test_neighbours_that_some_block_leaves_out_make_it_unknown():
    near = Environment(["H"] * 3, [(1, 0, 0), (0, 2, 0), (0, 0, 9)], "C")
    chosen = descriptor("power-spectrum:n_max=2,l_max=1,cutoff=5,cutoff_function=cosine")
    assert density_bound(near, chosen) is None and density_bound(chosen.visible(near), chosen) is not None


def test_the_rank_says_by_what_it_is_no_larger_and_that_no_rule_knows():
    result = certify(cloud(12), descriptor="power-spectrum:n_max=3,l_max=2")
    assert result.filtration.rank == 15 and result.rule.name is None
    assert "rank 15 is bounded by the coefficients of the density" in str(result) and "no rule for that" in str(result)
    assert "Lemma density" in str(result)


def test_ethanol_has_a_smallest_basis():
    found = basis(Structure.read("ase:CH3CH2OH").environment(0), "power-spectrum")
    assert (found.l_max_needed, found.n_max_needed, not found.undecided) == (1, 4, True)


# Lemma coefficients.


@pytest.mark.parametrize(
    "name, fixed",
    [
        ("mirror", [1, 2, 3, 4, 5]),  # l + 1 harmonics are even in one coordinate
        ("inversion", [1, 0, 5, 0, 9]),
        ("square", [1, 0, 1, 0, 2]),  # D4h
        ("plane", [1, 2, 3, 4, 5]),
    ],
)
def test_harmonics_that_a_group_leaves_alone_are_counted(name, fixed):
    """By hand: tables of crystallographic harmonics."""
    moves = Displacements.of_neighbours(Environment(*SHAPES[name], "C"))
    assert coefficients._fixed_harmonics(moves.stabiliser, 4) == fixed
    cube = Displacements.of_neighbours(Environment(["H"] * 8, CUBE, "C"))
    assert coefficients._fixed_harmonics(cube.stabiliser, 9) == [1, 0, 0, 0, 1, 0, 1, 0, 1, 0]


@pytest.mark.parametrize(
    "name, moving, turning", [("mirror", 9, 1), ("inversion", 9, 3), ("plane", 10, 1), ("square", 1, 0)]
)
def test_symmetric_displacements_and_rotations_are_counted(name, moving, turning):
    env = Environment(*SHAPES[name], "C")
    stabiliser = Displacements.of_neighbours(env).stabiliser
    assert sum(coefficients._symmetric_displacements(env, stabiliser, z) for z in set(env.species)) == moving
    assert len(coefficients._symmetric_rotations(env, stabiliser)) == turning


def test_rotations_count_only_where_balls_show_that_they_move_the_density():
    """One neighbour, or several on a line, do not move about their axis; harmonics of degree 0 not at all."""
    stabiliser = lambda env: Displacements.of_neighbours(env).stabiliser
    env = cloud(6)
    family = next(iter(density._channels(plan_of(env, descriptor("power-spectrum:n_max=2,l_max=2")))))[0]
    seen = lambda env, channels: coefficients._rotations_seen(env, stabiliser(env), channels)
    assert seen(env, {(family, 0): {0, 1}}) == 0
    assert seen(env, {(family, 1): {0}}) == 2  # one vector: all but the rotation about it
    assert seen(env, {(family, 1): {0, 1}}) == 3 and seen(env, {(family, 2): {0}}) == 3
    both = Environment(*SHAPES["inversion"], "C")
    assert seen(both, {(family, 1): {0, 1}}) == 0 and seen(both, {(family, 2): {0}}) == 3


@pytest.mark.parametrize("spec, expected", [("ace:nu=3,n_max=2,l_max=2", 15), ("ace:nu=4,n_max=1,l_max=1", 2)])
def test_many_neighbours_show_as_much_as_there_are_coefficients_but_three(spec, expected):
    """By hand: n_max (l_max + 1)^2 - 3; one vector and one number have two invariants."""
    chosen, env = descriptor(spec), cloud(12, seed=3)
    assert density_bound(env, chosen) == expected == rank(env, chosen)


def test_a_constant_radial_function_adds_nothing_of_degree_0():
    """T_0 = 1, and r^0: the number of neighbours does not change."""
    env = cloud(12)
    for spec, expected in (("radial=chebyshev", 1), ("radial=monomial", 1), ("radial=gaussian", 2)):
        chosen = descriptor(f"power-spectrum:n_max=2,l_max=0,{spec}")
        assert density_bound(env, chosen) == expected == rank(env, chosen)
