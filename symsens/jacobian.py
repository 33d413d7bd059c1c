"""J = Phi . D in each arithmetic (THEORY, section 2): exact rationals, Arb balls, mpmath, float64.

The chain rule runs through the Gram matrix: D = C . E, with E the derivative of the dot products (`symsens.tuples`), so

    G = Phi . C     (features x pairs j <= k): the derivative of each feature by x_j . x_k
    J = G . E       J[a, 3j + c] = sum_k (1 + [j = k]) G[a, jk] (x_k)_c

phi is evaluated once per class of equal (species, invariants). Law: the four arithmetics run the same closed forms on the same
classes and differ in their numbers only; which tuples count (cutoffs) and where a form is not smooth is decided exactly.

Columns: 3j + c is component c of neighbour j. Exact Jacobians stay in the frame; the real ones are Cartesian, x = B y with B
the upper Cholesky factor of the metric, M = B^T B, because singular values belong to Cartesian displacements. With
``vary="atoms"`` columns are those of `symsens.filtration.tied_atoms`.
"""

import numpy as np

from symsens.cluster import Environment
from symsens.features.base import Descriptor, Family, invariants
from symsens.features.compile import Arithmetic, NotRational, ball, constant_value, exact, floating, matmul, multiprecision, program
from symsens.features.select import arguments, plan_of, selected_tuples
from symsens.features.terms import Job, Layout, slot_components
from symsens.filtration import tie_matrix
from symsens.metric import IDENTITY
from symsens.midrad import ETA, MidRad, _inflate, gamma
from symsens.tuples import components, group_tuples, pair_incidence, pair_labels


MAX_CELLS = {float: 2_000_000, object: 300_000}  # numbers in one array of forms x classes


# Families, once per distance or pair.


def _tabulate(family: Family, env: Environment, at: np.ndarray, arithmetic: Arithmetic) -> np.ndarray:
    """(forms, 1 + active components, tuples): values and derivatives of a family."""
    derivatives = family.derivatives
    symbols = tuple(symbol for constants in family.constants for symbol in constants.symbols)
    forms = family.evaluated + tuple(form for _, part in derivatives for form in part)
    compiled = program(invariants(family.arity) + symbols, forms)
    numbers = [value for constants in family.constants for value in constants.values(arithmetic)]
    results = compiled(arithmetic, [*arguments(env, at, arithmetic), *numbers])
    table = np.empty((len(results), len(at)), dtype=arithmetic.dtype)
    for row, result in zip(table, results):
        row[:] = arithmetic.number(result, 1) if isinstance(result, int) else result
    table = table.reshape(1 + len(derivatives), len(family.evaluated), len(at)).transpose(1, 0, 2)
    return _mixed(family, table, arithmetic) if family.mixing else table


def _mixed(family: Family, table: np.ndarray, arithmetic: Arithmetic) -> np.ndarray:
    """The table of the forms from that of the primitives."""
    parts, start = [], 0
    for matrix in family.mixing:
        rows, columns = len(matrix.rows), len(matrix.rows[0])
        numbers = np.array(matrix.values(arithmetic), dtype=arithmetic.dtype).reshape(rows, columns)
        part = table[start : start + columns]
        parts.append(matmul(arithmetic, numbers, part.reshape(columns, -1)).reshape(rows, *part.shape[1:]))
        start += columns
    return np.concatenate(parts)


class _Tables:
    """Families on the tuples of all jobs: collected first, evaluated once per class."""

    def __init__(self, env: Environment, labels: np.ndarray):
        self.env, self.labels, self.wanted, self.start = env, labels, {}, {}

    def want(self, key, family: Family, at: np.ndarray) -> None:
        parts = self.wanted.setdefault(family, [])
        self.start[key] = family, sum(map(len, parts)), len(at)
        parts.append(at)

    def evaluate(self, arithmetic: Arithmetic, convert) -> None:
        self.tables = {}
        for family, parts in self.wanted.items():
            class_of, representatives = group_tuples(self.labels, np.concatenate(parts))
            self.tables[family] = convert(_tabulate(family, self.env, representatives, arithmetic)), class_of

    def columns(self, key) -> tuple:
        """(table, column of each tuple) for what was wanted under `key`."""
        family, start, count = self.start[key]
        table, class_of = self.tables[family]
        return table, class_of[start : start + count]


def _keep(table):
    return table


def _to_midrad(table: np.ndarray) -> MidRad:
    flat = MidRad.from_arb(table.ravel().tolist())
    return MidRad(flat.mid.reshape(table.shape), flat.rad.reshape(table.shape))


# Products, sums over classes.


def _segment_sum(x, order: np.ndarray, starts: np.ndarray):
    """Sums of the columns ``order[starts[i] : starts[i + 1]]`` of x (every segment nonempty)."""
    if not isinstance(x, MidRad):
        x = x if len(starts) == x.shape[1] and np.array_equal(order, np.arange(len(order))) else x[:, order]
        return x if len(starts) == x.shape[1] else np.add.reduceat(x, starts, axis=1)
    mid, rad = x.mid[:, order], x.rad[:, order]
    if len(starts) == len(order):
        return MidRad(mid, rad)
    # fact (2) of symsens.midrad for a sum of k terms, k the longest segment
    k = int(np.diff(np.append(starts, len(order))).max())
    total = np.add.reduceat(mid, starts, axis=1)
    size = gamma(k - 1) * np.add.reduceat(np.abs(mid), starts, axis=1)
    return MidRad(total, _inflate(np.add.reduceat(rad, starts, axis=1) + size, k + 3) + 2 * ETA)


def _by_form(x, group, forms: int):
    """Sum the terms of `group` (rows of x) by form: (rows of forms, sums)."""
    rows, starts = np.unique(group.phi, return_index=True)
    if len(rows) == len(group.phi):
        return rows, x
    if isinstance(x, MidRad):
        flipped = _segment_sum(x.T, np.arange(len(group.phi)), starts)
        return rows, flipped.T
    return rows, np.add.reduceat(x, starts, axis=0)


class _Total:
    """Rows that are written first and added to afterwards."""

    def __init__(self, rows: int, columns: int, zero, midrad: bool):
        self.written = np.zeros(rows, dtype=bool)
        if midrad:
            self.parts = [np.zeros((rows, columns)), np.zeros((rows, columns))]
        else:
            self.parts = [np.full((rows, columns), zero)]

    def add(self, rows: np.ndarray, x) -> None:
        if self.written[rows].any():
            x = self.get(rows) + x
        self.written[rows] = True
        for part, value in zip(self.parts, (x.mid, x.rad) if isinstance(x, MidRad) else (x,)):
            part[rows] = value

    def get(self, rows=slice(None)):
        parts = [part[rows] for part in self.parts]
        return MidRad(*parts) if len(parts) == 2 else parts[0]


def _product(factors):
    result = None
    for factor in factors:
        if factor is not None:
            result = factor if result is None else result * factor
    return result


def _run(job: Job, number: int, chunk: slice, tables: _Tables, zero, coefficient, midrad: bool, derivative: bool):
    """{None: values (forms x classes), component: derivatives by it} of one job, for a chunk of its classes."""
    classes = chunk.stop - chunk.start
    totals = {None: _Total(job.forms, classes, zero, midrad)}
    for g, group in enumerate(job.groups):
        factor = None if group.coefficients is None else coefficient(group.coefficients)
        slots = []
        for s, (family, places) in enumerate(group.slots):
            table, columns = tables.columns((number, family, places))
            slots.append((family, places, table, group.index[:, s][:, None], columns[None, chunk]))
        at = [table[index, 0, columns] for _, _, table, index, columns in slots]
        if not slots:  # a constant form: one value for every class
            ones = coefficient([1] * len(group.phi)) if factor is None else factor
            rows, value = _by_form(ones, group, job.forms)
            totals[None].add(rows, value[:, np.zeros(classes, dtype=np.int64)])
            continue
        totals[None].add(*_by_form(_product([factor, *at]), group, job.forms))
        if not derivative:
            continue
        by_component = {}
        for s, (family, places, table, index, columns) in enumerate(slots):
            rest = _product([factor, *at[:s], *at[s + 1 :]])
            of = slot_components(job.nu, places)
            for d, (c, _) in enumerate(family.derivatives):
                part = _product([rest, table[index, 1 + d, columns]])
                by_component[of[c]] = by_component[of[c]] + part if of[c] in by_component else part
        for c, part in by_component.items():
            totals.setdefault(c, _Total(job.forms, classes, zero, midrad)).add(*_by_form(part, group, job.forms))
    return {c: total.get() for c, total in totals.items()}


def _assemble(env: Environment, descriptor: Descriptor, arithmetic: Arithmetic, species=None, derivative: bool = True, midrad: bool = False):
    """(F, G): values of all features (a column), and their derivatives by the dot products of pairs j <= k."""
    plan, labels = plan_of(env, descriptor, species), pair_labels(env)
    tuples = selected_tuples(env, descriptor, plan, labels)
    n_pairs, zero = env.n * (env.n + 1) // 2, arithmetic.number(0, 1)
    convert = _to_midrad if midrad else _keep
    tables, prepared = _Tables(env, labels), []

    for number, job in enumerate(plan.jobs):
        parts, entries, classes = [], [], 0
        for i, b in enumerate(job.blocks):
            class_of, representatives = group_tuples(labels, tuples[b])
            row, pair, count = pair_incidence(env.n, tuples[b], class_of)
            cls, component = np.divmod(row, max(len(components(job.nu)), 1))
            entries.append((cls + classes, component, pair + i * n_pairs, count))
            # Component -1: the value itself, which goes to the block's single column.
            each = np.arange(len(representatives))
            entries.append((each + classes, np.full(len(each), -1), np.full(len(each), i), np.bincount(class_of, minlength=len(each))))
            parts.append(representatives)
            classes += len(representatives)
        prepared.append(([np.concatenate(x) for x in zip(*entries)], classes))
        if classes:
            at = np.concatenate(parts)
            for family, places in {slot for group in job.groups for slot in group.slots}:
                tables.want((number, family, places), family, at[:, [a - 1 for a in places]])
    tables.evaluate(arithmetic, convert)

    def coefficient(exprs):
        column = np.empty((len(exprs), 1), dtype=arithmetic.dtype)
        column[:, 0] = [arithmetic.number(e, 1) if isinstance(e, int) else constant_value(e, arithmetic) for e in exprs]
        return convert(column)

    values = _Total(len(plan.labels), 1, zero, midrad)
    gradient = _Total(len(plan.labels), n_pairs, zero, midrad)
    for number, (job, (entries, classes)) in enumerate(zip(plan.jobs, prepared)):
        size = max(1, MAX_CELLS[arithmetic.dtype] // max(job.forms, 1))
        for start in range(0, classes, size):
            chunk = slice(start, min(start + size, classes))
            mine = [x[(entries[0] >= chunk.start) & (entries[0] < chunk.stop)] for x in entries] if size < classes else entries
            for c, x in _run(job, number, chunk, tables, zero, coefficient, midrad, derivative).items():
                cls, target, count = (x[mine[1] == (-1 if c is None else c)] for x in (mine[0], mine[2], mine[3]))
                _scatter(values if c is None else gradient, plan, job, x, cls - start, target, count, coefficient, zero)
    return values.get(), gradient.get(), plan


def _scatter(total: _Total, plan: Layout, job: Job, x, cls, target, count, coefficient, zero):
    """Add ``count * x[:, cls]`` to column ``target % width`` of the rows of block number ``target // width`` of the job."""
    width, order = total.parts[0].shape[1], np.argsort(target, kind="stable")
    order = np.repeat(order, count[order])
    goals, starts = np.unique(target[order], return_index=True)
    if not len(goals):
        return
    sums = _segment_sum(x, cls[order], starts)
    of_block, column = np.divmod(goals, width)
    for i, b in enumerate(job.blocks):
        mine = np.flatnonzero(of_block == i)
        if not len(mine):
            continue
        scale, rows = plan.blocks[b].scale, plan.rows[b]
        part = sums[:, mine] if scale == 1 else sums[:, mine] * coefficient([scale])
        if len(mine) < width:
            part = _spread(part, column[mine], width, zero)
        total.add(rows, part)


def _spread(part, columns, width: int, zero):
    """The matrix of `width` columns that has `part` at `columns` and zeros elsewhere."""
    if isinstance(part, MidRad):
        return MidRad(_spread(part.mid, columns, width, 0.0), _spread(part.rad, columns, width, 0.0))
    full = np.full((len(part), width), zero)
    full[:, columns] = part
    return full


# From the Gram matrix to displacements.


def _symmetric(gradient, n: int):
    """(features * n, n): the derivative by x_j is sum_k of these times x_k."""
    pair = np.zeros((n, n), dtype=np.int64)
    upper = np.triu_indices(n)
    pair[upper] = pair.T[upper] = np.arange(len(upper[0]))
    twice = 1 + np.eye(n, dtype=np.int64)
    if isinstance(gradient, MidRad):  # doubling is exact
        shape = (len(gradient.mid) * n, n)
        return MidRad((gradient.mid[:, pair] * twice).reshape(shape), (gradient.rad[:, pair] * twice).reshape(shape))
    full = gradient[:, pair]
    full[:, np.arange(n), np.arange(n)] = full[:, np.arange(n), np.arange(n)] * 2
    return full.reshape(len(full) * n, n)


def cartesian_positions(env: Environment, arithmetic: Arithmetic) -> np.ndarray:
    """(n, 3) Cartesian positions x_j = B y_j, with B the upper Cholesky factor of the metric M = B^T B."""
    y, q = env.integer_positions
    columns = [arithmetic.array([(row[c], q) for row in y]) for c in range(3)]
    if env.metric != IDENTITY:
        b = cartesian_frame(env, arithmetic)
        columns = [sum(b[i][c] * columns[c] for c in range(i + 1, 3)) + b[i][i] * columns[i] for i in range(3)]
    return np.stack(columns, axis=1) if env.n else np.empty((0, 3), dtype=arithmetic.dtype)


def cartesian_frame(env: Environment, arithmetic: Arithmetic):
    """B, upper triangular with positive diagonal, B^T B = M."""
    root, m = arithmetic.functions["sqrt"], [[arithmetic.number(x.numerator, x.denominator) for x in row] for row in env.metric]
    b = [[arithmetic.number(0, 1)] * 3 for _ in range(3)]
    for i in range(3):
        for j in range(i, 3):
            rest = m[i][j] - sum(b[k][i] * b[k][j] for k in range(i))
            b[i][j] = root(rest) if i == j else rest / b[i][i]
    return b


def _tie_floats(env: Environment) -> np.ndarray:
    tie = tie_matrix(env)
    return np.array([int(x) for x in tie.entries()], dtype=float).reshape(tie.nrows(), tie.ncols())


def feature_labels(env: Environment, descriptor: Descriptor, species=None) -> tuple[str, ...]:
    """The features of `descriptor` on `env` (or on all of `species`), in the order of the rows of J."""
    return plan_of(env, descriptor, species).labels


def exact_values(env: Environment, descriptor: Descriptor, species=None):
    """All features as a list of `flint.fmpq`; None where a closed form is not rational."""
    try:
        values, _, _ = _assemble(env, descriptor, exact(), species, derivative=False)
    except NotRational:
        return None
    return values[:, 0].tolist()


def exact_jacobian(env: Environment, descriptor: Descriptor, vary: str = "neighbours", species=None):
    """J over the rationals, in frame coordinates.

    Parameters
    ----------
    env, descriptor : the environment and its descriptor.
    vary : "neighbours" (3n columns) or "atoms" (three per atom of `symsens.filtration.tied_atoms`).
    species : the species whose features are wanted; those of the neighbours by default.

    Returns
    -------
    flint.fmpq_mat (features x displacements; ``numer_denom()`` gives integers over one denominator), or None where a closed
    form is not rational at this point.

    Raises
    ------
    NotSmoothError
        The descriptor is not differentiable at `env`.
    """
    from flint import fmpq, fmpq_mat

    try:
        _, gradient, plan = _assemble(env, descriptor, exact(), species)
    except NotRational:
        return None
    n, scale = env.n, env.integer_positions[1] * env.integer_metric[1]
    covectors = fmpq_mat(n, 3, [fmpq(x, scale) for row in env.covectors for x in row])
    product = fmpq_mat(len(plan.labels) * n, n, _symmetric(gradient, n).ravel().tolist()) * covectors
    jacobian = fmpq_mat(len(plan.labels), 3 * n, product.entries())
    return jacobian * fmpq_mat(tie_matrix(env)) if vary == "atoms" else jacobian


def ball_values(env: Environment, descriptor: Descriptor, prec: int = 128, species=None):
    """All features as a list of `flint.arb`, at `prec` bits."""
    from flint import ctx

    with ctx.workprec(prec):
        return _assemble(env, descriptor, ball(), species, derivative=False)[0][:, 0].tolist()


def ball_jacobian(env: Environment, descriptor: Descriptor, prec: int = 128, vary: str = "neighbours", species=None):
    """J in balls at `prec` bits, in Cartesian coordinates: a `flint.arb_mat`; otherwise as `exact_jacobian`."""
    from flint import arb_mat, ctx

    with ctx.workprec(prec):
        _, gradient, plan = _assemble(env, descriptor, ball(), species)
        n = env.n
        positions = arb_mat(n, 3, cartesian_positions(env, ball()).ravel().tolist())
        product = arb_mat(len(plan.labels) * n, n, _symmetric(gradient, n).ravel().tolist()) * positions
        jacobian = arb_mat(len(plan.labels), 3 * n, product.entries())
        return jacobian * arb_mat(tie_matrix(env)) if vary == "atoms" else jacobian


def mp_values(env: Environment, descriptor: Descriptor, dps: int = 50, species=None):
    """All features as a list of `mpmath.mpf`, computed with `dps` digits."""
    import mpmath

    with mpmath.workdps(dps):
        return _assemble(env, descriptor, multiprecision(), species, derivative=False)[0][:, 0].tolist()


def mp_jacobian(env: Environment, descriptor: Descriptor, dps: int = 50, vary: str = "neighbours", species=None):
    """J as an `mpmath.matrix` computed with `dps` digits, in Cartesian coordinates; otherwise as `exact_jacobian`."""
    import mpmath

    with mpmath.workdps(dps):
        _, gradient, plan = _assemble(env, descriptor, multiprecision(), species)
        jacobian = _symmetric(gradient, env.n) @ cartesian_positions(env, multiprecision())
        jacobian = jacobian.reshape(len(plan.labels), 3 * env.n)
        if vary == "atoms":
            jacobian = jacobian @ _tie_floats(env).astype(int).astype(object)
        return mpmath.matrix(jacobian.tolist()) if jacobian.size else mpmath.matrix(*jacobian.shape)


def float_values(env: Environment, descriptor: Descriptor, species=None) -> np.ndarray:
    """All features in float64."""
    return _assemble(env, descriptor, floating(), species, derivative=False)[0][:, 0]


def float_jacobian(env: Environment, descriptor: Descriptor, vary: str = "neighbours", species=None) -> np.ndarray:
    """J in float64, in Cartesian coordinates (features x displacements); no error bound; otherwise as `exact_jacobian`."""
    _, gradient, plan = _assemble(env, descriptor, floating(), species)
    jacobian = (_symmetric(gradient, env.n) @ cartesian_positions(env, floating())).reshape(len(plan.labels), 3 * env.n)
    return jacobian @ _tie_floats(env) if vary == "atoms" else jacobian


def midrad_jacobian(env: Environment, descriptor: Descriptor, prec: int = 80, vary: str = "neighbours", species=None) -> MidRad:
    """An enclosure of J in float64 midpoints and radii, Cartesian: families in balls of `prec` bits, products vectorised."""
    from flint import ctx

    with ctx.workprec(prec):
        _, gradient, plan = _assemble(env, descriptor, ball(), species, midrad=True)
        positions = _to_midrad(cartesian_positions(env, ball()))
    product = _symmetric(gradient, env.n) @ positions
    shape = (len(plan.labels), 3 * env.n)
    jacobian = MidRad(product.mid.reshape(shape), product.rad.reshape(shape))
    return jacobian @ MidRad.from_floats(_tie_floats(env)) if vary == "atoms" else jacobian
