"""The float64 enclosure of J: sound on hard inputs, tight on good ones, its check seen to fail."""

import flint
import numpy as np
import pytest
from feature_oracles import ENVIRONMENTS

from symsens.descriptors import descriptor
from symsens.errors import UndecidedError
from symsens.forms import assembly as assemble
from symsens.forms.jacobian import (
    ball_jacobian,
    ball_values,
    exact_jacobian,
    float_jacobian,
    midrad_jacobian,
    midrad_values,
)
from symsens.geometry.environment import Environment
from symsens.numbers.midrad import MidRad

CUBE = [(x, y, z) for x in (1, -1) for y in (1, -1) for z in (1, -1)]
HARD = {
    "methane": ENVIRONMENTS["methane"],
    "cube and axes": Environment(
        ("H",) * 11, [*CUBE, ("1/3", 0, 0), (0, "1/3", 0), (0, 0, "7/5")]
    ),  # P_l exactly zero in places
    "graded": Environment(("H",) * 4, [("1e-3", 0, 0), (0, "1e-2", "1e-9"), (3, 0, "1e-12"), (0, -4, 4)]),
    "far": Environment(("H", "O"), [(20, 0, 1), (0, 15, -15)]),  # Gaussians near e^-3000: underflow
    "skew": ENVIRONMENTS["skew"],
}
SPECS = [
    "distances:k_max=6",
    "angles:degree=4",
    "power-spectrum:n_max=3,l_max=5,radial=monomial",
    "power-spectrum:n_max=4,l_max=4,radial=gto-orthonormal,centre=true",
    "power-spectrum:n_max=3,l_max=3,radial=gaussian,width=1/3",
    "bispectrum:n_max=1,l_max=3,radial=monomial",
    "ace:nu=4,n_max=1,l_max=1,radial=bessel",
]


def outside(enclosure, balls):
    """How many entries of the true matrix are provably not in the enclosure."""
    triples = zip(balls, enclosure.mid.ravel().tolist(), enclosure.rad.ravel().tolist(), strict=True)
    with flint.ctx.workprec(400):
        return sum(bool(abs(ball - flint.arb(mid)) > flint.arb(rad)) for ball, mid, rad in triples)


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("spec", SPECS)
def test_enclosures_hold(spec, name):
    env, chosen = HARD[name], descriptor(spec)
    enclosure = midrad_jacobian(env, chosen)
    assert outside(enclosure, ball_jacobian(env, chosen, 400).entries()) == 0
    assert outside(midrad_values(env, chosen), ball_values(env, chosen, 400)) == 0


@pytest.mark.parametrize("spec", SPECS)
def test_enclosures_are_tight(spec):
    env = ENVIRONMENTS["three"]
    enclosure = midrad_jacobian(env, descriptor(spec))
    assert enclosure.rad.max() <= 2e-13 * np.abs(enclosure.mid).max()


@pytest.mark.parametrize("spec", SPECS)
def test_smaller_radii_are_seen_to_fail(spec):
    env, chosen = ENVIRONMENTS["three"], descriptor(spec)
    enclosure = midrad_jacobian(env, chosen)
    assert outside(MidRad(enclosure.mid, enclosure.rad / 1000), ball_jacobian(env, chosen, 400).entries()) > 0


def test_overflow_is_refused():
    env = Environment(("H",), [("1e30", 0, 0)])
    with pytest.raises(UndecidedError, match="float64 overflow"):
        midrad_jacobian(env, descriptor("distances:k_max=6"))


@pytest.mark.parametrize(
    "spec",
    ["power-spectrum:n_max=2,l_max=3,radial=monomial", "ace:nu=3,n_max=1,l_max=2,radial=monomial", "angles:degree=3"],
)
def test_chunks_of_classes_add_up(monkeypatch, spec):
    env, chosen = HARD["cube and axes"], descriptor(spec)
    want, floats = exact_jacobian(env, chosen), float_jacobian(env, chosen)
    monkeypatch.setattr(assemble, "MAX_CELLS", {float: 40, object: 40})
    assert exact_jacobian(env, chosen).entries() == want.entries()
    assert np.allclose(float_jacobian(env, chosen), floats, rtol=1e-12, atol=1e-12 * np.abs(floats).max())
    assert outside(midrad_jacobian(env, chosen), ball_jacobian(env, chosen, 400).entries()) == 0


def test_long_segments_are_summed_in_pieces():
    rng = np.random.default_rng(1)
    x = rng.integers(-50, 50, (1, 3, 900)).astype(float)
    starts = np.array([0, 1, 5, 400, 417])
    sums, depth = assemble._reduce(x, starts, axis=2)
    assert np.array_equal(sums, np.add.reduceat(x, starts, axis=2)) and depth <= 2 * np.sqrt(483) + 2
    sums, depth = assemble._reduce(x[:, :, :8], np.array([0, 3]), axis=2)
    assert depth == 4 and sums.shape == (1, 3, 2)
    assert assemble._reduce(x, np.arange(900), axis=2)[1] == 0
