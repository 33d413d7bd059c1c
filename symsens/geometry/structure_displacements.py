"""What moves where a whole structure is asked about: all its atoms, the images of each one with it (THEORY, section 7).

Rigid motions are the translations, and those rotations that every vector of the lattice is fixed by: three of a
molecule, one about the axis of a chain, none of a slab or a crystal (Lemma whole).

Law: it answers what `Displacements` answers, so that nothing above asks whether it is a structure or an environment.
"""

from dataclasses import dataclass
from functools import cached_property

from symsens.budget import stage
from symsens.errors import InputError
from symsens.geometry.approximate_groups import NearSymmetry, near_symmetry
from symsens.geometry.displacements import new_ones
from symsens.geometry.environment import Structure
from symsens.geometry.sides import Sides
from symsens.geometry.structure_symmetry import anchor, structure_stabiliser
from symsens.geometry.symmetry import Stabiliser, symmetry_displacements
from symsens.numbers.field import Rationals, clear_denominators
from symsens.numbers.kernel import Matrix
from symsens.numbers.metric import IDENTITY, apply, cross
from symsens.numbers.number_field import NumberField

LEVELS = ("sum", "set")


@dataclass(frozen=True)
class StructureDisplacements:
    """The displacements of all atoms of a structure.

    Attributes
    ----------
    structure : the atoms.
    level : "sum" of the features of all environments, or their "set".
    cutoff : radius of the environments in Angstrom (exact); None: all other atoms of a molecule.
    """

    structure: Structure
    level: str = "sum"
    cutoff: object = None
    chiral = False
    group = "O(3)"
    name = "atoms"

    def __post_init__(self):
        if self.level not in LEVELS:
            raise InputError(f"level = {self.level!r}: a whole structure is asked about by level 'sum' or 'set'")

    @property
    def subject(self) -> Structure:
        """What is asked about."""
        return self.structure

    @property
    def where(self) -> str:
        """The file, for messages."""
        return self.structure.source or "structure"

    @property
    def atoms(self) -> int:
        """The number of atoms."""
        return len(self.structure.species)

    @property
    def variables(self) -> tuple[int, ...]:
        """The atoms that move, three columns each."""
        return tuple(range(self.atoms))

    @property
    def field(self) -> Rationals | NumberField:
        """The field of the coordinates."""
        return self.structure.field

    @property
    def width(self) -> int:
        """The number of displacements: columns of every Jacobian."""
        return 3 * self.atoms

    @cached_property
    def sides(self) -> Sides:
        """The sides of all environments."""
        return Sides(self.structure, self.cutoff)

    @property
    def derivative(self) -> Matrix:
        """Half the derivatives of the squared sides."""
        return self.sides.derivative

    @cached_property
    def stabiliser(self) -> Stabiliser:
        """All isometries of the structure, modulo translations of its lattice; generators are `Motion`."""
        stage("the isometries of the structure")
        return structure_stabiliser(self.structure)

    @cached_property
    def near_symmetry(self) -> NearSymmetry | None:
        """A larger group that a molecule has within a small distance; of a crystal None is looked for."""
        return None if self.structure.lattice else near_symmetry(anchor(self.structure), self.stabiliser)

    @cached_property
    def rigid(self) -> list[list[int]]:
        """Independent integer displacements that are rigid motions."""
        moved = [[int(c == axis) for _ in range(self.atoms) for c in range(3)] for axis in range(3)]
        return moved + self.beyond(moved, self._turned())

    def _turned(self) -> list[list[int]]:
        """Infinitesimal rotations about the first atom, axis by axis."""
        structure = self.structure
        axes = (IDENTITY, structure.lattice, (), ())[len(structure.lattice)]
        first = structure.positions[0]
        points, _ = clear_denominators([[a - b for a, b in zip(y, first)] for y in structure.positions])
        axes, _ = clear_denominators(axes) if axes else ((), 1)
        metric, _ = clear_denominators(structure.metric)
        dual = [apply(metric, y) for y in points]
        return [[x for w in dual for x in cross(apply(metric, axis), w)] for axis in axes]

    @cached_property
    def forced(self) -> list[list[int]]:
        """Further independent displacements that the exact symmetry makes invisible."""
        return self.beyond(self.rigid, symmetry_displacements(self.atoms, self.stabiliser.generators))

    def beyond(self, known: list, candidates: list) -> list:
        """Those of `candidates` that are independent of `known` and of each other."""
        return new_ones(known, candidates, self.width, self.field)
