"""Ranks of networks from both sides: what a class of networks cannot see, exactly, and what one of them does, by
balls."""

from dataclasses import replace
from fractions import Fraction

import message_oracles
import numpy as np
import pytest
from flint import arb_mat, ctx, fmpq, fmpq_mat, nmod_mat
from learned_cases import CLUSTER, F1, SMALL, TETRAHEDRON, case
from test_colours import first_pair, second_pair, third_pair

from symsens import Environment, InputError, Structure, Verdict, certify, exact_filtration
from symsens.descriptors.networks import SchNet, TensorField
from symsens.errors import UndecidedError
from symsens.forms.jacobian import ball_jacobian, float_jacobian
from symsens.geometry.displacements import Displacements, as_displacements
from symsens.numbers.rank import prove_rank_at_least_arb
from symsens.rows.filtration import filtration_of
from symsens.rows.message_passing import message_passing_filtration, pair_number

# Ranks: (neighbours, symmetry-allowed, schnet with one layer, with two, tensor-field).

RANKS = {
    "methane": (TETRAHEDRON, 1, 1, 1, 1),
    "methane, one atom moved": ([("1.01", "1.02", "1.05"), *TETRAHEDRON[1:]], 9, 2, 9, 5),
    "generic": ([(1, 0, 0), (0, 2, 1), (-1, 1, 3), (2, -1, -2)], 9, 4, 9, 9),
    "coplanar with the centre": ([(1, 0, 0), (0, 2, 0), (-1, 3, 0), (2, -1, 0)], 7, 4, 7, 7),
    "F1": (F1, 9, 3, 9, 7),
    "antipodal": ([(2, 0, 2), (-2, 0, -2), (1, 1, 0), (-1, -1, 0), (0, 1, 1)], 12, 2, 12, 6),
    "one neighbour": ([(1, 2, 2)], 1, 1, 1, 1),
    "none": ([], 0, 0, 0, 0),
}
WIDE = (SchNet(cutoff=12), SchNet(layers=2, cutoff=12), TensorField(cutoff=12))


@pytest.mark.parametrize("name", RANKS)
@pytest.mark.parametrize("which", range(3), ids=["schnet", "schnet-2", "tensor-field"])
def test_ranks_are_decided(name, which):
    positions, allowed, *expected = RANKS[name]
    env, network = case(positions), WIDE[which]
    found = certify(env, descriptor=network)
    assert found.verdict is Verdict.PROVED and found.bounds.met
    assert found.filtration.rank == found.bounds.lower == expected[which]
    assert found.filtration.rank <= found.filtration.symmetry_allowed_rank == allowed
    # what the class cannot see, this network does not see
    with ctx.workprec(128):
        jacobian = ball_jacobian(env, network)
        for level in found.filtration.levels:
            for vector in level.vectors:
                assert all(x.contains(0) for x in (jacobian * arb_mat(3 * env.n, 1, list(vector))).entries())


def test_a_rank_above_the_truth_is_not_proved():
    env = case(F1)
    with pytest.raises(UndecidedError, match="rank >= 4 not proved"):
        prove_rank_at_least_arb(lambda bits: ball_jacobian(env, WIDE[0], bits), 4, 256)


def test_sizes_bound_the_rank_and_dead_weights_leave_it_undecided(tmp_path):
    env = case([(1, 0, 0), (0, 2, 1), (-1, 1, 3), (2, -1, -2)])
    narrow = certify(env, descriptor=SchNet(layers=2, filters=3, cutoff=12)).filtration
    assert (narrow.rank, narrow["radial_truncation"]) == (6, 3)
    for network, rank in (TensorField(channels=2, cutoff=12), 4), (TensorField(channels=8, hidden=1, cutoff=12), 5):
        found = certify(env, descriptor=network).filtration
        assert (found.rank, found["radial_truncation"]) == (rank, 9 - rank)
    dead = SchNet(features=8, filters=8)
    np.savez(
        tmp_path / "dead.npz",
        **{name: 0 * array if name.endswith("f2out.1.weight") else array for name, array in dead.arrays.items()},
    )
    found = certify(env, descriptor=SchNet(features=8, filters=8, cutoff=12, weights=tmp_path / "dead.npz"))
    assert (found.bounds.lower, found.bounds.upper, found.verdict) == (0, 4, Verdict.UNDECIDED)
    assert found.singular_values is None and found.filtration.rank is None
    assert found.undecided == "rank of J: at least 0, at most 4"


def test_the_filtration_of_a_network():
    env = case(F1)
    found = certify(env, descriptor=TensorField(channels=3, cutoff=12), digits=8)
    filtration, values = found.filtration, found.singular_values
    assert list(filtration.as_dict().values()) == [3, 0, 2, None, 1] and filtration.rank == 6
    estimate = np.linalg.svd(float_jacobian(env, TensorField(channels=3, cutoff=12)))[1]
    assert [value.exact_zero for value in values] == [False] * 6 + [True] * 6
    assert all(
        abs(float(value.lower) - x) < 1e-13 and value.relative_width() < 1e-8 for value, x in zip(values, estimate)
    )


def test_what_is_undecided_is_said(monkeypatch):
    env, network = case(TETRAHEDRON), SchNet(cutoff=12)
    monkeypatch.setattr("symsens.search.truncation.MAX_BITS", 128)
    wide = certify(env, descriptor=network, digits=900)
    assert wide.singular_values is None and wide.filtration.rank == 1 and wide.verdict is Verdict.UNDECIDED
    assert wide.undecided.startswith("the rank of J is proved, = 1, but not its singular values: ")
    known = filtration_of(as_displacements(env), network.classes(env)[0])
    monkeypatch.setattr("symsens.jobs.certification.filtration_of", lambda *_: replace(known, undecided="no prime"))
    found = certify(env, descriptor=network)
    assert found.singular_values is None and found.filtration.rank is None and found.undecided == "no prime"


def test_rank_with_all_atoms():
    env = Structure(["C", *"HHHH"], [(0, 0, 0), *TETRAHEDRON]).environment(0)
    for network in WIDE:
        found = certify(env, descriptor=network, vary="atoms").filtration
        assert found.rank == 1 and found.displacements == 15


# The class of message passing.


@pytest.mark.parametrize("positions", [row[0] for row in RANKS.values()], ids=RANKS)
@pytest.mark.parametrize("vary", ["neighbours", "atoms"])
def test_one_layer_is_nu_1_and_more_layers_see_no_less(positions, vary):
    moves = Displacements.named(case(positions), vary)
    one, two, three = (message_passing_filtration(moves, layers) for layers in (1, 2, 3))
    assert one.as_dict() == exact_filtration(moves, 1).as_dict() and one.nu is None
    assert one.rank <= two.rank <= three.rank <= three.symmetry_allowed_rank


HEXAGONAL = [["1", "-1/2", "0"], ["-1/2", "1", "0"], ["0", "0", "1"]]
RING = [(1, 0), (1, 1), (0, 1), (-1, 0), (-1, -1), (0, -1)]
CASES = {
    **{name: case(row[0]) for name, row in RANKS.items() if row[0]},
    "cluster": CLUSTER,
    "three species": Environment("HHO", [(1, 0, 0), (0, 1, 0), (0, 0, 1)], "O"),
    "square antiprism": case([(2, 1, 1), (-1, 2, 1), (-2, -1, 1), (1, -2, 1), (2, -1, -1), (1, 2, -1)]),
    # all nodes alike, the centre one of them: walks of several kinds end at nodes of one colour
    "cube": Environment("H" * 7, [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)][1:], "H"),
    "box": Environment("H" * 7, [(2 * a, 3 * b, 4 * c) for a in (0, 1) for b in (0, 1) for c in (0, 1)][1:], "H"),
    "prism": Environment("H" * 11, [(a - 1, b, c) for c in (0, 1) for a, b in RING][1:], "H", metric=HEXAGONAL),
    "blind": case([(-1, -1, 1), (-1, 1, -1), (-1, 1, 0), (1, -1, 0), (1, -1, 1), (1, 1, -1)]),
}
KINDS = [(angles, layers, cutoff) for angles in (False, True) for layers in (1, 2, 3) for cutoff in (None, "2", "3/2")]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(("angles", "layers", "cutoff"), KINDS)
def test_the_rows_are_those_of_the_recursion(name, angles, layers, cutoff):
    """Every row, nothing left out, has the rank and the null space that the walks have."""
    env = CASES[name]
    if angles and layers > 2:
        return
    found = message_passing_filtration(env, layers, cutoff, angles)
    sides = message_oracles.side_derivatives(env)
    whole = [
        [sum(x * ds[c] for x, ds in zip(row, sides) if x) for c in range(3 * env.n)]
        for row in {tuple(row) for row in message_oracles.rows(env, layers, angles, cutoff)}
    ]
    matrix = fmpq_mat(len(whole), 3 * env.n, [fmpq(x.numerator, x.denominator) for row in whole for x in row])
    assert matrix.rank() == found.rank
    for vector in found.vectors:
        assert not any((matrix * fmpq_mat(3 * env.n, 1, list(vector))).entries())


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(("angles", "layers", "cutoff"), [kind for kind in KINDS if kind[1] < 3 or not kind[0]])
def test_no_network_sees_the_null_space_and_a_wide_one_sees_the_rest(name, angles, layers, cutoff):
    env, prime = CASES[name], message_oracles.P
    found = message_passing_filtration(env, layers, cutoff, angles)
    jacobian = message_oracles.network_jacobian(env, layers, angles, cutoff)
    assert nmod_mat(jacobian.tolist(), prime).rank() == found.rank
    image = [[sum(int(x) * y for x, y in zip(row, v)) % prime for v in found.vectors] for row in jacobian]
    assert not any(map(any, image))


def test_a_network_sees_what_one_layer_less_does_not():
    env = CASES["F1"]
    jacobian = message_oracles.network_jacobian(env, 2)
    fewer = message_passing_filtration(env, 1)
    assert any(sum(int(x) * y for x, y in zip(jacobian[0], v)) % message_oracles.P for v in fewer.vectors[3:])


@pytest.mark.parametrize("vary", ["neighbours", "atoms"])
@pytest.mark.parametrize("name", CASES)
def test_one_layer_with_angles_is_nu_2_and_angles_see_no_less(name, vary):
    moves = Displacements.named(CASES[name], vary)
    one, two = (message_passing_filtration(moves, layers, angles=True) for layers in (1, 2))
    assert one.as_dict() == exact_filtration(moves, 2).as_dict()
    assert message_passing_filtration(moves, 2).rank <= two.rank <= two.symmetry_allowed_rank


def test_what_distances_never_see_angles_do():
    """No number of layers on distances sees this displacement, and it is no symmetry's fault."""
    blind = CASES["blind"]
    found = [message_passing_filtration(blind, layers)["incompleteness"] for layers in (1, 2, 3, 8, 20)]
    assert found == [4, 1, 1, 1, 1]
    assert [message_passing_filtration(blind, layers, angles=True)["incompleteness"] for layers in (1, 2)] == [1, 0]
    moved = case([*blind.positions[:5], (1, 1, "-1001/1000")])  # its twin
    assert [message_passing_filtration(moved, layers)["incompleteness"] for layers in (1, 2, 3)] == [12, 1, 0]


@pytest.mark.parametrize("b", [1, 2, "1/3"])
def test_both_members_of_a_pair_that_distances_never_separate_are_regular(b):
    for env in first_pair(Fraction(b)):
        assert message_passing_filtration(env, 2)["incompleteness"] == 0
        assert message_passing_filtration(env, 1)["incompleteness"] > 0
    assert [message_passing_filtration(env, 2)["incompleteness"] for env in third_pair()] == [0, 0]
    first, second = second_pair(Fraction(b) + 1)
    assert message_passing_filtration(first, 2)["incompleteness"] == 0
    assert message_passing_filtration(second, 20)["incompleteness"] == 1  # singular, whatever the number of layers
    assert message_passing_filtration(second, 2, angles=True)["incompleteness"] == 0


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr("symsens.rows.message_passing.MAX_ROWS", 10)
    with pytest.raises(InputError, match="6 atoms and 2 layers give more than 10 rows"):
        message_passing_filtration(CLUSTER, 2)


def test_pairs_are_numbered_like_the_upper_triangle():
    assert (
        [pair_number(5, int(j), int(k)) for j, k in zip(*np.triu_indices(5))]
        == list(range(15))
        == [pair_number(5, int(k), int(j)) for j, k in zip(*np.triu_indices(5))]
    )


def test_a_cutoff_hides_what_is_out_of_reach():
    line = case([(1, 0, 0), ("1.9", "0.3", 0), ("2.7", "0.9", "0.3")])
    assert [message_passing_filtration(line, layers, cutoff="1.2").rank for layers in (1, 2, 3)] == [1, 2, 3]
    far = SchNet(layers=2, cutoff="1.2", **{k: SMALL[k] for k in ("features", "filters", "rbf")})
    jacobian = ball_jacobian(line, far)
    assert all(jacobian[a, 6 + c].is_zero() for a in range(5) for c in range(3))  # the last atom is three edges away
    assert not any(jacobian[a, 3].contains(0) for a in range(5))
    assert certify(line, descriptor=far).filtration.rank == 2


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((0,), "layers = 0"),
        ((21,), "layers = 21: a network has 1 to 20"),
        ((1.5,), "layers = 1.5"),
        ((2, "-1"), "cutoff -1 is not positive"),
    ],
)
def test_classes_that_are_none(arguments, message):
    with pytest.raises(InputError, match=message):
        message_passing_filtration(CLUSTER, *arguments)
