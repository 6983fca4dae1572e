"""What is looked at before a policy is put in force, and what two policies give otherwise."""
