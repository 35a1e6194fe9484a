"""Plain torch modules behind one interface (``base.Method``) and a registry. No Qt, no files, no device choice."""
