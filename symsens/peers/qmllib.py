"""qmllib 1.2: FCHL19 and the symmetry functions it grew out of. Lengths in Angstrom; molecules only."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from math import pi

import numpy as np

from symsens.errors import InputError
from symsens.peers import ANALYTIC, atomic_numbers, require
from symsens.spec import Parameters, integer, real, symbols

_package = require("qmllib.representations")


class _Peer(Parameters):
    def features(self, atoms, centre: int) -> np.ndarray:
        """(m,) features of atom `centre`."""
        return self._run(atoms, centre, gradients=False)[centre]

    @property
    def jacobian(self) -> Callable | None:
        """``(atoms, centre) -> (m, N, 3)``, derivatives by the positions of all atoms; None where qmllib has none
        (nFourier > 1)."""
        return (
            None
            if getattr(self, "nFourier", 1) > 1
            else lambda atoms, centre: self._run(atoms, centre, gradients=True)[1][centre]
        )

    def derivative(self, atoms) -> str:
        """By formulas of the package."""
        return ANALYTIC

    def _run(self, atoms, centre, gradients):
        elements = atomic_numbers(self, atoms, centre)
        if atoms.pbc.any():
            raise InputError(f"{self.name}: qmllib takes molecules only, not pbc={atoms.pbc}")
        options = asdict(self)
        del options["species"]
        return self._generate(atoms.numbers, atoms.get_positions(), elements=elements, gradients=gradients, **options)


@dataclass(frozen=True)
class Fchl19(_Peer):
    """FCHL19 of qmllib (Christensen et al., J. Chem. Phys. 152, 044107, 2020).

    Log-normal two-body terms; three-body terms cos(o theta), sin(o theta), o = 1, 3, .., with an Axilrod-Teller-Muto
    weight. The sine has a cusp at collinear neighbours. Order: per Z: nRs2 terms; then per pair Z <= Z' (row by row):
    nRs3, times cosine and sine for each o. No Jacobian for nFourier > 1. The options bear qmllib's names.
    """

    name = "qmllib-fchl19"
    nRs2: int = integer(24, low=1, help="number of two-body grid points")
    nRs3: int = integer(20, low=1, help="number of three-body grid points")
    nFourier: int = integer(1, low=1, help="number of angular orders o")
    eta2: float = real(0.32, above=0, help="squared width of the two-body terms, Angstrom^2")
    eta3: float = real(2.7, above=0, help="exponent of the three-body terms, Angstrom^-2")
    zeta: float = real(pi, above=0, help="angular damping, exp(-(o zeta)^2 / 2)")
    rcut: float = real(8.0, above=0, help="cutoff radius of the two-body terms, Angstrom")
    acut: float = real(8.0, above=0, help="cutoff radius of the three-body terms, Angstrom")
    two_body_decay: float = real(1.8, help="power of 1 / r in the two-body terms")
    three_body_decay: float = real(0.57, help="power of 1 / (r r' r'') in the three-body terms")
    three_body_weight: float = real(13.4, help="factor of the three-body terms")
    species: tuple = symbols()

    _generate = staticmethod(_package.generate_fchl19)


@dataclass(frozen=True)
class Acsf(_Peer):
    """Symmetry functions on grids, of qmllib (Yao et al., Chem. Sci. 9, 2261, 2018).

    ``sum_j exp(-eta2 (r_j - Rs2)^2) f(r_j)`` and ``2 sum_{j<k} ((1 + cos(theta - Ts)) / 2)^zeta exp(-eta3 ((r_j +
    r_k)/2 - Rs3)^2) f(r_j) f(r_k)``, ``f = (1 + cos(pi r / cut)) / 2``: a cusp at collinear neighbours. Rs2, Rs3 from
    bin_min to rcut, acut; Ts from 0 to pi; ends included.
    Order: per Z: Rs2; then per pair Z <= Z' (row by row): Rs3, Ts. The options bear qmllib's names.
    """

    name = "qmllib-acsf"
    nRs2: int = integer(3, low=1, help="number of two-body grid points")
    nRs3: int = integer(3, low=1, help="number of three-body grid points")
    nTs: int = integer(3, low=1, help="number of angular grid points")
    eta2: float = real(1.0, above=0, help="exponent of the two-body terms, Angstrom^-2")
    eta3: float = real(1.0, above=0, help="exponent of the three-body terms, Angstrom^-2")
    zeta: float = real(1.0, above=0, help="angular power")
    rcut: float = real(5.0, above=0, help="cutoff radius of the two-body terms, Angstrom")
    acut: float = real(5.0, above=0, help="cutoff radius of the three-body terms, Angstrom")
    bin_min: float = real(0.8, above=0, help="first radial grid point, Angstrom")
    species: tuple = symbols()

    _generate = staticmethod(_package.generate_acsf)
