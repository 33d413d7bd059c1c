"""Symmetries of the whole cluster and other invariances of a descriptor of its own: exact null vectors, ranks decided
by them."""

import flint
import pytest
from feature_oracles import ENVIRONMENTS

from symsens import certify
from symsens.descriptors import descriptor
from symsens.descriptors.base import plan_of
from symsens.forms.facts import is_scale_free
from symsens.forms.jacobian import ball_jacobian
from symsens.geometry.cluster_symmetry import cluster_displacements, cluster_stabiliser
from symsens.geometry.environment import Environment, Structure
from symsens.search.relations import rank_bound

# Two carbons and four hydrogens, D2h; no isometry that fixes the first carbon moves it to the second.
ETHYLENE = Structure(
    ("C", "C", "H", "H", "H", "H"),
    [(0, 0, "2/3"), (0, 0, "-2/3"), (0, "9/10", "6/5"), (0, "-9/10", "6/5"), (0, "9/10", "-6/5"), (0, "-9/10", "-6/5")],
).environment(0)
ANGLES = "mbtr:geometry=cosine,n=6,scope={}"


def annihilates(env, chosen, vectors):
    """For each vector whether every entry of J v is a ball of radius below 1e-60 about zero."""
    jacobian = ball_jacobian(env, descriptor(chosen), 300)
    with flint.ctx.workprec(300):
        images = [(jacobian * flint.arb_mat(len(v), 1, [int(x) for x in v])).entries() for v in vectors]
        return [all(x.contains(0) and float(x.abs_upper()) < 1e-60 for x in image) for image in images]


def test_the_stabiliser_about_the_mean():
    stabiliser, moving = cluster_stabiliser(ETHYLENE)
    assert (stabiliser.order, moving) == (4, [0, 1, 2, 3, 4, 5])  # the mirror in the plane moves no atom
    stabiliser, moving = cluster_stabiliser(ENVIRONMENTS["methane"])
    assert (stabiliser.order, moving) == (24, [1, 2, 3, 4])  # the centre is the mean
    assert cluster_stabiliser(Environment((), (), "C")) == (cluster_stabiliser(Environment((), (), "H"))[0], [])


@pytest.mark.parametrize("chosen", [ANGLES.format("global"), "mbtr:n=4,scope=global", "coulomb"])
def test_features_of_all_atoms_do_not_see_them(chosen):
    vectors = cluster_displacements(ETHYLENE)
    assert all(annihilates(ETHYLENE, chosen, vectors))
    strained = Environment(ETHYLENE.species, [(x + y / 7, y, z + y * z / 9) for x, y, z in ETHYLENE.positions], "C")
    assert not all(annihilates(strained, chosen, vectors))


def test_local_features_do_see_them():
    assert not all(annihilates(ETHYLENE, ANGLES.format("local"), cluster_displacements(ETHYLENE)))
    assert all(annihilates(ENVIRONMENTS["methane"], "mbtr:n=4", cluster_displacements(ENVIRONMENTS["methane"])))


@pytest.mark.parametrize(
    "geometry, weight, free",
    [("cosine", "", True), ("angle", "", True), ("cosine", ",weighting=exp,scale=1", False), ("distance", "", False)],
)
def test_angles_alone_do_not_tell_the_size(geometry, weight, free):
    env, chosen = ENVIRONMENTS["three"], f"mbtr:geometry={geometry},n=4{weight}"
    dilation = [c for y in env.integer_positions[0] for c in y]
    assert annihilates(env, chosen, [dilation]) == [free] and is_scale_free(plan_of(env, descriptor(chosen))) == free


@pytest.mark.parametrize("vary", ["neighbours", "atoms"])
@pytest.mark.parametrize(
    "chosen, rank",
    [
        (ANGLES.format("local"), 4),  # 5 symmetry-allowed at the site, less the dilation
        (ANGLES.format("global"), 2),  # 3 symmetry-allowed in the cluster, less the dilation
        ("mbtr:n=9,scope=global", 3),
        ("mbtr:n=9", 3),  # distances to the centre alone
        ("coulomb:k_max=6", 3),
    ],
)
def test_certified_ranks(chosen, rank, vary):
    result = certify(ETHYLENE, descriptor=chosen, vary=vary)
    assert (result.filtration.rank, str(result.verdict)) == (rank, "PROVED")
    assert sum(not value.exact_zero for value in result.singular_values) == rank


def test_the_null_vectors_are_listed():
    level = certify(ETHYLENE, descriptor=ANGLES.format("global")).filtration.levels[-1]
    assert (level.name, level.dimension, len(level.vectors)) == ("radial_truncation", 3, 3)
    assert all(annihilates(ETHYLENE, ANGLES.format("global"), level.vectors))


def test_relations_bound_the_rank():
    env = Environment(("H",) * 4, [(1, 0, "1/5"), ("3/5", "4/5", "-2/5"), ("-3/5", "-3/5", "-2/5"), (0, 0, "7/5")], "C")
    few = "acsf:eta=none,kappa=none,g4=false,zeta=1:2,lambda=1:-1"  # G1 and four G5, one relation
    assert rank_bound(env, descriptor(few)) == 4
    result = certify(env, descriptor=few)
    assert (result.filtration.rank, str(result.verdict)) == (4, "PROVED")
    assert result.rule.by == ("relations",)
    # species that are there once have no pairs
    pairs = Environment(("H", "O"), env.positions[:2], "C")
    assert rank_bound(pairs, descriptor(few)) == 2 + 3
    assert rank_bound(pairs, descriptor("coulomb")) is None
    # forms of 120 features are not written out, X-X is seen to be empty
    assert rank_bound(pairs, descriptor("mbtr:n=40")) == 80
