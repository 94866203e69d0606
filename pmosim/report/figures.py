"""Figures: a sheet to draw a chart on, and how a chart becomes part of a page or a file.

In: a Plan (what a chart says, and a function that draws it). Out: Chart for the page, 16:9 SVG and
PNG for slides. Not here: what is drawn (``gantt``, ``heatmap``).

The one home of matplotlib. Figures are drawn in points on one empty sheet, with ``Figure`` objects
and settings of their own: no window system, no ``matplotlibrc`` of the user, the same bytes each
time. In the page colours become CSS variables (light and dark), ids get the chart's prefix, and
text stays text.
"""

from __future__ import annotations

import io
import math
import unicodedata
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal
from xml.etree import ElementTree as ET

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from matplotlib.artist import Artist

    from pmosim.report.tables import Table

Anchor = Literal["left", "center", "right"]
Dash = Literal["-"] | tuple[float, tuple[float, ...]]

THEME = {
    # name: (light, dark); each light value stands once, it is the key by which the page finds it
    "paper": ("#ffffff", "#14181d"),
    "ink": ("#1b1f24", "#e8eaed"),
    "soft": ("#565d66", "#a9b1ba"),
    "rule": ("#d3d7dc", "#3a4149"),
    "band": ("#f4f6f8", "#1b2027"),
    "bar": ("#2f6fb4", "#5fa3e6"),
    "bar-80": ("#9cc0e4", "#2f5f92"),
    "bar-90": ("#d8e6f4", "#22384f"),
    "late": ("#bd1f01", "#ff8a6b"),
}
"""The colours of the page and the charts. ``bar`` and ``late`` follow petroff's six. Text is only
ever ``ink``, ``soft`` or ``late`` on ``paper`` or ``band``, or black or white on a heat map cell.
"""

SLIDE = (960.0, 540.0)
"""Points: 13.33 x 7.5 inches, the 16:9 of slide programs."""
PAGE_WIDTH = 760.0
SLIDE_MARGIN = 28.0
SLIDE_DPI = 144
_KEPT_SETTINGS = frozenset({"backend", "interactive"})


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart as the page shows it; ``id`` is also the name of its files."""

    id: str
    finding: str
    sentence: str
    svg: str
    table: Table


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a chart shows, before it is drawn in a size."""

    id: str
    finding: str
    sentence: str
    alt: str
    table: Table
    draw: Callable[[Sheet], None]
    height: float
    """Points the drawing needs in the page."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A part of a sheet, in points."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Return the right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Return the lower edge."""
        return self.top + self.height


class Sheet:
    """An empty sheet with points as units, y downwards: the few marks that the charts are made of.

    The only mutable thing of the report: it collects artists of a matplotlib Figure.
    """

    def __init__(
        self, width: float, height: float, *, top: float = 0.0, margin: float = 0.0
    ) -> None:
        self.width = width
        self.height = height
        self.top = top
        """Where the drawing begins: below the title of a slide."""
        self.margin = margin
        """Left and right; a slide has one, the page has its own."""
        self.figure = Figure(figsize=(width / 72, height / 72), facecolor=_light("paper"))
        self._points = (
            Affine2D().scale(1.0 / width, -1.0 / height).translate(0.0, 1.0)
            + self.figure.transFigure
        )
        self._marks = 0

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str,
        edge: str = "",
        line: float = 0.8,
    ) -> None:
        """Fill a rectangle with a colour of the theme or a hex colour, with an edge if named."""
        self._add(
            Rectangle(
                xy=(x, y),
                width=width,
                height=height,
                facecolor=_colour(fill),
                edgecolor=_colour(edge) if edge else "none",
                linewidth=line if edge else 0.0,
            )
        )

    def line(
        self,
        x: Sequence[float],
        y: Sequence[float],
        colour: str,
        width: float = 0.8,
        dash: Dash = "-",
    ) -> None:
        """Draw a line."""
        self._add(
            Line2D(
                x,
                y,
                color=_colour(colour),
                linewidth=width,
                linestyle=dash,
                solid_capstyle="butt",
            )
        )

    def shape(
        self, corners: Sequence[tuple[float, float]], fill: str, edge: str = "", line: float = 1.2
    ) -> None:
        """Draw a closed shape."""
        self._add(
            Polygon(
                corners,
                closed=True,
                facecolor=_colour(fill),
                edgecolor=_colour(edge) if edge else "none",
                linewidth=line if edge else 0.0,
                joinstyle="miter",
            )
        )

    def dots(
        self, x: Sequence[float], y: Sequence[float], radius: float, fill: str, edge: str
    ) -> None:
        """Draw equal dots, each with its middle at a place."""
        self._add(
            Line2D(
                x,
                y,
                linestyle="none",
                marker="o",
                markersize=2 * radius,
                markerfacecolor=_colour(fill),
                markeredgecolor=_colour(edge),
                markeredgewidth=1.0,
            )
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 9.0,
        colour: str = "ink",
        anchor: Anchor = "left",
        *,
        bold: bool = False,
    ) -> None:
        """Write a line of text, its middle at the height y; never read as a formula."""
        self._add(
            Text(
                x,
                y + 0.36 * size,
                text,
                fontsize=size,
                color=_colour(colour),
                horizontalalignment=anchor,
                verticalalignment="baseline",
                fontweight="bold" if bold else "normal",
                parse_math=False,
            )
        )

    def panels(self, n: int, columns: int, *, gap: float = 26.0, foot: float = 0.0) -> list[Panel]:
        """Return n equal panels in rows, over the whole sheet less so much at its foot."""
        columns = min(columns, n)
        rows = math.ceil(n / columns)
        room = self.height - self.margin / 2 - self.top - foot
        width = (self.width - 2 * self.margin - gap * (columns - 1)) / columns
        height = room / rows
        return [
            Panel(
                left=self.margin + (width + gap) * (k % columns),
                top=self.top + height * (k // columns),
                width=width,
                height=height,
            )
            for k in range(n)
        ]

    def _add(self, artist: Artist) -> None:
        """Add a mark above all others."""
        self._marks += 1
        artist.set_zorder(self._marks)
        artist.set_transform(self._points)
        self.figure.add_artist(artist)


# ---------------------------------------------------------------------- from plan to file


def draw_chart(plan: Plan) -> Chart:
    """Return a chart as the page shows it, without its title (the page has it as a heading)."""
    with _settings():
        sheet = Sheet(PAGE_WIDTH, plan.height)
        plan.draw(sheet)
        svg = _to_svg(sheet.figure)
    return Chart(
        id=plan.id,
        finding=plan.finding,
        sentence=plan.sentence,
        svg=_rewrite(svg, plan, in_page=True),
        table=plan.table,
    )


def write_chart(plan: Plan, folder: Path) -> list[Path]:
    """Write ``ID.svg`` and ``ID.png``, 16:9 with the finding as title; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    with _settings():
        sheet = _slide(plan)
        svg = _to_svg(sheet.figure)
        png = io.BytesIO()
        sheet.figure.savefig(png, format="png", dpi=SLIDE_DPI, metadata={"Software": None})
    vector, raster = folder / f"{plan.id}.svg", folder / f"{plan.id}.png"
    vector.write_text(_rewrite(svg, plan, in_page=False), encoding="utf-8", newline="\n")
    raster.write_bytes(png.getvalue())
    return [vector, raster]


def _slide(plan: Plan) -> Sheet:
    width, height = SLIDE
    titles = wrap(plan.finding, 80)[:2]
    sentences = wrap(plan.sentence, 158)[:2]
    sheet = Sheet(
        width, height, top=38.0 + 24 * len(titles) + 14 * len(sentences), margin=SLIDE_MARGIN
    )
    for number, line in enumerate(titles):
        sheet.text(SLIDE_MARGIN, 36 + 24 * number, line, 17, bold=True)
    for number, line in enumerate(sentences):
        y = 38 + 24 * len(titles) + 14 * number
        sheet.text(SLIDE_MARGIN, y, line, 9.5, "soft")
    plan.draw(sheet)
    return sheet


@contextmanager
def _settings() -> Iterator[None]:
    """Draw with matplotlib's own defaults, fixed ids and text as text.

    A glyph the font lacks is no warning: the page shows the text itself.
    """
    defaults: dict[Any, Any] = {
        key: value for key, value in mpl.rcParamsDefault.items() if key not in _KEPT_SETTINGS
    }
    own: dict[Any, Any] = {
        "svg.hashsalt": "pmosim",
        "svg.fonttype": "none",
        "font.family": ["DejaVu Sans"],
    }
    with warnings.catch_warnings(), mpl.rc_context({**defaults, **own}):
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def _to_svg(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=nothing)
    return buffer.getvalue()


def _rewrite(svg: bytes, plan: Plan, *, in_page: bool) -> str:
    """Return the SVG with a name for readers that see no picture, and ids of its own.

    In the page: no namespaces, no rules that would reach other elements, colours as variables and
    the font of the page.
    """
    root = ET.fromstring(svg)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.endswith("}style"):
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.partition("}")[2] or element.tag
        element.text = element.text if element.tag == "text" else None
        element.tail = None
        for key, value in list(element.attrib.items()):
            del element.attrib[key]
            name, new = key.partition("}")[2] or key, value
            if name == "id":
                if element.tag == "g":
                    continue
                new = f"{plan.id}-{value}"
            elif name == "href":
                new = f"#{plan.id}-{value.removeprefix('#')}"
            elif name == "d":
                new = " ".join(value.split())
            elif name == "style":
                new = _restyle(value, in_page=in_page)
            new = new.replace("url(#", f"url(#{plan.id}-")
            element.set(name, new)
        if element.attrib.get("transform", "").startswith("rotate(-0 "):
            del element.attrib["transform"]
    _drop_empty_groups(root)
    title, desc = ET.Element("title"), ET.Element("desc")
    title.set("id", f"{plan.id}-title")
    desc.set("id", f"{plan.id}-desc")
    title.text, desc.text = plan.finding, plan.alt
    root.insert(0, title)
    root.insert(1, desc)
    root.set("role", "img")
    root.set("aria-labelledby", f"{plan.id}-title {plan.id}-desc")
    root.set("stroke-linejoin", "round")
    if in_page:
        for key in ("width", "height", "version"):
            root.attrib.pop(key, None)
        root.set("focusable", "false")
        return ET.tostring(root, encoding="unicode")
    root.set("xmlns", "http://www.w3.org/2000/svg")
    return ET.tostring(root, encoding="unicode") + "\n"


def _drop_empty_groups(element: ET.Element) -> None:
    """Replace groups without attributes by their content, and drop empty ones."""
    children = []
    for child in element:
        _drop_empty_groups(child)
        children += list(child) if child.tag == "g" and not child.attrib else [child]
    for child in list(element):
        element.remove(child)
    element.extend(c for c in children if c.tag not in {"g", "defs"} or len(c))


def _restyle(style: str, *, in_page: bool) -> str:
    parts = []
    for part in style.split(";"):
        key, _, value = (piece.strip() for piece in part.partition(":"))
        if key == "font-family":
            if in_page:
                continue
            value = "'DejaVu Sans', Verdana, Arial, sans-serif"
        if in_page and value in _VARIABLES:
            value = _VARIABLES[value]
        parts.append(f"{key}:{value}")
    return ";".join(parts)


_VARIABLES = {light: f"var(--{name})" for name, (light, _) in THEME.items()}


def _light(name: str) -> str:
    return THEME[name][0]


def _colour(name: str) -> str:
    return THEME[name][0] if name in THEME else name


# ------------------------------------------------------------------- colour and text


@lru_cache(maxsize=1024)
def cell_colour(share: float) -> str:
    """Return the cividis colour of a busy share as hex; 100 % and more is the brightest."""
    red, green, blue, _ = mpl.colormaps["cividis"](min(1.0, max(0.0, share)))
    return "#" + "".join(f"{round(255 * part):02x}" for part in (red, green, blue))


def cell_ink(fill: str) -> str:
    """Return black or white, whichever is read better on the colour (at least 4.58:1)."""
    dark, bright = contrast(fill, "#000000"), contrast(fill, "#ffffff")
    return "#000000" if dark >= bright else "#fefefe"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two hex colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# ---------------------------------------------------------------------------------- text


def _units(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def shorten(text: str, units: int) -> str:
    """Return the text cut to a width in narrow characters, with an ellipsis."""
    if sum(map(_units, text)) <= units:
        return text
    kept, width = [], 0
    for character in text:
        width += _units(character)
        if width > units - 1:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"


def wrap(text: str, units: int) -> list[str]:
    """Return lines of about the same width, none wider than so many narrow characters."""
    width = sum(map(_units, text))
    units = min(units, max(20, math.ceil(width / math.ceil(width / units)) + 6)) if text else units
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if sum(map(_units, longer)) > units and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
