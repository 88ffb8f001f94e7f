"""The page of a report: one file that holds everything, styles and pictures too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sparkdl4j.report.markup import Markup, style, tag

_CSS = Path(__file__).with_name("report.css")
_HEADING = re.compile(r'<section id="([^"]+)"><h2>(.*?)</h2>', re.DOTALL)


def page(title: str, subtitle: str, sections: Sequence[Markup]) -> str:
    """The page as text, with links to its sections.

    Args:
        title: of the page.
        subtitle: below it.
        sections: as `elements.section` makes them; empty ones are left out.
    """
    shown = [section for section in sections if section]
    links = [match for section in shown for match in _HEADING.findall(section)]
    # A heading in a section is markup already.
    menu = [tag("li", tag("a", Markup(heading), href=f"#{identity}")) for identity, heading in links]
    now = datetime.now().astimezone()
    head = [
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        style(_CSS.read_text(encoding="utf-8")),
    ]
    header = tag(
        "header",
        tag("h1", title),
        tag("p", subtitle, class_="quiet") if subtitle else None,
        tag("nav", tag("ul", menu), aria_label="sections") if len(menu) > 1 else None,
    )
    written = tag("time", now.strftime("%Y-%m-%d %H:%M %Z").strip(), datetime=now.isoformat(timespec="seconds"))
    footer = tag("footer", "Written by sparkdl4j, ", written, ".")
    body = tag("body", header, tag("main", shown), footer)
    return f"<!DOCTYPE html>\n{tag('html', tag('head', head), body, lang='en')}\n"
