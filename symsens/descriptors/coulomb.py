r"""The Coulomb matrix of an environment: smooth power sums of its spectrum, and its sorted forms where no keys tie.

Not sums over tuples of a fixed order, but functions of the whole matrix M. All derivatives come from one chain rule:
with W_ab the derivative of a feature by M_ab = M_ba (a < b), and m(s) = 1 / sqrt(s) the only closed form there is,

    dF / d(x_j . x_j) = sum_a W_ja Z_j Z_a m'(s_ja),        dF / d(x_j . x_k) = -2 W_jk Z_j Z_k m'(s_jk)

where a runs over all atoms, the centre included, and s_ja is a squared distance. A form is its F and its W.

Law: keys that tie are refused by proof; keys that balls cannot tell apart are undecided.
"""

from dataclasses import dataclass
from itertools import pairwise

import mpmath
import numpy as np
from flint import acb_mat, arb, arb_mat, ctx
from sympy import Expr, Matrix, Pow, Rational, Symbol, sqrt

from symsens.descriptors.base import Descriptor
from symsens.errors import InputError, NotSmoothError, SpecError, UndecidedError
from symsens.forms.arithmetics import Arithmetic, NotRational, ball, matmul
from symsens.forms.compile import constant_value, program
from symsens.geometry.cluster_symmetry import cluster_displacements, cluster_stabiliser
from symsens.geometry.colours import squared_distances
from symsens.geometry.environment import Environment
from symsens.geometry.gram import pair_numbers
from symsens.geometry.species import atomic_number
from symsens.numbers.field import quotient
from symsens.rows.filtration import exact_filtration
from symsens.rows.matrices import invariants_of_order
from symsens.spec import choice, integer

PRECISIONS = (128, 512, 2048)  # bits at which balls try to tell keys apart
MAX_SUMMANDS = 20_000
_S = Symbol("s", positive=True)
_INVERSE = (1 / sqrt(_S), (1 / sqrt(_S)).diff(_S))


@dataclass(frozen=True)
class Coulomb(Descriptor):
    r"""Spectrum or sorted form of the Coulomb matrix of the centre and all its neighbours.

    Functions of M_ii = Z_i^2.4 / 2, M_ij = Z_i Z_j / |x_i - x_j| over the centre and all its neighbours.

    Rupp, Tkatchenko, Muller, von Lilienfeld, Phys. Rev. Lett. 108, 058301 (2012); charges in units of e, lengths in
    Angstrom.

    powers        tr M^k, k = 1..k_max (tr M is constant): sums over closed walks of k steps, of order nu = k at most.
                  Smooth.
    eigenvalues   of M by falling absolute value, padded with zeros to `atoms`: dscribe's ``eigenspectrum``. Of order n.
                  Smooth where no two absolute values are equal; derivative v^T dM v (Hellmann-Feynman).
    sorted        M with rows and columns by falling row norm, padded with zeros to `atoms` x `atoms`, row by row:
                  dscribe's ``sorted_l2``. Smooth where no two row norms are equal.

    Ties are refused: a tie of row norms of like atoms is decided exactly (their squared difference is rational), a tie
    of eigenvalues is proved where some symmetry of order 3 or more permutes the atoms (eigenvectors then come in
    complex pairs). Other keys are told apart by balls; if these cannot, the structure is undecided. Exact over the
    field for hydrogen at rational distances only.
    """

    name = "coulomb"
    formula = (
        r"F_k = \operatorname{tr} M^k, \quad M_{ii} = \tfrac{1}{2} Z_i^{2.4}, \quad "
        r"M_{ij} = \frac{Z_i Z_j}{|\mathbf{x}_i - \mathbf{x}_j|}"
    )
    form: str = choice("powers", ("powers", "eigenvalues", "sorted"), help="which functions of M")
    k_max: int = integer(4, low=1, high=40, help="highest power of M")
    atoms: int = integer(24, low=1, high=100, help="largest number of atoms, the centre included, of the sorted forms")

    def feature_names(self, env, species=None):
        if self.form == "powers":
            return tuple(f"tr M^{k}" for k in range(1, self.k_max + 1))
        each = range(1, self.atoms + 1)
        if self.form == "eigenvalues":
            return tuple(f"eigenvalue {i}" for i in each)
        return tuple(f"M {i},{j}" for i in each for j in each)

    def order(self, env: Environment) -> int:
        """The smallest nu up to 4 whose null space is proved to lie in that of every form.

        Features of order n, or k_max: tr M^k has terms of k different neighbours. If no null vectors beyond symmetry
        are left at a smaller nu, none are at a larger one either.

        Raises
        ------
        UndecidedError
            The order is above 4 and there are such vectors at nu = 4.
        """
        highest = max(1, min(env.n, self.k_max) if self.form == "powers" else env.n)
        for nu in range(1, min(highest, 4) + 1):
            if nu == highest or (nu > 1 and exact_filtration(env, nu)["incompleteness"] == 0):
                return nu
        raise UndecidedError(
            f"{self.name}: of order nu = {highest} here, and nu = 4 is incomplete at this structure: lower k_max to 4"
        )

    def classes(self, env):
        """All functions of invariants of its order."""
        return (invariants_of_order(self.order(env)),)

    def visible(self, env):
        """All of them."""
        return env

    def own_null_vectors(self, env):
        """The centre is one atom like the others: what isometries that move it hide."""
        return cluster_displacements(env)

    def capacity(self, env):
        """A bound of the rank of J: tr M is constant, and n + 1 eigenvalues determine all power sums."""
        if self.form == "sorted":
            return (env.n + 1) * env.n // 2
        return min(self.k_max - 1, env.n) if self.form == "powers" else env.n

    # Values and derivatives.

    def jets(self, env, arithmetic, seeds=None, species=None):
        """As every descriptor's.

        Raises
        ------
        NotSmoothError, UndecidedError
            As `check_smooth`.
        InputError
            A species without a nuclear charge, or more atoms than `atoms`.
        """
        derivative = seeds is not None
        if self.form == "powers":
            found = self._powers(env, arithmetic, derivative)
        elif self.form == "sorted":
            found = self._sorted(env, arithmetic, derivative, self._decided(env))
        else:
            self._decided(env)
            found = self._spectrum(env, arithmetic, derivative)
        return seeds.chain(found) if derivative else found

    def check_smooth(self, env: Environment) -> None:
        """Refuse an environment in which sort keys tie.

        Raises
        ------
        NotSmoothError
            They do, by proof: names the atoms.
        UndecidedError
            Balls cannot tell two keys apart.
        """
        if self.form != "powers":
            self._decided(env)

    def _decided(self, env):
        if env.n + 1 > self.atoms:
            raise InputError(
                f"{self.name}: {env.n + 1} atoms in {env.source or env.formula}, more than atoms={self.atoms}: raise it"
            )
        return row_order(env) if self.form == "sorted" else check_spectrum(env)

    def _powers(self, env, arithmetic, derivative):
        m = coulomb_matrix(env, arithmetic)
        power, zero = m, arithmetic.number(0, 1)
        values, weights = [np.trace(m)], [np.full(m.shape, zero)]
        for k in range(2, self.k_max + 1):
            weights.append(2 * k * power)
            power = matmul(arithmetic, power, m)
            values.append(np.trace(power))
        return _gradient(env, arithmetic, np.stack(weights)) if derivative else _column(values, arithmetic)

    def _spectrum(self, env, arithmetic, derivative):
        values, projectors = _eigen(env, arithmetic)
        zero, pad = arithmetic.number(0, 1), self.atoms - len(values)
        if not derivative:
            return _column([*values, *[zero] * pad], arithmetic)
        weights = [2 * p for p in projectors] + [np.full(projectors[0].shape, zero)] * pad
        return _gradient(env, arithmetic, np.stack(weights))

    def _sorted(self, env, arithmetic, derivative, order):
        m, zero = coulomb_matrix(env, arithmetic), arithmetic.number(0, 1)
        if not derivative:
            full = np.full((self.atoms, self.atoms), zero)
            full[: len(order), : len(order)] = m[np.ix_(order, order)]
            return full.reshape(-1, 1)
        # W of entry (i, j) is 1 at the atoms that are there: its row of G has the three entries of one pair.
        pairs, slots = _gradient(env, arithmetic, None), np.full((self.atoms, self.atoms), -1)
        slots[: len(order), : len(order)] = _atom_pairs(env.n + 1)[np.ix_(order, order)]
        out = np.full((self.atoms**2, pairs.shape[1]), zero)
        used = slots.ravel() >= 0
        out[used] = pairs[slots.ravel()[used]]
        return out

    # The closed form.

    def written_out(self, squared_distance, species) -> list[tuple[str, Expr]]:
        """The power sums; Z is the charge of those that are no elements."""
        n = len(species)
        if self.form != "powers":
            raise SpecError(
                f"{self.name}: form={self.form} sorts what a matrix decides, it has no closed form over n "
                "neighbours: form=powers has"
            )
        if self.k_max * n**self.k_max > MAX_SUMMANDS:
            raise SpecError(
                f"{self} over {n - 1} neighbours has {self.k_max * n**self.k_max} summands, more than "
                f"{MAX_SUMMANDS}: lower either"
            )
        z = [Rational(atomic_number(s)) if atomic_number(s) else Symbol("Z", positive=True) for s in species]

        def entry(a, b):
            if a == b:
                return Pow(z[a], Rational(12, 5)) / 2
            return z[a] * z[b] / sqrt(squared_distance(min(a, b), max(a, b)))

        m = Matrix(n, n, entry)
        power, out = m, [m.trace()]
        for _ in range(self.k_max - 1):
            power = power * m
            out.append(power.trace())
        return [(f"tr M^{k}", form) for k, form in enumerate(out, 1)]


def _charges(env: Environment) -> list[int]:
    species = (env.centre_species, *env.species)
    for z in species:
        if not atomic_number(z):
            raise InputError(
                f"coulomb: {z!r} in {env.source or env.formula} is no chemical element: the matrix needs its charge"
            )
    return list(map(atomic_number, species))


def _column(values, arithmetic: Arithmetic) -> np.ndarray:
    out = np.empty((len(values), 1), dtype=arithmetic.dtype)
    out[:, 0] = values
    return out


def _over_pairs(env: Environment, arithmetic: Arithmetic, which: int) -> np.ndarray:
    """Z_a Z_b m(s_ab) (which = 0) or Z_a Z_b m'(s_ab) (which = 1) as a symmetric matrix with zeros on its diagonal."""
    z, squares, size = _charges(env), squared_distances(env), env.n + 1
    first, second = np.triu_indices(size, 1)
    numbers = arithmetic.array([(squares[a][b], env.gram_scale) for a, b in zip(first.tolist(), second.tolist())])
    charges = arithmetic.array([(z[a] * z[b], 1) for a, b in zip(first.tolist(), second.tolist())])
    out = np.full((size, size), arithmetic.number(0, 1))
    if len(first):
        out[first, second] = charges * program((_S,), _INVERSE)(arithmetic, [numbers])[which]
        out[second, first] = out[first, second]
    return out


def coulomb_matrix(env: Environment, arithmetic: Arithmetic) -> np.ndarray:
    """M, (n + 1) x (n + 1), the centre first."""
    m = _over_pairs(env, arithmetic, 0)
    for i, z in enumerate(_charges(env)):
        m[i, i] = constant_value(Pow(z, Rational(12, 5)) / 2, arithmetic)
    return m


def _atom_pairs(size: int) -> np.ndarray:
    """(size, size) numbers of the pairs a < b of atoms, the same for (b, a); -1 on the diagonal."""
    number = np.full((size, size), -1)
    first, second = np.triu_indices(size, 1)
    number[first, second] = number[second, first] = np.arange(len(first))
    return number


def _gradient(env: Environment, arithmetic: Arithmetic, weights: np.ndarray | None) -> np.ndarray:
    """sum over a < b of W_ab dM_ab by the dot products of neighbours j <= k; without `weights` a row per pair a < b."""
    n, slope, zero = env.n, _over_pairs(env, arithmetic, 1), arithmetic.number(0, 1)
    column, columns = pair_numbers(n), n * (n + 1) // 2
    if weights is None:
        number, out = _atom_pairs(n + 1), np.full(((n + 1) * n // 2, columns), zero)
        for a in range(n + 1):
            for b in range(a + 1, n + 1):
                row = number[a, b]
                out[row, column[b - 1, b - 1]] = slope[a, b]
                if a:
                    out[row, column[a - 1, a - 1]] = slope[a, b]
                    out[row, column[a - 1, b - 1]] = -2 * slope[a, b]
        return out
    products = weights * slope
    out = np.full((len(weights), columns), zero)
    for j in range(n):
        out[:, column[j, j]] = products[:, j + 1].sum(axis=1)
        for k in range(j + 1, n):
            out[:, column[j, k]] = -2 * products[:, j + 1, k + 1]
    return out


# Sort keys.


def _fail(env: Environment, atoms, why: str):
    names = [str(env.centre if a == 0 else env.atoms[a - 1]) for a in atoms]
    raise NotSmoothError(
        f"coulomb is not differentiable at this structure: atoms {', '.join(names[:-1])} and {names[-1]} of "
        f"{env.source or env.formula}: {why}: move an atom or use form=powers"
    )


def row_order(env: Environment) -> list[int]:
    """The atoms (0: the centre) by falling norm of their rows of M, decided.

    Raises
    ------
    NotSmoothError
        Two of like atoms are equal: exactly, as |row_i|^2 = Z_i^4.8 / 4 + Z_i^2 sum_j Z_j^2 / s_ij, the sum rational.
    UndecidedError
        Balls cannot tell two of unlike atoms apart.
    """
    z, squares, keys = _charges(env), squared_distances(env), []
    for i, row in enumerate(squares):
        keys.append((z[i], sum(quotient(z[j] ** 2 * env.gram_scale, s) for j, s in enumerate(row) if j != i)))
    for i, key in enumerate(keys):
        if key in keys[:i]:
            _fail(env, (keys.index(key), i), "their rows of the Coulomb matrix have the same norm")
    for prec in PRECISIONS:
        with ctx.workprec(prec):
            norms = [arb(a) ** (arb(24) / 5) / 4 + a**2 * ball().number(s.numerator, s.denominator) for a, s in keys]
            order = sorted(range(len(z)), key=lambda i: -norms[i].mid())
            if all(norms[i] > norms[j] for i, j in pairwise(order)):
                return order
    raise UndecidedError(
        f"coulomb: two row norms of {env.source or env.formula} agree to {PRECISIONS[-1]} bits: use form=powers"
    )


def check_spectrum(env: Environment) -> None:
    """Prove that all absolute eigenvalues of M differ; raises `NotSmoothError` or `UndecidedError` otherwise."""
    cycle = _long_cycle(env)
    if cycle:
        _fail(env, cycle, "a symmetry permutes them in turn, so that two eigenvalues of the Coulomb matrix are equal")

    _eigen(env, ball())


def _long_cycle(env: Environment) -> list[int]:
    """Atoms that a symmetry of the whole cluster permutes in a cycle of 3 or more; none if there is no such symmetry.

    Lemma (ties). Let P be a permutation matrix of order 3 or more with PM = MP. It has an eigenvalue w that is not
    real, M maps the eigenspace of w to itself, and its complex conjugate, that of w*, in the same way: each of M's
    eigenvalues there is double.
    """
    stabiliser, moving = cluster_stabiliser(env)
    found = [g.permutation for g in stabiliser.generators]
    # If all generators have order 2, so has every product, or one of the products of two has order 3 or more.
    for p in found + [tuple(p[i] for i in q) for p in found for q in found]:
        for start in range(len(p)):
            cycle = [start]
            while p[cycle[-1]] != start:
                cycle.append(p[cycle[-1]])
            if len(cycle) > 2:
                return [moving[a] for a in cycle]
    return []


def _eigen(env: Environment, arithmetic: Arithmetic) -> tuple[list, list[np.ndarray]]:
    """Eigenvalues of M by falling absolute value, and the projectors v v^T / v^T v on their eigenvectors v."""
    if arithmetic.name == "exact":
        raise NotRational("eigenvalues have no value in exact arithmetic")
    if arithmetic.name == "ball":
        return _ball_eigen(env, arithmetic)
    m = coulomb_matrix(env, arithmetic)
    if arithmetic.name == "float":
        values, vectors = np.linalg.eigh(m)
    else:
        values, vectors = mpmath.eigsy(mpmath.matrix(m.tolist()))
        values, vectors = np.array(values.T.tolist()[0], dtype=object), np.array(vectors.tolist(), dtype=object)
    order = sorted(range(len(values)), key=lambda i: -abs(values[i]))
    return [values[i] for i in order], [np.outer(vectors[:, i], vectors[:, i]) for i in order]


def _ball_eigen(env: Environment, arithmetic: Arithmetic):
    """As `_eigen`; the precision is raised until every eigenvalue is isolated.

    Raises
    ------
    UndecidedError
        It is not, or two absolute values overlap.
    """
    size, start = env.n + 1, ctx.prec
    for prec in sorted({start, *(p for p in PRECISIONS if p > start)}):
        with ctx.workprec(prec):
            m = coulomb_matrix(env, arithmetic)
            try:
                values, right = acb_mat(arb_mat(size, size, m.ravel().tolist())).eig(right=True)
            except ValueError:  # not isolated at this precision
                continue
            values = [value.real for value in values]  # M is symmetric
            order = sorted(range(size), key=lambda i: -abs(values[i]).mid())
            if not all(abs(values[i]) > abs(values[j]) for i, j in pairwise(order)):
                continue
            projectors = []
            for i in order:
                # A complex multiple of the real eigenvector: the factor cancels, and all is real then.
                v = np.array([right[k, i] for k in range(size)], dtype=object)
                projectors.append(np.frompyfunc(lambda x: x.real, 1, 1)(np.outer(v, v) / (v * v).sum()))
            return [values[i] for i in order], projectors
    raise UndecidedError(
        f"coulomb: two eigenvalues of {env.source or env.formula} agree in absolute value, or to {PRECISIONS[-1]} "
        "bits: use form=powers, or move an atom"
    )
