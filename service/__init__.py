"""Expert Answers: the closest expert answer to a question asked in one's own words."""

import os

# NumPy and FAISS read it when they are imported. What a question takes are products of small matrices: several threads
# make none of them faster, and those that wait for the next take the processors from other requests.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
