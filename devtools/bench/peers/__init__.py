"""The same booking in the frameworks that people take for Lambda: how they are commonly used, not how fast they could be."""
