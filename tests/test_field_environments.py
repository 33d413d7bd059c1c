"""Environments over number fields: the heptagon that fools the bispectrum, against high-precision ranks."""

from itertools import combinations, product

import mpmath
import numpy as np
import pytest

from symsens.descriptors import as_descriptor
from symsens.errors import InputError
from symsens.forms.arithmetics import floating
from symsens.forms.jacobian import exact_jacobian, exact_multiples, float_jacobian
from symsens.forms.seeds import cartesian_frame, cartesian_vectors
from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment, Structure
from symsens.jobs.auditing import audit
from symsens.jobs.certification import certify
from symsens.numbers.declared import number_field
from symsens.numbers.kernel import FieldMatrix
from symsens.rows.filtration import exact_filtration

SEVEN, FIVE = number_field("QQ<2 cos(2 pi/7)>"), number_field("QQ<sqrt(5)>")


def polygon(m, field):
    """Vertices of the regular m-gon in a frame of two of them, and the metric of frame and axis."""
    c = field.element([0, 1]) if m == 7 else (field.parse("sqrt(5)") - 1) / 2
    vertices = [(field.parse(1), field.parse(0))]
    for _ in range(m - 1):
        x, y = vertices[-1]
        vertices.append((-y, x + c * y))
    return vertices, ((1, c / 2, 0), (c / 2, 1, 0), (0, 0, 1))


def with_pole(subset, height=2):
    """Vertices of the heptagon about the centre, and a neighbour on the axis."""
    vertices, metric = polygon(7, SEVEN)
    points = [*((*vertices[i], 0) for i in subset), (0, 0, height)]
    return Environment(["H"] * len(points), points, "C", metric=metric, field=SEVEN)


def naive_rank(env, nu, digits=60):
    """The rank of D_nu in floating point of so many digits, straight from the definition."""
    with mpmath.workdps(digits):
        number = lambda x: mpmath.mpf(x) if isinstance(x, int) else at(x)
        gram = [[number(x) for x in row] for row in env.gram]
        covectors = [[number(x) for x in row] for row in env.covectors]
        places = [(a, b) for a in range(nu) for b in range(a, nu)]
        classes = {}
        for tau in product(range(env.n), repeat=nu):
            key = tuple(mpmath.nstr(gram[tau[a]][tau[b]], 30) for a, b in places)
            classes.setdefault(key, []).append(tau)
        rows = []
        for members in classes.values():
            for a, b in places:
                row = [mpmath.mpf(0)] * (3 * env.n)
                for tau in members:
                    for j, k in ((tau[a], tau[b]), (tau[b], tau[a])):
                        for c in range(3):
                            row[3 * j + c] += covectors[k][c]
                rows.append(row)
        kept = []
        for row in rows:
            for pivot, other in kept:
                factor = row[pivot] / other[pivot]
                row = [x - factor * y for x, y in zip(row, other)]
            best = max(range(len(row)), key=lambda i: abs(row[i]))
            if abs(row[best]) > mpmath.mpf(10) ** (-digits // 2):
                kept.append((best, row))
        return len(kept)


def at(x):
    """An element as an mpmath number, by Horner's rule at mpmath's own root."""
    value = mpmath.mpf(0)
    root = 2 * mpmath.cos(2 * mpmath.pi / 7) if x.field == SEVEN else mpmath.sqrt(5)
    for c in reversed(x.coefficients):
        value = value * root + mpmath.mpf(c.numerator) / c.denominator
    return value


def test_five_neighbours_fool_the_bispectrum():
    env = with_pole((0, 1, 2, 4))
    found = {nu: exact_filtration(env, nu) for nu in (2, 3, 4)}
    assert {nu: f["incompleteness"] for nu, f in found.items()} == {2: 4, 3: 1, 4: 0}
    assert all(f["symmetry"] == 0 and f.moves.stabiliser.order == 1 for f in found.values())
    (vector,) = found[3].levels[-1].vectors
    assert not any(vector[3 * j + c] for j in range(4) for c in (0, 1)), "the four move out of their plane"
    assert {nu: f.rank for nu, f in found.items()} == {nu: naive_rank(env, nu) for nu in (2, 3)} | {4: 12}


@pytest.mark.parametrize("subset", [(0, 1, 2, 3), (0, 1, 3, 5), (0, 2, 3, 4)])
def test_other_subsets_do_not(subset):
    filtration = exact_filtration(with_pole(subset), 3)
    assert filtration["incompleteness"] == (subset == (0, 2, 3, 4)) and filtration.rank == naive_rank(
        with_pole(subset), 3
    )


def test_a_regular_polygon_has_its_dihedral_group():
    moves = Displacements.of_neighbours(with_pole(range(7)))
    assert moves.stabiliser.order == 14 and moves.stabiliser.span == 3
    filtration = exact_filtration(moves, 2)
    assert filtration.symmetry_allowed_rank == 3  # the radius, the height of the ring and that of the pole
    pentagon, metric = polygon(5, FIVE)
    env = Environment(["H"] * 5, [(*v, 0) for v in pentagon], "C", metric=metric, field=FIVE)
    assert Displacements.of_neighbours(env).stabiliser.order == 10
    assert exact_filtration(env, 2).symmetry_allowed_rank == 1


def test_the_same_numbers_over_a_larger_field_give_the_same_answer():
    points = [(5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)]
    over_qq = exact_filtration(Environment(["H"] * 4, points, "C"), 2)
    env = Environment(["H"] * 4, points, "C", field=FIVE)
    assert exact_filtration(env, 2).as_dict() == over_qq.as_dict() and env.field.name == "QQ<sqrt(5)>"
    stretched = [tuple(FIVE.parse("(1 + sqrt(5))/2") * x for x in y) for y in points]
    assert exact_filtration(Environment(["H"] * 4, stretched, "C", field=FIVE), 2).as_dict() == over_qq.as_dict()


@pytest.mark.parametrize("vary", ["neighbours", "atoms"])
@pytest.mark.parametrize("chiral", [False, True])
def test_an_icosahedron(vary, chiral):
    s = FIVE.parse("(1 + sqrt(5))/2")
    points = [
        tuple(p[(i - k) % 3] for i in range(3))
        for a, b in product((1, -1), repeat=2)
        for k in range(3)
        for p in [(0, a, b * s)]
    ]
    env = Environment(["H"] * 12, points, "C", field=FIVE)
    moves = Displacements.named(env, vary, chiral)
    assert moves.stabiliser.order == (60 if chiral else 120)
    filtration = exact_filtration(moves, 2)
    assert filtration.symmetry_allowed_rank == 1 == filtration.rank
    squares = {x for j, k in combinations(range(12), 2) for x in [env.gram[j][k]]}
    assert len(squares) == 3


@pytest.mark.parametrize(
    ("spec", "rank"),
    [
        ("angles:degree=4", 8),
        ("power-spectrum:n_max=4,l_max=4", 8),
        ("power-spectrum:n_max=3,l_max=4,radial=monomial", 8),
        ("bispectrum:n_max=2,l_max=2,radial=monomial", 10),
        ("ace:nu=3,n_max=3,l_max=3", 11),
        ("soap-featomic", 8),
        ("acsf", 8),
        ("radial:n_max=3", 2),
    ],
)
def test_descriptors_at_the_heptagon(spec, rank):
    env, chosen = with_pole((0, 1, 2, 4)), as_descriptor(spec)
    result = certify(env, descriptor=chosen)
    values = np.linalg.svd(float_jacobian(env, chosen), compute_uv=False)
    assert result.filtration.rank == rank == int((values > 1e-9 * values[0]).sum())
    for value, found in zip(values, result.singular_values):
        assert found.exact_zero or float(found.lower) * (1 - 1e-9) <= value <= float(found.upper) * (1 + 1e-9)


@pytest.mark.parametrize("form", ["", ":form=sorted", ":form=powers"])
def test_coulomb_matrices_at_the_heptagon(form):
    result = certify(with_pole((0, 1, 2, 4)), descriptor=f"coulomb{form}")
    values = np.linalg.svd(float_jacobian(result.environment, result.descriptor), compute_uv=False)
    assert result.bounds.lower <= int((values > 1e-9 * values[0]).sum()) <= result.bounds.upper


def test_null_vectors_with_elements_of_the_field_are_enclosed():
    env = with_pole((0, 1, 2, 4))
    vectors = exact_filtration(env, 2).vectors
    found = cartesian_vectors(Displacements.of_neighbours(env), vectors)
    assert found.rad.max() > 0
    frame = np.array(cartesian_frame(env, floating()), dtype=float)
    floats = np.array([[float(x) for x in v] for v in vectors])
    floats /= np.abs(floats).max(axis=1)[:, None]
    assert np.abs(floats @ np.kron(np.eye(env.n), frame).T - found.mid).max() < 1e-14
    with pytest.raises(OverflowError):
        float(SEVEN.parse("c*10^400"))


def test_audits_at_the_heptagon():
    found = audit("dscribe-soap:n_max=3,l_max=3", with_pole((0, 1, 2, 4)), centre=0)
    assert found.proof.rank == (8, 8) and found.numeric_rank == 8 and found.null_space_leak < 1e-12


def test_exact_jacobians_with_elements_of_the_field():
    env, chosen = with_pole((0, 1, 2, 4)), as_descriptor("bispectrum:n_max=2,l_max=2,radial=monomial")
    multiples = exact_multiples(env, chosen)
    assert isinstance(multiples, FieldMatrix) and exact_jacobian(env, chosen) is None
    exactly = np.array([float(x) for x in multiples.entries()]).reshape(multiples.nrows(), -1)
    # float64's J is over Cartesian displacements: back to the frame by x = B y
    frame = np.array(cartesian_frame(env, floating()), dtype=float)
    rounded = float_jacobian(env, chosen) @ np.kron(np.eye(env.n), frame)
    assert np.allclose(exactly / np.abs(exactly).max(), rounded / np.abs(rounded).max(), atol=1e-12)
    level = certify(env, descriptor=chosen).filtration.levels[-1]
    ((vector,), whole) = level.vectors, multiples.entries()
    width = multiples.ncols()
    for r in range(multiples.nrows()):
        assert not sum(x * v for x, v in zip(whole[r * width : (r + 1) * width], vector))


def test_bad_input():
    with pytest.raises(InputError, match="not in the field"):
        Environment(["H"], [("sqrt(2)", 0, 0)], field=FIVE)
    with pytest.raises(InputError, match="coincide"):
        Environment(["H", "H"], [("sqrt(5)", 0, 0), (FIVE.element([0, 1]), 0, 0)], field=FIVE)
    with pytest.raises(InputError, match="not positive definite"):
        Environment(["H"], [(1, 0, 0)], field=FIVE, metric=[["2 - sqrt(5)", 0, 0], [0, 1, 0], [0, 0, 1]])
    with pytest.raises(InputError, match="linearly dependent"):
        Structure(["H"], [(0, 0, 0)], [(1, 0, 0), ("sqrt(5)", 0, 0), (0, 0, 1)], (True,) * 3, field=FIVE)


def test_a_crystal_over_a_field_and_its_cutoff():
    cell = [("sqrt(5)", 0, 0), (0, "sqrt(5)", 0), (0, 0, "sqrt(5)")]
    crystal = Structure(["Po"], [(0, 0, 0)], cell, (True,) * 3, field=FIVE)
    assert crystal.environment(0, "2.236").n == 0 and crystal.environment(0, "2.237").n == 6
    assert crystal.environment(0, "sqrt(5)").n == 6 and crystal.environment(0, "3.17").n == 18
