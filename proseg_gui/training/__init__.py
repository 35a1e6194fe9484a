"""Training: a dataset folder becomes a bundle. ``run`` is the way in; ``recipe`` holds every number; no Qt."""
