"""What a result says of its certificate is true: the rule that it names proves it again, or the reason is one."""

from copy import deepcopy
from dataclasses import replace
from fractions import Fraction

import pytest

import symsens
from symsens import Environment, InputError, Structure, Verdict, certify
from symsens.certificates.exact import certificate_text
from symsens.checker import check
from symsens.checker.exact import RULES
from symsens.checker.report import verify
from symsens.geometry.families import KNOWN_CASES

F1 = next(case.environment for case in KNOWN_CASES if case.name.startswith("F1"))
GENERIC = Environment(("H", "H", "O"), [(1, 0, "0.2"), (0, "1.3", "-0.4"), ("-0.7", "-0.6", "1.1")], "C")
WRITTEN = {
    None: "incompleteness",
    "power-spectrum:n_max=2,l_max=3,radial=monomial": "polynomial-rank",
    "power-spectrum:n_max=3,l_max=3": "closed-form-rank",
    "acsf:cutoff=8": "closed-form-rank",
    "soap-dscribe:n_max=2,l_max=2": "closed-form-rank",
}
NOT_WRITTEN = {
    "coulomb": "no rule for coulomb, which is no sum over tuples",
    "schnet": "no rule for schnet, which is no sum over tuples",
    "chebyshev:angle=theta": "no certificate can hold the function acos",
    "power-spectrum:radial=bessel": "no certificate can hold z_ln",
    "soap-quippy:n_max=1,l_max=1": "Lemma density), and there is no rule for that",
}


@pytest.mark.parametrize("vary", ["neighbours", "atoms"])
@pytest.mark.parametrize("env", [F1, GENERIC], ids=["F1", "generic"])
@pytest.mark.parametrize("spec", WRITTEN)
def test_the_rule_named_is_the_rule_that_proves(spec, env, vary):
    result = certify(env, descriptor=spec, vary=vary)
    assert result.rule.name == WRITTEN[spec] and f"Certificate: rule {WRITTEN[spec]}" in str(result)
    statements = check(result.certificate)
    assert any(statement.endswith(f"[{result.rule.name}]") for statement in statements)
    others = {*RULES, "closed-form-rank"} - {result.rule.name}
    if spec is None:  # a negative control: a rule that does not occur is not found
        assert not any(statement.endswith("[polynomial-rank]") for statement in statements)
    assert result.rule.name in {*RULES, "closed-form-rank"} and others


@pytest.mark.parametrize("spec", NOT_WRITTEN)
def test_a_reason_is_given_where_there_is_no_rule(spec):
    result = certify(GENERIC, descriptor=spec)
    assert result.rule.name is None and NOT_WRITTEN[spec] in result.rule.reason
    assert f"No certificate yet: {result.rule.reason}" in " ".join(str(result).split())
    assert result.as_dict()["rule"] is None
    with pytest.raises(InputError, match="centre 0: "):
        _ = result.certificate


def test_an_undecided_rank_has_no_rule():
    result = certify(GENERIC, descriptor="chebyshev")
    undecided = replace(result, filtration=replace(result.filtration, undecided="rank of J: at least 1, at most 2"))
    assert undecided.rule.name is None and "nothing to certify: rank of J: at least 1" in undecided.rule.reason
    assert "ertificate" not in str(undecided) and "UNDECIDED: rank of J: at least 1, at most 2." in str(undecided)


def test_a_proved_rank_with_wide_intervals_says_so_and_keeps_its_rule(monkeypatch):
    monkeypatch.setattr("symsens.search.truncation.MAX_BITS", 64)
    result = certify(GENERIC, descriptor="chebyshev", digits=300)
    assert result.verdict is Verdict.UNDECIDED and result.filtration.rank == 6 and result.singular_values is None
    assert "the rank of J is proved, = 6, but not its singular values" in str(result)
    assert result.rule.name == "closed-form-rank" and check(result.certificate)


@pytest.mark.parametrize("scale", ["1e30", "1e43", "1e-40"])
@pytest.mark.parametrize("spec", [None, "power-spectrum:n_max=3,l_max=2,radial=monomial"])
def test_certificates_of_huge_and_minute_structures_verify(spec, scale):
    positions = [[Fraction(scale) * c for c in y] for y in F1.positions]
    result = certify(Environment(F1.species, positions, "C"), descriptor=spec)
    assert result.filtration.rank == 8 and check(result.certificate)


def test_editing_a_certificate_does_not_touch_the_next():
    spec = "power-spectrum:n_max=2,l_max=1,radial=monomial"
    first = certify(F1, descriptor=spec).certificate
    kept = deepcopy(first)
    first["descriptor"]["features"][0]["terms"][0][1][0] = 99
    first["environment"]["species"][0] = "X"
    assert certify(F1, descriptor=spec).certificate == kept != first


def test_a_certificate_says_where_it_comes_from_as_labels(tmp_path, capsys):
    strange = tmp_path / "two\nlines.xyz"
    strange.write_text("2\n\nH 0 0 0\nH 0 0 0.7\n" * 3)
    result = certify(Structure.read(str(strange), 2).environment(1), descriptor="distances")
    labels = result.certificate["labels"]
    assert (labels["frame"], labels["atom"], labels["made-by"]) == ("2", "1", f"symsens {symsens.__version__}")
    assert labels["file"].endswith("two?lines.xyz")
    file = tmp_path / "c.json"
    file.write_text(certificate_text([result.certificate]))
    assert verify([str(file)], False, print, print) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  label: frame: 2" in lines and any(line.startswith("  label: descriptor: distances") for line in lines)
    assert all(line.startswith(("  = ", "  label: ", str(file))) for line in lines)


def test_what_the_checker_does_not_read_has_no_certificate():
    many = Environment(("H",) * 257, [(i, i * i % 101, 1 + i**3 % 97) for i in range(257)], "C")
    result = certify(many)
    assert (
        result.verdict is Verdict.PROVED
        and result.rule.reason == "the checker does not read 257 neighbours at order nu = 2"
    )
    fine = Environment(("H", "O"), [(Fraction(1, 2**16400), 0, 1), (0, 1, 2)], "C")
    assert "does not read a common denominator" in certify(fine).rule.reason


def test_numbers_of_more_digits_than_python_writes_are_written_and_verify():
    long = Fraction(10**4400 + 1, 10**4400)
    env = Environment(("H",) * 3, [(long, 0, 0), (0, long, 0), (0, 0, long)], "C")
    result = certify(env)
    assert result.rule.name == "incompleteness" and check(result.certificate)
    near = Environment(("H",) * 3, [(long, 0, 0), (0, 1, 0), (0, 0, 3)], "C")
    assert check(certify(near, nu=1).certificate)


def test_a_rank_that_only_lindemann_and_weierstrass_show_has_no_certificate(monkeypatch):
    """At 10^30 Angstrom the exponentials are far below every number of the intervals."""
    positions = [[Fraction(10) ** 30 * c for c in y] for y in F1.positions]
    monkeypatch.setattr("symsens.search.truncation.MAX_BITS", 192)
    result = certify(Environment(F1.species, positions, "C"), descriptor="power-spectrum:n_max=3,l_max=2")
    assert result.filtration.rank == 8 and result.singular_values is None and result.rule.name is None
    assert "Lindemann-Weierstrass, and no interval shows it" in result.rule.reason
