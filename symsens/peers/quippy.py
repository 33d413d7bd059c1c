"""quippy-ase 0.10: GAP's SOAP (Bartok, Kondor, Csanyi, Phys. Rev. B 87, 184115, 2013). Lengths in Angstrom."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from symsens.errors import SpecError
from symsens.peers import ANALYTIC, atomic_numbers, require
from symsens.spec import Parameters, choice, integer, real, switch, symbols

_package = require("quippy.descriptors")

_MASK = "symsens_centre"


@dataclass(frozen=True)
class Soap(Parameters):
    """SOAP power spectrum of GAP, by quippy.

    ``p = N_l sum_jj' R_nl(r_j) R_n'l(r_j') P_l(cos)``, ``N_l = sqrt(2l+1) / (4 pi)``, times sqrt 2 if (Z, n) != (Z',
    n'). Order: channels i = (Z, n) with Z outer; i, i' <= i, l; one constant 0 (covariance_sigma0) at the end.
    The centre is one more neighbour of its own species; with a single entry in `species`, of that one whatever it is.
    `width` is cutoff_transition_width; `normalise` divides by the norm (GAP's own default is to do so).
    """

    name = "quippy-soap"
    n_max: int = integer(8, low=1, help="number of radial functions")
    l_max: int = integer(6, low=0, help="highest angular momentum")
    cutoff: float = real(5.0, above=0, help="cutoff radius, Angstrom")
    sigma: float = real(0.5, above=0, help="width of the Gaussian on each atom (atom_sigma), Angstrom")
    width: float = real(0.5, above=0, help="width of the shifted cosine (cutoff_transition_width), Angstrom")
    radial_basis: str = choice("EQUISPACED_GAUSS", ("EQUISPACED_GAUSS", "POLY", "GTO"), help="radial basis")
    normalise: bool = switch(False, help="whether the features are divided by their norm")
    species: tuple = symbols()

    def features(self, atoms, centre: int) -> np.ndarray:
        """(m,) features of atom `centre`."""
        return self._run(atoms, centre, gradient=False)["data"][0]

    def jacobian(self, atoms, centre: int) -> np.ndarray:
        """(m, N, 3) derivatives by the positions of all atoms."""
        found = self._run(atoms, centre, gradient=True)
        out = np.zeros((len(atoms), 3, found["data"].shape[1]))
        # A periodic image adds to the atom it is an image of.
        np.add.at(out, found["grad_index_0based"][:, 1], found["grad_data"])
        return np.moveaxis(out, -1, 0)

    def derivative(self, atoms) -> str:
        """By formulas of the package."""
        return ANALYTIC

    def _run(self, atoms, centre, gradient):
        built = _descriptor(self, tuple(atomic_numbers(self, atoms, centre)))
        atoms = atoms.copy()
        atoms.arrays[_MASK] = np.arange(len(atoms)) == centre
        return built.calc(atoms, grad=gradient, args_str=f"atom_mask_name={_MASK}")


@cache
def _descriptor(peer, numbers):
    words = {
        "n_max": peer.n_max,
        "l_max": peer.l_max,
        "cutoff": repr(peer.cutoff),
        "atom_sigma": repr(peer.sigma),
        "cutoff_transition_width": repr(peer.width),
        "radial_basis": peer.radial_basis,
        "normalise": "T" if peer.normalise else "F",
        "n_Z": 1,
        "Z": 0,  # any centre
        "n_species": len(numbers),
        "species_Z": "{" + " ".join(map(str, numbers)) + "}",
    }
    try:
        return _package.Descriptor("soap " + " ".join(f"{key}={value}" for key, value in words.items()))
    except RuntimeError as error:
        reason = [
            line for line in map(str.strip, str(error).splitlines()) if not line.startswith(("Traceback", "File"))
        ]
        raise SpecError(f"{peer.name}: {' '.join(reason)}") from None
