"""`package.module:object` to a Keras model: the one place that runs a user's code."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lenet_verify.errors import ReadError, UsageError
from lenet_verify.framework import import_keras, output_to_stderr, quiet
from lenet_verify.raised import innermost_message, place
from lenet_verify.vocabulary import nearest


def load_named_object(
    name: str, arguments: Mapping[str, Any], import_path: Sequence[str] = ()
) -> Any:
    """The Keras model that a factory, class or variable of that name gives; called once.

    Args:
        name: `package.module:object`, the object's name possibly dotted.
        arguments: for the factory or class.
        import_path: folders to import from besides the current one, after Python's own.

    Raises:
        ReadError: it cannot be imported or called, or what it gives is no Keras model.
        UsageError: arguments for what is a model already.
    """
    module_name, _, path = name.partition(":")
    keras = import_keras()
    with quiet(), output_to_stderr(), _importing_from([*import_path, str(Path.cwd())]):
        found: Any = _imported(name, module_name)
        for part in path.split("."):
            found = _attribute(name, found, part)
        if isinstance(found, keras.Model):
            if arguments:
                raise UsageError(f"--arg: {name} is a model already, it takes no arguments")
            return found
        if not callable(found):
            raise ReadError(f"{name} is {_a(found)}, neither a Keras model nor a way to make one")
        model = _called(name, found, arguments)
        if not isinstance(model, keras.Model):
            raise ReadError(f"{name} gave {_a(model)}, not a Keras model")
        return model


@contextmanager
def _importing_from(folders: Sequence[str]) -> Iterator[None]:
    """Lets imports find modules in folders too, after everything that is installed."""
    added = [folder for folder in folders if folder not in sys.path]
    sys.path.extend(added)
    try:
        yield
    finally:
        for folder in added:
            if folder in sys.path:
                sys.path.remove(folder)


def _imported(name: str, module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as e:
        if e.name and (module == e.name or module.startswith(e.name + ".")):
            raise ReadError(f"{name}: there is no module '{e.name}' to import") from e
        raise ReadError(f"{name}: importing it raised {innermost_message(e)}{place(e)}") from e
    except KeyboardInterrupt:
        raise
    except BaseException as e:  # whatever a user's code may raise, SystemExit too
        raise ReadError(f"{name}: importing it raised {innermost_message(e)}{place(e)}") from e


def _attribute(name: str, owner: Any, part: str) -> Any:
    try:
        return getattr(owner, part)
    except AttributeError as e:
        near = nearest(part, [known for known in dir(owner) if not known.startswith("_")])
        hint = f"; did you mean '{near}'?" if near else ""
        raise ReadError(f"{name}: there is no '{part}' in it{hint}") from e


def _called(name: str, factory: Any, arguments: Mapping[str, Any]) -> Any:
    try:
        inspect.signature(factory).bind(**arguments)
    except TypeError as e:
        given = ", ".join(arguments) or "no arguments"
        raise ReadError(f"{name} cannot be called with {given}: {e} (use --arg)") from e
    except ValueError:
        pass  # a callable without a signature; calling it will tell
    try:
        return factory(**arguments)
    except KeyboardInterrupt:
        raise
    except BaseException as e:  # whatever a user's code may raise, SystemExit too
        raise ReadError(f"{name} raised {innermost_message(e)}{place(e)}") from e


def _a(value: Any) -> str:
    return f"a value of type {type(value).__name__}"
