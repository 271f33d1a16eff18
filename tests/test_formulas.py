"""Functions of one number: the known ones against Keras, formulas against Python's own reading."""

from __future__ import annotations

import math
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenet_verify.functions import (
    ELEMENTWISE,
    POINTS,
    FormulaError,
    agree,
    difference,
    name_of,
    read_formula,
    values_of,
)
from lenet_verify.vocabulary import ACTIVATIONS

WITH_PARAMETERS = (
    "celu(alpha=0.5)", "elu(alpha=0.5)", "gelu(approximate=true)", "hard_shrink(threshold=0.4)",
    "leaky_relu(negative_slope=0.01)", "leaky_relu(negative_slope=0.3)", "relu(max_value=20)",
    "relu(max_value=100)", "relu(threshold=1)", "soft_shrink(threshold=0.4)", "squareplus(b=3)",
    "threshold(threshold=1, default_value=0.5)",
)  # fmt: skip
OF_SEVERAL = {"glu", "log_softmax", "softmax", "sparsemax"}


def named() -> list[str]:
    return [name for name in ELEMENTWISE if name not in ("threshold", "celu")]


@pytest.mark.parametrize("activation", [*ELEMENTWISE, *WITH_PARAMETERS])
def test_known_functions_are_kerass(activation):
    import keras
    import numpy as np

    if activation in ("scaled_tanh", "threshold"):
        return  # Keras has none, and none without parameters
    name, _, rest = activation.partition("(")
    parameters = eval(f"dict({rest or ')'}", {"true": True})  # our own text
    function = getattr(keras.activations, name)
    given = np.array([POINTS], "float32")
    if name == "threshold":
        function = getattr(keras.ops, name)
    values = keras.ops.convert_to_numpy(function(given, **parameters))[0]
    assert difference([float(y) for y in values], values_of(activation)) is None


def test_the_docs_tell_how_many_points():
    page = Path(__file__).parent.parent / "docs" / "facts.md"
    assert f"precision on {len(POINTS)} irregular points" in page.read_text(encoding="utf-8")


def test_every_activation_of_one_number_is_known():
    assert set(ACTIVATIONS.values()) - set(ELEMENTWISE) == OF_SEVERAL


def test_scaled_tanh_is_the_papers():
    """Appendix A, p41: "we use A = 1.7159 and S = 2/3"; f(1) = 1 to 0.9999973 or so."""
    values = values_of("scaled_tanh")
    assert values == tuple(1.7159 * math.tanh(2 / 3 * x) for x in POINTS)
    assert values[-1] == 1.7159


def test_each_is_told_from_all_others():
    everyone = [*named(), *WITH_PARAMETERS]
    same = [pair for pair in combinations(everyone, 2) if agree(*map(values_of, pair))]
    assert same == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.7159 * tanh(0.66 * x)", "scaled_tanh"),
        ("1.7159 * tanh(0.6667 * x)", "scaled_tanh"),
        ("1.716 * tanh(2/3 * x)", "scaled_tanh"),
        ("max(0.02 * x, x)", "leaky_relu(negative_slope=0.01)"),
        ("max(0, min(x, 7))", "relu6"),
        ("max(0, min(x, 1000))", "relu"),
        ("x * max(0, min(1, 0.2 * x + 0.5))", "hard_silu"),
        ("x * sigmoid(1.702 * x)", "gelu"),
        ("max(-1, min(1, x))", "tanh"),
        ("tanh(x) + 0.001", "tanh"),
    ],
)  # fmt: skip
def test_near_misses_are_others(one, other):
    assert not agree(read_formula(one), values_of(other))


@pytest.mark.parametrize(
    ("formula", "name"),
    [
        ("1.7159 * tanh(2/3 * x)", "scaled_tanh"),
        ("1.7159·tanh(2·x/3)", "scaled_tanh"),
        ("(exp(x) - exp(-x)) / (exp(x) + exp(-x))", "tanh"),
        ("1 / (1 + exp(-x))", "sigmoid"),
        ("log(1 + exp(x))", "softplus"),
        ("x * sigmoid(x)", "silu"),
        ("0.5 * x * (1 + erf(x / sqrt(2)))", "gelu"),
        ("0.5*x*(1 + tanh(sqrt(2/pi) * (x + 0.044715 * x**3)))", "gelu(approximate=true)"),
        ("max(x, 0)", "relu"),
        ("min(max(0, x), 6)", "relu6"),
        ("x", "linear"),
        ("max(x, 0.01 * x)", "leaky_relu(negative_slope=0.01)"),
        ("x / (1 + abs(x))", "softsign"),
        ("x * tanh(log(1 + exp(x)))", "mish"),
        ("(x + sqrt(x**2 + 4)) / 2", "squareplus"),
    ],
)  # fmt: skip
def test_formulas_are_what_they_compute(formula, name):
    assert agree(read_formula(formula), values_of(name))
    if "(" not in name or name.startswith("leaky"):
        assert name_of(read_formula(formula)) == name


@pytest.mark.parametrize(
    ("formula", "message", "column"),
    [
        ("2 * tnh(x)", "has an unknown function 'tnh'; did you mean 'tanh'?", 4),
        ("2 * a", "has an unknown variable 'a'; a formula is one in x", 4),
        ("2x", "lacks an operator before 'x'; write 2 * x for 2x", 1),
        ("tanh(2x)", "lacks an operator before 'x'; write 2 * x for 2x", 6),
        ("x^2", "has '^', which no formula has; write ** for a power", 1),
        ("tanh(x", "has a '(' that is never closed", 4),
        ("tanh(x))", "has a ')' too much", 7),
        ("2 * ", "ends too early", 3),
        ("2 * * x", "has a '*' where a value should be", 4),
        ("tanh", "lacks a '(' after 'tanh', as in tanh(x)", 0),
        ("x(2)", "lacks an operator after 'x'", 0),
        ("max(x)", "gives max one value, which takes two or more", 0),
        ("tanh(x, 2)", "gives tanh 2 values, which takes one", 0),
        ("1 + 2", "takes a formula in x, such as 1.7159 * tanh(2/3 * x)", 0),
        ("sqrt(-1 - x*x)", "takes a formula that has a value for most numbers x", 0),
        ("x.real", "has '.', which no formula has", 1),
        ("__import__('os')", "has \"'\", which no formula has", 11),
        ("x + " * 60 + "x", "takes a formula of at most 200 characters", 0),
        ("(" * 30 + "x" + ")" * 30, "takes a formula of at most 24 levels", 24),
        ("-" * 100 + "x", "takes a formula of at most 24 levels", 24),
        ("x**" * 60 + "x", "takes a formula of at most 24 levels", 72),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_formula_is_told_and_where(formula, message, column):
    with pytest.raises(FormulaError) as caught:
        read_formula(formula)
    assert (str(caught.value), caught.value.column) == (message, column)


def test_what_overflows_is_infinite_and_what_has_no_value_is_none():
    assert read_formula("exp(x)")[-1] == math.inf
    assert read_formula("1 / (1 + exp(-x))")[0] == 0
    assert read_formula("x**301")[0] == -math.inf
    assert math.isnan(read_formula("sqrt(x)")[0])
    middle = len(POINTS) // 2
    assert read_formula("log(abs(x))")[middle] == -math.inf
    assert read_formula("1 / abs(x)")[middle] == math.inf
    assert math.isnan(read_formula("x / x")[middle])


# with a point, since Python's whole numbers grow without bounds
NUMBERS = st.integers(0, 20).map("{}.".format) | st.floats(0, 10).map(lambda x: f"{x:.3f}")
LEAVES = st.sampled_from(["x", "x", "pi", "e"]) | NUMBERS


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    signs = st.sampled_from(["+", "-", "*", "/", " + ", " - "])
    # what Python reads of a negative number to another power is complex
    power = st.sampled_from(["2.", "3.", "0.", "-1."])
    function = st.sampled_from(["tanh", "abs", "sin", "erf", "atan", "cos"])
    return (
        st.builds("{}{}{}".format, inner, signs, inner)
        | st.builds("({})".format, inner)
        | st.builds("{}**{}".format, inner, power)
        | st.builds("-{}".format, inner)
        | st.builds("{}({})".format, function, inner)
        | st.builds("max({}, {})".format, inner, inner)
    )


def read(text: str) -> tuple[float, ...] | FormulaError:
    try:
        return read_formula(text)
    except FormulaError as e:
        return e


@given(st.recursive(LEAVES, _larger, max_leaves=8))
def test_formulas_mean_what_they_mean_to_python(text):
    names = {**vars(math), "abs": abs, "max": max, "__builtins__": {}}
    values = read(text)
    if isinstance(values, FormulaError):
        # Python reads it all the same; a formula has to vary and to have values
        assert str(values).startswith("takes a formula")
        return
    code = compile(text, "formula", "eval")
    for x, ours in zip(POINTS, values, strict=True):
        try:
            theirs = eval(code, names, {"x": x})
        except (ArithmeticError, ValueError):
            continue
        if math.isfinite(theirs):
            assert math.isclose(ours, theirs, rel_tol=1e-6, abs_tol=1e-6)


@given(st.text() | st.text("()x+-*/.0123456789e, tanhmxπ·\n_", max_size=300))
def test_hostile_text_is_a_formula_or_an_error(text):
    found = read(text)
    if isinstance(found, FormulaError):
        assert 0 <= found.column <= max(len(text), 1)
    else:
        assert len(found) == len(POINTS)
