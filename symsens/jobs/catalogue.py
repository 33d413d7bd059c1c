"""What a SPEC may name: descriptors of ours and those of other packages, with their keys and defaults.

Law: all of it is read off the registries and the classes; a package that is missing is listed, with how to get it.
"""

from dataclasses import dataclass

from symsens.descriptors import CLASSES, NAMES
from symsens.errors import InputError
from symsens.peers import PEERS, package_of
from symsens.peers.closed import CLOSED
from symsens.spec import nearest


@dataclass(frozen=True)
class Entry:
    """A name of a SPEC.

    Attributes
    ----------
    name : as a SPEC has it.
    summary : one line; None where the package is missing.
    parameters : key -> (default, help), words of a SPEC; None where the package is missing.
    package : the package on PyPI that evaluates it; None for ours.
    closed_form : the options with which a closed form is known of a package's; None where there are none, and for ours.
    missing : how to get the package; None where it is there.
    """

    name: str
    summary: str | None
    parameters: dict[str, tuple[str, str]] | None
    package: str | None = None
    closed_form: str | None = None
    missing: str | None = None

    def as_dict(self) -> dict:
        """One entry of the JSON document of ``symsens descriptors --json`` and ``symsens peers --json``."""
        keys = self.parameters or {}
        found = {
            "name": self.name,
            "summary": self.summary,
            "parameters": {key: {"default": default, "help": help} for key, (default, help) in keys.items()},
        }
        if self.package:
            installed = self.missing is None
            found |= {"package": self.package, "installed": installed, "closed_form": self.closed_form}
        return found


def list_descriptors(name: str | None = None) -> list[Entry]:
    """Every descriptor of ours and every class of networks, or the one of this name.

    Raises
    ------
    InputError
        There is no such descriptor.
    """
    known = NAMES | CLASSES
    return [_entry(key, known[key]()) for key in _chosen(name, known, "descriptor")]


def list_peers(name: str | None = None) -> list[Entry]:
    """Every descriptor of another package, or the one of this name; their packages are imported.

    Raises
    ------
    InputError
        There is no such peer.
    """
    return [_peer(key) for key in _chosen(name, PEERS, "peer")]


def _chosen(name, names, kind):
    if name is not None and name not in names:
        raise InputError(f"unknown {kind} {name!r}{nearest(name, names) or ': use one of ' + ', '.join(names)}")
    return list(names) if name is None else [name]


def _entry(name, cls, **more):
    return Entry(name, cls.__doc__.splitlines()[0], cls.parameters(), **more)


def _peer(name):
    more = {"package": package_of(name), "closed_form": CLOSED[name]}
    try:
        return _entry(name, PEERS[name](), **more)
    except InputError as error:
        return Entry(name, None, None, missing=str(error), **more)
