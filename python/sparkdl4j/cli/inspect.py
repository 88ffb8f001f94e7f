"""`sparkdl4j inspect`."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from sparkdl4j import atomic_file, options
from sparkdl4j.cli import place as places


def run(arguments: Namespace) -> dict[str, Any]:
    """Looks at pictures, prints tables, and writes the part of a report that is about data; returns what was found."""
    max_pixels = options.default("image", "max_pixels") if arguments.max_pixels is None else arguments.max_pixels
    with places.of(arguments) as place:
        if arguments.report:
            atomic_file.make_folder(arguments.report)
        found = place.inspect(arguments.data, max_pixels)
    print(found)
    if arguments.report:
        from sparkdl4j.report.folder import write_report

        written = write_report(arguments.report, data=found, title=arguments.data)
        print(f"\nReport: {written[-1]}")
    return found.to_dict()
