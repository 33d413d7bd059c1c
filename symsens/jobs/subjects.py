"""What a question can be asked of: an environment, a structure, ASE's Atoms, a name; or a list of these.

Law: every public function takes its subject through this module; what cannot be taken is refused by what was given.
"""

import os
from collections.abc import Callable
from numbers import Integral

from symsens.errors import InputError
from symsens.geometry.environment import Environment, Structure

WANTED = "an Environment, a Structure, ase.Atoms, the name of a file or 'ase:NAME'"


def as_structure(subject) -> Structure:
    """The structure that a subject is.

    Raises
    ------
    InputError
        It is none.
    """
    if isinstance(subject, Structure):
        return subject
    if isinstance(subject, Environment):
        atoms = subject.centre_species, *subject.species
        return Structure(
            atoms, [(0, 0, 0), *subject.positions], metric=subject.metric, source=subject.source, field=subject.field
        )
    if isinstance(subject, str | os.PathLike):
        return Structure.read(os.fspath(subject))
    if hasattr(subject, "get_chemical_symbols"):
        return Structure.from_ase(subject)
    raise InputError(f"a {type(subject).__name__} is no structure: give {WANTED}")


def environments(subject, centre, cutoff) -> tuple[list[Environment], bool]:
    """The environments that are meant, and whether they are a list: of a list, or of every centre ("all")."""
    if isinstance(subject, list | tuple):
        return [env for one in subject for env in environments(one, centre, cutoff)[0]], True
    if isinstance(subject, Environment):
        if centre is not None or cutoff is not None:
            raise InputError("an Environment has its centre and its neighbours: leave centre and cutoff out")
        return [subject], False
    structure = as_structure(subject)
    count = len(structure.species)
    if isinstance(centre, str) and centre == "all":
        return [structure.environment(i, cutoff) for i in structure.centres], True
    if not isinstance(centre, Integral) or isinstance(centre, bool):
        given = "none is given" if centre is None else f"{centre!r} is none"
        where = f"{structure.source or 'a structure'} of {count} atoms"
        raise InputError(f"{where} needs a centre, and {given}: centre=0 to {count - 1}, or centre='all'")
    return [structure.environment(centre, cutoff)], False


def of_each(ask: Callable, subject, centre, cutoff):
    """`ask` of the environment that is meant; a list of answers where several are."""
    asked, several = environments(subject, centre, cutoff)
    answers = [ask(env) for env in asked]
    return answers if several else answers[0]


def of_each_structure(ask: Callable, subject):
    """`ask` of the whole structure that is meant; a list of answers where several are.

    Raises
    ------
    InputError
        An environment, which is no whole structure.
    """
    if isinstance(subject, list | tuple):
        return [of_each_structure(ask, one) for one in subject]
    if isinstance(subject, Environment):
        raise InputError("an Environment is no whole structure: give a Structure, ase.Atoms or the name of a file")
    return ask(as_structure(subject))
