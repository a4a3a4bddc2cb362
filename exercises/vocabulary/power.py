"""A ledger in SQLite whose power fails: before a call of the check's choice, and for good."""

import sqlite3


class PowerCut(BaseException):
    """The end of a program, in the middle: no Exception, so that no answer catches it."""


class Power:
    """Lets calls pass, and fails for good before number `cut` of them; None never fails.

    Attributes
    ----------
    passed : int
        How many calls had power.
    failed : str
        The name of the call before which it failed, or "".
    """

    def __init__(self, cut=None):
        self.cut, self.passed, self.failed = cut, 0, ""

    def __call__(self, name):
        if self.cut is not None and self.passed >= self.cut:
            self.failed = self.failed or name
            raise PowerCut
        self.passed += 1


def _powered(kind, name):
    def call(self, *arguments):
        ledger = getattr(self, "connection", self)
        ledger.power(f"{ledger.called}{name}")
        return getattr(kind, name)(self, *arguments)

    return call


class _Pen(sqlite3.Cursor):
    execute, executemany = _powered(sqlite3.Cursor, "execute"), _powered(sqlite3.Cursor, "executemany")
    executescript = _powered(sqlite3.Cursor, "executescript")


class Ledger(sqlite3.Connection):
    """An SQLite connection whose calls need power; `sqlite3.connect(…, factory=Ledger)` makes one.

    Attributes
    ----------
    power : Power
        Set it to have it fail.
    called : str
        What stands before the name of a call where that is told.
    """

    power, called = Power(), ""
    commit, rollback = _powered(sqlite3.Connection, "commit"), _powered(sqlite3.Connection, "rollback")

    def cursor(self, factory=_Pen):
        return super().cursor(factory)

    def execute(self, *arguments):
        return self.cursor().execute(*arguments)

    def executemany(self, *arguments):
        return self.cursor().executemany(*arguments)

    def executescript(self, *arguments):
        return self.cursor().executescript(*arguments)

    def __exit__(self, kind, *details):
        if kind is None:
            self.commit()
        else:
            super().rollback()
