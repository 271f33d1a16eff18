"""How a Keras model is compiled, by the objects themselves: a name alone can lie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lenet_verify.architecture import Compiled
from lenet_verify.framework import import_keras
from lenet_verify.vocabulary import LOSSES, METRICS, OPTIMIZERS


def compiled(model: Any) -> Compiled | None:
    """Optimizer, loss and metrics as Keras's identifiers; None for a model never compiled.

    What is not Keras's own has its module before its name.
    """
    if not getattr(model, "compiled", False):
        return None
    keras = import_keras()
    optimizer = getattr(model, "optimizer", None)
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        optimizer = optimizer.inner_optimizer  # put around it under mixed precision
    given = _as_given(model)
    losses = tuple(_identifiers(given.get("loss"), LOSSES, keras.losses))
    return Compiled(
        optimizer=next(iter(_identifiers(optimizer, OPTIMIZERS, keras.optimizers)), None),
        loss=losses[0] if len(losses) == 1 else (losses or None),
        metrics=tuple(_identifiers(given.get("metrics"), METRICS, keras.metrics)),
    )


def _as_given(model: Any) -> Mapping[str, Any]:
    """What `compile` was called with."""
    config = getattr(getattr(model, "_compile_config", None), "config", None)
    return config if isinstance(config, Mapping) else {}


def _identifiers(value: Any, known: Mapping[str, str], home: Any) -> Iterable[str]:
    """The identifier of every loss, metric or optimizer in a value, however it is nested."""
    if value is None:
        return
    if isinstance(value, str):
        yield known.get(value, value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _identifiers(item, known, home)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _identifiers(item, known, home)
    else:
        yield _identifier(value, known, home)


def _identifier(value: Any, known: Mapping[str, str], home: Any) -> str:
    """An object's identifier: it, or its class, must be what Keras exports under the name."""
    thing = value if hasattr(value, "__name__") else type(value)
    name = thing.__name__
    if getattr(home, name, None) is thing:
        return known.get(name, name)
    return f"{thing.__module__}.{name}"
