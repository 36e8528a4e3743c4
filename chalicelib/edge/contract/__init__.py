"""The OpenAPI document, made from what serves the requests. Only the routes of the documentation load it, when asked."""
