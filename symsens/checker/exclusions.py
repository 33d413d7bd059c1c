"""Patterns of coincidences that no environment has while it is spuriously singular: polynomials that would vanish.

Law: the standard library only, exact numbers only, the work is counted. Unknowns are the labels of the pattern but for
the first, which is 1, and weights of a change B.

Lemma fourth-minors: the minors of order 4 of G + t B vanish modulo t^2 wherever the pattern is spuriously singular.
Lemma cases: a product vanishes only where a factor does, so that steps whose last cases are contradictions prove that
there is no such place.
"""

from fractions import Fraction
from functools import partial
from itertools import combinations, product

from symsens.checker.limits import MAX_EXCLUSION_BITS, MAX_FAMILY_EXPONENT
from symsens.checker.linear import absorb, small
from symsens.checker.multivariate import read_polynomial
from symsens.checker.refusals import Refuted

POLYNOMIAL = partial(read_polynomial, bits=MAX_EXCLUSION_BITS)
STEP = {"scale": Fraction, "weights": [(int, POLYNOMIAL)], "units": [[int]], "cases": [(int, POLYNOMIAL)]}
EXCLUSION = {"changes": (None, [[[int]]]), "proofs": [[STEP]]}


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
    work : what all of it may cost.
    """

    def __init__(self, pattern, changes, chart, work):
        self.labels, self.work, n = Labels(pattern), work, len(pattern)
        free, self.changes = len(changes) - chart - 1 if changes else 0, changes[chart:] if changes else []
        count = self.labels.count
        self.unknowns = count - 1 + free
        self.values = [self.constant(1)] + [self.unknown(i) for i in range(count - 1)]
        self.weights = [self.constant(1)] + [self.unknown(count - 1 + i) for i in range(free)]
        grown = {pair: (self.values[number], self.change(*pair)) for pair, number in self.labels.numbers.items()}
        fours = list(combinations(range(n), 4))
        self.known = []
        for rows, columns in product(fours, repeat=2):
            if rows <= columns:
                self.known += self.minor(grown, rows, columns)

    def constant(self, x):
        """An integer other than 0 as a polynomial."""
        return {(0,) * self.unknowns: x}

    def unknown(self, i):
        """The i-th unknown."""
        return {tuple(int(j == i) for j in range(self.unknowns)): 1}

    def change(self, j, k):
        """B_jk: the first of the changes, and weights of those after it."""
        return self.work.combine((weight, B[j][k]) for weight, B in zip(self.weights, self.changes))

    def minor(self, grown, rows, columns):
        """(value, coefficient of t) of a minor, by its first row."""
        if not rows:
            return self.constant(1), {}
        values, slopes = [], []
        for i in range(len(columns)):
            value, slope = self.minor(grown, rows[1:], columns[:i] + columns[i + 1 :])
            sign = -1 if i % 2 else 1
            values.append(self.work.combine([(value, sign)]))
            slopes.append(self.work.combine([(slope, sign)]))
        a, b = zip(*(grown[rows[0], c] for c in columns))
        return self.work.dot(a, values), self.work.dot([*a, *b], [*slopes, *values])

    def unit(self, names, where):
        """What does not vanish, by its labels."""
        self.labels.unit(names, where)
        return self.work.combine((self.values[name], sign) for name, sign in zip(names, (1, -1)))

    # Steps.

    def in_these(self, polynomial, where):
        """A polynomial of a certificate, or `Refuted` for one in other unknowns."""
        if any(len(exponents) != self.unknowns for exponents in polynomial):
            raise Refuted(f"{where}: not {self.unknowns} exponents in each term")
        return polynomial

    def combination(self, weights, known, where):
        """The sum of weights times polynomials that vanish."""
        factors = []
        for i, (number, weight) in enumerate(weights):
            if not 0 <= number < len(known):
                raise Refuted(f"{where}.weights[{i}]: {number} is the number of none of {len(known)} polynomials")
            factors.append((self.in_these(weight, f"{where}.weights[{i}]"), known[number]))
        return self.work.dot(*zip(*factors)) if factors else {}

    def times(self, one, other):
        """The product, unless its numbers grow too long."""
        found = self.work.dot([one], [other])
        for x in found.values():
            small(x)
        return found

    def cases(self, step, known, where):
        """The factors of which one vanishes, once the step has been multiplied out; none where that is impossible."""
        if not step["scale"] or step["scale"].denominator != 1:
            raise Refuted(f"{where}.scale: not an integer other than 0")
        factors, whole = [], self.constant(step["scale"].numerator)
        for i, names in enumerate(step["units"]):
            whole = self.times(whole, self.unit(names, f"{where}.units[{i}]"))
        for i, (power, factor) in enumerate(step["cases"]):
            if not 1 <= power <= MAX_FAMILY_EXPONENT:
                raise Refuted(f"{where}.cases[{i}]: a power of {power} is outside 1..{MAX_FAMILY_EXPONENT}")
            factors.append(self.in_these(factor, f"{where}.cases[{i}]"))
            for _ in range(power):
                whole = self.times(whole, factor)
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
            self.work.need(len(known))
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
    """Nothing, or `Refuted`: no environment in space, in a plane or on a line has the pattern and one of the changes,
    or, where these are null, has the pattern."""
    changes, proofs = exclusion["changes"], exclusion["proofs"]
    if len(proofs) != (1 if changes is None else len(changes)):
        raise Refuted(f"{where}.proofs: {len(proofs)}, not one for each of the changes")
    for chart, steps in enumerate(proofs):
        System(pattern, changes, chart, work).prove(steps, f"{where}.proofs[{chart}]")
