"""A pytest plugin that asks your calculator every case of the benchmark pack:

    pytest --symsens-calculator my_package.calculators:MyCalculator [--symsens-species Si,Si] [--symsens-tolerance 1e-5]

Each case is a test. It fails where the truth is zero and the calculator's answer is not; what the model sees of
degenerate pairs is reported, and is no failure.

Law: nothing is imported, and nothing happens, without the option.
"""

import pytest


def pytest_addoption(parser):
    """The options."""
    group = parser.getgroup("symsens")
    group.addoption(
        "--symsens-calculator", metavar="MODULE:NAME", help="ask this ASE calculator symsens' benchmark pack"
    )
    group.addoption("--symsens-species", metavar="C,X", default="C,H", help="of centre and neighbours, default C,H")
    group.addoption("--symsens-tolerance", metavar="EV", type=float, default=1e-6, help="called zero, default 1e-6")


def pytest_collection_modifyitems(session, config, items):
    """One test for each case."""
    name = config.getoption("--symsens-calculator")
    if not name:
        return
    from symsens.packs.calculators import calculator
    from symsens.packs.catalogue import cases

    made = calculator(name)
    for case in cases(*config.getoption("--symsens-species").split(",")):
        items.append(CaseItem.from_parent(session, name=f"symsens-pack::{case.name}", case=case, calculator=made))


class CaseItem(pytest.Item):
    """One case as a test."""

    def __init__(self, *, case, calculator, **more):
        super().__init__(**more)
        self.case, self.calculator = case, calculator

    def runtest(self):
        """Ask, and fail where what must be zero is not."""
        from symsens.errors import InputError
        from symsens.packs.auditing import audit_calculator

        try:
            found = audit_calculator(self.calculator, (self.case,), self.config.getoption("--symsens-tolerance"))
        except InputError as error:
            pytest.skip(str(error))
        for one in found.measured:
            self.user_properties.append((one.what, f"{one.value:.2e} {one.verdict}"))
        if found.broken:
            raise BrokenCase("\n".join(f"{one.what}: {one.value:.2e}, must be 0" for one in found.broken))

    def repr_failure(self, excinfo, style=None):
        """The numbers, without a traceback."""
        if isinstance(excinfo.value, BrokenCase):
            return f"{self.case.name}: {self.case.why}\n{excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        """What stands in the heading of a failure."""
        return self.path, None, self.name


class BrokenCase(AssertionError):
    """What must be zero is not."""
