"""Proofs that polynomials have no common zero off those of others, the units: steps that can be checked again.

A step is a combination of polynomials that vanish. It is a product of units and of other factors, so one of these
vanishes: each is a case, and with none there is no zero. Steps are found by Buchberger's algorithm with cofactors, the
smallest first, so that there are few; those that are not needed are left out.

Law: exact polynomials over QQ; a proof is a list of steps, and whoever wants to believe it multiplies out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import prod

from flint import fmpq, fmpq_mpoly, fmpq_mpoly_ctx
from sympy import QQ
from sympy.polys.rings import PolyElement, PolyRing

from symsens.budget import stage

MAX_DEPTH = 100  # steps on top of each other
MAX_POWER = 3  # of the product of all units
MAX_TERMS = 200  # of its normal form: it grows where there are many zeros


@dataclass(frozen=True, eq=False)
class Step:
    """sum of weight * polynomial = product of units * product of the factors of the cases.

    Attributes
    ----------
    weights : of the polynomials known so far, by their numbers: those given, then the factors chosen on the way here.
    units : names of units, as often as they are factors.
    cases : (power, factor) of each other factor. The steps of the first case follow, then those of the next.
    """

    weights: dict[int, PolyElement]
    units: tuple
    cases: tuple[tuple[int, PolyElement], ...]


@dataclass(frozen=True, eq=False)
class _Node:
    """A step before numbers are given: its weights and the factors that it adds have names, each case its own node."""

    weights: dict[int, PolyElement]
    units: tuple
    cases: tuple = ()  # (power, factor, its name, node)

    @property
    def used(self) -> set[int]:
        """Names of all polynomials that this step and those after it combine."""
        return set(self.weights).union(*(node.used for *_, node in self.cases))


@dataclass(frozen=True, eq=False)
class _Branch:
    """What is known in one case.

    Attributes
    ----------
    basis : (polynomial, its name): none has a leading monomial that divides another's.
    waiting : (polynomial, its weights) that vanish too and have not been looked at.
    pairs : (least common multiple, one, other) of those of the basis that have not been combined.
    depth : how many steps led here.
    """

    basis: list = field(default_factory=list)
    waiting: list = field(default_factory=list)
    pairs: list = field(default_factory=list)
    depth: int = 0


def contradiction(polynomials: list[PolyElement], units: dict, R: PolyRing) -> list[Step] | None:
    """A proof that the polynomials have no common zero, over the complex numbers, at which no unit vanishes; None where
    none is found.

    Parameters
    ----------
    units : irreducible polynomials by their names.
    """
    search = _Search(R, units, len(polynomials))
    known = [(f, {i: R(1)}) for i, f in enumerate(polynomials)]
    found = search.look(_Branch(waiting=known))
    return found and list(_numbered(_pruned(found), {i: i for i in range(len(polynomials))}))


class _Search:
    """The ring, the units, and the factors of what has been looked at."""

    def __init__(self, R: PolyRing, units: dict, names: int):
        self.R, self.names = R, names
        self.context = fmpq_mpoly_ctx.get(tuple(map(str, R.symbols)), "degrevlex")
        self.units, self.named = units, {unit.monic(): name for name, unit in units.items()}
        self.factors = {}

    def parts(self, f: PolyElement) -> tuple:
        """(names of units, (power, factor) of the others), f being their product but for a constant."""
        if f not in self.factors:
            terms = {exponents: fmpq(int(x.numerator), int(x.denominator)) for exponents, x in f.items()}
            found = self.context.from_dict(terms).factor()[1]  # FLINT's, far quicker than SymPy's
            found = [(times, _primitive(self.R.from_dict(_terms(q)))) for q, times in found]
            names = [(self.named.get(q.monic()), times) for times, q in found]
            units = tuple(name for name, times in names if name is not None for _ in range(times))
            rest = [part for part, (name, _) in zip(found, names) if name is None]
            self.factors[f] = units, sorted(rest, key=lambda part: (_degree(part[1]), len(part[1]), str(part[1])))
        return self.factors[f]

    def cost(self, candidate: tuple) -> tuple:
        """Small for what is good to know."""
        rest = [factor for _, factor in self.parts(candidate[0])[1]]
        return sum(map(_degree, rest)), len(rest), sum(map(len, rest))

    def look(self, branch: _Branch) -> _Node | None:
        """The proof of one case."""
        stage("whether polynomials have a common zero")
        if branch.depth > MAX_DEPTH:
            return None
        waiting = [reduced for f in branch.waiting if (reduced := self.reduced(f, branch.basis))[0]]
        if not waiting:
            waiting = self.combined(branch)
        if not waiting:
            return self.product_of_units(branch.basis)
        best = min(waiting, key=self.cost)
        return self.step(replace(branch, waiting=[f for f in waiting if f is not best]), *best)

    def reduced(self, candidate: tuple, basis: list) -> tuple:
        """The normal form of a polynomial, and its weights."""
        f, weights = candidate
        quotients, rest = f.div([g for g, _ in basis]) if basis else ([], f)
        weights = dict(weights)
        for quotient, (_, name) in zip(quotients, basis):
            if quotient:
                weights[name] = weights.get(name, self.R(0)) - quotient
        return rest, {name: weight for name, weight in weights.items() if weight}

    def combined(self, branch: _Branch) -> list:
        """The first combination of two of the basis that is not 0, in a list."""
        branch.pairs.sort(key=lambda pair: -sum(pair[0]))
        while branch.pairs:
            multiple, (g, one), (h, other) = branch.pairs.pop()
            a, b = self.quotient(multiple, g), self.quotient(multiple, h)
            found = self.reduced((a * g - b * h, {one: a, other: -b}), branch.basis)
            if found[0]:
                return [found]
        return []

    def quotient(self, multiple: tuple, g: PolyElement) -> PolyElement:
        """That of a monomial by the leading term."""
        return self.R.from_dict({tuple(a - b for a, b in zip(multiple, g.LM)): 1 / g.LC})

    def step(self, branch: _Branch, f: PolyElement, weights: dict) -> _Node | None:
        """The proof of a case in which f vanishes, and is looked at next."""
        units, factors = self.parts(f)
        cases = []
        for power, q in factors:
            name, self.names = self.names, self.names + 1
            node = self.look(self.extended(branch, q, name))
            if node is None:
                return None
            cases.append((power, q, name, node))
        return self.node(f, weights, units, tuple(cases))

    def node(self, f: PolyElement, weights: dict, units: tuple, cases: tuple) -> _Node:
        """The step that f, a combination of what vanishes, is the product of these units and factors."""
        lead = prod(self.units[name].LC for name in units) * prod(q.LC**power for power, q, *_ in cases)
        scale = lead / f.LC
        return _Node({name: weight * scale for name, weight in weights.items()}, units, cases)

    def extended(self, branch: _Branch, q: PolyElement, name: int) -> _Branch:
        """The case in which q vanishes too."""
        kept = [(g, other) for g, other in branch.basis if not _divides(q.LM, g.LM)]
        again = [(g, {other: self.R(1)}) for g, other in branch.basis if _divides(q.LM, g.LM)]
        pairs = [pair for pair in branch.pairs if pair[1] in kept and pair[2] in kept]
        for g in kept:
            multiple = tuple(map(max, q.LM, g[0].LM))
            if sum(multiple) < sum(q.LM) + sum(g[0].LM):  # otherwise the combination reduces to 0
                pairs.append((multiple, (q, name), g))
        return _Branch([*kept, (q, name)], [*branch.waiting, *again], pairs, branch.depth + 1)

    def product_of_units(self, basis: list) -> _Node | None:
        """A step without cases: a product of units that is a combination of a Groebner basis."""
        chosen = self.vanishing(sorted(self.units) * MAX_POWER, basis)
        if chosen is None:
            return None
        for name in sorted(set(chosen)):  # as few as will do
            chosen = self.vanishing([other for other in chosen if other != name], basis) or chosen
        whole = prod((self.units[name] for name in chosen), start=self.R(1))
        _, weights = self.reduced((whole, {}), basis)
        return self.node(whole, {name: -weight for name, weight in weights.items()}, tuple(chosen), ())

    def vanishing(self, names: list, basis: list) -> list | None:
        """The first of these units whose product is a combination of the basis; None where there are not enough."""
        rest = self.R(1)
        for i, name in enumerate(names):
            rest, _ = self.reduced((rest * self.units[name], {}), basis)
            if not rest:
                return names[: i + 1]
            if len(rest) > MAX_TERMS:
                break
        return None


def _pruned(node: _Node) -> _Node:
    """The proof without steps of which a case needs not what it assumes."""
    cases = [(power, q, name, _pruned(below)) for power, q, name, below in node.cases]
    for _, _, name, below in cases:
        if name not in below.used:
            return below
    return replace(node, cases=tuple(cases))


def _numbered(node: _Node, numbers: dict[int, int]) -> Iterator[Step]:
    """The steps in their order, with numbers in the place of names."""
    weights = {numbers[name]: weight for name, weight in sorted(node.weights.items())}
    yield Step(weights, node.units, tuple((power, q) for power, q, *_ in node.cases))
    for _, _, name, below in node.cases:
        yield from _numbered(below, {**numbers, name: len(numbers)})


def _terms(q: fmpq_mpoly) -> dict:
    """Of a polynomial of FLINT, for SymPy."""
    return {exponents: QQ(int(x.numerator), int(x.denominator)) for exponents, x in q.to_dict().items()}


def _primitive(f: PolyElement) -> PolyElement:
    """The multiple with coprime integers, the first of them positive."""
    f = f.clear_denoms()[1].primitive()[1]
    return f if f.LC > 0 else -f


def _divides(one: tuple, other: tuple) -> bool:
    return all(a <= b for a, b in zip(one, other))


def _degree(f: PolyElement) -> int:
    return max(map(sum, f.itermonoms()), default=0)
