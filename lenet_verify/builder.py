"""A spec to a Keras model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

from lenet_verify.errors import BuildError
from lenet_verify.framework import import_keras, quiet
from lenet_verify.raised import innermost_message
from lenet_verify.spec import LayerRecipe, Spec
from lenet_verify.vocabulary import PAPER_LAYERS, to_keras

ONE_BY_ONE = frozenset({"GroupQueryAttention", "MultiHeadAttention"})
"""Layer classes that take several inputs as so many arguments, not as a list."""

# TensorFlow uses a layer's name as a scope of its own when the model runs.
_UNFIT = re.compile(r"[^A-Za-z0-9_.-]|^[^A-Za-z0-9_.]")


def build(spec: Spec) -> Any:
    """The Keras model of a spec's build recipe: it trains, and is compiled if the spec says how.

    Args:
        spec: a spec with `layers`.

    Returns:
        A `keras.Model` whose layers have the spec's names (characters that TensorFlow cannot
        have in a name are replaced by `_`).

    Raises:
        BuildError: there is nothing to build, or Keras refuses it, naming line and layer.
        MissingLibraryError: Keras or TensorFlow is not installed.
    """
    return _built(spec, allocate=True)


def build_for_checking(spec: Spec) -> Any:
    """The same model without its weights: shapes and counts are there, no memory is taken.

    A test measures that this holds for every class of layer that a spec can name.
    """
    return _built(spec, allocate=False)


def _built(spec: Spec, *, allocate: bool) -> Any:
    if not spec.layers:
        raise BuildError(f"{spec.path}: the spec has no 'layers', so there is nothing to build")
    keras = import_keras()
    with quiet():
        scope = nullcontext() if allocate else keras.StatelessScope(initialize_variables=False)
        with scope:
            model = _model(keras, spec)
        # compiling makes variables of its own, which a stateless scope refuses
        _compile(model, spec)
        return model


def _model(keras: Any, spec: Spec) -> Any:
    names = _keras_names([*(i.name for i in spec.inputs), *(layer.name for layer in spec.layers)])
    tensors: dict[str, Any] = {}
    for one in spec.inputs:
        tensors[one.name] = keras.Input(
            shape=one.shape.sizes, dtype=one.dtype, name=names[one.name]
        )
    inputs = list(tensors.values())
    for layer in spec.layers:
        fed = [tensors[name] for name in layer.inputs]
        try:
            made = _layer(keras, layer.type, layer.arguments, name=names[layer.name])
            output = made(*fed) if layer.type in ONE_BY_ONE or len(fed) == 1 else made(fed)
        except Exception as e:  # whatever Keras raises is a fault of the spec here
            raise _refused(spec, layer, fed, e) from e
        output = output[0] if isinstance(output, list | tuple) else output
        if any(output is tensor for tensor in fed):  # as Equalization does in Keras 3.15
            raise _refused(spec, layer, fed, ValueError("it gives back its very input"))
        tensors[layer.name] = output
    outputs = [tensors[name] for name in spec.outputs]
    return keras.Model(
        inputs[0] if len(inputs) == 1 else inputs,
        outputs[0] if len(outputs) == 1 else outputs,
        # the model's name is TensorFlow's outermost scope, which begins with a letter or digit
        name=_fit(spec.title).lstrip("_-") or "model",
    )


def _layer(keras: Any, type_: str, arguments: Mapping[str, Any], **more: Any) -> Any:
    """A Keras layer; layers inside its arguments (wrapped ones, cells) are made first."""
    class_ = _class(keras, type_)
    ready = {key: _inner(keras, value) for key, value in to_keras(type_, arguments).items()}
    return class_(**ready, **more)


def _class(keras: Any, type_: str) -> Any:
    # which also registers the activations and initializers that a spec may name
    from lenet_verify import paper_layers

    return getattr(paper_layers if type_ in PAPER_LAYERS else keras.layers, type_)


def _inner(keras: Any, value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"type", "arguments"}:
        return _layer(keras, value["type"], value["arguments"])
    if isinstance(value, list | tuple):
        return type(value)(_inner(keras, item) for item in value)
    return value


def _compile(model: Any, spec: Spec) -> None:
    recipe = spec.compile
    if recipe is None:
        return
    loss = list(recipe.loss) if isinstance(recipe.loss, tuple) else recipe.loss
    try:
        model.compile(
            optimizer=recipe.optimizer or "rmsprop", loss=loss, metrics=list(recipe.metrics) or None
        )
    except Exception as e:  # whatever Keras raises is a fault of the spec here
        raise BuildError(
            f"{spec.path}:{recipe.line}: Keras refuses to compile this: {innermost_message(e)}"
        ) from e


def _refused(spec: Spec, layer: LayerRecipe, fed: list[Any], error: Exception) -> BuildError:
    shapes = ", ".join(str(tuple(tensor.shape)[1:]) for tensor in fed)
    return BuildError(
        f"{spec.path}:{layer.line}:{layer.column}: Keras refuses layer '{layer.name}' "
        f"({layer.type} on {shapes}): {innermost_message(error)}"
    )


def _keras_names(names: list[str]) -> dict[str, str]:
    """A name that TensorFlow can have for each name of the spec; the same one where it can."""
    taken = {name for name in names if _fit(name) == name}
    found: dict[str, str] = {}
    for name in names:
        fit = _fit(name)
        if fit != name:
            fit = next(n for n in _numbered(fit) if n not in taken)
            taken.add(fit)
        found[name] = fit
    return found


def _numbered(name: str) -> Any:
    yield name
    number = 2
    while True:
        yield f"{name}_{number}"
        number += 1


def _fit(name: str) -> str:
    return _UNFIT.sub("_", name[:200])


def build_implementation(name: str) -> Any:
    """A well-known model, such as `keras.applications.ResNet50`, without weights.

    Args:
        name: from the spec's closed table of implementations.
    """
    keras = import_keras()
    factory = getattr(keras.applications, name.rpartition(".")[2])

    def built() -> Any:
        with keras.StatelessScope(initialize_variables=False):
            return factory(weights=None)

    # Keras numbers the layers that nobody names thread by thread: in one of its own a model has
    # the same names, whatever was built before it.
    with quiet(), ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(built).result()
