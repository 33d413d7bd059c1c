"""2-jets allowed, reached and missing: known numbers, random cases against a definition, planted errors."""

from itertools import product
from random import Random

import numpy as np
import pytest
from second_order_cases import FCC, SITES, random_molecule, random_site, site
from second_order_oracle import P, modular_rank, residue, site_jets, structure_jets

from symsens import InputError, Structure, Verdict
from symsens.geometry.displacements import Displacements
from symsens.geometry.structure_displacements import StructureDisplacements
from symsens.numbers.declared import number_field
from symsens.numbers.kernel import matrix
from symsens.rows import curvatures as rows, jet_spaces
from symsens.rows.curvatures import exact_curvatures
from symsens.rows.jet_spaces import JetSpace
from symsens.rows.two_jets import Functionals, site_two_jets

MODELS = {"sum": ("sum", "linear"), "nonlinear": ("sum", "nonlinear"), "set": ("set", "nonlinear")}


def of_site(positions, nu=2, readout="linear"):
    return exact_curvatures(Displacements(site(positions)), nu, readout)


@pytest.mark.parametrize("name", SITES)
def test_known_numbers(name):
    positions, allowed, reached = SITES[name]
    for nu in (1, 2, 3)[: 2 if len(positions) > 12 else 3]:
        found = of_site(positions, nu)
        assert (found.allowed, found.reached, found.verdict) == (allowed, reached[nu - 1], Verdict.PROVED)
        assert len(found.missing) == allowed - reached[nu - 1]


def test_a_nonlinear_readout_adds_products_of_gradients():
    """Nothing for the fcc shell at nu = 2; everything where symmetry hides nothing."""
    assert of_site(FCC, 2, "nonlinear").reached == 16
    generic = SITES["generic"][0]
    assert of_site(generic, 2, "nonlinear").reached == 54


def test_the_perturbed_twin_of_a_symmetric_shell():
    """Three of the four of the square: one is moved out of the plane; then all of it is another question."""
    *three, last = SITES["square"][0]
    found = of_site([*three, (last[0], last[1], "0.03")], 2)
    assert found.moves.stabiliser.order == 2 and found.allowed > 9
    assert found.reached == found.allowed - len(found.missing)
    assert agrees(found)


@pytest.mark.soak
def test_the_perturbed_twin_of_the_fcc_shell():
    """All 33 internal displacements are allowed forces then, and 561 force constants; features of nu = 2 are linear in
    78 + 12 + 4 * 66 independent 2-jets, and a nonlinear readout has all."""
    rng = Random(1)
    moved = [tuple(f"{c + rng.randrange(-99, 100) / 1000:.3f}" for c in x) for x in FCC]
    linear, nonlinear = of_site(moved, 2), of_site(moved, 2, "nonlinear")
    assert linear.moves.stabiliser.order == 1 and linear.allowed == 33 + 33 * 34 // 2 and linear.gradients == 33
    assert (linear.reached, nonlinear.reached) == (354, 594) and nonlinear.missing == ()
    print(f"the perturbed fcc shell: {linear.reached} and {nonlinear.reached} of {linear.allowed} 2-jets")


def jets_of(found, count, seed):
    """Random models of the oracle."""
    moves, model = found.moves, "nonlinear" if found.readout == "nonlinear" else "sum"
    if found.level == "environment":
        return site_jets(moves.environment, found.nu, count, found.readout, seed)
    return structure_jets(moves.structure, found.nu, count, "set" if found.level == "set" else model, seed)


def is_proved(found):
    """Whether the functionals vanish at random models, and the directions are dual to them."""
    n = found.space.size
    jets = jets_of(found, 3, "other")
    dual = matrix(len(found.missing), len(found.missing), pairings(found))
    if found.missing and dual.rank() < len(found.missing):
        return False
    for each in found.missing:
        form = np.zeros((3 * n, 3 * n), dtype=object)
        for (j, k), block in each.functional.form.items():
            form[3 * j : 3 * j + 3, 3 * k : 3 * k + 3] = block
            form[3 * k : 3 * k + 3, 3 * j : 3 * j + 3] = np.array(block, dtype=object).T
        vector = [x for triple in each.functional.gradient for x in triple]
        flat = [residue(x) for x in [*vector, *form.ravel()]]
        if any(sum(int(a) * int(b) for a, b in zip(flat, jet)) % P for jet in jets):
            return False
    return True


def pairings(found):
    flat = [one.functional.paired(other.direction) for one, other in product(found.missing, repeat=2)]
    assert all(x.denominator == 1 for x in flat)
    return [int(x) for x in flat]


def agrees(found):
    return modular_rank(jets_of(found, found.reached + 2, "oracle")) == found.reached and is_proved(found)


@pytest.mark.parametrize("seed", range(10))
def test_random_sites(seed):
    env = random_site(seed)
    found = exact_curvatures(Displacements(env), 1 + seed % (2 + (env.n < 4)), ("linear", "nonlinear")[seed // 3 % 2])
    assert agrees(found)
    if env.n < 4:
        assert modular_rank(site_jets(env, env.n, found.allowed + 2)) == found.allowed  # a complete set of invariants


@pytest.mark.parametrize("seed", range(9))
def test_random_molecules(seed):
    level, readout = list(MODELS.values())[seed % 3]
    found = exact_curvatures(StructureDisplacements(random_molecule(seed), level), 1 + seed % 2, readout)
    assert agrees(found)


@pytest.mark.soak
def test_many_random_cases():
    cases = [exact_curvatures(Displacements(random_site(seed)), 1 + seed % 3) for seed in range(100, 300)]
    for seed in range(100, 200):
        level, readout = list(MODELS.values())[seed % 3]
        cases.append(exact_curvatures(StructureDisplacements(random_molecule(seed), level), 1 + seed % 2, readout))
    for found in cases:
        assert agrees(found)
    print(f"{len(cases)} random sites and molecules, {sum(len(found.missing) for found in cases)} missing directions")


def test_planted_errors_are_seen(monkeypatch):
    """Without the Hessians of the invariants, with one class for two, or with a wrong metric, the oracle disagrees."""
    sites = [
        site(SITES["square"][0]),
        site([(1, 0, 0), (0, 2, 0), (1, 1, 1)], metric=[[2, 1, 0], [1, 3, 0], [0, 0, 1]]),
    ]
    wrong = lambda: [env for env in sites if not agrees(exact_curvatures(Displacements(env), 2))]
    assert not wrong()
    with monkeypatch.context() as patch:
        patch.setattr(Functionals, "at_hessian", lambda self, hessian, metric: {})
        assert wrong()
    with monkeypatch.context() as patch:
        merged = lambda labels, nu: site_two_jets(np.zeros_like(labels), nu)
        patch.setattr(rows, "site_two_jets", merged)
        assert wrong()
    with monkeypatch.context() as patch:
        double = lambda env: [[2 * x for x in row] for row in env.integer_metric[0]]
        true = jet_spaces.gram_derivatives
        patch.setattr(
            jet_spaces,
            "gram_derivatives",
            lambda env: true(env).__class__(*list(vars(true(env)).values())[:2], double(env)),
        )
        assert wrong()


def test_characters_and_linear_algebra_count_alike(monkeypatch):
    """And a wrong character is seen."""
    from symsens.errors import ContradictionError

    space = JetSpace(Displacements(site(FCC)))
    assert len(space.allowed) == jet_spaces.allowed_by_characters(space) == 21
    monkeypatch.setattr(jet_spaces, "_character", lambda q, p, translated: 1)
    with pytest.raises(ContradictionError):
        _ = JetSpace(Displacements(site(FCC))).allowed


def test_over_a_number_field():
    """A pentagon is to nu = 2 as it is over any field that holds it; a square over QQ<sqrt(2)> as over QQ."""
    field = number_field("QQ<sqrt(2)>")
    h = "sqrt(2)/2"
    turned = site([(h, h, 0), (f"-{h}", h, 0), (h, f"-{h}", 0), (f"-{h}", f"-{h}", 0)], field=field)
    found = exact_curvatures(Displacements(turned), 2)
    assert (found.allowed, found.reached, len(found.missing)) == (9, 8, 1)
    (only,) = found.missing
    assert only.functional.paired(only.direction)


def test_what_is_not_asked_about():
    env = site(FCC)
    with pytest.raises(InputError, match="linear"):
        exact_curvatures(Displacements(env), 2, "quadratic")
    with pytest.raises(InputError, match="centre"):
        exact_curvatures(Displacements.of_atoms(env))
    chain = Structure(["H"], [(0, 0, 0)], cell=((1, 0, 0), (0, 1, 0), (0, 0, 1)), pbc=(True, False, False))
    with pytest.raises(InputError, match="periodic"):
        exact_curvatures(StructureDisplacements(chain, cutoff=2))
