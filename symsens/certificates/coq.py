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
from symsens.rows.evidence import Identity, Steps

LIBRARY = Path(__file__).parent / "library"
MODULES = ("Numbers", "Fields", "Matrices", "Environments", "Features", "Certificate", "Motions", "Filtration")
FIELDS, STEPS = ("Fields",), ("Motions", "Filtration")
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


def coq_text(environment: Environment, nu: int, identity: Identity, steps: Steps | None, where: str) -> str:
    """The file for an environment whose neighbours move about a fixed centre.

    Parameters
    ----------
    steps : which null vectors are rigid and which are forced by symmetry; None where this is not said.
    where : file and atom that it comes from, for people.

    Raises
    ------
    InputError
        A field that the library does not read, or more tuples than the stated limit.
    """
    check_readable(environment, nu)
    n, k = environment.n, len(identity.right)
    kind, K, declared = _numbers(environment.field)
    left_out = (FIELDS if environment.field.degree == 1 else ()) + (STEPS if steps is None else ())
    modules = [name for name in MODULES if name not in left_out]
    (y, q), (metric, m) = environment.integer_positions, environment.integer_metric
    entry = _entries(environment.field)
    upper = " ".join(entry(metric[i][j]) for i in range(3) for j in range(i, 3))
    atoms = ";\n   ".join(f'("{z}", {_tuple(x, entry)})' for z, x in zip(environment.species, y))
    return f"""{_words(environment, nu, k, steps, where)}
{library_text(modules)}
Import List ZArith String.
Import ListNotations.
Import {" ".join(modules)}.
Local Open Scope Z_scope.

{declared}
(** The environment: {_units(q, m)}. *)
Definition X : environment {K} := Environment {K} (Metric {K} {upper})
  [{atoms}]%string.

(** The null vectors are the columns of V; row 3 j + c is coordinate c of neighbour j. *)
Definition V : list (list {kind}) :=
  {_rows(identity.vectors, entry)}.

(** Evidence: L P + V W = d I and W V = d I, P these rows of D. *)
Definition rows : list nat := [{"; ".join(map(str, identity.rows))}]%nat.
Definition d : {kind} := {entry(identity.scale)}.
Definition L : list (list {kind}) :=
  {_rows(identity.left, entry)}.
Definition W : list (list {kind}) :=
  {_rows(identity.right, entry)}.

Fact accepted : certified {K} {3 * n} {k} (D {K} X {nu}) V rows L W d = true.
Proof. vm_cast_no_check (eq_refl true). Qed.

(** What is proved: the {k} columns of V are independent, and the displacements that no polynomial feature of order {nu}
    sees are those w with d w = V c for some c. *)
Proposition null_space :
  (forall c, List.length c = {k}%nat -> apply {K} V c = zeros {K} {3 * n} -> c = zeros {K} {k}) /\\
  forall w, List.length w = {3 * n}%nat ->
    (unseen {K} X {nu} w <-> apply {K} (D {K} X {nu}) w = zeros {K} (List.length (D {K} X {nu}))) /\\
    (unseen {K} X {nu} w <-> exists c, List.length c = {k}%nat /\\ scale {K} d w = apply {K} V c).
Proof. exact (certificate {K} X {nu} V L W rows {k} d accepted). Qed.

{_steps_text(steps, nu, k, K, entry, n)}Print Assumptions {"null_space" if steps is None else "both"}.
"""


def _steps_text(steps: Steps | None, nu: int, k: int, K: str, entry, n: int) -> str:
    """The proposition about rigid and forced displacements."""
    if steps is None:
        return ""
    r, h = len(steps.axes), len(steps.axes) + len(steps.origins)
    map_of = lambda Q: "(" + ", ".join(_tuple(row, entry) for row in Q) + ")"
    axes = "; ".join(f"({entry(1)}, {_tuple(a, entry)})" for a in steps.axes)
    listed = lambda p: f"[{'; '.join(map(str, p))}]%nat"
    symmetries = ";\n   ".join(f"({entry(q)}, {map_of(Q)}, {listed(p)})" for q, Q, p in steps.generators)
    origins = "; ".join(f"({g}, ({j}, {c}))" for g, j, c in steps.origins)
    maps = ";\n   ".join(f"({entry(q)}, {map_of(Q)})" for q, Q in steps.maps)
    return f"""(** Evidence: axes of rotations; symmetries; which symmetry, moved neighbour and coordinate gives a
    column; three neighbours that span space, and maps of all permutations that keep species and dot products. *)
Definition steps : evidence {K} := Evidence {K}
  [{axes}]
  [{symmetries}]
  [{origins}]%nat
  {_tuple(steps.spanning or (0, 0, 0), str)}%nat
  [{maps}].

(** What is proved: the rigid displacements are made of the first {r} columns of V, what symmetry forces with them of
    the first {h}; so symmetry forces {h - r} more, and {k - h} are spurious. *)
Proposition steps_of_the_null_space :
  forall w, List.length w = {3 * n}%nat ->
    (rigid {K} X w <->
     exists c, List.length c = {r}%nat /\\ scale {K} d w = apply {K} (map (firstn {r}) V) c) /\\
    (forced {K} X w <->
     exists c, List.length c = {h}%nat /\\ scale {K} d w = apply {K} (map (firstn {h}) V) c).
Proof. apply (filtration {K} X {nu} V W L rows {k} d steps accepted). vm_cast_no_check (eq_refl true). Qed.

Definition both := conj null_space steps_of_the_null_space.
"""


def _rows(table, entry) -> str:
    return "[" + ";\n   ".join("[" + "; ".join(map(entry, row)) + "]" for row in table) + "]"


def _tuple(parts, entry) -> str:
    return f"({', '.join(map(entry, parts))})"


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
        f"Fact irreducible : {kind}_irreducible {powers} {m} = true.\nProof. vm_compute. reflexivity. Qed.\n"
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


def _words(environment: Environment, nu: int, k: int, steps: Steps | None, where: str) -> str:
    """What is claimed, in words, as a comment."""
    plain = lambda text: re.sub(r"[^A-Za-z0-9 _.,:/+^<>()-]|\(\*|\*\)", "?", printable(str(text)))
    n, row = environment.n, lambda numbers: "  ".join(map(plain, numbers))
    places = "\n".join(f"      {plain(z)}  {row(y)}" for z, y in zip(environment.species, environment.positions))
    metric = "\n".join(f"      {row(numbers)}" for numbers in environment.metric)
    centre, field = plain(environment.centre_species), plain(environment.field.name)
    read = ["Numbers", *FIELDS, "Environments", "Features", *(() if steps is None else STEPS)]
    definitions = ", ".join(name for name in read if environment.field.degree > 1 or name not in FIELDS)
    split = "" if steps is None else _split(len(steps.axes), len(steps.origins), k)
    return f"""(** {plain(where)}

    The centre {centre} is at the origin. Its {n} neighbours, over {field}, are at

{places}

    in a frame with the metric

{metric}

    Claim.  Of the {3 * n} displacements of the neighbours a space of dimension {k} is invisible to every polynomial
    feature of order nu = {nu}: sums over ordered tuples of {nu} neighbours of a polynomial, one for each sequence of
    species, in the dot products within the tuple.  It is spanned by the columns of V below.  So every Jacobian of such
    features has rank at most {3 * n - k}, and some have this rank.{split}

    Read the definitions of {definitions}, and the propositions at the end; then run

      coqc FILE.v

    with Coq 8.16.  It ends with "Closed under the global context": no axiom is used. *)
"""


def _split(rigid: int, forced: int, k: int) -> str:
    """How many dimensions each step has, in words."""
    rest = k - rigid - forced
    return f"""
    Of the {k} dimensions {rigid} are rotations, {forced} more are forced by symmetry, and {rest} are spurious."""
