"""The table of a scan: an ASE database, SQLite or PostgreSQL, one row for each environment or structure.

The first row of a task says how many rows the task has, in the same transaction: so what is there is whole, and what is
not there is still to do.

Law: written by one process; the question is stored with it, and another one refused.
"""

import os
from collections import Counter
from contextlib import contextmanager

from ase.db import connect

from symsens.errors import InputError
from symsens.files import check_target
from symsens.scans.answers import Row, Task
from symsens.scans.questions import Question

SCHEMA = "symsens/scan/1"
URLS = ("postgresql://", "postgres://", "mysql://", "mariadb://")


class Table:
    """An open database of answers to one question."""

    def __init__(self, database, question: Question):
        self._database, self._question = database, question

    def begin(self) -> None:
        """Store the question, or compare it with the one stored.

        Raises
        ------
        InputError
            The database is of something else, or of another question.
        """
        known = self._database.metadata.get("symsens")
        asked = {"schema": SCHEMA, "question": self._question.as_dict()}
        if known is None:
            if self._database.count():
                raise InputError("holds rows of something else: give another file")
            self._database.metadata = {**self._database.metadata, "symsens": asked}
        elif known != asked:
            before = known.get("question", {}) if isinstance(known, dict) else {}
            other = [f"{k} {before.get(k)}, not {v}" for k, v in asked["question"].items() if before.get(k) != v]
            raise InputError(f"answers another question ({', '.join(other) or 'another schema'}): give another file")

    def done(self) -> set[tuple[str, int, int]]:
        """(file, frame, first centre) of the tasks that are answered."""
        rows = self._database.select("task_rows>0", columns=["id", "key_value_pairs"], include_data=False)
        return {(row.file, row.frame, row.task_first) for row in rows}

    def write(self, answered: list[tuple[Task, list[Row]]]) -> None:
        """All rows of these tasks, or none."""
        try:
            with self._database:
                for task, rows in answered:
                    self._write(task, rows)
        except AttributeError as error:  # ASE's connection to a server cannot roll back; the server does when it ends
            raise error.__context__ or error from None

    def _write(self, task: Task, rows: list[Row]) -> None:
        atoms = task.atoms if task.atoms is not None else _nothing()
        for i, row in enumerate(rows):
            marks = {"task_rows": len(rows), "task_first": task.first} if i == 0 else {}
            columns = {"file": row.file, "frame": row.frame, "centre": row.centre, **row.columns, **marks}
            self._database.write(atoms, key_value_pairs=columns, data=row.data)

    def verdicts(self) -> dict[str, int]:
        """How many rows there are of each verdict."""
        return {name: self._database.count(verdict=name) for name in ("PROVED", "UNDECIDED", "FAILED")}

    def reasons(self, limit: int) -> list[tuple[str, int]]:
        """Why rows are not proved, the commonest reasons first, with their numbers of rows (of a thousand at most)."""
        found = Counter()
        for verdict in ("FAILED", "UNDECIDED"):
            found.update(row.data.get("reason", "") for row in self._database.select(verdict=verdict, limit=1000))
        return found.most_common(limit)

    def worst(self, column: str, limit: int) -> list:
        """The rows with the largest positive values of a column."""
        return list(self._database.select(f"{column}>0", sort=f"-{column}", limit=limit, include_data=False))


def _nothing():
    from ase import Atoms

    return Atoms()


@contextmanager
def opened(out: str, question: Question):
    """The table at a path ending in .db, or at the URL of a server.

    Raises
    ------
    InputError
        It cannot be opened or written, somebody else writes it, or it is about something else.
    """
    _check_name(out)
    url = out.startswith(URLS)
    if not url:
        check_target(out)
    with _explained(out), _alone(None if url else out):
        table = Table(_connected(out), question)
        table.begin()
        yield table


@contextmanager
def stored(out: str):
    """The ASE database of a scan that is there already, to be read.

    Raises
    ------
    InputError
        It is missing, or none of a scan.
    """
    _check_name(out)
    if not out.startswith(URLS) and not os.path.isfile(out):
        raise InputError(f"{out}: no such file")
    with _explained(out):
        database = _connected(out)
        known = database.metadata.get("symsens")
        if not isinstance(known, dict) or known.get("schema") != SCHEMA:
            raise InputError(f"{out}: is no table of `symsens scan`")
        yield database


def _check_name(out: str) -> None:
    if not out.startswith(URLS) and not out.endswith(".db"):
        raise InputError(f"{out}: a table is a file NAME.db (SQLite) or the URL of a PostgreSQL server")


def _connected(out: str):
    return connect(out, type="extract_from_name" if out.startswith(URLS) else "db", use_lock_file=False)


@contextmanager
def _explained(out: str):
    """What a database raises, as one line about `out`."""
    try:
        yield
    except InputError as error:
        raise InputError(str(error) if str(error).startswith(out) else f"{_public(out)}: {error}") from None
    except ImportError:
        raise InputError(f"{_public(out)}: needs a driver: pip install 'symsens[server]'") from None
    except Exception as error:
        if type(error).__module__.split(".")[0] not in ("sqlite3", "psycopg2", "pymysql"):
            raise
        raise InputError(f"{_public(out)}: cannot be used: {' '.join(str(error).split())[:200]}") from None


def _public(out: str) -> str:
    """The name without a password."""
    scheme, separator, rest = out.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if separator else out


@contextmanager
def _alone(path: str | None):
    """Nobody else writes the file meanwhile."""
    if path is None or os.name != "posix":
        yield
        return
    import fcntl

    try:
        lock = open(f"{path}.lock", "w")  # noqa: SIM115  (closed below, and by the end of the process)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError("another scan is writing it: wait for it") from None
        yield
    os.unlink(f"{path}.lock")
