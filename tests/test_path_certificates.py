"""Certificates of paths: proved anew, judged by NumPy along them, and forgeries of every field refused."""

import json
import random
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from checker_cases import put, stored, twice, without
from forger import changed, places
from identity_oracle import value

from symsens.checker import Malformed, Refuted, check
from symsens.checker.paths import halves, interpolated, inverse, positive

PROOFS = Path(__file__).parent.parent / "proofs" / "certificates"


def block(certificate, t):
    """The Jacobian of the features along the columns at t, in floats."""
    X = np.array([[float(value(c, [t])) for c in y] for y in certificate["positions"]])
    n, rows = len(X), []
    for feature in certificate["features"]:
        row = np.zeros((n, 3))
        for coefficient, e in feature["terms"]:
            for j in range(n):
                for k in range(n) if len(feature["species"]) == 2 else [j]:
                    e = [*e, 0, 0][:3]
                    d = [X[j] @ X[j], X[k] @ X[k], X[j] @ X[k]]
                    of = lambda i: e[i] * float(Fraction(coefficient)) * np.prod([  # noqa: E731
                        float(d[m]) ** (e[m] - (m == i)) if e[m] else 1.0 for m in range(3)])  # fmt: skip
                    wanted = [certificate["species"][m] for m in (j, k)][: len(feature["species"])]
                    if wanted == feature["species"]:
                        row[j] += 2 * of(0) * X[j] + of(2) * X[k]
                        row[k] += 2 * of(1) * X[k] + of(2) * X[j]
        rows.append(row.ravel())
    return np.array(rows)


def is_true(certificate):
    """Whether the singular values of all columns are where they are said to be, at samples."""
    end, slope = float(Fraction(certificate["end"])), float(Fraction(certificate["slope"]))
    for part in (1, 0.7, 0.3, 0.05, 0.001):
        values = np.linalg.svd(block(certificate, Fraction(part) * Fraction(certificate["end"])), compute_uv=False)
        found = values[len(certificate["columns"]) - 1] if len(values) >= len(certificate["columns"]) else 0.0
        if found < slope * part * end * (1 - 1e-6) - 1e-9 * values[0]:
            return False
    return True


def slope(value):
    return put(stored("path"), "slope", value)


def test_the_oracle_sees_what_is_false():
    assert is_true(stored("path")) and is_true(slope("7/5")) and not is_true(slope("3/2"))


def test_the_statement_and_how_tight_it_is():
    """Two neighbours whose distances meet at t = 0: the sums of squares and of their squares tell less and less."""
    assert check(stored("path"))[1] == (
        "for 0 < t <= 1 the Jacobian of the 2 polynomial features given, and of any among which they are, has 2 "
        "singular values above 1 t: so rank D_1 >= 2 there [path-bound]"
    )
    assert check(slope("7/5"))
    with pytest.raises(Refuted, match="is not seen all along"):
        check(slope("3/2"))
    assert 1.4 < np.linalg.svd(block(stored("path"), Fraction(1)))[1][1] < 1.5


def test_the_bound_of_the_theorem_is_near_what_its_block_allows():
    certificate = json.loads((PROOFS / "quasi-constant.json").read_text())["certificates"][1]
    assert certificate["slope"] == "1/72" and is_true(certificate)
    with pytest.raises(Refuted, match="is not seen all along"):
        check(certificate | {"slope": "1/68"})
    assert not is_true(certificate | {"slope": "1/40"})


def test_a_path_on_which_it_is_singular_again_is_refused():
    """The distances meet again at t = 1/2, where 1 + 2 t - 4 t^2 is 1."""
    again = put(stored("path"), "positions.1.1", [["1", [0]], ["2", [1]], ["-4", [2]]])
    for end in ("1", "1/2", "1/8"):
        certificate = put(put(again, "end", end), "slope", "1/1000")
        if end == "1/8":
            assert check(certificate)
            continue
        with pytest.raises(Refuted, match="is not seen all along"):
            check(certificate)


def test_a_square_of_t_is_no_line():
    """Where the distances part like t^2 the smallest singular value grows like t^2, and no slope is there."""
    certificate = put(slope("1/1000000"), "positions.1.1", [["1", [0]], ["1", [2]]])
    with pytest.raises(Refuted, match="is not seen all along"):
        check(certificate)


FORGERIES = {
    "a steeper slope": ("slope", "3/2", "not seen all along"),
    "no slope": ("slope", "0", "not positive"),
    "a slope downwards": ("slope", "-1", "not positive"),
    "a longer path": ("end", "100", "not seen all along"),
    "no path": ("end", "0", "not positive"),
    "a long number": ("end", str(2**300), "of over 256 bits"),
    "a column twice": ("columns.0", 4, "not different ones of 6"),
    "a column that is none": ("columns.0", 6, "not different ones of 6"),
    "a column fewer": ("columns", without(0), "not equally many"),
    "a column more": ("columns", lambda columns: [*columns, 1], "not equally many"),
    "a feature twice": ("features", lambda features: [*features[:-1], features[0]], "singular at too many t"),
    "a feature fewer": ("features", without(0), "not equally many"),
    "a feature of another species": ("features.0.species", ["O"], "singular at too many t"),
    "a feature of two": ("features.0.species", ["H", "H"], "2 species at nu = 1"),
    "a feature of nothing": ("features.0.terms", [], "singular at too many t"),
    "a negative exponent": ("features.0.terms.0.1.0", -1, "exponents other than"),
    "a high degree": ("features.0.terms.0.1.0", 70, "minors of degree"),
    "a position fewer": ("positions", without(0), "not as many as species"),
    "a position at the centre": ("positions.0", [[], [], []], "environment"),
    "a parameter more": ("parameters", twice, "a list of 1"),
    "an exponent more": ("positions.0.0.0.1", twice, "not polynomials in one parameter"),
    "no order": ("nu", 0, "1 species at nu = 0"),
    "an order too high": ("nu", 9, "nu"),
    "a path that stands still": ("positions.1.1", [["1", [0]]], "singular at too many t"),
    "another schema": ("schema", "symsens/path-certificate/2", "schema"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_refused(name):
    path, change, message = FORGERIES[name]
    with pytest.raises((Malformed, Refuted)) as error:
        check(put(stored("path"), path, change))
    assert message in str(error.value) and str(error.value).isprintable()


def test_hostile_sizes_are_refused_before_the_work():
    wide = stored("path")
    n = 200
    wide |= {"species": ["H"] * n, "positions": [wide["positions"][0]] * n, "nu": 3}
    wide["features"][0] = {"species": ["H"] * 3, "terms": [["1", [1] * 6]]}
    with pytest.raises(Refuted, match="terms of tuples along the path"):
        check(wide)
    long = json.loads((PROOFS / "quasi-constant.json").read_text())["certificates"][1]
    with pytest.raises(Refuted, match="are too much to check"):
        check(put(long, "features.0.terms.0.0", "1" + "0" * 19_000))


def test_arithmetic_by_hand():
    assert inverse([[Fraction(0), Fraction(2)], [Fraction(1), Fraction(3)]]) == (-2, Fraction(9 + 4 + 1, 4))
    assert inverse([[Fraction(1), Fraction(2)], [Fraction(2), Fraction(4)]]) is None
    cubic = [Fraction(x) for x in (3, -1, 0, 2)]
    nodes = [1, 2, 4, 7, 9]
    values = [sum(x * t**i for i, x in enumerate(cubic)) for t in nodes]
    assert interpolated(nodes, values) == [*cubic, 0]
    at = lambda x: [Fraction(1), Fraction(-2 * x), Fraction(x * x)]  # noqa: E731 (1 - x t)^2
    assert positive([Fraction(1), Fraction(-1), Fraction(1)], Fraction(1)) and not positive(at(2), Fraction(1))
    assert not positive(at(1), Fraction(1)) and positive(at(1), Fraction(99, 100))
    assert halves([Fraction(0), Fraction(1)]) == ([0, Fraction(1, 2)], [Fraction(1, 2), 1])


def mutated(seed):
    """The stored certificate with one or two changes."""
    rng = random.Random(seed)
    certificate = stored("path")
    for _ in range(rng.randrange(1, 3)):
        path = rng.choice([path for path in places(certificate) if path])
        place = certificate
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = changed(rng, place[path[-1]], rng.choice([None, 1, "x", [], {}]))
    return certificate


def run(seeds):
    ends = Counter()
    for seed in seeds:
        certificate = mutated(seed)
        try:
            check(certificate)
        except (Malformed, Refuted) as error:
            ends[type(error).__name__] += 1
        else:
            ends["accepted"] += 1
            assert is_true(certificate), seed
    return ends


def test_no_mutant_that_is_false_is_accepted():
    ends = run(range(150))
    assert ends["Malformed"] + ends["Refuted"] > 80


@pytest.mark.soak
def test_no_mutant_that_is_false_is_accepted_for_long():
    print(f"mutants of paths: {dict(run(range(1000, 2500)))}")
