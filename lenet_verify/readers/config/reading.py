"""The whole of a model's config to an `Architecture`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lenet_verify.architecture import Architecture, Compiled, Layer
from lenet_verify.inference import inferred
from lenet_verify.readers.config.compiled import compiled, whose
from lenet_verify.readers.config.entry import Entry, Malformed
from lenet_verify.readers.config.finish import COUNTS, finished
from lenet_verify.readers.config.identity import identity
from lenet_verify.readers.config.outline import Given, Outline, Room, outline
from lenet_verify.readers.config.shared import check_that_one_is_one
from lenet_verify.readers.kind import with_activation

_NO_INPUT = "the model declares no input shape, so it cannot be called"
_GIVEN = "the model declares no input shape; it was read on the spec's"


def read_config(
    config: Any,
    most_layers: int,
    inputs: Sequence[Given] = (),
    *,
    training: Any = None,
    apart: bool = False,
) -> Architecture:
    """What a model is, by its config.

    Args:
        config: as `config.json` of a .keras file, `model_config` of an .h5 file or
            `model.to_json()` have it, parsed.
        most_layers: how many layers a model may have.
        inputs: for a Sequential that declares none.
        training: how it is compiled, as a file tells it apart from the config, parsed.
        apart: whether it does so: then what the config has of that is not Keras's.

    Returns:
        Its architecture, by inference. Where the config declares another shape, that is what is
        observed, so that a check finds the two at odds.

    Raises:
        Malformed: it is the config of no model.
        InferenceError: shapes that do not join, naming every such layer.
    """
    model = Entry(config, "the model")
    check_that_one_is_one(model.config)
    role, type_ = identity(model)
    told = training if apart else config.get("compile_config")
    how = compiled(told)
    if role in ("stranger", "opaque"):
        return _opaque(model, type_, how, whose(told))
    if role not in ("functional", "sequential"):
        raise Malformed(f"a {type_} is a layer, not a model")
    found = outline(model, role, Room(most_layers), inputs)
    if _calls(found.layers) > most_layers:
        raise Malformed(
            f"its layers are called more than {most_layers:,} times, those of a nested model as "
            "often as that is; --limit layers=NUMBER lets in more"
        )
    first = found.layers[0] if found.layers else None
    if first is not None and first.type == "InputLayer" and first.shapes is None:
        return _unwired(model, found, how, whose(told))
    filled = inferred(
        Architecture(
            title=model.name,
            inputs=found.inputs,
            outputs=tuple(end.layer for end in found.ends),
            ends=found.ends if any(end.call or end.output for end in found.ends) else (),
            layers=found.layers,
            compiled=how,
        )
    )
    layers = finished(filled.layers, found.layers)
    unknown: dict[str, str] = {**filled.unknown, **_first_unknown(layers), **whose(told)}
    if found.supplied:
        unknown["input"] = _GIVEN
    if how is not None and how.optimizer is None:
        unknown["optimizer"] = "the file does not tell with which one it is compiled"
    totals: dict[str, Any] = {fact: None for fact in COUNTS if fact in unknown}
    return replace(filled, layers=layers, unknown=unknown, **totals)


def _calls(layers: Sequence[Layer]) -> int:
    """How many calls of layers a model comes to: a few nested models, each of which calls the next
    one a few times, are more than anybody can count."""
    return sum(max(len(layer.details), 1) * (1 + _calls(layer.layers)) for layer in layers)


def _first_unknown(layers: Sequence[Layer]) -> dict[str, str]:
    """Why a count of the whole cannot be told: the first layer of which it cannot."""
    found: dict[str, str] = {}
    for layer in layers:
        for fact in COUNTS:
            if getattr(layer, fact) is None:
                found.setdefault(fact, f"{layer.name}: {layer.unknown.get(fact, 'not told')}")
    return found


def _opaque(
    model: Entry, type_: str, how: Compiled | None, unknown: Mapping[str, str]
) -> Architecture:
    """A model of somebody's own class, whose call no file tells."""
    why = f"{type_} is no class of Keras, and what its call computes is in no file"
    facts = ("layers", *COUNTS, "macs", "connections")
    return Architecture(
        title=model.name, inputs=(), outputs=(), layers=(), compiled=how,
        unknown={**unknown, **dict.fromkeys(facts, why)},
    )  # fmt: skip


def _unwired(
    model: Entry, found: Outline, how: Compiled | None, unknown: Mapping[str, str]
) -> Architecture:
    """A Sequential that was never built: its layers, and no shape of any."""
    facts = ("layers", *COUNTS, "macs", "connections")
    return Architecture(
        title=model.name,
        inputs=(),
        outputs=(),
        layers=tuple(_unbuilt(layer) for layer in found.layers if layer.type != "InputLayer"),
        compiled=how,
        unknown={**unknown, **dict.fromkeys(facts, _NO_INPUT)},
    )


def _unbuilt(layer: Layer) -> Layer:
    kind = with_activation(layer.type, layer.config, None)
    unknown: Mapping[str, str] = {
        **kind.unknown,
        **layer.unknown,
        **dict.fromkeys(("output", "input", "inputs"), _NO_INPUT),
        **dict.fromkeys(COUNTS, "it is not built"),
    }
    activation = None if "activation" in unknown or layer.layers else kind.activation
    return replace(layer, inputs=(), shapes=None, activation=activation, unknown=unknown)
