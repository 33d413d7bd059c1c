"""Every way to alter a certificate of exact numbers is refuted, malformed, or still true."""

import re
from fractions import Fraction

import pytest
from checker_cases import (
    IDENTITY,
    INVERSION,
    METHANE,
    SHEAR,
    certified,
    described,
    environment,
    put,
    stored,
    twice,
    without,
)

from symsens import certify
from symsens.checker import Malformed, Refuted
from symsens.checker.exact import check

# One alteration at a time, with the reason that must be given.

ALTERED = [
    # what a certificate is about
    *[("methane", "nu", nu, rf"nu: {nu} with 4 neighbours is outside 1\.\.8") for nu in (0, -2, 9, 10**18)],
    (
        "one",
        "environment",
        lambda e: {**e, "species": ["H"] * 3000, "positions": e["positions"] * 3000},
        "nu: .* with 3000 neighbours",
    ),
    ("methane", "nu", 3, r"pivot_rows\[0\]: the matrix has no such row"),
    *[
        (name, path, value, "vary: environment.tie and variables go with")
        for name, path, value in (
            *(("methane", "vary", "atoms"), ("methane, atoms", "vary", "neighbours")),
            *(("methane", "variables", [0, 1, 2, 3, 4]), ("methane, atoms", "variables", None)),
            *(
                ("methane", "environment.tie", {"centre": 0, "atoms": [1, 2, 3, 4]}),
                ("methane, atoms", "environment.tie", None),
            ),
        )
    ],
    ("methane", "environment.species", twice, "environment.positions: not 5 different"),
    ("methane", "environment.species.0", "D", r"generators\[\d\].permutation: .* keeps species"),
    ("methane", "environment.positions", without(0), "environment.positions: not 4 different"),
    ("methane", "environment.positions.0", ["0", "0", "0"], "environment.positions: .* off the centre"),
    ("methane", "environment.positions.0", ["1", "-1", "-1"], "environment.positions: not 4 different"),
    ("methane", "environment.positions.0.0", "1000001/1000000", r"generators\[\d\]: the isometry does not permute"),
    ("F1", "environment.positions.0.0", "5000001/1000000", r"levels\[0\] \(rigid\).null_vectors\[1\]: outside Rigid"),
    ("methane", "environment.metric", SHEAR, "environment.metric: not symmetric"),
    ("methane", "environment.metric", INVERSION, "environment.metric: .* minor"),
    ("methane", "environment.metric.2.2", "2", r"generators\[0\].isometry: Q\^T M Q is not M"),
    ("F1", "environment.metric.2.2", "2", r"levels\[0\] \(rigid\).null_vectors\[0\]: outside Rigid"),
    # the tie
    ("methane, atoms", "environment.tie.atoms", without(0), "environment.tie: not 4 indices"),
    ("methane, atoms", "environment.tie.centre", -1, "environment.tie: not 4 indices >= 0"),
    ("methane, atoms", "environment.tie.atoms.0", 0, "environment.tie: .* of one species"),
    ("methane, atoms", "environment.tie.atoms.0", 2, "variables: not the atoms of environment.tie"),
    ("methane, atoms", "variables", [1, 0, 2, 3, 4], "variables: .* ascending"),
    ("slab", "environment.tie.atoms", [2, 1, 3, 3], r"levels\[0\] \(rigid\).null_vectors"),
    ("slab", "environment.centre", "H", "environment.tie: .* of one species"),
    # the stabiliser
    ("methane", "generators", without(0), "generators: they generate [0-9]+ permutations of the 24"),
    ("methane", "generators", [], "generators: they generate 1 permutations of the 24"),
    (
        "F1",
        "generators",
        [{"permutation": [1, 0, 2, 3], "isometry": IDENTITY}],
        r"generators\[0\]: the isometry does not permute",
    ),
    (
        "F1",
        "generators",
        [{"permutation": [0, 1, 2, 3], "isometry": INVERSION}],
        r"generators\[0\]: the isometry does not permute",
    ),
    *[
        ("methane", "generators.0.permutation", p, r"generators\[0\].permutation: not a bijection")
        for p in ([0, 0, 1, 2], [0, 1, 2, -1], [0, 1, 2, 4], [0, 1, 2], [0, 1, 2, 3, 4], [])
    ],
    ("methane", "generators.0.isometry", SHEAR, r"generators\[0\].isometry: Q\^T M Q is not M"),
    ("methane", "generators.0.isometry", INVERSION, r"generators\[0\]: the isometry does not permute"),
    ("planar", "generators", [], "generators: no mirror in the plane"),
    ("planar", "generators.0.isometry", IDENTITY, "generators: no mirror in the plane"),
    ("collinear", "generators", [], "generators: no rotation about the axis"),
    ("collinear", "generators.0.isometry", IDENTITY, "generators: no rotation about the axis"),
    # the evidence, level by level
    (
        "methane",
        "levels",
        without(0),
        "levels: expected rigid, symmetry, incompleteness; found symmetry, incompleteness",
    ),
    ("methane", "levels", twice, "levels: expected"),
    ("methane", "levels", lambda levels: [levels[1], levels[0], levels[2]], "levels: expected"),
    ("F1", "levels.0.null_vectors", without(0), r"levels\[0\] \(rigid\): 2 null_vectors so far, but dim Rigid = 3"),
    ("methane", "levels.1.null_vectors", without(0), r"levels\[1\] \(symmetry\): 10 null_vectors so far, but dim"),
    ("F1", "levels.2.null_vectors", [], r"levels\[2\] \(incompleteness\): 8 pivot_rows \+ 3 null_vectors so far != 12"),
    ("methane", "levels.0.null_vectors.0", ["0"] * 12, r"levels\[0\] \(rigid\).null_vectors\[0\]: .* dependent"),
    ("methane", "levels.0.null_vectors.0", lambda v: [*v, "1"], r"null_vectors\[0\]: not 12 numbers"),
    ("F1", "levels.0.null_vectors.0.0", lambda c: str(Fraction(c) + 1), r"null_vectors\[0\]: outside Rigid"),
    (
        "methane",
        "levels.1.null_vectors.0",
        [str(c) for y in METHANE for c in y],
        r"null_vectors\[0\]: outside \(Rigid \+ S",
    ),
    (
        "F1",
        "levels.2.null_vectors.0.0",
        lambda c: str(Fraction(c) + 1),
        r"incompleteness\): null_vectors: number 3, .* not null for row",
    ),
    *[
        ("F1", "levels.2.prime", str(p), "prime: not a prime below 2.64")
        for p in (2**61 + 1, 2**61 - 2, 3215031751, 0, 1, -7, Fraction(7, 2), 2**64 + 13, 2**89 - 1)
    ],
    ("F1", "levels.2.prime", "2", r"pivot_rows\[[0-9]\]: depends on the rows before it modulo 2"),
    ("F1", "levels.2.pivot_rows", without(0), "7 pivot_rows"),
    ("F1", "levels.2.pivot_rows", lambda rows: [*rows[:-1], rows[0]], r"pivot_rows\[7\]: depends"),
    *[
        (name, f"levels.{level}.pivot_rows.0", row, r"pivot_rows\[0\]: the matrix has no such row")
        for name, level, row in (
            *[("F1", 2, [tau, [0, 0]]) for tau in ([-1, 0], [4, 0], [0, 0, 0], [0], [])],
            *[("F1", 2, [[0, 0], component]) for component in ([1, 0], [0, 2], [-1, 0], [-1, -1], [2, 2])],
            *[("angular", 3, [[0, 0], [0, 0], l]) for l in (2, -1)],
            *[("angular", 4, feature) for feature in (6, -1)],
        )
    ],
    # the claims
    *[
        (
            name,
            f"claims.{claim}",
            lambda value, step=step: value + step,
            rf"claims: {claim.split('.')[-1]} is -?\d+, not -?\d+",
        )
        for name, step in (("methane", 1), ("F1", -1))
        for claim in (
            *("displacements", "rank", "nullity", "symmetry_allowed_rank", "stabiliser_order"),
            *("filtration.rigid", "filtration.symmetry", "filtration.incompleteness"),
        )
    ],
    ("methane", "claims.filtration.rigid", None, "claims: rigid is 3, not None"),
    *[
        ("methane", f"claims.filtration.{c}_truncation", 0, f"claims: {c}_truncation is None, not 0")
        for c in ("angular", "radial")
    ],
    # the descriptor
    ("angular", "descriptor", None, "levels: expected"),
    ("angular", "descriptor.l_max", None, "levels: expected rigid, symmetry, incompleteness, radial_truncation; found"),
    ("angular", "descriptor.l_max", 0, r"descriptor.features\[2\].terms: exponents"),
    *[("angular", "descriptor.l_max", l_max, f"descriptor.l_max: {l_max} is outside") for l_max in (-1, 1001)],
    (
        "scalene",
        "descriptor.l_max",
        2,
        r"levels\[3\] \(angular_truncation\): null_vectors: number \d+, .* not null for row .*, 2\)",
    ),
    ("angular", "nu", 3, "descriptor.l_max: .* nu = 3 is not 2"),
    *[("angular", "levels", without(i), "levels: expected") for i in (2, 3, 4)],
    *[
        ("angular", "descriptor.features.0.species", ["H"] * k, rf"features\[0\].species: {k} species at nu = 2")
        for k in (0, 3)
    ],
    *[
        ("angular", "descriptor.features.0.terms.0.1", exponents, r"features\[0\].terms: exponents other than 1 in")
        for exponents in ([], [1, 0], [-1], [1001])
    ],
    ("angular", "descriptor.features", without(0), r"radial_truncation\)"),
    ("angular", "levels.4.pivot_rows.0", 5, r"pivot_rows\[0\]: depends"),
    (
        "angular",
        "levels.4.null_vectors.0.0",
        lambda c: str(Fraction(c) + 1),
        "null_vectors: number 3, .* not null for row 0",
    ),
    ("angular", "claims.filtration.angular_truncation", None, "claims: angular_truncation is 0, not None"),
    ("angular", "claims.filtration.radial_truncation", 3, "claims: radial_truncation is 1, not 3"),
    ("radial", "claims.filtration.angular_truncation", 0, "claims: angular_truncation is None, not 0"),
]


@pytest.mark.parametrize(
    ("name", "path", "value", "reason"), ALTERED, ids=[f"{a[0]}-{a[1]}-{i}" for i, a in enumerate(ALTERED)]
)
def test_each_alteration_is_refuted_with_its_reason(name, path, value, reason):
    certificate = certified(name)
    check(certificate)
    put(certificate, path, value)
    with pytest.raises(Refuted, match=reason) as refuted:
        check(certificate)
    assert "\n" not in str(refuted.value) and len(str(refuted.value)) < 300


# Every place of a certificate, altered systematically. Few alterations leave a statement that is still proved, and they
# are listed here with the reason. Where the object itself was altered (the first group), the same numbers must come out
# of a new certificate for the altered object.

OBJECT_STILL_HAS_THESE_NUMBERS = {
    r"environment\.centre altered": "the centre's species enters nothing while only neighbours vary",
    r"environment\.species\[\] altered|environment\.species reversed": (
        "no class had members of two neighbours of this species"
    ),
    r"environment\.metric\[\]\[\] altered": (
        "lengths across the plane of a planar environment; of an axis that is alone"
    ),
    r"descriptor\.l_max altered": "the level speaks of the new l_max, and still adds nothing",
    r"descriptor\.features\b": "other features, of the same rank and null space",
}
EVIDENCE_STILL_PROVES = {
    r"^labels\b|a (lost|renamed) label": "labels are printed as such, and nobody believes them",
    r"a lost name": "the name of the stabiliser is not claimed then",
    r"a lost default": "all isometries, O(3), where no group is named",
    r"descriptor\.name altered": "a label: what is proved is about the polynomials given",
    r"generators longer|generators reversed": "a generator given twice, or in another order",
    r"null_vectors reversed": "the same vectors in another order",
    r"null_vectors\[\] reversed|null_vectors\[\]\[\] altered": "another vector of the same space, as independent",
    r"pivot_rows.* (altered|reversed)": "another row, or another name of the row, as independent",
}


def walk(value, path=""):
    """Each place of a certificate with its alterations: (path, what was done, the altered value)."""
    wrong = [{}, 1.0, float("nan"), 10**5000, {"name": []}, (), b"1", True, [[]], "\ud800" * 2000]
    if isinstance(value, dict):
        for key in value:
            what = {"labels": "label", "point_group": "name", "group": "default"}.get(key, "key")
            yield path, f"a lost {what}", {k: v for k, v in value.items() if k != key}
            yield path, "a renamed key", {k + "_" * (k == key): v for k, v in value.items()}
            yield from walk(value[key], f"{path}.{key}" if path else key)
        yield path, "an extra key", {**value, "extra": 1}
    elif isinstance(value, list):
        yield from [(path, "shorter", value[:-1]), (path, "longer", [*value, value[-1]])] if value else []
        yield path, "reversed", value[::-1]
        for i, item in enumerate(value):
            yield from walk(item, f"{path}.{i}")
    elif isinstance(value, str) and re.fullmatch(r"-?\d+(/\d+)?", value):
        yield path, "altered", str(Fraction(value) + 1)
        yield path, "altered", str(-3 - 2 * Fraction(value))
        wrong += [
            "",
            value + "\n",
            "1.5",
            "1e3",
            "0x1",
            "1/0",
            "1/-1",
            "+1",
            "\u0661",
            "9" * 20_001,
            int(Fraction(value)),
        ]
    elif isinstance(value, str):
        yield path, "altered", value + "x"
        wrong += ["", 1]
    elif isinstance(value, int):
        yield path, "altered", value + 1
        yield path, "altered", -2 - value
        wrong += [str(value), float(value), 2**63]
    yield path, "mistyped", wrong[sum(map(ord, path)) % len(wrong)]  # one for each place, and not always the same


def recertified(certificate):
    """The claims of a new certificate about the object of this one."""
    data, tie = certificate["environment"], certificate["environment"]["tie"] or {}
    env = environment(data["positions"], data["species"], centre_species=data["centre"], metric=data["metric"], **tie)
    if certificate["descriptor"]:
        return described(env, certificate["descriptor"]["features"], certificate["descriptor"]["l_max"])["claims"]
    return certify(env, nu=certificate["nu"], vary=certificate["vary"]).certificate["claims"]


@pytest.mark.parametrize("name", ["one", "collinear", "planar", "methane", "F1", "slab", "angular"])
def test_every_alteration_of_every_place_is_refused_or_still_true(name):
    original = certified(name)
    statements, refused = check(original), 0
    for path, kind, value in walk(original):
        certificate = put(certified(name), path, value) if path else value
        where = re.sub(r"\.\d+", "[]", path) + f" {kind}"
        if certificate == original:
            continue
        try:
            passed = check(certificate)
        except Malformed as error:
            assert kind not in ("shorter", "longer") or "expected a list of" in str(error), (where, error)
            refused += 1
        except Refuted:
            assert kind != "mistyped" and "key" not in kind, where
            refused += 1
        else:
            if any(re.search(pattern, where) for pattern in OBJECT_STILL_HAS_THESE_NUMBERS):
                assert recertified(certificate) == certificate["claims"], where
            else:
                assert any(re.search(pattern, where) for pattern in EVIDENCE_STILL_PROVES), f"{where}: {passed} still"
                lost = "[point-group]" if kind == "a lost name" else "none"
                assert passed == [statement for statement in statements if not statement.endswith(lost)]
    assert refused > 100


def test_a_mirror_that_swaps_neighbours_is_not_the_mirror_of_their_plane():
    certificate = stored("bent")
    swap = [g for g in certificate["generators"] if g["permutation"] == [1, 0]]
    plane = [g for g in certificate["generators"] if g["permutation"] == [0, 1]]
    assert swap and plane and check(certificate)
    across = {"permutation": [1, 0], "isometry": [["-1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]]}
    with pytest.raises(Refuted, match="no mirror in the plane"):
        check(put(certificate, "generators", [across]))


@pytest.mark.parametrize("count", [1000, 1001])
def test_generators_up_to_a_limit(count):
    certificate = stored("bent")
    certificate["generators"] = [certificate["generators"][0]] * (count - 1) + certificate["generators"][1:][-1:]
    if count > 1000:
        with pytest.raises(Refuted, match="more than 1000"):
            check(certificate)
    else:
        assert check(certificate)
