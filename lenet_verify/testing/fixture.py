"""`verify_architecture(model, spec)`: a check in a test that people write themselves."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lenet_verify.architecture import Architecture
from lenet_verify.checking import check
from lenet_verify.configuration import find_configuration
from lenet_verify.errors import LenetVerifyError, ReadError, UsageError
from lenet_verify.framework import import_keras
from lenet_verify.readers import is_named_object, read
from lenet_verify.renderers import render_text
from lenet_verify.report import Provenance, Report
from lenet_verify.shipped import is_shipped
from lenet_verify.spec import Deviation, Limits, Spec
from lenet_verify.testing.specs import told
from lenet_verify.verdict import Verdict
from lenet_verify.verify import Options, explained, load_specs, verify, versions


class Verify:
    """What the fixture gives."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __call__(
        self,
        model: Any,
        spec: Spec | str | os.PathLike[str],
        *,
        arguments: Mapping[str, Any] | None = None,
        deviations: Sequence[Deviation | Mapping[str, Any]] = (),
        exact: bool = False,
    ) -> Verdict:
        """Checks a model against a spec; the test fails with the report unless it holds.

        Args:
            model: a Keras model; a factory or class that makes one; the path of a model file; or
                "package.module:object". An `Architecture` serves too.
            spec: its path, from the current folder, or else from pytest's rootdir; or a `Spec`.
            arguments: for the factory or class.
            deviations: in which the model may differ, each with `layer`, `fact`, `accept` and
                `reason`.
            exact: judge the model as it stands, without any rewrite.

        Returns:
            The verdict, if it holds.
        """
        try:
            options = Options(
                arguments or {},
                exact=exact,
                deviations=tuple(
                    one if isinstance(one, Deviation) else Deviation(**one) for one in deviations
                ),
            )
            (wanted,) = [spec] if isinstance(spec, Spec) else load_specs([self._at(spec)], Limits())
            (report,) = self._reports(model, wanted, options)
        except LenetVerifyError as error:
            failure = told(error)
        else:
            failure = ""
        if failure:  # said here, so that what is behind it is not shown
            pytest.fail(failure, pytrace=False)
        for text in report.verdict.warnings:
            warnings.warn(pytest.PytestWarning(f"{wanted.path}: {text}"), stacklevel=2)
        if not report.verdict.holds:
            pytest.fail(render_text([explained(report)]).rstrip(), pytrace=False)
        return report.verdict

    def _reports(self, model: Any, spec: Spec, options: Options) -> list[Report]:
        if isinstance(model, str | os.PathLike):
            name = os.fspath(model)
            if not is_named_object(name):
                return list(verify(spec, self._at(name), options))
            path = find_configuration(self._root).import_path
            return list(verify(spec, name, replace(options, import_path=path)))
        return [_of_live(model, spec, options)]

    def _at(self, path: str | os.PathLike[str]) -> str:
        """A path from the current folder; from pytest's rootdir if it is not there."""
        if is_shipped(os.fspath(path)):
            return os.fspath(path)
        beside = self._root / path
        return str(beside) if not Path(path).exists() and beside.exists() else os.fspath(path)


def _of_live(model: Any, spec: Spec, options: Options) -> Report:
    """The report on a model in memory, made by its factory if it is one.

    Raises:
        ReadError: it is no model, nor a way to make one.
    """
    name = getattr(model, "__name__", None)
    if not isinstance(model, Architecture):
        model = _made(model, options.arguments)
        inputs = [(one.name, one.shape, one.dtype) for one in spec.inputs]
        name, model = name or model.name, read(model, inputs=inputs)
    verdict = check(
        spec,
        model,
        deviations=options.deviations,
        exact=options.exact,
        model=str(name or model.title),
    )
    how = "given by a test and read layer by layer"
    return Report(spec, model, verdict, Provenance(how, versions(False), options.exact))


def _made(model: Any, arguments: Mapping[str, Any]) -> Any:
    """A Keras model; whatever a factory raises is the test's to tell of."""
    keras = import_keras()
    if isinstance(model, keras.Model):
        if arguments:
            raise UsageError("arguments are for a factory or class, and this is a model already")
        return model
    made = model(**arguments) if callable(model) else model
    if not isinstance(made, keras.Model):
        gave = "gave" if callable(model) else "is"
        raise ReadError(f"{model!r} {gave} a {type(made).__name__}, not a Keras model")
    return made
