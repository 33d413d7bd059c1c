"""How long work may take, how much memory it may need, and what it is at.

Law: running out of either never changes what is proved, only how much. Whoever runs out of time inside `limited` meets
`BudgetSpent`, at a `stage` or, on the main thread, in the midst of Python code; who catches it says so by `stop`, keeps
the bounds reached, and starts no stage again. Memory is estimated before it is asked for.
"""

import os
import signal
import threading
from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic

from symsens.errors import InputError, UndecidedError

DEFAULT = 60.0  # seconds for one environment and one descriptor
AGAIN = 0.25  # seconds until `BudgetSpent` is raised again where somebody took it for another error
MAX_MEMORY = 4e9  # bytes, or what is free if that is less


class BudgetSpent(UndecidedError):
    """The time allowed is over; the message says what was under way."""


@dataclass
class Clock:
    """The time allowed for a piece of work.

    Attributes
    ----------
    seconds : allowed; None for no limit.
    end : on the monotonic clock.
    watch : told of every stage.
    stage : what is under way.
    stopped : whether somebody has already drawn the consequence.
    rings : whether an alarm interrupts Python code at the end.
    """

    seconds: float | None
    end: float
    watch: Callable[[str], None]
    stage: str = "the start"
    stopped: bool = False
    rings: bool = False

    def spent(self) -> BudgetSpent:
        """The exception that says so."""
        return BudgetSpent(f"{self.seconds:.3g} s were spent in {self.stage}")

    def arm(self) -> None:
        """Set the alarm, where there is one, to the end."""
        if self.rings:
            signal.setitimer(signal.ITIMER_REAL, max(self.end - monotonic(), 1e-3), AGAIN)


_CLOCK: ContextVar[Clock | None] = ContextVar("clock", default=None)


@contextmanager
def limited(seconds: float | None, watch: Callable[[str], None] | None = None):
    """Work that may take so many seconds; inside other limited work that limit stands.

    Parameters
    ----------
    seconds : None for no limit.
    watch : called with the name of every stage, e.g. to show it.
    """
    if _CLOCK.get() is not None:
        yield
        return
    clock = Clock(seconds, monotonic() + (seconds or 0), watch or (lambda text: None))
    token = _CLOCK.set(clock)
    try:
        with _alarm(clock):
            yield
    finally:
        _CLOCK.reset(token)


@contextmanager
def _alarm(clock: Clock):
    """Raise `BudgetSpent` when the time is over, wherever Python code runs: on the main thread, if alarms are free."""
    main = threading.current_thread() is threading.main_thread() and hasattr(signal, "SIGALRM")  # not on Windows
    if clock.seconds is None or not main or signal.getsignal(signal.SIGALRM) is not signal.SIG_DFL:
        yield
        return

    def ring(number, frame):
        if monotonic() < clock.end:  # an alarm may come a little early
            clock.arm()
        elif not clock.stopped:
            raise clock.spent()

    signal.signal(signal.SIGALRM, ring)
    clock.rings = True
    clock.arm()
    try:
        yield
    finally:
        clock.stopped, clock.rings = True, False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


@contextmanager
def portion(part: float):
    """Work that may take this part of the time that is left; then the rest of it goes on."""
    clock = _CLOCK.get()
    if clock is None or clock.seconds is None:
        yield
        return
    end, seconds, now = clock.end, clock.seconds, monotonic()
    clock.seconds = part * max(end - now, 0.0)
    clock.end = now + clock.seconds
    clock.arm()
    try:
        yield
    finally:
        clock.stopped = True  # nothing rings in the midst of this
        clock.end, clock.seconds = end, seconds
        clock.arm()
        clock.stopped = monotonic() >= end


def stage(text: str) -> None:
    """Say what begins now.

    Raises
    ------
    BudgetSpent
        The time is over.
    """
    clock = _CLOCK.get()
    if clock is None:
        return
    if clock.seconds is not None and monotonic() >= clock.end:
        raise clock.spent()
    clock.stage = text
    clock.watch(text)


def stop() -> None:
    """`BudgetSpent` was caught and its consequence is being drawn: do not raise it again in the midst of that."""
    clock = _CLOCK.get()
    if clock is not None and clock.seconds is not None:
        clock.stopped = monotonic() >= clock.end


def memory_limit() -> float:
    """Bytes that one piece of work may need."""
    try:
        return min(MAX_MEMORY, 0.8 * os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (ValueError, OSError, AttributeError):  # not known on this system
        return MAX_MEMORY


def need_memory(size: float, what: str, remedy: str) -> None:
    """Refuse what does not fit into memory, before it is made.

    Parameters
    ----------
    size : bytes that it needs, estimated.
    what, remedy : for the message, e.g. "the dot products of 9000 neighbours", "lower the cutoff".

    Raises
    ------
    InputError
        It does not fit.
    """
    limit = memory_limit()
    if size > limit:
        raise InputError(f"{what} need about {size / 1e9:.1f} GB of memory, {limit / 1e9:.1f} GB are allowed: {remedy}")
