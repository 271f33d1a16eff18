"""Where it all comes from: what the claims leave open, the sources, how the model was read."""

from __future__ import annotations

import re

from lenet_verify.renderers.html.chapter import Chapter
from lenet_verify.renderers.html.element import LONGEST_TEXT, Html, code, element, short, together
from lenet_verify.renderers.layer_table import coverage
from lenet_verify.renderers.origins import PINNED_FACTS, provenance
from lenet_verify.renderers.training import pictures, training
from lenet_verify.spec import Source
from lenet_verify.visible import LONGEST, one_line

_DOI = re.compile(r"10\.[0-9]{4,9}/[A-Za-z0-9._;()/:-]+")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&()*+,;=%-]+")


def coverage_section(chapter: Chapter) -> Html:
    """How much of the network the claims pin, and what they do not."""
    found = coverage(chapter.report, tuple(chapter.rows))
    if not found.facts:
        return Html("")
    blocks = [
        element("p", f"Claims pin {found.pinned:,} of {found.facts:,} facts: {PINNED_FACTS}."),
    ]
    if found.unpinned:
        missing = ", ".join(f"{fact} of {short_of(name)}" for name, fact in found.unpinned[:24])
        more = f" and {len(found.unpinned) - 24:,} more" if len(found.unpinned) > 24 else ""
        blocks.append(element("p", f"Pinned by no claim: {missing}{more}."))
    return chapter.section("coverage", "Claim coverage", *blocks)


def training_section(chapter: Chapter) -> Html:
    """The training run that claims of behaviour were judged by."""
    evidence = chapter.report.evidence
    if evidence is None:
        return Html("")
    told = [
        part
        for term, text in training(evidence)
        for part in (element("dt", term), element("dd", text))
    ]
    shown = [
        element("img", src=name, alt=about, loading="lazy")
        for name, about in pictures(chapter.report)
    ]
    return chapter.section("training", "Training", *shown, element("dl", *told))


def short_of(name: str) -> str:
    """A name that is not endless."""
    return name if len(name) <= 80 else f"{name[:79]}…"


def sources_section(chapter: Chapter) -> Html:
    """The sources of the quotes, and how the report came about."""
    report = chapter.report
    entries = [
        part
        for key, source in report.spec.sources.items()
        for part in (element("dt", short(key)), element("dd", *_source(source)))
    ]
    origin = [
        part
        for term, text in provenance(report)
        for part in (element("dt", term), element("dd", text))
    ]
    origin += [
        element("dt", "Spec"),
        element("dd", code(report.spec.path), ", SHA-256 ", element("code", report.spec.sha256)),
    ]
    blocks = [element("dl", *entries)] if entries else []
    return chapter.section("sources", "Sources and provenance", *blocks, element("dl", *origin))


def _source(source: Source) -> list[Html]:
    """Authors, title, year and where it is found, which leads there if it looks like an address."""
    parts = [
        short_text(", ".join(source.authors)),
        element("cite", short_text(source.title)),
        short_text(str(source.year) if source.year is not None else ""),
        _link(f"doi:{source.doi}", _doi(source.doi)) if source.doi else Html(""),
        _link(source.url, _address(source.url)) if source.url else Html(""),
    ]
    told = together([part for part in parts if part], ". ")
    note = [element("p", one_line(source.note), class_="why")] if source.note else []
    return [told, *note]


def short_text(text: str) -> Html:
    """Text on one line."""
    return together([one_line(text)]) if text else Html("")


def _link(text: str, address: str | None) -> Html:
    if address is None:
        return short_text(text)
    return element("a", one_line(text), href=address, rel="noopener noreferrer external")


def _doi(doi: str) -> str | None:
    return f"https://doi.org/{doi}" if len(doi) <= LONGEST and _DOI.fullmatch(doi) else None


def _address(url: str) -> str | None:
    return url if len(url) <= LONGEST_TEXT and _ADDRESS.fullmatch(url) else None
