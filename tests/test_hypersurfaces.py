"""Singular loci of triangles and tetrahedra: factors of minors, their names, a document."""

import shutil
import subprocess
from itertools import combinations

import pytest
import sympy
from sympy import Rational, Symbol, cos, exp, sqrt

from symsens import InputError
from symsens.cli import main
from symsens.jobs.derivation import derive, named
from symsens.search.hypersurfaces import singular_hypersurfaces

S1, S2 = (Symbol(f"s_{j}", positive=True) for j in (1, 2))
D = Symbol("d_12", real=True)
CASES = [
    ("distances", 2, 2, ["s_1 - s_2"]),
    ("distances", 3, 3, ["s_1 - s_2", "s_1 - s_3", "s_2 - s_3"]),
    ("distances", 4, 4, [f"s_{j} - s_{k}" for j, k in combinations(range(1, 5), 2)]),
    ("angles", 2, 3, ["s_1 - s_2"]),
    ("angles", 3, 6, []),
    ("radial:n_max=3,radial=monomial", 2, 2, ["s_1 - s_2"]),
    ("power-spectrum:n_max=2,l_max=2,radial=monomial", 2, 3, ["s_1 - s_2"]),
    ("bispectrum:n_max=2,l_max=1,radial=monomial", 2, 3, ["s_1 - s_2"]),
    ("power-spectrum:n_max=2,l_max=1", 2, 3, ["s_1 - s_2"]),
    ("power-spectrum:n_max=2,l_max=2", 3, 6, []),
]


@pytest.mark.parametrize("spec, n, rank, factors", CASES)
def test_known_loci(spec, n, rank, factors):
    found = derive(spec, n, locus=True).locus
    assert found.rank == rank and [str(factor) for factor in found.factors] == factors


def by_sympy(rows):
    """The irreducible factors of the greatest common divisor of all largest minors."""
    width = len(rows[0])
    minors = [sympy.Matrix(chosen).det() for chosen in combinations(rows, width)]
    common = sympy.gcd_list([sympy.expand(minor) for minor in minors])
    return {sympy.expand(f / sympy.Poly(f).LC()) for f, _ in sympy.factor_list(common)[1]}


@pytest.mark.parametrize("seed", range(8))
def test_against_all_minors_by_sympy(seed):
    """Columns with planted factors; every minor is taken."""
    from random import Random

    draw = Random(seed)
    small = lambda: draw.randint(-3, 3)
    form = lambda: small() * S1 + small() * S2 + small() * D + small()
    planted = draw.choice([S1 - S2, D, S1 + 2 * D, D**2 - S1 * S2])
    rows = [[form() * planted, form(), form()] for _ in range(4)]
    if seed % 2:  # rank falls where planted is 0 although no column is 0 there
        rows = [[a + 2 * b, b, c] for a, b, c in rows]
    found = singular_hypersurfaces(rows)
    normal = {sympy.expand(f / sympy.Poly(f).LC()) for f in found.factors}
    assert found.rank == 3 and normal == by_sympy(rows)
    assert sympy.expand(planted / sympy.Poly(planted).LC()) in normal


def test_a_factor_of_some_minors_only_is_none():
    rows = [[S1 - S2, 0 * D], [0 * D, S1 - S2], [S1, D], [1 + D, S2]]
    assert singular_hypersurfaces(rows[:2]).factors == (S1 - S2,)
    assert singular_hypersurfaces(rows).factors == ()


def test_lengths_and_exponentials_are_coordinates():
    lengths = [[1 / (2 * sqrt(s)) for s in (S1, S2)], [sympy.S.One] * 2]
    assert singular_hypersurfaces(lengths).factors == (sqrt(S1) - sqrt(S2),)
    decay = [[exp(-s * Rational(3, 2)) for s in (S1, S2)], [exp(-s / 2) for s in (S1, S2)]]
    assert singular_hypersurfaces(decay).factors == (exp(-S1 / 2) - exp(-S2 / 2),)
    assert named(exp(-S1 / 2) - exp(-S2 / 2)) == named(sqrt(S1) - sqrt(S2)) == named(S1 - S2) == "equal radii"
    assert named(D) == "a right angle" and named(S1 + D) == "particular to this basis"


def test_what_is_always_lost_is_said():
    blind = derive("power-spectrum:n_max=1,l_max=1,radial=monomial", 3, locus=True)
    assert "not derived, as the rank is ≈" in blind.text and r"$\approx$ 1 of 6" in blind.latex
    found = singular_hypersurfaces([[S1, 2 * S1], [D, 2 * D]])
    assert found.rank == 1 and found.factors == ()
    assert singular_hypersurfaces([[S1, 0 * S1], [S2, 0 * S1]]).columns == (0,)


@pytest.mark.parametrize(
    "rows, words",
    [
        ([[sympy.erf(S1)]], "other functions than exp"),
        ([[cos(S1)]], "the cosine or sine"),
        ([[exp(-S1 * S2)]], "exp"),
        ([[sqrt(S1 + S2 - D)]], "other roots than lengths"),
        ([[1 / D]], "whose denominator may be 0"),
        ([[Symbol("a") * S1]], "other symbols"),
        ([[S1 * sympy.EulerGamma]], "other than polynomials"),
    ],
    ids=str,
)
def test_what_is_refused(rows, words):
    with pytest.raises(InputError, match=words):
        singular_hypersurfaces(rows)


def test_the_command_says_what_is_proved(capsys):
    with pytest.raises(SystemExit):
        main(["derive", "angles", "--neighbours", "2", "--locus"])
    out = capsys.readouterr().out
    assert "rank 3 of 3 internal displacements" in out and "s_1 - s_2 = 0: equal radii" in out
    assert "det(x_j . x_k) = 0: collinear with the centre" in out
    assert "PROVED (no certificate yet: Lemma hypersurface)" in out
    for arguments, words in (
        (["angles", "--neighbours", "5", "--locus"], "of 1 to 4"),
        (["coulomb", "--neighbours", "2", "--locus"], "other symbols"),
        (["angles", "--neighbours", "2", "--document", "--relations"], "leave one out"),
    ):
        with pytest.raises(SystemExit) as stop:
            main(["derive", *arguments])
        err = capsys.readouterr().err
        assert stop.value.code == 2 and words in err and err.count("\n") == 1


@pytest.mark.parametrize(
    "spec, n, more",
    [
        ("distances", 2, ["--jacobian", "--locus"]),
        ("angles", 2, ["--jacobian", "--locus"]),
        ("power-spectrum:n_max=2,l_max=2", 3, ["--jacobian", "--locus"]),
        ("mbtr", 2, ["--jacobian"]),
    ],
)
def test_documents_compile(spec, n, more, tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["derive", spec, "--neighbours", str(n), "--document", *more])
    text = capsys.readouterr().out
    assert stop.value.code == 0 and text.startswith(r"\documentclass") and text.endswith("\\end{document}\n")
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is missing: apt-get install texlive-latex-base")
    (tmp_path / "derived.tex").write_text(text)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "derived.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-500:]
    assert "Overfull" not in done.stdout
