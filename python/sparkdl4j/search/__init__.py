"""Search for hyper-parameters: trials side by side on one machine, or as tasks of a Spark cluster."""

from sparkdl4j.search.search import Search
from sparkdl4j.search.space import read_space

__all__ = ["Search", "read_space"]
