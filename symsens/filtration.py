"""The null-space filtration Rigid <= Rigid + Symmetry <= I_nu <= A_{nu,l} <= N (THEORY, section 3), level by level.

Law: each level is a list of exact null vectors that are new at that level, with the rank from below that makes the count
final. A level is PROVED when its vectors and its rank add up to the number of displacements.
"""

from dataclasses import dataclass
from itertools import islice

from flint import fmpz_mat, nmod_mat

from symsens.cluster import Environment
from symsens.errors import UndecidedError
from symsens.kernel import columns, from_columns, independent, modular_pivots, null_space, preimage
from symsens.symmetry import Stabiliser, exact_stabiliser, rigid_displacements, symmetry_displacements
from symsens.tuples import TupleClasses, components, gram_derivative, pair_labels, tuple_classes

LEVELS = ("rigid", "symmetry", "incompleteness", "angular_truncation", "radial_truncation")


@dataclass(frozen=True)
class RankProof:
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
    """

    name: str
    vectors: tuple[tuple[int, ...], ...]
    proof: RankProof | None = None

    @property
    def dimension(self) -> int:
        """The dimension of this level modulo the one before."""
        return len(self.vectors)


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
    """

    nu: int
    displacements: int
    variables: tuple[int, ...] | None
    stabiliser: Stabiliser
    levels: tuple[Level, ...]

    def __getitem__(self, name: str) -> int | None:
        """Dimension of the level `name`; None where the level was not asked for."""
        return next((level.dimension for level in self.levels if level.name == name), None)

    @property
    def nullity(self) -> int:
        """Dimension of the last level."""
        return sum(level.dimension for level in self.levels)

    @property
    def rank(self) -> int:
        """Displacements less nullity."""
        return self.displacements - self.nullity

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


def _batches(classes: TupleClasses, width: int):
    """Consecutive row ranges of C_nu, small first."""
    start, size = 0, width + width // 2
    while start < len(classes.rows):
        yield start, min(start + size, len(classes.rows))
        start, size = start + size, 2 * size


def _padded(row, nu):
    """The row of D_nu that equals `row` of a D of lower order: its first neighbour repeated in front."""
    (tuple_, (a, b)), extra = row, nu - len(row[0])
    return (tuple_[0],) * extra + tuple_, (a + extra, b + extra) if extra else (a, b)


def _modular_rank(classes: TupleClasses, derivative: fmpz_mat, prime: int, enough: int):
    """Pivot rows of C_nu . derivative modulo `prime`, row numbers; stops once there are `enough`."""
    width = derivative.ncols()
    reduced = nmod_mat(derivative, prime)
    pivots, basis = [], []
    for start, stop in _batches(classes, width):
        block = nmod_mat(stop - start, derivative.nrows(), classes.incidence(start, stop), prime) * reduced
        stacked = nmod_mat(len(pivots) + stop - start, width, basis + block.entries(), prime)
        chosen = modular_pivots(stacked.transpose(), prime)
        rows = [*pivots, *range(start, stop)]
        pivots = [rows[i] for i in chosen]
        if len(pivots) >= enough:
            break
        table = stacked.tolist()
        basis = [entry for i in chosen for entry in table[i]]
    return pivots


def _annihilates(classes: TupleClasses, derivative: fmpz_mat, vectors) -> bool:
    """Whether C_nu . derivative . v = 0 exactly for all vectors."""
    image = derivative * from_columns(vectors, derivative.ncols())
    if not any(image.entries()):
        return True
    for start, stop in _batches(classes, derivative.ncols()):
        block = fmpz_mat(stop - start, derivative.nrows(), classes.incidence(start, stop)) * image
        if any(block.entries()):
            return False
    return True


def _incompleteness(env: Environment, labels, nu: int, derivative: fmpz_mat, forced, tries: int = 8) -> Level:
    """I_nu = null(D_nu) beyond the `forced` vectors.

    Early exit: null(D_nu) lies in null(D_k) for k < nu, so once the rank of a D_k of lower order reaches the
    symmetry-allowed rank, nothing of higher order has to be built.
    """
    width = derivative.ncols()
    target = width - len(forced)
    for prime in islice(env.field.primes(), tries):
        for order in range(min(nu, 2), nu + 1):
            classes = tuple_classes(labels, order)
            pivots = _modular_rank(classes, derivative, prime, target)
            if len(pivots) == target:
                rows = tuple(_padded(classes.row_name(i), nu) for i in pivots)
                return Level("incompleteness", (), RankProof(prime, rows))
        selected = fmpz_mat(len(pivots), derivative.nrows(), [c for i in pivots for c in classes.incidence(i, i + 1)]) * derivative
        vectors = null_space(selected, list(range(len(pivots))), prime)
        if vectors is not None and _annihilates(classes, derivative, vectors):
            new = _new(forced, vectors, width, env.field.primes())
            return Level("incompleteness", tuple(map(tuple, new)), RankProof(prime, tuple(classes.row_name(i) for i in pivots)))
    raise UndecidedError(f"rank of D_{nu}: at least {len(pivots)}, at most {target}; {tries} primes gave no exact null vectors")


def exact_filtration(env: Environment, nu: int = 2, vary: str = "neighbours") -> Filtration:
    """Rigid <= Rigid + Symmetry <= I_nu for one environment, exactly.

    Parameters
    ----------
    env : the environment.
    nu : order of the tuples, 1 to 4 (any; cost grows as n^nu).
    vary : "neighbours" (3n displacements, the centre fixed) or "atoms" (3N, N the atoms of `tied_atoms`; every level is
        then its preimage under the tie map T, and D_nu becomes D_nu . T).

    Raises
    ------
    UndecidedError
        No prime gave exact null vectors (never seen; kept so that nothing is guessed).
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
    level = _incompleteness(env, labels, nu, derivative, [*rigid, *symmetry])
    levels = (Level("rigid", tuple(map(tuple, rigid))), Level("symmetry", tuple(map(tuple, symmetry))), level)
    return Filtration(nu, width, variables, stabiliser, levels)
