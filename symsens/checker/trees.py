"""Closed forms as expression trees: their shape, what they look at, their degree, their value where it is rational.

Law: the standard library only; nothing is evaluated in intervals here. A tree is a list [operation, operands...]:

    ["num", "3/2"]  ["pi"]  ["s", a]  ["d", a, b]         a number; pi; invariants of the places of the tuple, from 1
    ["def", i]  ["const", m, i, j]                        a definition; an entry of a constant matrix
    ["+", ...]  ["*", ...]  ["^", x, "p/q"]
    ["exp", x]  log sin cos tanh erf ramp                 ramp is max(x, 0)
    ["hyper", ["a", ...], ["b", ...], x]                  pFq, every b positive, p <= q

and is read as a tuple of the same kind.
"""

from fractions import Fraction
from functools import reduce

from symsens.checker.fields import Element
from symsens.checker.limits import (
    MAX_EXPONENT,
    MAX_MATRIX,
    MAX_NU,
    MAX_NUMBER_BITS,
    MAX_PARAMETER,
    MAX_PARAMETERS,
    MAX_TREE,
)
from symsens.checker.refusals import Malformed, Refuted
from symsens.checker.shapes import (
    CLOSED_SCHEMA,
    bounded,
    expect,
    field_inside,
    generator_of,
    number_of,
    read,
    read_above,
    read_labels,
    read_species,
)

ONE_PLACE = ("exp", "log", "sin", "cos", "tanh", "erf", "ramp")
INDEXED = ("s", "d", "def", "const")
OPERANDS = {"num": 1, "pi": 0, "s": 1, "d": 2, "def": 1, "const": 3, "^": 2, "hyper": 3, **dict.fromkeys(ONE_PLACE, 1)}
MANY = ("+", "*")
NUMBERS, FUNCTIONS = ("num", "pi", "const"), (*ONE_PLACE, "hyper")


# Reading.


def tree(value, where, depth=0):
    """An expression tree, its shape checked."""
    name, rest = read_operation(value, depth, where)
    if name in INDEXED:
        top = 2 * MAX_NU if name in ("s", "d") else 10**6
        return (name, *(read_index(x, top, where) for x in rest))
    if name == "num":
        return (name, read(Fraction, rest[0], where))
    if name == "^":
        return (name, tree(rest[0], where, depth + 1), read_exponent(rest[1], where))
    if name == "hyper":
        return (name, *read_parameters(rest, where), tree(rest[2], where, depth + 1))
    return (name, *(tree(part, where, depth + 1) for part in rest))


def read_operation(value, depth, where):
    """The name of the operation of a tree and its operands, as many as it takes."""
    fits = type(value) is list and value and type(value[0]) is str and depth < MAX_TREE
    fits = fits and (value[0] in MANY or len(value) - 1 == OPERANDS.get(value[0]))
    expect(fits, value, where, f"an expression tree of depth below {MAX_TREE}")
    return value[0], value[1:]


def read_index(value, top, where):
    """A small index."""
    expect(type(value) is int and 0 <= value <= top, value, where, f"an index up to {top}")
    return value


def read_exponent(value, where):
    """A rational exponent of moderate size."""
    power = read(Fraction, value, where)
    expect(
        moderate(power, MAX_EXPONENT), value, where, f"an exponent of numerator and denominator up to {MAX_EXPONENT}"
    )
    return power


def moderate(x, limit):
    """Whether numerator and denominator of a rational number are at most so large."""
    return abs(x.numerator) <= limit and x.denominator <= limit


def read_parameters(rest, where):
    """Upper and lower parameters of a hypergeometric series that converges everywhere: the lower ones positive."""
    above, below = (tuple(read([Fraction], part, where)) for part in rest[:2])
    fits = all(moderate(x, MAX_PARAMETER) for x in (*above, *below))
    expect(fits, rest[0], where, f"parameters of numerator and denominator up to {MAX_PARAMETER}")
    expect(
        len(above) <= len(below) <= MAX_PARAMETERS and min(below, default=1) > 0,
        rest[1],
        where,
        f"up to {MAX_PARAMETERS} lower parameters, positive, and no more upper ones",
    )
    return above, below


def read_matrix(value, where):
    """A square matrix of trees, neither empty nor large."""
    rows = read([[tree]], value, where)
    sides = {len(rows), *map(len, rows)}
    expect(len(sides) == 1 and 1 <= len(rows) <= MAX_MATRIX, value, where, f"a square matrix of side 1..{MAX_MATRIX}")
    return rows


TERM = {"species": [read_species], "distinct": bool, "form": tree, "inside": [tree], "regular": [tree]}
FORMS = {
    "definitions": [tree],
    "constants": [{"left": (None, read_matrix), "matrix": read_matrix}],
    "features": [{"label": str, "terms": [TERM]}],
}


def closed_form_of(number):
    """The shape of a certificate of closed forms over a field, given that of its numbers; the forms are over QQ."""
    hidden = {"scale": bool, "cluster": (None, [generator_of(number)]), "null_vectors": [[number]]}
    return FORMS | {
        "schema": {CLOSED_SCHEMA},
        "above": read_above,
        "descriptor": str,
        "complete": bool,
        "invariances": (None, hidden),
        "relations": (None, [[Fraction]]),
        "exponentials": (None, [[(int, [(Fraction, Fraction)])]]),
        "claims": {"rank": int, "nullity": int, "radial_truncation": int},
        "pivot_columns": [int],
        "left_inverse": [[Fraction]],
        "bits": int,
        "labels": read_labels,
    }


def read_closed(value, where, shape=None):
    """A certificate of closed forms, or of another shape with forms; `Malformed` for one whose forms name what is not
    there."""
    bounded(value, where)
    if shape is None:
        above = value.get("above") if type(value) is dict else None
        shape = closed_form_of(number_of(field_inside(above, f"{where}.above")))
    certificate = read(shape, value, where)
    for i, constant in enumerate(certificate["constants"]):
        check_constant(constant, f"constants[{i}]")
    return certificate


def check_constant(constant, where):
    """Nothing, or `Malformed`: two matrices of one size that depend on nothing."""
    left, matrix = constant["left"], constant["matrix"]
    if left and len(left) != len(matrix):
        raise Malformed(f"{where}: matrices of different sizes")
    for row in [*(left or []), *matrix]:
        if any(places(entry, [], [], where) for entry in row):
            raise Malformed(f"{where}: depends on the neighbours")


# What a tree is about.


def operands(form):
    """The trees right below a tree."""
    return [part for part in form[1:] if type(part) is tuple and part and type(part[0]) is str]


def places(form, definitions, constants, where):
    """The places of the tuple that a tree looks at, given those of the definitions; `Malformed` if it names a
    definition or constant that is not there."""
    name, rest = form[0], form[1:]
    if name in ("s", "d"):
        return set(rest)
    if name == "def":
        if rest[0] >= len(definitions):
            raise Malformed(f"{where}: definition {rest[0]} does not come before it")
        return definitions[rest[0]]
    if name == "const" and not (rest[0] < len(constants) and max(rest[1:]) < len(constants[rest[0]]["matrix"])):
        raise Malformed(f"{where}: there is no constant {rest}")
    return set().union(*(places(part, definitions, constants, where) for part in operands(form)))


def uses(form):
    """The numbers of the definitions that a tree names."""
    if form[0] == "def":
        return {form[1]}
    return set().union(*map(uses, operands(form)))


def needed(form, of):
    """The numbers of all definitions on which a tree rests, each after those on which it rests itself; `of` holds the
    `uses` of each definition."""
    found, waiting = set(), uses(form)
    while waiting:
        found |= waiting
        waiting = set().union(*(of[i] for i in waiting)) - found
    return sorted(found)


def degree(form, definitions):
    """A bound of the degree of a tree as a polynomial in the d's at fixed s, a natural number; None if it may be none.

    Total: of every tree that has been read, given the same of the definitions before it.
    """
    name, rest = form[0], form[1:]
    if name == "d":
        return 1
    if name == "def":
        return definitions[rest[0]]
    parts = [degree(part, definitions) for part in operands(form)]
    if None in parts:
        return None
    if name == "+":
        return max(parts, default=0)
    if name == "*":
        return sum(parts)
    inner = max(parts, default=0)
    if inner == 0:
        return 0
    natural = name == "^" and rest[1].denominator == 1 and rest[1] >= 0
    return inner * rest[1].numerator if natural else None


def rational(form, t):
    """The exact value of a polynomial tree over QQ at invariants t(leaf); None if it is no such polynomial."""
    name, rest = form[0], form[1:]
    if name == "num":
        return rest[0]
    if name in ("s", "d"):
        return t(form)
    parts = [rational(part, t) for part in operands(form)]
    if None in parts or name not in ("+", "*", "^"):
        return None
    if name == "+":
        return reduce(lambda x, y: short(x + y), parts, Fraction(0))
    if name == "*":
        return reduce(lambda x, y: short(x * y), parts, Fraction(1))
    if rest[1].denominator != 1 or rest[1] < 0:
        return None
    if size(parts[0]) * rest[1].numerator > MAX_NUMBER_BITS:
        raise Refuted(f"a condition whose exact value has more than {MAX_NUMBER_BITS} bits")
    return parts[0] ** rest[1].numerator


def size(x):
    """Bits of a rational number; of a number of a field those of all its coefficients, and what a product adds."""
    bits = max(x.numerator.bit_length(), x.denominator.bit_length())
    return (bits + x.field.growth) * x.field.degree if type(x) is Element else bits


def short(x):
    """A rational number of an allowed size, or `Refuted`."""
    if size(x) > MAX_NUMBER_BITS:
        raise Refuted(f"a condition whose exact value has more than {MAX_NUMBER_BITS} bits")
    return x


# The form of the features.


def check_forms(certificate, env, l_max):
    """Nothing, or `Refuted`: forms of order <= nu, of degree <= l_max in d_12 where the bound above speaks of it."""
    constants, definitions, degrees = certificate["constants"], [], []
    for i, form in enumerate(certificate["definitions"]):
        definitions.append(places(form, definitions, constants, f"definitions[{i}]"))
        degrees.append(degree(form, degrees))
    for i, feature in enumerate(certificate["features"]):
        for term in feature["terms"]:
            check_order(term, env, definitions, constants, f"features[{i}]")
            if l_max is not None:
                check_degree(term, l_max, degrees, f"features[{i}]")


def check_order(term, env, definitions, constants, where):
    """Nothing, or `Refuted`: a form of as many neighbours as it has species, at most nu (Lemma padding; Lemma distinct
    where it is summed over distinct neighbours) unless one of these species is not there: such a sum is empty."""
    order, empty = len(term["species"]), not set(term["species"]) <= set(env.species)
    used = places(term["form"], definitions, constants, where)
    for condition in (*term["inside"], *term["regular"]):
        used = used | places(condition, [], [], f"{where}.inside")
    if not order >= 1 or (order > env.nu and not empty) or not used <= set(range(1, order + 1)):
        raise Refuted(
            f"{where}: a form of more neighbours than its {order} species, or of a higher order than nu = {env.nu}"
        )


def check_degree(term, l_max, degrees, where):
    """Nothing, or `Refuted`: a polynomial of degree <= l_max in d_12, under conditions that do not depend on it (Lemma
    angular)."""
    top = degree(term["form"], degrees)
    within = len(term["species"]) <= 2 and top is not None and top <= l_max
    if not within or any(degree(condition, degrees) != 0 for condition in term["inside"]):
        raise Refuted(f"{where}: not a polynomial of degree <= l_max = {l_max} in d_12")
