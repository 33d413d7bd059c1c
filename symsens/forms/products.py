"""Derivatives of sums over all pairs of neighbours by matrix products.

    F_abc = sum_j sum_k A_a(j) B_b(k) C_c(j, k)

A sum over all ordered pairs of such products (every SOAP power spectrum is one) is a product of matrices, and so are
its derivatives: with v_k the gradient of x_j . x_k by neighbour j (`Seeds.vectors`), those by neighbour j, in its first
place, are

    A_a'(j) 2 v_j (C_c B_b)(j) + A_a(j) [2 v_j (C_c^s B_b)(j) + sum_k C_c^d(j, k) B_b(k) v_k]

with A' the derivative by s_j, C^s that by s_j, C^d that by x_j . x_k; in its second place the same with C transposed.
For each c and j these are one product of matrices more, (a x 2) by (2 x 3b), from which the features take theirs.
No derivative by a dot product is formed: the work is of order (pairs) x (members) + (features) x (neighbours), and not
of (pairs) x (features).

Law: as `symsens.forms.assembly`: nothing here knows what the numbers are.
"""

from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np
from sympy import Expr

from symsens.forms.arithmetics import Arithmetic, matmul
from symsens.forms.assembly import Tables
from symsens.forms.blocks import Block, Family, invariants
from symsens.forms.compile import constant_value
from symsens.forms.layouts import Job, Layout
from symsens.forms.select import selected_tuples
from symsens.geometry.environment import Environment
from symsens.geometry.gram import pair_labels
from symsens.rows.tuples import product_tuples

PLACES = ((1,), (2,), (1, 2))
DEGREE = 5  # factors of a monomial: A, B, C, v and the scale of the block


@dataclass(frozen=True, eq=False)
class Split:
    """A layout in two parts.

    Attributes
    ----------
    products : what is summed by matrix products, with all features; None if nothing is.
    rest : the other blocks, with the features that they add to; None if there are none.
    rows : the numbers of the features of `rest`.
    """

    products: Layout | None
    rest: Layout | None
    rows: np.ndarray


@lru_cache(maxsize=32)
def split(plan: Layout) -> Split:
    """What of a layout can be summed by matrix products, and what cannot."""
    chosen = [job for job in plan.jobs if _is_product(plan, job)]
    others = [job for job in plan.jobs if job not in chosen]
    products = _part(plan, chosen, np.arange(len(plan.labels))) if chosen else None
    used = [plan.rows[b] for job in others for b in job.blocks]
    rows = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *used]))
    return Split(products, _part(plan, others, rows) if others else None, rows)


def _is_product(plan: Layout, job: Job) -> bool:
    """Whether its terms are A(1) B(2) C(1, 2), without coefficients, over all pairs of those inside."""
    if job.nu != 2 or len(job.groups) != 1:
        return False
    (group,) = job.groups
    places = tuple(at for _, at in group.slots)
    plain = group.coefficients is None and len(group.phi) == job.forms
    return plain and places == PLACES and all(all_pairs(plan.blocks[b]) for b in job.blocks)


def all_pairs(block: Block) -> bool:
    """Whether a block sums over all tuples of those neighbours that its conditions let in one by one."""
    return not block.distinct and all(c.arity == 1 and c.places is None for c in block.conditions)


def _part(plan: Layout, jobs: list[Job], rows: np.ndarray) -> Layout:
    """The layout of some jobs, with the features `rows`."""
    numbers = [b for job in jobs for b in job.blocks]
    place, new = {b: i for i, b in enumerate(numbers)}, np.full(len(plan.labels), -1)
    new[rows] = np.arange(len(rows))
    return replace(
        plan,
        labels=tuple(plan.labels[row] for row in rows),
        blocks=tuple(plan.blocks[b] for b in numbers),
        rows=tuple(new[plan.rows[b]] for b in numbers),
        jobs=tuple(replace(job, blocks=tuple(place[b] for b in job.blocks)) for job in jobs),
    )


@cache
def _is_symmetric(family: Family) -> bool:
    s1, s2, _ = invariants(2)
    return all(form.xreplace({s1: s2, s2: s1}) == form for form in family.forms)


@dataclass(frozen=True)
class Pairs:
    """Tables of the families A, B and C at some neighbours, each with a leading axis of copies.

    Attributes
    ----------
    first, second : ((members, neighbours) values, derivatives by s or None).
    pair : (members, neighbours, neighbours) by what it is differentiated by: None, 0 (s_1), 1 (s_2) or 2 (d_12).
    """

    first: tuple
    second: tuple
    pair: dict

    def turned(self) -> "Pairs":
        """With the places of the tuple exchanged."""
        swap = {None: None, 0: 1, 1: 0, 2: 2}
        pair = {swap[c]: table.swapaxes(2, 3) for c, table in self.pair.items()}
        return Pairs(self.second, self.first, pair)


@dataclass(frozen=True, eq=False)
class Grid:
    """Which products A_a B_b C_c some forms need: for each c the same numbers of a and of b, the last one repeated.

    Attributes
    ----------
    c : (C,) members of the family C.
    a, b : (C, A), (C, B) members of the families A and B.
    """

    c: np.ndarray
    a: np.ndarray
    b: np.ndarray

    @classmethod
    def of(cls, index: np.ndarray) -> "Grid":
        """From (forms, 3), the members of A, B and C in each form."""
        c, of_c = np.unique(index[:, 2], return_inverse=True)
        return cls(c, *(_lists([np.unique(index[of_c == i, place]) for i in range(len(c))]) for place in (0, 1)))

    def places(self, index: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Where in `a`, `b` and `c` the forms are."""
        of_c = np.searchsorted(self.c, index[:, 2])
        a, b = ((part[of_c] == index[:, [i]]).argmax(axis=1) for i, part in enumerate((self.a, self.b)))
        return a, b, of_c


def _lists(members: list[np.ndarray]) -> np.ndarray:
    width = max(map(len, members))
    return np.stack([np.concatenate([mine, np.repeat(mine[-1:], width - len(mine))]) for mine in members])


@dataclass(frozen=True, eq=False)
class Role:
    """One place of the tuple, in which a neighbour moves; or both, where nothing tells them apart.

    Attributes
    ----------
    exchanged : whether it is the second place.
    grid : the products needed.
    parts : (block, whether it is in the second place, (forms, 3) the members of that place, of the other and of C).
    """

    exchanged: bool
    grid: Grid
    parts: tuple[tuple[int, bool, np.ndarray], ...]


@dataclass(frozen=True, eq=False)
class Kind:
    """The blocks of all jobs that multiply the same families.

    Attributes
    ----------
    families : A, B and C.
    blocks : their numbers.
    roles : in which neighbours move.
    """

    families: tuple[Family, Family, Family]
    blocks: tuple[int, ...]
    roles: tuple[Role, ...]


@lru_cache(maxsize=32)
def _kinds(plan: Layout) -> tuple[Kind, ...]:
    """The blocks of `Split.products` by the families that they multiply."""
    found = {}
    for job in plan.jobs:
        index = job.groups[0].index
        found.setdefault(tuple(family for family, _ in job.groups[0].slots), []).extend((b, index) for b in job.blocks)
    return tuple(Kind(key, tuple(b for b, _ in blocks), _roles(key, blocks)) for key, blocks in found.items())


def _roles(families: tuple[Family, ...], blocks: list[tuple[int, np.ndarray]]) -> tuple[Role, ...]:
    first = tuple((b, False, index) for b, index in blocks)
    second = tuple((b, True, index[:, [1, 0, 2]]) for b, index in blocks)
    alike = families[0] == families[1] and _is_symmetric(families[2])
    shared = [(False, first + second)] if alike else [(False, first), (True, second)]
    return tuple(
        Role(exchanged, Grid.of(np.unique(np.concatenate([index for *_, index in parts]), axis=0)), parts)
        for exchanged, parts in shared
    )


@dataclass(frozen=True, eq=False)
class Layer:
    """What of a table of products goes to which features, each of them once.

    Attributes
    ----------
    rows : the features: all of them in the first layer.
    index : (3, rows) places in the flattened table (grid, one zero behind it).
    scales : (places in `rows`, factor) where the factor of the block is not 1.
    """

    rows: slice | np.ndarray
    index: np.ndarray
    scales: tuple[tuple[np.ndarray, Expr], ...]


@lru_cache(maxsize=64)
def _layers(plan: Layout, role: Role, used: tuple[tuple[int, int], ...], sets: int) -> list[Layer]:
    """Where the features find their derivatives by the neighbours of one set, in a table of `sets` others.

    Parameters
    ----------
    used : (number in `Role.parts`, the set in the other place) of what these neighbours are part of.
    """
    grid, layers, every = role.grid, [], len(plan.labels)
    width = sets * grid.b.shape[1]
    for together in _apart([(*role.parts[part], other) for part, other in used], plan):
        index, factors = np.full((3, every), grid.a.size * 3 * width), np.full(every, None)
        for block, _, members, other in together:
            a, b, c = grid.places(members)
            start = (c * grid.a.shape[1] + a) * 3 * width + other * grid.b.shape[1] + b
            index[:, plan.rows[block]] = start + np.arange(3)[:, None] * width
            factors[plan.rows[block]] = plan.blocks[block].scale
        rows = np.flatnonzero(factors != None) if layers else np.arange(every)  # noqa: E711  (elementwise)
        scales = [
            (np.flatnonzero(factors[rows] == scale), scale) for scale in {factors[row] for row in rows} - {None, 1}
        ]
        layers.append(Layer(_span(rows), index[:, rows], tuple(scales)))
    return layers


def _apart(parts: list[tuple], plan: Layout) -> list[list[tuple]]:
    """The parts in layers, in each of which no feature occurs twice."""
    layers = []
    for part in parts:
        rows = plan.rows[part[0]]
        taken, layer = next((item for item in layers if not item[0][rows].any()), (None, None))
        if layer is None:
            taken, layer = np.zeros(len(plan.labels), dtype=bool), []
            layers.append((taken, layer))
        taken[rows] = True
        layer.append(part)
    return [layer for _, layer in layers]


def _span(places: np.ndarray) -> slice | np.ndarray:
    """A slice where the places follow each other."""
    consecutive = len(places) and places[-1] - places[0] == len(places) - 1 and (np.diff(places) == 1).all()
    return slice(int(places[0]), int(places[-1]) + 1) if consecutive else places


def product_jets(env: Environment, plan: Layout, vectors: np.ndarray, arithmetic: Arithmetic, convert, known: dict):
    """((copies, features, 3n) derivatives along the neighbours' coordinates, a bound of the roundings of a monomial).

    Parameters
    ----------
    plan : `Split.products`.
    vectors : (n, 3) of the seeds.
    convert, known : as for `symsens.forms.assembly.assemble`.
    """
    labels = pair_labels(env)
    tuples = selected_tuples(env, plan, labels)
    ends = [tuple(_occurring(found[:, place]) for place in (0, 1)) for found in tuples]
    kinds, tables, inside = _kinds(plan), Tables(env, labels, known), []
    for number, kind in enumerate(kinds):
        sets = {at.tobytes(): at for b in kind.blocks for at in ends[b]}
        every = np.array(list(dict.fromkeys(np.concatenate(list(sets.values())).tolist())), dtype=np.int64)
        inside.append(every)
        for place, family in enumerate(kind.families):
            at = every[:, None] if place < 2 else _canonical(family, product_tuples([every, every]))
            tables.want((number, place), family, at)
    tables.evaluate(arithmetic, convert)
    v = convert([vectors])[0]
    total = np.full((len(v), env.n, 3, len(plan.labels)), v.ravel()[0] * 0)
    written = np.zeros(env.n, dtype=bool)
    for number, (kind, every) in enumerate(zip(kinds, inside)):
        if not len(every):
            continue
        pairs = _pairs(tables, number, kind, every)
        for role in kind.roles:
            turned = pairs.turned() if role.exchanged else pairs
            for here, flat, layers in _moved(turned, plan, role, v[:, every], every, ends, arithmetic):
                _gather(total, written, every[here], flat, layers, arithmetic, convert)
    depth = env.n + 8 + 2 * len(plan.blocks)  # a sum over a place, six products and sums, one addition per block, place
    return total.reshape(len(v), 3 * env.n, len(plan.labels)).swapaxes(1, 2), depth


def _moved(pairs: Pairs, plan: Layout, role: Role, v, every: np.ndarray, ends, arithmetic: Arithmetic):
    """(which neighbours, (copies, neighbours, grid) table of products, its layers) for those that move in one place."""
    sets, order, mine = {}, np.argsort(every), {}

    def number(at):
        return sets.setdefault(at.tobytes(), (len(sets), at))[0]

    for i, (block, exchanged, _) in enumerate(role.parts):
        here, there = ends[block][::-1] if exchanged else ends[block]
        if len(here) and len(there):
            mine.setdefault(here.tobytes(), (here, []))[1].append((i, number(there)))
    if not mine:
        return
    place = lambda at: _span(order[np.searchsorted(every, at, sorter=order)])
    others = [place(at) for _, at in sets.values()]
    tables, images = _factors(pairs, role.grid, v, others, arithmetic)
    if not len(tables):
        return
    zero = v.ravel()[0] * 0
    for here, used in mine.values():
        here, wanted = place(here), sorted({other for _, other in used})
        right = images[:, here]
        if len(wanted) < len(sets):
            right = right[..., wanted, :]
        left = tables[:, here]
        size = (*left.shape[:2], len(role.grid.c) + 1, left.shape[3], 3 * len(wanted) * images.shape[-1])
        table = np.empty(size, dtype=left.dtype)
        table[:, :, -1] = zero
        _times(left, right.reshape(*right.shape[:4], -1), arithmetic, table[:, :, :-1])
        flat = table.reshape(*size[:2], -1)
        number = {other: i for i, other in enumerate(wanted)}
        used = tuple((i, number[other]) for i, other in used)
        yield here, flat, _layers(plan, role, used, len(wanted))


def _gather(total, written, neighbours, flat: np.ndarray, layers: list[Layer], arithmetic: Arithmetic, convert) -> None:
    """Add to `total` (copies, n, 3, features) what the features find in a table; what is not `written` is only set.

    One neighbour and one copy at a time, in place: memory that goes back to the system costs more than calls.
    """
    for layer in layers:
        scales = [(at, _number(scale, arithmetic, convert)) for at, scale in layer.scales]
        for j, tables in zip(neighbours.tolist(), flat.swapaxes(0, 1)):
            for copy, table in enumerate(tables):
                goal = total[copy, j]
                found = np.take(table, layer.index, mode="clip", out=None if written[j] else goal)
                for at, factor in scales:
                    found[:, at] *= factor[copy]
                if written[j]:
                    goal[:, layer.rows] += found
        written[neighbours] = True  # the first layer has all features


def _factors(pairs: Pairs, grid: Grid, v: np.ndarray, others: list, arithmetic: Arithmetic):
    """Derivatives by a neighbour as products of its own tables and of sums over the other place.

    Parameters
    ----------
    v : (copies, neighbours, 3) the vectors of all neighbours.
    others : the sets of neighbours in the other place.

    Returns
    -------
    (copies, neighbours, C, A, K) slopes and values of the one, (copies, neighbours, C, K, 3, sets, B) what multiplies
    each of them: K is 2, or 1 or 0 where the others are zero.
    """
    value, slope = pairs.first
    wanted = [by for by in (None, 0) if (slope is not None if by is None else by in pairs.pair)]
    kernels = [pairs.pair[by][:, grid.c].swapaxes(2, 3) for by in wanted]
    n, right = v.shape[1], pairs.second[0][:, grid.b]  # copies, C, B, there
    images, tables = [], []
    if kernels:
        kernel = np.concatenate(kernels, axis=3)
        sums = np.stack([_times(right[..., at], kernel[:, :, at], arithmetic) for at in others])
        sums = sums.reshape(*sums.shape[:4], len(kernels), n).transpose(4, 1, 5, 2, 0, 3)[:, :, :, :, None]
        images = list(sums * (2 * v)[:, :, None, :, None, None])
    if slope is not None:
        tables.append(slope)
    if 2 in pairs.pair:
        moved = right[:, :, None] * v.swapaxes(1, 2)[:, None, :, None]  # copies, C, 3, B, there
        flat, kernel = moved.reshape(*moved.shape[:2], -1, n), pairs.pair[2][:, grid.c].swapaxes(2, 3)
        sums = np.stack([_times(flat[..., at], kernel[:, :, at], arithmetic) for at in others])
        sums = sums.reshape(-1, *moved.shape[:4], n).transpose(1, 5, 2, 3, 0, 4)
        if len(images) > len(tables):
            images[-1] = images[-1] + sums
        else:
            images.append(sums)
    if len(images) > len(tables):
        tables.append(value)
    if not tables:
        return tables, images
    tables = np.stack([table[:, grid.a] for table in tables], axis=-1)  # copies, C, A, neighbours, K
    return tables.transpose(0, 3, 1, 2, 4), np.stack(images, axis=3)


def _occurring(neighbours: np.ndarray) -> np.ndarray:
    """Which numbers occur, ascending."""
    return np.flatnonzero(np.bincount(neighbours))


def _canonical(family: Family, pairs: np.ndarray) -> np.ndarray:
    """The pairs, each as (smaller, larger) if the family is symmetric."""
    return np.sort(pairs, axis=1) if _is_symmetric(family) else pairs


def _pairs(tables: Tables, number: int, kind: Kind, every: np.ndarray) -> Pairs:
    """The tables of a kind, at all its neighbours."""
    ends = []
    for place in (0, 1):
        family = kind.families[place]
        table, column = tables.columns((number, place))
        parts = [table[:, :, i][:, :, column] for i in range(1 + len(family.derivatives))]
        ends.append((parts[0], parts[1] if len(parts) > 1 else None))
    family = kind.families[2]
    table, column = tables.columns((number, 2))
    place = {None: 0} | {c: 1 + i for i, (c, _) in enumerate(family.derivatives)}
    at = product_tuples([every, every])
    swapped = at[:, 0] > at[:, 1] if _is_symmetric(family) else np.zeros(len(at), dtype=bool)
    pair = {}
    for c, i in place.items():
        other = place[{0: 1, 1: 0}.get(c, c)] if swapped.any() else i
        found = table[:, :, np.where(swapped, other, i), column]
        pair[c] = found.reshape(*found.shape[:2], len(every), len(every))
    return Pairs(*ends, pair)


def _times(rows: np.ndarray, kernel: np.ndarray, arithmetic: Arithmetic, out: np.ndarray | None = None) -> np.ndarray:
    """The products of stacks of matrices, into `out` if it is given."""
    if rows.dtype == float:
        return np.matmul(rows, kernel, out=out)
    out = np.empty((*rows.shape[:-1], kernel.shape[-1]), dtype=object) if out is None else out
    for at in np.ndindex(rows.shape[:-2]):
        out[at] = matmul(arithmetic, rows[at], kernel[at])
    return out


def _number(scale: Expr, arithmetic: Arithmetic, convert):
    column = np.empty((1, 1), dtype=arithmetic.dtype)
    column[0, 0] = constant_value(scale, arithmetic)
    return convert([column])[0].ravel()
