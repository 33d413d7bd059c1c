"""Certificates of families: true ones are proved, false ones refused in one line."""

import json
import random
from copy import deepcopy
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
from checker_cases import STORED, put, stored, without
from test_locus import drawn

from symsens import Curve, Environment, InputError, certify, locus
from symsens.certificates.locus import _work
from symsens.checker import Malformed, Refuted, check
from symsens.checker.curves import times
from symsens.checker.families import LocusProof
from symsens.checker.locus import RULES, read_certificate
from symsens.numbers.declared import number_field

EXAMPLES = Path(__file__).parent.parent / "examples"


FAMILIES = {
    "half-turn": lambda: locus(str(EXAMPLES / "half-turn.family.json")),
    "heptagon": lambda: locus(str(EXAMPLES / "heptagon.family.json"), 3),
    "always": lambda: locus(
        Curve(["H"] * 4, [["5", "t", "1"], ["3", "4", "-2"], ["-3", "-4", "-2"], ["0", "0", "t"]], (1, 2))
    ),
    "planar": lambda: locus(
        Curve("HHHO", [["1", "t", "0"], ["2", "0", "0"], ["t^2", "3", "0"], ["t", "-2", "0"]], (3, 4))
    ),
    "merging": lambda: locus(Curve(["H"] * 3, [["1", "t", "0"], ["2", "0", "1"], ["t^2", "1", "1"]], (-1, 3))),
}


@cache
def text(name):
    return json.dumps(FAMILIES[name]().certificate)


def certificate(name="half-turn"):
    return json.loads(text(name))


@pytest.mark.parametrize("name", ["half-turn", "heptagon", "always", "planar", "merging"])
def test_true_certificates_are_proved(name):
    statements = check(certificate(name))
    assert statements[-1].endswith("[locus-complete]")


@pytest.mark.parametrize("name", ["half-turn", "heptagon", "always", "planar", "merging"])
def test_the_work_of_the_checker_is_foreseen(name):
    """Whatever has a rule is within the checker's limit."""
    located = FAMILIES[name]()
    proof = LocusProof(read_certificate(certificate(name), "certificate"))
    for rule in RULES.values():
        rule(proof)
    assert proof.work <= _work(located.found) <= 4 * proof.work + 10_000


def test_what_is_proved_is_said():
    family, generic, points, complete = check(certificate())
    assert "H (3, 2 + t^2, 1)" in family and "t from -3 to 3" in family and "order nu = 2" in family
    assert generic.startswith("for all but finitely many t rank D_2 = 9 of 12")
    assert points == (
        "the rank is below 9 at 3 value(s) of t: t in [-3/2, -7/5], -2 + t^2 = 0 (rank 8, incompleteness 1), t = 0 "
        "(rank 8, incompleteness 1), t in [7/5, 3/2], -2 + t^2 = 0 (rank 8, incompleteness 1) [locus-points]"
    )
    assert complete == ("at all other t from -3 to 3 the rank is 9, and the incompleteness at most 0 [locus-complete]")
    assert "H (2, 0, 0), H (0, 2, 0), H (-2, (2 c), -c t + 2 t^2)" in check(certificate("heptagon"))[1]
    always = check(certificate("always"))
    assert "3 + 0 + 1 (rigid, symmetry, incompleteness)" in always[1]


@pytest.mark.parametrize("name", ["locus-half-turn", "locus-heptagon"])
def test_stored_certificates_are_still_written_so(name):
    made = certificate(name.removeprefix("locus-"))
    made["labels"] = stored(name)["labels"]
    assert made == stored(name) and (STORED / f"{name}.json").exists()


def drop(i):
    return lambda found: put(put(found, "points", without(i)), "claims.points", 2)


def listed_open(found):
    """The irrational points left out, their polynomial not mentioned."""
    found["points"] = found["points"][1:2]
    found["claims"]["points"] = 1


def opened(found):
    """Left open and listed too: no statement is false, but the number of open ones is."""
    found["open"] = [found["points"][0]["polynomial"]]


def chiral(t):
    """A true certificate of the member at t, about rotations alone."""
    env = Curve.read(str(EXAMPLES / "half-turn.family.json")).at(t)
    return json.loads(json.dumps(certify(env, chiral=True).certificate))


def plain(t):
    """A true certificate of the member at t."""
    env = Curve.read(str(EXAMPLES / "half-turn.family.json")).at(t)
    return json.loads(json.dumps(certify(env).certificate))


FORGERIES = {
    "first point left out": (drop(0), "points: not all roots in the interval of -2 + t^2, of which 1 are listed"),
    "middle point left out": (drop(1), "that is not listed"),
    "all irrational ones left out": (listed_open, "that is not listed"),
    "open, and not claimed": (opened, "claims: open is 1, not 0"),
    "claimed rank": (lambda found: put(found, "claims.rank", 10), "claims: rank is 9"),
    "claimed incompleteness": (lambda found: put(found, "claims.filtration.incompleteness", 1), "incompleteness is 0"),
    "claimed symmetry": (lambda found: put(found, "claims.filtration.symmetry", 1), "symmetry is 0"),
    "claimed points": (lambda found: put(found, "claims.points", 2), "claims: points is 3"),
    "claimed open": (lambda found: put(found, "claims.open", 1), "claims: open is 0"),
    "interval of a point": (lambda found: put(found, "points.0.interval", ["-1", "1"]), "outside its interval"),
    "interval with two roots": (lambda found: put(found, "points.2.interval", ["-2", "2"]), "not one root"),
    "interval of the neighbour": (lambda found: put(found, "points.0.interval", ["-3/2", "0"]), "not behind"),
    "another polynomial": (lambda found: put(found, "points.0.polynomial", ["-3", "0", "1"]), "not a root"),
    "a multiple": (lambda found: put(found, "points.0.polynomial", ["-4", "0", "2"]), "of which 1 are listed"),
    "a polynomial with more roots": (
        lambda found: put(found, "points.1.polynomial", ["0", "-2", "0", "1"]),
        "of which 1 are listed",
    ),
    "t exchanged": (lambda found: put(found, "points.0.t", ["0", "-1"]), "not the environment of the family"),
    "t rational": (lambda found: put(found, "points.1.t", "1"), "not the environment of the family"),
    "a regular point": (
        lambda found: put(found, "points.1.certificate", deepcopy(found["generic"]["certificate"])),
        "not the environment of the family",
    ),
    "points in another order": (lambda found: put(found, "points", lambda points: points[::-1]), "not behind"),
    "a point twice": (lambda found: put(found, "points", lambda points: [points[0], *points]), "not behind"),
    "an interval cut": (lambda found: put(found, "interval.1", "1"), "outside its interval, or that of the family"),
    "an interval stretched": (lambda found: put(found, "interval", ["-3", "30"]), "that is not listed"),
    "an empty interval": (lambda found: put(found, "interval", ["3", "3"]), "interval: empty"),
    "another sample": (lambda found: put(found, "generic.t", "5"), "not the environment of the family"),
    "a singular sample": (
        lambda found: put(found, "generic", {k: found["points"][1][k] for k in ("t", "certificate")}),
        "generic: the rank at t = 1 is above 8",
    ),
    "no minors": (lambda found: put(found, "minors", []), "minors: none"),
    "a minor with a row twice": (
        lambda found: put(found, "minors", lambda minors: [{**minors[0], "rows": [minors[0]["rows"][0]] * 9}]),
        "minors: none, or all are 0",
    ),
    "a minor of fewer rows": (lambda found: put(found, "minors.0.rows", without(0)), "not 9 rows and columns"),
    "a minor of a column twice": (
        lambda found: put(found, "minors.0.columns", lambda columns: [columns[0], *columns[:-1]]),
        None,
    ),
    "a column beyond": (lambda found: put(found, "minors.0.columns.0", 12), "not 9 rows and columns"),
    "a row beyond": (lambda found: put(found, "minors.0.rows.0", [[4, 0], [0, 0]]), "no such row"),
    "the centre": (lambda found: put(found, "family.centre", "O"), "not the environment of the family"),
    "the species": (lambda found: put(found, "family.species", ["H", "O", "O", "H"]), "not the environment"),
    "fewer species": (lambda found: put(found, "family.species", ["H"] * 3), "not one position for each"),
    "the metric": (lambda found: put(found, "family.metric.0.0", "2"), "not the environment of the family"),
    "a metric that is none": (lambda found: put(found, "family.metric.0.0", "0"), "not symmetric, or a leading"),
    "a numerator": (lambda found: put(found, "family.numerators.3.0", ["0", "5"]), "not the environment of the family"),
    "a denominator": (lambda found: put(found, "family.denominator", ["2"]), "not the environment of the family"),
    "a pole": (lambda found: put(found, "family.denominator", ["-1", "1"]), "it has a root in the interval"),
    "a pole at the end": (lambda found: put(found, "family.denominator", ["-3", "1"]), "a root in the interval"),
    "no denominator": (lambda found: put(found, "family.denominator", []), "or no denominator"),
    "a trailing zero": (lambda found: put(found, "family.denominator", ["1", "0"]), "last coefficient"),
    "a meeting": (
        lambda found: put(found, "family.numerators.0", [["3"], ["4"], ["-3", "1"]]),
        "of the centre and the neighbours, 0 to 4, 1 and 2 meet",
    ),
    "always one place": (
        lambda found: put(found, "family.numerators.0", deepcopy(found["family"]["numerators"][1])),
        "of the centre and the neighbours, 0 to 4, 1 and 2 meet",
    ),
    "rotations only": (
        lambda found: put(found, "generic.certificate", chiral(found["generic"]["t"])),
        "generic.certificate: not of nu = 2, O(3), neighbours that vary and no descriptor",
    ),
    "all atoms": (
        lambda found: put(found, "generic.certificate.vary", "atoms"),
        "generic.certificate: not of nu = 2, O(3), neighbours that vary and no descriptor",
    ),
    "a sample outside": (
        lambda found: put(found, "generic", {"t": "5", "certificate": plain(5)}),
        "generic.t: outside the interval",
    ),
    "a sample below": (
        lambda found: put(found, "generic", {"t": "-7/2", "certificate": plain("-7/2")}),
        "generic.t: outside the interval",
    ),
    "another order": (lambda found: put(found, "nu", 3), "not of nu = 3"),
    "an order too high": (lambda found: put(found, "nu", 99), "outside 1..8"),
    "a degree too high": (lambda found: put(found, "family.numerators.0.0", ["0"] * 300 + ["1"]), "a degree above"),
    "a long number": (lambda found: put(found, "family.numerators.0.0", ["1" + "0" * 2000]), "bits"),
    "too many minors": (lambda found: put(found, "minors", lambda minors: minors * 2000), "a list of more than"),
    "much work": (
        lambda found: put(found, "family.numerators.0.0", ["3"] + ["0"] * 254 + ["1"]),
        "",
    ),
    "an open constant": (
        lambda found: put(put(found, "open", [["1"]]), "claims.open", 1),
        "open: a polynomial without roots",
    ),
    "a regular constant": (
        lambda found: put(found, "regular", [{"polynomial": ["2"], **found["minors"][0]}]),
        "regular[0].polynomial: without roots",
    ),
    "a singular point called regular": (
        lambda found: put(found, "regular", [{"polynomial": ["0", "1"], **found["minors"][0]}]),
        "regular[0]",
    ),
    "a polynomial at whose roots different things merge": (
        lambda found: put(found, "regular", [{"polynomial": ["0", "-5", "0", "1"], **found["minors"][0]}]),
        "",
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_forgeries_are_refuted(name):
    forge, words = FORGERIES[name]
    found = certificate()
    forge(found)
    if words is None:  # nothing false is said: a minor that is 0 adds nothing
        assert name == "a minor of a column twice" and check(found)
        return
    with pytest.raises(Refuted) as refusal:
        check(found)
    assert words in str(refusal.value) and "\n" not in str(refusal.value)


def regular_of(found, h):
    return next(i for i, given in enumerate(found["regular"]) if given["polynomial"] == h)


def test_regular_polynomials_are_needed_and_their_minors_checked():
    found = certificate("merging")
    assert found["regular"] and check(found)
    for i, given in enumerate(found["regular"]):
        less = put(certificate("merging"), "regular", without(i))
        with pytest.raises(Refuted, match="a difference of dot products has a root in the interval that is not listed"):
            check(less)
        wrong = put(certificate("merging"), f"regular.{i}.rows", [given["rows"][0]] * len(given["rows"]))
        with pytest.raises(Refuted, match="the minor is 0 at a root"):
            check(wrong)
    both = certificate("merging")
    first, second = both["regular"][:2]
    product = times(*(tuple(map(Fraction, given["polynomial"])) for given in (first, second)))
    both["regular"] = [{**first, "polynomial": list(map(str, product))}, *both["regular"][2:]]
    with pytest.raises(Refuted, match="at some of its roots, and not at others"):
        check(both)


def test_a_sample_in_a_plane_is_refused():
    """Where the neighbours span less than elsewhere nothing is learnt about the dimension of the symmetry."""
    flat = Curve(["H"] * 3, [["1", "4", "t"], ["2", "1", "0"], ["3", "-1", "0"]], (-1, 1))
    found = json.loads(json.dumps(locus(flat).certificate))
    at_zero = json.loads(
        json.dumps(locus(Curve(["H"] * 3, [["1", "4", "0"], ["2", "1", "0"], ["3", "-1", "0"]], (-1, 1))).certificate)
    )
    found["generic"] = {"t": "0", "certificate": at_zero["generic"]["certificate"]}
    with pytest.raises(Refuted, match="the neighbours span more than at the t given"):
        check(found)


def test_a_generic_rank_that_is_too_low_is_refused():
    """The sample of a family is singular without any coincidence: the rank elsewhere is above it."""
    mirror = Curve(["H"] * 4, [["7", "6", "1 + t"], ["1", "2", "3"], ["3", "2", "-1"], ["2", "5", "1"]], (-1, 1))
    found = json.loads(json.dumps(locus(mirror).certificate))
    (point,) = found["points"]
    found["generic"] = {"t": point["t"], "certificate": point["certificate"]}
    with pytest.raises(Refuted, match=r"generic: the rank at t = \d+ is above 8"):
        check(found)


def test_where_dot_products_merge_is_no_sample_and_without_a_fall_no_point():
    merged = json.loads(json.dumps(certify(FAMILIES["merging"]().found.curve.at(2)).certificate))
    found = certificate("merging")
    found["generic"] = {"t": "2", "certificate": merged}
    with pytest.raises(Refuted, match="other dot products are equal than for almost all t"):
        check(found)
    found = put(certificate("merging"), "claims.points", 1)
    found["points"] = [{"polynomial": ["-2", "1"], "interval": ["2", "2"], "t": "2", "certificate": merged}]
    with pytest.raises(Refuted, match=r"points\[0\]: the rank is 6 there, not below 6"):
        check(found)


def test_a_member_over_another_field_is_refused():
    places = [[1, 0, 0], [0, 1, 0], [-1, "sqrt(5)", 1], [2, 2, 0], [0, 0, 2]]
    other = Environment(["H"] * 5, places, "C", field=number_field("QQ<sqrt(5)>"))
    found = certificate("heptagon")
    found["generic"] = {"t": "1/2", "certificate": json.loads(json.dumps(certify(other, nu=3).certificate))}
    with pytest.raises(Refuted, match="generic.certificate: over QQ<a>, and the family is over QQ<c>"):
        check(found)


def test_what_has_another_shape_is_malformed():
    for key in certificate():
        found = certificate()
        del found[key]
        if key != "labels":
            with pytest.raises(Malformed):
                check(found)
    for path, wrong in (
        ("points.0", None),
        ("points.0", []),
        ("generic", {"t": "1"}),
        ("family", 3),
        ("points.0.t", ["0"] * 4),
    ):
        with pytest.raises(Malformed):
            check(put(certificate(), path, wrong))
    with pytest.raises((Malformed, Refuted)):
        check(
            put(
                certificate(),
                "family.field",
                {"generator": "a", "minimal_polynomial": ["-4", "0", "1"], "root": ["1", "3"]},
            )
        )


def places(found, path=()):
    yield path
    items = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for key, part in items:
        if key not in ("certificate", "labels"):
            yield from places(part, (*path, key))


def altered(seed, changes):
    """What the checker says of a certificate with random changes; None where it refuses."""
    draw, found = random.Random(seed), certificate(("half-turn", "merging", "always")[seed % 3])
    for _ in range(changes):
        path = draw.choice([p for p in places(found) if p])
        parent = found
        for key in path[:-1]:
            parent = parent[key]
        old = parent[path[-1]]
        if isinstance(old, list) and old:
            parent[path[-1]] = draw.choice([old[1:], old[:-1], [*old, old[-1]], old[::-1]])
        elif isinstance(old, str):
            parent[path[-1]] = draw.choice(["0", "1", "-1", "2", "1/2", "-3", "7"])
        elif isinstance(old, int):
            parent[path[-1]] = old + draw.choice([-1, 1])
    try:
        return check(found), found
    except (Refuted, Malformed) as refusal:
        assert "\n" not in str(refusal)
        return None


def meaning(found):
    """What a certificate says, but for its evidence."""
    said = [found[key] for key in ("family", "interval", "nu", "claims")]
    return said + [" ".join(point["t"]).removesuffix(" 0") for point in found["points"]]


def accepted_alterations(seeds):
    """How many changed certificates are accepted; those about the same question say the same."""
    count = 0
    for seed in seeds:
        result = altered(seed, 1 + seed % 2)
        if result is None:
            continue
        count += 1
        true = certificate(("half-turn", "merging", "always")[seed % 3])
        if [result[1][key] for key in ("family", "interval", "nu")] == [
            true[key] for key in ("family", "interval", "nu")
        ]:
            assert meaning(result[1]) == meaning(true) or result[1]["open"] != true["open"], seed
    return count


def test_altered_certificates_say_nothing_else():
    assert accepted_alterations(range(80))


@pytest.mark.soak
def test_alterations_at_length():
    print("accepted:", accepted_alterations(range(80, 6000)))


def proved_families(seeds):
    """How many drawn families have a certificate that is proved: all that are families."""
    count = 0
    for seed in seeds:
        species, texts = drawn(seed)
        try:
            found = locus(Curve(list(species), texts, (-3, 3)), 2 + seed % 2)
        except InputError:
            continue
        proved = json.loads(json.dumps(found.certificate))
        assert check(proved)[-1].endswith("[locus-complete]")
        assert proved["claims"]["points"] == len(found.points)
        count += 1
    return count


def test_certificates_of_drawn_families_are_proved():
    assert proved_families(range(12)) >= 8


@pytest.mark.soak
def test_certificates_of_drawn_families_at_length():
    print("families:", proved_families(range(12, 400)))


OPEN = {
    "a field over a field": Curve(
        ["H"] * 4,
        [["3", "t^2 + 2", "1"], ["3", "4", "-2"], ["-3", "-4", "-2"], ["4*(t - sqrt(5))", "-3*(t - sqrt(5))", "6"]],
        (0, 3),
        field=number_field("QQ<sqrt(5)>"),
    ),
    "a degree": Curve(
        ["H"] * 4, [["3", "27/7 + t^13 - t", "1"], ["3", "4", "-2"], ["-3", "-4", "-2"], ["4", "-3", "6"]], (0, 2)
    ),
}


@pytest.mark.parametrize("name", OPEN)
def test_what_is_open_is_said_to_be(name):
    found = json.loads(json.dumps(locus(OPEN[name]).certificate))
    assert found["claims"]["open"] == 1 and "left open, the rank is 9" in check(found)[-1]
    with pytest.raises(Refuted, match="that is not listed"):
        check(put(put(found, "open", []), "claims.open", 0))


def test_a_family_that_is_too_much_work_has_no_certificate():
    power = " + ".join(f"{10**700 + k}*t^{k}" for k in range(3))
    located = locus(Curve(["H"] * 3, [[power, "1", "0"], ["0", power, "1"], ["1", "0", "5"]], (1, 2)))
    assert located.rule.name is None and located.rule.reason.startswith("no certificate yet: ")
    assert all("(no certificate yet: " in line for line in str(located).splitlines() if "PROVED" in line)
    with pytest.raises(InputError, match="no certificate yet"):
        _ = located.certificate


def test_a_family_in_an_oblique_plane():
    """Its neighbours span a plane for all t: the determinants are 0 as polynomials, and no permanent is."""
    rows = [["1", "t", "1 + t"], ["t^2", "2", "t^2 + 2"], ["3", "-t", "3 - t"], ["-1", "-5", "-6"]]
    found = json.loads(json.dumps(locus(Curve(["H"] * 4, rows, (3, 4))).certificate))
    assert "3 + 2 + 0 (rigid, symmetry, incompleteness)" in check(found)[1]
