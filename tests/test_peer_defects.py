"""What the packages get wrong, kept so that an audit can be seen to find it.

What is asserted follows from the fault, whatever rounding adds to it: at least one displacement too many or too few, an
error far above what rounding leaves where the fault is absent.
"""

import numpy as np
import peer_oracles as oracles
import pytest
from ase import Atoms
from ase.build import molecule
from numpy.linalg import svd
from peer_cases import STRUCTURES, collinear, digits, floats, lifted, matrix, shell

from symsens.jobs.auditing import TURNS
from symsens.peers import peer

pytestmark = pytest.mark.usefixtures("oracle_digits")

AS_IT_IS = np.eye(3)
NOISE = 1e-12  # of the largest singular value: above rounding (1e-15), below what is to be seen (3e-11 and more)


def spectrum(name, atoms, turn=AS_IT_IS):
    """The singular values of the Jacobian of atom 0 over the largest, after a rotation."""
    atoms = atoms.copy()
    atoms.positions = atoms.positions @ turn.T
    values = svd(matrix(peer(name).jacobian(atoms, 0)), compute_uv=False)
    return values / values[0]


def seen(name, atoms, turn=AS_IT_IS):
    """How many displacements are seen above the noise."""
    return int((spectrum(name, atoms, turn) > NOISE).sum())


@pytest.mark.parametrize("z", [0, 1e-9, 1e-6, 1e-2])
def test_dscribe_drops_small_coefficients(z):
    """Coefficients below 1e-8 are skipped in its analytic derivatives: a wrong rank, which depends on the
    orientation."""
    rank, name = 9 if z else 7, "dscribe-soap:n_max=4,l_max=4"
    straight, turned = seen(name, lifted(z)), {seen(name, lifted(z), turn) for turn in TURNS}
    # At 1e-9 all that tells z from 0 is dropped, at 1e-6 a part of it, at 1e-2 nothing; turned, nothing is small.
    assert {0: straight == 7, 1e-9: straight < 9, 1e-6: straight > 9, 1e-2: straight == 9}[z]
    assert turned == {rank}
    for other in ("featomic-power-spectrum", "quippy-soap"):
        assert seen(other, lifted(z)) == rank and {seen(other, lifted(z), turn) for turn in TURNS} == {rank}


def test_dscribe_loses_digits_near_symmetry():
    def correct(turn):
        atoms = lifted(1e-6)
        atoms.positions = atoms.positions @ turn.T
        columns = oracles.jacobian(lambda x: oracles.soap_dscribe(x, 0, 4, 4, 5, 0.5), oracles.exact(atoms))
        true = np.array([floats(column) for column in columns]).T
        return digits(matrix(peer("dscribe-soap:n_max=4,l_max=4").jacobian(atoms, 0)), true)

    assert correct(AS_IT_IS) < 8.5 < 9.5 < correct(TURNS[0])


@pytest.mark.parametrize("atoms, rank", [(lifted(1e-3), 9), (molecule("CH3CH2OH"), 13)])
def test_finite_differences_see_what_is_not_there(atoms, rank):
    for turn in (AS_IT_IS, *TURNS):
        assert spectrum("dscribe-soap:n_max=4,l_max=4,derivatives=numerical", atoms, turn)[rank] > 10 * NOISE
        assert spectrum("dscribe-soap:n_max=4,l_max=4", atoms, turn)[rank] < NOISE  # its analytic ones do not


def test_dscribe_radial_basis_loses_orthonormality():
    def correct(n):
        true = floats(oracles.soap_dscribe(oracles.exact(molecule("CH4")), 0, n, 2, 5, 0.5))
        return digits(peer(f"dscribe-soap:n_max={n},l_max=2").features(molecule("CH4"), 0), true)

    assert correct(14) < 8 < 11 < correct(4)  # the basis is made by S^(-1/2), whose condition grows with n_max


@pytest.mark.parametrize("structure", STRUCTURES)
def test_a_spline_is_an_approximation(structure):
    atoms, name = STRUCTURES[structure], "featomic-power-spectrum:max_radial=3,max_angular=3"
    plain, spline = (peer(name + more) for more in ("", ",spline_accuracy=1e-8"))
    true, found = plain.features(atoms, 0), spline.features(atoms, 0)
    assert 6 < digits(found, true) < 11
    assert 4 < digits(matrix(spline.jacobian(atoms, 0)), matrix(plain.jacobian(atoms, 0))) < 9


@pytest.mark.parametrize("turn", [AS_IT_IS, TURNS[0]], ids=["straight", "turned"])
def test_a_spline_changes_the_rank(turn):
    """Within one interval of the spline every radial derivative is a parabola: three dimensions are left."""
    plain, spline = (
        spectrum(f"featomic-power-spectrum:max_angular=0{more}", shell(0.01), turn)
        for more in ("", ",spline_accuracy=1e-8")
    )
    assert plain[3] > 1e-9 and spline[2] > 1e-9 and spline[3] < NOISE


def test_quippy_bessel_recursion_fails_at_high_l():
    def correct(sigma):
        true = floats(oracles.soap_quippy(oracles.exact(molecule("H2O")), 0, 8, 16, 5, sigma, 0.5))
        return digits(peer(f"quippy-soap:l_max=16,sigma={sigma}").features(molecule("H2O"), 0), true)

    assert correct(1.0) < 5 < 10 < correct(0.5)


def test_dscribe_has_no_number_for_collinear_neighbours():
    """(1 + lambda cos)^zeta is NaN where rounding takes 1 + lambda cos below 0, and fine where zeta is an integer."""
    half, whole = (peer(f"dscribe-acsf:g4=.1/{zeta}/1,g5=.1/{zeta}/1") for zeta in (1.5, 2))
    for quantity in ("features", "jacobian"):
        assert any(np.isnan(getattr(half, quantity)(atoms, 0)).any() for atoms in collinear())
        assert not any(np.isnan(getattr(whole, quantity)(atoms, 0)).any() for atoms in collinear())


@pytest.mark.parametrize(
    "name, cusp", [("qmllib-fchl19", True), ("qmllib-acsf", True), ("dscribe-acsf", False), ("quippy-soap", False)]
)
def test_cusps_at_collinear_neighbours(name, cusp):
    """To which qmllib assigns a derivative."""
    atoms, step = Atoms("CO2", [[0, 0, 0], [1.1, 0, 0], [-1.1, 0, 0]]), np.zeros((3, 3))
    step[1, 2] = 1e-5
    here, up, down = (peer(name).features(Atoms("CO2", atoms.positions + sign * step), 0) for sign in (0, 1, -1))
    bend = abs(up - 2 * here + down).max() / 1e-5 / abs(here).max()
    assert bend > 0.01 if cusp else bend < 1e-3
    assert np.isfinite(peer(name).jacobian(atoms, 0)).all()


def test_smallest_singular_values_of_a_planar_environment():
    for name, true in (("dscribe-soap", 4.452e-3), ("featomic-power-spectrum", 4.321e-3)):
        values = spectrum(name, lifted(0))
        assert abs(values[6] / true - 1) < 2e-4 and values[7] < NOISE
