"""A draft as the text of its spec, in the style in which people write them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from lenet_verify.freeze.draft import Claim, Draft, Notes
from lenet_verify.freeze.yaml_text import flow, prose, rows, scalar
from lenet_verify.visible import visible

_WIDTH = 96
SCHEMA = "spec.schema.json"

_CLOSED = (
    "`layers` pins which layers there are and what feeds what; the claims pin the rest, a kind of "
    "facts each. What is deleted, binds no longer."
)
_OPEN = "So these are claims alone: they hold for any model of which they are true."


def text_of(draft: Draft, source: str) -> str:
    """The whole file.

    Args:
        draft: the spec.
        source: what the user calls the model.
    """
    lines = [
        f"# yaml-language-server: $schema={SCHEMA}",
        "#",
        *_comment(f"Frozen from {source}."),
        *(_why_open(draft.why_open) if draft.why_open else _comment(_CLOSED)),
        *_list("NOT pinned:", draft.unpinned.lines()),
        *_list("Left as Keras has it, since no spec can state it:", draft.untold.lines()),
        *_list("Called otherwise here:", _renamed(draft)),
        f"# (`lenet-verify schema > {SCHEMA}` makes what the first line names, for editors.)",
        "format: 1",
        f"title: {prose(draft.title if draft.title.strip() else 'model')}",
    ]
    lines += ["", *_inputs(draft)] if draft.inputs else []
    if draft.layers:
        lines += ["", "layers:", *rows(draft.layers, "  ")]
        lines += [f"outputs: {flow(draft.outputs)}"] if draft.outputs else []
        lines += ["", f"compile: {flow(draft.compile)}"] if draft.compile else []
    lines += ["", "claims:"]
    why = prose(f"frozen from {source}")
    for number, claim in enumerate(draft.claims):
        lines += [""] if number else []
        lines += _claim(claim, why)
    return "\n".join(lines) + "\n"


def _claim(claim: Claim, why: str) -> Iterable[str]:
    yield f"  # {claim.about}"
    yield f"  - id: {scalar(claim.id)}"
    yield f"    why: {why}"
    yield "    expect:"
    yield from rows(claim.expect, " " * 6)


def _inputs(draft: Draft) -> Iterable[str]:
    if list(draft.inputs) == ["input"]:
        yield f"input: {flow(draft.inputs['input'])}"
    else:
        yield "inputs:"
        yield from rows(draft.inputs, "  ")


def _why_open(why: Notes) -> Iterable[str]:
    yield from _list("No recipe of Keras's own layers makes this:", why.lines())
    yield from _comment(_OPEN)


def _renamed(draft: Draft) -> list[str]:
    return [f"{name} is {fit}" for name, fit in draft.renamed.items()]


def _list(heading: str, items: Iterable[str]) -> Iterable[str]:
    for number, item in enumerate(items):
        if not number:
            yield from ("#", f"# {heading}")
        yield from _comment(item, "- ")


def _comment(text: str, mark: str = "") -> Iterable[str]:
    """Lines of a comment; strangers' names are made visible."""
    shown = visible(text, longest=1000)
    further = "#" + " " * (len(mark) + 1)
    return textwrap.wrap(
        shown, _WIDTH, initial_indent=f"# {mark}", subsequent_indent=further,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
