"""What an audit judges by: closed forms with a package's features in their order, or bounds where none is known."""

import json
from fractions import Fraction

import pytest
from ase import Atoms
from ase.build import molecule
from audit_cases import of
from peer_cases import rattled
from test_peers import CASES

from symsens.descriptors import descriptor
from symsens.descriptors.base import plan_of
from symsens.errors import InputError
from symsens.forms.facts import angular_degree
from symsens.forms.jacobian import ball_values, feature_labels
from symsens.geometry.environment import Structure
from symsens.jobs.auditing import Proof, _enclosure
from symsens.peers import PEERS, atomic_numbers, peer
from symsens.peers.closed import CLOSED, AcsfLists, Known, known
from symsens.show.auditing import as_text, sentence

REAL = [name for name in PEERS if name not in ("featomic-spherical-expansion", "dscribe-coulomb")]

# Closed forms.


@pytest.mark.parametrize(
    "spec, atoms, error",
    [
        (spec, rattled("CH3CH2OH"), 1e-9 if analytic else 1e-5)
        for spec, _, analytic in CASES.values()
        if known(peer(spec), 9).form is not None
    ]
    + [("dscribe-acsf", molecule("CH3CH2OH"), 1e-5), ("dscribe-acsf:g2=,g3=,g4=,g5=", molecule("CH4"), 1e-5)]
    + [
        (f"{name}:species=O:N:C:H{',n=5' if 'mbtr' in name else ''}", rattled("CH4"), 1e-5)
        for name in REAL
        if "qmllib" not in name
    ]
    + [
        ("quippy-soap:n_max=2,l_max=1", molecule("H2"), 1e-9),
        ("quippy-soap:n_max=2,l_max=1,species=H:O", molecule("H2"), 1e-9),
    ],
)
def test_the_closed_form_has_the_features_in_their_order(spec, atoms, error):
    descriptor_, structure = peer(spec), Structure.from_ase(atoms)
    facts = known(descriptor_, len(atoms))
    proof = Proof(structure.environment(0), (0, 0), (), form=facts.form)
    exact = _enclosure(proof, atomic_numbers(descriptor_, atoms, 0), len(atoms))
    measured = descriptor_.jacobian(atoms, 0).reshape(-1, 3 * len(atoms))
    assert measured.shape == exact.shape
    assert (
        abs(measured - exact.mid).max() <= error * abs(exact.mid).max()
        and exact.rad.max() <= 1e-15 * abs(exact.mid).max()
    )


@pytest.mark.parametrize(
    "spec",
    [
        "dscribe-soap:rbf=polynomial",
        "dscribe-soap:n_max=41",
        "quippy-soap:normalise=true",
        "quippy-soap:radial_basis=POLY",
        "dscribe-acsf:g4=.1/2/3",
    ]
    + [
        "dscribe-mbtr:normalization=l2",
        "dscribe-mbtr:min=2",
        "dscribe-lmbtr:normalization=l2",
        "dscribe-coulomb:permutation=none",
    ]
    + ["featomic-spherical-expansion", "qmllib-fchl19", "qmllib-acsf"],
)
def test_options_without_a_closed_form(spec):
    assert known(peer(spec), 5).form is None


def test_what_is_said_of_closed_forms_is_true(run):
    """Default options have the closed form that the table promises, and help and README name every peer's."""
    assert list(CLOSED) == list(PEERS)
    _, text, _ = run("audit", "--help")
    words = " ".join(text.split())
    for name, options in CLOSED.items():
        assert (known(peer(name), 5).form is not None) == (options is not None)
        before, after = words.split("Of all else")
        assert name in (before if options else after) and name not in (after if options else before)
        for option in (options or "").replace(" or ", " and ").split(" and "):
            assert option.split("=")[-1] in before or "=" not in option


def test_every_peer_is_known():
    for name in PEERS:
        assert isinstance(known(peer(name), 5), Known)
    with pytest.raises(InputError, match="nor body order of 'mine' is known"):
        known(type("Mine", (), {"name": "mine"}), 5)


@pytest.mark.parametrize(
    "spec, nu",
    [
        ("dscribe-mbtr:geometry=cosine", 3),
        ("dscribe-mbtr:geometry=distance", 2),
        ("dscribe-mbtr:geometry=atomic_number", 1),
    ],
)
def test_body_orders(spec, nu):
    assert known(peer(spec), 5).nu == nu and known(
        peer(spec.replace("mbtr", "lmbtr")) if nu > 1 else peer(spec), 5
    ).nu == max(nu - 1, 1)


def test_lists_of_symmetry_functions_are_the_grid():
    grid = descriptor("acsf:eta=1/2:2,R_s=0:1,kappa=1:3,eta_angular=1/8,zeta=1:2,lambda=-1:1,cutoff=4")
    angular = tuple((Fraction(1, 8), zeta, sign) for zeta in (1, 2) for sign in (-1, 1))
    lists = AcsfLists(
        g2=tuple((eta, shift) for eta in (Fraction(1, 2), 2) for shift in (0, 1)),
        g3=(1, 3),
        g4=angular,
        g5=angular,
        cutoff=4,
    )
    env = Structure.from_ase(rattled("CH3CH2OH")).environment(0)
    assert len(feature_labels(env, grid)) == len(feature_labels(env, lists)) == 3 * 7 + 6 * 8
    assert all(abs(a - b) < 1e-30 for a, b in zip(ball_values(env, grid), ball_values(env, lists)))
    assert angular_degree(plan_of(env, lists)) is angular_degree(plan_of(env, grid)) is None
    assert angular_degree(plan_of(env, AcsfLists(g2=((1, 0),), g5=angular))) == 2


# Without a closed form.


def test_a_bound_alone_leaves_a_possible_rank_undecided(run):
    code, out, err = run("audit", "qmllib-fchl19:nRs2=4,nRs3=3", "ase:CH4", "--json")
    found = json.loads(out)
    assert (
        code == 3
        and err == ""
        and found["proved_rank"] == [0, 1]
        and found["numeric_rank"] == 1
        and found["agrees"] is None
    )
    assert found["max_relative_error"] is None and found["noise_floor"] < 1e-12 and found["null_space_leak"] < 1e-12
    assert "UNDECIDED: the package's rank 1 is possible" in run("audit", "qmllib-fchl19:nRs2=4,nRs3=3", "ase:CH4")[1]


def test_a_bound_alone_refutes_a_rank_above_it(run):
    spec = "dscribe-soap:n_max=3,l_max=2,rbf=polynomial,derivatives=numerical"
    code, out, _ = run("audit", spec, "ase:CH3CH2OH", "--json")
    found = json.loads(out)
    assert code == 1 and found["proved_rank"] == [0, 13] and found["numeric_rank"] > 13 and found["agrees"] is False
    assert found["noise_floor"] > 1e-12


@pytest.mark.parametrize(
    "spec, atoms, upper",
    [
        ("featomic-spherical-expansion:max_radial=3,max_angular=2", molecule("CH4"), 12),  # turns with the atoms
        ("quippy-soap:n_max=3,l_max=2,normalise=true", molecule("CH4"), 1),
        ("dscribe-mbtr:normalization=n_atoms,n=12", rattled("CH4"), 9),
    ],
)
def test_what_leaves_the_features_alone_bounds_the_rank(spec, atoms, upper):
    found = of(spec, atoms)
    assert found.proof.rank == (0, upper) and found.agrees is None and found.null_space_leak < 1e-12


def test_a_descriptor_that_knows_each_atom_by_name_is_left_alone_by_rigid_motions_only():
    found = of("dscribe-coulomb:permutation=none,n_atoms_max=6", molecule("CH4"))
    assert found.proof.rank == (0, 9) and found.numeric_rank >= 9


def test_a_constant_has_rank_zero():
    found = of("dscribe-mbtr:geometry=atomic_number,min=0,max=9,n=4", molecule("CH4"))
    assert (
        found.agrees
        and found.numeric_rank == 0
        and found.null_space_leak is found.noise_floor is found.max_relative_error is None
    )
    assert "RIGHT: the package sees 0 independent displacements" in as_text(found)
    assert of("dscribe-soap", Atoms("H")).agrees


def test_an_undecided_closed_form_gives_an_interval():
    # Pairs beyond the threshold are cut, which the bound from above does not know.
    found = of("dscribe-mbtr:geometry=inverse_distance,max=1,n=5,weighting=exp,scale=1,threshold=0.25", rattled("H2O"))
    lower, upper = found.proof.rank
    assert (
        found.agrees is None
        and lower <= found.numeric_rank <= upper
        and found.as_dict()["proved_rank"] == [lower, upper]
    )
    assert "UNDECIDED" in sentence(found) and found.max_relative_error < 1e-10 and found.proof.values is None
