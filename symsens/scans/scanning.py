"""Scan whole data sets: ask, write, go on where it was cut off.

Law: the table is the only memory; the same command twice gives the table of one undisturbed run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic

from symsens.errors import InputError
from symsens.scans.answers import FAILED, Row, Task, answer
from symsens.scans.questions import Question
from symsens.scans.streams import tasks
from symsens.scans.tables import opened
from symsens.scans.workers import WorkerDied, cluster, in_order, processes

SECONDS = 0.2  # of answers that may wait to be written


@dataclass(frozen=True)
class Scanned:
    """What a scan found, over all rows of its table.

    Attributes
    ----------
    proved, undecided, failed : numbers of rows.
    new : of them, written by this run.
    reasons : why rows are not proved, and how many; five at most.
    spurious : (file, frame, centre, dimension) of the largest incompleteness, ten at most.
    blind : (file, frame, eV/Angstrom) of the largest forces in a spurious null space, ten at most.
    noisy : the same of forces in the symmetry null space.
    """

    proved: int
    undecided: int
    failed: int
    new: int
    reasons: tuple = ()
    spurious: tuple = ()
    blind: tuple = ()
    noisy: tuple = ()

    def as_dict(self) -> dict:
        """Plain values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def scan(
    files,
    out: str,
    question: Question | None = None,
    workers: int = 1,
    scheduler: str | None = None,
    told: Callable[[int], None] = lambda rows: None,
) -> Scanned:
    """Ask a question of every environment, or structure, of a data set, and keep the answers in an ASE database.

    Parameters
    ----------
    files : names of files that ASE reads, exact files, or ``ase:NAME``.
    out : NAME.db for SQLite, or the URL of a PostgreSQL server. Where it holds answers to the same question already,
        only what is missing is asked.
    question : default: basis-free, nu = 2.
    workers : processes of this machine.
    scheduler : address of a Dask cluster that works instead.
    told : called with the number of rows whenever some are written, or were there before.

    Returns
    -------
    Scanned

    Raises
    ------
    InputError
        The table cannot be written or answers another question; no cluster.
    """
    question = question or Question()
    for file in files:
        if not file.startswith("ase:") and not Path(file).is_file():
            raise InputError(f"{file}: no such file")
    with opened(out, question) as table:
        todo = _todo(tasks(files, question), table.done(), told)
        team = cluster(scheduler) if scheduler else processes(workers, answer.__module__)
        with team as (submit, window):
            new = _written(table, _answers(question, todo, submit, window), told)
        verdicts, reasons = table.verdicts(), table.reasons(5)
        spurious = [(row.file, row.frame, row.centre, row.incompleteness) for row in table.worst("incompleteness", 10)]
        blind, noisy = (
            [(row.file, row.frame, row[name]) for row in table.worst(name, 10)]
            for name in ("force_spurious", "force_symmetry")
        )
    return Scanned(*verdicts.values(), new, *map(tuple, (reasons, spurious, blind, noisy)))


def _answers(question: Question, todo, submit, window: int):
    """(task, its rows), in the order of the tasks."""
    for task, rows in in_order(partial(answer, question), todo, submit, window):
        yield task, _died(question, task, rows) if isinstance(rows, WorkerDied) else rows


def _written(table, answers, told) -> int:
    """The number of rows written; one transaction for the tasks of a fraction of a second, since each waits for the
    disk."""
    total, waiting, last = 0, [], monotonic()

    def write():
        table.write(waiting)
        told(rows := sum(len(rows) for _, rows in waiting))
        waiting.clear()
        return rows

    try:
        for pair in answers:
            waiting.append(pair)
            if monotonic() - last > SECONDS:
                total, last = total + write(), monotonic()
    except KeyboardInterrupt:  # what is answered is not lost
        write()
        raise
    return total + write()


def _todo(all_tasks, done: set, told):
    for task in all_tasks:
        if (task.file, task.frame, task.first) in done:
            told(max(task.stop - task.first, 1))
        else:
            yield task


def _died(question: Question, task: Task, death: WorkerDied) -> list[Row]:
    centres = range(task.first, task.stop) if question.level == "environment" else [-1]
    return [Row(task.file, task.frame, i, {"verdict": FAILED}, {"reason": str(death)}) for i in centres]
