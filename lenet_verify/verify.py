"""The pipeline: a spec, a model, and what becomes of them."""

from __future__ import annotations

import os
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
    LenetVerifyError,
    MissingLibraryError,
    Problem,
    ReadError,
    SpecError,
    UsageError,
)
from lenet_verify.evidence import Evidence
from lenet_verify.facts import RUN_FACTS
from lenet_verify.readers import is_model_file, is_named_object, read
from lenet_verify.readers.files.byte_source import without_secrets
from lenet_verify.readers.files.limits import FileLimits
from lenet_verify.renderers.brief import Line, line
from lenet_verify.report import Provenance, Report
from lenet_verify.shipped import names_spec, refuse_two_meanings
from lenet_verify.spec import IMPLEMENTATIONS, Deviation, Limits, Spec, load_spec
from lenet_verify.static_model import infer
from lenet_verify.trained import evidence_of
from lenet_verify.verdict import Verdict
from lenet_verify.versions import installed
from lenet_verify.vocabulary import nearest

_SUFFIXES = ("h5", "hdf5", "json", "keras", "onnx")


@dataclass(frozen=True)
class Options:
    """How to find and judge a model.

    Attributes:
        arguments: for the factory or class that a model is named by.
        exact: judge the model as it stands, without any rewrite.
        static: load no framework and run no code: what there is to know is derived.
        weights: whether to hold the shapes of a file's weights against its config.
        limits: how large a spec may be.
        file_limits: how large a model file may be.
        deviations: in which the model is known to differ.
        import_path: folders to import it from besides the current one, after Python's own.
        run: the record of a training run, or its folder, to judge claims of behaviour by.
        with_training: whether such claims are unknown without a run.
        told: what follows the model's name where it is told of: its arguments, if the same model
            is checked with others too.
    """

    arguments: Mapping[str, Any] = field(default_factory=dict)
    exact: bool = False
    static: bool = False
    weights: bool = False
    limits: Limits = field(default_factory=Limits)
    file_limits: FileLimits = field(default_factory=FileLimits)
    deviations: tuple[Deviation, ...] = ()
    import_path: tuple[str, ...] = ()
    run: str | None = None
    with_training: bool = False
    told: str = ""


def load_specs(paths: Sequence[str], limits: Limits) -> list[Spec]:
    """Every spec, its shapes known to join.

    Raises:
        SpecError: with the problems of all of them.
    """
    specs: list[Spec] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            specs.append(_joining(load_spec(path, limits)))
        except SpecError as e:
            problems += e.problems
    if problems:
        raise SpecError(problems)
    return specs


@dataclass(frozen=True)
class Job:
    """One model to hold against one spec.

    Attributes:
        check: the number of the check that wants it.
        model: as it is named; None for the spec's own, or each of its implementations.
        listed: whether a line is told of it, among others.
        reported: whether its report is written.
        explained: whether the causes of a broken verdict are told.
    """

    check: int
    spec: Spec
    model: str | None
    options: Options
    listed: bool = False
    reported: bool = False
    explained: bool = True


@dataclass(frozen=True)
class Attempt:
    """What became of a job.

    Attributes:
        job: its number.
        model: as it is named, without what is secret in an URL; None for the spec's own.
        reports: whole; none if only lines were wanted.
        lines: in short; none if reports were wanted.
        error: why there is neither.
    """

    job: int
    model: str | None
    reports: tuple[Report, ...] = ()
    lines: tuple[Line, ...] = ()
    error: LenetVerifyError | None = None

    @property
    def holds(self) -> bool:
        """Whether every verdict holds."""
        return all(one.holds for one in self.lines) and all(
            report.verdict.holds for report in self.reports
        )

    @property
    def warnings(self) -> tuple[tuple[str, ...], ...]:
        """What a reader should know besides, of each verdict."""
        return tuple(
            [one.warnings for one in self.lines]
            + [report.verdict.warnings for report in self.reports]
        )


def attempt(jobs: Sequence[Job], in_short: bool, number: int) -> Attempt:
    """Checks one model against one spec, whatever comes of it.

    Args:
        jobs: all of them.
        in_short: whether a line is all that is wanted of each report.
        number: of the job.
    """
    job = jobs[number]
    model = job.model and without_secrets(job.model) + job.options.told
    try:
        reports = tuple(verify(job.spec, job.model, job.options))
    except LenetVerifyError as error:
        # in the form that every process can be told of
        return Attempt(number, model, error=ReadError(str(error)) if in_short else error)
    if in_short:
        return Attempt(number, model, lines=tuple(map(line, reports)))
    if job.explained:
        reports = tuple(map(explained, reports))
    return Attempt(number, model, reports)


def explained(report: Report) -> Report:
    """A report with the causes of its verdict, if that is broken."""
    if all(one.fact in RUN_FACTS for one in report.verdict.failing):
        return report  # it holds, or no edit to a layer is known to mend it
    from lenet_verify.explaining import explain  # only where something is broken

    exact = report.provenance.exact
    causes = explain(report.spec, report.architecture, report.verdict, exact=exact)
    return replace(report, causes=causes)


def verify(spec: Spec, model: str | None, options: Options) -> Iterable[Report]:
    """Checks a model against a spec: the spec's own, the one named, or each implementation.

    Raises:
        LenetVerifyError: the run cannot decide.
    """
    if options.weights and not (model and is_model_file(model)):
        which = "the spec's own model" if model is None else model
        raise UsageError(f"--weights is for model files: {which} is none")
    if model is not None:
        architecture, provenance = _theirs(spec, model, options)
        name = without_secrets(model) + options.told
        known = _knowing(spec, model, options)
        report = _report(spec, name, architecture, provenance, known)
        if warning := elsewhere(model, options.import_path):
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
            known = _knowing(spec, one.name, options)
            yield _report(spec, one.name, *_implementation(one.name, options), known)
    else:
        raise UsageError(
            f"{spec.path} has claims but no layers to build: name a model to check with --model"
        )


def _own(spec: Spec, options: Options) -> tuple[Architecture, Provenance]:
    """The architecture of a spec's own model, and how it came to be known."""
    if options.static:
        if not spec.closed:
            raise UsageError(f"{spec.path}: the spec has no 'layers', so there is no model in it")
        how = "derived from the spec by inference alone, without any framework"
        return infer(spec), _provenance(how, options)
    from lenet_verify.builder import build_for_checking

    try:
        model = build_for_checking(spec)
    except MissingLibraryError as e:
        raise MissingLibraryError(e.library, e.extra, e.purpose, or_else="use --static") from e
    how = "built from the spec with Keras, without weights, and read back layer by layer"
    return read(model), _provenance(how, options)


def _implementation(name: str, options: Options) -> tuple[Architecture, Provenance]:
    """The architecture of a well-known model, and how it came to be known."""
    if options.arguments:
        raise UsageError(f"--arg: {name} is a well-known model, it takes no arguments")
    how = f"{name}, built without weights and read layer by layer"
    return well_known(name, static=options.static), _provenance(how, options)


def well_known(name: str, *, static: bool) -> Architecture:
    """The architecture of one of the models that specs list as implementations.

    Args:
        name: `keras.applications.ResNet50`.
        static: whether no framework may be loaded.

    Raises:
        UsageError: Keras has to build it, and must not.
    """
    if static:
        raise UsageError(f"{name}: Keras builds it, and --static loads no framework")
    from lenet_verify.builder import build_implementation

    return read(build_implementation(name))


def _knowing(spec: Spec, model: str, options: Options) -> Options:
    """The options with the deviations of a well-known model that the spec lists."""
    listed = [one for one in spec.implementations if one.name == model.replace(":", ".")]
    known = [deviation for one in listed for deviation in one.deviations]
    return replace(options, deviations=(*known, *options.deviations))


def elsewhere(model: str, import_path: Sequence[str] = ()) -> str | None:
    """A warning if a model's module is not the one of that name in the folders of the project.

    These and the current folder come last on the import path, so an installed copy wins.
    """
    if not is_named_object(model):
        return None
    name = model.partition(":")[0].partition(".")[0]
    file = getattr(sys.modules.get(name), "__file__", None)
    folders = dict.fromkeys([*(os.path.relpath(folder) for folder in import_path), "."])
    paths = [
        Path(folder, one) for folder in folders for one in (f"{name}.py", f"{name}/__init__.py")
    ]
    here = [path for path in paths if path.exists()]
    if not here or file is None or Path(file).resolve() in [path.resolve() for path in here]:
        return None
    return f"{model} was imported from elsewhere, where it is installed, not from {here[0]}"


def _theirs(spec: Spec, model: str, options: Options) -> tuple[Architecture, Provenance]:
    """The architecture of a user's own model, and how it came to be known."""
    refuse_two_meanings(model, options.import_path)
    if names_spec(model):
        other = _joining(load_spec(model, options.limits))
        architecture, provenance = _own(other, options)
        how = provenance.how.replace("the spec", "another spec")
        return architecture, replace(provenance, how=how)
    if model in IMPLEMENTATIONS:
        return _implementation(model, options)
    inputs = [(one.name, one.shape, one.dtype) for one in spec.inputs]
    if is_model_file(model):
        if options.arguments:
            raise UsageError(f"--arg: {model} is a file, it takes no arguments")
        architecture = read(
            model, inputs=inputs, limits=options.file_limits, weights=options.weights
        )
        how = "read from its file, of which nothing was loaded or run, by inference alone"
        return architecture, _provenance(f"{how}{_given(architecture)}", options, file=True)
    if not is_named_object(model):
        raise ReadError(
            f"{model}: there is no such file; give a .keras, .h5 or .json file, a spec, "
            "keras.applications.NAME, or package.module:object (a Keras model, or a factory or "
            f"class that makes one){_meant(model)}"
        )
    if options.static:
        raise UsageError(f"{model}: --static runs no code, and to make this model is to run it")
    architecture = read(
        model, inputs=inputs, arguments=options.arguments, import_path=options.import_path
    )
    how = "made by the user's own code and read layer by layer"
    return architecture, _provenance(f"{how}{_given(architecture)}", options)


def _given(architecture: Architecture) -> str:
    """What to add where a model had to be read on inputs that it does not declare."""
    why = architecture.unknown.get("input")
    return f"; {why}" if why else ""


def _meant(model: str) -> str:
    """How a model that is named in another way would be named."""
    if near := nearest(model, IMPLEMENTATIONS):
        return f"; did you mean '{near}'?"
    path, colon, name = model.partition(":")
    dotted = path.removesuffix(".py").replace("/", ".").strip(".")
    if not colon and "/" not in path:
        dotted, _, name = dotted.rpartition(".")
    meant = f"{dotted}:{name}"
    return f", such as {meant}" if is_named_object(meant) and name not in _SUFFIXES else ""


def _joining(spec: Spec) -> Spec:
    """The spec, refused with the layer's line if no framework could build it."""
    try:
        infer(spec)
    except InferenceError as e:
        raise misfits(spec, e) from e
    return spec


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
    provenance: Provenance,
    options: Options,
) -> Report:
    evidence = evidence_of(options.run, spec, model) if options.run is not None else None
    verdict = _checked(spec, architecture, options, evidence)
    verdict = replace(verdict, model=model)
    return Report(spec, architecture, verdict, provenance, evidence=evidence)


_last: list[tuple[Spec, Architecture, tuple[bool, bool], Verdict]] = []
"""The last verdict: of files with one and the same config the reader gives one architecture."""


def _checked(
    spec: Spec, architecture: Architecture, options: Options, evidence: Evidence | None
) -> Verdict:
    way = options.exact, options.with_training
    alike = not options.deviations and evidence is None
    for known, judged, how, verdict in _last:
        if known is spec and judged is architecture and how == way and alike:
            return verdict
    verdict = check(
        spec,
        architecture,
        deviations=options.deviations,
        exact=options.exact,
        evidence=evidence,
        with_training=options.with_training,
    )
    _last[:] = [(spec, architecture, way, verdict)] if alike else []
    return verdict


def _provenance(how: str, options: Options, *, file: bool = False) -> Provenance:
    static = options.static or file
    return Provenance(how, versions(static), options.exact, static, file)


def versions(static: bool) -> tuple[tuple[str, str], ...]:
    """What takes part in a run: this tool, and unless `static` the framework if it is installed.

    Not Python, which decides nothing here: a report is the same on every machine.
    """
    found = [("lenet-verify", __version__)]
    if static:
        return tuple(found)
    return (*found, *installed("keras", "tensorflow"))
