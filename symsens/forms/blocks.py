"""Closed forms over tuple invariants: families of functions, the conditions under which they hold, blocks of features.

Law: nothing here evaluates anything, and no SymPy expression is made from a user's text.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations, permutations

from sympy import Expr, Rational, Symbol, sympify

from symsens.rows.tuples import components


@cache
def invariants(nu: int) -> tuple[Symbol, ...]:
    """s_1..s_nu (positive), d_12, d_13, ... of a nu-tuple, in the order of `symsens.rows.tuples.components`."""
    return tuple(
        Symbol(f"s_{a + 1}", positive=True) if a == b else Symbol(f"d_{a + 1}{b + 1}", real=True)
        for a, b in components(nu)
    )


def number(value) -> Rational:
    """A Fraction as a SymPy Rational."""
    return Rational(value.numerator, value.denominator)


@dataclass(frozen=True)
class Family:
    """Closed forms in the invariants of `arity` neighbours, to be used at any place of a tuple.

    Attributes
    ----------
    name : symbol in formulas, e.g. "R"; unique in a block.
    arity : number of neighbours that the forms look at (1: functions of s_1; 2: of s_1, s_2, d_12).
    forms : SymPy expressions in ``invariants(arity)`` and the symbols of `constants`.
    indices : subscript of each form in formulas; 0, 1, ... by default.
    constants : objects with ``symbols`` and ``values(arithmetic)``: numbers without a short closed form.
    primitives, mixing : where forms are fixed linear combinations of simpler ones, forms = diag(M_1, M_2, ...) .
        primitives: closed forms without constants, and the matrices M_i, constants with ``rows`` of symbols. Only the
        primitives are then compiled and evaluated. See `Family.mixed`.
    """

    name: str
    arity: int
    forms: tuple[Expr, ...]
    indices: tuple[str, ...] = ()
    constants: tuple = ()
    primitives: tuple[Expr, ...] = ()
    mixing: tuple = ()

    @classmethod
    def mixed(cls, name: str, arity: int, primitives: Sequence[Expr], mixing: Sequence) -> "Family":
        """The family of forms diag(M_1, M_2, ...) . primitives, the matrices being `mixing`."""
        forms, rest = [], list(primitives)
        for matrix in mixing:
            width = len(matrix.rows[0])
            forms += [sum(m * form for m, form in zip(row, rest)) for row in matrix.rows]
            rest = rest[width:]
        return cls(name, arity, tuple(forms), primitives=tuple(primitives), mixing=tuple(mixing))

    def __post_init__(self):
        object.__setattr__(self, "forms", tuple(map(sympify, self.forms)))
        object.__setattr__(self, "primitives", tuple(map(sympify, self.primitives)))
        object.__setattr__(self, "indices", tuple(map(str, self.indices or range(len(self.forms)))))
        object.__setattr__(self, "_hash", hash((self.name, self.arity, self.forms)))

    def __hash__(self):
        return self._hash

    def at(self, *places: int) -> tuple[Symbol, ...]:
        """The forms as symbols at the given places of the tuple (counted from 1), for use in `phi`."""
        return _members(self, places)

    def closed(self, *places: int) -> tuple[Expr, ...]:
        """The forms themselves, written in the invariants of the tuple at the given places."""
        swap = {t: place_invariant(t, places) for t in invariants(self.arity)}
        return tuple(form.xreplace(swap) for form in self.forms)

    @property
    def evaluated(self) -> tuple[Expr, ...]:
        """What is compiled and evaluated: the primitives, or the forms themselves."""
        return self.primitives or self.forms

    @cached_property
    def derivatives(self) -> tuple[tuple[int, tuple[Expr, ...]], ...]:
        """(component, derivative by it of everything `evaluated`) for the components on which that depends."""
        out = []
        for c, t in enumerate(invariants(self.arity)):
            if any(t in form.free_symbols for form in self.evaluated):
                out.append((c, tuple(form.diff(t) for form in self.evaluated)))
        return tuple(out)


@cache
def _members(family: Family, places: tuple[int, ...]) -> tuple[Symbol, ...]:
    at = ",".join(map(str, places))
    return tuple(Symbol(f"{family.name}_{index}({at})", real=True) for index in family.indices)


def place_invariant(t: Symbol, places: Sequence[int]) -> Symbol:
    """The invariant of the tuple that the template invariant `t` becomes at `places`."""
    arity = len(places)
    a, b = components(arity)[invariants(arity).index(t)]
    low, high = sorted((places[a], places[b]))
    return Symbol(f"s_{low}", positive=True) if low == high else Symbol(f"d_{low}{high}", real=True)


@dataclass(frozen=True)
class Condition:
    """Where closed forms hold, decided exactly.

    Attributes
    ----------
    expr : in the invariants of one neighbour (s_1), of a pair or of a triple; checked for every one of these among the
        places of the tuple, in their order. A polynomial with rational coefficients (and absolute values), or an
        irrational form that never vanishes where it is not rational.
    where : what ``expr = 0`` means, e.g. "cutoff radius 5"; a structure with ``expr = 0`` is refused by that name.
    inside : a tuple with ``expr < 0`` contributes nothing (otherwise only ``expr = 0`` matters).
    places : the places of the tuple (counted from 1) that it is about; by default all.
    """

    expr: Expr
    where: str
    inside: bool = True
    places: tuple[int, ...] | None = None

    @cached_property
    def arity(self) -> int:
        """1, 2 or 3."""
        return next(nu for nu in (1, 2, 3) if self.expr.free_symbols <= set(invariants(nu)))

    def choices(self, nu: int) -> Iterable[tuple[int, ...]]:
        """The places of a nu-tuple at which it is checked, in order."""
        return combinations(range(1, nu + 1), self.arity) if self.places is None else [self.places]


@dataclass(frozen=True)
class Block:
    """Features summed over the tuples of one species channel.

    Attributes
    ----------
    nu : order of the tuples; 0 for a constant.
    channel : the species of the tuple's places, nu symbols.
    phi : SymPy expressions in ``invariants(nu)`` and ``family.at(...)``.
    labels : the feature to which each phi adds, all different.
    families : the families that phi uses.
    distinct : sum over tuples of different neighbours only; otherwise over all ordered tuples, repeats included.
    scale : exact factor of the whole block (species weights).
    conditions : where the forms hold.
    """

    nu: int
    channel: tuple[str, ...]
    phi: tuple[Expr, ...]
    labels: tuple[str, ...]
    families: tuple[Family, ...] = ()
    distinct: bool = False
    scale: Expr = Rational(1)
    conditions: tuple[Condition, ...] = ()

    def __post_init__(self):
        for name in ("channel", "labels", "families", "conditions"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        # A tuple of SymPy expressions is kept as the same object, so that blocks can share it.
        if not (isinstance(self.phi, tuple) and all(isinstance(phi, Expr) for phi in self.phi)):
            object.__setattr__(self, "phi", tuple(map(sympify, self.phi)))
        object.__setattr__(self, "scale", sympify(self.scale))
        if len(self.channel) != self.nu or not len(self.phi) == len(self.labels) == len(set(self.labels)):
            raise ValueError(
                f"a block of order {self.nu} has {len(self.channel)} species, {len(self.phi)} forms, "
                f"{len(set(self.labels))} different labels"
            )

    @cached_property
    def members(self) -> dict[Symbol, tuple[Family, tuple[int, ...], int]]:
        """What every family symbol in phi stands for: (family, places, number of the form)."""
        return members(self.nu, self.families)

    @cached_property
    def closed(self) -> tuple[Expr, ...]:
        """phi with every family written out."""
        swap = {symbol: family.closed(*places)[i] for symbol, (family, places, i) in self.members.items()}
        return tuple(phi.xreplace(swap) for phi in self.phi)


@cache
def members(nu: int, families: tuple[Family, ...]) -> dict[Symbol, tuple[Family, tuple[int, ...], int]]:
    """See `Block.members`."""
    table = {}
    for family in families:
        for places in permutations(range(1, nu + 1), family.arity):
            for i, symbol in enumerate(family.at(*places)):
                table[symbol] = (family, places, i)
    return table
