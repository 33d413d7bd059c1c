"""Terms of a few atoms of a cluster, as blocks over tuples of neighbours; sums over terms of all atoms, the centre too.

    F = sum over terms, over atoms a_1, .., a_k, all different, of the species of its roles, of form(sides)

Law: a form sees the sides between its roles and not which role the centre has. So every isometry of the whole cluster
that permutes like atoms leaves a sum over all atoms alone; only `over_all_atoms` makes one, as `ClusterBlocks`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from sympy import Expr, Rational

from symsens.forms.blocks import Block, Condition, Family, invariants
from symsens.rows.tuples import components


class ClusterBlocks(tuple):
    """Blocks that `over_all_atoms` made.

    Attributes
    ----------
    roles : the same sums before the centre has a role: blocks whose d_ab mean squared sides between their roles.
    """

    roles: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Side:
    """A side of a term.

    Attributes
    ----------
    square : its squared length in the invariants of the whole tuple.
    own : the same in the invariants of the one or two neighbours at its ends.
    places : those neighbours.
    """

    square: Expr
    own: Expr
    places: tuple[int, ...]


@dataclass(frozen=True)
class Term:
    """One kind of term: the species of its roles, the features that its forms add to, an exact factor."""

    species: tuple[str, ...]
    labels: tuple[str, ...]
    scale: Rational = Rational(1)


Forms = Callable[[int, tuple[Side, ...]], tuple[Sequence[Expr], Sequence[Condition]]]
"""(neighbours of a term, its sides (0, 1), (0, 2), .., (1, 2), .. by roles) -> its forms and where they hold."""


def _square(nu: int, ends: tuple[int, int]) -> Expr:
    t = dict(zip(components(nu), invariants(nu)))
    a, b = (place - 1 for place in sorted(ends))
    return t[b, b] if a < 0 else t[a, a] + t[b, b] - 2 * t[a, b]


def _side(nu: int, ends: tuple[int, int]) -> Side:
    places = tuple(place for place in ends if place)
    return Side(_square(nu, ends), _square(len(places), (0, 1) if len(places) == 1 else (1, 2)), places)


def term_blocks(terms: Iterable[tuple[Term, tuple[int, ...]]], forms: Forms) -> list[Block]:
    """The blocks of terms whose roles are at the places given (0: the centre, 1, 2, ..: neighbours)."""
    blocks, families = [], {}
    for term, places in terms:
        nu = max(places)
        if places not in families:
            found, conditions = forms(nu, tuple(_side(nu, ends) for ends in combinations(places, 2)))
            families[places] = Family("B", nu, found), tuple(conditions)
        family, conditions = families[places]
        channel = [term.species[places.index(place)] for place in range(1, nu + 1)]
        phi = family.at(*range(1, nu + 1))
        blocks.append(Block(nu, channel, phi, term.labels, (family,), True, term.scale, conditions))
    return blocks


def over_all_atoms(centre: str, species: Sequence[str], terms: Iterable[Term], forms: Forms) -> ClusterBlocks:
    """The blocks of a sum over terms of all atoms, for a centre and neighbours of these species."""
    placed, used = [], []
    for term in terms:
        roles, before = range(len(term.species)), len(placed)
        if set(term.species) <= set(species):  # neighbours alone
            placed.append((term, tuple(role + 1 for role in roles)))
        for own in roles:  # the centre in one of the roles
            others = [z for role, z in enumerate(term.species) if role != own]
            if term.species[own] == centre and set(others) <= set(species):
                placed.append((term, tuple(0 if r == own else r + (r < own) for r in roles)))
        used += [term] if len(placed) > before else []
    blocks = ClusterBlocks(term_blocks(placed, forms))
    blocks.roles = tuple(_role_block(term, forms) for term in used)
    return blocks


def _role_block(term: Term, forms: Forms) -> Block:
    """A term in the squared sides between its roles."""
    k = len(term.species)
    side, (*_, own) = dict(zip(components(k), invariants(k))), invariants(2)
    found, conditions = forms(k, tuple(Side(side[a, b], own, (a + 1, b + 1)) for a, b in combinations(range(k), 2)))
    family = Family("B", k, found)
    phi = family.at(*range(1, k + 1))
    return Block(k, term.species, phi, term.labels, (family,), True, term.scale, conditions)
