"""Which force constants of a crystal models of order nu can have, and which not (THEORY, section 9).

Three spaces, each in the next: what sums of site functions of order nu have; what those of any order have, rotations
included; what the space group and translations leave of the blocks of pairs within one environment.

Law: a rank is proved from below modulo a prime and from above by functionals that annihilate every row exactly.
"""

from dataclasses import dataclass
from functools import cached_property

from symsens.errors import InputError
from symsens.geometry.environment import Structure
from symsens.numbers.field import clear_denominators
from symsens.numbers.kernel import (
    Matrix,
    from_columns,
    independent,
    lines_of,
    matrix,
    multiply,
    null_space,
    row_basis,
)
from symsens.numbers.metric import dot, multiply as product
from symsens.rows.crystal_jets import CrystalJets
from symsens.rows.curvatures import READOUTS

Blocks = dict[tuple[int, int, tuple[int, ...]], tuple[tuple, ...]]


@dataclass(frozen=True, eq=False)
class ForceConstants:
    """Which force constants of a crystal models of order nu can have; all spaces by coefficients of invariant forms.

    Attributes
    ----------
    jets : the crystal in its primitive cell, its pairs and functionals.
    nu : order of the models; None for any.
    readout : "linear": sums over sites of functions of order nu; "nonlinear": any function of them at each site.
    reached : the values of all functionals at a basis of what is reached.
    """

    jets: CrystalJets
    nu: int | None
    readout: str
    reached: Matrix

    @property
    def allowed_by_space_group(self) -> int:
        """The dimension of what the space group and translations leave."""
        return self.jets.pairs.allowed

    @cached_property
    def allowed(self) -> Matrix:
        """The values of all functionals at a basis of what site functions of any order have: it lies between."""
        return self.reached if self.reached.nrows() == self.allowed_by_space_group else self.jets.any_order

    @property
    def missing(self) -> int:
        """The dimension of what is allowed and not reached."""
        return self.allowed.nrows() - self.reached.nrows()

    @cached_property
    def functionals(self) -> list[list]:
        """As many as are missing: each is 0 on all that is reached, and they are independent on what is allowed."""
        null = null_space(self.reached)
        if not null:
            return []
        values = lines_of(multiply(self.allowed, from_columns(null, self.jets.width)).transpose())
        return [null[i] for i in independent(values, self.allowed.nrows(), self.jets.field)]

    @cached_property
    def directions(self) -> list[list]:
        """A basis of the force constants that are allowed and orthogonal to all that is reached."""
        if not self.missing:
            return []
        allowed, reached = (self.coefficients(rows) for rows in (self.allowed, self.reached))
        across = multiply(multiply(reached, self._whole_gram), allowed.transpose())
        return [_combined(x, allowed) for x in null_space(across)]

    def basis(self, rows: Matrix) -> list[Blocks]:
        """A basis of the force constants with these values, `reached` or `allowed`, as blocks."""
        return [self.direction_blocks(line) for line in lines_of(self.coefficients(rows))]

    def functional_blocks(self, coefficients) -> Blocks:
        """A functional as blocks of frame vectors, one for each ordered pair of different atoms."""
        found = {}
        for c, form in zip(coefficients, self.jets.pairs.forms):
            for p, block in form.blocks.items() if c else ():
                before = found.get(p, (0,) * 9)
                found[p] = tuple(x + c * y for x, y in zip(before, block))
        return {self.jets.pairs.pairs[p]: _square(found[p]) for p in sorted(found) if any(found[p])}

    def direction_blocks(self, coefficients) -> Blocks:
        """Force constants as blocks of frame covectors, those of an atom with itself among them."""
        metric, pairs = self.jets.metric, self.jets.pairs
        found = {
            pair: tuple(map(tuple, product(product(metric, block), metric)))
            for pair, block in self.functional_blocks(coefficients).items()
        }
        for a in range(len(pairs.structure.species)):
            whole = [block for pair, block in found.items() if pair[0] == a]
            if whole:
                itself = tuple(tuple(-sum(block[i][j] for block in whole) for j in range(3)) for i in range(3))
                found[a, a, (0,) * len(pairs.structure.lattice)] = itself
        return found

    def coefficients(self, rows: Matrix) -> Matrix:
        """A basis of the force constants with these values of the functionals, as coefficients of the forms."""
        gram, width = lines_of(self._gram), self.jets.width
        values = lines_of(rows)
        both = [[*line, *(-row[e] for row in values)] for e, line in enumerate(gram)]
        null = null_space(matrix(width, width + len(values), [x for line in both for x in line]))
        return matrix(len(null), width, [x for v in null for x in v[:width]])

    @cached_property
    def _gram(self) -> Matrix:
        """<S_e, M S_f M> over all pairs of different atoms: values of functionals at force constants."""
        return self._grams[0]

    @cached_property
    def _whole_gram(self) -> Matrix:
        """Scalar products of force constants, the blocks of atoms with themselves among them."""
        return self._grams[1]

    @cached_property
    def _grams(self) -> tuple[Matrix, Matrix]:
        jets, forms = self.jets, self.jets.pairs.forms
        metric, width = jets.metric, jets.width
        lowered = [{p: _lowered(metric, block) for p, block in form.blocks.items()} for form in forms]
        sums = [jets.pairs.sums(form) for form in forms]
        lowered_sums = [{a: _lowered(metric, block) for a, block in whole.items()} for whole in sums]
        apart, whole = [[0] * width for _ in forms], [[0] * width for _ in forms]
        for e, form in enumerate(forms):
            for f in range(width):
                own = sum(dot(block, lowered[f][p]) for p, block in form.blocks.items() if p in lowered[f])
                itself = sum(dot(block, lowered_sums[f][a]) for a, block in sums[e].items() if a in lowered_sums[f])
                apart[e][f], whole[e][f] = own, own + itself
        return tuple(matrix(width, width, [x for row in rows for x in row]) for rows in (apart, whole))


def force_constants(structure: Structure, cutoff, nu: int | None = 2, readout: str = "linear") -> ForceConstants:
    """Which harmonic force constants sums of site functions of order nu within a cutoff can have.

    Parameters
    ----------
    structure : a crystal, in any cell.
    cutoff : radius of the environments in Angstrom.
    nu : order of the functions; None for any.
    readout : "linear" or "nonlinear"; see `ForceConstants`.

    Raises
    ------
    InputError
        No crystal, no neighbours, or an unknown readout.
    """
    return crystal_force_constants(CrystalJets(structure, cutoff), nu, readout)


def crystal_force_constants(jets: CrystalJets, nu: int | None, readout: str = "linear") -> ForceConstants:
    """The same, of a crystal whose pairs and functionals are known."""
    if readout not in READOUTS:
        raise InputError(f"readout = {readout!r}: either 'linear' or 'nonlinear'")
    reached = jets.any_order if nu is None else row_basis(jets.rows_of_order(nu, readout), jets.field)
    return ForceConstants(jets, nu, readout, reached)


def _combined(weights, rows: Matrix) -> list:
    lines = lines_of(rows)
    (whole,), _ = clear_denominators([[sum(w * x for w, x in zip(weights, column)) for column in zip(*lines)]])
    return whole


def _square(block: tuple) -> tuple:
    return block[0:3], block[3:6], block[6:9]


def _lowered(metric, block: tuple) -> tuple:
    """M S M, row by row."""
    return tuple(x for row in product(product(metric, _square(block)), metric) for x in row)
