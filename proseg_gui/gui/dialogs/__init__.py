"""Dialogs of the window: each takes plain values and gives one back."""
