"""A difference as JSON, for other programs. Keys are added, never renamed (`docs/json.md`)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from lenet_verify.architecture import Layer
from lenet_verify.difference import Change, Difference, Kind, LayerDifference, Unknown
from lenet_verify.show.json_document import layer_document

SCHEMA = "lenet-verify/diff-1"


def render_json(difference: Difference, names: tuple[str, str]) -> str:
    """A difference.

    Args:
        difference: what changed.
        names: what the user calls the two models.
    """
    # lone surrogates and controls become escapes, so that any parser can read it
    whole = document(difference, names)
    return json.dumps(whole, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def document(difference: Difference, names: tuple[str, str]) -> dict[str, Any]:
    """A difference as plain JSON values."""
    old, new = (
        {"model": name, "title": title}
        for name, title in zip(names, difference.titles, strict=True)
    )
    return {
        "schema": SCHEMA,
        "old": old,
        "new": new,
        "same": difference.same,
        "counts": dict(difference.counts),
        "layers": [_layer(one) for one in difference.layers if one.kind is not Kind.SAME],
        "model": _changes(difference.model),
        "compiled": _changes(difference.compiled),
        "unknown": _unknown(difference.unknown),
        "totals": _changes(difference.totals),
    }


def _layer(one: LayerDifference) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "old": _alone(one, one.old) if one.new is None else _named(one.old),
        "new": _alone(one, one.new) if one.old is None else _named(one.new),
        "causes": _changes(one.causes),
        "effects": _changes(one.effects),
        "unknown": _unknown(one.unknown),
    }


def _named(layer: Layer | None) -> dict[str, Any] | None:
    return None if layer is None else {"name": layer.name, "type": layer.type}


def _alone(one: LayerDifference, layer: Layer | None) -> dict[str, Any] | None:
    """A layer without a partner, in full."""
    if layer is None:
        return None
    plain = replace(layer, details=layer.details if len(layer.details) > 1 else ())
    return layer_document(plain) | {"inputs": list(one.inputs), "readers": list(one.readers)}


def _changes(changes: Iterable[Change]) -> list[dict[str, Any]]:
    return [{"fact": one.fact, "old": one.old, "new": one.new} for one in changes]


def _unknown(facts: Iterable[Unknown]) -> list[dict[str, Any]]:
    return [{"fact": one.fact, "old": one.old, "new": one.new} for one in facts]
