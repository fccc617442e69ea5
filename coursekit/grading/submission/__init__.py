"""First stage: what was handed in, read without believing it, and rebuilt on what was handed out."""
