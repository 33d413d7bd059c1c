"""Which 2-jets, forces and force constants, models of order nu can have: allowed, reached, missing (THEORY, section 9).

The 2-jets of all models span a space of exact rows (`symsens.rows.two_jets`). All of them are invariant, so that the
rank of the matrix of their values at invariant functionals is the dimension of their span. A missing direction is an
allowed jet that is orthogonal to what is reached; a functional that vanishes at every row and not there proves it.

A readout that is nonlinear in the features F_1, F_2, ... of a site adds symmetrised products of their gradients. Of a
whole molecule, sum_i g(F(env_i)) treats environments of unequal class multisets differently, and adds the products of
gradients at one site, summed over equal sites; a function of the set of all environments adds products of any two of
the summed gradients (Lemma readout).

Law: ranks from below modulo a prime, zeros exact; what is missing is counted from both sides.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement, islice
from math import isqrt

import numpy as np

from symsens.budget import BudgetSpent, need_memory, stage, stop
from symsens.errors import ContradictionError, InputError
from symsens.geometry.displacements import Displacements
from symsens.geometry.structure_displacements import StructureDisplacements
from symsens.numbers.kernel import (
    Matrix,
    from_columns,
    independent,
    matrix,
    modular_pivots,
    multiply,
    null_space,
    primitive,
    residues,
)
from symsens.rows.filtration import ModularProof
from symsens.rows.jet_spaces import JetSpace, TwoJet, solutions
from symsens.rows.structures import equal_environments, structure_tuples
from symsens.rows.tuples import components, number_classes
from symsens.rows.two_jets import TwoJets, jets_of_classes, site_two_jets
from symsens.verdict import Verdict

READOUTS = ("linear", "nonlinear")
MAX_SOLVED = (
    200_000  # numbers in equations that are solved exactly: FLINT needs minutes then, and cannot be interrupted
)


@dataclass(frozen=True, eq=False)
class Missing:
    """One missing direction.

    Attributes
    ----------
    functional : a vector and a form that vanish at the 2-jet of every model, orthogonal to rigid motions.
    direction : an allowed 2-jet, orthogonal to every reached one of zero gradient, with zero gradient itself where
        models reach all gradients, and then it is the form of the functional; integral, to any scale.
    """

    functional: TwoJet
    direction: TwoJet


@dataclass(frozen=True, eq=False)
class Curvatures:
    """What models of order nu can have as gradients and Hessians.

    Attributes
    ----------
    space : the invariant 2-jets, and what moves.
    nu, readout : the models.
    allowed : the number of independent 2-jets that symmetry allows; `gradients` of them differ in first order.
    reached : the number that models reach; `reached_gradients` likewise.
    proof : why so many are reached, rows by number, at a place of the field; where it is undecided, at least so many.
    missing : allowed - reached directions, unless they were not listed in time (`unlisted`); the matrix of functionals
        at directions is regular.
    undecided : what could not be proved; None when all is.
    """

    space: JetSpace
    nu: int
    readout: str
    allowed: int
    reached: int | None
    gradients: int
    reached_gradients: int | None
    proof: ModularProof | None
    missing: tuple[Missing, ...] = ()
    undecided: str | None = None

    @property
    def moves(self) -> Displacements | StructureDisplacements:
        """What moves."""
        return self.space.moves

    @property
    def level(self) -> str:
        """ "environment", "sum" or "set"."""
        return self.moves.level

    @property
    def unlisted(self) -> int:
        """The number of missing directions that there was no time to list."""
        return 0 if self.reached is None else self.allowed - self.reached - len(self.missing)

    @property
    def verdict(self) -> Verdict:
        """PROVED, or UNDECIDED."""
        return Verdict.PROVED if self.undecided is None else Verdict.UNDECIDED


@dataclass(frozen=True, eq=False)
class Models:
    """All models of an order with a readout.

    Attributes
    ----------
    space : the invariant 2-jets.
    nu, readout : the models.
    """

    space: JetSpace
    nu: int
    readout: str

    @cached_property
    def jets(self) -> TwoJets:
        """The rows that the features have by themselves."""
        stage(f"the classes of tuples of order nu = {self.nu}")
        moves = self.space.moves
        if isinstance(moves, Displacements):
            return site_two_jets(moves.labels, self.nu)
        return jets_of_classes(self._classes[0], self._columns)

    @cached_property
    def _tuples(self):
        return structure_tuples(self.space.moves.sides, self.nu)

    @cached_property
    def _columns(self) -> list[np.ndarray]:
        """For each component of the tuples of a molecule the side that it is."""
        return list(self._tuples[1].T)

    @cached_property
    def _classes(self) -> tuple[np.ndarray, np.ndarray]:
        """The class of each tuple of a molecule, and the group of equal environments of each atom."""
        tuples, invariants, shells = self._tuples
        moves = self.space.moves
        labels = np.append(moves.sides.labels, 0)
        class_of = number_classes(len(tuples), [*shells.T, *labels[invariants[:, self.nu :]].T])
        group = equal_environments(tuples[:, 0], class_of, moves.atoms)
        if self.readout == "linear":
            return class_of, group
        return number_classes(len(tuples), [class_of, group[tuples[:, 0]]]), group

    def values(self) -> list[list]:
        """The values of all functionals at rows that span the 2-jets of the models."""
        space = self.space
        size = 16 * self.jets.count * space.width
        need_memory(size, f"{space.moves.where}: {self.jets.count} rows of {space.width} numbers", "lower nu")
        stage("the exact rows of 2-jets")
        rows = space.functionals.at_rows(self.jets, space.derivatives)
        if self.readout == "linear":
            return rows
        stage("the products of gradients")
        products = self._at_sites()
        if space.moves.level == "set":
            products = [*products, [self._summed()]]
        return [*rows, *(row for stack in products for row in product_values(space, stack))]

    def _gradient(self, counts) -> list:
        """Dense sum of the gradients of invariants, so many times each."""
        total = [0] * self.space.moves.width
        for p, count in counts:
            for node, covector in self.space.derivatives.gradients[p]:
                for c, x in enumerate(covector):
                    total[3 * node + c] += count * x
        return total

    def _summed(self) -> list[list]:
        """The gradients of all first-order rows."""
        counts = defaultdict(list)
        for row, p, count in self.jets.first.tolist():
            counts[row].append((p, count))
        return [self._gradient(each) for each in counts.values()]

    def _at_sites(self) -> list[list[list[list]]]:
        """For each group of equal sites: at each of its sites the gradients of all features, in one order."""
        moves = self.space.moves
        if isinstance(moves, Displacements):
            return [[self._summed()]]
        (class_of, group), (tuples, invariants, _) = self._classes, self._tuples
        parts = components(self.nu)
        counts = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))  # site, (class, component), side
        for centre, cls, sides in zip(tuples[:, 0].tolist(), class_of.tolist(), invariants.tolist()):
            for c in range(len(parts)):
                counts[centre][cls, c][sides[c]] += 1
        found = []
        for g in dict.fromkeys(group.tolist()):
            sites = [i for i in range(moves.atoms) if group[i] == g and i in counts]
            keys = list(counts[sites[0]]) if sites else []
            distinct = {tuple(tuple(sorted(counts[i][key].items())) for i in sites): key for key in keys}
            found.append([[self._gradient(counts[i][key].items()) for key in distinct.values()] for i in sites])
        return found


def as_number(x):
    """A number of FLINT as one of Python."""
    return x if hasattr(x, "numerators") else int(x)


def product_values(space: JetSpace, stack: list[list[list]]) -> list[list]:
    """The values at products of gradients r (x) s, summed over sites, for a basis of what r and s can be.

    Parameters
    ----------
    stack : for each site its gradients, in one order, as integral covectors over the displacements.
    """
    width = space.moves.width
    joined = [[x for part in parts for x in part] for parts in zip(*stack)]
    chosen = independent(joined, width * len(stack), space.moves.field)
    if not chosen:
        return []
    blocks = [matrix(len(chosen), width, [x for i in chosen for x in site[i]]) for site in stack]
    pairs = list(combinations_with_replacement(range(len(chosen)), 2))
    rows = [[0] * space.width for _ in pairs]
    for e, form in enumerate(space.forms, len(space.vectors)):
        dense = _dense(form, space.size)
        totals = None
        for block in blocks:
            entries = multiply(multiply(block, dense), block.transpose()).entries()
            totals = entries if totals is None else [x + y for x, y in zip(totals, entries)]
        for row, (i, k) in zip(rows, pairs):
            row[e] = as_number(totals[i * len(chosen) + k])
    return rows


def _dense(form, n: int):
    """A form as a matrix."""
    entries = [0] * (3 * n) ** 2
    for pair, block in form.blocks.items():
        j, k = divmod(pair, n)
        for i, x in enumerate(block):
            entries[(3 * j + i // 3) * 3 * n + 3 * k + i % 3] = x
    return matrix(3 * n, 3 * n, entries)


def exact_curvatures(moves: Displacements | StructureDisplacements, nu: int = 2, readout: str = "linear") -> Curvatures:
    """The 2-jets allowed, reached and missing.

    Parameters
    ----------
    moves : the neighbours of an environment about its fixed centre, or all atoms of a molecule. A function of the set
        of environments is nonlinear in any case.
    nu : order of the features.
    readout : "linear": energies are features, or sums of features; "nonlinear": smooth functions of the features of
        each site.

    Raises
    ------
    InputError
        A periodic structure, displacements of all atoms of an environment, or an unknown readout.
    """
    if readout not in READOUTS:
        raise InputError(f"readout = {readout!r}: either 'linear' or 'nonlinear'")
    if moves.level == "environment" and moves.tie is not None:
        raise InputError(f"{moves.where}: second order is about neighbours that move about a fixed centre")
    if moves.level != "environment" and moves.structure.lattice:
        raise InputError(f"{moves.where}: a periodic structure is no molecule")
    space = JetSpace(moves)
    models = Models(space, nu, "nonlinear" if moves.level == "set" else readout)
    stage("the 2-jets that symmetry allows")
    allowed = space.allowed
    gradients = _rank_of_gradients(space, allowed)
    try:
        return _decided(models, allowed, gradients)
    except BudgetSpent as spent:
        stop()
        why = f"reached: at most {len(allowed)}; {spent}"
        return Curvatures(space, nu, models.readout, len(allowed), None, gradients, None, None, (), why)


def _rank_of_gradients(space: JetSpace, jets: Sequence[Sequence]) -> int:
    """The number of independent gradients among jets, or rows of values."""
    first = len(space.vectors)
    return len(independent([list(row[:first]) for row in jets], first, space.moves.field))


def _decided(models: Models, allowed: list, gradients: int, tries: int = 8) -> Curvatures:
    space = models.space
    values = models.values()
    known = lambda *more: Curvatures(space, models.nu, models.readout, len(allowed), *more)
    stage("the rank of the 2-jets")
    values = [row for row in values if any(row)]
    rows = matrix(len(values), space.width, [x for row in values for x in row])
    pivots, proof, why = [], None, ""
    try:
        for place in islice(space.moves.field.places(), tries):
            pivots = modular_pivots(residues(rows, place).transpose())
            proof = ModularProof(place, tuple(pivots))
            if len(pivots) == len(allowed):
                return known(len(allowed), gradients, gradients, proof)
            chosen = [values[i] for i in pivots]
            if len(pivots) < len(values) and len(pivots) * space.width > MAX_SOLVED:
                raise BudgetSpent(f"exact functionals at {len(pivots)} rows of {space.width} numbers take too long")
            if len(pivots) == len(values) or _vanish_at(rows, chosen, space):
                reached = _rank_of_gradients(space, chosen)
                missing = _missing_in_time(space, chosen, allowed, reached < gradients)
                return known(len(pivots), gradients, reached, proof, missing)
        why = f"no exact functionals modulo {tries} primes"
    except BudgetSpent as spent:
        stop()
        why = str(spent)
    return known(None, gradients, None, proof, (), f"reached: at least {len(pivots)}, at most {len(allowed)}; {why}")


def _vanish_at(rows: Matrix, chosen: list, space: JetSpace) -> bool:
    """Whether the functionals that vanish at the chosen rows do so at all rows, and are as many as they can be."""
    stage("the exact functionals that vanish")
    vanishing = solutions(chosen, space.width)
    if len(vanishing) != space.width - len(chosen):
        return False
    return not any(multiply(rows, from_columns(vanishing, space.width)).entries())


def _missing_in_time(space: JetSpace, chosen: list, allowed: list, gradients_too: bool) -> tuple["Missing", ...]:
    """The missing directions; none where there is no time to list them."""
    if len(chosen) * space.width > MAX_SOLVED:
        return ()
    try:
        missing = _missing(space, chosen, gradients_too)
    except BudgetSpent:
        stop()
        return ()
    if len(missing) != len(allowed) - len(chosen):
        raise ContradictionError(f"{len(missing)} directions are missing, of {len(allowed) - len(chosen)}")
    return missing


def _missing(space: JetSpace, reached: list, gradients_too: bool) -> tuple[Missing, ...]:
    """Functionals and directions, given independent rows of values that span all rows."""
    stage("the missing directions")
    first, width = len(space.vectors), space.width
    functionals = _shortened(space, solutions([*space.across, *reached], width))
    if not gradients_too:  # then forms of functionals are what is missing
        directions = [[*[0] * first, *functional[first:]] for functional in functionals]
    else:
        still = [*space.conditions, *([int(e == f) for f in range(width)] for e in range(first))]
        seen = [[*row[:first], *[0] * (width - first)] for row in reached]
        across = [_times_gram(space, jet) for jet in solutions(still, width)]
        directions = solutions([*still, *_without_gradient(reached, first)], width)
        directions += solutions([*space.conditions, *seen, *across], width)
    pairs = zip(functionals, directions)
    return tuple(Missing(space.functional(a), _primitive(space.jet(b))) for a, b in pairs)


def _shortened(space: JetSpace, functionals: list) -> list[list]:
    """A basis of the same functionals with short entries, for people; over QQ only."""
    if space.moves.field.degree > 1 or not functionals:
        return functionals
    representatives = [(min(form.blocks), len(form.blocks), form) for form in space.forms]
    weights = [[1] for _ in space.vectors] + [
        [isqrt(100 * count) * x for x in form.blocks[pair]] for pair, count, form in representatives
    ]
    scaled = [[c * w for c, weight in zip(row, weights) for w in weight] for row in functionals]
    _, change = matrix(len(scaled), len(scaled[0]), [x for row in scaled for x in row]).lll(transform=True)
    shorter = change * matrix(len(functionals), space.width, [x for row in functionals for x in row])
    return [primitive([int(x) for x in row]) for row in shorter.tolist()]


def _without_gradient(rows: list, first: int) -> list[list]:
    """A basis of the combinations of independent rows whose first entries vanish."""
    if not first or not rows:
        return rows
    width = len(rows[0])
    gradients = matrix(len(rows), first, [x for row in rows for x in row[:first]])
    weights = null_space(gradients.transpose())
    if not weights:
        return []
    combined = multiply(
        matrix(len(weights), len(rows), [x for w in weights for x in w]),
        matrix(len(rows), width, [x for row in rows for x in row]),
    ).entries()
    combined = [as_number(x) for x in combined]
    return [primitive(combined[i * width : (i + 1) * width]) for i in range(len(weights))]


def _times_gram(space: JetSpace, jet: list) -> list:
    """The equation that says that the Hessian of a jet is orthogonal to that of this one."""
    first = len(space.vectors)
    row = [0] * len(jet)
    for e, c in enumerate(jet[first:]):
        for f, x in space.gram[e].items() if c else ():
            row[first + f] += c * x
    return row


def _primitive(jet: TwoJet) -> TwoJet:
    """The same direction, with the shortest integral entries."""
    keys = list(jet.form)
    flat = [x for triple in jet.gradient for x in triple]
    flat = primitive([*flat, *(x for key in keys for row in jet.form[key] for x in row)])
    start = 3 * len(jet.gradient)
    triples = [tuple(flat[i : i + 3]) for i in range(0, len(flat), 3)]
    form = {key: tuple(triples[start // 3 + 3 * i : start // 3 + 3 * i + 3]) for i, key in enumerate(keys)}
    return TwoJet(tuple(triples[: start // 3]), form)
