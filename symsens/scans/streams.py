"""The work of a scan, read from its files one frame at a time, in a fixed order.

Law: the same files and question give the same tasks in the same order, whoever works on them.
"""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from symsens.errors import InputError
from symsens.geometry.ase_files import stream_atoms
from symsens.geometry.cartesian import to_atoms
from symsens.geometry.environment import Structure
from symsens.geometry.exact_files import read_document
from symsens.scans.answers import Task
from symsens.scans.questions import Question

CENTRES = 32  # of one task: what is lost at most, for each worker, when a scan is cut off


def tasks(files, question: Question) -> Iterator[Task]:
    """The tasks of all files; a file that ends in rubbish has a last task that says so."""
    for file in files:
        frames = _frames(file)
        for frame in count():
            try:
                atoms, structure = next(frames)
            except StopIteration:
                break
            except InputError as error:
                yield Task(file, frame, unreadable=str(error))
                break
            if question.level != "environment":
                yield Task(file, frame, atoms, structure)
                continue
            centres = range(len(atoms)) if structure is None else structure.centres
            for start in range(0, len(centres), CENTRES):
                part = centres[start : start + CENTRES]
                yield Task(file, frame, atoms, structure, part[0], part[-1] + 1)


def _frames(file: str) -> Iterator[tuple]:
    """(atoms, exact structure or None) of each frame."""
    if read_document(file) is not None:
        structure = Structure.read(file)
        yield to_atoms(structure), structure
    else:
        for atoms in stream_atoms(file):
            yield atoms, None


def size_of(files) -> int | None:
    """The number of environments in all files, where that is quickly known: of (ext)xyz files, by their counts of
    atoms; else None."""
    total = 0
    for file in files:
        if not file.endswith((".xyz", ".extxyz")) or not Path(file).is_file():
            return None
        try:
            total += _atoms_of_xyz(file)
        except (OSError, ValueError):
            return None
    return total


def _atoms_of_xyz(file: str) -> int:
    total = 0
    with open(file, errors="replace") as lines:
        for line in lines:
            if not line.strip():
                break
            atoms = int(line)
            total += atoms
            for _ in range(atoms + 1):
                next(lines, None)
    return total
