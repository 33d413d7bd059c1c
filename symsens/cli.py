"""The command line: each command a thin layer over the public function of the same name.

Law: heavy imports wait until a command runs; bad input is one line on stderr and exit code 2, never a traceback.
"""

import os
import sys

import click

from symsens.commands.certifying import certify
from symsens.commands.charting import atlas
from symsens.commands.clearing import clearance
from symsens.commands.comparing import compare_descriptors
from symsens.commands.curving import second_order
from symsens.commands.deriving import derive
from symsens.commands.exhibiting import families
from symsens.commands.judging import audit
from symsens.commands.listing import descriptors, peers
from symsens.commands.locating import locus
from symsens.commands.modelling import audit_calculator, pack
from symsens.commands.pairing import compare
from symsens.commands.proving import prove
from symsens.commands.reporting import report
from symsens.commands.scanning import scan
from symsens.commands.sizing import basis
from symsens.commands.verifying import verify
from symsens.errors import SymsensError, UndecidedError
from symsens.options import Completing


@click.group(cls=Completing, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="symsens")
def commands():
    """Which displacements of atoms a descriptor cannot see, and why, with a proof."""


for command in (
    certify,
    verify,
    basis,
    compare,
    compare_descriptors,
    clearance,
    second_order,
    derive,
    audit,
    families,
    atlas,
    locus,
    prove,
    scan,
    report,
    audit_calculator,
    pack,
    descriptors,
    peers,
):
    commands.add_command(command)


def main(arguments=None):
    """Entry point: run a command, exit with the code of the interface (0 decided, 1 refuted, 2 bad input, 3
    undecided)."""
    sys.exit(_run(arguments))


def _run(arguments) -> int:
    if sys.stdout is None:
        return _complain("standard output is closed: nothing can be printed", 2)
    try:
        code = commands.main(args=arguments, prog_name="symsens", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        return _complain(error.format_message(), 2)
    except UndecidedError as error:
        return _complain(f"UNDECIDED: {error}", 3)
    except SymsensError as error:
        return _complain(str(error), 2)
    except click.exceptions.Abort:
        return 130
    except SystemExit as stop:
        if "_SYMSENS_COMPLETE" in os.environ:  # so click ends when it has completed a word for the shell
            return stop.code or 0
        return _cut_off("broken pipe")  # so click and rich meet one, with exit code 1, which means refuted here
    except OSError as error:
        return _cut_off(error.strerror)
    return code or 0


def _cut_off(reason: str) -> int:
    """What was proved did not get out: the pipe was closed, the disk is full."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # so that Python's own flush at exit is quiet
    return _complain(f"output cut off: {reason}", 2)


def _complain(message: str, code: int) -> int:
    """One line on stderr."""
    click.echo(f"symsens: {' '.join(message.split())}", err=True)
    return code


if __name__ == "__main__":
    main()
