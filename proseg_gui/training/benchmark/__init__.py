"""Every method trained and judged under the same conditions, each run kept as a file, tables made from these files."""
