"""The reader as the scheduler: two threads, stopped before each line, and a button for each to let it run one.

The threads are real. Each runs its function under `sys.settrace`, which calls us before every line; there it stays
until somebody gives it a turn. Who is in a lock's way is found out as on any machine: by giving a turn, and waiting.
"""

import contextlib
import inspect
import sys
import textwrap
import threading
from html import escape

from backstage import asked
from backstage.pages import live
from backstage.processes.own_time import OwnTime
from backstage.schedules.story import named

LETTERS = "ABCDEF"
LOOK = 0.05  # seconds between two looks at a thread that may wait for a lock
PATIENCE = 0.3  # seconds in which a thread could run a line if a lock may be in its way, after a click
LONG_PATIENCE = 2.0  # and in a schedule that is given in full, where nobody waits for the answer
END = 20.0  # seconds for a line that has no lock in its way, however busy the machine is
FAREWELL = 2.0  # seconds in which a thread could end that is to: what it waits for may be none of what is shared

_desks = {}  # by the program's name: a cell that is run again takes the place of its former self

_LINE = "white-space: pre; font-family: var(--jp-code-font-family, monospace); padding: 0 0.5em; text-align: left"


def take_turns(program, schedule=None):
    """Let the reader decide, by clicks, which of some threads runs its next line.

    Parameters
    ----------
    program : callable
        Called without arguments; returns a dict of what the threads share, and their functions, up to six:
        `return shop, sell, sell`. It is called anew for each attempt.
    schedule : str, optional
        Clicks in advance, such as "AABB": their lines are printed, with what is shared after each, and no button.

    Raises
    ------
    TypeError, ValueError
        If `program` is no function or returns something else, or `schedule` names somebody who is not there.
    """
    asked.function("program", program)
    if schedule is None:
        name = getattr(program, "__qualname__", "")
        if name in _desks:
            _desks.pop(name).close()
        _desks[name] = _Desk(program)
        _desks[name].show()
        return
    asked.text("schedule", schedule)
    attempt = Attempt(program, LONG_PATIENCE)
    try:
        letters = [each.name for each in attempt.threads]
        unknown = sorted(set(schedule.replace(" ", "")) - set(letters))
        if unknown:
            raise ValueError(f"There is no {unknown[0]!r} here, only {', '.join(letters)}: a schedule is like 'AABB'.")
        for letter in schedule.replace(" ", ""):
            print(attempt.step(letter))
        print(attempt.end() or "Not all have come to their end.")
    finally:
        attempt.close()


class Attempt:
    """One run of a program, line by line.

    Parameters
    ----------
    program : callable
        As for `take_turns`.
    patience : float
        Seconds until a thread is taken to wait for a lock.

    Attributes
    ----------
    shared : dict
    threads : list of Stepped
        Named "A", "B" and so on.
    schedule : str
        Whose turns there were.
    """

    def __init__(self, program, patience=PATIENCE):
        made = program()
        if not isinstance(made, tuple) or len(made) < 2 or not isinstance(made[0], dict):
            raise ValueError(
                "The program has to return a dict of what is shared, and then functions: `return shop, sell, sell`."
            )
        self.shared, *functions = made
        wrong = next((each for each in functions if not inspect.isfunction(each)), None)
        if wrong is not None:
            raise ValueError(f"{asked.shown(wrong)} is not a function.")
        if len(functions) > len(LETTERS):
            raise ValueError(f"There is room for {len(LETTERS)} threads.")
        self.schedule = ""
        self._patience = patience
        self.threads = [Stepped(letter, function) for letter, function in zip(LETTERS, functions, strict=False)]

    def step(self, letter):
        """Give that thread a turn; return what happened, as a line of text."""
        if not self.schedule:
            for each in self.threads:
                each.start()
                each.stopped.wait(END)
        thread = next(each for each in self.threads if each.name == letter)
        self.schedule += letter
        if thread.is_done:
            return f"{letter}  has come to its end before"
        line = thread.text
        if not thread.is_waiting:
            thread.stopped.clear()
            thread.began.clear()
            thread.turn.release()
            thread.began.wait(END)  # or one that waits for a core would be taken for one that waits for a lock
        self._settle(thread)
        for other in self.threads:
            if other is not thread and other.is_waiting:
                self._settle(other)
        note = "   ← waits" if thread.is_waiting else f"   ← {thread.error}" if thread.error else ""
        seen = "".join(f"   {name}: {value!r}" for name, value in thread.seen.items())
        width = max(len(line.strip()) for each in self.threads for line in each.source)
        return f"{letter}  {line:{width}}{note}{seen}   | {self.said()}"

    def _settle(self, thread):
        """Wait until the thread has run its line, or is found to wait."""
        own, left, most = OwnTime(thread=thread), self._patience, END
        while not thread.stopped.wait(LOOK) and left > 0 and most > 0:
            most -= LOOK
            could_run = own.of(LOOK)
            if any(_is_held(thing) for thing in self.shared.values()):  # one that was given back goes to another soon
                left -= could_run
        thread.is_waiting = not thread.stopped.is_set()

    def said(self):
        """What is shared, as text."""
        return "   ".join(f"{name}: {_show(thing)}" for name, thing in self.shared.items())

    def end(self):
        """A sentence if nobody can go on, or ""."""
        alive = [each for each in self.threads if not each.is_done]
        if not alive:
            return f"All have come to their end, by the schedule {self.schedule}. {self.said()}"
        if all(each.is_waiting for each in alive):
            return f"Nobody can go on, by the schedule {self.schedule}: a deadlock."
        return ""

    def close(self):
        """Bring the threads to an end that have not come there; who waits for what is not shared is left behind."""
        if not self.schedule:
            return  # nor have they begun
        for thread in self.threads:
            thread.is_over = True
            thread.turn.release()
        for thread in self.threads:
            own, left = OwnTime(thread=thread), FAREWELL
            while thread.is_alive() and left > 0:
                for thing in self.shared.values():
                    if _is_held(thing):  # it may be in the way of one that has to end
                        with contextlib.suppress(RuntimeError):  # an RLock, which its holder alone can release
                            thing.release()
                thread.join(LOOK)
                left -= own.of(LOOK)


class Stepped(threading.Thread):
    """A thread that stops before each line of its function until it is given a turn.

    Attributes
    ----------
    turn : threading.Semaphore
        Released by whoever gives it a turn.
    began : threading.Event
        Set once it has heard of its turn.
    stopped : threading.Event
        Set while it stands before a line, or has come to its end.
    line : int or None
        The one before which it stands, counted from the first of the source; None if it has not begun.
    seen : dict
        Its own variables, by their names.
    """

    def __init__(self, name, function):
        super().__init__(name=name, daemon=True)
        self.function, self.code = function, function.__code__
        lines, self.first = inspect.getsourcelines(function)
        self.source = textwrap.dedent("".join(lines)).splitlines()
        self.turn, self.began, self.stopped = threading.Semaphore(0), threading.Event(), threading.Event()
        self.line, self.seen, self.error = None, {}, ""
        self.is_waiting = self.is_done = self.is_over = False

    @property
    def text(self):
        return self.source[self.line].strip()

    def run(self):
        sys.settrace(self._trace)
        try:
            self.function()
        except BaseException as error:
            self.error = "" if self.is_over else named(error)
        finally:
            sys.settrace(None)
            self.is_done = True
            self.stopped.set()

    def _trace(self, frame, event, _):
        if frame.f_code is not self.code:
            return None
        if event in ("line", "return"):
            mine = self.code.co_varnames
            self.seen = {name: value for name, value in frame.f_locals.items() if name in mine}
        if event == "line":
            self.line = frame.f_lineno - self.first
            self.stopped.set()
            self.turn.acquire()
            self.began.set()
            if self.is_over:
                raise SystemExit
        return self._trace


def _is_held(thing):
    return bool(getattr(thing, "locked", bool)())


def _show(thing):
    return ("held" if thing.locked() else "free") if hasattr(thing, "locked") else repr(thing)


class _Desk:
    """The buttons, and what stands above them."""

    def __init__(self, program):
        from ipywidgets import HTML, Button, HBox, Label, VBox

        self._program, self._attempt = program, Attempt(program)
        self._page, self._said = HTML(), Label()
        self._buttons = {}
        for thread in self._attempt.threads:
            button = Button(description=f"{thread.name} runs a line")
            button.on_click(lambda _, letter=thread.name: self._step(letter))
            self._buttons[thread.name] = button
        again = Button(description="Start again")
        again.on_click(lambda _: self._start_again())
        self._all = VBox([self._page, HBox([*self._buttons.values(), again]), self._said])
        self._draw()

    def show(self):
        from IPython.display import display

        text = 'Click who runs the next line. Without buttons: give the clicks as a second argument, such as "AABB".'
        display({**self._all._repr_mimebundle_(), "text/plain": text}, raw=True)

    def close(self):
        self._attempt.close()
        for widget in (*self._all.children[1].children, *self._all.children, self._all):
            widget.close()

    def _step(self, letter):
        self._attempt.step(letter)
        self._draw()

    def _start_again(self):
        self._attempt.close()
        self._attempt = Attempt(self._program)
        self._draw()

    def _draw(self):
        attempt = self._attempt
        self._page.value = live(_table(attempt))
        for thread in attempt.threads:
            self._buttons[thread.name].disabled = thread.is_done or bool(attempt.end())
        schedule = f"Your schedule: {attempt.schedule}" if attempt.schedule else "Who begins?"
        self._said.value = attempt.end() or schedule


def _table(attempt):
    """The source of each thread, with an arrow before its next line; below, its own variables, and what is shared."""
    heads = "".join(f'<th style="{_LINE}">{each.name}</th>' for each in attempt.threads)
    columns = "".join(f'<td style="vertical-align: top">{_column(each)}</td>' for each in attempt.threads)
    shared = f'<p style="margin: 0.4em 0.5em"><strong style="white-space: pre">{escape(attempt.said())}</strong></p>'
    return f"<table><thead><tr>{heads}</tr></thead><tr>{columns}</tr></table>{shared}"


def _column(thread):
    rows = []
    for number, line in enumerate(thread.source):
        here = number == thread.line and not thread.is_done
        mark = ("…" if thread.is_waiting else "▶") if here else " "
        weight = "; font-weight: bold; background: var(--jp-layout-color2, #8883)" if here else ""
        rows.append(f'<div style="{_LINE}{weight}">{mark} {escape(line)}</div>')
    seen = ", ".join(f"{name}: {value!r}" for name, value in thread.seen.items())
    note = thread.error or ("has come to its end" if thread.is_done else "waits" if thread.is_waiting else "")
    below = " · ".join(filter(None, [seen, note])) or " "
    return "".join(rows) + f'<div style="{_LINE}; font-style: italic">{escape(below)}</div>'
