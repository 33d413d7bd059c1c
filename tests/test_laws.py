"""Laws of the exact core, by Hypothesis: what must hold for every environment, whatever its dimensions are."""

from dataclasses import replace
from itertools import permutations as orderings

import pytest
from hypothesis import given, strategies as st
from naive import dot, exact_rank, naive_jacobian

from symsens.geometry.displacements import Displacements, tied_atoms
from symsens.geometry.environment import Environment
from symsens.geometry.gram import pair_labels
from symsens.geometry.symmetry import exact_stabiliser
from symsens.numbers.field import clear_denominators
from symsens.numbers.kernel import from_columns
from symsens.numbers.metric import apply, inverse, multiply
from symsens.rows.filtration import exact_filtration, with_pivots
from symsens.testing import (
    Motion,
    collinear,
    environments,
    isometries,
    move,
    moved,
    near_singular,
    permutations,
    permute,
    planar,
    recoloured,
    scale,
    singular_environments,
    structures,
    symmetric_environments,
)

HEXAGONAL = ((1, "-1/2", 0), ("-1/2", 1, 0), (0, 0, "8/3"))
OBLIQUE = ((1, "1/2", "1/3"), ("1/2", 2, "-1/3"), ("1/3", "-1/3", "3/2"))
POINT_GROUPS = ("-1", "222", "mm2", "-4", "4mm", "-42m", "3m", "32", "-6m2", "-43m", "m-3m")

any_environment = st.one_of(
    environments(min_neighbours=0, max_neighbours=5, species=("H", "C")),
    environments(max_neighbours=4, metric=HEXAGONAL),
    environments(max_neighbours=4, metric=OBLIQUE),
    collinear(metric=OBLIQUE),
    planar(max_neighbours=5, species=("H", "O")),
    singular_environments(1),
    moved(singular_environments(2)),
    singular_environments(3),
    near_singular("1e-30"),
    *(symmetric_environments(name, max_orbits=2).filter(lambda env: env.n <= 8) for name in POINT_GROUPS),
    recoloured(
        st.one_of(
            singular_environments(2),
            *(symmetric_environments(name, max_orbits=1) for name in ("-43m", "222", "m", "4")),
        )
    ),
)
small_environment = any_environment.filter(lambda env: env.n <= 5)
orders = st.sampled_from([1, 2, 3])


def dimensions(env, nu, vary="neighbours"):
    found = exact_filtration(Displacements.named(env, vary), nu)
    assert found.undecided is None and found.rank + found.nullity == found.displacements
    return (
        found["rigid"],
        found["symmetry"],
        found["incompleteness"],
        found.moves.stabiliser.order,
        found.moves.stabiliser.span,
    )


def spaces(env, nu):
    """The null vectors up to each level."""
    vectors, cumulative = [], []
    for level in exact_filtration(env, nu).levels:
        vectors = [*vectors, *level.vectors]
        cumulative.append(vectors)
    return cumulative


def span_rank(vectors):
    if not vectors or not len(vectors[0]):
        return 0
    return from_columns([list(v) for v in vectors], len(vectors[0])).rank()


def same_space(a, b):
    return span_rank(a) == span_rank(b) == span_rank([*a, *b])


def transported(vectors, matrix, order, n):
    """(rho v)_i = Q v_order[i], up to a common factor."""
    q, _ = clear_denominators(matrix)
    return [[c for i in range(n) for c in apply(q, v[3 * order[i] : 3 * order[i] + 3])] for v in vectors]


# Invariance: dimensions agree, and the spaces themselves are carried along.


@given(st.data(), any_environment, orders)
def test_filtration_turns_with_the_environment(data, env, nu):
    motion = data.draw(isometries(env.metric))
    turned = move(env, motion)
    assert dimensions(turned, nu) == dimensions(env, nu)
    for before, after in zip(spaces(env, nu), spaces(turned, nu)):
        assert same_space(transported(before, motion.matrix, range(env.n), env.n), after)


@given(st.data(), any_environment, orders)
def test_filtration_follows_a_permutation(data, env, nu):
    order = data.draw(permutations(env))
    assert dimensions(permute(env, order), nu) == dimensions(env, nu)
    for before, after in zip(spaces(env, nu), spaces(permute(env, order), nu)):
        assert same_space(transported(before, Motion().matrix, order, env.n), after)


@given(any_environment, orders, st.sampled_from(["2", "-1", "1/3", "22/7", "1e-20", "1e20"]))
def test_filtration_ignores_scale(env, nu, factor):
    assert dimensions(scale(env, factor), nu) == dimensions(env, nu)
    for before, after in zip(spaces(env, nu), spaces(scale(env, factor), nu)):
        assert same_space(before, after)


@given(
    any_environment, orders, st.sampled_from([((1, 1, 0), (0, 1, 0), (2, 0, 1)), ((2, 0, 1), (1, 3, 0), (0, -1, 1))])
)
def test_filtration_ignores_the_frame(env, nu, basis):
    """x = B y = (B T)(T^-1 y): other coordinates and another metric, the same environment."""
    metric = multiply(list(zip(*basis)), multiply(env.metric, basis))
    reframed = replace(
        env, positions=tuple(apply(inverse(basis), y) for y in env.positions), metric=tuple(map(tuple, metric))
    )
    assert dimensions(reframed, nu) == dimensions(env, nu)


# The levels themselves.


@given(any_environment, st.sampled_from([1, 2]))
def test_null_spaces_are_nested(env, nu):
    inner, outer = spaces(env, nu + 1)[-1], spaces(env, nu)[-1]
    assert span_rank([*outer, *inner]) == span_rank(outer) == len(outer)


@given(any_environment.filter(lambda env: env.n <= 4))
def test_complete_invariants_leave_rigid_and_symmetry_only(env):
    assert exact_filtration(env, max(env.n, 1))["incompleteness"] == 0


# Orbits of at most six neighbours, and a tetrahedron.
one_small_orbit = st.one_of(
    st.just(Environment(("H",) * 4, [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)], "C")),
    *(symmetric_environments(name, max_orbits=1) for name in ("222", "mm2", "-4", "32", "3m")),
)


@given(recoloured(one_small_orbit), st.sampled_from([1, 2]))
def test_species_tell_equal_neighbours_apart(env, nu):
    check_against_naive(env, nu)


@given(any_environment, st.sampled_from([1, 2]))
def test_rank_is_that_of_the_naive_matrix_and_null_vectors_are_null(env, nu):
    check_against_naive(env, nu)


@given(small_environment)
def test_rank_is_that_of_the_naive_matrix_at_nu_3(env):
    check_against_naive(env, 3)


def check_against_naive(env, nu):
    found, rows = exact_filtration(env, nu), naive_jacobian(env, nu)
    assert found.rank == exact_rank(rows, 3 * env.n)
    for level in found.levels:
        for vector in level.vectors:
            assert any(vector) and not any(dot(row, vector) for row in rows)
    proof = with_pivots(found).levels[-1].proof
    assert len(proof.pivot_rows) == found.rank


def tied(rows, env):
    """Rows over the neighbours as rows over the atoms: x_j = atom(j) - centre."""
    variables = tied_atoms(env)
    result = []
    for row in rows:
        new = dict.fromkeys(((atom, c) for atom in variables for c in range(3)), 0)
        for j, atom in enumerate(env.atoms):
            for c in range(3):
                new[atom, c] += row[3 * j + c]
                new[env.centre, c] -= row[3 * j + c]
        result.append(list(new.values()))
    return result


@given(any_environment, orders)
def test_all_atoms_vary_three_more_rigid_displacements(env, nu):
    rigid, *others = dimensions(env, nu)
    assert dimensions(env, nu, "atoms") == (rigid + 3, *others)


@given(any_environment)
def test_all_atoms_vary_null_vectors_are_null_and_translations_are_rigid(env):
    found, rows = exact_filtration(Displacements.of_atoms(env), 2), tied(naive_jacobian(env, 2), env)
    assert not any(dot(row, vector) for row in rows for level in found.levels for vector in level.vectors)
    translations = [[int(i % 3 == c) for i in range(found.displacements)] for c in range(3)]
    assert span_rank([*found.levels[0].vectors, *translations]) == found["rigid"]


@given(structures(min_atoms=1, max_atoms=2, periodic=True), st.sampled_from([1, 2]))
def test_periodic_images_share_their_columns(structure, nu):
    # The longest cutoff of a short list that leaves few images.
    env = next(env for env in (structure.environment(0, r) for r in (6, 5, 4, 3, 2, "1/2")) if env.n <= 8)
    rows = tied(naive_jacobian(env, nu), env)
    assert exact_filtration(Displacements.of_atoms(env), nu).rank == exact_rank(rows, 3 * len(tied_atoms(env)))


# The stabiliser.


def gram(env):
    return [[dot(a, apply(env.metric, b)) for b in env.positions] for a in env.positions]


@given(small_environment)
def test_the_stabiliser_is_the_whole_of_it(env):
    """Against all n! orderings."""
    g, s = gram(env), env.species
    every = [
        p
        for p in orderings(range(env.n))
        if all(s[p[i]] == s[i] and g[p[i]][p[j]] == g[i][j] for i in range(env.n) for j in range(i + 1))
    ]
    found = exact_stabiliser(env, pair_labels(env))
    assert found.order == len(every)
    assert closure([g.permutation for g in found.generators], env.n) == set(every)
    assert found.span == exact_rank(env.positions, 3)


def closure(generators, n):
    group = [tuple(range(n))]
    for element in group:  # grows while it is read
        group += [p for p in {tuple(g[i] for i in element) for g in generators} if p not in group]
    return set(group)


@given(any_environment)
def test_generators_are_isometries_that_permute_the_neighbours(env):
    for generator in exact_stabiliser(env, pair_labels(env)).generators:
        assert Motion(generator.isometry).preserves(env.metric)
        for k, image in enumerate(generator.permutation):
            assert apply(generator.isometry, env.positions[k]) == env.positions[image]
            assert env.species[k] == env.species[image]


@given(any_environment.filter(lambda env: env.n > 0), orders)
def test_symmetry_level_is_all_that_the_group_makes_invisible(env, nu):
    """im(rho(g) - 1) lies in it for the generators and their products, not for the generators alone."""
    generators = exact_stabiliser(env, pair_labels(env)).generators
    rigid_and_symmetry = spaces(env, nu)[1]
    for g in generators:
        for h in generators:
            q = multiply(g.isometry, h.isometry)
            inverse_order = [0] * env.n
            for k in range(env.n):
                inverse_order[g.permutation[h.permutation[k]]] = k
            basis = [[int(i == j) for j in range(3 * env.n)] for i in range(3 * env.n)]
            images = [
                [dot(q[c], v[3 * inverse_order[i] : 3 * inverse_order[i] + 3]) for i in range(env.n) for c in range(3)]
                for v in basis
            ]
            moved_less_self = [[a - b for a, b in zip(image, v)] for image, v in zip(images, basis)]
            assert exact_rank([*moved_less_self, *rigid_and_symmetry], 3 * env.n) == len(rigid_and_symmetry)


# The oracle has teeth: a planted fault in a null vector or in the rank is seen.


def test_a_wrong_null_vector_and_a_wrong_class_are_seen():
    from symsens.testing import KNOWN_CASES

    env = KNOWN_CASES[3].environment
    rows = naive_jacobian(env, 2)
    vector = list(exact_filtration(env, 2).levels[-1].vectors[0])
    assert not any(dot(row, vector) for row in rows)
    vector[0] += 1
    assert any(dot(row, vector) for row in rows)
    other = replace(env, species=("H", "C", "H", "H"))
    assert exact_rank(naive_jacobian(other, 2), 12) != exact_rank(rows, 12)
    with pytest.raises(AssertionError):
        assert same_space([(1, 0)], [(0, 1)])
