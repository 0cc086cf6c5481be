"""Who runs the cells, and where: `local` is this machine, `ray` a cluster."""

ENGINES = ("local", "ray")
