"""Code generation: from planned graphs to programs."""
