"""What all readers and writers stand on: atomic writes, checked JSON, names, walks, leftovers, provenance."""
