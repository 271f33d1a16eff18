"""The pipeline: a spec, a model, and what becomes of them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lenet_verify import __version__
from lenet_verify.architecture import Architecture
from lenet_verify.checking import check
from lenet_verify.errors import (
    InferenceError,
    MissingLibraryError,
    Problem,
    ReadError,
    SpecError,
    UsageError,
)
from lenet_verify.readers import is_named_object, read
from lenet_verify.report import Provenance, Report
from lenet_verify.spec import Deviation, Limits, Spec, load_spec
from lenet_verify.static_model import infer

_SUFFIXES = ("h5", "hdf5", "json", "keras", "onnx")


@dataclass(frozen=True)
class Options:
    """How to find and judge a model.

    Attributes:
        arguments: for the factory or class that a model is named by.
        exact: judge the model as it stands, without any rewrite.
        static: load no framework and run no code: what there is to know is derived.
        limits: how large a spec may be.
    """

    arguments: Mapping[str, Any] = field(default_factory=dict)
    exact: bool = False
    static: bool = False
    limits: Limits = field(default_factory=Limits)


def load_specs(paths: Sequence[str], limits: Limits) -> list[Spec]:
    """Every spec.

    Raises:
        SpecError: with the problems of all of them.
    """
    specs: list[Spec] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            specs.append(load_spec(path, limits))
        except SpecError as e:
            problems += e.problems
    if problems:
        raise SpecError(problems)
    return specs


def verify(spec: Spec, model: str | None, options: Options) -> Iterable[Report]:
    """Checks a model against a spec: the spec's own, the one named, or each implementation.

    Raises:
        LenetVerifyError: the run cannot decide.
    """
    _check_that_shapes_join(spec)
    if model is not None:
        architecture, how = _theirs(spec, model, options)
        report = _report(spec, model, architecture, how, options)
        if warning := elsewhere(model):
            warnings = (*report.verdict.warnings, warning)
            report = replace(report, verdict=replace(report.verdict, warnings=warnings))
        yield report
    elif spec.closed:
        yield _report(spec, None, *_own(spec, options), options)
    elif spec.implementations and options.static:
        raise UsageError(
            f"{spec.path} has no layers to derive a model from, and --static builds none of its "
            "implementations: leave --static out"
        )
    elif spec.implementations:
        for one in spec.implementations:
            from lenet_verify.builder import build_implementation

            architecture = read(build_implementation(one.name))
            how = f"{one.name}, built without weights and read layer by layer"
            yield _report(spec, one.name, architecture, how, options, one.deviations)
    else:
        raise UsageError(
            f"{spec.path} has claims but no layers to build: name a model to check with --model"
        )


def _own(spec: Spec, options: Options) -> tuple[Architecture, str]:
    """The architecture of a spec's own model, and how it came to be known."""
    if options.static:
        if not spec.closed:
            raise UsageError(f"{spec.path}: the spec has no 'layers', so there is no model in it")
        return infer(spec), "derived from the spec by inference alone, without any framework"
    from lenet_verify.builder import build_for_checking

    try:
        model = build_for_checking(spec)
    except MissingLibraryError as e:
        raise MissingLibraryError(e.library, e.extra, e.purpose, or_else="use --static") from e
    how = "built from the spec with Keras, without weights, and read back layer by layer"
    return read(model), how


def elsewhere(model: str) -> str | None:
    """A warning if a model's module is not the one of that name in the current folder.

    The current folder comes last on the import path, so an installed copy wins over it.
    """
    if not is_named_object(model):
        return None
    name = model.partition(":")[0].partition(".")[0]
    file = getattr(sys.modules.get(name), "__file__", None)
    here = [path for path in (Path(f"{name}.py"), Path(name, "__init__.py")) if path.exists()]
    if not here or file is None or Path(file).resolve() in [path.resolve() for path in here]:
        return None
    return f"{model} was imported from elsewhere, where it is installed, not from {here[0]}"


def _theirs(spec: Spec, model: str, options: Options) -> tuple[Architecture, str]:
    """The architecture of a user's own model, and how it came to be known."""
    if model.endswith((".yaml", ".yml")):
        other = load_spec(model, options.limits)
        _check_that_shapes_join(other)
        architecture, how = _own(other, options)
        return architecture, how.replace("the spec", "another spec")
    if not is_named_object(model):
        raise ReadError(
            f"{model}: give package.module:object (a Keras model, or a factory or class that "
            f"makes one) or a spec{_meant(model)}; model files are not read yet"
        )
    if options.static:
        raise UsageError(f"{model}: --static runs no code, and to make this model is to run it")
    inputs = [(one.name, one.shape, one.dtype) for one in spec.inputs]
    architecture = read(model, inputs=inputs, arguments=options.arguments)
    how = "made by the user's own code and read layer by layer"
    if "input" in architecture.unknown:
        how += f"; {architecture.unknown['input']}"
    return architecture, how


def _meant(model: str) -> str:
    """How a model that is named in another way would be named."""
    path, colon, name = model.partition(":")
    dotted = path.removesuffix(".py").replace("/", ".").strip(".")
    if not colon and "/" not in path:
        dotted, _, name = dotted.rpartition(".")
    meant = f"{dotted}:{name}"
    return f", such as {meant}" if is_named_object(meant) and name not in _SUFFIXES else ""


def _check_that_shapes_join(spec: Spec) -> None:
    """Refuses, with the layer's line, what no framework could build."""
    try:
        infer(spec)
    except InferenceError as e:
        raise misfits(spec, e) from e


def misfits(spec: Spec, error: InferenceError) -> SpecError:
    """What does not join in a spec, each with the line of its layer."""
    rows = {layer.name: layer for layer in spec.layers}
    problems = [
        Problem(
            spec.path,
            rows[misfit.layer].line,
            rows[misfit.layer].column,
            f"layer '{misfit.layer}': {misfit.message}",
        )
        for misfit in (error, *error.further)
    ]
    return SpecError(problems)


def _report(
    spec: Spec,
    model: str | None,
    architecture: Architecture,
    how: str,
    options: Options,
    deviations: Sequence[Deviation] = (),
) -> Report:
    verdict = check(spec, architecture, deviations=deviations, exact=options.exact, model=model)
    provenance = Provenance(how, versions(options.static), options.exact, options.static)
    return Report(spec, architecture, verdict, provenance)


def versions(static: bool) -> tuple[tuple[str, str], ...]:
    """What takes part in a run: this tool, and unless `static` the framework if it is installed.

    Not Python, which decides nothing here: a report is the same on every machine.
    """
    found = [("lenet-verify", __version__)]
    if static:
        return tuple(found)
    from importlib.metadata import PackageNotFoundError, version

    for library in ("keras", "tensorflow"):
        try:
            found.append((library, version(library)))
        except PackageNotFoundError:
            continue
    return tuple(found)
