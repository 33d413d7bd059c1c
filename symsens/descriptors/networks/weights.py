"""Weights of a network: made from a seed, loaded from .npz, saved.

Law: a weight file is data. Nothing in it is unpickled, no array is read before its size is known to be right, and every
array is named, shaped and finite as the network wants it or the file is refused in one line.
"""

import hashlib
import math
import zipfile
import zlib
from io import BytesIO

import numpy as np

from symsens.errors import InputError
from symsens.files import write_whole
from symsens.spec import nearest

MAX_ROWS = 1000  # of an embedding; the periodic table has 118


def seeded_weights(shapes: dict[str, tuple], seed: int) -> dict[str, np.ndarray]:
    """Weights drawn uniformly: matrices in +-sqrt(6 / (in + out)) (Glorot), embeddings in +-sqrt(3), biases in +-1/2.

    The raw 64-bit stream of PCG64 is used, which NumPy guarantees never to change, and one rounded product each, so a
    seed means the same numbers everywhere.
    """
    stream, weights = np.random.PCG64(seed), {}
    for name, shape in shapes.items():
        shape = tuple(119 if size is None else size for size in shape)
        unit = (stream.random_raw(math.prod(shape)) >> np.uint64(11)).astype(np.float64) * 2.0**-52 - 1.0
        bound = 0.5 if len(shape) == 1 else math.sqrt(3) if name.startswith("embedding") else math.sqrt(6 / sum(shape))
        weights[name] = (unit * bound).reshape(shape)
    return weights


def load_weights(path, shapes: dict[str, tuple]) -> dict[str, np.ndarray]:
    """The arrays of an .npz file, float64.

    Parameters
    ----------
    path : the file, as written by `save_weights` or ``numpy.savez``.
    shapes : name -> shape, None for any number of rows.

    Raises
    ------
    InputError
        No such file, not an .npz, an array missing, unknown, of the wrong shape or type, or not finite.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            for name in found:
                if name not in shapes:
                    raise InputError(f"weights {path}: unknown array {name!r}{nearest(name, shapes)}")
            return {name: _read(path, archive, found, name, shape) for name, shape in shapes.items()}
    except FileNotFoundError:
        raise InputError(f"weights {path}: no such file") from None
    except (OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise InputError(f"weights {path}: not a readable .npz file of float arrays: {reason}") from None


def _read(path, archive, found, name, shape):
    wanted = " x ".join("any" if size is None else str(size) for size in shape)
    if name not in found:
        raise InputError(f"weights {path}: array {name!r} ({wanted}) is missing")
    if found[name].file_size > 8 * math.prod(MAX_ROWS if size is None else size for size in shape) + 4096:
        raise InputError(f"weights {path}: array {name!r} is too long for its shape, {wanted}")
    with archive.open(found[name]) as stream:
        array = np.lib.format.read_array(stream, allow_pickle=False)
    if array.dtype.kind != "f" or array.dtype.itemsize > 8:
        raise InputError(f"weights {path}: array {name!r} is of type {array.dtype}: give float64 or float32")
    if array.ndim != len(shape) or any(size not in (None, actual) for size, actual in zip(shape, array.shape)):
        raise InputError(f"weights {path}: array {name!r} has shape {' x '.join(map(str, array.shape))}, not {wanted}")
    if not np.isfinite(array).all():
        raise InputError(f"weights {path}: array {name!r} has an entry that is inf or nan")
    return array.astype(np.float64)


def save_weights(weights: dict[str, np.ndarray], path) -> None:
    """Write `weights` as .npz with `write_whole`.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    stream = BytesIO()
    np.savez(stream, **weights)
    try:
        write_whole(path, stream.getvalue())
    except InputError as error:
        raise InputError(f"weights {error}") from None


def fingerprint(weights: dict[str, np.ndarray]) -> str:
    """SHA-256 over names, shapes and the bits of all weights, in hexadecimal."""
    digest = hashlib.sha256()
    for name, array in weights.items():
        digest.update(f"{name} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array, dtype="<f8").tobytes())
    return digest.hexdigest()
