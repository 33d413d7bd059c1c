"""Whole data sets: the table, that nothing is lost, that a failure is a row."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator
from ase.db import connect

import symsens.scans.answers
from symsens.cli import main
from symsens.errors import InputError
from symsens.scans.forces import blind_forces
from symsens.scans.questions import Question
from symsens.scans.scanning import scan
from symsens.scans.streams import size_of, tasks

UNCOMPARED = {"id", "unique_id", "ctime", "mtime", "user", "calculator_parameters"}


def rattled(count, name="NH3"):
    """Frames of a molecule, each a little different."""
    frames = [molecule(name) for _ in range(count)]
    for seed, atoms in enumerate(frames):
        atoms.rattle(0.1, seed=seed)
    return frames


@pytest.fixture
def trajectory(tmp_path):
    """Eight frames of four atoms, one of which has two atoms at one place, and a cut-off last line."""
    path = tmp_path / "set.extxyz"
    frames = rattled(8)
    frames[3].positions[1] = frames[3].positions[0]
    ase.io.write(path, frames)
    return str(path)


def table(out):
    """All rows but what differs from run to run."""
    rows = connect(str(out)).select()
    return [
        (
            *row.positions.ravel(),
            *sorted(row.key_value_pairs.items()),
            json.dumps(row.data, default=str, sort_keys=True),
        )
        for row in rows
    ]


def run(*arguments):
    """Exit code of the command."""
    with pytest.raises(SystemExit) as stop:
        main(list(map(str, arguments)))
    return stop.value.code


def test_every_environment_has_a_row_with_its_certificate(trajectory, tmp_path):
    from symsens.checker import check, load

    out = tmp_path / "r.db"
    found = scan([trajectory, "ase:CH4"], str(out))
    assert (found.proved, found.undecided, found.failed, found.new) == (7 * 4 + 5, 0, 1, 34)
    assert found.reasons[0][0].endswith("remove one of them")
    database = connect(str(out))
    centre = database.get(file="ase:CH4", centre=0)
    assert (centre.rank, centre.symmetry, centre.incompleteness, centre.point_group) == (1, 8, 0, "Td")
    assert centre.formula == "CH4"
    for row in database.select(verdict="PROVED"):
        (certificate,) = load(row.data["certificate"])
        check(certificate)
    failed = database.get(verdict="FAILED")
    assert (failed.frame, failed.centre) == (3, -1)


def test_congruent_environments_are_certified_once(tmp_path, monkeypatch):
    asked = []
    once = symsens.scans.answers.certify
    monkeypatch.setattr(symsens.scans.answers, "certify", lambda *a, **k: asked.append(a) or once(*a, **k))
    (task,) = tasks(["ase:CH4"], Question())
    rows = symsens.scans.answers.answer(Question(nu=3), task)
    assert len(asked) < 5 and len(rows) == 5  # the exact decimals of the file leave some of the hydrogens congruent
    assert len({json.dumps(row.columns) for row in rows[1:]}) == 1


def test_the_same_command_again_asks_nothing(trajectory, tmp_path):
    out = str(tmp_path / "r.db")
    first = scan([trajectory], out)
    before = table(out)
    again = scan([trajectory], out)
    assert (again.new, again.proved) == (0, first.proved)
    assert table(out) == before


def test_two_processes_write_the_table_of_one(trajectory, tmp_path):
    one, two = tmp_path / "1.db", tmp_path / "2.db"
    scan([trajectory], str(one))
    scan([trajectory], str(two), workers=2)
    assert table(one) == table(two)


@pytest.mark.parametrize("times", [3, pytest.param(10, marks=pytest.mark.soak)])
def test_what_is_killed_goes_on_where_it_was(tmp_path, times):
    """At random moments, with kill -9 and Ctrl-C in turn; the table is that of an undisturbed run."""
    path, out, calm = tmp_path / "set.extxyz", tmp_path / "r.db", tmp_path / "calm.db"
    ase.io.write(path, rattled(120 * times))
    scan([str(path)], str(calm))
    command = [sys.executable, "-m", "symsens", "scan", str(path), "--out", str(out)]
    chance, rows = random.Random(times), 0
    for i in range(times):
        started = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        wanted = rows + chance.randrange(1, 80)
        while written(out) < wanted and started.poll() is None:
            time.sleep(0.01)
        assert started.poll() is None
        if i % 2:
            started.send_signal(signal.SIGINT)
        else:
            os.killpg(started.pid, signal.SIGKILL)
        assert started.wait(30) != 0
        assert rows < (rows := written(out)) < 480 * times
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert table(out) == table(calm)


def written(out):
    """The number of rows."""
    try:
        return connect(str(out), use_lock_file=False).count() if out.exists() else 0
    except sqlite3.OperationalError:  # it has no table yet
        return 0


def test_a_task_that_kills_its_worker_fails_and_the_others_do_not():
    """A worker killed by a task: the task is a failure, all others are answered."""
    from symsens.scans.workers import WorkerDied, in_order, processes

    with processes(2, "symsens.errors") as (submit, window):
        found = dict(in_order(_die_at_five, range(12), submit, window))
    assert isinstance(found.pop(5), WorkerDied)
    assert found == {i: i * i for i in range(12) if i != 5}


def _die_at_five(i):
    if i == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return i * i


def test_a_bug_is_a_row(tmp_path, monkeypatch):
    monkeypatch.setattr(symsens.scans.answers, "certify", lambda *a, **k: 1 / 0)
    (task,) = tasks(["ase:CH4"], Question())
    rows = symsens.scans.answers.answer(Question(), task)
    assert {row.columns["verdict"] for row in rows} == {"FAILED"}
    assert rows[0].data["reason"].startswith("ZeroDivisionError")


def test_another_question_or_another_file_is_refused(trajectory, tmp_path):
    out = str(tmp_path / "r.db")
    scan(["ase:CH4"], out)
    with pytest.raises(InputError, match="another question .nu None, not 3."):
        scan(["ase:CH4"], out, Question(nu=3))
    other = str(tmp_path / "other.db")
    connect(other).write(Atoms("H"))
    with pytest.raises(InputError, match="something else"):
        scan(["ase:CH4"], other)
    (tmp_path / "text.db").write_text("no database at all, but a text that is long enough to be read as one" * 20)
    with pytest.raises(InputError, match="cannot be used"):
        scan(["ase:CH4"], str(tmp_path / "text.db"))


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["missing.xyz", "--out", "r.db"], "missing.xyz: no such file"),
        (["ase:CH4", "--out", "r.txt"], "NAME.db"),
        (["ase:CH4", "--out", "nowhere/r.db"], "no such directory"),
        (["ase:CH4", "--out", "r.db", "--descriptor", "soup"], "soup"),
        (["ase:CH4", "--out", "r.db", "--level", "set", "--clearance"], "leave clearance out"),
        (["ase:CH4", "--out", "r.db", "--scheduler", "tcp://127.0.0.1:1"], "no Dask scheduler answers"),
        (["ase:CH4", "--out", "postgresql://me:secret@127.0.0.1:1/x"], "cannot be used"),
    ],
)
def test_bad_input_is_one_line(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run("scan", *arguments) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1 and "secret" not in error


def test_a_trajectory_that_ends_in_rubbish_keeps_what_came_before(tmp_path):
    path = tmp_path / "set.extxyz"
    ase.io.write(path, rattled(3))
    path.write_text(path.read_text() + "4\nrubbish\nH 0 0\n")
    found = scan([str(path), "ase:CH4"], str(tmp_path / "r.db"))
    assert (found.proved, found.failed) == (3 * 4 + 5, 1)


def test_the_number_of_atoms_is_known_beforehand(trajectory, tmp_path):
    assert size_of([trajectory]) == 32
    assert size_of([trajectory, "ase:CH4"]) is None


def test_the_command_prints_counts_and_the_worst(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ase.io.write("f1.extxyz", Atoms("CH4", [(0, 0, 0), (5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)]))
    assert run("scan", "f1.extxyz", "--out", "r.db", "--clearance") == 0
    printed = capsys.readouterr().out
    assert "5 rows in r.db, 5 of them new: 5 PROVED" in printed
    assert "1 at f1.extxyz frame 0, centre 0" in printed
    row = connect("r.db").get(centre=0)
    assert row.clearance == 0 and row.incompleteness == 1
    assert run("scan", "f1.extxyz", "--out", "r.db", "--clearance", "--json") == 0
    assert json.loads(capsys.readouterr().out)["spurious"][0] == ["f1.extxyz", 0, 0, 1]


def test_a_descriptor_in_a_crystal(tmp_path):
    path = tmp_path / "cu.extxyz"
    ase.io.write(path, bulk("Cu", cubic=True))
    question = Question(descriptor="acsf:cutoff=3")
    scan([str(path)], str(tmp_path / "r.db"), question)
    row = connect(str(tmp_path / "r.db")).get(centre=0)
    assert (row.n_neighbours, row.point_group) == (12, "Oh")
    assert row.smallest_singular_value > 0


class TestBlindForces:
    """Forces in a null space that is proved."""

    def test_forces_of_a_symmetric_structure_have_no_part_in_the_symmetry_null_space(self, tmp_path):
        atoms = molecule("CH4")
        atoms.calc = EMT()
        atoms.calc = SinglePointCalculator(atoms, forces=atoms.get_forces())
        ase.io.write(tmp_path / "ch4.extxyz", atoms)
        found = scan([str(tmp_path / "ch4.extxyz")], str(tmp_path / "r.db"), Question(level="set"))
        row = connect(str(tmp_path / "r.db")).get(id=1)
        assert found.proved == 1 and row.force > 0.1
        assert max(row.force_rigid, row.force_symmetry) < 1e-12 and row.force_spurious == 0

    def test_noise_is_seen(self, tmp_path):
        atoms = molecule("CH4")
        forces = np.zeros((5, 3))
        forces[0] = 0.3, 0.0, 0.0  # a net force
        atoms.calc = SinglePointCalculator(atoms, forces=forces)
        ase.io.write(tmp_path / "ch4.extxyz", atoms)
        scan([str(tmp_path / "ch4.extxyz")], str(tmp_path / "r.db"), Question(level="set"))
        row = connect(str(tmp_path / "r.db")).get(id=1)
        assert row.force == pytest.approx(0.3)
        assert row.force_rigid == pytest.approx(0.3 / np.sqrt(5))
        assert np.hypot(row.force_rigid, row.force_symmetry) == pytest.approx(0.3)

    def test_a_force_along_a_null_vector_is_all_blind(self):
        from symsens import Structure, certify

        atoms = molecule("H2O")
        result = certify(Structure.from_ase(atoms), level="set", nu=1)
        for level, name in (("rigid", "force_rigid"), ("symmetry", "force_symmetry")):
            for level_found in result.filtration.levels:
                if level_found.name == level and level_found.vectors:
                    forces = np.array(list(map(float, level_found.vectors[0]))).reshape(-1, 3)
                    atoms.calc = SinglePointCalculator(atoms, forces=forces)
                    found = blind_forces(result, atoms)
                    inside = np.hypot(found["force_rigid"], found["force_symmetry"])
                    assert inside == pytest.approx(found["force"]) and name in found

    def test_without_forces_there_are_no_columns(self, tmp_path):
        scan(["ase:CH4"], str(tmp_path / "r.db"), Question(level="sum"))
        assert "force" not in connect(str(tmp_path / "r.db")).get(id=1).key_value_pairs


def test_a_full_disk_is_one_line_and_what_was_written_stays(trajectory, tmp_path):
    """No file may grow beyond a size: what SQLite then meets is what it meets on a full disk."""
    out = tmp_path / "r.db"
    scan(["ase:CH4"], str(out))
    before = table(out)
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2);"
        "from symsens.cli import main; main(sys.argv[2:])"
    )
    size = out.stat().st_size + 8192
    arguments = ["scan", "ase:CH4", trajectory, trajectory.replace("set", "./set"), "--out", str(out)]
    done = subprocess.run([sys.executable, "-c", code, str(size), *arguments], capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "cannot be used" in done.stderr, done.stderr
    assert table(out)[: len(before)] == before
    scan(["ase:CH4", trajectory], str(out))  # with room again it goes on
    assert len(table(out)) == 5 + 29


def test_a_folder_that_nobody_may_write_is_one_line(refused):
    assert "cannot be" in refused("scan", "ase:CH4", "--out", "/proc/r.db")
