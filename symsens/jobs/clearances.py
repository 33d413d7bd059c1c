"""How far an environment is from the nearest singular one: a proved radius below, one that is found above; and paths.

Law: joins the search to the certificate; no mathematics of its own.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from time import perf_counter

from symsens.budget import DEFAULT, BudgetSpent, limited, stop
from symsens.certificates.rules import Rule
from symsens.errors import InputError
from symsens.geometry.environment import Environment
from symsens.geometry.exact_files import environment_document
from symsens.jobs.certification import Result, certify
from symsens.jobs.subjects import environments
from symsens.numbers.field import QQ
from symsens.search.boxes import Affine, Boxes, decided
from symsens.search.nearest import Nearby, nearby
from symsens.search.surroundings import Clearance, Path, along, clearance as search
from symsens.show.clearances import lines


@dataclass(frozen=True, repr=False)
class Cleared:
    """What is known of the surroundings of an environment.

    Attributes
    ----------
    environment : the middle.
    found : the radius.
    nearest : a singular environment that was found; None where none was looked for or found.
    path : what is known of the straight path to another environment; None where none was asked about.
    seconds : wall time of the search.
    """

    environment: Environment
    found: Clearance
    nearest: Nearby | None
    path: Path | None
    seconds: float

    @cached_property
    def rule(self) -> Rule:
        """The rule of the checker that proves the radius again, or why there is none."""
        if not self.found.radius:
            return Rule(None, f"the radius is 0: {self.found.reason}")
        if not self.found.by_pattern:
            return Rule(None, "no certificate yet: the neighbours' linear dependencies are needed for this radius")
        return Rule("clearance") if self._rank.rule.name else self._rank.rule

    @cached_property
    def _rank(self) -> Result:
        """The answer about the environment itself, under whose certificate the radius stands."""
        return certify(self.environment, nu=self.found.nu)

    @cached_property
    def certificate(self) -> dict:
        """The certificate of the rank, with the part of the radius that coincidences alone show (`by_pattern`).

        Raises
        ------
        InputError
            There is no rule for it: see `rule`.
        """
        if self.rule.name is None:
            raise InputError(f"{self.environment.source or 'environment'}: {self.rule.reason}")
        claim = {"radius": str(Fraction(self.found.by_pattern)), "triple": list(self.found.triple)}
        return self._rank.answer_with({"clearance": claim})

    def as_dict(self) -> dict:
        """The JSON report (docs: the interface's keys)."""
        env, near, path = self.environment, self.nearest, self.path
        report = {
            "schema": "symsens/clearance/1",
            "file": env.source,
            "centre": env.centre,
            "n_neighbours": env.n,
            "radius": str(self.found.radius),
            "certified": str(self.found.by_pattern) if self.rule.name else None,
            "nu": self.found.nu,
            "stopped_by": [[list(g[0]), list(pair)] for g in self.found.stopped_by for pair in g[1:]],
            "reason": self.found.reason,
            "nearest": near and {"distance": str(near.distance), "environment": environment_document(near.environment)},
            "rule": self.rule.name,
            "verdict": "PROVED",
            "seconds": round(self.seconds, 6),
        }
        if path is None:
            return report
        return report | {
            "regular": path.regular,
            "intervals": [[str(float(a)), str(float(b))] for a, b in path.intervals],
            "singular": [str(t) for t in path.singular],
            "verdict": "UNDECIDED" if path.regular is None else "PROVED",
        }

    def __repr__(self):
        where = f"{self.environment.formula}, centre {self.environment.centre}, nu = {self.found.nu}"
        return f"Cleared({where}: radius {self.found.radius})"

    def __str__(self):
        return "\n".join(lines(self))


def clearance(subject, nu: int = 2, other=None, centre: int | None = None, cutoff=None, budget=DEFAULT) -> Cleared:
    """A proved radius within which no environment is singular: each neighbour moves by at most so much, the centre is
    fixed, and no displacement but rotations is invisible to all O(3) features of order nu.

    Parameters
    ----------
    subject : an Environment; or a Structure, ``ase.Atoms``, the name of a file or "ase:NAME", with `centre`.
    nu : order of the features, 2 to 4.
    other : a further environment of the same species in the same order; the straight path to it is asked about too.
    centre : index of the central atom.
    cutoff : neighbours within this radius in Angstrom (exact); None: all other atoms of a molecule.
    budget : seconds after which it gives up; None for no limit.

    Returns
    -------
    Cleared
        With ``.found.radius``, ``.nearest``, ``.path``, ``.certificate``.

    Raises
    ------
    InputError
        nu out of range, no neighbours, or environments that no path joins.
    UndecidedError
        The time was over.
    """
    if nu not in (2, 3, 4):
        raise InputError(f"nu = {nu!r}: clearance is about orders 2, 3 and 4")
    ((env,), _) = environments(subject, centre, cutoff)
    start = perf_counter()
    with limited(budget):
        path = None
        if other is not None:
            ((end,), _) = environments(other, centre, cutoff)
            path = along(env, end, nu)
        found = search(env, nu)
        nearest = None
        try:
            nearest = nearby(env, nu) if found.radius else None
        except BudgetSpent:
            stop()
    return Cleared(env, found, nearest, path, perf_counter() - start)


def regular_boxes(
    base: Environment, directions, box, nu: int = 2, smallest="1/64", most: int = 20_000, budget=DEFAULT
) -> Boxes:
    """The parts of a box of parameters in which no environment is singular, and the rest, by branch and bound.

    The environments are x(p) = base + p_1 directions[0] + p_2 directions[1] + ..., the centre fixed. Singular means
    that a displacement beyond rigid rotations is invisible to all O(3) features of order nu.

    Parameters
    ----------
    base : Environment.
    directions : for each parameter the displacement of each neighbour, (parameters, n, 3) exact numbers (int, Fraction,
        or strings such as "1/3"), in the frame and the field of `base`, in the unit of its positions.
    box : (low, high) of each parameter, exact rationals.
    nu : order of the features, 2 to 4.
    smallest : a box is halved across its longest side until it is regular or no side is longer than this.
    most : boxes that are looked at; what is left then is undecided.
    budget : seconds after which what is left is undecided; None for no limit.

    Returns
    -------
    Boxes
        ``.regular`` (proved) and ``.undecided`` (each (low, high) of each parameter) fill the box; ``.complete`` is
        False where undecided boxes are left that are not small.

    Raises
    ------
    InputError
        nu, a shape, a number or an end that makes no sense.
    """
    if nu not in (2, 3, 4):
        raise InputError(f"nu = {nu!r}: boxes are about orders 2, 3 and 4")
    ends = tuple(tuple(QQ.parse(end) for end in side) for side in box)
    if not ends or any(len(side) != 2 or side[0] > side[1] for side in ends):
        raise InputError(f"box {box!r}: give (low, high), low <= high, for each of one or more parameters")
    narrow = QQ.parse(smallest)
    if narrow <= 0 or most < 1:
        raise InputError(f"smallest = {smallest!r}, most = {most!r}: both must be positive")
    moves = tuple(tuple(tuple(base.field.parse(c) for c in y) for y in direction) for direction in directions)
    if len(moves) != len(ends) or any(len(d) != base.n or any(len(y) != 3 for y in d) for d in moves):
        raise InputError(f"directions: give {len(ends)} (one for each side of the box) of {base.n} x 3 numbers each")
    with limited(budget):
        return decided(Affine(base, moves), ends, nu, narrow, most)
