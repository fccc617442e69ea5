"""What the exercises on recurrent cells share: draws of their arguments, mistakes of loops over time, ways back."""
