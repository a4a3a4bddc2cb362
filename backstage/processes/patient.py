"""A small server that is well, or has one sickness: what a `Patient` runs. Its one argument says which.

It answers "ok" to whoever connects and hangs up. It imports nothing of the course, so that it starts in a moment.
"""

import os
import socket
import sys
import threading
import time

POOL = 10  # descriptors and threads that a healthy server keeps for later, once it has been asked so often


def wait_for_ever():
    threading.Event().wait()


def open_some(number):
    """Open so many descriptors, and leave them open."""
    for _ in range(number):
        os.open(os.devnull, os.O_RDONLY)


def start_some(number, work=wait_for_ever):
    """Start so many threads, and leave them alone."""
    for _ in range(number):
        threading.Thread(target=work, daemon=True).start()


def compute(seconds):
    """Use so much CPU time."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        sum(range(1000))


def steam():
    """Half of a CPU goes into honest work."""
    while True:
        compute(0.003)
        time.sleep(0.003)


def count_for_ever():
    number = 0
    while True:
        number += 1


def deadlock():
    """Two threads that hold what the other one wants; return when both wait."""
    till, steamer = threading.Lock(), threading.Lock()
    both = threading.Barrier(3)

    def work(first, second):
        with first:
            both.wait()
            with second:
                pass

    for locks in [(till, steamer), (steamer, till)]:
        threading.Thread(target=work, args=locks, daemon=True).start()
    both.wait()
    return till


def beat():
    """A metrics thread, which a deadlock of others does not stop."""
    while True:
        time.sleep(0.05)


def answer(guest, state, served):
    """Answer a guest, and keep what fills the pools, or what this server's sickness loses."""
    open_some(served < POOL or state == "descriptors")
    start_some(served < POOL or state == "threads")
    if state == "busy" and served % 10 == 4:
        time.sleep(0.2)  # now and then its work comes first
    print("ok", flush=True)
    guest.sendall(b"ok")
    guest.close()


def main(state):
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    if state == "idle":
        open_some(40)
        start_some(25)
    if state in ("busy", "descriptors"):
        start_some(1, steam)
    if state == "stuck":
        compute(0.25)  # in better days
        till = deadlock()
        start_some(1, beat)
    print(f"port {listener.getsockname()[1]}", flush=True)
    if state == "hog":
        count_for_ever()
    if state == "stuck":
        till.acquire()
    served = 0
    while True:
        guest, _ = listener.accept()
        answer(guest, state, served)
        served += 1


if __name__ == "__main__":
    main(sys.argv[1])
