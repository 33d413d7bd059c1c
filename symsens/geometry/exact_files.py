"""Exact files: environments and structures over a declared field, as JSON with numbers in the grammar.

    {"schema": "symsens/environment/1", "field": "QQ<sqrt(5)>", "metric": [[...], [...], [...]] (or none),
     "centre": "C", "species": ["H", ...], "positions": [["(1 + sqrt(5))/2", "0", "1"], ...]}
    {"schema": "symsens/structure/1", "field": ..., "species": ..., "positions": ..., "cell": ..., "pbc": ...}
    {"schema": "symsens/family/1", "parameter": "t", "interval": ["-1", "3"], "field": ..., "metric": ... (or none),
     "centre": ..., "species": ..., "positions": [["7", "6", "1 + t"], ...]}

A field is "QQ", a name, or {"generator": "c", "minimal_polynomial": "c^3 + c^2 - 2*c - 1", "root": ["1.2", "1.3"]}.

Law: a number of a file is a text (or a JSON integer), read by the grammar into the field that the file declares; what a
file says beyond its keys is refused.
"""

import json
from pathlib import Path

from symsens.errors import InputError
from symsens.numbers.declared import field_of_root, number_field
from symsens.numbers.field import QQ
from symsens.numbers.metric import IDENTITY
from symsens.numbers.number_field import written

ENVIRONMENT, STRUCTURE, FAMILY = "symsens/environment/1", "symsens/structure/1", "symsens/family/1"
MAX_FILE = 2**25  # bytes
KEYS = {
    ENVIRONMENT: ({"schema", "field", "centre", "species", "positions"}, {"metric"}),
    STRUCTURE: ({"schema", "field", "species", "positions"}, {"metric", "cell", "pbc"}),
    FAMILY: ({"schema", "parameter", "interval", "field", "centre", "species", "positions"}, {"metric"}),
}


def read_document(name: str, kinds=(ENVIRONMENT, STRUCTURE)) -> dict | None:
    """The document of an exact file, its shape checked and its field made; None where the file is none.

    Parameters
    ----------
    kinds : the schemas that are wanted.

    Raises
    ------
    InputError
        A file of that name or schema that is not as it should be, or is of another kind.
    """
    path, named = Path(name), name.endswith((".env.json", ".structure.json", ".family.json"))
    if path.suffix != ".json" or not path.is_file():
        return None
    if path.stat().st_size > MAX_FILE:
        if named:
            raise InputError(f"{name}: more than {MAX_FILE >> 20} MB: no exact file is that large")
        return None
    try:
        data = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        if named:
            raise InputError(f"{name}: not JSON: {error}") from None
        return None
    schema = data.get("schema") if isinstance(data, dict) else None
    if not isinstance(schema, str) or schema not in KEYS:
        if named:
            raise InputError(f"{name}: schema {schema!r:.60}: expected {' or '.join(kinds)}")
        return None
    if schema not in kinds:
        hint = ": a family is read by `symsens locus`" if schema == FAMILY else ""
        raise InputError(f"{name}: schema {schema!r}: expected {' or '.join(kinds)}{hint}")
    try:
        return _checked(data)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def _checked(data: dict) -> dict:
    needed, optional = KEYS[data["schema"]]
    missing, unknown = needed - set(data), set(data) - needed - optional
    if missing or unknown:
        wrong = ", ".join(sorted(missing or unknown))[:100]
        raise InputError(f"the key {wrong} is {'missing' if missing else 'unknown'}")
    texts = isinstance(data["species"], list) and all(isinstance(z, str) and z for z in data["species"])
    if not texts or not isinstance(data.get("centre", "X"), str):
        raise InputError("species: give a list of chemical symbols, and one for the centre")
    for key in ("positions", "metric", "cell"):
        if key in data:
            _check_rows(key, data[key])
    pbc = data.get("pbc", [False] * 3)
    if not (isinstance(pbc, list) and len(pbc) == 3 and all(isinstance(flag, bool) for flag in pbc)):
        raise InputError("pbc: give three of true or false")
    return data | {"field": read_field(data["field"])}


def _check_rows(key: str, rows):
    if not isinstance(rows, list) or (key != "positions" and len(rows) != 3):
        raise InputError(f"{key}: give a list of {'triples' if key == 'positions' else 'three triples'}")
    for i, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != 3:
            raise InputError(f"{key}[{i}]: give three numbers")
        for value in row:
            if not isinstance(value, str | int) or isinstance(value, bool):
                raise InputError(f"{key}[{i}]: {value!r:.60} is no exact number: give a text such as '3/2' or 'c/2'")


def read_field(declared):
    """The field that a file declares.

    Raises
    ------
    InputError
        It declares none.
    """
    if isinstance(declared, str):
        return number_field(declared)
    keys = {"generator", "minimal_polynomial", "root"}
    if not isinstance(declared, dict) or set(declared) != keys:
        raise InputError(f"field: give 'QQ', a name such as 'QQ<sqrt(5)>', or an object of {', '.join(sorted(keys))}")
    return field_of_root(**declared)


def field_document(field):
    """A field as a file declares it."""
    if field is QQ or _is_named(field):
        return field.name
    name, scale = field.generator, 1
    if field.names:  # the generator of the file is a fraction of the integral one
        ((name, (_, fraction)),) = field.names
        scale = fraction.denominator
    return {
        "generator": name,
        "minimal_polynomial": written([c * scale**i for i, c in enumerate(field.polynomial)], name),
        "root": [str(end / scale) for end in field.root],
    }


def _is_named(field) -> bool:
    try:
        return number_field(field.name) == field
    except InputError:
        return False


def _texts(rows) -> list[list[str]]:
    return [[str(x) for x in row] for row in rows]


def _shared(subject) -> dict:
    known = {"field": field_document(subject.field)}
    return known if subject.metric is IDENTITY else known | {"metric": _texts(subject.metric)}


def environment_document(env) -> dict:
    """An environment as an exact file holds it."""
    return {
        "schema": ENVIRONMENT,
        **_shared(env),
        "centre": env.centre_species,
        "species": list(env.species),
        "positions": _texts(env.positions),
    }


def structure_document(structure) -> dict:
    """A structure as an exact file holds it."""
    document = {
        "schema": STRUCTURE,
        **_shared(structure),
        "species": list(structure.species),
        "positions": _texts(structure.positions),
    }
    if any(structure.pbc):
        document |= {"cell": _texts(structure.cell), "pbc": list(structure.pbc)}
    return document


def document_text(document: dict) -> str:
    """The text of an exact file: one position a line."""
    lines = []
    for key, value in document.items():
        if key in ("positions", "metric", "cell"):
            rows = ",\n  ".join(json.dumps(row) for row in value)
            lines.append(f'"{key}": [\n  {rows}\n ]')
        else:
            lines.append(f'"{key}": {json.dumps(value)}')
    return "{" + ",\n ".join(lines) + "}\n"
