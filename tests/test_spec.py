"""SPECs: one language for descriptors and peers; what it says comes back, and every refusal says what to give."""

import re
from dataclasses import dataclass, fields
from fractions import Fraction
from keyword import iskeyword

import numpy as np
import pytest
from hypothesis import given, strategies as st

from symsens.descriptors import CLASSES, NAMES, descriptor
from symsens.errors import SpecError
from symsens.peers import PEERS, peer
from symsens.spec import (
    Parameters,
    choice,
    integer,
    parameter,
    parse_spec,
    rational,
    rationals,
    real,
    reals,
    switch,
    symbols,
    tuples,
)

BOTH = [(name, NAMES, descriptor) for name in NAMES] + [(name, PEERS, peer) for name in PEERS]
KEYED = [case for case in BOTH if case[1][case[0]]().parameters()]


@dataclass(frozen=True)
class Sample(Parameters):
    """One parameter of each kind."""

    name = "sample"
    n: int = integer(2, low=1, high=9)
    m: int = integer(0, low=0)
    k: int | None = integer(None, low=-1)
    a: Fraction = rational(1, above=0, most=5)
    b: Fraction = rational(0, most=1)
    c: Fraction | None = rational(None, least=0)
    x: float = real(0.5, above=0)
    y: float | None = real(None, least=-1, most=1)
    r: tuple = rationals((1, 2))
    e: tuple = rationals((), least=0, empty=True)
    f: tuple = reals((1,))
    g: tuple = tuples("eta/R_s", ((1, 2),), help="of each G, Angstrom^-2 and Angstrom")
    z: tuple | None = symbols()
    w: str = choice("red", ("red", "green"), help="colour")
    s: bool = switch(False)
    p: object = parameter(None, len, help="a length")
    lambda_: Fraction = rational(1)


def sample(spec):
    return parse_spec(spec, {"sample": lambda: Sample}, "toy")


def refusal(make, *arguments, **options):
    with pytest.raises(SpecError) as caught:
        make(*arguments, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name, names, parse", BOTH, ids=lambda x: x if isinstance(x, str) else "")
def test_every_name_gives_its_class_and_back(name, names, parse):
    made = parse(name)
    assert type(made) is names[name]() and made.name == name
    assert parse(str(made)) == made and str(parse(str(made))) == str(made)
    for word, (default, help) in made.parameters().items():
        assert parse(f"{name}:{word}={default}") == made
        assert help


@pytest.mark.parametrize("name, names, parse", KEYED, ids=lambda x: x if isinstance(x, str) else "")
def test_wrong_keys_are_refused_alike(name, names, parse):
    for key, (default, _) in names[name]().parameters().items():
        assert refusal(parse, f"{name}:{key}x=1") == f"{name}: unknown parameter '{key}x': did you mean {key}?"
        assert refusal(parse, f"{name}:{key}") == f"{name}: {key} has no value: give {key}=value"
        assert refusal(parse, f"{name}:{key}={default},{key}={default}") == f"{name}: {key} is given twice"
    others = ", ".join(names[name]().parameters())
    assert refusal(parse, f"{name}:?=1") == f"{name}: unknown parameter '?': it has {others}"


@pytest.mark.parametrize(
    "parse, kind, wrong, right",
    [
        (descriptor, "descriptor", "power-spectum", "power-spectrum"),
        (peer, "peer", "dscribe-sop", "dscribe-soap"),
    ],
)
def test_wrong_names_are_refused_alike(parse, kind, wrong, right):
    assert refusal(parse, wrong) == f"unknown {kind} '{wrong}': did you mean {right}?"
    names = ", ".join(NAMES | CLASSES if kind == "descriptor" else PEERS)
    assert refusal(parse, ":n=1") == f"unknown {kind} '': use one of {names}"


# A SPEC, the one that `str` gives.
@pytest.mark.parametrize(
    "parse, spec, canonical",
    [
        (descriptor, "acsf:eta=0.05:2,lambda=1,kappa=,zeta=NONE", "acsf:eta=1/20:2,kappa=none,zeta=none,lambda=1"),
        (
            descriptor,
            "power-spectrum:l_max=3,n_max=4.0,cutoff=5,centre=True",
            "power-spectrum:n_max=4,l_max=3,centre=true",
        ),
        (descriptor, "mbtr:max=none,sigma=0.1", "mbtr:min=0,max=1,n=20,sigma=1/10"),
        (descriptor, "soap-quippy:species=O:H:O", "soap-quippy:n_max=8,l_max=6,species=H:O"),
        (peer, "quippy-soap:species=O:H:O,,normalise=true", "quippy-soap:n_max=8,l_max=6,normalise=true,species=H:O"),
        (peer, "dscribe-acsf:g2=,g3=.5,g4=1/3/-1:1e1/2/1", "dscribe-acsf:g2=none,g3=0.5,g4=1.0/3.0/-1.0:10.0/2.0/1.0"),
        (peer, "dscribe-mbtr:n=9,scale=1/4,r_cut=none", "dscribe-mbtr:n=9,scale=0.25"),
        (
            peer,
            "featomic-power-spectrum:spline_accuracy=1e-8,width=0",
            "featomic-power-spectrum:max_radial=7,max_angular=6,width=0.0,spline_accuracy=1e-08",
        ),
    ],
)
def test_a_spec_comes_back(parse, spec, canonical):
    made = parse(spec)
    assert parse(canonical) == made and hash(parse(canonical)) == hash(made)
    assert parse(str(made)) == made
    assert str(made) == canonical


def test_a_descriptor_without_parameters_has_no_key():
    @dataclass(frozen=True)
    class Bare(Parameters):
        name = "bare"

    assert str(Bare()) == "bare" and Bare.parameters() == {}
    assert refusal(parse_spec, "bare:n=1", {"bare": lambda: Bare}) == "bare: unknown parameter 'n': it has none"


# Every kind of parameter: key, values, what is kept.
@pytest.mark.parametrize(
    "key, values, kept",
    [
        ("n", ["3", 3, np.int64(3), 3.0, "3.0", Fraction(6, 2)], 3),
        ("m", ["1000000", 10**6], 10**6),
        ("k", ["none", "None", None], None),
        ("k", ["-1", -1], -1),
        ("a", ["0.1", 0.1, "1/10", Fraction(1, 10), "1e-1", np.float64(0.1)], Fraction(1, 10)),
        ("c", ["none", None], None),
        ("x", ["0.1", 0.1, "1/10", Fraction(1, 10), "1e-1", np.float64(0.1)], 0.1),
        ("x", ["4", 4, np.int64(4)], 4.0),
        ("y", ["none", None], None),
        ("r", ["1:0.5", (1, 0.5), [1, "1/2"], np.array([1, 0.5])], (1, Fraction(1, 2))),
        ("r", ["3", 3, [3], (3,)], (3,)),
        ("e", ["", "none", None, (), [], np.zeros(0)], ()),
        ("f", ["1:.5", (1, 0.5), [1.0, 0.5]], (1.0, 0.5)),
        ("f", [range(1, 3), "1:2"], (1.0, 2.0)),
        ("f", ["", "none", None, ()], ()),
        ("g", ["1/.5:2/1", ((1, 0.5), (2, 1)), [[1, 0.5], ["2", 1]], np.array([[1, 0.5], [2, 1]])], ((1, 0.5), (2, 1))),
        ("g", ["3/4", [(3, 4)], ["3/4"]], ((3, 4),)),
        ("g", ["", "none", None, ()], ()),
        ("z", ["O:H:O", ["O", "H"], ("H", "O"), {"H", "O"}], ("H", "O")),
        ("z", ["", "none", None, (), []], None),
        ("w", ["green"], "green"),
        ("s", ["true", "True", True, np.bool_(True)], True),
        ("s", ["false", "FALSE", False, np.bool_(False)], False),
        ("p", ["none", None], None),
        ("p", ["abc", [1, 2, 3]], 3),
    ],
)
def test_a_value_is_read_alike_from_a_word_and_from_python(key, values, kept):
    for value in values:
        made = Sample(**{key: value})
        found = getattr(made, key)
        assert found == kept and type(found) is type(kept)
        if isinstance(value, str):
            assert sample(f"sample:{key}={value}") == made
        if key != "p":
            assert sample(str(made)) == made


@pytest.mark.parametrize(
    "key, values, wanted",
    [
        ("n", ["0", "10", "2.5", "x", "nan", "inf", "", 0, 10, 2.5, None, [3]], "an integer from 1 to 9"),
        ("n", [True, False, np.bool_(True), "true"], "an integer from 1 to 9"),
        ("m", ["-1", -1, "none", False, np.nan], "an integer from 0 up"),
        ("k", ["-2", True], "an integer from -1 up"),
        ("a", ["0", "-1", "5.01", "x", "nan", "inf", 0, np.inf, True, None, "1e99999", 1j], "a number above 0 up to 5"),
        ("b", ["1.01", 2], "a number up to 1"),
        ("c", ["-1", "nan"], "a number from 0 up"),
        ("x", ["0", "-1", "nan", "inf", np.nan, np.inf, True, None, [1.0]], "a number above 0"),
        ("x", ["1e400", "1e-400", 10**400, Fraction(1, 10**400)], "a number above 0"),
        ("y", ["-1.01", "1.01", 2], "a number from -1 to 1"),
        ("r", ["none:1", "1:x", (1, "x"), [None]], "a number"),
        ("r", ["", (), []], "at least one number"),
        ("r", ["none", None, True], "a number"),
        ("e", ["1:-1", [1, -1]], "a number from 0 up"),
        ("f", ["1:nan", "1/2/3", (1, np.inf), "x-y", [(1, 2)]], "a number"),
        ("g", ["1", "1/2:3", "1/2/3", "1/inf", "a/b", "1/"], "numbers eta/R_s, or several such joined by :"),
        ("g", [(1, 2), [(1, 2), (3,)], [(1, None)], [(1, True)]], "numbers eta/R_s, or several such joined by :"),
        ("z", ["H:Hx", ["H", "Hx"]], "chemical symbols joined by :, not 'Hx': did you mean H?"),
        ("z", [6, [6]], "chemical symbols joined by :, not 6"),
        ("w", ["greem"], "one of red, green: did you mean green?"),
        ("w", ["1", "", None, 1, ["?"], np.array(["?"])], "one of red, green"),
        ("s", ["yes", "1", "", 1, 0, None, [True]], "true or false"),
    ],
)
def test_a_wrong_value_is_refused_with_what_to_give(key, values, wanted):
    for value in values:
        said = refusal(Sample, **{key: value})
        assert said.startswith(f"sample: {key}=") and said.endswith(f": give {wanted}"), (value, said)
        if isinstance(value, str):
            assert refusal(sample, f"sample:{key}={value}") == said


def test_a_refusal_names_the_value_in_one_line():
    assert refusal(Sample, n="1\n2") == "sample: n=1 2: give an integer from 1 to 9"
    assert refusal(Sample, lambda_="x") == "sample: lambda=x: give a number"
    assert refusal(Sample, g=((1, 2), (3,))).startswith("sample: g=1/2:3: give numbers eta/R_s")


def test_the_listing_of_parameters():
    found = Sample.parameters()
    assert [found[key][0] for key in ("n", "k", "a", "x", "e", "g", "s", "lambda")] == [
        "2",
        "none",
        "1",
        "0.5",
        "none",
        "1.0/2.0",
        "false",
        "1",
    ]
    assert (
        found["w"] == ("red", "colour: red, green") and found["g"][1] == "eta/R_s of each G, Angstrom^-2 and Angstrom"
    )


@pytest.mark.parametrize("name, names, parse", BOTH, ids=lambda x: x if isinstance(x, str) else "")
def test_docstrings_list_every_parameter_with_its_unit_and_default(name, names, parse):
    cls = names[name]()
    summary, blank, *rest = cls.__doc__.splitlines()
    assert summary.endswith(".") and not blank and len(summary) <= 110
    listed = cls.__doc__.partition("\nParameters\n----------\n")[2].splitlines()
    assert [line.partition(" : ")[0] for line in listed] == [entry.name for entry in fields(cls)]
    for line, (word, (default, help)) in zip(listed, cls.parameters().items()):
        assert line == f"{word}{'_' * iskeyword(word)} : {help} (default {default})"
        if re.search(r"cutoff$|r_?cut$|acut$|^width$|^sigma$|^R_s$|^eta|^kappa$|bin_min|^min$|^max$", word):
            assert re.search(r"Angstrom|unit of the geometry|those of G2", help), line


def test_a_class_derived_from_another_lists_what_both_have():
    @dataclass(frozen=True)
    class More(Sample):
        """A sample with more."""

        x: float = real(2.5, help="changed, Angstrom")
        y: int = integer(3, 0, help="new")

    assert More.__doc__.count("Parameters\n---") == 1 and Sample.__doc__.count("Parameters\n---") == 1
    assert "x : changed, Angstrom (default 2.5)" in More.__doc__ and "y : new (default 3)" in More.__doc__
    assert "changed" not in Sample.__doc__ and "w : colour: red, green (default red)" in More.__doc__


floats = st.floats(allow_nan=False, allow_infinity=False)


@given(floats, st.lists(floats), st.lists(st.tuples(floats, floats)), st.fractions(min_value=0))
def test_no_digit_is_lost(x, f, g, c):
    made = Sample(x=abs(x) or 1, f=f, g=g, c=c)
    assert (made.x, made.f, made.g, made.c) == (abs(x) or 1, tuple(f), tuple(g), c)
    assert sample(str(made)) == made


def test_a_peer_keeps_its_values_as_its_package_takes_them():
    made = PEERS["dscribe-acsf"]()(4, g2=[[1, 0.5]], g3=[2], g4=(), species=["O", "H"])
    assert made == peer("dscribe-acsf:r_cut=4,g2=1/0.5,g3=2,g4=none,species=H:O")
    assert (made.r_cut, made.g2, made.g3, made.g4, made.species) == (4.0, ((1.0, 0.5),), (2.0,), (), ("H", "O"))
    assert type(made.r_cut) is type(made.g3[0]) is type(made.g2[0][0]) is float
    assert type(peer("quippy-soap:n_max=3").n_max) is int and peer("quippy-soap:normalise=true").normalise is True
    assert refusal(PEERS["quippy-soap"](), cutoff=float("nan")) == "quippy-soap: cutoff=nan: give a number above 0"
    assert refusal(PEERS["quippy-soap"](), n_max=True) == "quippy-soap: n_max=true: give an integer from 1 up"
