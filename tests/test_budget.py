"""Time and memory: work ends when it should, says what it was at, keeps what it has proved, and nothing rings later."""

import contextlib
import signal
import threading
import time

import ase
import numpy as np
import pytest

from symsens import Environment, InputError, Structure, Verdict, certify
from symsens.budget import BudgetSpent, limited, memory_limit, need_memory, portion, stage, stop
from symsens.cli import main
from symsens.errors import UndecidedError

F1 = Environment(["H"] * 4, [(5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)], centre_species="C")


@pytest.fixture(autouse=True)
def unlimited():
    """Here budgets count."""


def spin(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sum(range(100))


def test_python_code_is_interrupted_and_the_message_says_where():
    start = time.monotonic()
    with pytest.raises(BudgetSpent, match="0.2 s were spent in a long sum"), limited(0.2):
        stage("a long sum")
        spin(20)
    assert time.monotonic() - start < 5 and issubclass(BudgetSpent, UndecidedError)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


def test_without_a_limit_nothing_is_interrupted():
    told = []
    with limited(None, told.append):
        stage("one")
        spin(0.3)
        stage("two")
    assert told == ["one", "two"]


def test_who_takes_it_for_another_error_meets_it_again():
    with pytest.raises(BudgetSpent), limited(0.1):
        with contextlib.suppress(UndecidedError):
            spin(5)
        spin(5)


def test_after_stop_nothing_rings_and_no_stage_begins():
    with limited(0.1):
        try:
            spin(5)
        except BudgetSpent:
            stop()
        spin(0.6)
        with pytest.raises(BudgetSpent):
            stage("another")


def test_a_portion_leaves_the_rest_of_the_time():
    with limited(20):
        with pytest.raises(BudgetSpent), portion(0.01):
            spin(5)
        stop()
        stage("the rest")  # goes on
        with pytest.raises(BudgetSpent), portion(0.01):  # and rings again
            spin(5)


def test_inner_limits_give_way_and_threads_have_none_of_alarms():
    with limited(20), limited(0.01):
        spin(0.2)
        stage("inside")
    ended = []

    def work():
        try:
            with limited(0.05):
                spin(0.2)
                stage("too late")
        except BudgetSpent:
            ended.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ended == [True]


def test_an_answer_out_of_time_keeps_its_bounds_and_is_never_proved(monkeypatch):
    spec = "power-spectrum:n_max=3,l_max=3"
    assert certify(F1, descriptor=spec, budget=None).filtration.rank == 8
    for name in ("midrad_jacobian", "ball_jacobian", "exact_multiples"):
        monkeypatch.setattr(f"symsens.search.truncation.{name}", lambda *_: spin(60))
    start = time.monotonic()
    result = certify(F1, descriptor=spec, budget=2)
    assert time.monotonic() - start < 30
    assert result.verdict is Verdict.UNDECIDED and result.filtration.rank is None and result.rule.name is None
    assert "rank of J: at least 0, at most 8; " in result.undecided
    assert "s were spent in the proof by exact closed form" in result.undecided


def test_memory_is_estimated_before_it_is_asked_for():
    assert memory_limit() <= 4e9
    need_memory(1e3, "a few numbers", "nothing")
    with pytest.raises(InputError, match="many numbers need about 1000000.0 GB of memory, .*: take fewer"):
        need_memory(1e15, "many numbers", "take fewer")


def test_too_many_neighbours_are_refused_in_one_line():
    crystal = Structure.from_ase(ase.Atoms("Cu", cell=np.eye(3) * 2.5, pbc=True), source="copper")
    with pytest.raises(InputError, match="copper: the dot products of .* neighbours need about .*: lower the cutoff"):
        crystal.environment(0, 35)
    rng = np.random.default_rng(0)
    places = np.unique(rng.integers(-30, 30, (950, 3)), axis=0)[:900].tolist()  # on a grid distances coincide
    cloud = Environment(["H"] * 900, places, "C", source="cloud")
    with pytest.raises(InputError, match="cloud: the derivatives of 900 neighbours' dot products need about"):
        certify(cloud)


def test_of_whole_structures_it_says_what_took_the_time(capsys, tmp_path):
    path, cell = tmp_path / "chain.extxyz", 200
    atoms = "".join(f"H {i} 0 0\n" for i in range(cell))
    path.write_text(f'{cell}\nLattice="{cell} 0 0 0 9 0 0 0 9" Properties=species:S:1:pos:R:3 pbc="T T T"\n{atoms}')
    arguments = ["certify", str(path), "--level", "set", "--cutoff", "20", "--budget", "0.05"]
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    out, err = capsys.readouterr()
    assert stopped.value.code == 3 and not err and "centre" not in out
    assert any(f"UNDECIDED: 0.05 s were spent in the {what}" in out for what in ("neighbours of", "isometries of"))
