"""Small models of site energies with a body order of our own: to be fitted and asked the pack.

Site energies are linear or nonlinear in sums over nu-tuples of neighbours of smooth functions of distances and angles.
"""

import numpy as np
from ase.calculators.calculator import Calculator, all_changes

STEP = 1e-3


def radial(r):
    """(..., 3) smooth radial functions."""
    return np.stack([np.exp(-((r - centre) ** 2)) for centre in (1.0, 1.8, 2.6)], axis=-1)


def power_spectrum(x):
    """Features of order 2 of the neighbours at x (n, 3)."""
    r = np.linalg.norm(x, axis=1)
    g, u = radial(r), x / r[:, None]
    cosine = u @ u.T
    legendre = (np.ones_like(cosine), cosine, (3 * cosine**2 - 1) / 2, (5 * cosine**3 - 3 * cosine) / 2)
    return np.concatenate([(g.T @ p @ g)[np.triu_indices(3)] for p in legendre])


def triples(x):
    """Features of order 3: products of the three cosines, without and with the sign of the triple product."""
    r = np.linalg.norm(x, axis=1)
    u, g = x / r[:, None], radial(r)[:, 1]
    c = u @ u.T
    weight = g[:, None, None] * g[None, :, None] * g[None, None, :]
    even = (weight * c[:, :, None] * c[None, :, :] * c[:, None, :]).sum()
    volume = np.tensordot(u, np.cross(u[:, None], u[None]), (1, 2))
    order = r[:, None, None] * r[None, :, None] ** 2 * r[None, None, :] ** 3
    return even, (weight * volume * order).sum()


class SiteModel(Calculator):
    """Energy sum_i e(features of site i), forces by four-point differences.

    Parameters
    ----------
    weights : of the power spectrum.
    nonlinear : whether a tanh is taken of the linear energy.
    even, odd : weights of the two features of order 3; the second one changes its sign under reflections.
    """

    implemented_properties = ["energy", "energies", "forces"]

    def __init__(self, weights=None, nonlinear=False, even=0.0, odd=0.0):
        super().__init__()
        self.weights = np.cos(np.arange(24.0)) / 10 if weights is None else weights
        self.nonlinear, self.even, self.odd = nonlinear, even, odd

    def site(self, positions, i):
        """The energy of one site."""
        x = np.delete(positions, i, axis=0) - positions[i]
        energy = self.weights @ power_spectrum(x)
        if self.nonlinear:
            energy = np.tanh(energy) + energy**2 / 50
        if self.even or self.odd:
            even, odd = triples(x)
            energy += self.even * even + self.odd * odd
        return energy

    def energies(self, positions):
        """All site energies."""
        return np.array([self.site(positions, i) for i in range(len(positions))])

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        """ASE's entry point."""
        super().calculate(atoms, properties, system_changes)
        x = self.atoms.positions
        energies = self.energies(x)
        self.results = {"energy": energies.sum(), "energies": energies}
        if "forces" in properties:
            forces = np.zeros_like(x)
            for place in np.ndindex(*x.shape):
                unit = np.zeros_like(x)
                unit[place] = STEP
                at = [self.energies(x + t * unit).sum() for t in (1, -1, 2, -2)]
                forces[place] = -(8 * (at[0] - at[1]) - (at[2] - at[3])) / (12 * STEP)
            self.results["forces"] = forces


class Chiral(SiteModel):
    """One with a planted bug: mirror images have different energies."""

    def __init__(self):
        super().__init__(odd=0.05)


class WithoutEnergies(SiteModel):
    """One that tells the whole energy only."""

    implemented_properties = ["energy", "forces"]

    def calculate(self, *arguments, **more):
        """Without site energies."""
        super().calculate(*arguments, **more)
        del self.results["energies"]


class Unsteady(SiteModel):
    """One with a planted bug: the first axis of space counts."""

    def site(self, positions, i):
        """With a little of x."""
        return super().site(positions, i) + 1e-3 * (positions[-1, 0] - positions[0, 0]) ** 2
