"""Formulas as text, read with Python's grammar against a whitelist and made into sympy expressions: nothing is run."""

import ast
import math
import operator
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from objectives.formulas.dialects import HINTS, MODULES, NO_NAMES, NUMBERS, OTHERS

Value = Any  # a float, a sympy expression, or a list of them: a vector
LONGEST, MOST_PARTS, DEEPEST, HIGHEST = 2_000, 2_000, 100, 1_000
CONSTANTS = {"pi": math.pi, "e": math.e}
FUNCTIONS = ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan", "abs", "sign",
             "log10", "relu")  # fmt: skip
REDUCTIONS = ("sum", "prod", "mean", "min", "max", "norm")
CALLED = (*FUNCTIONS, *REDUCTIONS, "dot", "clip", "where")
SYNTAX = "allowed are numbers, names, + - * / **, x[0], x[1:], where(x > 0, a, b) and functions"


def _power(base: Any, exponent: Any) -> Any:
    if isinstance(base, float) and isinstance(exponent, float):
        return base**exponent
    from objectives.formulas import symbolic

    return symbolic.power(base, exponent)


BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: _power,
}  # fmt: skip
COMPARISONS = {ast.Lt: "StrictLessThan", ast.LtE: "LessThan", ast.Gt: "StrictGreaterThan", ast.GtE: "GreaterThan"}


def parsed(text: str) -> ast.expr:
    """The syntax tree of a formula; a ValueError in one line if it is not one."""
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"a formula is a text like 100*(y-x**2)**2 + (1-x)**2; got {text!r}")
    if len(text) > LONGEST:
        raise ValueError(f"a formula may have {LONGEST:,} characters; this one has {len(text):,}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # Python's word for 2(x), which is refused below
            tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        hint = next((f"; {hint}" for pattern, hint in HINTS.items() if re.search(pattern, text)), "")
        raise ValueError(f"{_short(text)}: not a formula: {str(error).partition(' (')[0]}{hint}") from None
    if isinstance(tree, ast.Lambda):
        raise ValueError(f"{_short(text)}: a formula is the expression alone: {_text(tree.body)}")
    if sum(1 for _ in ast.walk(tree)) > MOST_PARTS or _depth(tree) > DEEPEST:
        raise ValueError(f"{_short(text)}: too many parts, or too deeply nested")
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node).partition(".")[0] in MODULES:
            raise ValueError(
                f"{_text(node)}: names have no modules before them; write {OTHERS.get(node.attr, node.attr)}"
            )
    return tree


def names(tree: ast.expr) -> list[str]:
    """The names in a formula that are no functions or constants, in order."""
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node not in called]
    for node in found:
        if node.id.startswith("_") or node.id in CALLED:
            raise ValueError(f"{node.id}: not a name for a parameter")
        reason = NO_NAMES.get(node.id, "" if node.id in CONSTANTS else NUMBERS.get(node.id.lower(), ""))
        if reason:
            raise ValueError(f"{node.id}: not a name for a parameter: {reason}")
    ordered = sorted(found, key=lambda node: (node.lineno, node.col_offset))
    return list(dict.fromkeys(node.id for node in ordered if node.id not in CONSTANTS))


def expression(tree: ast.expr, known: Mapping[str, Value]) -> Value:
    """The formula over these names as one sympy expression."""
    import sympy

    value = _Reader(known).read(tree)
    if isinstance(value, list):
        raise ValueError(f"{_text(tree)} is a vector of {len(value)}; a loss is one number, as in sum(x**2)")
    found = _sympy(value)
    if found.has(sympy.nan, sympy.zoo, sympy.oo, sympy.I):
        raise ValueError(f"{_text(tree)}: not a real number anywhere")
    return found


class _Reader:
    """Walks a syntax tree; whatever it has no method for is refused."""

    def __init__(self, known: Mapping[str, Value]) -> None:
        self._known = known

    def read(self, node: ast.expr) -> Value:
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise ValueError(f"{_text(node)}: not possible in a formula; {SYNTAX}")
        return method(node)

    def _constant(self, node: ast.Constant) -> float:
        if type(node.value) not in (int, float):
            raise ValueError(f"{_text(node)}: not a number")
        return _finite(lambda: float(node.value), node)  # type: ignore[arg-type]

    def _name(self, node: ast.Name) -> Value:
        if node.id in self._known:
            return self._known[node.id]
        if node.id in CONSTANTS:
            return CONSTANTS[node.id]
        raise ValueError(f"{node.id}: no such name in this formula{_near(node.id, [*self._known, *CONSTANTS])}")

    def _unaryop(self, node: ast.UnaryOp) -> Value:
        if not isinstance(node.op, (ast.USub, ast.UAdd)):
            raise ValueError(f"{_text(node)}: not possible in a formula; {SYNTAX}")
        sign = -1.0 if isinstance(node.op, ast.USub) else 1.0
        return _each(lambda a: _made(operator.mul, sign, a, node), node, self.read(node.operand))

    def _binop(self, node: ast.BinOp) -> Value:
        if type(node.op) not in BINARY:
            hint = "; powers are written **" if isinstance(node.op, ast.BitXor) else f"; {SYNTAX}"
            raise ValueError(f"{_text(node)}: not possible in a formula{hint}")
        make, left, right = BINARY[type(node.op)], self.read(node.left), self.read(node.right)
        if make is _power:
            for exponent in right if isinstance(right, list) else [right]:
                if isinstance(exponent, float) and abs(exponent) > HIGHEST:
                    raise ValueError(f"{_text(node)}: exponents may be up to {HIGHEST:,}")
        return _each(lambda a, b: _made(make, a, b, node), node, left, right)

    def _subscript(self, node: ast.Subscript) -> Value:
        whole = self.read(node.value)
        if not isinstance(whole, list):
            raise ValueError(f"{_text(node)}: {_text(node.value)} is one number, not a vector")
        if isinstance(node.slice, ast.Slice):
            part = whole[slice(*(self._index(p) for p in (node.slice.lower, node.slice.upper, node.slice.step)))]
            if not part:
                raise ValueError(f"{_text(node)}: nothing is left of the {len(whole)} numbers")
            return part
        index = self._index(node.slice)
        if index is None or not -len(whole) <= index < len(whole):
            raise ValueError(f"{_text(node)}: {_text(node.value)} has the indices 0 to {len(whole) - 1}")
        return whole[index]

    def _index(self, node: ast.expr | None) -> int | None:
        value = None if node is None else self.read(node)
        if value is not None and not (isinstance(value, float) and value == int(value)):
            raise ValueError(f"{_text(node)}: an index is a whole number")  # type: ignore[arg-type]
        return None if value is None else int(value)

    def _call(self, node: ast.Call) -> Value:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in CALLED:
            near = _near(name, CALLED) if name else ""
            if name in OTHERS:
                near = f"; write {OTHERS[name]}"
            elif isinstance(node.func, ast.Attribute) and node.func.attr in CALLED:
                near = f"; write {node.func.attr}({_text(node.func.value)})"
            elif isinstance(node.func, ast.Constant):
                near = "; products are written 2*x"
            raise ValueError(f"{_text(node.func)}: no such function{near}")
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise ValueError(f"{_text(node)}: arguments have no names or stars")
        if name == "where":
            return self._where(node)
        values = [self.read(argument) for argument in node.args]
        if name in ("dot", "clip"):
            return self._several(name, values, node)
        if name in FUNCTIONS:
            if len(values) != 1:
                raise ValueError(f"{_text(node)}: {name} takes one argument")
            return _each(lambda a: _applied(name, a, node), node, *values)
        if len(values) > 1 and name in ("min", "max"):
            return _each(lambda *several: _reduced(name, list(several), node), node, *values)
        if len(values) != 1:
            raise ValueError(f"{_text(node)}: {name} takes one vector")
        return _reduced(name, values[0] if isinstance(values[0], list) else values, node)

    def _several(self, name: str, values: list[Value], node: ast.Call) -> Value:
        if len(values) != (wanted := {"dot": 2, "clip": 3}[name]):
            raise ValueError(f"{_text(node)}: write {'dot(a, b)' if wanted == 2 else 'clip(x, low, high)'}")
        if name == "dot":
            products = _each(lambda a, b: _made(operator.mul, a, b, node), node, *values)
            return _reduced("sum", products if isinstance(products, list) else [products], node)
        at_least = _each(lambda *several: _reduced("max", several, node), node, *values[:2])
        return _each(lambda *several: _reduced("min", several, node), node, at_least, values[2])

    def _where(self, node: ast.Call) -> Value:
        import sympy

        test = node.args[0] if node.args else node
        if len(node.args) != 3 or not isinstance(test, ast.Compare) or len(test.ops) != 1:
            raise ValueError(f"{_text(node)}: write where(a < b, value, other value)")
        relation = COMPARISONS.get(type(test.ops[0]))
        if relation is None:
            raise ValueError(f"{_text(test)}: compare with <, <=, > or >=")
        sides = [self.read(part) for part in (test.left, test.comparators[0], *node.args[1:])]

        def chosen(a: Any, b: Any, yes: Any, no: Any) -> Any:
            holds = getattr(sympy, relation)(_sympy(a), _sympy(b))
            return sympy.Piecewise((_sympy(yes), holds), (_sympy(no), True))

        return _each(chosen, node, *sides)


def _each(make: Callable[..., Any], node: ast.expr, *values: Value) -> Value:
    """Elementwise where there are vectors, which must be equally long."""
    lengths = {len(value) for value in values if isinstance(value, list)}
    if not lengths:
        return make(*values)
    if len(lengths) > 1:
        raise ValueError(f"{_text(node)}: vectors of {' and '.join(map(str, sorted(lengths)))} numbers")
    spread = [value if isinstance(value, list) else [value] * max(lengths) for value in values]
    return [make(*several) for several in zip(*spread, strict=True)]


def _made(make: Callable[[Any, Any], Any], a: Any, b: Any, node: ast.expr) -> Any:
    """Numbers are combined as floats, so that none grows beyond them; the rest is left to sympy."""
    if isinstance(a, float) and isinstance(b, float):
        return _finite(lambda: make(a, b), node)
    return make(_sympy(a), _sympy(b))


def _applied(name: str, a: Any, node: ast.expr) -> Any:
    import sympy

    from objectives.formulas import symbolic

    if isinstance(a, float):
        sign = {"sign": lambda x: float((x > 0) - (x < 0)), "relu": lambda x: max(x, 0.0)}
        own = {"abs": math.fabs, "arctan": math.atan, **sign}
        return _finite(lambda: own.get(name, getattr(math, name, None))(a), node)  # type: ignore[misc]
    if name == "relu":
        return sympy.Piecewise((a, a > 0), (0, True))
    if name == "sqrt":
        return symbolic.power(a, sympy.Rational(1, 2))
    ours = {"abs": symbolic.absolute, "sign": symbolic.signum, "arctan": sympy.atan, "log10": symbolic.log10}
    return ours.get(name, getattr(sympy, name, None))(a)  # type: ignore[misc]


def _reduced(name: str, values: Sequence[Any], node: ast.expr) -> Any:
    import sympy

    from objectives.formulas import symbolic

    if name in ("min", "max"):
        if all(isinstance(value, float) for value in values):
            return min(values) if name == "min" else max(values)
        return (symbolic.smallest if name == "min" else symbolic.largest)(*map(_sympy, values))
    if name == "norm":
        squares = [_made(_power, value, 2.0, node) for value in values]
        return _applied("sqrt", _reduced("sum", squares, node), node)
    total = sympy.Mul(*map(_sympy, values)) if name == "prod" else sympy.Add(*map(_sympy, values))
    return total / len(values) if name == "mean" else total


def _sympy(value: Any) -> Any:
    """Whole numbers as integers, with which sympy simplifies better."""
    import sympy

    if not isinstance(value, float):
        return value
    return sympy.Integer(int(value)) if value == int(value) and abs(value) < 2**53 else sympy.Float(value)


def _finite(make: Callable[[], Any], node: ast.expr) -> float:
    try:
        value = make()
    except (OverflowError, ZeroDivisionError, ValueError):
        value = math.nan
    if isinstance(value, complex) or not math.isfinite(value):
        raise ValueError(f"{_text(node)} is not a finite number")
    return float(value)


def _depth(tree: ast.AST) -> int:
    deepest, level = 0, [tree]
    while level:
        deepest, level = deepest + 1, [child for node in level for child in ast.iter_child_nodes(node)]
    return deepest


def _near(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, 1)
    return (f" (did you mean {close[0]}?)" if close else "") + f"; choices: {', '.join(known)}"


def _text(node: ast.AST) -> str:
    return _short(ast.unparse(node))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}..."
