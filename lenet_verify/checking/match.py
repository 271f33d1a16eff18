"""A spec and a model brought together: whose layer is whose, by the paper's names."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from lenet_verify.architecture import Architecture
from lenet_verify.checking.align import Alignment
from lenet_verify.checking.best_form import best_form
from lenet_verify.checking.canonical import CanonicalForm, Unit, canonical_form, prepared
from lenet_verify.checking.functions import in_words_of
from lenet_verify.checking.measures import Wiring
from lenet_verify.checking.observation import Site, is_strange, sites
from lenet_verify.checking.wanted import wanted
from lenet_verify.checking.wiring import layer_of, paired_inputs
from lenet_verify.notation import as_json
from lenet_verify.spec import Spec
from lenet_verify.verdict import Pairing, Row


@dataclass(frozen=True)
class Match:
    """A spec and a model brought together.

    `sites` has the model's counterpart of each of the spec's layers and inputs, by the spec's
    names; a layer that the model lacks is not in it.
    """

    observed: Architecture
    wanted: CanonicalForm | None
    found: CanonicalForm
    alignment: Alignment
    sites: Mapping[str, Site]
    every: tuple[Site, ...]

    @cached_property
    def wiring(self) -> Wiring:
        """What feeds what in the model."""
        return Wiring(self.found)

    @cached_property
    def hidden(self) -> str | None:
        """Why a layer that was not seen may be there all the same; None if all can be seen."""
        if "layers" in self.observed.unknown:
            return self.observed.unknown["layers"]
        wanted = {unit.name: unit.layer.type for unit in (self.wanted.units if self.wanted else ())}
        accounted = {
            unit.name
            for name, (unit, by) in self.alignment.partners.items()
            if by == "name" or unit.layer.type.rpartition(".")[2] == wanted.get(name)
        }
        for unit in self.found.units:
            if is_strange(unit.layer.type) and unit.name not in accounted:
                return f"it may be inside {unit.name}, which cannot be read ({unit.layer.type})"
        return None

    def wanted_names(self, names: Iterable[str]) -> tuple[str, ...]:
        """Layers of the spec, those that the model lacks looked through to what feeds them.

        What is missing or extra is a finding of its own; it should not break its neighbours too.
        """
        return tuple(_through(names, self._missing))

    def found_names(self, names: Iterable[str]) -> tuple[str, ...]:
        """Layers of the model by the spec's names, extra ones looked through."""
        return self.named(_through(names, self._extra))

    def named(self, names: Iterable[str]) -> tuple[str, ...]:
        """Layers of the model by the spec's names, those that have none by their own."""
        return tuple(self._ours.get(name, name) for name in names)

    def wanted_of(self, unit: Unit) -> Unit | None:
        """The spec's unit that a unit of the model stands for, if any."""
        return self._wanted_units.get(unit.name)

    @cached_property
    def _wanted_units(self) -> Mapping[str, Unit]:
        partners = self.alignment.partners
        units = self.wanted.units if self.wanted else ()
        return {partners[unit.name][0].name: unit for unit in units if unit.name in partners}

    @cached_property
    def _missing(self) -> Mapping[str, tuple[str, ...]]:
        units = self.wanted.units if self.wanted else ()
        return {u.name: u.layer.inputs for u in units if u.name not in self.alignment.partners}

    @cached_property
    def _extra(self) -> Mapping[str, tuple[str, ...]]:
        return {unit.name: unit.layer.inputs for unit in self.alignment.extra}

    @cached_property
    def _ours(self) -> Mapping[str, str]:
        ours = {unit.name: name for name, (unit, _) in self.alignment.partners.items()}
        inputs = (site for site in self.every if site.layer.type == "InputLayer")
        return ours | {site.layer.name: site.name for site in inputs}


def match(spec: Spec, observed: Architecture, exact: bool) -> Match:
    """Pairs a spec's layers with a model's, both in canonical form unless `exact`.

    Raises:
        InferenceError: the spec's own layers do not join.
    """
    sought = wanted(spec, exact)
    observed = in_words_of(spec, sought.layers, observed)
    if exact:
        found = canonical_form(observed, sought.keep, exact=True)
        alignment = sought.paired(found)
    else:
        found, alignment = best_form(sought, prepared(observed, sought.keep))
    by_name = {unit.name: unit for unit in sought.units}
    partner_of = {unit.name: name for name, (unit, _) in alignment.partners.items()}
    paper_names = _Names(
        {
            **_paper_inputs(spec, found),
            **{model: _last_part(by_name[name]) for model, name in partner_of.items()},
        },
        _names_in(spec, sought.units),
    )
    known = {layer.name for layer in (*found.inputs, *(unit.layer for unit in found.units))}
    every: list[Site] = [
        Site(paper_names.of(layer.name), layer, None, (), layer.name) for layer in found.inputs
    ]
    for unit in found.units:
        feeders = (layer_of(wire, known) for wire in unit.layer.inputs)
        inputs = tuple(map(paper_names.of, feeders))
        name = partner_of.get(unit.name)
        partner = by_name[name] if name is not None and spec.closed else None
        every += sites(partner, unit, inputs, name or paper_names.of(unit.name))
    by_paper = {site.name: site for site in every}
    return Match(observed, sought.form, found, alignment, by_paper, tuple(every))


class _Names:
    """The names of a model's layers in terms of the paper."""

    def __init__(self, paired: Mapping[str, str], papers: Container[str]) -> None:
        self._paired, self._papers = paired, papers

    def of(self, name: str) -> str:
        """The paper's name for a layer that stands for one of the paper's; of any other its own,
        told apart from a layer of the paper that it is not."""
        if name in self._paired:
            return self._paired[name]
        return f"their {name}" if name in self._papers else name


def _names_in(spec: Spec, units: Iterable[Unit]) -> frozenset[str]:
    """All names that a spec has for layers."""
    parts = {part.name for unit in units for part in unit.absorbed}
    return frozenset(
        {"input", *(one.name for one in spec.inputs), *(u.name for u in units)} | parts
    )


def _through(names: Iterable[str], passed: Mapping[str, tuple[str, ...]]) -> Iterable[str]:
    """The names, with each that is passed over replaced by what feeds it.

    What feeds it in many ways is told once: in a row of residual blocks, every block would have
    twice as many as the one before.
    """
    for name in names:
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            one = waiting.pop()
            if one in seen:
                continue
            seen.add(one)
            if one in passed:
                waiting += reversed(passed[one])
            else:
                yield one


def _paper_inputs(spec: Spec, found: CanonicalForm) -> dict[str, str]:
    """The spec's inputs by the model's input layers."""
    ours = [one.name for one in spec.inputs] or ["input"]
    pairs = paired_inputs(ours, [layer.name for layer in found.inputs])
    return {theirs: name for name, theirs in pairs.items()}


def _last_part(unit: Unit) -> str:
    """The paper's name for what leaves a unit: its last activation layer, or itself."""
    return unit.absorbed[-1].name if unit.absorbed else unit.name


def pairings(spec: Spec, match: Match) -> tuple[Pairing, ...]:
    """How each of the spec's inputs and layers was paired, in its order."""
    by_paper = {site.name: site for site in match.every}
    rows: list[Pairing] = []
    for one in spec.inputs:
        site = by_paper.get(one.name)
        found = site is not None and site.layer.type == "InputLayer"
        names = (site.layer.name,) if site and found else ()
        rows.append(Pairing(one.name, names, "position" if names else "none"))
    units = match.wanted.units if match.wanted else wanted(spec, False).units
    for unit in units:
        partner = match.alignment.partners.get(unit.name)
        by = partner[1] if partner else "none"
        for name in (unit.name, *(part.name for part in unit.absorbed)):
            site = by_paper.get(name) if partner else None
            theirs = match.found.parts.get(site.layer.name, site.layer.name) if site else ""
            rows.append(Pairing(name, (theirs,) if site else (), by))
    return tuple(rows)


def rows(match: Match) -> tuple[Row, ...]:
    """The layers side by side: the model's in its order, what it lacks where the spec has it."""
    units = match.wanted.units if match.wanted else ()
    missing = [unit.name for unit in units if unit.name not in match.alignment.partners]
    before = {name: unit.name for unit in units for name in unit.layer.inputs[:1]}
    ours = {unit.name for unit in units} | {s.name for s in match.every if s.name in match.sites}
    extra = {unit.name for unit in match.alignment.extra}
    found: list[Row] = []
    for site in match.every:
        shapes = None if site.layer.shapes is None else site.layer.output
        paper = None if site.layer.name in extra or site.name not in ours else site.name
        found.append(
            Row(
                layer=paper,
                model_layer=match.found.parts.get(site.layer.name, site.layer.name),
                type=site.layer.type,
                output=as_json(shapes),
                params=site.layer.params,
                activation=site.activation,
            )
        )
        follower = before.get(site.name)
        while follower in missing:
            found.append(Row(follower, None))
            missing.remove(follower)
            follower = before.get(follower)
    return (*found, *(Row(name, None) for name in missing))
