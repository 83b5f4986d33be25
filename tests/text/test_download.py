"""Downloads: all of it in time and of a bearable length, or one clear error."""

import socket
import threading
import time

import pytest

from helpers.text import download


@pytest.fixture
def serve():
    """Start a peer that answers every caller by a function of the connection; its address."""
    listeners = []

    def start(answer):
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        threading.Thread(target=answer_all, args=(listener, answer), daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/file"

    yield start
    for listener in listeners:
        listener.close()


def answer_all(listener, answer):
    try:
        while True:
            caller, _ = listener.accept()
            with caller:
                caller.recv(4096)
                caller.sendall(b"HTTP/1.0 200 OK\r\n")
                answer(caller)
    except OSError:  # the caller has hung up, or the test is over
        return


def test_all_that_stands_there_comes(serve):
    content = bytes(range(256)) * 1_000
    length = b"Content-Length: 256000\r\n"
    for header in (b"", length):
        url = serve(lambda caller, header=header: caller.sendall(header + b"\r\n" + content))
        assert download.fetch(url, seconds=60, most=256_000) == content


def test_a_peer_that_speaks_ever_so_slowly_is_given_up(serve):
    """Every byte comes in time; all of them never do."""

    def drip(caller):
        caller.sendall(b"\r\n")
        while True:
            caller.sendall(b"x")
            time.sleep(0.02)

    with pytest.raises(ConnectionError, match="it takes longer than 0.5 s. Try again when online"):
        download.fetch(serve(drip), seconds=0.5, most=10**6)


def test_what_came_until_the_time_was_over_is_not_taken_for_the_whole(serve):
    def drip(caller):
        caller.sendall(b"\r\n")
        for _ in range(5):
            caller.sendall(b"x")
            time.sleep(0.2)

    found = []
    download._try(serve(drip), seconds=0.5, most=10**6, found=found)
    assert found == []


def test_a_peer_that_never_stops_is_given_up(serve):
    sent = []

    def pour(caller):
        caller.sendall(b"\r\n")
        while True:
            sent.append(caller.send(b"x" * 65_536))

    with pytest.raises(ConnectionError, match="it is longer than 100,000 bytes"):
        download.fetch(serve(pour), seconds=60, most=100_000)
    assert sum(sent) < 100_000_000


def test_less_than_was_promised_is_an_error(serve):
    url = serve(lambda caller: caller.sendall(b"Content-Length: 100\r\n\r\nFirst Citizen"))
    with pytest.raises(ConnectionError, match="cannot be read: IncompleteRead.13 bytes read, 87"):
        download.fetch(url, seconds=60, most=1_000)
