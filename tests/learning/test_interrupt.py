"""An interrupted training: Ctrl-C waits for the end of a step, and the model is kept."""

import contextlib
import signal
import threading

import pytest

from tests.learning.ring import new_model, run, same, stop_at


@pytest.mark.parametrize("how", ["signal", "exception"])
@pytest.mark.parametrize("step", [1, 13, 20])
def test_an_interrupted_run_keeps_the_model_and_its_history(unbroken, capsys, how, step):
    model = new_model()
    history = run(model, on_step=stop_at(step, how))
    assert same(model, unbroken[2][step])
    n_entries = 1 + step // 10
    assert history.steps == unbroken[1].steps[:n_entries]
    assert history.val_loss == unbroken[1].val_loss[:n_entries]
    assert not model.training
    assert f"Stopped at step {step} of 30" in capsys.readouterr().out


def test_ctrl_c_within_a_step_waits_for_its_end(unbroken):
    model, calls = new_model(), []

    def interrupt(module, args, output):
        if len(args) == 2 and len(calls.append(1) or calls) == 4:
            signal.raise_signal(signal.SIGINT)

    handle = model.register_forward_hook(interrupt)
    run(model)
    handle.remove()
    assert same(model, unbroken[2][4])


def test_a_second_ctrl_c_does_not_wait():
    model, before = new_model(), signal.getsignal(signal.SIGINT)

    def insist(module, args, output):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    model.register_forward_hook(insist)
    with pytest.raises(KeyboardInterrupt):
        run(model)
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_is_as_before_when_training_is_over():
    before = signal.getsignal(signal.SIGINT)
    during = []
    run(new_model(), steps=1, on_step=lambda *_: during.append(signal.getsignal(signal.SIGINT)))
    assert signal.getsignal(signal.SIGINT) is before is not during[0]


def test_training_works_beside_the_main_thread(unbroken):
    model = new_model()
    thread = threading.Thread(target=run, args=[model])
    thread.start()
    thread.join()
    assert same(model, unbroken[0])


def test_an_error_in_on_step_is_not_swallowed():
    def fail(step, history):
        raise ZeroDivisionError("in the caller's code")

    with pytest.raises(ZeroDivisionError):
        run(new_model(), on_step=fail)


@pytest.mark.parametrize("stop", [ValueError, KeyboardInterrupt])
def test_however_training_ends_the_model_is_left_in_eval_mode(stop):
    def fail(step, history):
        raise stop

    model = new_model()
    with contextlib.suppress(ValueError):
        run(model, on_step=fail)
    assert not model.training
