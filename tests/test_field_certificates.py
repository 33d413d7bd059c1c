"""Certificates over number fields as they are written: the checker proves what was found, or a rule says why not."""

import json
import random
from fractions import Fraction
from itertools import product

import pytest
from field_cases import PROBLEMS
from test_field_environments import FIVE, with_pole

from symsens.certificates import rules
from symsens.certificates.fields import field_certificate, number, seen_irreducible, unread
from symsens.certificates.rules import beyond_limits
from symsens.checker import Refuted, check, environments
from symsens.checker.polynomials import prove_irreducible
from symsens.cli import main
from symsens.descriptors import as_descriptor
from symsens.geometry.environment import Environment
from symsens.jobs.certification import certify
from symsens.numbers.declared import field_of_root, number_field
from symsens.numbers.field import QQ

CUBE, TWO = field_of_root("t", "t^3 - 2", ("1", "2")), number_field("QQ<sqrt(2)>")


def icosahedron():
    s = (1 + FIVE.parse("sqrt(5)")) / 2
    corners = [(0, a, b * s) for a, b in product((1, -1), repeat=2)]
    return Environment("H" * 12, [c[i:] + c[:i] for c in corners for i in range(3)], field=FIVE)


@pytest.mark.parametrize(("nu", "incompleteness"), [(2, 4), (3, 1), (4, 0)])
def test_the_heptagon_is_certified(nu, incompleteness):
    result = certify(with_pole((0, 1, 2, 4)), nu=nu)
    assert str(result.rule) == "Certificate: rule incompleteness"
    statements = check(json.loads(json.dumps(result.certificate)))
    assert result.filtration["incompleteness"] == incompleteness
    assert statements[-1].startswith(f"so rank {12 - incompleteness}, nullity {3 + incompleteness} = 3 + 0 + ")


@pytest.mark.parametrize(
    ("env", "options", "last"),
    [
        (icosahedron(), {}, "so rank 1, nullity 35 = 3 + 32 + 0; symmetry allows rank 1"),
        (icosahedron(), {"vary": "atoms"}, "so rank 1, nullity 38 = 6 + 32 + 0; symmetry allows rank 1"),
        (icosahedron(), {"nu": 3, "chiral": True}, "so rank 1, nullity 35 = 3 + 32 + 0; symmetry allows rank 1"),
        (
            icosahedron(),
            {"descriptor": as_descriptor("power-spectrum:n_max=2,l_max=2,radial=monomial")},
            "so rank 1, nullity 35 = 3 + 32 + 0 + 0 + 0; symmetry allows rank 1",
        ),
        (
            Environment("HHO", [("t", 0, 1), (1, "t^2/3", 0), (0, 1, "2 - t")], field=CUBE),
            {"descriptor": as_descriptor("power-spectrum:n_max=3,l_max=2,radial=monomial")},
            "so rank 6, nullity 3 = 3 + 0 + 0 + 0 + 0; symmetry allows rank 6",
        ),
        (
            Environment("HHH", [("sqrt(2)", 0, 0), (0, "sqrt(2)", 0), (1, 1, 0)], field=TWO),
            {},
            "so rank 3, nullity 6 = 3 + 3 + 0; symmetry allows rank 3",
        ),
    ],
    ids=["icosahedron", "atoms", "chiral", "polynomials", "cubic", "plane"],
)
def test_what_is_certified_is_proved_again(env, options, last):
    result = certify(env, **options)
    assert result.rule.name and result.certificate["point_group"] == result.point_group
    assert check(json.loads(json.dumps(result.certificate)))[-1] == f"{last} [claims]"


def test_the_search_finds_what_the_naive_one_does():
    for name in ("octagon", "two"):
        problem, (rigid, symmetry, incompleteness), order = PROBLEMS[name][0](), *PROBLEMS[name][1:]
        document = problem.field.document
        f = " + ".join(f"({a})*z^{i}" for i, a in enumerate(problem.field.polynomial))
        field = field_of_root("z", f, document["root"])
        of = lambda rows: [[field.element(map(Fraction, map(str, x.poly.coeffs()))) for x in row] for row in rows]  # noqa: B023, E731
        env = Environment(problem.species, of(problem.y), metric=of(problem.metric), field=field)
        result = certify(env, nu=problem.nu)
        dimensions = tuple(result.filtration[level] for level in ("rigid", "symmetry", "incompleteness"))
        assert dimensions == (rigid, symmetry, incompleteness) and result.filtration.moves.stabiliser.order == order
        assert check(result.certificate)[-1] == check(problem.certificate())[-1]


def test_fields_and_numbers_as_they_are_written():
    assert field_certificate(QQ) == "QQ" and number(Fraction(-3, 2)) == "-3/2"
    written = field_certificate(FIVE)
    assert written["generator"] == "a" and written["minimal_polynomial"] == ["-5", "0", "1"]
    assert field_certificate(CUBE) == {
        "generator": "t",
        "minimal_polynomial": ["-2", "0", "0", "1"],
        "root": ["1", "2"],
    }
    assert number(CUBE.parse("1 - t^2/3")) == ["1", "0", "-1/3"] and number(CUBE.parse("1/7")) == "1/7"
    long = CUBE.element([0, Fraction(10**5000)])
    assert number(long) == ["0", "1" + "0" * 5000, "0"]


def test_the_rule_says_what_the_checker_does_not_read(monkeypatch):
    env = Environment("H", [(1, 2, 3)], field=field_of_root("t", "t^12 - 66", ("1", "2")))
    reason = "the checker does not see that the polynomial of QQ<t> is irreducible"
    assert certify(env).rule.reason == reason and prove_irreducible(env.field.polynomial) is None
    wide = field_of_root("t", f"t^2 - {3 * 10**80}", ("0", str(10**42)))
    assert unread(wide) == "the checker does not read so large a field as QQ<t>"
    found = certify(Environment("HH", [(1, 0, 0), (0, "1 + t/3", f"{3**300}*t")], field=CUBE))
    certificate, limit = found.certificate, 900 * 9**2 * 27
    assert check(certificate) and beyond_limits(found.filtration) is None
    for module in (rules, environments):
        monkeypatch.setattr(module, "MAX_ENVIRONMENT", limit)
    assert "does not read dot products of" in beyond_limits(found.filtration)
    with pytest.raises(Refuted, match="are too much to check"):
        check(certificate)
    monkeypatch.undo()
    monomials = as_descriptor("power-spectrum:n_max=2,l_max=2,radial=gto")
    heptagon = certify(with_pole((0, 1, 2, 4)), descriptor=monomials)
    assert heptagon.rule.name is None and heptagon.undecided


def test_the_writer_knows_what_the_checker_sees():
    rng, seen = random.Random(8), set()
    for _ in range(150):
        size = rng.choice([2, 10, 1000, 10**6])
        f = tuple(rng.randint(-size, size) for _ in range(rng.randrange(2, 13))) + (1,)
        seen.add(found := seen_irreducible(f))
        assert found == (prove_irreducible(f) is not None), f
    assert seen == {True, False}


def test_certificates_of_exact_files_are_written_and_verified(tmp_path, capsys):
    source, target = tmp_path / "cubic.env.json", tmp_path / "cubic.json"
    field = {"generator": "t", "minimal_polynomial": "t^3 - 2", "root": ["1", "2"]}
    positions = [["1", "t", "0"], ["t^2/3 + 1", "0", "1"]]
    environment = {"schema": "symsens/environment/1", "field": field, "centre": "C", "species": ["H", "O"]}
    source.write_text(json.dumps({**environment, "positions": positions}))
    for arguments in (["certify", str(source), "--out", str(target)], ["verify", str(target)]):
        with pytest.raises(SystemExit, match="^0$"):
            main(arguments)
    lines = capsys.readouterr().out
    assert "Certificate: rule incompleteness, and point-group for Cs." in lines
    assert "QQ<t>: t^3 - 2 = 0, t in [1, 2], the only root there" in lines and "PROVED" in lines
