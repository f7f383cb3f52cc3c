"""The IR: types, ops, graphs, their text and their meaning."""
