"""Files and molecules by ASE: one frame or all of them, and what ASE's readers raise as one line.

Law: nothing here is exact yet; what ASE gives is `ase.Atoms`.
"""

import re
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from symsens.errors import InputError

_MANY_COLUMNS = re.compile(r"properties\s*=\s*\S*:\d{5}", re.IGNORECASE)  # of extended xyz, which ASE makes one by one


def read_atoms(name: str, frame: int | None) -> list:
    """One frame (from the end where negative), or all of them; never none."""
    if name.startswith("ase:"):
        from ase.build import molecule

        if frame not in (0, -1, None):
            raise InputError(f"{name}: there is no frame {frame}: it has frame 0 only")
        try:
            return [molecule(name[4:])]
        except KeyError:
            raise InputError(f"{name}: ASE has no molecule of that name: see ase.collections.g2.names") from None
    path = Path(name)
    if not path.is_file():
        raise InputError(f"{name}: no such file")
    found = _frames(name, path, slice(None) if frame is None else slice(frame, frame + 1 or None))
    if not found:
        count = len(_frames(name, path, slice(None)))
        if not count:
            raise InputError(f"{name}: ASE cannot read it: there is no structure in it")
        raise InputError(f"{name}: there is no frame {frame}: it has {count}, from 0 to {count - 1} or -1 to -{count}")
    return found


def stream_atoms(name: str):
    """All frames of a file, one after the other, never all in memory where its format allows that.

    Raises
    ------
    InputError
        When the frame is reached that cannot be read.
    """
    if name.startswith("ase:"):
        yield from read_atoms(name, None)
        return
    import ase.io

    path, found = Path(name), False
    if not path.is_file():
        raise InputError(f"{name}: no such file")
    try:
        with _opened(path) as (source, format):
            for atoms in ase.io.iread(source, index=":", format=format):
                found = True
                yield atoms
    except GeneratorExit:
        raise
    except Exception as error:  # as in `_frames`
        raise InputError(f"{name}: ASE cannot read it: {_reason(error)}") from None
    if not found:
        raise InputError(f"{name}: ASE cannot read it: there is no structure in it")


def _frames(name: str, path: Path, which: slice) -> list:
    import ase.io

    try:
        with _opened(path) as (source, format):
            return ase.io.read(source, index=which, format=format)
    except Exception as error:  # ASE's readers raise anything: the file is the user's, the message is theirs
        raise InputError(f"{name}: ASE cannot read it: {_reason(error)}") from None


class _Ending:
    """A text file that says so when a reader goes on beyond its end: ASE's read as many lines as a file announces, and
    make as many columns."""

    def __init__(self, file):
        self._file, self._beyond = file, 0

    def readline(self, *size):
        """As of any file, but not for ever."""
        line = self._file.readline(*size)
        self._beyond = 0 if line else self._beyond + 1
        if self._beyond > 1000:
            raise EOFError
        if _MANY_COLUMNS.search(line):
            raise EOFError("it announces ten thousand columns or more")
        return line

    def __iter__(self):
        return iter(self._file)

    def __next__(self):
        return next(self._file)

    def __getattr__(self, name):
        return getattr(self._file, name)


@contextmanager
def _opened(path: Path):
    """What ASE is to read, and its format: an open text where the format allows it, else the path."""
    from ase.io.formats import filetype, get_ioformat, open_with_compression

    format = filetype(str(path))
    kind = get_ioformat(format)
    if not kind.acceptsfd or kind.isbinary:
        yield str(path), format
        return
    with open_with_compression(str(path), "r") as file:
        if format.startswith("vasp"):
            _check_counts(file, path)
        yield _Ending(file), format


def _check_counts(file, path: Path) -> None:
    """ASE makes a list of the atoms that a POSCAR announces before it looks for them."""
    announced = [line.split() for line in islice(file, 8)][4:]
    file.seek(0)
    for words in announced:
        if words and all(map(str.isdecimal, words)) and (count := sum(map(int, words))) > path.stat().st_size * 100:
            raise EOFError(f"it announces {count} atoms, more than there is room for in it")


def _reason(error: Exception) -> str:
    """What ASE says, or what it means where it says a name alone, or nothing."""
    if isinstance(error, KeyError) and error.args:
        return f"it names {error.args[0]!r:.80}, which ASE does not know"
    if isinstance(error, StopIteration | EOFError | AssertionError) and not str(error):
        return "it is empty, ends too early, has no such frame, or is of another format"
    return " ".join(str(error).split())[:200] or type(error).__name__
