"""Two environments, or two structures: congruent or not, and the smallest body order that tells them apart.

Environments are compared by their centres. Structures are compared whole, for congruence, and as sets of the
environments of all their atoms: by what any function of atomic features can tell apart (`set`), and by what sums over
the atoms can (`sum`). Crystals need a cutoff for that, and are compared per atom, so that their cells do not matter.

Law: congruent sides have equal features of every order, so tuples are only looked at where no isometry is found.
"""

from dataclasses import dataclass
from functools import cached_property
from time import perf_counter

from symsens.budget import DEFAULT, limited, portion, stage, stop
from symsens.certificates.comparisons import (
    comparison_certificate,
    level_certificate,
    rule_of_comparison,
    unread_structure,
)
from symsens.certificates.exact import printable
from symsens.certificates.fields import strings
from symsens.certificates.rules import Rule
from symsens.errors import InputError, UndecidedError
from symsens.geometry.congruence import Congruence, match_environments, match_structures
from symsens.geometry.environment import Environment, Structure
from symsens.geometry.superposition import superpose
from symsens.jobs.subjects import as_structure, environments
from symsens.numbers.metric import apply, dot
from symsens.rows.degeneracy import Separation, Sides, separation
from symsens.rows.gaps import Gap, find_gaps
from symsens.show.pairs import as_text, name_of
from symsens.verdict import Verdict

MAX_NU = 8  # as the checker
UNFINISHED = "the search for an isometry was not finished in time"


@dataclass(frozen=True)
class Level:
    """What features of one kind can tell apart.

    Attributes
    ----------
    equal_up_to : the largest order nu, of those asked about, at which they are equal; 0: none.
    separation : what tells the sides apart at the next order; None if nothing does, or if that is not known.
    undecided : why it is not known; None if it is.
    """

    equal_up_to: int
    separation: Separation | None = None
    undecided: str | None = None

    @property
    def separated_at(self) -> int | None:
        """The smallest order that tells the sides apart."""
        return self.separation and self.separation.nu


@dataclass(frozen=True)
class Nearness:
    """How nearly two sides are equal.

    Attributes
    ----------
    displacement : Angstrom, about; the largest one after the best superposition that was found.
    gaps : proved bounds of how far features are from equal, for the orders that tell the sides apart; none for SO(3).
    """

    displacement: float
    gaps: tuple[Gap, ...]

    def as_dict(self) -> dict:
        """As JSON."""
        orders = [dict(zip(("nu", "bound", "relative"), (gap.nu, *gap.decimals))) for gap in self.gaps]
        return {"orders": orders, "displacement": self.displacement}


@dataclass(frozen=True)
class Pair:
    """What `compare` found of two environments or two structures.

    Attributes
    ----------
    first, second : the sides, A and B.
    sides : all environments of either.
    cutoff : of the neighbours of the atoms of structures, over the field; None for all others.
    nu_max, chiral : what was asked.
    congruent : whether an isometry (a rotation, if chiral) takes A to B; None where that is not known.
    congruence : the isometry, if there is one.
    mirror_images : whether a reflection does, where no rotation does and that was asked.
    levels : by name, "environment"; or "set" and "sum".
    nearness : how nearly they are equal, where they are not congruent and that can be said.
    seconds : wall time.
    """

    first: Environment | Structure
    second: Environment | Structure
    sides: tuple[tuple[Environment, ...], tuple[Environment, ...]]
    cutoff: object
    nu_max: int
    chiral: bool
    congruent: bool | None
    congruence: Congruence | None
    mirror_images: bool
    levels: dict[str, Level]
    nearness: "Nearness | None"
    seconds: float

    @property
    def level(self) -> str:
        """The level that answers first: of the environments, or of the structures as sets of them."""
        return next(iter(self.levels))

    @property
    def group(self) -> str:
        """The isometries that leave the features alone."""
        return "SO(3)" if self.chiral else "O(3)"

    @property
    def equal_up_to(self) -> int:
        """The largest order up to `nu_max` at which all features are equal; 0: none."""
        return self.levels[self.level].equal_up_to

    @property
    def separated_at(self) -> int | None:
        """The smallest order that tells A from B; None if none up to `nu_max` does."""
        return self.levels[self.level].separated_at

    @property
    def undecided(self) -> str | None:
        """What is not known, and why; None if all is."""
        reasons = [] if self.congruent is not None else [UNFINISHED]
        reasons += [level.undecided for level in self.levels.values()]
        return next(filter(None, reasons), None)

    @property
    def verdict(self) -> Verdict:
        """PROVED, or UNDECIDED where anything asked is not known."""
        return Verdict.PROVED if self.undecided is None else Verdict.UNDECIDED

    @cached_property
    def rule(self) -> Rule:
        """The rules of the checker that prove the comparison again, or why there are none."""
        if self.congruent is None:
            return Rule(None, UNFINISHED)
        if _whole(self.first) and (reason := self._unread):
            return Rule(None, reason)
        rules = ["congruent"] if self.congruent else ["not-congruent"]
        if not self.congruent:
            rules += ["equal-features"] * any(level.equal_up_to for level in self.levels.values())
            rules += ["separated"] * any(level.separation for level in self.levels.values())
        top = 1 if self.congruent else max(max(x.equal_up_to, x.separated_at or 1) for x in self.levels.values())
        return rule_of_comparison(*self.sides, top, tuple(rules))

    @property
    def _unread(self) -> str | None:
        """Why the checker does not read two structures; None if it does."""
        periodic = _periodic(self.first), _periodic(self.second)
        if any(periodic) and self.congruent and self.congruence.isometry is None:
            return "the isometry is none over the field of both frames"
        apart = periodic[0] != periodic[1] or any(level.separation for level in self.levels.values())
        if any(periodic) and not self.congruent and not apart:
            return "the checker does not search for isometries of crystals"
        searched = 0 if self.congruent or any(periodic) else self.second.species.count(self.first.species[0])
        reasons = (unread_structure(side, self.cutoff, self.nu_max, searched) for side in (self.first, self.second))
        return next(filter(None, reasons), None)

    @property
    def certificate(self) -> dict:
        """The certificate as a JSON-ready dictionary.

        Raises
        ------
        InputError
            No certificate can hold this proof: see `rule`.
        """
        if self.rule.name is None:
            raise InputError(f"no certificate: {self.rule.reason}")
        known = {} if self.congruent else self.levels
        levels = [level_certificate(name, level.equal_up_to, level.separation) for name, level in known.items()]
        labels = {name: printable(name_of(side)) for name, side in (("A", self.first), ("B", self.second))}
        return comparison_certificate(
            self.first, self.second, self.cutoff, self.chiral, self.congruence, levels, labels
        )

    def as_dict(self) -> dict:
        """The JSON document of the interface."""
        found = self.congruence
        return {
            "schema": "symsens/pair/1",
            "a": _described(self.first),
            "b": _described(self.second),
            "field": self.first.field.name,
            "group": self.group,
            "nu_max": self.nu_max,
            "level": self.level,
            "congruent": self.congruent,
            "equal_up_to": self.equal_up_to,
            "separated_at": self.separated_at,
            "verdict": str(self.verdict),
            "undecided": self.undecided,
            "permutation": found and list(found.permutation),
            "isometry": found and found.isometry and strings(found.isometry),
            "mirror_images": self.mirror_images,
            "witness": self._witness(self.level),
            "sum": self._sum(),
            "gap": self.nearness and self.nearness.as_dict(),
            "rules": [self.rule.name, *self.rule.by] if self.rule.name else [],
            "seconds": round(self.seconds, 6),
        }

    def _sum(self) -> dict | None:
        if "sum" not in self.levels:
            return None
        level = self.levels["sum"]
        numbers = {"equal_up_to": level.equal_up_to, "separated_at": level.separated_at}
        return numbers | {"witness": self._witness("sum")}

    def _witness(self, name: str) -> dict | None:
        """The class that tells A from B: species and dot products of one of its members, and their numbers."""
        found = self.levels[name].separation
        if found is None:
            return None
        env = self.sides[found.side][found.place]
        members = found.witness or ()
        dots = [[dot(env.positions[j], apply(env.metric, env.positions[k])) for k in members] for j in members]
        return {
            "in": "ab"[found.side],
            "centre": env.centre,
            "centre_species": env.centre_species,
            "neighbours": found.witness and list(members),
            "atoms": [env.atoms[j] for j in members],
            "species": [env.species[j] for j in members],
            "dot_products": strings(dots),
            "numbers": [str(count) for count in found.counts],
        }

    def __str__(self):
        return as_text(self)

    def _repr_html_(self):
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"


def _described(side: Environment | Structure) -> dict:
    """Which environment or structure a side is."""
    of_atom = isinstance(side, Environment)
    return {
        "file": side.source,
        "frame": side.frame,
        "formula": side.formula,
        "centre": side.centre if of_atom else None,
        "snapped": side.snapped and side.snapped.as_dict(),
        "species": list(side.species),
        "n_neighbours": side.n if of_atom else len(side.species),
    }


def compare(
    first,
    second,
    centre_a: int | None = None,
    centre_b: int | None = None,
    nu_max: int = 4,
    chiral: bool = False,
    cutoff=None,
    budget: float | None = DEFAULT,
) -> Pair:
    """Whether two environments, or two structures, are congruent, and the smallest body order that tells them apart.

    Parameters
    ----------
    first, second : an `Environment`, or a `Structure`, ase.Atoms, the name of a file or 'ase:NAME'.
    centre_a, centre_b : indices of the central atoms; None for both: whole structures.
    nu_max : the largest order of features asked about.
    chiral : rotations only, and features of SO(3), which may use triple products; else O(3).
    cutoff : neighbours within so many Angstrom; None: all other atoms of a molecule.
    budget : seconds; None for no limit.

    Raises
    ------
    InputError
        An environment beside a whole structure, different fields, no cutoff for a crystal, a wrong centre or order.
    """
    if not isinstance(nu_max, int) or not 1 <= nu_max <= MAX_NU:
        raise InputError(f"nu_max = {nu_max!r}: an integer from 1 to {MAX_NU}")
    start = perf_counter()
    a, b = _side(first, centre_a, cutoff), _side(second, centre_b, cutoff)
    if isinstance(a, Environment) != isinstance(b, Environment):
        name, missing = ("A", "B") if isinstance(a, Environment) else ("B", "A")
        raise InputError(f"{name} is one environment, {missing} a whole structure: give the centre of {missing} too")
    if a.field != b.field:
        over = f"{name_of(a)} is over {a.field.name}, {name_of(b)} over {b.field.name}"
        raise InputError(f"{over}: give both over one field")
    with limited(budget):
        sides = _environments(a, cutoff), _environments(b, cutoff)
        exact = None if cutoff is None or not _whole(a) else a.field.parse(cutoff)
        return _compare(a, b, sides, exact, nu_max, chiral, start)


def _side(subject, centre, cutoff) -> Environment | Structure:
    """An environment, or a whole structure where no centre is given and the file does not name one."""
    if centre is None and not isinstance(subject, Environment):
        structure = as_structure(subject)
        if structure.centre is None:
            return structure
        return structure.environment(structure.centre, cutoff)
    found, several = environments(subject, centre, cutoff)
    if several:
        raise InputError(f"centre {centre!r}: one atom of either side is compared: give its index")
    return found[0]


def _environments(side: Environment | Structure, cutoff) -> tuple[Environment, ...]:
    if isinstance(side, Environment):
        return (side,)
    return tuple(side.environment(i, cutoff) for i in range(len(side.species)))


def _compare(a, b, sides, cutoff, nu_max: int, chiral: bool, start: float) -> Pair:
    congruent, found, mirrored = _congruent(a, b, chiral)
    names = ("environment",) if isinstance(a, Environment) else ("set", "sum")
    if congruent:
        levels = dict.fromkeys(names, Level(nu_max))
    else:
        levels = dict(zip(names, _levels(sides, names, nu_max, chiral, _periodic(a) + _periodic(b) > 0)))
        if any(level.separation for level in levels.values()):
            congruent = False
    near = None if congruent else _nearness(a, b, sides, min(x.equal_up_to for x in levels.values()), nu_max, chiral)
    return Pair(a, b, sides, cutoff, nu_max, chiral, congruent, found, mirrored, levels, near, perf_counter() - start)


def _levels(sides, names, nu_max: int, chiral: bool, per_atom: bool) -> list[Level]:
    """What features can tell apart, by the names of the levels; nothing is known where the time is over before."""
    try:
        stage("the dot products of all environments")
        both = Sides(*sides, chiral, per_atom)
    except UndecidedError as error:
        stop()
        return [Level(0, None, str(error)) for _ in names]
    return [Level(*separation(both, "set" if name == "set" else "sum", nu_max)) for name in names]


def _nearness(a, b, sides, equal_up_to: int, nu_max: int, chiral: bool) -> Nearness | None:
    """How nearly the sides are equal; None of crystals, molecules that are cut off, other fields than QQ, and where
    numbers of species differ or the time is over."""
    if _periodic(a) or _periodic(b) or a.field.degree > 1 or any(map(_cut, (a, b), sides)):
        return None
    try:
        with portion(0.5):
            stage("the best superposition")
            found = superpose(a, b, chiral)
            pairs = found and _partners(a, sides, found.permutation)
            if not pairs or any(env.centre_species != partner.centre_species for env, partner, _ in pairs):
                return None
            orders = () if chiral else range(equal_up_to + 1, nu_max + 1)
            return Nearness(found.displacement, find_gaps(pairs, orders, not _whole(a)))
    except UndecidedError:
        stop()
        return None


def _whole(side: Environment | Structure) -> bool:
    return isinstance(side, Structure)


def _partners(a, sides, permutation):
    """The environments of A with those of B that a superposition brings them to, and their neighbours likewise."""
    if not _whole(a):
        return [(sides[0][0], sides[1][0], permutation)]
    return [
        (env, sides[1][q], [p - (p > q) for k, p in enumerate(permutation) if k != i])
        for i, (env, q) in enumerate(zip(sides[0], permutation))
    ]


def _cut(side: Environment | Structure, around: tuple[Environment, ...]) -> bool:
    """Whether an atom of a molecule is not in every environment."""
    return _whole(side) and any(env.n + 1 < len(side.species) for env in around)


def _periodic(side: Environment | Structure) -> int:
    """The number of directions in which a side is periodic."""
    return sum(side.pbc) if _whole(side) else 0


def _congruent(a, b, chiral: bool) -> tuple[bool | None, Congruence | None, bool]:
    """(congruent, by what, whether the sides are mirror images although no rotation will do)."""
    search = match_structures if _whole(a) else match_environments
    known, found, mirrored = None, None, False
    try:
        stage("the search for an isometry")
        found = search(a, b, chiral)
        known = found is not None
        mirrored = not known and chiral and search(a, b) is not None
    except UndecidedError:
        stop()
    return known, found, mirrored
