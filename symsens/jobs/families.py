"""Members of families as exact files.

Law: what is written is read back as the same numbers; all files are refused before the first is written.
"""

from collections.abc import Sequence

from symsens.errors import InputError
from symsens.files import check_target, write_whole
from symsens.geometry.environment import Environment, Structure
from symsens.geometry.exact_files import document_text, environment_document, structure_document


def member_documents(members: Sequence[Environment | Structure]) -> list[dict]:
    """The documents of `symsens.geometry.exact_files`."""
    return [environment_document(m) if isinstance(m, Environment) else structure_document(m) for m in members]


def write_members(members: Sequence[Environment | Structure], path: str) -> list[str]:
    """Write one member to `path`, or the members of a pair to NAME-1 and NAME-2 beside it.

    Parameters
    ----------
    members : environments or structures.
    path : NAME.env.json for environments, NAME.structure.json for structures.

    Returns
    -------
    list
        The paths written.

    Raises
    ------
    InputError
        Another ending, or a path that cannot be written.
    """
    ending = ".env.json" if isinstance(members[0], Environment) else ".structure.json"
    stem = path.removesuffix(ending)
    if stem == path or not stem or stem.endswith("/"):
        raise InputError(f"{path}: the members are exact files: give NAME{ending}")
    paths = [path] if len(members) == 1 else [f"{stem}-{number}{ending}" for number in range(1, len(members) + 1)]
    for target in paths:
        check_target(target)
    for target, document in zip(paths, member_documents(members)):
        write_whole(target, document_text(document))
    return paths
