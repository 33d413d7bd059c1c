"""The descriptor family: closed forms over tuple invariants, one short file each; see `symsens.descriptors.base`."""

from functools import partial
from importlib import import_module

from symsens.descriptors.base import Descriptor
from symsens.errors import SpecError
from symsens.spec import parse_spec


def _load(module: str, name: str):
    return getattr(import_module(f"symsens.descriptors.{module}"), name)


# Every descriptor by its SPEC name; a module is imported when its descriptor is first asked for.
NAMES = {
    "distances": partial(_load, "distances", "Distances"),
    "angles": partial(_load, "angles", "Angles"),
    "radial": partial(_load, "radial_functions", "RadialFunctions"),
    "power-spectrum": partial(_load, "power_spectrum", "PowerSpectrum"),
    "bispectrum": partial(_load, "bispectrum", "Bispectrum"),
    "ace": partial(_load, "ace", "Ace"),
    "soap-dscribe": partial(_load, "soap_dscribe", "SoapDscribe"),
    "soap-featomic": partial(_load, "soap_featomic", "SoapFeatomic"),
    "soap-quippy": partial(_load, "soap_quippy", "SoapQuippy"),
    "acsf": partial(_load, "acsf", "Acsf"),
    "chebyshev": partial(_load, "chebyshev", "Chebyshev"),
    "mbtr": partial(_load, "mbtr", "Mbtr"),
    "schnet": lambda: import_module("symsens.descriptors.networks").SchNet,
    "tensor-field": lambda: import_module("symsens.descriptors.networks").TensorField,
    "coulomb": partial(_load, "coulomb", "Coulomb"),
}
# Whole classes of functions, without features of their own; only `certify` can be asked about them.
CLASSES = {
    "dgnn": lambda: import_module("symsens.descriptors.networks").Dgnn,
    "agnn": lambda: import_module("symsens.descriptors.networks").Agnn,
}


def descriptor(spec: str) -> Descriptor:
    """The descriptor that a SPEC names, e.g. ``descriptor("power-spectrum:n_max=8,l_max=6,radial=gto,cutoff=5")``.

    Raises
    ------
    SpecError
        Unknown name or key, or a value out of range; the message names the nearest valid one.
    """
    return parse_spec(spec, NAMES | CLASSES)


def as_descriptor(given) -> Descriptor:
    """A descriptor as it is, or the one that a SPEC names.

    Raises
    ------
    SpecError
        It is neither, or the SPEC is wrong.
    """
    if isinstance(given, str):
        return descriptor(given)
    if not isinstance(given, Descriptor):
        raise SpecError(f"{type(given).__name__} is no descriptor: give one, or a SPEC such as 'acsf:cutoff=6'")
    return given
