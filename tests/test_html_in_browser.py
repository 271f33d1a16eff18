"""The HTML report in a real Chromium: what it does when it is pointed at, clicked and typed in."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from lenet_verify.cli import main
from tests.pages import FAULTY, LENET, RECIPE
from tests.test_hostile_names import NAMES, spec_of

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
MISSING = "no Chromium: `apt-get install chromium` gets it, `pip install playwright` what drives it"
OPTIONS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
LAYERS = 1000
PATIENCE = 10_000
"""Milliseconds that anything may take on a machine that does much else."""


def wide() -> str:
    """A spec of a thousand layers, with a claim on each and one on all; some are broken."""
    lines = ["format: 1", "title: Thousand", "input: 8", "layers:"]
    lines += [f"  d{at}: {{type: Dense, units: {8 + at % 7}}}" for at in range(LAYERS)]
    lines += ["claims:", "  - {id: all, why: x, expect: {'d*': {activation: linear}}}"]
    lines += [
        f"  - {{id: c{at}, quote: q, expect: {{d{at}: {{output: {8 + (at + at // 900) % 7}}}}}}}"
        for at in range(LAYERS)
    ]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages."""
    folder = tmp_path_factory.mktemp("pages")
    texts = {
        "lenet5": LENET, "right": RECIPE, "faulty": FAULTY, "hostile": spec_of(NAMES, 3),
        "wide": wide(),
        "open": "format: 1\ntitle: t\nclaims: [{id: a, why: x, expect: {C1: {params: 156}}}]\n",
    }  # fmt: skip
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    faulty, right = ("--model", "faulty.yaml"), ("--model", "right.yaml")
    runs = {
        "faulty": ("lenet5.yaml", *faulty),
        "both": ("lenet5.yaml", *faulty, *right),
        "open": ("open.yaml", *right),
        "hostile": ("hostile.yaml", "--model", "hostile.yaml"),
        "wide": ("wide.yaml", "--model", "wide.yaml"),
    }
    with chdir(folder), redirect_stdout(StringIO()):
        for name, arguments in runs.items():
            main([*arguments, "--static", "-qq", "--output", f"html={name}.html"])
    return folder


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One Chromium for all of them."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sync_playwright = None
    if CHROMIUM is None or sync_playwright is None:
        assert os.environ.get("CI") != "true", MISSING
        pytest.skip(MISSING)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Any, folder: Path) -> Iterator[Any]:
    """Opens pages; whatever they ask for, complain of or run against their policy fails."""
    contexts = []
    requests: list[str] = []
    complaints: list[str] = []

    def opened(name: str, anchor: str = "", **context: Any) -> Any:
        context = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"} | context
        contexts.append(browser.new_context(**context))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.add_init_script(
            "addEventListener('securitypolicyviolation', e => console.error(e.violatedDirective))"
        )
        page.goto(f"{(folder / name).as_uri()}.html{anchor}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
    assert {url.partition("#")[0].rpartition("/")[2] for url in requests} <= {
        "faulty.html", "both.html", "open.html", "hostile.html", "wide.html",
    }  # fmt: skip
    assert all(url.startswith("file://") for url in requests)
    assert len(requests) == len(contexts)


def lit(page: Any, selector: str) -> list[str]:
    """The ids, else the targets, of what is lit."""
    return page.eval_on_selector_all(
        f"{selector}.lit", "all => all.map(one => one.id || one.getAttribute('href').slice(1))"
    )


def names(page: Any, part: str, column: int = 1) -> list[str]:
    """What stands in a column of the rows in sight."""
    return page.eval_on_selector_all(
        f"#{part} tbody tr:not([hidden])",
        f"rows => rows.map(row => row.cells[{column}].textContent.trim())",
    )


# ---- pointing ----------------------------------------------------------------------------------


def test_pointing_at_a_part_of_the_figure_lights_its_claims_facts_and_layer(opened):
    page = opened("faulty")
    page.hover("svg a[href='#layer-C3'] text >> nth=0")
    assert lit(page, "#layers tr") == ["layer-C3"]
    assert lit(page, "#claims tr") == [
        "claim-iv",
        "claim-tanh",
        "claim-strides",
        "claim-parameters",
    ]
    assert lit(page, "svg a") == ["layer-C3"]
    assert all(one.startswith("fact-C3-") for one in lit(page, "#facts tr"))
    told = page.inner_text(".pointed")
    assert told.startswith("C3")
    assert "The second convolutional layer uses 16 kernels of size 5x5" in told
    page.hover("svg a[href='#layer-C5'] text >> nth=0")
    assert page.inner_text(".pointed").startswith("2 layers: flatten, C5")
    page.hover("h1")
    assert lit(page, "tr") == []


def test_pointing_at_a_claim_lights_its_layers_in_the_figure_and_the_tables(opened):
    page = opened("faulty")
    page.hover("#claim-iii blockquote")
    assert lit(page, "svg a") == ["layer-S2", "layer-S4"]
    assert lit(page, "#layers tr") == ["layer-S2", "layer-S4"]
    assert lit(page, "#claims tr") == ["claim-iii"]
    assert len(lit(page, "#facts tr")) == 6
    other = page.locator("svg a[href='#layer-C1']")
    assert float(other.evaluate("one => getComputedStyle(one).opacity")) < 1


def test_pointing_stays_in_its_chapter(opened):
    page = opened("both")
    page.hover("#m2-claim-ii blockquote")
    assert lit(page, "svg a") == ["m2-layer-C1"]


def test_clicking_a_part_leads_to_its_layer(opened):
    page = opened("faulty")
    page.click("svg a[href='#layer-S4'] text >> nth=0")
    assert page.url.endswith("#layer-S4")
    page.locator("#layer-S4").wait_for()
    assert page.locator("#layer-S4").evaluate(SEEN)


SEEN = """one => {
  const box = one.getBoundingClientRect();
  return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight;
}"""


# ---- the keyboard ------------------------------------------------------------------------------


def test_everything_is_reached_with_the_keyboard(opened):
    page = opened("faulty")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").evaluate(SEEN)
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "(() => { const at = document.activeElement; const box = getComputedStyle(at);"
            "return [at.closest('svg') ? 'part' : at.tagName.toLowerCase(), at.type ?? '',"
            "box.outlineStyle !== 'none' || at.type === 'radio']; })()"
        )
        reached.append(here)
        if here[0] == "part" and "part" not in [one[0] for one in reached[:-1]]:
            assert lit(page, "svg a") == ["layer-input"]
            assert page.inner_text(".pointed").startswith("input")
        if here[0] == "button":
            break
    assert {"part", "summary", "a", "button", "div"} <= {one[0] for one in reached}
    assert {"search", "radio"} <= {one[1] for one in reached}
    assert all(shown for _, _, shown in reached)
    heads = page.locator("#claims thead th")
    page.keyboard.press("Enter")
    assert heads.nth(0).get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Space")
    assert heads.nth(0).get_attribute("aria-sort") == "descending"


def test_outcomes_are_chosen_with_the_arrows(opened):
    page = opened("faulty")
    page.focus("#claims input[type=radio]")
    for word, count in (("broken", 8), ("holds", 8), ("skipped", 1), ("unchecked", 1)):
        page.keyboard.press("ArrowRight")
        assert {one.split()[-1] for one in names(page, "claims", 0)} == {word}
        assert page.locator("#claims tbody tr:visible").count() == count


# ---- tables ------------------------------------------------------------------------------------


def test_a_table_sorts_up_down_and_back(opened):
    page = opened("faulty")
    written = names(page, "layers", 4)
    button = page.locator("#layers thead button", has_text="Parameters")

    def numbers() -> list[int]:
        found = names(page, "layers", 4)
        observed = (re.sub(".* expected|,| observed| ✓.*", "", one) for one in found)
        return [int(one) for one in observed]

    button.click()
    assert numbers() == sorted(numbers())
    assert page.locator("#layers th[aria-sort=ascending]").count() == 1
    button.click()
    assert numbers() == sorted(numbers(), reverse=True)
    assert page.locator("#layers th[aria-sort]").get_attribute("aria-sort") == "descending"
    button.click()
    assert names(page, "layers", 4) == written
    assert page.locator("#layers th[aria-sort]").count() == 0


def test_outcomes_sort_by_how_bad_they_are(opened):
    page = opened("faulty")
    page.locator("#facts thead button", has_text="Outcome").click()
    found = [one.split()[-1] for one in names(page, "facts", 0)]
    assert list(dict.fromkeys(found)) == ["broken", "holds", "skipped"]


def test_filters_work_together_and_are_told(opened):
    page = opened("faulty")
    page.fill("#facts input[type=search]", "c3")
    assert "C3" in names(page, "facts")
    some = page.locator("#facts tbody tr:visible").count()
    assert 0 < some < 66
    page.locator("#facts fieldset label", has_text="broken").click()
    assert {one.split()[-1] for one in names(page, "facts", 0)} == {"broken"}
    left = page.locator("#facts tbody tr:visible").count()
    assert 0 < left < some
    status = page.locator("#facts [role=status]")
    status.filter(has_text=f"{left} of 66 rows shown").wait_for()
    page.fill("#facts input[type=search]", "nothing like it")
    status.filter(has_text="0 of 66 rows shown").wait_for()


# ---- links -------------------------------------------------------------------------------------


@pytest.mark.parametrize("anchor", ["#claim-vii-F6", "#layer-output", "#fact-output-units"])
def test_links_lead_to_their_row_and_light_it(opened, anchor):
    page = opened("faulty", anchor)
    row = page.locator(anchor)
    assert row.evaluate(SEEN)
    assert row.evaluate("one => one.matches('.lit:target')")


def test_a_link_opens_what_is_folded_and_shows_what_is_filtered_out(opened):
    page = opened("open", "#layer-F6")
    assert page.locator("details.rest").evaluate("one => one.open")
    assert page.locator("#layer-F6").evaluate(SEEN)
    page.fill("#layers details input[type=search]", "C3")
    assert not page.locator("#layer-F6").is_visible()
    page.evaluate("location.hash = '#layer-C5'")
    page.locator("#layer-C5").wait_for()
    assert page.input_value("#layers details input[type=search]") == ""


# ---- how it looks ------------------------------------------------------------------------------


def test_dark_where_the_system_is_and_always_white_on_paper(opened):
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    page = opened("faulty", color_scheme="dark")
    assert page.evaluate(ground) == "rgb(13, 17, 23)"
    page.locator("#facts fieldset label", has_text="broken").click()
    page.emulate_media(media="print")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    assert page.locator("#facts tbody tr:visible").count() == 66
    assert page.locator(".filter:visible, nav:visible, .pointed:visible").count() == 0
    assert page.locator("#facts .scroll").evaluate(
        "one => one.scrollHeight <= one.clientHeight + 1"
    )
    for fold in page.locator("details li").all():
        assert fold.bounding_box()["height"] > 0


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("name", ["faulty", "hostile"])
def test_only_what_is_wide_scrolls_sideways(opened, name, width):
    page = opened(name, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.locator("#claims .scroll").evaluate("one => one.clientWidth") < width


def test_without_scripts_everything_is_there(opened):
    page = opened("faulty", java_script_enabled=False)
    assert page.locator("#facts tbody tr").count() == 66
    assert page.locator(".filter:visible, .pointed:visible, thead button").count() == 0
    assert page.locator("#claim-ii").is_visible()


# ---- strangers, and a thousand layers ----------------------------------------------------------


def test_hostile_names_do_nothing(opened):
    page = opened("hostile")
    for row in page.locator("#claims tbody tr").all()[:4]:
        row.hover()
    for part in page.locator("svg a polygon").all()[:4]:
        part.hover()
    page.locator("#layers thead button", has_text="Layer").click()
    page.fill("#layers input[type=search]", "<script>")
    assert names(page, "layers") == ["<script>alert(1)"]
    page.fill("#facts input[type=search]", "<img src=x")
    assert "<img src=x onerror=alert(2)>" in names(page, "facts")
    assert page.evaluate("document.scripts.length") == 1
    assert page.evaluate("document.images.length") == 0


def test_a_thousand_layers_are_usable(opened):
    page = opened("wide", "#layer-d777")
    assert page.locator("#layer-d777").evaluate(SEEN)
    assert page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd") < 5000
    acts = {
        "sort": "document.querySelectorAll('#facts thead button')[3].click()",
        "sort back": "document.querySelectorAll('#facts thead button')[3].click()",
        "filter": "const field = document.querySelector('#facts input[type=search]');"
        "field.value = 'd77'; field.dispatchEvent(new Event('input', { bubbles: true }))",
        "light all": "document.querySelector('#claim-all')"
        ".dispatchEvent(new PointerEvent('pointerover', { bubbles: true }))",
    }
    for name, act in acts.items():
        milliseconds = page.evaluate(
            "() => new Promise(done => { const start = performance.now();" + act + ";"
            "requestAnimationFrame(() => setTimeout(() => done(performance.now() - start))) })"
        )
        assert milliseconds < 2500, name
    assert page.locator("#layers tr.lit").count() == LAYERS
    shown = page.eval_on_selector_all("#facts tbody tr", "all => all.filter(a => !a.hidden).length")
    assert 0 < shown < 100


# ---- accessibility -----------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_audit_finds_nothing(opened, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = opened("faulty" if scheme == "dark" else "both", color_scheme=scheme)
    contrast = {"color-contrast": {"enabled": scheme == "dark"}}
    rest = {"exclude": [["tbody tr:nth-child(n+4)"]]}  # which are like those before them
    found = axe.Axe().run(page, rest, {"rules": contrast}).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
