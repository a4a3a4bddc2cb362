"""Messages between this process and a child that is Python of ours, such as a crowd or a cell of a notebook.

A message is a tuple of what marshal can write. The owner's go through the child's standard input (`Child.send`); the
child's come back through a pipe of its own (`Child(on_message=…)`), whose number is its last argument, so that
whatever it prints is output and never taken for a message. It is marshal, not pickle, because it is built in: a cell
answers after a few milliseconds only if it imports next to nothing. What needs pickle is sent as bytes.

Three others speak in their own way, each for a reason of its own: a cell has these few lines once more, because it may
import none of ours; the guardian hears plain text, of which a dead owner may leave half a message; the website's log
is asked for by HTTP, which its process speaks anyway, and a second way in would disturb what it measures.
"""

import marshal
import os
import sys


class ReportPipe:
    """The owner's end of the pipe through which a child reports.

    Attributes
    ----------
    number : str
        By what the child will know its end.
    inherit : dict of str to object
        What `subprocess.Popen` needs to pass it on.
    """

    def __init__(self):
        reports, self._child_end = os.pipe()
        self._file = os.fdopen(reports, "rb")
        if os.name != "nt":
            self.number, self.inherit = str(self._child_end), {"pass_fds": [self._child_end]}
            return
        import msvcrt
        import subprocess

        handle = msvcrt.get_osfhandle(self._child_end)
        os.set_handle_inheritable(handle, True)
        startup = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [handle]})
        self.number, self.inherit = str(handle), {"startupinfo": startup}

    def close_child_end(self):
        """Leave that end to the child; without one there is no message, and the end comes at once."""
        os.close(self._child_end)

    def messages(self):
        """Yield each message until the last process that holds the other end has closed it."""
        with self._file:
            while True:
                try:
                    message = marshal.load(self._file)
                except (EOFError, ValueError, TypeError):  # the end, perhaps in the middle of a message
                    return
                yield message


def orders():
    """Yield what the owner sends to this process, until the owner is gone."""
    while True:
        try:
            message = marshal.load(sys.stdin.buffer)
        except (EOFError, ValueError, TypeError):
            return
        yield message


def reporter():
    """Return a function that sends its arguments as a message to the owner of this process."""
    pipe = int(sys.argv[-1])
    if os.name == "nt":
        import msvcrt

        pipe = msvcrt.open_osfhandle(pipe, os.O_WRONLY)
    os.set_inheritable(pipe, False)

    def report(*message):
        write(pipe, marshal.dumps(message))

    return report


def write(descriptor, data):
    """Write all of it, which a pipe takes in pieces."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
