"""The open study as plain objects; knows no Qt."""
