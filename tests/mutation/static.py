"""Rows to an `Architecture`, by inference alone, as a reader would give it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from lenet_verify.architecture import Architecture, Call, Layer, Shape, Source
from lenet_verify.inference import inferred
from lenet_verify.vocabulary import activation_of, complete, read_layer
from tests.mutation.network import INPUT, Network, Row


def architecture(net: Network) -> Architecture:
    """A network's architecture, every shape and count derived.

    Raises:
        InferenceError: shapes do not join.
    """
    live = net.live()
    made = _Made(net)
    layers = []
    for row in net.rows:
        group = made.groups.of(row.name)
        if group is None:
            if not row.shares:
                layers.append(made.layer(row, net.rows, live))
        elif row.name == made.groups.last(group):
            layers.append(made.model(group, live))
    ends = tuple(made.source(name) for name in net.outputs)
    return inferred(
        Architecture(
            title="random",
            inputs=tuple(row.name for row in net.inputs),
            outputs=tuple(end.layer for end in ends),
            ends=ends if any(map(_needs_telling, ends)) else (),
            layers=tuple(layers),
        )
    )


def shapes(net: Network) -> Mapping[str, tuple[int, ...]]:
    """What every row puts out.

    Raises:
        InferenceError: shapes do not join.
        ValueError: what one puts out is not known.
    """
    plain = Network(tuple(_alone(row) for row in net.rows), net.outputs)
    found: dict[str, tuple[int, ...]] = {}
    for layer in architecture(plain).layers:
        if layer.shapes is None:
            raise ValueError(f"the shape of {layer.name}, {layer.type} of {dict(layer.config)}")
        found[layer.name] = tuple(size or 0 for size in layer.shapes[0].sizes)
    return found


def _alone(row: Row) -> Row:
    return Row(row.name, row.type, row.arguments, row.inputs)


class Groups:
    """The models inside a network."""

    def __init__(self, net: Network) -> None:
        self.net = net

    def of(self, name: str) -> int | None:
        return next((n for n, group in enumerate(self.net.nested) if name in group), None)

    def rows(self, group: int) -> list[Row]:
        return [row for row in self.net.rows if row.name in self.net.nested[group]]

    def last(self, group: int) -> str:
        return self.rows(group)[-1].name

    def leaving(self, group: int) -> list[str]:
        """The rows of a group that something outside reads."""
        inside = self.net.nested[group]
        read = {name for row in self.net.rows if row.name not in inside for name in row.inputs}
        read |= set(self.net.outputs)
        return [row.name for row in self.rows(group) if row.name in read]

    def entering(self, group: int) -> list[str]:
        """The rows outside that a group reads."""
        inside = self.net.nested[group]
        names = (name for row in self.rows(group) for name in row.inputs)
        return list(dict.fromkeys(name for name in names if name not in inside))


class _Made:
    """The layers of a network, as they are made."""

    def __init__(self, net: Network) -> None:
        self.groups = Groups(net)
        self.calls: dict[str, tuple[str, int]] = {}
        count: dict[str, int] = {}
        for row in net.rows:
            layer = row.shares or row.name
            self.calls[row.name] = layer, count.get(layer, 0)
            count[layer] = count.get(layer, 0) + 1

    def source(self, name: str) -> Source:
        """Where a row's result comes from, seen from outside."""
        group = self.groups.of(name)
        if group is not None:
            return Source(f"model {group}", 0, self.groups.leaving(group).index(name))
        layer, call = self.calls[name]
        return Source(layer, call)

    def layer(
        self,
        row: Row,
        rows: Sequence[Row],
        live: frozenset[str],
        renamed: Mapping[str, Source] | None = None,
    ) -> Layer:
        """A row, and the further calls of its layer."""
        if row.type == INPUT:
            shape = Shape(tuple(row.arguments["shape"]))
            return Layer(
                name=row.name, type=INPUT, shapes=(shape,),
                config={"dtype": row.arguments.get("dtype", "float32")},
            )  # fmt: skip
        config = config_of(row.type, row.arguments)
        calls = [one for one in rows if one.name == row.name or one.shares == row.name]
        details = tuple(
            Call(tuple((renamed or {}).get(name) or self.source(name) for name in one.inputs))
            for one in calls
        )
        wires = tuple(tuple(source.layer for source in call.inputs) for call in details)
        told = len(calls) > 1 or any(_needs_telling(s) for s in details[0].inputs)
        return Layer(
            name=row.name,
            type=row.type,
            inputs=wires[0],
            calls=wires if len(calls) > 1 else (),
            details=details if told else (),
            config=config,
            activation=activation_of(row.type, config),
            reaches_output=any(one.name in live for one in calls),
        )

    def model(self, group: int, live: frozenset[str]) -> Layer:
        """A group of rows as a model inside the model."""
        rows = self.groups.rows(group)
        entering, leaving = self.groups.entering(group), self.groups.leaving(group)
        given = [self.source(name) for name in entering]
        entrances = [Layer(name=f"input {n}", type=INPUT) for n in range(len(entering))]
        inside = {name: Source(one.name) for name, one in zip(entering, entrances, strict=True)}
        inside |= {row.name: Source(row.name) for row in rows}
        layers = (*entrances, *(self.layer(row, rows, live, inside) for row in rows))
        return Layer(
            name=f"model {group}",
            type="Functional",
            inputs=tuple(source.layer for source in given),
            details=(Call(tuple(given)),) if any(map(_needs_telling, given)) else (),
            layers=layers,
            outputs=tuple(leaving),
        )


def _needs_telling(source: Source) -> bool:
    return bool(source.call or source.output)


def _key(arguments: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted((name, _hashable(value)) for name, value in arguments.items()))


def _hashable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return ("{}", *_key(value))
    return tuple(map(_hashable, value)) if isinstance(value, list | tuple) else value


def _plain(value: Any) -> Any:
    """What was made hashable, as one would write it in a spec."""
    if isinstance(value, tuple) and value[:1] == ("{}",):
        return {name: _plain(item) for name, item in value[1:]}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def config_of(type_: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arguments of a layer in normal form; one object for equal ones.

    Raises:
        ValueError: there are no such arguments.
    """
    return _config(type_, _key(arguments))


@lru_cache(None)
def _config(type_: str, key: tuple[tuple[str, Any], ...]) -> Mapping[str, Any]:
    given = {name: _plain(value) for name, value in key}
    config = complete(type_, read_layer(type_, given))
    return {**config, "dtype": "float32"}
