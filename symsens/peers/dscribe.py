"""dscribe 2.1 (Himanen et al., Comput. Phys. Commun. 247, 106949, 2020; Laakso et al., J. Chem. Phys. 158, 234802,
2023).

Channels run over the species in ascending atomic number; those of species that do not occur are zeros. Lengths in
Angstrom.
"""

import warnings
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar
from unittest.mock import patch

import numpy as np
from ase import Atoms
from scipy.linalg import LinAlgWarning

from symsens.errors import SpecError
from symsens.peers import atomic_numbers, check_options, option, require

_package = require("dscribe.descriptors")
_System = require("dscribe.core.system").System

_DERIVATIVES = ("auto", "analytical", "numerical", "none")


class _Peer:
    """What the five have in common. `derivatives` picks dscribe's own method; auto: analytical where it has that
    one."""

    is_global = False

    def __post_init__(self):
        check_options(self)

    def features(self, atoms, centre: int) -> np.ndarray:
        """(m,) features of atom `centre`."""
        with _running(self):
            built = self._build(atomic_numbers(self, atoms, centre), atoms)
            return built.create(atoms) if self.is_global else built.create(atoms, centers=[centre])[0]

    @property
    def jacobian(self) -> Callable | None:
        """``(atoms, centre) -> (m, N, 3)``, the centre moving with its atom; None with ``derivatives=none``."""
        return None if self.derivatives == "none" else self._jacobian

    def _jacobian(self, atoms, centre):
        # attach: otherwise the centre stays behind when its own atom moves.
        how = {} if self.is_global else {"attach": True, "centers": [centre]}
        with _running(self):
            built = self._build(atomic_numbers(self, atoms, centre), atoms)
            found = built.derivatives(atoms, method=self.derivatives, return_descriptor=False, **how)
        return np.moveaxis(found if self.is_global else found[0], -1, 0)


@dataclass(frozen=True)
class Soap(_Peer):
    """SOAP power spectrum, ``dscribe-soap``.

    ``p = N_l sum_jj' R_nl(r_j) R_n'l(r_j') P_l(cos)``, ``N_l = sqrt((2l+1)/2)``, the centre as one more neighbour of
    its own species; ``R_nl`` from GTOs or from polynomials ``(r_cut - r)^(k+2)`` orthonormalised by ``S^(-1/2)``.
    Order: Z, Z' >= Z, l, n, n' (n' >= n if Z = Z'). No cutoff function: atoms up to ``r_cut + 3.717 sigma`` count in
    full.
    """

    name: ClassVar[str] = "dscribe-soap"
    n_max: int = option(8, low=1)
    l_max: int = option(6, low=0)
    r_cut: float = option(5.0, above=1)
    sigma: float = option(0.5, above=0)
    rbf: str = option("gto", "gto", "polynomial")
    derivatives: str = option("auto", *_DERIVATIVES)
    species: tuple = option(())

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
    """Behler-Parrinello symmetry functions, ``dscribe-acsf`` (J. Behler, J. Chem. Phys. 134, 074106, 2011).

    G1 = sum f; G2 by (eta, R_s); G3 by kappa; G4, G5 by (eta, zeta, lambda), each pair of neighbours once, prefactor
    ``2^(1 - zeta)``; ``f = (1 + cos(pi r / r_cut)) / 2``.
    Order: per Z: G1, G2.., G3..; then per pair of species (0,0), (1,0), (1,1), (2,0)..: G4.., G5...
    """

    name: ClassVar[str] = "dscribe-acsf"
    r_cut: float = option(5.0, above=0)
    g2: tuple = option(((1.0, 1.0), (1.0, 2.0), (0.5, 3.0)))
    g3: tuple = option((1.0, 2.0))
    g4: tuple = option(((0.05, 1.0, 1.0), (0.05, 2.0, -1.0), (0.1, 4.0, 1.0)))
    g5: tuple = option(((0.05, 1.0, -1.0), (0.1, 2.0, 1.0)))
    derivatives: str = option("auto", *_DERIVATIVES)
    species: tuple = option(())

    def __post_init__(self):
        super().__post_init__()
        for key, length in (("g2", 2), ("g4", 3), ("g5", 3)):
            if any(not isinstance(item, tuple) or len(item) != length for item in getattr(self, key)):
                raise SpecError(
                    f"{self.name}: {key} is a list of {'eta/R_s' if length == 2 else 'eta/zeta/lambda'}, joined by :"
                )

    def _build(self, numbers, atoms):
        # None switches a function off; dscribe refuses the empty list.
        given = {
            f"{key}_params": np.array(getattr(self, key)) if getattr(self, key) else None
            for key in ("g2", "g3", "g4", "g5")
        }
        return _package.ACSF(r_cut=self.r_cut, species=numbers, periodic=bool(atoms.pbc.any()), **given)


@dataclass(frozen=True)
class Mbtr(_Peer):
    """Many-body tensor representation of the whole structure, ``dscribe-mbtr`` (Huo, Rupp, Mach. Learn. Sci. Technol.
    3, 045017, 2022).

    Grid point k holds the mean of a Gaussian of width `sigma` over the cell of width dx centred there, weighted and
    summed over atoms (K1: atomic_number), pairs (K2: distance, inverse_distance) or angles (K3: cosine; angle in
    degrees). Order: Z | Z <= Z' | Z of the vertex, then Z <= Z' of the ends; then the grid.
    `weighting`: unity, exp (`scale` or `r_cut`, with `threshold`), inverse_square (K2, `r_cut`), smooth_cutoff (K3,
    `r_cut`, `sharpness`).
    """

    name: ClassVar[str] = "dscribe-mbtr"
    is_global = True
    geometry: str = option("inverse_distance", "atomic_number", "distance", "inverse_distance", "angle", "cosine")
    min: float = option(0.0)
    max: float = option(1.5)
    n: int = option(50, low=2)
    sigma: float = option(0.1, above=0)
    weighting: str = option("unity", "unity", "exp", "inverse_square", "smooth_cutoff")
    scale: float | None = option(None, above=0)
    r_cut: float | None = option(None, above=0)
    threshold: float = option(1e-3, above=0)
    sharpness: float = option(2.0, above=0)
    normalize_gaussians: bool = option(True)
    normalization: str = option("none", "none", "l2", "n_atoms", "valle_oganov")
    derivatives: str = option("auto", *_DERIVATIVES)
    species: tuple = option(())

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
    """Local many-body tensor representation, ``dscribe-lmbtr``: the pairs or the angles that contain the centre X.

    Order, K2: X (a slot that stays zero), then Z of the partner; K3: (a, X, b), a <= b over X and the species, the
    angle at the centre; then (X, Z, b), Z over the species, b over X and the species, the angle at a neighbour; then
    the grid. `weighting`: unity, or exp with `scale` and `threshold`.
    """

    name: ClassVar[str] = "dscribe-lmbtr"
    is_global = False
    geometry: str = option("inverse_distance", "distance", "inverse_distance", "angle", "cosine")
    weighting: str = option("unity", "unity", "exp")
    normalization: str = option("none", "none", "l2")

    _class = "LMBTR"

    def __post_init__(self):
        super().__post_init__()
        if self.r_cut is not None or (self.weighting == "exp" and self.scale is None):
            raise SpecError(f"{self.name}: dscribe's LMBTR takes no r_cut, and weighting=exp needs scale")


@dataclass(frozen=True)
class Coulomb(_Peer):
    """Coulomb matrix, ``dscribe-coulomb``, of the whole structure (Rupp et al., Phys. Rev. Lett. 108, 058301, 2012).

    ``M_ii = Z_i^2.4 / 2``, ``M_ij = Z_i Z_j / |R_i - R_j|``. `permutation`: none and sorted_l2 (rows and columns by
    falling row norm) give the matrix row by row, eigenspectrum the eigenvalues by falling absolute value. Padded with
    zeros to `n_atoms_max` atoms (0: the number of atoms).
    """

    name: ClassVar[str] = "dscribe-coulomb"
    is_global = True
    permutation: str = option("sorted_l2", "none", "sorted_l2", "eigenspectrum")
    n_atoms_max: int = option(0, low=0)
    derivatives: str = option("auto", *_DERIVATIVES)
    species: ClassVar[tuple] = ()

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
