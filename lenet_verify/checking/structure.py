"""A spec with layers is closed: nothing else may be in the model, and nothing may be missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from lenet_verify.architecture import Layer
from lenet_verify.checking.canonical import OPERATION, UNREADABLE, Unit, composed
from lenet_verify.checking.functions import by_its_values, untold
from lenet_verify.checking.match import Match
from lenet_verify.checking.wiring import COMMUTATIVE, layer_of
from lenet_verify.checking.witness import disagreements
from lenet_verify.notation import as_json
from lenet_verify.spec import Spec
from lenet_verify.verdict import Finding, Outcome


def structure(spec: Spec, match: Match, claimed: Sequence[Finding]) -> list[Finding]:
    """What no claim says but the structure does.

    Args:
        spec: for the lines of its layers.
        match: the spec and the model; of a spec of claims alone, only the agreement of the two
            derivations is judged.
        claimed: the findings of the claims, so that nothing is said twice.
    """
    findings: list[Finding] = []
    if match.wanted is not None:
        lines = {layer.name: layer.line for layer in spec.layers}
        stated = {(finding.layer, finding.fact) for finding in claimed}
        for unit in match.wanted.units:
            findings += _of_layer(unit, match, stated, lines)
        findings += [_extra(unit, match) for unit in match.alignment.extra if not unit.optional]
        findings += _ends(spec, match)
        findings += [_unreachable(layer) for layer in match.found.dead]
        findings += _weights_apart(match)
    findings += _disagreements(match)
    return findings


def _of_layer(
    unit: Unit, match: Match, stated: set[tuple[str, str]], lines: Mapping[str, int]
) -> Iterable[Finding]:
    """What the structure says of one layer of the spec."""
    line = lines.get(unit.name)
    pair = match.alignment.partners.get(unit.name)
    if pair is None:
        reason = f"the model has no {unit.layer.type} here"
        missing = absent(match, unit.name, "layer", unit.layer.type, reason)
        yield replace(missing, line=line)
        return
    partner = pair[0]
    if (unit.name, "type") not in stated:
        yield _type(unit, partner, line)
    if unit.absorbed:
        yield from _parts(unit, match, stated, lines)
    elif (unit.name, "activation") not in stated:
        yield from _unclaimed_activation(unit, partner)
    if "call" in partner.layer.unknown:
        yield _told(unit, partner, line)
    if "inputs" in partner.layer.unknown:
        expected = match.wanted_names(unit.layer.inputs)
        yield _connection(unit.name, expected, None, line, partner)
    elif (unit.name, "inputs") not in stated or _beyond_names(partner, match):
        yield _inputs(unit, partner, match, line)


def _parts(
    unit: Unit, match: Match, stated: set[tuple[str, str]], lines: Mapping[str, int]
) -> Iterable[Finding]:
    """The activation layers of the spec: whatever is claimed, the model applies the same."""
    for layer in (unit.layer, *unit.absorbed):
        site = match.sites[layer.name]
        reason = site.layer.unknown.get("activation") or untold(site.activation)
        same = (site.activation or "linear") == (layer.activation or "linear")
        of_base = layer is unit.layer
        if (layer.name, "activation") in stated or (of_base and same and not reason):
            continue
        yield Finding(
            code="opaque" if reason else "activation",
            outcome=Outcome.UNKNOWN if reason else (Outcome.HOLDS if same else Outcome.BROKEN),
            layer=layer.name,
            fact="activation",
            expected=layer.activation,
            observed=None if reason else site.activation,
            reason=reason or by_its_values(site.activation),
            rule=site.rule("activation"),
            model_layer=site.layer.name,
            model_type=site.layer.type,
            line=lines.get(layer.name),
        )


def absent(match: Match, layer: str, fact: str, expected: object, reason: str) -> Finding:
    """What becomes of a fact of a layer that was not seen: broken, unless it may be hidden."""
    hidden = match.hidden
    return Finding(
        code="opaque" if hidden else "missing-layer",
        outcome=Outcome.UNKNOWN if hidden else Outcome.BROKEN,
        layer=layer,
        fact=fact,
        expected=expected,
        reason=hidden or reason,
    )


def _told(unit: Unit, partner: Unit, line: int | None) -> Finding:
    return Finding(
        code="opaque",
        outcome=Outcome.UNKNOWN,
        layer=unit.name,
        fact="call",
        reason=partner.layer.unknown["call"],
        model_layer=partner.name,
        model_type=partner.layer.type,
        line=line,
    )


def _extra(unit: Unit, match: Match) -> Finding:
    if unit.name in match.found.parts:
        return _another_shape(unit, match)
    return Finding(
        code="extra-layer",
        outcome=Outcome.BROKEN,
        layer=unit.name,
        fact="layer",
        observed=unit.layer.type,
        reason="the spec has no such layer, and it computes something",
        model_layer=unit.name,
        model_type=unit.layer.type,
    )


def _another_shape(unit: Unit, match: Match) -> Finding:
    """What a model has in another shape than the spec where no layer of either tells so."""
    before, after = (as_json(s) for s in (unit.layer.input_shapes, unit.layer.shapes))
    feeder = layer_of(unit.layer.inputs[0], {one.name for one in match.found.units})
    return Finding(
        code="shape",
        outcome=Outcome.BROKEN,
        layer=match.named([feeder])[0],
        fact="output",
        expected=before[0],
        observed=after[0],
        reason="the values are the same, but they keep another shape",
        model_layer=match.found.parts[unit.name],
    )


def _type(unit: Unit, partner: Unit, line: int | None) -> Finding:
    reason = partner.layer.unknown.get("type")
    same = unit.layer.type == partner.layer.type
    return Finding(
        code="opaque" if reason else "type",
        outcome=Outcome.UNKNOWN if reason else (Outcome.HOLDS if same else Outcome.BROKEN),
        layer=unit.name,
        fact="type",
        expected=unit.layer.type,
        observed=partner.layer.type,
        reason=reason,
        rule=OPERATION if OPERATION in partner.rules else partner.recast,
        model_layer=partner.name,
        model_type=partner.layer.type,
        line=line,
    )


def _unclaimed_activation(unit: Unit, partner: Unit) -> Iterable[Finding]:
    """Activation layers composed into a layer of whose activation nothing is claimed.

    Were they not judged here, the rewrite would hide a layer that computes something.
    """
    if composed(unit.activations) == composed(partner.activations):
        return
    readable = UNREADABLE not in partner.activations and not untold(partner.activation)
    for layer in partner.absorbed:
        what = layer.activation or "a function that cannot be read"
        yield Finding(
            code="extra-layer" if readable else "opaque",
            outcome=Outcome.BROKEN if readable else Outcome.UNKNOWN,
            layer=layer.name,
            fact="layer",
            observed=layer.type,
            reason=f"it applies {what} after {unit.name}, which the spec does not",
            model_layer=layer.name,
            model_type=layer.type,
        )


def _beyond_names(partner: Unit, match: Match) -> bool:
    """Whether names alone, of which claims speak, do not tell what feeds a layer."""
    known = {site.layer.name for site in match.every}
    return bool(partner.layer.calls) or any(wire not in known for wire in partner.layer.inputs)


def _inputs(unit: Unit, partner: Unit, match: Match, line: int | None) -> Finding:
    """Whether a layer is fed by the counterparts of what feeds it in the spec."""
    expected = match.wanted_names(unit.layer.inputs)
    observed = match.found_names(partner.layer.inputs)
    if unit.layer.type in COMMUTATIVE and sorted(observed) == sorted(expected):
        observed = expected
    finding = _connection(unit.name, expected, observed, line, partner)
    calls = len(partner.layer.calls)
    if calls > 1:
        reason = f"the model calls it {calls} times"
        return replace(finding, outcome=Outcome.BROKEN, reason=reason)
    return finding


def _connection(
    layer: str,
    expected: tuple[str, ...] | None,
    observed: tuple[str, ...] | None,
    line: int | None,
    partner: Unit,
) -> Finding:
    unknown = partner.layer.unknown.get("inputs")
    outcome = Outcome.HOLDS if expected == observed else Outcome.BROKEN
    return Finding(
        code="opaque" if unknown else "connection",
        outcome=Outcome.UNKNOWN if unknown else outcome,
        layer=layer,
        fact="inputs",
        expected=as_json(expected),
        observed=as_json(observed),
        reason=unknown,
        rule=", ".join(partner.rules) or None,
        model_layer=partner.name,
        model_type=partner.layer.type,
        line=line,
    )


def _ends(spec: Spec, match: Match) -> Iterable[Finding]:
    """Whether data comes in and leaves where the spec says."""
    wanted, found = match.wanted, match.found
    if wanted is None or "layers" in match.observed.unknown:
        return
    if len(found.inputs) != len(wanted.inputs):
        yield Finding(
            code="connection",
            outcome=Outcome.BROKEN,
            layer="model",
            fact="inputs",
            expected=[layer.name for layer in wanted.inputs],
            observed=[layer.name for layer in found.inputs],
            reason=f"the model has {len(found.inputs)} inputs",
            line=spec.inputs[0].line,
        )
    expected, observed = match.wanted_names(wanted.outputs), match.found_names(found.outputs)
    if len(expected) != len(observed):
        # an output too many is itself the finding, so it is named and not looked through
        observed = match.named(found.outputs)
    yield Finding(
        code="connection",
        outcome=Outcome.HOLDS if expected == observed else Outcome.BROKEN,
        layer="model",
        fact="outputs",
        expected=as_json(expected),
        observed=as_json(observed),
    )


def _unreachable(layer: Layer) -> Finding:
    # without weights it changes neither what is computed nor any count
    return Finding(
        code="unreachable-layer",
        outcome=Outcome.SKIPPED if layer.params == 0 else Outcome.BROKEN,
        layer=layer.name,
        fact="layer",
        observed=layer.type,
        reason="the model has this layer, but it has no effect on its output",
        model_layer=layer.name,
        model_type=layer.type,
    )


def _weights_apart(match: Match) -> Iterable[Finding]:
    """Weights that several layers share, or that belong to none: no layer's row shows them."""
    model = match.observed
    counts = [layer.params for layer in model.layers]
    owned = sum(count for count in counts if count is not None)
    if None in counts or model.params is None or owned == model.params:
        return
    shared = owned > model.params
    yield Finding(
        code="total",
        outcome=Outcome.BROKEN,
        layer="model",
        fact="params",
        expected=owned,
        observed=model.params,
        reason="layers share weights" if shared else "some weights belong to none of its layers",
    )


def _disagreements(match: Match) -> Iterable[Finding]:
    """The layers on which framework and inference differ, whatever is claimed of them."""
    names = {site.layer.name: name for name, site in match.sites.items()}
    for unit in match.found.units:
        for reason in disagreements(unit.layer):
            yield Finding(
                code="derivations-disagree",
                outcome=Outcome.UNKNOWN,
                layer=names.get(unit.name, unit.name),
                fact="layer",
                reason=reason,
                model_layer=unit.name,
                model_type=unit.layer.type,
            )
