"""What the checker reads and prints, to the letter: lines about environments, verdicts, and sizes at their edges."""

import hashlib
import json
from fractions import Fraction
from math import lcm

import pytest
from checker_cases import put, stored

from symsens.checker import Malformed, Refuted, check, environments, report, shapes
from symsens.checker.environments import Environment, common_denominator, describe, describe_displacements
from symsens.checker.limits import MAX_LABELS, MAX_NESTING, MAX_SCALE_BITS, MAX_SPECIES, MAX_TEXT
from symsens.checker.shapes import read_exact


def about(species, positions, name="none", **data):
    """An environment of these neighbours, as the checker sees it."""
    certificate = stored(name)
    certificate["environment"] |= {"species": species, "positions": positions, **data}
    return Environment(read_exact(certificate, "certificate"))


def line(env):
    """The line about an environment, without its digest."""
    text, _, digest = describe(env).partition("; SHA-256 ")
    assert len(digest) == 64
    return text


# What is printed of an environment.

X = [[str(i), "0", "-1/2"] for i in range(1, 6)]


def test_the_line_about_an_environment():
    start = "an environment over QQ of {} neighbours ({}) of a centre C: {}; metric {}"
    four = "H (1, 0, -1/2), C (2, 0, -1/2), H (3, 0, -1/2), H (4, 0, -1/2)"
    unit, other = "the identity", "(2, 0, 0) (0, 1, 0) (0, 0, 1)"
    centre = {"centre": "C"}
    assert line(about([], [], **centre)) == start.format(0, "none", "none", unit)
    assert line(about(list("HCHH"), X[:4], **centre)) == start.format(4, "C 1, H 3", four, unit)
    assert line(about(list("HCHHO"), X, **centre)) == start.format(5, "C 1, H 3, O 1", four + ", ...", unit)
    metric = [["2", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]]
    assert line(about([], [], metric=metric, **centre)) == start.format(0, "none", "none", other)


def test_a_position_is_printed_if_it_is_short():
    for digits, shown in ((51, True), (52, False), (2000, False)):
        x = "1" * digits
        assert (f": H ({x}, -2, 3); " if shown else ": H (long); ") in line(about(["H"], [[x, "-2", "3"]]))
    assert environments.short([Fraction(1, 3)]) == "(1/3)" and environments.short([]) == "()"
    large = 10**5000  # of more digits than Python writes
    for numbers in ([large], [0, large, 0], [Fraction(1, large)], [Fraction(large + 1, large)]):
        assert environments.short(list(map(Fraction, numbers))) == "(long)"


def test_species_are_listed_if_the_list_is_short():
    for length, shown in ((28, True), (29, False)):  # 300 characters, and one more
        names = [f"{'x' * 25}{i}" for i in range(9)] + ["y" * length]
        env = about(["H"], [["1", "0", "0"]])
        env.species = names
        text = environments.counted(names)
        assert len(text) == 300 + length - 28
        assert f"neighbours ({text if shown else '10 species'}) of" in describe(env)


def test_the_digest_is_that_of_canonical_json():
    data = stored("two")["environment"]
    plain = lambda x: {
        str: lambda: f"{int(x):x}/1" if x.lstrip("-").isdigit() else x,
        list: lambda: [plain(y) for y in x],
        type(None): lambda: None,
    }[type(x)]()  # noqa: E731
    text = json.dumps({key: plain(part) for key, part in data.items()}, sort_keys=True, separators=(",", ":"))
    env = Environment(read_exact(stored("two"), "certificate"))
    assert describe(env).endswith(f"; SHA-256 {hashlib.sha256(text.encode()).hexdigest()}")


def test_the_line_about_displacements():
    env = Environment(certificate := read_exact(stored("slab"), "certificate"))
    assert describe_displacements(env, certificate["variables"]) == (
        "9 displacements of the atoms 1, 2, 3: the centre is atom 3 and moves, the neighbours are atoms 1, 2, 3, 3, "
        "images of one atom move together"
    )
    env.data["tie"]["atoms"] = []
    assert "the neighbours are atoms none, images" in describe_displacements(env, [1, 2, 3, 4, 5])
    assert "of the atoms 1, 2, 3, 4, ...: the" in describe_displacements(env, [1, 2, 3, 4, 5])
    alone = "9 displacements: the neighbours move, each by itself, and the centre is fixed"
    assert describe_displacements(env, None) == alone


# Sizes.


def test_an_environment_up_to_a_size(monkeypatch):
    """14 is the largest dot product, of 4 bits, and the scale 1 of one: 5 bits for each of 6 x 6."""
    certificate = read_exact(stored("two"), "certificate")
    monkeypatch.setattr(environments, "MAX_ENVIRONMENT", 180)
    assert Environment(certificate).bits == 5
    monkeypatch.setattr(environments, "MAX_ENVIRONMENT", 179)
    with pytest.raises(Refuted, match="are too much to check"):
        Environment(certificate)


def test_common_denominators_up_to_a_size():
    rows = [[Fraction(1, 6), Fraction(3, 4)], [Fraction(5, 9), Fraction(2)]]
    assert common_denominator(rows, "here") == lcm(6, 4, 9) and common_denominator([], "here") == 1
    half = 2 ** (MAX_SCALE_BITS - 1)
    assert common_denominator([[Fraction(1, half)]], "here") == half
    with pytest.raises(Refuted, match="here: a common denominator"):
        common_denominator([[Fraction(1, half)], [Fraction(1, 3)]], "here")


def test_a_tie_of_atom_0():
    """Atom 0 is an atom like any other: as the centre, and as a neighbour."""
    for centre, atom in ((0, 1), (1, 0)):
        certificate = stored("none")
        certificate["environment"] |= {"species": ["H"], "positions": [["1", "0", "0"]]}
        certificate["environment"]["tie"] = {"centre": centre, "atoms": [atom]}
        certificate |= {"vary": "atoms", "variables": [0, 1]}
        env = Environment(read_exact(certificate, "certificate"))
        assert env.columns == 6 and env.dG[0, 0] == {3 * atom: 2, 3 * atom + 1: 0, 3 * atom + 2: 0} | {
            3 * centre: -2,
            3 * centre + 1: 0,
            3 * centre + 2: 0,
        }


@pytest.mark.parametrize(
    ("read", "good", "bad"),
    [
        (shapes.read_integer, [0, 2**63 - 1, 1 - 2**63], [2**63, -(2**63), True, 1.0, "1", None]),
        (shapes.read_text, ["x", "x" * MAX_TEXT], ["", "x" * (MAX_TEXT + 1), "\n", 1]),
        (shapes.read_species, ["H", "x" * MAX_SPECIES, "a_1+.-"], ["", "x" * (MAX_SPECIES + 1), "H\n", "a b", 1]),
        (shapes.read_flag, [True, False], [0, 1, None]),
        (
            shapes.read_labels,
            [None, {}, {f"x{i}": "y" for i in range(MAX_LABELS)}],
            [{f"x{i}": "y" for i in range(MAX_LABELS + 1)}, {1: "y"}, {"x y": "y"}, {"x": ""}, []],
        ),
    ],
)
def test_leaves_up_to_their_sizes(read, good, bad):
    for value in good:
        assert read(value, "here") == (value or type(value)() if value is not None else {})
    for value in bad:
        with pytest.raises(Malformed, match="^here"):
            read(value, "here")


@pytest.mark.parametrize("digits", [1, 499, 500, 501, 1000, 1001])
def test_numbers_of_any_length_are_what_they_say(digits):
    top, bottom = "9" * digits, "1" + "0" * (digits - 1)
    assert shapes.read_number(f"-{top}/{bottom}", "here") == -Fraction(10**digits - 1, 10 ** (digits - 1))
    assert shapes.read_number(f"000{bottom}", "here") == 10 ** (digits - 1) == shapes.whole(bottom)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("x" * 41, "'" + "x" * 39),
        ("a", "'a'"),
        (None, "None"),
        (True, "True"),
        (1.5, "1.5"),
        (7, "int"),
        ({}, "dict"),
    ],
)
def test_what_was_found_instead_is_named_shortly(value, found):
    with pytest.raises(Malformed) as error:
        shapes.read([int] if type(value) is not int else str, value, "here")
    assert str(error.value).endswith(f"; found {found}")


def nested(depth):
    value = [1]
    for i in range(depth - 1):
        value = [value] if i % 2 else {"x": value}
    return value


def test_values_up_to_a_depth_and_a_number(monkeypatch):
    shapes.bounded(nested(MAX_NESTING), "here")
    with pytest.raises(Malformed, match="here: nested deeper"):
        shapes.bounded(nested(MAX_NESTING + 1), "here")
    two = [1, 2]
    shared = [two, two, {"a": two}, 0]  # 4 values, and 2, 2, 1 in these, and 2 in the last
    for most in (11, 10):
        monkeypatch.setattr(shapes, "MAX_PARTS", most)
        if most == 11:
            shapes.bounded(shared, "here")
        else:
            with pytest.raises(Malformed, match="here: more than 10 values"):
                shapes.bounded(shared, "here")


def test_a_file_of_a_number_of_commas_is_not_parsed(monkeypatch):
    text = '{"schema": "symsens/certificates/1", "certificates": []}'
    monkeypatch.setattr(shapes, "MAX_PARTS", 1)
    with pytest.raises(Malformed, match="at least one certificate"):
        shapes.load(text)
    monkeypatch.setattr(shapes, "MAX_PARTS", 0)
    with pytest.raises(Malformed, match="file: more than 0 values"):
        shapes.load(text)


def test_a_certificate_in_memory_is_of_a_bounded_size_too(monkeypatch):
    certificate = stored("F1")
    monkeypatch.setattr(shapes, "MAX_PARTS", 10)
    with pytest.raises(Malformed, match="certificate: more than 10 values"):
        read_exact(certificate, "certificate")


@pytest.mark.parametrize(
    "text", [None, b"{}", 1, [], '{"schema": "symsens/certificates/1", "certificates": [{"schema": []}]}']
)
def test_what_is_loaded_is_a_text_of_certificates(text):
    with pytest.raises(Malformed, match="^file"):
        shapes.load(text)


def test_lists_of_a_length_and_objects_of_keys():
    pair = (int, str)
    assert shapes.read(pair, [1, "x"], "here") == [1, "x"] and shapes.read((None, int), None, "here") is None
    assert shapes.read({"a": int, "labels": shapes.read_labels}, {"a": 1}, "here") == {"a": 1, "labels": {}}
    for shape, value, message in (
        (pair, [1], "here: expected a list of 2"),
        (pair, [1, "x", 2], "here: expected a list of 2"),
        (pair, {}, "here: expected a list; found dict"),
        (pair, ["x", 1], r"here\[0\]: expected an integer"),
        ([int], "12", "here: expected a list; found '12'"),
        ([int], [1, "x"], r"here\[1\]: expected an integer"),
        ({"a": int}, [], "here: expected an object; found list"),
        ({"a": int}, {}, "here: expected exactly the keys a; found 'a'"),
        ({"a": int}, {"a": 1, "b": 1}, "here: expected exactly the keys a; found 'b'"),
        ({"a": int}, {"a": 1, "labels": {}}, "here: expected exactly the keys a; found 'labels'"),
        ({"a": int}, {"a": "x"}, "here.a: expected an integer"),
        ({"a", "b"}, "c", "here: expected a or b; found 'c'"),
        ({"a", "b"}, ["a"], "here: expected a or b; found list"),
    ):
        with pytest.raises(Malformed, match=f"^{message}"):
            shapes.read(shape, value, "here")


def test_the_certificate_above_forms_is_of_all_isometries():
    assert check(put(stored("closed-radial"), "above.group", "O(3)"))
    with pytest.raises(Malformed, match=r"^certificate.above.group: expected O\(3\); found 'SO\(3\)'"):
        check(put(stored("closed-radial"), "above.group", "SO(3)"))


# Files and verdicts.


def written(path, *certificates):
    path.write_text(json.dumps({"schema": "symsens/certificates/1", "certificates": certificates}))
    return path


def said(paths, quiet=True):
    """(exit code, lines, complaints) of a verification."""
    lines, complaints = [], []
    return report.verify(paths, quiet, lines.append, complaints.append), lines, complaints


def test_verdicts_of_several_files_and_certificates(tmp_path):
    good, false = stored("F1"), put(stored("F1"), "claims.rank", 9)
    one, two = written(tmp_path / "1", good, false, good), written(tmp_path / "2", good)
    missing = tmp_path / "3"
    refuted = f"{one}, certificate 1: REFUTED: claims: rank is 8, not 9"
    code, lines, complaints = said([one, missing, two])
    assert code == 2 and complaints == [f"{missing}: cannot be read: No such file or directory"]
    proved = f"{one}, certificate {{}}: PROVED"
    assert lines == [proved.format(0), refuted, proved.format(2), f"{two}, certificate 0: PROVED"]
    assert said([one, two])[0] == said([two, one])[0] == 1 and said([missing, one])[0] == 2 and said([two])[0] == 0


def test_an_unreadable_certificate_is_named_with_its_file(tmp_path):
    """What is read later, at its own turn, is complained of with its number; the whole file before, without."""
    later = written(tmp_path / "1", stored("F1"), {"schema": "symsens/closed-form-certificate/1"})
    code, lines, complaints = said([later])
    assert code == 2 and lines == [f"{later}, certificate 0: PROVED"]
    assert len(complaints) == 1 and complaints[0].startswith(f"{later}, certificate 1: certificate: expected exactly")
    (tmp_path / "2").write_bytes(b'"\xff')
    assert said([tmp_path / "2"])[2] == [f"{tmp_path / '2'}: not UTF-8: invalid start byte at byte 1"]
    assert said(["\0"])[2] == ["?: cannot be read: embedded null byte"]


def test_a_file_up_to_a_size(tmp_path, monkeypatch):
    path = written(tmp_path / "1", stored("F1"))
    size = path.stat().st_size
    monkeypatch.setattr(report, "MAX_FILE", size)
    assert said([path])[0] == 0
    monkeypatch.setattr(report, "MAX_FILE", size - 1)
    assert said([path])[0] == 2 and said([path])[2] == [f"{path}: larger than {size - 1} bytes"]


def test_a_failure_of_the_checker_is_named_and_not_proved(tmp_path, monkeypatch):
    def fail(certificate):
        raise KeyError("x" * 500)

    monkeypatch.setattr(report, "check", fail)
    path = written(tmp_path / "1", stored("F1"))
    code, lines, complaints = said([path, tmp_path / "missing"])
    assert code == 2 and not lines and len(complaints) == 2
    assert complaints[0] == f"{path}, certificate 0: the checker failed: " + ("KeyError('" + "x" * 500)[:200]


def labels_of(path, certificate):
    lines = said([written(path, certificate)], False)[1]
    return [x.removeprefix("  label: ") for x in lines if x.startswith("  label: ")]


def test_labels_are_those_of_the_certificate_and_of_those_inside(tmp_path):
    path, closed = tmp_path / "1", stored("closed-radial")
    name = closed["descriptor"]
    closed["labels"], closed["above"]["labels"] = {"file": "x", "b": "2"}, {"file": "y", "a": "1"}
    whole = [f"descriptor: {name}", "complete: the forms given are all features"]
    assert sorted(labels_of(path, closed)) == sorted(["file: x", "a: 1", "b: 2", *whole])
    exact = stored("F1-power-spectrum")
    exact["labels"] = {}
    assert labels_of(path, exact) == [f"descriptor: {exact['descriptor']['name']}"]
    assert labels_of(path, {**stored("F1"), "labels": {"a": "1"}}) == ["a: 1"]
    part = {**stored("closed-gto"), "complete": False, "labels": {}}
    part["above"]["labels"] = {}
    assert labels_of(path, part) == [f"descriptor: {part['descriptor']}", "complete: there are other features"]


def test_the_lines_of_a_proof(tmp_path):
    path = written(tmp_path / "1", stored("F1"))
    code, lines, _ = said([path], False)
    proofs = [x for x in lines if x.startswith("  = ")]
    assert code == 0 and lines[0] == f"{path}, certificate 0: PROVED" and len(proofs) >= 7
    assert lines[1 : 1 + len(proofs)] == proofs


@pytest.mark.parametrize(("name", "kind"), [("methane", ""), ("chiral-turning", "of rotations, ")])
def test_the_line_about_the_stabiliser_names_its_group(name, kind):
    certificate = stored(name)
    order = certificate["claims"]["stabiliser_order"]
    assert check(certificate)[2] == (
        f"a stabiliser {kind}of order {order}: generated by the isometries given, and no larger by exhaustive search "
        "[stabiliser]"
    )


def test_a_certificate_of_rotations_speaks_of_triple_products_and_of_no_descriptor():
    statement = next(text for text in check(stored("chiral-planar")) if "triple" in text)
    assert statement.startswith("rank D_3 with triple products = ") and statement.endswith(
        "; no smooth SO(3) feature of order nu = 3, a sum of functions of dot products and triple products, sees its "
        "null space [chiral-incompleteness]"
    )
    with pytest.raises(Refuted, match=r"^group: SO\(3\) is about all features, not about a descriptor"):
        check(put(stored("F1-power-spectrum"), "group", "SO(3)"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("F1", "so rank 8, nullity 4 = 3 + 0 + 1; symmetry allows rank 9 [claims]"),
        ("two-one-feature", "so rank 1, nullity 5 = 3 + 0 + 0 + 2; symmetry allows rank 3 [claims]"),
    ],
)
def test_the_line_about_the_claims_adds_up(name, text):
    assert check(stored(name))[-1] == text
