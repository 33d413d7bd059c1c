"""The page "test your descriptor in ten lines" passes a correct descriptor and catches each planted bug."""

import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import made_up
import pytest
from hypothesis import Phase, settings

from symsens import InputError

features, jacobian = made_up.features, made_up.jacobian
PAGE = (Path(__file__).parent.parent / "docs" / "test-your-descriptor.md").read_text()


def page_tests(monkeypatch, features, jacobian):
    """The test functions of the page's code, for this descriptor."""
    module = ModuleType("my_descriptor")
    module.features, module.jacobian = features, jacobian
    monkeypatch.setitem(sys.modules, "my_descriptor", module)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    space = {}
    before = settings.get_current_profile_name()
    settings.register_profile("page", database=None, max_examples=50, phases=[Phase.generate], derandomize=True)
    settings.load_profile("page")
    exec(code, space)  # the page is ours
    settings.load_profile(before)
    return {name: value for name, value in space.items() if name.startswith("test_")}


def failures(tests):
    failed = set()
    for name, test in tests.items():
        try:
            test()
        except (AssertionError, InputError, BaseExceptionGroup):
            failed.add(name)
    return failed


@pytest.mark.parametrize(
    "features, jacobian, expected",
    [
        (features, jacobian, set()),
        (made_up.odd_in_z_features, made_up.odd_in_z_jacobian, {"test_jacobian", "test_features"}),
        (features, made_up.dropped_coefficient_jacobian, {"test_jacobian"}),
        (features, made_up.nan_to_zero_jacobian, {"test_jacobian", "test_features"}),
        (made_up.with_triples, jacobian, {"test_jacobian", "test_blind_spots"}),
    ],
    ids=["correct", "odd in z", "dropped coefficient", "NaN to 0", "wrong body order"],
)
def test_the_page(monkeypatch, features, jacobian, expected):
    found = failures(page_tests(monkeypatch, features, jacobian))
    assert found >= expected and bool(found) == bool(expected)


def test_no_example_of_the_page_is_too_slow(monkeypatch):
    tests = page_tests(monkeypatch, features, jacobian)
    assert len(tests) == 3
    assert all(test._hypothesis_internal_use_settings.deadline is None for test in tests.values())


@pytest.mark.soak
def test_the_page_runs_as_written(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    (tmp_path / "test_my_descriptor.py").write_text(code)
    (tmp_path / "my_descriptor.py").write_text(Path(made_up.__file__).read_text())
    found = subprocess.run([sys.executable, "-m", "pytest", "-q"], cwd=tmp_path, capture_output=True, text=True)
    assert found.returncode == 0 and "3 passed" in found.stdout and "warning" not in found.stdout, found.stdout


def test_the_page_names_what_exists():
    from symsens import testing

    for name in re.findall(r"`(?:testing\.)?((?:assert_)?\w+)\(", PAGE) + re.findall(
        r"`(assert_\w+|KNOWN_CASES|to_atoms)`", PAGE
    ):
        assert name in ("features", "jacobian") or name in testing.__all__, name
