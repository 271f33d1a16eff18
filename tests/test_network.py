"""Whole networks by inference alone: wiring, totals, reasons, receptive fields; all by hand."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from lenet_verify.architecture import Architecture, Call, Layer, Shape, Source
from lenet_verify.errors import InferenceError
from lenet_verify.inference import (
    Field,
    derive,
    fields,
    inferred,
    measure,
    why_without,
    with_measures,
)
from tests.by_hand import config_of, first, shaped


def entrance(name, sizes):
    return Layer(name=name, type="InputLayer", shapes=(shaped(sizes),))


def layer(name, type_, *feeders, **arguments):
    """A layer fed by others: by names, or by sources where a call or an output is meant."""
    row = Layer(name=name, type=type_, config=config_of(type_, arguments))
    if all(isinstance(feeder, str) for feeder in feeders):
        return replace(row, inputs=feeders)
    sources = tuple(Source(one) if isinstance(one, str) else one for one in feeders)
    return replace(row, inputs=tuple(one.layer for one in sources), details=(Call(sources),))


def called(name, type_, calls, **arguments):
    """A layer that is called several times, each time on one source."""
    sources = [Source(one) if isinstance(one, str) else one for one in calls]
    return replace(
        layer(name, type_, sources[0].layer, **arguments),
        calls=tuple((source.layer,) for source in sources),
        details=tuple(Call((source,)) for source in sources),
    )


def nested(name, layers, *feeders, outputs=(), ends=()):
    return Layer(name=name, type="Functional", inputs=feeders, layers=tuple(layers),
                 outputs=outputs, ends=ends)  # fmt: skip


def outline(*layers, **more):
    inputs = tuple(one.name for one in layers if one.type == "InputLayer")
    return Architecture(title="net", inputs=inputs, outputs=(), layers=layers, **more)


def network(*layers):
    return inferred(outline(*layers))


def sizes(row):
    return None if row.shapes is None else [shape.sizes for shape in row.shapes]


def dense(name, units, *feeders, **more):
    return layer(name, "Dense", *feeders, units=units, **more)


# Wiring.


def test_a_chain_and_its_totals():
    net = network(
        entrance("in", (8, 8, 1)),
        layer("conv", "Conv2D", "in", filters=2, kernel_size=3),
        layer("norm", "BatchNormalization", "conv"),
        layer("flat", "Flatten", "norm"),
        dense("out", 5, "flat"),
    )
    assert [sizes(one) for one in net.layers] == [
        [(8, 8, 1)], [(6, 6, 2)], [(6, 6, 2)], [(72,)], [(5,)],
    ]  # fmt: skip
    first_row = net.layers[0]
    assert (first_row.input_shapes, first_row.params, first_row.macs) == ((), 0, 0)
    assert (first_row.trainable, first_row.non_trainable, first_row.connections) == (0, 0, 0)
    norm = net.layer("norm")
    assert norm.input_shapes == (Shape((6, 6, 2)),)
    assert (norm.params, norm.trainable, norm.non_trainable) == (8, 4, 4)
    assert net.params == 2 * 10 + 8 + 5 * 73
    assert (net.trainable, net.non_trainable) == (2 * 10 + 4 + 5 * 73, 4)
    assert net.macs == 6 * 6 * 2 * 9 + 5 * 72
    assert net.connections is None
    assert net.unknown == {
        "connections": "norm: the literature defines no connections of BatchNormalization"
    }
    assert norm.unknown == {
        "connections": "the literature defines no connections of BatchNormalization"
    }


def test_layers_may_stand_in_any_order():
    rows = (
        entrance("in", (4,)), dense("a", 3, "in"), dense("b", 2, "a"), dense("c", 5, "in"),
        layer("sum", "Concatenate", "b", "c"),
    )  # fmt: skip
    straight, turned = network(*rows), network(*rows[::-1])
    assert turned.layers == straight.layers[::-1]
    assert sizes(turned.layer("sum")) == [(7,)]
    assert turned.params == 3 * 5 + 2 * 4 + 5 * 5


def test_a_shared_layer_counts_its_weights_once_and_its_work_each_time():
    net = network(
        entrance("a", (4, 7)),
        entrance("b", (2, 7)),
        called("shared", "Dense", ["a", "b"], units=3),
        layer("end", "Dense", Source("shared", 1), units=2),
    )
    shared = net.layer("shared")
    assert shared.params == 3 * 8
    assert shared.macs == 4 * 3 * 7 + 2 * 3 * 7
    assert shared.connections == 4 * 3 * 8 + 2 * 3 * 8
    assert shared.input_shapes == (Shape((4, 7)),)
    assert sizes(shared) == [(4, 3)]
    assert [call.input_shapes for call in shared.details] == [
        (Shape((4, 7)),), (Shape((2, 7)),),
    ]  # fmt: skip
    assert [call.shapes for call in shared.details] == [(Shape((4, 3)),), (Shape((2, 3)),)]
    assert sizes(net.layer("end")) == [(2, 2)]
    assert net.macs == 4 * 3 * 7 + 2 * 3 * 7 + 2 * 2 * 3


def test_a_layer_is_called_before_and_after_another():
    net = network(
        entrance("in", (5, 3)),
        called("shared", "Dense", ["in", "between"], units=3),
        layer("between", "AveragePooling1D", "shared", pool_size=2),
        layer("end", "Flatten", Source("shared", 1)),
    )
    assert sizes(net.layer("between")) == [(2, 3)]
    assert net.layer("shared").macs == 5 * 9 + 2 * 9
    assert sizes(net.layer("end")) == [(6,)]


def test_each_of_several_outputs_is_its_own():
    net = network(
        entrance("in", (5, 3)),
        layer("lstm", "LSTM", "in", units=4, return_sequences=True, return_state=True),
        layer("state", "Dense", Source("lstm", 0, 2), units=2),
        layer("steps", "Dense", Source("lstm", 0, 0), units=2),
        layer("none", "Dense", Source("lstm", 0, 3), units=2),
    )
    assert sizes(net.layer("state")) == [(2,)]
    assert sizes(net.layer("steps")) == [(5, 2)]
    assert sizes(net.layer("none")) is None
    assert net.layer("none").unknown["output"] == "the shape of what feeds it is unknown"
    # what was in no detail stays so
    assert net.layer("lstm").details == ()
    assert net.layer("state").details == (
        Call((Source("lstm", 0, 2),), (Shape((4,)),), (Shape((2,)),)),
    )


def test_what_waits_for_itself_is_unknown():
    net = network(
        entrance("in", (4,)), layer("a", "Add", "in", "b"), dense("b", 4, "a"), dense("c", 3, "in")
    )
    assert net.layer("a").input_shapes is None
    assert net.layer("b").unknown["params"] == "the shape of what feeds it is unknown"
    assert sizes(net.layer("c")) == [(3,)]
    assert net.params is None


# Nested models.

INNER = (
    entrance("x", (None,)), dense("h", 3, "x", use_bias=False), layer("act", "ReLU", "h"),
    dense("y", 2, "h"),
)  # fmt: skip


def test_a_nested_model_is_one_layer():
    net = network(
        entrance("in", (7,)),
        nested("model", INNER, "in", outputs=("y",)),
        dense("out", 4, "model"),
    )
    row = net.layer("model")
    assert sizes(row) == [(2,)]
    assert (row.params, row.trainable, row.non_trainable) == (21 + 8, 21 + 8, 0)
    assert (row.macs, row.connections) == (21 + 6, 21 + 8)
    assert [sizes(one) for one in row.layers] == [[(7,)], [(3,)], [(3,)], [(2,)]]
    assert net.params == 29 + 4 * 3
    assert net.macs == 27 + 4 * 2
    assert sizes(net.layer("out")) == [(4,)]


def test_a_nested_model_has_several_ends():
    ends = (Source("act"), Source("lstm", 0, 1))
    inner = (
        *INNER, entrance("steps", (None, None)),
        layer("lstm", "LSTM", "steps", units=6, return_state=True, trainable=False),
    )  # fmt: skip
    net = network(
        entrance("in", (7,)),
        entrance("sequence", (5, 2)),
        nested("model", inner, "in", "sequence", ends=ends),
        layer("second", "Dense", Source("model", 0, 1), units=1),
    )
    row = net.layer("model")
    assert sizes(row) == [(3,), (6,)]
    assert (row.trainable, row.non_trainable) == (29, 4 * 6 * 9)
    assert row.macs == 27 + 5 * 4 * 6 * 8
    assert row.connections is None
    assert net.layer("second").params == 7
    beyond = nested("model", inner, "in", "sequence", ends=(Source("lstm", 0, 3),))
    assert (
        sizes(network(entrance("in", (7,)), entrance("sequence", (5, 2)), beyond).layers[2]) is None
    )


def test_a_nested_model_ends_in_a_later_call():
    inner = (
        entrance("x", (None, 3)),
        called("shared", "Dense", ["x", "pool"], units=3),
        layer("pool", "AveragePooling1D", "shared", pool_size=2),
    )
    net = network(entrance("in", (8, 3)), nested("model", inner, "in", ends=(Source("shared", 1),)))
    assert sizes(net.layer("model")) == [(4, 3)]
    assert net.layer("model").macs == 8 * 9 + 4 * 9


def test_a_nested_model_is_called_twice():
    model = replace(
        nested("model", INNER, "a", outputs=("y",)),
        calls=(("a",), ("b",)),
        details=(Call((Source("a"),)), Call((Source("b"),))),
    )
    net = network(entrance("a", (7,)), entrance("b", (6, 7)), model)
    row = net.layer("model")
    assert row.params == 29
    assert row.macs == 27 + 6 * 27
    # inside, it is told as of its first call
    assert [sizes(one) for one in row.layers] == [[(7,)], [(3,)], [(3,)], [(2,)]]


def test_a_nested_model_that_is_fed_the_unknown_keeps_its_layers():
    net = network(
        entrance("in", (7,)),
        layer("mine", "mine.Layer", "in"),
        nested("model", INNER, "mine", outputs=("y",)),
    )
    assert net.layer("model").layers == INNER
    assert net.layer("model").unknown["output"] == "the shape of what feeds it is unknown"


def test_a_nested_model_may_vary_inside():
    inner = (
        entrance("x", (1,)),
        layer("words", "TextVectorization", "x"),
        layer("vectors", "Embedding", "words", input_dim=9, output_dim=4),
        layer("last", "LSTM", "vectors", units=3),
    )
    row = network(entrance("in", (1,)), nested("model", inner, "in", outputs=("last",))).layers[1]
    assert sizes(row) == [(3,)]
    assert row.params == 9 * 4 + 4 * 3 * (4 + 3 + 1)
    assert row.unknown["macs"] == "its multiply-adds depend on a variable size"


def test_models_in_models():
    middle = (entrance("x", (None,)), nested("inmost", INNER, "x", outputs=("y",)))
    net = network(entrance("in", (7,)), nested("model", middle, "in", outputs=("inmost",)))
    (inmost,) = (one for one in net.layers[1].layers if one.name == "inmost")
    assert sizes(inmost) == [(2,)]
    assert sizes(inmost.layers[1]) == [(3,)]
    assert net.params == 29


def test_an_input_that_nothing_is_handed_to_keeps_its_own_shape():
    inner = (
        entrance("x", (None,)),
        entrance("other", (4,)),
        layer("y", "Concatenate", "x", "other"),
    )
    net = network(entrance("in", (7,)), nested("model", inner, "in", outputs=("y",)))
    assert sizes(net.layer("model")) == [(11,)]


# What does not join.


def test_all_misfits_are_told_with_their_shapes():
    inner = (entrance("x", (None,)), layer("deep", "Conv1D", "x", filters=2, kernel_size=3))
    with pytest.raises(InferenceError) as caught:
        network(
            entrance("in", (8, 3)),
            layer("large", "Conv1D", "in", filters=2, kernel_size=9),
            dense("after", 2, "large"),
            dense("vector", 2, "in"),
            nested("model", inner, "in", outputs=("deep",)),
            layer("odd", "Reshape", "vector", target_shape=(3, 3)),
            nested("flat", inner, "pool", outputs=("deep",)),
            layer("pool", "GlobalMaxPooling1D", "in"),
            layer("alone", "Subtract", "in"),
        )
    found = [caught.value, *caught.value.further]
    assert {one.layer for one in found} == {"large", "odd", "deep", "alone"}
    assert str(caught.value).splitlines()[0] == (
        "large: Conv1D on 8x3: its window reaches over 9, beyond an input of size 8"
    )
    told = {one.layer: one.message for one in found}
    assert told["alone"] == "Subtract on 8x3: it takes two inputs, not 1"
    assert told["deep"] == "Conv1D on 3: it takes feature maps such as _@_, not 3"


def test_a_layer_that_takes_no_such_thing_says_what_it_got():
    pair = Layer(name="it", type="Dense", config=config_of("Dense", {"units": 2}),
                 input_shapes=(Shape((2,)), Shape((4, 3))))  # fmt: skip
    with pytest.raises(InferenceError, match=r"^it: Dense on 2, 4x3: it takes one input, not 2$"):
        derive(pair)
    with pytest.raises(InferenceError, match=r"^it: Add on nothing: it takes inputs to join$"):
        derive(Layer(name="it", type="Add", input_shapes=()))


# What is unknown.


def test_why_something_is_unknown():
    net = network(
        entrance("in", (4,)),
        layer("mine", "mine.Subsampling", "in"),
        layer("code", "Lambda", "in"),
        replace(dense("opaque", 3, "in"), unknown={"config": "it hides"}),
        replace(dense("quantized", 3, "in"),
                config={**config_of("Dense", {"units": 3}), "quantization_config": {}}),
        dense("after", 2, "mine"),
        nested("model", (entrance("x", (None,)), layer("u", "mine.Layer", "x")), "in",
               outputs=("u",)),
    )  # fmt: skip
    reasons = {
        "mine": "there is no rule for mine.Subsampling",
        "code": "there is no rule for Lambda: it runs code that only running it could tell",
        "opaque": "it hides",
        "quantized": "what a Dense of these arguments makes of its inputs cannot be derived",
        "after": "the shape of what feeds it is unknown",
        "model": "what a Functional of these arguments makes of its inputs cannot be derived",
    }
    for name, reason in reasons.items():
        row = net.layer(name)
        assert (row.shapes, row.params, row.trainable, row.non_trainable) == (None,) * 4
        assert (row.macs, row.connections) == (None, None)
        told = dict.fromkeys(("output", "params", "trainable", "non_trainable"), reason)
        told |= {"macs": reason, "connections": reason}
        assert {fact: row.unknown[fact] for fact in told} == told
    assert (net.params, net.trainable, net.non_trainable, net.macs) == (None,) * 4
    assert net.unknown == dict.fromkeys(
        ("macs", "connections"), "mine: there is no rule for mine.Subsampling"
    )
    assert why_without("ops.Unique") == (
        "there is no rule for ops.Unique: how much comes out depends on the data"
    )


def test_a_reason_that_is_known_already_is_kept():
    row = replace(layer("mine", "mine.Layer", "in"), unknown={"output": "it is hidden"})
    found = network(entrance("in", (4,)), row).layer("mine")
    assert found.unknown["output"] == "it is hidden"
    assert found.unknown["params"] == "there is no rule for mine.Layer"
    assert found.unknown["macs"] == "it is hidden"


def test_why_there_are_no_counts():
    net = network(
        entrance("in", (None, 4)), dense("dense", 3, "in"), layer("act", "ReLU", "in"),
        layer("pool", "GlobalMaxPooling1D", "in"), layer("sum", "Add", "pool", "pool"),
        layer("norm", "LayerNormalization", "in"),
        layer("last", "LSTM", "in", units=2),
    )  # fmt: skip
    assert net.layer("dense").unknown == {
        "macs": "its multiply-adds depend on a variable size",
        "connections": "its connections depend on a variable size",
    }
    assert net.layer("act").unknown == {}
    assert net.layer("act").macs == 0
    assert net.layer("sum").unknown == {
        "connections": "the literature defines no connections of Add"
    }
    assert net.layer("last").unknown == {
        "macs": "its multiply-adds depend on a variable size",
        "connections": "its connections depend on a variable size",
    }
    assert net.layer("pool").unknown == {"connections": "its connections depend on a variable size"}
    assert net.layer("norm").unknown == {"connections": "its connections depend on a variable size"}
    assert net.unknown == {
        "macs": "dense: its multiply-adds depend on a variable size",
        "connections": "dense: its connections depend on a variable size",
    }
    assert net.params == 3 * 5 + 8 + 4 * 2 * (4 + 2 + 1)


# Observed layers.


def observed(row, *inputs, output):
    return replace(row, input_shapes=tuple(map(shaped, inputs)), shapes=(Shape(output),))


def test_what_was_observed_is_measured():
    conv = observed(layer("conv", "Conv1D", "in", filters=2, kernel_size=3), (8, 4), output=(6, 2))
    found = measure(conv)
    assert (found.macs, found.connections) == (6 * 2 * 12, 6 * 2 * 13)
    assert found.shapes == conv.shapes
    assert found.unknown == {}


def test_every_call_that_was_observed_is_measured():
    calls = tuple(
        Call((Source(name),), (Shape(given),), (Shape((given[0], 3)),))
        for name, given in (("a", (4, 7)), ("b", (2, 7)))
    )
    row = replace(dense("shared", 3, "a"), details=calls, input_shapes=(Shape((4, 7)),))
    assert measure(row).macs == 6 * 3 * 7


def test_inputs_and_what_is_never_called_come_to_nothing():
    for row in (
        entrance("in", (4,)),
        replace(dense("idle", 3), reaches_output=False),
        replace(layer("mine", "mine.Layer"), reaches_output=False),
    ):
        found = measure(row)
        assert (found.macs, found.connections, found.unknown) == (0, 0, {})
    unread = observed(replace(dense("unread", 3, "in"), reaches_output=False), (4,), output=(3,))
    assert measure(unread).macs == 12
    odd = measure(dense("odd", 3))
    assert (odd.macs, odd.connections) == (None, None)
    assert odd.unknown["macs"] == "the multiply-adds of Dense cannot be derived"
    assert odd.unknown["connections"] == "the connections of Dense cannot be derived"


def test_what_cannot_be_is_only_not_measured():
    row = observed(layer("conv", "Conv1D", "in", filters=2, kernel_size=9), (8, 4), output=(6, 2))
    assert measure(row).macs is None
    hidden = replace(observed(dense("a", 3, "in"), (4,), output=(3,)), unknown={"config": "hidden"})
    assert measure(hidden).macs is None
    assert measure(hidden).unknown["config"] == "hidden"


def test_an_observed_nested_model_is_the_sum_of_its_layers():
    inner = (
        entrance("x", (7,)),
        replace(observed(dense("h", 3, "x"), (7,), output=(3,)), trainable=24, non_trainable=0),
        replace(observed(dense("y", 2, "h"), (3,), output=(2,)), trainable=8, non_trainable=0),
    )
    inner = (replace(inner[0], trainable=0, non_trainable=0), *inner[1:])
    row = replace(
        nested("model", inner, "in", outputs=("y",)),
        input_shapes=(Shape((7,)),), shapes=(Shape((2,)),),
    )  # fmt: skip
    found = measure(row)
    assert (found.macs, found.connections) == (21 + 6, 24 + 8)
    assert [one.macs for one in found.layers] == [0, 21, 6]
    net = with_measures(outline(entrance("in", (7,)), row))
    assert (net.macs, net.connections, net.unknown) == (27, 32, {})
    assert net.layers[1] == found
    unread = replace(row, layers=(*inner[:2], replace(inner[2], trainable=None)))
    assert measure(unread).macs is None


def test_of_layers_that_cannot_be_seen_there_is_no_total():
    row = observed(dense("a", 3, "in"), (4,), output=(3,))
    net = with_measures(outline(row, unknown={"layers": "it is a black box"}))
    assert (net.macs, net.connections) == (None, None)
    assert net.unknown == {
        "layers": "it is a black box", "macs": "it is a black box",
        "connections": "it is a black box",
    }  # fmt: skip


# One call.


def test_masks_are_no_inputs():
    row = replace(
        layer("attention", "MultiHeadAttention", num_heads=2, key_dim=3),
        input_shapes=(Shape((5, 6)), Shape((7, 6)), Shape((5, 7))),
        details=(
            Call((Source("q"), Source("v"), Source("m", argument="attention_mask"))),
        ),
    )  # fmt: skip
    assert derive(row).shapes == (Shape((5, 6)),)
    # an operation is told of its masks as of any tensor
    where = replace(
        layer("where", "ops.Where"),
        config={},
        input_shapes=(Shape((5, 6)), Shape((5, 6)), Shape((5, 1))),
        details=(Call((Source("m", argument="mask"), Source("a"), Source("b"))),),
    )
    assert derive(where).shapes == (Shape((5, 6)),)


def test_what_is_not_known_of_a_layer_is_not_derived():
    row = dense("a", 3, "in")
    assert derive(row) is None
    row = replace(row, input_shapes=(Shape((4,)),))
    assert derive(row).trainable == 15
    assert derive(replace(row, unknown={"config": "hidden"})) is None
    assert derive(replace(row, type="mine.Dense")) is None


@pytest.mark.parametrize(
    ("type_", "cell"),
    [("mine.RNN", None), ("RNN", {"custom": "mine>Cell"}), ("RNN", {"type": "mine.Cell"})],
)
def test_a_layer_around_one_without_a_rule_is_unknown(type_, cell):
    config = {**config_of("RNN", {"cell": {"type": "GRUCell", "units": 3}}), "cell": cell}
    assert (
        derive(Layer(name="it", type=type_, config=config, input_shapes=(Shape((5, 2)),))) is None
    )
    around = {"type": "TimeDistributed", "layer": cell}
    assert (
        derive(
            Layer(name="it", type="TimeDistributed", config={"layer": around},
                  input_shapes=(Shape((5, 4, 2)),))
        )
        is None
    )  # fmt: skip


# Receptive fields.


def seen(*layers):
    net = network(*layers)
    feeders = {one.name: one.inputs for one in net.layers}
    return fields(net.layers, feeders)


def image(rows=32, columns=32, channels=1):
    return entrance("in", (rows, columns, channels))


def conv(name, feeder, kernel=3, **more):
    return layer(name, "Conv2D", feeder, filters=2, kernel_size=kernel, **more)


def of(found):
    """Size, distance of neighbours, and number of positions, axis by axis."""
    assert isinstance(found, Field), found
    return found.size, found.jump, found.positions


def test_fields_grow_by_the_distance_of_neighbours():
    found = seen(
        image(32, 30),
        conv("a", "in", kernel=(5, 3)),
        layer("b", "AveragePooling2D", "a", pool_size=2),
        conv("c", "b", strides=(2, 1), padding="same"),
        conv("d", "c", dilation_rate=2),
        layer("e", "ReLU", "d"),
    )
    assert of(found["in"]) == ((1, 1), (1, 1), (32, 30))
    assert of(found["a"]) == ((5, 3), (1, 1), (28, 28))
    assert of(found["b"]) == ((6, 4), (2, 2), (14, 14))
    assert of(found["c"]) == ((6 + 2 * 2, 4 + 2 * 2), (4, 2), (7, 14))
    assert of(found["d"]) == ((10 + 4 * 4, 8 + 4 * 2), (4, 2), (3, 10))
    assert found["e"] == found["d"]
    assert (found["e"].origin, found["e"].extent, found["e"].flat) == ("in", (32, 30), False)


def test_upsampling_brings_neighbours_together():
    found = seen(
        image(),
        conv("a", "in", strides=2),
        layer("near", "UpSampling2D", "a", size=(2, 4)),
        layer("linear", "UpSampling2D", "a", interpolation="bilinear"),
        layer("back", "Conv2DTranspose", "a", filters=1, kernel_size=3, strides=2),
        conv("b", "near"),
    )
    half = Fraction(1, 2)
    assert of(found["near"]) == ((3, 3), (1, half), (30, 60))
    assert of(found["linear"]) == ((5, 5), (1, 1), (30, 30))
    assert of(found["back"]) == ((5, 5), (1, 1), (31, 31))
    assert of(found["b"]) == ((5, 4), (1, half), (28, 58))


def test_of_branches_the_largest_counts():
    found = seen(
        image(),
        conv("wide", "in", kernel=(5, 1), padding="same"),
        conv("high", "in", kernel=(1, 3), padding="same"),
        layer("both", "Concatenate", "in", "high", "wide"),
        conv("far", "in", strides=2, padding="same"),
        conv("near", "in", kernel=1, strides=2),
        layer("sum", "Add", "near", "far"),
        layer("pool", "MaxPooling2D", "in", padding="same"),
        layer("apart", "UpSampling2D", "pool"),
        layer("other", "Add", "both", "apart"),
    )
    assert of(found["both"]) == ((5, 3), (1, 1), (32, 32))
    assert of(found["sum"]) == ((3, 3), (2, 2), (16, 16))
    assert of(found["other"]) == ((5, 3), (1, 1), (32, 32))


def test_branches_that_are_reduced_differently_have_no_field():
    found = seen(
        image(),
        conv("far", "in", strides=2, padding="same"),
        layer("crop", "Cropping2D", "in", cropping=8),
        layer("sum", "Add", "far", "crop"),
        layer("after", "ReLU", "sum"),
    )
    assert found["sum"] == found["after"] == "the inputs of sum are reduced differently"


def test_what_sees_everything_goes_with_each_position():
    # squeeze and excitation, with and without axes that are kept
    found = seen(
        image(32, 30, 4),
        conv("a", "in"),
        layer("kept", "GlobalAveragePooling2D", "a", keepdims=True),
        conv("gate", "kept", kernel=1),
        layer("scaled", "Multiply", "a", "gate"),
        layer("pool", "GlobalAveragePooling2D", "a"),
        dense("weights", 2, "pool"),
        layer("shaped", "Reshape", "weights", target_shape=(1, 1, 2)),
        layer("again", "Multiply", "shaped", "a"),
    )
    assert of(found["kept"]) == ((32, 30), (1, 1), (1, 1))
    assert not found["kept"].flat
    assert of(found["gate"]) == of(found["kept"])
    assert of(found["scaled"]) == ((32, 30), (1, 1), (30, 28))
    assert of(found["pool"]) == ((32, 30), (1, 1), (1, 1))
    assert found["pool"].flat
    assert found["weights"].flat
    assert of(found["again"]) == of(found["scaled"])


def test_everything_is_no_more_than_the_input():
    found = seen(
        image(8, 8),
        conv("a", "in", kernel=7, strides=(2, 4), padding="same"),
        layer("flat", "Flatten", "a"),
        dense("b", 3, "flat"),
        dense("c", 3, "b"),
        layer("mixed", "EinsumDense", "flat", equation="ab,bc->ac", output_shape=3),
    )
    assert of(found["a"]) == ((7, 7), (2, 4), (4, 2))
    assert of(found["flat"]) == ((7, 7), (2, 4), (4, 2))
    assert found["flat"].flat
    # 7 + 3 * 2 and 7 + 4, of 8 there are
    assert of(found["b"]) == ((8, 8), (2, 4), (1, 1))
    assert found["c"] == found["b"]
    assert found["mixed"] == found["b"]
    assert found["b"].single
    assert not found["a"].single


def test_all_positions_of_a_part_are_not_everything():
    found = seen(
        image(32, 32),
        layer("crop", "Cropping2D", "in", cropping=14),
        conv("a", "crop"),
        layer("flat", "Flatten", "a"),
        dense("b", 3, "flat"),
    )
    assert of(found["crop"]) == ((1, 1), (1, 1), (4, 4))
    assert of(found["b"])[0] == (3 + 1, 3 + 1)


def test_entries_of_a_flattened_map_stay_or_are_mixed():
    found = seen(
        image(),
        conv("a", "in"),
        layer("flat", "Flatten", "a"),
        layer("act", "ReLU", "flat"),
        layer("norm", "BatchNormalization", "act"),
        layer("sequence", "RepeatVector", "norm", n=3),
        layer("mixed", "Reshape", "norm", target_shape=(-1, 2)),
        layer("both", "Add", "flat", "norm"),
        replace(layer("twice", "ops.Tile", "flat"), config={"repeats": (1, 2)}),
    )
    assert of(found["norm"]) == of(found["flat"]) == of(found["a"])
    assert found["norm"].flat
    assert found["both"] == found["norm"]
    for name, type_ in (
        ("sequence", "RepeatVector"),
        ("mixed", "Reshape"),
        ("twice", "ops.Tile"),
    ):
        assert found[name] == f"{name} ({type_}) mixes the positions of a flattened map"


def test_a_sum_of_a_flattened_map_and_a_map_has_no_field():
    found = seen(
        entrance("in", (6, 1)),
        layer("flat", "Flatten", "in"),
        layer("sum", "Add", "in", "flat"),
    )
    assert found["sum"] == "the inputs of sum are reduced differently"


def test_one_position_may_be_turned_about():
    found = seen(
        image(5, 5),
        conv("a", "in", kernel=5),
        layer("order", "Permute", "a", dims=(3, 1, 2)),
        layer("vector", "Reshape", "a", target_shape=(2,)),
        layer("moved", "Permute", "in", dims=(2, 1, 3)),
        conv("after", "moved"),
        conv("row", "in", kernel=(5, 1)),
        layer("turned", "Permute", "row", dims=(2, 1, 3)),
    )
    assert found["turned"] == "turned (Permute) rearranges positions"
    assert of(found["order"]) == ((5, 5), (1, 1), (1, 1))
    assert not found["order"].flat
    assert found["vector"].flat
    assert found["moved"] == found["after"] == "moved (Permute) rearranges positions"


def test_several_inputs():
    found = seen(
        image(),
        entrance("other", (32, 32, 1)),
        entrance("vector", (2,)),
        conv("a", "in"),
        layer("both", "Add", "in", "other"),
        layer("scaled", "Multiply", "a", "vector"),
        dense("hidden", 3, "vector"),
        entrance("more", (3,)),
        layer("sum", "Add", "hidden", "more"),
    )
    assert found["both"] == "both sees several inputs"
    assert found["scaled"] == found["a"]
    assert of(found["vector"]) == of(found["hidden"]) == ((), (), ())
    # vectors have no positions to tell apart
    assert found["hidden"].origin == found["sum"].origin == "vector"


def test_variable_sizes():
    found = seen(
        entrance("in", (None, 32, 1)),
        conv("a", "in"),
        layer("pool", "GlobalMaxPooling2D", "a"),
        layer("both", "Multiply", "a", "pool"),
        conv("b", "both"),
    )
    assert of(found["a"]) == ((3, 3), (1, 1), (None, 30))
    assert of(found["pool"]) == ((None, 32), (1, 1), (1, 1))
    assert of(found["both"])[0] == (None, 32)
    assert of(found["b"])[0] == (None, 34)


def test_a_sequence_is_seen_as_a_whole():
    found = seen(
        entrance("in", (10, 4)),
        layer("conv", "Conv1D", "in", filters=2, kernel_size=3),
        layer("all", "LSTM", "conv", units=3, return_sequences=True),
        layer("last", "LSTM", "conv", units=3),
        layer("norm", "LayerNormalization", "conv"),
    )
    assert of(found["all"]) == ((10,), (1,), (8,))
    assert of(found["last"]) == ((10,), (1,), (1,))
    assert (found["last"].flat, found["all"].flat) == (True, False)
    assert of(found["norm"]) == of(found["conv"])


def test_why_there_is_no_field():
    net = network(
        image(),
        layer("mine", "mine.Layer", "in"),
        called("twice", "ReLU", ["in", "in"]),
        conv("a", "in"),
    )  # fmt: skip
    feeders = {one.name: one.inputs for one in net.layers}
    lost = replace(net.layer("a"), name="lost")
    alone = replace(net.layer("a"), name="alone")
    wrong = replace(net.layer("a"), name="wrong", input_shapes=(Shape((2, 2, 1)),))
    line = observed(layer("line", "Conv1D", "in", filters=1, kernel_size=2), (9, 1), output=(8, 1))
    spread = observed(layer("spread", "Add", "in", "in"), (2, 32, 32, 1), (32, 32, 1),
                      output=(2, 32, 32, 1))  # fmt: skip
    blank = Layer(name="blank", type="InputLayer")
    found = fields(
        (*net.layers, lost, alone, wrong, line, spread, blank),
        {**feeders, "lost": ("gone",), "alone": (), "wrong": ("in",), "line": ("in",),
         "spread": ("in",)},
    )  # fmt: skip
    assert found["mine"] == "what mine sees of its input cannot be derived (mine.Layer)"
    assert found["twice"] == "twice is called several times"
    assert found["lost"] == "it is fed by what cannot be seen"
    assert found["alone"] == "nothing feeds it"
    assert found["wrong"] == (
        "Conv2D on 1@2x2: its window reaches over 3, beyond an input of size 2"
    )
    assert found["line"] == "line (Conv1D) looks along other axes than the input has"
    assert found["spread"] == "spread (Add) rearranges positions"
    assert found["blank"] == "the shape of the input is unknown"


def test_channels_first():
    found = seen(
        entrance("in", first(1, 32, 30)),
        conv("a", "in", kernel=(5, 3), data_format="channels_first"),
        layer("soft", "Softmax", "a", axis=1),
        layer("rows", "Softmax", "a", axis=2),
    )
    assert of(found["a"]) == ((5, 3), (1, 1), (28, 28))
    assert of(found["soft"]) == of(found["a"])
    assert of(found["rows"])[0] == (32, 3)


def test_everything_needs_all_sizes():
    for size, positions, extent in ((None, 2, 8), (3, None, 8), (3, 2, None)):
        one = Fraction(1)
        size = None if size is None else Fraction(size)
        field = Field("in", (extent, 8), (size, one), (one, one), (positions, 2))
        assert field.everything() == (None, 2)


@pytest.mark.parametrize(
    ("type_", "config"),
    [
        ("Conv2D", {}),
        ("Dense", {"units": "five", "use_bias": True}),
        ("ops.Transpose", {}),
    ],
)
def test_arguments_of_a_strange_form_are_unknown(type_, config):
    """A rule that trips over them must not end a run that may not even ask."""
    odd = Layer(name="odd", type=type_, inputs=("in",), config=config)
    found = inferred(outline(entrance("in", (8, 8, 3)), odd)).layer("odd")
    assert (found.shapes, found.params, found.macs) == (None, None, None)
    assert "cannot be derived" in found.unknown["output"]
