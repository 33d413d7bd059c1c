"""Derivatives of sums over all pairs of neighbours by matrix products.

    F_abc = sum_j sum_k A_a(j) B_b(k) C_c(j, k)

A sum over all ordered pairs of such products (every SOAP power spectrum is one) is a product of matrices, and so are
its derivatives: with v_k the gradient of x_j . x_k by neighbour j (`Seeds.vectors`), those by neighbour j, in its first
place, are

    A_a'(j) 2 v_j (C_c B_b)(j) + A_a(j) [2 v_j (C_c^s B_b)(j) + sum_k C_c^d(j, k) B_b(k) v_k]

with A' the derivative by s_j, C^s that by s_j, C^d that by x_j . x_k; in its second place the same with C transposed.
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
    """Tables of the families A, B and C of a job at some neighbours, each with a leading axis of copies.

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


class Batch:
    """Which products C_c B_b the forms of a job need: for each c the same number of b, the last one repeated.

    Attributes
    ----------
    c : (C,) members of the family C.
    b : (C, width) members of the family B.
    """

    def __init__(self, index: np.ndarray):
        """From (forms, 3), the members of A, B and C in each form."""
        self.c, of_c = np.unique(index[:, 2], return_inverse=True)
        members = [np.unique(index[of_c == i, 1]) for i in range(len(self.c))]
        width = max(map(len, members))
        self.b = np.stack([np.concatenate([mine, np.repeat(mine[-1:], width - len(mine))]) for mine in members])
        self._place = np.zeros((len(self.c), index[:, 1].max() + 1), dtype=np.int64)
        for i, mine in enumerate(members):
            self._place[i, mine] = np.arange(len(mine))

    def places(self, index: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where in `c` and in `b` the forms are."""
        of_c = np.searchsorted(self.c, index[:, 2])
        return of_c, self._place[of_c, index[:, 1]]


@dataclass(frozen=True, eq=False)
class Role:
    """One place of the tuple, in which a neighbour moves.

    Attributes
    ----------
    batch : the products needed.
    members : of the family of that place, in each form.
    at : where in the batch each form is.
    """

    batch: Batch
    members: np.ndarray
    at: tuple[np.ndarray, np.ndarray]


@lru_cache(maxsize=64)
def _roles(job: Job) -> tuple[Role, Role]:
    """Both places; where nothing tells them apart, with products in common."""
    index, ((a, _), (b, _), (c, _)) = job.groups[0].index, job.groups[0].slots
    turned = index[:, [1, 0, 2]]
    alike = a == b and _is_symmetric(c)
    batches = [Batch(np.concatenate([index, turned]))] * 2 if alike else [Batch(index), Batch(turned)]
    return tuple(Role(batch, own[:, 0], batch.places(own)) for batch, own in zip(batches, (index, turned)))


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
    tables, inside = Tables(env, labels, known), []
    for number, job in enumerate(plan.jobs):
        every = _occurring(np.concatenate([tuples[b].ravel() for b in job.blocks]))
        inside.append(every)
        for place, (family, _) in enumerate(job.groups[0].slots):
            at = every[:, None] if place < 2 else _canonical(family, _square(every))
            tables.want((number, place), family, at)
    tables.evaluate(arithmetic, convert)
    v = convert([vectors])[0]
    total = np.full((len(v), len(plan.labels), env.n, 3), v.ravel()[0] * 0)
    for number, (job, every) in enumerate(zip(plan.jobs, inside)):
        if not len(every):
            continue
        pairs, roles, images = _pairs(tables, number, job, every), _roles(job), {}
        tabulated = (pairs, pairs) if roles[0].batch is roles[1].batch else (pairs, pairs.turned())
        for b in job.blocks:
            ends, scale = [_occurring(tuples[b][:, place]) for place in (0, 1)], plan.blocks[b].scale
            for role, found, here, there in zip(roles, tabulated, ends, ends[::-1]):
                key = id(found), there.tobytes()
                if len(there) and key not in images:
                    images[key] = _images(found, role.batch, v[:, every], np.searchsorted(every, there), arithmetic)
                part = _one_place(found, role, images[key], np.searchsorted(every, here)) if len(there) else None
                if part is not None:
                    part = part if scale == 1 else part * _number(scale, arithmetic, convert)
                    total[:, plan.rows[b][:, None], here[None, :]] += part
    depth = env.n + 8 + 2 * len(plan.blocks)  # a sum over a place, six products and sums, one addition per block, place
    return total.reshape(len(v), len(plan.labels), 3 * env.n), depth


def _occurring(neighbours: np.ndarray) -> np.ndarray:
    """Which numbers occur, ascending."""
    return np.flatnonzero(np.bincount(neighbours))


def _square(every: np.ndarray) -> np.ndarray:
    """All ordered pairs."""
    return np.stack(np.meshgrid(every, every, indexing="ij"), axis=-1).reshape(-1, 2)


def _canonical(family: Family, pairs: np.ndarray) -> np.ndarray:
    """The pairs, each as (smaller, larger) if the family is symmetric."""
    return np.sort(pairs, axis=1) if _is_symmetric(family) else pairs


def _pairs(tables: Tables, number: int, job: Job, every: np.ndarray) -> Pairs:
    """The tables of a job, at all its neighbours."""
    ends = []
    for place in (0, 1):
        family = job.groups[0].slots[place][0]
        table, column = tables.columns((number, place))
        parts = [table[:, :, i][:, :, column] for i in range(1 + len(family.derivatives))]
        ends.append((parts[0], parts[1] if len(parts) > 1 else None))
    family = job.groups[0].slots[2][0]
    table, column = tables.columns((number, 2))
    place = {None: 0} | {c: 1 + i for i, (c, _) in enumerate(family.derivatives)}
    at = _square(every)
    swapped = at[:, 0] > at[:, 1] if _is_symmetric(family) else np.zeros(len(at), dtype=bool)
    pair = {}
    for c, i in place.items():
        other = place[{0: 1, 1: 0}.get(c, c)] if swapped.any() else i
        found = table[:, :, np.where(swapped, other, i), column]
        pair[c] = found.reshape(*found.shape[:2], len(every), len(every))
    return Pairs(*ends, pair)


def _images(pairs: Pairs, batch: Batch, v: np.ndarray, there: np.ndarray, arithmetic: Arithmetic) -> tuple:
    """Sums over the second place: (copies, C, width, neighbours, 3) factors of the slopes and of the values.

    Parameters
    ----------
    v : (copies, neighbours, 3) the vectors of all neighbours.
    there : which of them are in the second place.
    """
    right = pairs.second[0][:, batch.b][..., there]  # copies, C, width, there
    kernel = {by: table[:, batch.c][..., there].swapaxes(2, 3) for by, table in pairs.pair.items()}
    twice, by_slope, by_value = 2 * v[:, None, None], None, None
    if pairs.first[1] is not None:
        by_slope = twice * _times(right, kernel[None], arithmetic)[..., None]
    if 0 in kernel:
        by_value = twice * _times(right, kernel[0], arithmetic)[..., None]
    if 2 in kernel:
        moved = right[:, :, :, None] * v[:, there].swapaxes(1, 2)[:, None, None]  # copies, C, width, 3, there
        flat = moved.reshape(*moved.shape[:2], -1, moved.shape[4])
        turned = _times(flat, kernel[2], arithmetic).reshape(*moved.shape[:4], -1).swapaxes(3, 4)
        by_value = turned if by_value is None else by_value + turned
    return by_slope, by_value


def _one_place(pairs: Pairs, role: Role, images: tuple, here: np.ndarray) -> np.ndarray | None:
    """(copies, forms, here, 3) derivatives by the neighbours `here` in the first place; None if they are all zero."""
    (value, slope), (by_slope, by_value), total = pairs.first, images, None
    for table, image in ((slope, by_slope), (value, by_value)):
        if image is not None:
            image = image[:, *role.at]
            if len(here) < image.shape[2]:
                table, image = table[:, :, here], image[:, :, here]
            part = table[:, role.members][..., None] * image
            total = part if total is None else total + part
    return total


def _times(rows: np.ndarray, kernel: np.ndarray, arithmetic: Arithmetic) -> np.ndarray:
    """(copies, C, rows, here): the products of (copies, C, rows, there) and (copies, C, there, here)."""
    if rows.dtype == float:
        return rows @ kernel
    shape = (*rows.shape[:3], kernel.shape[3])
    rows, kernel = rows.reshape(-1, *rows.shape[2:]), kernel.reshape(-1, *kernel.shape[2:])
    return np.stack([matmul(arithmetic, a, b) for a, b in zip(rows, kernel)]).reshape(shape)


def _number(scale: Expr, arithmetic: Arithmetic, convert):
    column = np.empty((1, 1), dtype=arithmetic.dtype)
    column[0, 0] = constant_value(scale, arithmetic)
    return convert([column])[0][:, :, None]
