"""Networks from Keras files: what Keras stored, read without Keras, in our words."""

from sparkdl4j.keras_import.importing import from_keras

__all__ = ["from_keras"]
