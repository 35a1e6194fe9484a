"""proseg-gui: review of multi-rater segmentations with one latent for the rater and one for the image."""

__version__ = "0.2.0"
