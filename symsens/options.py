"""Options that commands share, and what they lead to: structures, environments, a budget, a line of progress.

Law: every command reads files, picks centres, keeps time and shows progress in this one way.
"""

import sys

import click
from click.shell_completion import CompletionItem

from symsens.budget import DEFAULT
from symsens.errors import InputError


class Frame(click.ParamType):
    """The number of a frame, or "all" (None)."""

    name = "N|all"

    def convert(self, value, param, ctx):
        """As click wants it."""
        if value == "all":
            return None
        try:
            return int(value)
        except ValueError:
            self.fail(f"{value!r} is neither the number of a frame nor 'all'", param, ctx)


class Seconds(click.ParamType):
    """A positive number of seconds, or "none" (None)."""

    name = "SECONDS"

    def convert(self, value, param, ctx):
        """As click wants it."""
        if value in (None, "none"):
            return None
        try:
            seconds = float(value)
        except ValueError:
            seconds = 0.0
        if not 0 < seconds < float("inf"):
            self.fail(f"{value!r} is neither a positive number of seconds nor 'none'", param, ctx)
        return seconds


def frame_option(command):
    """--frame."""
    help = "Frame of a trajectory, from the end where negative, or all."
    return click.option("--frame", type=Frame(), default=0, show_default=True, help=help)(command)


class Completing(click.Group):
    """Commands that complete for the shell what their metavars name: files, descriptors, peers."""

    def add_command(self, command, name=None):
        """As click does it, with a way to complete each parameter."""
        for parameter in command.params:
            word = (getattr(parameter, "metavar", None) or parameter.name).upper()
            for part, complete in _COMPLETIONS.items():
                if part in word:
                    parameter.shell_complete = complete
        super().add_command(command, name)


def _complete_file(context, incomplete):
    return [CompletionItem(incomplete, type="file")]


def _complete_descriptor(context, incomplete):
    from symsens.descriptors import CLASSES, NAMES

    return [CompletionItem(name) for name in NAMES | CLASSES if name.startswith(incomplete)]


def _complete_peer(context, incomplete):
    from symsens.peers import PEERS

    return [CompletionItem(name) for name in PEERS if name.startswith(incomplete)]


def _complete_family(context, incomplete):
    from symsens.geometry.families import FAMILIES

    return [CompletionItem(name) for name in FAMILIES if name.startswith(incomplete)]


_COMPLETIONS = {
    "FILE": _complete_file,
    "CERT": _complete_file,
    "PICTURE": _complete_file,
    "SPEC": _complete_descriptor,
    "DESCRIPTOR": _complete_descriptor,
    "PEER": _complete_peer,
    "FAMILY": _complete_family,
}


def snap_option(command):
    """--snap."""
    return click.option(
        "--snap",
        metavar="TOL",
        help="Ask about the structure nearby that has exactly the symmetry which a file has within TOL Angstrom.",
    )(command)


def structures_options(command):
    """--frame, --cutoff and --snap."""
    cutoff = click.option(
        "--cutoff",
        metavar="R",
        help="Neighbours within R Angstrom (exact); default: all other atoms of a molecule, in a crystal those that "
        "the descriptor sees.",
    )
    return frame_option(cutoff(snap_option(command)))


def budget_option(command):
    """--budget."""
    return click.option(
        "--budget",
        type=Seconds(),
        default=DEFAULT,
        show_default=True,
        help="Time for each environment and descriptor: what is not proved then is UNDECIDED. 'none': no limit.",
    )(command)


def read_structures(files, frame, snap=None, tell=True):
    """The frame asked for, or all frames, of every file; snapped within `snap`, which is said on stderr."""
    from symsens.geometry.environment import Structure

    found = [
        s for file in files for s in (Structure.read_all(file) if frame is None else [Structure.read(file, frame)])
    ]
    if snap is None:
        return found
    from symsens.geometry.snapping import snapped
    from symsens.show.snapping import snapping_line

    found = [snapped(structure, snap).structure for structure in found]
    for structure in found if tell else ():
        click.echo(f"symsens: {structure.source}: {snapping_line(structure.snapped)}", err=True)
    return found


def environments(structures, centre, cutoff, descriptor=None):
    """The environments of the centre asked for, an index or "all", of every structure."""
    pairs = [(structure, i) for structure in structures for i in centres(centre, structure)]
    return [environment(structure, i, cutoff, descriptor) for structure, i in pairs]


def environment(structure, centre, cutoff, descriptor=None):
    """One environment; in a crystal `cutoff` is by default the reach of the descriptor. Oddities are said on stderr."""
    crystal, known = any(structure.pbc), 0 <= centre < len(structure.species)
    reach = descriptor.reach(structure.species[centre], structure.species) if descriptor and known else None
    if crystal and cutoff is None and descriptor and reach is None and known:
        raise InputError(f"{structure.source}: {descriptor} sees atoms at any distance: in a crystal give --cutoff R")
    chosen = reach if crystal and cutoff is None else cutoff
    env = structure.environment(centre, chosen)
    where = f"{env.source}: centre {centre}"
    if reach is not None and cutoff is not None and env.field.parse(cutoff) < reach:
        lost = structure.environment(centre, reach).n - env.n
        if lost:
            seen = f"{lost} within the reach {float(reach):.6g} of {descriptor.name} beyond the cutoff {cutoff}"
            warn(f"{where}: neighbours left out: {seen}")
    if not env.n and chosen is not None:
        warn(f"{where}: no neighbour within {float(env.field.parse(chosen)):.6g} Angstrom")
    return env


def warn(message: str) -> None:
    """One line on stderr; the answer is about what was asked all the same."""
    click.echo(f"symsens: warning: {message}", err=True)


def centres(centre, structure):
    """The indices that --centre means."""
    if centre == "all":
        return structure.centres
    try:
        return [int(centre)]
    except ValueError:
        raise InputError(f"--centre {centre}: give the index of an atom or 'all'") from None


def short(path) -> str:
    """A file by its name alone."""
    return (path or "").rpartition("/")[2]


def watched(items, label, name=lambda item: ""):
    """(item, watch) one after the other; on a terminal with a bar, whose text is what `watch` was told last."""
    if not sys.stderr.isatty():
        yield from ((item, None) for item in items)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=len(items))
        for done, item in enumerate(items):
            text = f"{label} {name(item)}".strip()
            bar.update(task, completed=done, description=text)
            yield item, lambda stage, text=text: bar.update(task, description=f"{text}: {stage}")
