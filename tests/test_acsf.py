"""Symmetry functions: null spaces within cutoffs, the real package, refusals."""

from dataclasses import replace

import numpy as np
import pytest
from descriptor_laws import (
    check_differences,
    check_null_space,
)
from feature_oracles import ENVIRONMENTS
from mpmath import mp
from test_peers import STRUCTURES, digits

from symsens.descriptors import descriptor
from symsens.descriptors.base import plan_of
from symsens.errors import NotSmoothError, SpecError
from symsens.forms.facts import angular_degree
from symsens.forms.jacobian import (
    exact_jacobian,
    exact_values,
    feature_labels,
    float_jacobian,
    float_values,
    midrad_jacobian,
)
from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment, Structure
from symsens.peers import peer

SPEC = "acsf:eta=1:1/2,R_s=1:2,kappa=1:1/2,eta_angular=1/8:1/4,zeta=1:2:7/2,lambda=1:-1,cutoff={}"
SMALL = descriptor("acsf:eta=1/2,R_s=1,kappa=1,eta_angular=1/8,zeta=1:5/2:2,lambda=1:-1,cutoff=3")


@pytest.mark.parametrize("name, nullity", [("two", 2 * 3 - 3), ("three", 3), ("four", 4), ("methane", 11)])
def test_null_space_contains_that_of_D(name, nullity):
    assert check_null_space(ENVIRONMENTS[name], SMALL) == nullity
    # within 5/4 the pairs at 2 sin(54.7 degrees) r no longer see each other: G4 vanishes, G5 does not
    assert check_null_space(ENVIRONMENTS[name], replace(SMALL, cutoff="5/4")) >= nullity


@pytest.mark.parametrize("name", STRUCTURES)
def test_agrees_with_dscribe(name):
    chosen = descriptor(SPEC.format("5/2"))
    atoms = STRUCTURES[name]
    env = Structure.from_ase(atoms).environment(0)
    angular = ":".join(
        f"{float(eta)}/{float(zeta)}/{lam}"
        for eta in chosen.eta_angular
        for zeta in chosen.zeta
        for lam in chosen.lambda_
    )
    package = peer(f"dscribe-acsf:r_cut=2.5,g2=1/1:1/2:.5/1:.5/2,g3=1:.5,g4={angular},g5={angular}")
    species = tuple(set(atoms.symbols))
    found = float_values(env, chosen, species)
    assert digits(package.features(atoms, 0), found) > 14
    jacobian = float_jacobian(Displacements.of_atoms(env), chosen, species)
    assert digits(package.jacobian(atoms, 0).reshape(len(found), -1), jacobian) > 7
    enclosure = midrad_jacobian(Displacements.of_atoms(env), chosen, species=species)
    assert (abs(enclosure.mid - jacobian) <= enclosure.rad + 1e-14).all() and enclosure.rad.max() < 1e-12
    other = float_values(env, replace(chosen, lambda_=(-1, 1)), species)  # the wrong order of the lambdas is seen
    assert digits(package.features(atoms, 0), other) < 3


def test_dscribe_is_right_where_atoms_leave_the_cutoff_of_the_pair_only():
    # r_jk beyond the cutoff: G4 drops the pair, G5 keeps it.
    env = Environment(("H", "H"), [(1, 0, 0), (-1, "1/10", 0)], "C")
    chosen = descriptor("acsf:eta=none,kappa=none,eta_angular=1/8,zeta=1,lambda=-1,cutoff=3/2")
    values = dict(zip(feature_labels(env, chosen), float_values(env, chosen)))
    assert values["H-H G4 eta=1/8 zeta=1 lambda=-1"] == 0 and values["H-H G5 eta=1/8 zeta=1 lambda=-1"] > 0
    assert list(values) == ["H G1", "H-H G4 eta=1/8 zeta=1 lambda=-1", "H-H G5 eta=1/8 zeta=1 lambda=-1"]


def test_labels_follow_dscribe():
    labels = feature_labels(ENVIRONMENTS["three"], SMALL, ("H", "O", "C"))
    assert len(labels) == 3 * 3 + 6 * 12
    assert [label.split()[0] for label in labels[9::12]] == ["H-H", "C-H", "C-C", "O-H", "O-C", "O-O"]
    assert labels[:3] == ("H G1", "H G2 eta=1/2 R_s=1", "H G3 kappa=1")


LINE = [(1, 0, 0), ("-1/2", 0, 0)]
HALF_TURN = [("3/5", "4/5", 0), ("-6/5", "-8/5", 0)]


@pytest.mark.parametrize(
    "positions, spec, said",
    [
        (LINE, "zeta=3/2,lambda=1", "atoms 1 and 2 .*in line with the centre, a cusp for zeta=3/2, lambda=1"),
        (HALF_TURN, "zeta=5/2,lambda=1", "zeta=5/2, lambda=1"),
        ([(1, 0, 0), (2, 0, 0)], "zeta=1/2,lambda=-1", "zeta=1/2, lambda=-1"),
        ([(2, 0, 0), (0, 1, 0)], "cutoff=2", "atom 1 .*at the cutoff radius 2"),
        ([("6/5", "8/5", 0), (0, 1, 0)], "cutoff=2", "atom 1 .*at the cutoff radius 2"),
        ([(1, 0, 0), (-1, 0, 0)], "cutoff=2", "atoms 1 and 2 .*at the cutoff radius 2"),
    ],
)
def test_refusals(positions, spec, said):
    env = Environment(("H",) * len(positions), positions, "C")
    chosen = descriptor(f"acsf:{spec}")
    for use in (chosen.check_smooth, lambda env: float_jacobian(env, chosen), lambda env: float_values(env, chosen)):
        with pytest.raises(NotSmoothError, match=said):
            use(env)
    # its neighbour, off by 10^-30, is not refused
    nearby = replace(env, positions=((*(c + 0 for c in env.positions[0][:2]), "1e-30"), *env.positions[1:]))
    chosen.check_smooth(nearby)


@pytest.mark.parametrize(
    "positions, spec",
    [
        (LINE, "zeta=3/2,lambda=-1"),  # opposite neighbours: 1 - cos = 2
        ([(1, 0, 0), (2, 0, 0)], "zeta=3/2,lambda=1"),
        (LINE, "zeta=1:2:4,lambda=1:-1"),
        (LINE, "zeta=3/2,lambda=1/2"),
        ([(1, 0, 0), (-3, 0, 0)], "zeta=3/2,lambda=1,cutoff=2"),  # one of them does not count
        (LINE, "zeta=3/2,lambda=1,g4=false,g5=false"),
    ],
)
def test_smooth_although_in_line(positions, spec):
    env, chosen = Environment(("H", "H"), positions, "C"), descriptor(f"acsf:{spec}")
    assert np.isfinite(float_jacobian(env, chosen)).all() and np.isfinite(midrad_jacobian(env, chosen).rad).all()
    check_differences(env, chosen, 55)


@pytest.mark.parametrize(
    "spec, said",
    [
        ("lambda=2", "lambda=2: give a number from -1 to 1"),
        ("zeta=0", "zeta=0: give a number above 0"),
        ("zeta=1:x", "give a number above 0"),
        ("eta=-1", "a number from 0 up"),
        ("lambda_=1", "did you mean lambda"),
        ("Rs=1", "did you mean R_s"),
        ("cutoff=0", "cutoff=0: give a number above 0"),
        ("g4=maybe", "true or false"),
        (
            "zeta=" + ":".join(map(str, range(1, 300))) + ",eta_angular=" + ":".join(map(str, range(1, 120))),
            "symbolic terms, more than",
        ),
    ],
)
def test_bad_specs(spec, said):
    with pytest.raises(SpecError, match=said):
        float_values(ENVIRONMENTS["two"], descriptor(f"acsf:{spec}"))


@pytest.mark.parametrize("spec", ["acsf:eta=none,kappa=none", "acsf:lambda=1,zeta=7/2,g4=false"])
def test_spec_round_trip(spec):
    assert descriptor(str(descriptor(spec))) == descriptor(spec)


def test_angular_degree():
    def degree(spec):
        return angular_degree(plan_of(ENVIRONMENTS["three"], descriptor(spec)))

    assert degree("acsf:g4=false,zeta=1:4") == 4
    assert degree("acsf") is None and degree("acsf:g4=false,zeta=3/2") is None
    assert degree("acsf:zeta=none") is None  # of order nu = 1


def test_nothing_is_exact_over_the_field():
    assert exact_values(ENVIRONMENTS["two"], SMALL) is None and exact_jacobian(ENVIRONMENTS["two"], SMALL) is None


def test_no_neighbours():
    assert float_jacobian(Environment((), (), "C"), SMALL, species=("H",)).shape == (3 + 12, 0)
    with mp.workdps(20):
        assert not any(float_values(Environment((), (), "C"), SMALL, species=("H",)))
