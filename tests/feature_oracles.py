"""What the descriptor tests share: environments, and J by SymPy's own Matrix.jacobian of the expanded closed form."""

from dataclasses import replace
from fractions import Fraction

import mpmath
from sympy import Matrix, Rational, Symbol

from symsens.geometry.environment import Environment
from symsens.jobs.derivation import derive, dot_product

TD = [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]
ENVIRONMENTS = {
    "two": Environment(("H", "O"), [(1, "1/2", 0), ("-1/3", 1, "2/5")], "C"),
    "three": Environment(("H", "H", "O"), [(1, "1/2", 0), ("-1/3", 1, "2/5"), (0, "-1/2", "4/3")], "C"),
    "four": Environment(
        ("H",) * 4, [(1, 0, "1/5"), ("3/5", "4/5", "-2/5"), ("-3/5", "-4/5", "-2/5"), (0, 0, "6/5")], "C"
    ),  # F1
    "methane": Environment(("H",) * 4, [tuple(Fraction(5 * c, 8) for c in y) for y in TD], "C"),
    "skew": Environment(
        ("O", "H", "H"),
        [(1, 0, 0), ("1/2", 1, 0), (0, "-1/2", 1)],
        "O",
        metric=((1, "1/2", 0), ("1/2", 1, "1/4"), (0, "1/4", 1)),
    ),
}


def closed_forms(env, descriptor):
    """Every feature of `descriptor` written out over the neighbours of `env`, in s_j and d_jk."""
    return [form for _, form in derive(descriptor, env.n, species=env.species, centre=env.centre_species).features]


def expanded_jacobian(env, descriptor):
    """J by ``Matrix.jacobian`` of the closed form in frame coordinates y_jc, at the positions of `env` (SymPy
    numbers)."""
    y = [[Symbol(f"y{j}{c}", real=True) for c in range(3)] for j in range(env.n)]
    metric = Matrix(3, 3, [Rational(x.numerator, x.denominator) for row in env.metric for x in row])
    swap = {
        dot_product(j + 1, k + 1): (Matrix([y[j]]) * metric * Matrix([y[k]]).T)[0, 0]
        for j in range(env.n)
        for k in range(j, env.n)
    }
    forms = Matrix([form.xreplace(swap) for form in closed_forms(env, descriptor)])
    here = {v: Rational(x.numerator, x.denominator) for row, point in zip(y, env.positions) for v, x in zip(row, point)}
    return forms.jacobian([v for row in y for v in row]).xreplace(here)


def mid(x):
    """The midpoint of a ball as an exact mpmath number (at a working precision that holds it)."""
    mantissa, exponent = x.mid().man_exp()
    return mpmath.ldexp(mpmath.mpf(int(mantissa)), int(exponent))


def central_differences(env, values, digits=100):
    """dF/dx, row by row, by central differences of `values` (mpmath numbers) with step 10^(-digits/3); identity
    metric."""
    step, columns = Fraction(1, 10 ** (digits // 3)), []
    with mpmath.workdps(digits):
        for j in range(env.n):
            for c in range(3):
                moved = []
                for sign in (1, -1):
                    positions = [list(y) for y in env.positions]
                    positions[j][c] += sign * step
                    moved.append(values(replace(env, positions=tuple(map(tuple, positions)))))
                columns.append([(a - b) * step.denominator / 2 for a, b in zip(*moved)])
        return [column[i] for i in range(len(columns[0])) for column in columns]
