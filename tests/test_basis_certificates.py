"""Certificates of the size of a basis: the ranks of D_{2,l} against an oracle of their own, forged ones refused."""

import json
from copy import deepcopy
from itertools import product

import pytest
import sympy
from checker_cases import BENT, F1, METHANE, SCALENE, SMALL_F1, environment, put, without
from hypothesis import given, strategies as st

from symsens import certify
from symsens.certificates.exact import certificate_text
from symsens.checker import Malformed, Refuted, check, load
from symsens.jobs.basis_size import basis

MONOMIAL = "power-spectrum:radial=monomial"


def loaded(found):
    (certificate,) = load(certificate_text([found.certificate]))
    return certificate


def ranks(points, species, l_max):
    """rank D_{2,l} for l = 0..l_max, and rank D_2, by SymPy: pairs, their classes, and the gradients of x_j . x_k."""
    x = [sympy.Matrix(p) for p in points]

    def gradient(j, k):
        row = sympy.zeros(1, 3 * len(x))
        for here, there in ((j, k), (k, j)):
            row[0, 3 * here : 3 * here + 3] += x[there].T
        return row

    pairs = list(product(range(len(x)), repeat=2))
    dot = {(j, k): x[j].dot(x[k]) for j, k in pairs}
    radial = {p: (species[p[0]], species[p[1]], dot[p[0], p[0]], dot[p[1], p[1]]) for p in pairs}
    full = {p: (*radial[p], dot[p]) for p in pairs}
    total = lambda members, f: sum((f(p) for p in members), sympy.zeros(1, 3 * len(x)))
    classes = lambda keys: [[p for p in pairs if keys[p] == key] for key in set(keys.values())]
    whole = [
        total(c, f)
        for c in classes(full)
        for f in (lambda p: gradient(p[0], p[0]), lambda p: gradient(p[1], p[1]), lambda p: gradient(*p))
    ]
    found = []
    for top in range(l_max + 1):
        rows = []
        for c, l in product(classes(radial), range(top + 1)):
            power = lambda p, m: dot[p] ** m if m else sympy.Integer(1)
            rows.append(total(c, lambda p: power(p, l) * gradient(p[0], p[0])))
            rows.append(total(c, lambda p: power(p, l) * gradient(p[1], p[1])))
            if l:
                rows.append(total(c, lambda p: l * power(p, l - 1) * gradient(*p)))
        found.append(sympy.Matrix.vstack(*rows).rank())
    return found, sympy.Matrix.vstack(*whole).rank()


def said(statement):
    """The ranks in a statement of the rule basis."""
    _, _, rest = statement.partition(" rank D_{2,l} = ")
    listed, _, last = rest.partition(", and rank D_2 = ")
    return [int(r) for r in listed.split(", ")], int(last.partition(" ")[0])


places = st.tuples(*[st.integers(-2, 2)] * 3).filter(any)


@given(st.lists(places, min_size=1, max_size=4, unique=True), st.data())
def test_the_ranks_are_those_of_sympy(points, data):
    species = data.draw(st.text("HO", min_size=len(points), max_size=len(points)))
    found = basis(environment(points, species) if len(points) > 1 else environment(points))
    species = species if len(points) > 1 else "H"
    (statement,) = [line for line in check(loaded(found)) if line.endswith("[basis]")]
    expected = ranks(points, species, found.l_max_needed)
    assert said(statement) == expected
    assert expected[0][-1] == expected[1] and expected[1] not in expected[0][:-1]


def test_layers_need_l_max_8():
    found = basis(environment(SCALENE))
    assert "l_max = 8 is the smallest" in check(loaded(found))[-1] and found.rules["l_max"].name == "basis"
    assert said(check(loaded(found))[-1]) == ranks(SCALENE, "H" * 7, 8)


@pytest.mark.parametrize("spec, first", [(MONOMIAL, 3), ("power-spectrum:cutoff=20", 3)])
def test_the_smallest_n_max_is_proved(spec, first):
    found = basis(environment(F1), spec)
    certificate = loaded(found)
    statement = check(certificate)[-1]
    assert (
        statement.endswith("[radial-basis]") and f"sets of forms given, of degree <= {found.l_max_needed}" in statement
    )
    assert len(certificate["sets"]) == found.n_max_needed and certificate["sets"][0] == first
    assert found.rules["n_max"].name == "radial-basis"
    assert f"n_max={found.n_max_needed}" in certificate["labels"]["last-set-of-forms"]


@pytest.fixture(scope="module")
def true():
    """n_max = 3 at l_max = 2: 3 features for n_max = 1, rank 7 for n_max = 2, rank 8 for n_max = 3."""
    return json.dumps(basis(SMALL_F1, MONOMIAL).certificate)


def other(env, spec):
    return certify(env, descriptor=spec).certificate


FORGED = [
    ("angular", without(2), r"ranks \[3, 7\] where only the last must be 8"),
    ("angular", without(1), r"angular\[1\]: .*"),
    ("angular", without(0), r"angular\[0\]: .*"),
    ("angular", lambda levels: [*levels, levels[2]], r"ranks \[3, 7, 8, 8\] where only the last must be 8"),
    ("angular", [], "l_max: -1 is outside"),
    ("angular", lambda levels: levels[:1] * 1002, "1002 degrees with 4 neighbours are over"),
    ("angular", lambda levels: levels[:1] * 3, r"angular\[1\]: .*no.* null for row"),
    ("angular", lambda levels: [levels[0], levels[2], levels[2]], r"angular\[1\]: .*has no such row"),
    ("angular.1.null_vectors", [], r"angular\[1\]: .*pivot_rows .* null_vectors so far"),
    ("angular.1.null_vectors.0.0", "7", r"angular\[1\]: .*(not null for row|dependent)"),
    ("angular.2.pivot_rows.0", [[0, 0], [0, 0], 3], r"angular\[2\]: .*no such row"),
    ("angular.2.pivot_rows", lambda rows: rows[:-1], r"angular\[2\]: .*pivot_rows"),
    ("angular.2.prime", "4", "not a prime"),
    ("claims.l_max", 1, "l_max is 2, not 1"),
    ("claims.l_max", 3, "l_max is 2, not 3"),
    ("claims.nullity_by_l_max.1", 3, "nullity_by_l_max is"),
    ("claims.nullity_by_l_max", lambda x: x[:-1], "nullity_by_l_max is"),
    ("above.nu", 3, "pivot_rows"),
    ("sets", [], "the last set must have a proved rank of 8"),
    ("sets", lambda sets: sets[::-1], "the last set must have a proved rank of 8"),
    ("sets", lambda sets: sets[:-1], "the last set must have a proved rank of 8"),
    ("sets", lambda sets: [*sets, 8], "the last set must have a proved rank of 8"),
    ("sets", lambda sets: [*sets, sets[-1]], r"sets\[2\]: rank 8 is not less than 8"),
    ("sets.0", 8, r"sets\[0\]: rank 8 is not less than 8"),
    ("sets.0", -1, r"sets\[0\]: rank -1"),
    ("sets.1.claims.rank", 6, "claims: rank is 7, not 6"),
    ("sets.1.descriptor.features", without(0), "radial_truncation"),
    (
        "sets.2",
        lambda _: other(environment(F1), "power-spectrum:n_max=3,l_max=2,radial=monomial"),
        "environment is anoth",
    ),
    (
        "sets.2",
        lambda _: other(SMALL_F1, "power-spectrum:n_max=3,l_max=3,radial=monomial"),
        "not of degree <= l_max = 2",
    ),
    ("sets.2", lambda _: certify(SMALL_F1).certificate, "not of degree <= l_max = 2"),
]


@pytest.mark.parametrize("path, value, reason", FORGED, ids=[f"{i}-{path}" for i, (path, _, _) in enumerate(FORGED)])
def test_a_forged_certificate_is_refused(true, path, value, reason):
    certificate = put(json.loads(true), path, value)
    with pytest.raises(Refuted, match=reason):
        check(certificate)


def test_the_certificate_under_these_is_true(true):
    assert check(json.loads(true))[-1].endswith(
        "those before it lose some: ranks <= 3 (their number), 7 [radial-basis]"
    )
    assert check(json.loads(true) | {"sets": None})[-1].endswith("[basis]")


def test_sets_may_be_one_or_none_of_the_forms(true):
    certificate = json.loads(true)
    alone = check(certificate | {"sets": certificate["sets"][-1:]})[-1]
    assert alone.startswith("the set of forms given, of degree <= 2 in d_12, loses nothing: its rank is 8")
    none = check(certificate | {"sets": [0, *certificate["sets"]]})[-1]
    assert "the last of 4 sets" in none and "ranks <= 0 (their number), <= 3 (their number), 7 [" in none


def test_the_values_of_all_parts_are_counted_together(true, monkeypatch):
    monkeypatch.setattr("symsens.checker.shapes.MAX_PARTS", 50)
    with pytest.raises(Malformed, match="^certificate: more than 50 values"):
        check(json.loads(true))


@pytest.mark.parametrize(
    "path, value",
    [
        *[("angular", value) for value in (None, {}, [{}], [[]], [{"name": "angular_truncation"}])],
        *[
            ("sets", value)
            for value in ({}, [None], [{}], ["1"], [True], [1.0], [{"schema": "symsens/basis-certificate/1"}])
        ],
        ("above", lambda above: above | {"schema": "symsens/closed-form-certificate/1"}),
        ("above", lambda _: json.loads(json.dumps(other(SMALL_F1, "power-spectrum:n_max=2,l_max=2,radial=monomial")))),
        ("claims", {"l_max": 2}),
        ("claims.l_max", "2"),
        ("labels", {"a": "x\n"}),
    ],
)
def test_what_does_not_fit_the_shape_is_malformed(true, path, value):
    with pytest.raises(Malformed):
        check(put(json.loads(true), path, value))


def test_a_certificate_of_order_3_is_refused(true):
    certificate = json.loads(true)
    certificate["above"] = certify(SMALL_F1, nu=3).certificate
    with pytest.raises(Refuted, match="nu = 3 is not 2"):
        check(certificate)


def test_other_displacements_are_refused():
    certificate = json.loads(json.dumps(basis(environment(BENT, "HOH"), MONOMIAL).certificate))
    assert check(deepcopy(certificate))[-1].endswith("[radial-basis]")
    spec = f"power-spectrum:n_max={len(certificate['sets'])},l_max={certificate['claims']['l_max']},radial=monomial"
    certificate["sets"][-1] = certify(environment(BENT, "HOH"), descriptor=spec, vary="atoms").certificate
    with pytest.raises(Refuted, match="is another one"):
        check(certificate)


def test_more_rows_than_the_limit_are_refused(true, monkeypatch):
    """Four neighbours and l = 0, 1, 2 are 3 * 4^2 * (1 + 2 + 3) = 288 rows."""
    monkeypatch.setattr("symsens.checker.basis_sizes.MAX_ANGULAR_ROWS", 3 * 16 * 6)
    assert check(json.loads(true))
    monkeypatch.setattr("symsens.checker.basis_sizes.MAX_ANGULAR_ROWS", 3 * 16 * 6 - 1)
    with pytest.raises(Refuted, match="are over 287 rows"):
        check(json.loads(true))
    monkeypatch.setattr("symsens.certificates.basis_sizes.MAX_ANGULAR_ROWS", 3 * 16 * 6 - 1)
    found = basis(SMALL_F1)
    assert found.rules["l_max"].reason == "the checker does not read l_max = 2 with 4 neighbours"


def test_what_has_no_certificate_says_why(monkeypatch):
    found = basis(environment(METHANE), "power-spectrum:radial=bessel")
    assert found.rules["l_max"].name == "basis" and "no certificate can hold z_ln" in found.rules["n_max"].reason
    assert loaded(found)["sets"] is None and found.as_dict()["rules"] == {"l_max": "basis", "n_max": None}


def test_the_command_writes_it(tmp_path, capsys):
    from symsens.cli import main

    out = tmp_path / "c.json"
    for arguments, code in (
        (["basis", "ase:CH4", "--centre", "1", "--descriptor", MONOMIAL, "--out", str(out)], 0),
        (["verify", str(out)], 0),
    ):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == code
    lines = capsys.readouterr().out.splitlines()
    assert f"Certificate in {out}: check it with `symsens verify {out}`." in lines
    assert "PROVED (rule basis): l_max = 1 is the smallest that loses nothing to the angular truncation." in lines
    assert any(line.startswith("  = ") and line.endswith("[radial-basis]") for line in lines)
    with pytest.raises(SystemExit) as stop:
        main(["basis", str(out), "--centre", "0", "--out", str(out)])
    assert stop.value.code == 2 and "this is the input itself" in capsys.readouterr().err
