"""Sums over all pairs by matrix products: the same Jacobian as by classes of tuples, in every arithmetic."""

import random

import numpy as np
import pytest
from flint import arb

from symsens.descriptors import descriptor
from symsens.descriptors.base import plan_of
from symsens.errors import NotSmoothError
from symsens.forms import gradients, products
from symsens.forms.jacobian import ball_jacobian, exact_jacobian, float_jacobian, midrad_jacobian, mp_jacobian
from symsens.forms.products import Split, split
from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment

SPECS = (
    "power-spectrum:n_max=3,l_max=4",
    "power-spectrum:n_max=2,l_max=0,radial=bessel",
    "power-spectrum:n_max=2,l_max=1,radial=gaussian,centre=true,cutoff=4,cutoff_function=cosine",
    "power-spectrum:n_max=3,l_max=3,radial=laguerre",
    "power-spectrum:n_max=2,l_max=2,radial=gto-orthonormal,cutoff=4,cutoff_function=tanh3",
    "soap-dscribe:n_max=3,l_max=3,r_cut=2",
    "soap-featomic:max_radial=2,max_angular=2",
    "soap-quippy:n_max=3,l_max=2",
)
METRICS = (((1, 0, 0), (0, 1, 0), (0, 0, 1)), ((1, "-1/2", 0), ("-1/2", 1, 0), (0, 0, 2)))


def structure(seed, n, metric=METRICS[0], kinds=2):
    draw = random.Random(seed)
    positions = [tuple(f"{draw.uniform(-1.7, 1.7):.3f}" for _ in range(3)) for _ in range(n)]
    return Environment([draw.choice(["H", "O", "C"][:kinds]) for _ in range(n)], positions, "C", metric=metric)


def by_tuples(plan):
    return Split(None, plan, np.arange(len(plan.labels)))


def both(monkeypatch, function):
    """What a function returns by products, and by tuples."""
    monkeypatch.setattr(gradients, "FEWEST", 1)
    monkeypatch.setattr(gradients, "split", split)
    first = function()
    monkeypatch.setattr(gradients, "split", by_tuples)
    return first, function()


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("spec", SPECS)
def test_products_give_the_same_jacobian(spec, metric, monkeypatch):
    chosen = descriptor(spec)
    for seed, n, kinds in ((1, 1, 1), (2, 4, 1), (3, 7, 2), (4, 6, 3)):
        env = structure(seed, n, metric, kinds)
        assert split(plan_of(env, chosen)).products is not None
        for vary in ("neighbours", "atoms"):
            moves = Displacements.named(env, vary)
            balls, others = both(monkeypatch, lambda: ball_jacobian(moves, chosen, 128))
            assert balls.overlaps(others) and balls.nrows() == others.nrows() == len(plan_of(env, chosen).labels)
            assert all(x.rad() < 1e-25 * (1 + abs(x)) for x in balls.entries())
            size = max(float(abs(x).upper()) for x in others.entries())
            for function in (float_jacobian, lambda *a: np.array(mp_jacobian(*a, 20).tolist(), dtype=float)):
                found, expected = both(monkeypatch, lambda: function(moves, chosen))
                assert np.abs(found - expected).max() <= 1e-13 * size
            enclosed, other = both(monkeypatch, lambda: midrad_jacobian(moves, chosen))
            assert enclosed.rad.max() < 1e-12 * size and enclosed.rad.max() < 3 * other.rad.max()
            for mid, rad, true in zip(enclosed.mid.ravel(), enclosed.rad.ravel(), others.entries()):
                assert arb(float(mid), float(rad)).contains(true)
            # negative control: a hundredth of the radius is no enclosure
            assert not all(
                arb(float(mid), float(rad) / 1e4).contains(true)
                for mid, rad, true in zip(enclosed.mid.ravel(), enclosed.rad.ravel(), others.entries())
            )


@pytest.mark.parametrize("spec", ["power-spectrum:n_max=3,l_max=4,radial=monomial", "power-spectrum:radial=laguerre"])
@pytest.mark.parametrize("metric", METRICS)
def test_products_are_exact_over_the_rationals(spec, metric, monkeypatch):
    chosen = descriptor(spec)
    for seed, n in ((1, 5), (2, 9)):
        moves = Displacements.named(structure(seed, n, metric), "neighbours")
        found, expected = both(monkeypatch, lambda: exact_jacobian(moves, chosen))
        assert found == expected and found.nrows() and any(found.entries())


def test_only_sums_over_all_pairs_are_products():
    env = structure(1, 5)
    for spec in ("angles:degree=3", "acsf", "chebyshev", "radial", "bispectrum", "coulomb:form=sorted"):
        try:
            plan = plan_of(env, descriptor(spec))
        except Exception:
            continue
        assert split(plan).products is None and split(plan).rest.labels == plan.labels, spec
    parts = split(plan_of(env, descriptor("ace:nu=3")))
    assert parts.products is not None and {block.nu for block in parts.products.blocks} == {2}
    assert {block.nu for block in parts.rest.blocks} == {1, 3} and len(parts.rows) == len(parts.rest.labels)


def test_a_family_that_is_not_symmetric_keeps_both_orders(monkeypatch):
    """As if C did not know its symmetry: every ordered pair is tabulated, and the result is the same."""
    chosen, moves = descriptor(SPECS[0]), Displacements.named(structure(5, 6), "neighbours")
    expected = ball_jacobian(moves, chosen, 128)
    monkeypatch.setattr(gradients, "FEWEST", 1)
    monkeypatch.setattr(products, "_is_symmetric", lambda family: False)
    products._kinds.cache_clear()
    found = ball_jacobian(moves, chosen, 128)
    (kind,) = products._kinds(split(plan_of(moves.environment, chosen)).products)
    assert [role.exchanged for role in kind.roles] == [False, True]
    products._kinds.cache_clear()
    assert found.overlaps(expected) and all(x.rad() < 1e-25 for x in found.entries())


def test_a_structure_that_is_not_smooth_is_refused_by_products_too(monkeypatch):
    monkeypatch.setattr(gradients, "FEWEST", 1)
    env = Environment(["H"] * 3, [(3, 0, 0), (0, 1, 0), (0, 0, 2)], "C")
    with pytest.raises(NotSmoothError, match="at the cutoff radius 3"):
        float_jacobian(env, descriptor("power-spectrum:cutoff=3,cutoff_function=cosine"))
