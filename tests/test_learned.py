"""Learned descriptors: textbook sums, enclosed derivatives, invariance, where they are not smooth."""

from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from flint import arb, arb_mat, ctx
from learned_cases import (
    CLUSTER,
    HEXAGONAL,
    NETWORKS,
    TETRAHEDRON,
    altered,
    case,
    contains,
    textbook_schnet,
    textbook_tensor_field,
    textbook_vectors,
)

from symsens import Environment, Structure, Verdict, certify
from symsens.descriptors.networks import SchNet, TensorField, forward
from symsens.errors import NotSmoothError, UndecidedError
from symsens.forms.jacobian import (
    ball_jacobian,
    ball_values,
    float_jacobian,
    float_values,
    midrad_jacobian,
    mp_jacobian,
    mp_values,
)
from symsens.geometry.displacements import Displacements
from symsens.numbers.metric import apply, dot

both = pytest.mark.parametrize("env", [CLUSTER, HEXAGONAL], ids=["cluster", "hexagonal"])
each = pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)


@both
@each
def test_values_are_the_textbook_sums(env, network):
    with mpmath.workdps(70):
        textbook = (textbook_schnet if isinstance(network, SchNet) else textbook_tensor_field)(network, env)
        values = mp_values(env, network, 70)
        assert len(values) == len(textbook) == network.width == len(network.feature_names())
        assert all(mpmath.almosteq(a, b, 1e-65) for a, b in zip(values, textbook))
    balls = ball_values(env, network, 128)
    assert all(contains(a, b) and a.rad() < 1e-33 for a, b in zip(balls, textbook))
    np.testing.assert_allclose(float_values(env, network), [float(v) for v in textbook], rtol=1e-13, atol=1e-13)


# Derivatives.


def central_differences(env, network, digits=130, step=Fraction(1, 10**32)):
    """(features, 3n) derivatives by frame coordinates, good to about 1e-62."""
    columns = []
    for j in range(env.n):
        for c in range(3):
            ends = []
            for sign in (1, -1):
                y = [list(p) for p in env.positions]
                y[j][c] += sign * step
                ends.append(mp_values(replace(env, positions=y), network, digits))
            with mpmath.workdps(digits):
                columns.append([(a - b) * step.denominator / 2 for a, b in zip(*ends)])
    return list(zip(*columns))


def enclosure_is_right(env, network):
    """Whether the ball Jacobian, in frame coordinates, holds the central differences and the forward derivative."""
    balls, precise = ball_jacobian(env, network, 128), mp_jacobian(env, network, 70)
    differences = central_differences(env, network)
    with ctx.workprec(300), mpmath.workdps(80):
        b = mpmath.cholesky(
            mpmath.matrix([[mpmath.mpf(c.numerator) / c.denominator for c in row] for row in env.metric])
        ).T
        frame = arb_mat(3, 3, [arb(mpmath.nstr(b[i, c], 100)) + arb(0, "1e-75") for i in range(3) for c in range(3)])
        for a in range(network.width):
            for j in range(env.n):
                row = [balls[a, 3 * j + c] for c in range(3)]
                if not all(contains(x, precise[a, 3 * j + c]) and x.rad() < 1e-32 for c, x in enumerate(row)):
                    return False
                turned = (arb_mat(1, 3, row) * frame).entries()
                if not all(contains(x, differences[a][3 * j + c], "1e-58") for c, x in enumerate(turned)):
                    return False
    return True


@both
@each
def test_balls_hold_the_derivative(env, network):
    assert enclosure_is_right(env, network)
    exact = np.array([[float(x) for x in row] for row in ball_jacobian(env, network, 128).tolist()])
    np.testing.assert_allclose(float_jacobian(env, network), exact, atol=1e-13 * abs(exact).max())
    enclosure = midrad_jacobian(env, network)
    assert (abs(enclosure.mid - exact) <= enclosure.rad + 1e-16 * abs(exact)).all() and enclosure.rad.max() < 1e-15


def test_a_wrong_derivative_is_seen(monkeypatch):
    right = forward.apply

    def wrong(arithmetic, form, x):
        jets = right(arithmetic, form, x)
        jets[..., 1:] = jets[..., 1:] * arithmetic.number(2**100 + 1, 2**100)
        return jets

    monkeypatch.setattr(forward, "apply", wrong)
    assert not enclosure_is_right(CLUSTER, NETWORKS["two layers"])


@each
def test_all_atoms_may_vary(network):
    structure = Structure(
        ["C", "H", "O", "H"], [(0, 0, 0), ("0.9", "0.1", "0"), ("-0.4", "1.2", "0.3"), ("0.1", "-0.3", "1.1")]
    )
    env = structure.environment(2)
    balls = ball_jacobian(Displacements.of_atoms(env), network)
    # moving all atoms together changes nothing
    for row in balls.tolist():
        assert all(sum(row[c::3]).contains(0) for c in range(3)) and len(row) == 12
    own = ball_jacobian(env, network)
    assert all(own[0, 3 + c].overlaps(balls[0, 3 + c]) for c in range(3))  # atom 1 is the second neighbour
    np.testing.assert_allclose(
        float_jacobian(Displacements.of_atoms(env), network),
        [[float(x) for x in row] for row in balls.tolist()],
        atol=1e-13,
    )
    precise = mp_jacobian(Displacements.of_atoms(env), network, 40)
    assert all(contains(x, precise[i, j], "1e-35") for i, row in enumerate(balls.tolist()) for j, x in enumerate(row))


# Invariance.

ROTATION = [["2/3", "-1/3", "2/3"], ["2/3", "2/3", "-1/3"], ["-1/3", "2/3", "2/3"]]
MIRROR = [["3/5", "4/5", 0], ["4/5", "-3/5", 0], [0, 0, 1]]


@pytest.mark.parametrize("isometry", [ROTATION, MIRROR], ids=["rotation", "mirror"])
@each
def test_features_are_invariant_and_the_jacobian_turns_with_the_atoms(network, isometry):
    q = [[Fraction(x) for x in row] for row in isometry]
    order = [2, 3, 0, 1, 4]  # like atoms change places
    moved = replace(CLUSTER, positions=[apply(q, CLUSTER.positions[j]) for j in order])
    assert all(a.overlaps(b) for a, b in zip(ball_values(CLUSTER, network), ball_values(moved, network)))
    still, turned = ball_jacobian(CLUSTER, network), ball_jacobian(moved, network)
    with ctx.workprec(128):
        for a in range(network.width):
            for new, old in enumerate(order):
                gradient = [still[a, 3 * old + c] for c in range(3)]
                for c in range(3):
                    expected = sum(arb(x.numerator) / x.denominator * g for x, g in zip(q[c], gradient))
                    assert expected.overlaps(turned[a, 3 * new + c])


def test_exchanging_unlike_atoms_is_seen():
    swapped = replace(CLUSTER, species=["O", "H", *CLUSTER.species[2:]])
    for network in NETWORKS.values():
        assert not any(a.overlaps(b) for a, b in zip(ball_values(CLUSTER, network), ball_values(swapped, network)))


def test_the_vectors_of_the_textbook_turn_with_the_atoms():
    network, q = NETWORKS["squared"], [[Fraction(x) for x in row] for row in ROTATION]
    with mpmath.workdps(40):
        _, still = textbook_vectors(network, CLUSTER)
        _, turned = textbook_vectors(network, replace(CLUSTER, positions=[apply(q, y) for y in CLUSTER.positions]))
        for v, w in zip(still, turned):
            assert all(
                abs(dot([mpmath.mpf(x.numerator) / x.denominator for x in row], v) - b) < 1e-35 for row, b in zip(q, w)
            )
        assert max(abs(a - b) for v, w in zip(still, turned) for a, b in zip(v, w)) > 0.01


# Where a network is not smooth.

RIGHT_ANGLE = case([(3, 0, 0), (0, 4, 0), (20, 0, 0), (20, 5, 0)])  # neighbours 1 and 2 are 5 apart, and so are 3 and 4


@pytest.mark.parametrize(
    "network, atoms",
    [
        (SchNet(cutoff=3), "atoms 0 and 1"),
        (SchNet(cutoff=4), "atoms 0 and 2"),
        (SchNet(layers=2, cutoff=5), "atoms 1 and 2"),
        (TensorField(cutoff=3), "atoms 0 and 1"),
    ],
    ids=str,
)
def test_a_pair_at_the_cutoff_is_refused(network, atoms):
    for function in (float_values, float_jacobian, ball_jacobian, mp_jacobian):
        with pytest.raises(
            NotSmoothError, match=f"{network.name} is not smooth at this structure: {atoms} of .* cutoff radius"
        ):
            function(RIGHT_ANGLE, network)


@pytest.mark.parametrize(
    "network",
    [
        SchNet(cutoff=5),
        TensorField(cutoff=5),
        SchNet(layers=2, cutoff="4.9999999999999999999"),
        SchNet(layers=2, cutoff="2.9"),
    ],
    ids=str,
)
def test_a_pair_at_the_cutoff_that_does_not_count_is_no_matter(network):
    assert ball_jacobian(RIGHT_ANGLE, network).nrows() == 32


def test_a_norm_at_zero_is_refused():
    network = TensorField(readout="norm", cutoff=12)
    with pytest.raises(NotSmoothError, match="neighbours of each species and distance sum to zero"):
        float_jacobian(case(TETRAHEDRON), network)
    assert (
        certify(case([(2, 1, 1), *TETRAHEDRON[1:]]), descriptor=network).verdict is Verdict.PROVED
    )  # its distorted twin


def test_a_norm_that_vanishes_by_its_weights(tmp_path):
    def no_row(array):
        array[1] = 0

    network = altered(NETWORKS["norm"], tmp_path / "w.npz", self_interaction__1__weight=no_row)
    with pytest.raises(NotSmoothError, match="norm of channel 1 is zero"):
        ball_jacobian(CLUSTER, network)

    def alike(array):
        array[8] = array[1]

    # Opposite neighbours of unlike species cancel if their embeddings are equal: balls cannot tell, and nothing is
    # guessed.
    network = altered(NETWORKS["norm"], tmp_path / "w.npz", embedding__weight=alike)
    with pytest.raises(UndecidedError, match="could not be told from zero within 1024 bits"):
        ball_jacobian(Environment(["H", "O"], [(1, 0, 0), (-1, 0, 0)], "C"), network)
