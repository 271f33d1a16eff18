"""`lenet-verify diff`: what changed between two models, whatever they come from."""

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
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lenet_verify as lv
from lenet_verify.architecture import Architecture, Layer, Shape, Source
from tests.processes import until_closed

ROOT = Path(__file__).parent.parent
COMMAND = Path(sys.executable).with_name("lenet-verify")
LENET5 = str(ROOT / "spec" / "lenet5.yaml")

THEIRS = '''\
import keras
from keras import layers


def lenet5(**changes):
    """LeNet-5; `C3={"filters": 20}` changes arguments, `C3=None` leaves a layer out."""
    tanh = {"activation": "tanh"}
    parts = {
        "C1": (layers.Conv2D, {"filters": 6, "kernel_size": 5, **tanh}),
        "S2": (layers.AveragePooling2D, {"pool_size": 2}),
        "C3": (layers.Conv2D, {"filters": 16, "kernel_size": 5, **tanh}),
        "S4": (layers.AveragePooling2D, {"pool_size": 2}),
        "flatten": (layers.Flatten, {}),
        "C5": (layers.Dense, {"units": 120, **tanh}),
        "F6": (layers.Dense, {"units": 84, **tanh}),
        "output": (layers.Dense, {"units": 10, "activation": "softmax"}),
    }
    x = image = keras.Input((changes.pop("side", 32),) * 2 + (1,), name="input")
    prefix, before = changes.pop("prefix", ""), changes.pop("before", {})
    for name, (cls, usual) in parts.items():
        for type_, own in before.get(name, {}).items():
            x = getattr(layers, type_)(**own)(x)
        own = changes.get(name, {})
        if own is not None:
            own = dict(own)
            cls = getattr(layers, own.pop("type", cls.__name__))
            x = cls(name=prefix + name, **(usual | own))(x)
    return keras.Model(image, x, name="lenet5")


def compiled(**how):
    model = lenet5()
    model.compile(**how)
    return model


def residual(skips=True, swapped=False):
    x = image = keras.Input((8,), name="image")
    a = layers.Dense(8, name="a")(x)
    b = layers.Dense(8, name="b")(a)
    y = layers.Add(name="sum")([b, a] if swapped else [a, b]) if skips else b
    z = layers.Dense(8, name="c")(y)
    return keras.Model(image, layers.Concatenate(name="join")([z, a]), name="residual")


def rewired(source="a", reverse=False):
    x = image = keras.Input((8,), name="image")
    found = {"a": layers.Dense(8, name="a")(x)}
    found["b"] = layers.Dense(8, name="b")(found["a"])
    both = [found[source], found["b"]]
    join = layers.Subtract(name="join")(both[::-1] if reverse else both)
    return keras.Model(image, [join, found["a"]], name="rewired")


def several(order=("left", "right"), ends=("one", "two"), left=8):
    ins = {"left": keras.Input((left,), name="left"), "right": keras.Input((8,), name="right")}
    l, r = layers.Dense(4, name="l")(ins["left"]), layers.Dense(4, name="r")(ins["right"])
    both = layers.Concatenate(name="both")([l, r])
    outs = {"one": layers.Dense(2, name="one")(both), "two": layers.Dense(3, name="two")(both)}
    return keras.Model([ins[n] for n in order], [outs[n] for n in ends], name="several")


def shared(units=4, twice=True, swapped=False):
    left, right = keras.Input((8,), name="left"), keras.Input((8,), name="right")
    dense = layers.Dense(units, name="d1")
    encoder = keras.Sequential(
        [keras.Input((8,), name="in"), dense, layers.Dense(3, name="d2")], name="encoder"
    )
    head = layers.Dense(3, name="head")
    both = [encoder(left), (encoder if twice else head)(right)]
    join = layers.Subtract(name="join")(both[::-1] if swapped else both)
    return keras.Model([left, right], join, name="shared")


def nested(width=4, wrapped=True, inner="c1"):
    x = image = keras.Input((12, 12, 1), name="image")
    parts = [layers.Conv2D(width, 3, name=inner), layers.MaxPooling2D(name="p1")]
    if wrapped:
        parts = [keras.Sequential([keras.Input((12, 12, 1)), *parts], name="stem")]
    for part in parts:
        x = part(x)
    return keras.Model(image, layers.Flatten(name="f")(x), name="nested")


class Odd(layers.Layer):
    def call(self, x):
        return x * 2


def odd(units=3):
    x = keras.Input((4,), name="x")
    y = Odd(name="odd2")(Odd(name="odd1")(x))
    return keras.Model(x, layers.Dense(units, name="d")(y), name="odd")


def operations(function="relu"):
    x = keras.Input((4,), name="x")
    y = getattr(keras.ops, function)(layers.Dense(4, name="d")(x))
    return keras.Model(x, keras.ops.sigmoid(y), name="operations")


def frozen(rate=0.99, trainable=True, epsilon=0.001):
    x = image = keras.Input((4,), name="x")
    for i in range(8):
        x = layers.Dense(4, name=f"d{i}", trainable=trainable or i > 0)(x)
        x = layers.BatchNormalization(
            momentum=rate, epsilon=epsilon if i else 0.001, name=f"n{i}"
        )(x)
    return keras.Model(image, x, name="frozen")


def hostile(units=3):
    x = keras.Input((4,), name="入力")
    y = layers.Dense(1, name="::error::x")(x)
    y = layers.Dense(units, name="a|b`<i>\\x1b[31m\\nsecond @all ##[group]")(y)
    return keras.Model(x, layers.Dense(3, name="plain")(y), name="::warning::title\\nof two")


def fails():
    raise RuntimeError("on purpose")
'''


@pytest.fixture
def diff(folder, command):
    """The command in this process."""
    return partial(command, "diff")


@pytest.fixture
def told(diff):
    """What the text says of one factory called in two ways: its exit code, and what follows the
    names of the models."""

    def run(model, old=None, new=None, *options):
        arguments = [f"--old-arg={k}={json.dumps(v)}" for k, v in (old or {}).items()]
        arguments += [f"--new-arg={k}={json.dumps(v)}" for k, v in (new or {}).items()]
        code, out, err = diff(f"theirs:{model}", f"theirs:{model}", *arguments, *options)
        assert err == ""
        return code, out if options else out.partition("\n\n")[2]

    return run


@pytest.fixture
def document(told):
    """The same as JSON."""

    def run(model, old=None, new=None):
        code, out = told(model, old, new, "--format", "json")
        found = json.loads(out)
        assert code == (0 if found["same"] else 1)
        return found

    return run


def causes(found):
    """By new name, the facts that are changed of a layer itself."""
    return {
        (one["new"] or one["old"])["name"]: [tuple(fact.values()) for fact in one["causes"]]
        for one in found["layers"]
        if one["kind"] == "changed"
    }


def kinds(found):
    """By kind, the layers of it."""
    names = {}
    for one in found["layers"]:
        names.setdefault(one["kind"], []).append((one["new"] or one["old"])["name"])
    return names


# the same


def test_a_spec_and_the_model_made_of_it_are_the_same(diff, folder):
    model = lv.build(lv.load_spec(LENET5))
    model.save(folder / "m.keras")
    (folder / "m.json").write_text(model.to_json(), encoding="utf-8")
    files = ("m.keras", "m.json", LENET5, "theirs:lenet5")
    for old in files:
        for new in files:
            code, out, err = diff(old, new)
            assert (code, err) == (0, ""), (old, new, out)
            assert out.splitlines()[3:] == ["the same architecture"]


def test_a_model_is_the_same_as_itself(document):
    for model in ("lenet5", "several", "shared", "nested", "operations", "frozen", "residual"):
        found = document(model)
        assert found["same"], model
        assert not kinds(found).keys() - {"renamed"}
        assert found["model"] == found["compiled"] == found["unknown"] == []


def test_layers_that_are_only_renamed_are_the_same_architecture(told, document):
    code, out = told("lenet5", {}, {"prefix": "my_"})
    assert code == 0
    assert out == (
        "the same architecture; 8 layers named otherwise\n\nnamed otherwise: C1 → my_C1, "
        "S2 → my_S2, C3 → my_C3, S4 → my_S4, flatten → my_flatten, C5 → my_C5 and 2 more\n"
    )
    found = document("lenet5", {}, {"prefix": "my_"})
    assert found["counts"] == {
        "added": 0, "removed": 0, "changed": 0, "unknown": 0, "affected": 0, "renamed": 8,
        "same": 1,
    }  # fmt: skip
    renamed = [(one["old"]["name"], one["new"]["name"]) for one in found["layers"]]
    assert renamed[0] == ("C1", "my_C1")


# arguments

# Counts by hand: C3 has (5·5·6 + 1)·20 instead of ·16, 10·10 positions; C5 (500 + 1)·120.
WIDER = """\
1 layer changed, 3 affected

~ C3 (Conv2D): filters 16 → 20
    output 16@10x10 → 20@10x10, params 2,416 → 3,020 (+604), multiply-adds 240,000 → 300,000 (+60,000)

it follows
  C5: params 48,120 → 60,120 (+12,000), multiply-adds 48,000 → 60,000 (+12,000)
  S4: output 16@5x5 → 20@5x5
  flatten: output 400 → 500

in total
  params          61,706 →  74,310  +12,604 (+20.4 %)
  multiply-adds  416,520 → 488,520  +72,000 (+17.3 %)
  output         10
"""  # noqa: E501


def test_a_changed_layer_is_told_from_what_follows(told):
    assert told("lenet5", {}, {"C3": {"filters": 20}}) == (1, WIDER)


@pytest.mark.parametrize(
    ("layer", "arguments", "expected"),
    [
        ("C1", {"kernel_size": 3}, [("kernel_size", [5, 5], [3, 3])]),
        ("C1", {"padding": "same"}, [("padding", "valid", "same")]),
        ("C1", {"strides": 2}, [("strides", [1, 1], [2, 2])]),
        ("C1", {"use_bias": False}, [("use_bias", True, False)]),
        ("C1", {"activation": None}, [("activation", "tanh", "linear")]),
        ("C1", {"dtype": "float64"}, [("dtype", "float32", "float64")]),
        ("C1", {"trainable": False}, [("trainable", True, False)]),
        ("S2", {"pool_size": 3}, [("pool_size", [2, 2], [3, 3]), ("strides", [2, 2], [3, 3])]),
        ("C5", {"kernel_initializer": "zeros"},
         [("kernel_initializer", {"type": "GlorotUniform", "seed": None, "input_axes": None,
                                  "output_axes": None}, {"type": "Zeros"})]),
        ("S2", {"type": "MaxPooling2D"}, [("type", "AveragePooling2D", "MaxPooling2D")]),
    ],
)  # fmt: skip
def test_every_kind_of_argument_is_told(document, layer, arguments, expected):
    found = document("lenet5", {}, {layer: arguments})
    assert causes(found) == {layer: expected}
    assert set(kinds(found)) <= {"changed", "affected"}


def test_what_is_inside_of_an_argument_is_told_by_its_path(diff, folder):
    for name, rate in (("a", 0.01), ("b", 0.02)):
        (folder / f"{name}.yaml").write_text(
            f"format: 1\ntitle: T\ninput: 4\nlayers:\n"
            f"  d: {{type: Dense, units: 3, kernel_regularizer: {{type: L2, l2: {rate}}}}}\n",
            encoding="utf-8",
        )
    code, out, err = diff("a.yaml", "b.yaml")
    assert (code, err) == (1, "")
    assert "~ d (Dense): kernel_regularizer.l2 0.01 → 0.02\n" in out


def test_the_shape_of_an_input_is_its_own(document):
    found = document("lenet5", {}, {"side": 36})
    assert causes(found) == {"input": [("output", "1@32x32", "1@36x36")]}
    assert kinds(found)["affected"] == ["C1", "S2", "C3", "S4", "flatten", "C5"]


def test_trainable_weights_are_told_where_the_count_of_all_does_not(told):
    code, out = told("frozen", {}, {"trainable": False})
    assert code == 1
    assert "~ d0 (Dense): trainable true → false\n    trainable 20 → 0 (−20)\n" in out
    assert re.search(r"^  params +288\n  trainable +224 → 204  −20 \(−8.9 %\)$", out, re.M)


def test_many_layers_with_one_change_are_told_once(told):
    _, out = told("frozen", {}, {"epsilon": 0.01})
    assert "7 layers changed\n\n~ 7 layers (BatchNormalization): epsilon 0.001 → 0.01\n" in out
    assert "    n1, n2, n3, n4, n5, n6 and 1 more\n" in out
    assert out.count("epsilon") == 1


# layers without a partner


def test_added_layers_are_told_with_their_place(told):
    before = {
        "S4": {"BatchNormalization": {"name": "norm"}},
        "F6": {"Dropout": {"rate": 0.5, "name": "drop"}},
    }
    code, out = told("lenet5", {}, {"before": before})
    assert code == 1
    assert out.startswith(
        "2 layers added\n\n+ norm (BatchNormalization): between C3 and S4\n"
        "    output 16@10x10, params 64\n+ drop (Dropout): rate=0.5, between C5 and F6\n"
        "    output 120\n\nin total\n"
    )


def test_a_removed_dropout_is_told(told):
    before = {"output": {"Dropout": {"rate": 0.5, "name": "drop"}}}
    code, out = told("lenet5", {"before": before}, {})
    assert code == 1
    assert out.startswith("1 layer removed\n\n- drop (Dropout): rate=0.5, between F6 and output\n")


def test_an_activation_that_moves_into_a_layer_of_its_own_is_told(document):
    tanh = {"Activation": {"activation": "tanh", "name": "tanh"}}
    old = {"C5": {"activation": None}, "before": {"F6": tanh}}
    found = document("lenet5", old, {})
    assert causes(found) == {"C5": [("activation", "linear", "tanh")]}
    assert kinds(found)["removed"] == ["tanh"]


def test_a_removed_layer_with_weights_changes_what_follows(document):
    found = document("lenet5", {}, {"F6": None})
    assert kinds(found) == {"removed": ["F6"], "affected": ["output"]}
    (removed,) = [one for one in found["layers"] if one["kind"] == "removed"]
    assert removed["new"] is None
    assert (removed["old"]["inputs"], removed["old"]["readers"]) == (["C5"], ["output"])
    assert removed["old"]["params"] == 10_164
    assert found["totals"][0] == {"fact": "params", "old": 61_706, "new": 61_706 - 10_164 + 360}


def test_a_layer_added_at_the_end_is_the_output_now(document):
    before = {"output": {"Dense": {"units": 7, "name": "logits"}}}
    found = document("lenet5", {"output": None}, {"output": None, "before": before})
    assert kinds(found) == {"added": ["logits"]}
    assert found["model"] == []  # what is added says it
    assert found["totals"][-1] == {"fact": "output", "old": ["84"], "new": ["7"]}


# wires


def test_a_skip_is_no_rewiring_of_what_comes_after(document):
    found = document("residual", {"skips": False}, {"skips": True})
    assert kinds(found) == {"added": ["sum"], "affected": ["c"]}
    assert found["layers"][0]["new"]["inputs"] == ["a", "b"]
    assert found["layers"][1]["effects"] == [{"fact": "inputs", "old": ["b"], "new": ["sum"]}]


def test_the_order_of_a_sum_is_no_difference(document):
    assert document("residual", {}, {"swapped": True})["same"]


def test_the_order_of_a_difference_is_one(document):
    found = document("rewired", {}, {"reverse": True})
    assert causes(found) == {"join": [("inputs", ["a", "b"], ["b", "a"])]}


def test_a_rewired_layer_is_told(told):
    code, out = told("rewired", {}, {"source": "b"})
    assert code == 1
    assert out.startswith("1 layer changed\n\n~ join (Subtract): inputs a, b → b, b\n")


def test_inputs_and_outputs_that_change_places_are_told(told):
    code, out = told("several", {}, {"order": ["right", "left"], "ends": ["two", "one"]})
    assert code == 1
    assert out.startswith(
        "its inputs changed, its outputs changed\n\n~ model: inputs left, right → right, left\n"
        "~ model: outputs one, two → two, one\n"
    )
    assert out.endswith("  output         2, 3 → 3, 2\n")


def test_an_output_less_is_told(document):
    found = document("several", {}, {"ends": ["two"]})
    assert kinds(found) == {"removed": ["one"]}
    assert found["model"] == [{"fact": "outputs", "old": ["one", "two"], "new": ["two"]}]


def test_an_input_of_another_size_is_told(document):
    found = document("several", {}, {"left": 9})
    assert causes(found) == {"left": [("output", "8", "9")]}
    assert kinds(found)["affected"] == ["l"]


# nested and shared


def test_a_change_inside_of_a_nested_model_is_named(told):
    code, out = told("nested", {}, {"width": 6})
    assert code == 1
    assert out.startswith("1 layer changed, 2 affected\n\n~ stem/c1 (Conv2D): filters 4 → 6\n")


def test_layers_put_into_a_nested_model_are_named_otherwise(told):
    assert told("nested", {"wrapped": False}, {}) == (
        0,
        "the same architecture; 2 layers named otherwise\n\n"
        "named otherwise: c1 → stem/c1, p1 → stem/p1\n",
    )


def test_a_change_inside_of_a_shared_model_is_told_once(document):
    found = document("shared", {}, {"units": 6})
    assert causes(found) == {"encoder/d1": [("units", 4, 6)]}
    assert kinds(found)["affected"] == ["encoder/d2"]
    (changed,) = [one for one in found["layers"] if one["kind"] == "changed"]
    # of both calls: 8·4 and 8·6 each
    assert {"fact": "macs", "old": 64, "new": 96} in changed["effects"]


def test_a_model_that_is_called_once_more_is_told(document):
    found = document("shared", {"twice": False}, {})
    assert causes(found) == {
        "encoder": [("calls", 1, 2)],
        "join": [("inputs", ["encoder", "head"], ["encoder", "encoder#2"])],
    }
    assert kinds(found)["removed"] == ["head"]


def test_the_calls_of_a_shared_layer_are_told_apart(document):
    found = document("shared", {}, {"swapped": True})
    assert causes(found) == {
        "join": [("inputs", ["encoder", "encoder#2"], ["encoder#2", "encoder"])]
    }


def test_operations_are_layers(document):
    found = document("operations", {}, {"function": "tanh"})
    ((_, facts),) = causes(found).items()
    assert facts[0] == ("type", "ops.Relu", "ops.Tanh")


def test_weights_that_no_layer_accounts_for_are_told():
    one = Architecture(
        title="t",
        inputs=("i",),
        outputs=("d",),
        layers=(
            Layer(name="i", type="InputLayer", shapes=(Shape((4,)),), params=0),
            Layer(name="d", type="Dense", inputs=("i",), shapes=(Shape((3,)),), params=15),
        ),
        params=15,
    )
    other = Architecture(title="t", inputs=("i",), outputs=("d",), layers=one.layers, params=16)
    assert not lv.diff(one, other).same
    assert [change.fact for change in lv.diff(one, other).model] == ["params"]


def test_the_parameter_that_an_input_is_for_counts():
    def attention(*names):
        shape = (Shape((2, 4)),)
        sources = tuple(Source("i", argument=name) for name in names)
        call = lv.architecture.Call(sources, shape * 2, shape)
        return Architecture(
            title="t",
            inputs=("i",),
            outputs=("a",),
            layers=(
                Layer(name="i", type="InputLayer", shapes=shape),
                Layer(name="a", type="Attention", inputs=("i", "i"), details=(call,)),
            ),
        )

    found = lv.diff(attention("query", "value"), attention("query", "key"))
    (changed,) = [layer for layer in found.layers if layer.causes]
    assert changed.causes[0].new == ["query=i", "key=i"]


# compiling


def test_how_both_are_compiled_is_compared(told):
    how = {"optimizer": "adam", "loss": "mse"}
    code, out = told("compiled", how, {**how, "optimizer": "sgd"})
    assert code == 1
    assert out.startswith("compiled otherwise\n\n~ compiled: optimizer adam → sgd\n\n")


def test_a_model_that_is_not_compiled_is_no_other_architecture(diff):
    assert diff("theirs:lenet5", LENET5)[0] == 0
    assert diff(LENET5, "theirs:lenet5")[0] == 0


# unknown


def test_what_is_unknown_is_never_the_same(told):
    code, out = told("odd")
    assert code == 1
    why = "what theirs.Odd computes cannot be read: it is no class of Keras"
    assert out.startswith(
        "no difference is known, but 2 layers cannot be compared\n\ncannot be compared\n"
        f"  ? type, activation, config of odd1, odd2: {why}\n"
    )


def test_what_is_unknown_stands_beside_what_is_known(document):
    found = document("odd", {}, {"units": 4})
    assert kinds(found) == {"unknown": ["odd1", "odd2"], "changed": ["d"]}
    assert found["layers"][0]["unknown"][0]["fact"] == "type"


def test_variable_sizes_are_no_reason_to_differ(diff, folder):
    (folder / "any.yaml").write_text(
        "format: 1\ntitle: Any\ninput: 3@NonexNone\nlayers:\n"
        "  C: {type: Conv2D, filters: 1, kernel_size: 3}\n",
        encoding="utf-8",
    )
    assert diff("any.yaml", "any.yaml")[0] == 0


def test_a_count_that_only_one_side_knows_cannot_be_compared():
    def model(macs):
        layers = (
            Layer(name="i", type="InputLayer", shapes=(Shape((4,)),)),
            Layer(name="d", type="Dense", inputs=("i",), shapes=(Shape((3,)),), macs=macs),
        )
        return Architecture(title="t", inputs=("i",), outputs=("d",), layers=layers)

    assert lv.diff(model(None), model(None)).same
    assert not lv.diff(model(12), model(None)).same


# formats


def test_markdown_is_for_a_comment(told):
    _, out = told("lenet5", {}, {"C3": {"filters": 20}}, "--format", "markdown")
    blocks = out.split("\n\n")
    assert blocks[:2] == [
        "### lenet5: 1 layer changed, 3 affected",
        "`theirs:lenet5` → `theirs:lenet5`",
    ]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in blocks[2].split("\n")]
    assert rows[0] == ["", "layer", "change", "effect"]
    assert rows[2][:3] == ["~", "`C3` `Conv2D`", "filters `16` → `20`"]
    assert "| params        | `61,706`  | `74,310`  | +12,604 (+20.4 %) |" in out
    assert "<details><summary>3 layers affected by this</summary>\n\n| layer" in out


def test_the_docs_explain_every_key(document):
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    found = document("lenet5", {}, {"C3": {"filters": 20}})
    keys = {*found, *found["counts"], *found["layers"][0], *found["layers"][0]["causes"][0]}
    assert found["schema"] == "lenet-verify/diff-1"
    assert not [key for key in keys if f'"{key}"' not in page]


@pytest.mark.parametrize("kind", ["text", "json", "markdown"])
def test_names_of_strangers_do_no_harm(told, kind):
    _, out = told("hostile", {}, {"units": 5}, "--format", kind)
    assert "\x1b" not in out
    assert not [line for line in out.splitlines() if line.lstrip().startswith("::")]
    assert "##[group" not in out or kind == "json"
    if kind == "markdown":
        cells = [line for line in out.splitlines() if line.startswith("|")]
        assert {line.count("|") for line in cells} == {3, 5}  # tables of two and four columns
        assert not re.search(r"<i>(?![^`]*`)", out)
    if kind == "json":
        assert out.isascii()
        assert json.loads(out)["layers"][0]["new"]["name"].startswith("a|b`<i>\x1b")


def test_the_same_models_give_the_same_bytes(folder):
    def run(seed):
        return subprocess.run(
            [COMMAND, "diff", LENET5, "theirs:lenet5", "--new-arg", 'C3={"filters": 20}'],
            cwd=folder,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=False,
        ).stdout

    assert run("1") == run("2")


def on_a_terminal(arguments, folder, columns, **environment):
    """What a command line writes to a terminal of so many columns."""
    terminal, side = pty.openpty()
    ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    plain = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS")}
    process = subprocess.Popen(
        [COMMAND, *arguments],
        cwd=folder,
        stdout=side,
        stderr=subprocess.DEVNULL,
        env=plain | {"TERM": "xterm"} | environment,
    )
    os.close(side)
    text = until_closed(terminal).decode().replace("\r\n", "\n")
    os.close(terminal)
    assert process.wait() == 1
    return text


def test_colours_are_for_terminals(folder):
    (folder / "b.yaml").write_text(
        (ROOT / "spec" / "lenet5.yaml")
        .read_text(encoding="utf-8")
        .replace("filters: 16", "filters: 20"),
        encoding="utf-8",
    )
    command = ["diff", LENET5, "b.yaml"]
    coloured = on_a_terminal(command, folder, 60)
    assert "\x1b[33m~ C3 (Conv2D): filters 16 → 20\x1b[0m\n" in coloured
    plain = on_a_terminal(command, folder, 60, NO_COLOR="1")
    assert plain == re.sub(r"\x1b\[\d*m", "", coloured)
    assert max(map(len, plain.splitlines()[3:])) <= 60
    assert "\x1b" not in on_a_terminal(command, folder, 200, NO_COLOR="1")


# errors


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((LENET5, "missing.keras"), "missing.keras"),
        (("missing.keras", "absent.keras"), "absent.keras"),
        ((LENET5, "theirs:fails"), "on purpose"),
        ((LENET5, "theirs:lenet5", "--static"), "--static runs no code"),
        ((LENET5, LENET5, "--arg", "a=1"), "--arg is for a factory"),
        ((LENET5, "theirs:lenet5", "--old-arg", "a=1"), "--old-arg is for a factory"),
        ((LENET5, "theirs:lenet5", "--new-arg", "a"), "takes NAME=VALUE"),
        ((LENET5, LENET5, "--limit", "spec-bytes=10"), "spec-bytes"),
    ],
)
def test_what_cannot_be_read_is_said(diff, arguments, said):
    code, out, err = diff(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize("arguments", [(), (LENET5,), (LENET5, LENET5, LENET5)])
def test_two_models_are_compared(diff, arguments):
    code, out, err = diff(*arguments)
    assert (code, out) == (2, "")
    assert "Traceback" not in err


def test_arguments_for_both_and_for_one(diff):
    code, out, _ = diff(
        "theirs:nested", "theirs:nested", "--arg", "width=5", "--new-arg", "width=7"
    )
    assert code == 1
    assert "filters 5 → 7" in out


def test_nothing_is_loaded_that_specs_and_files_do_not_need(folder):
    script = (
        "import sys\nfrom lenet_verify.cli import main\n"
        f"assert main(['diff', {LENET5!r}, {LENET5!r}]) == 0\nprint(*sys.modules, file=sys.stderr)"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True
    )
    assert not set(run.stderr.split()) & {"keras", "tensorflow", "numpy", "h5py"}


# what holds of any two models

LAYERS = st.sampled_from(
    [
        "{type: Conv2D, filters: 4, kernel_size: 3, padding: same}",
        "{type: Conv2D, filters: 6, kernel_size: 3, padding: same, activation: relu}",
        "{type: Conv2D, filters: 4, kernel_size: 1}",
        "{type: BatchNormalization}",
        "{type: Dropout, rate: 0.5}",
        "{type: MaxPooling2D, pool_size: 2, padding: same}",
        "{type: Activation, activation: relu}",
    ]
)
CHAINS = st.lists(st.tuples(st.sampled_from("abcdefgh"), LAYERS), max_size=6).map(dict)


@st.composite
def networks(draw):
    """A chain, or one with a branch around some of it."""
    layers = list(draw(CHAINS).items())
    lines = [f"  {name}: {layer}" for name, layer in layers]
    if layers and draw(st.booleans()):
        start = draw(st.sampled_from(["input", *(name for name, _ in layers)]))
        lines.append("  flat: {type: GlobalAveragePooling2D}")
        lines.append(f"  side: {{type: GlobalAveragePooling2D, inputs: [{start}]}}")
        lines.append("  join: {type: Concatenate, inputs: [flat, side]}")
    lines.append("  last: {type: Dense, units: 2}")
    return "format: 1\ntitle: T\ninput: 3@9x9\nlayers:\n" + "\n".join(lines) + "\n"


def architecture(folder, text):
    file = folder / "network.yaml"
    file.write_text(text, encoding="utf-8")
    return lv.infer(lv.load_spec(file))


def mirrored(found):
    """The rows of a difference, as those of the way back would be."""
    opposite = {"added": "removed", "removed": "added"}
    rows = []
    for one in found.layers:
        sides = [layer and layer.name for layer in (one.new, one.old)]
        facts = [
            sorted(repr((c.fact, c.new, c.old)) for c in changes)
            for changes in (one.causes, one.effects)
        ]
        rows.append((opposite.get(one.kind.value, one.kind.value), *sides, *facts))
    return sorted(map(repr, rows))


def rows_of(found):
    rows = []
    for one in found.layers:
        sides = [layer and layer.name for layer in (one.old, one.new)]
        facts = [
            sorted(repr((c.fact, c.old, c.new)) for c in changes)
            for changes in (one.causes, one.effects)
        ]
        rows.append((one.kind.value, *sides, *facts))
    return sorted(map(repr, rows))


SLOWLY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@SLOWLY
@given(networks())
def test_nothing_differs_from_itself(tmp_path, text):
    one = architecture(tmp_path, text)
    found = lv.diff(one, one)
    assert found.same
    assert {layer.kind.value for layer in found.layers} == {"same"}


@SLOWLY
@given(networks(), networks())
def test_the_way_back_is_the_mirror_image(tmp_path, old, new):
    one, other = architecture(tmp_path, old), architecture(tmp_path, new)
    there, back = lv.diff(one, other), lv.diff(other, one)
    assert rows_of(there) == mirrored(back)
    assert there.same == back.same


@SLOWLY
@given(networks(), networks())
def test_what_layers_gain_is_what_the_whole_gains(tmp_path, old, new):
    one, other = architecture(tmp_path, old), architecture(tmp_path, new)
    found = lv.diff(one, other)
    for fact in ("params", "trainable", "non_trainable", "macs"):
        gained = 0
        for layer in found.layers:
            if layer.old is None or layer.new is None:
                sign = 1 if layer.old is None else -1
                gained += sign * getattr(layer.layer, fact)
            gained += sum(c.new - c.old for c in (*layer.causes, *layer.effects) if c.fact == fact)
        assert gained == getattr(other, fact) - getattr(one, fact)


@SLOWLY
@given(networks(), networks())
def test_only_the_same_is_the_same(tmp_path, old, new):
    one, other = architecture(tmp_path, old), architecture(tmp_path, new)
    layers = [re.sub(r"^  \w+: ", "", text, flags=re.M) for text in (old, new)]
    if "join" not in old + new:  # without branches, names tell nothing
        assert lv.diff(one, other).same == (layers[0] == layers[1])
