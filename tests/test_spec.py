"""Specs that are right: everything that the format has, and what it is read as."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lenet_verify as lv
from lenet_verify.architecture import Shape
from lenet_verify.errors import SpecError
from lenet_verify.facts import LAYER_FACTS, MODEL_FACTS
from lenet_verify.notation import AnyOf, Counts, Each, Exactly, parse_per_axis
from lenet_verify.spec import Applied, Deviation, Limits, Selector, Source, chosen, load_spec
from lenet_verify.spec.document import parse, plain
from lenet_verify.spec.fields import Problems
from lenet_verify.spec.layers import read_graph
from lenet_verify.spec.load import IMPLEMENTATIONS

WHOLE = """\
# every key there is
format: 1
title: Two branches × one head
sources:
  paper:
    title: Étude
    authors: [Yann LeCun, Léon Bottou]
    year: 1998
    doi: 10.1109/5.726791
    url: https://example.org/paper
    note: scanned
  book: {title: 1984, authors: Orwell}
inputs:
  left: 1@32x32
  words: {shape: 128, dtype: int32}
layers:
  C1: {type: Conv2D, filters: 6, kernel_size: 5x5, strides: [1, 1], activation: tanh, inputs: left}
  S2: {type: AveragePooling2D, pool_size: 2, strides: 2}
  flat: {type: Flatten}
  E1: {type: Embedding, input_dim: 1000, output_dim: 8, inputs: words}
  pool: {type: GlobalAveragePooling1D}
  both: {type: Concatenate, inputs: [flat, pool]}
  drop: {type: Dropout, rate: 0.5}
  probs: {type: Dense, units: 10, activation: softmax, use_bias: false}
  extra: {type: Dense, units: 1, inputs: both, trainable: false, dtype: float32}
outputs: [probs, extra]
compile:
  optimizer: adam
  loss: [categorical_crossentropy, mse]
  metrics: [accuracy, mae]
claims:
  - id: i
    source: paper
    where: II.B, p7
    quote: The first layer has 6 kernels.
    why: it says so
    expect:
      C1: {filters: 6}
  - {id: 2, why: never ran, unchecked: training}
"""


@pytest.fixture
def load(tmp_path):
    def load(text: str | bytes, **limits: int):
        data = text if isinstance(text, bytes) else text.encode()
        (tmp_path / "s.yaml").write_bytes(data)
        return load_spec(tmp_path / "s.yaml", Limits(**limits))

    return load


def expected_of(spec, at: int = 0):
    return [one.expected for one in spec.claims[at].expectations]


# ---- the whole format --------------------------------------------------------------------------


def test_every_key_of_the_format(load, tmp_path):
    spec = load(WHOLE)
    assert spec.path == str(tmp_path / "s.yaml")
    assert spec.sha256 == hashlib.sha256(WHOLE.encode()).hexdigest()
    assert spec.title == "Two branches × one head"
    assert spec.closed
    assert spec.warnings == ()
    assert spec.sources == {
        "paper": Source(
            key="paper",
            title="Étude",
            authors=("Yann LeCun", "Léon Bottou"),
            year=1998,
            doi="10.1109/5.726791",
            url="https://example.org/paper",
            note="scanned",
        ),
        "book": Source(key="book", title="1984", authors=("Orwell",)),
    }
    assert [(one.name, one.shape, one.dtype, one.line) for one in spec.inputs] == [
        ("left", Shape((32, 32, 1)), "float32", 14),
        ("words", Shape((128,)), "int32", 15),
    ]
    assert spec.outputs == ("probs", "extra")
    assert spec.compile.optimizer == "adam"
    assert spec.compile.loss == ("categorical_crossentropy", "mean_squared_error")
    assert spec.compile.metrics[0] == "accuracy"
    first, second = spec.claims
    assert (first.id, first.source, first.where) == ("i", "paper", "II.B, p7")
    assert (first.quote, first.why) == ("The first layer has 6 kernels.", "it says so")
    assert (first.line, first.expectations[0].line) == (32, 38)
    assert (second.id, second.unchecked, second.expectations) == ("2", "training", ())
    assert second.line == 39


def test_layers_follow_the_one_above_or_name_their_inputs(load):
    rows = {row.name: row for row in load(WHOLE).layers}
    assert {name: row.inputs for name, row in rows.items()} == {
        "C1": ("left",),
        "S2": ("C1",),
        "flat": ("S2",),
        "E1": ("words",),
        "pool": ("E1",),
        "both": ("flat", "pool"),
        "drop": ("both",),
        "probs": ("drop",),
        "extra": ("both",),
    }
    assert (rows["S2"].line, rows["S2"].column) == (18, 3)
    assert rows["C1"].type == "Conv2D"
    assert rows["C1"].arguments["kernel_size"] == (5, 5)
    assert rows["C1"].arguments["strides"] == (1, 1)
    assert rows["probs"].arguments["use_bias"] is False
    assert rows["extra"].arguments["trainable"] is False


def test_layers_may_stand_in_any_order(load):
    spec = load("""\
format: 1
title: t
input: 4
layers:
  last: {type: Dense, units: 1, inputs: [middle]}
  first: {type: Dense, units: 3, inputs: input}
  middle: {type: Dense, units: 2}
outputs: last
""")
    assert [row.name for row in spec.layers] == ["first", "middle", "last"]
    assert spec.outputs == ("last",)


@st.composite
def recipes(draw):
    """The layers of a network without cycles, shuffled: for each, what feeds it."""
    count = draw(st.integers(1, 9))
    feeders = {
        f"n{at}": draw(
            st.lists(st.sampled_from(["input", *(f"n{b}" for b in range(at))]), min_size=1)
        )
        for at in range(count)
    }
    return {name: feeders[name] for name in draw(st.permutations(list(feeders)))}


@given(recipes())
def test_each_layer_follows_its_feeders_otherwise_the_files_order(rows):
    """The oracle picks, over and over, the first in the file that can come next."""
    done, waiting = ["input"], dict(rows)
    while waiting:
        name = next(n for n, feeders in waiting.items() if set(feeders) <= set(done))
        done.append(name)
        del waiting[name]
    lines = [f"  {n}: {{type: Add, inputs: [{', '.join(f)}]}}\n" for n, f in rows.items()]
    text = "format: 1\ntitle: t\ninput: 4\nlayers:\n" + "".join(lines)
    node, problems = parse(text.encode(), "f", Limits())
    top = {key.text: value for key, value in node.entries}
    graph = read_graph(Problems("f", problems), top, Limits())
    assert [row.name for row in graph.layers] == done[1:]
    assert problems == []


def test_the_last_layer_is_the_output_by_default(load):
    spec = load(WHOLE.replace("outputs: [probs, extra]\n", ""))
    assert spec.outputs == ("extra",)
    assert spec.warnings == ("line 24: nothing reads 'probs', and it is no output",)


def test_case_15_what_nothing_reads_is_a_warning(load):
    spec = load(
        WHOLE.replace("[flat, pool]", "[flat, flat]").replace(
            "  E1: ", '  "idle\\n": {type: Flatten, inputs: left}\n  E1: '
        )
    )
    assert spec.warnings == (
        "line 20: nothing reads 'idle\\x0a', and it is no output",
        "line 22: nothing reads 'pool', and it is no output",
    )


def test_the_old_names_of_keras_are_known(load):
    text = "format: 1\ntitle: t\ninput: 1@8x8\nlayers: {c: {type: Convolution2D, %s}}\n"
    spec = load(text % "filters: 2, kernel_size: 3")
    assert spec.layers[0].type == "Conv2D"


def test_the_input_of_a_network_with_channels_first_is_in_that_order(load):
    text = "format: 1\ntitle: t\ninput: 3@8x9\nlayers:\n  c: {type: MaxPooling2D%s}\n"
    assert load(text % "").inputs[0].shape == Shape((8, 9, 3))
    shape = load(text % ", data_format: channels_first").inputs[0].shape
    assert shape == Shape((3, 8, 9), channels_first=True)
    assert str(shape) == "3@8x9"


def test_a_spec_of_claims_alone_is_open(load):
    spec = load("""\
format: 1
title: t
claims:
  - {id: a, why: x, expect: {model: {params: 25.6M}, fc: {units: 10}, "conv*": {strides: 1}}}
implementations:
  keras.applications.ResNet50:
    deviations:
      - {layer: model, fact: params, accept: 25636712, reason: its convolutions have biases}
      - {layer: "conv*", fact: strides, accept: unknown, reason: nobody knows}
  keras.applications.VGG16:
""")
    assert not spec.closed
    assert spec.inputs == spec.layers == spec.outputs == ()
    assert [one.layers for one in spec.claims[0].expectations] == [(), (), ()]
    first, second = spec.implementations
    assert (first.name, first.line) == ("keras.applications.ResNet50", 6)
    reason = "its convolutions have biases"
    assert first.deviations == (
        Deviation("model", "params", 25636712, reason, 8),
        Deviation("conv*", "strides", "unknown", "nobody knows", 9),
    )
    assert (second.name, second.deviations) == ("keras.applications.VGG16", ())


@pytest.mark.parametrize("name", IMPLEMENTATIONS)
def test_every_implementation_is_known(load, name):
    spec = load(f"format: 1\ntitle: t\nclaims: []\nimplementations: {{{name}: }}\n")
    assert [one.name for one in spec.implementations] == [name]


def test_layers_without_claims_are_a_spec_to_draw(load):
    spec = load("format: 1\ntitle: t\ninput: 3\nlayers: {d: {type: Dense, units: 2}}\n")
    assert spec.claims == ()
    assert lv.infer(spec).params == 8


# ---- the YAML of it ----------------------------------------------------------------------------


def test_case_11_a_byte_order_mark_reads(load):
    text = WHOLE.encode()
    assert load(b"\xef\xbb\xbf" + text).title == load(text).title == "Two branches × one head"
    assert [c.line for c in load(b"\xef\xbb\xbf" + text).claims] == [32, 39]


def test_windows_line_ends_read(load):
    spec, same = load(WHOLE), load(WHOLE.replace("\n", "\r\n"))
    assert [row.line for row in same.layers] == [row.line for row in spec.layers]
    assert same.claims == spec.claims


def test_anchors_and_aliases_read(load):
    spec = load("""\
format: 1
title: t
input: 4
layers:
  a: &dense {type: Dense, units: 2}
  b: *dense
claims:
  - {id: x, why: &why because, expect: {a: &facts {units: 2}, b: *facts}}
  - {id: y, why: *why, unchecked: z}
""")
    assert [row.inputs for row in spec.layers] == [("input",), ("a",)]
    assert spec.claims[1].why == "because"
    assert len(spec.claims[0].expectations) == 2


def test_a_document_may_be_marked(load):
    assert load("%YAML 1.1\n---\n" + WHOLE + "...\n").title == "Two branches × one head"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5), ("-5", -5), ("+5", 5), ("0", 0), ("0.5", 0.5), (".5", 0.5), ("5.", 5.0),
        ("-1.5e3", -1500.0), ("1e3", 1000.0), ("1E-2", 0.01),
        ("true", True), ("True", True), ("FALSE", False), ("null", None), ("~", None), ("", None),
        ("010", "010"), ("-010", "-010"), ("0x10", "0x10"), ("0o10", "0o10"), ("0b1", "0b1"),
        ("1_000", "1_000"), ("1:30", "1:30"), ("190:20:30", "190:20:30"), ("1e", "1e"),
        (".inf", ".inf"), ("-.Inf", "-.Inf"), (".nan", ".nan"), ("nan", "nan"), ("1e999", "1e999"),
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("y", "y"), ("n", "n"),
        ("tRue", "tRue"), ("2001-12-14", "2001-12-14"), ("=", "="), ("5x5", "5x5"), ("٣", "٣"),
        ("9" * 40, int("9" * 40)), ("9" * 41, "9" * 41),
        ("'5'", "5"), ('"true"', "true"), ("'~'", "~"), ('"1:1"', "1:1"), ("|-\n 5", "5"),
    ],
    ids=repr,
)  # fmt: skip
def test_rule_4_plain_scalars(text, value):
    node, problems = parse(f"k: {text}\n".encode(), "f", Limits())
    found = plain(node)["k"]
    assert problems == []
    assert found == value
    assert type(found) is type(value)


@given(st.integers(-(10**39) + 1, 10**40 - 1))
def test_rule_4_every_decimal_integer_is_itself(number):
    node, _ = parse(f"k: {number}\n".encode(), "f", Limits())
    assert plain(node)["k"] == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_rule_4_every_float_is_itself(number):
    node, _ = parse(f"k: {number!r}\n".encode(), "f", Limits())
    assert plain(node)["k"] == number


@given(st.text("0123456789_:.xoeE+-", min_size=1, max_size=12))
def test_rule_4_everything_else_is_text(text):
    """The oracle is a decimal as one reads it aloud: sign, digits, point, exponent."""
    body = text.lstrip("+-") if text[:1] in "+-" and text[1:2] not in "+-" else text
    mantissa, _, exponent = body.lower().partition("e")
    whole, point, fraction = mantissa.partition(".")
    exponent = exponent[1:] if exponent[:1] in ("+", "-") else exponent
    numeric = (
        all(c in "0123456789" for c in whole + fraction + exponent)
        and (whole + fraction) != ""
        and (("e" in body.lower()) == (exponent != ""))
    )
    if numeric and not point and "e" not in body.lower() and len(whole) > 1 and whole[0] == "0":
        numeric = False
    try:
        node, _ = parse(f"k: {text}\n".encode(), "f", Limits())
    except SpecError:
        return  # such as `-` or `- -`, which begin a list
    value = plain(node)["k"]
    if numeric and abs(float(text)) != float("inf"):
        assert isinstance(value, int | float)
    else:
        assert isinstance(value, str)


def test_limits_are_met_exactly(load):
    text = WHOLE.encode()
    load(text, spec_bytes=len(text))
    with pytest.raises(SpecError, match="larger than spec-bytes"):
        load(text, spec_bytes=len(text) - 1)


# ---- selectors ---------------------------------------------------------------------------------

NET = """\
format: 1
title: t
input: 1@32x32
layers:
  C1: {type: Conv2D, filters: 6, kernel_size: 5}
  S2: {type: AveragePooling2D, pool_size: 2}
  C3: {type: Conv2D, filters: 16, kernel_size: 5}
  S4: {type: MaxPooling2D, pool_size: 2}
  flatten: {type: Flatten}
  C5: {type: Dense, units: 120}
  "[x]": {type: Dense, units: 84}
  output: {type: Dense, units: 10}
claims:
  - id: a
    why: x
    expect: {%s}
"""


@pytest.mark.parametrize(
    ("selector", "kind", "layers"),
    [
        ("C1", "name", ["C1"]),
        ("output", "name", ["output"]),
        ('"[x]"', "name", ["[x]"]),
        ("input", "input", []),
        ("model", "model", []),
        ('"S*"', "glob", ["S2", "S4"]),
        ('"C?"', "glob", ["C1", "C3", "C5"]),
        ('"[CS][1-4]"', "glob", ["C1", "S2", "C3", "S4"]),
        ('"[!CS]*"', "glob", ["flatten", "[x]", "output"]),
        ('"*"', "glob", ["C1", "S2", "C3", "S4", "flatten", "C5", "[x]", "output"]),
        ("first Conv2D", "ordinal", ["C1"]),
        ("second Conv2D", "ordinal", ["C3"]),
        ("last Conv2D", "ordinal", ["C3"]),
        ("last Dense", "ordinal", ["output"]),
        ("third Dense", "ordinal", ["output"]),
        ('"Conv2D[2]"', "ordinal", ["C3"]),
        ('"dense[1]"', "ordinal", ["C5"]),
        ("every Conv2D", "ordinal", ["C1", "C3"]),
        ("every pooling", "ordinal", ["S2", "S4"]),
        ("second pooling", "ordinal", ["S4"]),
        ("first convolution", "ordinal", ["C1"]),
        ("first Convolution2D", "ordinal", ["C1"]),
        ("first MaxPooling2D", "ordinal", ["S4"]),
    ],
)
def test_selectors(load, selector, kind, layers):
    (expectation,) = load(NET % f"{selector}: {{params: 1}}").claims[0].expectations
    assert expectation.selector.kind == kind
    assert list(expectation.layers) == layers


def test_output_selects_the_only_output_whatever_its_name(load):
    text = NET.replace("  output:", "  probs:") % "output: {units: 10}"
    (expectation,) = load(text).claims[0].expectations
    assert expectation.layers == ("probs",)


def test_a_layer_called_like_an_ordinal_is_that_layer(load):
    text = NET.replace("  S4:", "  first Conv2D:") % "first Conv2D: {pool_size: 2}"
    (expectation,) = load(text).claims[0].expectations
    assert (expectation.selector.kind, expectation.layers) == ("name", ("first Conv2D",))


def test_one_of_several_inputs_is_named(load):
    text = WHOLE.replace("C1: {filters: 6}", "words: {output: 128, dtype: int32}")
    selectors = [one.selector for one in load(text).claims[0].expectations]
    assert selectors == [Selector("words", "input")] * 2


ROWS = st.lists(
    st.tuples(st.text("ab*[]?", max_size=4), st.sampled_from(["Conv2D", "Dense", "Flatten"])),
    max_size=8,
)


@given(ROWS, st.sampled_from(["Conv2D", "convolution", "Dense", "dense"]), st.integers(1, 5))
def test_ordinals_count_from_one_and_last_is_last(rows, kind, position):
    of_kind = [
        row for row in rows if kind in (row[1], {"Conv2D": "convolution"}.get(row[1], "dense"))
    ]
    of_kind = [row for row in of_kind if row[1] != "Flatten"]

    def select(position):
        selector = Selector("x", "ordinal", kind, position)
        return list(chosen(selector, rows, lambda row: row[0], lambda row: row[1]))

    assert select(None) == of_kind
    assert select(position) == of_kind[position - 1 : position]
    assert select(-1) == of_kind[-1:]


@given(ROWS, st.text("ab*[]?", max_size=4))
def test_globs_are_those_of_the_shell(rows, glob):
    found = chosen(Selector(glob, "glob"), rows, lambda row: row[0], lambda row: row[1])
    assert list(found) == [row for row in rows if fnmatchcase(row[0], glob)]


# ---- facts -------------------------------------------------------------------------------------

FACTS = [
    ("C1", "type: Conv2D", Exactly("Conv2D", "Conv2D")),
    ("C1", "type: Convolution2D", Exactly("Conv2D", "Convolution2D")),
    ("C1", "trainable: 0", Exactly(0, 0)),
    ("C1", "activation: ~", Exactly(None, None)),
    ("C1", "activation: linear", Applied("linear", "linear", None)),
    ("C1", "activation: swish", Applied("silu", "swish", None)),
    ("C1", "activation: tanh(x)", Applied("tanh", "tanh(x)", None)),
    ("C1", "activation: 2 * tanh(x)", Applied("2 * tanh(x)", "2 * tanh(x)", None)),
    ("C1", "downsampling: 1", parse_per_axis(1)),
    ("C1", "receptive_field: 5x5", parse_per_axis("5x5")),
    ("C1", "filters: 6", Exactly(6, 6)),
    ("C1", "kernel_size: 5", Exactly((5, 5), 5)),
    ("C1", "kernel_size: 5x3", Exactly((5, 3), "5x3")),
    ("C1", "kernel_size: [5, 3]", Exactly((5, 3), [5, 3])),
    ("C1", "padding: valid", Exactly("valid", "valid")),
    ("C1", "use_bias: true", Exactly(True, True)),
    ("C1", "dtype: float32", Exactly("float32", "float32")),
    ("S2", "inputs: C1", Exactly(("C1",), "C1")),
    ("S2", "inputs: [C1, input]", Exactly(("C1", "input"), ["C1", "input"])),
    ("every pooling", "pool_size: 2", Exactly((2, 2), 2)),
    ('"S*"', "strides: 2x2", Exactly((2, 2), "2x2")),
    ("input", "dtype: float32", Exactly("float32", "float32")),
    ("model", "params: 61706", Exactly(61706, 61706)),
    ("model", "optimizer: adam", Exactly("adam", "adam")),
    ("model", "loss: mse", Exactly("mean_squared_error", "mse")),
    ("model", "metrics: accuracy", Exactly(("accuracy",), "accuracy")),
    ("model", "metrics: [accuracy]", Exactly(("accuracy",), ["accuracy"])),
    ("model", "stages: [28x28, 14, _]", Each(tuple(map(parse_per_axis, ("28x28", 14, "_"))))),
]


@pytest.mark.parametrize(
    ("layer", "fact", "expected"), FACTS, ids=[f"{f[0]}-{f[1]}" for f in FACTS]
)
def test_facts_and_what_they_are_read_as(load, layer, fact, expected):
    assert expected_of(load(NET % f"{layer}: {{{fact}}}")) == [expected]


VALUES = {
    "type": "Conv2D",
    "shape": "6@28x28",
    "shapes": "[6@28x28, 10]",
    "quantity": '"<= 25.6M"',
    "activation": "tanh",
    "sizes": "5x5",
    "names": "C1",
    "counts": "{convolution: 2, Dense: '>= 1', Convolution2D: 2}",
    "stages": "[28, 14]",
    "optimizer": "sgd",
    "loss": "mse",
    "metrics": "[accuracy]",
    "share": '"<= 0.95%"',
}


@pytest.mark.parametrize("fact", sorted(LAYER_FACTS))
def test_every_fact_of_a_layer(load, fact):
    value = VALUES[LAYER_FACTS[fact].form]
    spec = load(NET % f"C1: {{{fact}: {value}}}, 'S*': {{{fact}: {{any: [{value}]}}}}")
    first, second = spec.claims[0].expectations
    assert (first.fact, second.fact) == (fact, fact)
    assert isinstance(second.expected, AnyOf)
    assert second.expected.choices == (first.expected,)
    assert second.expected.written == {"any": [first.expected.written]}


@pytest.mark.parametrize("fact", sorted(MODEL_FACTS))
def test_every_fact_of_the_model(load, fact):
    value = VALUES[MODEL_FACTS[fact].form]
    for text in (NET % f"model: {{{fact}: {value}}}", OPEN % f"model: {{{fact}: {value}}}"):
        (expectation,) = load(text).claims[0].expectations
        assert (expectation.fact, expectation.selector.kind) == (fact, "model")


OPEN = """\
format: 1
title: t
claims:
  - id: a
    why: x
    expect: {%s}
"""


def test_counts_are_by_class_or_family(load):
    (counts,) = expected_of(load(NET % "model: {layers: {Convolution2D: 2, dense: '>= 3'}}"))
    assert isinstance(counts, Counts)
    assert list(counts.counts) == ["Conv2D", "dense"]
    assert counts.admits({"Conv2D": 2, "dense": 3})
    assert not counts.admits({"Conv2D": 2, "dense": 2})


def test_several_outputs_are_shapes_in_order(load):
    (shapes,) = expected_of(load(NET % "model: {outputs: [10, 6@28x28]}"))
    assert isinstance(shapes, Each)
    assert shapes.admits((Shape((10,)), Shape((28, 28, 6))))


def test_any_admits_each(load):
    (activation,) = expected_of(load(NET % "C1: {activation: {any: [tanh, ~, relu]}}"))
    assert [activation.admits(a) for a in ("tanh", None, "relu", "linear")] == [1, 1, 1, 0]
    assert activation.written == {"any": ["tanh", None, "relu"]}


def test_a_numeric_argument_may_be_compared(load):
    (units,) = expected_of(load(NET % 'C5: {units: "<= 120"}'))
    assert units.admits(120)
    assert not units.admits(121)


def test_an_open_spec_reads_an_argument_in_every_form_it_may_have(load):
    """Nobody knows yet whether the layer is a Conv1D or a Conv2D."""
    (size,) = expected_of(load(OPEN % "conv1: {kernel_size: 5}"))
    assert size.written == 5
    assert [size.admits(v) for v in ((5,), (5, 5), (5, 5, 5), (5, 3), (3,))] == [1, 1, 1, 0, 0]
    (size,) = expected_of(load(OPEN % "conv1: {type: Conv2D, kernel_size: 5}"))[1:]
    assert size == Exactly((5, 5), 5)
    (size,) = expected_of(load(OPEN % "first Conv1D: {kernel_size: 5}"))
    assert size == Exactly((5,), 5)
    either = "{any: [Conv2D, Conv1D]}"
    (size,) = expected_of(load(OPEN % f"conv1: {{type: {either}, kernel_size: 5}}"))[1:]
    assert [size.admits(v) for v in ((5,), (5, 5), (5, 5, 5))] == [1, 1, 0]


# ---- what it costs -----------------------------------------------------------------------------


def test_loading_a_spec_loads_no_framework(tmp_path):
    (tmp_path / "s.yaml").write_text(WHOLE, encoding="utf-8")
    script = (
        "import sys, lenet_verify as lv\n"
        "lv.load_spec('s.yaml')\n"
        "print({'keras', 'tensorflow', 'numpy', 'h5py'} & set(sys.modules))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert run.stdout == "set()\n"
