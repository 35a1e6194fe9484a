"""What can be chosen of a training, by name: for the command line and the window, without torch, which takes seconds.

``tests/training/test_choices.py`` holds them to the modules that do the work.
"""

METHODS = ("proseg", "reference", "dpersona", "probunet", "pionono", "rater_heads", "majority", "threshold")
"""Names in :data:`proseg_gui.training.methods.OBJECTIVES`; the first is what the shipped models are."""
PREFERENCES = ("dirichlet", "gaussian")
"""Those of :mod:`proseg_gui.networks.preferences`."""
CONDITIONINGS = ("film", "matrix")
"""Those of :mod:`proseg_gui.networks.proseg`."""
BACKBONES = ("unet", "resnet18", "resnet34", "resnet50")
"""Those of :mod:`proseg_gui.networks.pretrained`, and the project's own first."""
PRECISIONS = ("32", "bf16-mixed", "16-mixed")
"""Those of :mod:`proseg_gui.training.precision`."""
STAGES = ("rater", "adapt", "full")
"""Those of :mod:`proseg_gui.training.stages`."""
STEPS = 1200
"""Optimiser steps of a new model, where nobody says how many."""
STAGE_PATIENCE = 4
"""Validations of a stage without anything better after which it ends; a new model does all its steps."""
RECIPE_OPTIONS = ("rater-heads", "heads-first", "deep-supervision", "strong-variation", "recalibrated")
"""What a new ProSeg can be trained with beside what is usual (:func:`proseg_gui.training.recipe.with_options`)."""
LEARNED_IN = {"dpersona": 2}
"""Methods that learn in several stages, each of which does all steps: how many."""
