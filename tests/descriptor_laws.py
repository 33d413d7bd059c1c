"""What must hold for every descriptor that is a sum over tuples, or of the whole environment: checks shared by its
tests."""

from fractions import Fraction

import flint
import mpmath
import numpy as np
from feature_oracles import central_differences, expanded_jacobian, mid
from sympy import Float, N

from symsens.descriptors.base import plan_of
from symsens.errors import NoClosedForm
from symsens.forms.arithmetics import multiprecision
from symsens.forms.jacobian import ball_jacobian, ball_values, mp_jacobian, mp_values
from symsens.forms.select import selected_tuples
from symsens.geometry.environment import Environment
from symsens.geometry.gram import gram_derivative, pair_labels
from symsens.numbers.kernel import modular_pivots, null_space
from symsens.rows.tuples import components, group_tuples, pair_incidence

ROTATION = [[Fraction(x, 9) for x in row] for row in ((1, -8, 4), (4, 4, 7), (-8, 1, 4))]
BITS = 300


def oracle_atoms(env):
    """(atomic number, [x, y, z]) of the centre and the neighbours, for the sums in `peer_oracles`; identity metric."""
    from ase.data import atomic_numbers

    points = [[mpmath.mpf(0)] * 3, *[[mpmath.mpf(c.numerator) / c.denominator for c in y] for y in env.positions]]
    return [(atomic_numbers[z], x) for z, x in zip((env.centre_species, *env.species), points)]


def all_species(env):
    return tuple({env.centre_species, *env.species})


def close(found, want, digits):
    """Whether mpmath numbers agree to 10^-digits of the largest of them."""
    found, want = list(found), list(want)
    scale = max([abs(x) for x in want], default=1)
    return len(found) == len(want) and all(abs(a - b) <= scale * mpmath.mpf(10) ** -digits for a, b in zip(found, want))


def check_values(env, descriptor, textbook, digits=40, species=None):
    """Values in mpmath and in balls are those of `textbook()`; a wrong factor on one feature is seen."""
    with mpmath.workdps(digits + 15):
        want = textbook()
        found = mp_values(env, descriptor, digits + 15, species)
        assert close(found, want, digits)
        assert close(map(mid, ball_values(env, descriptor, BITS, species)), want, digits)
        i = max(range(len(want)), key=lambda i: abs(want[i]))
        assert not close([*found[:i], found[i] * (1 + mpmath.mpf(10) ** (2 - digits)), *found[i + 1 :]], want, digits)


def constant_numbers(env, descriptor, digits):
    """The symbols for constants in closed forms -> SymPy Floats, by mpmath."""
    try:
        families = {f for block in plan_of(env, descriptor).blocks for f in block.families}
    except NoClosedForm:
        return {}
    with mpmath.workdps(digits):
        known = [
            pair
            for f in families
            for c in (*f.constants, *f.mixing)
            for pair in zip(c.symbols, c.values(multiprecision()))
        ]
        return {symbol: Float(str(value), digits) for symbol, value in known}


def check_closed_form(env, descriptor, digits=40, jacobian=ball_jacobian):
    """Balls of radius 10^-digits hold the entries of ``Matrix.jacobian`` of the expanded closed form; a wrong factor is
    seen."""
    numbers = constant_numbers(env, descriptor, digits + 40)
    want = [mpmath.mpmathify(N(x.xreplace(numbers), digits + 20)) for x in expanded_jacobian(env, descriptor)]
    balls = jacobian(env, descriptor, BITS).entries()
    scale = max(abs(x) for x in want)
    with mpmath.workdps(2 * BITS):
        slack = scale * mpmath.mpf(10) ** -(digits + 10)  # the oracle's own rounding
        holds = [
            float(b.rad()) <= scale * mpmath.mpf(10) ** -digits and abs(mid(b) - w) <= mid(b.rad()) + slack
            for b, w in zip(balls, want, strict=True)
        ]
        assert all(holds)
        i = max(range(len(want)), key=lambda i: abs(want[i]))
        assert not abs(mid(balls[i]) - want[i] * (1 + mpmath.mpf(10) ** (1 - digits))) <= mid(balls[i].rad()) + slack


def check_differences(env, descriptor, digits=60):
    """The mpmath Jacobian agrees with central differences taken at 100 digits."""
    found = mp_jacobian(env, descriptor, 80)
    with mpmath.workdps(100):
        assert close(list(found), central_differences(env, lambda moved: mp_values(moved, descriptor, 110)), digits)


def moved(env, matrix, order):
    turn = lambda y: tuple(sum(m * c for m, c in zip(row, y)) for row in matrix)  # noqa: E731
    return Environment([env.species[j] for j in order], [turn(env.positions[j]) for j in order], env.centre_species)


def check_invariance(env, descriptor, digits=40):
    """Exact rotations, the inversion and permutations leave the values in balls of 10^-digits; a strain does not."""
    order = list(reversed(range(env.n)))
    want = ball_values(env, descriptor, BITS)
    scale = max(abs(float(x)) for x in want)
    for matrix in (ROTATION, [[-x for x in row] for row in ROTATION]):
        found = ball_values(moved(env, matrix, order), descriptor, BITS)
        assert all(
            a.overlaps(b) and float((a - b).abs_upper()) <= scale * 10.0**-digits
            for a, b in zip(found, want, strict=True)
        )
    strained = ball_values(
        moved(env, [ROTATION[0], ROTATION[1], [Fraction(9, 8) * x for x in ROTATION[2]]], order), descriptor, BITS
    )
    assert not all(a.overlaps(b) for a, b in zip(strained, want))


def basis_free(env, descriptor):
    """D on the very tuples that the descriptor sums over, as integers."""
    labels, derivative = pair_labels(env), gram_derivative(env)
    n_pairs, rows = env.n * (env.n + 1) // 2, []
    plan = plan_of(env, descriptor)
    for block, tuples in zip(plan.blocks, selected_tuples(env, plan, labels)):
        if block.nu and len(tuples):
            class_of, found = group_tuples(labels, tuples)
            row, pair, count = pair_incidence(env.n, tuples, class_of)
            dense = np.zeros((len(found) * len(components(block.nu)), n_pairs), dtype=np.int64)
            dense[row, pair] = count
            rows += dense.tolist()
    return flint.fmpz_mat(rows) * derivative


def check_null_space(env, descriptor):
    """Every null vector of D on the same tuples is one of J: the nullity of J is never below. Returns the nullity of
    D."""
    matrix, prime = basis_free(env, descriptor), next(env.field.primes())
    rows = matrix.tolist()
    vectors = null_space(flint.fmpz_mat([rows[i] for i in modular_pivots(matrix.transpose(), prime)]))
    assert not any((matrix * flint.fmpz_mat(vectors).transpose()).entries())
    jacobian = ball_jacobian(env, descriptor, BITS)
    with flint.ctx.workprec(BITS):
        scale = max(float(x.abs_upper()) for x in jacobian.entries())
        for v in vectors:
            image = jacobian * flint.arb_mat(len(v), 1, [int(x) for x in v])
            size = max(abs(int(x)) for x in v) * scale
            assert all(x.contains(0) and float(x.abs_upper()) <= 1e-40 * size for x in image.entries())
        # a negative control: a displacement that D sees
        visible = next(i for i in range(3 * env.n) if any(matrix[a, i] for a in range(matrix.nrows())))
        image = jacobian * flint.arb_mat(3 * env.n, 1, [int(i == visible) for i in range(3 * env.n)])
        assert not all(x.contains(0) for x in image.entries())
    return len(vectors)
