"""Fills the parts of the docs that the program itself knows; `--check` only compares.

python docs/refresh.py [--check]
"""

from __future__ import annotations

import inspect
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from transcripts import typed_along

from lenet_verify import check, diff, infer, load_spec
from lenet_verify.codes import CODES
from lenet_verify.commands import command
from lenet_verify.diffing.behind import with_gaps
from lenet_verify.documents.document import filled as filled_blocks
from lenet_verify.drawings.figure import draw_figure
from lenet_verify.facts import LAYER_FACTS, MODEL_FACTS, Fact
from lenet_verify.inference import RULES, WITHOUT_RULE
from lenet_verify.papers.listing import papers
from lenet_verify.papers.markdown import render_markdown as render_papers
from lenet_verify.schemas import OUTPUTS
from lenet_verify.schemas import schema_text as schema_text_of
from lenet_verify.spec.schema import schema_text
from lenet_verify.vocabulary import FAMILIES

ROOT = Path(__file__).parent.parent
COMMAND = Path(sys.executable).with_name("lenet-verify")
CLAIM = re.compile(
    r"(<!-- claim (\S+) (\w+) in (\S+): begin -->)\n.*?<!-- claim: end -->", re.DOTALL
)


def wanted() -> dict[Path, str]:
    """Every generated or partly generated file with the text that it should have."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    facts = (ROOT / "docs" / "facts.md").read_text(encoding="utf-8")
    readme = filled(readme, "help", f"```\n{help_of('check')}\n```")
    readme = filled(readme, "example", f"```\n{example(readme)}\n```")
    facts = filled(facts, "layer facts", table(LAYER_FACTS))
    facts = filled(facts, "model facts", table(MODEL_FACTS))
    facts = filled(facts, "families", ", ".join(f"`{family}`" for family in FAMILIES))
    show = (ROOT / "docs" / "show.md").read_text(encoding="utf-8")
    show = filled(show, "show help", f"```\n{help_of('show')}\n```")
    diff = (ROOT / "docs" / "diff.md").read_text(encoding="utf-8")
    diff = filled(diff, "diff example", f"```\n{difference('text')}\n```")
    diff = filled(diff, "diff markdown", f"````markdown\n{difference('markdown')}\n````")
    diff = filled(diff, "diff help", f"```\n{help_of('diff')}\n```")
    freeze = (ROOT / "docs" / "freeze.md").read_text(encoding="utf-8")
    freeze = filled(freeze, "freeze help", f"```\n{help_of('freeze')}\n```")
    strength = (ROOT / "docs" / "strength.md").read_text(encoding="utf-8")
    for name, output in strengths().items():
        strength = filled(strength, name, f"```\n{output}\n```")
    help_ = help_of("strength")
    strength = filled(strength, "strength help", f"```\n{help_}\n```")
    inference = (ROOT / "docs" / "inference.md").read_text(encoding="utf-8")
    inference = filled(inference, "layers", rules_of_layers())
    inference = filled(inference, "operations", rules_of_operations())
    inference = filled(inference, "without", without_rules())
    implementations = (ROOT / "docs" / "implementations.md").read_text(encoding="utf-8")
    for name, output in verdicts().items():
        implementations = filled(implementations, name, f"```\n{output}\n```")
    codes = (ROOT / "docs" / "codes.md").read_text(encoding="utf-8")
    codes = filled(codes, "codes", codes_explained())
    formats = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    formats = filled(formats, "github example", f"```\n{annotated()}\n…\n```")
    docs = (ROOT / "docs" / "docs.md").read_text(encoding="utf-8")
    docs = filled(docs, "docs help", f"```\n{help_of('docs')}\n```")
    report = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")
    report = filled(report, "report help", f"```\n{help_of('report')}\n```")
    train = (ROOT / "docs" / "train.md").read_text(encoding="utf-8")
    train = filled(train, "train help", f"```\n{help_of('train')}\n```")
    draw = (ROOT / "docs" / "draw.md").read_text(encoding="utf-8")
    draw = filled(draw, "draw help", f"```\n{help_of('draw')}\n```")
    writing = (ROOT / "docs" / "writing-a-spec.md").read_text(encoding="utf-8")
    writing = typed_along(writing, ROOT / "docs" / "examples" / "vgg11")
    listed = (ROOT / "docs" / "papers.md").read_text(encoding="utf-8")
    listed = filled(listed, "papers", render_papers(papers(), "../spec", "../reports").rstrip())
    listed = filled(listed, "papers help", f"```\n{help_of('papers')}\n```")
    listed = CLAIM.sub(claim_of_report, listed)
    causes = (ROOT / "docs" / "causes.md").read_text(encoding="utf-8")
    causes = filled(causes, "causes example", f"```\n{explained()}\n…\n```")
    causes = filled(causes, "fix example", f"```\n{explained('--fix-hint')}\n```")
    pages = {
        ROOT / "README.md": readme,
        ROOT / "docs" / "causes.md": causes,
        ROOT / "docs" / "codes.md": codes,
        ROOT / "docs" / "diff.md": diff,
        ROOT / "docs" / "docs.md": docs,
        ROOT / "docs" / "draw.md": draw,
        ROOT / "docs" / "papers.md": listed,
        ROOT / "docs" / "report.md": report,
        ROOT / "docs" / "inference.md": inference,
        ROOT / "docs" / "facts.md": facts,
        ROOT / "docs" / "formats.md": formats,
        ROOT / "docs" / "freeze.md": freeze,
        ROOT / "docs" / "implementations.md": implementations,
        ROOT / "docs" / "show.md": show,
        ROOT / "docs" / "strength.md": strength,
        ROOT / "docs" / "train.md": train,
        ROOT / "docs" / "writing-a-spec.md": writing,
    }
    # and in these and all other pages, what users of ours have in theirs
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")):
        pages.setdefault(path, path.read_text(encoding="utf-8"))
    pages = {path: filled_blocks(text, str(path)) for path, text in pages.items()}
    package = ROOT / "lenet_verify"
    schemas = {package / "schemas" / f"{name}.json": schema_text_of(name) for name in OUTPUTS}
    return {**pages, **schemas, **figures(), package / "spec.schema.json": schema_text()}


def help_of(name: str) -> str:
    """What `--help` says of a command."""
    return command(name).parser().format_help().rstrip()


def filled(text: str, name: str, content: str) -> str:
    """The text with what stands between a pair of markers replaced."""
    pattern = rf"(<!-- {name}: begin -->\n).*?(\n?<!-- {name}: end -->)"
    found = re.subn(pattern, lambda m: f"{m[1]}{content}\n{m[2].lstrip()}", text, flags=re.DOTALL)
    if found[1] != 1:
        raise SystemExit(f"docs: there is no place for '{name}'")
    return found[0]


def claim_of_report(marker: re.Match[str]) -> str:
    """What a committed report says of a claim, its heading in bold.

    The marker names the outcome of which the prose around it speaks.
    """
    start, claim, outcome, report = marker.groups()
    text = (ROOT / "reports" / f"{report}.md").read_text(encoding="utf-8")
    section = rf"^### (. {claim}: {outcome})\n(.*?)(?=^##|\Z)"
    told = re.search(section, text, flags=re.MULTILINE | re.DOTALL)
    if told is None:
        raise SystemExit(f'docs: reports/{report}.md does not say "{claim}: {outcome}"')
    return f"{start}\n\n**{told[1]}**\n{told[2].rstrip()}\n\n<!-- claim: end -->"


def table(facts: Mapping[str, Fact]) -> str:
    """A table of facts."""
    lines = ["| fact | what it is | code |", "|---|---|---|"]
    for name, fact in facts.items():
        lines.append(f"| `{name}` | {fact.about} | `{fact.code}` |")
    return "\n".join(lines)


def codes_explained() -> str:
    """A section for each code of a finding."""
    return "\n".join(
        f"## {code.name}\n\n{code.title}. {code.about}\n\nFor example: {code.change}\n\n"
        f"```\n{code.example}\n```\n\nTo mend it: {code.mend}\n"
        for code in CODES.values()
    ).rstrip()


def rules_of_layers() -> str:
    """Every rule of a layer in the words of its docstring, under the types that it is for."""
    types: dict[Callable[..., object], list[str]] = {}
    for name, rule in RULES.items():
        if not name.startswith("ops."):
            types.setdefault(rule.func if isinstance(rule, partial) else rule, []).append(name)
    blocks = [
        f"**{', '.join(f'`{name}`' for name in sorted(names))}**\n\n{described(rule)}"
        for rule, names in types.items()
    ]
    return "\n\n".join(blocks)


def described(rule: Callable[..., object]) -> str:
    """A docstring without the names that it begins with: they stand above it."""
    text = re.sub(r"\A(?:[A-Z]\w+(?:, |: ))+", "", inspect.getdoc(rule) or "")
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    return "\n\n".join(part[:1].upper() + part[1:] for part in paragraphs)


def rules_of_operations() -> str:
    """The operations of keras.ops for which there is a rule."""
    return ", ".join(f"`{name[4:]}`" for name in sorted(RULES) if name.startswith("ops."))


def without_rules() -> str:
    """What there is no rule for, by reason."""
    types: dict[str, list[str]] = {}
    for name, reason in WITHOUT_RULE.items():
        types.setdefault(reason, []).append(f"`{name}`")
    lines = [f"| {', '.join(names)} | {reason} |" for reason, names in types.items()]
    return "\n".join(["| | why |", "|---|---|", *lines])


def example(readme: str) -> str:
    """What the README's own network gives, checked by the README's own command."""
    (network,) = re.findall(r"```python\n(import keras\n.*?)```", readme, flags=re.DOTALL)
    arguments = ["spec/lenet5.yaml", "--model", "mine:lenet5"]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "spec", Path(folder, "spec"))
        Path(folder, "mine.py").write_text(network, encoding="utf-8")
        run = subprocess.run(
            [COMMAND, *arguments], cwd=folder, capture_output=True, encoding="utf-8", check=False
        )
    if run.returncode != 1:
        raise SystemExit(f"docs: the example should fail its check, but: {run.stderr}")
    return f"$ lenet-verify {' '.join(arguments)}\n{run.stdout.rstrip()}"


def difference(kind: str) -> str:
    """What `diff` says of LeNet-5 and a wider one."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "spec", Path(folder, "spec"))
        Path(folder, "wider.yaml").write_text(wider(), encoding="utf-8")
        options = [] if kind == "text" else ["--format", kind]
        arguments = ["diff", "spec/lenet5.yaml", "wider.yaml", *options]
        run = subprocess.run(
            [COMMAND, *arguments], cwd=folder, capture_output=True, encoding="utf-8", check=False
        )
    if run.returncode != 1:
        raise SystemExit(f"docs: the models should differ, but: {run.stderr}")
    command = f"$ lenet-verify {' '.join(arguments)}\n" if kind == "text" else ""
    return command + run.stdout.rstrip()


def wider() -> str:
    """The recipe of a wider LeNet-5."""
    edits = {
        "C3:      {type: Conv2D, filters: 16": "C3:      {type: Conv2D, filters: 20",
        "S4:      {type: AveragePooling2D": "S4:      {type: MaxPooling2D",
        "  output:  {type": "  drop:    {type: Dropout, rate: 0.5}\n  output:  {type",
    }
    recipe = (ROOT / "spec" / "lenet5.yaml").read_text(encoding="utf-8")
    for old, new in edits.items():
        recipe = recipe.replace(old, new, 1)
    return recipe


def figures() -> dict[Path, str]:
    """LeNet-5 drawn as in its paper, and with three faults, on both backgrounds; beside a wider
    one; and every network of the gallery that has a spec beside its picture."""
    spec = load_spec(ROOT / "spec" / "lenet5.yaml")
    with tempfile.TemporaryDirectory() as folder:
        theirs, other = Path(folder, "theirs.yaml"), Path(folder, "wider.yaml")
        theirs.write_text(faulty(), encoding="utf-8")
        other.write_text(wider(), encoding="utf-8")
        networks = {"lenet5": infer(spec), "broken": infer(load_spec(theirs))}
        old, new = networks["lenet5"], infer(load_spec(other))
    folder_of_figures = ROOT / "docs" / "figures"
    shipped = (ROOT / "spec" / f"{name}.yaml" for name in ("lenet5-1998", "vgg16", "resnet50"))
    pictures = {
        folder_of_figures / f"{path.stem}.svg": draw_figure(infer(load_spec(path)))
        for path in shipped
    }
    for name, network in networks.items():
        verdict = check(spec, network)
        pictures[folder_of_figures / f"{name}.svg"] = draw_figure(network, verdict)
        for theme in ("light", "dark"):
            path = folder_of_figures / f"{name}-{theme}.svg"
            pictures[path] = draw_figure(network, verdict, theme)
    for path in sorted(folder_of_figures.glob("*.yaml")):
        pictures[path.with_suffix(".svg")] = draw_figure(infer(load_spec(path)))
    both = with_gaps(old, new, diff(old, new), ("spec/lenet5.yaml", "wider.yaml"))
    pictures[folder_of_figures / "changed.svg"] = draw_figure(*both)
    return pictures


def faulty() -> str:
    """The recipe of a LeNet-5 with three faults."""
    faults = {
        "kernel_size: 5, strides: 1": "kernel_size: 5, padding: same",
        "S4:      {type: AveragePooling2D": "S4:      {type: MaxPooling2D",
        "  F6:      {type: Dense, units: 84, activation: tanh}\n": "",
    }
    recipe = (ROOT / "spec" / "lenet5.yaml").read_text(encoding="utf-8").partition("\nclaims:")[0]
    for old, new in faults.items():
        recipe = recipe.replace(old, new, 1)
    return recipe + "\n"


def explained(*options: str) -> str:
    """What is said of a LeNet-5 with three faults, as far as it fails."""
    return of_faulty(*options).partition("\nunchecked (")[0].rstrip()


def of_faulty(*options: str) -> str:
    """What is said of a LeNet-5 with three faults."""
    faults = {
        "kernel_size: 5, strides: 1": "kernel_size: 5, padding: same",
        "S4:      {type: AveragePooling2D": "S4:      {type: MaxPooling2D",
        "  F6:      {type: Dense, units: 84, activation: tanh}\n": "",
    }
    recipe = (ROOT / "spec" / "lenet5.yaml").read_text(encoding="utf-8").partition("\nclaims:")[0]
    for old, new in faults.items():
        recipe = recipe.replace(old, new, 1)
    arguments = ["spec/lenet5.yaml", "--model", "theirs.yaml", "--static", *options]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "spec", Path(folder, "spec"))
        Path(folder, "theirs.yaml").write_text(recipe + "\n", encoding="utf-8")
        run = subprocess.run(
            [COMMAND, *arguments], cwd=folder, capture_output=True, encoding="utf-8", check=False
        )
    if run.returncode != 1:
        raise SystemExit(f"docs: the model should fail its check, but: {run.stderr}")
    return f"$ lenet-verify {' '.join(arguments)}\n{run.stdout.rstrip()}"


def annotated() -> str:
    """The first annotations of that LeNet-5."""
    lines = of_faulty("--format", "github").splitlines()
    return "\n".join([lines[0], "…", *[line for line in lines if line.startswith("::error ")][:3]])


def strengths() -> dict[str, str]:
    """What `strength` says of LeNet-5, of its six sentences alone, and of it frozen."""
    text = (ROOT / "spec" / "lenet5.yaml").read_text(encoding="utf-8")
    head, *claims = re.split(r"^(?=  - id: )", text, flags=re.MULTILINE)
    six = [claim for claim in claims if re.match(r"  - id: (i|ii|iii|iv|v|vi)\n", claim)]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "spec", Path(folder, "spec"))
        Path(folder, "sentences.yaml").write_text(head + "".join(six), encoding="utf-8")
        frozen = ["freeze", "spec/lenet5.yaml", "--out", "frozen.yaml"]
        subprocess.run([COMMAND, *frozen], cwd=folder, capture_output=True, check=True)
        return {
            "strength of lenet5": _strength("spec/lenet5.yaml", folder),
            "strength of sentences": _strength("sentences.yaml", folder),
            "strength of frozen": _strength("frozen.yaml", folder).partition("\n\n")[0] + "\n…",
        }


def _strength(spec: str, folder: str) -> str:
    arguments = ["strength", spec]
    run = subprocess.run(
        [COMMAND, *arguments], cwd=folder, capture_output=True, encoding="utf-8", check=True
    )
    return f"$ lenet-verify {' '.join(arguments)}\n{run.stdout.rstrip()}"


def verdicts() -> dict[str, str]:
    """What is said of each network of `theirs.py`."""
    text = (ROOT / "docs" / "theirs.py").read_text(encoding="utf-8")
    names = re.findall(r"^def (\w+)", text, flags=re.MULTILINE)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "spec", Path(folder, "spec"))
        Path(folder, "theirs.py").write_text(text, encoding="utf-8")
        models = [option for name in names for option in ("--model", f"theirs:{name}")]
        arguments = ["spec/lenet5.yaml", *models]
        run = subprocess.run(
            [COMMAND, *arguments], cwd=folder, capture_output=True, encoding="utf-8", check=False
        )
    if run.returncode != 1:
        raise SystemExit(f"docs: five networks should fail their check, but: {run.stderr}")
    outputs = re.split(r"^(?=[✓✗] LeNet-5)", run.stdout, flags=re.MULTILINE)[1:]
    told = (output.partition("\nskipped (3)")[0].rstrip() for output in outputs)
    return {
        name: f"$ lenet-verify spec/lenet5.yaml --model theirs:{name}\n{output}\n…"
        for name, output in zip(names, told, strict=True)
    }


def main() -> int:
    """Writes what is out of date, or only says so."""
    stale = {
        path: text
        for path, text in wanted().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    }
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is out of date: run make docs", file=sys.stderr)
        return int(bool(stale))
    for path, text in stale.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
