"""How a model is compiled, as a config tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lenet_verify.architecture import Compiled
from lenet_verify.visible import visible
from lenet_verify.vocabulary import LOSSES, METRICS, OPTIMIZERS


def compiled(config: Any) -> Compiled | None:
    """Optimizer, loss and metrics as Keras's identifiers; None for a model never compiled.

    Args:
        config: `compile_config` of a .keras file, `training_config` of an .h5 file.
    """
    if not isinstance(config, Mapping):
        return None
    optimizer = config.get("optimizer", config.get("optimizer_config"))
    if optimizer is None and config.get("loss") is None:
        return None
    if isinstance(optimizer, Mapping) and optimizer.get("class_name") == "LossScaleOptimizer":
        inner = optimizer.get("config")
        optimizer = inner.get("inner_optimizer") if isinstance(inner, Mapping) else None
    losses = tuple(_identifiers(config.get("loss"), LOSSES, "keras.losses"))
    return Compiled(
        optimizer=next(_identifiers(optimizer, OPTIMIZERS, "keras.optimizers"), None),
        loss=losses[0] if len(losses) == 1 else (losses or None),
        metrics=tuple(_identifiers(config.get("metrics"), METRICS, "keras.metrics")),
    )


def whose(config: Any) -> dict[str, str]:
    """Why it cannot be told of `loss` or `metrics` whether they are Keras's own.

    A file tells of a function that nobody registered its name alone, and somebody's own may be
    called as one of Keras's is.

    Args:
        config: as of `compiled`.
    """
    found: dict[str, str] = {}
    for fact in ("loss", "metrics"):
        value = config.get(fact) if isinstance(config, Mapping) else None
        name = next(_functions(value), None)
        if name is not None:
            found[fact] = f"the file tells of a function {visible(name)}, and not whose it is"
    return found


def _functions(value: Any) -> Iterator[str]:
    """The names of functions in a value that nobody registered, however it is nested."""
    if isinstance(value, list):
        for item in value:
            yield from _functions(item)
    elif isinstance(value, Mapping):
        if value.get("class_name") != "function":
            for item in value.values():
                yield from _functions(item)
        elif value.get("module") == "builtins" and ">" not in str(value.get("config")):
            yield str(value.get("config"))


def _identifiers(value: Any, known: Mapping[str, str], home: str) -> Iterator[str]:
    """The identifier of every loss, metric or optimizer in a value, however it is nested."""
    if isinstance(value, str):
        yield known.get(value, value)
    elif isinstance(value, list):
        for item in value:
            yield from _identifiers(item, known, home)
    elif isinstance(value, Mapping):
        if isinstance(value.get("class_name"), str):
            yield _identifier(value, known, home)
        else:
            for item in value.values():
                yield from _identifiers(item, known, home)


def _identifier(value: Mapping[str, Any], known: Mapping[str, str], home: str) -> str:
    """An object's identifier; what is not Keras's own has its module before its name."""
    name, module = str(value["class_name"]), value.get("module", home)
    if name == "function" and isinstance(value.get("config"), str):
        name, module = value["config"], home if module == "builtins" else module
        if value.get("registered_name") == "function" and module == home:
            return known.get(name, name)
    if name == "MeanMetricWrapper" and isinstance(config := value.get("config"), Mapping):
        name = _wrapped(str(config.get("fn")), str(config.get("name")))
    name = name.removeprefix("Custom>")  # which Keras 2 put before its own optimizers
    if module != home or value.get("registered_name") not in (None, name):
        return f"{module}.{name}" if module else str(value.get("registered_name") or name)
    return known.get(name, name)


def _wrapped(function: str, name: str) -> str:
    """A metric that Keras 2 was given by name, by the function that it took for it: of `accuracy`,
    one that fits the loss. The name it was given ends that of the metric."""
    accurate = name.rpartition("_")[2] in ("acc", "accuracy")
    if accurate and function.endswith("_accuracy") and not name.endswith(function):
        return "accuracy"
    return function
