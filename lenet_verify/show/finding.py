"""Whatever a command line may call a model, as an `Architecture`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from lenet_verify.errors import InferenceError, UsageError
from lenet_verify.options import factory_arguments, file_limits, limits, shown_path
from lenet_verify.shipped import names_spec, refuse_two_meanings
from lenet_verify.show.rows import Shown

if TYPE_CHECKING:
    from lenet_verify.architecture import Architecture
    from lenet_verify.readers.files.limits import FileLimits
    from lenet_verify.spec import Limits


@dataclass(frozen=True)
class How:
    """How to find a model.

    Attributes:
        arguments: for the factory or class that a model is named by.
        static: run no code.
        limits: how large a spec may be; None for the usual ones.
        file_limits: how large a model file may be; None for the usual ones.
        import_path: folders to import a model from besides the current one, after Python's own.
    """

    arguments: Mapping[str, Any] = field(default_factory=dict)
    static: bool = False
    limits: Limits | None = None
    file_limits: FileLimits | None = None
    import_path: tuple[str, ...] = ()


def way(options: Namespace, import_path: tuple[str, ...] = ()) -> How:
    """How the command line wants models to be found.

    Args:
        options: as they are parsed.
        import_path: what is configured.

    Raises:
        UsageError: it asks for something impossible.
    """
    arguments = factory_arguments(options.arg)
    if arguments:
        for_a_factory("--arg", options.models)
    how = How(arguments, options.static, import_path=import_path)
    if not options.limit:
        return how
    given = options.limit
    return replace(how, limits=limits(given), file_limits=file_limits(given))


def for_a_factory(option: str, models: Iterable[str]) -> None:
    """Sees to it that there is something to give arguments to.

    Raises:
        UsageError: nobody is there to take them.
    """
    from lenet_verify.readers import is_named_object

    if not any(map(is_named_object, models)):
        raise UsageError(f"{option} is for a factory, and there is no package.module:object here")


def find(model: str, how: How) -> Shown:
    """The model of that name: a spec's by inference, a named object live, else a file's.

    Raises:
        LenetVerifyError: there is none, or it cannot be read.
    """
    refuse_two_meanings(model, how.import_path)
    if names_spec(model):
        path = shown_path(model)
        return Shown(path, _of_spec(path, how))
    from lenet_verify.readers import is_named_object, read
    from lenet_verify.readers.files.byte_source import without_secrets

    if _is_well_known(model):
        from lenet_verify.verify import well_known

        return Shown(model, counted(well_known(model, static=how.static)))
    if not is_named_object(model):
        path = model if "://" in model else shown_path(model)
        return Shown(without_secrets(path), counted(read(path, limits=how.file_limits)))
    if how.static:
        raise UsageError(f"{model}: --static runs no code, and to make this model is to run it")
    architecture = read(model, arguments=how.arguments, import_path=how.import_path)
    from lenet_verify.verify import elsewhere

    warning = elsewhere(model, how.import_path)
    return Shown(model, counted(architecture), (warning,) if warning else ())


def _is_well_known(name: str) -> bool:
    if not name.startswith("keras."):
        return False  # and nothing is imported to find it out
    from lenet_verify.spec import IMPLEMENTATIONS

    return name in IMPLEMENTATIONS


def counted(architecture: Architecture) -> Architecture:
    """An architecture without the totals that leave out layers: of a layer that is not built yet,
    the weights are still to come."""
    without = [layer for layer in architecture.layers if layer.params is None]
    if not without:
        return architecture
    facts = ("params", "trainable", "non_trainable")
    why = f"{without[0].name}: {without[0].unknown.get('params', 'it cannot be counted')}"
    return replace(
        architecture,
        params=None,
        trainable=None,
        non_trainable=None,
        unknown=dict.fromkeys(facts, why) | dict(architecture.unknown),
    )


def _of_spec(path: str, how: How) -> Architecture:
    from lenet_verify.spec import load_spec
    from lenet_verify.static_model import infer

    spec = load_spec(path) if how.limits is None else load_spec(path, how.limits)
    if not spec.closed:
        known = [one.name for one in spec.implementations]
        hint = f"; name an implementation of it, such as {known[0]}" if known else ""
        raise UsageError(f"{path}: the spec has no 'layers', so there is no model in it{hint}")
    try:
        return counted(infer(spec))
    except InferenceError as e:
        from lenet_verify.verify import misfits

        raise misfits(spec, e) from e
