"""What outlives the broker: durable exchanges, queues and bindings, and persistent messages, in one SQLite file.

Whatever comes in during one turn of gevent's loop is written in one transaction, and nothing is sent to anybody before
that: a client that hears of something, a confirm for instance, may rely on it. SQLite's log of changes (WAL) makes each
transaction whole or absent, wherever the broker is killed.
"""

import os
import sqlite3
import struct
import sys
import time
from decimal import Decimal
from pathlib import Path

import gevent
from pamqp import encode

from minibroker import wire
from minibroker.exchanges import Exchange
from minibroker.queues import Message, Queue

NAME = "minibroker.sqlite"
OURS = 0x6D620001  # says in the file whose it is, and in its last digit of which version
LAYOUT = """
    CREATE TABLE exchanges (name TEXT PRIMARY KEY, declared BLOB);
    CREATE TABLE queues (id INTEGER PRIMARY KEY, name TEXT UNIQUE, declared BLOB);
    CREATE TABLE bindings (source TEXT, target TEXT, to_queue INTEGER, key TEXT, frozen TEXT, arguments BLOB,
        PRIMARY KEY (source, target, to_queue, key, frozen));
    CREATE TABLE messages (id INTEGER PRIMARY KEY, queue INTEGER, exchange TEXT, key TEXT, properties BLOB, body BLOB,
        expires REAL);  -- seconds since 1970
    CREATE TABLE untouched (id INTEGER PRIMARY KEY);  -- messages that nobody had had when the broker ended in order
"""


class DiskError(Exception):
    """A file that cannot be used; the message says in one sentence which, and why."""


class Disk:
    """The file, and what is about to be written there.

    Parameters
    ----------
    folder : path
        Where the file is, or will be; nobody else may use it at the same time.
    fsync : bool
        Whether each transaction waits for the disk itself, so that it outlives a power cut as well. Without it,
        transactions outlive the broker, and a power cut may undo the last of them.

    Raises
    ------
    DiskError
        If there is no room or no permission, or another broker uses it, or the file is not one of these.
    """

    def __init__(self, folder, fsync=False):
        self.path = Path(folder, NAME)
        self._loop, self._due, self._last = gevent.get_hub().loop, False, 0
        self._changes, self._new, self._gone = [], {}, []  # statements; entries by id; ids
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = sqlite3.connect(self.path, timeout=0, isolation_level=None)
            self._run("PRAGMA locking_mode = exclusive")
            tables = self._run("SELECT count(*) FROM sqlite_master")[0][0]
            if tables and self._run("PRAGMA application_id") != [(OURS,)]:
                raise sqlite3.DatabaseError("it is another program's, or another version's")
            self._run("PRAGMA journal_mode = wal")
            self._run(f"PRAGMA synchronous = {'full' if fsync else 'normal'}")
            if not tables:
                self._file.executescript(f"BEGIN; {LAYOUT} PRAGMA application_id = {OURS}; COMMIT;")
        except (OSError, sqlite3.Error) as error:
            raise DiskError(f"cannot use {self.path}: {_reason(error)}") from error

    def _run(self, statement, values=()):
        return self._file.execute(statement, values).fetchall()

    # From the file

    def load(self, broker):
        """Give a new broker what the last one left; who had a message is not known, so that it counts as redelivered.

        Raises
        ------
        DiskError
            If the file is damaged.
        """
        try:
            self._load(broker)
        except (sqlite3.Error, wire.AMQPError, LookupError, ValueError, TypeError, struct.error) as error:
            raise DiskError(f"cannot use {self.path}: it is damaged ({_reason(error)})") from error

    def _load(self, broker):
        for name, declared in self._run("SELECT * FROM exchanges"):
            broker.exchanges[name] = Exchange(name, _read_table(declared))
        queues = {}
        for number, name, declared in self._run("SELECT * FROM queues"):
            broker.queues[name] = queues[number] = Queue(broker, name, None, _read_table(declared))
            queues[number].id = number
        for source, target, to_queue, key, _, arguments in self._run("SELECT * FROM bindings"):
            targets = broker.queues if to_queue else broker.exchanges
            broker.exchanges[source].bind(targets[target], key, _read_table(arguments))
        self._run("DELETE FROM messages WHERE queue NOT IN (SELECT id FROM queues)")  # held when it was deleted
        untouched = {number for (number,) in self._run("SELECT id FROM untouched")}
        for number, queue, *content, expires in self._file.execute("SELECT * FROM messages ORDER BY id"):
            queues[queue].restore(Message(*content), number, expires - _clock_start(), number not in untouched)
            self._last = number
        self._run("DELETE FROM untouched")
        self._last = max(self._last, *queues, 0)

    # To the file, soon

    def add_exchange(self, exchange):
        self._change("INSERT INTO exchanges VALUES (?, ?)", exchange.name, _table(exchange.declared))

    def add_queue(self, queue):
        queue.id = self._next_id()
        self._change("INSERT INTO queues VALUES (?, ?, ?)", queue.id, queue.name, _table(queue.declared))

    def remove(self, target):
        """Forget an exchange or a queue, and all bindings from and to it."""
        is_queue = isinstance(target, Queue)
        self._change(f"DELETE FROM {'queues' if is_queue else 'exchanges'} WHERE name = ?", target.name)
        self._change("DELETE FROM bindings WHERE (target, to_queue) = (?, ?)", target.name, is_queue)
        if not is_queue:
            self._change("DELETE FROM bindings WHERE source = ?", target.name)

    def bind(self, source, target, key, frozen, arguments):
        binding = source, target.name, isinstance(target, Queue), key, repr(frozen), _table(arguments)
        self._change("INSERT OR IGNORE INTO bindings VALUES (?, ?, ?, ?, ?, ?)", *binding)

    def unbind(self, source, target, key, frozen):
        binding = source, target.name, isinstance(target, Queue), key, repr(frozen)
        self._change("DELETE FROM bindings WHERE (source, target, to_queue, key, frozen) = (?, ?, ?, ?, ?)", *binding)

    def put(self, entry):
        """Keep an entry of a durable queue, until it is settled."""
        entry.id = self._next_id()
        self._new[entry.id] = entry
        self._wake()

    def settle(self, entries):
        """Forget entries; those that came in the same turn of the loop are never written."""
        for entry in entries:
            if entry.id and self._new.pop(entry.id, None) is None:
                self._gone.append((entry.id,))
                self._wake()

    def _next_id(self):
        self._last += 1
        return self._last

    def _change(self, statement, *values):
        self._changes.append((statement, values))
        self._wake()

    def _wake(self):
        if not self._due:
            self._due = True
            self._loop.run_callback(self.commit)

    def commit(self):
        """Write what has come in since the last time; if that fails, end the program, for nothing is safe any more."""
        if not self._due:
            return
        start = _clock_start()
        rows = [
            (entry.id, entry.queue.id, *entry.message.content, entry.expires + start) for entry in self._new.values()
        ]
        try:
            self._run("BEGIN")
            for statement, values in self._changes:
                self._run(statement, values)
            self._file.executemany("INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            self._file.executemany("DELETE FROM messages WHERE id = ?", self._gone)
            self._run("COMMIT")
        except sqlite3.Error as error:
            print(f"minibroker ends: it cannot write to {self.path}: {_reason(error)}", file=sys.stderr, flush=True)
            os._exit(1)  # at once, so that no client hears of what is not written
        self._due, self._changes, self._new, self._gone = False, [], {}, []

    def close(self, queues):
        """Write the rest, and which messages nobody has had, for it is known if the broker is ended in order."""
        for queue in queues:
            for _, entry in queue.ready:
                if entry.id and not entry.redelivered:
                    self._change("INSERT INTO untouched VALUES (?)", entry.id)
        self.commit()
        self._file.close()


def _clock_start():
    """When `time.monotonic` was 0, in seconds since 1970: it is another time after a restart of the machine."""
    return time.time() - time.monotonic()


def _reason(error):
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return "another broker uses it" if text == "database is locked" else text


def _table(value):
    """Write a table, an array or a value as AMQP does; pamqp is not exact, or not in each version, with numbers."""
    if isinstance(value, dict):
        content = b"".join(encode.short_string(name) + _table(each) for name, each in value.items())
    elif isinstance(value, list):
        content = b"".join(map(_table, value))
    elif isinstance(value, float):
        return b"d" + struct.pack(">d", value)
    elif isinstance(value, int) and not isinstance(value, bool):
        return b"l" + struct.pack(">q", value)
    elif isinstance(value, Decimal):
        places = max(0, -value.as_tuple().exponent)
        return b"D" + struct.pack(">Bi", places, int(value.scaleb(places)))
    else:
        return encode.encode_table_value(value)
    return (b"F" if isinstance(value, dict) else b"A") + struct.pack(">I", len(content)) + content


def _read_table(data):
    return wire.read_value(data, 1, "F")[0]
