"""What each method learns from: one module a method, chosen by name in :mod:`proseg_gui.training.methods`."""
