"""Anything that is a model to an `Architecture`; each format's quirks end in its own reader.

Readers are blind: none may import the spec, so that none can echo what it expects.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lenet_verify.architecture import Architecture
from lenet_verify.errors import ReadError
from lenet_verify.inference import with_measures

if TYPE_CHECKING:
    from lenet_verify.readers.keras_model import InputSpecs

__all__ = ["is_named_object", "read"]


def read(
    model: Any, *, inputs: InputSpecs | None = None, arguments: Mapping[str, Any] | None = None
) -> Architecture:
    """What a model is.

    Args:
        model: a `keras.Model`, or "package.module:object" naming one, or a factory or class
            that makes one; naming an object runs its code.
        inputs: (name, shape, dtype) of each input to call the model on if it declares none.
        arguments: for the factory or class.

    Returns:
        The architecture; what could not be observed is unknown in it, with the reason.

    Raises:
        ReadError: no model could be found there.
    """
    # each reader is loaded by the first model that needs it: a static run needs none
    from lenet_verify.readers.keras_model import read_keras_model

    if isinstance(model, str | Path):
        from lenet_verify.readers.named_object import load_named_object

        name = str(model)
        if not is_named_object(name):
            raise ReadError(
                f"{name}: only a package.module:object or a spec can be read as a model so far"
            )
        model = load_named_object(name, arguments or {})
    return with_measures(read_keras_model(model, inputs))


def is_named_object(name: str) -> bool:
    """Whether a name has the form `package.module:object`."""
    module, colon, path = name.partition(":")
    return bool(colon) and all(
        part.isidentifier() for part in (*module.split("."), *path.split("."))
    )
