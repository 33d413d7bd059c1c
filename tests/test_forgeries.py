"""Forged certificates and hostile files: each is refused in one line, within a second, whatever it asks for.

Those of the first table were accepted by an earlier checker, or ended it with a traceback, a hang or an abort.
"""

import json
import subprocess
import sys
import time
from copy import deepcopy
from fractions import Fraction

import pytest
from checker_cases import STORED, put, stored

from symsens.checker import Malformed, Refuted, check, load
from symsens.checker.limits import MAX_FILE
from symsens.checker.report import verify
from symsens.checker.trees import degree, tree

TWO = {  # two neighbours without symmetry: rank D_2 = 3 of 6
    "field": "QQ",
    "centre": "C",
    "species": ["H", "H"],
    "positions": [["1", "2", "3"], ["1", "0", "1"]],
    "metric": [["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]],
    "tie": None,
}


def closed_form(form, **changes):
    """A certificate of one closed form on the two neighbours of `TWO`, its Jacobian not zero in the first column."""
    above = stored("two")
    feature = {
        "label": "f",
        "terms": [{"species": ["H", "H"], "distinct": False, "form": form, "inside": [], "regular": []}],
    }
    return {
        "schema": "symsens/closed-form-certificate/1",
        "above": above,
        "descriptor": "label",
        "definitions": [],
        "constants": [],
        "features": [feature],
        "complete": True,
        "claims": {"rank": 1, "nullity": 5, "radial_truncation": 2},
        "pivot_columns": [0],
        "left_inverse": [["1/16"]],  # d/dx_0 of sum_jk s_j = 4 x, of which the first entry is 4; 1/16 is good enough
        "bits": 100,
        **changes,
    }


SUM = ["s", 1]
ONE, ZERO, HUGE = ["num", "1"], ["num", "0"], ["num", "9" * 400]
NAN = ["^", ["exp", ["d", 1, 2]], "0"]  # whose degree was nan once


def in_form(form):
    return closed_form(["+", SUM, form])


def in_constant(matrix, left=None):
    return closed_form(
        ["+", SUM, ["*", ["num", "0"], ["const", 0, 0, 0]]], constants=[{"left": left, "matrix": matrix}]
    )


def nested(operation, depth, form=SUM):
    for _ in range(depth):
        form = [*operation, form]
    return form


def with_above(**descriptor):
    """The closed form with a polynomial certificate of another descriptor as its upper bound."""
    certificate = closed_form(SUM, complete=False, claims={"rank": 1, "nullity": 5, "radial_truncation": 0})
    certificate["above"] = {**stored("two-one-feature"), **descriptor}
    return certificate


def beyond_degree(form):
    """Three neighbours and l_max = 1: the form is not of degree 1 in d, whatever it may look like."""
    certificate = stored("closed-cutoff")
    little = ["*", ["num", f"1/{10**12}"], form]
    return put(certificate, "features.0.terms.0.form", lambda true: ["+", true, little])


def by_definition():
    """As `beyond_degree`, the form behind a definition."""
    count = len(stored("closed-cutoff")["definitions"])
    return put(beyond_degree(["def", count]), "definitions", lambda known: [*known, ["*", NAN, ["exp", ["d", 1, 2]]]])


def doubling(count):
    """Definitions, each the product of the one before it with itself."""
    definitions = [["s", 1]] + [["*", ["def", i], ["def", i]] for i in range(count)]
    return closed_form(
        ["+", SUM, ["*", ["num", "0"], ["exp", ["*", ["num", "-1"], ["def", count]]]]], definitions=definitions
    )


def many_neighbours(count, digits, same):
    certificate = stored("none")
    denominator = lambda i: 10**digits + (0 if same else i)
    certificate["environment"]["species"] = ["H"] * count
    certificate["environment"]["positions"] = [
        [f"{j + 1}/{denominator(3 * j + c)}" for c in range(3)] for j in range(count)
    ]
    return certificate


def cyclic():
    form = ["exp"]
    form.append(form)
    return in_form(form)


def shared(depth):
    form = SUM
    for _ in range(depth):
        form = ["+", form, form]
    return in_form(form)


FORGED = {
    # false statements
    "an upper bound of another descriptor": (with_above(), "above.descriptor.features: expected null"),
    "an upper bound of a descriptor without features": (
        with_above(descriptor={"name": "x", "l_max": None, "features": None}),
        "above.descriptor.l_max",
    ),
    "a degree that is nan": (beyond_degree(["*", NAN, ["exp", ["d", 1, 2]]]), "not a polynomial of degree <= l_max"),
    "a degree that is nan, by a definition": (by_definition(), "not a polynomial of degree <= l_max"),
    "a condition on the angle": (
        put(stored("closed-cutoff"), "features.0.terms.0.inside", [["+", ONE, ["^", NAN, "0"]]]),
        "not a polynomial of degree <= l_max",
    ),
    "an unsymmetric matrix": (in_constant([[["num", "2"], ONE], [ZERO, ["num", "2"]]]), "not symmetric"),
    # text
    **{
        f"a name with {text!r}": (put(stored("F1-power-spectrum"), "descriptor.name", f"x{text}= rank"), "printable")
        for text in ("\n", "\r", "\x1b[2K", "\u2028", "\u202e", "\ud800", "\x00", "\t")
    },
    "a closed form's name with a newline": (put(stored("closed-gto"), "descriptor", "x\n  = rank J = 9"), "printable"),
    "a label with a newline": (put(stored("closed-gto"), "features.0.label", "x\ny"), "printable"),
    "a long name": (put(stored("closed-gto"), "descriptor", "x" * 1001), "printable"),
    "a species that reads like a statement": (put(stored("F1"), "environment.centre", "H [claims]"), "a species"),
    # sizes
    "an exponent of 10^18": (in_form(["^", SUM, str(10**18)]), "an exponent"),
    "an exponent of -10^18": (in_form(["^", SUM, str(-(10**18))]), "an exponent"),
    "an exponent of 1/10^18": (in_form(["^", SUM, f"1/{10**18}"]), "an exponent"),
    "powers of powers": (in_form(nested_power := ["^", ["^", ["^", SUM, "9999"], "9999"], "9999"]), "left_inverse"),
    "powers of powers in a condition": (
        put(closed_form(SUM), "features.0.terms.0.inside", [nested_power]),
        "has more than .* bits",
    ),
    "a tower of exp": (in_form(nested(["exp"], 30)), "2\\^"),
    "a tower of exp in a condition": (
        put(closed_form(SUM), "features.0.terms.0.regular", [nested(["exp"], 150)]),
        "2\\^",
    ),
    "a tower of exp in a constant": (in_constant([[nested(["exp"], 30, HUGE)]]), "2\\^"),
    "a form 900 deep": (in_form(nested(["exp"], 900)), "nested deeper than"),
    "a form 230 deep": (in_form(nested(["*", ZERO], 230)), "expected an expression tree of depth below 200"),
    "a chain of 3000 products, one inside the other": (in_form(nested(["*", ONE], 3000)), "nested deeper than"),
    "a chain of 3000 products, one after the other": (in_form(["*", ZERO, *[SUM] * 3000]), None),
    "a chain of 3000 definitions": (
        closed_form(
            ["+", SUM, ["*", ZERO, ["def", 2999]]], definitions=[SUM] + [["+", ["def", i], ONE] for i in range(2999)]
        ),
        None,
    ),
    "definitions that double each time": (doubling(100), None),
    "definitions that double 3000 times": (doubling(3000), "2\\^"),
    "nodes shared": (shared(60), "more than .* values"),
    "a cycle": (cyclic(), "nested deeper than"),
    "60 neighbours with denominators of 4300 digits": (many_neighbours(60, 4299, False), "common denominator"),
    "many neighbours": (many_neighbours(257, 1, True), "257 neighbours"),
    "60 neighbours of order 5": (put(many_neighbours(60, 1, True), "nu", 5), "60 neighbours"),
    "a million bits": (closed_form(SUM, bits=10**6), "bits: 1000000 is outside"),
    "many operations": (closed_form(["+", SUM, *[["hyper", [], ["1"], HUGE]]], bits=60_000), None),
    # what once ended the checker
    "a hypergeometric parameter 0": (in_form(["hyper", ["1"], ["0"], SUM]), "lower parameters, positive"),
    "a negative hypergeometric parameter": (in_form(["hyper", ["1"], ["-3"], SUM]), "lower parameters, positive"),
    "more upper parameters than lower ones": (in_form(["hyper", ["1", "1"], ["1"], SUM]), "no more upper ones"),
    "a huge negative upper parameter": (in_form(["hyper", [f"-{10**18}"], ["1"], SUM]), "parameters"),
    "no constant matrix": (in_constant([]), "a square matrix"),
    "an empty constant matrix": (in_constant([[]]), "a square matrix"),
    "a constant matrix that is not square": (in_constant([[ONE, ONE]]), "a square matrix"),
    "constant matrices of two sizes": (in_constant([[ONE]], [[ONE, ZERO], [ZERO, ONE]]), "different sizes"),
    "an overflowing constant matrix": (in_constant([[["^", HUGE, "9999"]]]), None),
    "a constant matrix of 65 rows": (in_constant([[ONE] * 65] * 65), "a square matrix of side 1..64"),
    "a constant that is not there": (in_form(["const", 0, 0, 0]), "there is no constant"),
    "a constant index beyond": (
        put(in_constant([[ONE]]), "features.0.terms.0.form", ["const", 0, 1, 0]),
        "there is no constant",
    ),
    "a constant that names a constant": (in_constant([[["const", 0, 0, 0]]]), "there is no constant"),
    "a constant that names a neighbour": (in_constant([[["d", 1, 2]]]), "depends on the neighbours"),
    "division by an interval that contains zero": (
        in_form(["^", ["+", ["exp", ONE], ["*", ["num", "-1"], ["exp", ONE]]], "-1"]),
        "not proved to be positive",
    ),
    "division by zero": (in_form(["^", ZERO, "-1"]), "not proved to be positive"),
    "zero to the zero": (in_form(["^", ZERO, "0"]), None),
    "a root of a negative number": (in_form(["^", ["num", "-1"], "1/2"]), "not proved to be positive"),
    "a logarithm of zero": (in_form(["log", ZERO]), "not proved to be positive"),
    "a ramp at zero": (in_form(["ramp", ZERO]), "sign is not proved"),
    "an operation that is a list": (in_form([["s", 1]]), "an expression tree"),
    "an operation that is an object": (in_form([{}, 1]), "an expression tree"),
    "an operation that is a number": (in_form([1, 1]), "an expression tree"),
    "a tree that is empty": (in_form([]), "an expression tree"),
    "a negative index": (in_form(["s", -1]), "an index"),
    "a huge index": (in_form(["d", 1, 10**30]), "an index"),
    "an index that is true": (in_form(["s", True]), "an index"),
    "a definition that names itself": (closed_form(SUM, definitions=[["def", 0]]), "does not come before it"),
    "a negative pivot": (closed_form(SUM, pivot_columns=[-1]), "pivot_columns"),
    "a huge pivot": (closed_form(SUM, pivot_columns=[2**62]), "pivot_columns"),
    "a pivot twice": (
        put(closed_form(SUM, pivot_columns=[0, 0]), "features", lambda f: f * 2),
        "pivot_columns",
    ),
    "an inverse too wide": (closed_form(SUM, left_inverse=[["1/4", "1"]]), "left_inverse: not 1 x 1"),
    "an infinite number": (in_form(["num", "Infinity"]), "a rational number"),
    "a number that is nan": (in_form(["num", float("nan")]), "a rational number"),
    "a denominator 0": (in_form(["num", "1/0"]), "a rational number"),
    "no forms": (closed_form(SUM, features=[]), "pivot_columns"),
    "a term of no neighbours": (put(closed_form(SUM), "features.0.terms.0.species", []), "a form of more neighbours"),
    "a term of nine neighbours": (
        put(closed_form(SUM), "features.0.terms.0.species", ["H"] * 9),
        "of a higher order than nu = 2",
    ),
    "too many generators": (put(stored("methane"), "generators", lambda g: g * 400), "more than 1000"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forgery_is_refused_in_one_line_within_a_second(name):
    certificate, reason = FORGED[name]
    start = time.process_time()
    if reason is None:  # nothing false about it: but it must not take long
        with_or_without_proof(certificate)
    else:
        with pytest.raises((Refuted, Malformed), match=reason) as refused:
            check(certificate)
        assert len(str(refused.value)) < 400 and str(refused.value).isprintable()
    assert time.process_time() - start < 1.5


def with_or_without_proof(certificate):
    try:
        statements = check(certificate)
    except Refuted as error:
        assert "2^" in str(error) or "interval operations" in str(error) or "did not converge" in str(error), error
    else:
        assert any(s.startswith("rank J of the 1 closed forms given = 1 of 6") for s in statements)


def test_the_certificate_under_all_these_is_true():
    assert check(closed_form(SUM))[-2].startswith("rank J of the 1 closed forms given = 1 of 6")


def test_forms_left_out_are_left_out_of_the_statement(tmp_path):
    """One form of three, said to be complete under the descriptor's name: true of one form, and so it is printed."""
    certificate = stored("closed-radial")
    name = certificate["descriptor"]
    certificate["features"] = certificate["features"][:1]
    for pivot in certificate["pivot_columns"]:
        certificate |= {"pivot_columns": [pivot], "left_inverse": [["1"]]}
        certificate["claims"] = {"rank": 1, "nullity": 11, "radial_truncation": 3}
        scale = refused_scale(certificate)
        if scale:
            break
    certificate["left_inverse"] = [[scale]]
    statements = check(certificate)
    assert statements[-2].startswith("rank J of the 1 closed forms given = 1 of 12")
    assert not any(name in statement for statement in statements)
    path, lines = tmp_path / "c.json", []
    path.write_text(json.dumps({"schema": "symsens/certificates/1", "certificates": [certificate]}))
    assert verify([path], False, lines.append, lines.append) == 0
    assert [line for line in lines if name in line] == [f"  label: descriptor: {name}"]
    assert all(line.endswith("]") for line in lines if line.startswith("  ="))


def refused_scale(certificate):
    """A factor of the left inverse for which a certificate of rank 1 is accepted."""
    for scale in (sign * Fraction(2) ** k for k in range(-8, 9) for sign in (1, -1)):
        try:
            check({**certificate, "left_inverse": [[str(scale)]]})
        except Refuted:
            continue
        return str(scale)
    return None


def test_no_form_at_all_proves_nothing_but_rank_0_of_no_forms():
    empty = closed_form(SUM, features=[], pivot_columns=[], left_inverse=[])
    empty["claims"] = {"rank": 0, "nullity": 6, "radial_truncation": 3}
    assert check(empty)[-2].startswith("rank J of the 0 closed forms given = 0 of 6")


D = ["d", 1, 2]


@pytest.mark.parametrize(
    ("form", "bound"),
    [
        (D, 1),
        (["s", 1], 0),
        (["+"], 0),
        (["*"], 0),
        (["*", D, D, ["exp", ["s", 1]]], 2),
        (["+", D, ["*", D, D]], 2),
        (["^", D, "7"], 7),
        (["^", D, "0"], 0),
        (["^", ["^", D, "3"], "5"], 15),
        (["^", D, "1/2"], None),
        (["^", D, "-1"], None),
        (["^", ["s", 1], "-1/2"], 0),
        (["exp", D], None),
        (["^", ["exp", D], "0"], None),
        (["*", ["num", "0"], ["exp", D]], None),
        (["+", D, ["log", D]], None),
        (["hyper", ["-2"], ["1"], D], None),
        (["hyper", ["1"], ["2"], ["s", 1]], 0),
        (["ramp", D], None),
        (["pi"], 0),
        (["const", 0, 0, 0], 0),
        (["def", 0], 3),
        (["def", 1], None),
        (["*", ["def", 0], ["def", 0]], 6),
        (["^", ["def", 1], "0"], None),
    ],
)
def test_a_degree_is_a_natural_number_or_none(form, bound):
    found = degree(tree(form, "form"), [3, None])
    assert found == bound and type(found) in (int, type(None))


# Files.


HOSTILE = {
    "NaN": ('{"schema": NaN}', "file"),
    "Infinity": ('{"schema": "symsens/certificates/1", "certificates": [-Infinity]}', "expected an object"),
    "an integer too large": ('{"schema": ' + "9" * 10**6 + "}", "not a JSON certificate file"),
    "keys twice": ('{"schema": 1, "schema": 1}', "repeats one of its keys"),
    "surrogates in keys": ('{"\\ud800": 1}', "exactly the keys"),
    "a lone surrogate": ('"\\ud800\\n"', "expected an object"),
    "depth": ("[" * 10**6, "not a JSON certificate file"),
    "depth of objects": ('{"a":' * 10**5, "not a JSON certificate file"),
    "many values": (lambda: "[" + "0," * (10**7) + "0]", "more than 4194304 values"),
    "many lists": (
        lambda: '{"schema": "symsens/certificates/1", "certificates": [{"schema": [' + "[]," * 5 * 10**6 + "0]}]}",
        "more than 4194304 values",
    ),
    "size": (lambda: "x" * (MAX_FILE + 1), f"larger than {MAX_FILE} bytes"),
    "100 MB": (lambda: "0" * 10**8, f"larger than {MAX_FILE} bytes"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_one_line_and_exit_code_2(name, tmp_path):
    text, reason = HOSTILE[name]
    path, said, complained = tmp_path / "c.json", [], []
    path.write_text(text() if callable(text) else text)
    start = time.process_time()
    assert verify([path], False, said.append, complained.append) == 2
    assert time.process_time() - start < 2
    assert not said and len(complained) == 1 and complained[0].isprintable() and reason in complained[0]


def test_depth_is_refused_where_somebody_has_raised_the_limit_of_recursion():
    """Some packages do so when they are imported; the stack of the process would end first."""
    code = (
        "import sys; sys.setrecursionlimit(10**6)\n"
        "from symsens.checker import Malformed, load\n"
        "try: load('[' * 10**6)\n"
        "except Malformed: print(sys.getrecursionlimit())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "1000000\n")


def test_what_is_no_text_or_not_there_is_one_line(tmp_path):
    path, lines = tmp_path / "new\nline \udce9.json", []
    assert verify([path, tmp_path, "\0"], False, print, lines.append) == 2
    path.write_bytes(b"\xff\xfe")
    assert verify([path], False, print, lines.append) == 2
    assert len(lines) == 4 and all(line.isprintable() and line.isascii() for line in lines)


def test_an_error_in_the_checker_itself_is_no_proof_and_no_traceback(monkeypatch):
    lines = []
    monkeypatch.setattr("symsens.checker.report.check", lambda certificate: 1 / 0)
    assert verify([STORED / "F1.json"], False, print, lines.append) == 2
    assert "the checker failed: ZeroDivisionError" in lines[0]


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, {"schema": []}, {"schema": {}}, {1: 2}, b"", float("nan")])
def test_what_is_no_certificate_is_malformed(value):
    with pytest.raises(Malformed):
        check(value)
    with pytest.raises(Malformed):
        check({"schema": "symsens/closed-form-certificate/1", "above": value})


def run_module(*arguments):
    command = [sys.executable, "-m", "symsens.checker", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_the_module_prints_what_the_command_prints_with_its_exit_codes(tmp_path, capsys):
    from symsens.cli import main

    false, bad = tmp_path / "false.json", tmp_path / "bad.json"
    changed = put(stored("F1"), "claims.rank", 9)
    false.write_text(json.dumps({"schema": "symsens/certificates/1", "certificates": [changed]}))
    bad.write_text("nonsense")
    for files, code in (
        ([STORED / "F1.json", STORED / "closed-gto.json"], 0),
        ([STORED / "F1.json", false], 1),
        ([false, bad, STORED / "F1.json", tmp_path / "missing.json"], 2),
    ):
        for options in ([], ["--quiet"]):
            done = run_module(*options, *files)
            with pytest.raises(SystemExit) as stop:
                main(["verify", *options, *map(str, files)])
            out, err = capsys.readouterr()
            assert (done.returncode, done.stdout, done.stderr) == (code, out, err) and stop.value.code == code
            assert len(err.splitlines()) == 2 * (code == 2) and all(
                line.startswith("symsens: ") for line in err.splitlines()
            )
    assert run_module().returncode == 2 and run_module("--help").returncode == 0 and run_module("--no").returncode == 2


def test_what_was_proved_of_what_is_printed():
    statements = check(stored("slab"))
    assert "4 neighbours (C 2, H 2) of a centre C: H (2, 0, 0), H (0, 2, 0), C (0, 0, 5), C (0, 0, -5)" in statements[0]
    assert "atoms 1, 2, 3: the centre is atom 3 and moves, the neighbours are atoms 1, 2, 3, 3" in statements[1]
    assert "metric (1, -1/2, 0) (-1/2, 1, 0) (0, 0, 8/3)" in check(stored("hexagonal"))[0]
    assert "order nu = 3" in check(stored("F1-nu3"))[1] and "neighbours move" in check(stored("F1-nu3"))[1]


def test_the_digest_is_of_the_numbers_and_not_of_their_spelling():
    digests = set()
    for x in ("5", "10/2", "005", "5000000/1000000"):
        digests.add(check(put(stored("F1"), "environment.positions.0.0", x))[0].split("SHA-256 ")[1])
    other = check(put(stored("F1"), "environment.centre", "Y"))[0].split("SHA-256 ")[1]
    assert len(digests) == 1 and other not in digests and len(other.split()[0]) == 64


def test_long_positions_are_left_to_the_digest():
    certificate = put(stored("one"), "environment.positions", lambda p: [[f"{x}{'0' * 500}" for x in p[0]]])
    assert "H (long);" in check(certificate)[0]


@pytest.mark.parametrize("name", ["F1", "F1-nu3", "angular", "closed-gto"])
def test_every_statement_about_all_features_says_that_they_are_o3(name):
    scope = [statement for statement in check(stored(name)) if "no smooth" in statement or "whatever" in statement]
    assert scope and all("O(3)" in statement for statement in scope)
    assert ("SO(3) feature of triple products may" in scope[0]) == (name == "F1-nu3")


def test_labels_are_printed_as_labels(tmp_path):
    certificate = put(stored("F1"), "labels", {"file": "F1.extxyz", "atom": "0"})
    path, lines = tmp_path / "c.json", []
    path.write_text(json.dumps({"schema": "symsens/certificates/1", "certificates": [certificate]}))
    assert verify([path], False, lines.append, lines.append) == 0
    assert lines[-2:] == ["  label: file: F1.extxyz", "  label: atom: 0"]
    for labels in ({"a b": "x"}, {"a": "x\n"}, {"a": 1}, [], {str(i): "x" for i in range(33)}):
        with pytest.raises(Malformed, match="labels"):
            check(put(stored("F1"), "labels", labels))


def test_numbers_of_more_digits_than_python_converts_are_read():
    certificate = deepcopy(stored("one"))
    for vector in certificate["levels"][0]["null_vectors"]:
        vector[:] = [f"{x}{'0' * 6000}" for x in vector]
    assert check(certificate)
    assert load(json.dumps({"schema": "symsens/certificates/1", "certificates": [certificate]}))
