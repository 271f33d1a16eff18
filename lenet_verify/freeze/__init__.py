"""Architecture -> the text of a spec that pins it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from lenet_verify.architecture import Architecture
from lenet_verify.checking import check
from lenet_verify.checking.canonical import canonical_form
from lenet_verify.errors import InferenceError, ReadError, SpecError
from lenet_verify.freeze.claims_alone import open_draft
from lenet_verify.freeze.closed import NoRecipe, closed_draft
from lenet_verify.freeze.draft import Claim, Draft, Notes
from lenet_verify.freeze.text import text_of
from lenet_verify.spec import Limits, Spec
from lenet_verify.spec.load import read_spec
from lenet_verify.static_model import infer
from lenet_verify.verdict import Finding
from lenet_verify.vocabulary import LAYERS

__all__ = ["Frozen", "freeze"]

_ROUNDS = 3
_FILE = "the frozen spec"
_UNLIMITED = Limits(spec_bytes=2**30, yaml_nodes=2**30, globs=2**30, facts=2**30)


@dataclass(frozen=True)
class Frozen:
    """A frozen spec.

    Attributes:
        text: the file.
        warnings: what a user should know before relying on it.
    """

    text: str
    warnings: tuple[str, ...] = ()


def freeze(architecture: Architecture, source: str, limits: Limits | None = None) -> Frozen:
    """The spec that pins a model.

    Whatever comes out has been checked on the model, and a recipe on what it builds too: where
    that fails, there is a spec of claims alone, which says what it leaves open.

    Args:
        architecture: the model.
        source: what the user calls it.
        limits: on the specs that the user will check.

    Raises:
        ReadError: so little is known of the model that nothing pins it.
    """
    if why := architecture.unknown.get("layers"):
        raise ReadError(f"{source} cannot be frozen: {why}")
    form = canonical_form(architecture, LAYERS)
    if not form.units or not form.outputs:
        raise ReadError(f"{source} cannot be frozen: no layers are known of it")
    try:
        draft = closed_draft(architecture, form)
        text = text_of(draft, source)
        misfits = _misfits(_read(text), architecture)
    except NoRecipe as e:
        misfits = e.why
    except SpecError as e:
        misfits = Notes()
        misfits.add(e.problems[0].message)
    if misfits:
        draft = open_draft(architecture, form, misfits)
        text = _holding(draft, architecture, source)
    return Frozen(text, tuple(_warnings(draft, text, source, limits or Limits())))


def _read(text: str) -> Spec:
    return read_spec(text.encode(), _FILE, _UNLIMITED)


def _misfits(spec: Spec, architecture: Architecture) -> Notes:
    """Why a spec with layers does not do: it fails on the model, or on what it builds itself."""
    why = Notes()
    try:
        models = {"": architecture, "built again ": infer(spec)}
    except InferenceError as e:
        for one in (e, *e.further):
            why.add(f"refused ({one.message})", one.layer)
        return why
    for how, model in models.items():
        for finding in () if why else check(spec, model).failing:
            why.add(how + _told(finding), finding.layer)
    return why


def _told(finding: Finding) -> str:
    seen = finding.reason or f"{finding.observed} for {finding.expected}"
    return f"{finding.fact} ({seen})"


def _holding(draft: Draft, architecture: Architecture, source: str) -> str:
    """The text of a draft without those facts that cannot be seen on the very model.

    Raises:
        ReadError: it is not the claims that fail, or they cannot be written down.
    """
    for _ in range(_ROUNDS):
        text = text_of(draft, source)
        try:
            spec = _read(text)
        except SpecError as e:
            raise ReadError(f"{source} cannot be frozen: {e.problems[0].message}") from e
        failing = check(spec, architecture).failing
        if not failing:
            return text
        for finding in failing:
            draft.unpinned.add(_told(finding), finding.layer)
        failed = _stated(spec, failing)
        draft.claims = [_without(claim, failed) for claim in draft.claims]
        draft.claims = [claim for claim in draft.claims if claim.expect]
        if not failed or not draft.claims:
            break
    raise ReadError(f"{source} cannot be frozen: {failing[0].layer}: {_told(failing[0])}")


def _stated(spec: Spec, findings: Iterable[Finding]) -> set[tuple[str, str, str]]:
    """Where findings were claimed: the claim, the key in it, the fact."""
    places = {(finding.line, finding.fact) for finding in findings}
    return {
        (claim.id, one.selector.text, one.fact)
        for claim in spec.claims
        for one in claim.expectations
        if (one.line, one.fact) in places
    }


def _without(claim: Claim, failed: set[tuple[str, str, str]]) -> Claim:
    kept = {
        key: {fact: v for fact, v in facts.items() if (claim.id, key, fact) not in failed}
        for key, facts in claim.expect.items()
    }
    return replace(claim, expect={key: facts for key, facts in kept.items() if facts})


def _warnings(draft: Draft, text: str, source: str, limits: Limits) -> Iterable[str]:
    if draft.why_open:
        yield (
            f"{source}: no recipe of Keras's own layers builds it again, so the spec has claims "
            "alone; what it leaves open stands at its top"
        )
    try:
        read_spec(text.encode(), _FILE, limits)
    except SpecError as e:
        yield f"{source}: to check it needs a raised limit: {e.problems[0].message}"
