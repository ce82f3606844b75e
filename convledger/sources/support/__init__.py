"""What the readers of support platforms share: records, roles of speakers, outcomes."""
