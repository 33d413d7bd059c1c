"""Intervals of the singular values of the Jacobian, for Cartesian displacements, and which of them are zero.

Law: the standard library only, integers only: J, W and all norms are integers over a power of two, the entries of J
between two of them. Every hypothesis of Lemma values is checked where it is used; the number of singular values that
are not zero is the rank proved before.
"""

import re
from fractions import Fraction
from math import isqrt

from symsens.checker.environments import common_denominator
from symsens.checker.fields import QQ, around
from symsens.checker.limits import MAX_BITS, MAX_JACOBIAN, MAX_NEIGHBOURS, MAX_PRODUCTS
from symsens.checker.linear import apply
from symsens.checker.refusals import Refuted
from symsens.checker.shapes import expect, read, read_number, whole

DECIMAL = re.compile(r"([0-9]{1,5000})(?:\.([0-9]{1,5000}))?(?:E([+-])([0-9]{1,4}))?")
SHOWN = 60  # values that are printed
SHOWN_LENGTH = 40  # characters of one end that is printed


def read_decimal(value, where):
    """A number >= 0 such as "1.25E-3": its text and its value."""
    match = DECIMAL.fullmatch(value) if type(value) is str else None
    expect(match, value, where, 'a decimal number >= 0 such as "1.25E-3"')
    before, after, sign, power = match.groups()
    shift = whole(power or "0") * (-1 if sign == "-" else 1) - len(after or "")
    return value, whole(before + (after or "")) * Fraction(10) ** shift


def read_whole(value, where):
    """An integer, as a text."""
    number = read_number(value, where)
    expect(number.denominator == 1, value, where, "an integer as a text")
    return number.numerator


def read_values(value, where):
    """Pairs of decimal numbers, no more than there can be displacements: each may be long."""
    most = 3 * (MAX_NEIGHBOURS + 1)
    expect(type(value) is list and len(value) <= most, value, where, f"a list of at most {most} values")
    return read([(read_decimal, read_decimal)], value, where)


SHAPE = {"values": read_values, "vectors": [[read_whole]], "bits": int}


def above_root(square):
    """An integer above the square root of one."""
    return isqrt(square) + 1


def norm(entries):
    """An integer above the Euclidean norm of integers."""
    return above_root(sum(x * x for x in entries))


def over(x, divisor):
    """The quotient of two integers, rounded up."""
    return -(-x // divisor)


def near(env, bits):
    """(N, u, e) in integers: the metric is N / u but for a matrix of Frobenius norm e / u at most; e is 0 over QQ."""
    if env.field is QQ:
        unit = common_denominator(env.metric, "environment.metric")
        return [[int(x * unit) for x in row] for row in env.metric], unit, 0
    ends = [[around(x * (1 << bits)) for x in row] for row in env.metric]
    return [[low for low, _ in row] for row in ends], 1 << bits, 3 * max(b - a for row in ends for a, b in row)


class Frame:
    """The matrix W: columns of integers over 2^bits, nearly orthonormal in the metric of the displacements."""

    def __init__(self, env, columns, bits, where):
        self.bits, self.columns, self.where, width = bits, columns, where, env.columns
        if len(self.columns) > width or any(len(column) != width for column in self.columns):
            raise Refuted(f"{where}.vectors: more than {width}, or not of {width} entries")
        self.digits = bits_of(self.columns)
        self.sizes = [sum(map(abs, column)) for column in self.columns]
        count(width**3, 2 * self.digits)
        self.defect = self.orthonormality(env)
        if not self.defect < 1:
            raise Refuted(f"{where}.vectors: not proved to be nearly orthonormal")

    def orthonormality(self, env):
        """A bound of ||W^T (M + ... + M) W - 1||_F."""
        metric, unit, error = near(env, self.bits)
        one = unit << 2 * self.bits
        lowered = [[y for a in range(0, len(v), 3) for y in apply(metric, v[a : a + 3])] for v in self.columns]
        products = (apply(self.columns, v) for v in lowered)
        off = norm(x - one * (i == j) for i, row in enumerate(products) for j, x in enumerate(row))
        return Fraction(off + error * sum(x * x for column in self.columns for x in column), one)


class Image:
    """J W = [B1 B2], B1 of as many columns as the rank, from the integers around the entries of 2^bits J.

    `lengths` are those of the columns of B1, about; `defect` bounds ||D^-1 B1^T B1 D^-1 - 1|| for D of these lengths,
    and `rest` bounds ||B2||. Lengths are in units of 2^(-2 bits).
    """

    def __init__(self, rows, frame, rank):
        middles, errors = [], []
        for row in rows:
            middles.append([(low + high) >> 1 for low, high in row])
            errors.append(max(((high - low + 1) >> 1 for low, high in row), default=0))
        count(len(middles) * len(frame.columns) ** 2, frame.digits + bits_of(middles))
        error, columns = norm(errors), [apply(middles, column) for column in frame.columns]
        first, last, bits = columns[:rank], columns[rank:], frame.bits
        self.lengths = [isqrt(sum(x * x for x in column)) for column in first]
        if 0 in self.lengths:
            raise Refuted(f"{frame.where}.vectors: a column of J W is not proved to be longer than 0")
        count(len(middles) * rank**2, 2 * bits_of(first))
        near = Fraction(norm(self.deviations(first, bits)), 1 << bits)
        off = [over(size << bits, length) for size, length in zip(frame.sizes, self.lengths)]
        shift = Fraction(error * norm(off), 1 << bits)
        self.defect = near + 3 * shift + shift * shift
        if not self.defect < 1:  # so near < 1 too
            raise Refuted(f"{frame.where}.vectors: the columns of J W are not proved to be nearly orthogonal")
        self.frame = frame
        self.rest = norm(x for column in last for x in column) + error * norm(frame.sizes[rank:])

    def squares(self, i):
        """Bounds of the square of the i-th largest singular value of J on the span of W (Lemma values)."""
        length = sorted(self.lengths, reverse=True)[i] if self.lengths else 0
        unit, defect = Fraction(1, 1 << 4 * self.frame.bits), self.frame.defect
        least = (1 - self.defect) * length**2 * unit * Fraction(1, 1 + defect)
        return least, ((1 + self.defect) * length**2 + self.rest**2) * unit * Fraction(1, 1 - defect)

    def deviations(self, columns, bits):
        """Bounds of the entries of 2^bits (D^-1 C^T C D^-1 - 1), C the middle of B1."""
        for i, (one, d) in enumerate(zip(columns, self.lengths)):
            for j, (other, e) in enumerate(zip(columns, self.lengths)):
                product = sum(x * y for x, y in zip(one, other)) - d * d * (i == j)
                yield over(abs(product) << bits, d * e)


def bits_of(rows):
    """Bits of the longest of some integers."""
    return max((abs(x).bit_length() for row in rows for x in row), default=0)


def count(products, bits):
    """Nothing, or `Refuted` for more products of numbers of so many bits than the limit."""
    if products * (1 + bits // 512) > MAX_PRODUCTS:
        raise Refuted(f"singular values: more than {MAX_PRODUCTS} products of numbers")


def check_jacobian(features, width, bits, where):
    """Nothing, or `Refuted` for a number of bits that is not allowed, or a Jacobian of too many entries of so many."""
    if not 0 < bits <= MAX_BITS:
        raise Refuted(f"{where}.bits: {bits} is outside 1..{MAX_BITS}")
    count(features * width**2, bits)
    if features * width * bits > MAX_JACOBIAN:
        raise Refuted(f"a Jacobian of more than {MAX_JACOBIAN} bits")


def shown(ends):
    """An interval as it is printed."""
    return f"[{', '.join(text if len(text) <= SHOWN_LENGTH else '(long)' for text, _ in ends)}]"


def prove(proof, claim):
    """Each value is between the ends given; those beyond the rank are zero."""
    values, rank, width = claim["values"], proof.rank, proof.env.columns
    if not proof.features:
        raise Refuted("claims.singular_values: the certificate inside is of no features")
    if len(values) != width or any(value for ends in values[rank:] for _, value in ends):
        raise Refuted(f"claims.singular_values.values: not {width}, of which those beyond the rank {rank} are 0")
    check_jacobian(len(proof.features), width, claim["bits"], "claims.singular_values")
    if len(claim["vectors"]) != width:
        raise Refuted(f"claims.singular_values.vectors: not {width}")
    frame = Frame(proof.env, claim["vectors"], claim["bits"], "claims.singular_values")
    image = Image(proof.jacobian(frame.bits), frame, rank)
    for i, ends in enumerate(values[:rank]):
        (_, low), (_, high) = ends
        least, most = image.squares(i)
        if low**2 > least or high**2 < most:
            raise Refuted(f"claims.singular_values.values[{i}]: not proved to be between {shown(ends)}")
    texts = list(map(shown, values[:rank]))
    more = f", and {rank - SHOWN} more as given" if rank > SHOWN else ""
    others = f", the others in {', '.join(texts[:SHOWN])}{more}" if rank else ""
    forms = f"J of the {len(proof.features)} forms given, for Cartesian displacements"
    return f"singular values of {forms}: {width - rank} of {width} are 0{others}"
