"""Prove again, in a second arithmetic, the rank of the Jacobian of closed forms that are not polynomials.

Law: the standard library, mpmath's intervals and this folder. A certificate carries the closed forms as expression
trees. They are evaluated anew with their derivatives (forward mode) in interval arithmetic, summed over tuples, and

Lemma inverse: if ||I - W J_c||_inf < 1 for r rows and columns J_c of J, then J_c is regular, so rank J >= r.

The upper bound is that of the certificate above, of all O(3)-invariant functions of this order (J = Phi . D, so null(D)
lies in null(J); checked: order <= nu, degree in d <= l_max); or, when all forms are given, what these forms prove of
themselves: the number of those to which some tuple of the environment contributes, and invariances of their own.
"""

from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any

from symsens.checker import clusters, exact, exponentials, invariances, relations
from symsens.checker.constants import enclose
from symsens.checker.evaluation import Dual, Evaluator, accumulate
from symsens.checker.fields import sign
from symsens.checker.limits import MAX_BITS
from symsens.checker.matrices import components, pair
from symsens.checker.refusals import Refuted
from symsens.checker.trees import check_forms, needed, rational, read_closed as read_certificate, uses


class Forms:
    """The closed forms on one environment, with their derivatives by the dot products."""

    def __init__(self, env, certificate, evaluator):
        self.env, self.definitions, self.features = env, certificate["definitions"], certificate["features"]
        self.uses = [uses(form) for form in self.definitions]
        self.evaluator = evaluator

    @cached_property
    def rows(self):
        """Each feature's derivative by the dot products, {pair: interval}, summed over its tuples."""
        rows = [{} for _ in self.features]
        for term, forms in self.alike():
            for tuples in self.classes(term, f"features[{forms[0][0]}]").values():
                for number, slope in self.slopes(forms, tuples[0]):
                    self.evaluator.spend(4 * len(tuples) * len(slope))
                    for tau in tuples:
                        add(rows[number], slope, tau)
        return rows

    @property
    def empty(self):
        """The numbers of the features that are 0, as no tuple contributes to them."""
        return [i for i, row in enumerate(self.rows) if not row]

    def alike(self):
        """(a term, [(number of the feature, form, definitions needed)]): all that is summed over the same tuples."""
        groups = {}
        for i, feature in enumerate(self.features):
            for term in feature["terms"]:
                key = tuple(term["species"]), term["distinct"], tuple(term["inside"]), tuple(term["regular"])
                form = term["form"]
                rests = needed(form, self.uses)
                self.evaluator.spend(8 * len(rests))
                groups.setdefault(key, (term, []))[1].append((i, form, rests))
        return groups.values()

    def classes(self, term, where):
        """The tuples over which a term is summed, those of equal invariants together."""
        env, found = self.env, {}
        for tau in product(*[[j for j in range(env.n) if env.species[j] == kind] for kind in term["species"]]):
            self.evaluator.spend(len(tau))
            if self.contributes(term, tau, where):
                key = tuple(env.alike[tau[a]][tau[b]] for a, b in components(len(tau)))
                found.setdefault(key, []).append(tau)
        return found

    def invariant(self, tau, leaf):
        """The exact value of s_a or d_ab on a tuple."""
        return self.env.dot(tau[leaf[1] - 1], tau[leaf[-1] - 1])

    def slopes(self, forms, tau):
        """(number of the feature, {component: interval}): the derivatives of forms by the invariants of the tuple tau.

        A definition is evaluated once for all forms, and before those that name it, so that no chain of them is a chain
        of calls.
        """
        evaluator, leaves = self.evaluator, {}
        index = {c: i for i, c in enumerate(components(len(tau)))}

        def place(leaf):
            if leaf not in leaves:
                c = index[pair(leaf[1] - 1, leaf[-1] - 1)]
                leaves[leaf] = Dual(evaluator.number(self.invariant(tau, leaf)), {c: evaluator.iv.mpf(1)})
            return leaves[leaf]

        for number, form, rests in forms:
            evaluator.spend(len(rests))
            for i in rests:
                if ("def", i) not in leaves:
                    leaves["def", i] = evaluator.at(self.definitions[i], place)
            yield number, evaluator.at(form, place).slope

    def sign(self, condition, tau):
        """The sign of a condition: exact where it is a polynomial, otherwise proved by an interval (0 where that
        cannot)."""
        self.evaluator.spend(1)
        value = rational(condition, lambda leaf: self.invariant(tau, leaf))
        if value is not None:
            return sign(value)
        place = lambda leaf: Dual(self.evaluator.number(self.invariant(tau, leaf)))
        interval = self.evaluator.at(condition, place).value
        return 1 if interval.a > 0 else -1 if interval.b < 0 else 0

    def contributes(self, term, tau, where):
        """Whether a tuple lies where the form of a term holds, or `Refuted` if it lies on the edge."""
        if term["distinct"] and len(set(tau)) < len(tau):
            return False
        signs = [self.sign(condition, tau) for condition in term["inside"]]
        smooth = 0 not in signs
        inside = min(signs, default=1) > 0
        if inside:
            smooth = all(self.sign(condition, tau) for condition in term["regular"])
        if not smooth:
            raise Refuted(f"{where}: a neighbour lies exactly where the form is not smooth")
        return inside

    @cached_property
    def directions(self):
        """The derivatives of the dot products by the displacements, as intervals in units of the frame."""
        iv, env = self.evaluator.iv, self.env
        unit = iv.mpf(env.length) / env.scale
        number = self.evaluator.number
        return {at: {c: unit * number(x) for c, x in row.items() if x} for at, row in env.dG.items()}

    def block(self, columns):
        """The rows of J at these columns, in units of the frame."""
        rows = []
        for row in self.rows:
            entries = dict.fromkeys(columns, self.evaluator.iv.mpf(0))
            for at, x in row.items():
                self.evaluator.spend(2 * len(self.directions[at]))
                accumulate(entries, {c: x * y for c, y in self.directions[at].items() if c in entries})
            rows.append([entries[c] for c in columns])
        return rows


def add(total, slope, tau):
    """Add derivatives by the invariants of a tuple to those by the dot products of all pairs."""
    for c, (a, b) in enumerate(components(len(tau))):
        if c in slope:
            accumulate(total, {pair(tau[a], tau[b]): slope[c]})


def check_evidence(certificate, columns):
    """Nothing, or `Refuted`: pivots and left inverse are of the right size, and the precision is an allowed one."""
    bits, pivots, inverse = certificate["bits"], certificate["pivot_columns"], certificate["left_inverse"]
    rank, count = len(pivots), len(certificate["features"])
    if not 53 <= bits <= MAX_BITS:
        raise Refuted(f"bits: {bits} is outside 53..{MAX_BITS}")
    if len(set(pivots)) != rank or any(not 0 <= c < columns for c in pivots) or count < rank:
        raise Refuted("pivot_columns: not as many different columns as features")
    if len(inverse) != rank or any(len(row) != count for row in inverse):
        raise Refuted(f"left_inverse: not {rank} x {count}")


def check_inverse(evaluator, inverse, block):
    """The bound of ||I - W J_c||_inf, below 1, as a text; or `Refuted`."""
    iv, number = evaluator.iv, evaluator.number
    least = evaluator.bits
    for i, weights in enumerate(inverse):
        weights = [(number(w), row) for w, row in zip(weights, block) if w]
        evaluator.spend(2 * len(weights) * len(inverse))
        entries = [sum((w * row[k] for w, row in weights), iv.mpf(0)) for k in range(len(inverse))]
        defect = sum((abs(x - int(i == k)) for k, x in enumerate(entries)), iv.mpf(0)).b
        if not defect < 1:
            raise Refuted(f"left_inverse[{i}]: ||I - W J_c|| is not proved to be below 1")
        _, mantissa, exponent, size = defect._mpi_[1]
        if mantissa:  # < 2^size
            least = min(least, -(exponent + size))
    return f"2^-{least}" if least else "1"


def evaluator_of(certificate, bits):
    """Interval arithmetic of so many bits with the constant matrices that the forms name."""
    evaluator = Evaluator(bits)
    evaluator.constants += [enclose(evaluator, constant) for constant in certificate["constants"]]
    return evaluator


@dataclass
class ClosedProof:
    """A certificate of closed forms, the proof of the one above it, and displacements of the neighbours that no form
    sees (`hidden`), or null vectors beyond those above (`exponentials`, their number)."""

    certificate: dict
    above: Any
    forms: Forms
    rank: int = 0
    hidden: list = field(default_factory=list)
    exponentials: int = 0

    @property
    def env(self):
        """The environment."""
        return self.above.env

    @property
    def null_vectors(self):
        """Those of the levels above."""
        return self.above.null_vectors

    @property
    def features(self):
        """The closed forms."""
        return self.certificate["features"]

    def terms(self):
        """(number of the feature, term) of each term of each feature."""
        for i, feature in enumerate(self.features):
            for term in feature["terms"]:
                yield i, term

    def jacobian(self, bits):
        """The rows of J in units of the frame, times 2^bits: each entry by the integers around it."""
        for row in self.forms.block(range(self.env.columns)):
            yield [self.forms.evaluator.ends(x, bits) for x in row]


def upper_bounds(proof):
    """(bound of the rank, why) from the levels above, and, where all forms are given, from these."""
    features = proof.certificate["features"]
    yield proof.above.rank, "of the levels above"
    if proof.certificate["complete"]:
        yield len(features), "by the number of forms"
        yield len(features) - len(proof.forms.empty), "by the number of forms to which a tuple contributes"
        known = relations.independent(proof.certificate["relations"] or [], proof.forms.empty)
        yield len(features) - known, "by the number of forms to which a tuple contributes, less these relations"
        yield proof.above.rank - proof.exponentials, "by the levels above and these null vectors"
        yield proof.above.rank - invariances.count_hidden(proof), "by the levels above and these invariances"


def prove_closed_form_rank(proof):
    """The rank of the Jacobian of the forms given (Lemma inverse; from above by Theorem 1, or as `upper_bounds`)."""
    certificate, env = proof.certificate, proof.above.env
    features = certificate["features"]
    forms = proof.forms
    block = forms.block(certificate["pivot_columns"])
    defect = check_inverse(forms.evaluator, certificate["left_inverse"], block)
    rank = proof.rank = len(certificate["pivot_columns"])
    bounds = list(upper_bounds(proof))
    reasons = [why for bound, why in bounds if bound == rank]
    if not reasons:
        raise Refuted(f"claims: the rank is at least {rank} and at most {min(bounds)[0]}: not decided")
    return (
        f"rank J of the {len(features)} closed forms given = {rank} of {env.columns}: >= by ||I - W J_c|| < {defect} "
        f"in intervals of {certificate['bits']} bits, <= {rank} {reasons[0]}"
    )


def prove_closed_form_claims(proof):
    """The numbers that the certificate claims are those that were proved."""
    lost, nullity = proof.above.rank - proof.rank, proof.above.env.columns - proof.rank
    proved = {"rank": proof.rank, "nullity": nullity, "radial_truncation": lost}
    exact.check_claims(proved, proof.certificate["claims"])
    return f"so rank {proof.rank}, nullity {nullity}, of which {lost} not in the levels above"


CLOSED_RULES = {"closed-form-rank": prove_closed_form_rank, "closed-form-claims": prove_closed_form_claims}
INVARIANCES = invariances.RULES | clusters.RULES
FURTHER = relations.RULES | exponentials.RULES
RULES = exact.RULES | INVARIANCES | FURTHER | CLOSED_RULES


def prove(certificate):
    """The statements that a closed-form certificate proves, those of the certificate above it first; and the proof."""
    statements, above = exact.prove(certificate["above"])
    check_evidence(certificate, above.env.columns)
    given = certificate["invariances"] or {}
    names = [name for name in INVARIANCES if given.get(name)] + [name for name in FURTHER if certificate[name]]
    if "cluster" in names:
        certificate = clusters.written_out(certificate, above.env)
    check_forms(certificate, above.env, above.l_max)
    proof = ClosedProof(
        certificate, above, Forms(above.env, certificate, evaluator_of(certificate, certificate["bits"]))
    )
    return statements + [exact.state(RULES, name, proof) for name in (*names, *CLOSED_RULES)], proof


def check_closed_forms(certificate):
    """As `symsens.checker.exact.check`, of a certificate of closed forms."""
    return prove(read_certificate(certificate, "certificate"))[0]
