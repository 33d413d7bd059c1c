"""All patterns of coincidences of a few neighbours: that none is missing, what each can lose, and environments of some.

Law: the standard library only. A pattern is given by labels of the ordered pairs of neighbours, those of (j, j) being
their shells; only which labels are equal matters.

Theorem dual: the incompleteness of an environment is at most the gap of its pattern.
Lemma padding: rows of a lower order are among those of a higher one, so that where they suffice no more are made.
Theorem (Few neighbours): different classes of patterns whose members add up to the number of all are all.
"""

from dataclasses import dataclass, field
from itertools import combinations, permutations, product
from math import comb, factorial, prod

from symsens.checker.dimensions import prove_dimension, shape_of
from symsens.checker.exact import check_claims, prove as prove_exact, state
from symsens.checker.exclusions import EXCLUSION, check_changes, prove_exclusion
from symsens.checker.limits import MAX_ATLAS, MAX_ATLAS_TUPLES
from symsens.checker.linear import absorb
from symsens.checker.multivariate import Work
from symsens.checker.refusals import Refuted
from symsens.checker.shapes import ATLAS_SCHEMA, bounded, field_inside, number_of, read, read_exact, read_labels

STRATUM = {
    "pattern": [[int]],
    "gap": int,
    "orbits": int,
    "stabiliser_order": int,
    "witness": (None, read_exact),
    "exclusion": (None, EXCLUSION),
}


def read_stratum(value, where):
    """A stratum; numbers of its dimension are of the field of its witness."""
    field = field_inside(value.get("witness") if type(value) is dict else None, f"{where}.witness")
    return read(STRATUM | {"dimension": (None, shape_of(number_of(field)))}, value, where)


ATLAS = {
    "schema": {ATLAS_SCHEMA},
    "neighbours": int,
    "nu": int,
    "strata": [read_stratum],
    "claims": {"patterns": int, "gaps": [int], "witnesses": int, "dimensions": int, "exclusions": int},
    "labels": read_labels,
}


def read_certificate(value, where):
    """A certificate of an atlas."""
    bounded(value, where)
    return read(ATLAS, value, where)


@dataclass
class AtlasProof:
    """An atlas whose size is within the limits.

    Attributes
    ----------
    every : the permutations of the neighbours.
    witnesses : what has been proved of the environments given, by the places of their strata.
    work : what the polynomials of all exclusions may cost.
    """

    certificate: dict
    every: list = field(default_factory=list)
    witnesses: dict = field(default_factory=dict)
    work: Work = field(default_factory=Work)

    def __post_init__(self):
        n, nu, strata = self.n, self.nu, self.certificate["strata"]
        if not (1 <= n <= MAX_ATLAS and 2 <= nu <= MAX_ATLAS):
            raise Refuted(f"neighbours: {n} at nu = {nu} is outside 1..{MAX_ATLAS} at 2..{MAX_ATLAS}")
        if len(strata) * max(n**nu, factorial(n) * n) > MAX_ATLAS_TUPLES:
            raise Refuted(f"strata: {len(strata)} of {n} neighbours mean over {MAX_ATLAS_TUPLES} tuples")
        self.every = list(permutations(range(n)))

    @property
    def n(self):
        """The number of neighbours."""
        return self.certificate["neighbours"]

    @property
    def nu(self):
        """The order."""
        return self.certificate["nu"]

    def each(self):
        """(place in messages, stratum) one after the other."""
        return ((f"strata[{i}]", stratum) for i, stratum in enumerate(self.certificate["strata"]))


# Patterns.


def named(labels, order):
    """Labels of neighbours in another order, numbered as they first appear: equal for two patterns iff these are."""
    names = {}
    return tuple(names.setdefault(labels[j][k], len(names)) for j in order for k in order)


def check_pattern(labels, n, where):
    """Nothing, or `Refuted`: labels of off-diagonal pairs tell both shells, and are the same both ways in a shell."""
    if len(labels) != n or any(len(row) != n for row in labels):
        raise Refuted(f"{where}.pattern: not {n} rows of {n} labels")
    shell = [labels[j][j] for j in range(n)]
    kinds = {}
    for j, k in product(range(n), repeat=2):
        kind = shell[j], shell[k], j == k
        if kinds.setdefault(labels[j][k], kind) != kind:
            raise Refuted(f"{where}.pattern: label {labels[j][k]} is of pairs of different shells")
    back = {}
    for j, k in product(range(n), repeat=2):
        other = labels[k][j]
        if back.setdefault(labels[j][k], other) != other or (shell[j] == shell[k] and other != labels[j][k]):
            raise Refuted(f"{where}.pattern: the labels of ({j}, {k}) and ({k}, {j}) do not go together")


def bell(m):
    """The number of ways to divide m things into classes."""
    row = [1]
    for _ in range(m):
        following = [row[-1]]
        for x in row:
            following.append(following[-1] + x)
        row = following
    return row[0]


def divisions(n):
    """Sizes of the classes, for every way to divide n numbered things into classes."""
    if n == 0:
        yield ()
        return
    for sizes in divisions(n - 1):  # the last thing is alone, or joins a class
        yield (*sizes, 1)
        for i in range(len(sizes)):
            yield (*sizes[:i], sizes[i] + 1, *sizes[i + 1 :])


def number_of_patterns(n):
    """The number of patterns of n numbered neighbours: shells, then classes of pairs for any two of them, or one."""
    inside = lambda sizes: prod(bell(comb(s, 2)) for s in sizes)
    across = lambda sizes: prod(bell(s * t) for s, t in combinations(sizes, 2))
    return sum(inside(sizes) * across(sizes) for sizes in divisions(n))


def prove_patterns(proof):
    """Different classes under relabelling, whose members add up to all patterns of numbered neighbours."""
    classes, members = set(), 0
    for where, stratum in proof.each():
        labels = stratum["pattern"]
        check_pattern(labels, proof.n, where)
        forms = [named(labels, order) for order in proof.every]
        least = min(forms)
        if least in classes:
            raise Refuted(f"{where}.pattern: one before it is the same after relabelling")
        classes.add(least)
        members += factorial(proof.n) // forms.count(least)
    whole = number_of_patterns(proof.n)
    if members != whole:
        raise Refuted(f"strata: they stand for {members} patterns of numbered neighbours, and there are {whole}")
    return (
        f"{len(classes)} patterns of coincidences of {proof.n} neighbours up to relabelling, and no others: they stand "
        f"for {whole} patterns of numbered neighbours, which are all"
    )


# Gaps.


def orbits_of(n, kept):
    """The orbit of each pair (j, k), as the least pair of it."""
    pairs = product(range(n), repeat=2)
    return {(j, k): min(tuple(sorted((p[j], p[k]))) for p in kept) for j, k in pairs}


def incidence(labels, nu, orbit_of):
    """The rows of C_nu, each different one once, over orbits of pairs."""
    n, parts = len(labels), [(a, b) for b in range(nu) for a in range(b + 1)]
    rows = {}
    for tuple_ in product(range(n), repeat=nu):
        of = tuple(labels[j][k] for j in tuple_ for k in tuple_)
        for a, b in parts:
            row = rows.setdefault((of, a, b), {})
            orbit = orbit_of[tuple_[a], tuple_[b]]
            row[orbit] = row.get(orbit, 0) + 1
    return {tuple(sorted(row.items())) for row in rows.values()}


def kept_by(labels, every):
    """The permutations that keep the labels."""
    n = len(labels)
    return [p for p in every if all(labels[p[j]][p[k]] == labels[j][k] for j in range(n) for k in range(n))]


def gap_of(labels, nu, every):
    """(gap, number of orbits of pairs, number of permutations that keep the labels) of a pattern."""
    kept = kept_by(labels, every)
    orbit_of = orbits_of(len(labels), kept)
    number = {orbit: i for i, orbit in enumerate(sorted(set(orbit_of.values())))}
    echelon = {}
    for order in range(max(2, nu - 1), nu + 1):
        for row in sorted(incidence(labels, order, orbit_of)):
            absorb(echelon, {number[orbit]: count for orbit, count in row})
        if len(echelon) == len(number):
            break
    return len(number) - len(echelon), len(number), len(kept)


def prove_gaps(proof):
    """The gap of every pattern: orbits of pairs less the rank of C_nu over QQ (Theorem dual)."""
    counts = []
    for where, stratum in proof.each():
        found = gap_of(stratum["pattern"], proof.nu, proof.every)
        claimed = stratum["gap"], stratum["orbits"], stratum["stabiliser_order"]
        if found != claimed:
            raise Refuted(f"{where}: gap, orbits and stabiliser_order are {found}, not {claimed}")
        counts += [0] * (found[0] + 1 - len(counts))
        counts[found[0]] += 1
    check_claims({"patterns": sum(counts), "gaps": counts}, proof.certificate["claims"])
    listed = ", ".join(f"{gap} for {count}" for gap, count in enumerate(counts) if count)
    never = f"no environment of {proof.n} neighbours is spuriously singular at nu = {proof.nu}"
    some = f"environments of the {counts[0]} patterns of gap 0 are never spuriously singular at nu = {proof.nu}"
    return f"the gaps of the patterns at nu = {proof.nu}: {listed}; {never if len(counts) == 1 else some}"


# Witnesses.


def prove_witness(proof, stratum, where):
    """Nothing, or `Refuted`: an environment of this pattern that is spuriously singular at this order."""
    witness = stratum["witness"]
    wanted = {"nu": proof.nu, "group": "O(3)", "vary": "neighbours", "descriptor": None}
    for key, value in wanted.items():
        if witness[key] != value and not (key == "group" and witness[key] is None):
            raise Refuted(f"{where}.witness.{key}: not {value}")
    _, found = prove_exact(witness)
    env = found.env
    if env.n != proof.n:
        raise Refuted(f"{where}.witness: {env.n} neighbours")
    shell = [(kind, env.alike[j][j]) for j, kind in enumerate(env.species)]
    labels = [[(shell[j], shell[k], env.alike[j][k]) for k in range(env.n)] for j in range(env.n)]
    if named(labels, range(env.n)) != named(stratum["pattern"], range(env.n)):
        raise Refuted(f"{where}.witness: its coincidences are not those of the pattern")
    if not found.dimensions["incompleteness"]:
        raise Refuted(f"{where}.witness: its null space is Rigid + Symmetry")
    proof.witnesses[where] = found


def prove_witnesses(proof):
    """Of some patterns an environment each, spuriously singular (Theorem 1)."""
    count = 0
    for where, stratum in proof.each():
        if stratum["witness"] is not None:
            prove_witness(proof, stratum, where)
            count += 1
    if count != proof.certificate["claims"]["witnesses"]:
        raise Refuted(f"claims.witnesses: {count} of the patterns have one")
    return f"{count} of the patterns have an environment in space that is spuriously singular at nu = {proof.nu}"


# Dimensions, and exclusions.


def check_basis(proof, stratum, changes, where):
    """Nothing, or `Refuted`: the changes are a basis of F."""
    orbit_of = orbits_of(proof.n, kept_by(stratum["pattern"], proof.every))
    rows = incidence(stratum["pattern"], proof.nu, orbit_of)
    check_changes(changes, stratum["gap"], orbit_of, rows, where)


def prove_dimensions(proof):
    """How large the sets of singular environments are near some of the witnesses (Lemma tangent)."""
    counts = {}
    for where, stratum in proof.each():
        dimension = stratum["dimension"]
        if dimension is None:
            continue
        place = f"{where}.dimension"
        if where not in proof.witnesses:
            raise Refuted(f"{place}: there is no witness")
        if dimension["changes"] is not None:
            check_basis(proof, stratum, dimension["changes"], place)
        found = proof.witnesses[where]
        prove_dimension(found.env, stratum, found.dimensions["incompleteness"], place)
        counts[dimension["value"]] = counts.get(dimension["value"], 0) + 1
    if sum(counts.values()) != proof.certificate["claims"]["dimensions"]:
        raise Refuted(f"claims.dimensions: {sum(counts.values())} of the patterns have one")
    listed = ", ".join(f"{value} for {counts[value]}" for value in sorted(counts)) or "none given"
    return f"the dimension of the set of such environments of the same pattern near these, rotations apart: {listed}"


def prove_stratum_exclusion(proof, stratum, where):
    """Nothing, or `Refuted`: no environment has this pattern and is spuriously singular."""
    exclusion = stratum["exclusion"]
    if stratum["gap"] == 0:
        raise Refuted(f"{where}: the gap is 0, which needs no other proof")
    if exclusion["changes"] is not None:
        check_basis(proof, stratum, exclusion["changes"], where)
    prove_exclusion(stratum["pattern"], exclusion, proof.work, where)


def prove_exclusions(proof):
    """Of some patterns that no environment has them and is spuriously singular (Lemma fourth-minors)."""
    given = [(where, stratum) for where, stratum in proof.each() if stratum["exclusion"] is not None]
    for where, stratum in given:
        prove_stratum_exclusion(proof, stratum, f"{where}.exclusion")
    if len(given) != proof.certificate["claims"]["exclusions"]:
        raise Refuted(f"claims.exclusions: {len(given)} of the patterns have one")
    gaps = sum(stratum["gap"] > 0 for _, stratum in proof.each())
    return (
        f"of the {gaps} patterns with a gap {len(given)} have no environment, in space, in a plane or on a line, that "
        f"is spuriously singular at nu = {proof.nu}; {gaps - len(given) - len(proof.witnesses)} are open"
    )


RULES = {
    "atlas-patterns": prove_patterns,
    "atlas-gaps": prove_gaps,
    "atlas-witnesses": prove_witnesses,
    "atlas-dimensions": prove_dimensions,
    "atlas-exclusions": prove_exclusions,
}


def prove(certificate):
    """What the atlas says: which patterns there are, their gaps, and which have singular environments."""
    proof = AtlasProof(certificate)
    return [state(RULES, name, proof) for name in RULES], proof
