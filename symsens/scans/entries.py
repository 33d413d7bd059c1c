"""What a page shows of a row of a table, or of a certificate: atoms, null vectors as arrows, the certified spectrum.

Law: what is shown of a proof is read from its certificate, and from nothing else.
"""

import json
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from symsens.errors import InputError
from symsens.geometry.cartesian import orthonormal, to_cartesian
from symsens.numbers.declared import field_of_root
from symsens.numbers.field import QQ
from symsens.scans.questions import Question
from symsens.scans.tables import stored

LEVELS = ("rigid", "symmetry", "incompleteness", "angular_truncation", "radial_truncation")


@dataclass(frozen=True)
class Entry:
    """One line of the page.

    Attributes
    ----------
    columns : name -> number or text.
    symbols, positions : chemical symbols and (N, 3) Cartesian positions in Angstrom of what is drawn.
    cell : (3, 3) or None.
    arrows : name of a null vector -> (N, 3), unit vectors in the space of all displacements.
    spectrum : (lower, upper) texts of the singular values, descending; ("0", "0") is exactly zero.
    certificate : as a dictionary, or None.
    reason : why it is not proved, or None.
    """

    columns: dict
    symbols: list[str]
    positions: np.ndarray
    cell: np.ndarray | None = None
    arrows: dict[str, np.ndarray] = field(default_factory=dict)
    spectrum: list[tuple[str, str]] = field(default_factory=list)
    certificate: dict | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Entries:
    """The lines of a page, and what is counted over all rows, shown or not.

    Attributes
    ----------
    title : where they come from.
    question : in words.
    shown : the entries.
    total : number of rows.
    verdicts : how many rows have each verdict.
    dimensions : level -> dimension -> number of rows.
    smallest : the smallest singular value that is not zero, of each row that has one.
    """

    title: str
    question: str
    shown: list[Entry]
    total: int
    verdicts: Counter
    dimensions: dict[str, Counter]
    smallest: list[float]


def entries_of(source: str, limit: int) -> Entries:
    """Those of a table (NAME.db or URL); at most `limit` are shown, those with the largest incompleteness first, then
    what is not proved, then the smallest singular values.

    Raises
    ------
    InputError
        It is no table of a scan.
    """
    with stored(source) as table:
        columns = [dict(row.key_value_pairs, id=row.id) for row in table.select(include_data=False)]
        chosen = sorted(columns, key=_importance)[:limit]
        shown = [_of_row(table.get(id=one["id"])) for one in chosen]
        question = Question(**table.metadata["symsens"]["question"])
    return _counted(source, _in_words(question), columns, shown)


def entries_of_certificates(source: str, certificates: list[dict], limit: int) -> Entries:
    """Those of certificates of ranks that have been checked; the first `limit` are shown.

    Raises
    ------
    InputError
        There is one of something else.
    """
    rows = []
    for i, certificate in enumerate(certificates):
        try:
            rows.append(_of_certificate(certificate, {}))
        except (KeyError, TypeError):
            raise InputError(f"{source}, certificate {i}: a page shows certificates of ranks only") from None
    question = "certificates, checked for this page"
    return _counted(source, question, [entry.columns for entry in rows], rows[:limit])


def _importance(columns: dict):
    unproved = columns.get("verdict") != "PROVED"
    return -columns.get("incompleteness", 0), not unproved, columns.get("smallest_singular_value", 0.0), columns["id"]


def _counted(source, question, columns, shown) -> Entries:
    dimensions = {name: Counter(c[name] for c in columns if name in c) for name in LEVELS}
    smallest = [c["smallest_singular_value"] for c in columns if c.get("smallest_singular_value")]
    verdicts = Counter(c.get("verdict", "FAILED") for c in columns)
    return Entries(source, question, shown, len(columns), verdicts, dimensions, smallest)


def _in_words(question: Question) -> str:
    about = question.descriptor or f"every O(3) descriptor of order nu = {question.nu or 2}"
    where = {"environment": "every environment", "sum": "sums over structures", "set": "structures as sets"}
    within = f" within {question.cutoff} Angstrom" if question.cutoff else ""
    return f"{about}; {where[question.level]}{within}"


def _of_row(row) -> Entry:
    columns = {name: value for name, value in row.key_value_pairs.items() if not name.startswith("task_")}
    columns = {"formula": row.formula, **columns}
    certificate, reason = row.data.get("certificate"), row.data.get("reason")
    if certificate is not None:
        return _of_certificate(json.loads(certificate)["certificates"][0], columns)
    cell = np.asarray(row.cell) if row.pbc.any() else None
    return Entry(columns, list(row.symbols), np.asarray(row.positions), cell, reason=reason)


def _of_certificate(certificate: dict, columns: dict) -> Entry:
    rank = certificate.get("of", certificate)
    exact = rank.get("above", rank)  # of a closed form: the exact part, on which it stands
    about = exact.get("environment") or exact["structure"]
    number = _reader(about["field"])
    metric, points, lattice = (
        [[number(x) for x in row] for row in about.get(name, [])] for name in ("metric", "positions", "lattice")
    )
    centre = [about["centre"]] if "centre" in about else []
    positions = to_cartesian(metric, [(0, 0, 0)] * len(centre) + points)
    spectrum = certificate["claims"].get("singular_values", {}).get("values", [])
    return Entry(
        columns or _known(certificate, exact, rank["claims"], spectrum),
        [*centre, *about["species"]],
        positions,
        to_cartesian(metric, lattice) if len(lattice) == 3 else None,
        _arrows(exact, metric, number, len(positions), len(centre)),
        [tuple(pair) for pair in spectrum],
        certificate,
    )


def _known(certificate: dict, exact: dict, claims: dict, spectrum: list) -> dict:
    """The columns that a certificate fills."""
    labels = certificate.get("labels") or {}
    known = {"file": labels.get("file")}
    known |= {name: int(labels[word]) for name, word in (("frame", "frame"), ("centre", "atom")) if word in labels}
    known |= {"verdict": "PROVED", "nu": exact.get("nu"), "point_group": exact.get("point_group")}
    known |= exact["claims"]["filtration"] | {name: value for name, value in claims.items() if type(value) is int}
    nonzero = [float(low) for low, high in spectrum if high != "0"]
    if nonzero:
        known["smallest_singular_value"] = nonzero[-1]
    return {name: value for name, value in known.items() if value is not None}


def _arrows(exact: dict, metric, number, atoms: int, centred: int) -> dict[str, np.ndarray]:
    """Each level's null vectors beyond rigid ones, orthonormal among themselves; only where all of what is drawn moves,
    or all but the centre."""
    found = {}
    for level in exact["levels"]:
        vectors = [[number(x) for x in v] for v in level["null_vectors"]]
        if level["name"] == "rigid" or not vectors or len(vectors[0]) != 3 * (atoms - centred):
            continue
        for k, flat in enumerate(orthonormal(metric, vectors), 1):
            moved = np.zeros((atoms, 3))
            moved[centred:] = flat.reshape(-1, 3)
            found[f"{level['name'].replace('_', ' ')} {k}"] = moved
    return found


def _reader(declared):
    """What reads a number of the field that a certificate declares."""
    if declared == "QQ":
        return QQ.parse
    generator, coefficients = declared["generator"], declared["minimal_polynomial"]
    polynomial = " + ".join(f"({c})*{generator}^{i}" for i, c in enumerate(coefficients))
    field = field_of_root(generator, polynomial, declared["root"])
    return lambda x: field.element(x) if isinstance(x, list) else field.parse(x)
