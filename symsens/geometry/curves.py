"""One-parameter families of environments: positions rational in t over the declared field, and an interval of t.

Law: a number of a file is read by the grammar into K(t) and nothing is rounded; at every t of the interval the family
is an environment: no pole, no two atoms at one place.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, reduce
from itertools import combinations

from symsens.errors import InputError
from symsens.geometry.environment import Environment
from symsens.geometry.exact_files import FAMILY, read_document
from symsens.numbers.factors import irreducible_factors
from symsens.numbers.field import QQ, Rationals, clear_denominators
from symsens.numbers.metric import IDENTITY, check_metric
from symsens.numbers.number_field import NumberField
from symsens.numbers.polynomials import Polynomial, Quotient


@dataclass(frozen=True, repr=False, eq=False)
class Curve:
    """A centre at the origin and n neighbours whose places are rational in a parameter t, low <= t <= high.

    Parameters
    ----------
    species : n chemical symbols.
    positions : n triples of numbers, or of texts of the grammar with the parameter, e.g. "1 + t/2"; in the frame of the
        metric, in the unit of the positions (Angstrom when the metric is the identity).
    interval : low and high, rational numbers.
    parameter : its name in texts.
    centre_species : chemical symbol of the centre.
    metric : as of an `Environment`; it does not depend on t.
    source : the file that it comes from, for messages.
    field : K, of the coefficients.

    Raises
    ------
    InputError
        A text that is none, an interval without inside, a pole in it, or a t of it at which two atoms meet.
    """

    species: tuple[str, ...]
    positions: tuple[tuple, ...]
    interval: tuple[Fraction, Fraction]
    parameter: str = "t"
    centre_species: str = "X"
    metric: tuple = IDENTITY
    source: str | None = None
    field: Rationals | NumberField = field(default=QQ)

    def __post_init__(self):
        assign = lambda name, value: object.__setattr__(self, name, value)
        assign("species", tuple(self.species))
        assign("interval", tuple(map(QQ.parse, self.interval)))
        if len(self.interval) != 2 or self.interval[0] >= self.interval[1]:
            raise InputError(f"interval {[str(end) for end in self.interval]}: give two ends, the lower one first")
        self._check_name()
        assign("positions", tuple(tuple(self._entry(j, x) for x in y) for j, y in enumerate(self.positions, 1)))
        if len(self.positions) != len(self.species) or any(len(y) != 3 for y in self.positions):
            raise InputError(f"{len(self.species)} species, {len(self.positions)} positions: one triple per neighbour")
        if self.metric is not IDENTITY:
            assign("metric", tuple(tuple(map(self.field.parse, row)) for row in self.metric))
            check_metric(self.metric)
        self._check_poles()
        self._check_places()

    def __repr__(self):
        low, high = self.interval
        where = f"{self.parameter} from {low} to {high}"
        return f"Curve({len(self.species)} neighbours, {where}, over {self.field.name})"

    @classmethod
    def read(cls, name: str) -> "Curve":
        """From a family file: see `symsens.geometry.exact_files`.

        Raises
        ------
        InputError
            No such file, or not as it should be.
        """
        document = read_document(name, (FAMILY,))
        if document is None:
            raise InputError(f"{name}: no family file: give a JSON file with the schema {FAMILY}")
        ends = document["interval"]
        try:
            if not isinstance(ends, list) or len(ends) != 2 or not all(isinstance(end, str | int) for end in ends):
                raise InputError("interval: give two rational numbers as texts")
            return cls(
                species=document["species"],
                positions=document["positions"],
                interval=ends,
                parameter=document["parameter"],
                centre_species=document["centre"],
                metric=document.get("metric", IDENTITY),
                source=name,
                field=document["field"],
            )
        except InputError as error:
            raise InputError(f"{name}: {error}") from None

    def _check_name(self):
        t = self.parameter
        if not (isinstance(t, str) and t.isidentifier() and t.isascii()) or t == "sqrt":
            raise InputError(f"parameter {t!r:.60}: give letters and digits, e.g. t")
        try:
            self.field.read(t)
        except InputError:
            return
        raise InputError(f"parameter {t!r}: the generator of the field {self.field.name} has this name")

    def _entry(self, j, x) -> Quotient:
        t = Quotient.unknown(self.field)
        if not isinstance(x, str):
            return x if isinstance(x, Quotient) else t * 0 + self.field.parse(x)
        try:
            return t * 0 + self.field.read(x, {self.parameter: t})
        except InputError as error:
            raise InputError(f"neighbour {j}: {error}") from None

    # The same without denominators: positions = numerators / denominator.

    @cached_property
    def _cleared(self):
        entries = [x for y in self.positions for x in y]
        below = reduce(lambda q, x: q * (x.below // q.gcd(x.below)), entries, Polynomial.of(self.field, [1]))
        above = [x.above * (below // x.below) for x in entries]
        rows, _ = clear_denominators([f.coefficients for f in (*above, below)])
        return [Polynomial.of(self.field, row) for row in rows]

    @property
    def numerators(self) -> list[list[Polynomial]]:
        """n x 3, with integral coefficients."""
        flat = self._cleared[:-1]
        return [flat[i : i + 3] for i in range(0, len(flat), 3)]

    @property
    def denominator(self) -> Polynomial:
        """One for all of them, without root in the interval."""
        return self._cleared[-1]

    @cached_property
    def lowered(self) -> list[list[Polynomial]]:
        """n x 3: the metric, as integral numbers, times the numerators."""
        metric, _ = clear_denominators(self.metric)
        zero = Polynomial(self.field, ())
        return [[sum((f * m for m, f in zip(row, y)), zero) for row in metric] for y in self.numerators]

    @cached_property
    def gram(self) -> list[list[Polynomial]]:
        """n x n: all dot products, times one polynomial without root in the interval."""
        zero = Polynomial(self.field, ())
        return [[sum((a * b for a, b in zip(u, v)), zero) for v in self.numerators] for u in self.lowered]

    def at(self, t, field=None) -> Environment:
        """The environment at a value of t: a number of K, or of another field if K is QQ."""
        field = field or self.field
        t = field.parse(t)
        below = 1 / field.parse(self.denominator(t))
        places = [[field.parse(f(t)) * below for f in y] for y in self.numerators]
        return Environment(self.species, places, self.centre_species, self.metric, field=field, source=self.source)

    # What may not be.

    def _within(self, f: Polynomial) -> Iterator[str]:
        """The roots of a polynomial in the interval, as texts."""
        for h in irreducible_factors(f):
            for low, high in h.roots_between(*self.interval):
                yield f"{self.parameter} {f'= {low}' if low == high else f'≈ {h.near((low, high), 6)}'}"

    def _check_poles(self):
        for j, y in enumerate(self.positions, 1):
            for x in y:
                for where in self._within(x.below):
                    raise InputError(f"neighbour {j} has a pole at {where}: give an interval without it")

    def _check_places(self):
        named = [("the centre", [Polynomial(self.field, ())] * 3)]
        named += [(f"neighbour {j}", y) for j, y in enumerate(self.numerators, 1)]
        for (first, u), (second, v) in combinations(named, 2):
            common = reduce(Polynomial.gcd, [a - b for a, b in zip(u, v)])
            if not common:
                raise InputError(f"{first} and {second} are at the same place for all {self.parameter}")
            for where in self._within(common):
                raise InputError(f"{first} and {second} meet at {where}: give an interval without it")
