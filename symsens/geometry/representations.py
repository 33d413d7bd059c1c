"""Which irreducible representations of the point group the displacements form that symmetry hides.

The group acts on what moves, W: (rho(g) u)_p(a) = Q u_a; its character is the number of those that stay, times tr Q.
What symmetry hides, beyond rigid motions, is all of W beyond rigid motions that is not totally symmetric (Lemma
species): its decomposition takes only characters. Rigid motions are rotations w x X, of character det Q tr Q, and where
all atoms move translations, of character tr Q.

What lies on a line has all rotations about it as symmetries. Displacements along it are Sigma, those across it Pi;
where its sides are exchanged, sums and differences over opposite atoms are u and g.

Law: exact; no vector is looked at, so that the dimensions found are a second proof of those of the levels.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from symsens.errors import ContradictionError
from symsens.geometry.characters import irreducible_characters
from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment
from symsens.geometry.point_groups import point_group
from symsens.geometry.structure_displacements import StructureDisplacements
from symsens.geometry.structure_symmetry import anchor
from symsens.numbers.field import clear_denominators, quotient
from symsens.numbers.kernel import Matrix, matrix
from symsens.numbers.metric import apply, cross, determinant, dot

_DIMENSIONS = {"A": 1, "B": 1, "S": 1, "E": 2, "P": 2, "T": 3, "G": 4, "H": 5}


@dataclass(frozen=True)
class Species:
    """Multiplicities of irreducible representations, by Mulliken's symbols (`characters` states the conventions).

    Attributes
    ----------
    forced : of the displacements that symmetry hides, beyond rigid ones.
    rigid : of the rigid ones.
    """

    forced: dict[str, int]
    rigid: dict[str, int]


@dataclass(frozen=True)
class _Action:
    """How the point group acts on what moves.

    Attributes
    ----------
    points : what tells axes from each other (Conventions of `characters`).
    kept : of a permutation, how many of what moves stay in place; None where it does not act on what moves.
    translated : whether translations move anything.
    axes : rotations about these vectors are displacements; None: rotations about any.
    """

    points: Environment
    kept: Callable
    translated: bool
    axes: tuple | None

    def of_rotations(self, q, trace):
        """The character of the rotations at Q, from its trace: w x X goes to (det Q) Q w x X."""
        if self.axes is None:
            return determinant(q) * trace
        return sum(determinant(q) * (1 if apply(q, w) == tuple(w) else -1) for w in self.axes)


def species_of(moves: Displacements | StructureDisplacements) -> Species | None:
    """The representations of the point group on the levels "symmetry" and "rigid" (Lemma species).

    Where axes decide between symbols, an isometry is the nearer the more neighbours it leaves in place, of a structure
    the more atoms about their mean and lattice vectors as long as those of the cell; then the less it moves all that.

    Returns
    -------
    Species | None
        None where what acts on the displacements is not the point group: where images of one atom go to images of
        several, or a translation that is none of the lattice brings a crystal on to itself.

    Raises
    ------
    ContradictionError
        The dimensions are not those of the levels.
    """
    span = moves.stabiliser.span
    if not span:
        return Species({}, {})
    action = _of_environment(moves) if isinstance(moves, Displacements) else _of_structure(moves)
    found = action and (_on_a_line(moves, action) if span == 1 else _in_space(moves, action))
    if found:
        _check("symmetry", found.forced, len(moves.forced))
        _check("rigid", found.rigid, len(moves.rigid))
    return found


def isotypic_parts(moves: Displacements | StructureDisplacements) -> dict[str, tuple[int, Matrix]] | None:
    """For each irreducible representation how often it is among the displacements beyond rigid ones, and a multiple of
    the projection on to its part of all displacements, integral, in frame coordinates: the sum of chi(g) rho(g).

    Returns
    -------
    dict | None
        None where the point group does not act on the displacements, or is infinite.
    """
    stabiliser, width = moves.stabiliser, moves.width
    if stabiliser.span < 2:
        return None
    if not stabiliser.generators:
        unit = matrix(width, width, [int(i == j) for i in range(width) for j in range(width)])
        return {"A": (width - len(moves.rigid), unit)}
    action = _of_environment(moves) if isinstance(moves, Displacements) else _of_structure(moves)
    if action is None:
        return None
    table, of_all, of_rigid = _decomposed(moves, action)
    return {symbol: (of_all[symbol] - of_rigid[symbol], _projection(moves, values)) for symbol, values in table.items()}


def _projection(moves, values) -> Matrix:
    """The sum of chi(g) rho(g), times an integer."""
    width = moves.width
    total = [[0] * width for _ in range(width)]
    for (q, permutation), chi in zip(moves.stabiliser.elements.items(), values):
        for k, image in enumerate(permutation) if chi else ():
            for i in range(3):
                for j in range(3):
                    total[3 * image + i][3 * k + j] += chi * q[i][j]
    whole, _ = clear_denominators([[x + Fraction(0) for x in row] for row in total])
    return matrix(width, width, [x for row in whole for x in row])


def dimension(symbol: str) -> int:
    """Of an irreducible representation, by its symbol; of a pair of complex ones 2."""
    return _DIMENSIONS[symbol[0]]


def _check(level: str, multiplicities: dict[str, int], expected: int) -> None:
    total = sum(count * dimension(symbol) for symbol, count in multiplicities.items())
    if total != expected or any(count < 0 for count in multiplicities.values()):
        raise ContradictionError(f"{level}: characters give {multiplicities}, of dimension {total}, not {expected}")


def _fixed(permutation) -> int:
    return sum(j == k for j, k in enumerate(permutation))


def _of_environment(moves: Displacements) -> _Action:
    env = moves.environment
    if moves.tie is None:
        return _Action(env, _fixed, False, None)

    def kept(permutation):
        image = {env.centre: env.centre}
        for j, k in enumerate(permutation):
            if image.setdefault(env.atoms[j], env.atoms[k]) != env.atoms[k]:
                return None
        return sum(a == b for a, b in image.items())

    return _Action(env, kept, True, _axes_of_images(env))


def _axes_of_images(env: Environment) -> tuple | None:
    """Images of one atom move alike, so that w x X is a displacement of the atoms only for w along the differences of
    their positions, and along those of images of the centre."""
    first, axes = {env.centre: (0, 0, 0)}, None
    for atom, y in zip(env.atoms, env.positions):
        along = tuple(a - b for a, b in zip(y, first.setdefault(atom, y)))
        if any(along):
            if axes and any(cross(axes[0], along)):
                return ()
            axes = (along,)
    return axes


def _of_structure(moves: StructureDisplacements) -> _Action | None:
    stabiliser, lattice = moves.stabiliser, moves.structure.lattice
    if len(stabiliser.elements) != stabiliser.order * (1 if stabiliser.span == 3 else 2):
        return None
    return _Action(anchor(moves.structure), _fixed, True, (None, tuple(lattice), (), ())[len(lattice)])


def _in_space(moves, action: _Action) -> Species | None:
    stabiliser = moves.stabiliser
    if not stabiliser.generators:
        return Species({}, {"A": len(moves.rigid)})
    if any(action.kept(permutation) is None for permutation in stabiliser.elements.values()):
        return None
    table, of_all, of_rigid = _decomposed(moves, action)
    symmetric = next(iter(table))
    return _species({s: of_all[s] - of_rigid[s] for s in table if s != symmetric}, of_rigid)


def _decomposed(moves, action: _Action) -> tuple[dict, dict, dict]:
    """The irreducible characters, and how often each is among all displacements and among rigid ones."""
    elements = moves.stabiliser.elements
    kept = [action.kept(permutation) for permutation in elements.values()]
    traces = [q[0][0] + q[1][1] + q[2][2] for q in elements]
    rigid = [action.of_rotations(q, trace) + action.translated * trace for q, trace in zip(elements, traces)]
    name = point_group(moves.stabiliser, moves.chiral)
    table = irreducible_characters(name, list(elements), lambda q: _nearness(action.points, q))
    of_all = _multiplicities(table, [count * trace for count, trace in zip(kept, traces)])
    return table, of_all, _multiplicities(table, rigid)


def _species(forced, rigid) -> Species:
    """Without those that are not there."""
    return Species(*({symbol: int(count) for symbol, count in part.items() if count} for part in (forced, rigid)))


def _multiplicities(table, character) -> dict[str, int]:
    """How often each irreducible character is in a character: (chi, chi_i) / (chi_i, chi_i), a whole number."""
    found = {}
    for symbol, values in table.items():
        ratio = quotient(dot(values, character), dot(values, values))
        found[symbol] = floor(ratio)
        if found[symbol] != ratio:
            raise ContradictionError(f"{symbol} would be {ratio} times in a representation")
    return found


def _nearness(env: Environment, q):
    """A key: more points in place, then a smaller sum of squared displacements, then the matrix."""
    moved = [tuple(a - b for a, b in zip(apply(q, y), y)) for y in env.positions]
    return -sum(not any(v) for v in moved), sum(dot(v, apply(env.metric, v)) for v in moved), q


def _on_a_line(moves, action: _Action) -> Species:
    """Where sides are exchanged, images of one atom, which differ by a vector of the lattice, never part."""
    stabiliser, movers, translated = moves.stabiliser, moves.width // 3, action.translated
    turned = len(moves.rigid) == 2 + 3 * translated
    if stabiliser.order == 1:
        parallel = "Sigma" if moves.chiral else "Sigma+"
        return _species({"Pi": movers - translated - turned}, {parallel: translated, "Pi": translated + turned})
    along = action.points.positions[0]
    kept = action.kept(next(p for q, p in stabiliser.elements.items() if apply(q, along) != along))
    sums, differences = (movers + kept) // 2, (movers - kept) // 2
    if moves.chiral:
        forced = {"Sigma-": sums - translated, "Pi": movers - translated - turned}
        return _species(forced, {"Sigma-": translated, "Pi": translated + turned})
    forced = {"Sigma_u+": sums - translated, "Pi_g": differences - turned, "Pi_u": sums - translated}
    return _species(forced, {"Sigma_u+": translated, "Pi_g": turned, "Pi_u": translated})
