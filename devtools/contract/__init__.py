"""The OpenAPI document as a file: written, compared with what is served, and with what was released."""
