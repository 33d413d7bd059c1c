"""Files are written whole or not at all."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from symsens.errors import InputError


def write_whole(path: str, content: str | bytes) -> None:
    """Write `content` to `path` whole or not at all (a temporary file beside it, then an atomic rename).

    Raises
    ------
    InputError
        The directory is missing or not writable.
    """
    target, temporary = Path(path), None
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
