"""What the instructions of a function touch that another thread could touch, too.

A change of threads matters only where both of them touch the same thing and one of them changes it. So the threads'
engine looks, before each instruction of the reader's code, whether it reads or writes an attribute, a global name, a
name of an enclosing function, or the content of a list or another object. `table_of` finds in the bytecode which
instructions do, and by which path of names they get there (`self.buns`, then `append`); `places` follows such a path
in a frame and says which places of the memory that is. Only names are followed, no property and no other code is run.
"""

import builtins
import dis
import threading
import types
from collections import deque
from queue import Queue

ATTRIBUTE, GLOBAL, CELL, CONTENT = "attribute", "global", "cell", "content"
VAGUE_NAMES = {"getattr", "hasattr", "setattr", "delattr", "vars", "exec", "eval", "globals", "locals", "__dict__"}

_LOADS = {"LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_FAST_BORROW", "LOAD_NAME", "LOAD_GLOBAL", "LOAD_DEREF"}
_TWO_LOADS = {"LOAD_FAST_LOAD_FAST", "LOAD_FAST_BORROW_LOAD_FAST_BORROW", "STORE_FAST_LOAD_FAST"}
_IDLE = {"CACHE", "PRECALL", "PUSH_NULL", "NOP", "EXTENDED_ARG", "RESUME", "KW_NAMES", "COPY", "SWAP", "NOT_TAKEN"}
_ENDS = {"POP_TOP", "RETURN_VALUE", "STORE_FAST", "STORE_NAME"}  # of a statement, nearly always
_ATOMS = (str, bytes, int, float, complex, bool, type(None), type(...), type, range)
_CODE = (types.FunctionType, types.MethodType, types.ModuleType, types.CodeType, property)
_SYNCHRONISED = (threading.Thread, threading.Event, threading.Semaphore, threading.Barrier, Queue, threading.local)
MOST_ITEMS = 100  # of one container that are looked at


def table_of(code):
    """Map offsets of instructions of a code object to what they touch: {offset: [(kind, path, name, writes), …]}.

    `path` leads to the object whose attribute or content it is: ("self", "buns"); None if nobody can tell.
    """
    table = {}
    path = None  # of the object that the last instruction has loaded
    known = {}  # each path of the statement so far, and whether anything may have happened since it was loaded

    def touch(offset, kind, path, name, writes):
        table.setdefault(offset, []).append((kind, path, name, writes))

    for step in dis.get_instructions(code):
        name, here = step.opname, step.offset
        if name in _IDLE:
            continue
        if name in _LOADS or name in _TWO_LOADS:
            path = (step.argval,) if name in _LOADS else (step.argval[1],)
            if name in ("LOAD_GLOBAL", "LOAD_NAME"):
                touch(here, GLOBAL, None, step.argval, False)
            elif name == "LOAD_DEREF":
                touch(here, CELL, None, step.argval, False)
            elif name == "LOAD_FAST_LOAD_FAST" or name.startswith("LOAD_FAST_BORROW_"):
                touch(here, CONTENT, (step.argval[0],), None, False)
            touch(here, CONTENT, path, None, False)
            known[path] = False
            continue
        if name in ("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR"):
            attribute = step.argval
            touch(here, ATTRIBUTE, path, attribute, False)
            path = path and (*path, attribute)
            if path:
                touch(here, CONTENT, path, None, False)
                known[path] = False
            continue
        if name in ("STORE_ATTR", "DELETE_ATTR"):
            touch(here, ATTRIBUTE, path, step.argval, True)
        elif name in ("STORE_GLOBAL", "DELETE_GLOBAL"):
            touch(here, GLOBAL, None, step.argval, True)
        elif name in ("STORE_DEREF", "DELETE_DEREF"):
            touch(here, CELL, None, step.argval, True)
        acts = name.startswith(("CALL", "BINARY", "STORE_S", "DELETE_S", "STORE_ATTR", "STORE_GLOBAL", "STORE_DEREF"))
        if name.startswith(("CALL", "STORE_SUBSCR", "DELETE_SUBSCR", "STORE_SLICE")):
            for each, stale in known.items():
                if stale:
                    touch(here, CONTENT, each, None, False)
        if acts:
            known = dict.fromkeys(known, True)
        if name in _ENDS or name.startswith(("STORE_S", "STORE_ATTR", "STORE_GLOBAL", "STORE_DEREF", "POP_JUMP")):
            known = {}
        path = None
    return table


def is_vague(code):
    """Whether it asks for things by names that are made while it runs, so that nobody can tell what it touches."""
    return not VAGUE_NAMES.isdisjoint(code.co_names)


def places(names, all_names, kind, path, name):
    """What an entry of the table, other than for content, touches: [(place, object to be kept alive meanwhile), …].

    `names` and `all_names` are the local and the global ones of the frame. The place of an attribute whose object is
    not known is its name alone.
    """
    if kind == GLOBAL:
        return [((GLOBAL, id(all_names), name), None)]
    if kind == CELL:
        return [((CELL, name), None)]
    owner = follow(names, all_names, path) if path else None
    if owner is None:
        return [((ATTRIBUTE, name), None)]
    found = [((ATTRIBUTE, id(owner), name), owner)]
    if not isinstance(owner, type) and name not in _own(owner):
        found += [((ATTRIBUTE, id(base), name), base) for base in type(owner).__mro__ if name in vars(base)]
    return found


def follow(names, all_names, path):
    """The object to which a path of names leads; None where only running code could tell."""
    base, *rest = path
    value = names.get(base, _NOTHING)
    if value is _NOTHING:
        value = all_names.get(base, _NOTHING)
        if value is _NOTHING:
            value = vars(builtins).get(base)
    for name in rest:
        value = _attribute(value, name)
        if value is None:
            return None
    return value


_NOTHING = object()


def _own(value):
    try:
        return object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}


def _attribute(value, name):
    own = _own(value)
    if name in own:
        return own[name]
    kinds = value.__mro__ if isinstance(value, type) else type(value).__mro__
    for kind in kinds:
        if name in vars(kind):
            found = vars(kind)[name]
            if isinstance(found, types.MemberDescriptorType):  # one of __slots__
                try:
                    return found.__get__(value)
                except AttributeError:
                    return None
            if isinstance(found, (types.MethodDescriptorType, types.WrapperDescriptorType)):
                return value  # a method of a list touches the list
            return None if isinstance(found, (*_CODE, staticmethod, classmethod)) else found
    return None


def contents(value, depth=4):
    """The objects whose content can be reached from a value: itself, and containers in it; a list, often empty."""
    sort = _SORTS.get(type(value)) or _sort(type(value))
    if sort == _NONE or depth == 0:
        return []
    if sort == _METHOD:  # `append` of a list
        return contents(value.__self__, depth)
    found = [] if sort == _FROZEN else [value]
    if sort != _OPAQUE:
        items = list(value.values()) if sort == _MAPPING else list(value)
        for item in items[:MOST_ITEMS]:
            found += contents(item, depth - 1)
    return found


_NONE, _METHOD, _MAPPING, _ITEMS, _FROZEN, _OPAQUE = range(1, 7)
_SORTS = {}  # of the types that were seen


def _sort(kind):
    if issubclass(kind, (*_ATOMS, *_CODE, *_SYNCHRONISED)) or getattr(kind, "steered", False):
        sort = _NONE
    elif issubclass(kind, types.BuiltinFunctionType):
        sort = _METHOD
    elif issubclass(kind, dict):
        sort = _MAPPING
    elif issubclass(kind, (list, set, deque)):
        sort = _ITEMS
    elif issubclass(kind, (tuple, frozenset)):
        sort = _FROZEN
    elif kind.__flags__ & _HEAP_TYPE and kind.__module__ not in ("itertools", "functools"):
        sort = _NONE  # an instance of a class written in Python: its attributes count by their names
    else:
        sort = _OPAQUE
    _SORTS[kind] = sort
    return sort


_HEAP_TYPE = 1 << 9


def snapshot(value):
    """What changes when its content does; None if nobody can tell."""
    if isinstance(value, dict):
        return [*map(id, value), *map(id, value.values())]
    if isinstance(value, (list, deque, set)):
        return [*map(id, value)]
    if isinstance(value, bytearray):
        return bytes(value)
    return None
