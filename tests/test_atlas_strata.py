"""The strata of the atlas: what is said to be singular is, what is said to be excluded is, and Theorem (Atlas)."""

import json
import random
from collections import Counter
from functools import cache
from itertools import combinations, product

import numpy as np
import pytest
import sympy

from symsens.budget import BudgetSpent
from symsens.errors import InputError, UndecidedError
from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment
from symsens.geometry.families.polygons import polygon_and_pole
from symsens.jobs.strata import atlas
from symsens.rows.atlas import canonical, named, pair_kinds, patterns
from symsens.rows.filtration import exact_filtration, with_pivots
from symsens.rows.patterns import Pattern, dependencies
from symsens.search import contradictions, realisations, strata
from symsens.search.realisations import exclusion, system
from symsens.search.strata import decide, kind_of, quadratic_form
from symsens.search.tangents import dimension_near
from symsens.search.witnesses import stored_environments
from symsens.verdict import Verdict


@pytest.fixture(scope="module")
def four():
    """The atlas of four neighbours at nu = 2."""
    return atlas(4, 2)


@cache
def gapped(n, nu):
    """The patterns that can lose something."""
    return [pattern for pattern in patterns(n) if pattern.lost(nu)]


def test_all_patterns_of_four_neighbours_with_a_gap_are_realised(four):
    """Theorem (Atlas), the first part; ranks of the rows, by pivots too."""
    assert four.verdict is Verdict.PROVED and len(four.strata) == 46 and len(four.with_gap) == 28
    for stratum in four.with_gap:
        assert stratum.realisable and stratum.dimension is not None
        env = stratum.witness
        found = exact_filtration(env, 2)
        assert named(Displacements.of_neighbours(env).labels) == named(stratum.pattern.labels)
        assert with_pivots(found)["incompleteness"] == stratum.filtration["incompleteness"]
        # Theorem dual: gap less one, but where the condition holds of itself
        assert found["incompleteness"] == (1 if stratum.gap == 1 else stratum.gap - 1)
        assert exact_filtration(env, 3)["incompleteness"] == 0


def test_what_is_singular_is_so_by_its_condition(four):
    """The condition as printed holds at the witness, and not where an environment of the pattern is regular."""
    for stratum in four.with_gap:
        assert stratum.kind == ("conditional" if stratum.gap == 1 else "always")
        assert (stratum.condition is None) == (stratum.kind == "always")
        if stratum.condition:
            assert holds(stratum.condition, stratum.witness)
    condition = {canonical(stratum.pattern.labels): stratum.condition for stratum in four.with_gap}
    ends = Counter()
    for seed in range(60):
        draw = random.Random(seed)
        a, b, c, d, e = (draw.randint(-3, 3) for _ in range(5))
        points = [(a, b, c), (5, d, e), (-5, d, e), (0, draw.choice([0, d, e]), draw.choice([e, 2]))]
        if np.linalg.matrix_rank(points) == 3 and len({(0, 0, 0), *points}) == 5:
            ends[judged(Environment(["H"] * 4, points, "C"), four, condition)] += 1
    assert ends[True] > 3 and ends[False] > 10


def judged(env, four, condition):
    """Whether an environment is singular, as its condition says; None where it has none."""
    text = condition.get(canonical(Displacements.of_neighbours(env).labels))
    if text is None:
        return None
    ordered = strata.in_order(env, pattern_like(four, env))
    found = exact_filtration(ordered, 2)["incompleteness"]
    assert (found > 0) == holds(text, ordered)
    return found > 0


def pattern_like(found, env):
    """The pattern of the atlas that an environment has."""
    form = canonical(Displacements.of_neighbours(env).labels)
    return next(s.pattern for s in found.strata if canonical(s.pattern.labels) == form)


def holds(condition, env):
    """Whether the printed polynomial vanishes at the dependency of four neighbours."""
    (u,) = dependencies(Displacements.of_neighbours(env))
    text = condition.removesuffix(" = 0").replace("^", "**")
    text = "*".join(part for part in text.replace(" + ", "+").replace(" - ", "-").replace("-", "-1*").split(" "))
    names = {f"u{j}": sympy.Integer(int(x)) for j, x in enumerate(u, 1)}
    return sympy.sympify(text, locals=names) == 0


# Environments of the same pattern that are regular: the negative controls of conditions, one coincidence each.
TWINS = [
    ([(5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)], 1),
    ([(5, 0, 1), (3, 4, -2), (-3, -4, -2), (4, -3, 6)], 0),
    ([(7, 6, 1), (1, 2, 3), (3, 2, -1), (2, 5, 1)], 1),
    ([(7, 6, 2), (1, 2, 3), (3, 2, -1), (2, 5, 1)], 0),
]


@pytest.mark.parametrize(("points", "missing"), TWINS)
def test_twins_of_one_pattern(four, points, missing):
    env = Environment(["H"] * 4, points, "C")
    pattern = pattern_like(four, env)
    condition = next(s.condition for s in four.strata if s.pattern is pattern)
    assert exact_filtration(env, 2)["incompleteness"] == missing
    assert condition is None or holds(condition, strata.in_order(env, pattern)) == bool(missing)


@pytest.mark.parametrize("number", range(28))
def test_what_is_realised_is_not_excluded(number):
    """The control of Lemma fourth-minors: no proof may succeed where there is a witness."""
    pattern = gapped(4, 2)[number]
    lost = pattern.lost(2)
    assert exclusion(pattern, lost, pattern_only=len(lost) > 1) is None


@pytest.mark.parametrize("square", [1, 2])
def test_the_heptagon_is_not_excluded(square):
    moves = Displacements.of_neighbours(polygon_and_pole(7, (0, 1, 2, 4), square))
    form = canonical(moves.labels)
    (pattern,) = [p for p in gapped(5, 3) if canonical(p.labels) == form]
    assert exclusion(pattern, pattern.lost(3)) is None
    stratum = decide(pattern, 3)
    assert stratum.realisable and stratum.dimension == square and stratum.filtration["incompleteness"] == 1
    assert exact_filtration(stratum.witness, 4)["incompleteness"] == 0


@pytest.mark.parametrize("square", [1, 2])
def test_the_heptagon_is_the_only_one(square):
    """All zeros of the equations off those of the units: products are cosines of 2 pi k/7, or 0 with the pole.

    The three roots stand for vertices k (0, 1, 2, 4), k = 1, 2, 3, modulo 7: the same four, or those mirrored.
    """
    env = polygon_and_pole(7, (0, 1, 2, 4), square)
    form = canonical(Displacements.of_neighbours(env).labels)
    (pattern,) = [p for p in gapped(5, 3) if canonical(p.labels) == form]
    polynomials, units, R = system(pattern, [pattern.on_pairs(B) for B in pattern.lost(3)], 0)
    unknowns, y = [sympy.Symbol(str(g)) for g in R.symbols], sympy.Symbol("y")
    basis = [p.as_expr() for p in polynomials]
    for unit in sorted(units.values(), key=str):
        eliminated = sympy.groebner([*basis, 1 - y * unit.as_expr()], y, *unknowns, order="lex")
        basis = [b for b in eliminated.exprs if y not in b.free_symbols]
    kinds, gram = pair_kinds(pattern), strata.in_order(env, pattern).gram
    angle = lambda x: round(
        7 * np.arccos(float(x) / float(max(gram[j][j] for j in range(5)) / square)) / (2 * np.pi), 6
    )
    turns = {int(kinds[j, k]): angle(gram[j][k]) for j, k in combinations(range(5), 2)}
    orthogonal = sympy.Symbol(f"g{next(i for i, turn in turns.items() if turn == 1.75)}")
    last = max(i for i, turn in turns.items() if turn != 1.75)  # the others are polynomials in it
    double = {1: 2, 2: 3, 3: 1}[turns[last]]
    a, c = (sympy.Symbol(f"g{i}") for i in (next(i for i in turns if turns[i] == double), last))
    (b,) = (sympy.Symbol(f"g{i}") for i in turns if sympy.Symbol(f"g{i}") not in (a, c, orthogonal))
    assert set(basis) == {orthogonal, a - 2 * c**2 + 1, 2 * b + 4 * c**2 + 2 * c - 1, 8 * c**3 + 4 * c**2 - 4 * c - 1}
    for k in (1, 2, 3):
        x = sympy.cos(2 * k * sympy.pi / 7)
        assert abs(sympy.N(8 * x**3 + 4 * x**2 - 4 * x - 1, 30)) < 1e-25
        assert sorted({(k * v) % 7 for v in (0, 1, 2, 4)}) in ([0, 1, 2, 4], [0, 3, 5, 6])


@pytest.mark.soak
def test_the_other_patterns_of_five_neighbours_at_nu_3_are_excluded():
    """Theorem (Atlas), the second part."""
    found = atlas(5, 3, None)
    ends = [stratum.realisable for stratum in found.with_gap]
    assert (len(ends), ends.count(True), ends.count(False)) == (88, 2, 86) and found.verdict is Verdict.PROVED


def test_without_the_differences_of_labels_nothing_is_excluded(monkeypatch):
    """The control: coarser patterns, all neighbours at one place among them, solve the equations."""
    monkeypatch.setattr(realisations, "_units", lambda pattern, kinds, values: {})
    assert not any(exclusion(pattern, pattern.lost(3)) for pattern in gapped(5, 3)[:3])


def test_minors_of_singular_environments_vanish_to_second_order():
    """The equations themselves, at the heptagon and at F1, in numbers: values and derivatives along the change."""
    for moves, nu in (
        (Displacements.of_neighbours(polygon_and_pole(7, (0, 1, 2, 4))), 3),
        (Displacements.of_neighbours(Environment(["H"] * 4, TWINS[0][0], "C")), 2),
    ):
        pattern = Pattern.of(moves)
        (lost,) = pattern.lost(nu)
        G = np.array([[float(x) for x in row] for row in moves.environment.gram]) / 36
        B = np.array(pattern.on_pairs(lost), dtype=float)
        for rows, columns in product(combinations(range(len(G)), 4), repeat=2):
            minor = lambda t: np.linalg.det((G + t * B)[np.ix_(rows, columns)])
            assert abs(minor(0)) < 1e-9 and abs(minor(1e-4) - minor(-1e-4)) < 1e-9
        tilted = B + np.eye(len(B))
        assert any(abs(np.linalg.det((G + 1e-2 * tilted)[np.ix_(r, r)])) > 1e-7 for r in combinations(range(len(G)), 4))


@pytest.mark.parametrize("number", range(28))
def test_dimensions_by_differences(number, four):
    """Freedom of the labels near the witness: those of the pattern less one, less one where a condition is to hold."""
    stratum = four.with_gap[number]
    labels = int(pair_kinds(stratum.pattern).max()) + 1
    assert stratum.dimension == labels - 1 - (stratum.kind == "conditional")


def test_where_the_set_is_not_smooth_nothing_is_said():
    """Two factors of u4 (u1 - u3) vanish: two sets cross there."""
    env = Environment(["H"] * 4, [(1, 1, 1), (-1, 1, 1), (1, -1, -1), (-2, 0, -2)], "C")
    moves = Displacements.of_neighbours(env)
    lost = Pattern.of(moves).lost(2)
    assert len(lost) == 1 and dimension_near(moves, lost, [1]) is None


def test_a_witness_that_is_none_is_not_used(monkeypatch):
    """A regular environment stored for a pattern leaves it open; one of another pattern is an error."""
    regular = Environment(["H"] * 4, TWINS[1][0], "C")
    form = canonical(Displacements.of_neighbours(regular).labels)
    pattern = next(p for p in gapped(4, 2) if canonical(p.labels) == form)
    monkeypatch.setattr(strata, "stored_environments", lambda n, nu: {form: regular})
    stratum = decide(pattern, 2)
    assert stratum.realisable is None and stratum.verdict is Verdict.UNDECIDED and stratum.witness is None
    monkeypatch.setattr(strata, "in_order", lambda env, pattern: env)
    monkeypatch.setattr(strata, "stored_environments", lambda n, nu: {form: regular.part([3, 2, 1, 0])})
    with pytest.raises(UndecidedError, match="another pattern"):
        decide(pattern, 2)


def test_out_of_time_is_open(monkeypatch):
    def spent(text):
        raise BudgetSpent(text)

    monkeypatch.setattr(contradictions, "stage", spent)
    stratum = decide(gapped(5, 3)[0], 3)
    assert stratum.realisable is None and stratum.verdict is Verdict.UNDECIDED


def test_results_are_short_in_a_shell(four):
    assert repr(four) == "Atlas(4 neighbours, nu=2: 46 patterns, 28 with a gap, PROVED)"
    assert repr(four.with_gap[0]) == "Stratum(gap 1 at nu=2, conditional, realisable: True)"
    assert str(four).startswith("4 neighbours at nu = 2: 46 patterns")


def test_kinds_and_forms():
    assert [kind_of(4, gap) for gap in range(3)] == ["never", "conditional", "always"]
    assert [kind_of(5, gap) for gap in (0, 1, 3, 4)] == ["never", "conditional", "conditional", "always"]
    assert quadratic_form([[0, 1, -1], [1, 0, 0], [-1, 0, 0]]) == "u1 (u2 - u3)"
    assert quadratic_form([[2, 0], [0, -2]]) == "(u1 + u2) (u1 - u2)"
    assert quadratic_form([[3, 0], [0, 0]]) == "u1^2"


def test_every_witness_has_a_pattern_of_its_own():
    assert len(stored_environments(4, 2)) == 28 and len(stored_environments(5, 3)) == 2
    assert stored_environments(3, 2) == {}


def test_json_and_words(run, four):
    code, out, err = run("atlas", "--neighbours", "4", "--nu", "2", "--json")
    document = json.loads(out)
    assert (code, err) == (0, "") and document == json.loads(json.dumps(four.as_dict()))
    assert (document["neighbours"], document["nu"], document["patterns"]) == (4, 2, 46)
    keys = "pattern gap orbits stabiliser_order kind condition realisable dimension witness verdict"
    assert all(list(entry) == keys.split() for entry in document["strata"])
    code, out, _ = run("atlas", "--neighbours", "4", "--nu", "2")
    lines = out.splitlines()
    assert code == 0 and "28 with a gap (12 of gap 1, 10 of gap 2, 3 of gap 3, 3 of gap 4)" in lines[0]
    assert all("rule atlas-" in line for line in lines if "PROVED" in line)
    assert sum("rule atlas-dimensions" in line for line in lines) == 28
    code, out, _ = run("atlas", "--neighbours", "3", "--nu", "2")
    assert code == 0 and "PROVED (rule atlas-gaps): no environment of so many neighbours" in out


@pytest.mark.parametrize(
    ("neighbours", "nu", "words"),
    [(7, 2, "the atlas ends at 6"), (0, 2, "begins with 1"), (4, 1, "nu = 1: the atlas"), (4, 5, "nu = 5: the atlas")],
)
def test_bad_input_is_one_line(run, neighbours, nu, words):
    code, out, err = run("atlas", "--neighbours", neighbours, "--nu", nu)
    assert (code, out) == (2, "") and words in err and err.count("\n") == 1
    with pytest.raises(InputError, match=words):
        atlas(neighbours, nu)
