"""What a reader has said moves the whole ensemble of drawings: see :mod:`~proseg_gui.inference.condition.update`."""
