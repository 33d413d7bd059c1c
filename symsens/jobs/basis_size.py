"""How large a basis must be to lose nothing: the smallest l_max, for any radial basis, and n_max, for a given one.

Law: every nullity is exact (`symsens.rows.angular`); the search over l_max ends because D_{2,l} has the row space of
D_2 as soon as l reaches the largest number of different angles in a class (Lemma Vandermonde).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count

from symsens.budget import DEFAULT, limited, stage
from symsens.certificates.basis_sizes import basis_certificate, basis_rule
from symsens.certificates.exact import printable
from symsens.certificates.rules import Rule
from symsens.descriptors import as_descriptor
from symsens.errors import InputError, UndecidedError
from symsens.geometry.environment import Environment
from symsens.jobs.certification import Result
from symsens.jobs.subjects import of_each
from symsens.rows.angular import angular_class
from symsens.rows.filtration import Filtration, Level, exact_filtration, exact_level, with_pivots
from symsens.search.truncation import certified_truncation
from symsens.verdict import Verdict

MAX_N = 30


@dataclass(frozen=True)
class BasisSize:
    """What `basis` found for one environment.

    Attributes
    ----------
    nullity_by_l_max : extra nullity beyond rigid of D_{2,l} for l_max = 0, 1, ..., up to the last that is needed.
    complete : the same without truncation, symmetry and incompleteness of nu = 2 together.
    l_max_needed : smallest l_max with no null direction of angular truncation.
    n_max_enough : an n_max of the given descriptor, at that l_max, with no null direction of truncation; None when
        basis-free, and for a descriptor whose size is not given by n_max and l_max.
    filtration : rigid, symmetry and incompleteness of nu = 2.
    levels : what the angle loses beyond it at l_max = 0, 1, ..., with proofs.
    tried : the answer for n_max = 1, 2, ..., or only the number of features where that is less than the rank of D_2.
    """

    nullity_by_l_max: tuple[int, ...]
    complete: int
    l_max_needed: int
    filtration: Filtration
    levels: tuple[Level, ...]
    n_max_enough: int | None = None
    tried: tuple[Result | int, ...] = ()

    @property
    def undecided(self) -> dict[int, str]:
        """The smaller n_max of which it is not known whether they are enough, and the bounds reached."""
        reached = {n: one.filtration.undecided for n, one in enumerate(self.tried, 1) if isinstance(one, Result)}
        return {n: reason for n, reason in reached.items() if reason is not None}

    @property
    def n_max_needed(self) -> int | None:
        """The smallest n_max that is enough; None where there is none to tell, or a smaller one is undecided."""
        return None if self.undecided else self.n_max_enough

    @property
    def verdict(self) -> Verdict:
        """PROVED, or UNDECIDED where the smallest n_max is."""
        return Verdict.UNDECIDED if self.undecided else Verdict.PROVED

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The rules of the checker that prove l_max, and n_max, again, or why there are none."""
        found = {"l_max": basis_rule(self.filtration, self.levels)}
        if self.tried:
            reasons = [found["l_max"].reason, *(one.rule.reason for one in self.tried if isinstance(one, Result))]
            reason = next(filter(None, reasons), None)
            found["n_max"] = Rule(None, reason) if reason else Rule("radial-basis")
        return found

    @property
    def certificate(self) -> dict:
        """The certificate as a JSON-ready dictionary: of l_max, and of n_max where there is a rule for it.

        Raises
        ------
        InputError
            No certificate can hold this proof: see `rules`.
        """
        if reason := self.rules["l_max"].reason:
            raise InputError(f"no certificate: {reason}")
        labels, sets = Result(self.filtration, 0.0).certificate["labels"], None
        if self.tried and self.rules["n_max"].name:
            sets = [one if isinstance(one, int) else one.certificate for one in self.tried]
            forms = f"of {self.tried[-1].descriptor}; those before it are of n_max = 1, 2, ... in this order"
            labels = labels | {"last-set-of-forms": printable(f"all features {forms}")}
        return basis_certificate(with_pivots(self.filtration), self.levels, sets, labels)

    def as_dict(self) -> dict:
        """The JSON document of the interface."""
        return {
            "nullity_by_l_max": list(self.nullity_by_l_max),
            "l_max_needed": self.l_max_needed,
            "n_max_needed": self.n_max_needed,
            "n_max_enough": self.n_max_enough,
            "verdict": str(self.verdict),
            "undecided": {str(n): reason for n, reason in self.undecided.items()} or None,
            "rules": {name: rule.name for name, rule in self.rules.items()},
        }


def basis(
    subject, descriptor=None, budget: float | None = DEFAULT, centre: int | str | None = None, cutoff=None
) -> BasisSize | list[BasisSize]:
    """The smallest l_max of a nu = 2 descriptor that loses nothing, whatever its radial basis.

    Parameters
    ----------
    subject, centre, cutoff : as for `symsens.certify`.
    descriptor : a descriptor (or its SPEC), for the smallest n_max too; None: basis-free.
    budget : seconds; None for no limit.

    Raises
    ------
    UndecidedError
        No n_max that was tried is proved to be enough.
    """

    def ask(env):
        with limited(budget):
            return _basis(env, descriptor)

    return of_each(ask, subject, centre, cutoff)


def _basis(env: Environment, descriptor) -> BasisSize:
    found = _angular(env)
    if descriptor is None:
        return found
    tried = tuple(_radial(found, as_descriptor(descriptor)))
    return replace(found, n_max_enough=len(tried) or None, tried=tried)


def _radial(found: BasisSize, descriptor) -> Iterator[Result | int]:
    """The answers for n_max = 1, 2, ... up to the first that loses nothing; none where n_max and l_max are no size."""
    env, filtration = found.filtration.moves.environment, found.filtration
    sized = {"n_max", "l_max"} <= set(descriptor.parameters())
    if not sized or [row_class.level for row_class in descriptor.classes(env)][1:] != ["angular_truncation"]:
        return
    for n_max in range(1, MAX_N + 1):
        tried = replace(descriptor, n_max=n_max, l_max=found.l_max_needed)
        if (features := tried.capacity(env)) < filtration.rank:  # fewer features than directions to see
            yield features
            continue
        stage(f"n_max = {n_max}")
        reached = certified_truncation(filtration, tried).filtration
        yield Result(reached, 0.0, tried)
        if reached.undecided is None and reached["radial_truncation"] == 0:
            return
    raise UndecidedError(f"{descriptor.name}: no n_max up to {MAX_N} is proved to be enough")


def _angular(env: Environment) -> BasisSize:
    filtration = exact_filtration(env, nu=2)
    if filtration.undecided is not None:
        raise UndecidedError(filtration.undecided)
    complete = filtration["symmetry"] + filtration["incompleteness"]
    levels = []
    for l_max in count():
        level, undecided = exact_level(filtration.moves, angular_class(l_max), filtration.vectors)
        if undecided is not None:
            raise UndecidedError(undecided)
        levels.append(level)
        if level.dimension == 0:
            nullities = tuple(complete + level.dimension for level in levels)
            return BasisSize(nullities, complete, l_max, filtration, tuple(levels))
    return None
