"""HTML pages, read back as a browser reads them, and the models that they are of."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).parent.parent
LENET = (ROOT / "spec" / "lenet5.yaml").read_text(encoding="utf-8")
RECIPE = LENET.partition("\ncompile:")[0] + "\n"
FAULTY = (
    RECIPE.replace("kernel_size: 5, strides: 1", "kernel_size: 5, padding: same", 1)
    .replace("S4:      {type: AveragePooling2D", "S4:      {type: MaxPooling2D")
    .replace("units: 120, activation: tanh", "units: 120, activation: relu")
)
"""LeNet-5 with three faults, never compiled."""

_VOID = {"meta", "input", "br", "wbr", "link", "img"}


@dataclass
class Element:
    """An element with what is inside of it."""

    tag: str
    attributes: dict[str, str | None]
    parent: Element | None = None
    children: list[Element] = field(default_factory=list)
    own: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All the text in it, blanks folded."""
        return " ".join("".join(self.own).split())

    def all(self, tag: str = "", **attributes: str) -> list[Element]:
        """Those inside of that tag and with those attributes; `class_` is one of its classes."""
        found = []
        for child in self.children:
            same = not tag or child.tag == tag
            for key, value in attributes.items():
                said = child.attributes.get(key.rstrip("_").replace("_", "-")) or ""
                same = same and value in (said.split() if key == "class_" else [said])
            found += ([child] if same else []) + child.all(tag, **attributes)
        return found

    def one(self, tag: str = "", **attributes: str) -> Element:
        """The only one."""
        (found,) = self.all(tag, **attributes)
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.at = Element("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice: {attrs}"
        one = Element(tag, dict(attrs), self.at)
        self.at.children.append(one)
        if tag not in _VOID:
            self.at = one

    def handle_endtag(self, tag: str) -> None:
        assert self.at.tag == tag, f"</{tag}> ends <{self.at.tag}>"
        assert self.at.parent is not None
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        outer: Element | None = self.at
        while outer is not None:
            outer.own.append(data)
            outer = outer.parent

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def page(text: str) -> Element:
    """The root of a page in which every element is ended where it should be."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert reader.at is reader.root, f"<{reader.at.tag}> has no end"
    return reader.root
