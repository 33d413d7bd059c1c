"""What all tests share: Hypothesis profiles, one BLAS thread per process, the command line.

Profiles: "quick" for developers, "thorough" (many examples, the same ones every time) where CI=true, "soak" for
`make soak`. HYPOTHESIS_PROFILE=quick, thorough or soak chooses one by name.
"""

import os

# Before NumPy is imported: pytest-xdist keeps every core busy, and threads of BLAS would fight over them.
for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

from symsens.budget import limited  # noqa: E402

settings.register_profile("quick", deadline=None, max_examples=25)
settings.register_profile("thorough", deadline=None, max_examples=100, derandomize=True)
settings.register_profile("soak", deadline=None, max_examples=500)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("thorough" if os.environ.get("CI") == "true" else "quick")
)


def pytest_collection_modifyitems(items):
    """Every process must know the tests by the same names: no name may hold where an object lies in memory."""
    if changing := [item.nodeid for item in items if " at 0x" in item.nodeid]:
        raise pytest.UsageError(f"{changing[0]}: the name of a test holds an address: give ids")


@pytest.fixture
def oracle_digits():
    """mpmath at the precision of `peer_oracles`."""
    from mpmath import mp
    from peer_oracles import DIGITS

    with mp.workdps(DIGITS):
        yield


@pytest.fixture(autouse=True)
def unlimited():
    """No budget of time: no test depends on how busy the machine is."""
    with limited(None):
        yield


@pytest.fixture
def run(capsys):
    """Run a command: (exit code, stdout, stderr)."""
    from symsens.cli import main

    def run(*arguments):
        with pytest.raises(SystemExit) as stop:
            main([str(a) for a in arguments])
        out, err = capsys.readouterr()
        return stop.value.code, out, err

    return run


@pytest.fixture
def refused(run):
    """Run a command that must fail as bad input: exit 2, nothing on stdout, one line on stderr."""

    def refused(*arguments):
        code, out, err = run(*arguments)
        assert (code, out) == (2, "") and err.startswith("symsens: ") and err.count("\n") == 1, (code, out, err)
        return err

    return refused
