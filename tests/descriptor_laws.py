"""What must hold for every descriptor, of whatever kind, with a false statement beside each true one.

`LAWS` are asked of every row of `descriptor_table`; the `check_` functions are the same for one environment, and serve
the tests of single descriptors. What a kind cannot have (a closed form, a certificate) is told by its own answers.
"""

import re
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

import flint
import mpmath
import numpy as np
import pytest
from feature_oracles import central_differences, closed_forms, expanded_jacobian, mid
from mpmath import mpf
from sympy import Float, N, Rational
from textbooks import oracle_atoms  # noqa: F401  (the tests of single descriptors take it from here)

from symsens import Verdict, certify
from symsens.certificates.exact import certificate_text
from symsens.checker import Refuted, check, load
from symsens.descriptors import descriptor as parse
from symsens.descriptors.base import plan_of
from symsens.errors import InputError, NoClosedForm, SpecError
from symsens.forms.arithmetics import multiprecision
from symsens.forms.jacobian import (
    ball_jacobian,
    ball_values,
    exact_jacobian,
    exact_values,
    float_jacobian,
    float_values,
    midrad_jacobian,
    midrad_values,
    mp_jacobian,
    mp_values,
)
from symsens.forms.select import selected_tuples
from symsens.geometry.displacements import Displacements
from symsens.geometry.gram import gram_derivative, pair_labels
from symsens.numbers.kernel import modular_pivots, null_space
from symsens.rows.tuples import components, group_tuples, pair_incidence

BITS = 300
TRUE_ZERO = 1e-40  # relative: far above the radii of balls of BITS bits, far below any number of the table

cached_jacobian = lru_cache(maxsize=64)(ball_jacobian)
certified = lru_cache(maxsize=64)(certify)


def all_species(env):
    return tuple({env.centre_species, *env.species})


def close(found, want, digits):
    """Whether mpmath numbers agree to 10^-digits of the largest of them."""
    found, want = list(found), list(want)
    scale = max([abs(x) for x in want], default=1)
    return len(found) == len(want) and all(abs(a - b) <= scale * mpf(10) ** -digits for a, b in zip(found, want))


def with_one_wrong(numbers, digits):
    """The same numbers, the largest of them wrong in the last but one of so many digits."""
    largest = max(range(len(numbers)), key=lambda i: abs(numbers[i]))
    factor = 1 + mpf(10) ** (2 - digits)
    return [x * factor if i == largest else x for i, x in enumerate(numbers)]


def largest(balls):
    return max(float(x.abs_upper()) for x in balls)


def radius(balls):
    return max(float(x.rad()) for x in balls)


# Values.


def check_values(env, descriptor, textbook, digits=40, species=None):
    """Values in every arithmetic are those of `textbook()` (None where it has none); a wrong factor on one is seen."""
    with mpmath.workdps(digits + 15):
        want = textbook()
        said = [i for i, x in enumerate(want) if x is not None]
        pick = lambda numbers: list(map(list(numbers).__getitem__, said))  # noqa: E731
        true, balls = pick(want), ball_values(env, descriptor, BITS, species)
        found = pick(mp_values(env, descriptor, digits + 15, species))
        assert len(want) == len(balls) == len(descriptor.feature_names(env, species))
        assert close(found, true, digits)
        assert close(map(mid, pick(balls)), true, digits) and radius(balls) <= largest(balls) * 10.0**-digits
        assert close(map(mpf, pick(float_values(env, descriptor, species).tolist())), true, 10)
        exactly = exact_values(env, descriptor, species)
        assert exactly is None or close([mpf(int(x.p)) / int(x.q) for x in pick(exactly)], true, digits)
        assert not close(with_one_wrong(found, digits), true, digits)


# Derivatives.


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


def in_frame(env, rows):
    """The rows of a Cartesian Jacobian over the neighbours, flat and along the coordinates of the frame: x = B y."""
    metric = mpmath.matrix([[mpf(x.numerator) / x.denominator for x in row] for row in env.metric])
    b = mpmath.cholesky(metric).T.tolist()
    steps = range(0, 3 * env.n, 3)
    return [sum(row[j + i] * b[i][c] for i in range(3)) for row in rows for j in steps for c in range(3)]


def mids(matrix):
    """The midpoints of balls of BITS bits, none of them rounded."""
    with mpmath.workprec(2 * BITS):
        return [[mid(x) for x in row] for row in matrix.tolist()]


def check_closed_form(env, descriptor, digits=40):
    """The Jacobian in balls of radius 10^-digits is ``Matrix.jacobian`` of the expanded closed form, exactly so where
    that is rational; a wrong factor is seen."""
    numbers, symbolic = constant_numbers(env, descriptor, digits + 40), expanded_jacobian(env, descriptor)
    want = [mpmath.mpmathify(N(x.xreplace(numbers), digits + 20)) for x in symbolic]
    balls = cached_jacobian(env, descriptor, BITS)
    assert radius(balls.entries()) <= largest(balls.entries()) * 10.0**-digits
    with mpmath.workdps(2 * BITS):
        found = in_frame(env, mids(balls))
        assert close(found, want, digits) and not close(with_one_wrong(found, digits), want, digits)
    exactly = exact_jacobian(env, descriptor)
    assert exactly is None or [Rational(int(x.p), int(x.q)) for x in exactly.entries()] == list(symbolic)


def check_no_closed_form(env, descriptor):
    """Who says that there is none has no layout, nothing to print and no exact value either."""
    with pytest.raises(NoClosedForm, match=descriptor.name):
        plan_of(env, descriptor)
    assert exact_values(env, descriptor) is None and exact_jacobian(env, descriptor) is None


def has_closed_form(env, descriptor):
    try:
        return bool(closed_forms(env, descriptor))
    except SpecError as error:
        assert "no closed form" in str(error)
        return False


def sums_over_tuples(env, descriptor):
    try:
        return bool(plan_of(env, descriptor))
    except NoClosedForm:
        return False


def check_differences(env, descriptor, digits=60):
    """The mpmath Jacobian agrees with central differences taken at 100 digits; a wrong factor does not."""
    jacobian = mp_jacobian(env, descriptor, 80).tolist()
    with mpmath.workdps(100):
        found = in_frame(env, jacobian)
        want = central_differences(env, lambda moved: mp_values(moved, descriptor, 110))
        assert close(found, want, digits) and not close(with_one_wrong(found, digits), want, digits)


# Invariance.


def dot(env, v, w):
    return sum(v[i] * env.metric[i][j] * w[j] for i in range(3) for j in range(3))


def stretched(env, v, factor):
    """y + (factor - 1) (v.y / v.v) v: the reflection in the plane across v where the factor is -1."""
    amount = lambda y: (factor - 1) * dot(env, v, y) / dot(env, v, v)  # noqa: E731
    return replace(env, positions=tuple(tuple(c + amount(y) * x for c, x in zip(y, v)) for y in env.positions))


def reordered(env):
    """The same environment, its neighbours listed backwards."""
    return replace(env.part(list(reversed(range(env.n)))), atoms=env.atoms)


def rotated(env):
    """A rotation of infinite order, about no special axis: two reflections; the neighbours listed backwards."""
    axes = [tuple(map(Fraction, axis)) for axis in ((3, 7, -5), (2, -11, 4))]
    return reordered(stretched(stretched(env, axes[0], -1), axes[1], -1))


def inverted(env):
    return replace(env, positions=tuple(tuple(-c for c in y) for y in env.positions))


def check_invariance(env, descriptor, digits=40):
    """Exact rotations, the inversion and permutations leave the values in balls of 10^-digits, and J J^T too, since J
    turns with the atoms; a strain does not."""
    want, gram, exactly = ball_values(env, descriptor, BITS), _squared(env, descriptor), exact_values(env, descriptor)
    scale = largest(want)
    for moved in (rotated(env), inverted(env), reordered(env)):
        found = ball_values(moved, descriptor, BITS)
        assert all(
            a.overlaps(b) and float((a - b).abs_upper()) <= scale * 10.0**-digits
            for a, b in zip(found, want, strict=True)
        )
        assert all(a.overlaps(b) for a, b in zip(_squared(moved, descriptor), gram, strict=True))
        # equal to the last digit where distances, or the closed forms, are rational
        assert exactly is None or exact_values(moved, descriptor) == exactly
    strained = stretched(env, tuple(map(Fraction, (1, 2, -4))), Fraction(9, 8))
    assert not all(a.overlaps(b) for a, b in zip(ball_values(strained, descriptor, BITS), want))
    assert not all(a.overlaps(b) for a, b in zip(_squared(strained, descriptor), gram))


def _squared(env, descriptor):
    with flint.ctx.workprec(BITS):
        jacobian = cached_jacobian(env, descriptor, BITS)
        return (jacobian * jacobian.transpose()).entries()


# Enclosures in float64.


def check_enclosure(balls, enclosure, floats):
    """Midpoints and radii hold every ball's number, tightly; floats agree; shifted by a little they do not hold it."""
    scale, flat = largest(balls), [enclosure.mid.ravel().tolist(), enclosure.rad.ravel().tolist()]
    shift = 1e-8 * scale

    def holds(shift):
        return not any(abs(x - flint.arb(m + shift)) > flint.arb(r) for x, m, r in zip(balls, *flat, strict=True))

    with flint.ctx.workprec(BITS):
        assert holds(0) and max(flat[1]) <= 1e-11 * scale and not holds(shift) and not holds(-shift)
        found = [flint.arb(x) for x in floats.ravel().tolist()]
        assert all(float(abs(a - b).mid()) <= 1e-9 * scale for a, b in zip(balls, found, strict=True))


# What cannot be seen.


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


def check_invisible(env, descriptor, vectors):
    """J v is zero for every exact displacement v of the neighbours in the frame, exactly where J is exact and otherwise
    to all digits of its balls; moving one neighbour alone is seen."""
    jacobian = cached_jacobian(env, descriptor, BITS)
    with flint.ctx.workprec(BITS), mpmath.workprec(2 * BITS):
        flat, scale = in_frame(env, mids(jacobian)), largest(jacobian.entries())
        rows = [flat[i : i + 3 * env.n] for i in range(0, len(flat), 3 * env.n)]

        def seen(v):
            size = max(abs(int(x)) for x in v)
            return any(abs(mpmath.fdot(row, map(int, v))) > TRUE_ZERO * size * scale for row in rows)

        assert not any(map(seen, vectors))
        exactly = exact_jacobian(env, descriptor)
        if exactly is not None and vectors:
            numerators, _ = exactly.numer_denom()
            assert not any((numerators * flint.fmpz_mat(vectors).transpose()).entries())
        assert any(seen([int(i == visible) for i in range(3 * env.n)]) for visible in range(3 * env.n))


def check_null_space(env, descriptor):
    """Every null vector of D on the same tuples is one of J: the nullity of J is never below. Returns the nullity of
    D."""
    matrix, prime = basis_free(env, descriptor), next(env.field.primes())
    rows = matrix.tolist()
    vectors = null_space(flint.fmpz_mat([rows[i] for i in modular_pivots(flint.nmod_mat(matrix.transpose(), prime))]))
    assert not any((matrix * flint.fmpz_mat(vectors).transpose()).entries())
    check_invisible(env, descriptor, vectors)
    return len(vectors)


def class_null_space(moves, row_class):
    """All exact null vectors of the last, largest rows of a class, by FLINT."""
    *_, rows = row_class.rows(moves)
    matrix = rows.exact(list(range(rows.count)))
    columns, nullity = matrix.nullspace()
    return [[columns[i, k] for i in range(moves.width)] for k in range(nullity)]


def pivots(rows):
    """The rank of rows of mpmath numbers, by elimination with the largest pivot; what is below `TRUE_ZERO` is zero."""
    rows, found = [list(row) for row in rows], 0
    scale = max(abs(x) for row in rows for x in row)
    while rows:
        size, i, j = max((abs(x), i, j) for i, row in enumerate(rows) for j, x in enumerate(row))
        if size <= TRUE_ZERO * scale:
            break
        pivot, found = rows.pop(i), found + 1
        rows = [[x - row[j] / pivot[j] * p for x, p in zip(row, pivot)] for row in rows]
    return found


# The laws of the table: each takes a row.


def values(row):
    """The values are those of the textbook sum, channels of absent species included."""
    for env in row.environments:
        chosen = row.descriptor
        check_values(env, chosen, lambda: row.textbook(env, chosen), row.digits, all_species(env))  # noqa: B023


def written_out(row):
    """J is the derivative of the closed form written out over all neighbours, where the descriptor has one."""
    env = row.environments[0]
    (check_closed_form if has_closed_form(env, row.descriptor) else check_no_closed_form)(env, row.descriptor)


def differences(row):
    """J is what central differences of the values say."""
    for env in row.environments:
        check_differences(env, row.descriptor, row.digits + 10)


def invariance(row):
    """Isometries and the order of the neighbours change nothing."""
    for env in row.environments:
        check_invariance(env, row.descriptor)


def enclosures(row):
    """The fast enclosures of values and of J, about a fixed centre and of all atoms, hold what balls hold."""
    env, chosen = row.environments[-1], row.descriptor
    check_enclosure(ball_values(env, chosen, BITS), midrad_values(env, chosen), float_values(env, chosen))
    for moves in (Displacements.of_neighbours(env), Displacements.of_atoms(env)):
        balls = ball_jacobian(moves, chosen, BITS).entries()
        check_enclosure(balls, midrad_jacobian(moves, chosen), float_jacobian(moves, chosen))


def invisible(row):
    """J has every null vector of every class that the descriptor says it is in, of its own invariances, and, if it sums
    over tuples, of D on those very tuples; a wider class has fewer."""
    for env in row.environments:
        chosen, nullities = row.descriptor, [0]
        for row_class in chosen.classes(env):
            vectors = class_null_space(Displacements.of_neighbours(env), row_class)
            check_invisible(env, chosen, vectors)
            nullities.append(len(vectors))
        assert nullities == sorted(nullities) and nullities[1] >= min(3, 2 * env.n)  # the rotations at least
        check_invisible(env, chosen, chosen.own_null_vectors(env))
        if sums_over_tuples(env, chosen):
            check_null_space(env, chosen)


def rank(row):
    """The rank that `certify` proves is that of elimination, its null vectors are null, levels and intervals add up; or
    it says what is undecided."""
    for env in row.environments:
        result, rows = (
            certified(env, None, row.descriptor, "neighbours"),
            mids(cached_jacobian(env, row.descriptor, BITS)),
        )
        with mpmath.workprec(2 * BITS):
            true, norm = pivots(rows), mpmath.fsum(x**2 for line in rows for x in line)
        if result.verdict is not Verdict.PROVED:
            assert result.bounds is None or result.bounds.lower <= true <= result.bounds.upper
            assert re.search(r"at least \d+, at most \d+", result.undecided)
            continue
        check_invisible(result.environment, row.descriptor, result.filtration.vectors)
        found, squares = result.filtration, [x.lower * x.upper for x in result.singular_values]
        assert found.rank == true == sum(x.lower > 0 for x in result.singular_values) <= row.descriptor.capacity(env)
        assert found.rank + sum(filter(None, found.as_dict().values())) == found.displacements == len(squares)
        assert sum(squares) == pytest.approx(float(norm), rel=1e-5) != pytest.approx(sum(squares[1:]), rel=1e-5)


def round_trip(row):
    """Its SPEC gives it back, every default is left out or said, and a word that it has not is refused."""
    chosen, plain = row.descriptor, parse(row.descriptor.name)
    again = parse(str(chosen))
    assert str(chosen) == row.spec and again == chosen and hash(again) == hash(chosen) and str(again) == str(chosen)
    assert plain == type(chosen)() == parse(str(plain)) and (plain == chosen) == (str(plain) == str(chosen))
    assert chosen.formula and type(chosen).__doc__ and all(help for _, help in chosen.parameters().values())
    assert len(set(chosen.feature_names(row.environments[0]))) == len(chosen.feature_names(row.environments[0]))
    with pytest.raises(SpecError, match=f"{chosen.name}: unknown parameter 'wrong_word'"):
        parse(f"{chosen.name}:wrong_word=1")


def with_images(env):
    """The same environment, like atoms being periodic images of one, or of the centre."""
    species = [env.centre_species, *env.species]
    return replace(env, atoms=tuple(species.index(z) for z in env.species))


def all_atoms(row):
    """Where all atoms move, each has the columns of its images and the centre what is left, so that translations are
    invisible; the rank is that about a fixed centre."""
    plain = row.environments[-1]
    still = cached_jacobian(plain, row.descriptor, BITS)
    for env in (plain, with_images(plain)):
        moves = Displacements.of_atoms(env)
        tied = ball_jacobian(moves, row.descriptor, BITS)
        with flint.ctx.workprec(BITS):
            for a in range(tied.nrows()):
                total = [sum(still[a, c] for c in range(k, 3 * env.n, 3)) for k in range(3)]
                for place, atom in enumerate(moves.variables):
                    for k in range(3):
                        want = sum(still[a, 3 * j + k] for j in range(env.n) if env.atoms[j] == atom)
                        assert tied[a, 3 * place + k].overlaps(want - total[k] if atom == env.centre else want)
                assert all(sum(tied[a, c] for c in range(k, moves.width, 3)).contains(0) for k in range(3))
            # without the centre's columns translations are seen
            assert not all(sum(still[a, c] for c in range(0, 3 * env.n, 3)).contains(0) for a in range(still.nrows()))
    fixed, moving = (certified(plain, None, row.descriptor, vary) for vary in ("neighbours", "atoms"))
    assert (fixed.filtration.rank, fixed.verdict) == (moving.filtration.rank, moving.verdict)


def certificate(row):
    """The certificate verifies and states the rank, a rank one higher is refuted; or a reason says why none is."""
    for env in row.environments:
        result = certified(env, None, row.descriptor, "neighbours")
        if result.rule.name is None:
            assert result.rule.reason
            with pytest.raises(InputError, match=re.escape(result.rule.reason)):
                result.certificate  # noqa: B018
            continue
        text = certificate_text([result.certificate])
        found = result.filtration
        stated = f" = {found.rank} of {found.displacements}: "
        (loaded,) = load(text)
        assert any(f"[{result.rule.name}]" in line and stated in line for line in check(loaded))
        (altered,) = load(text)
        altered["claims"]["rank"] += 1
        altered["claims"]["nullity"] -= 1
        with pytest.raises(Refuted):
            check(altered)


LAWS = (
    values,
    written_out,
    differences,
    invariance,
    enclosures,
    invisible,
    rank,
    round_trip,
    all_atoms,
    certificate,
)
