"""One piece of work of a scan, some centres of one structure, and the rows that answer it.

Law: a worker believes nothing that it has not computed, and what it raises becomes a row with a reason.
"""

from dataclasses import dataclass, field
from functools import lru_cache

from symsens.budget import limited
from symsens.certificates.exact import certificate_text
from symsens.descriptors import descriptor
from symsens.errors import SymsensError, UndecidedError
from symsens.geometry.congruence import match_environments
from symsens.geometry.environment import Environment, Structure
from symsens.geometry.snapping import snapped
from symsens.jobs.certification import Result, certify
from symsens.scans.forces import blind_forces
from symsens.scans.questions import Question
from symsens.search.surroundings import clearance

FAILED = "FAILED"
REMEMBERED = 4096  # environments, for the answers of those that are congruent


@dataclass(frozen=True)
class Task:
    """Centres first..stop of one structure.

    Attributes
    ----------
    file, frame : where it is from.
    atoms : ``ase.Atoms``, with its forces if they are known; None where it could not be read.
    structure : the exact structure of an exact file; None where `atoms` says all.
    first, stop : the centres asked about; 0 and 0 of a whole structure.
    unreadable : why there are no atoms.
    """

    file: str
    frame: int
    atoms: object = None
    structure: Structure | None = None
    first: int = 0
    stop: int = 0
    unreadable: str | None = None


@dataclass(frozen=True)
class Row:
    """One row of the table.

    Attributes
    ----------
    file, frame, centre : whose; centre is -1 of a whole structure.
    columns : what to select on.
    data : the certificate, as the text of a file of certificates, or the reason why there is none.
    """

    file: str
    frame: int
    centre: int
    columns: dict
    data: dict = field(default_factory=dict)


def answer(question: Question, task: Task) -> list[Row]:
    """The rows of a task."""
    if task.unreadable:
        return [_failed(task, task.first if question.level == "environment" else -1, task.unreadable)]
    try:
        structure = _structure(question, task)
    except SymsensError as error:
        return [_failed(task, -1, str(error))]
    if question.level != "environment":
        return [_row(task, -1, lambda: _of_structure(question, structure, task.atoms))]
    return [
        _row(task, centre, lambda centre=centre: _of_centre(question, structure, centre))
        for centre in range(task.first, task.stop)
    ]


def _structure(question: Question, task: Task) -> Structure:
    found = task.structure or Structure.from_ase(task.atoms, source=task.file)
    if question.snap is None:
        return found
    return snapped(found, question.snap).structure


def _row(task: Task, centre: int, ask) -> Row:
    """The row of one question, whatever becomes of it."""
    try:
        columns, data = ask()
    except UndecidedError as error:
        return Row(task.file, task.frame, centre, {"verdict": "UNDECIDED"}, {"reason": str(error)})
    except SymsensError as error:
        return _failed(task, centre, str(error))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a scan goes on, whatever one structure does
        return _failed(task, centre, f"{type(error).__name__}: {error}")
    return Row(task.file, task.frame, centre, columns, data)


def _failed(task: Task, centre: int, reason: str) -> Row:
    return Row(task.file, task.frame, centre, {"verdict": FAILED}, {"reason": " ".join(reason.split())[:400]})


def _of_structure(question: Question, structure: Structure, atoms) -> tuple[dict, dict]:
    result = certify(structure, question.nu, cutoff=question.cutoff, level=question.level, budget=question.budget)
    return _columns(result) | blind_forces(result, atoms), _data(result)


def _of_centre(question: Question, structure: Structure, centre: int) -> tuple[dict, dict]:
    env = structure.environment(centre, _reach(question, structure, centre))
    known = _Remembered.of(question)
    if (same := known.congruent(env)) is not None:
        return same
    with limited(question.budget):
        result = certify(env, question.nu, question.descriptor)
        columns, data = _columns(result), _data(result)
        if question.clearance:
            columns["clearance"] = float(clearance(env, result.filtration.nu).radius)
    known.remember(env, columns, data)
    return columns, data


def _reach(question: Question, structure: Structure, centre: int):
    """The cutoff; in a crystal by default what the descriptor sees."""
    if question.cutoff is not None or not question.descriptor or not any(structure.pbc):
        return question.cutoff
    return descriptor(question.descriptor).reach(structure.species[centre], structure.species)


def _columns(result: Result) -> dict:
    filtration = result.filtration
    known = {
        "verdict": str(result.verdict),
        "nu": filtration.nu,
        "n_neighbours": len(result.subject.species),
        "rank": filtration.rank,
        "nullity": filtration.nullity,
        **filtration.as_dict(),
        "stabiliser_order": filtration.moves.stabiliser.order,
        "point_group": result.point_group,
    }
    values = [value for value in result.singular_values or () if not value.exact_zero]
    if values:
        known["smallest_singular_value"] = float(values[-1].lower)
    return {name: value for name, value in known.items() if value is not None}


def _data(result: Result) -> dict:
    if result.rule.name:
        return {"certificate": certificate_text([result.answer])}
    return {"reason": result.undecided or result.rule.reason}


class _Remembered:
    """Answers of environments already met, by what congruent ones have in common."""

    def __init__(self):
        self._known, self._count = {}, 0

    @staticmethod
    @lru_cache(maxsize=4)
    def of(question: Question) -> "_Remembered":
        """Those of a question."""
        return _Remembered()

    def congruent(self, env: Environment) -> tuple[dict, dict] | None:
        """The answer of an environment that is congruent to this one: a certificate of that one, and where its
        neighbours go."""
        for other, columns, data in self._known.get(self._likeness(env), ()):
            found = match_environments(other, env)
            if found is not None:
                return columns, data | {"of_congruent": [int(k) for k in found.permutation]}
        return None

    def remember(self, env: Environment, columns: dict, data: dict) -> None:
        """An answer; when there are too many, all are forgotten."""
        if self._count >= REMEMBERED:
            self._known, self._count = {}, 0
        self._known.setdefault(self._likeness(env), []).append((env, columns, data))
        self._count += 1

    @staticmethod
    def _likeness(env: Environment):
        """Equal of congruent environments, as far as is cheap."""
        lengths = [env.gram[j][j] for j in range(env.n)]
        return env.centre_species, env.gram_scale, frozenset(zip(env.species, lengths)), sum(map(sum, env.gram))
