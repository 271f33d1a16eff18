"""What is to be edited of one layer that stands for one of the spec's: its class, its arguments,
what it applies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import Any

from lenet_verify.architecture import Layer
from lenet_verify.checking.canonical import UNREADABLE, Unit
from lenet_verify.checking.likeness import arguments
from lenet_verify.edits import Activation, Argument, Delete, Edit, Insert, Type
from lenet_verify.explaining.theirs import Path, Theirs
from lenet_verify.vocabulary import ACTIVATION_LAYERS, LAYERS, complete

_OF_THEIR_OWN = ACTIVATION_LAYERS & LAYERS.keys() - {"Activation"}
"""Activation layers that may have arguments of their own."""
_FILTERS_ARE_UNITS = {"units": "filters"}
_IN_ANOTHER_FORM: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("Dense", "Conv1D"): _FILTERS_ARE_UNITS,
    ("Dense", "Conv2D"): _FILTERS_ARE_UNITS,
    ("Dense", "Conv3D"): _FILTERS_ARE_UNITS,
    **{(f"Conv{rank}D", "Dense"): {"filters": "units"} for rank in (1, 2, 3)},
}
"""What an argument of a class is called where the user has the layer as another class."""


def edits_of_layer(wanted: Unit, found: Unit, theirs: Theirs) -> Iterator[Edit]:
    """The edits that make a layer the spec's, but for what it reads."""
    path = theirs.path(found.name)
    if path is None:
        return
    layer = theirs.layer(path)
    both_activations = {wanted.layer.type, layer.type} <= ACTIVATION_LAYERS
    another = wanted.layer.type != found.layer.type and not both_activations
    another = another and found.recast is None
    if another:
        yield _type(wanted.layer, layer, path)
    if not both_activations:
        yield from _arguments(wanted.layer, found.layer, layer, path)
    able = "activation" in wanted.layer.config and "activation" not in layer.config
    if another and able and not found.activations and len(wanted.activations) <= 1:
        return  # the other class brings its activation along
    parts = {part.activation or "": part for part in (wanted.layer, *wanted.absorbed)}
    yield from edits_of_activations(wanted.activations, found, theirs, parts)


def _type(wanted: Layer, layer: Layer, path: Path) -> Type:
    config = dict(wanted.config)
    # only the class: what else differs is another edit
    config |= {key: layer.config[key] for key in _shared(wanted, layer) if key in layer.config}
    if "data_format" in config and "data_format" in layer.config:
        config["data_format"] = layer.config["data_format"]
    return Type(layer=path[-1], within=path[:-1], old=layer.type, new=wanted.type, arguments=config)


def _shared(wanted: Layer, layer: Layer) -> set[str]:
    """The arguments that mean the same for the classes of two layers."""
    if wanted.type not in LAYERS or layer.type not in LAYERS:
        return set()
    ours, theirs = LAYERS[wanted.type], LAYERS[layer.type]
    if ours.family != theirs.family:
        return set()
    forms = {name: argument.form for name, argument in theirs.arguments.items()}
    return {name for name, one in ours.arguments.items() if forms.get(name) == one.form}


def _arguments(wanted: Layer, found: Layer, layer: Layer, path: Path) -> Iterator[Argument]:
    """Arguments that differ.

    Args:
        wanted: the spec's layer.
        found: the model's, in the form in which it is judged.
        layer: the model's, as the user has it.
        path: where that stands.
    """
    theirs = dict(arguments(found.config))
    called = _IN_ANOTHER_FORM.get((found.type, layer.type), {})
    # the layer that a Bidirectional runs backwards is the other's twin
    twins = "backward_layer" in wanted.config and theirs.get("layer") != dict(
        arguments(wanted.config)
    ).get("layer")
    follows = _strides_follow(wanted.config) and _strides_follow(layer.config)
    for name, written in arguments(wanted.config):
        own = called.get(name, name)
        if wanted.type != found.type and name not in _shared(wanted, layer):
            continue
        if name == "data_format" or theirs.get(name, written) == written or own not in layer.config:
            continue
        if (name == "strides" and follows) or (name == "backward_layer" and twins):
            continue
        along = {"strides": wanted.config["strides"]} if name == "pool_size" and follows else {}
        if name == "layer" and twins:
            along = {"backward_layer": wanted.config["backward_layer"]}
        yield Argument(
            layer=path[-1],
            within=path[:-1],
            argument=own,
            old=layer.config[own],
            new=wanted.config[name],
            along=along,
        )


def _strides_follow(config: Mapping[str, Any]) -> bool:
    """Whether the strides are the window of a pooling layer, as Keras has it of itself."""
    return bool(config.get("pool_size", 0) == config.get("strides", 1))


def edits_of_activations(
    wanted: Sequence[str],
    found: Unit,
    theirs: Theirs,
    parts: Mapping[str, Layer] = MappingProxyType({}),
) -> Iterator[Edit]:
    """The edits after which a unit applies some activations in order, and no others.

    Args:
        wanted: the activations.
        found: the unit.
        theirs: the model that it stands in.
        parts: by activation, the spec's layer that applies it.
    """
    if tuple(wanted) == found.activations or UNREADABLE in found.activations:
        return
    own = theirs.path(found.name)
    if own is None:
        return
    sites = [own] if found.layer.activation not in (None, "linear") else []
    idle = "activation" in theirs.layer(own).config and not sites
    for part in found.absorbed:
        if part.activation != "linear" and (path := theirs.path(part.name)) is not None:
            sites.append(path)
    if len(sites) != len(found.activations):
        return
    applied = found.activations
    parted = SequenceMatcher(None, applied, tuple(wanted), autojunk=False).get_opcodes()
    if len(applied) == len(wanted):  # then each stands in its own place
        parted = [("replace", k, k + 1, k, k + 1) for k in range(len(applied))]
    for _, i, i_end, j, j_end in parted:
        if applied[i:i_end] == tuple(wanted[j:j_end]):
            continue
        pairs = min(i_end - i, j_end - j)
        for k in range(pairs):
            path, new = sites[i + k], wanted[j + k]
            yield from _another_activation(path, theirs.layer(path), applied[i + k], new, parts)
        for k in range(i + pairs, i_end):
            if sites[k] == own:
                yield _activation(own, applied[k], "linear")
            else:
                row = theirs.layer(sites[k])
                yield Delete(layer=sites[k][-1], within=sites[k][:-1], old=row)
        for name in wanted[j + pairs : j_end]:
            if idle and i == 0:
                yield _activation(own, "linear", name)
                idle = False
            else:
                after = sites[i - 1] if i else own
                row = activation_layer(f"{own[-1]}_{name.partition('(')[0]}", name)
                if name in parts and parts[name].type in _OF_THEIR_OWN:
                    row = replace(row, type=parts[name].type, config=parts[name].config)
                yield Insert(layer=after[-1], within=after[:-1], new=row)


def _another_activation(
    path: Path, layer: Layer, old: str, new: str, parts: Mapping[str, Layer]
) -> Iterator[Edit]:
    """Another activation where a layer applies one."""
    ours = parts.get(new)
    both = {layer.type, ours.type if ours else ""} <= ACTIVATION_LAYERS
    if ours is not None and both and ours.type in _OF_THEIR_OWN and ours.type == layer.type:
        yield from _arguments(ours, layer, layer, path)
    elif ours is not None and both and ours.type in _OF_THEIR_OWN:
        yield Type(
            layer=path[-1],
            within=path[:-1],
            old=layer.type,
            new=ours.type,
            arguments=ours.config,
        )
    else:
        yield _activation(path, old, new)


def _activation(path: Path, before: str, value: str) -> Activation:
    return Activation(layer=path[-1], within=path[:-1], old=before, new=value)


def activation_layer(name: str, function: str) -> Layer:
    """An activation as a layer of its own."""
    config = complete("Activation", {"activation": function})
    return Layer(name=name, type="Activation", config=config, activation=function)
