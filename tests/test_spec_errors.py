"""What is wrong with a spec: all of it in one run, each mistake once, at its place, with a way out.

In the specs below a `⟦` stands before every mistake; it is taken out, and its place is expected.
"""

from __future__ import annotations

import pytest

from lenet_verify.errors import SpecError
from lenet_verify.spec import load_spec

HEAD = "format: 1\ntitle: t\ninput: 1@32x32\n"
NET = (
    HEAD
    + """\
sources: {paper: {title: p}}
layers:
  C1: {type: Conv2D, filters: 6, kernel_size: 5}
  S2: {type: MaxPooling2D, pool_size: 2}
  flatten: {type: Flatten}
  F6: {type: Dense, units: 84}
  output: {type: Dense, units: 10}
"""
)


def unmarked(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """The spec without marks, and where they stood."""
    lines = []
    places = []
    for number, line in enumerate(marked.split("\n"), 1):
        first, *rest = line.split("⟦")
        for part in rest:
            places.append((number, len(first) + 1))
            first += part
        lines.append(first)
    return "\n".join(lines), places


@pytest.fixture
def mistakes(tmp_path):
    """Every message about a marked spec, once their places are found to be the marked ones."""

    def read(marked: str) -> list[str]:
        text, places = unmarked(marked)
        (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(SpecError) as caught:
            load_spec(tmp_path / "s.yaml")
        found = caught.value.problems
        assert [(p.line, p.column) for p in found] == places, str(caught.value)
        return [problem.message for problem in found]

    return read


def claim(expect: str, head: str = NET) -> str:
    """A spec with one claim."""
    return f"{head}claims:\n  - id: a\n    why: x\n    expect:\n      {expect}\n"


# ---- all at once -------------------------------------------------------------------------------

TEN_AND_MORE = """\
# a line before it all
format: ⟦2
⟦titel: Été
input: 1@32x32
sources:
  paper: {title: p}
layers:
  C1: {type: ⟦Conv2d, filters: 6, kernel_size: 5}
  S2: {type: MaxPooling2D, ⟦pol_size: 2}
  C3: {type: Conv2D, filters: ⟦six, kernel_size: 5}
  flatten: {type: Flatten, inputs: ⟦C33}
  F6: {type: Dense, units: 84}
  ⟦F6: {type: Dense, units: 85}
  output: {type: Dense, units: 10}
claims:
  - id: one
    source: ⟦papre
    quote: "é" # so that bytes and characters differ
    expect:
      F6: {⟦unts: 84}
      ⟦F7: {units: 84}
  - id: two
    why: x
    expect:
      model:
        params: ⟦61,706
      "⟦T*": {params: 1}
  - {why: x, id: ⟦one, unchecked: y}
"""
TEN_AND_MORE = TEN_AND_MORE.replace('"⟦T*"', '⟦"T*"')

LAYERS = "C1, S2, C3, flatten, F6, output"
MESSAGES = [
    (2, 9, "'format' is 1 for this version, not 2"),
    (3, 1, "unknown key 'titel' of a spec; did you mean 'title'?"),
    (8, 14, "unknown layer type 'Conv2d'; did you mean 'Conv2D'?"),
    (9, 28, "unknown argument 'pol_size' of MaxPooling2D; did you mean 'pool_size'?"),
    (10, 31, "'filters' takes a whole number from 1 to 2147483647, not 'six'"),
    (11, 36, "unknown layer 'C33'; did you mean 'C3'?"),
    (13, 3, "this key stands twice in one mapping: first on line 12"),
    (17, 13, "unknown source 'papre'; did you mean 'paper'?"),
    (20, 12, "unknown fact 'unts' of Dense; did you mean 'units'?"),
    (21, 7, f"unknown layer 'F7'; known: {LAYERS}, input, model"),
    (26, 17, "'params' takes a number without commas: write 61706"),
    (27, 7, "'T*' matches no layer of this spec"),
    (28, 18, "claim 'one' has the id of the claim on line 16"),
]


def test_case_14_every_mistake_of_a_spec_in_one_run(refused):
    text, places = unmarked(TEN_AND_MORE)
    found = refused(text)
    assert [place[:2] for place in found] == places
    assert found == MESSAGES


def test_every_mistake_of_several_specs_in_one_run(refused_all):
    text, _ = unmarked(TEN_AND_MORE)
    good = NET.replace("title: t", "title: good")
    found = refused_all({"b.yaml": text, "good.yaml": good, "a.yaml": HEAD + "layer: {}\n"})
    assert found["b.yaml"] == MESSAGES
    assert found["good.yaml"] == []
    assert found["a.yaml"] == [
        (4, 1, "unknown key 'layer' of a spec; did you mean 'layers'?"),
        (4, 8, "'layers' names no layer"),
    ]


def test_each_mistake_alone_is_one_line(mistakes):
    # each of the mistakes above, in a spec that is right otherwise
    lines = TEN_AND_MORE.split("\n")
    right = {
        2: "format: 1",
        3: "title: Été",
        8: "  C1: {type: Conv2D, filters: 6, kernel_size: 5}",
        9: "  S2: {type: MaxPooling2D, pool_size: 2}",
        10: "  C3: {type: Conv2D, filters: 6, kernel_size: 5}",
        11: "  flatten: {type: Flatten, inputs: C3}",
        13: "  F7: {type: Dense, units: 85}",
        17: "    source: paper",
        20: "      F6: {units: 84}",
        21: "      output: {units: 84}",
        26: "        params: 61706",
        27: '      "S*": {params: 1}',
        28: "  - {why: x, id: three, unchecked: y}",
    }
    for number, _, message in MESSAGES:
        spec = [right.get(at, line) for at, line in enumerate(lines, 1)]
        spec[number - 1] = lines[number - 1]
        if number == 21:  # with the right line 13 there is a layer F7
            spec[20] = spec[20].replace("F7", "F77")
            message = "unknown layer 'F77'; did you mean 'F7'?"
        if number == 28:
            message = message.replace("'one'", "'one'")
        assert mistakes("\n".join(spec)) == [message]


# ---- the top of a spec -------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["'1'", "true", "0", "1.5", "[1]", "~", "one"])
def test_format(mistakes, value):
    spec = NET.replace("format: 1", f"format: ⟦{value}")
    (message,) = mistakes(spec)
    assert message.startswith("'format' is 1 for this version, not ")


def test_what_every_spec_needs(mistakes):
    assert mistakes("⟦⟦⟦sources: {}\n") == [
        "a spec begins with format: 1",
        "a spec needs 'layers' to build, 'claims' to check, or both",
        "a spec needs a 'title'",
    ]


@pytest.mark.parametrize("title", ["~", "''", "'  '", "[t]", "{t: u}"])
def test_titles_are_text(mistakes, title):
    assert mistakes(NET.replace("title: t", f"title: ⟦{title}")) == ["'title' takes a text"]


@pytest.mark.parametrize(
    ("sources", "messages"),
    [
        ("sources: ⟦[p]", ["'sources' is a mapping of names to values"]),
        ("sources: {p: ⟦q}", ["source 'p' is a mapping of names to values"]),
        ("sources: {⟦p: {note: q}}", ["source 'p' needs a 'title'"]),
        (
            "sources: {p: {title: q, ⟦autors: [a], year: ⟦soon, doi: ⟦[x]}}",
            [
                "unknown key 'autors' of source 'p'; did you mean 'authors'?",
                "'year' takes a whole number",
                "'doi' takes a text",
            ],
        ),
        ("sources: {p: {title: q, authors: [a, ⟦[b], ⟦~]}}", ["'authors' takes a text"] * 2),
    ],
)
def test_sources(mistakes, sources, messages):
    assert mistakes(HEAD + sources + "\nlayers: {f: {type: Flatten}}\n") == messages


def test_a_claim_of_a_source_that_is_wrong_itself_is_not_wrong_too(mistakes):
    spec = HEAD + (
        "sources: {p: ⟦q}\nlayers: {f: {type: Flatten}}\n"
        "claims: [{id: a, source: p, why: x, unchecked: y}]\n"
    )
    assert mistakes(spec) == ["source 'p' is a mapping of names to values"]


@pytest.mark.parametrize(
    ("given", "messages"),
    [
        ("optimizer: ⟦adm", ["unknown optimizer 'adm'; did you mean 'adam'?"]),
        ("loss: ⟦os.system", ["unknown loss 'os.system'"]),
        (
            "loss: categorical_crossentropy, metrics: [accuracy, ⟦acuracy, ⟦[mse]]",
            ["unknown metric 'acuracy'; did you mean 'accuracy'?", "'metrics' takes a text"],
        ),
        ("⟦optimiser: adam", ["unknown key 'optimiser' of compile; did you mean 'optimizer'?"]),
    ],
)
def test_compile(mistakes, given, messages):
    assert mistakes(NET + f"compile: {{{given}}}\n") == messages


def test_compile_needs_layers(mistakes):
    spec = "format: 1\ntitle: t\ncompile: ⟦{optimizer: adam}\nclaims: []\n"
    assert mistakes(spec) == ["'compile' needs 'layers': there is nothing to build"]


# ---- inputs, layers, outputs -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ("6@28", None),
        ("⟦28x", "'input' takes a shape such as '6@28x28', '128x768' or 120, not '28x'"),
        ("⟦32 x 32", "'input' takes a shape such as '6@28x28', '128x768' or 120, not '32 x 32'"),
        ("⟦1@0x32", "'input' takes sizes from 1 to 2147483647, not '0'"),
        ("⟦1@2147483648x3", "'input' takes sizes from 1 to 2147483647, not '2147483648'"),
        ("⟦0", "'input' takes sizes from 1 to 2147483647, not '0'"),
        ("⟦-3", "'input' takes sizes from 1 to 2147483647, not '-3'"),
        ("⟦01@32x32", "'input' takes a shape such as '6@28x28', '128x768' or 120, not '01@32x32'"),
        (
            "⟦1@3_2x32",
            "'input' takes a shape such as '6@28x28', '128x768' or 120, not '1@3_2x32'",
        ),
        ("⟦_@32x32", "'input' takes definite sizes: each a number, or None for a variable one"),
        ("⟦1.5", "'input' takes a shape such as '6@28x28', '128x768' or 120, not 1.5"),
        ("⟦true", "'input' takes a shape such as '6@28x28', '128x768' or 120, not true"),
        ("⟦~", "'input' takes a shape such as '6@28x28', '128x768' or 120, not null"),
        ("⟦[32, 32]", "'input' takes a shape such as '6@28x28', '128x768' or 120, not [32, 32]"),
        ("⟦" + "x".join("1" * 17), "'input' takes a shape of at most 16 axes, not of 17"),
        ("{shape: 3, dtype: ⟦flaot32}", "unknown dtype 'flaot32'; did you mean 'float32'?"),
        ("⟦{dtype: int32}", "an input needs its 'shape'"),
        ("{shape: 3, ⟦type: int32}", "unknown key 'type' of an input; did you mean 'dtype'?"),
    ],
)
def test_inputs_have_shapes(mistakes, tmp_path, shape, message):
    spec = f"format: 1\ntitle: t\ninput: {shape}\nlayers: {{f: {{type: Flatten}}}}\n"
    if message is None:
        (tmp_path / "s.yaml").write_text(spec)
        assert load_spec(tmp_path / "s.yaml").inputs[0].shape.sizes == (28, 6)
    else:
        assert mistakes(spec) == [message]


def test_an_input_that_is_wrong_is_still_there(mistakes):
    spec = """\
format: 1
title: t
inputs: {left: ⟦28x, right: 3}
layers:
  f: {type: Flatten, inputs: left}
  g: {type: Concatenate, inputs: [f, right]}
claims:
  - {id: a, why: x, expect: {left: {output: 3}, right: {output: ⟦x}}}
"""
    takes = "takes a shape such as '6@28x28', '128x768' or 120"
    assert mistakes(spec) == [f"'left' {takes}, not '28x'", f"'output' {takes}, not 'x'"]


@pytest.mark.parametrize(
    ("top", "messages"),
    [
        (
            "layers: ⟦{f: {type: Flatten}}",
            ["a spec with layers needs 'input' (or 'inputs'), such as 1@32x32"],
        ),
        (
            "input: 3\ninputs: ⟦{a: 3}\nlayers: {f: {type: Flatten}}",
            ["'input' and 'inputs' exclude each other"],
        ),
        (
            "inputs: ⟦[a]\nlayers: {f: {type: Flatten}}",
            ["'inputs' is a mapping of names to values"],
        ),
        ("inputs: ⟦{}\nlayers: {f: {type: Flatten}}", ["'inputs' names no input"]),
        (
            "inputs: {⟦model: 3}\nlayers: {f: {type: Flatten}}",
            ["'model' is a reserved name: choose another"],
        ),
        (
            "inputs: {a: 3, b: 4}\nlayers: {⟦f: {type: Flatten}}",
            ["the spec has several inputs: say which feed 'f' (inputs:)"],
        ),
        ("input: 3\nlayers: ⟦{}", ["'layers' names no layer"]),
        ("input: 3\nlayers: ⟦[f]", ["'layers' is a mapping of names to values"]),
        (
            "input: 3\nlayers: {f: ⟦Flatten}\nclaims: [{id: a, why: x, expect: {f: {params: 0}}}]",
            ["layer 'f' is a mapping of names to values"],
        ),
        ("input: 3\nlayers: {⟦f: {units: 3}}", ["layer 'f' needs a 'type', such as Conv2D"]),
        ("input: 3\nlayers: {f: {type: ⟦~}}", ["'type' takes a text"]),
        ("input: 3\nlayers: {f: {type: ⟦[Dense], units: 3}}", ["'type' takes a text"]),
        (
            "input: 3\nlayers: {⟦input: {type: Flatten}, ⟦model: {type: Flatten}}",
            [
                "'input' is a reserved name: choose another",
                "'model' is a reserved name: choose another",
            ],
        ),
        (
            "inputs: {a: 3}\nlayers: {⟦a: {type: Flatten}}",
            ["'a' is the name of an input already: choose another"],
        ),
        ("input: 3\nlayers: {⟦'': {type: Flatten}}", ["a layer needs a name"]),
        (
            "input: 3\nlayers: {⟦../../x: {type: Flatten}}",
            ["Keras allows no '/' in the name of a layer"],
        ),
        (
            "input: 3\nlayers: {f: {type: Flatten, ⟦name: g}}",
            ["the layer's name is its key, 'f': leave 'name' out"],
        ),
        ("input: 3\nlayers: {f: {type: Flatten, inputs: ⟦[]}}", ["'inputs' of 'f' names no layer"]),
        ("input: 3\nlayers: {f: {type: Flatten, inputs: [⟦[a]]}}", ["'inputs' takes a text"]),
        (
            "input: 3\nlayers: {f: {type: Add, inputs: [⟦inptu, input, ⟦g]}}",
            ["unknown layer 'inptu'; did you mean 'input'?", "unknown layer 'g'; known: input, f"],
        ),
        ("input: 3\nlayers: {f: {type: Flatten}}\noutputs: ⟦[]", ["'outputs' names no layer"]),
        (
            "input: 3\nlayers: {f: {type: Flatten}}\noutputs: [f, ⟦ff]",
            ["unknown layer 'ff'; did you mean 'f'?"],
        ),
        (
            "outputs: ⟦f\nclaims: []",
            ["'outputs' names layers, but the spec has no 'layers'"],
        ),
    ],
)
def test_the_recipe(mistakes, top, messages):
    assert mistakes(f"format: 1\ntitle: t\n{top}\n") == messages


@pytest.mark.parametrize(
    ("layer", "messages"),
    [
        ("⟦d: {type: Dense}", ["Dense 'd' needs 'units'"]),
        ("⟦d: {type: Conv2D}", ["Conv2D 'd' needs 'filters', 'kernel_size'"]),
        (
            "d: {type: Dense, ⟦unit: 3}",
            ["unknown argument 'unit' of Dense; did you mean 'units'?"],
        ),
        (
            "d: {type: Dense, ⟦unit: ⟦no}",
            [
                "unknown argument 'unit' of Dense; did you mean 'units'?",
                "'units' takes a whole number from 1 to 2147483647, not 'no'",
            ],
        ),
        (
            "d: {type: ⟦Dens, units: ⟦no, ⟦activaton: tanh}",
            [
                "unknown layer type 'Dens'; did you mean 'Dense'?",
                "'units' takes a whole number from 1 to 2147483647, not 'no'",
                "unknown argument 'activaton'; did you mean 'activation'?",
            ],
        ),
        (
            "d: {type: Dense, units: 1,⟦000}",
            [
                "unknown argument '000' of Dense; "
                "numbers have no commas here: write 61706, not 61,706"
            ],
        ),
        (
            "d: {type: Dense, units: 3, activation: ⟦sofmax}",
            [
                "'activation' takes the name of an activation, such as 'relu', not 'sofmax'; "
                "did you mean 'softmax'?"
            ],
        ),
        (
            "d: {type: Dense, units: 3, use_bias: ⟦'true'}",
            ["'use_bias' takes true or false, not 'true'"],
        ),
        ("d: {type: Dropout, rate: ⟦1.5}", ["'rate' takes a number from 0 to 1, not 1.5"]),
        (
            "d: {type: MaxPooling1D, padding: ⟦vaild}",
            ["'padding' takes 'valid' or 'same', not 'vaild'; did you mean 'valid'?"],
        ),
    ],
)
def test_layers_and_arguments(mistakes, layer, messages):
    assert mistakes(HEAD + f"layers:\n  {layer}\n") == messages


@pytest.mark.parametrize("name", ["Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer"])
def test_rule_1_layers_that_run_code_or_load_files_have_no_place(mistakes, name):
    (message,) = mistakes(HEAD + f"layers:\n  f: {{type: ⟦{name}, function: os.system}}\n") or [""]
    assert message.startswith(f"'{name}' cannot stand in a spec: ")


@pytest.mark.parametrize(
    "layer",
    [
        "{type: Dense, units: 3, activation: ⟦os.system}",
        "{type: ⟦os.system}",
        "{type: ⟦keras.layers.Dense}",
        "{type: StringLookup, vocabulary: ⟦/etc/passwd}",
        "{type: Dense, units: 3, kernel_initializer: ⟦{type: os.system}}",
        "{type: TimeDistributed, layer: ⟦{type: Lambda}}",
    ],
)
def test_rule_1_no_value_is_a_name_to_import_or_a_path_to_open(mistakes, layer):
    assert len(mistakes(HEAD + f"layers:\n  f: {layer}\n")) == 1


# ---- claims ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "messages"),
    [
        ("⟦{}", ["'claims' is a list, each item with an 'id'"]),
        ("[⟦a]", ["a claim is a mapping of names to values"]),
        (
            "[⟦⟦⟦{source: paper}]",
            [
                "a claim has a 'quote' from its source, or says 'why' it is one",
                "a claim has either 'expect', or 'unchecked' with the reason",
                "a claim needs an 'id'",
            ],
        ),
        (
            "[⟦{id: a, why: x, expect: {C1: {params: 1}}, unchecked: y}]",
            ["a claim has either 'expect', or 'unchecked' with the reason"],
        ),
        ("[{id: a, why: x, expect: ⟦{}}]", ["'expect' states no fact"]),
        ("[{id: a, why: x, expect: ⟦[C1]}]", ["'expect' is a mapping of names to values"]),
        ("[{id: a, why: x, expect: {C1: ⟦156}}]", ["'C1' is a mapping of names to values"]),
        (
            "[{id: a, why: x, expect: {C1: ⟦{}}}]",
            ["'C1' is expected to be something: state a fact"],
        ),
        (
            "[{id: ⟦~, why: ⟦'', quote: ⟦[x], where: ⟦{}, unchecked: ⟦~}]",
            [f"'{key}' takes a text" for key in ("id", "why", "quote", "where", "unchecked")],
        ),
        (
            "[{id: a, why: x, ⟦expected: {C1: {⟦parms: 156}}}]",
            [
                "unknown key 'expected' of a claim; did you mean 'expect'?",
                "unknown fact 'parms' of Conv2D; did you mean 'params'?",
            ],
        ),
        ("[{id: 1, why: x, unchecked: y}, {id: ⟦'1', why: x, unchecked: y}]", None),
    ],
)
def test_claims(mistakes, claims, messages):
    found = mistakes(NET + f"claims: {claims}\n")
    assert found == (messages or ["claim '1' has the id of the claim on line 11"])


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        (
            "⟦C2: {params: 1}",
            "unknown layer 'C2'; known: C1, S2, flatten, F6, output, input, model",
        ),
        ("⟦flaten: {params: 1}", "unknown layer 'flaten'; did you mean 'flatten'?"),
        ("⟦c1: {params: 1}", "unknown layer 'c1'; did you mean 'C1'?"),
        ("⟦Models: {params: 1}", "unknown layer 'Models'; did you mean 'model'?"),
        ('⟦"T*": {params: 1}', "'T*' matches no layer of this spec"),
        ('⟦"[xy]?": {params: 1}', "'[xy]?' matches no layer of this spec"),
        ("⟦third Dense: {params: 1}", "this spec has no 'third Dense'"),
        ('⟦"Dense[3]": {params: 1}', "this spec has no 'Dense[3]'"),
        ("⟦every recurrent: {params: 1}", "this spec has no 'every recurrent'"),
        (
            "⟦first Convolution: {params: 1}",
            "'first Convolution' counts layers of a Keras class or family, such as 'first Conv2D' "
            "or 'every pooling'; 'Convolution' is neither",
        ),
    ],
)
def test_selectors(mistakes, expect, message):
    assert mistakes(claim(expect)) == [message]


def test_selectors_of_several_inputs_and_outputs(mistakes):
    spec = """\
format: 1
title: t
inputs: {a: 3, b: 4}
layers: {f: {type: Flatten, inputs: a}, g: {type: Flatten, inputs: b}}
outputs: [f, g]
claims: [{id: a, why: x, expect: {⟦input: {output: 3}, ⟦output: {output: 3}, ⟦c: {output: ⟦x}}}]
"""
    assert mistakes(spec) == [
        "the spec has several inputs: a, b; name one",
        "the spec has several outputs: f, g; name one",
        "unknown layer 'c'; known: f, g, a, b, input, output, model",
        "'output' takes a shape such as '6@28x28', '128x768' or 120, not 'x'",
    ]


def test_one_mistake_in_a_layer_breaks_no_claim_of_it(mistakes):
    spec = HEAD + (
        "layers:\n  C1: {type: ⟦Conv3d2, filters: 6, kernel_size: 5}\n  F: {type: Flatten}\n"
        "outputs: ⟦G\n"
        "claims:\n  - id: a\n    why: x\n    expect:\n"
        "      C1: {kernel_size: 5x5, units: 3}\n"
        "      first Conv2D: {params: 156}\n"
        '      "C*": {strides: 1}\n'
        "      output: {output: 3}\n"
    )
    assert [message[:13] for message in mistakes(spec)] == ["unknown layer", "unknown layer"]


@pytest.mark.parametrize(
    ("fact", "message"),
    [
        (
            "C1: {⟦kernal_size: 5}",
            "unknown fact 'kernal_size' of Conv2D; did you mean 'kernel_size'?",
        ),
        ("C1: {⟦units: 5}", "unknown fact 'units' of Conv2D"),
        ("flatten: {⟦units: 5}", "unknown fact 'units' of Flatten"),
        ("input: {⟦units: 5}", "unknown fact 'units' of input"),
        ("model: {⟦units: 5}", "unknown fact 'units' of model"),
        ("model: {⟦kernel_size: 5}", "unknown fact 'kernel_size' of model"),
        ('"[CF]*": {⟦units: 5}', "unknown fact 'units' of Conv2D"),
        ("every Dense: {⟦filters: 5}", "unknown fact 'filters' of Dense"),
        (
            "model: {params: 61,⟦706}",
            "unknown fact '706' of model; numbers have no commas here: write 61706, not 61,706",
        ),
        ("C1: {type: ⟦Conv2d}", "'type' takes a Keras class such as Conv2D, not 'Conv2d'"),
        ("C1: {type: ⟦3}", "'type' takes a Keras class such as Conv2D, not 3"),
        (
            "C1: {type: {any: [Conv2D, ⟦Conv]}}",
            "'type' takes a Keras class such as Conv2D, not 'Conv'",
        ),
        ("C1: {params: ⟦{any: []}}", None),
        ("C1: {params: ⟦{all: [1]}}", "'params' takes a number, "),
        ("C1: {output: ⟦6@28x28x}", "'output' takes a shape such as "),
        ("C1: {output: [6@28x28, ⟦y]}", "'output' takes a shape such as "),
        (
            "C1: {input: ⟦true}",
            "'input' takes a shape such as '6@28x28', '128x768' or 120, not true",
        ),
        (
            "C1: {activation: ⟦relou}",
            "'activation' takes an activation of Keras such as tanh, a formula such as ",
        ),
        (
            "C1: {activation: ⟦true}",
            "'activation' takes an activation of Keras such as tanh, a formula such as ",
        ),
        ("C1: {filters: ⟦six}", "'filters' takes a number, "),
        ("C1: {filters: ⟦6.5}", "'filters' takes a whole number from 1 to 2147483647, not 6.5"),
        ("C1: {kernel_size: ⟦5x5x5}", "'kernel_size' takes "),
        ("C1: {use_bias: ⟦no}", "'use_bias' takes true or false, not 'no'"),
        ("C1: {trainable: ⟦x}", "'trainable' takes a number, "),
        ("C1: {dtype: ⟦flaot32}", "'dtype' takes "),
        ("C1: {receptive_field: ⟦x}", "'receptive_field' takes sizes such as 5x5, "),
        ("S2: {inputs: ⟦c1}", "'inputs' takes names of layers, not 'c1'; did you mean 'C1'?"),
        ("model: {outputs: ⟦10}", "'outputs' takes a list of shapes, one an output"),
        ("model: {outputs: [10, ⟦x]}", "'outputs' takes a shape such as "),
        ("model: {layers: ⟦3}", "'layers' takes counts by class or family, such as "),
        ("model: {stages: ⟦28}", "'stages' takes the sizes of the feature maps in order, such as "),
        ("model: {stages: [28, ⟦x]}", "'stages' takes sizes such as 5x5, 5 or 1/2, not 'x'"),
        (
            "model: {optimizer: ⟦adm}",
            "'optimizer' takes an optimizer of Keras, not 'adm'; did you",
        ),
        ("model: {loss: ⟦~}", "'loss' takes a loss of Keras, not null"),
        ("model: {metrics: [accuracy, ⟦acc2]}", "'metrics' takes a metric of Keras, not 'acc2'"),
        (
            "model: {params: ⟦61 706}",
            "'params' takes a number, one with a suffix such as 25.6M, or a ",
        ),
        ("model: {params: ⟦'61.706,0'}", "'params' takes a number, "),
        ("model: {params: ⟦'1,234,567'}", "'params' takes a number without commas: write 1234567"),
        ("model: {params: ⟦61_706}", "'params' takes a number, "),
        ("model: {params: ⟦~}", "'params' takes a number, "),
        ("model: {params: ⟦=> 5M}", "'params' takes a number, "),
        ("model: {params: ⟦25.6 Mio}", "'params' takes a number, "),
    ],
)
def test_facts(mistakes, fact, message):
    (found,) = mistakes(claim(fact))
    assert found.startswith(message or "'any' takes a list of at least one value")


def test_every_mistake_inside_a_value(mistakes):
    spec = claim(
        "model: {layers: {⟦convs: 2, dense: ⟦x, ⟦poling: 1}, metrics: [⟦a1, ⟦b2]}\n"
        "      S2: {inputs: [⟦C11, C1, ⟦C12], type: {any: [⟦A1, ⟦B2]}}"
    )
    found = mistakes(spec)
    assert found[0].startswith("'layers' counts layers of a class or family, not of 'convs'")
    assert found[1].startswith("'layers' of dense takes a number, ")
    assert found[2].endswith("not of 'poling'; did you mean 'pooling'?")
    assert len(found) == 9


def test_an_unquoted_comparison_has_a_hint_of_its_own(mistakes):
    spec = claim("model:\n        params: >⟦ 5M").replace(">⟦ 5M", "> ⟦5M")
    (message,) = mistakes(spec)
    assert message.startswith("not YAML: ")
    assert message.endswith('; put a comparison in quotes: "> 5M"')


def test_facts_of_a_spec_of_claims_alone(mistakes):
    spec = claim(
        "C1: {⟦kernal_size: 5, kernel_size: ⟦no, units: 3}\n"
        "      last Dense: {⟦filters: 3, units: 3}\n"
        "      anything: {type: Dense, ⟦filters: 3}",
        head="format: 1\ntitle: t\n",
    )
    found = mistakes(spec)
    assert found[0] == "unknown fact 'kernal_size'; did you mean 'kernel_size'?"
    assert found[1].startswith("'kernel_size' takes ")
    assert found[2:] == ["unknown fact 'filters' of Dense"] * 2


# ---- implementations ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("implementations", "messages"),
    [
        ("⟦[a]", ["'implementations' is a mapping of names to values"]),
        (
            "{⟦keras.applications.ResNet55: }",
            [
                "unknown implementation 'keras.applications.ResNet55'; "
                "did you mean 'keras.applications.ResNet50'?"
            ],
        ),
        ("{⟦os.system: }", ["unknown implementation 'os.system'"]),
        (
            "{keras.applications.VGG16: {⟦deviation: ⟦{}}}",
            [
                "unknown key 'deviation' of 'keras.applications.VGG16'; did you mean 'deviations'?",
                "'deviations' is a list",
            ],
        ),
        (
            "{keras.applications.VGG16: {deviations: [⟦x, ⟦{layer: a}, "
            "{layer: ⟦~, fact: ⟦parms, accept: 1, reason: ⟦''}]}}",
            [
                "a deviation is a mapping of names to values",
                "a deviation needs 'fact', 'accept', 'reason'",
                "'layer' takes a text",
                "unknown fact 'parms'; did you mean 'params'?",
                "'reason' takes a text",
            ],
        ),
    ],
)
def test_implementations(mistakes, implementations, messages):
    spec = "format: 1\ntitle: t\nclaims: []\nimplementations: " + implementations + "\n"
    assert mistakes(spec) == messages


# ---- blocks ------------------------------------------------------------------------------------

BLOCK = """\
format: 1
title: t
input: 3@32x32
blocks:
  unit:
    arguments: {filters: , size: 3}
    layers:
      conv: {type: Conv2D, filters: $filters, kernel_size: $size}
      norm: {type: BatchNormalization}
layers:
"""


@pytest.mark.parametrize(
    ("layers", "messages"),
    [
        ("⟦a: {block: unit}", ["block 'unit' needs 'filters'"]),
        (
            "a: {block: ⟦unti, filters: 3}\n  b: {type: Flatten, inputs: a}",
            ["unknown block 'unti'; did you mean 'unit'?"],
        ),
        (
            "a: {block: unit, ⟦filtres: 3, ⟦type: Conv2D}",
            [
                "unknown argument 'filtres' of block 'unit'; did you mean 'filters'?",
                "unknown argument 'type' of block 'unit'; known: filters, size, block, repeat, "
                "inputs",
            ],
        ),
        # once, however often it is repeated, and where it is given
        (
            "a: {block: unit, filters: ⟦six, repeat: 3}",
            ["'filters' takes a whole number from 1 to 2147483647, not 'six'"],
        ),
        (
            "a: {block: unit, filters: 1, repeat: ⟦0}\n"
            "  b: {block: unit, filters: 1, repeat: ⟦two}\n"
            "  c: {block: unit, filters: 1, repeat: ⟦true}\n"
            "  d: {type: Flatten, ⟦repeat: 2}",
            [
                "'repeat' takes a whole number from 1, not 0",
                "'repeat' takes a whole number from 1, not 'two'",
                "'repeat' takes a whole number from 1, not true",
                "only the use of a block can be repeated: put the layer into one",
            ],
        ),
        (
            "a: {block: unit, filters: 1, inputs: [⟦C33]}\n"
            "  b: {block: unit, filters: 1, inputs: ⟦[]}\n"
            "  c: {type: Flatten, inputs: ⟦a.nrm}",
            [
                "unknown layer 'C33'; known: input, a.conv, a.norm, b.conv, b.norm, c, a, b",
                "'inputs' of 'b' names no layer",
                "unknown layer 'a.nrm'; did you mean 'a.norm'?",
            ],
        ),
        (
            "a: {block: unit, filters: 1, repeat: 2}\n"
            "  ⟦a.2.norm: {type: Flatten}\n"
            "  ⟦input: {block: unit, filters: 1}",
            [
                "'a.2.norm' is the name of a block's layer already: choose another",
                "'input' is a reserved name: choose another",
            ],
        ),
    ],
)
def test_uses_of_blocks(mistakes, layers, messages):
    assert mistakes(f"{BLOCK}  {layers}\n") == messages


@pytest.mark.parametrize(
    ("blocks", "use", "messages"),
    [
        ("⟦[]", "{type: Flatten}", ["'blocks' is a mapping of names to values"]),
        (
            "{b: ⟦[], ⟦c: {arguments: ⟦3}, d: {layers: ⟦{}}, e: {⟦layer: {a: {type: ReLU}}}}",
            "{block: e}",
            [
                "block 'b' is a mapping of names to values",
                "block 'c' needs 'layers'",
                "'arguments' of block 'c' is a mapping of names to values",
                "'layers' of block 'd' names no layer",
                "unknown key 'layer' of block 'e'; did you mean 'layers'?",
            ],
        ),
        (
            "{b: {arguments: {⟦type: , ⟦1x: 2, z: ⟦$q}, layers: {⟦input: {type: Dense, units: ⟦$y},"
            " ⟦a/b: {type: Dense, units: $z}}}}",
            "{block: b, type: 1}",
            [
                "'type' is a reserved name: choose another",
                "the name of an argument has letters, digits and '_' only",
                "a default refers to no argument: write a value",
                "'input' is a reserved name: choose another",
                "unknown argument '$y' of block 'b'; known: $type, $1x, $z",
                "Keras allows no '/' in the name of a layer",
            ],
        ),
        # in a block's layers: once for all of its uses
        (
            "{b: {arguments: {n: }, layers: {c: {type: ⟦Dnse, units: $n}, d: {type: Dense, "
            "⟦unit: $n, inputs: [c, ⟦k]}, e: ⟦5, f: {type: Add, inputs: ⟦$n}, g: {block: ⟦q}}}}",
            "{block: b, n: 4, repeat: 2}\n  a2: {block: b, n: 5}",
            [
                "unknown layer type 'Dnse'; did you mean 'Dense'?",
                "unknown argument 'unit' of Dense; did you mean 'units'?",
                "unknown layer 'k' of block 'b'; known: input, c, d, e, f, g",
                "layer 'a.1.e' is a mapping of names to values",
                "unknown layer '$n' of block 'b'; known: input, c, d, e, f, g",
                "unknown block 'q'; known: b",
            ],
        ),
        (
            "{b: {layers: {x: {block: c}}}, c: {layers: {y: {block: ⟦b, repeat: 9}}}}",
            "{block: b, repeat: 9}",
            ["a block cannot be used inside itself: b -> c -> b"],
        ),
        (
            "{b: {layers: {⟦x: {type: ReLU}, y: {type: ReLU}}}}",
            "{block: b, inputs: a}",
            ["these layers feed each other in a cycle: a.x -> a.y -> a.x"],
        ),
    ],
)
def test_blocks(mistakes, blocks, use, messages):
    assert mistakes(f"{HEAD}blocks: {blocks}\nlayers:\n  a: {use}\n") == messages


def test_blocks_need_layers(mistakes):
    spec = "format: 1\ntitle: t\nclaims: []\nblocks: ⟦{b: {layers: {c: {type: ReLU}}}}\n"
    assert mistakes(spec) == ["'blocks' needs 'layers': there is nothing to build"]


def test_a_block_first_of_several_inputs_says_which_feed_it(mistakes):
    spec = (
        "format: 1\ntitle: t\ninputs: {a: 4, b: 4}\n"
        "blocks: {x: {layers: {y: {type: ReLU}, z: {type: Add, inputs: [y, input]}}}}\n"
        "layers:\n  ⟦c: {block: x, repeat: 2}\n"
    )
    assert mistakes(spec) == ["the spec has several inputs: say which feed 'c' (inputs:)"]


def test_claims_on_layers_of_blocks(mistakes):
    spec = BLOCK + (
        "  a: {block: unit, filters: 1, repeat: 2}\n"
        "claims:\n- {id: c, why: w, expect: {⟦a.3.conv: {params: 1}, ⟦'a.*.nrm': {params: 1}, "
        "a: {⟦filters: 1}, a.2.norm: {inputs: ⟦a.2.con}}}\n"
    )
    assert mistakes(spec) == [
        "unknown layer 'a.3.conv'; did you mean 'a.2.conv'?",
        "'a.*.nrm' matches no layer of this spec",
        "unknown fact 'filters' of BatchNormalization",
        "'inputs' takes names of layers, not 'a.2.con'; did you mean 'a.2.conv'?",
    ]


# ---- the line itself ---------------------------------------------------------------------------


def test_a_message_is_one_short_visible_line(refused, tmp_path):
    name = '"\\e[2J\\n::error::x\\0\\u202e' + "y" * 100_000 + '"'
    spec = HEAD + f'layers:\n  f: {{type: Flatten}}\nclaims:\n  - id: {name}\n    {name[:30]}": 1\n'
    for _, _, message in refused(spec):
        assert len(message) <= 1000
        assert message.isprintable()
    (place, *_) = refused(HEAD + f"layers:\n  f: {{type: {name}}}\n")
    assert place[:2] == (5, 13)
    assert "unknown layer type '\\x1b[2J\\x0a::error::x\\x00\\u202eyyy" in place[2]
    assert len(place[2]) <= 500 + 100


def test_hints_for_what_many_try(mistakes):
    spec = NET + "claims:\n- {id: a, why: x, expect: {C1: {activation: ⟦none}}}\n"
    (message,) = mistakes(spec)
    assert message.startswith("'activation' takes null for a layer that has no activation, linear")
    (message,) = mistakes("format: 1\ntitle: t\ninput: 4\nlayers:\n⟦\td: {type: Dense}\n")
    assert message.endswith("; indent with spaces, not tabs")
