"""ASE calculators by name."""

import os
import sys
from importlib import import_module

from symsens.errors import InputError


def calculator(name: str):
    """The calculator that MODULE:NAME names: an instance, or a class or function that makes one without arguments.
    Modules of the current folder are found too.

    Raises
    ------
    InputError
        There is no such module or name, or it makes no calculator.
    """
    module, separator, attribute = name.partition(":")
    if not separator or not module or not attribute:
        raise InputError(f"{name}: give MODULE:NAME, e.g. ase.calculators.emt:EMT")
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    try:
        found = getattr(import_module(module), attribute)
        made = found if hasattr(found, "get_property") and not isinstance(found, type) else found()
    except Exception as error:  # the module is the user's, and may raise anything
        raise InputError(f"{name}: no calculator: {type(error).__name__}: {error}") from None
    if not hasattr(made, "get_property"):
        raise InputError(f"{name}: makes a {type(made).__name__}, which is no ASE calculator")
    return made
