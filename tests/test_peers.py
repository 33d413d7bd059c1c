"""Numeric descriptors of other packages: values and Jacobians against textbook sums at 50 digits.

Least numbers of correct digits leave a hundredfold room for rounding, which differs from processor to processor; a
wrong formula, factor or order leaves none.
"""

import numpy as np
import peer_oracles as oracles
import pytest
from ase.build import molecule
from mpmath import mp, mpf
from peer_cases import STRUCTURES, crystal, digits, floats, matrix, rattled

from symsens.peers import PEERS, jacobian, peer

pytestmark = pytest.mark.usefixtures("oracle_digits")

# closed form, SPEC, its arguments
SMALL = {
    "dscribe-soap": (oracles.soap_dscribe, "n_max=4,l_max=3", (4, 3, 5, 0.5)),
    "featomic-power-spectrum": (oracles.soap_featomic, "max_radial=3,max_angular=3", (3, 3, 5, 0.5, 0.5)),
    "quippy-soap": (oracles.soap_quippy, "n_max=4,l_max=3", (4, 3, 5, 0.5, 0.5)),
}
DEFAULT = {
    "dscribe-soap": (oracles.soap_dscribe, "", (8, 6, 5, 0.5)),
    "featomic-power-spectrum": (oracles.soap_featomic, "", (7, 6, 5, 0.5, 0.5)),
    "quippy-soap": (oracles.soap_quippy, "", (8, 6, 5, 0.5, 0.5)),
}


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("size", [SMALL, pytest.param(DEFAULT, marks=pytest.mark.soak)], ids=["small", "default"])
@pytest.mark.parametrize(
    "name, value_digits, jacobian_digits",
    [
        ("dscribe-soap", 8, {"": 8, ",derivatives=numerical": 5}),
        ("featomic-power-spectrum", 8, {"": 8}),
        ("quippy-soap", 12, {"": 12}),
    ],
)
def test_soap_agrees_with_its_closed_form(name, value_digits, jacobian_digits, size, structure):
    form, spec, arguments = size[name]
    atoms, exact = STRUCTURES[structure], oracles.exact(STRUCTURES[structure])
    true = floats(form(exact, 0, *arguments))
    columns = oracles.jacobian(lambda x: form(x, 0, *arguments), exact)
    true_jacobian = np.array([floats(column) for column in columns]).T
    for more, least in jacobian_digits.items():
        descriptor = peer(f"{name}:{spec}{more}")
        assert digits(descriptor.features(atoms, 0), true) > value_digits
        found = descriptor.jacobian(atoms, 0)
        assert found.shape == (len(true), len(atoms), 3)
        assert digits(matrix(found), true_jacobian) > least


def test_the_comparison_sees_another_structure_and_another_order():
    atoms = rattled("CH4")
    form, spec, arguments = SMALL["quippy-soap"]
    descriptor = peer(f"quippy-soap:{spec}")
    true = floats(form(oracles.exact(atoms), 0, *arguments))
    assert digits(descriptor.features(atoms, 0), true) > 12
    atoms.positions[2, 0] += 1e-7
    assert 6 < digits(descriptor.features(atoms, 0), true) < 9
    assert digits(true[::-1], true) < 1


def test_polynomial_soap_agrees_with_its_closed_form():
    # dscribe's constant 39.478417604 for 4 pi^2 is off by 9e-12.
    atoms = rattled("CH4")
    with mp.workdps(30):  # each radial value is an integral
        true = floats(oracles.soap_dscribe(oracles.exact(atoms), 0, 3, 2, 5, 0.5, basis=oracles.dscribe_polynomial))
    descriptor = peer("dscribe-soap:rbf=polynomial,n_max=3,l_max=2")
    assert 9 < digits(descriptor.features(atoms, 0), true) < 12


ACSF = {
    "r_cut": 2.5,
    "g2": ((1.0, 1.0), (0.5, 2.0)),
    "g3": (1.0, 0.5),
    "g4": ((0.125, 1.0, 1.0), (0.125, 2.0, -1.0), (0.0625, 3.5, 1.0)),
    "g5": ((0.125, 1.0, 1.0), (0.25, 2.0, -1.0)),
}
ACSF_SPEC = "dscribe-acsf:r_cut=2.5,g2=1/1:.5/2,g3=1:.5,g4=.125/1/1:.125/2/-1:.0625/3.5/1,g5=.125/1/1:.25/2/-1"
QMLLIB_ACSF = {
    "nRs2": 3,
    "nRs3": 2,
    "nTs": 4,
    "eta2": 1,
    "eta3": 2,
    "zeta": 3,
    "rcut": 2.5,
    "acut": 2.25,
    "bin_min": 0.75,
}
FCHL19 = {"nRs2": 5, "nRs3": 3, "eta2": 0.5, "eta3": 2.75, "zeta": 3, "rcut": 4, "acut": 3}
FCHL19 |= {"two_body_decay": 1.75, "three_body_decay": 0.5, "three_body_weight": 13.5}
LENGTHS, INVERSE, COSINES, DEGREES = (0, 4, 7, 0.25), (0, 1.5, 7, 0.125), (-1, 1, 7, 0.25), (0, 180, 7, 16)
GRID = "min={},max={},n={},sigma={}"


def spec(name, options):
    return f"{name}:" + ",".join(f"{key}={value!r}" for key, value in options.items())


def mbtr(name, geometry, grid, more=""):
    return f"dscribe-{name}:geometry={geometry},{GRID.format(*grid)}{more}"


# spec of the peer, closed form of (atoms), whether the Jacobian is analytic
CASES = {
    "acsf": (ACSF_SPEC, lambda x: oracles.acsf_dscribe(x, 0, **ACSF), False),
    "k1": (mbtr("mbtr", "atomic_number", (0, 10, 6, 0.5)), lambda x: oracles.mbtr_k1(x, (0, 10, 6, 0.5)), True),
    "k2 distance": (mbtr("mbtr", "distance", LENGTHS), lambda x: oracles.mbtr_k2(x, LENGTHS, "distance"), True),
    "k2 exp": (
        mbtr("mbtr", "inverse_distance", INVERSE, ",weighting=exp,scale=0.5,threshold=0.4"),
        lambda x: oracles.mbtr_k2(x, INVERSE, "inverse_distance", ("exp", 0.5, 0.4)),
        True,
    ),
    "k2 exp r_cut": (
        mbtr("mbtr", "inverse_distance", INVERSE, ",weighting=exp,r_cut=2.5,threshold=0.015625"),
        lambda x: oracles.mbtr_k2(x, INVERSE, "inverse_distance", ("exp", mp.log(64) / 2.5, mpf("0.015625"))),
        True,
    ),
    "k2 inverse square": (
        mbtr("mbtr", "distance", LENGTHS, ",weighting=inverse_square,r_cut=9"),
        lambda x: oracles.mbtr_k2(x, LENGTHS, "distance", ("inverse_square",)),
        True,
    ),
    "k3 cosine": (mbtr("mbtr", "cosine", COSINES), lambda x: oracles.mbtr_k3(x, COSINES, "cosine"), True),
    "k3 angle": (mbtr("mbtr", "angle", DEGREES), lambda x: oracles.mbtr_k3(x, DEGREES, "angle"), False),
    "k3 exp": (
        mbtr("mbtr", "cosine", COSINES, ",weighting=exp,scale=0.5,threshold=0.1"),
        lambda x: oracles.mbtr_k3(x, COSINES, "cosine", ("exp", 0.5, 0.1)),
        True,
    ),
    "k3 smooth cutoff": (
        mbtr("mbtr", "cosine", COSINES, ",weighting=smooth_cutoff,r_cut=2.5,sharpness=3"),
        lambda x: oracles.mbtr_k3(x, COSINES, "cosine", ("smooth_cutoff", 3, 2.5)),
        True,
    ),
    "lmbtr k2": (mbtr("lmbtr", "distance", LENGTHS), lambda x: oracles.lmbtr_k2(x, 0, LENGTHS, "distance"), False),
    "lmbtr k3": (
        mbtr("lmbtr", "cosine", COSINES, ",weighting=exp,scale=0.5,threshold=0.1"),
        lambda x: oracles.lmbtr_k3(x, 0, COSINES, "cosine", ("exp", 0.5, 0.1)),
        False,
    ),
    "coulomb": ("dscribe-coulomb:permutation=none", lambda x: oracles.coulomb(x, "none", len(x)), False),
    "coulomb sorted": ("dscribe-coulomb:n_atoms_max=12", lambda x: oracles.coulomb(x, "sorted_l2", 12), False),
    "coulomb eigenvalues": (
        "dscribe-coulomb:permutation=eigenspectrum,n_atoms_max=12",
        lambda x: oracles.coulomb(x, "eigenspectrum", 12),
        False,
    ),
    "qmllib acsf": (spec("qmllib-acsf", QMLLIB_ACSF), lambda x: oracles.acsf_qmllib(x, 0, **QMLLIB_ACSF), True),
    "fchl19": (spec("qmllib-fchl19", FCHL19), lambda x: oracles.fchl19(x, 0, **FCHL19), True),
}


@pytest.mark.parametrize("molecule_name", ["CH4", "CH3CH2OH"])
@pytest.mark.parametrize("case", CASES)
def test_the_others_agree_with_their_closed_forms(case, molecule_name):
    text, form, analytic = CASES[case]
    # Away from symmetry: the sorted Coulomb forms have kinks there, and the order of like atoms would not be tested.
    atoms = rattled(molecule_name)
    descriptor = peer(text)
    exact = oracles.exact(atoms)
    true = floats(form(exact))
    assert digits(descriptor.features(atoms, 0), true) > 12
    if molecule_name == "CH4" or "k3" not in case:
        gradient = np.array([floats(column) for column in oracles.jacobian(form, exact)]).T
        found = matrix(descriptor.jacobian(atoms, 0))
        if case == "k1":
            assert not gradient.any() and not found.any()
        else:
            assert digits(found, gradient) > (10 if analytic else 4)
            assert digits(np.roll(found, 1, axis=0), gradient) < 2


def test_our_differences_where_there_is_no_jacobian():
    atoms = rattled("CH4")
    descriptor = peer(ACSF_SPEC + ",derivatives=none")
    assert descriptor.jacobian is None and peer("qmllib-fchl19:nFourier=2").jacobian is None
    true = np.array(
        [floats(c) for c in oracles.jacobian(lambda x: oracles.acsf_dscribe(x, 0, **ACSF), oracles.exact(atoms))]
    ).T
    found, error = jacobian(descriptor, atoms, 0)
    assert digits(matrix(found), true) > 9 and (abs(matrix(found) - true) <= matrix(error)).all()
    own, none = jacobian(peer(ACSF_SPEC), atoms, 0)
    assert none is None and (own == peer(ACSF_SPEC).jacobian(atoms, 0)).all(), "the package's own goes through as it is"


def test_the_expansion_contracts_to_the_power_spectrum():
    atoms, n, l_max = rattled("CH3CH2OH"), 4, 3
    options = f"max_radial={n - 1},max_angular={l_max}"
    c = peer(f"featomic-spherical-expansion:{options}").features(atoms, 1)
    p = peer(f"featomic-power-spectrum:{options}").features(atoms, 1)
    parts, start = [], 0
    for l in range(l_max + 1):
        parts.append(c[start : start + 3 * (2 * l + 1) * n].reshape(3, 2 * l + 1, n))
        start += parts[-1].size
    contracted = [
        (-1) ** l / np.sqrt(2 * l + 1) * np.sqrt(2 if a != b else 1) * np.einsum("mi,mj->ij", parts[l][a], parts[l][b])
        for a in range(3)
        for b in range(a, 3)
        for l in range(l_max + 1)
    ]
    assert start == len(c) and np.allclose(np.ravel(contracted), p, rtol=0, atol=1e-11 * abs(p).max())


@pytest.mark.parametrize(
    "text, least",
    [
        ("dscribe-soap:n_max=3,l_max=2", 5),
        ("dscribe-acsf:r_cut=4.5", 5),
        ("dscribe-mbtr:geometry=distance,max=5,n=9,weighting=inverse_square,r_cut=5,normalization=valle_oganov", 8),
        ("featomic-power-spectrum:max_radial=3,max_angular=2", 8),
        ("featomic-spherical-expansion:max_radial=3,max_angular=2", 8),
        ("quippy-soap:n_max=3,l_max=2", 8),
    ],
)
def test_images_of_one_atom_share_its_columns(text, least):
    atoms, descriptor = crystal(), peer(text)
    found = descriptor.jacobian(atoms, 0)
    ours, _ = jacobian(_Without(descriptor), atoms, 0)
    assert found.shape == (len(descriptor.features(atoms, 0)), 2, 3)
    assert digits(found, ours) > least
    # Moving the whole crystal changes nothing.
    assert abs(found.sum(axis=1)).max() < 10.0**-least * abs(found).max()


class _Without:
    """A peer without its Jacobian."""

    jacobian = None

    def __init__(self, descriptor):
        self.features = descriptor.features


@pytest.mark.parametrize("name", PEERS)
def test_species_that_do_not_occur_are_zero_channels(name):
    atoms = molecule("CH4")
    if name == "dscribe-coulomb":
        assert len(peer(f"{name}:n_atoms_max=7").features(atoms, 0)) == 49
        return
    short, long = peer(name).features(atoms, 0), peer(f"{name}:species=C:O:H").features(atoms, 0)
    assert len(long) > len(short) and np.allclose(there(long), there(short), rtol=0, atol=1e-10 * abs(short).max())
    short, long = peer(name).jacobian(atoms, 0), peer(f"{name}:species=C:O:H").jacobian(atoms, 0)
    assert long.shape[1:] == (5, 3) and long.dtype == np.float64
    assert np.allclose(there(long), there(short), rtol=0, atol=1e-6 * abs(short).max())


def there(rows):
    """The rows that are more than rounding and numerical differentiation leave of a zero."""
    sizes = abs(rows).reshape(len(rows), -1).max(axis=1)
    return rows[sizes > 1e-5 * sizes.max()]


@pytest.mark.parametrize("name", PEERS)
def test_a_cell_without_periodicity_changes_nothing(name):
    atoms, boxed = molecule("H2O"), molecule("H2O")
    boxed.cell = [3, 4, 5]
    descriptor = peer(name)
    assert digits(descriptor.features(boxed, 1), descriptor.features(atoms, 1)) > 12
