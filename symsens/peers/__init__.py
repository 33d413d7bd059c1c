"""Numeric descriptors of other packages behind one small protocol (extra ``peers``).

Law: an adapter passes structures in and numbers out, in the package's own feature order and units; it corrects nothing.
A package is imported when one of its descriptors is asked for, never before.
"""

import warnings
from collections.abc import Callable
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Protocol

import numpy as np

from symsens.errors import InputError, SpecError
from symsens.peers.differences import estimate_jacobian
from symsens.spec import parse_spec


def _load(module: str, name: str):
    return getattr(import_module(f"symsens.peers.{module}"), name)


# Every peer by its SPEC name; a module, and with it the package, is imported when its peer is first asked for.
PEERS = {
    "dscribe-soap": partial(_load, "dscribe", "Soap"),
    "dscribe-acsf": partial(_load, "dscribe", "Acsf"),
    "dscribe-mbtr": partial(_load, "dscribe", "Mbtr"),
    "dscribe-lmbtr": partial(_load, "dscribe", "Lmbtr"),
    "dscribe-coulomb": partial(_load, "dscribe", "Coulomb"),
    "featomic-power-spectrum": partial(_load, "featomic", "PowerSpectrum"),
    "featomic-spherical-expansion": partial(_load, "featomic", "SphericalExpansion"),
    "quippy-soap": partial(_load, "quippy", "Soap"),
    "qmllib-fchl19": partial(_load, "qmllib", "Fchl19"),
    "qmllib-acsf": partial(_load, "qmllib", "Acsf"),
}

# How a Jacobian was made.
ANALYTIC = "analytic"
PACKAGE_DIFFERENCES = "package differences"
ADAPTER_DIFFERENCES = "adapter differences"

_PYPI = {"quippy": "quippy-ase", "metatensor": "metatensor-core"}


class Peer(Protocol):
    """A numeric descriptor: `symsens.spec.Parameters` whose fields are its options, and ``str`` of it its SPEC.

    Attributes
    ----------
    name : as in `PEERS`.
    features : ``(atoms, centre) -> (m,)`` float64, in the package's own order; a global descriptor ignores `centre`.
    jacobian : ``(atoms, centre) -> (m, N, 3)``, derivatives by the positions of all N atoms, the centre included, per
        Angstrom; or None where there is none.
    derivative : ``(atoms) -> str``, how the package makes `jacobian`: `ANALYTIC` or `PACKAGE_DIFFERENCES`.
    """

    name: str
    features: Callable
    jacobian: Callable | None
    derivative: Callable


def package_of(name: str) -> str:
    """The package on PyPI that evaluates the peer of this name."""
    module = PEERS[name].args[0]
    return _PYPI.get(module, module)


def peer(spec: str) -> Peer:
    """The peer that ``name:key=value,key=value`` names.

    A list is written ``a:b``, a list of tuples ``a/b:c/d``, nothing as ``none``.

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
    return parse_spec(spec, PEERS, "peer")


def jacobian(descriptor: Peer, atoms, centre: int) -> tuple[np.ndarray, np.ndarray | None]:
    """The Jacobian (m, N, 3) of a peer and, where it is ours for want of its own, the estimated error of each entry,
    else None."""
    if descriptor.jacobian is not None:
        return descriptor.jacobian(atoms, centre), None

    found = estimate_jacobian(descriptor.features, atoms, centre, method="richardson")
    return found.value, found.error


def derivative(descriptor: Peer, atoms) -> str:
    """How `jacobian` makes the derivative: `ANALYTIC` (by formulas of the package, also where they are those of its
    splines), `PACKAGE_DIFFERENCES` (finite differences by the package) or `ADAPTER_DIFFERENCES` (made here)."""
    return ADAPTER_DIFFERENCES if descriptor.jacobian is None else descriptor.derivative(atoms)


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


def atomic_numbers(descriptor: Peer, atoms, centre: int) -> list[int]:
    """The species of the channels, ascending: the option `species`, or those of the structure; refuses a centre out of
    range."""
    from ase.data import atomic_numbers as table

    if not 0 <= centre < len(atoms):
        raise InputError(f"centre {centre} is out of range: the {len(atoms)} atoms have indices 0 to {len(atoms) - 1}")
    if not descriptor.species:
        return sorted({int(z) for z in atoms.numbers})
    missing = sorted(set(atoms.symbols) - set(descriptor.species))
    if missing:
        lacks = f"species={':'.join(descriptor.species)} lacks {':'.join(missing)}"
        raise SpecError(f"{descriptor.name}: {lacks}, which the structure has")
    return [table[symbol] for symbol in descriptor.species]
