"""One HTTP exchange over sockets that keep absolute deadlines."""

import warnings

# requests warns when it is imported without a library that guesses encodings. Nobody here asks it for text, so none ships:
# importing one takes 53 million instructions of a cold start.
warnings.filterwarnings("ignore", "Unable to find acceptable character detection dependency")
