"""The bridge to the JVM; the only package that imports JPype."""
