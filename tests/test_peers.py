"""Numeric descriptors of other packages: their values and Jacobians against textbook sums at 50 digits, and their
defects."""

import re
import subprocess
import sys

import numpy as np
import peer_oracles as oracles
import pytest
from ase import Atoms
from ase.build import molecule
from mpmath import mp, mpf
from numpy.linalg import matrix_rank, svd

from symsens import InputError
from symsens.errors import SpecError
from symsens.peers import PEERS, jacobian, peer


@pytest.fixture(autouse=True)
def precision():
    with mp.workdps(oracles.DIGITS):
        yield


def cluster(n=20):
    """A carbon among n others at 1.2 to 3.5 Angstrom, none closer than 1.1 to another."""
    rng, points = np.random.default_rng(1), []
    while len(points) < n:
        x = rng.uniform(-3.2, 3.2, 3)
        if 1.2 < np.linalg.norm(x) < 3.5 and all(np.linalg.norm(x - p) > 1.1 for p in points):
            points.append(x)
    return Atoms(f"C{n + 1}", np.vstack([[0, 0, 0], np.round(points, 3)]))


def rattled(name):
    atoms = molecule(name)
    atoms.rattle(0.05, seed=7)
    return atoms


def lifted(z):
    """Four H around C, planar but for the first, which is lifted by z (exact rank 9 for z > 0, 7 for z = 0)."""
    return Atoms("CH4", [[0, 0, 0], [1.05, 0.13, z], [-0.21, 1.12, 0], [-0.98, -0.35, 0], [0.33, -1.17, 0]])


STRUCTURES = {"CH4": molecule("CH4"), "ethanol": molecule("CH3CH2OH"), "cluster": cluster()}
SOAP = {
    "dscribe-soap": (oracles.soap_dscribe, (8, 6, 5, 0.5)),
    "featomic-power-spectrum": (oracles.soap_featomic, (7, 6, 5, 0.5, 0.5)),
    "quippy-soap": (oracles.soap_quippy, (8, 6, 5, 0.5, 0.5)),
}


def floats(values):
    return np.array([float(v) for v in values])


def matrix(values):
    """(m, 3N) from (m, N, 3)."""
    return values.reshape(len(values), -1)


def digits(found, true):
    """Correct digits of the largest error, relative to the largest entry."""
    assert found.shape == true.shape
    return -np.log10(max(abs(found - true).max() / abs(true).max(), 1e-17))


_known = {}


def true_jacobian(name, structure):
    """(m, 3N) of a SOAP of the table at 50 digits, rounded; computed once."""
    if (name, structure) not in _known:
        form, options = SOAP[name]
        columns = oracles.jacobian(lambda x: form(x, 0, *options), oracles.exact(STRUCTURES[structure]))
        _known[name, structure] = np.array([floats(column) for column in columns]).T
    return _known[name, structure]


# Correct digits, from below and from above: an oracle that follows the package's own rounding would give more.
@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize(
    "name, options, value_digits, jacobian_digits",
    [
        ("dscribe-soap", "", (9.5, 11), (9.5, 11)),
        ("dscribe-soap", "derivatives=numerical", (9.5, 11), (7.5, 8.5)),
        ("featomic-power-spectrum", "", (10, 13), (10, 12.5)),
        ("featomic-power-spectrum", "spline_accuracy=1e-8", (7.5, 9.5), (5.5, 7)),
        ("quippy-soap", "", (14, 17), (14, 17)),
    ],
)
def test_soap_agrees_with_its_closed_form(name, options, structure, value_digits, jacobian_digits):
    form, arguments = SOAP[name]
    atoms = STRUCTURES[structure]
    descriptor = peer(f"{name}:{options}")
    true = floats(form(oracles.exact(atoms), 0, *arguments))
    assert value_digits[0] < digits(descriptor.features(atoms, 0), true) < value_digits[1]
    found = descriptor.jacobian(atoms, 0)
    assert found.shape == (len(true), len(atoms), 3)
    assert jacobian_digits[0] < digits(matrix(found), true_jacobian(name, structure)) < jacobian_digits[1]


def test_the_comparison_sees_another_structure_and_another_order():
    atoms = rattled("CH4")
    form, arguments = SOAP["quippy-soap"]
    descriptor = peer("quippy-soap")
    true = floats(form(oracles.exact(atoms), 0, *arguments))
    assert digits(descriptor.features(atoms, 0), true) > 14
    atoms.positions[2, 0] += 1e-7
    assert 6 < digits(descriptor.features(atoms, 0), true) < 9
    assert digits(true[::-1], true) < 1


def test_polynomial_soap_agrees_with_its_closed_form():
    # dscribe's constant 39.478417604 for 4 pi^2 leaves 11 digits.
    atoms = rattled("CH4")
    with mp.workdps(30):  # each radial value is an integral
        true = floats(oracles.soap_dscribe(oracles.exact(atoms), 0, 3, 2, 5, 0.5, basis=oracles.dscribe_polynomial))
    descriptor = peer("dscribe-soap:rbf=polynomial,n_max=3,l_max=2")
    assert 10.5 < digits(descriptor.features(atoms, 0), true) < 11.5


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
    assert digits(descriptor.features(atoms, 0), true) > 14
    if molecule_name == "CH4" or "k3" not in case:
        gradient = np.array([floats(column) for column in oracles.jacobian(form, exact)]).T
        found = matrix(descriptor.jacobian(atoms, 0))
        if case == "k1":
            assert not gradient.any() and not found.any()
        else:
            least, most = (12, 17) if analytic else (6, 9.5)
            assert least < digits(found, gradient) < most


def test_our_differences_where_there_is_no_jacobian():
    atoms = rattled("CH4")
    descriptor = peer(ACSF_SPEC + ",derivatives=none")
    assert descriptor.jacobian is None and peer("qmllib-fchl19:nFourier=2").jacobian is None
    true = np.array(
        [floats(c) for c in oracles.jacobian(lambda x: oracles.acsf_dscribe(x, 0, **ACSF), oracles.exact(atoms))]
    ).T
    found, error = jacobian(descriptor, atoms, 0)
    assert digits(matrix(found), true) > 11 and (abs(matrix(found) - true) <= matrix(error)).all()
    found, error = jacobian(peer(ACSF_SPEC), atoms, 0)
    assert error is None and digits(matrix(found), true) < 9.5


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
    assert start == len(c) and np.allclose(np.ravel(contracted), p, rtol=0, atol=1e-14 * abs(p).max())


def crystal():
    return Atoms("CuAu", [[0.1, 0, 0], [1.9, 1.8, 2.2]], cell=[[3.6, 0, 0], [0.3, 3.7, 0], [0, 0.2, 4.1]], pbc=True)


@pytest.mark.parametrize(
    "text, least",
    [
        ("dscribe-soap:n_max=3,l_max=2", 6.5),
        ("dscribe-acsf:r_cut=4.5", 6),
        ("dscribe-mbtr:geometry=distance,max=5,n=9,weighting=inverse_square,r_cut=5,normalization=valle_oganov", 0),
        ("featomic-power-spectrum:max_radial=3,max_angular=2", 9),
        ("featomic-spherical-expansion:max_radial=3,max_angular=2", 9),
        ("quippy-soap:n_max=3,l_max=2", 9),
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
    assert len(long) > len(short) and np.allclose(long[long != 0], short[short != 0], rtol=1e-14, atol=0)
    short, long = peer(name).jacobian(atoms, 0), peer(f"{name}:species=C:O:H").jacobian(atoms, 0)
    moving = [found.any(axis=(1, 2)) for found in (short, long)]
    assert (
        long.shape[1:] == (5, 3)
        and long.dtype == np.float64
        and np.allclose(long[moving[1]], short[moving[0]], rtol=0, atol=1e-9)
    )


@pytest.mark.parametrize("name", PEERS)
def test_a_cell_without_periodicity_changes_nothing(name):
    atoms, boxed = molecule("H2O"), molecule("H2O")
    boxed.cell = [3, 4, 5]
    descriptor = peer(name)
    assert digits(descriptor.features(boxed, 1), descriptor.features(atoms, 1)) > 14


# What PEERS knows to be wrong, kept so that an audit can be seen to find it.


def ranks(name, atoms, turns=6):
    """The numeric rank of the Jacobian of atom 0 as the structure stands, and the set of those after random
    rotations."""
    descriptor, rng = peer(name), np.random.default_rng(0)
    straight = matrix_rank(matrix(descriptor.jacobian(atoms, 0)))
    turned = set()
    for _ in range(turns):
        q, _ = np.linalg.qr(rng.normal(size=(3, 3)))
        other = atoms.copy()
        other.positions = atoms.positions @ q.T
        turned.add(int(matrix_rank(matrix(descriptor.jacobian(other, 0)))))
    return int(straight), turned


@pytest.mark.parametrize(
    "z, rank, turned", [(0, 7, {7, 8}), (1e-9, 8, {9}), (1e-6, 11, {9}), (1e-3, 10, {9}), (1e-2, 9, {9})]
)
def test_dscribe_drops_small_coefficients(z, rank, turned):
    """Coefficients below 1e-8 are skipped in its analytic derivatives: a wrong rank, which depends on the
    orientation."""
    assert ranks("dscribe-soap", lifted(z)) == (rank, turned)
    for other in ("featomic-power-spectrum", "quippy-soap"):
        assert ranks(other, lifted(z)) == (9 if z else 7, {9 if z else 7})


def test_dscribe_loses_digits_near_symmetry():
    form, options = SOAP["dscribe-soap"]
    atoms = lifted(1e-6)
    true = np.array([floats(c) for c in oracles.jacobian(lambda x: form(x, 0, *options), oracles.exact(atoms))]).T
    assert 7 < digits(matrix(peer("dscribe-soap").jacobian(atoms, 0)), true) < 8.5


def test_finite_differences_have_full_rank():
    assert ranks("dscribe-soap:derivatives=numerical", lifted(1e-3), 2) == (15, {15})
    values = svd(matrix(peer("dscribe-soap:derivatives=numerical").jacobian(molecule("CH3CH2OH"), 0)), compute_uv=False)
    assert 1e-10 < values[13] / values[0] < 1e-8  # an exact zero: the rank is 13


def test_dscribe_radial_basis_loses_orthonormality():
    for n, least, most in ((4, 13.5, 17), (8, 9.5, 11), (12, 5, 6)):
        atoms = molecule("CH4")
        true = floats(oracles.soap_dscribe(oracles.exact(atoms), 0, n, 2, 5, 0.5))
        assert least < digits(peer(f"dscribe-soap:n_max={n},l_max=2").features(atoms, 0), true) < most


def test_a_spline_changes_the_rank():
    """Within one interval of the spline every radial derivative is a parabola: three dimensions are left."""
    turn, height = 2.4 * np.arange(6), 1 - np.arange(1, 12, 2) / 6
    width = np.sqrt(1 - height**2)
    directions = np.column_stack([width * np.cos(turn), width * np.sin(turn), height])
    atoms = Atoms("CH6", np.vstack([[0, 0, 0], np.linspace(1.02, 1.03, 6)[:, None] * directions]))
    assert ranks("featomic-power-spectrum:max_angular=0", atoms) == (5, {5})
    assert ranks("featomic-power-spectrum:max_angular=0,spline_accuracy=1e-8", atoms) == (3, {3})


def test_quippy_bessel_recursion_fails_at_high_l():
    atoms = molecule("H2O")
    for sigma, least, most in ((0.5, 13, 15), (0.75, 7, 9.5), (1.0, 0, 2)):
        true = floats(oracles.soap_quippy(oracles.exact(atoms), 0, 8, 16, 5, sigma, 0.5))
        assert least < digits(peer(f"quippy-soap:l_max=16,sigma={sigma}").features(atoms, 0), true) < most


def test_collinear_neighbours():
    """NaN from dscribe where rounding takes 1 + lambda cos below 0; cusps in qmllib, to which it assigns a
    derivative."""
    fractional = peer("dscribe-acsf:g4=.1/1.5/1,g5=.1/1.5/1")
    assert (
        np.isnan(fractional.features(molecule("C2H2"), 0)).any()
        and np.isnan(fractional.jacobian(molecule("CO2"), 0)).any()
    )
    atoms, step = Atoms("CO2", [[0, 0, 0], [1.1, 0, 0], [-1.1, 0, 0]]), np.zeros((3, 3))
    step[1, 2] = 1e-6
    for name, jump in (("qmllib-fchl19", 0.3), ("qmllib-acsf", 1.3), ("dscribe-acsf", 0)):
        here, up, down = (peer(name).features(Atoms("CO2", atoms.positions + sign * step), 0) for sign in (0, 1, -1))
        assert abs(abs(up - 2 * here + down).max() / 1e-6 - jump) < 0.05


def test_smallest_singular_values_of_a_planar_environment():
    for name, true in (("dscribe-soap", 4.452e-3), ("featomic-power-spectrum", 4.321e-3)):
        values = svd(matrix(peer(name).jacobian(lifted(0), 0)), compute_uv=False)
        assert abs(values[6] / values[0] / true - 1) < 2e-4 and values[7] < 1e-13 * values[0]


# The front door


@pytest.mark.parametrize(
    "text, message",
    [
        ("dscribe-sop", "unknown peer 'dscribe-sop': did you mean dscribe-soap?"),
        ("", "unknown peer '': use one of dscribe-soap, .*qmllib-acsf"),
        ("dscribe-soap:nmax=3", "dscribe-soap: unknown parameter 'nmax': did you mean n_max?"),
        ("dscribe-soap:n_max", "n_max has no value: give n_max=value"),
        ("dscribe-soap:n_max=3,n_max=4", "n_max is given twice"),
        ("dscribe-soap:n_max=3.5", "n_max=3.5: give an integer from 1 up"),
        ("dscribe-soap:n_max=0", "n_max=0: give an integer from 1 up"),
        ("dscribe-soap:r_cut=1", "r_cut=1: give a number above 1"),
        ("dscribe-soap:sigma=nan", "sigma=nan: give a number above 0"),
        ("dscribe-acsf:g5=inf/1/1", "g5=inf/1/1: give numbers eta/zeta/lambda"),
        ("dscribe-acsf:g2=1/2:3", "g2=1/2:3: give numbers eta/R_s"),
        ("dscribe-soap:rbf=gtos", "rbf=gtos: give one of gto, polynomial: did you mean gto?"),
        ("quippy-soap:normalise=maybe", "normalise=maybe: give true or false"),
        ("dscribe-acsf:g2=1/2/3", "g2=1/2/3: give numbers eta/R_s, or several such joined by :"),
        ("dscribe-acsf:g4=1", "g4=1: give numbers eta/zeta/lambda, or several such joined by :"),
        ("dscribe-acsf:g3=x-y", "g3=x-y: give a number"),
        ("dscribe-lmbtr:r_cut=3", "LMBTR takes no r_cut"),
        ("dscribe-lmbtr:weighting=exp", "weighting=exp needs scale"),
    ],
)
def test_a_wrong_spec_is_refused(text, message):
    with pytest.raises(SpecError) as caught:
        peer(text)
    assert re.search(message.replace("?", r"\?"), str(caught.value)) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text, centre, error, message",
    [
        ("dscribe-soap", 5, InputError, "centre 5 is out of range: the 5 atoms have indices 0 to 4"),
        ("qmllib-acsf", -1, InputError, "centre -1 is out of range"),
        ("dscribe-soap:species=H", 0, SpecError, "species=H lacks C, which the structure has"),
        (
            "dscribe-soap:species=C:H:Hx",
            0,
            SpecError,
            "species=C:H:Hx: give chemical symbols joined by :, not 'Hx': did you mean H?",
        ),
        ("dscribe-coulomb:n_atoms_max=4", 0, SpecError, "more atoms (5) than allowed"),
        ("dscribe-mbtr:geometry=cosine,weighting=inverse_square,r_cut=3", 0, SpecError, "Unknown weighting function"),
        (
            "dscribe-mbtr:geometry=angle,derivatives=analytical",
            0,
            SpecError,
            "not implemented for k3 geometry function 'angle'",
        ),
        ("dscribe-acsf:derivatives=analytical", 0, SpecError, "Invalid method specified"),
        ("dscribe-soap:n_max=40", 0, SpecError, "Could not calculate normalization factors"),
        ("dscribe-mbtr:min=3", 0, SpecError, "dscribe-mbtr: The min value should be smaller"),
        ("featomic-power-spectrum:spline_accuracy=1e-30", 0, SpecError, "failed to reach requested accuracy"),
        ("quippy-soap:n_max=40,sigma=2", 0, SpecError, "quippy-soap: LA_Matrix_Factorise: cannot factorise"),
    ],
)
def test_what_a_package_cannot_do_is_refused(text, centre, error, message):
    with pytest.raises(error) as caught:
        descriptor = peer(text)
        descriptor.features(molecule("CH4"), centre)
        descriptor.jacobian(molecule("CH4"), centre)
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_periodicity_that_a_package_lacks_is_refused():
    slab = crystal()
    slab.pbc = (True, True, False)
    for name in ("featomic-power-spectrum", "qmllib-fchl19"):
        with pytest.raises(InputError, match="pbc"):
            peer(name).features(slab, 0)


def test_a_peer_is_its_options():
    descriptor = peer("featomic-power-spectrum:max_radial=2,spline_accuracy=1e-6,species=H:C")
    assert (descriptor.max_radial, descriptor.spline_accuracy, descriptor.species) == (2, 1e-6, ("H", "C"))
    assert descriptor == type(descriptor)(2, spline_accuracy=1e-6, species=["H", "C"])
    assert peer("featomic-power-spectrum").spline_accuracy is None
    assert peer("quippy-soap:normalise=true").normalise is True and peer("quippy-soap:cutoff=4").cutoff == 4.0
    assert peer("dscribe-acsf:g2=1e+1/2:.5/1,g5=").g2 == ((10.0, 2.0), (0.5, 1.0))
    assert type(descriptor)(max_radial=np.int64(3), cutoff=4).cutoff == 4.0
    for wrong in (2.5, True, "two", None):
        with pytest.raises(SpecError, match="give an integer from 0 up"):
            type(descriptor)(max_radial=wrong)


@pytest.mark.parametrize(
    "package, pypi", [(p, p) for p in ("dscribe", "featomic", "qmllib")] + [("quippy", "quippy-ase")]
)
def test_a_missing_package_is_named(monkeypatch, package, pypi):
    for module in [m for m in sys.modules if m.split(".")[0] == package] + [f"symsens.peers.{package}"]:
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    name = next(name for name in PEERS if name.startswith(package))
    with pytest.raises(InputError) as caught:
        peer(name)
    assert str(caught.value) == f"the package {pypi} is not installed: pip install symsens[peers]"


def test_a_broken_package_is_not_called_missing(monkeypatch, tmp_path):
    (tmp_path / "qmllib.py").write_text("import no_such_dependency")
    for module in [m for m in sys.modules if m.split(".")[0] == "qmllib"] + ["symsens.peers.qmllib"]:
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_dependency"):
        peer("qmllib-acsf")


def test_packages_are_imported_only_when_asked():
    code = "import sys, symsens.peers\n"
    code += "print([m for m in ('dscribe', 'featomic', 'quippy', 'qmllib', 'ase') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_dscribe_is_left_as_it_was():
    from dscribe.core.system import System

    before = System.__init__
    peer("dscribe-mbtr").features(molecule("CH4"), 0)
    assert System.__init__ is before
