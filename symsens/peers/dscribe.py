"""dscribe 2.1 (Himanen et al., Comput. Phys. Commun. 247, 106949, 2020; Laakso et al., J. Chem. Phys. 158, 234802,
2023).

Channels run over the species in ascending atomic number; those of species that do not occur are zeros. Lengths in
Angstrom.
"""

import warnings
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

import numpy as np
from ase import Atoms
from scipy.linalg import LinAlgWarning

from symsens.errors import SpecError
from symsens.peers import ANALYTIC, PACKAGE_DIFFERENCES, atomic_numbers, require
from symsens.spec import Parameters, choice, integer, real, reals, switch, symbols, tuples

_package = require("dscribe.descriptors")
_System = require("dscribe.core.system").System

_TERM = "eta/zeta/lambda"


def _geometry(*names):
    return choice("inverse_distance", names, help="what is on the grid: Angstrom, 1/Angstrom, degrees, or no unit")


def _derivatives():
    names = ("auto", "analytical", "numerical", "none")
    return choice("auto", names, help="dscribe's method of differentiation (none: differences of ours)")


class _Peer(Parameters):
    """What the five have in common. `derivatives` picks dscribe's own method; auto: analytical where it has that
    one."""

    is_global = False

    def features(self, atoms, centre: int) -> np.ndarray:
        """(m,) features of atom `centre`."""
        with _running(self):
            built = self._build(atomic_numbers(self, atoms, centre), atoms)
            return built.create(atoms) if self.is_global else built.create(atoms, centers=[centre])[0]

    @property
    def jacobian(self) -> Callable | None:
        """``(atoms, centre) -> (m, N, 3)``, the centre moving with its atom; None with ``derivatives=none``."""
        return None if self.derivatives == "none" else self._jacobian

    def derivative(self, atoms) -> str:
        """How dscribe itself says that it differentiates these atoms."""
        how = {} if self.is_global else {"attach": True}
        with _running(self):
            built = self._build(atomic_numbers(self, atoms, 0), atoms)
            method = built.validate_derivatives_method(self.derivatives, **how)
        return ANALYTIC if method == "analytical" else PACKAGE_DIFFERENCES

    def _jacobian(self, atoms, centre):
        # attach: otherwise the centre stays behind when its own atom moves.
        how = {} if self.is_global else {"attach": True, "centers": [centre]}
        with _running(self):
            built = self._build(atomic_numbers(self, atoms, centre), atoms)
            found = built.derivatives(atoms, method=self.derivatives, return_descriptor=False, **how)
        return np.moveaxis(found if self.is_global else found[0], -1, 0)


@dataclass(frozen=True)
class Soap(_Peer):
    """SOAP power spectrum of dscribe.

    ``p = N_l sum_jj' R_nl(r_j) R_n'l(r_j') P_l(cos)``, ``N_l = sqrt((2l+1)/2)``, the centre as one more neighbour of
    its own species; ``R_nl`` from GTOs or from polynomials ``(r_cut - r)^(k+2)`` orthonormalised by ``S^(-1/2)``.
    Order: Z, Z' >= Z, l, n, n' (n' >= n if Z = Z'). No cutoff function: atoms up to ``r_cut + 3.717 sigma`` count in
    full.
    """

    name = "dscribe-soap"
    n_max: int = integer(8, low=1, help="number of radial functions")
    l_max: int = integer(6, low=0, help="highest angular momentum")
    r_cut: float = real(5.0, above=1, help="radius that the radial functions cover, Angstrom")
    sigma: float = real(0.5, above=0, help="width of the Gaussian on each atom, Angstrom")
    rbf: str = choice("gto", ("gto", "polynomial"), help="radial basis")
    derivatives: str = _derivatives()
    species: tuple = symbols()

    def _build(self, numbers, atoms):
        return _package.SOAP(
            r_cut=self.r_cut,
            n_max=self.n_max,
            l_max=self.l_max,
            sigma=self.sigma,
            rbf=self.rbf,
            species=numbers,
            periodic=bool(atoms.pbc.any()),
        )


@dataclass(frozen=True)
class Acsf(_Peer):
    """Behler-Parrinello symmetry functions of dscribe (J. Behler, J. Chem. Phys. 134, 074106, 2011).

    G1 = sum f; G2 by (eta, R_s); G3 by kappa; G4, G5 by (eta, zeta, lambda), each pair of neighbours once, prefactor
    ``2^(1 - zeta)``; ``f = (1 + cos(pi r / r_cut)) / 2``.
    Order: per Z: G1, G2.., G3..; then per pair of species (0,0), (1,0), (1,1), (2,0)..: G4.., G5...
    """

    name = "dscribe-acsf"
    r_cut: float = real(5.0, above=0, help="cutoff radius, Angstrom")
    g2: tuple = tuples("eta/R_s", ((1, 1), (1, 2), (0.5, 3)), help="of each G2, Angstrom^-2 and Angstrom")
    g3: tuple = reals((1, 2), help="kappa of each G3, Angstrom^-1")
    g4: tuple = tuples(_TERM, ((0.05, 1, 1), (0.05, 2, -1), (0.1, 4, 1)), help="of each G4, eta in Angstrom^-2")
    g5: tuple = tuples(_TERM, ((0.05, 1, -1), (0.1, 2, 1)), help="of each G5, eta in Angstrom^-2")
    derivatives: str = _derivatives()
    species: tuple = symbols()

    def _build(self, numbers, atoms):
        # None switches a function off; dscribe refuses the empty list.
        given = {
            f"{key}_params": np.array(getattr(self, key)) if getattr(self, key) else None
            for key in ("g2", "g3", "g4", "g5")
        }
        return _package.ACSF(r_cut=self.r_cut, species=numbers, periodic=bool(atoms.pbc.any()), **given)


@dataclass(frozen=True)
class Mbtr(_Peer):
    """Many-body tensor representation of the whole structure, of dscribe.

    Huo, Rupp, Mach. Learn. Sci. Technol. 3, 045017, 2022.

    Grid point k holds the mean of a Gaussian of width `sigma` over the cell of width dx centred there, weighted and
    summed over atoms (K1: atomic_number), pairs (K2: distance, inverse_distance) or angles (K3: cosine; angle in
    degrees). Order: Z | Z <= Z' | Z of the vertex, then Z <= Z' of the ends; then the grid.
    `weighting`: unity, exp (`scale` or `r_cut`, with `threshold`), inverse_square (K2, `r_cut`), smooth_cutoff (K3,
    `r_cut`, `sharpness`).
    """

    name = "dscribe-mbtr"
    is_global = True
    geometry: str = _geometry("atomic_number", "distance", "inverse_distance", "angle", "cosine")
    min: float = real(0.0, help="first grid point, in the unit of the geometry")
    max: float = real(1.5, help="last grid point, in the unit of the geometry")
    n: int = integer(50, low=2, help="number of grid points")
    sigma: float = real(0.1, above=0, help="width of the Gaussians, in the unit of the geometry")
    weighting: str = choice("unity", ("unity", "exp", "inverse_square", "smooth_cutoff"), help="weight of a term")
    scale: float | None = real(None, above=0, help="decay of the weighting exp, 1/Angstrom")
    r_cut: float | None = real(None, above=0, help="radius of the weighting, or of exp in place of scale, Angstrom")
    threshold: float = real(1e-3, above=0, help="smallest weight of exp that counts")
    sharpness: float = real(2.0, above=0, help="exponent of smooth_cutoff")
    normalize_gaussians: bool = switch(True, help="whether Gaussians have area 1 rather than height 1")
    normalization: str = choice("none", ("none", "l2", "n_atoms", "valle_oganov"), help="divisor of all features")
    derivatives: str = _derivatives()
    species: tuple = symbols()

    _class = "MBTR"

    def _build(self, numbers, atoms):
        weighting = {"function": self.weighting, "scale": self.scale, "r_cut": self.r_cut}
        weighting |= {"exp": {"threshold": self.threshold}, "smooth_cutoff": {"sharpness": self.sharpness}}.get(
            self.weighting, {}
        )
        return getattr(_package, self._class)(
            geometry={"function": self.geometry},
            grid={"min": self.min, "max": self.max, "n": self.n, "sigma": self.sigma},
            weighting={key: value for key, value in weighting.items() if value is not None},
            normalize_gaussians=self.normalize_gaussians,
            normalization=self.normalization,
            species=numbers,
            periodic=bool(atoms.pbc.any()),
        )


@dataclass(frozen=True)
class Lmbtr(Mbtr):
    """Local many-body tensor representation of dscribe: the pairs or the angles that contain the centre X.

    Order, K2: X (a slot that stays zero), then Z of the partner; K3: (a, X, b), a <= b over X and the species, the
    angle at the centre; then (X, Z, b), Z over the species, b over X and the species, the angle at a neighbour; then
    the grid. `weighting`: unity, or exp with `scale` and `threshold`.
    """

    name = "dscribe-lmbtr"
    is_global = False
    geometry: str = _geometry("distance", "inverse_distance", "angle", "cosine")
    weighting: str = choice("unity", ("unity", "exp"), help="weight of a term")
    normalization: str = choice("none", ("none", "l2"), help="divisor of all features")

    _class = "LMBTR"

    def __post_init__(self):
        super().__post_init__()
        if self.r_cut is not None or (self.weighting == "exp" and self.scale is None):
            raise SpecError(f"{self.name}: dscribe's LMBTR takes no r_cut, and weighting=exp needs scale")


@dataclass(frozen=True)
class Coulomb(_Peer):
    """Coulomb matrix of the whole structure, of dscribe (Rupp et al., Phys. Rev. Lett. 108, 058301, 2012).

    ``M_ii = Z_i^2.4 / 2``, ``M_ij = Z_i Z_j / |R_i - R_j|``. `permutation`: none and sorted_l2 (rows and columns by
    falling row norm) give the matrix row by row, eigenspectrum the eigenvalues by falling absolute value. Padded with
    zeros to `n_atoms_max` atoms (0: the number of atoms).
    """

    name = "dscribe-coulomb"
    is_global = True
    permutation: str = choice("sorted_l2", ("none", "sorted_l2", "eigenspectrum"), help="order of rows and columns")
    n_atoms_max: int = integer(0, low=0, help="atoms that the matrix is padded to; 0: those of the structure")
    derivatives: str = _derivatives()
    species = None

    def _build(self, numbers, atoms):
        return _package.CoulombMatrix(self.n_atoms_max or len(atoms), permutation=self.permutation)


@contextmanager
def _running(descriptor):
    """dscribe's refusals as ours, and its calls of ASE that broke: `System` passes the arguments of `Atoms` by
    position.

    ASE 3.27 moved `calculator` and `info`; with the positions of old, MBTR and LMBTR fail for every structure. The
    values are dscribe's own; only the two calls are mended, and only meanwhile.
    """
    with patch.object(_System, "__init__", _system_init), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Please use atoms.calc", FutureWarning)
        # From n_max = 14 or so SciPy says this of the radial overlap; what it does to the numbers is for an audit to
        # measure.
        warnings.filterwarnings("ignore", "An ill-conditioned matrix", LinAlgWarning)
        try:
            yield
        except (ValueError, KeyError) as error:
            raise SpecError(f"{descriptor.name}: {' '.join(str(error).split())}") from None


def _system_init(self, symbols=None, positions=None, *, wyckoff_positions=None, equivalent_atoms=None, **options):
    Atoms.__init__(self, symbols, positions, **options)
    self.wyckoff_positions, self.equivalent_atoms = wyckoff_positions, equivalent_atoms
    self._cell_inverse = self._displacement_tensor = self._distance_matrix = self._inverse_distance_matrix = None
