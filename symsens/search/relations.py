"""Linear relations among the features of a descriptor at every structure, and the proof that there are no others.

A combination sum_a c_a F_a is constant at every structure if sum_a c_a phi_a, summed over the orders of the tuple, is
constant in each species channel (and region where a cutoff lets the form count). The forms are expanded into products
of powers, exponentials, cosines, ..; a combination whose every coefficient vanishes over QQ is a relation (`proves`
expands it once more, as a whole). That these products are independent is not assumed: the rank of J at sample
structures, proved from below, shows that there are no more relations than were found. Where the two counts do not meet
the answer is undecided.

Law: a relation is claimed only if it is proved; a feature is called independent only if the rank says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache, lru_cache
from itertools import count, islice, permutations
from random import Random

import flint
import numpy as np
from sympy import Add, Expr, Integer, Mul, Rational, Symbol, expand

from symsens.descriptors import Descriptor, descriptor
from symsens.descriptors.base import plan_of
from symsens.errors import InputError, NoClosedForm, SymsensError, UndecidedError
from symsens.forms.blocks import Block, Family, invariants, place_invariant
from symsens.forms.jacobian import ball_jacobian, exact_jacobian, midrad_jacobian
from symsens.forms.layouts import Layout
from symsens.forms.select import contributing_rows
from symsens.geometry.environment import Environment
from symsens.geometry.species import sorted_species
from symsens.numbers.field import QQ
from symsens.numbers.kernel import modular_pivots, null_space
from symsens.numbers.midrad import MidRad
from symsens.numbers.rank import NO_RANK, RankProof, prove_rank_at_least, prove_rank_at_least_arb, rank_by_elimination
from symsens.verdict import Verdict

LEVELS = ("members", "products", "forms")  # how far forms are written out: each sees all relations of the one before
PRECISIONS = (256, 1024)  # bits of the rank in balls
MAX_SAMPLES = 128
MAX_WRITTEN = 100  # features whose forms are written out for a bound of the rank
LONG = 3000  # operations in forms: writing them out takes a second or more
_NUMBERS = count()


@dataclass(frozen=True)
class Relation:
    """sum of coefficient * feature is zero at every structure, or (`constant`) depends on its composition only.

    Attributes
    ----------
    coefficients : (label, SymPy number) of the features that take part.
    constant : whether the value may differ from zero.
    """

    coefficients: tuple[tuple[str, Expr], ...]
    constant: bool

    def __str__(self):
        terms = " ".join(
            f"{'-' if c.could_extract_minus_sign() else '+'} {'' if abs(c) == 1 else f'{abs(c)} '}[{label}]"
            for label, c in self.coefficients
        )
        return f"{terms.removeprefix('+ ')} = {'constant' if self.constant else '0'}"


@dataclass(frozen=True)
class Relations:
    """The left null space of J that is there at every structure.

    Attributes
    ----------
    labels : of all features.
    relations : independent, proved; the last feature of each is redundant, being determined by those before it.
    rank_at_least : proved rank of the features' derivatives over several structures.
    samples : these structures.
    """

    labels: tuple[str, ...]
    relations: tuple[Relation, ...]
    rank_at_least: int
    samples: "Samples" = field(compare=False, repr=False)

    @property
    def redundant(self) -> tuple[str, ...]:
        """Features that can be left out: the others determine them."""
        return tuple(relation.coefficients[-1][0] for relation in self.relations)

    @property
    def verdict(self) -> Verdict:
        """PROVED if there are no more relations than these."""
        return Verdict.PROVED if len(self.relations) + self.rank_at_least == len(self.labels) else Verdict.UNDECIDED


def linear_relations(chosen: Descriptor, centre: str, species, seed: int) -> tuple[Layout, Relations]:
    """The closed forms of a descriptor, and all linear relations that hold among them at every structure; see
    `symsens.redundant_features`."""
    plan = chosen.layout(centre, sorted_species(species))
    samples = Samples(chosen, plan, centre, sorted_species(species), seed)
    for level in LEVELS:
        found = _relations(plan, level)
        if len(found) + samples.estimate >= len(plan.labels):
            break
    rank = len(plan.labels) - len(found)
    if samples.estimate > rank and samples.rank_at_least(samples.estimate) > rank:
        raise AssertionError(
            f"{chosen}: {len(found)} relations among {len(plan.labels)} features of rank {samples.estimate}: please "
            "report this descriptor"
        )
    relations = tuple(relation for _, relation in found)
    return plan, Relations(plan.labels, relations, samples.rank_at_least(rank), samples)


def rank_bound(env: Environment, chosen: Descriptor) -> int | None:
    """A bound of the rank of J at `env`: features that have terms there, less the relations among them.

    None where the features are no sums over tuples.
    """
    try:
        plan = plan_of(env, chosen)
    except NoClosedForm:
        return None
    present = contributing_rows(env, plan)
    absent = [[int(a == b) for b in range(len(plan.labels))] for a in range(len(plan.labels)) if a not in present]
    vectors = [v for v, _ in _known_relations(plan)]
    known = flint.fmpz_mat(vectors + absent).rank() if vectors or absent else 0
    return len(plan.labels) - known


def long_forms(env: Environment, chosen: Descriptor) -> bool:
    """Whether `rank_bound` writes out forms that are so long that this takes seconds."""
    try:
        return _is_long(plan_of(env, chosen))
    except NoClosedForm:
        return False


@lru_cache(maxsize=8)
def _is_long(plan: Layout) -> bool:
    families = {family for block in plan.blocks for family in block.families}
    written = len(plan.labels) <= MAX_WRITTEN  # otherwise a form of a family is a symbol
    return written and sum(form.count_ops() for family in families for form in family.forms) > LONG


@lru_cache(maxsize=8)
def _known_relations(plan: Layout) -> list[tuple[list[int], Relation]]:
    """Relations that `rank_bound` uses: forms are written out as products of functions for few features only."""
    return _relations(plan, "products" if len(plan.labels) <= MAX_WRITTEN else "members")


def known_relations(plan: Layout) -> list[Relation]:
    """The relations that `rank_bound` uses."""
    return [relation for _, relation in _known_relations(plan)]


def rational(relations: Sequence[Relation], labels: Sequence[str]) -> tuple[tuple[Fraction, ...], ...] | None:
    """Relations as coefficients of all features, the first one 1; None if one has irrational ratios of coefficients."""
    found = []
    for relation in relations:
        ratios = {label: c / relation.coefficients[0][1] for label, c in relation.coefficients}
        if not all(c.is_Rational for c in ratios.values()):
            return None
        line = [ratios.get(label, Integer(0)) for label in labels]
        found.append(tuple(Fraction(int(c.p), int(c.q)) for c in line))
    return tuple(found)


def _relations(plan: Layout, level: str) -> list[tuple[list[int], Relation]]:
    """Proved relations: their coefficients after division of each feature by its scale, and themselves."""
    table, scales = _coefficients(plan, level)
    found = []
    for v in _left_null_space(table, len(plan.labels)):
        coefficients = {plan.labels[a]: Integer(c) / scales[a] for a, c in enumerate(v) if c}
        total = _differences(plan, coefficients, level)
        if any(free for _, free in total):
            raise AssertionError(
                f"{coefficients} is no relation although its coefficients vanish: please report this descriptor"
            )
        found.append((v, Relation(tuple(coefficients.items()), any(value != 0 for value, _ in total))))
    return found


def proves(spec: str | Descriptor, centre: str, species, coefficients: Mapping[str, object]) -> bool:
    """Whether sum of coefficient * feature is constant at every structure: True is a proof, False says nothing.

    Raises
    ------
    InputError
        There is no feature of such a label.
    """
    plan = (descriptor(spec) if isinstance(spec, str) else spec).layout(centre, sorted_species(species))
    unknown = [label for label in coefficients if label not in plan.labels]
    if unknown:
        raise InputError(f"no feature {unknown[0]!r}: they are {', '.join(plan.labels[:5])}, ..")
    numbers = {label: c if isinstance(c, Expr) else Rational(str(QQ.parse(c))) for label, c in coefficients.items()}
    return any(not any(free for _, free in _differences(plan, numbers, level)) for level in LEVELS)


# Channels: where forms may be added.


@cache
def _symbol(thing) -> Symbol:
    """The symbol of a form of a family at its places, of a product of functions, or of an irrational number."""
    return Symbol(f"u{next(_NUMBERS)}", real=True)


@cache
def _terms(family: Family) -> tuple[tuple[tuple[Rational, Expr, Expr], ...], ...]:
    """Each form of a family as a sum of rational * irrational * product of functions."""
    out = []
    for form in family.forms:
        split = [_split(term, invariants(family.arity)) for term in Add.make_args(expand(form))]
        out.append(tuple((*number.as_coeff_Mul(), product) for number, product in split))
    return tuple(out)


def _written(block: Block, level: str) -> tuple[tuple[Expr, ...], set[Expr]]:
    """The forms of a block at a level of `LEVELS`, and what the symbols in them that depend on the structure stand for.

    members: forms of families are symbols. products: sums of products of functions, each a symbol. forms: written out.
    """
    if level == "forms":
        return block.closed, set()
    own, products = {}, set()
    for symbol, (family, places, i) in block.members.items():
        if level == "members":
            own[symbol] = _symbol((family, places, i))
            continue
        swap, total = {t: place_invariant(t, places) for t in invariants(family.arity)}, []
        for rational, irrational, product in _terms(family)[i]:
            here = product.xreplace(swap)
            products.add(here)
            factors = [_symbol(factor) for factor in (irrational, here) if factor != 1]
            total.append(Mul(rational, *factors))
        own[symbol] = Add(*total)
    return tuple(phi.xreplace(own) for phi in block.phi), products - {1}


def _moved(block: Block, order, products: set[Expr]) -> dict:
    """Invariants, and symbols for families or products, when place a of a tuple becomes order[a] (from 0)."""
    basic = {t: place_invariant(t, [p + 1 for p in order]) for t in invariants(block.nu)}
    swap = {}
    for family, places, i in block.members.values():
        moved = tuple(order[a - 1] + 1 for a in places)
        swap[_symbol((family, places, i))] = _symbol((family, moved, i))
    return basic | swap | {_symbol(product): _symbol(product.xreplace(basic)) for product in products}


def _regions(block: Block) -> frozenset:
    """The conditions of a block, in the invariants of its tuples."""
    out = set()
    for condition in block.conditions:
        for places in condition.choices(block.nu):
            swap = {t: place_invariant(t, places) for t in invariants(condition.arity)}
            out.add((condition.expr.xreplace(swap), condition.inside))
    return frozenset(out)


def _orders(block: Block, products: set[Expr]) -> tuple[tuple, list[dict]]:
    """The channel of a block, the same for all orders of its places; and the renamings that lead there."""
    regions, found = _regions(block), {}
    for order in permutations(range(block.nu)):
        swap = _moved(block, order, products)
        channel = [None] * block.nu
        for a, p in enumerate(order):
            channel[p] = block.channel[a]
        region = frozenset((expr.xreplace(swap), inside) for expr, inside in regions)
        key = (block.nu, block.distinct, tuple(channel), region)
        found.setdefault(key, []).append(swap)
    key = min(found, key=lambda key: (key[2], sorted(map(str, key[3]))))
    return key, found[key]


def _parts(plan: Layout, level: str) -> Iterator[tuple[int, tuple, list[dict], set, Expr]]:
    """(feature, channel, renamings, symbols that depend on the structure, form) of all that adds to a feature."""
    values = {}
    for block, rows in zip(plan.blocks, plan.rows):
        for constants in (c for family in block.families for c in (*family.constants, *family.mixing)):
            if any(values.setdefault(symbol, constants) != constants for symbol in constants.symbols):
                raise AssertionError(
                    f"two constants have symbols of one name: {', '.join(map(str, constants.symbols[:3]))}, .."
                )
        forms, products = _written(block, level)
        key, swaps = _orders(block, products)
        variables = {symbol for swap in swaps for symbol in (*swap.keys(), *swap.values())}
        for row, phi in zip(rows.tolist(), forms):
            yield row, key, swaps, variables, block.scale * phi


def _split(term: Expr, variables) -> tuple[Expr, Expr]:
    """(number, product of functions of the variables) of a term."""
    numbers, functions = [], []
    for factor in Mul.make_args(term):
        (numbers if factor.free_symbols.isdisjoint(variables) else functions).append(factor)
    return Mul(*numbers), Mul(*functions)


def _coefficients(plan: Layout, level: str) -> tuple[dict, list[Expr]]:
    """{product of functions in a channel: {feature: rational}} for every feature divided by its scale; the scales."""
    table, scales, every = {}, [], [{} for _ in plan.labels]
    for row, key, swaps, variables, form in _parts(plan, level):
        for term in Add.make_args(expand(form)):
            number, product = _split(term, variables)
            if product != 1:  # otherwise a constant
                product = min((product.xreplace(swap) for swap in swaps), key=str)
                every[row][key, product] = every[row].get((key, product), Integer(0)) + number
    for row, terms in enumerate(every):
        first = next((c for c in terms.values() if c != 0), Integer(1))
        scale = first / first.as_coeff_Mul()[0]
        # A product of numbers that are not 0 may be divided by; sums, and symbols of constants, are not looked into.
        usable = not scale.has(Add) and not scale.free_symbols and all((c / scale).is_Rational for c in terms.values())
        scales.append(scale if usable else Integer(1))
        for (key, product), c in terms.items():
            rational, rest = (c / scales[row]).as_coeff_Mul()
            if rational != 0:  # an irrational number that is left over counts as another product
                table.setdefault((key, product, rest), {})[row] = Fraction(int(rational.p), int(rational.q))
    return table, scales


def _left_null_space(table: dict, features: int) -> list[list[int]]:
    """Integer vectors c with sum_a c_a (coefficient of feature a) = 0 for every product; the last entry is its own."""
    if not features:
        return []
    rows = []
    for entry in table.values():
        common = int(np.lcm.reduce([x.denominator for x in entry.values()], dtype=object)) if entry else 1
        line = [0] * features
        for a, x in entry.items():
            line[a] = int(x * common)
        rows.append(line)
    if not rows:
        return null_space(flint.fmpz_mat(0, features))
    matrix = flint.fmpz_mat(rows)
    for prime in islice(QQ.primes(), 20):
        pivots = modular_pivots(flint.nmod_mat(matrix.transpose(), prime))
        vectors = null_space(flint.fmpz_mat([rows[i] for i in pivots]))
        if not (vectors and any((matrix * flint.fmpz_mat(vectors).transpose()).entries())):
            return vectors
    raise UndecidedError("no exact left null space modulo 20 primes")


def _differences(plan: Layout, coefficients: Mapping[str, Expr], level: str) -> list[tuple[Expr, bool]]:
    """Per channel the expanded combination, summed over the orders of the tuple, and whether invariants are left."""
    totals, wanted = {}, {plan.labels.index(label): c for label, c in coefficients.items()}
    for row, key, swaps, variables, form in _parts(plan, level):
        if row in wanted:
            forms, symbols = totals.setdefault(key, ([], set()))
            symbols |= variables
            forms += [wanted[row] * form.xreplace(swap) / len(swaps) for swap in swaps]
    values = [(expand(Add(*forms)), symbols) for forms, symbols in totals.values()]
    return [(value, not value.free_symbols.isdisjoint(symbols)) for value, symbols in values]


# The number of relations from above: the rank of J at sample structures.


class Samples:
    """Random structures of varying composition: so many that the rank of all their Jacobians side by side settles.

    Attributes
    ----------
    estimate : the rank of [J(X_1) J(X_2) ..] in float64.
    """

    def __init__(self, chosen: Descriptor, plan: Layout, centre: str, species, seed: int):
        self.chosen, self.centre, self.species, self.labels = chosen, centre, species, plan.labels
        self.present = sorted_species([*species, *(z for block in plan.blocks for z in block.channel)])
        self.most = max([3, *(block.nu + 1 for block in plan.blocks)])
        radii = [x for x in (getattr(chosen, name, None) for name in ("cutoff", "cutoff_angular")) if x is not None]
        self.reach = min([Fraction(2), *(Fraction(9, 20) * r for r in radii)])
        self.random, self.structures, self.estimate = Random(seed), [], 0
        while self.present and len(self.structures) < MAX_SAMPLES:
            before = self.estimate
            self.structures += [self._structure() for _ in range(max(4, len(self.structures)))]
            parts = [midrad_jacobian(env, chosen, species=species) for env in self.structures]
            mid, rad = np.hstack([part.mid for part in parts]), np.hstack([part.rad for part in parts])
            size = abs(mid).max(axis=1, keepdims=True, initial=0)
            # Features of one size; a power of two rounds nothing.
            power = 2.0 ** -np.frexp(np.where(size > 1e-200, size, 1))[1]
            self.stacked, self.power = MidRad(mid * power, rad * power), power[:, 0]
            self.estimate = int(np.linalg.matrix_rank(self.stacked.mid))
            if self.estimate in (before, len(plan.labels)):
                break

    def _structure(self) -> Environment:
        for _ in range(1000):
            species = [z for z in self.present for _ in range(self.random.randint(1, self.most))]
            points = [[self.reach * Fraction(self.random.randint(-200, 200), 200) for _ in range(3)] for _ in species]
            try:
                env = Environment(species, points, self.centre)
                self.chosen.check_smooth(env)
                return env
            except InputError:
                continue
        raise UndecidedError(
            f"{self.chosen}: no structure of 1000 random ones within {float(self.reach):.3g} Angstrom is smooth: "
            "raise the cutoff"
        )

    def proof(self, target: int) -> tuple[list[Environment], RankProof]:
        """Structures at which the Jacobians, side by side, have at least this rank, with pivots and a left inverse.

        Raises
        ------
        UndecidedError
            No such proof was found.
        """
        if not target:
            return [], NO_RANK
        structures = self._enough(target)
        width = sum(3 * env.n for env in structures)
        try:
            found = prove_rank_at_least(MidRad(self.stacked.mid[:, :width], self.stacked.rad[:, :width]), target)
            scales = [Fraction(self.power[row]) for row in found.rows]
            W = tuple(tuple(x * scale for x, scale in zip(weights, scales)) for weights in found.W)
            return structures, replace(found, W=W)
        except SymsensError:
            pass

        def stacked(bits):
            return flint.arb_mat(self._balls(structures, bits))

        return structures, prove_rank_at_least_arb(stacked, target)

    def _enough(self, target: int) -> list[Environment]:
        """The first structures whose Jacobians seem to have this rank together; all of them if none have."""
        columns = 0
        for number, env in enumerate(self.structures, 1):
            columns += 3 * env.n
            if columns > self.stacked.mid.shape[1]:
                break
            if columns >= target and np.linalg.matrix_rank(self.stacked.mid[:, :columns]) >= target:
                return self.structures[:number]
        return self.structures

    def _balls(self, structures, bits: int) -> list[list]:
        """The Jacobians at some structures side by side, in balls; at the precision of the context."""
        parts = [ball_jacobian(env, self.chosen, bits, species=self.species).tolist() for env in structures]
        return [[x for part in parts for x in part[a]] for a in range(len(self.labels))]

    def rank_at_least(self, target: int) -> int:
        """A proved lower bound of the rank, `target` at best."""
        if not target or not self.structures:
            return 0
        try:
            return prove_rank_at_least(self.stacked, target).rank
        except SymsensError:
            pass
        # float64 may have stopped at too small a rank: a neighbour adds at least one to that of two-body features.
        while sum(env.n for env in self.structures) < 2 * target + 4:
            self.structures.append(self._structure())
        exact = [exact_jacobian(env, self.chosen, species=self.species) for env in self.structures]
        if None not in exact:
            columns = [entry for matrix in exact for entry in matrix.transpose().numer_denom()[0].entries()]
            return flint.nmod_mat(len(columns) // len(self.labels), len(self.labels), columns, next(QQ.primes())).rank()
        best = 0
        for bits in PRECISIONS:
            with flint.ctx.workprec(bits):
                rows = np.array(self._balls(self.structures, bits), dtype=object)
                best = max(best, rank_by_elimination(rows, target))
            if best == target:
                break
        return best
