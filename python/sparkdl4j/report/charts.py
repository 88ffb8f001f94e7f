"""Line charts as SVG within a page: colours are the page's, so that they suit light and dark."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sparkdl4j.report.markup import Markup, tag, text

_WIDTH, _HEIGHT = 460.0, 280.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 54.0, 14.0, 14.0, 46.0
_TICKS = 5
_MOST_WITH_POINTS = 40


@dataclass(frozen=True)
class Line:
    """One line of a chart.

    Args:
        name: for the legend.
        points: (x, y), x ascending.
    """

    name: str
    points: Sequence[tuple[float, float]]


def line_chart(
    title: str,
    lines: Sequence[Line],
    *,
    x: str,
    y: Callable[[float], str] = "{:.4g}".format,
    from_zero: bool = False,
    mark: tuple[float, str] | None = None,
) -> Markup:
    """A chart with axes, a legend, and in words what it shows.

    Args:
        title: what y is.
        lines: at least one with a point; the others are left out.
        x: what x is.
        y: how a number of y is written.
        from_zero: whether the axis of y starts at 0.
        mark: a place on the axis of x to be marked, and its name.
    """
    lines = [line for line in lines if line.points]
    xs = _Axis.of([point[0] for line in lines for point in line.points], _LEFT, _WIDTH - _RIGHT)
    values = [point[1] for line in lines for point in line.points]
    ys = _Axis.of([*values, *([0.0] if from_zero else [])], _HEIGHT - _BOTTOM, _TOP)
    drawn = [_grid(xs, ys, x, y)]
    names = []
    if mark is not None:
        at = xs.at(mark[0])
        drawn.append(tag("line", x1=_n(at), x2=_n(at), y1=_n(_TOP), y2=_n(_HEIGHT - _BOTTOM), class_="mark"))
        names.append(tag("span", mark[1], class_="key mark"))
    for number, line in enumerate(lines, start=1):
        drawn.append(_line(line, xs, ys, number))
        names.append(tag("span", line.name, class_=f"key line{number}"))
    spoken = "; ".join(f"{line.name} from {y(line.points[0][1])} to {y(line.points[-1][1])}" for line in lines)
    picture = tag(
        "svg",
        drawn,
        viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}",
        role="img",
        aria_label=f"{title} by {x}: {spoken}",
    )
    return tag("figure", tag("figcaption", tag("b", title), names), picture, class_="chart")


@dataclass(frozen=True)
class _Axis:
    ticks: list[float]
    low: float
    high: float
    start: float
    end: float

    @classmethod
    def of(cls, values: Sequence[float], start: float, end: float) -> _Axis:
        low, high = min(values), max(values)
        if high - low < 1e-12 * max(1.0, abs(high)):
            low, high = low - (abs(low) / 2 or 0.5), high + (abs(high) / 2 or 0.5)
        step = _round_step((high - low) / _TICKS)
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        return cls([step * k for k in range(first, last + 1)], first * step, last * step, start, end)

    def at(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def _round_step(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= step * (1 - 1e-9))


def _grid(xs: _Axis, ys: _Axis, x: str, y: Callable[[float], str]) -> Markup:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    parts = []
    for value in ys.ticks:
        at = _n(ys.at(value))
        parts.append(tag("line", x1=_n(_LEFT), x2=_n(right), y1=at, y2=at, class_="grid"))
        parts.append(tag("text", y(value), x=_n(_LEFT - 7), y=at, class_="tick", text_anchor="end", dy="0.35em"))
    for value in xs.ticks:
        at = _n(xs.at(value))
        parts.append(tag("line", x1=at, x2=at, y1=_n(bottom), y2=_n(bottom + 4), class_="axis"))
        parts.append(tag("text", f"{value:,.4g}", x=at, y=_n(bottom + 18), class_="tick", text_anchor="middle"))
    parts.append(tag("line", x1=_n(_LEFT), x2=_n(right), y1=_n(bottom), y2=_n(bottom), class_="axis"))
    parts.append(tag("text", x, x=_n((_LEFT + right) / 2), y=_n(_HEIGHT - 6), class_="name", text_anchor="middle"))
    return text(parts)


def _line(line: Line, xs: _Axis, ys: _Axis, number: int) -> Markup:
    places = [(_n(xs.at(x)), _n(ys.at(y))) for x, y in line.points]
    parts = [tag("polyline", points=" ".join(f"{x},{y}" for x, y in places), class_=f"line{number}")]
    if len(places) <= _MOST_WITH_POINTS:
        parts += [tag("circle", cx=x, cy=y, r="3", class_=f"line{number}") for x, y in places]
    return text(parts)


def _n(number: float) -> str:
    return f"{number:.1f}"
