"""Ctrl-C that waits for the step in progress, so that a stopped model is never half updated."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def patient_interrupt(*signals: signal.Signals) -> Iterator[threading.Event]:
    """Inside, the first Ctrl-C only sets the event that is handed out; the second one interrupts.

    signals: others that set it too, however often they come. Afterwards all are as they were.
    Signals reach the main thread alone; in any other thread the event is simply never set.
    """
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def on_signal(signum, frame):
        if asked.is_set() and signum == signal.SIGINT:
            raise KeyboardInterrupt
        asked.set()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, *signals)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
