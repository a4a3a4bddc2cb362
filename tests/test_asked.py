"""What chapters call, called with nonsense: a sentence that says what was given, and nothing left behind."""

import contextlib
import gc
import inspect
import linecache
import math
import re
import sys
import tempfile
import threading
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import helpers
from backstage import asked
from backstage.brokers import Broker, BrokerError, Cluster
from backstage.processes import Child, ChildError, belongings
from backstage.website.website import Request
from helpers import Crowd, Timeline, Website, plot_bars, plot_curves, plot_timelines, plot_visits, quantity
from helpers.isolated import IsolatedError

ROOT = Path(__file__).resolve().parent.parent
ENORMOUS = 10**5_000  # has more digits than Python writes down


class Hopeless:
    """Is nothing that anybody could want, and cannot even be looked at."""

    __hash__ = None

    def _refuse(self, *_):
        raise RuntimeError("deep inside")

    __repr__ = __str__ = __bool__ = __eq__ = __len__ = __iter__ = __float__ = __index__ = _refuse


NONSENSE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([1, -1]).map(lambda sign: sign * ENORMOUS),  # Hypothesis writes down what it samples from
    st.sampled_from([math.inf, -math.inf, math.nan, 1.7e308, 10**400, np.array([1, 2]), np.array(1)]),
    st.sampled_from(["\ud800", "$\\x$", "\0", plt, int]),
    st.builds(Hopeless),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=5),
    st.binary(max_size=5),
    st.lists(st.integers() | st.none(), max_size=3),
    st.dictionaries(
        st.text(max_size=2) | st.none(), st.floats() | st.text(max_size=2) | st.lists(st.floats()), max_size=3
    ),
    st.builds(object),
)
quick = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


class Started(BaseException):
    """What was given is good: a process would have been started now, or a folder made."""


def is_ours(error):
    """Whether a sentence of the course was raised, and not one of Python or of a library."""
    last = error.__traceback__
    while last.tb_next:
        last = last.tb_next
    file = last.tb_frame.f_code.co_filename
    line = linecache.getline(file, last.tb_lineno).strip()  # what is raised in C has no place but that of its call
    return Path(file).is_relative_to(ROOT) and line.startswith("raise ")


@contextlib.contextmanager
def one_sentence(*more):
    """It goes well, or says in one sentence of ours what was given."""
    try:
        yield
    except Started:
        pass
    except (TypeError, ValueError, *more) as error:
        said = str(error)
        assert is_ours(error), f"nobody looked before Python did: {error!r}"
        assert "\n" not in said and 10 < len(said) < 300, said


@pytest.fixture(autouse=True)
def no_figure_is_left(monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    yield
    assert plt.get_fignums() == []


@pytest.fixture
def nothing_starts(monkeypatch, tmp_path):
    """Whoever would start a process, or make a folder, raises Started."""

    def start(*_, **__):
        raise Started

    monkeypatch.setattr(Child, "__init__", start)
    monkeypatch.setattr("backstage.processes.belongings.belongs", start)
    monkeypatch.setenv("COURSE_MEMORY", str(tmp_path / "memory.jsonl"))
    monkeypatch.delenv("AMQP_URL", raising=False)


def closed_timeline():
    with Timeline("steam") as timeline:
        pass
    timeline.add("row", 0, 1, running=True)
    return timeline


def opened(**options):
    with Timeline(**options) as timeline:
        pass
    return repr(timeline)


def made(of, **attributes):
    """An object of this class that has not started anything."""
    one = of.__new__(of)
    vars(one).update(attributes)
    return one


class Nodes(dict):
    """Nodes of a cluster that does not run; who gets one has asked well."""

    def __getitem__(self, name):
        raise Started


class Line:
    """What a crowd says its orders to."""

    def send(self, *_):
        raise Started


class Realm:
    """What RabbitMQ's programs are found by."""

    @property
    def server(self):
        raise Started


def ready(value):
    from helpers import cell

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cell, "_background", True)
        patch.setattr(cell, "_report", 1)
        patch.setattr(cell, "_send", lambda *_: None)
        cell.ready(value)


def ask_for_a_broker(value):
    value = value if isinstance(value, str) and value.isprintable() and value.isascii() else "rabbit" * 99
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_BROKER", value)
        helpers.start_broker()


def crowd():
    return made(Crowd, _server=None, _stopped=False, _child=Line())


def cluster():
    return made(Cluster, nodes=Nodes(one=SimpleNamespace(running=True, frozen=False)), stopped=False, _realm=Realm())


def broker():
    return made(Broker, kind="embedded", place="here")


LOG = [Request("/page/1", 0.0, 1.0, "200")]
BY_NAME = {"xlabel": "", "ylabel": ""}
# By what is called, each of its parameters, and how to give it a value while all others are good.
PARAMETERS = {
    "Timeline": {
        "title": lambda value: opened(title=value),
        "trace": lambda value: opened(trace=value),
        "live": lambda value: opened(live=value),
    },
    "Timeline.add": {
        "row": lambda value: Timeline().add(value, 0, 1, running=True),
        "start": lambda value: Timeline().add("row", value, 1e301, running=True),
        "end": lambda value: Timeline().add("row", -1e301, value, running=True),
        "running": lambda value: Timeline().add("row", 0, 1, running=value),
    },
    "Timeline.name": {"greenlets": lambda value: Timeline().name(one=value)},
    "Timeline.plot": {"options": lambda value: closed_timeline().plot(by=value)},
    "span": {"row": lambda value: helpers.span(value), "waiting": lambda value: helpers.span("row", waiting=value)},
    "plot_timelines": {
        "timelines": lambda value: plot_timelines(value),
        "by": lambda value: plot_timelines(closed_timeline(), by=value),
        "greenlets": lambda value: plot_timelines(closed_timeline(), greenlets=value),
        "switches": lambda value: plot_timelines(closed_timeline(), switches=value),
    },
    "plot_bars": {
        "values": lambda value: plot_bars(value),
        "title": lambda value: plot_bars({"a": 1}, title=value),
        "unit": lambda value: plot_bars({"a": 1}, unit=value),
        "xlabel": lambda value: plot_bars({"a": 1}, xlabel=value),
        "ax": lambda value: plot_bars({"a": 1}, ax=value),
    },
    "plot_curves": {
        "x": lambda value: plot_curves(value, {"a": [1, 2]}, **BY_NAME),
        "curves": lambda value: plot_curves([1, 2], value, **BY_NAME),
        "title": lambda value: plot_curves([1, 2], {"a": [1, 2]}, title=value, **BY_NAME),
        "xlabel": lambda value: plot_curves([1, 2], {"a": [1, 2]}, xlabel=value, ylabel=""),
        "ylabel": lambda value: plot_curves([1, 2], {"a": [1, 2]}, xlabel="", ylabel=value),
        "unit": lambda value: plot_curves([1, 2], {"a": [1, 2]}, unit=value, **BY_NAME),
        "ideal": lambda value: plot_curves([1, 2], {"a": [1, 2]}, ideal=value, **BY_NAME),
        "log": lambda value: plot_curves([1, 2], {"a": [1, 2]}, log=value, **BY_NAME),
        "ax": lambda value: plot_curves([1, 2], {"a": [1, 2]}, ax=value, **BY_NAME),
    },
    "quantity": {"value": lambda value: quantity(value), "unit": lambda value: quantity(1, value)},
    "plot_visits": {"logs": lambda value: plot_visits(value), "by": lambda value: plot_visits({"a": LOG}, by=value)},
    "ready": {"port": ready},
    "start_isolated": {
        "source": lambda value: helpers.start_isolated(value),
        "inputs": lambda value: helpers.start_isolated("", value),
        "name": lambda value: helpers.start_isolated("", name=value),
        "gevent": lambda value: helpers.start_isolated("", gevent=value),
        "timeout": lambda value: helpers.start_isolated("", timeout=value),
        "label": lambda value: helpers.start_isolated("", label=value),
    },
    "check": {"name": lambda value: helpers.check(value, 1), "answer": lambda value: helpers.check("01.1", value)},
    "ask_again": {},
    "predict": {
        "name": lambda value: helpers.predict(value),
        "guess": lambda value: helpers.predict("01.a", value),
    },
    "progress": {
        "chapter": lambda value: helpers.progress(value),
        "erase": lambda value: helpers.progress(erase=value),
    },
    "explore": {
        "program": lambda value: helpers.explore(value),
        "bound": lambda value: helpers.explore(print, bound=value),
        "seconds": lambda value: helpers.explore(print, seconds=value),
    },
    "take_turns": {
        "program": lambda value: helpers.take_turns(value, "AB"),
        "schedule": lambda value: helpers.take_turns(lambda: ({}, quantity), "C" if value is None else value),
    },
    "start_patients": {},
    "temporary_folder": {"prefix": lambda value: helpers.temporary_folder(value)},
    "lift_descriptor_limit": {},
    "climb": {},
    "Website": {
        name: lambda value, name=name: Website(**{"pages": 9, name: value})
        for name in inspect.signature(Website).parameters
    },
    "Crowd": {
        "port": lambda value: Crowd(value),
        "server": lambda value: Crowd(1, server=value),
        "timeout": lambda value: Crowd(1, timeout=value),
    },
    "Crowd.connect": {
        "clients": lambda value: crowd().connect(value),
        "at_once": lambda value: crowd().connect(1, at_once=value),
        "progress": lambda value: crowd().connect(1, progress=value),
    },
    "Crowd.ask": {
        "rounds": lambda value: crowd().ask(value),
        "message": lambda value: crowd().ask(1, value),
        "reply": lambda value: crowd().ask(reply=value),
        "at_once": lambda value: crowd().ask(at_once=value),
        "progress": lambda value: crowd().ask(progress=value),
    },
    "Crowd.visit": {
        "clients": lambda value: crowd().visit(value),
        "rounds": lambda value: crowd().visit(1, value),
        "message": lambda value: crowd().visit(1, 1, value),
        "reply": lambda value: crowd().visit(1, reply=value),
        "progress": lambda value: crowd().visit(1, progress=value),
    },
    "start_broker": {"COURSE_BROKER": ask_for_a_broker},  # what its environment asks for
    "Broker.restart": {"kill": lambda value: broker().restart(value)},
    "start_cluster": {},
    "Cluster.start": {"names": lambda value: cluster().start(value)},
    "Cluster.kill": {"names": lambda value: cluster().kill(value)},
    "Cluster.freeze": {"name": lambda value: cluster().freeze(value)},
    "Cluster.thaw": {"name": lambda value: cluster().thaw(value)},
    "Cluster.cut_off": {"name": lambda value: cluster().cut_off(value)},
    "Cluster.control": {
        "name": lambda value: cluster().control(value, "status"),
        "command": lambda value: cluster().control("one", value),
        "program": lambda value: cluster().control("one", "status", program=value),
    },
    "Cluster.leader": {"queue": lambda value: cluster().leader(value)},
}
CALLS = [(name, parameter, call) for name, each in PARAMETERS.items() for parameter, call in each.items()]
RETURNED = {"Broker": Broker, "Cluster": Cluster}  # by start_broker and start_cluster
ALSO = {name: BrokerError for name in PARAMETERS if name.startswith(("Broker", "Cluster", "start_broker"))}
ALSO["start_isolated"] = IsolatedError  # what is no Python, and what cannot be sent
ANYTHING_GOES = {  # it is no error, whatever it is
    ("check", "answer"),  # a wrong answer is told so
    ("predict", "guess"),  # and a guess that is no choice is told which there are
}
each_parameter = pytest.mark.parametrize(
    ("name", "parameter", "call"), CALLS, ids=[f"{name}({parameter})" for name, parameter, _ in CALLS]
)


def found(name):
    first, _, method = name.partition(".")
    whole = RETURNED.get(first) or getattr(helpers, first)
    return getattr(whole, method) if method else whole


def parameters(function):
    return [name for name in inspect.signature(function).parameters if name != "self"]


def methods(name):
    """What a reader may call on it, and give something to."""
    for method, function in vars(found(name)).items() if inspect.isclass(found(name)) else ():
        if inspect.isfunction(function) and not method.startswith("_") and parameters(function):
            yield f"{name}.{method}"


def test_every_parameter_of_what_is_offered_is_given_nonsense():
    offered = [name for name in helpers.__all__ if callable(getattr(helpers, name))]
    assert {*offered, *(method for name in (*offered, *RETURNED) for method in methods(name))} == set(PARAMETERS)
    for name, calls in PARAMETERS.items():
        assert [*calls] == parameters(found(name)) or name == "start_broker", name


@contextlib.contextmanager
def nothing_is_left():
    """No process, thread, descriptor, folder or thing to be removed is there that was not before."""

    def there():
        gc.collect()
        folders = Path(tempfile.gettempdir()).glob("course-*")
        held = psutil.Process().num_fds() if psutil.POSIX else 0
        return {*psutil.Process().children(), *threading.enumerate(), *folders, *belongings._entrusted}, held

    before, held = there()
    yield
    after, holds = there()
    assert (after - before, max(0, holds - held)) == (set(), 0)


@pytest.fixture
def apart(monkeypatch, tmp_path):
    """A folder for what is temporary, and the reader's memory, in which nobody else works."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setenv("COURSE_MEMORY", str(tmp_path / "memory.jsonl"))
    monkeypatch.delenv("AMQP_URL", raising=False)


def refusals():
    """(name, parameter, error) for each that is given what nobody could want, and what has come of it."""
    for name, parameter, call in CALLS:
        if (name, parameter) not in ANYTHING_GOES:
            try:
                call(Hopeless())
            except Exception as error:
                yield name, parameter, error
            else:
                pytest.fail(f"{name}({parameter}) takes what is hopeless")


def test_what_is_hopeless_is_refused_before_anything_starts(apart):
    list(refusals())  # loads what is loaded but once
    with nothing_is_left():
        refused = list(refusals())
    for name, parameter, error in refused:
        assert is_ours(error) and "deep inside" not in str(error), f"{name}({parameter}): {error!r}"


def test_what_is_refused_is_documented(apart):
    for name, parameter, error in refusals():
        kinds = {kind.__name__ for kind in type(error).__mro__}
        assert kinds & documented(name), f"{name}({parameter}) may raise {type(error).__name__}"


STARTED = {  # by name, what starts a process, or several
    "Crowd": lambda: Crowd(1),
    "Website": lambda: Website(1),
    "climb": helpers.climb,
    "explore": lambda: helpers.explore(print),
    "start_isolated": lambda: helpers.start_isolated(""),
    "start_patients": helpers.start_patients,
}


@pytest.mark.parametrize("name", STARTED)
def test_a_program_that_is_missing_is_named_and_nothing_is_left(apart, monkeypatch, tmp_path, name):
    belongings.temporary_folder().rmdir()  # there are guardians now
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with nothing_is_left(), pytest.raises(ChildError, match=r"^[\w' ]+ cannot be started: [^\n]*python'?$"):
        STARTED[name]()
    assert "ChildError" in documented(name)


def test_a_folder_that_cannot_be_made_is_named_and_nothing_is_left(apart, monkeypatch, tmp_path):
    belongings.temporary_folder().rmdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with nothing_is_left(), pytest.raises(OSError, match=r"nowhere.*course-"):
        helpers.temporary_folder()
    assert "OSError" in documented("temporary_folder")


@each_parameter
@given(value=NONSENSE)
@settings(quick, max_examples=15)
def test_nonsense_is_refused_in_a_sentence(nothing_starts, name, parameter, call, value):
    with one_sentence(*filter(None, [ALSO.get(name)])):
        call(value)


@given(NONSENSE, NONSENSE)
@quick
def test_quantity(value, unit):
    with one_sentence():
        assert isinstance(quantity(value, unit), str)


@given(NONSENSE, NONSENSE)
@quick
def test_plots_look_before_they_make_a_figure(first, second):
    for draw in (
        lambda: plot_bars(first, unit=second),
        lambda: plot_bars({"a": 1.0}, ax=first),
        lambda: plot_curves(first, second, xlabel="", ylabel=""),
        lambda: plot_curves([1, 2], {"a": first, "b": second}, xlabel="", ylabel=""),
        lambda: plot_curves([1], {"a": [first]}, xlabel="", ylabel="", log=second),
        lambda: plot_timelines(first, by=second),
        lambda: plot_visits(first, by=second),
        lambda: plot_visits({"a": first}),
    ):
        with one_sentence():
            draw()


@pytest.mark.parametrize("clients", [0, -1, True, 1.5, "3", None, 10**400, 10**9])
def test_a_crowd_counts_before_it_begins(monkeypatch, clients):
    monkeypatch.setattr("backstage.crowd.crowd.Child", pytest.fail, raising=True)
    crowd = Crowd.__new__(Crowd)
    for call in (crowd.connect, crowd.ask, crowd.visit):
        with pytest.raises((TypeError, ValueError), match="is a whole number from 1 to 1,000,000, not "):
            call(clients)


@pytest.mark.parametrize("seconds", [Fraction(1, 2), Decimal("0.5"), np.float32(0.5)])
def test_a_time_may_be_any_kind_of_number(seconds):
    with Crowd(1, timeout=seconds) as crowd:
        assert str(crowd.connect(1)) in ("0 of 1 done, 1 refused", "0 of 1 done, 1 timed out")


def test_a_sentence_shows_anything():
    class Mute:
        def __repr__(self):
            raise RuntimeError

    assert asked.shown(Mute()) == "a value of type Mute that cannot be written down"
    assert asked.shown(ENORMOUS) == "a value of type int that cannot be written down"
    assert len(asked.shown("x" * 1_000)) <= 60


def documented(name):
    """The kinds of error that a docstring names, its own or the one that it refers to."""
    if other := re.search(r"errors are those of `(\w+)`", inspect.getdoc(found(name))):
        return documented(other[1])
    raised = inspect.getdoc(found(name)).partition("Raises\n------\n")[2]
    if "." in name and not raised:  # the class says what its methods raise
        raised = inspect.getdoc(found(name.partition(".")[0])).partition("Raises\n------\n")[2]
        assert "the methods" in raised, name
    named = set(re.findall(r"^(?:\w+, )*\w+$", raised, re.MULTILINE))
    return {each for line in named for each in line.split(", ")}


@pytest.mark.parametrize("value", [True, 1, 1.0, np.True_, Decimal(1)])
def test_what_is_true_may_be_any_kind_of_one(value):
    assert asked.whether("it", value) is True
    assert asked.whether("it", value - value if not isinstance(value, np.bool_) else np.False_) is False


@pytest.mark.parametrize("value", ["no", "", None, [], 2, math.nan])
def test_what_is_merely_taken_for_true_or_false_is_neither(value):
    with pytest.raises(TypeError, match=r"^erase is True or False, not "):
        helpers.progress(erase=value)


@pytest.mark.parametrize("text", ["$5", r"\$5 or \$7", "$x^2$", "5 $ and no more", "$1, $2 or $3", "$5\n$7"])
def test_a_dollar_may_be_drawn(text):
    assert asked.drawn("title", text) == text


@pytest.mark.parametrize("text", [r"$\x$", "$5^^$"])
def test_what_is_no_formula_is_not_drawn(text):
    with pytest.raises(ValueError, match=r"^title has no formula between two \$, so write \\\$ instead: "):
        plot_bars({"a": 1}, title=text)
