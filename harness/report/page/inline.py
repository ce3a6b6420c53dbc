"""An SVG of ours inside a page: small, in the page's colours, with ids that no other picture has."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from harness.report.style import COLOURS, FAINT, INK

VARIABLES = {
    INK: "currentColor",
    FAINT: "var(--faint)",
    **{colour.lower(): f"var(--colour-{k})" for k, colour in enumerate(COLOURS)},
}
DRAWN = ("d", "x", "y", "points")  # attributes whose numbers are points of a page: a hundredth is enough
LINK = "{http://www.w3.org/1999/xlink}href"
SHARED = ("style", "href")  # what many marks of a group have in common


def inline(svg: bytes, prefix: str, told: str) -> str:
    """The text of an `<svg>` for a page; `told` is what is read aloud instead of it."""
    root = ET.fromstring(svg)  # noqa: S314  it is ours
    for parent in list(root.iter()):
        for child in list(parent):
            if _name(child) in ("metadata", "style"):
                parent.remove(child)
    used = {found for element in root.iter() for found in _references(element)}
    names = {old: f"{prefix}-{k}" for k, old in enumerate(sorted(used))}
    for element in root.iter():
        element.tag = _name(element)
        element.tail = None
        element.text = None if element.text is None or not element.text.strip() else element.text
        element.attrib = dict(_attributes(element, names))
    for group in root.iter("g"):
        _gather(group)
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.attrib |= {"role": "img", "aria-label": told}
    return ET.tostring(root, encoding="unicode")


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _references(element: ET.Element) -> Iterator[str]:
    for key, value in element.attrib.items():
        yield from re.findall(r"url\(#([^)]*)\)", value)
        if key == LINK and value.startswith("#"):
            yield value.removeprefix("#")


def _attributes(element: ET.Element, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    for key, value in element.attrib.items():
        if key == "id":
            if value in names:
                yield key, names[value]
        elif key == LINK:
            yield "href", f"#{names[value[1:]]}" if value.startswith("#") else value
        elif key in DRAWN:
            yield key, re.sub(r"\s+", " ", re.sub(r"-?\d+\.\d{3,}", _rounded, value)).strip()
        else:
            yield key, _coloured(re.sub(r"url\(#([^)]*)\)", lambda found: f"url(#{names[found[1]]})", value))


def _rounded(found: re.Match[str]) -> str:
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".")


def _coloured(value: str) -> str:
    told = re.sub(r"#[0-9a-f]{6}\b", lambda found: VARIABLES.get(found[0], found[0]), value)
    return told.replace("'DejaVu Sans'", "var(--sans)")


def _gather(group: ET.Element) -> None:
    """A style that all marks of a group have is the group's."""
    styles = {child.get("style") for child in group}
    if (
        len(group) > 1
        and len(styles) == 1
        and {child.tag for child in group} == {"use"}
        and "style" not in group.attrib
    ):
        (style,) = styles
        if style is not None:
            group.set("style", style)
            for child in group:
                del child.attrib["style"]
