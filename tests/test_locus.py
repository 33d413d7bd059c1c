"""The points of a one-parameter family at which the rank falls: all of them, and no others."""

import json
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from locus_oracle import T, at, exact_rank, falls

import symsens
from symsens import Curve, InputError, Verdict, locus
from symsens.cli import main
from symsens.numbers.declared import number_field
from symsens.numbers.field import QQ
from symsens.numbers.polynomials import Polynomial

EXAMPLES = Path(__file__).parent.parent / "examples"
HALF_TURN, HEPTAGON = str(EXAMPLES / "half-turn.family.json"), str(EXAMPLES / "heptagon.family.json")
GOOD = json.loads(Path(HALF_TURN).read_text())
MIRROR = [["7", "6", "1 + t"], ["1", "2", "3"], ["3", "2", "-1"], ["2", "5", "1"]]
METHANE = [["1", "1", "1 + t"], ["1", "-1 - t", "-1"], ["-1", "1", "-1"], ["-1", "t^2 - 1", "1"]]
RATIONAL = [["5", "0", "1"], ["3", "4", "-2"], ["-3", "-4", "-2"], ["t", "t^2/(1 + t^2)", "6"]]


def answers(found):
    """(t, rank, symmetry, incompleteness) of each point."""
    return [
        (
            round(float(entry["t"]), 9),
            entry["rank"],
            entry["filtration"]["symmetry"],
            entry["filtration"]["incompleteness"],
        )
        for entry in found.as_dict()["points"]
    ]


CASES = {
    "half-turn": (HALF_TURN, 2, 9, [(-1.414213562, 8, 0, 1), (0.0, 8, 0, 1), (1.414213562, 8, 0, 1)]),
    "half-turn, nu = 3": (HALF_TURN, 3, 9, []),
    "half-turn, nu = 1": (HALF_TURN, 1, 3, [(-1.535870744, 2, 0, 7), (1.535870744, 2, 0, 7)]),
    "heptagon": (HEPTAGON, 2, 12, [(0.0, 8, 0, 4), (0.623489802, 10, 0, 2)]),
    "heptagon, nu = 3": (HEPTAGON, 3, 12, [(0.0, 11, 0, 1)]),
    "mirror": (Curve(["H"] * 4, MIRROR, (-1, 3)), 2, 9, [(0.0, 8, 0, 1), (2.5, 6, 3, 0)]),
    "mirror, at the ends": (Curve(["H"] * 4, MIRROR, (0, "5/2")), 2, 9, [(0.0, 8, 0, 1), (2.5, 6, 3, 0)]),
    "mirror, beyond": (Curve(["H"] * 4, MIRROR, ("1/10", "12/5")), 2, 9, []),
    "methane": (Curve(["H"] * 4, METHANE, ("-1/2", "1/2")), 2, 9, [(0.0, 1, 8, 0)]),
    "rational": (Curve(["H"] * 4, RATIONAL, (-1, 2)), 2, 9, [(0.0, 8, 0, 1)]),
    "always singular": (Curve(["H"] * 4, [*RATIONAL[:3], ["0", "0", "t"]], (1, 2)), 2, 8, []),
    "two species": (
        Curve("HHOO", [["3", "0", "0"], ["0", "t", "0"], ["0", "0", "2"], ["1", "t", "5"]], (1, 4)),
        2,
        9,
        [],
    ),
    "no parameter": (Curve(["H"] * 2, [[1, 0, 0], [0, 2, 0]], (0, 1)), 2, 3, []),
    "one": (Curve(["H"], [["t", "1", "0"]], (0, 1)), 2, 1, []),
    "to a line": (Curve(["H"] * 2, [["1", "t", "0"], ["2", "0", "0"]], (-1, 1)), 2, 3, [(0.0, 2, 2, 0)]),
    "to a plane": (
        Curve(["H"] * 4, [["1", "2", "0"], ["3", "1", "0"], ["-1", "4", "0"], ["2", "-5", "t"]], (-1, 1)),
        2,
        9,
        [(0.0, 7, 2, 0)],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_known_families(name):
    family, nu, rank, expected = CASES[name]
    found = locus(family, nu)
    assert found.found.generic.rank == rank and answers(found) == expected
    assert found.verdict is Verdict.PROVED and found.complete and found.rule.name == "locus-complete"


def drawn(seed):
    """A family of four neighbours, most of them with something that can coincide."""
    draw = Random(seed)
    number = lambda nonzero=False: draw.choice([x for x in range(-4, 5) if x or not nonzero])
    line = lambda power="": f"{number()} + t{power}*({number()})"
    a, b, c, d = number(), number(True), number(True), number(True)
    x1 = [line(), line("^2"), line()]
    x2, x3 = [a, b, c], [-a, -b, c]
    x4 = [f"{b}*t*({number()} + t)", f"{-a}*t*({number()} + t)", d]
    if seed % 4 == 1:
        root = number()
        x4 = [f"{b}*(t - ({root}))", f"{-a}*(t - ({root}))", d]
    elif seed % 4 == 2:
        x3 = [b, a, line()]
    elif seed % 4 == 3:
        x3, x4 = [f"{-a} + t", -b, c], [line(), line(), line()]
    species = "HHHH" if draw.random() < 0.7 else "HOOH"
    return species, [[str(x) for x in y] for y in (x1, x2, x3, x4)]


def compared(species, texts, low, high):
    """Nothing where the answer is the oracle's; the number of points."""
    found = locus(Curve(list(species), texts, (low, high)))
    rank, expected = falls(species, texts, low, high)
    got = [(round(float(entry["t"]), 9), entry["rank"]) for entry in found.as_dict()["points"]]
    assert (found.found.generic.rank, got) == (rank, [(round(t, 9), r) for t, r in expected]), (species, texts)
    return len(got)


def held_against_the_oracle(seeds):
    """Compare with the oracle; how many families, and how many points."""
    families = points = 0
    for seed in seeds:
        species, texts = drawn(seed)
        try:
            points += compared(species, texts, -3, 3)
        except InputError as error:
            assert "meet at" in str(error)
            continue
        families += 1
    return families, points


def test_against_an_oracle_that_shares_no_code():
    families, points = held_against_the_oracle(range(4))
    assert families >= 3 and points >= 3


def test_the_oracle_sees_what_is_left_out(monkeypatch):
    """Without the differences of dot products a family is said to be regular where classes merge, and without minors
    where three neighbours and the centre come to lie in a plane."""
    merging = [["1", "1", "1 + t"], ["1", "-1", "-1 - t/2"], ["-1", "1", "-1"], ["-1", "-1", "1"]]
    half_turn = GOOD["positions"]
    assert compared("HHHH", merging, -1, 1) == 1 and compared("HHHH", half_turn, -2, 2) == 3
    with monkeypatch.context() as patch:
        patch.setattr("symsens.search.locus._differences", lambda curve, labels: iter(()))
        with pytest.raises(AssertionError):
            compared("HHHH", merging, -1, 1)
    with monkeypatch.context() as patch:
        one = Polynomial.of(QQ, [1])
        patch.setattr("symsens.search.locus._minors", lambda jacobian, rank, draw: ([], one))
        with pytest.raises(AssertionError):
            compared("HHHH", half_turn, -2, 2)


def test_ranks_on_a_dense_grid_of_rational_values():
    """At 97 rational t the rank that is counted by hand is the generic one, but at the points."""
    species, texts = "HHHH", [["3", "t^2 - 1/4", "1"], ["3", "4", "-2"], ["-3", "-4", "-2"], ["4*t", "-3*t", "6"]]
    import sympy

    texts[0][1] = "4 + (t - 1/2)*(t + 3/4)"
    found = locus(Curve(list(species), texts, (-2, 2)))
    points = {point.interval[0]: point.filtration.rank for point in found.points}
    assert set(points) == {Fraction(-3, 4), Fraction(0), Fraction(1, 2)}
    expressions = [[sympy.sympify(x.replace("^", "**"), rational=True) for x in y] for y in texts]
    for t in (Fraction(k, 24) for k in range(-48, 49)):
        assert exact_rank(species, at(expressions, t)) == points.get(t, 9)
    assert T in expressions[0][1].free_symbols


# Fields.


def test_over_a_number_field_points_in_the_field_are_decided_and_others_left_open():
    field = number_field("QQ<sqrt(5)>")
    turned = [["4*(t - sqrt(5))", "-3*(t - sqrt(5))", "6"]]
    fixed = [["3", "4", "-2"], ["-3", "-4", "-2"], *turned]
    found = locus(Curve(["H"] * 4, [["3", "t^2 + 2", "1"], *fixed], (0, 3), field=field))
    entries = found.as_dict()["points"]
    assert [(entry["t"], entry["verdict"]) for entry in entries] == [
        ("1.41421356237", "UNDECIDED"),
        ("2.2360679775", "PROVED"),
    ]
    assert entries[0]["minimal_polynomial"] == "t^2 - 2" and entries[1]["minimal_polynomial"] == "t - sqrt(5)"
    assert "fields over such a field are not supported" in entries[0]["undecided"]
    assert found.verdict is Verdict.UNDECIDED and found.complete
    decided = locus(Curve(["H"] * 4, [["3", "t^2 - 1", "1"], *fixed], (0, 3), field=field))
    assert [entry["t"] for entry in decided.as_dict()["points"]] == ["2.2360679775"] * 1  # and t^2 = 5 with it
    assert decided.verdict is Verdict.PROVED


def test_a_degree_beyond_the_limit_is_left_open():
    power = "4 + t^13 - t - 1/7"  # irreducible of degree 13, coplanar where it is 4
    found = locus(Curve(["H"] * 4, [["3", power, "1"], ["3", "4", "-2"], ["-3", "-4", "-2"], ["4", "-3", "6"]], (0, 2)))
    (point,) = found.points
    assert point.undecided == "t has degree 13: fields have degree 12 at most" and point.filtration is None
    assert "UNDECIDED: t ≈ " in str(found) and "13" in str(found)


def test_where_time_is_over_what_is_left_is_open(monkeypatch):
    from symsens.budget import BudgetSpent
    from symsens.search import locus as search

    def tired(self, h):
        raise BudgetSpent("1 s were spent in the test")

    monkeypatch.setattr(search._Decider, "decide", tired)
    found = locus(HALF_TURN)
    assert found.verdict is Verdict.UNDECIDED and len(found.points) >= 3
    assert all(point.undecided == "1 s were spent in the test" for point in found.points)


# Files and the command.

WRONG = {
    "no schema": ({"schema": "symsens/environment/2"}, "expected symsens/family/1"),
    "an environment": ({"schema": "symsens/environment/1"}, "expected symsens/family/1"),
    "a key": ({"cell": []}, "the key cell is unknown"),
    "an empty interval": ({"interval": ["1", "1"]}, "give two ends, the lower one first"),
    "an interval of three": ({"interval": ["1", "2", "3"]}, "interval: give two rational numbers"),
    "an irrational end": ({"interval": ["0", "sqrt(2)"]}, "declare a field"),
    "a parameter": ({"parameter": "2"}, "parameter '2': give letters and digits"),
    "another parameter": ({"parameter": "s"}, "neighbour 1: 't^2 + 2': 't' is no number: the names here are s"),
    "a pole": ({"positions": [["1/(t - 1/3)", "0", "1"], *GOOD["positions"][1:]]}, "neighbour 1 has a pole at t = 1/3"),
    "a pole at sqrt 2": (
        {"positions": [["1", "1/(t^2 - 2)", "1"], *GOOD["positions"][1:]]},
        "neighbour 1 has a pole at t ≈ -1.41421: give an interval without it",
    ),
    "a meeting": (
        {"positions": [["3", "4*t", "-2"], *GOOD["positions"][1:]]},
        "neighbour 1 and neighbour 2 meet at t = 1",
    ),
    "at the centre": (
        {"positions": [["t - 2", "0", "t^2 - 4"], *GOOD["positions"][1:]]},
        "the centre and neighbour 1 meet at t = 2",
    ),
    "always there": (
        {"positions": [["3", "4", "t - t - 2"], *GOOD["positions"][1:]]},
        "neighbour 1 and neighbour 2 are at the same place for all t",
    ),
    "a degree": ({"positions": [["t^40", "0", "1"], *GOOD["positions"][1:]]}, "a polynomial has degree 32 at most"),
    "a division": ({"positions": [["1/(t - t)", "0", "1"], *GOOD["positions"][1:]]}, "a division by zero"),
    "a root": ({"positions": [["sqrt(t)", "0", "1"], *GOOD["positions"][1:]]}, "only square roots of rational"),
    "too few": ({"species": ["H"] * 3}, "3 species, 4 positions"),
    "a float": ({"positions": [[0.5, "0", "1"], *GOOD["positions"][1:]]}, "is no exact number"),
    "the generator": ({"field": "QQ<sqrt(2),sqrt(3)>", "parameter": "r"}, "the generator of the field"),
}


@pytest.mark.parametrize("name", WRONG)
def test_files_that_are_no_family(name, tmp_path, capsys):
    change, words = WRONG[name]
    path = tmp_path / "wrong.family.json"
    path.write_text(json.dumps(GOOD | change))
    with pytest.raises(SystemExit) as stop:
        main(["locus", str(path)])
    out, err = capsys.readouterr()
    assert stop.value.code == 2 and not out
    assert words in err and err.count("\n") == 1 and "wrong.family.json" in err


def test_a_family_is_no_structure_and_a_structure_no_family(capsys):
    for arguments in (["certify", HALF_TURN], ["locus", str(EXAMPLES / "F1.extxyz")], ["locus", "nowhere"]):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 2 and capsys.readouterr().err.count("\n") == 1


def test_the_command_prints_a_table_and_json(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["locus", HALF_TURN, "--json"])
    found = json.loads(capsys.readouterr().out)
    assert stop.value.code == 0
    assert found["complete"] is True and found["verdict"] == "PROVED"
    assert found["generic"]["rank"] == 9 and found["generic"]["filtration"]["rigid"] == 3
    first = found["points"][0]
    assert first["interval"] == ["-3/2", "-7/5"] and first["minimal_polynomial"] == "t^2 - 2"
    assert first["rank"] == 8 and first["filtration"]["incompleteness"] == 1 and first["verdict"] == "PROVED"
    assert [float(entry["t"]) for entry in found["points"]] == sorted(float(entry["t"]) for entry in found["points"])
    with pytest.raises(SystemExit):
        main(["locus", HALF_TURN, "--nu", "3"])
    out = capsys.readouterr().out
    assert "PROVED (rule locus-complete): it is smaller at no t from -3 to 3." in out


def test_every_line_that_says_proved_names_a_rule():
    for line in str(locus(HALF_TURN)).splitlines():
        assert "PROVED" not in line or "(rule locus-" in line
    assert "Located(" in repr(locus(HALF_TURN)) and symsens.locus is locus


# The picture.


def test_the_picture_marks_the_points(tmp_path, capsys):
    pytest.importorskip("matplotlib")
    field = number_field("QQ<sqrt(5)>")
    fixed = [["3", "4", "-2"], ["-3", "-4", "-2"], ["4*(t - sqrt(5))", "-3*(t - sqrt(5))", "6"]]
    picture = locus(Curve(["H"] * 4, [["3", "t^2 + 2", "1"], *fixed], (1, 3), field=field)).picture()
    (axes,) = picture.axes
    labels = [line.get_label() for line in axes.lines]
    assert labels == [
        *(rf"$\sigma_{{{i}}}/\sigma_1$ (≈, float64)" for i in (9, 8, 7)),
        "proved: the rank falls (= 0)",
        "undecided",
    ]
    assert axes.lines[3].get_xdata() == pytest.approx([5**0.5]) and axes.lines[4].get_xdata() == pytest.approx([2**0.5])
    smallest, places = axes.lines[0].get_ydata(), axes.lines[0].get_xdata()
    assert min(y for x, y in zip(places, smallest) if abs(x - 5**0.5) < 1e-5) < 1e-4 * max(smallest)
    path = tmp_path / "picture.png"
    with pytest.raises(SystemExit) as stop:
        main(["locus", HALF_TURN, "--plot", str(path), "--descriptor", "power-spectrum:n_max=3,l_max=6,cutoff=20"])
    assert stop.value.code == 0 and path.read_bytes()[:4] == b"\x89PNG"
    capsys.readouterr()


@pytest.mark.parametrize(
    "options, words",
    [
        (["--descriptor", "ace"], "give --plot PICTURE.png"),
        (["--plot", "x.png", "--descriptor", "nothing"], "nothing"),
        (["--plot", "x.png", "--out", "x.png"], "give two files"),
        (["--plot", HALF_TURN], "this is the input itself"),
        (["--plot", "x.png", "--descriptor", "distances"], "fewer features than the rank, 9"),
    ],
    ids=lambda x: None if isinstance(x, list) else x.split()[0],
)
def test_what_cannot_be_drawn_is_said(options, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(["locus", HALF_TURN, *options])
    err = capsys.readouterr().err
    assert stop.value.code == 2 and words in err and err.count("\n") == 1 and not list(tmp_path.iterdir())


@pytest.mark.soak
def test_against_the_oracle_at_length():
    print("families, points:", held_against_the_oracle(range(4, 200)))
