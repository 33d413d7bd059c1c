"""Exact structures and environments: species, positions over the declared field, a frame metric, ties to the atoms.

Law: nothing here rounds, and all above uses only the dot products ``x_j . x_k = y_j^T M y_k`` (THEORY, section 1).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import isqrt, prod
from numbers import Integral

from symsens.budget import need_memory
from symsens.errors import InputError
from symsens.geometry.ase_files import read_atoms
from symsens.geometry.exact_files import ENVIRONMENT, read_document
from symsens.numbers.field import QQ, Rationals, clear_denominators
from symsens.numbers.metric import IDENTITY, apply, check_metric, determinant, dot, inverse, shift
from symsens.numbers.number_field import NumberField

MAX_IMAGES = 200_000
BYTES_OF_A_NUMBER = 100  # of a dot product among others, about


@dataclass(frozen=True, repr=False)
class Environment:
    """A centre at the origin and its n neighbours (THEORY, section 1).

    Parameters
    ----------
    species : n chemical symbols, one per neighbour.
    positions : n triples, frame coordinates y_j relative to the centre (Angstrom when the metric is the identity);
        anything that `field.parse` reads.
    centre_species : chemical symbol of the centre.
    metric : 3 x 3 matrix M = B^T B, symmetric positive definite; the Cartesian vectors are x_j = B y_j.
    centre, atoms : index of the centre and of the atom behind each neighbour in the structure it comes from (the tie
        map; periodic images of one atom share its index).
    images : in a crystal, by how many of its periodic vectors each neighbour is shifted from the place of its atom.
    source, frame : the file and its frame that it comes from, for messages and reports.
    field : of all these numbers, `QQ` or a `symsens.numbers.number_field.NumberField`.
    snapped : how the structure was snapped (`symsens.geometry.snapping.Snapped`), if it was.

    Raises
    ------
    InputError
        Coinciding atoms, a neighbour at the centre, numbers outside the field, a metric that is none.
    """

    species: tuple[str, ...]
    positions: tuple[tuple, ...]
    centre_species: str = "X"
    metric: tuple = IDENTITY
    centre: int = 0
    atoms: tuple[int, ...] | None = None
    images: tuple[tuple[int, ...], ...] | None = None
    source: str | None = None
    formula: str | None = None
    frame: int | None = None
    snapped: object = field(default=None, repr=False, compare=False)
    field: Rationals | NumberField = field(default=QQ, repr=False)

    def __post_init__(self):
        assign = lambda name, value: object.__setattr__(self, name, value)
        parse = self.field.parse
        assign("species", tuple(self.species))
        try:
            assign("positions", tuple(tuple(map(parse, y)) for y in self.positions))
        except TypeError:
            raise InputError(
                f"{self.positions!r:.80}: a position has three coordinates: give a list of triples"
            ) from None
        if self.metric is not IDENTITY:
            assign("metric", tuple(tuple(map(parse, row)) for row in self.metric))
            check_metric(self.metric)
        n = len(self.species)
        assign("atoms", tuple(range(1, n + 1)) if self.atoms is None else tuple(self.atoms))
        if not len(self.positions) == len(self.atoms) == n:
            raise InputError(
                f"{n} species, {len(self.positions)} positions, {len(self.atoms)} atoms: one of each per neighbour"
            )
        seen = {(0, 0, 0): self.centre}
        for atom, y in zip(self.atoms, self.positions):
            if len(y) != 3:
                raise InputError(f"atom {atom}: a position has three coordinates, not {len(y)}")
            if y in seen:
                raise InputError(f"atoms {seen[y]} and {atom} coincide at distance 0: remove one of them")
            seen[y] = atom
        if self.formula is None:
            assign("formula", _formula((self.centre_species, *self.species)))

    def __repr__(self):
        many = "1 neighbour" if self.n == 1 else f"{self.n} neighbours"
        return (
            f"Environment({self.formula}, centre {self.centre} ({self.centre_species}), {many}, over {self.field.name})"
        )

    @classmethod
    def from_ase(cls, atoms, centre: int = 0, cutoff=None) -> "Environment":
        """The environment of atom `centre` of an ASE `Atoms` object; see `Structure.environment`."""
        return Structure.from_ase(atoms).environment(centre, cutoff)

    @property
    def n(self) -> int:
        """The number of neighbours."""
        return len(self.species)

    def part(self, neighbours) -> "Environment":
        """The environment of some of the neighbours only."""
        names = ("species", "positions", "atoms") + (("images",) if self.images else ())
        return replace(self, **{name: tuple(getattr(self, name)[j] for j in neighbours) for name in names})

    @cached_property
    def integer_positions(self) -> tuple[list[list], int]:
        """(q Y, q): integral frame coordinates, n x 3, and their common denominator q."""
        return clear_denominators(self.positions)

    @cached_property
    def integer_metric(self) -> tuple[list[list], int]:
        """(m M, m): the metric as integral numbers over the common denominator m."""
        return clear_denominators(self.metric)

    @cached_property
    def inverse_metric(self):
        """M^-1."""
        return IDENTITY if self.metric is IDENTITY else inverse(self.metric)

    @cached_property
    def covectors(self) -> list[list]:
        """n x 3 integral numbers q m (M y_j): the gradient of x_j . x_k with respect to y_k, up to the factor q m."""
        (y, _), (metric, _) = self.integer_positions, self.integer_metric
        return [[row[0] * a + row[1] * b + row[2] * c for row in metric] for a, b, c in y]

    @cached_property
    def gram(self) -> list[list]:
        """n x n integral numbers `gram_scale` * (x_j . x_k)."""
        y, _ = self.integer_positions
        return [[g[0] * a + g[1] * b + g[2] * c for a, b, c in y] for g in self.covectors]

    @cached_property
    def gram_scale(self) -> int:
        """The factor q^2 m by which `gram` exceeds the dot products."""
        return self.integer_positions[1] ** 2 * self.integer_metric[1]


@dataclass(frozen=True, repr=False)
class Structure:
    """Atoms of a molecule or crystal with exact positions.

    Parameters
    ----------
    species : N chemical symbols.
    positions : N triples in the frame (Angstrom when the metric is the identity).
    cell : three frame vectors; only those of the periodic directions are used.
    pbc : three booleans, the periodic directions.
    metric, field : as for `Environment`.
    centre : the only atom whose environment is meant, where this is one; None where each is.
    """

    species: tuple[str, ...]
    positions: tuple[tuple, ...]
    cell: tuple | None = None
    pbc: tuple[bool, bool, bool] = (False, False, False)
    metric: tuple = IDENTITY
    source: str | None = None
    formula: str | None = None
    frame: int | None = None
    centre: int | None = None
    snapped: object = field(default=None, repr=False, compare=False)
    field: Rationals | NumberField = field(default=QQ, repr=False)

    def __post_init__(self):
        assign = lambda name, value: object.__setattr__(self, name, value)
        assign("species", tuple(self.species))
        for name in ("positions", "cell", "metric"):
            rows = getattr(self, name)
            if rows is not None and rows is not IDENTITY:
                assign(name, tuple(self._parse_row(name, i, row) for i, row in enumerate(rows)))
        if not self.species:
            raise InputError(f"{self.source or 'structure'}: no atoms: nothing to certify")
        if len(self.positions) != len(self.species):
            raise InputError(f"{len(self.species)} species but {len(self.positions)} positions")
        if self.metric is not IDENTITY:
            check_metric(self.metric)
        if any(self.pbc) and (self.cell is None or determinant(self._periodic_gram) == 0):
            raise InputError(
                f"{self.source or 'structure'}: periodic, but its cell vectors are linearly dependent: mend the cell"
            )
        if self.formula is None:
            assign("formula", _formula(self.species))
        seen = {}
        for i, y in enumerate(self._wrapped):
            if y in seen:
                raise InputError(
                    f"{self.source or 'structure'}: atoms {seen[y]} and {i} coincide at "
                    f"({', '.join(str(float(c)) for c in self.positions[i])}): remove one of them"
                )
            seen[y] = i

    def __repr__(self):
        kind = "crystal" if any(self.pbc) else "molecule"
        return f"Structure({self.formula}, {kind}{f', {self.source}' if self.source else ''}, over {self.field.name})"

    def _parse_row(self, name, i, row):
        try:
            return tuple(map(self.field.parse, row))
        except InputError as error:
            where = f"atom {i}" if name == "positions" else f"{name} row {i}"
            raise InputError(f"{self.source or 'structure'}: {where}: {error}") from None

    @classmethod
    def from_ase(cls, atoms, source: str | None = None) -> "Structure":
        """From an ASE `Atoms` object: each float is the rational that its shortest decimal form names."""
        return cls(
            species=tuple(atoms.get_chemical_symbols()),
            positions=tuple(map(tuple, atoms.get_positions().tolist())),
            cell=tuple(map(tuple, atoms.cell.tolist())) if atoms.pbc.any() else None,
            pbc=tuple(map(bool, atoms.pbc)),
            source=source,
            formula=atoms.get_chemical_formula(),
        )

    @classmethod
    def read(cls, name: str, frame: int = 0) -> "Structure":
        """Frame `frame` of a file that ASE reads, an exact file (`symsens.geometry.exact_files`), or ``ase:NAME`` from
        ASE's built-in molecules.

        Raises
        ------
        InputError
            The file is missing, unreadable, of unknown format or empty, or has no such frame.
        """
        document = read_document(name)
        if document is None:
            (atoms,) = read_atoms(name, frame)
            return replace(cls.from_ase(atoms, source=name), frame=frame)
        if frame not in (0, -1):
            raise InputError(f"{name}: there is no frame {frame}: it has frame 0 only")
        return cls._of_document(document, name)

    @classmethod
    def read_all(cls, name: str) -> list["Structure"]:
        """All frames of a file, as `read`."""
        if document := read_document(name):
            return [cls._of_document(document, name)]
        frames = enumerate(read_atoms(name, None))
        return [replace(cls.from_ase(atoms, source=name), frame=frame) for frame, atoms in frames]

    @classmethod
    def _of_document(cls, document: dict, name: str) -> "Structure":
        of_environment = document["schema"] == ENVIRONMENT
        centre = [document["centre"]] if of_environment else []
        try:
            return cls(
                species=(*centre, *document["species"]),
                positions=(*[(0, 0, 0)] * len(centre), *document["positions"]),
                cell=document.get("cell"),
                pbc=tuple(document.get("pbc", (False,) * 3)),
                metric=document.get("metric", IDENTITY),
                source=name,
                centre=0 if of_environment else None,
                field=document["field"],
            )
        except InputError as error:
            raise InputError(str(error) if str(error).startswith(name) else f"{name}: {error}") from None

    @cached_property
    def lattice(self) -> list[tuple]:
        """The vectors of the periodic directions, none of a molecule."""
        return [a for a, periodic in zip(self.cell, self.pbc) if periodic] if any(self.pbc) else []

    @cached_property
    def _periodic_gram(self):
        return [[dot(a, apply(self.metric, b)) for b in self.lattice] for a in self.lattice]

    @cached_property
    def _reciprocal(self):
        """Rows r_i with r_i . y = coefficient of the i-th periodic vector in (the projection of) y; and |r_i|^2."""
        weights = inverse(self._periodic_gram)
        covectors = [apply(self.metric, a) for a in self.lattice]
        rows = [[dot(w, column) for column in zip(*covectors)] for w in weights]
        return rows, [w[i] for i, w in enumerate(weights)]

    @property
    def _wrapped(self):
        return [self.wrapped(y) for y in self.positions]

    def wrapped(self, y):
        """A point modulo the lattice: equal of two points exactly if some lattice vector takes the one to the other."""
        return shift(y, self.lattice, [-(c.__floor__()) for c in self.lattice_coordinates(y)])

    def lattice_coordinates(self, y) -> tuple:
        """The coefficients of the lattice vectors in the projection of y on to their span."""
        return tuple(dot(r, y) for r in self._reciprocal[0]) if self.lattice else ()

    @property
    def centres(self) -> Sequence[int]:
        """The atoms whose environments are meant by all of them."""
        return range(len(self.species)) if self.centre is None else (self.centre,)

    def environment(self, centre: int, cutoff=None) -> Environment:
        """Atom `centre` with every other atom or periodic image at |x_j| <= cutoff, decided exactly on squares.

        Parameters
        ----------
        centre : index of the atom, 0 <= centre < N.
        cutoff : radius in Angstrom (anything exact); None takes all other atoms of a molecule.

        Raises
        ------
        InputError
            Index out of range, cutoff not positive, a periodic structure without a cutoff.
        """
        where = self.source or "structure"
        n_atoms = len(self.species)
        if not isinstance(centre, Integral) or not 0 <= centre < n_atoms:
            raise InputError(
                f"{where}: centre {centre} is out of range: its {n_atoms} atoms have indices 0 to {n_atoms - 1}"
            )
        if self.centre not in (None, centre):
            raise InputError(f"{where}: centre {centre}: it is the environment of atom {self.centre} alone")
        if cutoff is None:
            if any(self.pbc):
                raise InputError(
                    f"{where}: a periodic structure has infinitely many neighbours: give a cutoff, e.g. --cutoff 5"
                )
            limit = None
        else:
            cutoff = self.field.parse(cutoff)
            if cutoff <= 0:
                raise InputError(f"{where}: cutoff {cutoff} is not positive: give a radius in Angstrom")
            limit = cutoff**2
        origin = self.positions[centre]
        found = []
        for atom, y in enumerate(self.positions):
            start = tuple(a - b for a, b in zip(y, origin))
            for image, z in self.images(start, limit):
                if any(z) and (limit is None or dot(z, apply(self.metric, z)) <= limit):
                    found.append((atom, z, image))
        dots = f"{where}: the dot products of {len(found)} neighbours"
        need_memory(BYTES_OF_A_NUMBER * len(found) ** 2, dots, "lower the cutoff")
        return Environment(
            species=tuple(self.species[atom] for atom, _, _ in found),
            positions=tuple(z for _, z, _ in found),
            centre_species=self.species[centre],
            metric=self.metric,
            centre=centre,
            atoms=tuple(atom for atom, _, _ in found),
            images=tuple(image for _, _, image in found) if self.lattice else None,
            source=self.source,
            formula=self.formula,
            frame=self.frame,
            field=self.field,
            snapped=self.snapped,
        )

    def images(self, start, limit) -> list[tuple]:
        """All lattice images of `start` that can lie within the squared radius `limit`, each after its shift.

        Raises
        ------
        InputError
            More of them than the stated limit.
        """
        if not self.lattice:
            return [((), start)]
        rows, squares = self._reciprocal
        # |n_i + r_i.start| <= |r_i| * cutoff for every image within the cutoff (Cauchy-Schwarz).
        ranges = []
        for r, square in zip(rows, squares):
            offset = dot(r, start)
            reach = Fraction(isqrt((limit * square * 10**6).__ceil__()) + 1, 1000)
            ranges.append(range((-offset - reach).__ceil__(), (-offset + reach).__floor__() + 1))
        if prod(each.stop - each.start for each in ranges) > MAX_IMAGES:
            where = self.source or "structure"
            raise InputError(f"{where}: the cutoff reaches more than {MAX_IMAGES} periodic images of an atom: lower it")
        return [(counts, shift(start, self.lattice, counts)) for counts in product(*ranges)]


def _formula(species) -> str:
    return "".join(f"{z}{count if count > 1 else ''}" for z, count in sorted(Counter(species).items()))
