"""Scans on a real PostgreSQL server, and by a real Dask cluster of separate processes."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from glob import glob
from pathlib import Path

import ase.io
import psycopg2
import pytest
from ase.build import molecule
from ase.db import connect

from symsens.scans.questions import Question
from symsens.scans.scanning import scan
from symsens.scans.tables import opened


def free_port():
    """A port of this machine that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def program(name):
    """Where a program of the server is: on the path, or where Debian puts it."""
    found = shutil.which(name) or next(iter(sorted(glob(f"/usr/lib/postgresql/*/bin/{name}"))), None)
    if not found:
        pytest.skip(f"{name} is missing: apt-get install postgresql")
    return found


@pytest.fixture(scope="module")
def server():
    """The URL of a PostgreSQL server of our own, run by a user that is not root."""
    home = Path(tempfile.mkdtemp())  # below pytest's own folder a user other than root may not look
    other = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    if other:
        shutil.chown(home, "postgres", "postgres")
    data, port = home / "data", free_port()
    run = lambda *command: subprocess.run([*other, *map(str, command)], check=True, capture_output=True, cwd=home)
    run(program("initdb"), "-D", data, "-U", "symsens", "--auth=trust", "--no-sync")
    options = f"-h 127.0.0.1 -p {port} -k {home} -c fsync=off"
    subprocess.run(
        [*other, program("pg_ctl"), "-D", data, "-o", options, "-l", home / "log", "-w", "start"],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=home,
    )
    yield f"postgresql://symsens:secret@127.0.0.1:{port}/postgres"
    run(program("pg_ctl"), "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(home)


@pytest.fixture
def trajectory(tmp_path):
    """Twelve frames of four atoms."""
    frames = [molecule("NH3") for _ in range(12)]
    for seed, atoms in enumerate(frames):
        atoms.rattle(0.1, seed=seed)
    ase.io.write(tmp_path / "set.extxyz", frames)
    return str(tmp_path / "set.extxyz")


def columns(database):
    """What can be selected on, row by row."""
    return [row.key_value_pairs for row in database.select()]


def test_a_postgresql_server_holds_the_same_table(server, trajectory, tmp_path):
    from symsens.checker import check, load

    first = scan([trajectory], server)
    assert (first.proved, first.failed, first.new) == (48, 0, 48)
    again = scan([trajectory, "ase:CH4"], server)
    assert (again.proved, again.new) == (53, 5)
    scan([trajectory, "ase:CH4"], str(tmp_path / "r.db"))
    assert columns(connect(server)) == columns(connect(str(tmp_path / "r.db")))
    (certificate,) = load(connect(server).get(file="ase:CH4", centre=0).data["certificate"])
    check(certificate)


def test_rows_of_a_task_are_written_together_or_not_at_all(server, tmp_path):
    from symsens.scans.answers import Row, Task

    admin = psycopg2.connect(server)
    admin.autocommit = True
    admin.cursor().execute("CREATE DATABASE other")
    admin.close()
    good = Row("a.xyz", 0, 0, {"verdict": "PROVED"})
    bad = Row("a.xyz", 0, 1, {"verdict": object()})
    for out in (str(tmp_path / "r.db"), server.replace("/postgres", "/other")):
        with pytest.raises(ValueError, match="Bad value"), opened(out, Question()) as table:
            table.write([(Task("a.xyz", 0), [good, bad])])
        assert not columns(connect(out))
        with opened(out, Question()) as table:
            table.write([(Task("a.xyz", 0), [good])])
        assert len(columns(connect(out))) == 1


@pytest.fixture
def cluster(tmp_path):
    """The address of a Dask scheduler, and its two workers, each a process of its own."""
    port, started = free_port(), []
    address = f"tcp://127.0.0.1:{port}"
    run = lambda *command: started.append(
        subprocess.Popen([sys.executable, "-m", *command], cwd=tmp_path, stderr=subprocess.DEVNULL)
    )
    run("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show")
    worker = ("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny")
    for _ in range(2):
        run(*worker)
    yield address, started[1:], lambda: run(*worker)
    for process in started:
        process.kill()
        process.wait()


def test_a_dask_cluster_writes_the_table_of_one_process_and_survives_a_worker(cluster, trajectory, tmp_path):
    from distributed import Client

    address, workers, another = cluster
    client = Client(address, set_as_default=False)
    client.wait_for_workers(2, timeout=60)
    client.close()
    here, there = tmp_path / "here.db", tmp_path / "there.db"
    told = []

    def kill_one_half_way(rows):
        told.append(rows)
        if len(told) == 1:
            workers[0].send_signal(signal.SIGKILL)

    found = scan([trajectory], str(there), scheduler=address, told=kill_one_half_way)
    assert (found.proved, found.failed) == (48, 0)
    assert workers[0].wait(10) == -signal.SIGKILL
    scan([trajectory], str(here))
    assert columns(connect(str(here))) == columns(connect(str(there)))
