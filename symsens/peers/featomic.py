"""featomic 0.6 (metatensor; formerly rascaline): densities expanded on GTOs. Lengths in Angstrom.

Channels run over the species in ascending atomic number; those of species that do not occur are zeros.
"""

import atexit
from dataclasses import dataclass
from functools import cache
from itertools import combinations_with_replacement

import numpy as np

from symsens.errors import InputError, SpecError
from symsens.peers import ANALYTIC, atomic_numbers, require
from symsens.spec import Parameters, integer, real, symbols

_package = require("featomic")
_Labels = require("metatensor").Labels


@dataclass(frozen=True)
class _Peer(Parameters):
    """The options of both. `spline_accuracy` none evaluates the radial integrals themselves; featomic's own default is
    1e-8.

    `width` is that of the shifted-cosine cutoff (0: a step); `sigma` that of the Gaussian on each atom; GTOs n =
    0..max_radial.
    """

    max_radial: int = integer(7, low=0, help="highest radial index: max_radial + 1 functions")
    max_angular: int = integer(6, low=0, help="highest angular momentum")
    cutoff: float = real(5.0, above=0, help="cutoff radius, Angstrom")
    sigma: float = real(0.5, above=0, help="width of the Gaussian on each atom, Angstrom")
    width: float = real(0.5, least=0, help="width of the shifted cosine, Angstrom; 0: a step")
    spline_accuracy: float | None = real(None, above=0, help="error allowed to splines of the radial integrals")
    species: tuple = symbols()

    def features(self, atoms, centre: int) -> np.ndarray:
        """(m,) features of atom `centre`."""
        # A block without a sample: the centre has no such neighbours.
        parts = [
            (block.values, np.zeros(block.values.shape[1:])) for block in self._blocks(atoms, centre, gradients=[])
        ]
        return np.concatenate([values[0].ravel() if len(values) else zeros.ravel() for values, zeros in parts])

    def jacobian(self, atoms, centre: int) -> np.ndarray:
        """(m, N, 3) derivatives by the positions of all atoms."""
        parts = []
        for block in self._blocks(atoms, centre, gradients=["positions"]):
            gradient = block.gradient("positions")
            part = np.zeros((len(atoms), *gradient.values.shape[1:]))
            # A periodic image adds to the atom it is an image of.
            np.add.at(part, gradient.samples.column("atom"), gradient.values)
            parts.append(part.reshape(len(atoms), 3, -1))
        return np.moveaxis(np.concatenate(parts, axis=-1), -1, 0)

    def derivative(self, atoms) -> str:
        """By formulas of the package."""
        return ANALYTIC

    def _blocks(self, atoms, centre, gradients):
        numbers = atomic_numbers(self, atoms, centre)
        if atoms.pbc.any() and not atoms.pbc.all():
            raise InputError(
                f"{self.name}: featomic takes structures periodic in three directions or in none, not pbc={atoms.pbc}"
            )
        if not atoms.pbc.any() and atoms.cell.any():
            atoms = atoms.copy()  # featomic would drop the cell itself, with a warning
            atoms.cell = None
        names, keys = self._keys(int(atoms.numbers[centre]), numbers)
        try:
            found = _calculator(self).compute(
                atoms,
                gradients=gradients,
                selected_samples=_Labels(["system", "atom"], np.array([[0, centre]])),
                selected_keys=_Labels(names, np.array(keys)),
            )
        except _package.status.FeatomicError as error:
            raise SpecError(f"{self.name}: {' '.join(str(error).split())}") from None
        return [found.block(dict(zip(names, key))) for key in keys]


@dataclass(frozen=True)
class PowerSpectrum(_Peer):
    """SOAP power spectrum of featomic.

    ``p = N_l sum_jj' R_nl(r_j) R_n'l(r_j') P_l(cos)``, ``N_l = (-1)^l sqrt(2l+1) / (4 pi)``, times sqrt 2 if Z != Z';
    the centre is one more neighbour of its own species. Order: Z, Z' >= Z, l, n, n' (all n' also where Z = Z').
    """

    name = "featomic-power-spectrum"
    _calculator = staticmethod(_package.SoapPowerSpectrum)

    def _keys(self, centre_type, numbers):
        pairs = combinations_with_replacement(numbers, 2)
        return ["center_type", "neighbor_1_type", "neighbor_2_type"], [[centre_type, *pair] for pair in pairs]


@dataclass(frozen=True)
class SphericalExpansion(_Peer):
    """Spherical expansion coefficients of featomic: equivariant, they turn with the structure.

    ``c_lmn = sum_j R_nl(r_j) Y_lm(x_j / r_j)``, real spherical harmonics. Order: l, Z, m = -l..l, n.
    ``(-1)^l / sqrt(2l+1) sum_m c_lmn c_lmn'`` is the power spectrum (times sqrt 2 between species).
    """

    name = "featomic-spherical-expansion"
    _calculator = staticmethod(_package.SphericalExpansion)

    def _keys(self, centre_type, numbers):
        degrees = range(self.max_angular + 1)
        return ["o3_lambda", "o3_sigma", "center_type", "neighbor_type"], [
            [l, 1, centre_type, z] for l in degrees for z in numbers
        ]


@cache
def _calculator(peer):
    smoothing = {"type": "ShiftedCosine", "width": peer.width} if peer.width else {"type": "Step"}
    return peer._calculator(
        cutoff={"radius": peer.cutoff, "smoothing": smoothing},
        density={"type": "Gaussian", "width": peer.sigma},
        basis={
            "type": "TensorProduct",
            "max_angular": peer.max_angular,
            "radial": {"type": "Gto", "max_radial": peer.max_radial},
            "spline_accuracy": peer.spline_accuracy,
        },
    )


# featomic cannot free a calculator once the interpreter takes its modules apart.
atexit.register(_calculator.cache_clear)
