"""The 2-jets that symmetry allows an energy to have, and the functionals on them (THEORY, section 9).

A 2-jet is a gradient g and a symmetric Hessian H over the displacements of some nodes. That of an invariant energy is
left alone by the stabiliser, and rigid motions change nothing: to second order, for every translation t and every
infinitesimal rotation y -> A y,

    g(t) = 0,    H(v, t) = 0,    g(A x) = 0,    H(v, A x) + g(A v) = 0    for all displacements v.

Every solution of these equations is the 2-jet of some smooth invariant energy (Lemma allowed). The metric turns
functionals into jets: an invariant vector a and form S into the gradient M a and the Hessian M S M; so one basis serves
for both, and the pairing of a jet with itself is its squared length.

Law: exact; nothing here knows a descriptor or an order nu.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import floor

from symsens.budget import need_memory, stage
from symsens.errors import ContradictionError
from symsens.geometry.displacements import Displacements
from symsens.geometry.structure_displacements import StructureDisplacements
from symsens.geometry.symmetric_forms import Action, Invariant, exchange, invariant_forms, invariant_vectors
from symsens.geometry.symmetry import Generator, turns_about
from symsens.numbers.field import clear_denominators, quotient
from symsens.numbers.kernel import matrix, null_space
from symsens.numbers.metric import IDENTITY, apply, cross, determinant, dot, multiply
from symsens.rows.two_jets import Derivatives, Functionals, gram_derivatives

Moves = Displacements | StructureDisplacements
UNITS = ((1, 0, 0), (0, 1, 0), (0, 0, 1))


@dataclass(frozen=True, eq=False)
class TwoJet:
    """A gradient and a Hessian, or the functional of a vector and a form, over nodes, in frame coordinates.

    Attributes
    ----------
    gradient : one triple for each node.
    form : (j, k), j <= k -> rows of the 3 x 3 block; blocks that are zero are left out, and (k, j) is the transpose.
    """

    gradient: tuple[tuple, ...]
    form: dict[tuple[int, int], tuple[tuple, ...]]

    def paired(self, other: "TwoJet"):
        """A functional at a jet: a . g + <S, H>, over all ordered pairs of nodes."""
        total = sum(dot(a, g) for a, g in zip(self.gradient, other.gradient))
        for pair, block in self.form.items():
            if pair in other.form:
                both = sum(dot(a, b) for a, b in zip(block, other.form[pair]))
                total += both if pair[0] == pair[1] else 2 * both
        return total


@dataclass(frozen=True, eq=False)
class JetSpace:
    """Invariant 2-jets over the neighbours of an environment, or the atoms of a molecule.

    Coordinates of a functional are those over `vectors`, then `forms`; those of a jet are those of the functional that
    the metric turns into it.
    """

    moves: Moves

    @cached_property
    def size(self) -> int:
        """The number of nodes."""
        return self.moves.width // 3

    @cached_property
    def _integral(self) -> tuple[list, int]:
        """Frame coordinates of the nodes times an integer, and this integer."""
        if isinstance(self.moves, Displacements):
            return self.moves.environment.integer_positions
        return clear_denominators(self.moves.structure.positions)

    @property
    def positions(self) -> list[list]:
        """Integral frame coordinates of the nodes."""
        return self._integral[0]

    @cached_property
    def metric(self) -> list[list]:
        """An integral multiple of the metric."""
        return clear_denominators(self.moves.subject.metric)[0]

    @cached_property
    def generators(self) -> tuple:
        """Of the stabiliser; of what lies on a line a turn about it and a mirror through it too."""
        known = self.moves.stabiliser
        if known.span != 1:
            return known.generators
        axis = next(v for v in self._sides if any(v))
        still = tuple(range(self.size))
        turns = turns_about(self.moves.subject.metric, axis)
        return (*known.generators, *(Generator(still, tuple(map(tuple, q))) for q in turns))

    @property
    def _sides(self):
        """Vectors between the nodes, of an environment from its centre."""
        first = (0, 0, 0) if isinstance(self.moves, Displacements) else self.positions[0]
        return [tuple(a - b for a, b in zip(y, first)) for y in self.positions]

    @cached_property
    def derivatives(self) -> Derivatives:
        """Of the basic invariants: dot products of neighbours, or squared sides."""
        if isinstance(self.moves, Displacements):
            return gram_derivatives(self.moves.environment)
        return side_derivatives(self.moves, self.positions, self.metric)

    @cached_property
    def vectors(self) -> list[Invariant]:
        """A basis of the invariant vectors."""
        return invariant_vectors(self.size, [Action(g.permutation, g.isometry) for g in self.generators])

    @cached_property
    def forms(self) -> list[Invariant]:
        """A basis of the invariant symmetric forms; the pair (j, k) of nodes has the number size j + k."""
        n = self.size
        need_memory(600 * n**2, f"{self.moves.where}: the invariant forms of {n} atoms", "lower the cutoff")
        stage("the invariant forms")
        actions = [
            Action([p * n + q for p in g.permutation for q in g.permutation], g.isometry) for g in self.generators
        ]
        reverse = exchange([k * n + j for j in range(n) for k in range(n)])
        return invariant_forms(n * n, [*actions, reverse])

    @cached_property
    def orbits(self) -> list[list[tuple[int, int]]]:
        """Ordered pairs of nodes, those together that symmetry makes equal."""
        found = {min(form.blocks): form.blocks for form in self.forms}
        return [[divmod(pair, self.size) for pair in sorted(orbit)] for orbit in found.values()]

    @cached_property
    def functionals(self) -> Functionals:
        """`vectors` and `forms`."""
        return Functionals(self.vectors, self.forms, lambda j, k: self.size * j + k)

    @property
    def width(self) -> int:
        """The number of functionals."""
        return len(self.vectors) + len(self.forms)

    @cached_property
    def conditions(self) -> list[list]:
        """Equations in the coordinates of jets that say that rigid motions change nothing."""
        return self._equations(self._of_rigid() | self._of_turned(True))

    @cached_property
    def across(self) -> list[list]:
        """Equations in the coordinates of functionals that say that vector and form are orthogonal to rigid motions:
        their solutions are a basis of all functionals on the allowed jets (Lemma allowed)."""
        return self._equations(self._of_rigid() | self._of_turned(False))

    def _equations(self, entries: dict) -> list[list]:
        rows = {}
        for (key, e), x in entries.items():
            rows.setdefault(key, {})[e] = x
        return [[row.get(e, 0) for e in range(self.width)] for row in rows.values() if any(row.values())]

    def _of_rigid(self) -> dict:
        """(equation, functional) -> the gradient along rigid motions."""
        found, metric = defaultdict(int), self.metric
        for e, vector in enumerate(self.vectors):
            for k, rigid in enumerate(self.moves.rigid):
                for j, a in vector.blocks.items():
                    found["rigid", k, e] += dot(a, apply(metric, rigid[3 * j : 3 * j + 3]))
        return {((kind, k), e): x for (kind, k, e), x in found.items()}

    def _of_turned(self, coupled: bool) -> dict:
        """(equation, functional) -> the Hessian along translations and, rotations, with g(A v) if they are coupled."""
        found, first, n = defaultdict(int), len(self.vectors), self.size
        whole = not isinstance(self.moves, Displacements)
        turned = [[cross(axis, y) for y in self.positions] for axis in UNITS]
        for e, vector in enumerate(self.vectors if coupled else ()):
            for j, a in vector.blocks.items():
                for i, axis in enumerate(UNITS):
                    for c, x in enumerate(cross(a, axis)):
                        found[(j, i, c), e] += x
        for e, form in enumerate(self.forms, first):
            for pair, block in form.blocks.items():
                j, k = divmod(pair, n)
                dual = multiply(self.metric, [block[0:3], block[3:6], block[6:9]])
                for i in range(3):
                    for c, x in enumerate(apply(dual, turned[i][k])):
                        found[(j, i, c), e] += x
                    for c in range(3) if whole else ():
                        found[(j, i, c, "moved"), e] += dual[c][i]
        return found

    @cached_property
    def allowed(self) -> list[list]:
        """A basis of the allowed jets, in coordinates.

        Raises
        ------
        ContradictionError
            Characters count another number of them.
        """
        found = solutions(self.conditions, self.width)
        expected = allowed_by_characters(self)
        if expected not in (None, len(found)):
            raise ContradictionError(f"characters allow {expected} 2-jets, linear algebra {len(found)}")
        return found

    @cached_property
    def gram(self) -> list[dict]:
        """For each form those that it is not orthogonal to, and the product."""
        at, metric = {}, self.metric
        for e, form in enumerate(self.forms):
            at.setdefault(min(form.blocks), []).append(e)
        found = [{} for _ in self.forms]
        for orbit in at.values():  # forms of one orbit of pairs have the same blocks
            for e in orbit:
                for f in orbit:
                    found[e][f] = sum(
                        dot([x for row in _covariant(metric, block) for x in row], self.forms[f].blocks[pair])
                        for pair, block in self.forms[e].blocks.items()
                    )
        return found

    def functional(self, coordinates: Sequence) -> TwoJet:
        """With these coordinates, for displacements of the positions as they are given."""
        scale = self._integral[1]
        gradient = [(0, 0, 0)] * self.size
        for c, vector in zip(coordinates, self.vectors):
            for j, a in vector.blocks.items():
                gradient[j] = tuple(x + c * scale * y for x, y in zip(gradient[j], a))
        form = {}
        for c, invariant in zip(coordinates[len(self.vectors) :], self.forms):
            for pair, block in invariant.blocks.items() if c else ():
                j, k = divmod(pair, self.size)
                if j <= k:
                    rows = form.get((j, k), ((0,) * 3,) * 3)
                    form[j, k] = tuple(
                        tuple(x + c * y for x, y in zip(row, block[3 * i : 3 * i + 3])) for i, row in enumerate(rows)
                    )
        return TwoJet(tuple(gradient), {pair: b for pair, b in sorted(form.items()) if any(map(any, b))})

    def jet(self, coordinates: Sequence) -> TwoJet:
        """That with these coordinates, for displacements of the positions as they are given."""
        raised = self.functional(coordinates)
        scale = self._integral[1] ** 2  # what the gradient of the functional has, the jet has inversely
        gradient = tuple(apply(self.metric, a) for a in raised.gradient)
        form = {
            pair: tuple(tuple(scale * x for x in row) for row in multiply(multiply(self.metric, block), self.metric))
            for pair, block in raised.form.items()
        }
        return TwoJet(gradient, form)


def _covariant(metric, block):
    return multiply(multiply(metric, [block[0:3], block[3:6], block[6:9]]), metric)


def solutions(equations: list[list], width: int) -> list[list]:
    """A basis of the vectors that solve homogeneous equations."""
    if not equations:
        return [[int(i == j) for i in range(width)] for j in range(width)]
    return null_space(matrix(len(equations), width, [x for row in equations for x in row]))


def side_derivatives(moves: StructureDisplacements, positions, metric) -> Derivatives:
    """Half those of the squared sides of a molecule."""
    gradients, hessians = [], []
    for j, k in moves.sides.ends.tolist():
        covector = apply(metric, [b - a for a, b in zip(positions[j], positions[k])])
        gradients.append(((k, covector), (j, tuple(-x for x in covector))))
        hessians.append(((j, j, 1), (k, k, 1), (j, k, -1), (k, j, -1)))
    return Derivatives(gradients, hessians, metric)


def allowed_by_characters(space: JetSpace) -> int | None:
    """The number of allowed 2-jets from characters of the stabiliser on W = V / R: those of W in first order, of its
    symmetric square in second; None of what lies on a line, whose group is infinite."""
    known, n = space.moves.stabiliser, space.size
    if known.span < 2:
        return None
    elements = known.elements if known.generators else {IDENTITY: tuple(range(n))}
    translated = not isinstance(space.moves, Displacements)
    total = 0
    for q, p in elements.items():
        one = _character(q, p, translated)
        two = _character(multiply(q, q), [p[k] for k in p], translated)
        total += 2 * one + one * one + two
    count = quotient(total, 2 * len(elements))
    if floor(count) != count:
        raise ContradictionError(f"characters allow {count} 2-jets, which is no whole number")
    return floor(count)


def _character(q, permutation, translated: bool):
    """Of V / R: nodes that stay, times the trace, without rotations, and translations where they move anything."""
    trace = sum(q[i][i] for i in range(3))
    stay = sum(j == k for j, k in enumerate(permutation))
    return stay * trace - determinant(q) * trace - translated * trace
