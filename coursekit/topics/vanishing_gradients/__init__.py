"""Lesson 03, vanishing gradients: Jacobians, gradient profiles, an orthogonal start."""
