"""Numeric descriptors of other packages behind one small protocol (extra ``peers``).

Law: an adapter passes structures in and numbers out, in the package's own feature order and units; it corrects nothing.
A package is imported when one of its descriptors is asked for, never before.
"""

import warnings
from collections.abc import Callable
from dataclasses import Field, field, fields
from difflib import get_close_matches
from importlib import import_module
from math import isfinite
from numbers import Integral, Real
from types import ModuleType
from typing import Protocol

import numpy as np

from symsens.errors import InputError, SpecError

PEERS = {
    "dscribe-soap": "symsens.peers.dscribe",
    "dscribe-acsf": "symsens.peers.dscribe",
    "dscribe-mbtr": "symsens.peers.dscribe",
    "dscribe-lmbtr": "symsens.peers.dscribe",
    "dscribe-coulomb": "symsens.peers.dscribe",
    "featomic-power-spectrum": "symsens.peers.featomic",
    "featomic-spherical-expansion": "symsens.peers.featomic",
    "quippy-soap": "symsens.peers.quippy",
    "qmllib-fchl19": "symsens.peers.qmllib",
    "qmllib-acsf": "symsens.peers.qmllib",
}
"""Name of a peer -> module that defines it."""

_PYPI = {"quippy": "quippy-ase", "metatensor": "metatensor-core"}


class Peer(Protocol):
    """A numeric descriptor: a frozen dataclass whose fields are its options.

    Attributes
    ----------
    name : as in `PEERS`.
    features : ``(atoms, centre) -> (m,)`` float64, in the package's own order; a global descriptor ignores `centre`.
    jacobian : ``(atoms, centre) -> (m, N, 3)``, derivatives by the positions of all N atoms, the centre included, per
        Angstrom; or None where there is none.
    """

    name: str
    features: Callable
    jacobian: Callable | None


def peer(spec: str) -> Peer:
    """The peer that ``name:key=value,key=value`` names.

    Values are read as the type of the option; a list is written ``a:b``, a list of tuples ``a/b:c/d``, nothing as
    ``none``.

    Raises
    ------
    SpecError
        Unknown name or key (with the nearest one that exists), or a value out of range.
    InputError
        The package is not installed.

    Examples
    --------
    >>> peer("dscribe-soap:n_max=4,l_max=3").n_max
    4
    """
    name, _, rest = spec.partition(":")
    if name not in PEERS:
        raise SpecError(f"unknown peer {name!r}{_nearest(name, PEERS)}")
    module = import_module(PEERS[name])
    descriptor = next(value for value in vars(module).values() if getattr(value, "name", None) == name)
    known = {option.name: option for option in fields(descriptor)}
    options = {}
    for item in filter(None, rest.split(",")):
        key, equals, text = item.partition("=")
        if key not in known:
            raise SpecError(f"{name} has no option {key!r}{_nearest(key, known)}")
        if not equals or key in options:
            raise SpecError(f"{name}: option {key!r} must be given once, as {key}=value")
        options[key] = _read(name, known[key], text)
    return descriptor(**options)


def jacobian(descriptor: Peer, atoms, centre: int) -> tuple[np.ndarray, np.ndarray | None]:
    """The Jacobian (m, N, 3) of a peer and, where it is ours for want of its own, the estimated error of each entry,
    else None."""
    if descriptor.jacobian is not None:
        return descriptor.jacobian(atoms, centre), None
    from symsens.peers.differences import estimate_jacobian

    found = estimate_jacobian(descriptor.features, atoms, centre, method="richardson")
    return found.value, found.error


# What the adapters share.


def require(module: str) -> ModuleType:
    """Import a module of a package of the extra; InputError saying how to get it where it is missing."""
    package = module.partition(".")[0]
    try:
        with warnings.catch_warnings():
            # Compiled afresh, their docstrings warn of invalid escapes: an error under -W error, and none of our
            # business.
            warnings.simplefilter("ignore")
            return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != package:
            raise
        raise InputError(
            f"the package {_PYPI.get(package, package)} is not installed: pip install symsens[peers]"
        ) from None


def option(default, *choices: str, low: float | None = None, above: float | None = None) -> Field:
    """A field of a peer: its default, and the words or the numbers (>= low, > above) it may be."""
    return field(default=default, metadata={"choices": choices, "low": low, "above": above})


def check_options(descriptor: Peer) -> None:
    """Refuse a value of the wrong type or outside what `option` says (the ``__post_init__`` of every peer)."""
    for entry in fields(descriptor):
        value, kind, rule = getattr(descriptor, entry.name), _kind(entry), entry.metadata
        if value is None and entry.default is None:
            continue
        where = f"{descriptor.name}: {entry.name}={value!r}"
        accepted = {int: Integral, float: Real, tuple: (tuple, list)}.get(kind, kind)
        if not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool):
            raise SpecError(f"{where} must be of type {kind.__name__}")
        value = tuple(tuple(v) if isinstance(v, list) else v for v in value) if kind is tuple else kind(value)
        object.__setattr__(descriptor, entry.name, value)
        if rule["choices"] and value not in rule["choices"]:
            raise SpecError(f"{where} is unknown{_nearest(value, rule['choices'])}")
        entries = [x for v in value for x in (v if isinstance(v, tuple) else (v,))] if kind is tuple else [value]
        if not all(isfinite(x) for x in entries if isinstance(x, Real)):
            raise SpecError(f"{where} is not finite")
        if rule["low"] is not None and value < rule["low"]:
            raise SpecError(f"{where} is out of range: it must be at least {rule['low']}")
        if rule["above"] is not None and value <= rule["above"]:
            raise SpecError(f"{where} is out of range: it must be above {rule['above']}")


def atomic_numbers(descriptor: Peer, atoms, centre: int) -> list[int]:
    """The species of the channels, ascending: the option `species`, or those of the structure; refuses a centre out of
    range."""
    from ase.data import atomic_numbers as table

    if not 0 <= centre < len(atoms):
        raise InputError(f"centre {centre} is out of range: the {len(atoms)} atoms have indices 0 to {len(atoms) - 1}")
    if not descriptor.species:
        return sorted({int(z) for z in atoms.numbers})
    for symbol in descriptor.species:
        if symbol not in table:
            raise SpecError(f"{descriptor.name}: {symbol!r} in species is no chemical symbol{_nearest(symbol, table)}")
    missing = sorted(set(atoms.symbols) - set(descriptor.species))
    if missing:
        lacks = f"species={':'.join(descriptor.species)} lacks {':'.join(missing)}"
        raise SpecError(f"{descriptor.name}: {lacks}, which the structure has")
    return sorted({table[symbol] for symbol in descriptor.species})


def _nearest(word, words) -> str:
    close = get_close_matches(str(word), words, n=1, cutoff=0.5)
    return f": did you mean {close[0]!r}?" if close else f": use one of {', '.join(words)}" if len(words) < 40 else ""


def _kind(entry: Field) -> type:
    """The type of a field, without the `| None` of an optional one."""
    return next(kind for kind in getattr(entry.type, "__args__", (entry.type,)) if kind is not type(None))


def _read(name: str, entry: Field, text: str):
    kind = _kind(entry)
    if entry.default is None and text.lower() == "none":
        return None
    if kind is bool and text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        if kind is tuple:
            return tuple(_numbers_or_word(item) for item in text.split(":") if item)
        if kind is bool:
            raise ValueError
        return kind(text)
    except ValueError:
        raise SpecError(f"{name}: {entry.name}={text!r} is no {kind.__name__}") from None


def _numbers_or_word(item: str):
    if item.isalpha():
        return item
    values = tuple(float(part) for part in item.split("/"))
    return values if len(values) > 1 else values[0]
