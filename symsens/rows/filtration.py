"""The null-space filtration Rigid <= Rigid + Symmetry <= I_nu <= A_{nu,l} <= N (THEORY, section 3), level by level.

Law: each level is a list of exact null vectors that are new at that level, with the rank from below that makes the
count final. A level is PROVED when its vectors and its rank add up to the number of displacements.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from flint import fmpz_mat

from symsens.geometry.environment import Environment
from symsens.geometry.gram import gram_derivative, pair_labels
from symsens.geometry.symmetry import Stabiliser, exact_stabiliser, rigid_displacements, symmetry_displacements
from symsens.numbers.kernel import independent, null_space, preimage
from symsens.rows.matrices import Rows, basis_free_rows

LEVELS = ("rigid", "symmetry", "incompleteness", "angular_truncation", "radial_truncation")


@dataclass(frozen=True)
class ModularProof:
    """rank >= len(pivot_rows), modulo `prime`; each pivot row by its name in the certificate."""

    prime: int
    pivot_rows: tuple


@dataclass(frozen=True)
class Level:
    """One step of the filtration.

    Attributes
    ----------
    name : one of `LEVELS`.
    vectors : integer null vectors that are new here, independent of each other and of the levels before.
    proof : why there are no more (None for rigid and symmetry, which are spanned by definition).
    unlisted : further dimensions that are proved although their null vectors are not rational.
    """

    name: str
    vectors: tuple[tuple[int, ...], ...]
    proof: ModularProof | None = None
    unlisted: int = 0

    @property
    def dimension(self) -> int:
        """The dimension of this level modulo the one before."""
        return len(self.vectors) + self.unlisted


@dataclass(frozen=True)
class Filtration:
    """The filtration of one environment at order nu.

    Attributes
    ----------
    nu : order of the tuples.
    displacements : number of columns m: 3n, or 3N when all atoms vary.
    variables : the atoms that vary when `vary` is "atoms"; None when the neighbours vary.
    stabiliser : the exact stabiliser behind the symmetry level.
    levels : the levels, each inside the next.
    undecided : what could not be proved of the last level and the bounds reached; None when all is proved.
    """

    nu: int
    displacements: int
    variables: tuple[int, ...] | None
    stabiliser: Stabiliser
    levels: tuple[Level, ...]
    undecided: str | None = None

    def __getitem__(self, name: str) -> int | None:
        """Dimension of the level `name`; None where it was not asked for or is undecided."""
        decided = self.levels if self.undecided is None else self.levels[:-1]
        return next((level.dimension for level in decided if level.name == name), None)

    @property
    def vectors(self) -> list[tuple[int, ...]]:
        """All null vectors listed, level by level."""
        return [vector for level in self.levels for vector in level.vectors]

    @property
    def nullity(self) -> int | None:
        """Dimension of the last level; None when undecided."""
        return sum(level.dimension for level in self.levels) if self.undecided is None else None

    @property
    def rank(self) -> int | None:
        """Displacements less nullity; None when undecided."""
        return self.displacements - self.nullity if self.undecided is None else None

    @property
    def symmetry_allowed_rank(self) -> int:
        """Number of totally symmetric internal displacements (Theorem 2)."""
        return self.displacements - self["rigid"] - self["symmetry"]

    def as_dict(self) -> dict[str, int | None]:
        """The five dimensions under their names."""
        return {name: self[name] for name in LEVELS}


def tied_atoms(env: Environment) -> tuple[int, ...]:
    """The atoms of an environment: its centre and those behind its neighbours, in order."""
    return tuple(sorted({env.centre, *env.atoms}))


def tie_matrix(env: Environment) -> fmpz_mat:
    """T (x) I_3 with x_j = x_atom(j) - x_centre: 3n rows, three columns per atom of `tied_atoms`."""
    variables = tied_atoms(env)
    place = {atom: 3 * i for i, atom in enumerate(variables)}
    matrix = [[0] * (3 * len(variables)) for _ in range(3 * env.n)]
    for j, atom in enumerate(env.atoms):
        for c in range(3):
            matrix[3 * j + c][place[atom] + c] += 1
            matrix[3 * j + c][place[env.centre] + c] -= 1
    return fmpz_mat(matrix) if matrix else fmpz_mat(0, 3 * len(variables))


def _new(old, candidates, length, primes):
    """Those of `candidates` that are independent of `old` and of each other."""
    chosen = independent([*old, *candidates], length, primes)
    return [candidates[i - len(old)] for i in chosen if i >= len(old)]


def exact_level(
    name: str, matrices: Callable[[], Iterable[Rows]], inside: list, field, tries: int = 8
) -> tuple[Level, str | None]:
    """The null space of the last of `matrices` beyond the vectors `inside`, with what is undecided about it (None if
    proved).

    Each matrix has the rows of the one before it among its own. So once the rank of an early one has reached the number
    of displacements less len(inside), the later ones need not be built.
    """
    for prime in islice(field.primes(), tries):
        for rows in matrices():
            width = rows.base.ncols()
            target = width - len(inside)
            pivots = rows.modular_pivots(prime, target)
            if len(pivots) == target:
                break
        proof = ModularProof(prime, tuple(map(rows.name, pivots)))
        if len(pivots) == target:
            return Level(name, (), proof), None
        vectors = null_space(rows.exact(pivots), prime)
        if vectors is not None and rows.annihilate(vectors):
            new = _new(inside, vectors, width, field.primes())
            if len(inside) + len(new) != len(vectors):
                raise AssertionError(
                    f"{name}: the level before is not inside this null space: please report this structure"
                )
            return Level(name, tuple(map(tuple, new)), proof), None
    return Level(
        name, (), proof
    ), f"{name}: rank at least {len(pivots)}, at most {target}; no exact null vectors modulo {tries} primes"


def exact_filtration(env: Environment, nu: int = 2, vary: str = "neighbours") -> Filtration:
    """Rigid <= Rigid + Symmetry <= I_nu for one environment, exactly.

    Parameters
    ----------
    env : the environment.
    nu : order of the tuples, 1 to 4 (any; cost grows as n^nu).
    vary : "neighbours" (3n displacements, the centre fixed) or "atoms" (3N, N the atoms of `tied_atoms`; every level is
        then its preimage under the tie map T, and D_nu becomes D_nu . T).

    Returns
    -------
    Filtration
        ``undecided`` is set if no prime gave exact null vectors (never seen; nothing is guessed).
    """
    labels = pair_labels(env)
    stabiliser = exact_stabiliser(env, labels)
    primes = env.field.primes
    rigid, symmetry = rigid_displacements(env), symmetry_displacements(env, stabiliser)
    width = 3 * env.n
    symmetry = _new(rigid, symmetry, width, primes())
    derivative, variables = gram_derivative(env), None
    if vary == "atoms":
        tie, variables = tie_matrix(env), tied_atoms(env)
        width, derivative = tie.ncols(), derivative * tie
        both = preimage(tie, [*rigid, *symmetry], primes())
        rigid = preimage(tie, rigid, primes())
        symmetry = _new(rigid, both, width, primes())
    level, undecided = exact_level(
        "incompleteness",
        lambda: (basis_free_rows(labels, nu, order, derivative) for order in range(min(nu, 2), nu + 1)),
        [*rigid, *symmetry],
        env.field,
    )
    levels = (Level("rigid", tuple(map(tuple, rigid))), Level("symmetry", tuple(map(tuple, symmetry))), level)
    return Filtration(nu, width, variables, stabiliser, levels, undecided)
