"""Patterns of coincidences that no environment has while it is spuriously singular: polynomials that would vanish.

Law: the standard library only, exact numbers only, the work is counted. A polynomial is {exponents: coefficient}, no
coefficient 0. Unknowns are the labels of the pattern but for the first, which is 1, and weights of a change B.

Lemma fourth-minors: the minors of order 4 of G + t B vanish modulo t^2 wherever the pattern is spuriously singular.
Lemma cases: a product vanishes only where a factor does, so that steps whose last cases are contradictions prove that
there is no such place.
"""

from itertools import combinations, product

from symsens.checker.limits import MAX_DEGREE, MAX_EXCLUSION
from symsens.checker.linear import absorb, small
from symsens.checker.refusals import Refuted
from symsens.checker.shapes import expect, read_number


def read_whole(value, where):
    """An integer of any length, as a text."""
    x = read_number(value, where)
    expect(x.denominator == 1, value, where, "an integer as a text")
    return x.numerator


POLYNOMIAL = [(read_whole, [int])]
STEP = {
    "scale": read_whole,
    "weights": [(int, POLYNOMIAL)],
    "units": [[int]],
    "cases": [(int, POLYNOMIAL)],
}
EXCLUSION = {"changes": (None, [[[int]]]), "proofs": [[STEP]]}


class Arithmetic:
    """Polynomials in so many unknowns over the integers; all work with terms is counted, products once for every 64
    bits begun."""

    def __init__(self, unknowns, work=0):
        self.zero, self.unknowns, self.work = (0,) * unknowns, unknowns, work

    def spend(self, operations):
        """Count operations, or `Refuted` when there are too many."""
        self.work += operations
        if self.work > MAX_EXCLUSION:
            raise Refuted(f"proofs: more than {MAX_EXCLUSION} operations on terms")

    def constant(self, x):
        """A number as a polynomial."""
        return {self.zero: x} if x else {}

    def unknown(self, i):
        """The i-th unknown."""
        return {tuple(int(j == i) for j in range(self.unknowns)): 1}

    def plus(self, one, other, factor=1):
        """one + factor other."""
        self.spend(1 + len(one) + len(other))
        total = dict(one)
        for exponents, x in other.items():
            total[exponents] = small(total.get(exponents, 0) + factor * x)
        return {exponents: x for exponents, x in total.items() if x}

    def times(self, one, other):
        """The product."""
        total = {}
        self.spend(1)
        for a, x in one.items():
            for b, y in other.items():
                self.spend(1 + (x.bit_length() + y.bit_length()) // 64)
                exponents = tuple(i + j for i, j in zip(a, b))
                total[exponents] = small(total.get(exponents, 0) + x * y)
        return {exponents: x for exponents, x in total.items() if x}

    def read(self, terms, where):
        """A polynomial of a certificate; or `Refuted` for one in other unknowns, or with a term twice."""
        found = {tuple(exponents): x for x, exponents in terms if x}
        if len(found) != len(terms):
            raise Refuted(f"{where}: a term twice, or a coefficient 0")
        if any(len(exponents) != self.unknowns or min(exponents, default=0) < 0 for exponents in found):
            raise Refuted(f"{where}: not {self.unknowns} exponents >= 0 in each term")
        return found


class Labels:
    """Which dot products of a pattern are equal: each has a number, those of squares first.

    Attributes
    ----------
    numbers : of the label of each pair of neighbours, equal both ways.
    count : how many labels there are.
    shells : the two shells whose pairs have a label.
    squares : the labels of squares.
    """

    def __init__(self, pattern):
        n, names = len(pattern), {}
        pairs = [(j, j) for j in range(n)] + list(combinations(range(n), 2))
        self.numbers, self.shells = {}, {}
        for j, k in pairs:
            number = names.setdefault(min(pattern[j][k], pattern[k][j]), len(names))
            self.numbers[j, k] = self.numbers[k, j] = number
            self.shells[number] = frozenset((pattern[j][j], pattern[k][k]))
        self.count, self.squares = len(names), {self.numbers[j, j] for j in range(n)}

    def unit(self, names, where):
        """Nothing, or `Refuted`: what these labels name does not vanish: a square, or the difference of two labels."""
        known = all(0 <= name < self.count for name in names)
        if known and len(names) == 1 and names[0] in self.squares:
            return
        # within a shell of squares s: s - x_j.x_k = |x_j - x_k|^2 / 2
        if known and len(names) == 2 and names[0] != names[1] and self.shells[names[0]] == self.shells[names[1]]:
            return
        raise Refuted(f"{where}: no square, and no difference of two labels of the same two shells")


class System:
    """The polynomials that vanish where a pattern is singular by a change, in the unknowns of this pattern.

    Attributes
    ----------
    known : minors of order 4 of G, each followed by the coefficient of t of that of G + t B.
    """

    def __init__(self, pattern, changes, chart, work):
        self.labels, n = Labels(pattern), len(pattern)
        free, self.changes = len(changes) - chart - 1 if changes else 0, changes[chart:] if changes else []
        self.arithmetic = ring = Arithmetic(self.labels.count - 1 + free, work)
        one = ring.constant(1)
        self.values = [one] + [ring.unknown(i) for i in range(self.labels.count - 1)]
        self.weights = [one] + [ring.unknown(self.labels.count - 1 + i) for i in range(free)]
        grown = {pair: (self.values[number], self.change(*pair)) for pair, number in self.labels.numbers.items()}
        fours = list(combinations(range(n), 4))
        self.known = []
        for rows, columns in product(fours, repeat=2):
            if rows <= columns:
                self.known += self.minor(grown, rows, columns)

    def change(self, j, k):
        """B_jk: the first of the changes, and weights of those after it."""
        total = {}
        for weight, B in zip(self.weights, self.changes):
            total = self.arithmetic.plus(total, weight, B[j][k])
        return total

    def minor(self, grown, rows, columns):
        """(value, coefficient of t) of a minor, by its first row."""
        ring = self.arithmetic
        if not rows:
            return ring.constant(1), {}
        value, slope = {}, {}
        for i, c in enumerate(columns):
            a, b = grown[rows[0], c]
            rest, change = self.minor(grown, rows[1:], columns[:i] + columns[i + 1 :])
            sign = -1 if i % 2 else 1
            value = ring.plus(value, ring.times(a, rest), sign)
            slope = ring.plus(ring.plus(slope, ring.times(a, change), sign), ring.times(b, rest), sign)
        return value, slope

    def unit(self, names, where):
        """What does not vanish, by its labels."""
        self.labels.unit(names, where)
        other = self.values[names[1]] if names[1:] else {}
        return self.arithmetic.plus(self.values[names[0]], other, -1)

    # Steps.

    def combination(self, weights, known, where):
        """The sum of weights times polynomials that vanish."""
        total = {}
        for i, (number, terms) in enumerate(weights):
            place = f"{where}.weights[{i}]"
            if not 0 <= number < len(known):
                raise Refuted(f"{place}: {number} is the number of none of {len(known)} polynomials")
            weight = self.arithmetic.read(terms, place)
            total = self.arithmetic.plus(total, self.arithmetic.times(weight, known[number]))
        return total

    def cases(self, step, known, where):
        """The factors of which one vanishes, once the step has been multiplied out; none where that is impossible."""
        factors, whole = [], self.arithmetic.constant(step["scale"])
        if not whole:
            raise Refuted(f"{where}.scale: 0")
        for i, names in enumerate(step["units"]):
            whole = self.arithmetic.times(whole, self.unit(names, f"{where}.units[{i}]"))
        for i, (power, terms) in enumerate(step["cases"]):
            if not 1 <= power <= MAX_DEGREE:
                raise Refuted(f"{where}.cases[{i}]: a power of {power} is outside 1..{MAX_DEGREE}")
            factors.append(self.arithmetic.read(terms, f"{where}.cases[{i}]"))
            for _ in range(power):
                whole = self.arithmetic.times(whole, factors[-1])
        if self.combination(step["weights"], known, where) != whole:
            raise Refuted(f"{where}: the combination is not the product of scale, units and factors")
        return factors

    def prove(self, steps, where):
        """Nothing, or `Refuted`: the steps, each first of its cases before the next, leave no case."""
        waiting = [self.known]
        for i, step in enumerate(steps):
            if not waiting:
                raise Refuted(f"{where}[{i}]: nothing is left to prove")
            known = waiting.pop()
            self.arithmetic.spend(len(known))
            factors = self.cases(step, known, f"{where}[{i}]")
            waiting += [[*known, factor] for factor in reversed(factors)]
        if waiting:
            raise Refuted(f"{where}: {len(waiting)} cases are left open")


def check_changes(changes, gap, orbit_of, rows, where):
    """Nothing, or `Refuted`: the changes are a basis of F, of dimension gap: constant on orbits, in the kernel of C_nu.

    The orbit of each pair is given as a pair of it, and each row of C_nu as {orbit: count}.
    """
    n, echelon = 1 + max(j for j, _ in orbit_of), {}
    if len(changes) != gap:
        raise Refuted(f"{where}.changes: {len(changes)} of a space of dimension {gap}")
    for i, B in enumerate(changes):
        if len(B) != n or any(len(row) != n for row in B):
            raise Refuted(f"{where}.changes[{i}]: not {n} rows of {n} integers")
        if any(B[j][k] != B[a][b] for (j, k), (a, b) in orbit_of.items()):
            raise Refuted(f"{where}.changes[{i}]: not the same for pairs of one orbit")
        if any(sum(count * B[a][b] for (a, b), count in row) for row in rows):
            raise Refuted(f"{where}.changes[{i}]: not in the kernel of C_nu")
        if not absorb(echelon, {pair: B[pair[0]][pair[1]] for pair in set(orbit_of.values())}):
            raise Refuted(f"{where}.changes[{i}]: a combination of those before it")


def prove_exclusion(pattern, exclusion, work, where):
    """The work so far and that of the proof, or `Refuted`: no environment in space, in a plane or on a line has the
    pattern and one of the changes, or, where these are null, has the pattern."""
    changes, proofs = exclusion["changes"], exclusion["proofs"]
    if len(proofs) != (1 if changes is None else len(changes)):
        raise Refuted(f"{where}.proofs: {len(proofs)}, not one for each of the changes")
    for chart, steps in enumerate(proofs):
        system = System(pattern, changes, chart, work)
        system.prove(steps, f"{where}.proofs[{chart}]")
        work = system.arithmetic.work
    return work
