"""Files are written whole or not at all, and nothing of the user's is destroyed."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from symsens.errors import InputError


def check_target(path: str | None, *inputs: str) -> None:
    """Refuse, before any work is done, a path that cannot be written whole.

    Raises
    ------
    InputError
        It is one of the `inputs`, a directory, a device or a pipe, or its folder is missing or not writable.
    """
    if path is None:
        return
    target = Path(path).resolve()
    if any(Path(name).exists() and target.exists() and os.path.samefile(name, target) for name in inputs):
        raise InputError(f"{path}: this is the input itself: give another file")
    if target.is_dir():
        raise InputError(f"{path}: cannot be written: it is a directory: give a file")
    if target.exists() and not target.is_file():
        raise InputError(f"{path}: cannot be written: it is a device or a pipe: give a file")
    if not target.parent.is_dir():
        raise InputError(f"{path}: cannot be written: no such directory")
    if not os.access(target.parent, os.W_OK):
        raise InputError(f"{path}: cannot be written: its directory is not writable")


def write_whole(path: str, content: str | bytes) -> None:
    """Write `content` to `path` whole or not at all: a temporary file beside it, then an atomic rename. A symbolic link
    stays one, and what it points to is written.

    Raises
    ------
    InputError
        As `check_target`, or the disk is full.
    """
    check_target(path)
    target, temporary = Path(path).resolve(), None
    try:
        with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
            temporary = file.name
            file.write(content if isinstance(content, bytes) else content.encode())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, target)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None
