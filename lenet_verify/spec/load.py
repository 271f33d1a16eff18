"""A spec's file to a `Spec`, or to every mistake in it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping as Dictionary

from lenet_verify.errors import Problem, SpecError
from lenet_verify.quoting import nearest
from lenet_verify.shipped import PREFIX, names_shipped, shipped
from lenet_verify.spec.claims import read_claims
from lenet_verify.spec.contents import CompileRecipe, Implementation, Source, Spec
from lenet_verify.spec.deviations import read_deviations
from lenet_verify.spec.document import Limits, Mapping, Node, Scalar, parse, plain
from lenet_verify.spec.fields import (
    Problems,
    fields,
    mapping,
    shown,
    text,
    texts,
    whole_number,
)
from lenet_verify.spec.file_bytes import read_bytes
from lenet_verify.spec.layers import read_graph
from lenet_verify.spec.training import read_training
from lenet_verify.vocabulary import LOSSES, METRICS, OPTIMIZERS

FORMAT = 1
TOP_KEYS = (
    "format", "title", "sources", "input", "inputs", "blocks", "layers", "outputs", "compile",
    "training", "claims", "implementations",
)  # fmt: skip
SOURCE_KEYS = ("title", "authors", "year", "doi", "url", "note")
COMPILE_KEYS = ("optimizer", "loss", "metrics")

IMPLEMENTATIONS = tuple(
    f"keras.applications.{name}"
    for name in (
        "ConvNeXtBase", "ConvNeXtLarge", "ConvNeXtSmall", "ConvNeXtTiny", "ConvNeXtXLarge",
        "DenseNet121", "DenseNet169", "DenseNet201", "EfficientNetB0", "EfficientNetB1",
        "EfficientNetB2", "EfficientNetB3", "EfficientNetB4", "EfficientNetB5",
        "EfficientNetB6", "EfficientNetB7", "EfficientNetV2B0", "EfficientNetV2B1",
        "EfficientNetV2B2", "EfficientNetV2B3", "EfficientNetV2L", "EfficientNetV2M",
        "EfficientNetV2S", "InceptionResNetV2", "InceptionV3", "MobileNet", "MobileNetV2",
        "MobileNetV3Large", "MobileNetV3Small", "NASNetLarge", "NASNetMobile", "ResNet101",
        "ResNet101V2", "ResNet152", "ResNet152V2", "ResNet50", "ResNet50V2", "VGG16", "VGG19",
        "Xception",
    )
)  # fmt: skip
"""The well-known models that a spec may name, each built by Keras without weights."""


def load_spec(path: str | os.PathLike[str], limits: Limits | None = None) -> Spec:
    """Reads and validates a spec.

    Args:
        path: a YAML file, or `paper:NAME` for one that ships with this package.
        limits: how large it may be, if not as usual.

    Raises:
        SpecError: with every problem of the file, each with its line and column.
    """
    limits = limits or Limits()
    name = os.fspath(path)
    file = _shipped(name) if names_shipped(name) else name
    return read_spec(read_bytes(file, limits.spec_bytes, SpecError), name, limits)


def _shipped(name: str) -> str:
    """The file of a shipped spec.

    Raises:
        SpecError: there is none of that name.
    """
    known = shipped()
    wanted = name.removeprefix(PREFIX)
    if wanted not in known:
        near = nearest(wanted, known)
        hint = f"; did you mean '{PREFIX}{near}'?" if near else ""
        said = f"no such spec ships with lenet-verify{hint} (lenet-verify papers lists all)"
        raise SpecError([Problem(name, 1, 1, said)])
    return str(known[wanted])


def read_spec(content: bytes, file: str, limits: Limits) -> Spec:
    """Validates a spec that is in memory.

    Args:
        content: the bytes of the file.
        file: what it is called.
        limits: how large it may be.

    Raises:
        SpecError: with every problem of the file, each with its line and column.
    """
    node, found = parse(content, file, limits)
    problems = Problems(file, found)
    spec = _spec(problems, node, file, limits, hashlib.sha256(content).hexdigest())
    if problems.found or spec is None:
        raise SpecError(problems.found)
    return spec


def _spec(problems: Problems, node: Node, file: str, limits: Limits, sha256: str) -> Spec | None:
    if not isinstance(node, Mapping) or not any(key.text in TOP_KEYS for key, _ in node.entries):
        # said without quoting a word: the file may be a link to something secret
        message = f"this is no spec: a spec is a mapping that begins with format: {FORMAT}"
        problems.add(node, message)
        return None
    top = fields(problems, node, "a spec", TOP_KEYS) or {}
    _check_format(problems, node, top)
    if "layers" not in top and "claims" not in top:
        problems.add(node, "a spec needs 'layers' to build, 'claims' to check, or both")
    if "title" not in top:
        problems.add(node, "a spec needs a 'title'")
    sources = _sources(problems, top.get("sources"))
    stated = top.get("sources")
    named = [key.text for key, _ in stated.entries] if isinstance(stated, Mapping) else []
    graph = read_graph(problems, top, limits)
    compiled = _compile(problems, top)
    return Spec(
        path=file,
        sha256=sha256,
        title=text(problems, top.get("title"), "title") or "",
        sources=sources,
        inputs=graph.inputs,
        layers=graph.layers,
        outputs=graph.outputs,
        compile=compiled,
        claims=read_claims(problems, top.get("claims"), named, graph, limits),
        implementations=_implementations(problems, top),
        warnings=graph.warnings,
        training=read_training(problems, top, graph.inputs, compiled),
    )


def _check_format(problems: Problems, node: Node, top: Dictionary[str, Node]) -> None:
    given = top.get("format")
    if given is None:
        problems.add(node, f"a spec begins with format: {FORMAT}")
    elif plain(given) is True or plain(given) != FORMAT:
        problems.add(given, f"'format' is {FORMAT} for this version, not {shown(plain(given))}")


def _sources(problems: Problems, node: Node | None) -> dict[str, Source]:
    table = mapping(problems, node, "'sources'")
    sources: dict[str, Source] = {}
    for key, value in table.entries if table else ():
        given = fields(problems, value, f"source '{key.text}'", SOURCE_KEYS)
        if given is None:
            continue
        if "title" not in given:
            problems.add(key, f"source '{key.text}' needs a 'title'")
        sources[key.text] = Source(
            key=key.text,
            title=text(problems, given.get("title"), "title") or "",
            authors=tuple(name for name, _ in texts(problems, given.get("authors"), "authors")),
            year=whole_number(problems, given.get("year"), "year"),
            doi=text(problems, given.get("doi"), "doi"),
            url=text(problems, given.get("url"), "url"),
            note=text(problems, given.get("note"), "note"),
        )
    return sources


def _compile(problems: Problems, top: Dictionary[str, Node]) -> CompileRecipe | None:
    node = top.get("compile")
    if node is None:
        return None
    if "layers" not in top:
        problems.add(node, "'compile' needs 'layers': there is nothing to build")
    given = fields(problems, node, "compile", COMPILE_KEYS)
    if given is None:
        return None
    losses = texts(problems, given.get("loss"), "loss")
    for name, item in losses:
        if name not in LOSSES:
            problems.unknown(item, name, "loss", LOSSES)
    optimizer = text(problems, given.get("optimizer"), "optimizer")
    if optimizer is not None and optimizer not in OPTIMIZERS:
        problems.unknown(given["optimizer"], optimizer, "optimizer", OPTIMIZERS)
    metrics = texts(problems, given.get("metrics"), "metrics")
    for name, item in metrics:
        if name not in METRICS:
            problems.unknown(item, name, "metric", METRICS)
    names = tuple(LOSSES.get(name, name) for name, _ in losses)
    one_for_all = isinstance(given.get("loss"), Scalar)
    return CompileRecipe(
        optimizer=OPTIMIZERS.get(optimizer, optimizer) if optimizer else None,
        loss=(names[0] if one_for_all else names) if names else None,
        metrics=tuple(METRICS.get(name, name) for name, _ in metrics),
        line=node.line,
    )


def _implementations(problems: Problems, top: Dictionary[str, Node]) -> tuple[Implementation, ...]:
    node = top.get("implementations")
    table = mapping(problems, node, "'implementations'")
    if table is None:
        return ()
    found: list[Implementation] = []
    for key, value in table.entries:
        if key.text not in IMPLEMENTATIONS:
            problems.unknown(key, key.text, "implementation", IMPLEMENTATIONS)
        empty = isinstance(value, Scalar) and value.value is None
        given = {} if empty else fields(problems, value, f"'{key.text}'", ("deviations",)) or {}
        deviations = read_deviations(problems, given.get("deviations"))
        found.append(Implementation(key.text, deviations, key.line))
    return tuple(found)
