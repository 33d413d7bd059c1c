"""Files and molecules by ASE: one frame or all of them, and what ASE's readers raise as one line.

Law: nothing here is exact yet; what ASE gives is `ase.Atoms`.
"""

from pathlib import Path

from symsens.errors import InputError


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
        for atoms in ase.io.iread(path, index=":"):
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
        return ase.io.read(path, index=which)
    except Exception as error:  # ASE's readers raise anything: the file is the user's, the message is theirs
        raise InputError(f"{name}: ASE cannot read it: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    """What ASE says, or what it means where it says a name alone, or nothing."""
    if isinstance(error, KeyError) and error.args:
        return f"it names {error.args[0]!r:.80}, which ASE does not know"
    if isinstance(error, StopIteration | EOFError | AssertionError) and not str(error):
        return "it is empty, ends too early, has no such frame, or is of another format"
    return " ".join(str(error).split())[:200] or type(error).__name__
