"""`lenet-verify show`: what it prints of specs, live models and what it cannot read."""

import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from fcntl import ioctl
from functools import partial
from pathlib import Path

import pytest

import lenet_verify.readers
from lenet_verify.architecture import Architecture, Layer, Shape, Source
from lenet_verify.cli import main
from lenet_verify.show.arguments import as_written
from lenet_verify.show.display_width import cut, width
from lenet_verify.show.json_document import plain_config
from tests.processes import until_closed

ROOT = Path(__file__).parent.parent
COMMAND = Path(sys.executable).with_name("lenet-verify")
LENET5 = str(ROOT / "spec" / "lenet5.yaml")

# Counts by hand: (5·5·1 + 1)·6, (5·5·6 + 1)·16, (400 + 1)·120, (120 + 1)·84, (84 + 1)·10;
# multiply-adds 28·28·6·25, 10·10·16·150, 400·120, 120·84, 84·10.
TABLE = """\
  layer    type              output    params  activation
  input    InputLayer        1@32x32        0  –
  C1       Conv2D            6@28x28      156  tanh
  S2       AveragePooling2D  6@14x14        0  –
  C3       Conv2D            16@10x10   2,416  tanh
  S4       AveragePooling2D  16@5x5         0  –
  flatten  Flatten           400            0  –
  C5       Dense             120       48,120  tanh
  F6       Dense             84        10,164  tanh
  output   Dense             10           850  softmax
"""
TOTALS = """\
LeNet-5, in total
  params          61,706
  trainable       61,706
  non-trainable        0
  multiply-adds  416,520
"""
THEIRS = '''\
import keras
from keras import layers


def branches():
    """Two inputs, a layer and a model called twice each, two outputs."""
    left, right = keras.Input((8,), name="left"), keras.Input((8,), name="right")
    shared = layers.Dense(16, activation="relu", name="shared")
    deep = layers.Dense(3, name="deep")
    core = keras.Sequential([keras.Input((4,), name="i"), deep], name="core")
    encoder = keras.Sequential(
        [keras.Input((16,), name="in"), layers.Dense(4, name="d1"), core], name="encoder"
    )
    both = layers.Concatenate(name="both")([encoder(shared(left)), encoder(shared(right))])
    first, second = layers.Dense(2, name="first")(both), layers.Dense(1, name="second")(both)
    return keras.Model([left, right], [first, second], name="branches")


def nested(width=4):
    c1, p1 = layers.Conv2D(width, 3, name="c1"), layers.MaxPooling2D(name="p1")
    stem = keras.Sequential([keras.Input((12, 12, 1)), c1, p1], name="stem")
    head = keras.Sequential([keras.Input((5, 5, width)), layers.Flatten(name="f")], name="head")
    image = keras.Input((12, 12, 1), name="image")
    mapped = layers.Conv2D(width, 3, padding="same", name="c2")(stem(image))
    return keras.Model(image, head(mapped), name="nested")


def states():
    words = keras.Input((10, 8), name="words")
    sequence, hidden, cell = layers.LSTM(
        5, return_sequences=True, return_state=True, name="lstm"
    )(words)
    return keras.Model(words, [layers.Dense(1, name="d")(sequence), cell], name="states")


class Odd(layers.Layer):
    def call(self, x):
        return x * 2


def strange():
    x = keras.Input((4,), name="x")
    y = Odd(name="odd2")(Odd(name="odd1")(x))
    y = layers.Dropout(0.5, name="drop")(y, training=True)
    return keras.Model(x, layers.Dense(3, name="d")(y), name="strange")


class Sub(keras.Model):
    def __init__(self):
        super().__init__(name="sub")
        self.a, self.b = layers.Dense(3, name="a"), layers.Dense(2, name="idle")

    def build(self, shape):
        self.a.build(shape)
        self.b.build(shape)

    def call(self, x):
        return self.a(x)


def built():
    model = Sub()
    model.build((None, 4))
    return model


def hostile():
    x = keras.Input((4,), name="入力")
    y = layers.Dense(1, name="::error::x")(x)
    y = layers.Dense(2, name="a|b`<i>\\x1b[31m\\nsecond")(y)
    return keras.Model(x, layers.Dense(3, name="plain")(y), name="::warning::title\\nof two")


def fails():
    raise RuntimeError("on purpose")
'''


@pytest.fixture
def show(folder, command):
    """The command in this process."""
    return partial(command, "show")


@pytest.fixture
def shown(show):
    """The same where all goes well: standard output alone."""

    def run(*arguments):
        code, out, err = show(*arguments)
        assert (code, err) == (0, "")
        return out

    return run


def column(text, heading):
    """Of a text table, what stands under a heading, by layer."""
    lines = text.partition("\n\n")[2].partition("\n\n")[0].splitlines()
    room = max(map(len, lines))
    lines = [line.ljust(room) for line in lines]
    blank = "".join(" " if all(line[i] == " " for line in lines) else "x" for i in range(room))
    places = [match.span() for match in re.finditer("x+( x+)*", blank)]
    top, *rows = [[line[start:end].strip() for start, end in places] for line in lines]
    return {row[0]: row[top.index(heading)] for row in rows}


# a spec


def test_lenet5_is_the_papers(run_cli):
    run = run_cli("show", "spec/lenet5.yaml", cwd=ROOT)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == f"LeNet-5 (spec/lenet5.yaml)\n\n{TABLE}\n{TOTALS}"
    assert run.seconds < 2
    assert run.memory < 64 * 2**20  # no framework is loaded


def test_the_docs_show_what_is_shown(run_cli):
    page = (ROOT / "docs" / "show.md").read_text(encoding="utf-8")
    assert f"LeNet-5 (spec/lenet5.yaml)\n\n{TABLE}\n{TOTALS}```" in page


def test_nothing_is_loaded_that_a_spec_does_not_need():
    loaded = modules_after(["show", LENET5])
    assert "yaml" in loaded
    assert not loaded & {"keras", "tensorflow", "numpy", "graphviz", "lenet_verify.checking"}


@pytest.mark.parametrize("kind", ["text", "json"])
def test_a_model_file_is_shown_without_what_reads_specs(folder, kind):
    import theirs

    file = folder / "m.json"
    file.write_text(theirs.nested().to_json(), encoding="utf-8")
    loaded = modules_after(["show", str(file), "--format", kind])
    assert not loaded & {"yaml", "lenet_verify.spec", "lenet_verify.verify", "keras", "numpy"}


def modules_after(arguments):
    """The modules that a command line has loaded."""
    script = (
        f"import sys\nfrom lenet_verify.cli import main\n"
        f"assert main({arguments!r}) == 0\nprint(*sys.modules, file=sys.stderr)"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True
    )
    return set(run.stderr.split())


def test_a_spec_whose_shapes_do_not_join_is_told_by_its_line(show, folder):
    (folder / "bad.yaml").write_text(
        "format: 1\ntitle: Bad\ninput: 1@4x4\nlayers:\n  C: {type: Conv2D, filters: 1, "
        "kernel_size: 5}\n",
        encoding="utf-8",
    )
    code, out, err = show("bad.yaml")
    assert (code, out) == (2, "")
    assert err.startswith("bad.yaml:5:3: layer 'C': Conv2D on 1@4x4: ")
    assert err.count("\n") == 1


def test_a_spec_without_layers_has_no_model(show, folder):
    (folder / "open.yaml").write_text(
        "format: 1\ntitle: Open\nclaims: [{id: a, why: b, expect: {model: {params: 1}}}]\n",
        encoding="utf-8",
    )
    assert show("open.yaml") == (
        2,
        "",
        "open.yaml: the spec has no 'layers', so there is no model in it\n",
    )


def test_a_well_known_model_goes_by_the_name_that_specs_give_it(show, folder):
    code, out, err = show("keras.applications.MobileNet")
    assert (code, err) == (0, "")
    assert "4,253,864" in out
    refused = "keras.applications.MobileNet: Keras builds it, and --static loads no framework\n"
    assert show("keras.applications.MobileNet", "--static") == (2, "", refused)
    (folder / "open.yaml").write_text(
        "format: 1\ntitle: Open\nclaims: [{id: a, why: b, expect: {model: {params: 1}}}]\n"
        "implementations: {keras.applications.MobileNet: }\n",
        encoding="utf-8",
    )
    assert show("open.yaml")[2] == (
        "open.yaml: the spec has no 'layers', so there is no model in it; name an implementation "
        "of it, such as keras.applications.MobileNet\n"
    )


def test_a_limit_on_specs_holds_and_can_be_raised(show):
    code, _, err = show(LENET5, "--limit", "spec-bytes=10")
    assert code == 2
    assert "spec-bytes" in err


# columns


def test_columns_are_the_ones_asked_for_in_their_order(shown):
    out = shown(LENET5, "--columns", "macs, name,kernel_size")
    assert out.splitlines()[2:6] == [
        "  multiply-adds  layer    kernel_size",
        "              0  input    –",
        "        117,600  C1       5x5",
        "              0  S2       –",
    ]


def test_columns_with_a_plus_are_added(shown):
    out = shown(LENET5, "--columns", "+shape,+receptive_field,+total_downsampling,+macs")
    assert out.splitlines()[2].endswith(
        "activation  shape         receptive field  downsampling  multiply-adds"
    )
    # by hand: 5; + (2-1)·1; + (5-1)·2; + (2-1)·2; then the whole input
    assert column(out, "receptive field") == {
        "input": "1x1", "C1": "5x5", "S2": "6x6", "C3": "14x14", "S4": "16x16",
        "flatten": "16x16", "C5": "32x32", "F6": "32x32", "output": "32x32",
    }  # fmt: skip
    assert column(out, "downsampling")["S4"] == "4x4"
    assert column(out, "downsampling")["C5"] == "–"
    assert column(out, "shape")["C3"] == "(10, 10, 16)"
    assert column(out, "multiply-adds")["C3"] == "240,000"


def test_the_config_is_what_differs_from_keras(shown):
    found = column(shown(LENET5, "--columns", "name,config"), "config")
    assert found["C1"] == "filters=6, kernel_size=5x5, activation=tanh"
    assert found["S2"] == "pool_size=2x2, strides=2x2"
    assert found["flatten"] == "–"


def test_a_column_stands_once(shown):
    out = shown(LENET5, "--columns", "+params,+macs,+macs")
    assert out.splitlines()[2] == (
        "  layer    type              output    params  activation  multiply-adds"
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "none"),
        (False, "false"),
        (0.5, "0.5"),
        ((5, 3), "5x3"),
        ((7,), "(7)"),
        ((0, -1), "(0, -1)"),
        (((1, 2), (True, 1)), "(1x2, (true, 1))"),
        ({"type": "HeNormal", "seed": 1}, "HeNormal"),
        ({"custom": "mine.tanh"}, "mine.tanh"),
        ({"slice": (None, 2, None)}, "{slice: (none, 2, none)}"),
    ],
)
def test_arguments_are_written_in_few_words(value, written):
    assert as_written(value) == written


def test_fields_of_variable_sizes_are_unknown(shown, folder):
    (folder / "any.yaml").write_text(
        "format: 1\ntitle: Any\ninput: 3@NonexNone\nlayers:\n"
        "  C: {type: Conv2D, filters: 1, kernel_size: 3}\n  G: {type: GlobalMaxPooling2D}\n"
        "  R: {type: Reshape, target_shape: [1, 1]}\n",
        encoding="utf-8",
    )
    out = shown("any.yaml", "--columns", "+receptive_field")
    assert column(out, "receptive field") == {"input": "1x1", "C": "3x3", "G": "?", "R": "?"}
    assert "  ? receptive field of G, R: it depends on a variable size\n" in out


def test_every_column_can_be_shown(shown, show):
    _, _, err = show(LENET5, "--columns", "nonsense")
    names = re.search(r"\(columns: (.*), and any", err)[1]
    assert {"name", "type", "output", "shape", "params", "trainable", "non_trainable", "inputs",
            "activation", "macs", "connections", "receptive_field", "config"} <= set(
        names.split(", ")
    )  # fmt: skip
    assert "61,706" in shown(LENET5, "--columns", names.replace(" ", ""))
    found = column(shown(LENET5, "--columns", "name,input,inputs,connections"), "inputs")
    assert found["C3"] == "S2"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--columns", "parms"], "there is no column 'parms'; did you mean 'params'?"),
        (["--columns", "+kernal_size"], "did you mean 'kernel_size'?"),
        (["--columns", "macs,+params"], "either every column is added by a '+', or none is"),
        (["--columns", ""], "there is no column ''"),
        (["--columns", "macs", "--format", "json"], "--columns is for tables"),
        (["--expand", "--format", "json"], "--expand is for tables"),
        (["--expand=stem"], "spec/lenet5.yaml has no nested models"),
        (["--arg", "width=3"], "--arg is for a factory"),
        (["--arg", "width"], "--arg takes NAME=VALUE"),
        (["--limit", "width=3"], "--limit takes NAME=NUMBER"),
    ],
)
def test_bad_usage_is_one_line_and_exit_code_2(show, arguments, said, monkeypatch):
    monkeypatch.chdir(ROOT)
    code, out, err = show("spec/lenet5.yaml", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], [LENET5, "--format", "yaml"], [LENET5, "--col=name"]])
def test_what_argparse_refuses_is_exit_code_2(arguments, capfd):
    with pytest.raises(SystemExit) as left:
        main(["show", *arguments])
    assert left.value.code == 2
    assert "usage: lenet-verify show" in capfd.readouterr().err


def test_help_tells_of_the_commands(capfd):
    for arguments, words in (
        (["--help"], ("\n  show  ", "\n  schema  ", "\n  check  ", "--help")),
        (["show", "--help"], ("--columns", "--expand", "receptive_field", "examples:", "exit")),
    ):
        with pytest.raises(SystemExit) as left:
            main(arguments)
        assert not left.value.code
        out = capfd.readouterr().out
        assert not [word for word in words if word not in out]


# live models


def test_branches_calls_and_ends(shown):
    out = shown("theirs:branches")
    found = column(out, "inputs")
    calls = {name: found[name] for name in ("shared", "shared#2", "encoder", "encoder#2", "both")}
    assert sorted(calls["both"].split(", ")) == ["encoder", "encoder#2"]
    assert {calls["shared"] or "right", calls["shared#2"]} == {"left", "right"}
    assert found["first"] != found["second"]  # the one follows `both`, the other says so
    types = column(out, "type")
    assert types["shared#2"] == types["encoder#2"] == "called again"
    assert types["encoder"] == "Sequential (5 layers)"
    params = column(out, "params")
    assert (params["shared"], params["shared#2"]) == ("144", "")  # (8 + 1)·16, once
    assert params["encoder"] == "83"  # (16 + 1)·4 + (4 + 1)·3
    assert "\n  params         248\n" in out  # 144 + 83 + (6 + 1)·2 + (6 + 1)·1
    assert "\n  inputs         left, right\n  outputs        first, second\n" in out
    assert "deep" not in out


def test_a_chain_needs_no_column_of_inputs_unless_asked(shown):
    out = shown("theirs:nested")
    assert "inputs" not in out
    assert column(shown("theirs:nested", "--columns", "+inputs"), "inputs") == {
        "image": "–", "stem": "image", "c2": "stem", "head": "c2",
    }  # fmt: skip


def test_nested_models_open(shown):
    names = [line.split()[0] for line in shown("theirs:nested").splitlines()[3:7]]
    assert names == ["image", "stem", "c2", "head"]
    out = shown("--expand", "theirs:nested", "--columns", "+receptive_field,+macs")
    lines = out.splitlines()[3:12]
    tree = [re.match(r"  ( *\S+)", line)[1] for line in lines]
    assert [name for name in tree if "input_layer" not in name] == [
        "image", "stem", "  c1", "  p1", "c2", "head", "  f",
    ]  # fmt: skip
    fields = column(out, "receptive field")
    # by hand: 3; + (2-1)·1; + (3-1)·2; all 5x5 positions of jump 2: not yet mixed
    assert (fields["c1"], fields["p1"], fields["stem"]) == ("3x3", "4x4", "4x4")
    assert (fields["c2"], fields["f"], fields["head"]) == ("8x8", "8x8", "8x8")
    macs = column(out, "multiply-adds")
    assert macs["c1"] == macs["stem"] == "3,600"  # 10·10·4·9
    assert macs["c2"] == "3,600"  # 5·5·4·36


def test_only_the_nested_models_named_open(shown, show):
    out = shown("theirs:nested", "--expand=stem")
    assert "    c1 " in out
    assert "    f " not in out
    deep = shown("theirs:branches", "--expand=core")  # and what it is in, once though called twice
    assert deep.count("\n    d1 ") == 1
    assert re.search(r"^    core +Sequential \(2 layers\)", deep, re.MULTILINE)
    assert re.search(r"^      deep +Dense ", deep, re.MULTILINE)
    code, out, err = show("theirs:nested", "--expand=steam")
    assert (code, out) == (2, "")
    assert err.endswith("has no nested model of that name; did you mean 'stem'?\n")


def test_further_outputs_have_names(shown):
    out = shown("theirs:states")
    assert column(out, "output")["lstm"] == "10x5, 5, 5"
    assert out.endswith("  outputs        d, lstm[2]\n")


def test_receptive_fields_of_every_call(shown):
    """A shared convolution sees more at its second call, and a sum as much as the most of what it
    adds; a model is opened for its first call only."""
    (Path.cwd() / "theirs.py").write_text(
        """\
import keras
from keras import layers


def network():
    x = keras.Input((8, 8, 1), name="x")
    c = layers.Conv2D(1, 3, padding="same", name="c")
    both = layers.Add(name="sum")([x, c(c(x))])
    r = layers.AveragePooling2D(2, name="r")
    m = keras.Sequential([keras.Input((2, 2, 1)), layers.MaxPooling2D(1, name="p")], name="m")
    return keras.Model(x, m(m(r(r(both)))), name="network")
""",
        encoding="utf-8",
    )
    out = shown("theirs:network", "--columns", "+receptive_field,+total_downsampling")
    assert column(out, "receptive field") == {
        "x": "1x1", "c": "3x3", "c#2": "5x5", "sum": "5x5",
        "r": "6x6", "r#2": "8x8", "m": "8x8", "m#2": "?",
    }  # fmt: skip
    assert column(out, "downsampling")["m"] == "4x4"
    assert "  ? receptive field, downsampling of m#2: m#2 is called several times\n" in out


def test_arguments_reach_the_factory(shown):
    out = shown("theirs:nested", "--arg", "width=2", "--expand")
    assert column(out, "params")["c1"] == "20"  # (9 + 1)·2


def test_unknown_is_shown_with_its_reason_once(shown):
    out = shown("theirs:strange", "--columns", "+macs")
    assert column(out, "activation")["odd1"] == "?"
    assert column(out, "multiply-adds")["odd2"] == "?"
    assert "  multiply-adds   ?\n" in out
    _, _, notes = out.partition("\nunknown\n")
    assert notes.splitlines() == [
        "  ? activation of odd1, odd2: what theirs.Odd computes cannot be read: it is no class of "
        "Keras",
        "  ? multiply-adds of odd1, odd2: the multiply-adds of theirs.Odd cannot be derived",
        "  ? call of drop: it is called with training",
    ]
    assert "  ? multiply-adds of the model: odd1: " in shown("theirs:strange")


def test_what_is_not_built_has_no_total(shown):
    out = shown("theirs:Sub")
    assert re.search(r"^  params +\?$", out, re.MULTILINE)
    assert "  ? params of a, idle: it is not built\n" in out
    assert "  ? trainable" not in out
    assert "the model declares no input shape, so it cannot be called" in out
    assert json.loads(shown("theirs:Sub", "--format", "json"))["params"] is None


def test_a_layer_on_no_way_to_an_output_is_named(shown):
    out = shown("theirs:built")
    assert "\non no way to an output: idle\n" in out
    assert column(out, "output")["idle"] == "–"
    layers = json.loads(shown("theirs:built", "--format", "json"))["layers"]
    found = {layer["name"]: layer.get("reaches_output") for layer in layers}
    assert (found["a"], found["idle"]) == (None, False)


# several models, and those that cannot be had


def test_one_that_cannot_be_read_does_not_stop_the_others(show, monkeypatch):
    monkeypatch.chdir(ROOT)
    code, out, err = show("spec/lenet5.yaml", "nosuch.yaml", "spec/lenet5.yaml")
    assert code == 2
    assert out.count("LeNet-5 (spec/lenet5.yaml)\n") == 2
    assert err == "nosuch.yaml:1:1: cannot be read: No such file or directory\n"
    code, out, _ = show("spec/lenet5.yaml", "nosuch.yaml", "--format", "json")
    assert json.loads(out)["schema"] == "lenet-verify/architecture-1"
    code, out, _ = show("spec/lenet5.yaml", "spec/lenet5.yaml", "--format", "json")
    document = json.loads(out)
    assert (code, document["schema"]) == (0, "lenet-verify/architectures-1")
    assert [one["model"] for one in document["architectures"]] == ["spec/lenet5.yaml"] * 2


def test_a_factory_that_fails_is_one_line(show):
    code, out, err = show("theirs:fails")
    assert (code, out) == (2, "")
    assert err.startswith("theirs:fails raised RuntimeError: on purpose")
    assert err.count("\n") == 1
    assert "Traceback" in show("theirs:fails", "--debug")[2]


def test_static_runs_no_code(show, shown):
    code, out, err = show("theirs:nested", "--static")
    assert (code, out) == (2, "")
    assert err == "theirs:nested: --static runs no code, and to make this model is to run it\n"
    assert "theirs" not in sys.modules
    assert TABLE in shown(LENET5, "--static")


@pytest.mark.parametrize("name", ["branches", "nested", "states"])
def test_a_file_is_shown_as_the_model_is(shown, folder, name):
    import theirs

    model = getattr(theirs, name)()
    model.save(folder / "m.keras")
    theirs.saved = model
    live = json.loads(shown("theirs:saved", "--format", "json"))
    assert json.loads(shown("m.keras", "--format", "json")) == live | {"model": "m.keras"}


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("a.keras", "a.keras"),
        ("./b/../a.h5", "a.h5"),
        ("https://x.example/a//b.keras", "https://x.example/a//b.keras"),
    ],
)
def test_anything_else_is_a_file_to_read(shown, monkeypatch, given, read):
    asked = []

    def stub(path, **_):
        asked.append(path)
        return Architecture(title="t", inputs=(), outputs=(), layers=(), params=1_000)

    monkeypatch.setattr(lenet_verify.readers, "read", stub)
    out = shown(given)
    assert asked == [read]
    assert out.startswith(f"t ({read})\n")
    assert "  params         1,000\n" in out


def test_a_module_from_elsewhere_is_warned_of(show, folder, monkeypatch):
    installed = folder / "installed"
    installed.mkdir()
    (folder / "theirs.py").rename(installed / "theirs.py")
    (folder / "theirs.py").write_text("raise SystemExit('not this one')", encoding="utf-8")
    monkeypatch.syspath_prepend(str(installed))
    code, out, err = show("theirs:nested")
    assert code == 0
    assert out.startswith("nested (theirs:nested)\n")
    assert err == (
        "warning: theirs:nested was imported from elsewhere, where it is installed, "
        "not from theirs.py\n"
    )


# JSON


def test_the_json_is_the_contract(shown, monkeypatch):
    monkeypatch.chdir(ROOT)
    text = shown("spec/lenet5.yaml", "--format", "json")
    assert text == shown("spec/lenet5.yaml", "--format", "json")
    document = json.loads(text)
    layers = document.pop("layers")
    assert document == {
        "schema": "lenet-verify/architecture-1",
        "model": "spec/lenet5.yaml",
        "title": "LeNet-5",
        "inputs": ["input"],
        "outputs": ["output"],
        "params": 61706,
        "trainable": 61706,
        "non_trainable": 0,
        "macs": 416520,
        "connections": 429342,
    }
    names = " ".join(layer["name"] for layer in layers)
    assert names == "input C1 S2 C3 S4 flatten C5 F6 output"
    config = layers[3].pop("config")
    assert layers[3] == {
        "name": "C3",
        "type": "Conv2D",
        "inputs": ["S2"],
        "output": "16@10x10",
        "output_shape": [10, 10, 16],
        "params": 2416,
        "trainable": 2416,
        "non_trainable": 0,
        "activation": "tanh",
        "macs": 240000,
        "connections": 241600,
    }
    assert (config["filters"], config["kernel_size"], config["padding"]) == (16, [5, 5], "valid")
    assert config["bias_initializer"] == {"type": "Zeros"}
    assert (layers[0]["type"], layers[0]["output_shape"]) == ("InputLayer", [32, 32, 1])


def test_the_json_of_calls_nests_and_states(shown):
    document = json.loads(shown("theirs:branches", "--format", "json"))
    by_name = {layer["name"]: layer for layer in document["layers"]}
    assert sorted(by_name["shared"]["calls"]) == [["left"], ["right"]]
    (first, second) = by_name["both"]["details"][0]["inputs"]
    assert {first["call"], second["call"]} == {0, 1}
    assert (first["layer"], first["output"]) == ("encoder", 0)
    encoder = by_name["encoder"]
    assert [layer["name"] for layer in encoder["layers"]] == ["in", "d1", "core"]
    assert encoder["outputs"] == ["core"]
    assert encoder["layers"][2]["layers"][1]["params"] == 15
    assert document["outputs"] == ["first", "second"]
    states = json.loads(shown("theirs:states", "--format", "json"))
    lstm = next(layer for layer in states["layers"] if layer["name"] == "lstm")
    assert lstm["output"] == ["10x5", "5", "5"]
    assert lstm["output_shape"] == [[10, 5], [5], [5]]
    assert states["ends"] == [
        {"layer": "d", "call": 0, "output": 0},
        {"layer": "lstm", "call": 0, "output": 2},
    ]


def test_unknown_is_null_in_json_and_says_why(shown):
    document = json.loads(shown("theirs:strange", "--format", "json"))
    odd = next(layer for layer in document["layers"] if layer["name"] == "odd1")
    assert (odd["activation"], odd["config"], odd["macs"]) == (None, None, None)
    assert odd["unknown"]["macs"] == "the multiply-adds of theirs.Odd cannot be derived"
    assert document["macs"] is None
    assert document["unknown"]["macs"].startswith("odd1: ")


def test_every_key_of_the_json_is_explained(shown):
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    _, _, page = page.partition("## The architecture")
    keys = set()

    def collect(value):
        if isinstance(value, dict):
            keys.update(key for key in value if key not in ("config", "declared", "unknown"))
            for key, item in value.items():
                if key not in ("config", "unknown"):
                    collect(item)
        elif isinstance(value, list):
            for item in value:
                collect(item)

    for model in ("branches", "states", "strange", "built"):
        collect(json.loads(shown(f"theirs:{model}", "--format", "json")))
    assert len(keys) > 20
    assert not [key for key in {*keys, "config", "unknown"} if f'"{key}"' not in page]


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ((1, (2, None)), [1, [2, None]]),
        ({"a": (True, 0.5)}, {"a": [True, 0.5]}),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
        ({"b", "a"}, ["a", "b"]),
        ({1: "x"}, {"1": "x"}),
        (object(), {"custom": "builtins.object"}),
    ],
)
def test_any_argument_has_its_json(value, plain):
    assert plain_config(value) == plain


def test_the_numbers_of_numpy_have_their_json():
    import numpy

    assert plain_config(numpy.float32(0.5)) == 0.5
    assert plain_config(numpy.arange(3)) == [0, 1, 2]


# Markdown, hostile names, terminals


def test_markdown_is_a_table(shown, monkeypatch):
    monkeypatch.chdir(ROOT)
    lines = shown("spec/lenet5.yaml", "--format", "markdown").splitlines()
    assert lines[0] == "## LeNet-5 (`spec/lenet5.yaml`)"
    assert lines[3] == "|---------|------------------|-----------|-------:|------------|"
    assert lines[5] == "| C1      | Conv2D           | 6\\@28x28  |    156 | tanh       |"
    assert "- params: 61,706" in lines
    out = shown("spec/lenet5.yaml", "--format", "markdown", "--columns", "name,macs")
    assert "| C3      |       240,000 |" in out


def test_markdown_of_nested_models_and_of_what_is_unknown(show, folder):
    _, out, _ = show("theirs:nested", "--format", "markdown", "--expand")
    assert re.search(r"^\| · c1 ", out, re.MULTILINE)
    _, out, _ = show("theirs:strange", "--format", "markdown")
    assert "\nUnknown:\n\n- activation of odd1, odd2: what theirs.Odd" in out


@pytest.mark.parametrize("kind", ["text", "markdown"])
def test_names_of_strangers_do_nothing(shown, kind):
    out = shown("theirs:hostile", "--format", kind, "--columns", "+inputs")
    assert "\x1b" not in out
    assert "\\x1b[31m" in out.replace("\\[", "[")
    assert not [line for line in out.splitlines() if line.lstrip().startswith("::")]
    assert "::warning::title\\x0aof two" in out.replace("\\\\", "\\")
    assert "::error::x" in out
    if kind == "markdown":
        assert "a\\|b\\`\\<i\\>" in out


def test_hostile_names_are_escaped_in_json(shown):
    out = shown("theirs:hostile", "--format", "json")
    assert out.isascii()
    assert "\x1b" not in out
    assert json.loads(out)["layers"][2]["name"] == "a|b`<i>\x1b[31m\nsecond"


def test_wide_characters_take_two_columns(shown):
    lines = shown("theirs:hostile").splitlines()
    (wide,) = (line for line in lines if line.startswith("  入力"))
    (narrow,) = (line for line in lines if line.startswith("  plain"))
    assert wide.index("InputLayer") + 2 == narrow.index("Dense")


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("入力", 4), ("ｱ", 1), ("Ａ", 2), ("e\u0301", 1), ("…–", 2), ("한", 2), ("", 0)],
)
def test_how_wide_text_is(text, columns):
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "tail", "room", "told"),
    [
        ("abcdef", "", 6, "abcdef"),
        ("abcdef", "", 5, "abcd…"),
        ("abcdef", "#2", 6, "abc…#2"),
        ("入力層", "", 5, "入力…"),
        ("入力層", "", 4, "入…"),
    ],
)
def test_text_is_cut_to_its_room(text, tail, room, told):
    assert cut(text, tail, room) == told


def on_a_terminal(*arguments, columns, **environment):
    """What the command prints on a real pseudo-terminal of so many columns."""
    main_side, child_side = pty.openpty()
    ioctl(child_side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    usual = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "LINES")}
    child = subprocess.Popen(
        [COMMAND, "show", *arguments],
        stdout=child_side,
        env=usual | {"TERM": "xterm"} | environment,
    )
    os.close(child_side)
    text = until_closed(main_side)
    os.close(main_side)
    assert child.wait() == 0
    return text.decode().replace("\r\n", "\n")


WIDE = ("--columns", "+macs,+config")


def test_a_wide_terminal_cuts_nothing():
    assert "…" not in on_a_terminal(LENET5, *WIDE, columns=200, NO_COLOR="1")


@pytest.mark.parametrize("environment", [{}, {"COLUMNS": "76"}])
def test_a_narrow_terminal_cuts_text_and_never_numbers(environment):
    columns = 200 if environment else 76
    out = on_a_terminal(LENET5, *WIDE, columns=columns, NO_COLOR="1", **environment)
    table = out.splitlines()[2:12]
    assert max(map(len, table)) <= 76
    assert table[2].endswith("  filters…")  # the config gives way first, then the type
    assert table[3].startswith("  S2       AverageP")
    for number in ("6@28x28", "16@10x10", "48,120", "117,600", "240,000"):
        assert number in out
    narrowest = on_a_terminal(LENET5, *WIDE, columns=20, NO_COLOR="1")
    for number in ("6@28x28", "16@10x10", "48,120", "117,600", "240,000"):
        assert number in narrowest


def test_a_name_that_is_cut_keeps_its_end(tmp_path):
    (tmp_path / "long.yaml").write_text(
        "format: 1\ntitle: Long\ninput: 4\nlayers:\n"
        "  a_long_block_of_many_words_conv: {type: Dense, units: 3}\n"
        "  a_long_block_of_many_words_relu: {type: ReLU}\n",
        encoding="utf-8",
    )
    out = on_a_terminal(str(tmp_path / "long.yaml"), columns=50, NO_COLOR="1")
    assert re.findall(r"^  (a_\S+) ", out, re.MULTILINE) == [
        "a_long_b…conv", "a_long_b…relu",
    ]  # fmt: skip


def test_where_there_is_no_terminal_nothing_is_cut(run_cli):
    out = run_cli("show", LENET5, *WIDE, env={"COLUMNS": "40"}).stdout
    assert "…" not in out
    assert "filters=6, kernel_size=5x5, activation=tanh" in out


@pytest.mark.parametrize("plain", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colour_only_on_a_terminal_that_wants_it(plain):
    out = on_a_terminal(LENET5, columns=80, **plain)
    assert ("\x1b[1mLeNet-5" in out) is (not plain)
    assert ("\x1b" in out) is (not plain)


def test_a_table_of_a_network_that_feeds_itself(shown, monkeypatch):
    """A file may say anything."""
    shape = (Shape((4,)),)
    loop = Architecture(
        title="loop",
        inputs=(),
        outputs=("a",),
        layers=(
            Layer(name="a", type="ReLU", inputs=("b",), shapes=shape),
            Layer(name="b", type="ReLU", inputs=("a",), shapes=shape),
        ),
    )
    model = Layer(
        name="m", type="Functional", inputs=("m",), outputs=("i",), shapes=shape,
        layers=(Layer(name="i", type="InputLayer", shapes=shape),), ends=(Source("i"),),
    )  # fmt: skip
    for layers in (loop.layers, (model,)):
        broken = Architecture(title="loop", inputs=(), outputs=("a",), layers=layers)
        monkeypatch.setattr(lenet_verify.readers, "read", lambda _, found=broken, **__: found)
        assert "the network feeds itself" in shown("x.keras", "--columns", "+receptive_field")
