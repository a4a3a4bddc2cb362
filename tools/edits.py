"""Small edits of a program, each a slip that a learner could make: what `tools.mutate` judges.

Of the libraries for this, mutmut and Cosmic Ray are kept up; but they change operators and constants in files, and run
test suites. Most slips in concurrent code are others: a `with` that ends one line early, two lines the wrong way round,
a list that survives from one call to the next. So these edits are our own, made on the syntax tree.
"""

import ast
import builtins
import copy
import warnings

OPERATORS = {
    **{ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE)},
    **{ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot, ast.Eq)},
    **{ast.IsNot: (ast.Is, ast.NotEq), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,)},
    **{ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Add, ast.FloorDiv), ast.Div: (ast.FloorDiv, ast.Mult)},
    **{ast.FloorDiv: (ast.Div, ast.Mult), ast.Mod: (ast.FloorDiv,), ast.Pow: (ast.Mult,)},
    **{ast.And: (ast.Or,), ast.Or: (ast.And,)},
}
SAME_IN_ANY_ORDER = {"min", "max", "suppress", "contextlib.suppress"}
BUILTINS = {"min": "max", "max": "min", "any": "all", "all": "any"}
METHODS = {
    **{"popleft": "pop", "notify": "notify_all", "notify_all": "notify", "sendall": "send", "lower": "upper"},
    **{"startswith": "endswith", "endswith": "startswith", "partition": "rpartition", "rpartition": "partition"},
    **{"keys": "values", "values": "keys", "Lock": "RLock", "RLock": "Lock", "Semaphore": "Lock"},
}
NARROWER = {
    **{"BaseException": "Exception", "Exception": "ValueError", "OSError": "ConnectionError"},
    **{"ConnectionError": "ConnectionResetError", "ValueError": "UnicodeError", "TimeoutError": "ConnectionError"},
}
LOOPS, BLOCKS = (ast.For, ast.While), (ast.For, ast.While, ast.If, ast.With, ast.Try)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
PLAIN = (ast.Assign, ast.Name, ast.Tuple, ast.List, ast.Dict, ast.Constant, ast.expr_context, ast.BinOp, ast.operator)
PLAIN += (ast.Call,)
MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.Call)
PURE = {"len", "list", "dict", "set", "range", "enumerate", "count", "deque", "bytearray"}
NONE = ast.Constant(None)


def edited(source):
    """Yield (kind of edit, source after it) for each small edit of a program; none twice, and all compile.

    Imports and the call of `check` stay as they are. Sources are as `ast.unparse` writes them.
    """
    source = normal(source)
    tree, seen = ast.parse(source), {source}
    for kind, owner, field, new in _edits(tree):
        old = getattr(owner, field)
        setattr(owner, field, new)
        text = ast.unparse(ast.fix_missing_locations(tree))
        setattr(owner, field, old)
        if text not in seen and _compiles(text):
            seen.add(text)
            yield kind, text


def normal(source):
    """A program as `ast.unparse` writes it; so are the programs of some lines that it has as strings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and _is_program(node):
            node.value = f"\n{normal(node.value)}\n"
    return ast.unparse(tree)


def _is_program(node):
    return isinstance(node.value, str) and node.value.strip().count("\n") > 1 and _compiles(node.value)


def _compiles(text):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # `is` beside a number: Python itself complains
            compile(text, "edited", "exec")
    except (SyntaxError, SyntaxWarning, ValueError):
        return False
    return True


def _but(node, **changes):
    """A copy of a node with some fields changed."""
    other = copy.copy(node)
    for field, value in changes.items():
        setattr(other, field, value)
    return other


def _edits(tree):
    """Yield (kind, owner, field, value): set that field to that value, and the edit is made."""
    for kind, body in _kept_between_calls(tree):
        yield kind, tree, "body", body
    waiting = [tree]
    while waiting:
        owner = waiting.pop(0)
        for field, value in ast.iter_fields(owner):
            several = value if isinstance(value, list) else [value]
            if several and isinstance(several[0], ast.stmt):
                edits = _of_block(owner, field, several)
            elif isinstance(value, list):
                edits = _of_list(owner, field, several)
            else:
                edits = _of_expression(value, owner, field) if not _stays(owner, value) else ()
            yield from ((kind, owner, field, new) for kind, new in edits)
        waiting += [each for each in ast.iter_child_nodes(owner) if not _stays(owner, each)]


def _stays(owner, node):
    """Whether to leave it alone: imports, the call of `check`, texts for people."""
    if isinstance(owner, ast.Expr) or isinstance(node, ast.Expr):
        call = node if isinstance(owner, ast.Expr) else node.value
        return isinstance(call, ast.Call) and ast.unparse(call.func) == "check"
    says_something = isinstance(owner, ast.Raise) and isinstance(node, ast.Call)
    return says_something or isinstance(node, (ast.Import, ast.ImportFrom, ast.JoinedStr))


def _of_block(owner, field, block):
    top = isinstance(owner, ast.Module)
    for place, each in enumerate(block):
        if _stays(owner, each):
            continue
        before, after = block[:place], block[place + 1 :]
        if not top and not isinstance(each, (*FUNCTIONS, ast.ClassDef)):
            yield "drop", before + after or ([] if field == "orelse" else [ast.Pass()])
            if before and not _independent(before[-1], each, owner):
                yield "swap", [*before[:-1], each, before[-1], *after]
        for kind, new in _of_statement(each):
            yield kind, [*before, *new, *after]
        if isinstance(each, BLOCKS) and len(each.body) > 1:
            yield "dedent", [*before, _but(each, body=each.body[:-1]), each.body[-1], *after]
        if isinstance(each, BLOCKS) and after and not top:
            yield "indent", [*before, _but(each, body=[*each.body, after[0]]), *after[1:]]


def _independent(one, other, owner):
    """Whether it cannot matter which comes first: one of both only names a value, of which the other knows nothing."""
    functions = [each for each in ast.walk(owner) if isinstance(each, FUNCTIONS) and each is not owner]
    closures = set().union(*(_names(each) for each in functions))
    if "self" in _names(one) | _names(other):
        return False
    both_plain = _is_plain(one, owner) and _is_plain(other, owner)
    for each, beside in ((one, other), (other, one)):
        if _is_plain(each, owner):
            touched = _names(each, ast.Store) if both_plain else _names(each)
            if not touched & (_names(beside) | closures):
                return not both_plain or not _names(beside, ast.Store) & _names(each)
    return False


def _is_plain(node, owner):
    """Whether it names what no other statement can see being made; so does `self.bun = 1` before others know `self`."""
    attributes = (ast.Attribute,) if getattr(owner, "name", "") == "__init__" else ()
    calls = {each.func for each in ast.walk(node) if isinstance(each, ast.Call)}
    return (
        isinstance(node, ast.Assign)
        and all(isinstance(call, ast.Name) and call.id in PURE for call in calls)
        and all(isinstance(each, PLAIN + attributes) for each in ast.walk(node))
    )


def _names(tree, context=ast.expr_context):
    """Names in it; `self.bun` counts as one, and what only makes a new thing is left out."""
    own = [each for each in ast.walk(tree) if isinstance(each, ast.Attribute) and ast.unparse(each.value) == "self"]
    several = [each for each in ast.walk(tree) if isinstance(each, ast.Name) and each not in [one.value for one in own]]
    return {ast.unparse(each) for each in own + several if isinstance(each.ctx, context)} - PURE


def _of_statement(node):
    """Yield (kind, statements in its place)."""
    if isinstance(node, ast.With):
        yield "no with", node.body
        if len(node.items) > 1:
            for item in node.items:
                yield "no with", [_but(node, items=[each for each in node.items if each is not item])]
    elif isinstance(node, ast.If):
        yield "always", node.body
    elif isinstance(node, ast.Try):
        yield from _of_try(node)
    elif isinstance(node, ast.Return) and node.value and not _is_none(node.value):
        yield "no return", [ast.Return()]
        yield "no return", [ast.Expr(node.value)]
    elif isinstance(node, ast.AugAssign):
        yield "operator", [ast.Assign([node.target], node.value)]
        for other in OPERATORS.get(type(node.op), ()):
            yield "operator", [_but(node, op=other())]
    elif isinstance(node, (ast.Break, ast.Continue)):
        yield "leave", [ast.Continue() if isinstance(node, ast.Break) else ast.Break()]
        yield "leave", [ast.Return()]
    elif isinstance(node, ast.Raise):
        if node.cause:
            yield "no cause", [_but(node, cause=None)]
        if isinstance(node.exc, ast.Call):
            for kind, new in _of_expression(node.exc.func, node, "exc"):
                yield kind, [_but(node, exc=_but(node.exc, func=new))]
    if isinstance(node, ast.While):
        yield "while to if", [ast.If(node.test, node.body, node.orelse)]
    if isinstance(node, LOOPS):
        yield "one round", [_but(node, body=[*node.body, ast.Break()])]
    if isinstance(node, (ast.If, *LOOPS)) and node.orelse:
        yield "no else", [_but(node, orelse=[])]
        yield "no else", [_but(node, orelse=[]), *node.orelse]


def _of_try(node):
    for handler in node.handlers:
        others = [each for each in node.handlers if each is not handler]
        if others or node.finalbody:
            yield "no except", [_but(node, handlers=others, orelse=node.orelse if others else [])]
        else:
            yield "no except", node.body + node.orelse
    if node.orelse:
        yield "no else", [_but(node, body=node.body + node.orelse, orelse=[])]
        yield "no else", [_but(node, orelse=[]), *node.orelse]
    if node.finalbody:
        rest = [_but(node, finalbody=[])] if node.handlers else node.body
        yield "no finally", rest
        yield "no finally", [*rest, *node.finalbody]


def _of_list(owner, field, several):
    """Yield (kind, list in its place) for arguments, elements, operands, conditions."""
    stored = isinstance(getattr(owner, "ctx", None), ast.Store)
    can_shrink = isinstance(owner, (ast.Call, ast.List, ast.Tuple, ast.Set, ast.comprehension)) and not stored
    for place, each in enumerate(several):
        before, after = several[:place], several[place + 1 :]
        if can_shrink and field != "generators":
            yield "drop part", before + after
        if can_shrink and field in ("args", "elts") and before and not _is_symmetric(owner):
            yield "swap parts", [*before[:-1], each, before[-1], *after]
        for kind, new in _of_expression(each, owner, field):
            yield kind, [*before, new, *after]


def _is_symmetric(node):
    return isinstance(node, ast.Set) or (isinstance(node, ast.Call) and ast.unparse(node.func) in SAME_IN_ANY_ORDER)


def _of_expression(node, owner, field):
    """Yield (kind, expression in its place)."""
    if field in ("test", "ifs") and not isinstance(node, (ast.Constant, ast.UnaryOp)):
        yield "negate", ast.UnaryOp(ast.Not(), node)
        if isinstance(node, (ast.Name, ast.Attribute, ast.NamedExpr)):
            yield "truth", ast.Compare(node, [ast.IsNot()], [NONE])
    if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.UAdd):
        yield "negate", node.operand
        if isinstance(node.op, ast.Not) and isinstance(node.operand, (ast.Name, ast.Attribute, ast.NamedExpr)):
            yield "truth", ast.Compare(node.operand, [ast.Is()], [NONE])
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield from _of_comparison(node)
    elif isinstance(node, ast.BoolOp):
        yield from (("operator", _but(node, op=other())) for other in OPERATORS[type(node.op)])
        for place in range(len(node.values)):
            rest = node.values[:place] + node.values[place + 1 :]
            yield "drop part", _but(node, values=rest) if len(rest) > 1 else rest[0]
    elif isinstance(node, ast.BinOp):
        yield from (("operator", _but(node, op=other())) for other in OPERATORS.get(type(node.op), ()))
        yield from (("drop part", each) for each in (node.left, node.right) if not isinstance(each, ast.Constant))
    elif isinstance(node, ast.IfExp):
        yield from (("always", each) for each in (node.body, node.orelse))
    elif isinstance(node, (ast.Await, ast.YieldFrom)):
        yield "no await", node.value
        yield "no await", ast.Yield(node.value)
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        yield "no slice", node.value
        for bound in ("lower", "upper", "step"):
            yield "no slice", _but(node, slice=_but(node.slice, **{bound: None}))
    elif isinstance(node, ast.Constant):
        if node.value is not None or isinstance(owner, (ast.Assign, ast.Tuple, ast.Return, ast.arguments, ast.IfExp)):
            yield from (("constant", ast.Constant(value)) for value in _near(node.value))
        if _is_program(node):
            yield from (("program: " + kind, ast.Constant(f"\n{text}\n")) for kind, text in edited(node.value))
    elif isinstance(node, ast.Dict):
        for place in range(len(node.keys)):
            keys, values = ([*each[:place], *each[place + 1 :]] for each in (node.keys, node.values))
            yield "drop part", ast.Dict(keys, values)
    elif isinstance(node, ast.Call):
        yield from _of_call(node)
    elif isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load):
        yield from _of_name(node, owner, field)


def _of_comparison(node):
    [op], [right] = node.ops, node.comparators
    for other in OPERATORS[type(op)]:
        if other not in (ast.Eq, ast.NotEq, ast.Is, ast.IsNot) or not isinstance(right, ast.Constant):
            yield "operator", _but(node, ops=[other()])
    if isinstance(right, ast.Constant) and not isinstance(op, (ast.In, ast.NotIn)):
        yield "negate", ast.UnaryOp(ast.Not(), node)
    if _is_none(right):
        yield "truth", node.left if isinstance(op, ast.IsNot) else ast.UnaryOp(ast.Not(), node.left)


def _is_none(node):
    return isinstance(node, ast.Constant) and node.value is None


def _near(value):
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int) and value >= 256 and value.bit_count() == 1:
        return []  # the size of a buffer
    if isinstance(value, (int, float)):
        return [value + 1, value - 1, *([value * 2] if value > 2 else [])]
    if value is None:
        return [0]
    return [type(value)(), None] if value and isinstance(value, (str, bytes)) else []


def _of_call(node):
    method = isinstance(node.func, ast.Attribute) and node.func.attr
    if isinstance(node.func, ast.Name) and hasattr(builtins, node.func.id) and node.args:
        yield "no call", node.args[0]  # list(x), sorted(x)
    if method and not node.args and not node.keywords:
        yield "no call", node.func.value  # text.lower()
    if method == "append" and len(node.args) == 1:
        yield "other end", _but(node, func=_but(node.func, attr="insert"), args=[ast.Constant(0), *node.args])
    if method == "pop" and not node.args:
        yield "other end", _but(node, args=[ast.Constant(0)])


def _of_name(node, owner, field):
    if isinstance(node, ast.Attribute):
        if node.attr in METHODS:
            yield "other name", _but(node, attr=METHODS[node.attr])
        known = None
    else:
        if node.id in BUILTINS:
            yield "other name", _but(node, id=BUILTINS[node.id])
        known = getattr(builtins, node.id, None)
    if isinstance(known, type) and issubclass(known, BaseException):
        if known is not BaseException:
            yield "other error", ast.Name(known.__mro__[1].__name__, ast.Load())
        if known.__name__ in NARROWER and not isinstance(owner, ast.Raise):
            yield "other error", ast.Name(NARROWER[known.__name__], ast.Load())
    elif isinstance(owner, ast.ExceptHandler) and field == "type":
        yield "other error", ast.Name("Exception", ast.Load())


def _kept_between_calls(tree):
    """Yield (kind, body of the module) where a function's or an instance's own thing belongs to all of them."""
    for place, each in enumerate(tree.body):
        before, after = tree.body[:place], tree.body[place + 1 :]
        if isinstance(each, FUNCTIONS):
            for kept, function in _hoisted(each):
                yield "kept", [*before, kept, function, *after]
        elif isinstance(each, ast.ClassDef):
            for number, method in enumerate(each.body):
                for kept, function in _hoisted(method) if getattr(method, "name", "") == "__init__" else ():
                    body = [*each.body[:number], kept, function, *each.body[number + 1 :]]
                    yield "kept", [*before, _but(each, body=body), *after]


def _hoisted(function):
    """Yield (assignment, function without it) for each that needs nothing of the function's own."""
    stored = {each.id for each in ast.walk(function) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    own = stored | {each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg)}
    for place, each in enumerate(function.body):
        if not isinstance(each, ast.Assign) or len(each.targets) > 1:
            continue
        pairs = [(each.targets[0], each.value)]
        if isinstance(each.targets[0], ast.Tuple) and isinstance(each.value, ast.Tuple):
            pairs = list(zip(each.targets[0].elts, each.value.elts, strict=False))
        for target, value in pairs:
            inside = list(ast.walk(value))
            if own & {node.id for node in inside if isinstance(node, ast.Name)} or isinstance(target, ast.Tuple):
                continue
            if any(isinstance(node, (ast.Await, ast.Yield, ast.YieldFrom)) for node in inside):
                continue
            rest = [ast.Assign([other], its) for other, its in pairs if other is not target]
            body = function.body[:place] + rest + function.body[place + 1 :]
            if isinstance(target, ast.Name):
                body.insert(0, ast.Global([target.id]))
                yield ast.Assign([target], value), _but(function, body=body)
            elif any(isinstance(node, MUTABLE) for node in inside):  # self.buns = [] becomes buns = [] in the class
                yield ast.Assign([ast.Name(target.attr, ast.Store())], value), _but(function, body=body or [ast.Pass()])
