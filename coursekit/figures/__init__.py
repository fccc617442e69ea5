"""How every figure of the course looks, and what several topics draw. A topic's own figures lie in its room."""
