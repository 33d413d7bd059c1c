"""Theorems that run: the modules of the folder `proofs` of a checkout, each a statement, its proof and a false
neighbour.

A theorem is a module: its docstring begins with the statement, `FALSE` is a neighbour of it that is false, `proof()`
returns the certificates in which it ends, `control()` is the same proof of the neighbour. Both raise `RefutedError`
where what they are to prove is false, and `UndecidedError` where they cannot tell.

Law: a theorem is PROVED only if its proof came to its end, the checker proved every certificate of it again, and the
false neighbour was refuted.
"""

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from time import perf_counter
from types import ModuleType

from symsens.budget import DEFAULT, limited
from symsens.errors import InputError, RefutedError, UndecidedError
from symsens.spec import nearest
from symsens.verdict import Verdict

FOLDER = Path(__file__).parents[2] / "proofs"
RULE = re.compile(r"\[([a-z-]+)\]$")


@dataclass(frozen=True)
class Outcome:
    """What running a theorem showed.

    Attributes
    ----------
    name, statement : of the theorem; the statement is the first paragraph of its docstring.
    verdict : PROVED, REFUTED or UNDECIDED.
    why : what is true instead, or why it is not decided; None where it is proved.
    rules : the rules by which the checker proved its certificates again.
    certificates : those in which the proof ended.
    seconds : wall time.
    """

    name: str
    statement: str
    verdict: Verdict
    why: str | None
    rules: tuple[str, ...]
    certificates: tuple[dict, ...]
    seconds: float

    def as_dict(self) -> dict:
        """The entry of the JSON document."""
        verdict, seconds = str(self.verdict), round(self.seconds, 3)
        return {
            "name": self.name,
            "statement": self.statement,
            "verdict": verdict,
            "seconds": seconds,
            "rules": list(self.rules),
            "why": self.why,
        }


def claim(holds: bool, otherwise: str) -> None:
    """Nothing, where something holds.

    Raises
    ------
    RefutedError
        It does not; the message is `otherwise`.
    """
    if not holds:
        raise RefutedError(otherwise)


def theorem_names() -> tuple[str, ...]:
    """The names of all theorems, in the order of their list.

    Raises
    ------
    InputError
        The folder is not there: this is no checkout.
    """
    return _package().THEOREMS


def theorem(name: str) -> ModuleType:
    """The module of a theorem.

    Raises
    ------
    InputError
        There is none of this name, or no folder of theorems.
    """
    known = theorem_names()
    if name not in known:
        raise InputError(f"{name!r} is no theorem{nearest(name, known) or ': they are ' + ', '.join(known)}")
    return import_module(f"proofs.{name.replace('-', '_')}")


def _package() -> ModuleType:
    source = FOLDER / "__init__.py"
    if not source.is_file():
        raise InputError(f"{FOLDER}: the theorems are not there: they are part of a checkout, not of an installation")
    known = sys.modules.get("proofs")
    if known is None or Path(known.__file__ or "").resolve() != source.resolve():
        spec = spec_from_file_location("proofs", source, submodule_search_locations=[str(FOLDER)])
        known = sys.modules["proofs"] = module_from_spec(spec)
        spec.loader.exec_module(known)
    return known


def statement_of(module: ModuleType) -> str:
    """The first paragraph of a theorem's docstring, on one line."""
    return " ".join(module.__doc__.strip().split("\n\n")[0].split())


def run_theorem(
    name: str, check: Callable[[dict], Sequence[str]], budget: float | None = DEFAULT, watch=None
) -> Outcome:
    """Run a theorem and its false neighbour, and have its certificates proved again.

    Parameters
    ----------
    name : of the theorem.
    check : the checker: certificate -> statements, each with its rule in brackets; `RefutedError` where it refuses.
    budget : seconds; None for no limit.
    watch : told of every stage.
    """
    module, start = theorem(name), perf_counter()
    certificates, rules = [], {}
    try:
        with limited(budget, watch):
            certificates = module.proof()
            for certificate in certificates:
                rules |= dict.fromkeys(found[1] for text in check(certificate) if (found := RULE.search(text)))
            _refute(module)
        verdict, why = Verdict.PROVED, None
    except RefutedError as error:
        verdict, why = Verdict.REFUTED, str(error)
    except UndecidedError as error:
        verdict, why = Verdict.UNDECIDED, str(error)
    seconds = perf_counter() - start
    return Outcome(name, statement_of(module), verdict, why, tuple(rules), tuple(certificates), seconds)


def _refute(module: ModuleType) -> None:
    try:
        module.control()
    except RefutedError:
        return
    raise RefutedError(f"the proof proves too much: its false neighbour was not refuted ({module.FALSE})")
