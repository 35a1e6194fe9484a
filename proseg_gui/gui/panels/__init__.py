"""The panels beside the image: each is a widget with typed setters and signals, and knows no controller."""
