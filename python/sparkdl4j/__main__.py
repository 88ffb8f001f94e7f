"""`python -m sparkdl4j` is the command `sparkdl4j`."""

from sparkdl4j.cli import main

raise SystemExit(main())
