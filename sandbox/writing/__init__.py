"""Documents and how the service writes them: as JSON and as DataContract XML."""
