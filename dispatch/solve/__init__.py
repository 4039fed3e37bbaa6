"""From a model to a schedule with a proof, or to the reason why there is none."""
