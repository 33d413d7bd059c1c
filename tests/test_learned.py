"""Learned descriptors: what they tell apart, and where they are not smooth."""

from dataclasses import replace
from fractions import Fraction

import mpmath
import pytest
from learned_cases import (
    CLUSTER,
    NETWORKS,
    TETRAHEDRON,
    altered,
    case,
    textbook_vectors,
)

from symsens import Environment, Verdict, certify
from symsens.descriptors.networks import SchNet, TensorField
from symsens.errors import NotSmoothError, UndecidedError
from symsens.forms.jacobian import (
    ball_jacobian,
    ball_values,
    float_jacobian,
    float_values,
    mp_jacobian,
)
from symsens.numbers.metric import apply, dot

ROTATION = [["2/3", "-1/3", "2/3"], ["2/3", "2/3", "-1/3"], ["-1/3", "2/3", "2/3"]]


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
