"""The front end: tracing Python functions into graphs."""
