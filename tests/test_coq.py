"""Files for Coq: where coqc is there it accepts what is true and refuses what is not; elsewhere the identity is
multiplied out by hand."""

import re
import shutil
import subprocess
from itertools import combinations_with_replacement, product
from pathlib import Path

import pytest

from symsens import Environment, certify
from symsens.certificates.coq import LIBRARY, MODULES, library_text
from symsens.cli import main
from symsens.errors import InputError
from symsens.geometry.environment import Structure
from symsens.jobs.coq_files import coq_file
from symsens.numbers.declared import number_field

METHANE = Environment(["H"] * 4, [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)], "C")
F1 = Environment(["H"] * 4, [(5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)], "C")
HEPTAGON = Path(__file__).parent.parent / "examples" / "heptagon.env.json"
needs_coq = pytest.mark.skipif(shutil.which("coqc") is None, reason="coqc is not installed")


def coqc(folder, text):
    """What coqc says of a file."""
    (folder / "claim.v").write_text(text)
    return subprocess.run(["coqc", "claim.v"], cwd=folder, capture_output=True, text=True)


def numbers(text, name):
    """The integers of a definition of a file, as nested lists."""
    body = re.search(rf"^Definition {name} [^=]*:=\s*([^.]*)\.", text, re.MULTILINE).group(1)
    return eval(body.replace("%nat", "").replace(";", ","))


def dense_rows(env, nu):
    """D_nu by definition: classes by sorting out all tuples, in the order of their last tuples."""
    y, metric = env.integer_positions[0], env.integer_metric[0]
    dot = lambda a, b: sum(a[i] * metric[i][j] * b[j] for i in range(3) for j in range(3))
    between, classes = list(combinations_with_replacement(range(nu), 2)), {}
    for tau in product(range(env.n), repeat=nu):
        key = tuple(env.species[j] for j in tau), tuple(dot(y[tau[a]], y[tau[b]]) for a, b in between)
        classes.setdefault(key, []).append(tau)
    for members in sorted(classes.values(), key=lambda members: members[-1]):
        for a, b in between:
            row = [0] * (3 * env.n)
            for tau in members:
                for c in range(3):
                    unit = [int(i == c) for i in range(3)]
                    row[3 * tau[a] + c] += dot(unit, y[tau[b]])
                    row[3 * tau[b] + c] += dot(unit, y[tau[a]])
            yield row


def multiply(a, b, width):
    return [[sum(x * b[k][j] for k, x in enumerate(row)) for j in range(width)] for row in a]


@pytest.mark.parametrize("env, nu", [(METHANE, 2), (F1, 2), (F1, 3)], ids=["methane", "F1", "F1 at 3"])
def test_the_identity_in_the_file_holds(env, nu):
    text = coq_file(certify(env, nu))
    V, rows, L, W, d = (numbers(text, name) for name in ("V", "rows", "L", "W", "d"))
    D, m, k = list(dense_rows(env, nu)), 3 * env.n, len(W)
    assert not any(x for row in multiply(D, V, k) for x in row)
    P = [D[i] for i in rows]
    left, right = multiply(L, P, m), multiply(V, W, m)
    assert all(left[i][j] + right[i][j] == (d if i == j else 0) for i in range(m) for j in range(m))
    assert multiply(W, V, k) == [[d if i == j else 0 for j in range(k)] for i in range(k)]


def test_the_library_assumes_nothing():
    forbidden = re.compile(r"\b(Axiom|Parameter|Conjecture|Admitted|admit|Abort|Unset|bypass_check|Reals)\b")
    assert {path.stem for path in LIBRARY.glob("*.v")} >= set(MODULES)
    for path in LIBRARY.glob("*.v"):
        assert not forbidden.search(path.read_text()), path


@needs_coq
def test_no_pattern_of_four_neighbours_has_a_gap_at_3(tmp_path):
    done = coqc(tmp_path, (LIBRARY / "Atlas.v").read_text())
    assert done.returncode == 0 and done.stdout == "Closed under the global context\n" * 2


@needs_coq
def test_methane_is_accepted_without_axioms(tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["certify", "ase:CH4", "--centre", "0", "--coq", str(tmp_path / "claim.v")])
    assert stop.value.code == 0 and "check it with `coqc" in capsys.readouterr().out
    done = coqc(tmp_path, (tmp_path / "claim.v").read_text())
    assert done.returncode == 0 and done.stdout == "Closed under the global context\n"


def _another_null_vector(text):
    return re.sub(r"(Definition V [^=]*:=\n  \[\[)(\S+?);", lambda m: f"{m.group(1)}({m.group(2)}+1);", text)


def _another_position(text):
    return text.replace('("H", (5, 0, 1))', '("H", (5, 1, 1))')


def _a_missing_row(text):
    """The last pivot row, and the column of L for it, are left out."""
    rows, left = numbers(text, "rows")[:-1], [row[:-1] for row in numbers(text, "L")]
    text = re.sub(r"(Definition rows [^=]*:=)[^.]*\.", rf"\1 [{'; '.join(map(str, rows))}]%nat.", text)
    table = "; ".join("[" + "; ".join(f"({x})" for x in row) + "]" for row in left)
    return re.sub(r"(Definition L [^=]*:=)[^.]*\.", rf"\1 [{table}].", text)


def _a_null_vector_less(text):
    """V and W without the spurious vector: still null, still independent, no longer all."""
    for name in ("V", "W"):
        table = numbers(text, name)
        table = [row[:-1] for row in table] if name == "V" else table[:-1]
        written = "; ".join("[" + "; ".join(f"({x})" for x in row) + "]" for row in table)
        text = re.sub(rf"(Definition {name} [^=]*:=)[^.]*\.", rf"\1 [{written}].", text)
    return (
        text.replace("certified integers 12 4", "certified integers 12 3")
        .replace("4%nat", "3%nat")
        .replace("rows 4 d", "rows 3 d")
        .replace("zeros integers 4", "zeros integers 3")
    )


def _another_axis(text):
    return text.replace("[(1, (1, 0, 0));", "[(1, (2, 0, 0));")


def _an_axis_less(text):
    """One rotation is passed off as no rotation."""
    text = text.replace("; (1, (0, 0, 1))]", "]")
    return text.replace("List.length c = 3%nat", "List.length c = 2%nat").replace("firstn 3", "firstn 2")


def _a_missing_map(text):
    return text.replace("\n  [(1, ((1, 0, 0), (0, 1, 0), (0, 0, 1)))]", "\n  []")


ACCEPTED, STEPS = "Fact accepted", "Proposition steps_of_the_null_space"
CONTROLS = [
    (_another_null_vector, ACCEPTED),
    (_another_position, ACCEPTED),
    (_a_missing_row, ACCEPTED),
    (_a_null_vector_less, ACCEPTED),
    (_another_axis, STEPS),
    (_an_axis_less, STEPS),
    (_a_missing_map, STEPS),
]


@needs_coq
def test_coqc_accepts_what_is_true_and_refuses_what_is_not(tmp_path):
    """The library is compiled once for all of them."""
    (tmp_path / "library.v").write_text(library_text(MODULES))
    subprocess.run(["coqc", "library.v"], cwd=tmp_path, check=True, capture_output=True)
    short = lambda text: "Require Import library.\n" + text[text.index("Import List ZArith String.") :]
    positions = [(3, 0, 0), (1, 2, 0), (-2, 1, 0), (1, -4, 0)]
    coplanar = Environment(["H"] * 4, positions, 'C *) Axiom x : False. "', source='a *) " (* b')
    for env, nu in ((Structure.read(str(HEPTAGON)).environment(0), 3), (coplanar, 2), (F1, 2)):
        text = coq_file(certify(env, nu))
        done = coqc(tmp_path, short(text).replace("Import List", f"{text[: text.index('From Coq')]}\nImport List", 1))
        assert done.returncode == 0 and done.stdout == "Closed under the global context\n", done.stderr
    for change, refused in CONTROLS:
        altered = short(change(text))
        assert altered != short(text), change
        done = coqc(tmp_path, altered)
        lines = altered.splitlines()
        start = next(i for i, line in enumerate(lines, 1) if line.startswith(refused))
        end = next(i for i, line in enumerate(lines, 1) if i > start and line.startswith("Proof."))
        assert done.returncode != 0 and f"line {end}," in done.stderr and not done.stdout, (change, done.stderr)


def test_steps_that_the_library_does_not_see_are_left_out():
    env = Environment(["H"] * 3, [(1, 0, 0), (0, 2, 0), (3, 1, 0)], "C")
    text = coq_file(certify(env, 1))
    assert "steps_of_the_null_space" not in text and "Module Filtration" not in text and "spurious" not in text
    assert "steps_of_the_null_space" in coq_file(certify(env, 2))


@pytest.mark.parametrize(
    "arguments, said",
    [
        ("ase:CH4", "--coq is about one environment, 5 are asked for: give --centre"),
        ("ase:CH4 --centre 0 --vary atoms", "leave --vary out"),
        ("ase:CH4 --centre 0 --chiral", "leave --chiral out"),
        ("ase:CH4 --level sum", "leave --level out"),
        ("ase:CH4 --centre 0 --descriptor g2:eta=1", "leave --descriptor out"),
        ("ase:C6H6 --centre 0 --nu 4", "11 neighbours at order nu = 4: a file for Coq has at most 2000 tuples"),
    ],
)
def test_what_no_file_is_written_of_is_refused_in_one_line(arguments, said, tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["certify", *arguments.split(), "--coq", str(tmp_path / "claim.v")])
    err = capsys.readouterr().err
    assert stop.value.code == 2 and said in err and len(err.splitlines()) == 1
    assert not (tmp_path / "claim.v").exists()


@pytest.mark.parametrize(
    "field, said",
    [("QQ<sqrt(2),sqrt(3)>", "degree 4"), ("QQ<sqrt(515761)>", "a root modulo every prime up to 31")],
)
def test_fields_that_the_library_does_not_read_are_refused(field, said):
    env = Environment(["H"], [(1, 0, 0)], "C", field=number_field(field))
    with pytest.raises(InputError, match=said):
        coq_file(certify(env))


def test_a_species_that_would_end_a_string_is_refused():
    env = Environment(['H"; Axiom'], [(1, 0, 0)], "C")
    with pytest.raises(InputError, match="letters and digits only"):
        coq_file(certify(env))
