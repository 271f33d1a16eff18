"""Reading Keras models: what is there, what cannot be seen, and a user's code in between."""

from __future__ import annotations

import os
import re
import sys
import warnings
from dataclasses import replace
from functools import partial
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers, ops
from models import right, wrong
from models.right import chained, lenet5_layers

import lenet_verify as lv
from lenet_verify.checking.witness import cross_checked, disagreements
from lenet_verify.errors import ReadError, UsageError
from lenet_verify.framework import kept_log, output_to_stderr, quiet
from lenet_verify.inference import derive

ROOT = Path(__file__).parent.parent
SPEC = ROOT / "spec" / "lenet5.yaml"


def row(model, name):
    return lv.read(model).layer(name)


# What is there


def test_layers_are_read_in_order_with_their_facts():
    architecture = lv.read(right.functional())
    assert [layer.type for layer in architecture.layers] == [
        "InputLayer", "Conv2D", "AveragePooling2D", "Conv2D", "AveragePooling2D", "Flatten",
        "Dense", "Dense", "Dense",
    ]  # fmt: skip
    c3 = architecture.layer("C3")
    assert (c3.inputs, c3.output, c3.output_shape) == (("S2",), "16@10x10", (10, 10, 16))
    assert (c3.params, c3.trainable, c3.non_trainable) == (2416, 2416, 0)
    assert (c3.activation, c3.config["kernel_size"]) == ("tanh", (5, 5))
    first = architecture.layers[0]
    assert (dict(first.config), dict(first.unknown)) == ({"dtype": "float32"}, {})
    assert architecture.outputs == ("output",)
    assert (architecture.params, architecture.compiled) == (61706, None)


def test_operations_are_rows():
    steps = [layers.Dense(4, name="a"), ops.relu, lambda x: ops.reshape(x, (-1, 2, 2))]
    model = chained(steps, (3,))
    types = [layer.type for layer in lv.read(model).layers]
    assert types == ["InputLayer", "Dense", "ops.Relu", "ops.Reshape"]
    assert lv.read(model).layers[-1].config["newshape"] == (-1, 2, 2)


def test_a_borrowed_layer_has_the_shapes_of_this_model():
    c1 = row(right.borrowed_layer(), "C1")
    assert (c1.output, c1.calls) == ("6@28x28", ())


def test_a_part_of_a_model_is_read_alone():
    assert len(lv.read(right.cut_from_a_larger_model()).layers) == 9


def test_a_nested_model_is_one_row_with_its_own():
    features = row(right.nested(), "features")
    assert [layer.name for layer in features.layers][1:] == ["C1", "S2", "C3", "S4", "flatten"]
    assert (features.outputs, features.output, features.params) == (("flatten",), "400", 2572)


def test_a_layer_called_twice_is_one_row_with_its_calls():
    shared = layers.Dense(4, name="shared")
    model = chained([shared, layers.ReLU(name="relu"), shared], (4,))
    (once,) = [layer for layer in lv.read(model).layers if layer.name == "shared"]
    assert once.calls == (("input_layer",), ("relu",)) or once.calls[1] == ("relu",)
    assert lv.read(model).params == once.params == 20


def test_weights_are_counted_once_however_often_they_are_shared():
    shared = layers.Dense(4)
    left, right_ = keras.Input((3,)), keras.Input((3,))
    model = keras.Model([left, right_], [shared(left), shared(right_)])
    assert lv.read(model).params == 16


def test_frozen_layers_are_not_trained():
    model = chained([layers.Dense(4, name="a"), layers.BatchNormalization(name="bn")], (3,))
    model.get_layer("a").trainable = False
    a, bn = row(model, "a"), row(model, "bn")
    assert (a.params, a.trainable, a.non_trainable) == (16, 0, 16)
    assert (bn.params, bn.trainable, bn.non_trainable) == (16, 8, 8)
    assert a.config["trainable"] is False
    assert (lv.read(model).trainable, lv.read(model).non_trainable) == (8, 24)


class Named(keras.Model):
    """Two layers of one name, which Keras allows, but not in a graph."""

    def __init__(self):
        super().__init__()
        self.one, self.two = layers.Dense(4, name="same"), layers.Dense(5, name="same")

    def call(self, x):
        return self.two(self.one(x))


def test_names_are_made_unique():
    model = Named()
    model(np.zeros((1, 3), "float32"))
    architecture = lv.read(model)
    assert [layer.name for layer in architecture.layers] == ["same", "same#2"]
    assert "name" in architecture.unknown["layers"]


def test_further_calls_and_outputs_are_told_in_full():
    inputs = keras.Input((5, 8))
    sequence, _, state = layers.LSTM(4, return_sequences=True, return_state=True, name="rnn")(
        inputs
    )
    model = keras.Model(inputs, [layers.Dense(2, name="o")(state), sequence])
    architecture = lv.read(model)
    (call,) = architecture.layer("o").details
    assert (call.inputs[0].layer, call.inputs[0].output) == ("rnn", 2)
    assert architecture.layer("o").inputs == ("rnn",)
    assert architecture.layer("rnn").output == ("5x4", "4", "4")
    assert architecture.outputs == ("o", "rnn")


def test_ordinary_models_have_no_details():
    for model in (right.functional(), right.nested()):
        architecture = lv.read(model)
        assert architecture.ends == ()
        assert all(layer.details == () for layer in architecture.layers)


def test_inputs_come_in_the_order_in_which_the_model_takes_them():
    first, second = keras.Input((2,), name="first"), keras.Input((3,), name="second")
    deep = layers.Dense(4)(layers.Dense(4)(second))
    model = keras.Model([first, second], layers.Concatenate()([first, deep]))
    assert lv.read(model).inputs == ("first", "second")
    assert [layer.name for layer in lv.read(model).layers][:2] == ["first", "second"]


def test_what_a_layer_is_told_when_it_is_called_is_noted():
    inputs = keras.Input((4, 6))
    x = layers.MultiHeadAttention(2, 3, name="plain")(inputs, inputs)
    x = layers.MultiHeadAttention(2, 3, name="causal")(x, x, use_causal_mask=True)
    x = layers.Dropout(0.5, name="drop")(x, training=True)
    model = keras.Model(inputs, layers.Dropout(0.5, name="not")(x, training=False))
    told = {layer.name: layer.unknown.get("call") for layer in lv.read(model).layers[1:]}
    assert told == {
        "plain": None,
        "causal": "it is called with use_causal_mask",
        "drop": "it is called with training",
        "not": None,
    }


# Axis orders


def test_channels_first_is_found_from_the_layers_that_say_so():
    architecture = lv.read(right.channels_first())
    assert architecture.layers[0].output == "1@32x32"
    assert architecture.layer("S4").output == "16@5x5"
    assert architecture.layer("S4").output_shape == (16, 5, 5)
    assert architecture.layer("flatten").output == "400"


def test_an_order_goes_through_layers_that_keep_it_and_ends_where_it_is_changed():
    model = chained(
        [
            layers.BatchNormalization(name="before"),
            layers.Permute((3, 1, 2), name="turned"),
            layers.ReLU(name="after"),
            layers.Conv2D(4, 3, data_format="channels_first", name="conv"),
            layers.BatchNormalization(axis=1, name="bn"),
            ops.relu,
        ],
        (8, 9, 3),
    )
    outputs = [layer.output for layer in lv.read(model).layers]
    assert outputs == ["3@8x9", "3@8x9", "3@8x9", "3@8x9", "4@6x7", "4@6x7", "4@6x7"]


def test_a_repeated_vector_is_a_sequence_whatever_it_was_pooled_from():
    order = {"data_format": "channels_first"}
    model = chained(
        [
            layers.Conv2D(4, 3, name="conv", **order),
            layers.GlobalAveragePooling2D(name="pool", **order),
            layers.RepeatVector(5, name="repeated"),
        ],
        (3, 9, 9),
    )
    assert lv.read(model).layer("repeated").output == "5x4"


# What is whose


def test_a_class_is_known_by_itself_not_by_its_name():
    for factory in (
        wrong.own_class_called_conv2d,
        wrong.own_registered_class_called_conv2d,
        wrong.subclass_that_overrides_call,
    ):
        c1 = row(factory(), "C1")
        assert c1.type == "models.wrong.Conv2D"
        assert (c1.activation, c1.config) == (None, {})
        assert {"type", "activation", "config"} <= set(c1.unknown)
        assert c1.params == 156  # what can be counted is


def test_keras_classes_that_compute_anything_are_unknown():
    found = lv.read(chained([layers.Lambda(lambda x: x, name="any")], (3,))).layer("any")
    assert found.type == "Lambda"
    assert "cannot be read" in found.unknown["activation"]


ACTIVATIONS = {
    "none": (None, "linear"),
    "name": ("tanh", "tanh"),
    "keras": (keras.activations.tanh, "tanh"),
    "alias": ("swish", "silu"),
    "operation": (ops.tanh, "tanh"),
    "operation-with-other-defaults": (ops.gelu, "gelu(approximate=true)"),
    "keras-gelu": (keras.activations.gelu, "gelu"),
    "layer": (layers.LeakyReLU(negative_slope=0.2), "leaky_relu"),
}


@pytest.mark.parametrize("case", ACTIVATIONS)
def test_activations_are_read(case):
    given, expected = ACTIVATIONS[case]
    model = chained([layers.Dense(4, activation=given, name="a")], (3,))
    assert row(model, "a").activation == expected


@pytest.mark.parametrize("name", ["relu", "relu6", "tanh", "softmax", "silu", "elu", "gelu"])
def test_tensorflows_activations_are_kerass(name):
    import tensorflow as tf

    given = getattr(tf.nn, name)
    separate = chained([layers.Dense(4, activation=given, name="a")], (3,))
    assert row(separate, "a").activation == name
    other = chained([layers.Dense(4, activation=name)], (3,))
    other.set_weights(separate.get_weights())
    x = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    assert np.allclose(separate(x), other(x), atol=1e-6)


def relu(x):
    """Not what it is called."""
    return ops.tanh(x)


class Callable:
    def __call__(self, x):
        return ops.tanh(x)


OWN = {
    "function": ("tanh", lambda: layers.Dense(4, activation=relu, name="a")),
    "lambda": ("relu", lambda: layers.Dense(4, activation=lambda x: ops.relu(x), name="a")),
    "object": ("tanh", lambda: layers.Dense(4, activation=Callable(), name="a")),
    "partial": (
        "leaky_relu(negative_slope=0.1)",
        lambda: layers.Dense(4, activation=partial(ops.leaky_relu, negative_slope=0.1), name="a"),
    ),
    "recurrent": ("tanh", lambda: layers.LSTM(4, activation=relu, name="a")),
}


@pytest.mark.parametrize("case", OWN)
def test_a_function_is_known_by_what_it_computes_not_by_its_name(case):
    expected, layer = OWN[case]
    found = row(chained([layer()], (5, 3)), "a")
    assert found.activation == expected
    assert "activation" not in found.unknown


STRANGE = {
    "of-several-numbers": lambda: layers.Dense(4, activation=lambda x: x - ops.max(x), name="a"),
    "wrapped": lambda: layers.TimeDistributed(layers.Dense(4, activation=relu), name="a"),
    "cell": lambda: layers.RNN(layers.GRUCell(4, activation=relu), name="a"),
}


@pytest.mark.parametrize("case", STRANGE)
def test_a_function_that_cannot_be_tried_is_unknown_whatever_its_name(case):
    found = row(chained([STRANGE[case]()], (5, 3)), "a")
    assert found.activation is None
    assert "activation" in found.unknown


def test_bidirectional_makes_its_layers_anew_from_names():
    """So that somebody's own `relu` inside of it is Keras's in truth."""
    wrapped = layers.Bidirectional(layers.LSTM(4, activation=relu), name="a")
    assert wrapped.forward_layer.activation is keras.activations.relu
    assert row(chained([wrapped], (5, 3)), "a").activation == "relu"


def test_how_a_model_is_compiled_is_known_by_the_objects():
    for factory in (right.compiled, right.compiled_with_objects, right.compiled_with_functions):
        compiled = lv.read(factory()).compiled
        assert (compiled.optimizer, compiled.loss) == ("adam", "categorical_crossentropy")
    assert lv.read(right.mixed_precision()).compiled.optimizer == "adam"
    assert lv.read(wrong.own_optimizer_called_adam()).compiled.optimizer == "models.wrong.Adam"
    loss = lv.read(wrong.own_loss_called_like_keras_s()).compiled.loss
    assert loss == "models.wrong.categorical_crossentropy"


def test_losses_and_metrics_of_several_outputs():
    inputs = keras.Input((3,))
    ends = [layers.Dense(1, name="a")(inputs), layers.Dense(2, name="b")(inputs)]
    model = keras.Model(inputs, ends)
    model.compile(loss=["mse", keras.losses.Huber()], metrics=[["mae"], [keras.metrics.AUC()]])
    compiled = lv.read(model).compiled
    assert compiled.optimizer == "rmsprop"
    assert compiled.loss == ("mean_squared_error", "huber")
    assert compiled.metrics == ("mean_absolute_error", "auc")


# What cannot be seen


def test_an_opaque_model_says_why():
    architecture = lv.read(wrong.opaque())
    assert "calling Opaque on symbolic inputs failed" in architecture.unknown["layers"]
    c1 = architecture.layer("C1")
    assert (c1.params, c1.shapes) == (156, None)
    assert c1.unknown["output"] == architecture.unknown["layers"]


def test_an_unbuilt_model_needs_the_specs_inputs():
    assert "declares no input shape" in lv.read(right.Subclassed()).unknown["layers"]
    given = [("input", lv.Shape((32, 32, 1)), "float32")]
    architecture = lv.read(right.Subclassed(), inputs=given)
    assert architecture.params == 61706
    assert "the spec's" in architecture.unknown["input"]
    assert architecture.layers[1].inputs == (architecture.inputs[0],)


def test_a_model_is_read_as_it_infers():
    model = right.WithTraining()
    model(np.zeros((1, 32, 32, 1), "float32"))
    called = [layer.type for layer in lv.read(model).layers if layer.reaches_output]
    assert "RandomFlip" not in called
    assert "Dropout" not in called


def test_a_layer_inside_of_another_row_is_no_row_of_its_own():
    model = right.Mixed()
    model(np.zeros((1, 32, 32, 1), "float32"))
    architecture = lv.read(model)
    assert [layer.type for layer in architecture.layers] == [
        "InputLayer",
        "Sequential",
        "Sequential",
    ]
    assert sum(layer.params for layer in architecture.layers) == architecture.params


class Warns(right.Subclassed):
    def call(self, inputs):
        warnings.warn("of the model's own", stacklevel=1)
        return super().call(inputs)


@pytest.mark.filterwarnings("error")
def test_warnings_made_errors_change_no_verdict(capfd):
    given = [("input", lv.Shape((32, 32, 1)), "float32")]
    assert "layers" not in lv.read(Warns(), inputs=given).unknown
    assert "of the model's own" in capfd.readouterr().err


# A user's code, named


@pytest.fixture
def here(monkeypatch):
    monkeypatch.chdir(Path(__file__).parent)


@pytest.mark.parametrize(
    ("name", "arguments", "output"),
    [
        ("models.right:functional", {}, "10"),
        ("models.right:Subclassed", {"name": "mine"}, None),
        ("models.right:with_classes", {"classes": 7}, "7"),
        ("models.faulty:NeedsArguments", {"classes": 5, "activation": "linear"}, "5"),
    ],
)
def test_what_is_named_is_called(name, arguments, output, here):
    architecture = lv.read(name, arguments=arguments)
    last = architecture.layers[-1]
    assert last.output == output


def test_a_named_model_is_taken_as_it_is(here, monkeypatch):
    from models import faulty

    monkeypatch.setattr(faulty, "live", right.functional())
    assert lv.read("models.faulty:live").params == 61706
    with pytest.raises(UsageError, match="a model already, it takes no arguments"):
        lv.read("models.faulty:live", arguments={"classes": 3})


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("faulty:raising", {}, " raised KeyError: 'the innermost' (faulty.py:%d)"),
        ("faulty:raising_nothing_to_say", {}, " raised ValueError (faulty.py:%d)"),
        ("faulty:raising_speechless", {}, " raised Speechless (faulty.py:%d)"),
        ("faulty:leaving", {}, " raised SystemExit: I am off (faulty.py:%d)"),
        ("faulty:returning_none", {}, " gave a value of type NoneType, not a Keras model"),
        ("faulty:returning_a_list", {}, " gave a value of type list, not a Keras model"),
        (
            "faulty:a_number", {},
            " is a value of type int, neither a Keras model nor a way to make one",
        ),
        ("faulty:raisin", {}, ": there is no 'raisin' in it; did you mean 'raising'?"),
        ("faulti:x", {}, ": there is no module 'models.faulti' to import"),
        (
            "right:with_classes", {},
            " cannot be called with no arguments: missing a required argument: 'classes' "
            "(use --arg)",
        ),
        (
            "right:functional", {"classes": 3},
            " cannot be called with classes: got an unexpected keyword argument 'classes' "
            "(use --arg)",
        ),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_said_in_one_line(name, arguments, message, here):
    with pytest.raises(ReadError) as caught:
        lv.read(f"models.{name}", arguments=arguments)
    if "%d" in message:
        message %= line_that_raises(name.partition(":")[2])
    assert str(caught.value) == f"models.{name}{message}"


def line_that_raises(function):
    """The line of tests/models/faulty.py on which a function first raises or leaves."""
    lines = (Path(__file__).parent / "models" / "faulty.py").read_text("utf-8").splitlines()
    start = lines.index(f"def {function}():")
    return next(
        n for n, line in enumerate(lines[start:], start + 1) if re.search(r"raise|exit", line)
    )


def test_there_is_no_such_module(here):
    with pytest.raises(ReadError) as caught:
        lv.read("nothing.here:x")
    assert str(caught.value) == "nothing.here:x: there is no module 'nothing' to import"


def test_what_keras_refuses_is_said_in_one_line(here):
    with pytest.raises(ReadError) as caught:
        lv.read("models.faulty:keras_refuses")
    message = str(caught.value)
    assert message.startswith("models.faulty:keras_refuses raised ValueError: ")
    assert "\n" not in message
    assert "negative" in message.lower()


def test_a_module_that_fails_to_import(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken_module.py").write_text("import there_is_no_such_thing\n")
    with pytest.raises(ReadError, match="importing it raised ModuleNotFoundError: No module named"):
        lv.read("broken_module:x")
    (tmp_path / "leaving_module.py").write_text("raise SystemExit(3)\n")
    with pytest.raises(ReadError, match="importing it raised SystemExit: 3"):
        lv.read("leaving_module:x")


def test_the_import_path_is_left_as_it_was(here):
    before = list(sys.path)
    lv.read("models.right:functional")
    assert sys.path == before


def test_the_current_folder_comes_last(tmp_path, monkeypatch):
    """A user's json.py shadows nothing."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "colorsys.py").write_text("raise SystemExit('shadowed')\n")
    with pytest.raises(ReadError, match="there is no 'x' in it"):
        lv.read("colorsys:x")


# What is printed


LOUD = """
import logging, os, sys
logging.basicConfig(level=logging.INFO)
from models.right import Subclassed

class Model(Subclassed):
    def call(self, inputs):
        logging.info("logged in the call")
        return super().call(inputs)

def later():
    logging.info("logged later")
"""


def test_a_loud_factory_speaks_on_standard_error_only(run_cli):
    run = run_cli(
        SPEC, "--model", "models.faulty:loud", "--format", "json", cwd=Path(__file__).parent,
        env={"PYTHONUNBUFFERED": ""},
    )  # fmt: skip
    assert run.returncode == 0
    assert run.stdout.startswith("{")
    assert run.stdout.endswith("}\n")
    for said in (
        "printed to stdout", "printed to stderr", "written to descriptor 1", "said by a child",
        "a warning of the user's own", "Total params", "past every redirection",
    ):  # fmt: skip
        assert said in run.stderr
        assert said not in run.stdout
    assert "input_shape" not in run.stderr
    assert "oneDNN" not in run.stderr


@pytest.mark.parametrize("debug", [False, True])
def test_a_factory_that_raises_is_one_line_and_exit_code_2(debug, run_cli):
    options = ["--debug"] if debug else []
    run = run_cli(SPEC, "--model", "models.faulty:raising", *options, cwd=Path(__file__).parent)
    assert run.returncode == 2
    assert run.stdout == ""
    line = line_that_raises("raising")
    said = f"models.faulty:raising raised KeyError: 'the innermost' (faulty.py:{line})\n"
    assert run.stderr.startswith(said)
    assert ("Traceback" in run.stderr) is debug
    if not debug:
        assert run.stderr.count("\n") == 1


def test_arguments_reach_the_factory(run_cli):
    options = ["--model", "models.right:with_classes", "--arg"]
    folder = Path(__file__).parent
    assert run_cli(SPEC, *options, "classes=10", cwd=folder).returncode == 0
    run = run_cli(SPEC, *options, "classes=11", "--arg", "activation=relu", cwd=folder)
    assert run.returncode == 1
    assert "11" in run.stdout
    assert "relu" in run.stdout


def test_a_users_logging_goes_on_afterwards(tmp_path):
    import subprocess

    (tmp_path / "loud_module.py").write_text(LOUD)
    code = (
        "import lenet_verify as lv\n"
        "lv.read('loud_module:Model', inputs=[('x', lv.Shape((32, 32, 1)), 'float32')])\n"
        "import loud_module\n"
        "loud_module.later()\n"
    )
    paths = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "logged in the call" in done.stderr
    assert "logged later" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Logging error" not in done.stderr


def test_only_the_frameworks_own_warnings_are_kept_aside(tmp_path, monkeypatch, capfd):
    """A project may be called keras too."""
    folder = tmp_path / "keras"
    folder.mkdir()
    (folder / "mine.py").write_text(
        "import warnings\ndef warn():\n    warnings.warn('of my own project')\n"
    )
    scope: dict = {}
    source = folder / "mine.py"
    exec(compile(source.read_text(), str(source), "exec"), scope)
    with quiet(), warnings.catch_warnings():
        warnings.simplefilter("always")
        scope["warn"]()
        layers.Dense(3, input_shape=(3,))
    error = capfd.readouterr().err
    assert "of my own project" in error
    assert "input_shape" not in error
    assert "input_shape" in kept_log()


def test_native_output_is_kept_aside_and_pythons_is_not(capfd):
    with quiet():
        os.write(2, b"from native code\n")
        print("from Python", file=sys.stderr)
    os.write(2, b"afterwards\n")
    error = capfd.readouterr().err
    assert "from native code" not in error
    assert "from Python\nafterwards\n" in error
    assert "from native code" in kept_log()


def test_standard_output_goes_to_standard_error(capfd):
    with output_to_stderr():
        print("printed")
        os.write(1, b"written\n")
        sys.__stdout__.write("past the redirection\n")
    print("afterwards")
    captured = capfd.readouterr()
    assert captured.out == "afterwards\n"
    for said in ("printed", "written", "past the redirection"):
        assert said in captured.err


def test_steps_of_lenet_are_shared_by_no_two_models():
    one, other = lenet5_layers(), lenet5_layers()
    assert not {id(step) for step in one} & {id(step) for step in other}


def test_masks_that_keras_hands_on_are_no_inputs():
    """An Embedding's mask, which follows from `mask_zero`; a mask of one's own is an input."""
    words = keras.Input((7,), dtype="int32", name="words")
    x = layers.Embedding(10, 4, mask_zero=True, name="emb")(words)
    x = layers.LSTM(3, return_sequences=True, name="lstm")(x)
    x = layers.Bidirectional(layers.GRU(2), name="bi")(x)
    found = lv.read(keras.Model(words, layers.Dense(1, name="out")(x)))
    assert [(layer.name, layer.inputs) for layer in found.layers] == [
        ("words", ()), ("emb", ("words",)), ("lstm", ("emb",)), ("bi", ("lstm",)),
        ("out", ("bi",)),
    ]  # fmt: skip
    values = keras.Input((7, 4), name="values")
    masked = layers.Masking(name="masking")(values)
    found = lv.read(keras.Model(values, layers.GRU(2, name="gru")(masked)))
    assert [layer.name for layer in found.layers] == ["values", "masking", "gru"]
    own = ops.not_equal(words, 3)
    x = layers.LSTM(3, name="lstm")(layers.Embedding(10, 4, name="emb")(words), mask=own)
    found = lv.read(keras.Model(words, x))
    assert found.layer("lstm").inputs == ("emb", own._keras_history.operation.name)


def test_a_custom_activation_is_called_by_its_name():
    def odd(x):
        return x * x

    model = keras.Sequential([keras.Input((4,)), layers.Dense(2, activation=odd, name="d")])
    assert lv.read(model).layer("d").activation.endswith(".odd")


def test_an_augmentation_layer_is_told_nothing_by_keras_itself():
    image = keras.Input((8, 8, 3))
    model = keras.Model(image, layers.RandomFlip(name="flip")(image))
    assert "call" not in lv.read(model).layer("flip").unknown
    model = keras.Model(image, layers.Dropout(0.5, name="drop")(image, training=True))
    assert "training" in lv.read(model).layer("drop").unknown["call"]


# Operations


TOLD = {
    "number": (lambda x: x + 3.0, "ops.Add", {"x2": 3.0}),
    "number-first": (lambda x: 2 - x, "ops.Subtract", {"x1": 2}),
    "array": (lambda x: x * np.ones((1, 4)), "ops.Multiply", {"x2": {"constant": (1, 4)}}),
    "two-tensors": (lambda x: x + x, "ops.Add", {}),
    "index": (lambda x: x[:, 0], "ops.GetItem", {"key": ({"slice": (None, None, None)}, 0)}),
    "slice": (
        lambda x: x[..., None, 1::2],
        "ops.GetItem",
        {"key": ("...", None, {"slice": (1, None, 2)})},
    ),
    "condition": (
        lambda x: ops.where(ops.stop_gradient(x), x, 0.0), "ops.Where", {"x2": 0.0},
    ),
    "numpy's-number": (
        lambda x: ops.reshape(x, (-1, np.int64(12))), "ops.Reshape", {"newshape": (-1, 12)},
    ),
    "list-with-an-array": (
        lambda x: ops.einsum("bij,jk->bik", x, np.ones((4, 2))),
        "ops.Einsum",
        {
            "subscripts": "bij,jk->bik",
            "operands": ({"input": 0}, {"constant": (4, 2)}),
            "kwargs": {},
        },
    ),
    "table": (
        lambda x: ops.take(np.ones((9, 2)), ops.cast(x, "int32"), axis=0),
        "ops.Take",
        {"axis": 0, "x": {"constant": (9, 2)}},
    ),
    "activation": (
        lambda x: keras.activations.relu(x, max_value=6),
        "ops.ReLU",
        {"negative_slope": 0.0, "max_value": 6, "threshold": 0.0},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_an_operation_tells_all_that_it_is_called_with(name):
    made, type_, config = TOLD[name]
    last = lv.read(chained([made], (3, 4))).layers[-1]
    assert (last.type, dict(last.config)) == (type_, config)


def test_an_operation_that_is_called_with_a_function_cannot_be_read():
    model = chained([lambda x: ops.vectorized_map(lambda row: row * 2, x)], (3,))
    assert "no plain value" in lv.read(model).layers[-1].unknown["config"]


def test_what_an_operation_puts_before_the_batch_is_no_shape_of_one_example():
    steps = [lambda x: ops.transpose(x, (1, 0, 2)), lambda x: ops.transpose(x, (1, 0, 2))]
    _, there, back = lv.read(chained(steps, (3, 4))).layers
    assert (there.output, there.unknown["output"]) == (None, "its first axis is not the batch")
    assert (back.output, back.input_shapes) == ("3x4", None)
    total = lv.read(chained([ops.sum], (3, 4))).layers[-1]
    assert total.output is None


def test_tensors_handed_over_by_name_come_in_the_order_of_the_calls_parameters():
    one, other = keras.Input((5, 4), name="one"), keras.Input((6, 4), name="other")
    allowed = keras.Input((5, 6), dtype="bool", name="allowed")
    attention = layers.MultiHeadAttention(2, 3, name="attention")
    x = attention(key=other, query=one, value=other, attention_mask=allowed)
    model = keras.Model([one, other, allowed], x)
    row = lv.read(model).layer("attention")
    assert row.inputs == ("one", "other", "other", "allowed")
    arguments = [source.argument for source in row.details[0].inputs]
    assert arguments == ["query", "value", "key", "attention_mask"]
    assert not any(disagreements(layer) for layer in cross_checked(lv.read(model)).layers)


def told_more_than_its_arguments():
    inputs = keras.Input((8, 16))
    outputs = layers.MultiHeadAttention(2, 4)(inputs, inputs, return_attention_scores=True)
    return keras.Model(inputs, outputs)


def quantized_inside():
    inputs = keras.Input((8, 16))
    model = keras.Model(inputs, layers.MultiHeadAttention(2, 4)(inputs, inputs))
    model.layers[1].query_dense.quantize("int8")
    return model


def quantized():
    inputs = keras.Input((8,), dtype="int32")
    model = keras.Model(inputs, layers.ReversibleEmbedding(10, 4)(inputs))
    model.layers[1].quantize("int8")
    return model


def partly_frozen():
    model = keras.Sequential([keras.Input((5, 16)), layers.LSTM(4), layers.Dense(3)])
    model.layers[0].cell.trainable = False
    model.layers[1].bias.trainable = False
    return model


@pytest.mark.parametrize(
    "make", [told_more_than_its_arguments, quantized_inside, quantized, partly_frozen]
)
def test_what_arguments_do_not_tell_is_no_disagreement(make):
    architecture = cross_checked(lv.read(make()))
    assert not any(map(disagreements, architecture.layers))


def test_a_wrong_count_of_frozen_weights_is_one():
    dense = lv.read(keras.Sequential([keras.Input((5,)), layers.Dense(3)])).layers[1]
    for changes in ({"trainable": 3}, {"trainable": 20, "non_trainable": -2}, {"params": 17}):
        wrong_one = replace(dense, **changes)
        whole = replace(lv.read(right.functional()), layers=(wrong_one,))
        assert disagreements(cross_checked(whole).layers[0]), changes


def test_every_call_of_a_layer_is_derived():
    one, other = keras.Input((9, 9, 1)), keras.Input((7, 7, 1))
    shared = layers.Conv2D(2, 3, name="shared")
    read = lv.read(keras.Model([one, other], [shared(one), shared(other)]))
    assert not any(map(disagreements, cross_checked(read).layers))
    layer = read.layer("shared")
    second = replace(layer.details[1], shapes=layer.details[0].shapes)
    wrong_one = replace(layer, details=(layer.details[0], second))
    (seen,) = cross_checked(replace(read, layers=(wrong_one,))).layers
    first, second = (call.shapes[0] for call in layer.details)
    assert f"the model says {first}, inference {second}" in seen.unknown["output"]


def test_masks_do_not_make_the_derivations_disagree():
    values, allowed = keras.Input((7, 4), name="values"), keras.Input((7,), dtype="bool")
    x = layers.LSTM(3, return_sequences=True, name="lstm")(values, mask=allowed)
    x = layers.GRU(3, return_sequences=True, name="gru")(x, None, allowed)
    x = layers.Attention(name="attention")([x, x], mask=[allowed, allowed])
    architecture = cross_checked(lv.read(keras.Model([values, allowed], x)))
    assert not any(map(disagreements, architecture.layers))
    for name in ("lstm", "gru", "attention"):
        row = architecture.layer(name)
        assert [shape.sizes for shape in derive(row).shapes] == [row.output_shape]


def test_layers_of_keras_applications_are_known():
    from keras.src.applications.convnext import LayerScale, StochasticDepth
    from keras.src.applications.inception_resnet_v2 import CustomScaleLayer

    inputs = keras.Input((5, 5, 4))
    x = StochasticDepth(0.1, name="depth")(LayerScale(1e-6, 4, name="scale")(inputs))
    model = keras.Model(inputs, CustomScaleLayer(0.2, name="sum")([inputs, x]))
    architecture = cross_checked(lv.read(model))
    types = [layer.type for layer in architecture.layers]
    assert types == ["InputLayer", "LayerScale", "StochasticDepth", "CustomScaleLayer"]
    assert architecture.layer("scale").config["projection_dim"] == 4
    assert all(not layer.unknown.get("output") for layer in architecture.layers)
    assert [derive(layer).trainable for layer in architecture.layers[1:]] == [4, 0, 0]


class LayerScale(layers.Layer):
    """Somebody's own, of a name that Keras has too."""

    def call(self, x):
        return ops.tile(x, (1, 2))


def test_a_name_alone_makes_no_layer_of_keras_applications():
    row = lv.read(chained([LayerScale(name="mine")], (4,))).layer("mine")
    assert row.type == f"{__name__}.LayerScale"


def test_a_class_that_keras_exports_by_another_name():
    x = keras.Input((3, 8))
    layer = lv.read(keras.Model(x, keras.layers.GroupQueryAttention(4, 2, 2)(x, x))).layers[1]
    assert (layer.type, layer.config["num_query_heads"]) == ("GroupQueryAttention", 2)
    assert "config" not in layer.unknown
