"""Which force constants of a crystal can a class of descriptors reach? A question of `symsens.second_order`.

Law: joins the search to what a person reads; no mathematics of its own.
"""

from dataclasses import dataclass
from functools import cached_property
from time import perf_counter

import numpy as np

from symsens.certificates.exact import printable
from symsens.certificates.force_constants import force_constants_certificate, rule_of_force_constants
from symsens.certificates.rules import Rule
from symsens.errors import ContradictionError, InputError
from symsens.geometry.environment import Structure
from symsens.geometry.wave_vectors import special_points
from symsens.rows.crystals import Blocks, ForceConstants, force_constants
from symsens.rows.dynamical_matrices import DynamicalMatrices, Reach
from symsens.search.phonons import estimate_basis, ordered_pairs
from symsens.show.harmonics import law_words, lines
from symsens.verdict import Verdict


@dataclass(frozen=True)
class MissingConstants:
    """One missing direction of the force constants of a crystal, exactly, in its frame.

    Attributes
    ----------
    functional : blocks S(a, b, R), contravariant, of pairs of different atoms: sum <S, Phi> = 0 for every model.
    direction : blocks Phi(a, b, R), covariant, to a scale: allowed, and orthogonal to all that models reach.
    """

    functional: Blocks
    direction: Blocks


@dataclass(frozen=True, repr=False)
class CrystalSecondOrder:
    """What is known of the force constants of a crystal; prints as text.

    Attributes
    ----------
    subject : the crystal asked about, in the cell given.
    cutoff : of the environments, in Angstrom.
    level : "sum" of the energies of all sites, or "set": then the readout is nonlinear. Products of features of
        different sites, whatever their distance, are no part of it.
    found : the three spaces.
    seconds : wall time of the search.
    """

    subject: Structure
    cutoff: object
    level: str
    found: ForceConstants
    seconds: float
    undecided = None
    reached_by_descriptor = None

    @property
    def allowed(self) -> int:
        """The dimension of the force constants that site functions of any order have."""
        return self.found.allowed.nrows()

    @property
    def allowed_by_space_group(self) -> int:
        """The dimension of what the space group and translations leave: what packages count."""
        return self.found.allowed_by_space_group

    @property
    def reached(self) -> int:
        """The dimension of what models of this order have."""
        return self.found.reached.nrows()

    @cached_property
    def missing(self) -> tuple[MissingConstants, ...]:
        """The missing directions, exactly."""
        found = self.found
        both = zip(found.functionals, found.directions)
        return tuple(MissingConstants(found.functional_blocks(a), found.direction_blocks(b)) for a, b in both)

    @property
    def pairs(self) -> list[tuple]:
        """The pairs (a, b, R) of `constants`: atoms of the primitive cell, and a vector of its lattice."""
        return ordered_pairs(self.found)

    def constants(self, space: str = "missing") -> np.ndarray:
        """Force constants as floats that span a space, (dimension, pairs, 3, 3), Cartesian, eV/Angstrom^2 per unit.

        Parameters
        ----------
        space : "missing", "reached" or "allowed".
        """
        return estimate_basis(self.found, space)

    @cached_property
    def laws(self) -> list[str]:
        """What every model obeys, one line for each missing direction, rounded."""
        return [law_words(self.found, functional) for functional in self.found.functionals]

    @cached_property
    def _matrices(self) -> tuple[list[str], DynamicalMatrices] | None:
        if self.found.jets.field.degree > 1 or len(self.found.jets.structure.lattice) < 2:
            return None
        points = special_points(self.found.jets.structure)
        return list(points), DynamicalMatrices(self.found, tuple(points.values()))

    @cached_property
    def modes(self) -> dict[str, Reach] | None:
        """How many independent dynamical matrices are allowed and reached at each point of high symmetry; None beyond
        QQ and of chains."""
        if self._matrices is None:
            return None
        names, matrices = self._matrices
        return {name: matrices.reach([k]) for k, name in enumerate(names)}

    @cached_property
    def together(self) -> Reach | None:
        """The same at all of these points together."""
        return None if self._matrices is None else self._matrices[1].reach()

    @property
    def verdict(self) -> Verdict:
        """PROVED."""
        return Verdict.PROVED

    @cached_property
    def rule(self) -> Rule:
        """The rule of the checker that proves the numbers again, or why there is none."""
        return rule_of_force_constants(self.found)

    @property
    def certificate(self) -> dict:
        """The certificate of allowed, reached and missing, as a JSON-ready dictionary.

        Raises
        ------
        InputError
            The checker has no rule for it.
        """
        if self.rule.name is None:
            raise InputError(f"no certificate: {self.rule.reason}")
        labels = {"file": printable(str(self.subject.source))} if self.subject.source else None
        return force_constants_certificate(self.found, self.cutoff, labels)

    def as_dict(self) -> dict:
        """The JSON report."""
        about, found = self.subject, self.found
        return {
            "schema": "symsens/second-order/1",
            "file": about.source,
            "frame": about.frame,
            "formula": about.formula,
            "centre": None,
            "species": list(about.species),
            "primitive_cell": {
                "atoms": list(found.jets.atoms),
                "cell": [[str(x) for x in row] for row in found.jets.structure.cell],
            },
            "field": about.field.name,
            "snapped": None if about.snapped is None else about.snapped.as_dict(),
            "cutoff": str(self.cutoff),
            "level": self.level,
            "nu": found.nu,
            "readout": found.readout,
            "descriptor": None,
            "pairs": len(found.jets.pairs.pairs),
            "allowed": self.allowed,
            "allowed_by_space_group": self.allowed_by_space_group,
            "reached": self.reached,
            "reached_by_descriptor": None,
            "missing": [
                {"direction": _plain(one.direction), "functional": _plain(one.functional), "text": law}
                for one, law in zip(self.missing, self.laws)
            ],
            "modes": None if self.modes is None else {name: _counts(reach) for name, reach in self.modes.items()},
            "modes_together": None if self.together is None else _counts(self.together),
            "verdict": str(self.verdict),
            "undecided": None,
            "rule": self.rule.name,
            "seconds": round(self.seconds, 6),
        }

    def __repr__(self):
        found = self.found
        where = f"{self.subject.formula}, crystal, cutoff {self.cutoff}, nu = {found.nu}, {found.readout}"
        return f"CrystalSecondOrder({where}: {self.verdict}, {self.reached} of {self.allowed})"

    def __str__(self):
        return "\n".join(lines(self))


def _plain(blocks: Blocks) -> list:
    """Exact numbers as strings: [a, b, R, block]."""
    return [[a, b, list(step), [[str(x) for x in row] for row in block]] for (a, b, step), block in blocks.items()]


def _counts(reach: Reach) -> dict:
    return {"allowed": reach.allowed, "reached": reach.reached}


def crystal_second_order(structure: Structure, cutoff, nu: int, level: str, readout: str) -> CrystalSecondOrder:
    """The force constants of a crystal allowed, reached and missing; see `symsens.second_order`."""
    start = perf_counter()
    found = force_constants(structure, cutoff, nu, "nonlinear" if level == "set" else readout)
    if found.missing < 0:
        raise ContradictionError(f"{found.reached.nrows()} force constants are reached of {found.allowed.nrows()}")
    return CrystalSecondOrder(structure, cutoff, level, found, perf_counter() - start)
