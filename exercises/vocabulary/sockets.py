"""Real sockets that are awkward on purpose, as real ones are by chance, and remember what was done with them.

An answer gets one end of an `awkward_pair`, which may hand out and take small pieces only, fail, or be reset; the
check holds the other. `converse` lets both talk, and notices when each waits for the other to speak.
"""

import contextlib
import os
import select
import socket
import struct
import time

from backstage.processes.own_time import OwnTime
from exercises.vocabulary.calls import LOOK, PATIENCE, BurntBun, Call, Enough, await_call


class AwkwardSocket(socket.socket):
    """A real socket with quirks, which are attributes to be set on it.

    Attributes
    ----------
    most, most_sent : int
        Bytes that one recv hands out, and that one send takes.
    whole_with : int
        Flags of a recv that lift its bound, as MSG_WAITALL and MSG_PEEK must; -1 means any flag, 0 none.
    fault_at : int or None
        The number of the recv that raises `fault`, counted from 1.
    fault, end_fault : BaseException
        What that recv raises; what a recv raises in place of the end, or None.
    most_ends : int
        So often the end is told; to who reads on after that, `Enough` is raised.
    reads, ends : int
        How many recv were begun; how many of them told the end.
    reading : int
        The number of the recv that is under way, or 0.
    came_at : float
        When the last recv returned, on the monotonic clock.
    hasty : bool
        Whether a time-out for a recv is over at once, if nothing is there yet.
    empties : int
        How many recv found nothing there, and were not to wait.
    watch : callable
        Called with this socket, or with a copy, before each send and sendall, which then run in a `with` of what it
        returns.
    copies : tuple of AwkwardSocket
        What `dup` has made of it, with the same quirks.
    closed, took_a_part, patient : bool
        Whether it was closed here; whether a send took less than it was given; whether it was told to wait.
    """

    most = most_sent = 1_000_000
    whole_with = -1
    fault_at, fault, end_fault = None, BurntBun("the oven is on fire"), None
    most_ends = 20
    reads = ends = reading = empties = came_at = 0
    closed = took_a_part = patient = hasty = False
    watch = staticmethod(contextlib.nullcontext)
    copies = ()

    def recv(self, count, flags=0):
        with self._one_read():
            data = super().recv(count if flags & self.whole_with else min(count, self.most), flags)
        return self._look(data)

    def recvfrom(self, count, flags=0):
        return self.recv(count, flags), None

    def recv_into(self, buffer, count=0, flags=0):
        with self._one_read():
            taken = super().recv_into(buffer, min(count or len(buffer), self.most), flags)
        return self._look(taken)

    def send(self, data, flags=0):
        with self.watch(self):
            self.took_a_part |= len(bytes(data)) > self.most_sent
            return super().send(bytes(data)[: self.most_sent], flags)

    def sendall(self, data, flags=0):
        with self.watch(self):
            super().sendall(data, flags)

    def dup(self):
        copy = super().dup()
        vars(copy).update(vars(self), closed=False, copies=())
        self.copies += (copy,)
        return copy

    def close(self):
        self.closed = True
        super().close()

    def settimeout(self, value):
        self.patient |= value != 0
        super().settimeout(value)

    def setblocking(self, flag):
        self.patient |= bool(flag)
        super().setblocking(flag)

    @contextlib.contextmanager
    def _one_read(self):
        self.reads += 1
        if self.reads == self.fault_at:
            raise self.fault
        if self.hasty and self.gettimeout() and not select.select([self], [], [], 0)[0]:
            raise TimeoutError("timed out")
        self.reading = self.reads
        try:
            yield
        except BlockingIOError:
            self.empties += 1
            raise
        finally:
            self.reading = 0

    def _look(self, data):
        self.came_at = time.monotonic()
        self.ends += not data
        if not data and self.end_fault:
            raise self.end_fault
        if self.ends > self.most_ends:
            raise Enough
        return data


def awkward_pair(*, tcp=True, **quirks):
    """Make two ends of a connection.

    Parameters
    ----------
    tcp : bool
        Over TCP, which can be reset, and with a long time-out for the far end; else a `socketpair`.
    **quirks
        Attributes of the near end.

    Returns
    -------
    (AwkwardSocket, AwkwardSocket)
        The near end, for the answer, and the far one, which has no quirks.
    """
    if tcp:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            far = socket.create_connection(listener.getsockname())
            near, _ = listener.accept()
    else:
        near, far = socket.socketpair()
    near, far = (AwkwardSocket(end.family, end.type, end.proto, fileno=end.detach()) for end in (near, far))
    if tcp:
        far.settimeout(4 * PATIENCE)
    for name, value in quirks.items():
        setattr(near, name, value)
    return near, far


def reset(line):
    """Close a TCP connection with a reset, as when a program is killed or a cable is cut."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if os.name == "nt" else "ii", 1, 0))
    line.close()


def fill(line, quiet=0):
    """Talk until there has been no more room for `quiet` seconds, in which everybody else could go on.

    The line should be non-blocking. Return how many bytes that were.
    """
    sent, left, own = 0, quiet, OwnTime()
    while True:
        if select.select([], [line], [], min(LOOK, left))[1]:
            sent += line.send(b"bun " * 1_000)
            left = quiet
        else:
            left -= own.of(min(LOOK, left))
            if left <= 0:
                return sent


def os_error(number):
    """The OSError of this number, with the system's own words: `os_error(errno.EMFILE)`."""
    return OSError(number, os.strerror(number))


def converse(function, *arguments, stuck, pair=None, beside=None, stands_still=None, looks=10):
    """Call an answer on a thread, and a customer on another; return its result or raise its error.

    Parameters
    ----------
    function, *arguments
        The call.
    stuck : str or callable
        What to say if nobody will speak any more; or a function that says it.
    pair : (AwkwardSocket, AwkwardSocket), optional
        The two ends they talk over; the near one is shut down when the answer has ended.
    beside : callable, optional
        What the customer does; an OSError that they meet is seen in what they have got.
    stands_still : callable, optional
        As for `in_time`. By default, the answer is in the same recv each time, and the customer is in another or gone.
    looks : int
        How many looks in a row, 0.05 s apart, make a standstill.

    Raises
    ------
    Wrong
        They stand still.
    """
    line, customer = pair or (None, None)

    def visit():
        with contextlib.suppress(OSError):
            if beside:
                beside()

    def both_listen():
        listens = line is not None and line.reading and line.gettimeout() is None
        return listens and (customer.reading or visiting.ready()) and (line.reading, customer.reading)

    answering, visiting = Call(function, *arguments), Call(visit)
    await_call(answering, stuck, stands_still=stands_still or both_listen, looks=looks)
    for each in (line, *line.copies) if line is not None else ():
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)  # if the answer has left it open, the customer must not wait for its end
    visiting.wait()
    return answering.result()
