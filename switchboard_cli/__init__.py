"""`switchboard`, the command line of operators and reviewers: look, take along, verify, settle. Not in the zip."""
