"""Anything that is a model to an `Architecture`; each format's quirks end in its own reader.

Readers are blind: none may import the spec, so that none can echo what it expects.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from lenet_verify.architecture import Architecture
from lenet_verify.shipped import is_shipped

if TYPE_CHECKING:
    from lenet_verify.readers.files.limits import FileLimits
    from lenet_verify.readers.keras_model import InputSpecs

__all__ = ["is_model_file", "is_named_object", "read"]


SUFFIXES = (".keras", ".h5", ".hdf5", ".json")
"""How the names of model files end."""


def read(
    model: Any,
    *,
    inputs: InputSpecs | None = None,
    arguments: Mapping[str, Any] | None = None,
    limits: FileLimits | None = None,
    weights: bool = False,
    import_path: Sequence[str] = (),
) -> Architecture:
    """What a model is.

    Args:
        model: a `keras.Model`; the path or URL of a .keras, .h5 or .json file, of which nothing is
            executed; or "package.module:object" naming a model, or a factory or class that makes
            one, which runs that code.
        inputs: (name, shape, dtype) of each input to read the model on if it declares none.
        arguments: for the factory or class.
        limits: how large a file may be.
        weights: of a file, whether to read the shapes of its weights too.
        import_path: folders to import from besides the current one, after Python's own.

    Returns:
        The architecture; what could not be observed is unknown in it, with the reason.

    Raises:
        ReadError: no model could be found there.
        MissingLibraryError: what reads it is not installed.
    """
    # each reader is loaded by the first model that needs it
    if isinstance(model, str | PurePath) and not is_named_object(str(model)):
        from lenet_verify.readers.config.outline import Given
        from lenet_verify.readers.model_file import read_model_file

        given = [Given(*one) for one in inputs or ()]
        return read_model_file(str(model), limits, given, weights=weights)
    from lenet_verify.inference import with_measures
    from lenet_verify.readers.keras_model import read_keras_model

    if isinstance(model, str | PurePath):
        from lenet_verify.readers.named_object import load_named_object

        model = load_named_object(str(model), arguments or {}, import_path)
    return with_measures(read_keras_model(model, inputs))


def is_model_file(name: str) -> bool:
    """Whether a name is that of a model file: by its suffix, as a URL, or since it is there."""
    return bool(
        name.lower().endswith(SUFFIXES)
        or "://" in name
        or (not is_named_object(name) and os.path.lexists(name))
    )


def is_named_object(name: str) -> bool:
    """Whether a name has the form `package.module:object`, and is not that of a shipped spec."""
    module, colon, path = name.partition(":")
    return (
        bool(colon)
        and not is_shipped(name)
        and all(part.isidentifier() for part in (*module.split("."), *path.split(".")))
    )
