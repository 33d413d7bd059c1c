"""The shape of a certificate, and how a value of that shape is read; nothing is proved here.

Law: what is returned is a copy made of plain lists, tuples, dictionaries, texts, integers and fractions; whatever does
not fit its shape exactly is `Malformed`, with the place where it does not.

A shape is one of these: a dict has exactly these keys, [s] is a list of any length, (s, s) a list of this length,
(None, s) is s or null, a set holds the texts allowed, a type is a leaf, a function reads what it is given.

Shapes with numbers of a field in them are made for the field: a number of QQ is a text, and one of another field a text
or the list of its coefficients.
"""

import json
import re
import sys
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from math import lcm

from symsens.checker.fields import Field
from symsens.checker.limits import (
    MAX_DIGITS,
    MAX_FIELD_BITS,
    MAX_FIELD_DEGREE,
    MAX_LABELS,
    MAX_NESTING,
    MAX_PARTS,
    MAX_RECURSION,
    MAX_SCALE_BITS,
    MAX_SPECIES,
    MAX_TEXT,
)
from symsens.checker.refusals import Malformed

NUMBER = re.compile(rf"(-?)([0-9]{{1,{MAX_DIGITS}}})(?:/(?=0*[1-9])([0-9]{{1,{MAX_DIGITS}}}))?")
SPECIES = re.compile(rf"[A-Za-z0-9_+.-]{{1,{MAX_SPECIES}}}")
GENERATOR_NAME = re.compile(rf"[A-Za-z][A-Za-z0-9_]{{0,{MAX_SPECIES - 1}}}")
CHUNK = 500  # digits that Python converts whatever its limit for longer numbers


def expect(fits, value, where, expected):
    """Nothing, or `Malformed` with what was expected and what was found."""
    if fits:
        return
    if type(value) is str:
        found = f"{value[:40]!r:.40}"
    elif value is None or type(value) in (bool, float):
        found = repr(value)
    else:
        found = type(value).__name__
    raise Malformed(f"{where}: expected {expected}; found {found}")


OPTIONAL = {"labels", "point_group", "group", "invariances", "cluster", "relations", "exponentials", "within"}

# Leaves.


def whole(digits):
    """The integer that a string of decimal digits means."""
    total = 0
    for start in range(0, len(digits), CHUNK):
        part = digits[start : start + CHUNK]
        total = total * 10 ** len(part) + int(part)
    return total


def read_number(value, where):
    """A rational number such as "-7/5"."""
    match = NUMBER.fullmatch(value) if type(value) is str else None
    expect(match, value, where, 'a rational number such as "-7/5"')
    sign, numerator, denominator = match.groups()
    size = whole(numerator)
    return Fraction(-size if sign else size, whole(denominator or "1"))


def read_integer(value, where):
    """An integer; a bool is none."""
    expect(type(value) is int and abs(value) < 2**63, value, where, "an integer below 2^63")
    return value


def read_text(value, where):
    """A label: printable characters only, so that it cannot end the line on which it is shown."""
    fits = type(value) is str and 0 < len(value) <= MAX_TEXT and value.isprintable()
    expect(fits, value, where, f"a text of 1 to {MAX_TEXT} printable characters")
    return value


def read_species(value, where):
    """The name of a species, short and plain."""
    fits = type(value) is str and SPECIES.fullmatch(value)
    expect(fits, value, where, f"a species: 1 to {MAX_SPECIES} letters, digits or _ + . -")
    return value


def read_flag(value, where):
    """true or false."""
    expect(type(value) is bool, value, where, "true or false")
    return value


LEAVES = {Fraction: read_number, int: read_integer, str: read_text, bool: read_flag}


# Shapes.


def read(shape, value, where):
    """The value with its numbers read, or `Malformed` naming the first place that does not fit the shape."""
    if isinstance(shape, type):
        return LEAVES[shape](value, where)
    if type(shape) is set:
        return read_choice(shape, value, where)
    if type(shape) is dict:
        return read_object(shape, value, where)
    if type(shape) is list:
        expect(type(value) is list, value, where, "a list")
        return [read(shape[0], item, f"{where}[{i}]") for i, item in enumerate(value)]
    if type(shape) is tuple:
        return read_tuple(shape, value, where)
    return shape(value, where)


def read_choice(texts, value, where):
    """One of a few texts."""
    expect(type(value) is str and value in texts, value, where, " or ".join(sorted(texts)))
    return value


def read_object(shape, value, where):
    """An object with exactly the keys of the shape; those of `OPTIONAL` may be missing and are null then."""
    expect(type(value) is dict, value, where, "an object")
    for key in [*shape, *value]:
        found = key in value or key in OPTIONAL
        expect(key in shape and found, key, where, f"exactly the keys {', '.join(shape)}")
    return {key: read(shape[key], value.get(key), f"{where}.{key}") for key in shape}


def read_tuple(shapes, value, where):
    """A list of as many items as there are shapes; or, where the first of two shapes is None, null or the second."""
    if shapes[0] is None:
        return None if value is None else read(shapes[1], value, where)
    expect(type(value) is list, value, where, "a list")
    expect(len(value) == len(shapes), value, where, f"a list of {len(shapes)}")
    return [read(shape, item, f"{where}[{i}]") for i, (shape, item) in enumerate(zip(shapes, value))]


def read_labels(value, where):
    """Names and texts that are printed as labels, and believed by nobody; null if there are none."""
    if value is None:
        return {}
    expect(type(value) is dict and len(value) <= MAX_LABELS, value, where, f"an object of at most {MAX_LABELS} labels")
    for key in value:
        expect(type(key) is str and SPECIES.fullmatch(key), key, where, "names of letters, digits or _ + . -")
    return {key: read_text(text, f"{where}.{key}") for key, text in value.items()}


def read_level(levels, value, where):
    """One of some levels, chosen by its name."""
    name = value.get("name") if type(value) is dict else value
    expect(type(name) is str and name in levels, name, f"{where}.name", f"one of {', '.join(levels)}")
    return read(levels[name], value, where)


def bounded(value, where):
    """Nothing, or `Malformed` for a value too deep or too large to be read: no recursion, level by level.

    A list or object that occurs several times is looked at once and counted as often as it occurs.
    """
    level, total = {id(value): (value, 1)}, 0
    for _ in range(MAX_NESTING):
        total += sum(times * len(parts_of(item)) for item, times in level.values())
        if total > MAX_PARTS:
            raise Malformed(f"{where}: more than {MAX_PARTS} values")
        below = {}
        for item, times in level.values():
            for part in parts_of(item):
                if type(part) in (dict, list):
                    below[id(part)] = part, times + below.get(id(part), (part, 0))[1]
        if not below:
            return
        level = below
    raise Malformed(f"{where}: nested deeper than {MAX_NESTING} lists and objects")


def parts_of(item):
    """The values right inside a list or an object."""
    if type(item) is dict:
        return item.values()
    return item if type(item) is list else ()


# Fields.


def read_generator(value, where):
    """The name of the generator of a field, so plain that it can be taken for nothing else."""
    fits = type(value) is str and GENERATOR_NAME.fullmatch(value)
    expect(fits, value, where, f"a name of 1 to {MAX_SPECIES} letters, digits or _, a letter first")
    return value


def moderate(x):
    """Whether a rational number is one that a field may be declared with."""
    return max(x.numerator.bit_length(), x.denominator.bit_length()) <= MAX_FIELD_BITS


FIELD = {"generator": read_generator, "minimal_polynomial": [Fraction], "root": (Fraction, Fraction)}


def read_field(value, where):
    """A field other than QQ; that its polynomial is irreducible, with one root there, is not yet proved."""
    data = read(FIELD, value, where)
    polynomial, ends = data["minimal_polynomial"], data["root"]
    fits = 2 < len(polynomial) <= MAX_FIELD_DEGREE + 1 and polynomial[-1] == 1
    fits = fits and all(x.denominator == 1 and moderate(x) for x in polynomial)
    texts = f"3 to {MAX_FIELD_DEGREE + 1} integers below 2^{MAX_FIELD_BITS} as texts, the last of them 1"
    expect(fits, value["minimal_polynomial"], f"{where}.minimal_polynomial", texts)
    expect(all(map(moderate, ends)), value["root"], f"{where}.root", f"numbers of at most {MAX_FIELD_BITS} bits")
    return Field(data["generator"], map(int, polynomial), ends)


def read_element(field, value, where):
    """A number of a field: a rational number, or a list of coefficients."""
    if type(value) is not list:
        return field.element(read_number(value, where))
    expect(0 < len(value) <= field.degree, value, where, f"a list of 1 to {field.degree} coefficients")
    unit, coefficients = 1, read([Fraction], value, where)
    for x in coefficients:
        unit = lcm(unit, x.denominator)
        expect(unit.bit_length() <= MAX_SCALE_BITS, value, where, f"a denominator of {MAX_SCALE_BITS} bits at most")
    return field.of_coefficients(coefficients)


# The certificate that stands on exact numbers alone.

TERM = (Fraction, [int])
LEVELS = ("rigid", "symmetry", "incompleteness", "angular_truncation", "radial_truncation")


def matrix_of(number):
    """The shape of a 3 x 3 matrix."""
    return ((number,) * 3,) * 3


MATRIX = matrix_of(Fraction)


def generator_of(number):
    """The shape of a symmetry."""
    return {"permutation": [int], "isometry": matrix_of(number)}


def levels_of(number):
    """The shapes of the levels by their names; over another field than QQ with the root modulo each prime."""
    space = {"name": str, "null_vectors": [[number]]}
    ranked = space | {"prime": Fraction} | ({} if number is Fraction else {"root": Fraction})
    rows = ([int], [int]), ([int], (int, int), int), int
    shapes = space, space, *(ranked | {"pivot_rows": [row]} for row in rows)
    return dict(zip(LEVELS, shapes))


CLAIMS = ("displacements", "rank", "nullity", "symmetry_allowed_rank", "stabiliser_order")
EXACT_SCHEMA, CLOSED_SCHEMA = "symsens/certificate/1", "symsens/closed-form-certificate/1"
ANSWER_SCHEMA, BASIS_SCHEMA = "symsens/answer-certificate/1", "symsens/basis-certificate/1"
RELATIONS_SCHEMA, COMPARISON_SCHEMA = "symsens/relations-certificate/1", "symsens/comparison-certificate/1"
NETWORK_SCHEMA, STRUCTURE_SCHEMA = "symsens/network-certificate/1", "symsens/structure-certificate/1"
STRUCTURE_NETWORK_SCHEMA = "symsens/structure-network-certificate/1"
COLOURS_SCHEMA = "symsens/colours-certificate/1"
LATER = {CLOSED_SCHEMA, ANSWER_SCHEMA, BASIS_SCHEMA, RELATIONS_SCHEMA, COMPARISON_SCHEMA, NETWORK_SCHEMA}
ATLAS_SCHEMA, LOCUS_SCHEMA = "symsens/atlas/1", "symsens/locus/1"
IDENTITY_SCHEMA, PATH_SCHEMA = "symsens/identity-certificate/1", "symsens/path-certificate/1"
LATER |= {STRUCTURE_SCHEMA, STRUCTURE_NETWORK_SCHEMA, COLOURS_SCHEMA, ATLAS_SCHEMA, LOCUS_SCHEMA}
SECOND_ORDER_SCHEMA = "symsens/second-order-certificate/1"
FORCE_CONSTANTS_SCHEMA = "symsens/force-constants-certificate/1"
LATER |= {IDENTITY_SCHEMA, PATH_SCHEMA, SECOND_ORDER_SCHEMA, FORCE_CONSTANTS_SCHEMA}


def environment_of(number, field):
    """The shape of an environment; `field` is that of its field."""
    return {
        "field": field,
        "centre": read_species,
        "species": [read_species],
        "positions": [(number,) * 3],
        "metric": matrix_of(number),
        "tie": (None, {"centre": int, "atoms": [int]}),
    }


def certificate_of(number, field):
    """The shape of a certificate over a field."""
    return {
        "schema": {EXACT_SCHEMA},
        "environment": environment_of(number, field),
        "nu": int,
        "group": (None, {"O(3)", "SO(3)"}),
        "vary": {"neighbours", "atoms"},
        "variables": (None, [int]),
        "descriptor": (
            None,
            {"name": str, "l_max": (None, int), "features": (None, [{"species": [read_species], "terms": [TERM]}])},
        ),
        "claims": {**dict.fromkeys(CLAIMS, int), "filtration": dict.fromkeys(LEVELS, (None, int))},
        "generators": [generator_of(number)],
        "point_group": (None, str),
        "levels": [partial(read_level, levels_of(number))],
        "labels": read_labels,
    }


CERTIFICATE = certificate_of(Fraction, {"QQ"})


def field_inside(value, where):
    """The field that a certificate declares, where it declares another one than QQ; otherwise None."""
    environment = value.get("environment") if type(value) is dict else None
    field = environment.get("field") if type(environment) is dict else None
    return read_field(field, f"{where}.environment.field") if type(field) is dict else None


def number_of(field):
    """The shape of a number of a field, None for QQ."""
    return Fraction if field is None else partial(read_element, field)


def read_any(value, where):
    """A certificate over the field that it declares."""
    field = field_inside(value, where)
    shape = CERTIFICATE if field is None else certificate_of(number_of(field), lambda value, where: field)
    return read(shape, value, where)


def read_exact(value, where):
    """A certificate that stands alone: a descriptor that it names comes with its features."""
    bounded(value, where)
    certificate = read_any(value, where)
    descriptor = certificate["descriptor"]
    if descriptor:
        expect(descriptor["features"] is not None, None, f"{where}.descriptor.features", "a list")
    return certificate


def read_above(value, where):
    """A certificate inside another one: of no descriptor, or of an l_max alone. Never of another descriptor's forms."""
    certificate = read_any(value, where)
    expect(certificate["group"] != "SO(3)", "SO(3)", f"{where}.group", "O(3)")
    descriptor = certificate["descriptor"]
    if descriptor:
        place = f"{where}.descriptor"
        expect(descriptor["features"] is None, descriptor["features"], f"{place}.features", "null: a basis-free bound")
        expect(descriptor["l_max"] is not None, None, f"{place}.l_max", "an integer, or null for the whole descriptor")
    return certificate


# Files.

FILE_SCHEMA = "symsens/certificates/1"


@contextmanager
def shallow():
    """No deeper recursion, even where somebody has raised Python's limit beyond what the stack of the process holds."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(min(limit, MAX_RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def load(text):
    """The certificates of a file's text, none of them proved yet; or `Malformed`."""

    def unique(pairs):
        table = dict(pairs)
        if len(table) != len(pairs):
            raise ValueError(f"an object repeats one of its keys {', '.join(table)!r:.100}")
        return table

    expect(type(text) is str, text, "file", "a text")
    if text.count(",") > MAX_PARTS:  # before any of them is made
        raise Malformed(f"file: more than {MAX_PARTS} values")
    try:
        with shallow():
            data = json.loads(text, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not a JSON certificate file: {error}") from None
    read({"schema": {FILE_SCHEMA}, "certificates": [read_known]}, data, "file")
    expect(data["certificates"], "", "file.certificates", "at least one certificate")
    return data["certificates"]


def read_known(value, where):
    """A certificate of exact numbers; one of another kind (`LATER`) is left to its module, which reads it later."""
    schema = value.get("schema") if type(value) is dict else None
    if type(schema) is str and schema in LATER:
        return bounded(value, where)
    return read_exact(value, where)
