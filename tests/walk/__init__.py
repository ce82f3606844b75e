"""Every command there is, called: what is needed to hold each of them to a rule."""
