"""Many tasks at a time, answers in the order of the tasks: in processes of this machine or on a Dask cluster.

A worker that dies takes the tasks under way with it. They are tried again one by one, so that the one that kills its
worker is found, and only that one fails.

Law: nothing is known here of what a task is; at most a window of tasks is under way, however many there are.
"""

import gc
import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice

from symsens.errors import InputError

WINDOW = 4  # tasks under way for each worker


class WorkerDied(Exception):
    """The worker of a task was killed, or used up its memory, each time the task was tried."""


def in_order(work: Callable, tasks: Iterable, submit: Callable, window: int) -> Iterator[tuple]:
    """(task, answer or the `WorkerDied` that it met), in the order of the tasks.

    Parameters
    ----------
    submit : (work, task) -> a function that waits for the answer.
    window : number of tasks under way.
    """
    tasks = iter(tasks)
    waiting = deque((task, submit(work, task)) for task in islice(tasks, window))
    while waiting:
        task, answer = waiting.popleft()
        try:
            found = answer()
        except WorkerDied as death:
            found = death
        waiting.extend((task, submit(work, task)) for task in islice(tasks, 1))
        yield task, found


@contextmanager
def processes(workers: int, preload: str):
    """`submit` and the window of so many processes of this machine, which begin with the module `preload`."""
    pool = _Pool(workers, preload)
    try:
        yield pool.submit, WINDOW * workers
    finally:
        pool.close()


class _Pool:
    """A pool of processes that is made anew when one of them has died."""

    def __init__(self, workers: int, preload: str):
        self.workers, self._lone = workers, None
        # Not a plain fork: what this process has started, threads and locks, is not to be copied half-way.
        forks = "forkserver" in multiprocessing.get_all_start_methods()
        self._context = multiprocessing.get_context("forkserver" if forks else "spawn")
        if forks:
            self._context.set_forkserver_preload([preload])
        self._start()

    def _start(self):
        self._executor = ProcessPoolExecutor(self.workers, self._context, _quiet)

    def submit(self, work: Callable, task):
        """A function that waits for ``work(task)``."""
        future = self._send(work, task)

        def wait():
            try:
                return future.result()
            except BrokenProcessPool:
                return self._alone(work, task)

        return wait

    def _send(self, work, task):
        try:
            return self._executor.submit(work, task)
        except BrokenProcessPool:
            self._start()
            return self._executor.submit(work, task)

    def _alone(self, work, task):
        """Once more, in a process where nothing else is under way."""
        if self._lone is None:
            self._lone = ProcessPoolExecutor(1, self._context, _quiet)
        try:
            return self._lone.submit(work, task).result()
        except BrokenProcessPool:
            self._lone = None
            raise WorkerDied("the process that worked on it was killed twice, perhaps for its memory") from None

    def close(self):
        """Leave nothing running."""
        for executor in filter(None, (self._executor, self._lone)):
            running = list((executor._processes or {}).values())
            executor.shutdown(wait=False, cancel_futures=True)
            for process in running:
                process.terminate()


def _quiet():
    """Ctrl-C is for the one who writes the table, not for those who work; and what was imported stays, so that nobody
    need look through it for garbage."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@contextmanager
def cluster(address: str):
    """`submit` and the window of a Dask cluster.

    Raises
    ------
    InputError
        Dask is missing, or there is no scheduler at the address.
    """
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise InputError("--scheduler needs Dask: pip install 'symsens[cluster]'") from None
    try:
        client = Client(address, timeout="5s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(f"--scheduler {address}: no Dask scheduler answers there: {error}") from None

    def submit(work, task):
        future = client.submit(work, task, pure=False)

        def wait():
            try:
                return future.result()
            except KilledWorker as death:
                raise WorkerDied(f"the workers that worked on it died: {death}") from None

        return wait

    try:
        yield submit, WINDOW * max(sum(client.nthreads().values()), 1)
    finally:
        client.close()
