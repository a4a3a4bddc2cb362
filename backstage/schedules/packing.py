"""Packs what a notebook defines, for another process: functions and classes by value, locks as new ones of their kind.

Functions keep the name of their file, unlike with bare cloudpickle, so that their lines can be shown.

Names of `threading`, `queue` and `time` are packed as names, and looked up where they are unpacked. So a program that
is unpacked on a stage finds what stands in for them there, even by `from threading import Lock`, or as a lock made
long ago.
"""

import ast
import contextlib
import dis
import functools
import io
import itertools
import operator
import pickle
import queue
import sys
import threading
import time
import types
import weakref

import cloudpickle

_NAMES = [
    *[(threading, name) for name in ("Lock", "RLock", "Condition", "current_thread", "enumerate", "active_count")],
    (queue, "SimpleQueue"),
    *[(time, name) for name in ("sleep", "monotonic", "perf_counter", "time")],
]
_BY_NAME = {id(getattr(home, name)): (getattr, (home, name)) for home, name in _NAMES}
_CACHED = type(functools.cache(len))
_LOCKS = {type(threading.Lock()): "Lock", type(threading.RLock()): "RLock"}


class _Packer(cloudpickle.CloudPickler):
    """Also packs locks of gevent, and for the main greenlet of this process that of the one which unpacks."""

    def reducer_override(self, item):
        if id(item) in _BY_NAME:
            return _BY_NAME[id(item)]
        if type(item) in _LOCKS:
            return _make, (_LOCKS[type(item)],)
        if isinstance(item, threading.Condition):
            return _make, ("Condition", item._lock)
        if isinstance(item, queue.SimpleQueue):
            return _make_simple_queue, ()
        if isinstance(item, threading.local):
            return type(item), ()
        if type(item) is itertools.count:
            return _reduced_count(item)
        if type(item) is _CACHED and not _has_home(item):
            return _make_cached, (item.__wrapped__, item.cache_parameters())
        if type(item) is weakref.WeakKeyDictionary:  # what singledispatch has found out
            return type(item), (dict(item),)
        if isinstance(item, types.CodeType):
            make, arguments, *_ = cloudpickle.CloudPickler.dispatch_table[types.CodeType](item)
            return _make_code, (make, arguments, item.co_filename)
        if sys.modules.get("greenlet") and (known := _reduced_green(item)):
            return known
        return super().reducer_override(item)


def _make(name, *arguments):
    return getattr(threading, name)(*arguments)


def _has_home(item):
    """Whether another process finds it by its name; a cache bears the name of its function, if that has one."""
    try:
        module, name = item.__module__, item.__qualname__
        return module != "__main__" and operator.attrgetter(name)(sys.modules[module]) is item
    except (AttributeError, KeyError):
        return False


def _make_cached(function, parameters):
    return functools.lru_cache(**parameters)(function)


def _make_code(make, arguments, file):
    return make(*arguments).replace(co_filename=file)


def _reduced_count(item):
    """Begin, and step if it is not 1, as it tells them; from Python 3.14 on iterators are not pickled any more."""
    try:
        told = ast.literal_eval(repr(item).removeprefix("count"))
    except ValueError:  # it counts fractions, say
        return NotImplemented
    return itertools.count, told if isinstance(told, tuple) else (told,)


def _make_simple_queue():
    return queue.SimpleQueue()


def _reduced_green(item):
    import greenlet

    if type(item) is greenlet.greenlet and item.parent is None:
        return greenlet.getcurrent, ()
    if not sys.modules.get("gevent"):
        return None
    from gevent import event, lock, pool, queue, threadpool

    if isinstance(item, (lock.Semaphore, lock.BoundedSemaphore)):
        return type(item), (item.counter,)
    if isinstance(item, (lock.RLock, event.Event, event.AsyncResult)):
        return type(item), ()
    if type(item) in (queue.Queue, queue.JoinableQueue, queue.LifoQueue, queue.PriorityQueue):
        return _make_queue, (type(item), item.maxsize, list(item.queue))
    if type(item) is queue.SimpleQueue:
        return _make_queue, (type(item), None, list(item.queue))
    if isinstance(item, pool.Group) and not item.greenlets:
        return type(item), (item.size,) if isinstance(item, pool.Pool) else ()
    if isinstance(item, threadpool.ThreadPool):
        return threadpool.ThreadPool, (item.maxsize,)  # also for the hub's own, which belongs to its hub
    if isinstance(item, threadpool.ThreadPoolExecutor):
        return type(item), (item._max_workers,)
    return None


def _make_queue(kind, maxsize, items):
    made = kind(maxsize)
    for item in items:
        made.put(item)
    return made


def unpack(packed):
    """Open what `pack` has packed; classes are made anew, too, where cloudpickle would find those of the last time."""
    known = getattr(cloudpickle.cloudpickle, "_DYNAMIC_CLASS_TRACKER_BY_ID", {})
    before = dict(known)
    known.clear()
    try:
        return pickle.loads(packed)
    finally:
        known.clear()
        known.update(before)


def pack(value):
    """Pack a value: bytes that `unpack` opens, or `pickle.loads`, in any process that finds the course's modules."""
    packed = io.BytesIO()
    _Packer(packed).dump(value)
    return packed.getvalue()


def in_the_way(value, seen=()):
    """The name of the variable that a function or class uses, and because of which it cannot be packed, or ""."""
    for name, each in _used(value):
        if not any(each is one for one in seen):
            try:
                pack(each)
            except Exception:
                return in_the_way(each, (*seen, value, each)) or name
    return ""


def _used(value):
    """Yield each variable outside of a function, or of the methods of a class, that it uses: name, value."""
    if isinstance(value, type):
        for each in vars(value).values():
            if not isinstance(each, type) or each.__qualname__.startswith(f"{value.__qualname__}."):  # made within it
                yield from _used(each)
    value = getattr(value, "__wrapped__", getattr(value, "__func__", value))
    if not isinstance(value, types.FunctionType):
        return
    for name, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=True):
        with contextlib.suppress(ValueError):  # it is empty
            yield name, cell.cell_contents
    for name in _names(value.__code__):
        if name in value.__globals__:
            yield name, value.__globals__[name]


def _names(code):
    """Yield the names that code looks up in its module, those of the functions within it included."""
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield step.argval
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield from _names(each)
