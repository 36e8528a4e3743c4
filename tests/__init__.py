"""The test suites; see CONTRIBUTING.md for what belongs where."""
