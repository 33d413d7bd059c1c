"""The page "test your descriptor in ten lines" passes a correct descriptor and catches each planted bug."""

import re
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
    exec(code, space)  # the page is ours
    quiet = settings(database=None, max_examples=50, phases=[Phase.generate], derandomize=True)
    return {name: quiet(value) for name, value in space.items() if name.startswith("test_")}


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


def test_the_page_names_what_exists():
    from symsens import testing

    for name in re.findall(r"`(?:testing\.)?((?:assert_)?\w+)\(", PAGE) + re.findall(
        r"`(assert_\w+|KNOWN_CASES|to_atoms)`", PAGE
    ):
        assert name in ("features", "jacobian") or name in testing.__all__, name
