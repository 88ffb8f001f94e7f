"""`sparkdl4j inspect`."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from sparkdl4j import atomic_file
from sparkdl4j.cli.one_machine import configure_jvm, reading_progress
from sparkdl4j.cli.place import require_reachable
from sparkdl4j.inspection import inspect_images


def run(arguments: Namespace) -> dict[str, Any]:
    """Looks at pictures, prints tables, and writes the part of a report that is about data; returns what was found."""
    require_reachable(arguments.data, by_option=False)
    configure_jvm(arguments)
    if arguments.report:
        atomic_file.make_folder(arguments.report)
    found = inspect_images(
        arguments.data,
        name_pattern=arguments.name_pattern,
        unmatched=arguments.unmatched,
        progress=reading_progress(arguments.data),
        **({} if arguments.max_pixels is None else {"max_pixels": arguments.max_pixels}),
    )
    print(found)
    if arguments.report:
        from sparkdl4j.report.folder import write_report

        written = write_report(arguments.report, data=found, title=arguments.data)
        print(f"\nReport: {written[-1]}")
    return found.to_dict()
