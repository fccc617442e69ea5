"""Third stage: results kept by content, rows of nbgrader's gradebook, and notebooks for people."""
