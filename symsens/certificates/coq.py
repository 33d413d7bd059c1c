"""A file for Coq: the library of proofs/coq, one environment, and the identity that decides its null space.

Law: a pure function of what was found. What the file says is in its theorem, from the positions on; Coq's kernel proves
it or refuses the file, and nothing of symsens is believed.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from flint import fmpz

from symsens.certificates.exact import printable
from symsens.errors import InputError
from symsens.geometry.environment import Environment
from symsens.numbers.number_field import Algebraic, NumberField
from symsens.rows.evidence import Identity

LIBRARY = Path(__file__).parent / "library"
MODULES = ("Numbers", "Matrices", "Environments", "Features", "Certificate")
FIELDS = ("Numbers", "Fields", *MODULES[1:])
KINDS = {2: "quadratic", 3: "cubic"}
MAX_RESIDUES = {2: 31, 3: 11}  # of a coefficient: all products of two residues are looked at
MAX_TUPLES = 2000
LONG = 10**15


def library_text(names: Sequence[str]) -> str:
    """Files of the library as one text: each a module, what it uses of Coq's standard library named at the top."""
    wanted, modules = [], []
    for name in names:
        text = (LIBRARY / f"{name}.v").read_text()
        (used,) = re.findall(r"^From Coq Require Import (.*)\.$", text, re.MULTILINE)
        wanted += [part for part in used.split() if part not in wanted]
        text = text.replace(f"From Coq Require Import {used}.", f"Import {used}.")
        text = re.sub(r"^Require Import ", "Import ", text, flags=re.MULTILINE)
        modules.append(f"Module {name}.\n{text}End {name}.\n")
    return f"From Coq Require {' '.join(wanted)}.\n\n" + "\n".join(modules)


def coq_text(environment: Environment, nu: int, identity: Identity, where: str) -> str:
    """The file for an environment whose neighbours move about a fixed centre.

    Parameters
    ----------
    where : file and atom that it comes from, for people.

    Raises
    ------
    InputError
        A field that the library does not read, or more tuples than the stated limit.
    """
    check_readable(environment, nu)
    n, k = environment.n, len(identity.right)
    kind, numbers, declared = _numbers(environment.field)
    modules = MODULES if environment.field.degree == 1 else FIELDS
    (y, q), (metric, m) = environment.integer_positions, environment.integer_metric
    entry = _entries(environment.field)
    rows = lambda table: "[" + ";\n   ".join("[" + "; ".join(map(entry, row)) + "]" for row in table) + "]"
    upper = " ".join(entry(metric[i][j]) for i in range(3) for j in range(i, 3))
    atoms = ";\n   ".join(f'("{z}", ({", ".join(map(entry, x))}))' for z, x in zip(environment.species, y))
    return f"""{_words(environment, nu, k, where)}
{library_text(modules)}
Import List ZArith String.
Import ListNotations.
Import {" ".join(modules)}.
Local Open Scope Z_scope.

{declared}
(** The environment: {_units(q, m)}. *)
Definition X : environment {numbers} := Environment {numbers} (Metric {numbers} {upper})
  [{atoms}]%string.

(** The null vectors are the columns of V; row 3 j + c is coordinate c of neighbour j. *)
Definition V : list (list {kind}) :=
  {rows(identity.vectors)}.

(** Evidence: L P + V W = d I and W V = d I, P these rows of D. *)
Definition rows : list nat := [{"; ".join(map(str, identity.rows))}]%nat.
Definition d : {kind} := {entry(identity.scale)}.
Definition L : list (list {kind}) :=
  {rows(identity.left)}.
Definition W : list (list {kind}) :=
  {rows(identity.right)}.

(** What is proved: the {k} columns of V are independent, and the displacements that no polynomial feature of order {nu}
    sees are those w with d w = V c for some c. *)
Proposition null_space :
  (forall c, List.length c = {k}%nat -> apply {numbers} V c = zeros {numbers} {3 * n} -> c = zeros {numbers} {k}) /\\
  forall w, List.length w = {3 * n}%nat ->
    (unseen {numbers} X {nu} w <->
     apply {numbers} (D {numbers} X {nu}) w = zeros {numbers} (List.length (D {numbers} X {nu}))) /\\
    (unseen {numbers} X {nu} w <->
     exists c, List.length c = {k}%nat /\\ scale {numbers} d w = apply {numbers} V c).
Proof. apply (certificate {numbers} X {nu} V L W rows {k} d). vm_cast_no_check (eq_refl true). Qed.

Print Assumptions null_space.
"""


def check_readable(environment: Environment, nu: int) -> None:
    """Refuse what no file can be written of.

    Raises
    ------
    InputError
        A field that the library does not read, more tuples than the stated limit, or a species that is no plain name.
    """
    if environment.n**nu > MAX_TUPLES:
        raise InputError(
            f"{environment.n} neighbours at order nu = {nu}: a file for Coq has at most {MAX_TUPLES} tuples"
        )
    for species in environment.species:
        if not re.fullmatch("[A-Za-z0-9_+-]{1,40}", species):
            raise InputError(f"species {species!r:.60}: a file for Coq has letters and digits only")
    if environment.field.degree > 1:
        _modulus(environment.field)


def _modulus(field: NumberField) -> int:
    """A small prime modulo which the polynomial of the field is irreducible."""
    coefficients = field.polynomial[:-1]
    if field.degree not in KINDS:
        raise InputError(f"{field.name} has degree {field.degree}: a file for Coq has fields of degree 2 or 3 only")
    limit = MAX_RESIDUES[field.degree]
    for m in (m for m in range(2, limit + 1) if fmpz(m).is_prime()):
        # of degree 2 or 3: irreducible if it has no root
        if all((sum(c * x**i for i, c in enumerate(coefficients)) + x**field.degree) % m for x in range(m)):
            return m
    raise InputError(
        f"{field.name}: its polynomial has a root modulo every prime up to {limit}: no file for Coq is written"
    )


def _numbers(field) -> tuple[str, str, str]:
    """Type and name of the numbers of a field, and the text that declares them."""
    if field.degree == 1:
        return "Z", "integers", ""
    kind, m = KINDS[field.degree], _modulus(field)
    powers = " ".join(_integer(-c) for c in field.polynomial[:-1])
    text = " + ".join(f"({-c}) c^{i}" for i, c in enumerate(field.polynomial[:-1]))
    return (
        kind,
        "numbers",
        f"(** The numbers: those of Z[c], c^{field.degree} = {text}, by their coefficients. *)\n"
        f"Lemma irreducible : {kind}_irreducible {powers} {m} = true.\nProof. vm_compute. reflexivity. Qed.\n"
        f"Definition numbers : domain := {kind}_numbers {powers} {m} irreducible.\n",
    )


def _entries(field):
    """How a number of the field is written."""
    if field.degree == 1:
        return _integer

    def entry(x) -> str:
        parts = x.numerators if isinstance(x, Algebraic) else (x, *[0] * (field.degree - 1))
        return f"({', '.join(map(_integer, parts))})"

    return entry


def _integer(x: int) -> str:
    """Long ones as hexadecimals, which Coq reads several times faster."""
    text = str(x) if abs(x) < LONG else hex(x)
    return f"({text})" if x < 0 else text


def _units(q: int, m: int) -> str:
    parts = [text for value, text in ((q, f"positions times {q}"), (m, f"the metric times {m}")) if value != 1]
    return ", ".join(parts) or "positions and metric as they are"


def _words(environment: Environment, nu: int, k: int, where: str) -> str:
    """What is claimed, in words, as a comment."""
    plain = lambda text: re.sub(r"[^A-Za-z0-9 _.,:/+^<>()-]|\(\*|\*\)", "?", printable(str(text)))
    n, row = environment.n, lambda numbers: "  ".join(map(plain, numbers))
    places = "\n".join(f"      {plain(z)}  {row(y)}" for z, y in zip(environment.species, environment.positions))
    metric = "\n".join(f"      {row(numbers)}" for numbers in environment.metric)
    centre, field = plain(environment.centre_species), plain(environment.field.name)
    definitions = "Numbers, Fields" if environment.field.degree > 1 else "Numbers"
    return f"""(** {plain(where)}

    The centre {centre} is at the origin. Its {n} neighbours, over {field}, are at

{places}

    in a frame with the metric

{metric}

    Claim.  Of the {3 * n} displacements of the neighbours a space of dimension {k} is invisible to every polynomial
    feature of order nu = {nu}: sums over ordered tuples of {nu} neighbours of a polynomial, one for each sequence of
    species, in the dot products within the tuple.  It is spanned by the columns of V below.  So every Jacobian of such
    features has rank at most {3 * n - k}, and some have this rank.

    Read the definitions of {definitions}, Environments and Features, and the proposition at the end; then run

      coqc FILE.v

    with Coq 8.16.  It ends with "Closed under the global context": no axiom is used. *)
"""
