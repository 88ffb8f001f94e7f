"""Steps that change pictures before a network sees them.

*Picture steps* change each picture on its own: they travel with a model, which applies them to every picture that it is
given. *Series steps* (`along="series"`) change each pixel along a series of pictures: they transform a data set
(`ImageDataset.preprocessed`), and cannot be a part of a model.
"""

from sparkdl4j.preprocessing.color import ColorSpace, Grayscale
from sparkdl4j.preprocessing.contrast import CLAHE, HistogramEqualization
from sparkdl4j.preprocessing.geometry import CenterCrop, Crop, Pad, Scale
from sparkdl4j.preprocessing.hair_removal import HairRemoval
from sparkdl4j.preprocessing.number import ToFloat
from sparkdl4j.preprocessing.picture_kind import PictureKind, needs_color
from sparkdl4j.preprocessing.signal import Detrend, FourierTransform
from sparkdl4j.preprocessing.smoothing import GaussianBlur, MedianFilter
from sparkdl4j.preprocessing.step import Step
from sparkdl4j.preprocessing.steps import Preprocessing, picture_steps, read_steps, steps

__all__ = [
    "CLAHE",
    "CenterCrop",
    "ColorSpace",
    "Crop",
    "Detrend",
    "FourierTransform",
    "GaussianBlur",
    "Grayscale",
    "HairRemoval",
    "HistogramEqualization",
    "MedianFilter",
    "Pad",
    "PictureKind",
    "Preprocessing",
    "Scale",
    "Step",
    "ToFloat",
    "needs_color",
    "picture_steps",
    "read_steps",
    "steps",
]
