"""What both forms of the client do, without doing any of it: generators that yield what has to be done.

`Client` and `AsyncClient` run the same generators, each in its own way; see `effects`.
"""
