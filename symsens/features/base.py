"""What a descriptor is: closed forms over tuple invariants, the tuples they are summed over, the feature each adds to.

A descriptor is a small frozen dataclass of exact parameters with one method, ``blocks(centre, species)``. A `Block` says

    for a in phi:   feature[labels[a]] += scale * sum over tuples tau with species_tau = channel of phi[a](t_tau)

with ``phi`` SymPy expressions in the invariants of the tuple (`invariants`) and in the members of its families. A `Family`
is a list of closed forms in the invariants of one neighbour, or of a pair, used at several places of the tuple: radial
functions, angular functions. Products of families are never expanded: each family is evaluated, with its derivatives, once
per distance or pair, and everything else is vectorised products. All arithmetics, the LaTeX and the derivatives come from
these expressions. Blocks that name the same label add to the same feature (cross terms with the centre's own density, sums
of different body order, species weights through ``scale``).

A new descriptor in ten lines, complete with SPEC, exact Jacobian, enclosures and LaTeX once its class is named in
``symsens.features.NAMES``::

    @dataclass(frozen=True)
    class Bonds(Descriptor):
        '''F_k = sum_j exp(-k s_j / a^2) (1 - s_j / r_c^2)^2'''
        name = "bonds"
        k_max: int = integer(4, low=1, high=20, help="number of exponents")
        a: Fraction = rational(1, above=0, help="width, Angstrom")
        cutoff: Fraction = rational(5, above=0, help="cutoff radius, Angstrom")

        def blocks(self, centre, species):
            (s,) = invariants(1)
            u = self.cutoff ** 2                       # parameters are Fractions; write Rational where SymPy meets them
            phi = [exp(-k * s / number(self.a) ** 2) * (1 - s / number(u)) ** 2 for k in range(1, self.k_max + 1)]
            inside = Condition(number(u) - s, f"cutoff radius {self.cutoff}")
            return [Block(1, (z,), phi, [f"{z} k={k + 1}" for k in range(self.k_max)], conditions=[inside]) for z in species]

Law: nothing here evaluates anything, and no SymPy expression is made from a user's text.
"""

import difflib
from collections.abc import Sequence
from dataclasses import MISSING, dataclass, field, fields
from fractions import Fraction
from functools import cache, cached_property
from itertools import permutations
from keyword import iskeyword

import numpy as np
from sympy import Expr, Rational, Symbol, sympify

from symsens.errors import InputError, SpecError
from symsens.field import QQ
from symsens.tuples import components

MAX_TERMS = 60_000


@cache
def invariants(nu: int) -> tuple[Symbol, ...]:
    """The invariants of a nu-tuple in the order of `symsens.tuples.components`: s_1..s_nu (positive), then d_12, d_13, ..."""
    return tuple(Symbol(f"s_{a + 1}", positive=True) if a == b else Symbol(f"d_{a + 1}{b + 1}", real=True) for a, b in components(nu))


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
    primitives, mixing : where forms are fixed linear combinations of simpler ones, forms = diag(M_1, M_2, ...) . primitives:
        closed forms without constants, and the matrices M_i, constants with ``rows`` of symbols. Only the primitives are then
        compiled and evaluated. See `Family.mixed`.
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
    """Where closed forms hold: `expr`, in the invariants of one neighbour (s_1), of a pair or of a triple, decided exactly.

    Attributes
    ----------
    expr : checked for every neighbour, pair or triple of places of the tuple, in their order. A polynomial with rational
        coefficients (and absolute values), or an irrational form that never vanishes where it is not rational.
    where : what ``expr = 0`` means, e.g. "cutoff radius 5"; a structure with ``expr = 0`` is refused by that name.
    inside : a tuple with ``expr < 0`` contributes nothing (otherwise only ``expr = 0`` matters).
    places : the places of the tuple (counted from 1) that it is about; by default all neighbours, pairs or triples of them.
    """

    expr: Expr
    where: str
    inside: bool = True
    places: tuple[int, ...] | None = None

    @cached_property
    def arity(self) -> int:
        """1, 2 or 3."""
        return next(nu for nu in (1, 2, 3) if self.expr.free_symbols <= set(invariants(nu)))


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
        if len(self.channel) != self.nu or len(self.labels) != len(self.phi) or len(set(self.labels)) != len(self.labels):
            raise ValueError(f"a block of order {self.nu} has {len(self.channel)} species, {len(self.phi)} forms, {len(set(self.labels))} different labels")

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


# Parameters: dataclass fields that parse what they are given.


def integer(default: int, low: int, high: int, help: str = ""):
    """A dataclass field: an integer parameter in low..high."""

    def parse(value):
        try:
            exact = QQ.parse(value)
        except InputError:
            exact = None
        if isinstance(value, bool) or exact is None or exact.denominator != 1 or not low <= exact <= high:
            raise ValueError(f"an integer from {low} to {high}")
        return int(exact)

    return field(default=default, metadata={"parse": parse, "help": help, "size": True})


def rational(default, above=None, least=None, most=None, help: str = ""):
    """A dataclass field: an exact number, optionally > `above`, >= `least`, <= `most`; a default of None may stay None."""

    def parse(value):
        wanted = "a number" + (f" above {above}" if above is not None else "")
        wanted += f" from {least} to {most}" if most is not None else f" from {least} up" if least is not None else ""
        if default is None and (value is None or value == "none"):
            return None
        try:
            exact = None if isinstance(value, bool) else QQ.parse(value)
        except InputError:
            exact = None
        if exact is None or (above is not None and not exact > above) or (least is not None and not exact >= least):
            raise ValueError(wanted)
        if most is not None and not exact <= most:
            raise ValueError(wanted)
        return exact

    return field(default=default, metadata={"parse": parse, "help": help})


def rationals(default, above=None, least=None, most=None, empty: bool = False, help: str = ""):
    """A dataclass field: exact numbers, in a SPEC joined by ":" (``eta=0.01:0.1:1``); at least one unless `empty` ("none")."""
    one = rational(0, above, least, most).metadata["parse"]

    def parse(value):
        if empty and (value is None or isinstance(value, str) and value in ("none", "")):
            return ()
        values = value.split(":") if isinstance(value, str) else value if isinstance(value, Sequence) or np.ndim(value) else [value]
        if not len(values) and not empty:
            raise ValueError("at least one number")
        return tuple(map(one, values))

    return field(default=default, metadata={"parse": parse, "help": help})


def choice(default: str, names, help: str = ""):
    """A dataclass field: one of `names` (an iterable, looked at when a value is parsed)."""

    def parse(value):
        if value not in names:
            raise ValueError(f"one of {', '.join(names)}{nearest(value, names)}")
        return value

    return field(default=default, metadata={"parse": parse, "help": help})


def switch(default: bool, help: str = ""):
    """A dataclass field: true or false."""

    def parse(value):
        words = {"true": True, "false": False, True: True, False: False}
        if not isinstance(value, str | bool | np.bool_) or value not in words:
            raise ValueError("true or false")
        return words[value]

    return field(default=default, metadata={"parse": parse, "help": help})


def nearest(word, words) -> str:
    """The end of a message: the nearest of `words`, if there is one."""
    close = difflib.get_close_matches(str(word), list(words), n=1, cutoff=0.5)
    return f": did you mean {close[0]}?" if close else ""


def _text(value) -> str:
    if isinstance(value, tuple):
        return ":".join(map(_text, value)) or "none"
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)


def _word(name: str) -> str:
    """The word in a SPEC for a field; one that Python keeps for itself has an underscore there: ``lambda_``."""
    return name.removesuffix("_") if iskeyword(name.removesuffix("_")) else name


class Descriptor:
    """Base of all descriptors: parameters by SPEC, features by `blocks`.

    A subclass is a frozen dataclass whose fields are made by `integer`, `rational`, `rationals`, `choice` or `switch`, with

    name : its name in a SPEC.
    formula : the general formula in LaTeX, with sums, for `derive`.
    blocks(centre, species) : its blocks for a centre and neighbours of these species.
    """

    name = ""
    formula = ""
    learned = False  # a network: its functions are those of `symsens.learned`, not of `symsens.jacobian`
    # Features that are no sums over tuples: whole(env, arithmetic, derivative) is their G, or F as a column. Such a descriptor also
    # has order(env), the nu whose null space its own contains, capacity(env), a bound of the rank of J, and closed_forms.
    whole = None
    scale_free = False  # no feature changes when all distances grow by one factor
    of_all_atoms = False  # the centre is one atom like the others: isometries that move it change nothing either
    angular_degree = None  # nu = 2: at given (species, s_j, s_k) every phi is a polynomial in d_jk of at most this degree

    def __post_init__(self):
        for parameter in fields(self):
            value = getattr(self, parameter.name)
            try:
                object.__setattr__(self, parameter.name, parameter.metadata["parse"](value))
            except ValueError as error:
                raise SpecError(f"{self.name}: {_word(parameter.name)}={_text(value)}: give {error}") from None

    def blocks(self, centre: str, species: tuple[str, ...]) -> Sequence[Block]:
        """The blocks for a centre of species `centre` whose neighbours' species are among `species` (sorted, all different)."""
        raise NotImplementedError

    def labels(self, centre: str, species: tuple[str, ...]) -> Sequence[str] | None:
        """The features in order; None: as the blocks name them first."""
        return None

    def check_smooth(self, env) -> None:
        """Refuse an environment at which the descriptor is not differentiable.

        Raises
        ------
        NotSmoothError
            Naming the place (a cutoff radius, collinear neighbours, ...), decided in exact arithmetic.
        """
        from symsens.features.select import check_conditions  # built on this module

        check_conditions(env, self)

    @classmethod
    def parameters(cls) -> dict[str, tuple]:
        """The parameters: word in a SPEC -> (default, help)."""
        return {_word(p.name): (None if p.default is MISSING else p.default, p.metadata["help"]) for p in fields(cls)}

    @staticmethod
    def _default(parameter):
        return parameter.metadata["parse"](parameter.default)

    def __str__(self):
        """The SPEC that gives this descriptor back: sizes always, other parameters where they differ from their default."""
        shown = [p for p in fields(self) if p.metadata.get("size") or getattr(self, p.name) != self._default(p)]
        pairs = ",".join(f"{_word(p.name)}={_text(getattr(self, p.name))}" for p in shown)
        return f"{self.name}:{pairs}" if pairs else self.name


def guard(terms: int, name: str, lower: str) -> None:
    """Refuse a descriptor of too many closed forms, before they are built.

    Raises
    ------
    SpecError
        Saying how many terms, and which parameter (`lower`) to lower.
    """
    if terms > MAX_TERMS:
        raise SpecError(f"{name}: {terms} symbolic terms, more than {MAX_TERMS}: lower {lower}")


def sorted_species(species) -> tuple[str, ...]:
    """Different chemical symbols by atomic number (unknown ones first, by name)."""
    from ase.data import atomic_numbers

    return tuple(sorted(set(species), key=lambda z: (atomic_numbers.get(z, 0), z)))


def parse_spec(spec: str, classes) -> Descriptor:
    """The descriptor that ``name:key=value,key=value`` names; `classes` maps names to callables that give the class.

    Raises
    ------
    SpecError
        Unknown name or key (with the nearest valid one), a key twice, a value out of range.
    """
    name, _, rest = spec.partition(":")
    if name not in classes:
        raise SpecError(f"unknown descriptor {name!r}{nearest(name, classes) or ': one of ' + ', '.join(classes)}")
    cls, given = classes[name](), {}
    for pair in filter(None, rest.split(",")):
        key, equals, value = pair.partition("=")
        known = cls.parameters()
        if not equals or key not in known:
            raise SpecError(f"{name}: unknown parameter {key!r}{nearest(key, known) or ': it has ' + (', '.join(known) or 'none')}")
        if key in given:
            raise SpecError(f"{name}: {key} is given twice")
        given[key] = value
    return cls(**{key + "_" if iskeyword(key) else key: value for key, value in given.items()})
