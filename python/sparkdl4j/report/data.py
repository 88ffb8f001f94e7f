"""The section on pictures: how many of each class and group, sizes and modes in the files, the damaged ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sparkdl4j.report import elements, tables
from sparkdl4j.report.markup import Markup, tag, text

if TYPE_CHECKING:
    from sparkdl4j.inspection import Inspection

# What is arranged here; the rest of what an inspection gives is shown as it comes.
_ARRANGED = ("pictures", "shape", "classes", "groups", "columns", "files", "damaged", "duplicates")
_MOST_CLASSES = 60
_MOST_GROUPS = 40
_MOST_SIZES = 12
_MOST_DAMAGED = 50
_MOST_DUPLICATES = 40
_LONGEST_BAR = 10.0  # em


def data(inspections: Mapping[str, Inspection]) -> Markup:
    """The section, with a part for each of several sets."""
    parts = []
    for name, inspection in inspections.items():
        parts += [tag("h3", name) if len(inspections) > 1 else None, overview(inspection)]
    return elements.section("data", "Data", parts) if inspections else Markup()


def overview(inspection: Inspection) -> Markup:
    """What one set of pictures is."""
    found = inspection.to_dict()
    rest = {name: value for name, value in found.items() if name not in _ARRANGED and value not in (None, [], {})}
    return text(
        [
            _figures(found),
            _classes(found["classes"]),
            strip(inspection, len(inspection.samples)),
            _groups(found["groups"], found["classes"]),
            _files(found["files"], found["pictures"]),
            _damaged(found["damaged"]),
            _duplicates(found["duplicates"]),
            [(tag("h4", elements.words(name)), elements.generic(value)) for name, value in rest.items()],
        ]
    )


def strip(inspection: Inspection, most: int) -> Markup:
    """Some pictures, with their classes."""
    names = [tables.name(name) for name in inspection.classes]
    shown = [
        (elements.picture(picture, f"a picture of {names[label]}"), names[label])
        for picture, label in inspection.samples[:most]
    ]
    return elements.gallery(shown) if shown else Markup()


def _figures(found: Mapping[str, Any]) -> Markup:
    values: dict[str, Any] = {"pictures": f"{found['pictures']:,}", "classes": f"{len(found['classes']):,}"}
    if found["groups"]:
        values["groups"] = f"{len(found['groups']):,}"
    values |= {f"different values of {name}": f"{count:,}" for name, count in found["columns"].items()}
    values["damaged"] = f"{len(found['damaged']):,}"
    if found["shape"]:
        height, width, channels = found["shape"]
        values["scaled to"] = f"{height}\N{MULTIPLICATION SIGN}{width}, {'grey' if channels == 1 else 'RGB'}"
    return elements.figures(values)


def _classes(classes: Sequence[Mapping[str, Any]]) -> Markup:
    shown = (
        sorted(classes, key=lambda row: -row["pictures"])[:_MOST_CLASSES] if len(classes) > _MOST_CLASSES else classes
    )
    most = max((row["pictures"] for row in classes), default=0) or 1
    total = sum(row["pictures"] for row in classes) or 1
    names = [name for name in shown[0] if name != "class"] if shown else []
    rows = [
        [
            tables.name(row["class"]),
            *(row.get(name) for name in names),
            text([_bar(row["pictures"] / most), f" {row['pictures'] / total:.1%}"]),
        ]
        for row in shown
    ]
    headings = ["class", *(_heading(name) for name in names), "share"]
    caption = f"the {len(shown)} largest of {len(classes)} classes" if len(shown) < len(classes) else "classes"
    return elements.table(headings, rows, caption=caption)


def _bar(share: float) -> Markup:
    return tag("span", class_="bar", style=f"width: {_LONGEST_BAR * share:.2f}em")


def _heading(name: str) -> str:
    return f"median {name}" if name in ("width", "height") else elements.words(name)


def _groups(groups: Sequence[Mapping[str, Any]], classes: Sequence[Mapping[str, Any]]) -> Markup:
    if not groups:
        return Markup()
    names = [str(row["class"]) for row in classes]
    with_classes = len(names) <= 8
    shown = groups[:_MOST_GROUPS]
    headings = ["group", "pictures", *(map(tables.name, names) if with_classes else ["classes"])]
    rows = [
        [
            tables.name(group["group"]),
            group["pictures"],
            *(
                [group["classes"].get(name, 0) for name in names]
                if with_classes
                else [", ".join(f"{tables.name(name)} {count}" for name, count in group["classes"].items())]
            ),
        ]
        for group in shown
    ]
    sizes = Counter(len(group["classes"]) for group in groups)
    mixed = sum(count for size, count in sizes.items() if size > 1)
    caption = f"groups with most pictures ({len(shown)} of {len(groups)}; {mixed} of all have several classes)"
    return tag("details", tag("summary", "Groups"), elements.table(headings, rows, caption=caption))


def _files(files: Mapping[str, Any], pictures: int) -> Markup:
    if not files:
        return Markup()
    of = "the files" if files["read"] == pictures else f"{files['read']:,} of the {pictures:,} files"
    kinds = [[kind["format"], kind["mode"], kind["pictures"]] for kind in files["kinds"]]
    spans = [[side, *(files[side][name] for name in ("least", "median", "most"))] for side in ("width", "height")]
    sizes = [[f"{s['width']}\N{MULTIPLICATION SIGN}{s['height']}", s["pictures"]] for s in files["sizes"][:_MOST_SIZES]]
    sized = f"most frequent sizes ({len(sizes)} of {len(files['sizes']):,})"
    return text(
        [
            elements.table(["format", "mode", "pictures"], kinds, caption=f"what {of} hold"),
            elements.table(["pixels", "least", "median", "most"], spans, caption="sizes"),
            tag(
                "details",
                tag("summary", "Most frequent sizes"),
                elements.table(["width\N{MULTIPLICATION SIGN}height", "pictures"], sizes, caption=sized),
            ),
        ]
    )


def _duplicates(duplicates: Mapping[str, Any] | None) -> Markup:
    if duplicates is None:
        return Markup()
    counts = [[kind, duplicates[kind]["sets"], duplicates[kind]["pictures"]] for kind in ("exact", "near")]
    table = elements.table(["duplicates", "sets", "pictures"], counts, caption="pictures that are there more than once")
    shown = duplicates["listed"][:_MOST_DUPLICATES]
    if not shown:
        return table
    rows = [
        [entry["kind"], ", ".join(map(tables.name, entry["classes"])), _paths(entry["pictures"])] for entry in shown
    ]
    caption = f"sets of duplicates, those of several classes first ({len(shown)} of {len(duplicates['listed'])})"
    sets = elements.table(["kind", "classes", "pictures"], rows, caption=caption)
    return text([table, tag("details", tag("summary", "Duplicates"), sets)])


def _paths(pictures: Sequence[Any]) -> Markup:
    return text([tag("span", picture, tag("br"), class_="path") for picture in pictures[:8]])


def _damaged(damaged: Sequence[Mapping[str, Any]]) -> Markup:
    if not damaged:
        return Markup()
    rows = [
        [tag("span", entry["path"], class_="path"), entry["reason"], entry["detail"]]
        for entry in damaged[:_MOST_DAMAGED]
    ]
    caption = f"damaged pictures ({len(rows)} of {len(damaged)})"
    return elements.table(["file", "reason", "detail"], rows, caption=caption)
