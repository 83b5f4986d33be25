"""Ctrl-C that waits for the step in progress, so that a stopped model is never half updated."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def patient_interrupt() -> Iterator[threading.Event]:
    """Inside, the first Ctrl-C only sets the event that is handed out; the second one interrupts.

    Signals reach the main thread alone; in any other thread the event is simply never set.
    """
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def on_signal(signum, frame):
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    before = signal.signal(signal.SIGINT, on_signal)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
