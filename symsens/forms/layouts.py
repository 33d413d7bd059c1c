"""phi as sparse products of family members: what is summed, and its derivative, by vectorised products alone.

Each phi is split into terms ``coefficient * product of members``; powers of invariants are members of a family of their
own, and what is no such product (a G4 function written in one piece) becomes a family of the whole tuple. Terms that
use the same families at the same places form a `Group`, evaluated for all its terms and all classes of tuples at once.
The product rule is applied to members, whose derivatives are SymPy's.

Law: nothing here evaluates anything; a layout is what the descriptor's blocks say, and no more.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from sympy import Add, Expr, Mul, Pow, Rational, Symbol, expand

from symsens.forms.blocks import Block, Family, invariants, members
from symsens.forms.clusters import ClusterBlocks
from symsens.rows.tuples import components


@dataclass(frozen=True, eq=False)
class Group:
    """Terms with the same slots.

    Attributes
    ----------
    slots : (family, places) of each factor.
    index : (terms, slots) the member that each term has in each slot.
    phi : (terms,) the form that each term belongs to, ascending.
    coefficients : exact factors of the terms; None if all are 1.
    """

    slots: tuple[tuple[Family, tuple[int, ...]], ...]
    index: np.ndarray
    phi: np.ndarray
    coefficients: tuple[Expr, ...] | None


def _factors(term: Expr, known) -> tuple[Expr, dict] | None:
    """(coefficient, {known symbol: exponent}) of a product; None if a factor is anything else."""
    coefficient, powers = Rational(1), {}
    for factor in Mul.make_args(term):
        base, exponent = factor.args if isinstance(factor, Pow) else (factor, Rational(1))
        if factor.is_number:
            coefficient *= factor
        elif base in known and isinstance(exponent, Rational):
            powers[base] = exponent
        else:
            return None
    return coefficient, powers


def _monomials(phi: Expr, known):
    """The terms of phi as products of `known` symbols; None if it is no sum of such."""
    for form in (phi, None):
        form = form if form is not None else expand(phi, power_base=False, power_exp=False, log=False)
        terms = [_factors(term, known) for term in Add.make_args(form)]
        if None not in terms:
            return terms
    return None


@cache
def groups(nu: int, phi: tuple[Expr, ...], families: tuple[Family, ...]) -> tuple[Group, ...]:
    """The terms of all phi of a block (`Block.nu`, `Block.phi`, `Block.families`), grouped by slots."""
    table, basic = members(nu, families), invariants(nu)
    known = {*table, *basic}
    terms = [_monomials(form, known) for form in phi]
    for i, monomials in enumerate(terms):
        used = [item for _, powers in monomials or () for item in powers.items()]
        # A family member under a fractional or negative power is no product of members.
        if any(symbol in table and not (e.is_Integer and e > 0) for symbol, e in used):
            terms[i] = None

    used = {item for monomials in terms if monomials for _, powers in monomials for item in powers.items()}
    exponents = {t: sorted(e for symbol, e in used if symbol == t) for t in basic}
    power_slot = {t: _powers(t, e) for t, e in exponents.items() if e}
    whole = _whole(nu, tuple(form for form, m in zip(phi, terms) if m is None), families)
    order = {family: i for i, family in enumerate(families)}

    found, rest = {}, 0
    for i, monomials in enumerate(terms):
        if monomials is None:
            monomials, rest = [(Rational(1), [(whole, tuple(range(1, nu + 1)), rest)])], rest + 1
        for coefficient, powers in monomials:
            slots = powers
            if isinstance(powers, dict):
                slots = []
                for symbol, e in powers.items():
                    if symbol in table:
                        slots += [table[symbol]] * int(e)
                    else:
                        slots.append((*power_slot[symbol], exponents[symbol].index(e)))
                slots.sort(key=lambda slot: (order.get(slot[0], len(order)), slot[1], slot[2]))
            key = tuple(slot[:2] for slot in slots)
            found.setdefault(key, []).append((i, coefficient, [slot[2] for slot in slots]))
    return tuple(
        Group(
            slots=key,
            index=np.array([index for _, _, index in rows], dtype=np.int64).reshape(len(rows), len(key)),
            phi=np.array([i for i, _, _ in rows], dtype=np.int64),
            coefficients=None if all(c == 1 for _, c, _ in rows) else tuple(c for _, c, _ in rows),
        )
        for key, rows in found.items()
    )


def _powers(t: Symbol, exponents) -> tuple[Family, tuple[int, ...]]:
    """The family of the needed powers of one invariant, and its place."""
    digits = tuple(map(int, t.name[2:]))
    template = invariants(len(digits))[-1]
    return Family(f"{t.name[0]}^", len(digits), tuple(template**e for e in exponents), tuple(exponents)), digits


def _whole(nu: int, forms: tuple[Expr, ...], families: tuple[Family, ...]) -> Family | None:
    if not forms:
        return None
    swap = {symbol: family.closed(*places)[i] for symbol, (family, places, i) in members(nu, families).items()}
    constants = tuple(dict.fromkeys(c for family in families for c in (*family.constants, *family.mixing)))
    return Family("phi", nu, tuple(form.xreplace(swap) for form in forms), constants=constants)


def slot_components(nu: int, places: tuple[int, ...]) -> list[int]:
    """The tuple's component for each component of a family at `places`."""
    number = {c: i for i, c in enumerate(components(nu))}
    return [number[tuple(sorted((places[a] - 1, places[b] - 1)))] for a, b in components(len(places))]


@dataclass(frozen=True, eq=False)
class Job:
    """Blocks that share their forms, evaluated together.

    Attributes
    ----------
    nu : order of their tuples.
    forms : number of forms.
    groups : their terms.
    blocks : numbers of the blocks.
    """

    nu: int
    forms: int
    groups: tuple[Group, ...]
    blocks: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Layout:
    """The features of a sum over tuples, laid out for one centre and set of species.

    Attributes
    ----------
    name : of the descriptor, for messages.
    labels : of all features, in order.
    blocks : what is summed.
    rows : for each block the features that its forms add to.
    jobs : the blocks, those of equal forms together.
    roles : where the features are sums over all atoms, the centre one of them (`symsens.forms.clusters`): these sums in
        the squared sides between their roles; otherwise empty.
    """

    name: str
    labels: tuple[str, ...]
    blocks: tuple[Block, ...]
    rows: tuple[np.ndarray, ...]
    jobs: tuple[Job, ...]
    roles: tuple[Block, ...] = ()

    @property
    def nu(self) -> int:
        """The largest order of the tuples, at least 1."""
        return max([1, *(block.nu for block in self.blocks)])


def lay_out(name: str, blocks, labels=None) -> Layout:
    """The layout of some blocks; `labels` is the order of the features, by default that in which blocks name them."""
    if labels is None:
        labels = dict.fromkeys(label for block in blocks for label in block.labels)
    labels = tuple(labels)
    row = {label: i for i, label in enumerate(labels)}
    rows = tuple(np.array([row[label] for label in block.labels], dtype=np.int64) for block in blocks)
    shared = {}
    for i, block in enumerate(blocks):
        shared.setdefault((block.nu, block.phi, block.families), []).append(i)
    jobs = tuple(
        Job(nu, len(phi), groups(nu, phi, families), tuple(numbers)) for (nu, phi, families), numbers in shared.items()
    )
    roles = blocks.roles if isinstance(blocks, ClusterBlocks) else ()
    return Layout(name, labels, tuple(blocks), rows, jobs, roles)
