"""Descriptors side by side at one environment: what each sees, how well conditioned, how redundant, at what cost.

Law: joins `symsens.jobs.certification`, `symsens.search.relations` and `symsens.jobs.questions`, one `Row` per
descriptor; a row that cannot be filled says why. No mathematics of its own but the quotient of two enclosed numbers.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from time import perf_counter

from symsens.descriptors import as_descriptor
from symsens.descriptors.base import Descriptor
from symsens.errors import InputError, NotSmoothError, SpecError, UndecidedError
from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment, Structure
from symsens.geometry.species import sorted_species
from symsens.jobs.certification import Result, certify
from symsens.jobs.equal_counts import equal_descriptors
from symsens.jobs.questions import Answer, Survey, survey
from symsens.jobs.subjects import of_each
from symsens.numbers.singular_values import SingularValue
from symsens.rows.filtration import LEVELS
from symsens.search.relations import linear_relations
from symsens.show.comparison import as_text
from symsens.verdict import Verdict

MAX_FEATURES = 300  # among more features, relations are not sought
STRUCTURES = ("ase:CH4", "ase:CH3CH2OH", "ase:C6H6")
# A centre and 20 neighbours in general position, in hundredths of an Angstrom; examples/cluster20.extxyz is the same.
CLUSTER20 = (
    ("O", 0, 0, 0), ("H", 235, 108, 155), ("H", 235, -139, 79), ("H", -29, -169, -106), ("H", 237, -95, -42),
    ("H", 74, 177, -5), ("H", -126, 110, -195), ("H", 208, -163, -152), ("H", -211, 85, 58), ("H", -31, -201, 80),
    ("H", 32, -39, -194), ("O", 288, 47, -90), ("O", 88, -107, 133), ("O", -240, 94, -115), ("O", -159, -115, 32),
    ("O", -118, -79, -117), ("O", 102, -233, -130), ("O", -60, 195, -22), ("O", 242, 117, 17),
    ("O", -81, -126, -261), ("O", -65, 21, 117),
)  # fmt: skip


@dataclass(frozen=True)
class Redundancy:
    """How many features the others determine.

    Attributes
    ----------
    relations : number of linear relations proved to hold at every structure; None where they were not sought.
    at_most : proved bound of that number: features less the rank of their Jacobians at sample structures, or here.
    left_nullity : features less rank here: combinations that do not change to first order; None if undecided.
    """

    relations: int | None
    at_most: int | None
    left_nullity: int | None

    def as_dict(self) -> dict:
        """As JSON."""
        return dict(vars(self))


@dataclass(frozen=True)
class Row:
    """One descriptor at one environment.

    Attributes
    ----------
    descriptor : what was asked about.
    result : what `symsens.jobs.certification` proved; None where it cannot be asked.
    refused : the place where the descriptor is not differentiable; None where it is.
    undecided : what is not decided, or why nothing could be asked; None otherwise.
    features : their number; None where the descriptor cannot be laid out for these species.
    redundancy, survey : see there.
    seconds : wall time of the proof of rank, filtration and singular values.
    """

    descriptor: Descriptor
    result: Result | None
    refused: str | None
    undecided: str | None
    features: int | None
    redundancy: Redundancy
    survey: Survey
    seconds: float

    @property
    def decided(self) -> bool:
        """Whether the row holds proofs, a proved refusal included."""
        return self.undecided is None

    @property
    def condition_number(self) -> SingularValue | None:
        """sigma_1 / sigma_r, r the proved rank, enclosed by the intervals of both; None if undecided or r = 0."""
        values = self.result.singular_values if self.result else None
        rank = self.result.filtration.rank if values else 0
        if not rank:
            return None
        first, last = values[0], values[rank - 1]
        if rank == 1:
            return SingularValue(Fraction(1), Fraction(1))
        return SingularValue(max(Fraction(1), first.lower / last.upper), first.upper / last.lower)

    @property
    def unique(self) -> Answer:
        """Whether the descriptor sees every displacement that no symmetry hides."""
        if self.refused or self.undecided:
            return Answer(None, None, self.refused or self.undecided)
        lost = [(name, self.result.filtration[name]) for name in LEVELS[2:]]
        why = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in lost if count)
        return Answer(not why, "proved", why)

    def as_dict(self) -> dict:
        """As JSON: numbers, filtration and survey; null where nothing is proved."""
        f = self.result.filtration if self.result else None
        ends = self.condition_number.decimals(15) if self.condition_number else None
        return {
            "descriptor": str(self.descriptor),
            "features": self.features,
            "nu": f and f.nu,
            "displacements": f and f.displacements,
            "rank": f and f.rank,
            "nullity": f and f.nullity,
            "symmetry_allowed_rank": f and f.symmetry_allowed_rank,
            "filtration": f and f.as_dict(),
            "condition_number": ends and {"lower": ends[0], "upper": ends[1]},
            "redundancy": self.redundancy.as_dict(),
            "survey": {"unique": self.unique.as_dict(), **self.survey.as_dict()},
            "verdict": None if self.refused else str(Verdict.PROVED if self.decided else Verdict.UNDECIDED),
            "refused": self.refused,
            "undecided": self.undecided,
            "seconds": round(self.seconds, 6),
        }


@dataclass(frozen=True)
class Comparison:
    """Rows of several descriptors at one environment; prints as two tables."""

    environment: Environment
    rows: tuple[Row, ...]

    @property
    def decided(self) -> bool:
        """Whether every row is."""
        return all(row.decided for row in self.rows)

    def as_dict(self) -> dict:
        """One entry of the JSON document "symsens/comparison/1" (`document`)."""
        env = self.environment
        return {
            "file": env.source,
            "formula": env.formula,
            "centre": env.centre,
            "centre_species": env.centre_species,
            "species": list(env.species),
            "n_neighbours": env.n,
            "field": env.field.name,
            "descriptors": [row.as_dict() for row in self.rows],
        }

    def __str__(self):

        return as_text(self)

    def _repr_html_(self):
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"


def document(comparisons) -> dict:
    """The JSON document of several comparisons.

    ``{"schema": "symsens/comparison/1", "structures": [S, ...]}``, each S with file, formula, centre (atom index),
    centre_species, species (of the neighbours), n_neighbours, field, and ``descriptors``: [R, ...], each R with
    descriptor (SPEC), features, nu, displacements, rank, nullity, symmetry_allowed_rank and filtration as in
    "symsens/report/1"; condition_number: {lower, upper}, decimal strings rounded outward, null without a positive
    singular value; redundancy: {relations, at_most, left_nullity} (`Redundancy`); survey: for unique, invariance,
    differentiable, fixed_size, size_with_another_species, periodic, own_cutoff {holds: true | false | null, how:
    "proved" | "enclosed" | "measured" | null, detail}, and jacobian_seconds; verdict ("PROVED", "UNDECIDED", null if
    refused), refused, undecided (reasons, else null), seconds.
    """
    return {"schema": "symsens/comparison/1", "structures": [c.as_dict() for c in comparisons]}


def standard_structures() -> list[Structure]:
    """Methane, ethanol, benzene and a cluster of 21 atoms without symmetry."""
    positions = [[Fraction(c, 100) for c in point] for _, *point in CLUSTER20]
    return [*map(Structure.read, STRUCTURES), Structure([z for z, *_ in CLUSTER20], positions, source="cluster20")]


def compare_descriptors(
    subject,
    descriptors=(),
    vary: str = "neighbours",
    digits: int = 6,
    progress=lambda items: items,
    tell=lambda number, row: None,
    centre: int | str | None = None,
    cutoff=None,
) -> Comparison | list[Comparison]:
    """Certify and survey several descriptors at one environment.

    Parameters
    ----------
    subject, centre, cutoff : as for `symsens.certify`.
    descriptors : descriptors or their SPECs; none: `symsens.jobs.equal_counts.equal_descriptors`.
    vary, digits : as for `symsens.jobs.certification`.
    progress : called with the list of descriptors, iterated over in its place.
    tell : called with the number (from 1) and the row of each descriptor as soon as it is there.

    Raises
    ------
    InputError
        A SPEC is wrong, or vary or digits are. What is wrong with a descriptor there is said in its row.
    """
    given = list(map(as_descriptor, descriptors))

    def ask(env):
        certify(env, nu=1, vary=vary, digits=digits)  # refuses wrong options before any row is filled
        chosen = given or equal_descriptors(env)
        rows = []
        for each in progress(chosen):
            rows.append(_row(env, each, vary, digits))
            tell(len(rows), rows[-1])
        return Comparison(env, tuple(rows))

    return of_each(ask, subject, centre, cutoff)


def _row(env: Environment, chosen: Descriptor, vary: str, digits: int) -> Row:
    start, result, refused, undecided = perf_counter(), None, None, None
    try:
        result = certify(env, descriptor=chosen, vary=vary, digits=digits)
        undecided = result.filtration.undecided
    except NotSmoothError as error:
        refused = str(error)
    except (InputError, UndecidedError) as error:
        undecided = str(error)
    seconds = perf_counter() - start
    features = _feature_count(env, chosen)
    redundancy, found = _redundancy(env, chosen, result, features), survey(Displacements.named(env, vary), chosen)
    return Row(chosen, result, refused, undecided, features, redundancy, found, seconds)


def _feature_count(env: Environment, chosen: Descriptor) -> int | None:
    try:
        return len(chosen.feature_names(env))
    except SpecError:
        return None


@lru_cache(maxsize=256)
def _relations(chosen: Descriptor, centre: str, species: tuple[str, ...]):
    return linear_relations(chosen, centre, species, seed=0)[1]


def _redundancy(env: Environment, chosen: Descriptor, result: Result | None, features: int | None) -> Redundancy:
    if features is None:
        return Redundancy(None, None, None)
    rank = result.filtration.rank if result else None
    here = None if rank is None else features - rank
    if here == 0:
        return Redundancy(0, 0, 0)  # independent here, so no relation holds everywhere
    if result is None or features > MAX_FEATURES:
        return Redundancy(None, here, here)
    try:
        found = _relations(chosen, env.centre_species, sorted_species(env.species))
    except (InputError, UndecidedError):
        return Redundancy(None, here, here)
    at_most = features - found.rank_at_least
    return Redundancy(len(found.relations), at_most if here is None else min(at_most, here), here)
