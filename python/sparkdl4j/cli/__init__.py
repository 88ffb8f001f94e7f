"""The command `sparkdl4j`: train, evaluate, predict, serve, inspect, info, demo."""

from sparkdl4j.cli.arguments import EXIT_USAGE
from sparkdl4j.cli.command import EXIT_ERROR, EXIT_INTERRUPTED, main

__all__ = ["EXIT_ERROR", "EXIT_INTERRUPTED", "EXIT_USAGE", "main"]
