"""Real-time predictions over HTTP: a FastAPI application in front of the JVM of this process."""
