"""A formula in x, read without ever running it as code: `1.7159 * tanh(2/3 * x)`.

    sum     = product  (("+" | "-") product)*
    product = signed   (("*" | "/") signed)*
    signed  = ("+" | "-") signed | power
    power   = atom ["**" signed]
    atom    = number | "x" | "e" | "pi" | function "(" sum ("," sum)* ")" | "(" sum ")"

as in Python, and with its meaning, but that numbers are real and may be infinite, as in a network:
1/0 is infinite, 0/0 and what would be complex are no numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches

from lenet_verify.functions.known import ELEMENTWISE, exp
from lenet_verify.functions.points import POINTS, Values, each

LONGEST = 200
_DEEPEST = 24

Function = Callable[[float], float]

_CONSTANTS: Mapping[str, float] = {"e": math.e, "pi": math.pi}
_OF_ONE: Mapping[str, Function] = {
    **{name: f for name, f in ELEMENTWISE.items() if name != "threshold"},
    "abs": abs,
    "atan": math.atan,
    "cos": math.cos,
    "cosh": lambda x: (exp(x) + exp(-x)) / 2,
    "erf": math.erf,
    "exp": exp,
    "log": lambda x: math.log(x) if x else -math.inf,
    "log1p": lambda x: math.log1p(x) if x != -1 else -math.inf,
    "sin": math.sin,
    "sinh": lambda x: math.sinh(x) if abs(x) < 709 else math.copysign(math.inf, x),
    "sqrt": math.sqrt,
}
_OF_SEVERAL: Mapping[str, Callable[..., float]] = {"max": max, "min": min}

WORDS = ("x", *_CONSTANTS, *_OF_ONE, *_OF_SEVERAL)
"""Every word that a formula may have."""

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z_0-9]*)|(?P<sign>\*\*|[-+*/(),]))"
)
_TYPOGRAPHY = str.maketrans({"·": "*", "×": "*", "−": "-"})  # as papers print them


class FormulaError(ValueError):
    """What is wrong with a formula, and at which of its characters, counted from 0."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.column = column


def read_formula(text: str) -> Values:
    """What a formula in x gives at the points.

    Raises:
        FormulaError: it is none, or no function of x.
    """
    if len(text) > LONGEST:
        raise FormulaError(f"takes a formula of at most {LONGEST} characters", 0)
    reader = _Reader(text.translate(_TYPOGRAPHY))
    values = each(reader.whole(), POINTS)
    if not reader.has_x:
        raise FormulaError("takes a formula in x, such as 1.7159 * tanh(2/3 * x)", 0)
    if sum(map(math.isfinite, values)) < len(values) // 3:
        raise FormulaError("takes a formula that has a value for most numbers x", 0)
    return values


class _Reader:
    """Reads a formula from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0
        self.has_x = False

    def whole(self) -> Function:
        """The formula, all of it."""
        found = self._sum()
        kind, token, column = self._tokens[self._at]
        if kind == "sign":
            raise FormulaError(f"has a {token!r} too much", column)
        if kind != "end":
            raise FormulaError(f"lacks an operator before {token!r}; write 2 * x for 2x", column)
        return found

    def _next(self) -> tuple[str, str, int]:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _taken(self, *signs: str) -> str | None:
        kind, token, _ = self._tokens[self._at]
        if kind != "sign" or token not in signs:
            return None
        self._at += 1
        return token

    def _sum(self) -> Function:
        found = self._product()
        while sign := self._taken("+", "-"):
            found = _OPERATIONS[sign](found, self._product())
        return found

    def _product(self) -> Function:
        found = self._signed()
        while sign := self._taken("*", "/"):
            found = _OPERATIONS[sign](found, self._signed())
        return found

    def _signed(self) -> Function:
        self._depth += 1
        if self._depth > _DEEPEST:
            column = self._tokens[self._at][2]
            raise FormulaError(f"takes a formula of at most {_DEEPEST} levels", column)
        sign = self._taken("+", "-")
        found = self._power() if sign is None else self._signed()
        self._depth -= 1
        return (lambda x: -found(x)) if sign == "-" else found

    def _power(self) -> Function:
        base = self._atom()
        if not self._taken("**"):
            return base
        return _OPERATIONS["**"](base, self._signed())

    def _atom(self) -> Function:
        kind, token, column = self._next()
        if kind == "number":
            value = float(token)
            return lambda x: value
        if kind == "name":
            return self._named(token, column)
        if token != "(":
            what = "ends too early" if kind == "end" else f"has a {token!r} where a value should be"
            raise FormulaError(what, column)
        found = self._sum()
        self._close(column)
        return found

    def _named(self, name: str, column: int) -> Function:
        called = self._taken("(")
        if not called and name == "x":
            self.has_x = True
            return lambda x: x
        if not called and name in _CONSTANTS:
            value = _CONSTANTS[name]
            return lambda x: value
        if not called or name not in {**_OF_ONE, **_OF_SEVERAL}:
            raise _unknown(name, column, called=bool(called))
        bracket = self._tokens[self._at - 1][2]
        arguments = [self._sum()]
        while self._taken(","):
            arguments.append(self._sum())
        self._close(bracket)
        return _applied(name, arguments, column)

    def _close(self, column: int) -> None:
        if not self._taken(")"):
            kind, token, here = self._tokens[self._at]
            if kind in ("name", "number"):
                raise FormulaError(f"lacks an operator before {token!r}; write 2 * x for 2x", here)
            raise FormulaError("has a '(' that is never closed", column)


def _tokens(text: str) -> list[tuple[str, str, int]]:
    """Kind, text and column of each word, number and sign, and of the end."""
    found: list[tuple[str, str, int]] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            column = at + len(text[at:]) - len(text[at:].lstrip())
            hint = "; write ** for a power" if text[column] == "^" else ""
            raise FormulaError(f"has {text[column]!r}, which no formula has{hint}", column)
        kind = str(match.lastgroup)
        found.append((kind, match[kind], match.start(kind)))
        at = match.end()
    return [*found, ("end", "", end)]


def _unknown(name: str, column: int, called: bool) -> FormulaError:
    functions = (*_OF_ONE, *_OF_SEVERAL)
    if not called and name in functions:
        return FormulaError(f"lacks a '(' after '{name}', as in {name}(x)", column)
    if called and name in ("x", *_CONSTANTS):
        return FormulaError(f"lacks an operator after '{name}'", column)
    near = get_close_matches(name, functions if called else ("x", *_CONSTANTS), 1)
    what = "function" if called else "variable"
    hint = f"; did you mean '{near[0]}'?" if near else "" if called else "; a formula is one in x"
    return FormulaError(f"has an unknown {what} '{name[:40]}'{hint}", column)


def _applied(name: str, arguments: list[Function], column: int) -> Function:
    if name in _OF_SEVERAL:
        if len(arguments) < 2:
            raise FormulaError(f"gives {name} one value, which takes two or more", column)
        choose = _OF_SEVERAL[name]
        return lambda x: _chosen(choose, [one(x) for one in arguments])
    if len(arguments) != 1:
        raise FormulaError(f"gives {name} {len(arguments)} values, which takes one", column)
    function, argument = _OF_ONE[name], arguments[0]
    return lambda x: function(argument(x))


def _chosen(choose: Callable[..., float], values: list[float]) -> float:
    return math.nan if any(map(math.isnan, values)) else choose(values)


def _power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    except ValueError:  # of a negative number, or of zero
        return math.nan if base else math.inf


def _quotient(over: float, under: float) -> float:
    if under:
        return over / under
    return over * math.copysign(math.inf, under)  # 0/0 is no number


_OPERATIONS: Mapping[str, Callable[[Function, Function], Function]] = {
    "+": lambda a, b: lambda x: a(x) + b(x),
    "-": lambda a, b: lambda x: a(x) - b(x),
    "*": lambda a, b: lambda x: a(x) * b(x),
    "/": lambda a, b: lambda x: _quotient(a(x), b(x)),
    "**": lambda a, b: lambda x: _power(a(x), b(x)),
}
