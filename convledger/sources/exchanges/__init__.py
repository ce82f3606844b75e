"""What the logs of model APIs have in common: usage, messages, histories, and shapes of files."""
