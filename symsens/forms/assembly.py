"""Features and their derivatives by the dot products, summed over classes of tuples by one code for every arithmetic.

    F = sum over tuples of phi,    G = Phi . C  (features x pairs j <= k): the derivative of each feature by x_j . x_k

Every family is tabulated once per distance, pair or tuple class; the rest is gathering, products and sums of arrays
with a leading axis of copies. One copy is the numbers themselves. In float64 the magnitudes may be carried along as a
second copy: F and G are polynomials in the tabulated numbers t with coefficients c, and running the same operations on
|t| and |c| gives the sums of absolute values of all monomials, from which `symsens.forms.jacobian` bounds the rounding
errors (`Sums.depth`).

Law: nothing here knows what the numbers are; which tuples count is decided by `symsens.forms.select`.
"""

from dataclasses import dataclass
from math import isqrt

import numpy as np

from symsens.forms.arithmetics import Arithmetic, matmul
from symsens.forms.blocks import Family, invariants
from symsens.forms.compile import constant_value, program
from symsens.forms.layouts import Job, Layout, slot_components
from symsens.forms.select import arguments, selected_tuples
from symsens.geometry.environment import Environment
from symsens.geometry.gram import pair_labels
from symsens.rows.tuples import components, group_tuples, pair_incidence

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


class Tables:
    """Families on the tuples of all jobs: collected first, evaluated once per class."""

    def __init__(self, env: Environment, labels: np.ndarray, known: dict):
        """`known`: tables made before, at the same environment in the same arithmetic and precision."""
        self.env, self.labels, self.known, self.wanted, self.start = env, labels, known, {}, {}

    def want(self, key, family: Family, at: np.ndarray) -> None:
        parts = self.wanted.setdefault(family, [])
        self.start[key] = family, sum(map(len, parts)), len(at)
        parts.append(at)

    def evaluate(self, arithmetic: Arithmetic, convert) -> None:
        families, class_of, tables = list(self.wanted), {}, []
        for family in families:
            places = components(family.arity)
            class_of[family], representatives = group_tuples(self.labels, np.concatenate(self.wanted[family]))
            classes = family, *(self.labels[representatives[:, a], representatives[:, b]].tobytes() for a, b in places)
            if classes not in self.known:
                self.known[classes] = _tabulate(family, self.env, representatives, arithmetic)
            tables.append(self.known[classes])
        self.tables = {family: (table, class_of[family]) for family, table in zip(families, convert(tables))}

    def columns(self, key) -> tuple:
        """(table, column of each tuple) for what was wanted under `key`."""
        family, start, count = self.start[key]
        table, class_of = self.tables[family]
        return table, class_of[start : start + count]


# Products, sums over classes.


@dataclass
class Sums:
    """(copies, rows, columns) sums, zero where nothing was added.

    Attributes
    ----------
    depth : a bound of the number of roundings that any monomial passes through on its way into an entry.
    """

    array: np.ndarray
    written: np.ndarray
    depth: int = 0

    def add(self, rows, columns, x: np.ndarray, depth: int) -> None:
        """Add x to the given rows and columns."""
        where = (slice(None), rows[:, None], columns[None, :])
        if self.written[rows].any():
            x, depth = self.array[where] + x, max(depth, self.depth) + 1
        self.array[where] = x
        self.written[rows] = True
        self.depth = max(self.depth, depth)


def _reduce(x: np.ndarray, starts: np.ndarray, axis: int) -> tuple[np.ndarray, int]:
    """Sums of consecutive segments of an axis (every segment nonempty), and how many roundings a term passes.

    A long segment is summed in pieces of about the square root of its length: rounding errors grow with that root.
    """
    lengths = np.diff(np.append(starts, x.shape[axis]))
    longest = int(lengths.max(initial=1))
    if longest == 1:
        return x, 0
    if longest < 16:
        return np.add.reduceat(x, starts, axis=axis), longest - 1
    size = isqrt(longest)
    pieces = -(-lengths // size)
    ends = np.cumsum(pieces)
    inner = np.repeat(starts, pieces) + size * (np.arange(ends[-1]) - np.repeat(ends - pieces, pieces))
    x, depth = np.add.reduceat(x, inner, axis=axis), size - 1
    return np.add.reduceat(x, ends - pieces, axis=axis), depth + int(pieces.max()) - 1


def _by_form(x: np.ndarray, phi: np.ndarray, forms: int, zero) -> tuple[np.ndarray, int]:
    """The terms (rows of x) summed by form, all `forms` of them, and how many roundings that takes."""
    rows, starts = np.unique(phi, return_index=True)
    x, depth = _reduce(x, starts, axis=1)
    if len(rows) == forms:
        return x, depth
    full = np.full((len(x), forms, x.shape[2]), zero)
    full[:, rows] = x
    return full, depth


def _product(factors):
    result = None
    for factor in factors:
        if factor is not None:
            result = factor if result is None else result * factor
    return result


def _run(job: Job, number: int, chunk: slice, tables: Tables, zero, coefficient, derivative: bool):
    """({component: (copies, forms, classes)}, depth) of one job, for a chunk of its classes.

    Derivatives by the invariants, or the values themselves under component -1.
    """
    totals, depth = {}, 0

    def include(c, x, phi):
        x, roundings = _by_form(x, phi, job.forms, zero)
        totals[c] = totals[c] + x if c in totals else x
        return roundings

    for group in job.groups:
        factor = None if group.coefficients is None else coefficient(group.coefficients)
        slots, roundings = [], 0
        for s, (family, places) in enumerate(group.slots):
            table, columns = tables.columns((number, family, places))
            slots.append((family, places, table, group.index[:, s][:, None], columns[None, chunk]))
        at = [table[:, index, 0, columns] for _, _, table, index, columns in slots]
        if not derivative:
            if not slots:  # a constant form: one value for every class
                ones = coefficient([1] * len(group.phi)) if factor is None else factor
                at = [np.repeat(ones, chunk.stop - chunk.start, axis=2)]
                factor = None
            roundings = include(-1, _product([factor, *at]), group.phi)
        by_component = {}
        for s, (family, places, table, index, columns) in enumerate(slots if derivative else []):
            rest = _product([factor, *at[:s], *at[s + 1 :]])
            of = slot_components(job.nu, places)
            for d, (c, _) in enumerate(family.derivatives):
                part = _product([rest, table[:, index, 1 + d, columns]])
                by_component[of[c]] = by_component[of[c]] + part if of[c] in by_component else part
        for c, part in by_component.items():
            roundings = max(roundings, include(c, part, group.phi))
        # Roundings: a product of the coefficient and all slots, a sum over slots, over terms, and (below) over groups.
        depth = max(depth, 2 * len(slots) + roundings)
    return totals, depth + len(job.groups) - 1


def assemble(
    env: Environment, plan: Layout, arithmetic: Arithmetic, convert, derivative: bool, known: dict | None = None
) -> Sums:
    """G, the derivatives of all features by the dot products of pairs j <= k; or F, as one column.

    Parameters
    ----------
    plan : the features.
    convert : (list of tables of `arithmetic`) -> the same with a leading axis of copies.
    derivative : G rather than F.
    known : tables of families made before, at this environment in this arithmetic; those made here are added.
    """
    labels = pair_labels(env)
    tuples = selected_tuples(env, plan, labels)
    width = env.n * (env.n + 1) // 2 if derivative else 1
    tables, prepared = Tables(env, labels, {} if known is None else known), []
    for number, job in enumerate(plan.jobs):
        parts, entries, classes = [], [], 0
        for i, b in enumerate(job.blocks):
            class_of, representatives = group_tuples(labels, tuples[b])
            if derivative:
                row, column, count = pair_incidence(env.n, tuples[b], class_of)
                cls, component = np.divmod(row, max(len(components(job.nu)), 1))
            else:  # component -1, the value: one column, as often as the class has tuples
                cls, count = np.arange(len(representatives)), np.bincount(class_of, minlength=len(representatives))
                component, column = np.full(len(cls), -1), np.zeros(len(cls), dtype=np.int64)
            entries.append((cls + classes, component, column + i * width, count))
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
        return convert([column])[0]

    one = coefficient([0])
    zero = one[0, 0, 0]
    total = Sums(np.full((len(one), len(plan.labels), width), zero), np.zeros(len(plan.labels), dtype=bool))
    for number, (job, (entries, classes)) in enumerate(zip(plan.jobs, prepared)):
        size = max(1, MAX_CELLS[arithmetic.dtype] // max(job.forms, 1))
        for start in range(0, classes, size):
            chunk = slice(start, min(start + size, classes))
            mine = entries
            if size < classes:
                mine = [x[(entries[0] >= chunk.start) & (entries[0] < chunk.stop)] for x in entries]
            parts, depth = _run(job, number, chunk, tables, zero, coefficient, derivative)
            _scatter(total, plan, job, parts, depth, mine, start, coefficient)
    return total


def _scatter(total: Sums, plan: Layout, job: Job, parts, depth: int, entries, start: int, coefficient) -> None:
    """Add what belongs to (class, component), `count` times, to column c of block b, where target = b * width + c."""
    cls, component, target, count = entries
    if not parts:
        return
    place = np.full(max(len(components(job.nu)), 1) + 1, -1)  # the last one is component -1
    for i, c in enumerate(parts):
        place[c] = i
    x = np.concatenate(list(parts.values()), axis=2) if len(parts) > 1 else next(iter(parts.values()))
    column = place[component] * (x.shape[2] // len(parts)) + cls - start
    used = np.flatnonzero(place[component] >= 0)
    order = used[np.argsort(target[used], kind="stable")]
    order = np.repeat(order, count[order])
    goals, starts = np.unique(target[order], return_index=True)
    if not len(goals):
        return
    sums, roundings = _reduce(np.take(x, column[order], axis=2), starts, axis=2)
    of_block, columns = np.divmod(goals, total.array.shape[2])
    for i, b in enumerate(job.blocks):
        mine = np.flatnonzero(of_block == i)
        if len(mine):
            scale = plan.blocks[b].scale
            part = sums[:, :, mine] if scale == 1 else sums[:, :, mine] * coefficient([scale])
            total.add(plan.rows[b], columns[mine], part, depth + roundings + 1)
